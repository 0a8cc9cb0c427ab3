//! Traits of the crate's own, on its own types and on foreign ones.

/// Says its name.
pub trait Named {
    /// The name.
    fn named(&self) -> String;

    /// A provided method.
    fn greeted(&self) -> String {
        format!("hello, {}", self.named())
    }
}

/// Turns text round.
pub trait Turned {
    /// The other way round.
    fn turned(&self) -> String;
}

impl Turned for str {
    fn turned(&self) -> String {
        self.chars().rev().collect()
    }
}

/// Has a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cat(u8);

impl Cat {
    /// A cat.
    pub fn new() -> Self {
        Self(9)
    }

    /// How many lives are left.
    pub fn lives(&self) -> u8 {
        self.0
    }
}

impl Named for Cat {
    fn named(&self) -> String {
        "cat".to_owned()
    }
}

/// Has the methods of what it wraps.
#[derive(Debug)]
pub struct Basket {
    cat: Cat,
}

impl Basket {
    /// With a cat in it.
    pub fn new() -> Self {
        Self { cat: Cat::new() }
    }
}

impl Default for Basket {
    fn default() -> Self {
        Self::new()
    }
}

impl std::ops::Deref for Basket {
    type Target = Cat;
    fn deref(&self) -> &Cat {
        &self.cat
    }
}
