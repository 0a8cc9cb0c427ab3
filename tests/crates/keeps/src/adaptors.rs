//! Types over callables: what is made of something by a callable, while it is asked.

use std::fmt;

/// It went wrong.
#[derive(Debug)]
pub struct Broken(String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

impl From<String> for Broken {
    fn from(why: String) -> Self {
        Self(why)
    }
}

/// What is asked for one thing after the other, and may fail.
pub trait Walk: Sized {
    /// What it gives.
    type Item;

    /// The next.
    fn step(&mut self) -> Result<Option<Self::Item>, Broken>;

    /// How many there are.
    fn count(mut self) -> Result<usize, Broken> {
        let mut count = 0;
        while self.step()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// Those that a callable likes.
    fn only<F: FnMut(&Self::Item) -> Result<bool, Broken>>(self, likes: F) -> Only<Self, F> {
        Only { walk: self, likes }
    }

    /// What a callable makes of them.
    fn made<B, F: FnMut(Self::Item) -> Result<B, Broken>>(self, make: F) -> Made<Self, F> {
        Made { walk: self, make }
    }

    /// One of each.
    fn paired<W: Walk>(self, other: W) -> Paired<Self, W> {
        Paired { first: self, second: other }
    }
}

/// A word of a text.
#[derive(Debug)]
pub struct Word<'t> {
    text: &'t str,
}

impl Word<'_> {
    /// Its letters.
    pub fn text(&self) -> &str {
        self.text
    }
}

/// The words of a text, up to one that is `broken`.
#[derive(Debug)]
pub struct Words<'t> {
    left: std::str::SplitWhitespace<'t>,
}

impl<'t> Words<'t> {
    /// All of them.
    pub fn new(text: &'t str) -> Self {
        Self { left: text.split_whitespace() }
    }
}

impl<'t> Walk for Words<'t> {
    type Item = Word<'t>;

    fn step(&mut self) -> Result<Option<Word<'t>>, Broken> {
        match self.left.next() {
            Some("broken") => Err(Broken("a broken word".to_owned())),
            text => Ok(text.map(|text| Word { text })),
        }
    }
}

/// See [`Walk::only`].
#[derive(Debug)]
pub struct Only<W, F> {
    walk: W,
    likes: F,
}

impl<W: Walk, F: FnMut(&W::Item) -> Result<bool, Broken>> Walk for Only<W, F> {
    type Item = W::Item;

    fn step(&mut self) -> Result<Option<W::Item>, Broken> {
        while let Some(item) = self.walk.step()? {
            if (self.likes)(&item)? {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }
}

/// See [`Walk::made`].
#[derive(Debug)]
pub struct Made<W, F> {
    walk: W,
    make: F,
}

impl<B, F: FnMut(W::Item) -> Result<B, Broken>, W: Walk> Walk for Made<W, F> {
    type Item = B;

    fn step(&mut self) -> Result<Option<B>, Broken> {
        self.walk.step()?.map(&mut self.make).transpose()
    }
}

/// See [`Walk::paired`].
#[derive(Debug)]
pub struct Paired<W, V> {
    first: W,
    second: V,
}

impl<W: Walk, V: Walk> Walk for Paired<W, V> {
    type Item = (W::Item, V::Item);

    fn step(&mut self) -> Result<Option<Self::Item>, Broken> {
        Ok(self.first.step()?.zip(self.second.step()?))
    }
}

/// A rule about numbers.
#[derive(Debug)]
pub struct Rule<F> {
    holds: F,
}

impl<F: Fn(u32) -> bool> Rule<F> {
    /// What a callable says.
    pub fn new(holds: F) -> Self {
        Self { holds }
    }

    /// Whether it holds for a number.
    pub fn holds(&self, number: u32) -> bool {
        (self.holds)(number)
    }

    /// The numbers below `end` for which it holds.
    pub fn below(&self, end: u32) -> impl Iterator<Item = u32> + '_ {
        (0..end).filter(|number| (self.holds)(*number))
    }
}

/// What iterates, from its end.
#[derive(Debug)]
pub struct Backwards<I> {
    all: I,
}

impl<I: DoubleEndedIterator<Item = u32>> Backwards<I> {
    /// Of all that is given.
    pub fn new(all: I) -> Self {
        Self { all }
    }

    /// The last of those that are left.
    pub fn last(&mut self) -> Option<u32> {
        self.all.next_back()
    }

    /// The first of those that are left.
    pub fn first(&mut self) -> Option<u32> {
        self.all.next()
    }
}

/// What iterates over results, asked for one after the other.
#[derive(Debug)]
pub struct Tries<I> {
    all: I,
}

/// Those of what iterates.
pub fn tries<T, E: fmt::Display, I: Iterator<Item = Result<T, E>>>(all: I) -> Tries<I> {
    Tries { all }
}

impl<T, E: fmt::Display, I: Iterator<Item = Result<T, E>>> Walk for Tries<I> {
    type Item = T;

    fn step(&mut self) -> Result<Option<T>, Broken> {
        let next = self.all.next().transpose();
        next.map_err(|error| Broken(error.to_string()))
    }
}

/// What iterates, of which nothing more is known.
#[derive(Debug)]
pub struct Loose<I> {
    all: I,
}

/// All that is given.
pub fn loose<I: Iterator>(all: I) -> Loose<I> {
    Loose { all }
}

impl<T, I: Iterator<Item = T>> Walk for Loose<I> {
    type Item = T;

    fn step(&mut self) -> Result<Option<T>, Broken> {
        Ok(self.all.next())
    }
}
