//! Items that were fetched ahead of their turn.

use std::collections::VecDeque;

use pyo3::{Bound, PyAny, PyErr, Python, ffi};

/// The largest batch that is asked for.
const MOST: u32 = 256;

/// A strong reference, given up with the interpreter lock held: a queue lives in a Python object, whose deallocator runs
/// with it, also where `Python::attach` is no longer possible.
struct Owned(*mut ffi::PyObject);

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: a strong reference; queues are touched and freed with the lock held alone.
        unsafe { ffi::Py_DECREF(self.0) };
    }
}

/// Items that came together.
pub(crate) struct Batch(Vec<Result<Owned, Box<PyErr>>>);

impl Batch {
    /// Room for so many.
    pub(crate) fn with_capacity(length: usize) -> Self {
        Self(Vec::with_capacity(length))
    }

    /// Adds an item.
    #[inline]
    pub(crate) fn push_value(&mut self, item: Bound<'_, PyAny>) {
        self.0.push(Ok(Owned(item.into_ptr())));
    }

    /// Adds an item, or the error in its place.
    #[inline]
    pub(crate) fn push(&mut self, item: Result<Bound<'_, PyAny>, PyErr>) {
        match item {
            Ok(item) => self.push_value(item),
            Err(error) => self.0.push(Err(Box::new(error))),
        }
    }
}

/// Items in their order, and how many to ask for next: one at first, twice as many each time.
pub(crate) struct Queue {
    items: VecDeque<Result<Owned, Box<PyErr>>>,
    want: u32,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            items: VecDeque::new(),
            want: 1,
        }
    }

    /// The next item as a reference that the caller owns, if there is one and it is no error.
    #[inline]
    pub(super) fn pop_value(&mut self) -> Option<*mut ffi::PyObject> {
        match self.items.front() {
            Some(Ok(item)) => {
                let pointer = item.0;
                std::mem::forget(self.items.pop_front());
                Some(pointer)
            }
            _ => None,
        }
    }

    /// The next item, or the error in its place.
    pub(super) fn pop<'py>(&mut self, py: Python<'py>) -> Option<Result<Bound<'py, PyAny>, PyErr>> {
        if let Some(pointer) = self.pop_value() {
            // SAFETY: a strong reference to a live object, which the queue has given away.
            return Some(Ok(unsafe { Bound::from_owned_ptr(py, pointer) }));
        }
        match self.items.pop_front()? {
            Err(error) => Some(Err(*error)),
            Ok(_) => None,
        }
    }

    /// Adds what came.
    pub(super) fn extend(&mut self, batch: Batch) {
        if batch.0.is_empty() {
            return;
        }
        if self.items.is_empty() {
            self.items = batch.0.into();
        } else {
            self.items.extend(batch.0);
        }
    }

    /// How many to ask for now.
    pub(super) fn want(&mut self) -> u32 {
        let now = self.want;
        self.want = (now * 2).min(MOST);
        now
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }
}
