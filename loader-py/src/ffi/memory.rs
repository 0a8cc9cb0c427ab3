//! Long bytes and numbers of an answer, seen by Python where they lie in the library: no copy is made of them.
//!
//! An answer that is kept is no scratch for another call any more. Each of its pieces is freed with the last view of it, by
//! the deallocator, on whatever thread that runs; what is left of the answer with the last of its pieces. In a child of `fork`
//! nothing is freed that came from the parent: another thread may have been inside the library's allocator, and does not
//! exist there. Until the child ends, its views are good.

use std::os::raw::{c_int, c_void};
use std::sync::Arc;

use pyo3::exceptions::PyBufferError;
use pyo3::types::{PyAnyMethods, PyMemoryView};
use pyo3::{Bound, PyAny, PyResult, Python, ffi, pyclass, pymethods};

use super::lock_cell::Guarded;
use super::process;
use super::symbol::Response;
use crate::shape::Number;

/// An answer that lasts as long as its pieces are seen.
pub(crate) struct Kept(Arc<Shared>);

struct Shared {
    /// There until this is dropped.
    response: Option<Response>,
    /// Which of its pieces somebody has or had: each has one owner.
    taken: Guarded<Vec<bool>>,
    /// The process that it belongs to.
    epoch: u32,
}

// SAFETY: the response is used by who holds the interpreter lock: by `Kept`, which stays on one thread's stack while that holds
// it, and by deallocators. Builds without an interpreter lock are refused at import.
unsafe impl Sync for Shared {}

impl Shared {
    /// Takes a piece: nobody else gets it after this.
    fn take(&self, py: Python<'_>, index: u32) -> Option<(*const u8, usize)> {
        let found = self.response.as_ref()?.piece(index)?;
        let at = usize::try_from(index).ok()?;
        let taken = self.taken.with(py, |taken| {
            taken.get_mut(at).map(|taken| std::mem::replace(taken, true))
        });
        (taken == Some(false)).then_some(found)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if self.epoch != process::epoch() {
            std::mem::forget(self.response.take());
        }
    }
}

impl Kept {
    /// Keeps an answer that a call has just given.
    pub(crate) fn new(response: Response) -> Self {
        let taken = vec![false; response.piece_count()];
        Self(Arc::new(Shared {
            response: Some(response),
            taken: Guarded::new(taken),
            epoch: process::epoch(),
        }))
    }

    /// The message.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.response.as_ref().map_or(&[], Response::bytes)
    }

    /// What `read` makes of a piece, which is freed then. `None` if there is none, or none any more.
    pub(crate) fn read_piece<R>(
        &self,
        py: Python<'_>,
        index: u32,
        read: impl FnOnce(&[u8]) -> R,
    ) -> Option<R> {
        self.0.take(py, index)?;
        self.0.response.as_ref()?.read_piece(index, read)
    }

    /// A view of a piece, which is freed with the last view of it. `None` if there is none, or none any more, or if it does not
    /// end with a whole number.
    pub(crate) fn view<'py>(
        &self,
        py: Python<'py>,
        index: u32,
        kind: Number,
    ) -> Option<PyResult<Bound<'py, PyAny>>> {
        let (data, len) = self.0.take(py, index)?;
        let memory = Memory {
            data,
            len,
            kind,
            shape: [ffi::Py_ssize_t::try_from(len / kind.width()).ok()?],
            stride: [ffi::Py_ssize_t::try_from(kind.width()).ok()?],
            index,
            owner: Arc::clone(&self.0),
        };
        if !len.is_multiple_of(kind.width()) {
            return None;
        }
        let made = Bound::new(py, memory).and_then(|memory| PyMemoryView::from(memory.as_any()));
        Some(made.map(Bound::into_any))
    }
}

/// A view of the numbers that are in a `bytes`.
pub(crate) fn view<'py>(bytes: &Bound<'py, PyAny>, kind: Number) -> PyResult<Bound<'py, PyAny>> {
    let view = PyMemoryView::from(bytes)?.into_any();
    if kind == Number::BYTE {
        return Ok(view);
    }
    let format = kind.format().to_str().unwrap_or_default();
    view.call_method1("cast", (format,))
}

/// Memory of a Rust library, which nobody writes to: what a `memoryview` shows that `usecrate.buffers` gives.
#[pyclass(frozen, module = "usecrate._native")]
struct Memory {
    /// `len` readable bytes for as long as this lives: the piece `index` of `owner` is this one's alone, and nobody else frees
    /// it.
    data: *const u8,
    len: usize,
    kind: Number,
    shape: [ffi::Py_ssize_t; 1],
    stride: [ffi::Py_ssize_t; 1],
    index: u32,
    owner: Arc<Shared>,
}

// SAFETY: what it points to is never written to, and belongs to no thread.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

#[pymethods]
impl Memory {
    // SAFETY: the interpreter calls it with a struct to fill. What it is filled with lives as long as the object, which the
    // struct then holds.
    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        // SAFETY: the struct to fill; without an object it counts as empty.
        unsafe { (*view).obj = std::ptr::null_mut() };
        if flags & ffi::PyBUF_WRITABLE != 0 {
            let what = "this memory belongs to a Rust library and is read-only: make a bytearray of it";
            return Err(PyBufferError::new_err(what));
        }
        let this = slf.get();
        let asked = |flag: c_int| flags & flag == flag;
        let or_null = |wanted: bool, place: *const ffi::Py_ssize_t| {
            if wanted {
                place.cast_mut()
            } else {
                std::ptr::null_mut()
            }
        };
        // SAFETY: the struct to fill. Nobody writes to what these pointers lead to: it is read-only, as are shape and strides.
        unsafe {
            (*view).buf = this.data.cast_mut().cast::<c_void>();
            (*view).len = this.len.cast_signed();
            (*view).itemsize = this.stride[0];
            (*view).readonly = 1;
            (*view).ndim = 1;
            (*view).format = if asked(ffi::PyBUF_FORMAT) {
                this.kind.format().as_ptr().cast_mut()
            } else {
                std::ptr::null_mut()
            };
            (*view).shape = or_null(asked(ffi::PyBUF_ND), this.shape.as_ptr());
            (*view).strides = or_null(asked(ffi::PyBUF_STRIDES), this.stride.as_ptr());
            (*view).suboffsets = std::ptr::null_mut();
            (*view).internal = std::ptr::null_mut();
            (*view).obj = slf.into_ptr();
        }
        Ok(())
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if self.owner.epoch == process::epoch()
            && let Some(response) = &self.owner.response
        {
            // A deallocator holds the interpreter lock, as `Shared` wants it.
            response.free_piece(self.index);
        }
    }
}
