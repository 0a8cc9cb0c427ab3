//! Panics.

use std::fmt;

/// Panics with these words.
pub fn panic(words: &str) -> u8 {
    panic!("{words}")
}

/// Panics with something that is no text.
pub fn panic_any() {
    std::panic::panic_any(7_u64)
}

/// Has a panic in a method that changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    count: u32,
}

impl Counter {
    /// From zero.
    pub fn new() -> Self {
        Self { count: 0 }
    }

    /// Counts, and panics halfway when told to.
    pub fn count(&mut self, halfway: bool) -> u32 {
        self.count += 1;
        assert!(!halfway, "stopped halfway at {}", self.count);
        self.count
    }

    /// Panics, having changed nothing.
    pub fn look(&self) -> u32 {
        panic!("looked at {}", self.count)
    }

    /// What it counted.
    pub fn value(&self) -> u32 {
        self.count
    }
}

impl Default for Counter {
    fn default() -> Self {
        Self::new()
    }
}

/// Its destructor panics.
#[derive(Debug)]
pub struct Bomb(u8);

impl Bomb {
    /// Armed.
    pub fn new() -> Self {
        Self(1)
    }

    /// Ticks.
    pub fn tick(&self) -> u8 {
        self.0
    }
}

impl Default for Bomb {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the bomb went off");
    }
}

/// Its `Debug` panics.
pub struct Shy(u8);

impl Shy {
    /// One.
    pub fn new() -> Self {
        Self(3)
    }

    /// Its number.
    pub fn number(&self) -> u8 {
        self.0
    }
}

impl Default for Shy {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Shy {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("do not look")
    }
}
