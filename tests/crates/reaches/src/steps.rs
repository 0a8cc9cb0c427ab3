//! Iterators that are over what else the crate has, one step deeper than what gives them.

/// A number that is counted.
pub trait Counter: Copy + 'static {
    /// As the largest.
    fn wide(self) -> u64;
}

impl Counter for u16 {
    fn wide(self) -> u64 {
        self.into()
    }
}

/// Counts.
pub struct Histogram<T: Counter> {
    counts: Vec<T>,
}

/// Says which counts are taken.
pub trait Picks<T: Counter> {
    /// Whether this one is.
    fn picks(&mut self, count: T) -> bool;
}

/// Takes those of at least as many.
pub struct AtLeast<'a, T: Counter> {
    least: T,
    all: &'a Histogram<T>,
}

impl<'a, T: 'a + Counter> Picks<T> for AtLeast<'a, T> {
    fn picks(&mut self, count: T) -> bool {
        count.wide() >= self.least.wide() && !self.all.counts.is_empty()
    }
}

/// Those counts that are taken.
pub struct Picked<'a, T: 'a + Counter, P: Picks<T>> {
    all: &'a Histogram<T>,
    at: usize,
    picks: P,
}

impl<'a, T: Counter, P: Picks<T>> Iterator for Picked<'a, T, P> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        loop {
            let count = *self.all.counts.get(self.at)?;
            self.at += 1;
            if self.picks.picks(count) {
                return Some(count.wide());
            }
        }
    }
}

impl Histogram<u16> {
    /// Of these counts.
    pub fn of(counts: Vec<u16>) -> Self {
        Self { counts }
    }
}

impl<T: Counter> Histogram<T> {
    /// The counts of at least as many.
    pub fn at_least(&self, least: T) -> Picked<'_, T, AtLeast<'_, T>> {
        Picked {
            all: self,
            at: 0,
            picks: AtLeast { least, all: self },
        }
    }
}
