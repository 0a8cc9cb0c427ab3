//! Where an answer goes.

use std::cell::{OnceCell, Ref, RefCell, RefMut};
use std::mem::ManuallyDrop;

use super::Response;
use crate::wire::Writer;

/// The answer to one call, in the memory of its response, which is taken when something is first written: many a direct call
/// writes nothing.
pub(crate) struct Output {
    /// What becomes of the response is said by `put` alone.
    writer: OnceCell<ManuallyDrop<RefCell<Writer>>>,
    data: *mut u8,
    capacity: usize,
}

impl Output {
    /// In the memory of `response`.
    ///
    /// # Safety
    ///
    /// The response is zero, or as `put` left it, and nothing else uses its memory until `put`, or until this is gone with
    /// nothing written.
    #[inline(always)]
    pub(super) unsafe fn new(response: &Response) -> Self {
        Self {
            writer: OnceCell::new(),
            data: response.data,
            capacity: response.capacity,
        }
    }

    /// In memory of its own.
    pub(crate) fn apart() -> Self {
        Self {
            writer: OnceCell::new(),
            data: std::ptr::null_mut(),
            capacity: 0,
        }
    }

    #[inline(always)]
    fn writer(&self) -> &RefCell<Writer> {
        match self.writer.get() {
            Some(writer) => writer,
            None => self.take(),
        }
    }

    #[inline]
    fn take(&self) -> &RefCell<Writer> {
        self.writer.get_or_init(|| {
            let memory = if self.data.is_null() {
                first_memory()
            } else {
                // SAFETY: by the contract of `new`: `Response::put_memory` took these parts from a `Vec<u8>`, and this is the
                // only use of them until `put` puts others in their place.
                unsafe { Vec::from_raw_parts(self.data, 0, self.capacity) }
            };
            ManuallyDrop::new(RefCell::new(Writer::answering(memory)))
        })
    }

    /// The answer, to be written.
    #[inline(always)]
    pub(crate) fn borrow_mut(&self) -> RefMut<'_, Writer> {
        self.writer().borrow_mut()
    }

    /// The answer so far.
    pub(crate) fn borrow(&self) -> Ref<'_, Writer> {
        self.writer().borrow()
    }

    /// What was written, taken out.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self.writer.into_inner() {
            Some(writer) => ManuallyDrop::into_inner(writer).into_inner().into_bytes(),
            None => Vec::new(),
        }
    }

    /// Puts what was written into the response whose memory this has, and which is not used for it again. It is taken apart
    /// where it is: to move it would be to read at once what was written piece by piece just before, which costs more than the
    /// whole way of a plain call.
    #[inline(always)]
    pub(super) fn put(&mut self, response: &mut Response) {
        match self.writer.get_mut() {
            Some(writer) => response.put(writer.get_mut()),
            None => response.len = 0,
        }
    }
}

/// The memory of a response that has none.
#[cold]
fn first_memory() -> Vec<u8> {
    Vec::with_capacity(256)
}
