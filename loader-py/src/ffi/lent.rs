//! What a call keeps alive until it is over: memory lent to Rust, objects whose handles are in the request.
//!
//! Bytes and read-only views are lent as they are. Whatever may change while Rust reads is copied first. Memory that Rust
//! fills is lent to one call alone.

use std::os::raw::c_int;

use pyo3::types::{PyBytes, PyBytesMethods};
use pyo3::{Borrowed, Bound, PyAny, PyErr, PyResult, Python, ffi};

use super::handle::HandleRef;
use super::ranges::{self, Taken};
use super::symbol::RawBuffer;
use crate::callable::Spec;
use crate::host::table;
use crate::inside::Lock;

/// From this size on, bytes go beside the message.
const BESIDE: usize = 1024;

/// The same for `bytes` in a container: of many, what it takes to lend them is little, and to copy them much.
const BESIDE_WITHIN: usize = 256;

/// The lists of so many buffers and objects are kept for the next call.
const KEEP_ENTRIES: usize = 1 << 16;

/// A buffer's flag: the library may write to it.
const WRITABLE: u64 = 1;

/// What one request lends. Emptied with the interpreter lock held, before it is used again.
#[derive(Default)]
pub(crate) struct Lent {
    /// Whether there is anything below: most calls lend nothing.
    used: bool,
    /// Whether there is more than buffers.
    holds: bool,
    buffers: Vec<RawBuffer>,
    views: Vec<View>,
    copies: Vec<Box<[u8]>>,
    /// Aligned copies of memory that Rust fills, and where their content goes when the call is over.
    fills: Vec<Fill>,
    /// What ends the entries in the table of lent memory.
    tickets: Vec<u64>,
    /// Strong references.
    objects: Vec<*mut ffi::PyObject>,
    /// Strong references to handles whose values the call takes.
    moved: Vec<*mut ffi::PyObject>,
    /// Tokens of objects that Rust may come back for, and whether it releases them itself once it ran.
    tokens: Vec<(u64, bool)>,
    /// Whether everything goes into the message, as nothing can be lent beside it.
    inline: bool,
}

// SAFETY: the pointers are followed only by the call that owns the `Lent`, with the interpreter lock held.
unsafe impl Send for Lent {}

/// Memory in place of some that is not aligned.
struct Fill {
    copy: Box<[u64]>,
    /// In a view that is held.
    target: *mut u8,
    len: usize,
}

/// A point to go back to.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    buffers: usize,
    fills: usize,
    tickets: usize,
    moved: usize,
    tokens: usize,
}

/// How bytes travel.
pub(crate) enum Travel<'a> {
    /// In the request.
    Inside(&'a [u8]),
    /// Beside it, as the buffer with this index.
    Beside(u32),
}

/// Bytes-like memory of some object.
pub(crate) struct View {
    // Exporters may point into the struct they filled, so it must not move.
    raw: Box<ffi::Py_buffer>,
}

impl View {
    /// The memory of `object`, if it offers any: contiguous, with its format.
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> Option<PyResult<Self>> {
        Self::with(object, ffi::PyBUF_C_CONTIGUOUS | ffi::PyBUF_FORMAT)
    }

    fn with(object: &Bound<'_, PyAny>, flags: c_int) -> Option<PyResult<Self>> {
        // SAFETY: a live object.
        if unsafe { ffi::PyObject_CheckBuffer(object.as_ptr()) } == 0 {
            return None;
        }
        let mut raw = Box::new(ffi::Py_buffer::new());
        // SAFETY: a live object and a zeroed struct to fill; it is released exactly once, when it is dropped.
        if unsafe { ffi::PyObject_GetBuffer(object.as_ptr(), &raw mut *raw, flags) } != 0 {
            raw.obj = std::ptr::null_mut();
            return Some(Err(PyErr::fetch(object.py())));
        }
        Some(Ok(Self { raw }))
    }

    /// The same for memory that can be written to.
    pub(crate) fn writable(object: &Bound<'_, PyAny>) -> Option<PyResult<Self>> {
        Self::with(
            object,
            ffi::PyBUF_C_CONTIGUOUS | ffi::PyBUF_FORMAT | ffi::PyBUF_WRITABLE,
        )
    }

    /// What there is to know of it.
    pub(crate) fn look(&self) -> Look<'_> {
        Look(&self.raw)
    }

    /// The memory. Others may write to it unless it is read-only; with the lock held, no Python code does.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.look().bytes()
    }

    /// Its length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.look().len()
    }
}

/// Memory that an object gave and holds.
#[derive(Clone, Copy)]
pub(crate) struct Look<'v>(&'v ffi::Py_buffer);

impl<'v> Look<'v> {
    /// At what `PyObject_GetBuffer` filled.
    pub(super) fn at(raw: &'v ffi::Py_buffer) -> Self {
        Self(raw)
    }

    /// Whether nobody may write to it through what gave it.
    pub(super) fn is_read_only(self) -> bool {
        self.0.readonly != 0
    }

    /// Number of dimensions.
    pub(crate) fn dimensions(self) -> i32 {
        self.0.ndim
    }

    /// Size of an item in bytes.
    pub(crate) fn item_size(self) -> usize {
        self.0.itemsize.unsigned_abs()
    }

    /// The format of its items in the words of `struct`.
    pub(crate) fn format(self) -> &'v str {
        if self.0.format.is_null() {
            return "B";
        }
        // SAFETY: the exporter promises a C string that lives as long as the view.
        unsafe { std::ffi::CStr::from_ptr(self.0.format) }
            .to_str()
            .unwrap_or("?")
    }

    /// The letter of that format, if it is one letter, behind a mark of native order or none.
    #[inline]
    pub(crate) fn letter(self) -> Option<u8> {
        let native = if cfg!(target_endian = "little") {
            b'<'
        } else {
            b'>'
        };
        let mut place = self.0.format.cast::<u8>();
        if place.is_null() {
            return Some(b'B');
        }
        // SAFETY: the exporter promises a C string that lives as long as the view: there is a first byte.
        let mut letter = unsafe { *place };
        if letter == b'@' || letter == b'=' || letter == native {
            // SAFETY: as above; what was read was not its end.
            place = unsafe { place.add(1) };
            // SAFETY: as above.
            letter = unsafe { *place };
        }
        // SAFETY: as above; behind a byte that is not its end there is another.
        (letter != 0 && unsafe { *place.add(1) } == 0).then_some(letter)
    }

    /// The memory. Others may write to it unless it is read-only; with the lock held, no Python code does.
    pub(crate) fn bytes(self) -> &'v [u8] {
        let len = self.0.len.unsigned_abs();
        if self.0.buf.is_null() || len == 0 {
            return &[];
        }
        // SAFETY: the exporter promises `len` contiguous bytes for as long as the view is held.
        unsafe { std::slice::from_raw_parts(self.0.buf.cast(), len) }
    }

    /// Its length in bytes.
    pub(crate) fn len(self) -> usize {
        self.0.len.unsigned_abs()
    }
}

impl Drop for View {
    fn drop(&mut self) {
        // SAFETY: views live on the stack of code that holds the lock, or in a `Lent`, which is emptied by such code. Held
        // since `PyObject_GetBuffer`, released once; one that could not be had has no object and is skipped.
        unsafe { ffi::PyBuffer_Release(&raw mut *self.raw) };
    }
}

impl Lent {
    /// For messages that nothing can be lent beside.
    pub(crate) fn inline() -> Self {
        Self {
            inline: true,
            ..Self::default()
        }
    }

    /// Where it is now.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            buffers: self.buffers.len(),
            fills: self.fills.len(),
            tickets: self.tickets.len(),
            moved: self.moved.len(),
            tokens: self.tokens.len(),
        }
    }

    /// Forgets the buffers and moves after `mark`. What kept them alive stays until the end of the call.
    pub(crate) fn rewind(&mut self, py: Python<'_>, mark: Mark) {
        self.buffers.truncate(mark.buffers);
        self.fills.truncate(mark.fills);
        self.tickets
            .drain(mark.tickets..)
            .for_each(|ticket| ranges::end(py, ticket));
        while self.moved.len() > mark.moved {
            if let Some(object) = self.moved.pop() {
                release(py, object);
            }
        }
        while self.tokens.len() > mark.tokens {
            if let Some((token, _)) = self.tokens.pop() {
                table::release(py, token);
            }
        }
    }

    /// Lends the content of a `bytes` object, which may be `within` a container.
    pub(crate) fn bytes<'a>(&mut self, object: &'a Bound<'_, PyBytes>, within: bool) -> Travel<'a> {
        let content = object.as_bytes();
        let least = if within { BESIDE_WITHIN } else { BESIDE };
        if content.len() < least || self.inline {
            return Travel::Inside(content);
        }
        // Whoever calls keeps the arguments themselves.
        if within {
            self.hold(object.as_any());
        }
        Travel::Beside(self.push(content.as_ptr(), content.len(), 0))
    }

    /// Lends the memory of a view, or a copy where others may write to it. `inside` gets bytes for the request itself.
    ///
    /// # Errors
    ///
    /// Rust writes to it.
    pub(crate) fn view(
        &mut self,
        py: Python<'_>,
        view: View,
        inside: impl FnOnce(&[u8]),
    ) -> Result<Option<u32>, Taken> {
        let content = view.bytes();
        let (data, len) = (content.as_ptr(), content.len());
        let inline = len < BESIDE || self.inline;
        if inline || view.raw.readonly == 0 {
            ranges::readable(py, data, len)?;
        }
        if inline {
            inside(content);
            return Ok(None);
        }
        if view.raw.readonly == 0 {
            let copy: Box<[u8]> = content.into();
            let index = self.push(copy.as_ptr(), copy.len(), 0);
            self.holds = true;
            self.copies.push(copy);
            return Ok(Some(index));
        }
        self.tickets.extend(ranges::lend(py, data, len, false)?);
        let index = self.push(data, len, 0);
        self.keep(view);
        Ok(Some(index))
    }

    /// Lends the memory of a writable view for Rust to fill, in words of `width` bytes: to this call alone.
    ///
    /// # Errors
    ///
    /// It is lent already.
    pub(crate) fn fill(&mut self, py: Python<'_>, view: View, width: usize) -> Result<u32, Taken> {
        let (data, len) = (view.raw.buf.cast::<u8>(), view.len());
        self.tickets.extend(ranges::lend(py, data, len, true)?);
        let index = if len == 0 || data.addr().is_multiple_of(width) {
            self.push(data, len, WRITABLE)
        } else {
            let mut copy = vec![0_u64; len.div_ceil(8)].into_boxed_slice();
            // SAFETY: `len` readable bytes of a view into as many of a new allocation, with the lock held.
            unsafe { std::ptr::copy_nonoverlapping(data, copy.as_mut_ptr().cast(), len) };
            let index = self.push(copy.as_ptr().cast(), len, WRITABLE);
            self.fills.push(Fill {
                copy,
                target: data,
                len,
            });
            index
        };
        self.keep(view);
        Ok(index)
    }

    /// Holds a view until the call is over.
    fn keep(&mut self, view: View) {
        (self.used, self.holds) = (true, true);
        self.views.push(view);
    }

    fn push(&mut self, data: *const u8, len: usize, flags: u64) -> u32 {
        self.used = true;
        self.buffers.push(RawBuffer {
            data: data.cast_mut(),
            len,
            flags,
        });
        u32::try_from(self.buffers.len() - 1).unwrap_or(u32::MAX)
    }

    /// Keeps `object` alive until the call is over.
    pub(crate) fn hold(&mut self, object: &Bound<'_, PyAny>) {
        (self.used, self.holds) = (true, true);
        self.objects.push(object.clone().into_ptr());
    }

    /// Notes that the call takes the value of the handle `object`.
    pub(crate) fn note_move(&mut self, object: &Bound<'_, PyAny>) {
        (self.used, self.holds) = (true, true);
        self.moved.push(object.clone().into_ptr());
    }

    /// Notes the token of an object that Rust may come back for. What is `given` is its own to release once it ran.
    pub(crate) fn note_token(&mut self, token: u64, given: bool) {
        (self.used, self.holds) = (true, true);
        self.tokens.push((token, given));
    }

    /// What becomes of the interpreter lock in a call that keeps it if it can.
    #[inline]
    pub(crate) fn kept_lock(&self) -> Lock {
        if !self.used || self.tokens.is_empty() {
            Lock::Kept
        } else if self.tokens.iter().any(|(_, given)| *given) {
            // It would be refused until it may wait.
            Lock::Released
        } else {
            Lock::Lent
        }
    }

    /// Rust ran, for `by` if that is a callable: what was given to it is its own, and the handles whose values were taken are
    /// closed.
    #[inline]
    pub(crate) fn ran(&mut self, py: Python<'_>, by: Option<&'static Spec>) {
        if self.holds {
            self.hand_over(py, by);
        }
    }

    fn hand_over(&mut self, py: Python<'_>, by: Option<&'static Spec>) {
        for object in &self.moved {
            // SAFETY: a strong reference, kept until `clear`.
            let object = unsafe { Borrowed::from_ptr(py, *object) };
            if let Some(handle) = HandleRef::of(object) {
                handle.shut(by);
            }
        }
        self.tokens.retain(|(_, given)| !given);
    }

    /// The buffers, for the symbol.
    pub(crate) fn buffers(&self) -> &[RawBuffer] {
        &self.buffers
    }

    /// Whether there is anything to give back.
    pub(crate) fn is_used(&self) -> bool {
        self.used
    }

    /// Gives everything back.
    #[inline]
    pub(crate) fn clear(&mut self, py: Python<'_>) {
        if self.used {
            self.used = false;
            self.buffers.clear();
            if self.holds {
                self.holds = false;
                self.give_back(py);
            }
        }
    }

    #[inline(never)]
    fn give_back(&mut self, py: Python<'_>) {
        self.copies.clear();
        for fill in self.fills.drain(..) {
            // SAFETY: the target is `len` writable bytes of a view that is released below; the lock is held.
            unsafe { std::ptr::copy_nonoverlapping(fill.copy.as_ptr().cast(), fill.target, fill.len) };
        }
        self.tickets.drain(..).for_each(|ticket| ranges::end(py, ticket));
        // Releasing runs Python code, which may start another call, but never one with this `Lent`.
        self.views.clear();
        for object in self.objects.drain(..).chain(self.moved.drain(..)) {
            release(py, object);
        }
        for (token, _) in self.tokens.drain(..) {
            table::release(py, token);
        }
        if self.buffers.capacity().max(self.objects.capacity()) > KEEP_ENTRIES {
            (self.buffers, self.objects) = (Vec::new(), Vec::new());
        }
    }
}

fn release(_py: Python<'_>, object: *mut ffi::PyObject) {
    // SAFETY: a strong reference that its owner has just given up; the lock is held.
    unsafe { ffi::Py_DECREF(object) };
}
