//! A trait for whatever iterates, and the adaptors that it gives.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash};

/// What any iterator can do.
pub trait Spread: Iterator {
    /// Every item twice.
    fn doubled(self) -> Doubled<Self>
    where
        Self: Sized,
        Self::Item: Clone,
    {
        Doubled {
            inner: self,
            again: None,
        }
    }

    /// Those that `keep` says.
    fn picked<F: FnMut(&Self::Item) -> bool>(self, keep: F) -> Picked<Self, F>
    where
        Self: Sized,
    {
        Picked { inner: self, keep }
    }

    /// How many there are.
    fn tally(self) -> usize
    where
        Self: Sized,
    {
        self.count()
    }

    /// How many there are when all of them come twice.
    fn recount(&self) -> usize
    where
        Self: Sized + Clone,
    {
        self.clone().chain(self.clone()).count()
    }

    /// The pairs, by their first parts.
    fn by_key<K: PartialEq, V>(self) -> ByKey<Self>
    where
        Self: Sized + Iterator<Item = (K, V)>,
    {
        ByKey { pairs: self }
    }

    /// What there is before there is nothing.
    fn until_none<A>(self) -> Vec<A>
    where
        Self: Sized + Iterator<Item = Option<A>>,
    {
        self.map_while(|item| item).collect()
    }

    /// How many differ, as that hasher tells them apart.
    fn distinct_with<S: BuildHasher>(self, hasher: S) -> usize
    where
        Self: Sized,
        Self::Item: Eq + Hash,
    {
        let mut seen = HashSet::with_hasher(hasher);
        seen.extend(self);
        seen.len()
    }
}

impl<T: Iterator + ?Sized> Spread for T {}

/// Pairs, by their first parts.
pub struct ByKey<I> {
    pairs: I,
}

impl<I, K, V> ByKey<I>
where
    I: Iterator<Item = (K, V)>,
    K: PartialEq,
{
    /// Each first part once, with all that it came with.
    pub fn gather(self) -> Vec<(K, Vec<V>)> {
        let mut all: Vec<(K, Vec<V>)> = Vec::new();
        for (key, value) in self.pairs {
            match all.iter_mut().find(|(have, _)| *have == key) {
                Some((_, values)) => values.push(value),
                None => all.push((key, vec![value])),
            }
        }
        all
    }
}

/// Every item twice.
pub struct Doubled<I: Iterator> {
    inner: I,
    again: Option<I::Item>,
}

impl<I: Iterator> Iterator for Doubled<I>
where
    I::Item: Clone,
{
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.again.take().or_else(|| {
            self.again = self.inner.next();
            self.again.clone()
        })
    }
}

/// Those that a callable says.
pub struct Picked<I, F> {
    inner: I,
    keep: F,
}

impl<I: Iterator, F: FnMut(&I::Item) -> bool> Iterator for Picked<I, F> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.inner.by_ref().find(&mut self.keep)
    }
}

/// Counts down to one.
#[derive(Clone)]
pub struct Countdown(u32);

impl Countdown {
    /// From a number.
    pub fn new(from: u32) -> Countdown {
        Countdown(from)
    }

    /// Where it stands.
    pub fn stands(&self) -> u32 {
        self.0
    }
}

impl Iterator for Countdown {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let now = self.0;
        self.0 = now.saturating_sub(1);
        (now > 0).then_some(now)
    }
}
