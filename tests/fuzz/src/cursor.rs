//! Choices out of the fuzzer's bytes. When they are used up, every choice is the first.

/// Reads bytes, from the front.
#[derive(Debug)]
pub struct Cursor<'d> {
    rest: &'d [u8],
}

impl<'d> Cursor<'d> {
    /// Of all bytes.
    #[must_use]
    pub fn new(data: &'d [u8]) -> Self {
        Self { rest: data }
    }

    /// Nothing is left to choose by.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// One byte.
    pub fn byte(&mut self) -> u8 {
        self.bytes(1).first().copied().unwrap_or(0)
    }

    /// Two bytes.
    pub fn word(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    /// Eight bytes.
    pub fn long(&mut self) -> u64 {
        let mut long = [0; 8];
        let given = self.bytes(8);
        long[..given.len()].copy_from_slice(given);
        u64::from_le_bytes(long)
    }

    /// A number below `end`, or 0 when there is none.
    pub fn below(&mut self, end: usize) -> usize {
        match end {
            0 => 0,
            1..=256 => usize::from(self.byte()) % end,
            _ => usize::from(self.word()) % end,
        }
    }

    /// At most that many bytes.
    pub fn bytes(&mut self, count: usize) -> &'d [u8] {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// Everything that is left.
    pub fn rest(&mut self) -> &'d [u8] {
        std::mem::take(&mut self.rest)
    }
}
