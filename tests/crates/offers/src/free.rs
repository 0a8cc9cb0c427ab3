//! A module that is hidden, with items that are not.

pub use crate::turned as rotated;

/// Iterates over pairs of neighbours.
pub struct Pairs<I: Iterator> {
    rest: I,
    last: Option<I::Item>,
}

impl<I: Iterator> Pairs<I> {
    /// What the next pair begins with.
    pub fn first(&self) -> Option<&I::Item> {
        self.last.as_ref()
    }

    #[doc(hidden)]
    pub fn inner(&self) -> usize {
        0
    }
}

impl<I: Iterator> Iterator for Pairs<I>
where
    I::Item: Clone,
{
    type Item = (I::Item, I::Item);

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.rest.next()?;
        let last = self.last.replace(next.clone())?;
        Some((last, next))
    }
}

/// Pairs of neighbours.
pub fn pairs<I: IntoIterator>(items: I) -> Pairs<I::IntoIter>
where
    I::Item: Clone,
{
    let mut rest = items.into_iter();
    let last = rest.next();
    Pairs { rest, last }
}

#[doc(hidden)]
pub fn internal() {}
