//! Python iterators that Rust draws from, one item at a time.

use pyo3::types::PyIterator;
use pyo3::{PyResult, Python};

use super::{Asked, Place, send, stale, table};
use crate::ffi::host::{self, Sink};
use crate::shape::{Number, Shape};

/// How the items of an iterable are written.
pub(crate) struct IterableShape {
    pub(crate) inner: Shape,
    /// What packs into native words, where it does.
    pub(crate) numbers: Option<Number>,
    pub(crate) place: Place,
    /// Rust may come back for the items; else they are all sent with the request.
    pub(crate) lazy: bool,
    /// Whether items may hold handles, which must outlive the answer.
    keeps: bool,
}

impl IterableShape {
    /// Of an iterable of such items. Lives for ever, like what it is a part of.
    pub(crate) fn new(inner: Shape, lazy: bool) -> &'static Self {
        let keeps = inner.may_hold_handles();
        let numbers = inner.packed();
        Box::leak(Box::new(Self {
            inner,
            numbers,
            place: Place::default(),
            lazy,
            keeps,
        }))
    }
}

/// `[2, token]` → `[item]`, or `[]` at the end.
pub(super) fn next(py: Python<'_>, asked: &Asked<'_>, sink: &mut Sink) -> PyResult<()> {
    let Some((iterator, shape, index)) = table::next_item(py, asked.token) else {
        return Err(stale(py));
    };
    let iterator = iterator.into_bound(py).cast_into::<PyIterator>()?;
    let Some(item) = host::next(&iterator)? else {
        sink.write(&[0x92, 0, 0x90]);
        return Ok(());
    };
    send(py, &[0x92, 0, 0x91], &shape.inner, &item, sink).map_err(|refusal| {
        let note = format!("the iterable was passed as {}", shape.place.words());
        refusal.into_error_about(&format!("item {index}"), &note)
    })?;
    if shape.keeps {
        table::keep_result(py, asked.token, item.unbind());
    }
    Ok(())
}
