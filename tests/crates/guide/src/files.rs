//! Files.

use std::io::{BufRead, Read, Write};

/// Counts lines that are not empty.
pub fn count_lines(input: impl BufRead) -> std::io::Result<usize> {
    let mut count = 0;
    for line in input.lines() {
        count += usize::from(!line?.is_empty());
    }
    Ok(count)
}

/// Copies in capitals; gives how many bytes.
pub fn shout(mut input: impl Read, output: &mut impl Write) -> std::io::Result<usize> {
    let mut text = Vec::new();
    input.read_to_end(&mut text)?;
    output.write_all(&text.to_ascii_uppercase())?;
    Ok(text.len())
}

/// Writes lines, each with its number.
pub struct Numbered<W: Write> {
    output: W,
    next: usize,
}

impl<W: Write> Numbered<W> {
    /// Writes to this.
    pub fn new(output: W) -> Self {
        Numbered { output, next: 1 }
    }

    /// Writes a line.
    pub fn line(&mut self, text: &str) -> std::io::Result<()> {
        writeln!(self.output, "{}: {text}", self.next)?;
        self.next += 1;
        Ok(())
    }

    /// Gives back what was written to.
    pub fn into_inner(self) -> W {
        self.output
    }
}
