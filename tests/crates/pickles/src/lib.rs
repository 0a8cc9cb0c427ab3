//! Values that stay in Rust, which serde writes and reads with the feature `serde`.

use std::collections::BTreeMap;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// How full a jar is.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
enum Fill {
    Empty,
    Some(u32),
    Over { by: f64 },
}

/// Holds what serde has shapes for.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Jar {
    label: String,
    inside: BTreeMap<u16, Vec<Fill>>,
    note: Option<Option<()>>,
    weight: u128,
}

impl Jar {
    /// One with a label.
    pub fn new(label: String) -> Self {
        let fills = vec![Fill::Empty, Fill::Some(3), Fill::Over { by: 0.5 }];
        Self {
            label,
            inside: BTreeMap::from([(1, fills), (2, Vec::new())]),
            note: Some(None),
            weight: u128::MAX,
        }
    }

    /// Its label.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Changes the label.
    pub fn relabel(&mut self, label: String) {
        self.label = label;
    }
}

/// An even number, which it sees to itself. No `Clone`.
#[derive(Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "u32"))]
pub struct Even(u32);

impl Even {
    /// That number.
    pub fn new(number: u32) -> Result<Self, String> {
        Self::try_from(number)
    }

    /// The number.
    pub fn number(&self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Even {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        match number % 2 {
            0 => Ok(Self(number)),
            _ => Err(format!("{number} is odd")),
        }
    }
}

/// A row of boxes, one in another.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Boxes {
    inner: Option<Box<Boxes>>,
}

impl Boxes {
    /// So many.
    pub fn new(count: u32) -> Self {
        (1..count).fold(Self { inner: None }, |inner, _| Self {
            inner: Some(Box::new(inner)),
        })
    }

    /// How many there are.
    pub fn depth(&self) -> u32 {
        1 + self.inner.as_ref().map_or(0, |inner| inner.depth())
    }
}

/// Is written, and not read.
#[cfg_attr(feature = "serde", derive(Serialize))]
pub struct Written {
    text: String,
}

impl Written {
    /// Of that text.
    pub fn new(text: String) -> Self {
        Self { text }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A name, or a number.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub enum Id {
    /// The number.
    Number(i32),
    /// The name.
    Name(String),
}

/// A tree: a value that has values of its own type in it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Tree {
    /// Which.
    pub id: Id,
    /// What is under it.
    pub children: Vec<Tree>,
}

/// A term: a choice that has choices of its own type in it.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// A number.
    Number(f64),
    /// Several, by name.
    Sum(BTreeMap<String, Term>),
}

/// How many trees there are in a tree.
pub fn count(tree: &Tree) -> usize {
    1 + tree.children.iter().map(count).sum::<usize>()
}

/// What a term comes to.
pub fn total(term: &Term) -> f64 {
    match term {
        Term::Number(number) => *number,
        Term::Sum(terms) => terms.values().map(total).sum(),
    }
}

/// A kind, whose name is there for ever, or its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind(std::borrow::Cow<'static, str>);

impl From<&'static str> for Kind {
    fn from(name: &'static str) -> Self {
        Self(name.into())
    }
}

impl From<Vec<String>> for Kind {
    fn from(names: Vec<String>) -> Self {
        Self(names.join("-").into())
    }
}

impl Kind {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.0
    }
}
