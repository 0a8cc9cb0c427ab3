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

/// A table of numbers.
#[derive(Debug)]
pub struct Table {
    numbers: Vec<u32>,
}

/// A row of a table, while it is looked at.
#[derive(Debug)]
pub struct Row<'r> {
    number: &'r u32,
}

impl Row<'_> {
    /// What is in it.
    pub fn get(&self) -> u32 {
        *self.number
    }
}

/// What a callable makes of each row.
#[derive(Debug)]
pub struct Mapped<'t, F> {
    rows: std::slice::Iter<'t, u32>,
    map: F,
}

impl<T, F: FnMut(&Row<'_>) -> Result<T, String>> Iterator for Mapped<'_, F> {
    type Item = Result<T, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let number = self.rows.next()?;
        Some((self.map)(&Row { number }))
    }
}

impl Table {
    /// The numbers below `end`.
    pub fn new(end: u32) -> Self {
        Self { numbers: (0..end).collect() }
    }

    /// What a callable makes of each row, or a word about what is empty.
    pub fn map<T, F>(&mut self, map: F) -> Result<Mapped<'_, F>, String>
    where
        F: FnMut(&Row<'_>) -> Result<T, String>,
    {
        match self.numbers.is_empty() {
            true => Err("empty".to_owned()),
            false => Ok(Mapped { rows: self.numbers.iter(), map }),
        }
    }
}
