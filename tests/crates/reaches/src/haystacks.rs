//! What is made of a reference to whatever is as good as bytes.

/// Something to search in.
#[derive(Clone, Debug)]
pub struct Input<'h> {
    haystack: &'h [u8],
    start: usize,
}

impl<'h> Input<'h> {
    /// All of it.
    pub fn new<H: ?Sized + AsRef<[u8]>>(haystack: &'h H) -> Self {
        Self {
            haystack: haystack.as_ref(),
            start: 0,
        }
    }

    /// The same from a place on.
    pub fn starting_at(mut self, start: usize) -> Self {
        self.start = start;
        self
    }

    /// What it searches in.
    pub fn haystack(&self) -> &'h [u8] {
        self.haystack
    }
}

impl<'h, H: ?Sized + AsRef<[u8]>> From<&'h H> for Input<'h> {
    fn from(haystack: &'h H) -> Self {
        Self::new(haystack)
    }
}

/// Searches for a byte.
#[derive(Clone, Copy, Debug)]
pub struct Finder(u8);

impl Finder {
    /// One for a byte.
    pub fn new(byte: u8) -> Self {
        Self(byte)
    }

    /// Where it is first.
    pub fn find<'h, I: Into<Input<'h>>>(&self, input: I) -> Option<usize> {
        self.find_iter(input).next()
    }

    /// Wherever it is.
    pub fn find_iter<'h, I: Into<Input<'h>>>(&self, input: I) -> Found<'h> {
        Found {
            input: input.into(),
            byte: self.0,
        }
    }
}

/// Where a byte is.
#[derive(Debug)]
pub struct Found<'h> {
    input: Input<'h>,
    byte: u8,
}

impl Iterator for Found<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let rest = &self.input.haystack[self.input.start..];
        let at = self.input.start + rest.iter().position(|one| *one == self.byte)?;
        self.input.start = at + 1;
        Some(at)
    }
}
