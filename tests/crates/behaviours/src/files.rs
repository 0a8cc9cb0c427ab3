//! Streams: what reads, writes and seeks, and types over streams.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Reads all of it, and says how much there was.
pub fn count<R: Read>(mut from: R) -> io::Result<u64> {
    io::copy(&mut from, &mut io::sink())
}

/// Reads that many bytes, one at a time, and leaves the rest.
pub fn one_by_one(from: &mut dyn Read, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    for byte in &mut bytes {
        from.read_exact(std::slice::from_mut(byte))?;
    }
    Ok(bytes)
}

/// The first line, and what is left of the stream.
pub fn first_line(mut from: impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    Ok(line)
}

/// Writes so many small pieces.
pub fn write_pieces<W: Write + ?Sized>(to: &mut W, count: u32) -> io::Result<()> {
    for at in 0..count {
        write!(to, "{at},")?;
    }
    Ok(())
}

/// Writes pieces and says nothing of what went wrong.
pub fn write_carelessly<W: Write>(mut to: W, count: u32) {
    for at in 0..count {
        let _ = write!(to, "{at},");
    }
}

/// How large it is; it stands at its beginning then.
pub fn size<F: Read + Seek>(file: &mut F) -> io::Result<u64> {
    let size = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    Ok(size)
}

/// Reads from a box.
pub fn boxed(mut from: Box<dyn Read + Send>) -> io::Result<String> {
    let mut text = String::new();
    from.read_to_string(&mut text)?;
    Ok(text)
}

/// Copies from one to the other.
pub fn copy(from: impl Read, to: &mut impl Write) -> io::Result<u64> {
    let mut from = from;
    io::copy(&mut from, to)
}

/// Gives back what it was given.
pub fn same<W: Write>(to: W) -> W {
    to
}

/// Reads in a thread of its own.
pub fn read_elsewhere(mut from: impl Read + Send) -> io::Result<Vec<u8>> {
    let read = move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).map(|_| bytes)
    };
    std::thread::scope(|scope| scope.spawn(read).join().expect("it does not panic"))
}

/// A stream of text is none of bytes.
pub fn write_text<W: fmt::Write>(to: &mut W) -> fmt::Result {
    to.write_str("text")
}

/// Counts to somewhere in words, and says nothing of what went wrong.
pub fn count_words(to: &mut dyn fmt::Write, count: u32) {
    for at in 0..count {
        let _ = write!(to, "{at} é, ");
    }
}

/// Writes to itself what is formatted.
#[derive(Debug, Default)]
pub struct Notes(String);

impl Notes {
    /// Empty ones.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What `write!` calls.
    pub fn write_fmt(&mut self, args: fmt::Arguments<'_>) -> usize {
        self.0.push_str(&args.to_string());
        self.0.len()
    }
}

/// Writes text between angle brackets.
pub struct Tags<W: fmt::Write> {
    inner: W,
}

impl<W: fmt::Write> Tags<W> {
    /// Writes to `inner`.
    pub fn new(inner: W) -> Self {
        Self { inner }
    }

    /// One tag.
    pub fn tag(&mut self, name: &str) -> Result<&mut Self, fmt::Error> {
        write!(self.inner, "<{name}>")?;
        Ok(self)
    }

    /// What it writes to.
    pub fn get_ref(&self) -> &W {
        &self.inner
    }

    /// The same, for good.
    pub fn into_inner(self) -> W {
        self.inner
    }
}

/// Writes what it gets in capitals.
#[derive(Debug)]
pub struct Capitals<W: Write> {
    inner: Option<W>,
    written: u64,
}

impl<W: Write> Capitals<W> {
    /// Writes to `inner`.
    pub fn new(inner: W) -> Self {
        Self {
            inner: Some(inner),
            written: 0,
        }
    }

    /// How much was written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// What it writes to.
    pub fn get_ref(&self) -> &W {
        self.inner.as_ref().expect("only `finish` takes it")
    }

    /// The same, to change it, unless `finish` took it.
    pub fn get_mut(&mut self) -> Option<&mut W> {
        self.inner.as_mut()
    }

    /// What it writes to once so much was written.
    pub fn after(&mut self, count: u64) -> Result<&mut W, String> {
        match &mut self.inner {
            Some(inner) if self.written >= count => Ok(inner),
            _ => Err(format!("only {} were written", self.written)),
        }
    }

    /// Ends with a line feed and gives back what it wrote to.
    pub fn finish(mut self) -> io::Result<W> {
        let mut inner = self.inner.take().expect("only `finish` takes it");
        inner.write_all(b"\n")?;
        inner.flush()?;
        Ok(inner)
    }
}

impl<W: Write> Write for Capitals<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(inner) = &mut self.inner else {
            return Ok(0);
        };
        // A little at a time, as a writer may.
        let count = bytes.len().min(3);
        inner.write_all(&bytes[..count].to_ascii_uppercase())?;
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl<W: Write> Drop for Capitals<W> {
    fn drop(&mut self) {
        if let Some(inner) = &mut self.inner {
            let _ = inner.write_all(b"(dropped)");
        }
    }
}

/// The lines of a stream.
#[derive(Debug)]
pub struct Lines<R> {
    inner: BufReader<R>,
}

/// Why a reader could not be taken apart.
#[derive(Debug)]
pub struct Unfinished<R> {
    lines: Lines<R>,
}

impl<R> fmt::Display for Unfinished<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there are lines left")
    }
}

impl<R: fmt::Debug> std::error::Error for Unfinished<R> {}

impl<R> Unfinished<R> {
    /// What could not be taken apart.
    pub fn into_lines(self) -> Lines<R> {
        self.lines
    }
}

impl<R: Read> Lines<R> {
    /// Reads from `inner`.
    pub fn new(inner: R) -> Self {
        Self {
            inner: BufReader::new(inner),
        }
    }

    /// The next line without its end.
    pub fn next_line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let count = self.inner.read_line(&mut line)?;
        Ok((count > 0).then(|| line.trim_end().to_owned()))
    }

    /// What it reads from.
    pub fn get_ref(&self) -> &R {
        self.inner.get_ref()
    }

    /// What it reads from, when it is at the end.
    pub fn into_inner(mut self) -> Result<R, Unfinished<R>> {
        match self.inner.fill_buf() {
            Ok([]) => Ok(self.inner.into_inner()),
            _ => Err(Unfinished { lines: self }),
        }
    }
}

impl<R: Read + Seek> Lines<R> {
    /// Goes back to the beginning.
    pub fn rewind(&mut self) -> io::Result<()> {
        self.inner.rewind()
    }
}

impl Lines<Lines<File>> {
    /// Reads a file.
    pub fn open(path: &Path) -> io::Result<Lines<File>> {
        File::open(path).map(Lines::new)
    }
}

/// Makes readers.
#[derive(Debug, Default)]
pub struct Options {
    skip: usize,
}

impl Options {
    /// How many lines are skipped.
    pub fn skip(&mut self, lines: usize) -> &mut Self {
        self.skip = lines;
        self
    }

    /// A reader with these options.
    pub fn lines<R: Read>(&self, from: R) -> Lines<R> {
        let mut lines = Lines::new(from);
        for _ in 0..self.skip {
            let _ = lines.next_line();
        }
        lines
    }
}

/// A file in memory.
#[derive(Debug, Default)]
pub struct Memory {
    content: Cursor<Vec<u8>>,
}

impl Memory {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Its own: says it in words.
    pub fn tell(&self) -> String {
        format!("at {}", self.content.position())
    }
}

impl Read for Memory {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        // A little at a time, as a reader may.
        let count = bytes.len().min(2);
        self.content.read(&mut bytes[..count])
    }
}

impl BufRead for Memory {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.content.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.content.consume(count);
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.content.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Memory {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.content.seek(place)
    }
}
