//! Callables in values.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// What is called with each number.
type Listener = Box<dyn FnMut(i64) + Send>;

/// Tells its listeners of numbers.
#[derive(Default)]
pub struct Bell {
    listeners: Vec<Listener>,
    shared: Option<Arc<dyn Fn(&str) -> usize + Send + Sync>>,
    joins: Option<Box<dyn for<'t> Fn(&'t str, &'t str) -> Cow<'t, str> + Send + Sync>>,
}

impl Bell {
    /// Without listeners.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more, of any kind.
    pub fn listen(&mut self, f: impl FnMut(i64) + Send + 'static) -> &mut Self {
        self.listeners.push(Box::new(f));
        self
    }

    /// One more, in a box.
    pub fn listen_boxed(&mut self, f: Listener) {
        self.listeners.push(f);
    }

    /// Tells all of them, in order.
    pub fn ring(&mut self, number: i64) -> usize {
        self.listeners.iter_mut().for_each(|listener| listener(number));
        self.listeners.len()
    }

    /// Tells the last one alone, and forgets it.
    pub fn ring_out(&mut self, number: i64) -> bool {
        match self.listeners.pop() {
            Some(mut last) => {
                last(number);
                true
            }
            None => false,
        }
    }

    /// Forgets all of them.
    pub fn silence(&mut self) {
        self.listeners.clear();
    }

    /// What measures texts.
    pub fn measure_with(&mut self, f: Option<Arc<dyn Fn(&str) -> usize + Send + Sync>>) {
        self.shared = f;
    }

    /// Measures a text.
    pub fn measure(&self, text: &str) -> Option<usize> {
        self.shared.as_ref().map(|f| f(text))
    }

    /// What joins texts.
    pub fn join_with<F>(&mut self, f: F)
    where
        F: for<'t> Fn(&'t str, &'t str) -> Cow<'t, str> + Send + Sync + 'static,
    {
        self.joins = Some(Box::new(f));
    }

    /// Joins texts.
    pub fn join(&self, one: &str, other: &str) -> Option<String> {
        self.joins.as_ref().map(|f| f(one, other).into_owned())
    }

    /// Shows itself to what looks at it later.
    pub fn inspect<F: FnOnce(&mut Bell) -> u8 + 'static>(&mut self, f: F) -> u8 {
        f(self)
    }
}

/// A source of texts that may fail.
pub struct Source {
    read: Box<dyn Fn(&str) -> Result<Option<String>, String> + Send + Sync>,
}

/// A text with where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    content: String,
    known: bool,
}

impl Text {
    /// Of unknown origin.
    pub fn new(content: &str) -> Self {
        Self {
            content: content.to_owned(),
            known: false,
        }
    }

    /// The text.
    pub fn content(&self) -> &str {
        &self.content
    }

    /// Its origin is known.
    pub fn known(mut self) -> Self {
        self.known = true;
        self
    }

    /// Whether its origin is known.
    pub fn is_known(&self) -> bool {
        self.known
    }
}

impl From<String> for Text {
    fn from(content: String) -> Self {
        Self {
            content,
            known: false,
        }
    }
}

impl From<i64> for Text {
    fn from(number: i64) -> Self {
        number.to_string().into()
    }
}

impl From<()> for Text {
    fn from((): ()) -> Self {
        String::new().into()
    }
}

impl Source {
    /// What reads it: an exception is the error that a failed read is.
    pub fn new<F, R>(read: F) -> Self
    where
        F: Fn(&str) -> Result<Option<R>, String> + Send + Sync + 'static,
        R: Into<Text>,
    {
        Self {
            read: Box::new(move |name| {
                let found = read(name)?;
                Ok(found.map(|text| {
                    let text = text.into();
                    format!("{}{}", text.content, if text.known { "!" } else { "" })
                }))
            }),
        }
    }

    /// Reads.
    pub fn read(&self, name: &str) -> Result<Option<String>, String> {
        (self.read)(name)
    }

    /// Reads what there is: a failure is as good as nothing.
    pub fn try_read(&self, name: &str) -> String {
        (self.read)(name).unwrap_or_default().unwrap_or_default()
    }

    /// Why it cannot be read.
    pub fn failure(&self, name: &str) -> String {
        (self.read)(name).err().unwrap_or_default()
    }
}

/// How texts are marked: what lives for ever is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mark {
    /// Not at all.
    None,
    /// With this.
    With(Cow<'static, str>),
}

/// Marks texts as it is told.
pub struct Marker {
    tell: Box<dyn Fn(&str) -> Mark + Send + Sync>,
    end: Cow<'static, str>,
}

impl Marker {
    /// That asks `tell` how.
    pub fn new(end: Cow<'static, str>, tell: impl Fn(&str) -> Mark + Send + Sync + 'static) -> Self {
        Self {
            tell: Box::new(tell),
            end,
        }
    }

    /// With another end.
    pub fn end(&mut self, end: impl Into<Cow<'static, str>>) -> &mut Self {
        self.end = end.into();
        self
    }

    /// A text with its mark.
    pub fn mark(&self, text: &str) -> String {
        match (self.tell)(text) {
            Mark::None => format!("{text}{}", self.end),
            Mark::With(mark) => format!("{mark}{text}{}", self.end),
        }
    }
}

/// A text that is being written.
pub struct Draft<'t> {
    text: &'t mut String,
    author: &'t str,
}

impl Draft<'_> {
    /// Writes more of it.
    pub fn write(&mut self, more: &str) {
        self.text.push_str(more);
    }

    /// Who writes it.
    pub fn author(&self) -> &str {
        self.author
    }
}

/// Writes texts as it is told.
pub struct Author {
    name: String,
    write: Box<dyn Fn(&mut Draft<'_>, &mut Draft<'_>, u8) -> Result<(), String> + Send + Sync>,
}

impl Author {
    /// With a name.
    pub fn new(
        name: String,
        write: impl Fn(&mut Draft, &mut Draft, u8) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            write: Box::new(write),
        }
    }

    /// Two texts at once.
    pub fn write(&self, number: u8) -> Result<(String, String), String> {
        let (mut one, mut other) = (String::new(), String::new());
        let author = &self.name;
        let (first, second) = (&mut one, &mut other);
        (self.write)(
            &mut Draft { text: first, author },
            &mut Draft { text: second, author },
            number,
        )?;
        Ok((one, other))
    }

    /// One text, lent for the call.
    pub fn once(&self, f: impl FnOnce(&mut Draft)) -> String {
        let mut text = String::new();
        f(&mut Draft {
            text: &mut text,
            author: &self.name,
        });
        text
    }
}

/// One that stays on its thread.
pub struct Local {
    f: Rc<dyn Fn(u8) -> u8>,
}

impl Local {
    /// With what it calls.
    pub fn new(f: Rc<dyn Fn(u8) -> u8>) -> Self {
        Self { f }
    }

    /// Calls it.
    pub fn call(&self, x: u8) -> u8 {
        (self.f)(x)
    }
}
