//! MessagePack: a bounded reader over a request and a writer onto an answer (<https://github.com/msgpack/msgpack/blob/master/spec.md>).
//!
//! The reader allocates nothing and never trusts a length: what a header announces is compared with what the request
//! still holds. It knows formats and extension codes, nothing of types or handles.

use std::cell::Cell;

use crate::abi::{Piece, Word};
use crate::error::{Fault, RequestFault};

/// Extension code of a handle.
pub const EXT_HANDLE: i8 = 1;
/// Extension code of a lent buffer.
pub const EXT_BUFFER: i8 = 2;
/// Extension code of a host object.
pub const EXT_HOST: i8 = 3;
/// Extension code of a big integer.
pub const EXT_INTEGER: i8 = 4;
/// Extension code of a duration or time.
pub const EXT_TIME: i8 = 5;
/// Extension code of a handle whose value is moved where it would be cloned.
pub const EXT_MOVE: i8 = 6;
/// Extension code of what says, as the first item of an array, which collection it is; of dynamic values alone.
pub const EXT_COLLECTION: i8 = 7;
/// From this size on, bytes that an answer may keep go beside it, where that is cheaper than to copy them.
const BESIDE: usize = 16 << 10;
/// The same where the answer is long without them: what it takes to have anything beside it is spread over many.
const BESIDE_OTHERS: usize = 4 << 10;
/// The same for what has to be copied in any case: beside the answer, a client can keep it without another copy.
const BESIDE_COPIED: usize = 64 << 10;
/// The deepest nesting that is read.
pub const MAX_DEPTH: u32 = 64;

/// One MessagePack value, or the header of one that has parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token<'r> {
    /// nil
    Nil,
    /// bool
    Bool(bool),
    /// Any integer format; `u64` does not fit into `i64`, so both are in range here.
    Int(i128),
    /// float 32, float 64
    Float(f64),
    /// str, not yet checked to be UTF-8.
    Str(&'r [u8]),
    /// bin
    Bin(&'r [u8]),
    /// array: that many values follow.
    Array(usize),
    /// map: that many pairs follow.
    Map(usize),
    /// ext
    Ext(i8, &'r [u8]),
}

impl Token<'_> {
    /// What it is, for messages.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Bool(_) => "a bool",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Str(_) => "a string",
            Self::Bin(_) => "bytes",
            Self::Array(_) => "an array",
            Self::Map(_) => "a map",
            Self::Ext(EXT_HANDLE | EXT_MOVE, _) => "a handle",
            Self::Ext(EXT_BUFFER, _) => "a buffer",
            Self::Ext(EXT_HOST, _) => "a host object",
            Self::Ext(..) => "an extension value",
        }
    }
}

/// Bytes of a request.
pub(crate) enum Bytes<'r> {
    /// In it.
    Inside(&'r [u8]),
    /// Lent beside it, with this index.
    Beside(u32),
}

/// Reads a request from front to back.
#[derive(Debug)]
pub struct Reader<'r> {
    bytes: &'r [u8],
    at: Cell<usize>,
}

impl<'r> Reader<'r> {
    /// A reader at the start of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'r [u8]) -> Self {
        Self {
            bytes,
            at: Cell::new(0),
        }
    }

    /// A reader of what is left of `bytes` behind the first ones, which were read already.
    #[must_use]
    #[inline]
    pub(crate) fn behind(bytes: &'r [u8], start: usize) -> Self {
        Self {
            bytes,
            at: Cell::new(start.min(bytes.len())),
        }
    }

    /// Where it stands.
    #[inline]
    pub fn position(&self) -> usize {
        self.at.get()
    }

    /// What is between two positions.
    #[must_use]
    pub fn between(&self, start: usize, end: usize) -> &[u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Goes back to where it stood.
    pub fn rewind(&self, position: usize) {
        self.at.set(position.min(self.bytes.len()));
    }

    /// Nothing is left.
    #[inline]
    pub fn at_end(&self) -> bool {
        self.at.get() == self.bytes.len()
    }

    #[inline]
    fn take(&self, count: usize) -> Result<&'r [u8], Fault> {
        let start = self.at.get();
        match self.bytes.get(start..).and_then(|rest| rest.get(..count)) {
            Some(part) => {
                self.at.set(start + count);
                Ok(part)
            }
            None => Err(Fault::malformed("the request ends inside a value")),
        }
    }

    #[inline]
    fn fixed<const N: usize>(&self) -> Result<[u8; N], Fault> {
        let start = self.at.get();
        match self.bytes.get(start..).and_then(|rest| rest.first_chunk::<N>()) {
            Some(part) => {
                self.at.set(start + N);
                Ok(*part)
            }
            None => Err(Fault::malformed("the request ends inside a value")),
        }
    }

    /// How many bytes are left: no array or map can have more values than that.
    #[must_use]
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at.get()
    }

    fn counted(&self, count: usize, each: usize) -> Result<usize, Fault> {
        if count.checked_mul(each).is_some_and(|least| least <= self.left()) {
            Ok(count)
        } else {
            Err(Fault::request(
                RequestFault::Limit,
                "a length announces more than the request holds",
            ))
        }
    }

    /// The next byte, left where it is.
    #[inline]
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at.get()).copied()
    }

    /// The next value, if it is an integer below 2^63; else nothing is consumed.
    #[inline]
    pub fn integer(&self) -> Option<i64> {
        let start = self.at.get();
        let (&tag, rest) = self.bytes.get(start..)?.split_first()?;
        let (value, size) = match tag {
            0x00..=0x7f => (i64::from(tag), 0),
            0xe0..=0xff => (i64::from(tag as i8), 0),
            0xcc => (i64::from(*rest.first()?), 1),
            0xcd => (i64::from(u16::from_be_bytes(*rest.first_chunk()?)), 2),
            0xce => (i64::from(u32::from_be_bytes(*rest.first_chunk()?)), 4),
            0xd3 => (i64::from_be_bytes(*rest.first_chunk()?), 8),
            _ => return None,
        };
        self.at.set(start + 1 + size);
        Some(value)
    }

    /// The next value, if it is a truth value; else nothing is consumed.
    #[inline]
    pub(crate) fn truth(&self) -> Option<bool> {
        let value = match self.peek()? {
            0xc2 => false,
            0xc3 => true,
            _ => return None,
        };
        self.at.set(self.at.get() + 1);
        Some(value)
    }

    /// The next value, if it is a `float 64`; else nothing is consumed.
    #[inline]
    pub(crate) fn float(&self) -> Option<f64> {
        let rest = self.bytes.get(self.at.get()..)?.first_chunk::<9>()?;
        let [0xcb, word @ ..] = rest else { return None };
        self.at.set(self.at.get() + 9);
        Some(f64::from_be_bytes(*word))
    }

    /// The next value, if it is a string of less than 256 bytes, not yet known to be UTF-8; else nothing is consumed.
    #[inline]
    pub(crate) fn short_str(&self) -> Option<&'r [u8]> {
        let start = self.at.get();
        let (begin, length) = match self.bytes.get(start..)? {
            [tag @ 0xa0..=0xbf, ..] => (start + 1, usize::from(tag & 31)),
            [0xd9, length, ..] => (start + 2, usize::from(*length)),
            _ => return None,
        };
        let content = self.bytes.get(begin..begin + length)?;
        self.at.set(begin + length);
        Some(content)
    }

    /// The next value as the head of a short array and its first item, a small integer, as requests begin; else nothing
    /// is consumed.
    #[inline]
    pub(crate) fn head(&self) -> Option<(usize, u8)> {
        let rest = self.bytes.get(self.at.get()..)?;
        match *rest {
            [tag @ 0x91..=0x9f, first @ 0x00..=0x7f, ..] if usize::from(tag & 15) < rest.len() => {
                self.at.set(self.at.get() + 2);
                Some((usize::from(tag & 15), first))
            }
            _ => None,
        }
    }

    /// The next value, if it is an extension of 16 bytes; else nothing is consumed.
    #[inline]
    pub(crate) fn ext16(&self) -> Option<(i8, &'r [u8; 16])> {
        let rest = self.bytes.get(self.at.get()..)?.first_chunk::<18>()?;
        let [0xd8, code, content @ ..] = rest else {
            return None;
        };
        self.at.set(self.at.get() + 18);
        Some((*code as i8, content))
    }

    /// The next value, if it is bytes in one of the forms in which most are sent: short ones, or the index of a buffer; else
    /// nothing is consumed.
    #[inline]
    pub(crate) fn bytes(&self) -> Option<Bytes<'r>> {
        let (bytes, size) = match *self.bytes.get(self.at.get()..)? {
            [0xc4, length, ref rest @ ..] => {
                let length = usize::from(length);
                (Bytes::Inside(rest.get(..length)?), 2 + length)
            }
            [0xd6, code, a, b, c, d, ..] if code == EXT_BUFFER as u8 => {
                (Bytes::Beside(u32::from_le_bytes([a, b, c, d])), 6)
            }
            _ => return None,
        };
        self.at.set(self.at.get() + size);
        Some(bytes)
    }

    /// Whether the next value is the head of a short array of just so many items, which is then consumed.
    #[inline]
    pub(crate) fn short_array(&self, count: usize) -> bool {
        let rest = self.bytes.get(self.at.get()..).unwrap_or_default();
        let found =
            matches!(rest, [tag @ 0x90..=0x9f, ..] if usize::from(tag & 15) == count) && count < rest.len();
        if found {
            self.at.set(self.at.get() + 1);
        }
        found
    }

    /// Whether the next value is nil, which is then consumed.
    #[inline]
    pub fn nil(&self) -> bool {
        let nil = self.peek() == Some(0xc0);
        if nil {
            self.at.set(self.at.get() + 1);
        }
        nil
    }

    /// The next value, or its header.
    ///
    /// # Errors
    ///
    /// The request ends, a length is beyond it, or the byte is the one that MessagePack never uses.
    #[inline]
    pub fn next(&self) -> Result<Token<'r>, Fault> {
        let [tag] = self.fixed::<1>()?;
        Ok(match tag {
            0x00..=0x7f => Token::Int(i128::from(tag)),
            0x80..=0x8f => Token::Map(self.counted(usize::from(tag & 15), 2)?),
            0x90..=0x9f => Token::Array(self.counted(usize::from(tag & 15), 1)?),
            0xa0..=0xbf => Token::Str(self.take(usize::from(tag & 31))?),
            0xc0 => Token::Nil,
            0xc1 => return Err(Fault::malformed("the byte 0xc1 is not MessagePack")),
            0xc2 => Token::Bool(false),
            0xc3 => Token::Bool(true),
            0xc4 => Token::Bin(self.take(self.length::<1>()?)?),
            0xc5 => Token::Bin(self.take(self.length::<2>()?)?),
            0xc6 => Token::Bin(self.take(self.length::<4>()?)?),
            0xc7 => self.ext::<1>()?,
            0xc8 => self.ext::<2>()?,
            0xc9 => self.ext::<4>()?,
            0xca => Token::Float(f64::from(f32::from_be_bytes(self.fixed()?))),
            0xcb => Token::Float(f64::from_be_bytes(self.fixed()?)),
            0xcc => Token::Int(i128::from(u8::from_be_bytes(self.fixed()?))),
            0xcd => Token::Int(i128::from(u16::from_be_bytes(self.fixed()?))),
            0xce => Token::Int(i128::from(u32::from_be_bytes(self.fixed()?))),
            0xcf => Token::Int(i128::from(u64::from_be_bytes(self.fixed()?))),
            0xd0 => Token::Int(i128::from(i8::from_be_bytes(self.fixed()?))),
            0xd1 => Token::Int(i128::from(i16::from_be_bytes(self.fixed()?))),
            0xd2 => Token::Int(i128::from(i32::from_be_bytes(self.fixed()?))),
            0xd3 => Token::Int(i128::from(i64::from_be_bytes(self.fixed()?))),
            0xd4..=0xd8 => {
                let [code] = self.fixed::<1>()?;
                Token::Ext(code as i8, self.take(1 << (tag - 0xd4))?)
            }
            0xd9 => Token::Str(self.take(self.length::<1>()?)?),
            0xda => Token::Str(self.take(self.length::<2>()?)?),
            0xdb => Token::Str(self.take(self.length::<4>()?)?),
            0xdc => Token::Array(self.counted(self.length::<2>()?, 1)?),
            0xdd => Token::Array(self.counted(self.length::<4>()?, 1)?),
            0xde => Token::Map(self.counted(self.length::<2>()?, 2)?),
            0xdf => Token::Map(self.counted(self.length::<4>()?, 2)?),
            0xe0..=0xff => Token::Int(i128::from(tag as i8)),
        })
    }

    #[inline]
    fn length<const N: usize>(&self) -> Result<usize, Fault> {
        let bytes = self.fixed::<N>()?;
        Ok(bytes
            .iter()
            .fold(0, |length, byte| (length << 8) | usize::from(*byte)))
    }

    fn ext<const N: usize>(&self) -> Result<Token<'r>, Fault> {
        let length = self.length::<N>()?;
        let [code] = self.fixed::<1>()?;
        Ok(Token::Ext(code as i8, self.take(length)?))
    }

    /// Passes over the next value with all its parts.
    ///
    /// # Errors
    ///
    /// As for [`Reader::next`], or the nesting is too deep.
    pub fn skip(&self) -> Result<(), Fault> {
        self.skip_below(MAX_DEPTH)
    }

    fn skip_below(&self, depth: u32) -> Result<(), Fault> {
        let count = match self.next()? {
            Token::Array(count) => count,
            Token::Map(count) => count * 2,
            _ => return Ok(()),
        };
        let depth = deeper(depth)?;
        (0..count).try_for_each(|_| self.skip_below(depth))
    }
}

/// One level further down.
///
/// # Errors
///
/// There is none.
pub fn deeper(depth: u32) -> Result<u32, Fault> {
    depth.checked_sub(1).ok_or_else(|| {
        Fault::request(
            RequestFault::Limit,
            format!("nested deeper than {MAX_DEPTH} levels"),
        )
    })
}

/// Writes an answer.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    /// What goes beside the bytes, which name it; `None`: nothing can.
    beside: Option<Vec<Piece>>,
}

/// How far a writer has come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    length: usize,
    beside: usize,
}

impl Writer {
    /// Continues in `bytes`.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, beside: None }
    }

    /// The same for an answer that others can go beside.
    pub(crate) const fn answering(bytes: Vec<u8>) -> Self {
        let beside = Some(Vec::new());
        Self { bytes, beside }
    }

    /// What goes beside what was written, if there is a list of it.
    #[inline]
    pub(crate) fn take_beside(&mut self) -> Option<Vec<Piece>> {
        let has = self.beside.as_ref().is_some_and(|beside| beside.capacity() > 0);
        if has { self.beside.take() } else { None }
    }

    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The same, where it is.
    pub(crate) const fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// What was written so far.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How much fits without moving what was written.
    #[must_use]
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// How much was written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// How much was written, with what goes beside it.
    pub(crate) fn weight(&self) -> usize {
        let beside = self.beside.iter().flatten();
        beside.fold(self.len(), |sum, piece| sum.saturating_add(piece.len()))
    }

    /// Nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Exactly that was written.
    pub(crate) fn is(&self, bytes: &[u8]) -> bool {
        self.bytes == bytes
    }

    /// Forgets what was written behind `length`, and what goes beside it: nothing before it names that.
    pub fn truncate(&mut self, length: usize) {
        self.bytes.truncate(length);
        if let Some(beside) = &mut self.beside {
            beside.clear();
        }
    }

    /// How far it has come.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            length: self.len(),
            beside: self.beside.as_ref().map_or(0, Vec::len),
        }
    }

    /// Forgets what was written since, and what goes beside that.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.bytes.truncate(mark.length);
        if let Some(beside) = &mut self.beside {
            beside.truncate(mark.beside);
        }
    }

    /// Puts the last `N` bytes, which begin at `from`, over those at `to`.
    #[inline]
    pub(crate) fn move_up<const N: usize>(&mut self, from: usize, to: usize) {
        if let Some((before, last)) = self.bytes.split_at_mut_checked(from) {
            if let (Some(place), Some(last)) = (before.get_mut(to..to + N), last.first_chunk::<N>()) {
                place.copy_from_slice(last);
            }
        }
        self.bytes.truncate(from);
    }

    /// Appends bytes that are MessagePack already.
    #[inline]
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// nil
    #[inline]
    pub fn nil(&mut self) {
        self.bytes.push(0xc0);
    }

    /// bool
    #[inline]
    pub fn bool(&mut self, value: bool) {
        self.bytes.push(if value { 0xc3 } else { 0xc2 });
    }

    #[inline]
    fn tagged<const N: usize>(&mut self, tag: u8, value: [u8; N]) {
        self.bytes.reserve(N + 1);
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&value);
    }

    /// A signed integer, in the shortest format.
    #[inline]
    pub fn int(&mut self, value: i64) {
        if let Ok(value) = u64::try_from(value) {
            self.uint(value);
        } else if value >= -32 {
            self.bytes.push(value as u8);
        } else if let Ok(value) = i8::try_from(value) {
            self.tagged(0xd0, value.to_be_bytes());
        } else if let Ok(value) = i16::try_from(value) {
            self.tagged(0xd1, value.to_be_bytes());
        } else if let Ok(value) = i32::try_from(value) {
            self.tagged(0xd2, value.to_be_bytes());
        } else {
            self.tagged(0xd3, value.to_be_bytes());
        }
    }

    /// An unsigned integer, in the shortest format.
    #[inline]
    pub fn uint(&mut self, value: u64) {
        if value < 128 {
            self.bytes.push(value as u8);
        } else if let Ok(value) = u8::try_from(value) {
            self.tagged(0xcc, value.to_be_bytes());
        } else if let Ok(value) = u16::try_from(value) {
            self.tagged(0xcd, value.to_be_bytes());
        } else if let Ok(value) = u32::try_from(value) {
            self.tagged(0xce, value.to_be_bytes());
        } else {
            self.tagged(0xcf, value.to_be_bytes());
        }
    }

    /// An integer of any size, as little-endian two's complement where 64 bits are too few.
    pub fn big(&mut self, value: i128) {
        if let Ok(value) = i64::try_from(value) {
            self.int(value);
        } else if let Ok(value) = u64::try_from(value) {
            self.uint(value);
        } else {
            self.ext(EXT_INTEGER, &value.to_le_bytes());
        }
    }

    /// The same for `u128`.
    pub fn big_unsigned(&mut self, value: u128) {
        if let Ok(value) = i128::try_from(value) {
            self.big(value);
        } else {
            let mut bytes = [0; 17];
            bytes[..16].copy_from_slice(&value.to_le_bytes());
            self.ext(EXT_INTEGER, &bytes);
        }
    }

    /// float 64
    #[inline]
    pub fn f64(&mut self, value: f64) {
        self.tagged(0xcb, value.to_be_bytes());
    }

    /// float 32
    #[inline]
    pub fn f32(&mut self, value: f32) {
        self.tagged(0xca, value.to_be_bytes());
    }

    /// str
    #[inline]
    pub fn str(&mut self, value: &str) {
        self.str_bytes(value.as_bytes());
    }

    /// The same for what is known to be text.
    #[inline]
    fn str_bytes(&mut self, value: &[u8]) {
        let length = value.len();
        if length < 32 {
            self.bytes.push(0xa0 | length as u8);
        } else if let Ok(length) = u8::try_from(length) {
            self.tagged(0xd9, length.to_be_bytes());
        } else if let Ok(length) = u16::try_from(length) {
            self.tagged(0xda, length.to_be_bytes());
        } else {
            self.tagged(0xdb, clamp(length).to_be_bytes());
        }
        self.bytes.extend_from_slice(value);
    }

    /// str, unless it is long enough to go beside the answer: then `false`, and nothing is written.
    #[inline]
    pub(crate) fn short_str(&mut self, value: &str) -> bool {
        let short = value.len() < BESIDE_OTHERS;
        if short {
            self.str(value);
        }
        short
    }

    /// str, or ext for text that is long enough to go beside the answer as it is.
    #[inline]
    pub(crate) fn owned_str(&mut self, value: String) {
        if !self.short_str(&value) {
            self.long_str(value);
        }
    }

    #[cold]
    #[inline(never)]
    fn long_str(&mut self, value: String) {
        if let Some(bytes) = self.put_beside(value.into_bytes()) {
            self.str_bytes(&bytes);
        }
    }

    /// bin
    #[inline]
    pub fn bin(&mut self, value: &[u8]) {
        self.bin_head(value.len());
        self.bytes.extend_from_slice(value);
    }

    /// The header of bytes, which follow.
    #[inline]
    pub(crate) fn bin_head(&mut self, length: usize) {
        if let Ok(length) = u8::try_from(length) {
            self.tagged(0xc4, length.to_be_bytes());
        } else if let Ok(length) = u16::try_from(length) {
            self.tagged(0xc5, length.to_be_bytes());
        } else {
            self.tagged(0xc6, clamp(length).to_be_bytes());
        }
    }

    /// Makes room for so many more bytes.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.bytes.reserve(more);
    }

    /// Puts words beside the answer as they are, and ext into it, if they are long enough; else gives them back.
    #[inline]
    pub(crate) fn put_beside<T: Word>(&mut self, words: Vec<T>) -> Option<Vec<T>> {
        let size = words.len() * size_of::<T>();
        let Some(beside) = self.beside.as_mut().filter(|_| size >= BESIDE_OTHERS) else {
            return Some(words);
        };
        let is_long = !beside.is_empty() || self.bytes.len() >= BESIDE || size >= BESIDE;
        match u32::try_from(beside.len()) {
            Ok(index) if is_long => {
                beside.push(Piece::new(words));
                self.ext(EXT_BUFFER, &index.to_le_bytes());
                None
            }
            _ => Some(words),
        }
    }

    /// The same for a copy of words; `false`: they are better copied into the answer.
    #[inline]
    pub(crate) fn copy_beside<T: Word>(&mut self, words: &[T]) -> bool {
        size_of_val(words) >= BESIDE_COPIED
            && self.beside.is_some()
            && self.put_beside(words.to_vec()).is_none()
    }

    /// bin, or ext for bytes of which a copy is long enough to go beside the answer.
    #[inline]
    pub(crate) fn lent_bin(&mut self, value: &[u8]) {
        if !self.copy_beside(value) {
            self.bin(value);
        }
    }

    /// bin, or ext for bytes that are long enough to go beside the answer as they are.
    #[inline]
    pub fn owned_bin(&mut self, value: Vec<u8>) {
        if let Some(value) = self.put_beside(value) {
            self.bin(&value);
        }
    }

    /// What comes before a value of the type with that index of a union.
    #[inline]
    pub fn choice(&mut self, index: u8) {
        self.array(2);
        self.uint(u64::from(index));
    }

    /// The header of an array.
    #[inline]
    pub fn array(&mut self, length: usize) {
        if length < 16 {
            self.bytes.push(0x90 | length as u8);
        } else if let Ok(length) = u16::try_from(length) {
            self.tagged(0xdc, length.to_be_bytes());
        } else {
            self.tagged(0xdd, clamp(length).to_be_bytes());
        }
    }

    /// The array that begins at `start` and announced `announced` values has `length`, no more, and all behind it are its.
    pub(crate) fn shorten(&mut self, start: usize, announced: usize, length: usize) {
        self.announce(start, announced, length, Self::array);
    }

    /// The same for bytes.
    pub(crate) fn shorten_bin(&mut self, start: usize, announced: usize, length: usize) {
        self.announce(start, announced, length, Self::bin_head);
    }

    /// What begins at `start` with a `head` that announced `announced` values has `length`.
    pub(crate) fn announce(
        &mut self,
        start: usize,
        announced: usize,
        length: usize,
        head: fn(&mut Self, usize),
    ) {
        if announced == length {
            return;
        }
        let header = |length| {
            let mut writer = Self::default();
            head(&mut writer, length);
            writer.bytes
        };
        let end = start + header(announced).len();
        self.bytes.splice(start..end, header(length));
    }

    /// The header of a map.
    pub fn map(&mut self, length: usize) {
        if length < 16 {
            self.bytes.push(0x80 | length as u8);
        } else if let Ok(length) = u16::try_from(length) {
            self.tagged(0xde, length.to_be_bytes());
        } else {
            self.tagged(0xdf, clamp(length).to_be_bytes());
        }
    }

    /// An extension value of any length.
    pub(crate) fn long_ext(&mut self, code: i8, value: &[u8]) {
        match u8::try_from(value.len()) {
            Ok(_) => return self.ext(code, value),
            Err(_) => self.tagged(0xc9, clamp(value.len()).to_be_bytes()),
        }
        self.bytes.push(code as u8);
        self.bytes.extend_from_slice(value);
    }

    /// An extension value of at most 255 bytes.
    pub fn ext(&mut self, code: i8, value: &[u8]) {
        let length = value.len() as u8;
        match length {
            1 | 2 | 4 | 8 | 16 => self.bytes.push(0xd4 + length.trailing_zeros() as u8),
            _ => self.tagged(0xc7, [length]),
        }
        self.bytes.push(code as u8);
        self.bytes.extend_from_slice(value);
    }
}

/// A length for a 32-bit header.
///
/// # Panics
///
/// The value is longer than 4 GiB: the panic becomes status 2 like any other.
fn clamp(length: usize) -> u32 {
    match u32::try_from(length) {
        Ok(length) => length,
        Err(_) => panic!("a result of {length} bytes or items is longer than an answer can hold (4 GiB)"),
    }
}
