//! Several exclusive views of one value, side by side.

/// Numbers.
#[derive(Debug)]
pub struct Whole(Vec<u32>);

/// A part of them.
#[derive(Debug)]
pub struct Half<'w>(&'w mut [u32]);

impl Whole {
    /// So many.
    pub fn new(count: u32) -> Self {
        Self((0..count).collect())
    }

    /// Both halves at once.
    pub fn halves(&mut self) -> (Half<'_>, Half<'_>) {
        let middle = self.0.len() / 2;
        let (left, right) = self.0.split_at_mut(middle);
        (Half(left), Half(right))
    }

    /// In pieces.
    pub fn pieces(&mut self, size: usize) -> Vec<Half<'_>> {
        self.0.chunks_mut(size.max(1)).map(Half).collect()
    }

    /// All of them.
    pub fn all(&self) -> Vec<u32> {
        self.0.clone()
    }
}

impl Half<'_> {
    /// Fills it.
    pub fn fill(&mut self, value: u32) {
        self.0.fill(value);
    }

    /// Halves it again: the views have this one for themselves.
    pub fn split(&mut self) -> (Half<'_>, Half<'_>) {
        let middle = self.0.len() / 2;
        let (left, right) = self.0.split_at_mut(middle);
        (Half(left), Half(right))
    }

    /// Exchanges what two hold.
    pub fn exchange(&mut self, other: &mut Half<'_>) {
        for (mine, other) in self.0.iter_mut().zip(&mut *other.0) {
            std::mem::swap(mine, other);
        }
    }
}
