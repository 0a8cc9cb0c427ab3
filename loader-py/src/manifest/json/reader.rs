//! From a text to its nodes: where each value begins, in one pass over the bytes.

use super::{Kind, Malformed, Node, small};

/// Lists and maps nest no deeper than this.
const DEPTH: usize = 512;
/// A number has no more characters than this.
const DIGITS: usize = 64;

/// Reads a text of less than 4 GiB. Maps under the keys `folded` of the outermost one are folded.
pub(super) fn read(text: &[u8], folded: &'static [&'static str]) -> Result<Vec<Node>, Malformed> {
    let mut reader = Reader {
        text,
        at: 0,
        // As many as a manifest has, so that the list is not moved while it grows.
        nodes: Vec::with_capacity(text.len() / 24 + 1),
        open: Vec::with_capacity(16),
        folded,
        folding: None,
    };
    reader.run()?;
    Ok(reader.nodes)
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    nodes: Vec<Node>,
    /// The lists and maps that are not closed yet: the node, and whether it is a map.
    open: Vec<(u32, bool)>,
    folded: &'static [&'static str],
    /// How many were open when the map began that is being folded.
    folding: Option<usize>,
}

impl Reader<'_> {
    fn run(&mut self) -> Result<(), Malformed> {
        loop {
            self.skip_space();
            let opened = match self.peek() {
                Some(b'"') => {
                    self.string()?;
                    false
                }
                Some(b'{') => self.open(Kind::Map, b'}')?,
                Some(b'[') => self.open(Kind::List, b']')?,
                Some(b'-' | b'0'..=b'9') => {
                    self.number()?;
                    false
                }
                Some(b't') => self.word(b"true", Kind::True)?,
                Some(b'f') => self.word(b"false", Kind::False)?,
                Some(b'n') => self.word(b"null", Kind::Null)?,
                Some(_) => return Err(self.wrong("a value is expected")),
                None => return Err(self.wrong("it ends where a value is expected")),
            };
            if !opened && self.after_value()? {
                return Ok(());
            }
        }
    }

    /// Goes on behind a value, to where the next one begins; whether that was the last one.
    fn after_value(&mut self) -> Result<bool, Malformed> {
        loop {
            self.skip_space();
            let Some(&(top, map)) = self.open.last() else {
                return if self.at == self.text.len() {
                    Ok(true)
                } else {
                    Err(self.wrong("something follows its end"))
                };
            };
            if self.folding.is_none() {
                self.nodes[top as usize].size += 1;
            }
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    if map {
                        self.key()?;
                    }
                    return Ok(false);
                }
                Some(b'}') if map => self.close(),
                Some(b']') if !map => self.close(),
                Some(_) => return Err(self.wrong("`,` or the end of a list or map is expected")),
                None => return Err(self.wrong("it ends within a list or map")),
            }
        }
    }

    /// Begins a list or map; whether it has values.
    fn open(&mut self, kind: Kind, end: u8) -> Result<bool, Malformed> {
        if self.open.len() == DEPTH {
            return Err(Malformed::Deep);
        }
        let node = small(self.nodes.len());
        self.push(kind, self.at, 0);
        if kind == Kind::Map && self.folding.is_none() && self.is_to_fold() {
            self.folding = Some(self.open.len());
        }
        self.open.push((node, kind == Kind::Map));
        self.at += 1;
        self.skip_space();
        if self.peek() == Some(end) {
            self.close();
            return Ok(false);
        }
        if kind == Kind::Map {
            self.key()?;
        }
        Ok(true)
    }

    fn close(&mut self) {
        self.at += 1;
        let Some((top, _)) = self.open.pop() else { return };
        let next = small(self.nodes.len());
        let node = self.nodes.get_mut(top as usize);
        match (self.folding, node) {
            (None, Some(node)) => node.next = next,
            (Some(depth), Some(node)) if depth == self.open.len() => {
                node.kind = Kind::Folded;
                node.size = small(self.at) - node.start;
                self.folding = None;
            }
            _ => {}
        }
    }

    /// Whether the map that was just met is under one of the keys that are folded.
    fn is_to_fold(&self) -> bool {
        if self.open.len() != 1 || self.nodes.len() < 2 {
            return false;
        }
        let key = &self.nodes[self.nodes.len() - 2];
        let key = &self.text[key.start as usize..(key.start + key.size) as usize];
        self.folded.iter().any(|folded| folded.as_bytes() == key)
    }

    fn key(&mut self) -> Result<(), Malformed> {
        self.skip_space();
        if self.peek() != Some(b'"') {
            return Err(self.wrong("a key is expected"));
        }
        self.string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.wrong("`:` is expected"));
        }
        self.at += 1;
        Ok(())
    }

    fn push(&mut self, kind: Kind, start: usize, size: usize) {
        if self.folding.is_some() {
            return;
        }
        self.nodes.push(Node {
            kind,
            start: small(start),
            size: small(size),
            next: small(self.nodes.len() + 1),
        });
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn wrong(&self, problem: &'static str) -> Malformed {
        Malformed::At(self.at, problem)
    }

    fn skip_space(&mut self) {
        // Mostly a line's end with its indentation: eight at a time.
        if self.peek() == Some(b'\n') {
            self.at += 1;
            while self.text.get(self.at..self.at + 8) == Some(b"        ") {
                self.at += 8;
            }
        }
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Result<bool, Malformed> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.wrong("a value is expected"));
        }
        self.push(kind, self.at, word.len());
        self.at += word.len();
        Ok(false)
    }

    fn number(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        let mut kind = Kind::Int;
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            kind = Kind::Float;
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            kind = Kind::Float;
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        if self.at - start > DIGITS {
            return Err(Malformed::At(start, "a number is too long"));
        }
        self.push(kind, start, self.at - start);
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Malformed> {
        let count = self.text[self.at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if count == 0 {
            return Err(self.wrong("a digit is expected"));
        }
        self.at += count;
        Ok(())
    }

    fn string(&mut self) -> Result<(), Malformed> {
        self.at += 1;
        let start = self.at;
        let mut kind = Kind::Text;
        loop {
            self.at += plain(&self.text[self.at..]);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    kind = Kind::Escaped;
                    self.escape()?;
                }
                Some(_) => return Err(self.wrong("a control character stands in a string")),
                None => return Err(self.wrong("it ends within a string")),
            }
        }
        self.push(kind, start, self.at - start);
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Malformed> {
        match self.text.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let unit = self.unit()?;
                // One that leads must be followed by one that trails, and none trails alone.
                let whole = match unit {
                    0xD800..0xDC00 => {
                        self.text[self.at..].starts_with(b"\\u") && (0xDC00..0xE000).contains(&self.unit()?)
                    }
                    0xDC00..0xE000 => false,
                    _ => true,
                };
                if !whole {
                    return Err(self.wrong("half a character stands in a string"));
                }
            }
            _ => return Err(self.wrong("an unknown escape stands in a string")),
        }
        Ok(())
    }

    /// Reads `\uXXXX`.
    fn unit(&mut self) -> Result<u16, Malformed> {
        let digits = self.text.get(self.at + 2..self.at + 6);
        let unit = digits.and_then(hexadecimal);
        let unit = unit.ok_or_else(|| self.wrong("an unknown escape stands in a string"))?;
        self.at += 6;
        Ok(unit)
    }
}

/// How many bytes of a string come before its end, an escape or a control character.
fn plain(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let mut at = 0;
    for chunk in text.chunks_exact(8) {
        let word = u64::from_le_bytes(chunk.try_into().unwrap_or_default());
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let escape = zero(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (quote | escape | control) & HIGH;
        if found != 0 {
            // What is below the lowest mark is sure; above it a borrow may have made false ones.
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = text[at..].iter();
    at + rest
        .take_while(|byte| **byte != b'"' && **byte != b'\\' && **byte >= 0x20)
        .count()
}

/// The number that hexadecimal digits say.
pub(super) fn hexadecimal(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0u16, |unit, digit| {
        let value = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(value).ok()?)
    })
}
