//! Where an answer goes.

use std::cell::{Ref, RefCell, RefMut};
use std::mem::ManuallyDrop;

use super::Response;
use crate::wire::Writer;

/// The answer to one call, in the memory of its response. What becomes of that is said by `put` alone: without it, the response
/// has its memory as before.
///
/// It is made where it stays, and taken apart there: to move it would be to read at once what was written piece by piece
/// just before, which costs more than the whole way of a plain call.
pub(crate) struct Output(ManuallyDrop<RefCell<Writer>>);

impl Output {
    /// In the memory of `response`, or in what `first` makes if it has none.
    ///
    /// # Safety
    ///
    /// The response is zero, or as `put` left it, and nothing else uses its memory until `put`, or until this is gone with
    /// nothing written.
    #[inline(always)]
    pub(super) unsafe fn new(response: &Response, first: impl FnOnce() -> Vec<u8>) -> Self {
        let memory = if response.data.is_null() {
            first()
        } else {
            // SAFETY: by this function's contract: `Response::put_memory` took these parts from a `Vec<u8>`, and this is the
            // only use of them until `put` puts others in their place.
            unsafe { Vec::from_raw_parts(response.data, 0, response.capacity) }
        };
        Self(ManuallyDrop::new(RefCell::new(Writer::answering(memory))))
    }

    /// In memory of its own.
    pub(crate) fn apart() -> Self {
        Self(ManuallyDrop::new(RefCell::new(Writer::default())))
    }

    /// The answer, to be written.
    #[inline(always)]
    pub(crate) fn borrow_mut(&self) -> RefMut<'_, Writer> {
        self.0.borrow_mut()
    }

    /// The answer so far.
    pub(crate) fn borrow(&self) -> Ref<'_, Writer> {
        self.0.borrow()
    }

    /// What was written, taken out.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        ManuallyDrop::into_inner(self.0).into_inner().into_bytes()
    }

    /// Puts what was written into the response whose memory this has, and which is not used for it again.
    #[inline(always)]
    pub(super) fn put(&mut self, response: &mut Response) {
        response.put(self.0.get_mut());
    }
}

/// The memory of a response that has none, and will have an answer.
#[cold]
pub(super) fn first_memory() -> Vec<u8> {
    Vec::with_capacity(256)
}
