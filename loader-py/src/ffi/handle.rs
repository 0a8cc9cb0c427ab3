//! The `Handle` type: a Python object whose value stays in Rust.
//!
//! It is written against the C API because subclasses made in Python must be allocated without a call, and because its
//! deallocator runs at any moment: while an exception is set, in a forked child, during shutdown.

use std::ffi::CStr;
use std::os::raw::c_void;

use pyo3::exceptions::PyTypeError;
use pyo3::types::{PyType, PyTypeMethods};
use pyo3::{Borrowed, Bound, PyAny, PyErr, PyResult, Python, ffi};

use super::{class, process};
use crate::callable::Spec;
use crate::core::{Definition, Slot};

/// The 16 bytes that name a value on the wire.
pub(crate) type HandleId = [u8; 16];

#[repr(C)]
pub(super) struct Raw {
    ob_base: ffi::PyObject,
    weak_references: *mut ffi::PyObject,
    /// Library and type; none before it is filled and for ever if it never is.
    slot: Option<&'static Slot>,
    moved_by: Option<&'static Spec>,
    id: HandleId,
    epoch: u32,
    open: bool,
    /// Whether it was lent to a callable, and ends when that returns.
    lent: bool,
    /// Whether it is closed because what lent it was used again.
    ended: bool,
    /// The handle whose value this one is about to move (`usecrate.move`): referred to, or null. It gets the value back if
    /// nothing takes it.
    origin: *mut ffi::PyObject,
    /// What it has lent, and of what it is a part: referred to, or null.
    kin: *mut ffi::PyObject,
}

impl Raw {
    /// Whether its value is there and belongs to this process.
    #[inline]
    pub(super) fn is_usable(&self) -> bool {
        self.open && self.epoch == process::epoch()
    }
}

/// Whether a handle can be used.
pub(crate) enum State {
    /// Yes.
    Open,
    /// Its value was dropped.
    Closed,
    /// It was a reference, and what lent it was used again.
    Ended,
    /// Its value was taken by a callable.
    Moved(&'static Spec),
    /// It belongs to the process that forked this one.
    OtherProcess,
}

/// `Handle`.
pub(crate) static TYPE: class::Late = class::Late::new(make);

/// A handle, seen through the object that holds it. Fields are read and written through the raw pointer, never through
/// a reference to the object.
#[derive(Clone, Copy)]
pub(crate) struct HandleRef<'a, 'py>(Borrowed<'a, 'py, PyAny>);

impl<'a, 'py> HandleRef<'a, 'py> {
    /// `object` as a handle, if it is one.
    pub(crate) fn of(object: Borrowed<'a, 'py, PyAny>) -> Option<Self> {
        TYPE.is_of(object).then_some(Self(object))
    }

    /// `object` as a handle if it is just of `class`, one of `Handle`'s subclasses: the shortest way to know.
    #[inline]
    pub(crate) fn exactly(object: Borrowed<'a, 'py, PyAny>, class: &Bound<'py, PyType>) -> Option<Self> {
        debug_assert!(
            is_handle_class(class),
            "definitions are checked when they are made"
        );
        // SAFETY: a live object.
        let own = unsafe { ffi::Py_TYPE(object.as_ptr()) };
        (own == class.as_type_ptr()).then_some(Self(object))
    }

    fn raw(self) -> *mut Raw {
        self.0.as_ptr().cast()
    }

    /// The library and type of its value.
    pub(crate) fn slot(self) -> Option<&'static Slot> {
        // SAFETY: checked to be a handle; the lock is held.
        unsafe { (*self.raw()).slot }
    }

    /// What names its value on the wire.
    pub(crate) fn id(self) -> HandleId {
        // SAFETY: as in `slot`.
        unsafe { (*self.raw()).id }
    }

    /// Whether its value is there, and this process's.
    #[inline]
    pub(crate) fn is_open(self) -> bool {
        // SAFETY: as in `slot`.
        unsafe { (*self.raw()).is_usable() }
    }

    /// Whether it can be used.
    pub(crate) fn state(self) -> State {
        // SAFETY: as in `slot`.
        let (open, epoch, moved_by, ended) = unsafe {
            (
                (*self.raw()).open,
                (*self.raw()).epoch,
                (*self.raw()).moved_by,
                (*self.raw()).ended,
            )
        };
        match (open, moved_by) {
            (true, _) if epoch != process::epoch() => State::OtherProcess,
            (true, _) => State::Open,
            (false, Some(spec)) => State::Moved(spec),
            (false, None) if ended => State::Ended,
            (false, None) => State::Closed,
        }
    }

    /// Closes it, and says by whom its value was taken. Its value is not dropped.
    pub(crate) fn shut(self, moved_by: Option<&'static Spec>) {
        // SAFETY: as in `slot`.
        unsafe {
            (*self.raw()).open = false;
            (*self.raw()).moved_by = moved_by;
        }
    }

    /// Whether its value is to be moved, not cloned, by what takes it.
    pub(crate) fn moving(self) -> bool {
        // SAFETY: as in `slot`.
        unsafe { !(*self.raw()).origin.is_null() }
    }

    /// Takes over the value of `origin`, an open handle, to be moved; `self` is new.
    pub(crate) fn take_over(self, origin: HandleRef<'_, '_>, slot: &'static Slot) {
        self.fill(slot, origin.id());
        origin.shut(None);
        // SAFETY: as in `slot`; the reference is given back by the deallocator.
        unsafe {
            ffi::Py_INCREF(origin.0.as_ptr());
            (*self.raw()).origin = origin.0.as_ptr();
        }
    }

    /// Says that it was closed because what lent it was used again.
    pub(crate) fn mark_ended(self) {
        // SAFETY: as in `slot`.
        unsafe { (*self.raw()).ended = true };
    }

    /// What it knows of others.
    pub(crate) fn kin(self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        // SAFETY: as in `slot`.
        let kin = unsafe { (*self.raw()).kin };
        // SAFETY: null, or an object that the handle refers to.
        unsafe { Bound::from_borrowed_ptr_or_opt(py, kin) }
    }

    /// Says what it knows of others, once.
    pub(crate) fn set_kin(self, kin: Bound<'py, PyAny>) {
        // SAFETY: as in `slot`; the reference is given back by the deallocator.
        unsafe { (*self.raw()).kin = kin.into_ptr() };
    }

    /// The object.
    pub(crate) fn object(self) -> Bound<'py, PyAny> {
        self.0.to_owned()
    }

    /// Opens it again.
    pub(crate) fn reopen(self) {
        // SAFETY: as in `slot`.
        unsafe { (*self.raw()).open = true };
    }

    /// Says that its value ends with the callable that it was lent to, whether it is dropped or not.
    pub(crate) fn mark_lent(self) {
        // SAFETY: as in `slot`.
        unsafe { (*self.raw()).lent = true };
    }

    /// Gives it another value: of type `slot`, named `id`.
    pub(crate) fn fill(self, slot: &'static Slot, id: HandleId) {
        self.fill_in(slot, id, process::epoch());
    }

    /// The same of a value that came in this process or a parent of it, which `epoch` says.
    pub(super) fn fill_in(self, slot: &'static Slot, id: HandleId, epoch: u32) {
        // SAFETY: as in `slot`.
        unsafe {
            (*self.raw()).slot = Some(slot);
            (*self.raw()).id = id;
            (*self.raw()).epoch = epoch;
            (*self.raw()).moved_by = None;
            (*self.raw()).lent = false;
            (*self.raw()).ended = false;
            (*self.raw()).open = true;
        }
    }
}

/// A new, closed handle of `class`, which must be a subclass of `Handle`.
pub(crate) fn allocate<'py>(class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
    let raw = class.as_type_ptr();
    if !is_handle_class(class) {
        return Err(PyTypeError::new_err(
            "not a subclass of `usecrate._native.Handle`",
        ));
    }
    // SAFETY: a ready type; the generic allocator zeroes, which is a closed handle without a slot.
    let made = unsafe { Bound::from_owned_ptr_or_err(class.py(), ffi::PyType_GenericAlloc(raw, 0)) }?;
    // Classes made in Python are collected, but a handle refers to nothing but its class and the value that it is a part of,
    // which does not refer to it: the collector need not look.
    // SAFETY: a new object, of a collected type if it is asked to be forgotten.
    unsafe {
        if ffi::PyObject_IS_GC(made.as_ptr()) != 0 {
            ffi::PyObject_GC_UnTrack(made.as_ptr().cast());
        }
    }
    Ok(made)
}

/// Whether `class` is `Handle` or below it.
pub(crate) fn is_handle_class(class: &Bound<'_, PyType>) -> bool {
    TYPE.is_above(class)
}

fn make(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    const DOC: &CStr = c"Base of every class whose values stay in Rust. It cannot be made from Python.";
    let slots = &mut [
        class::slot(ffi::Py_tp_new, refuse_new as *mut c_void),
        class::slot(ffi::Py_tp_dealloc, dealloc as *mut c_void),
        class::weak_references(std::mem::offset_of!(Raw, weak_references)),
        class::methods([
            class::method(
                c"__enter__",
                enter,
                ffi::METH_NOARGS,
                c"__enter__($self)\n--\n\nThe handle itself.",
            ),
            class::method(
                c"__exit__",
                exit,
                ffi::METH_VARARGS,
                c"__exit__($self, *exc)\n--\n\nDrops the Rust value.",
            ),
        ]),
        class::doc(DOC),
        class::end(),
    ];
    // SAFETY: a complete table for `Raw`, which begins as every object does.
    unsafe {
        class::make(
            py,
            c"usecrate._native.Handle",
            size_of::<Raw>(),
            true,
            slots,
            None,
        )
    }
}

pub(super) unsafe extern "C" fn refuse_new(
    class: *mut ffi::PyTypeObject,
    _args: *mut ffi::PyObject,
    _kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls this with the lock held and a live type.
    unsafe {
        ffi::PyErr_Format(
            ffi::PyExc_TypeError,
            c"`%s` cannot be made from Python: its values come from Rust; call one of the crate's functions that return one"
                .as_ptr(),
            (*class).tp_name,
        )
    }
}

pub(super) unsafe extern "C" fn enter(
    object: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: a live object; the new reference is the result.
    unsafe { ffi::Py_INCREF(object) };
    object
}

unsafe extern "C" fn exit(object: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    Python::attach(|py| {
        // SAFETY: the receiver of a method of `Handle`, alive through the call.
        let handle = HandleRef(unsafe { Borrowed::from_ptr(py, object) });
        match crate::handle::drop_now(py, handle) {
            Ok(()) => py.None().into_ptr(),
            Err(error) => {
                error.restore(py);
                std::ptr::null_mut()
            }
        }
    })
}

pub(super) unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    let raw = object.cast::<Raw>();
    // SAFETY: the interpreter hands over an object that nobody else refers to; the fields are ours.
    let class = unsafe { ffi::Py_TYPE(object) };
    // SAFETY: as above.
    let (open, epoch, slot, id) = unsafe { ((*raw).open, (*raw).epoch, (*raw).slot, (*raw).id) };
    // SAFETY: as above.
    let (origin, moved_by, lent) = unsafe { ((*raw).origin, (*raw).moved_by, (*raw).lent) };
    // SAFETY: as above.
    let kin = unsafe { (*raw).kin };
    // SAFETY: as above.
    unsafe { clear_weak_references(object) };
    if !origin.is_null() {
        let before = origin.cast::<Raw>();
        // SAFETY: this object's reference keeps the origin alive until the last line; both are handles.
        unsafe {
            (*before).open = open;
            (*before).moved_by = moved_by;
            ffi::Py_DECREF(origin);
        }
    } else if let Some(slot) =
        slot.filter(|_| open && !lent && epoch == process::epoch() && !process::finalizing())
    {
        drop_value(slot, &id);
    }
    // SAFETY: frees the object as its type allocated it; a heap type is referred to by each instance. What it refers to goes
    // after its value, which may borrow it.
    unsafe {
        if let Some(free) = (*class).tp_free {
            free(object.cast());
        }
        ffi::Py_XDECREF(kin);
        ffi::Py_DECREF(class.cast());
    }
}

/// Ends the weak references to a handle that is going away: before anything that runs Python code, which could bring it
/// back by one.
///
/// # Safety
///
/// The object is a handle in its deallocator.
pub(super) unsafe fn clear_weak_references(object: *mut ffi::PyObject) {
    // SAFETY: the field is that of a handle, says the caller.
    if !unsafe { (*object.cast::<Raw>()).weak_references }.is_null() {
        // SAFETY: the list is that of this object, and its callbacks see only dead references.
        unsafe { ffi::PyObject_ClearWeakRefs(object) };
    }
}

/// Drops the value of an object that is going away.
pub(super) fn drop_value(slot: &'static Slot, id: &HandleId) {
    keeping_exception(
        |py| crate::handle::drop_quietly(py, slot, id),
        |py| format!("dropping a `{}` of `{}`", slot.name(py), slot.core.name),
    );
}

/// What is to be done for the value of an exception that is going away.
pub(super) enum Ending<'a> {
    /// It goes with these, which waited for it.
    Late(&'static Slot, Vec<HandleId>),
    Now(&'static Slot, &'a HandleId),
}

/// The same of an exception, whose value may be one that goes with others later: then there is nothing to be done.
#[inline]
pub(super) fn end_error<'a>(slot: &'static Slot, id: &'a HandleId) -> Option<Ending<'a>> {
    if matches!(slot.definition.get(), Some(Definition::Handle(kind)) if kind.late_drop) {
        // SAFETY: deallocators run with the lock held.
        let py = unsafe { Python::assume_attached() };
        let ids = slot.core.put_late(py, *id)?;
        return Some(Ending::Late(slot, ids));
    }
    Some(Ending::Now(slot, id))
}

impl Ending<'_> {
    /// Drops them.
    #[inline(never)]
    pub(super) fn run(self) {
        match self {
            Self::Late(slot, ids) => keeping_exception(
                |py| crate::handle::drop_all(py, slot.core, &ids),
                |py| format!("dropping some `{}` of `{}`", slot.name(py), slot.core.name),
            ),
            Self::Now(slot, id) => drop_value(slot, id),
        }
    }
}

/// Does what a deallocator must: keeps the exception that is set, reports its own as unraisable.
#[allow(
    deprecated,
    reason = "`PyErr_Fetch` is the form that every supported version has"
)]
pub(super) fn keeping_exception(
    act: impl FnOnce(Python<'_>) -> PyResult<()>,
    doing: impl FnOnce(Python<'_>) -> String,
) {
    let (mut kind, mut value, mut trace) = (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: deallocators run with the lock held; this takes the exception that is set, if any.
    unsafe { ffi::PyErr_Fetch(&raw mut kind, &raw mut value, &raw mut trace) };
    // SAFETY: the lock is held.
    let py = unsafe { Python::assume_attached() };
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| act(py)));
    if let Ok(Err(error)) = done {
        Python::attach(|py| {
            let name = pyo3::types::PyString::new(py, &doing(py));
            PyErr::write_unraisable(error, py, Some(name.as_any()));
        });
    }
    // SAFETY: gives back what was taken above.
    unsafe { ffi::PyErr_Restore(kind, value, trace) };
}
