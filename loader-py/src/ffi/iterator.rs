//! The `Iterator` type: what Rust gives one by one. And the base of classes whose values are iterators themselves.
//!
//! Both are written against the C API for the same reasons as `Handle`, and because `tp_iternext` is then a few
//! instructions while items are there that were fetched ahead.

use std::ffi::CStr;
use std::os::raw::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::types::{PyString, PyTypeMethods};
use pyo3::{Borrowed, Bound, PyAny, PyResult, Python, ffi};

use super::handle::{self, HandleId};
use super::queue::{Batch, Queue};
use super::{class, process, trampoline};
use crate::iterator::{self, Items};

#[repr(C)]
struct Raw {
    ob_base: ffi::PyObject,
    weak_references: *mut ffi::PyObject,
    /// None until it is filled.
    place: Option<Box<Place>>,
}

struct Place {
    items: &'static Items,
    id: HandleId,
    epoch: u32,
    state: State,
    queue: Queue,
    /// How many threads are asking the library for items.
    asking: u32,
}

/// Whether an iterator can give anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Yes, or the library has not said otherwise.
    Open,
    /// The library has said that there is nothing more.
    Exhausted,
    /// It was closed.
    Closed,
    /// It belongs to the process that forked this one.
    OtherProcess,
}

/// A handle whose value is an iterator.
#[repr(C)]
struct Iterating {
    handle: handle::Raw,
    queue: Option<Box<Queue>>,
}

/// `Iterator`.
pub(crate) static TYPE: class::Late = class::Late::new(make);
/// `HandleIterator`.
pub(crate) static ITERATING: class::Late = class::Late::new(make_iterating);

/// An iterator, seen through the object that holds it. No reference to its fields outlives a method.
#[derive(Clone, Copy)]
pub(crate) struct IteratorRef<'a, 'py>(Borrowed<'a, 'py, PyAny>);

impl<'a, 'py> IteratorRef<'a, 'py> {
    /// `object` as an iterator, if it is one.
    pub(crate) fn of(object: Borrowed<'a, 'py, PyAny>) -> Option<Self> {
        TYPE.is_of(object).then_some(Self(object))
    }

    fn with<R>(self, act: impl FnOnce(&mut Place) -> R) -> Option<R> {
        let raw = self.0.as_ptr().cast::<Raw>();
        // SAFETY: checked to be an iterator; the lock is held, and `act` runs no Python code and does not let go of it.
        unsafe { (*raw).place.as_deref_mut() }.map(act)
    }

    /// The interpreter, whose lock is held.
    pub(crate) fn py(self) -> Python<'py> {
        self.0.py()
    }

    /// What its items are.
    pub(crate) fn items(self) -> Option<&'static Items> {
        self.with(|place| place.items)
    }

    /// What names its value on the wire.
    pub(crate) fn id(self) -> Option<HandleId> {
        self.with(|place| place.id)
    }

    /// Whether it can give anything.
    pub(crate) fn state(self) -> State {
        let state = self.with(|place| match place.state {
            State::Open if place.epoch != process::epoch() => State::OtherProcess,
            state => state,
        });
        state.unwrap_or(State::Closed)
    }

    /// Says that the library has dropped the value, or that it is about to be told to; or takes the latter back.
    pub(crate) fn set_state(self, state: State) {
        self.with(|place| place.state = state);
    }

    /// How many items were fetched ahead.
    pub(crate) fn fetched(self) -> usize {
        self.with(|place| place.queue.len()).unwrap_or_default()
    }

    /// How many items to ask for now.
    pub(crate) fn want(self) -> u32 {
        self.with(|place| place.queue.want()).unwrap_or(1)
    }

    /// How many threads are asking the library for items.
    pub(crate) fn asking(self) -> u32 {
        self.with(|place| place.asking).unwrap_or_default()
    }

    /// Says that this thread begins to ask, or that it has its answer.
    pub(crate) fn ask(self, begins: bool) {
        self.with(|place| {
            place.asking = if begins {
                place.asking.saturating_add(1)
            } else {
                place.asking.saturating_sub(1)
            };
        });
    }

    /// The next of the items that were fetched ahead.
    pub(crate) fn pop(self) -> Option<PyResult<Bound<'py, PyAny>>> {
        let py = self.0.py();
        self.with(|place| place.queue.pop(py)).flatten()
    }

    /// Keeps what was fetched.
    pub(crate) fn keep(self, batch: Batch) {
        self.with(|place| place.queue.extend(batch));
    }

    /// Gives up what was fetched ahead.
    pub(crate) fn forget(self) {
        // What goes may run Python code, so it goes when the place is no longer touched.
        drop(self.with(|place| std::mem::replace(&mut place.queue, Queue::new())));
    }
}

/// A new iterator over `items`, whose value is named `id`.
pub(crate) fn new<'py>(py: Python<'py>, items: &'static Items, id: HandleId) -> PyResult<Bound<'py, PyAny>> {
    let class = TYPE.get(py)?.as_type_ptr();
    // SAFETY: a ready type; the generic allocator zeroes, which is an iterator without a place.
    let made = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyType_GenericAlloc(class, 0)) }?;
    let place = Place {
        items,
        id,
        epoch: process::epoch(),
        state: State::Open,
        queue: Queue::new(),
        asking: 0,
    };
    // SAFETY: a new object of that layout, which nobody else has seen.
    unsafe { (*made.as_ptr().cast::<Raw>()).place = Some(Box::new(place)) };
    Ok(made)
}

/// The items that a handle's iterator has fetched ahead. No reference to the queue outlives a method.
#[derive(Clone, Copy)]
pub(crate) struct IteratingRef<'a, 'py>(Borrowed<'a, 'py, PyAny>);

impl<'a, 'py> IteratingRef<'a, 'py> {
    /// `object` as a handle that is an iterator, if it is one.
    pub(crate) fn of(object: Borrowed<'a, 'py, PyAny>) -> Option<Self> {
        ITERATING.is_of(object).then_some(Self(object))
    }

    /// The object.
    pub(crate) fn object(self) -> Borrowed<'a, 'py, PyAny> {
        self.0
    }

    fn with<R>(self, act: impl FnOnce(&mut Queue) -> R) -> R {
        let raw = self.0.as_ptr().cast::<Iterating>();
        // SAFETY: checked to have that layout; the lock is held, and `act` runs no Python code and does not let go of it.
        act(unsafe { &mut (*raw).queue }.get_or_insert_with(|| Box::new(Queue::new())))
    }

    /// How many items were fetched ahead.
    pub(crate) fn fetched(self) -> usize {
        self.with(|queue| queue.len())
    }

    /// How many items to ask for now.
    pub(crate) fn want(self) -> u32 {
        self.with(Queue::want)
    }

    /// The next of the items that were fetched ahead.
    pub(crate) fn pop(self) -> Option<PyResult<Bound<'py, PyAny>>> {
        let py = self.0.py();
        self.with(|queue| queue.pop(py))
    }

    /// Keeps what was fetched.
    pub(crate) fn keep(self, batch: Batch) {
        self.with(|queue| queue.extend(batch));
    }
}

fn make(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    const DOC: &CStr =
        c"What Rust gives one by one. It cannot be made from Python; `close()` or `with` drops the Rust value early.";
    let slots = &mut [
        class::slot(ffi::Py_tp_new, handle::refuse_new as *mut c_void),
        class::slot(ffi::Py_tp_dealloc, dealloc as *mut c_void),
        class::slot(ffi::Py_tp_iter, ffi::PyObject_SelfIter as *mut c_void),
        class::slot(ffi::Py_tp_iternext, next as *mut c_void),
        class::slot(ffi::Py_tp_repr, repr as *mut c_void),
        class::weak_references(std::mem::offset_of!(Raw, weak_references)),
        class::methods([
            class::method(
                c"__enter__",
                handle::enter,
                ffi::METH_NOARGS,
                c"__enter__($self)\n--\n\nThe iterator itself.",
            ),
            class::method(
                c"__exit__",
                exit,
                ffi::METH_VARARGS,
                c"__exit__($self, *exc)\n--\n\nDrops the Rust value.",
            ),
            class::method(
                c"close",
                close,
                ffi::METH_NOARGS,
                c"close($self)\n--\n\nDrops the Rust value now. Closing again does nothing.",
            ),
            class::method(
                c"__length_hint__",
                length_hint,
                ffi::METH_NOARGS,
                c"__length_hint__($self)\n--\n\nHow many items are there at least.",
            ),
        ]),
        class::doc(DOC),
        class::end(),
    ];
    // SAFETY: a complete table for `Raw`, which begins as every object does.
    unsafe { class::make(py, c"usecrate.Iterator", size_of::<Raw>(), false, slots, None) }
}

fn make_iterating(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    const DOC: &CStr = c"Base of the classes whose values are iterators in Rust.";
    let slots = &mut [
        class::slot(ffi::Py_tp_dealloc, iterating_dealloc as *mut c_void),
        class::slot(ffi::Py_tp_iter, ffi::PyObject_SelfIter as *mut c_void),
        class::slot(ffi::Py_tp_iternext, iterating_next as *mut c_void),
        class::doc(DOC),
        class::end(),
    ];
    let name = c"usecrate._native.HandleIterator";
    let base = handle::TYPE.get(py)?;
    // SAFETY: a complete table for `Iterating`, which begins as the base's objects do.
    unsafe { class::make(py, name, size_of::<Iterating>(), true, slots, Some(&base)) }
}

unsafe extern "C" fn next(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the receiver of a slot of `Iterator`; the lock is held.
    let place = unsafe { (*object.cast::<Raw>()).place.as_deref_mut() };
    if let Some(place) = place
        && place.epoch == process::epoch()
        // SAFETY: a slot is entered with the lock held.
        && let Some(item) = place.queue.pop_value(unsafe { Python::assume_attached() })
    {
        return item;
    }
    // SAFETY: the lock is held, and the receiver is alive through the call.
    unsafe { slowly(object, |object| iterator::advance(IteratorRef(object))) }
}

unsafe extern "C" fn iterating_next(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    let raw = object.cast::<Iterating>();
    // SAFETY: the receiver of a slot of `HandleIterator`; the lock is held.
    let (queue, usable) = unsafe { ((*raw).queue.as_deref_mut(), (*raw).handle.is_usable()) };
    if usable
        && let Some(queue) = queue
        // SAFETY: a slot is entered with the lock held.
        && let Some(item) = queue.pop_value(unsafe { Python::assume_attached() })
    {
        return item;
    }
    // SAFETY: as above.
    unsafe { slowly(object, |object| iterator::advance_handle(IteratingRef(object))) }
}

/// The next item where none is ready; no panic gets past here.
///
/// # Safety
///
/// The lock is held, and `object` is alive.
#[inline(never)]
unsafe fn slowly(
    object: *mut ffi::PyObject,
    advance: impl for<'a, 'py> FnOnce(Borrowed<'a, 'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>>,
) -> *mut ffi::PyObject {
    // SAFETY: says the caller.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: says the caller.
    let object = unsafe { Borrowed::from_ptr(py, object) };
    match catch_unwind(AssertUnwindSafe(|| advance(object))) {
        Ok(Ok(Some(item))) => item.into_ptr(),
        Ok(Ok(None)) => std::ptr::null_mut(),
        Ok(Err(error)) => trampoline::raise(error),
        Err(_) => trampoline::raise(trampoline::panicked(py)),
    }
}

/// Runs a method of `Iterator`.
fn run(
    object: *mut ffi::PyObject,
    act: impl for<'a, 'py> FnOnce(IteratorRef<'a, 'py>) -> PyResult<Bound<'py, PyAny>>,
) -> *mut ffi::PyObject {
    // SAFETY: methods are entered with the lock held.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: the receiver of a method of `Iterator`, alive through the call.
    let iterator = IteratorRef(unsafe { Borrowed::from_ptr(py, object) });
    match catch_unwind(AssertUnwindSafe(|| act(iterator))) {
        Ok(Ok(value)) => value.into_ptr(),
        Ok(Err(error)) => trampoline::raise(error),
        Err(_) => trampoline::raise(trampoline::panicked(py)),
    }
}

unsafe extern "C" fn close(object: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    run(object, |iterator| {
        iterator::close(iterator)?;
        Ok(iterator.py().None().into_bound(iterator.py()))
    })
}

unsafe extern "C" fn exit(object: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    run(object, |iterator| {
        iterator::drop_now(iterator)?;
        Ok(iterator.py().None().into_bound(iterator.py()))
    })
}

unsafe extern "C" fn length_hint(object: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: methods are entered with the lock held.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: the receiver of a method of `Iterator`.
    let iterator = IteratorRef(unsafe { Borrowed::from_ptr(py, object) });
    // SAFETY: makes an int.
    unsafe { ffi::PyLong_FromSize_t(iterator.fetched()) }
}

unsafe extern "C" fn repr(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    run(object, |iterator| {
        Ok(PyString::new(iterator.py(), &iterator::describe(iterator)).into_any())
    })
}

unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    let raw = object.cast::<Raw>();
    // SAFETY: the interpreter hands over an object that nobody else refers to; the fields are ours.
    let (class, weak, place) = unsafe { (ffi::Py_TYPE(object), (*raw).weak_references, (*raw).place.take()) };
    if !weak.is_null() {
        // SAFETY: the list is that of this object, and its callbacks see only dead references.
        unsafe { ffi::PyObject_ClearWeakRefs(object) };
    }
    if let Some(place) = place {
        let lives = place.state == State::Open && place.epoch == process::epoch() && !process::finalizing();
        // The items first: what they borrow ends before the iterator does.
        drop(place.queue);
        if lives {
            let (items, id) = (place.items, place.id);
            handle::keeping_exception(
                |py| iterator::drop_quietly(py, items, &id),
                |_| format!("dropping an iterator of `{}`", items.core.name),
            );
        }
    }
    // SAFETY: frees the object as its type allocated it; a heap type is referred to by each instance.
    unsafe {
        if let Some(free) = (*class).tp_free {
            free(object.cast());
        }
        ffi::Py_DECREF(class.cast());
    }
}

unsafe extern "C" fn iterating_dealloc(object: *mut ffi::PyObject) {
    // SAFETY: the interpreter hands over a handle that nobody else refers to.
    unsafe { handle::clear_weak_references(object) };
    // SAFETY: an object of this layout.
    drop(unsafe { (*object.cast::<Iterating>()).queue.take() });
    // SAFETY: such an object is a handle, and this frees it.
    unsafe { handle::dealloc(object) };
}
