//! The way back into the caller: `UsecrateHost` of `docs/abi.md`, behind safe functions.

use std::ffi::c_void;

use super::Buffer;
use crate::host::Words;

/// Appends to an answer.
type Write = unsafe extern "C" fn(sink: *mut c_void, data: *const u8, len: usize);

/// What a caller gives with a request, so that it can be called back.
#[repr(C)]
pub struct HostTable {
    call: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            request: *const u8,
            request_len: usize,
            buffers: *const Buffer,
            buffer_count: usize,
            write: Write,
            sink: *mut c_void,
        ) -> i32,
    >,
    context: *mut c_void,
    /// None: every upcall is a message.
    direct: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            token: u64,
            form: u64,
            words: *const u64,
            result: *mut u64,
        ) -> i32,
    >,
}

const _: () = assert!(size_of::<HostTable>() == 3 * size_of::<usize>());

/// What comes of a direct upcall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Directly {
    /// The result.
    Word(u64),
    /// The object raised.
    Raised {
        /// The exception.
        token: u64,
        /// Nothing may swallow it.
        fatal: bool,
    },
    /// The host cannot answer any more.
    Gone,
}

/// A host, which lives as long as the process.
#[derive(Clone, Copy)]
pub(crate) struct Host(&'static HostTable);

impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

// SAFETY: `docs/abi.md`: the function may be called from any thread, several at once; the context is only passed on.
unsafe impl Send for Host {}
// SAFETY: as above.
unsafe impl Sync for Host {}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Host")
    }
}

/// Memory that an upcall lends to the host.
#[derive(Debug)]
pub enum Memory<'m> {
    /// None.
    Nothing,
    /// To be read.
    Read(&'m [u8]),
    /// To be filled.
    Fill(&'m mut [u8]),
}

/// Bit 0 of a buffer's flags: it may be written to.
const WRITABLE: u64 = 1;

/// The sink that [`Host::call`] gives.
///
/// # Safety
///
/// `sink` is the `Vec<u8>` of a running [`Host::call`], used by one thread at a time; `data` points to `len` bytes.
unsafe extern "C" fn append(sink: *mut c_void, data: *const u8, len: usize) {
    // SAFETY: by this function's contract.
    let answer = unsafe { &mut *sink.cast::<Vec<u8>>() };
    // SAFETY: by this function's contract.
    answer.extend_from_slice(unsafe { super::slice(data, len) });
}

impl Host {
    /// The host that a call came with; `Err`: it has no function.
    ///
    /// # Safety
    ///
    /// `table` is null, or points to a table that stays as it is for the rest of the process.
    pub(super) unsafe fn new(table: *const HostTable) -> Result<Option<Self>, ()> {
        // SAFETY: by this function's contract.
        match unsafe { table.as_ref() } {
            None => Ok(None),
            Some(table) if table.call.is_none() => Err(()),
            Some(table) => Ok(Some(Self(table))),
        }
    }

    /// Whether callables can be called with words.
    #[inline(always)]
    pub(crate) fn is_direct(self) -> bool {
        self.0.direct.is_some()
    }

    /// Calls back a callable with words, where that is so.
    #[inline(always)]
    pub(crate) fn call_directly(self, token: u64, words: &Words) -> Directly {
        let Some(direct) = self.0.direct else {
            return Directly::Gone;
        };
        let mut word = 0;
        // SAFETY: the host's promise in `docs/abi.md`. There are as many words as the form says, and the result is this
        // function's own.
        let code = unsafe {
            direct(
                self.0.context,
                token,
                words.form,
                words.words.as_ptr(),
                &raw mut word,
            )
        };
        match code {
            0 => Directly::Word(word),
            1 | 2 => Directly::Raised {
                token: word,
                fatal: code == 2,
            },
            _ => Directly::Gone,
        }
    }

    /// Calls back; the answer is appended to `answer`. `false`: the host cannot answer any more.
    #[inline]
    pub(crate) fn call(self, request: &[u8], memory: Memory<'_>, answer: &mut Vec<u8>) -> bool {
        let lent = match memory {
            Memory::Nothing => None,
            Memory::Read(bytes) => Some(Buffer {
                data: bytes.as_ptr().cast_mut(),
                len: bytes.len(),
                flags: 0,
            }),
            Memory::Fill(bytes) => Some(Buffer {
                data: bytes.as_mut_ptr(),
                len: bytes.len(),
                flags: WRITABLE,
            }),
        };
        let buffers = lent.as_slice();
        let Some(call) = self.0.call else { return false };
        // SAFETY: the host's promise in `docs/abi.md`. Request and buffers live until it returns, what it may write to is
        // borrowed exclusively, and the sink is this function's own.
        let code = unsafe {
            call(
                self.0.context,
                request.as_ptr(),
                request.len(),
                buffers.as_ptr(),
                buffers.len(),
                append,
                std::ptr::from_mut(answer).cast(),
            )
        };
        code == 0
    }
}
