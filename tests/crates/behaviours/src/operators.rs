//! What Python's special methods are made of.

use std::fmt;
use std::ops::{Add, AddAssign, Index, IndexMut, Mul, Neg, Sub};

/// A vector of two whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Steps {
    along: i64,
    up: i64,
}

impl Steps {
    /// So many steps.
    pub fn new(along: i64, up: i64) -> Self {
        Self { along, up }
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "({}, {})", self.along, self.up)
    }
}

impl Add for Steps {
    type Output = Steps;
    fn add(self, other: Steps) -> Steps {
        Steps::new(self.along + other.along, self.up + other.up)
    }
}

impl Sub for Steps {
    type Output = Steps;
    fn sub(self, other: Steps) -> Steps {
        Steps::new(self.along - other.along, self.up - other.up)
    }
}

impl Mul<i64> for Steps {
    type Output = Steps;
    fn mul(self, factor: i64) -> Steps {
        Steps::new(self.along * factor, self.up * factor)
    }
}

impl Mul<Steps> for i64 {
    type Output = Steps;
    fn mul(self, steps: Steps) -> Steps {
        steps * self
    }
}

impl Neg for Steps {
    type Output = Steps;
    fn neg(self) -> Steps {
        Steps::new(-self.along, -self.up)
    }
}

impl AddAssign for Steps {
    fn add_assign(&mut self, other: Steps) {
        *self = *self + other;
    }
}

/// A list that is indexed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shelf {
    books: Vec<u32>,
}

impl Shelf {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a book.
    pub fn put(&mut self, book: u32) {
        self.books.push(book);
    }

    /// How many books.
    pub fn len(&self) -> usize {
        self.books.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.books.is_empty()
    }

    /// Whether the book is there.
    pub fn contains(&self, book: &u32) -> bool {
        self.books.contains(book)
    }
}

impl Index<usize> for Shelf {
    type Output = u32;
    fn index(&self, place: usize) -> &u32 {
        &self.books[place]
    }
}

impl IndexMut<usize> for Shelf {
    fn index_mut(&mut self, place: usize) -> &mut u32 {
        &mut self.books[place]
    }
}

/// A type that holds bytes.
#[derive(Debug)]
pub struct Blob(Vec<u8>);

impl Blob {
    /// So many times the same byte.
    pub fn new(byte: u8, count: usize) -> Self {
        Self(vec![byte; count])
    }
}

impl AsRef<[u8]> for Blob {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
