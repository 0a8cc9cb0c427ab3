//! What is read into a buffer, and borrows it.

use std::io::{BufRead, Error};

/// A word of a line.
#[derive(Debug)]
pub struct Word<'b>(&'b [u8]);

impl Word<'_> {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        self.0
    }
}

/// Reads words, one a line.
#[derive(Debug)]
pub struct Reader<R>(R);

impl<R: BufRead> Reader<R> {
    /// From something.
    pub fn new(reader: R) -> Self {
        Self(reader)
    }

    /// The next word, behind what the buffer has already.
    pub fn read_into<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<Option<Word<'b>>, Error> {
        let read = self.0.read_until(b'\n', buffer)?;
        Ok((read > 0).then(|| Word(buffer.trim_ascii_end())))
    }

    /// The next line, as text that may be changed where it is.
    pub fn line_into<'b>(&mut self, buffer: &'b mut String, upper: bool) -> Result<&'b str, Error> {
        self.0.read_line(buffer)?;
        if upper {
            buffer.make_ascii_uppercase();
        }
        Ok(buffer.trim_end())
    }
}
