//! Callables in iterators.

/// The numbers that it likes, below a limit.
pub fn liked(limit: u32, likes: impl Fn(u32) -> bool + Clone + 'static) -> impl Iterator<Item = u32> {
    (0..limit).filter(move |number| likes(*number))
}

/// What it makes of the numbers below a limit: their count is known.
pub fn made<F: FnMut(u32) -> u32>(limit: u32, f: F) -> std::iter::Map<std::ops::Range<u32>, F> {
    (0..limit).map(f)
}

/// The same in a box.
pub fn boxed(limit: u32, f: Box<dyn Fn(u32) -> u32>) -> Box<dyn Iterator<Item = u32>> {
    Box::new((0..limit).map(f))
}

/// What several make.
pub fn flat(count: u32, f: impl Fn(u32) -> Box<dyn Iterator<Item = u32>> + 'static) -> Vec<u32> {
    (0..count).flat_map(f).collect()
}
