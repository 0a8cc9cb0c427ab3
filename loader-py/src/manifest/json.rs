//! JSON text, read once into a flat list of nodes: what is needed of it becomes Python objects later.
//!
//! Strict, without recursion, and nothing is copied: nodes point into the text.

mod reader;

use std::borrow::Cow;

use reader::hexadecimal;

use super::Refusal;
use super::blocks::Blocks;

/// The bytes of a node in an index.
const INDEXED: usize = 9;
/// In an index, lists and maps nest no deeper than this.
const INDEXED_DEPTH: usize = 16;

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
    /// A map whose parts were checked and not kept: they are read again where they are asked for. Its name may follow it.
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
    /// Where the text of what is folded is, if it is not there.
    far: Option<Blocks>,
}

impl Document {
    /// Reads a text. Maps under the keys `folded` of the outermost one are folded.
    pub(crate) fn read(text: String, folded: &'static [&'static str]) -> Result<Self, Malformed> {
        if u32::try_from(text.len()).is_err() {
            return Err(Malformed::At(0, "it is longer than 4 GiB"));
        }
        let nodes = reader::read(text.as_bytes(), folded)?;
        Ok(Self {
            text,
            nodes,
            far: None,
        })
    }

    /// What was read before: `nodes` says what was found. Those that are folded are in the blocks, the others in `text`. `None`
    /// if that cannot be.
    ///
    /// For each node there is its kind, where it begins, and its size, both as 32 bits, the lowest first.
    pub(crate) fn indexed(text: String, index: &[u8], blocks: Blocks) -> Option<Self> {
        let mut nodes = Vec::with_capacity(index.len() / INDEXED);
        for node in index.chunks(INDEXED) {
            let (kind, rest) = node.split_first()?;
            let (start, size) = rest.split_first_chunk()?;
            let (start, size) = (
                u32::from_le_bytes(*start),
                u32::from_le_bytes(size.try_into().ok()?),
            );
            let (kind, names) = match kind {
                b'n' => (Kind::Null, 0),
                b't' => (Kind::True, 0),
                b'f' => (Kind::False, 0),
                b'i' => (Kind::Int, 0),
                b'd' => (Kind::Float, 0),
                b's' => (Kind::Text, 0),
                b'e' => (Kind::Escaped, 0),
                b'l' => (Kind::List, 0),
                b'm' => (Kind::Map, 0),
                b'w' => (Kind::Folded, 0),
                b'o' => (Kind::Folded, 1),
                _ => return None,
            };
            let (from, to) = (start as usize, start.checked_add(size)? as usize);
            let there = match kind {
                Kind::List | Kind::Map => true,
                Kind::Folded => to <= blocks.size(),
                _ => text.get(from..to).is_some(),
            };
            if !there {
                return None;
            }
            nodes.push(Node {
                kind,
                start,
                size,
                next: names,
            });
        }
        let end = link(&mut nodes, 0, 0)?;
        (end == nodes.len()).then_some(Self {
            text,
            nodes,
            far: Some(blocks),
        })
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
        // Its name, if it has one.
        Kind::Folded => node.next as usize,
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

    /// Its text as it is written, a string's without quotes. None of what has parts.
    pub(crate) fn raw(self) -> &'d str {
        let node = self.node();
        match node.kind {
            Kind::List | Kind::Map => "",
            Kind::Folded if self.document.far.is_some() => "",
            _ => &self.document.text[node.start as usize..(node.start + node.size) as usize],
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
    pub(crate) fn unfold(self) -> Result<Option<Document>, Refusal> {
        let node = self.node();
        Ok(match &self.document.far {
            _ if node.kind != Kind::Folded => None,
            None => Document::read(self.raw().to_owned(), &[]).ok(),
            Some(blocks) => {
                let text = blocks.text(node.start as usize, node.size as usize)?;
                Some(Document::read(text, &[]).map_err(|_| blocks.not_built())?)
            }
        })
    }

    /// The name in a map; of one that is folded only if it follows.
    pub(crate) fn name(self) -> Option<Cow<'d, str>> {
        match self.kind() {
            Kind::Folded => self.parts().next()?.text(),
            _ => self.get("name")?.text(),
        }
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

/// Positions fit: the text is checked to be no longer.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
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
