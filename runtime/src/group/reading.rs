//! What a call reads: values of its request, memory beside it, or the words of a direct call.

use std::cell::Cell;

use super::frame::Frame;
use super::hold::no_handle;
use super::lent::{Lent, Number};
use super::table::HandleId;
use super::value::TypeInfo;
use crate::abi::Host;
use crate::error::Fault;
use crate::wire::{Bytes, EXT_BUFFER, EXT_HANDLE, EXT_MOVE, Reader, Token};

/// The arguments of a direct call.
pub(super) struct Words {
    some: bool,
    first: *const u64,
    at: Cell<*const u64>,
}

impl Words {
    #[inline(always)]
    pub(super) const fn none() -> Self {
        Self {
            some: false,
            first: std::ptr::null(),
            at: Cell::new(std::ptr::null()),
        }
    }

    #[inline(always)]
    const fn new(first: *const u64) -> Self {
        Self {
            some: true,
            first,
            at: Cell::new(first),
        }
    }
}

impl<'c> Frame<'c> {
    /// A direct call.
    ///
    /// # Safety
    ///
    /// `words` points to as many words as the callable's arguments take, in the form that operation *direct* says, which
    /// stay there for `'c` as does the memory that they name; nobody writes to any of it meanwhile.
    #[inline(always)]
    pub(crate) unsafe fn direct(words: *const u64, host: Option<Host>, callable: &'static str) -> Self {
        Self {
            words: Words::new(words),
            ..Self::new(Reader::new(&[]), &[], host, callable, 0)
        }
    }

    /// Whether arguments are words.
    #[inline(always)]
    pub(crate) fn is_direct(&self) -> bool {
        self.words.some
    }

    /// The next word.
    #[inline(always)]
    pub(crate) fn word(&self) -> u64 {
        let at = self.words.at.get();
        self.words.at.set(at.wrapping_add(1));
        // SAFETY: only shims of direct calls ask, once for each word of the form that they said, and `direct` was promised
        // as many.
        unsafe { at.read() }
    }

    /// The next two words.
    #[inline(always)]
    fn two_words(&self) -> [u64; 2] {
        let at = self.words.at.get();
        self.words.at.set(at.wrapping_add(2));
        // SAFETY: as for `word`.
        let first = unsafe { at.read() };
        // SAFETY: as for `word`, of the one behind it.
        let second = unsafe { at.wrapping_add(1).read() };
        // One by one, as they were written a moment ago: to read both at once would wait until they have reached memory.
        [first, second]
    }

    /// The next two words: memory that was lent.
    #[inline(always)]
    pub(crate) fn memory(&self) -> &'c [u8] {
        let [place, length] = self.two_words();
        if length == 0 {
            return &[];
        }
        let place = std::ptr::with_exposed_provenance::<u8>(place as usize);
        // SAFETY: `direct` was promised that the memory is there for `'c`, and nobody writes to it.
        unsafe { std::slice::from_raw_parts(place, length as usize) }
    }

    /// The same of text.
    #[inline(always)]
    pub(crate) fn text(&self) -> &'c str {
        // SAFETY: `direct` was promised that it is UTF-8: the form of the argument says so.
        unsafe { std::str::from_utf8_unchecked(self.memory()) }
    }

    /// The result is this word.
    #[inline(always)]
    pub(crate) fn give(&self, word: u64) {
        self.result.set(Some(word));
    }

    /// The result is none.
    pub(crate) fn give_nothing(&self) {
        self.result.set(None);
    }

    /// The word that is the result.
    #[inline(always)]
    pub(crate) fn given_word(&self) -> Option<u64> {
        self.result.get()
    }

    /// Where the reading of arguments begins, to go back to.
    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.reader.position()
    }

    /// Goes back there.
    pub(crate) fn rewind(&self, position: usize) {
        self.parameter.set(0);
        self.words.at.set(self.words.first);
        self.reader.rewind(position);
    }

    /// The buffer that an extension value names.
    fn buffer(&self, index: &[u8]) -> Result<&'c Lent<'c>, Fault> {
        let index: [u8; 4] = index
            .try_into()
            .map_err(|_| Fault::malformed("a buffer's extension value has 4 bytes"))?;
        self.buffer_at(u32::from_le_bytes(index))
    }

    #[inline]
    fn buffer_at(&self, index: u32) -> Result<&'c Lent<'c>, Fault> {
        self.buffers.get(index as usize).ok_or_else(|| {
            Fault::malformed(format!("there is no buffer {index}, but {}", self.buffers.len()))
        })
    }

    /// Reads which memory is lent to be written to.
    pub(crate) fn writable<T: Number>(&self) -> Result<&'c mut [T], Fault> {
        match self.reader.next()? {
            Token::Ext(EXT_BUFFER, index) => self.buffer(index)?.write(self.buffers),
            other => Err(Fault::expected(format!("writable memory, not {}", other.name()))),
        }
    }

    /// Reads bytes: inside the request, or beside it.
    #[inline]
    pub(crate) fn bytes(&self) -> Result<&'c [u8], Fault> {
        match self.reader.bytes() {
            Some(Bytes::Inside(bytes)) => Ok(bytes),
            Some(Bytes::Beside(index)) => self.buffer_at(index)?.read(),
            None => self.other_bytes(),
        }
    }

    fn other_bytes(&self) -> Result<&'c [u8], Fault> {
        match self.reader.next()? {
            Token::Bin(bytes) => Ok(bytes),
            Token::Ext(EXT_BUFFER, index) => self.buffer(index)?.read(),
            other => Err(Fault::expected(format!("bytes, not {}", other.name()))),
        }
    }

    /// Whether the handle that follows is to be moved even where it would be cloned.
    pub(crate) fn moves(&self) -> bool {
        if self.is_direct() {
            return false;
        }
        let at = self.reader.position();
        let moves = matches!(self.reader.next(), Ok(Token::Ext(EXT_MOVE, _)));
        self.reader.rewind(at);
        moves
    }

    /// Reads a handle.
    #[inline(always)]
    pub(crate) fn handle(&self, wanted: &TypeInfo) -> Result<HandleId, Fault> {
        if self.is_direct() {
            let [place, life] = self.two_words();
            return Ok(HandleId::from_words(place, life));
        }
        self.sent_handle(wanted.path)
    }

    /// The same of a message.
    #[inline(never)]
    fn sent_handle(&self, wanted: &str) -> Result<HandleId, Fault> {
        match self.reader.ext16() {
            Some((EXT_HANDLE | EXT_MOVE, bytes)) => Ok(HandleId::from_array(bytes)),
            Some((code, bytes)) => Err(no_handle(wanted, &Token::Ext(code, bytes))),
            None => self.unusual_handle(wanted),
        }
    }

    #[cold]
    fn unusual_handle(&self, wanted: &str) -> Result<HandleId, Fault> {
        match self.reader.next()? {
            Token::Ext(EXT_HANDLE | EXT_MOVE, bytes) => {
                HandleId::from_bytes(bytes).ok_or_else(|| Fault::malformed("a handle has 16 bytes"))
            }
            other => Err(no_handle(wanted, &other)),
        }
    }
}
