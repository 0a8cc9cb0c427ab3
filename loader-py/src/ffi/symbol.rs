//! The one symbol of an artifact, as `docs/abi.md` has it.

use std::os::raw::c_void;

use pyo3::Python;

use super::detached::Detached;
use super::host::{HOST, RawHost};

/// `UsecrateBuffer`: memory lent for one call.
#[repr(C)]
pub(crate) struct RawBuffer {
    pub(super) data: *mut u8,
    pub(super) len: usize,
    pub(super) flags: u64,
}

#[repr(C)]
struct RawResponse {
    data: *mut u8,
    len: usize,
    capacity: usize,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<RawBuffer>() == 24);
const _: () = assert!(size_of::<RawResponse>() == 3 * size_of::<usize>());

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

    /// One call. The interpreter lock is let go of while Rust runs, if there is a place to note that.
    pub(crate) fn call(
        self,
        py: Python<'_>,
        request: &[u8],
        buffers: &[RawBuffer],
        response: &mut Response,
        release: Option<&Detached>,
    ) -> i32 {
        match release {
            None => self.enter(request, buffers, response),
            Some(detached) => detached.during(py, || self.enter(request, buffers, response)),
        }
    }

    fn enter(self, request: &[u8], buffers: &[RawBuffer], response: &mut Response) -> i32 {
        debug_assert!(
            response.symbol.0 as usize == self.0 as usize,
            "a response belongs to one library"
        );
        // SAFETY: request and buffers are valid for the call, the response is this library's own, and by the ABI
        // neither a panic nor an exception crosses.
        unsafe {
            (self.0)(
                request.as_ptr(),
                request.len(),
                buffers.as_ptr(),
                buffers.len(),
                &raw const HOST,
                &raw mut response.raw,
            )
        }
    }
}

/// A response that one library fills again and again. Dropping it gives its memory back to the library.
pub(crate) struct Response {
    raw: RawResponse,
    symbol: Symbol,
}

// SAFETY: the memory belongs to the library, which lets any thread use a response, one at a time.
unsafe impl Send for Response {}

impl Response {
    /// An empty response for calls of `symbol`.
    pub(crate) fn new(symbol: Symbol) -> Self {
        Self {
            raw: RawResponse {
                data: std::ptr::null_mut(),
                len: 0,
                capacity: 0,
            },
            symbol,
        }
    }

    /// The answer of the last call.
    pub(crate) fn bytes(&self) -> &[u8] {
        if self.raw.data.is_null() {
            return &[];
        }
        // SAFETY: after a call the library promises `len` readable bytes at `data` until the next one with this struct.
        unsafe { std::slice::from_raw_parts(self.raw.data, self.raw.len) }
    }

    /// How much memory the library holds for it.
    pub(crate) fn capacity(&self) -> usize {
        self.raw.capacity.max(self.raw.len)
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        if !self.raw.data.is_null() {
            let symbol = self.symbol;
            symbol.enter(&[0x91, 3], &[], self);
        }
    }
}
