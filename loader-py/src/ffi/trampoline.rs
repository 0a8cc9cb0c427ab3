//! The C functions through which the interpreter enters. A method descriptor passes nothing but the instance, so each
//! method has a trampoline of its own, whose number leads to its `Spec`.

use std::os::raw::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use pyo3::{PyErr, Python, ffi};

use super::arguments::Arguments;
use super::function::{Carrier, spec_of_module};
use crate::callable::Spec;
use crate::python;
use crate::thrown::Thrown;

/// How many methods have a trampoline; later ones become slower descriptors.
const COUNT: usize = 4096;

static SPECS: [AtomicPtr<Spec>; COUNT] = [const { AtomicPtr::new(std::ptr::null_mut()) }; COUNT];
static USED: AtomicUsize = AtomicUsize::new(0);

/// A trampoline that enters `spec`, while there are any left.
pub(super) fn reserve(spec: &'static Spec) -> Option<ffi::PyCFunctionFastWithKeywords> {
    let number = USED
        .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
            (used < COUNT).then_some(used + 1)
        })
        .ok()?;
    SPECS[number].store(std::ptr::from_ref(spec).cast_mut(), Ordering::Release);
    Some(at(number))
}

/// The spec that a method's trampoline enters, if it is one.
pub(super) fn find(entry: *const c_void) -> Option<&'static Spec> {
    let used = USED.load(Ordering::Acquire);
    let number = (0..used).find(|&number| std::ptr::eq(at(number) as *const c_void, entry))?;
    // SAFETY: null, or a spec that lives for ever.
    unsafe { SPECS[number].load(Ordering::Acquire).as_ref() }
}

/// The trampolines from `$base` on, by the bits of their number.
macro_rules! halves {
    ($number:ident, $base:expr;) => {
        method::<{ $base }>
    };
    ($number:ident, $base:expr; $bit:literal $($lower:literal)*) => {
        if $number & $bit == 0 {
            halves!($number, $base; $($lower)*)
        } else {
            halves!($number, $base + $bit; $($lower)*)
        }
    };
}

/// The trampoline of that number. No table: its addresses would have to be filled in, one by one, whenever the extension is
/// loaded.
#[inline(never)]
fn at(number: usize) -> ffi::PyCFunctionFastWithKeywords {
    halves!(number, 0; 2048 1024 512 256 128 64 32 16 8 4 2 1)
}

/// The function of a module: `owner` is a module-like object.
pub(super) unsafe extern "C" fn module_function(
    owner: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: functions with this entry are made with such an owner.
    let spec = unsafe { spec_of_module(owner) };
    // SAFETY: the interpreter's own arguments.
    unsafe { enter(spec, std::ptr::null_mut(), values, count, names) }
}

/// The function of a class: `owner` is a carrier.
pub(super) unsafe extern "C" fn class_function(
    owner: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: functions with this entry are made with such an owner.
    let spec = unsafe { (*owner.cast::<Carrier>()).spec };
    // SAFETY: the interpreter's own arguments.
    unsafe { enter(spec, std::ptr::null_mut(), values, count, names) }
}

unsafe extern "C" fn method<const N: usize>(
    receiver: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: null, or a spec that lives for ever.
    let spec = unsafe { SPECS[N].load(Ordering::Relaxed).as_ref() };
    // SAFETY: the interpreter's own arguments.
    unsafe { enter(spec, receiver, values, count, names) }
}

/// Calls `spec`; no panic gets past here.
///
/// # Safety
///
/// The arguments are those of a fast call, with the interpreter lock held.
#[inline(never)]
unsafe fn enter(
    spec: Option<&'static Spec>,
    receiver: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls with the lock held.
    let py = unsafe { Python::assume_attached() };
    let Some(spec) = spec else {
        return raise(python::internal(py, "a function without a callable was called"));
    };
    let called = catch_unwind(AssertUnwindSafe(move || {
        // SAFETY: says the caller.
        let arguments = unsafe { Arguments::from_call(py, receiver, values, count, names) };
        // One pointer, so that it stays in a register.
        match spec.try_directly(py, &arguments) {
            Some(Ok(value)) => Some(value.into_ptr()),
            Some(Err(thrown)) => Some(again(spec, py, &arguments, thrown)),
            None => None,
        }
    }));
    match called {
        Ok(Some(result)) => result,
        // SAFETY: what this function was given.
        Ok(None) => unsafe { enter_by_message(spec, receiver, values, count, names) },
        Err(_) => raise(panicked(py)),
    }
}

/// The same by a message, which takes all that there is. On its own, so that both ways are short.
///
/// # Safety
///
/// As for `enter`.
#[inline(never)]
unsafe fn enter_by_message(
    spec: &'static Spec,
    receiver: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls with the lock held.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: says the caller.
    let arguments = unsafe { Arguments::from_call(py, receiver, values, count, names) };
    let called = catch_unwind(AssertUnwindSafe(|| match spec.call_by_message(py, &arguments) {
        Ok(value) => value.into_ptr(),
        Err(thrown) => again(spec, py, &arguments, thrown),
    }));
    called.unwrap_or_else(|_| raise(panicked(py)))
}

/// What a call gives that has failed: another one may not.
#[cold]
fn again<'py>(
    spec: &'static Spec,
    py: Python<'py>,
    arguments: &Arguments<'_, 'py>,
    thrown: Thrown,
) -> *mut ffi::PyObject {
    match spec.again(py, arguments, thrown) {
        Ok(value) => value.into_ptr(),
        Err(thrown) => throw(thrown),
    }
}

/// The exception for a fault of our own.
#[cold]
pub(super) fn panicked(py: Python<'_>) -> PyErr {
    python::internal(
        py,
        "the loader itself panicked; please report this with its traceback",
    )
}

/// Raises what leaves a call.
#[cold]
fn throw(thrown: Thrown) -> *mut ffi::PyObject {
    match thrown.0 {
        Some(leaving) => raise(leaving.error),
        None => std::ptr::null_mut(),
    }
}

#[cold]
pub(super) fn raise(error: PyErr) -> *mut ffi::PyObject {
    // Through `attach`, so that references which the error holds are given back at once.
    Python::attach(|py| error.restore(py));
    std::ptr::null_mut()
}
