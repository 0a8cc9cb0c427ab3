//! One hostile shape per module.

pub mod affine;
pub mod callbacks;
pub mod cells;
pub mod guards;
pub mod halves;
pub mod joins;
pub mod leaks;
pub mod pins;
pub mod receivers;
pub mod rings;
pub mod selfish;
pub mod swaps;

/// Text that is long enough to be missed when it is gone.
#[derive(Debug, Clone)]
pub struct Owner(String);

impl Owner {
    /// Owns this text, many times over.
    pub fn new(text: &str) -> Self {
        Self(text.repeat(20))
    }

    /// Changes it.
    pub fn change(&mut self) {
        self.0 = self.0.to_uppercase();
        self.0.shrink_to_fit();
    }

    /// Reads it.
    pub fn text(&self) -> &str {
        &self.0
    }
}
