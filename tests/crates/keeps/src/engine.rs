//! A trait of the crate's own that every function over its values implements.

use std::collections::BTreeMap;

/// A value of the engine's.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Neither.
    Nothing(()),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Nothing(()) => f.write_str("nothing"),
        }
    }
}

impl Value {
    /// It as a number.
    pub fn number(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            _ => 0.0,
        }
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Number(u8::from(truth).into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<()> for Value {
    fn from((): ()) -> Self {
        Self::Nothing(())
    }
}

/// What an argument can be.
pub trait Argument: Sized {
    /// From a value.
    fn of(value: Option<&Value>) -> Option<Self>;
}

impl Argument for Value {
    fn of(value: Option<&Value>) -> Option<Self> {
        value.cloned()
    }
}

impl Argument for bool {
    fn of(value: Option<&Value>) -> Option<Self> {
        value.map(|value| value.number() != 0.0)
    }
}

impl Argument for String {
    fn of(value: Option<&Value>) -> Option<Self> {
        value.map(ToString::to_string)
    }
}

/// What a function can give.
pub trait Outcome {
    /// As a value.
    fn value(self) -> Result<Value, String>;
}

impl<I: Into<Value>> Outcome for I {
    fn value(self) -> Result<Value, String> {
        Ok(self.into())
    }
}

impl<I: Into<Value>> Outcome for Result<I, String> {
    fn value(self) -> Result<Value, String> {
        self.map(Into::into)
    }
}

/// Functions over values, with up to three arguments.
pub trait Function<Out, Args>: Send + Sync + 'static {
    /// Calls it.
    fn call(&self, values: &[Value]) -> Result<Value, String>;
}

macro_rules! functions {
    ($($name:ident)*) => {
        impl<F, Out, $($name),*> Function<Out, ($($name,)*)> for F
        where
            F: Fn($($name),*) -> Out + Send + Sync + 'static,
            Out: Outcome,
            $($name: Argument,)*
        {
            #[allow(unused_mut, unused_variables)]
            fn call(&self, values: &[Value]) -> Result<Value, String> {
                let mut values = values.iter();
                self($($name::of(values.next()).ok_or("too few arguments")?),*).value()
            }
        }
    };
}

functions! {}
functions! { A }
functions! { A B }
functions! { A B C }

type Stored = Box<dyn Fn(&[Value]) -> Result<Value, String> + Send + Sync>;

/// Functions by name.
#[derive(Default)]
pub struct Engine {
    functions: BTreeMap<String, Stored>,
}

impl Engine {
    /// Without functions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function.
    pub fn add<F, Out, Args>(&mut self, name: &str, f: F)
    where
        F: Function<Out, Args>,
        Out: Outcome,
    {
        self.functions
            .insert(name.to_owned(), Box::new(move |values| f.call(values)));
    }

    /// Calls a function.
    pub fn call(&self, name: &str, values: Vec<Value>) -> Result<Value, String> {
        self.functions.get(name).ok_or("no such function")?(&values)
    }
}
