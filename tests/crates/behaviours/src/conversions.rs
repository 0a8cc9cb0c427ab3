//! Parameters that take whatever the crate converts.

use std::collections::BTreeMap;

/// How text is laid out.
#[derive(Debug, Clone)]
pub struct Layout<'a> {
    width: usize,
    indent: &'a str,
}

impl<'a> Layout<'a> {
    /// Lines of that width.
    pub fn new(width: usize) -> Self {
        Self { width, indent: "" }
    }

    /// The same, each line after `indent`.
    pub fn indent(self, indent: &'a str) -> Self {
        Self { indent, ..self }
    }
}

impl From<usize> for Layout<'_> {
    fn from(width: usize) -> Self {
        Self::new(width)
    }
}

impl From<u8> for Layout<'_> {
    fn from(width: u8) -> Self {
        Self::new(width.into())
    }
}

impl<'a> From<&'a str> for Layout<'a> {
    fn from(indent: &'a str) -> Self {
        Self::new(80).indent(indent)
    }
}

impl<'a> From<&'a Layout<'a>> for Layout<'a> {
    fn from(layout: &'a Layout<'a>) -> Self {
        layout.clone()
    }
}

impl From<&'static [u8]> for Layout<'_> {
    fn from(bytes: &'static [u8]) -> Self {
        Self::new(bytes.len())
    }
}

/// How `text` is laid out.
pub fn lay_out<'a>(text: &str, layout: impl Into<Layout<'a>>) -> String {
    let layout = layout.into();
    let chars: Vec<char> = text.chars().collect();
    let lines = chars.chunks(layout.width).map(String::from_iter);
    let lines: Vec<String> = lines.map(|line| format!("{}{line}", layout.indent)).collect();
    lines.join("\n")
}

/// The layout itself, which keeps the indentation that it was given.
pub fn layout<'a, L: Into<Layout<'a>>>(layout: L) -> Layout<'a> {
    layout.into()
}

/// A value of any kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Value(String);

macro_rules! from {
    ($($ty:ty => $word:literal),*) => { $(
        impl From<$ty> for Value {
            fn from(value: $ty) -> Self {
                Self(format!("{} {value:?}", $word))
            }
        }
    )* };
}

from!(bool => "bool", i64 => "int", u8 => "byte", f64 => "float", f32 => "small float", &str => "text",
    String => "own text", Vec<u8> => "bytes", BTreeMap<String, i64> => "map");

impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self("nothing".to_owned()), Into::into)
    }
}

impl Value {
    /// What it was made from.
    pub fn shown(&self) -> &str {
        &self.0
    }
}

/// What `value` is made from.
pub fn shown(value: impl Into<Value>) -> String {
    value.into().0
}

/// What both are made from: there are more ways than shims for one function.
pub fn both(first: impl Into<Value>, second: impl Into<Value>) -> String {
    format!("{}, {}", first.into().0, second.into().0)
}

/// What stands in a command.
pub trait Words {
    /// It, word by word.
    fn words(&self) -> Vec<String>;
}

macro_rules! words {
    ($($ty:ty),*) => { $(
        impl Words for $ty {
            fn words(&self) -> Vec<String> {
                vec![self.to_string()]
            }
        }
    )* };
}

words!(bool, u8, i64, f64, &str, String);

impl<T: Words> Words for &[T] {
    fn words(&self) -> Vec<String> {
        self.iter().flat_map(Words::words).collect()
    }
}

impl<T: Words> Words for Vec<T> {
    fn words(&self) -> Vec<String> {
        self.as_slice().words()
    }
}

/// A command: of three that may be anything, not all there are come at once.
pub fn command<N: Words, K: Words, V: Words>(name: N, key: K, value: V) -> String {
    [name.words(), key.words(), value.words()].concat().join(" ")
}

/// What may stand in a row.
pub trait ToCell {
    /// What stands there.
    fn cell(&self) -> String;
}

impl ToCell for Value {
    fn cell(&self) -> String {
        self.0.clone()
    }
}

impl ToCell for i64 {
    fn cell(&self) -> String {
        self.to_string()
    }
}

/// A row of cells: a tuple of each length, or [`cells`] of whatever iterates.
pub trait Row {
    /// What stands in it.
    fn row(self) -> Vec<String>;
}

impl Row for () {
    fn row(self) -> Vec<String> {
        Vec::new()
    }
}

impl<A: ToCell> Row for (A,) {
    fn row(self) -> Vec<String> {
        vec![self.0.cell()]
    }
}

impl<A: ToCell, B: ToCell> Row for (A, B) {
    fn row(self) -> Vec<String> {
        vec![self.0.cell(), self.1.cell()]
    }
}

/// A row of what iterates.
#[derive(Debug)]
pub struct Cells<I>(I);

/// A row of `all`.
pub fn cells<I>(all: I) -> Cells<I>
where
    I: IntoIterator,
    I::Item: ToCell,
{
    Cells(all)
}

impl<I> Row for Cells<I>
where
    I: IntoIterator,
    I::Item: ToCell,
{
    fn row(self) -> Vec<String> {
        self.0.into_iter().map(|one| one.cell()).collect()
    }
}

/// A row of cells by their names.
impl<S: AsRef<str>, T: ToCell + ?Sized> Row for &[(S, &T)] {
    fn row(self) -> Vec<String> {
        let entry = |(name, one): &(S, &T)| format!("{}={}", name.as_ref(), one.cell());
        self.iter().map(entry).collect()
    }
}

/// The row, after its name.
pub fn entered(name: &str, row: impl Row) -> String {
    format!("{name}: {}", row.row().join(", "))
}

/// The row's length times `unit`, of the type that is asked for.
pub fn counted<T: TryFrom<usize>, R: Row>(row: R) -> Option<T> {
    T::try_from(row.row().len()).ok()
}

/// An even number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Even(i64);

/// A number is odd.
#[derive(Debug, PartialEq, Eq)]
pub struct Odd(pub i64);

impl std::fmt::Display for Odd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is odd", self.0)
    }
}

impl std::error::Error for Odd {}

impl TryFrom<i64> for Even {
    type Error = Odd;

    fn try_from(value: i64) -> Result<Self, Odd> {
        if value % 2 == 0 {
            Ok(Self(value))
        } else {
            Err(Odd(value))
        }
    }
}

/// Half of `value`.
pub fn half<T: TryInto<Even, Error = Odd>>(value: T) -> Result<i64, Odd> {
    Ok(value.try_into()?.0 / 2)
}

/// A key that nobody is to know; it can be looked at as bytes.
pub struct Secret([u8; 4]);

impl Secret {
    /// Of these bytes.
    pub fn new(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Secret {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// What is made of a secret, and is none.
pub struct Public([u8; 4]);

impl Public {
    /// Its bytes.
    pub fn to_bytes(&self) -> [u8; 4] {
        self.0
    }
}

impl From<[u8; 4]> for Public {
    fn from(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }
}

impl<'a> From<&'a Secret> for Public {
    fn from(secret: &'a Secret) -> Self {
        Self(secret.0.map(|byte| !byte))
    }
}
