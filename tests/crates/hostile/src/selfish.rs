//! Builders that borrow from themselves, for as long as they live.

use std::cell::{Cell, RefCell};

/// Holds text, and references into its own text.
#[derive(Debug, Default)]
pub struct Builder<'b> {
    text: String,
    parts: RefCell<Vec<&'b str>>,
}

/// What was built.
#[derive(Debug)]
pub struct Built<'b>(Vec<&'b str>);

impl<'b> Builder<'b> {
    /// With this text.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.repeat(20),
            parts: RefCell::default(),
        }
    }

    /// Borrows itself for good: `Builder<'b>` cannot be shortened, so nothing could ever let go.
    pub fn tie(&'b self) -> Built<'b> {
        self.parts.borrow_mut().extend(self.text.split(' '));
        Built(self.parts.borrow().clone())
    }

    /// Borrows itself for good, exclusively.
    pub fn knot(&'b mut self) -> &'b str {
        &self.text
    }

    /// Takes parts of somebody else's text.
    pub fn part(&self, text: &'b str) -> usize {
        self.parts.borrow_mut().push(text);
        self.parts.borrow().len()
    }

    /// All parts.
    pub fn join(&self) -> String {
        self.parts.borrow().concat()
    }
}

/// A chain of cells that point at each other: no destructor, so they may be in a ring.
#[derive(Debug, Default)]
pub struct Link<'l> {
    next: Cell<Option<&'l Link<'l>>>,
    number: u32,
}

impl<'l> Link<'l> {
    /// Alone.
    pub fn new(number: u32) -> Self {
        Self {
            next: Cell::new(None),
            number,
        }
    }

    /// Points at another, or at itself.
    pub fn point(&'l self, other: &'l Link<'l>) {
        self.next.set(Some(other));
    }

    /// The numbers from here, at most ten.
    pub fn walk(&self) -> Vec<u32> {
        std::iter::once(self.number)
            .chain(std::iter::successors(self.next.get(), |link| link.next.get()).map(|link| link.number))
            .take(10)
            .collect()
    }
}
