//! What is shown by an impl one of whose parameters only an associated type tells.

use std::borrow::Borrow;
use std::fmt;

/// A part of a pattern.
#[derive(Clone, Debug)]
pub struct Part<'a>(&'a str);

/// The parts of a pattern.
#[derive(Clone, Debug)]
pub struct Parts<'a>(&'a str);

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let (part, rest) = self.0.split_once('-').unwrap_or((self.0, ""));
        self.0 = rest;
        (!part.is_empty()).then_some(Part(part))
    }
}

/// Something that is formatted when it is shown.
#[derive(Debug)]
pub struct Formatted<I> {
    parts: I,
}

impl<'a, I: Iterator<Item = B> + Clone, B: Borrow<Part<'a>>> fmt::Display for Formatted<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.parts.clone() {
            write!(f, "<{}>", part.borrow().0)?;
        }
        Ok(())
    }
}

impl<'a, I: Iterator<Item = B> + Clone, B: Borrow<Part<'a>>> Formatted<I> {
    /// How many parts there are.
    pub fn count(&self) -> usize {
        self.parts.clone().filter(|part| !part.borrow().0.is_empty()).count()
    }
}

/// A pattern, to be shown.
pub fn format(pattern: &str) -> Formatted<Parts<'_>> {
    Formatted {
        parts: Parts(pattern),
    }
}
