//! Enums with lifetimes and other parameters; what is made of another type's conversions; iterators over numbers that
//! are generic twice.

/// A line of a difference, of text or of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'a, T: ?Sized> {
    /// It is in both.
    Context(&'a T),
    /// It is new.
    Insert {
        /// What it says.
        text: &'a T,
    },
    /// Something is left out.
    Gap,
}

/// The difference to `text`.
pub fn lines(text: &str) -> Vec<Line<'_, str>> {
    vec![Line::Context(text), Line::Insert { text }, Line::Gap]
}

/// The same of bytes.
pub fn lines_bytes(text: &[u8]) -> Vec<Line<'_, [u8]>> {
    vec![Line::Context(text), Line::Insert { text }, Line::Gap]
}

/// A value of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Value(String);

macro_rules! from {
    ($($ty:ty)*) => {
        $(impl From<$ty> for Value {
            fn from(value: $ty) -> Self {
                Self(format!("{value:?}"))
            }
        })*
    };
}

from!(i128 f64 bool &str String);

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(|| Self("null".to_owned()), Into::into)
    }
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    value: Value,
    place: usize,
}

impl<T: Into<Value>> From<T> for Entry {
    fn from(value: T) -> Self {
        Self {
            value: value.into(),
            place: 0,
        }
    }
}

impl Entry {
    /// What it says.
    pub fn text(&self) -> String {
        format!("{}@{}", self.value.0, self.place)
    }
}

/// Entries.
#[derive(Debug, Default)]
pub struct Node(Vec<Entry>);

impl Node {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more.
    pub fn push(&mut self, entry: impl Into<Entry>) {
        let place = self.0.len();
        self.0.push(Entry {
            place,
            ..entry.into()
        });
    }

    /// What they say.
    pub fn text(&self) -> String {
        let all: Vec<String> = self.0.iter().map(Entry::text).collect();
        all.join(" ")
    }
}

/// What counts.
pub trait Counter: Copy + Into<u64> {}

impl Counter for u8 {}
impl Counter for u32 {}

/// Which numbers an iterator stops at.
pub trait Picker<T: Counter> {
    /// Whether it stops here.
    fn picks(&mut self, value: T) -> bool;
}

/// At those that are above the last.
#[derive(Debug)]
pub struct Rising<'a, T: Counter> {
    of: &'a Tally<T>,
    last: u64,
}

impl<T: Counter> Picker<T> for Rising<'_, T> {
    fn picks(&mut self, value: T) -> bool {
        let value = value.into();
        let picks = value > self.last && self.of.0.len() > 1;
        self.last = value;
        picks
    }
}

/// Numbers.
#[derive(Debug)]
pub struct Tally<T: Counter>(Vec<T>);

/// Those of them that are picked.
#[derive(Debug)]
pub struct Steps<'a, T: Counter, P: Picker<T>> {
    of: &'a Tally<T>,
    at: usize,
    picker: P,
}

impl<T: Counter> Tally<T> {
    /// These.
    pub fn new(all: Vec<T>) -> Self {
        Self(all)
    }

    /// Those that are above the one before.
    pub fn rising(&self) -> Steps<'_, T, Rising<'_, T>> {
        let picker = Rising { of: self, last: 0 };
        Steps {
            of: self,
            at: 0,
            picker,
        }
    }
}

impl<T: Counter, P: Picker<T>> Iterator for Steps<'_, T, P> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        while let Some(value) = self.of.0.get(self.at).copied() {
            self.at += 1;
            if self.picker.picks(value) {
                return Some(value.into());
            }
        }
        None
    }
}
