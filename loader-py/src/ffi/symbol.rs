//! The one symbol of an artifact, as `docs/abi.md` has it.

use std::cell::{Cell, UnsafeCell};
use std::os::raw::c_void;

use super::host::{HOST, RawHost};

/// The operation that frees a response, or a piece beside it.
const RELEASE: u8 = 3;

/// The list of so many pieces is kept for the next call.
const KEEP_PIECES: usize = 4096;

/// `UsecrateBuffer`: memory lent for one call.
#[repr(C)]
pub(crate) struct RawBuffer {
    pub(super) data: *mut u8,
    pub(super) len: usize,
    pub(super) flags: u64,
}

/// `UsecrateResponse`: an answer's memory.
#[repr(C)]
pub(super) struct RawResponse {
    data: *mut u8,
    len: usize,
    capacity: usize,
    pieces: *const RawPiece,
    piece_count: usize,
}

/// `UsecratePiece`: long bytes beside an answer.
#[repr(C)]
struct RawPiece {
    data: *const u8,
    len: usize,
    capacity: usize,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<RawBuffer>() == 24);
const _: () = assert!(size_of::<RawResponse>() == 5 * size_of::<usize>());
const _: () = assert!(size_of::<RawPiece>() == 3 * size_of::<usize>());

type Entry =
    unsafe extern "C" fn(*const u8, usize, *const RawBuffer, usize, *const RawHost, *mut RawResponse) -> i32;

/// `usecrate_call` of a library that is never unloaded.
#[derive(Clone, Copy)]
pub(crate) struct Symbol(Entry);

impl Symbol {
    /// The symbol at `address`.
    ///
    /// # Safety
    ///
    /// `address` is that of a `usecrate_call` that keeps the promises of `docs/abi.md` and stays loaded for ever.
    pub(super) unsafe fn from_address(address: *mut c_void) -> Self {
        // SAFETY: the caller vouches for the address; a function pointer has its size on every supported platform.
        Self(unsafe { std::mem::transmute::<*mut c_void, Entry>(address) })
    }

    /// One call.
    #[inline(always)]
    pub(crate) fn call(self, request: &[u8], buffers: &[RawBuffer], response: &mut Response) -> i32 {
        self.enter(request, buffers, response.raw.get_mut())
    }

    #[inline(always)]
    fn enter(self, request: &[u8], buffers: &[RawBuffer], response: *mut RawResponse) -> i32 {
        // SAFETY: request and buffers are valid for the call, the response is this library's own, and by the ABI
        // neither a panic nor an exception crosses.
        unsafe {
            (self.0)(
                request.as_ptr(),
                request.len(),
                buffers.as_ptr(),
                buffers.len(),
                &raw const HOST,
                response,
            )
        }
    }
}

/// A response that one library fills again and again. Dropping it gives its memory back to the library.
pub(crate) struct Response {
    /// The library changes it while the message is read: when a piece is freed.
    raw: UnsafeCell<RawResponse>,
    symbol: Symbol,
    /// Somebody reads a piece.
    reading: Cell<bool>,
}

// SAFETY: the memory belongs to the library, which lets any thread use a response, one at a time.
unsafe impl Send for Response {}

impl Response {
    /// An empty response for calls of `symbol`.
    pub(crate) fn new(symbol: Symbol) -> Self {
        Self {
            raw: UnsafeCell::new(RawResponse {
                data: std::ptr::null_mut(),
                len: 0,
                capacity: 0,
                pieces: std::ptr::null(),
                piece_count: 0,
            }),
            symbol,
            reading: Cell::new(false),
        }
    }

    /// For one call.
    pub(super) fn raw_mut(&mut self) -> *mut RawResponse {
        self.raw.get_mut()
    }

    fn raw(&self) -> &RawResponse {
        // SAFETY: only `free_piece` changes it behind a shared reference, and ends before any other method runs.
        unsafe { &*self.raw.get() }
    }

    /// The answer of the last call.
    pub(crate) fn bytes(&self) -> &[u8] {
        let raw = self.raw();
        if raw.data.is_null() {
            return &[];
        }
        // SAFETY: after a call the library promises `len` readable bytes at `data` until the next one with this struct;
        // freeing a piece is none.
        unsafe { std::slice::from_raw_parts(raw.data, raw.len) }
    }

    /// What `read` makes of the bytes beside the answer that it names by `index`; then they are freed. `None` if there are none,
    /// or none any more, or if `read` comes here again.
    pub(crate) fn read_piece<R>(&self, index: u32, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        if self.reading.replace(true) {
            return None;
        }
        let done = self.piece(index).map(|(data, len)| {
            // SAFETY: the library promises `len` readable bytes at `data` until the piece is freed, which only this function
            // does, below: the mark keeps another one out. The owner of a `Kept` never comes here.
            let done = read(unsafe { std::slice::from_raw_parts(data, len) });
            self.free_piece(index);
            done
        });
        self.reading.set(false);
        done
    }

    /// Where the bytes are that the answer names by `index`, and how many, if they were not freed.
    pub(super) fn piece(&self, index: u32) -> Option<(*const u8, usize)> {
        let piece = self.pieces().get(usize::try_from(index).ok()?)?;
        (!piece.data.is_null()).then_some((piece.data, piece.len))
    }

    /// Frees them.
    pub(super) fn free_piece(&self, index: u32) {
        let [a, b, c, d] = index.to_be_bytes();
        let request = [0x92, RELEASE, 0xce, a, b, c, d];
        self.symbol.enter(&request, &[], self.raw.get());
    }

    /// How many pieces there are, freed ones too.
    pub(crate) fn piece_count(&self) -> usize {
        self.pieces().len()
    }

    fn pieces(&self) -> &[RawPiece] {
        let raw = self.raw();
        if raw.pieces.is_null() {
            return &[];
        }
        // SAFETY: the library promises as many at that place until the next call with this struct.
        unsafe { std::slice::from_raw_parts(raw.pieces, raw.piece_count) }
    }

    /// How much memory the library holds for it.
    pub(crate) fn capacity(&self) -> usize {
        let raw = self.raw();
        raw.capacity.max(raw.len)
    }

    /// Whether the library holds long bytes for it that were not read, or a long list of those that were.
    pub(crate) fn holds_pieces(&self) -> bool {
        let pieces = self.pieces();
        pieces.len() > KEEP_PIECES || pieces.iter().any(|piece| !piece.data.is_null())
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        let raw = self.raw();
        if !raw.data.is_null() || !raw.pieces.is_null() {
            self.symbol.enter(&[0x91, RELEASE], &[], self.raw.get());
        }
    }
}
