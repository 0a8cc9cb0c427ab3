//! Arrays of bytes whose length is a type, conversions from whatever meets a bound, and a constructor that a trait gives.

use std::marker::PhantomData;

use hybrid_array::sizes::{U4, U12};
use hybrid_array::{Array, ArraySize};

/// What is made with a key.
pub trait KeyInit: Sized {
    /// How long the key is.
    type Size: ArraySize;

    /// From a key.
    fn new(key: &Array<u8, Self::Size>) -> Self;
}

/// Seals with a key of four bytes, and `N` bytes that are used once.
#[derive(Debug)]
pub struct Seal<N> {
    key: [u8; 4],
    once: PhantomData<N>,
}

/// The usual one.
pub type Seal12 = Seal<U12>;

impl<N> KeyInit for Seal<N> {
    type Size = U4;

    fn new(key: &Array<u8, U4>) -> Self {
        Self {
            key: (*key).into(),
            once: PhantomData,
        }
    }
}

impl<N: ArraySize> Seal<N> {
    /// What is sealed is told from what is not by its sum.
    pub fn seal(&self, once: &Array<u8, N>, text: &[u8]) -> u32 {
        let all = self.key.iter().chain(once.iter()).chain(text);
        all.map(|byte| u32::from(*byte)).sum()
    }

    /// The same by value, and back.
    pub fn swap(&self, mut once: Array<u8, N>) -> Array<u8, N> {
        once.reverse();
        once
    }
}

/// A cell of text.
#[derive(Debug)]
pub struct Text(String);

impl<T: ToString> From<T> for Text {
    fn from(text: T) -> Self {
        Self(text.to_string())
    }
}

/// A row of cells.
#[derive(Debug)]
pub struct Row {
    cells: Vec<Text>,
}

impl<I: IntoIterator> From<I> for Row
where
    I::Item: Into<Text>,
{
    fn from(cells: I) -> Self {
        let cells = cells.into_iter().map(Into::into).collect();
        Self { cells }
    }
}

impl Row {
    /// What is in it.
    pub fn texts(&self) -> Vec<String> {
        self.cells.iter().map(|cell| cell.0.clone()).collect()
    }
}

/// What a row says.
pub fn said<R: Into<Row>>(row: R) -> String {
    row.into().texts().join(" ")
}
