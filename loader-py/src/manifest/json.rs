//! JSON text, read once into a flat list of nodes: what is needed of it becomes Python objects later.
//!
//! Strict, without recursion, and nothing is copied: nodes point into the text.

use std::borrow::Cow;

/// Lists and maps nest no deeper than this.
const DEPTH: usize = 512;
/// The bytes of a node in an index.
const INDEXED: usize = 9;
/// In an index, lists and maps nest no deeper than this.
const INDEXED_DEPTH: usize = 16;
/// A number has no more characters than this.
const DIGITS: usize = 64;

/// Why a text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// At that byte.
    At(usize, &'static str),
    /// Lists and maps nest too deeply.
    Deep,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    True,
    False,
    Int,
    Float,
    /// Without escapes.
    Text,
    /// With escapes.
    Escaped,
    List,
    Map,
    /// A map whose parts were checked and not kept: they are read again where they are asked for.
    Folded,
}

/// One value. The parts of a list or map follow it; those of a map are keys and values in turn.
#[derive(Debug, Clone, Copy)]
struct Node {
    kind: Kind,
    /// The first byte of its text, behind the quote of a string.
    start: u32,
    /// The bytes of its text; the values of a list or map that is not folded.
    size: u32,
    /// The node behind it and its parts.
    next: u32,
}

/// A JSON text that was read.
pub(crate) struct Document {
    text: String,
    nodes: Vec<Node>,
}

impl Document {
    /// Reads a text. Maps under the keys `folded` of the outermost one are folded.
    pub(crate) fn read(text: String, folded: &'static [&'static str]) -> Result<Self, Malformed> {
        if u32::try_from(text.len()).is_err() {
            return Err(Malformed::At(0, "it is longer than 4 GiB"));
        }
        let mut reader = Reader {
            text: text.as_bytes(),
            at: 0,
            // As many as a manifest has, so that the list is not moved while it grows.
            nodes: Vec::with_capacity(text.len() / 24 + 1),
            open: Vec::with_capacity(16),
            folded,
            folding: None,
        };
        reader.run()?;
        let nodes = reader.nodes;
        Ok(Self { text, nodes })
    }

    /// A text that was read before: `index` says what it found. `None` if that cannot be. Of a text of `size` bytes, what
    /// comes last may be missing.
    ///
    /// For each node there is its kind, where it begins, and its size, both as 32 bits, the lowest first.
    pub(crate) fn indexed(text: String, size: usize, index: &[u8]) -> Option<Self> {
        let whole = size;
        let mut nodes = Vec::with_capacity(index.len() / INDEXED);
        for node in index.chunks(INDEXED) {
            let (kind, rest) = node.split_first()?;
            let (start, size) = rest.split_first_chunk()?;
            let (start, size) = (
                u32::from_le_bytes(*start),
                u32::from_le_bytes(size.try_into().ok()?),
            );
            let kind = match kind {
                b'n' => Kind::Null,
                b't' => Kind::True,
                b'f' => Kind::False,
                b'i' => Kind::Int,
                b'd' => Kind::Float,
                b's' => Kind::Text,
                b'e' => Kind::Escaped,
                b'l' => Kind::List,
                b'm' => Kind::Map,
                b'w' => Kind::Folded,
                _ => return None,
            };
            if !matches!(kind, Kind::List | Kind::Map) {
                let (start, end) = (start as usize, start.checked_add(size)? as usize);
                if end > whole || (end <= text.len() && text.get(start..end).is_none()) {
                    return None;
                }
            }
            nodes.push(Node {
                kind,
                start,
                size,
                next: 0,
            });
        }
        let end = link(&mut nodes, 0, 0)?;
        (end == nodes.len()).then_some(Self { text, nodes })
    }

    /// The outermost value.
    pub(crate) fn root(&self) -> Value<'_> {
        self.value(0)
    }

    /// The value of that node.
    pub(crate) fn value(&self, at: usize) -> Value<'_> {
        Value { document: self, at }
    }
}

/// Says of a node and its parts what is behind them, as `next`, and gives that.
fn link(nodes: &mut [Node], at: usize, depth: usize) -> Option<usize> {
    let node = nodes.get(at)?;
    let parts = match node.kind {
        Kind::List => node.size as usize,
        Kind::Map => (node.size as usize).checked_mul(2)?,
        _ => 0,
    };
    let mut next = at + 1;
    if parts > 0 && depth == INDEXED_DEPTH {
        return None;
    }
    for _ in 0..parts {
        next = link(nodes, next, depth + 1)?;
    }
    nodes[at].next = small(next);
    Some(next)
}

/// A value in a document.
#[derive(Clone, Copy)]
pub(crate) struct Value<'d> {
    document: &'d Document,
    at: usize,
}

impl<'d> Value<'d> {
    fn node(self) -> &'d Node {
        &self.document.nodes[self.at]
    }

    /// Its node.
    pub(crate) fn at(self) -> usize {
        self.at
    }

    pub(crate) fn kind(self) -> Kind {
        self.node().kind
    }

    /// How many values a list or map has.
    pub(crate) fn len(self) -> usize {
        self.node().size as usize
    }

    /// Its text as it is written, a string's without quotes. Nothing where that is missing.
    pub(crate) fn raw(self) -> &'d str {
        self.part().unwrap_or_default()
    }

    /// Whether its text is there.
    pub(crate) fn is_there(self) -> bool {
        self.part().is_some()
    }

    fn part(self) -> Option<&'d str> {
        let node = self.node();
        let text = &self.document.text;
        match node.kind {
            Kind::List | Kind::Map => Some(""),
            _ => text.get(node.start as usize..(node.start + node.size) as usize),
        }
    }

    /// The text that it is.
    pub(crate) fn text(self) -> Option<Cow<'d, str>> {
        match self.kind() {
            Kind::Text => Some(Cow::Borrowed(self.raw())),
            Kind::Escaped => Some(Cow::Owned(unescape(self.raw()))),
            _ => None,
        }
    }

    pub(crate) fn is_text(self) -> bool {
        matches!(self.kind(), Kind::Text | Kind::Escaped)
    }

    /// Whether it is that text.
    pub(crate) fn is(self, text: &str) -> bool {
        match self.kind() {
            Kind::Text => self.raw() == text,
            _ => self.text().is_some_and(|own| own == text),
        }
    }

    /// The number that it is, if it is one of the positions of something.
    pub(crate) fn position(self) -> Option<usize> {
        match self.kind() {
            Kind::Int => self.raw().parse().ok(),
            _ => None,
        }
    }

    fn parts(self) -> impl Iterator<Item = Self> {
        let end = self.node().next as usize;
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            (at < end).then(|| {
                let part = self.document.value(at);
                at = part.node().next as usize;
                part
            })
        })
    }

    /// The items of a list; none of anything else.
    pub(crate) fn items(self) -> impl Iterator<Item = Self> {
        let list = self.kind() == Kind::List;
        self.parts().filter(move |_| list)
    }

    /// The keys and values of a map; none of anything else.
    pub(crate) fn entries(self) -> impl Iterator<Item = (Self, Self)> {
        let map = self.kind() == Kind::Map;
        let mut parts = self.parts();
        std::iter::from_fn(move || {
            if map {
                Some((parts.next()?, parts.next()?))
            } else {
                None
            }
        })
    }

    /// A document of its own, of a map that is folded.
    pub(crate) fn unfold(self) -> Option<Document> {
        (self.kind() == Kind::Folded)
            .then(|| Document::read(self.raw().to_owned(), &[]).ok())
            .flatten()
    }

    /// The name in a map, folded or not.
    pub(crate) fn name(self) -> Option<Cow<'d, str>> {
        if self.kind() != Kind::Folded {
            return self.get("name")?.text();
        }
        // As manifests are written.
        let first = self.raw().strip_prefix(r#"{"name":""#);
        if let Some((name, _)) = first.and_then(|rest| rest.split_once('"'))
            && !name.contains('\\')
        {
            return Some(Cow::Borrowed(name));
        }
        let document = self.unfold()?;
        let name = document.root().get("name")?.text()?;
        Some(Cow::Owned(name.into_owned()))
    }

    /// What a map has under that key.
    pub(crate) fn get(self, key: &str) -> Option<Self> {
        self.entries()
            .find(|(name, _)| name.is(key))
            .map(|(_, value)| value)
    }

    /// The same, and nothing's items are none.
    pub(crate) fn items_of(self, key: &str) -> impl Iterator<Item = Self> {
        self.get(key).into_iter().flat_map(Self::items)
    }
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

/// Positions fit: the text is checked to be no longer.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
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

fn hexadecimal(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0u16, |unit, digit| {
        let value = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(value).ok()?)
    })
}

/// The text of a string whose escapes were checked.
fn unescape(raw: &str) -> String {
    let mut units = Vec::new();
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        units.clear();
        while let Some(unit) = rest
            .strip_prefix("\\u")
            .and_then(|after| hexadecimal(after.as_bytes().get(..4)?))
        {
            units.push(unit);
            rest = &rest[6..];
        }
        if units.is_empty() {
            text.push(match rest.as_bytes().get(1) {
                Some(b'b') => '\u{8}',
                Some(b'f') => '\u{c}',
                Some(b'n') => '\n',
                Some(b'r') => '\r',
                Some(b't') => '\t',
                Some(other) => char::from(*other),
                None => break,
            });
            rest = &rest[2..];
        } else {
            text.push_str(&String::from_utf16_lossy(&units));
        }
    }
    text.push_str(rest);
    text
}
