//! Writes answers.

use super::{EXT_BUFFER, EXT_INTEGER};
use crate::abi::{Piece, Word};

/// From this size on, bytes that an answer may keep go beside it, where that is cheaper than to copy them.
const BESIDE: usize = 16 << 10;
/// The same where the answer is long without them: what it takes to have anything beside it is spread over many.
const BESIDE_OTHERS: usize = 4 << 10;
/// The same for what has to be copied in any case: beside the answer, a client can keep it without another copy.
const BESIDE_COPIED: usize = 64 << 10;

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
