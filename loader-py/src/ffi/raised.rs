//! The `Raised` type: the base of exceptions whose class is a crate's own error type.
//!
//! What such an exception says and holds is in the object itself, so that to raise one is to allocate it: no dictionary, and
//! neither a handle object nor text before one is asked for. Its deallocator, like that of a handle, runs at any moment.

use std::ffi::CStr;
use std::os::raw::c_void;

use pyo3::exceptions::{PyImportError, PyTypeError};
use pyo3::types::{PyTuple, PyType, PyTypeMethods};
use pyo3::{Borrowed, Bound, PyAny, PyResult, Python, ffi};

use super::handle::{self, HandleId, HandleRef};
use super::{class, object, process};
use crate::core::{Definition, Slot};
use crate::python;

#[repr(C)]
struct Raw {
    base: ffi::PyBaseExceptionObject,
    /// Library and type of the value in `id`; none before there is one.
    slot: Option<&'static Slot>,
    id: HandleId,
    epoch: u32,
    /// Whether the value in `id` is this object's: it is nobody's before, and that of `held` after that.
    owns: bool,
    /// The handle, or null before it is asked for. Referred to, like all below.
    held: *mut ffi::PyObject,
    /// What it says; null where it was not raised, and where nobody has asked yet.
    message: *mut ffi::PyObject,
    /// The name of its type in Rust, or null where it was not raised.
    rust_type: *mut ffi::PyObject,
    /// How much of `text` it says. 0 as soon as it is in `message` and in the arguments, where everybody looks for it.
    waiting: u8,
    /// ASCII.
    text: [u8; FEW],
}

/// What is longer is not kept until somebody asks for it.
const FEW: usize = 63;

/// `Raised`.
pub(crate) static TYPE: class::Late = class::Late::new(make);

/// Such an exception, seen through the object. Fields are read and written through the raw pointer, never through a
/// reference to the object.
#[derive(Clone, Copy)]
pub(crate) struct RaisedRef<'a, 'py>(Borrowed<'a, 'py, PyAny>);

impl<'a, 'py> RaisedRef<'a, 'py> {
    /// `object` as one, if it is.
    #[inline]
    pub(crate) fn of(object: Borrowed<'a, 'py, PyAny>) -> Option<Self> {
        TYPE.is_of(object).then_some(Self(object))
    }

    /// `object` as one if it is just of `class`, one of `Raised`'s subclasses: the shortest way to know.
    #[inline]
    pub(crate) fn exactly(object: Borrowed<'a, 'py, PyAny>, class: &Bound<'py, PyType>) -> Option<Self> {
        debug_assert!(
            is_raised_class(class),
            "definitions are checked when they are made"
        );
        // SAFETY: a live object.
        let own = unsafe { ffi::Py_TYPE(object.as_ptr()) };
        (own == class.as_type_ptr()).then_some(Self(object))
    }

    fn raw(self) -> *mut Raw {
        self.0.as_ptr().cast()
    }

    /// Gives a new exception its value: of type `slot`, named `id`.
    pub(crate) fn hold(self, slot: &'static Slot, id: HandleId) {
        // SAFETY: checked to be a `Raised`; the lock is held.
        unsafe {
            (*self.raw()).slot = Some(slot);
            (*self.raw()).id = id;
            (*self.raw()).epoch = process::epoch();
            (*self.raw()).owns = true;
        }
    }

    /// The handle of its value, made now if there is none yet; nothing where it holds no value.
    pub(crate) fn handle(self) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.0.py();
        // SAFETY: as in `hold`.
        let (owns, slot) = unsafe { ((*self.raw()).owns, (*self.raw()).slot) };
        if owns && let Some(Definition::Handle(kind)) = slot.and_then(|slot| slot.definition.get()) {
            let made = handle::allocate(kind.class.bind(py))?;
            // Memory may be collected for it, which runs code that asks for the same.
            // SAFETY: as in `hold`.
            if unsafe { (*self.raw()).owns }
                && let Some(handle) = HandleRef::of(made.as_borrowed())
                && let Some(slot) = slot
            {
                // SAFETY: as in `hold`; `held` is null while the value is this object's.
                unsafe {
                    handle.fill_in(slot, (*self.raw()).id, (*self.raw()).epoch);
                    (*self.raw()).owns = false;
                    (*self.raw()).held = made.into_ptr();
                }
            }
        }
        // SAFETY: as in `hold`; null or a live object, which gets a reference of its own.
        Ok(unsafe { Bound::from_borrowed_ptr_or_opt(py, (*self.raw()).held) })
    }

    /// Says what it says, and the name of its type in Rust, of an exception that is about to be raised. Most are never asked,
    /// so short text is made into objects when it is.
    #[inline]
    pub(crate) fn say(self, message: &[u8], rust_type: Bound<'py, PyAny>) -> PyResult<()> {
        // SAFETY: as in `hold`; the new reference is given away.
        let before = unsafe { std::mem::replace(&mut (*self.raw()).rust_type, rust_type.into_ptr()) };
        // SAFETY: null, or a reference that nobody else gives back.
        unsafe { ffi::Py_XDECREF(before) };
        if !(1..=FEW).contains(&message.len()) || !message.is_ascii() {
            return self.say_now(object::new_text(self.0.py(), message)?);
        }
        // SAFETY: as in `hold`; there is room, and the bytes are no part of a Python object.
        unsafe {
            let text = (&raw mut (*self.raw()).text).cast::<u8>();
            std::ptr::copy_nonoverlapping(message.as_ptr(), text, message.len());
            (*self.raw()).waiting = message.len() as u8;
        }
        Ok(())
    }

    #[inline(never)]
    fn say_now(self, message: Bound<'py, PyAny>) -> PyResult<()> {
        let arguments = PyTuple::new(self.0.py(), [&message])?;
        // Memory was collected for it, perhaps, which runs code that may have asked for the same or set it.
        // SAFETY: as in `hold`.
        unsafe { (*self.raw()).waiting = 0 };
        self.set_arguments(arguments);
        self.set_message(message);
        Ok(())
    }

    /// Puts what it says where everybody looks for it.
    fn settle(self) -> PyResult<()> {
        // SAFETY: as in `hold`.
        let length = usize::from(unsafe { (*self.raw()).waiting });
        if length == 0 {
            return Ok(());
        }
        // SAFETY: as in `hold`; a copy, as code may run that changes the object.
        let text = unsafe { (*self.raw()).text };
        self.say_now(object::new_text(
            self.0.py(),
            text.get(..length).unwrap_or_default(),
        )?)
    }

    fn set_arguments(self, arguments: Bound<'py, PyTuple>) {
        // SAFETY: as in `hold`; an exception refers to a tuple there, or to nothing. The new reference is given away.
        let before = unsafe { std::mem::replace(&mut (*self.raw()).base.args, arguments.into_ptr()) };
        // SAFETY: null, or a reference that nobody else gives back.
        unsafe { ffi::Py_XDECREF(before) };
    }

    fn set_message(self, message: Bound<'py, PyAny>) {
        // SAFETY: as in `hold`; the new reference is given away.
        let before = unsafe { std::mem::replace(&mut (*self.raw()).message, message.into_ptr()) };
        // SAFETY: null, or a reference that nobody else gives back.
        unsafe { ffi::Py_XDECREF(before) };
    }
}

/// Gives the interpreter a new exception, to be raised. Another one comes back.
pub(crate) fn throw(error: Bound<'_, PyAny>) -> Option<Bound<'_, PyAny>> {
    let raw = error.as_ptr();
    // SAFETY: a live object.
    let is_exception = unsafe { ffi::PyExceptionInstance_Check(raw) } != 0;
    // SAFETY: every exception begins so.
    if !is_exception || !unsafe { (*raw.cast::<ffi::PyBaseExceptionObject>()).traceback }.is_null() {
        return Some(error);
    }
    // The interpreter asks the exception for its class, and whether that is below the one that it gets: which takes no
    // call of a metaclass's method if it is this one.
    let class = if RaisedRef::of(error.as_borrowed()).is_some() {
        TYPE.made()
    } else {
        // SAFETY: a live object.
        unsafe { ffi::Py_TYPE(raw) }
    };
    restore(class, error);
    None
}

/// The same of one that was just made by this module.
#[inline]
pub(crate) fn throw_raised(error: Bound<'_, PyAny>) {
    debug_assert!(RaisedRef::of(error.as_borrowed()).is_some());
    restore(TYPE.made(), error);
}

/// Sets the exception, which is of `class` or below it.
#[allow(
    deprecated,
    reason = "`PyErr_Restore` is the form of the versions before 3.12"
)]
fn restore(class: *mut ffi::PyTypeObject, error: Bound<'_, PyAny>) {
    #[cfg(Py_3_12)]
    {
        let _ = class;
        // SAFETY: an exception, whose reference is given away; the lock is held.
        unsafe { ffi::PyErr_SetRaisedException(error.into_ptr()) };
    }
    #[cfg(not(Py_3_12))]
    // SAFETY: a live type and an exception of it, whose references are given away; the lock is held.
    unsafe {
        ffi::Py_INCREF(class.cast());
        ffi::PyErr_Restore(class.cast(), error.into_ptr(), std::ptr::null_mut());
    }
}

/// Whether `class` is `Raised` or below it.
pub(crate) fn is_raised_class(class: &Bound<'_, PyType>) -> bool {
    TYPE.is_above(class)
}

fn make(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    const DOC: &CStr = c"Base of the exception classes of a crate's own error types: holds what Rust gave.";
    // SAFETY: a static type, alive as long as the interpreter.
    let base = unsafe { Bound::from_borrowed_ptr(py, ffi::PyExc_RuntimeError) };
    // SAFETY: a ready type.
    let size = unsafe { (*base.as_ptr().cast::<ffi::PyTypeObject>()).tp_basicsize };
    if size.unsigned_abs() != size_of::<ffi::PyBaseExceptionObject>() {
        return Err(PyImportError::new_err(
            "exceptions of this Python are of another size than its headers say",
        ));
    }
    let slots = &mut [
        class::slot(ffi::Py_tp_dealloc, dealloc as *mut c_void),
        class::attributes([
            class::attribute(c"_value", get_value, None, c"The handle of the error, or None."),
            class::attribute(
                c"_message",
                get_message,
                Some(set_message),
                c"What Rust said, or None.",
            ),
            class::attribute(
                c"_rust_type",
                get_rust_type,
                None,
                c"The Rust type of an error that was raised, or None.",
            ),
            class::attribute(
                c"args",
                get_arguments,
                Some(set_arguments),
                c"What it was made with, as of every exception.",
            ),
        ]),
        class::doc(DOC),
        class::end(),
    ];
    // SAFETY: a complete table for `Raw`, which begins as `RuntimeError` does, whose size was just compared. What is behind
    // that refers to nothing that the collector looks for, so the base's ways of looking are inherited.
    unsafe {
        class::make(
            py,
            c"usecrate._native.Raised",
            size_of::<Raw>(),
            true,
            slots,
            Some(&base),
        )
    }
}

/// A new reference to what is there, or to None.
///
/// # Safety
///
/// `object` is null or a live object, and the lock is held.
unsafe fn or_none(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    let found = if object.is_null() {
        // SAFETY: the lock is held, says the caller.
        unsafe { ffi::Py_None() }
    } else {
        object
    };
    // SAFETY: says the caller.
    unsafe { ffi::Py_INCREF(found) };
    found
}

unsafe extern "C" fn get_value(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    Python::attach(|py| {
        // SAFETY: the interpreter passes a live object of the attribute's type.
        let raised = RaisedRef(unsafe { Borrowed::from_ptr(py, object) });
        match raised.handle() {
            Ok(Some(handle)) => handle.into_ptr(),
            Ok(None) => py.None().into_ptr(),
            Err(error) => {
                error.restore(py);
                std::ptr::null_mut()
            }
        }
    })
}

/// Puts what the exception says where everybody looks for it, and asks `read` for a new reference, or null, then.
///
/// # Safety
///
/// The object is a live one of the type, and the lock is held.
unsafe fn settled(
    object: *mut ffi::PyObject,
    read: impl FnOnce(*mut Raw) -> *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    Python::attach(|py| {
        // SAFETY: says the caller.
        let raised = RaisedRef(unsafe { Borrowed::from_ptr(py, object) });
        match raised.settle() {
            Ok(()) => read(raised.raw()),
            Err(error) => {
                error.restore(py);
                std::ptr::null_mut()
            }
        }
    })
}

unsafe extern "C" fn get_message(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: the interpreter passes a live object of the attribute's type, with the lock held.
    unsafe { settled(object, |raw| or_none((*raw).message)) }
}

unsafe extern "C" fn get_arguments(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: as in `get_message`.
    unsafe { settled(object, |raw| or_none((*raw).base.args)) }
}

unsafe extern "C" fn set_arguments(
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    _: *mut c_void,
) -> std::os::raw::c_int {
    Python::attach(|py| {
        // SAFETY: the interpreter passes a live object of the attribute's type.
        let raised = RaisedRef(unsafe { Borrowed::from_ptr(py, object) });
        // SAFETY: a live object, or null where the attribute is deleted.
        let value = unsafe { Bound::from_borrowed_ptr_or_opt(py, value) };
        let done = raised.settle().and_then(|()| match value {
            // SAFETY: a live object; what it gives is a new tuple, or null with an exception set.
            Some(value) => unsafe {
                let made = Bound::from_owned_ptr_or_err(py, ffi::PySequence_Tuple(value.as_ptr()))?;
                raised.set_arguments(made.cast_into_unchecked());
                Ok(())
            },
            None => Err(PyTypeError::new_err("args may not be deleted")),
        });
        match done {
            Ok(()) => 0,
            Err(error) => {
                error.restore(py);
                -1
            }
        }
    })
}

unsafe extern "C" fn get_rust_type(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: as in `get_message`.
    unsafe { or_none((*object.cast::<Raw>()).rust_type) }
}

unsafe extern "C" fn set_message(
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    _: *mut c_void,
) -> std::os::raw::c_int {
    Python::attach(|py| {
        // SAFETY: the interpreter passes a live object of the attribute's type.
        let raised = RaisedRef(unsafe { Borrowed::from_ptr(py, object) });
        // SAFETY: a live object, or null where the attribute is deleted.
        match unsafe { Bound::from_borrowed_ptr_or_opt(py, value) } {
            Some(message) => match raised.settle() {
                Ok(()) => {
                    raised.set_message(message);
                    0
                }
                Err(error) => {
                    error.restore(py);
                    -1
                }
            },
            None => {
                python::internal(py, "what an error says cannot be deleted").restore(py);
                -1
            }
        }
    })
}

unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    let raw = object.cast::<Raw>();
    // SAFETY: the interpreter hands over an object that nobody else refers to; the fields are ours.
    let (owns, epoch, slot, id) = unsafe { ((*raw).owns, (*raw).epoch, (*raw).slot, (*raw).id) };
    let value = slot.filter(|_| owns && epoch == process::epoch() && !process::finalizing());
    // Most values go with others later: then nothing runs here.
    let ending = value.and_then(|slot| handle::end_error(slot, &id));
    // SAFETY: as above.
    let ends_value = ending.is_some() || !unsafe { (*raw).held }.is_null();
    if ends_value {
        // The collector may run meanwhile, and must not find what nobody refers to.
        // SAFETY: as above, of a collected type.
        unsafe { ffi::PyObject_GC_UnTrack(object.cast()) };
    }
    if let Some(ending) = ending {
        ending.run();
    }
    // SAFETY: as above; null, or references that nobody else gives back.
    unsafe {
        ffi::Py_XDECREF((*raw).held);
        ffi::Py_XDECREF((*raw).message);
        ffi::Py_XDECREF((*raw).rust_type);
    }
    // SAFETY: as above.
    let class = unsafe { ffi::Py_TYPE(object) };
    if ends_value {
        // SAFETY: as it came, which the base's way relies on: what it refers to is alive.
        unsafe { ffi::PyObject_GC_Track(object.cast()) };
    }
    // SAFETY: a static type, which `Raised` is below: it ends its part of the object and frees it as its type allocated it.
    unsafe {
        if let Some(end) = (*ffi::PyExc_RuntimeError.cast::<ffi::PyTypeObject>()).tp_dealloc {
            end(object);
        }
    }
    // SAFETY: a heap type is referred to by each instance.
    unsafe { ffi::Py_DECREF(class.cast()) };
}
