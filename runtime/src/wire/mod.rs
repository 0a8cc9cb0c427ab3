//! MessagePack: a bounded reader over a request and a writer onto an answer (<https://github.com/msgpack/msgpack/blob/master/spec.md>).
//!
//! The reader allocates nothing and never trusts a length: what a header announces is compared with what the request
//! still holds. It knows formats and extension codes, nothing of types or handles.

mod write;

use std::cell::Cell;

use crate::error::{Fault, RequestFault};

pub(crate) use write::Mark;
pub use write::Writer;

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
