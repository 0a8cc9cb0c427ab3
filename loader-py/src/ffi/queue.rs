//! Items that were fetched ahead of their turn.

use std::collections::VecDeque;

use pyo3::types::PyFloat;
use pyo3::{Bound, PyAny, PyErr, PyResult, Python, ffi};

use crate::decode;
use crate::shape::{Int, Number};

/// The largest batch that is asked for.
const MOST: u32 = 256;

/// A strong reference, given up with the interpreter lock held: a queue lives in a Python object, whose deallocator runs
/// with it, also where `Python::attach` is no longer possible.
pub(crate) struct Owned(*mut ffi::PyObject);

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: a strong reference; queues are touched and freed with the lock held alone.
        unsafe { ffi::Py_DECREF(self.0) };
    }
}

/// Items that came together.
pub(crate) enum Batch {
    /// Objects, and errors in the place of some.
    Made(std::vec::IntoIter<Result<Owned, Box<PyErr>>>),
    /// Numbers, made into objects when it is their turn.
    Signed(std::vec::IntoIter<i64>),
    Unsigned(std::vec::IntoIter<u64>),
    Floats(std::vec::IntoIter<f64>),
}

impl Batch {
    /// Of items.
    pub(crate) fn made<'py>(items: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>) -> Self {
        let own = |item: PyResult<Bound<'py, PyAny>>| match item {
            Ok(item) => Ok(Owned(item.into_ptr())),
            Err(error) => Err(Box::new(error)),
        };
        Self::Made(items.map(own).collect::<Vec<_>>().into_iter())
    }

    /// Of the native words in `content`, which are whole.
    pub(crate) fn words(kind: Number, content: &[u8]) -> Self {
        /// The words, read and widened.
        fn each<T, const N: usize>(content: &[u8], read: impl Fn([u8; N]) -> T) -> std::vec::IntoIter<T> {
            let (words, _) = content.as_chunks::<N>();
            let words: Vec<T> = words.iter().map(|word| read(*word)).collect();
            words.into_iter()
        }
        match kind {
            Number::Int(Int::U8) => Self::Signed(each(content, |word| i64::from(u8::from_ne_bytes(word)))),
            Number::Int(Int::U16) => Self::Signed(each(content, |word| i64::from(u16::from_ne_bytes(word)))),
            Number::Int(Int::U32) => Self::Signed(each(content, |word| i64::from(u32::from_ne_bytes(word)))),
            Number::Int(Int::I8) => Self::Signed(each(content, |word| i64::from(i8::from_ne_bytes(word)))),
            Number::Int(Int::I16) => Self::Signed(each(content, |word| i64::from(i16::from_ne_bytes(word)))),
            Number::Int(Int::I32) => Self::Signed(each(content, |word| i64::from(i32::from_ne_bytes(word)))),
            Number::Int(Int::I64) => Self::Signed(each(content, i64::from_ne_bytes)),
            Number::Int(Int::Isize) => Self::Signed(each(content, |word| isize::from_ne_bytes(word) as i64)),
            Number::Int(Int::U64) => Self::Unsigned(each(content, u64::from_ne_bytes)),
            Number::Int(Int::Usize) => {
                Self::Unsigned(each(content, |word| usize::from_ne_bytes(word) as u64))
            }
            Number::F32 => Self::Floats(each(content, |word| f64::from(f32::from_ne_bytes(word)))),
            Number::F64 => Self::Floats(each(content, f64::from_ne_bytes)),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Made(items) => items.len(),
            Self::Signed(numbers) => numbers.len(),
            Self::Unsigned(numbers) => numbers.len(),
            Self::Floats(numbers) => numbers.len(),
        }
    }

    #[inline]
    fn pop(&mut self, py: Python<'_>) -> Option<Result<Owned, Box<PyErr>>> {
        // The most common one first: a jump by a table is as slow as all the rest where it is not foreseen.
        if let Self::Signed(numbers) = self {
            return Some(Ok(Owned(decode::signed(py, numbers.next()?).into_ptr())));
        }
        match self {
            Self::Made(items) => items.next(),
            Self::Unsigned(numbers) => Some(Ok(Owned(decode::unsigned(py, numbers.next()?).into_ptr()))),
            Self::Floats(numbers) => Some(Ok(Owned(PyFloat::new(py, numbers.next()?).into_ptr()))),
            Self::Signed(_) => None,
        }
    }
}

/// Items in their order, and how many to ask for next: one at first, twice as many each time.
pub(crate) struct Queue {
    now: Batch,
    /// What other threads fetched meanwhile.
    later: VecDeque<Batch>,
    want: u32,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            now: Batch::Made(Vec::new().into_iter()),
            later: VecDeque::new(),
            want: 1,
        }
    }

    /// The next item as a reference that the caller owns, if it is ready and no error.
    #[inline]
    pub(super) fn pop_value(&mut self, py: Python<'_>) -> Option<*mut ffi::PyObject> {
        if let Batch::Made(items) = &self.now
            && !matches!(items.as_slice().first(), Some(Ok(_)))
        {
            return None;
        }
        let item = self.now.pop(py)?.ok()?;
        Some(std::mem::ManuallyDrop::new(item).0)
    }

    /// The next item, or the error in its place.
    pub(super) fn pop<'py>(&mut self, py: Python<'py>) -> Option<Result<Bound<'py, PyAny>, PyErr>> {
        while self.now.len() == 0 {
            self.now = self.later.pop_front()?;
        }
        Some(match self.now.pop(py)? {
            Ok(item) => {
                let pointer = std::mem::ManuallyDrop::new(item).0;
                // SAFETY: a strong reference to a live object, which the queue has given away.
                Ok(unsafe { Bound::from_owned_ptr(py, pointer) })
            }
            Err(error) => Err(*error),
        })
    }

    /// Adds what came.
    pub(super) fn extend(&mut self, batch: Batch) {
        if self.now.len() == 0 && self.later.is_empty() {
            self.now = batch;
        } else {
            self.later.push_back(batch);
        }
    }

    /// How many to ask for now.
    pub(super) fn want(&mut self) -> u32 {
        let now = self.want;
        self.want = (now * 2).min(MOST);
        now
    }

    pub(super) fn len(&self) -> usize {
        self.now.len() + self.later.iter().map(Batch::len).sum::<usize>()
    }
}
