//! Questions to objects that are answered by Python code, declared so that unwinding through them is seen (`host::Hang`),
//! and called by their addresses, as there.

use std::hint::black_box;
use std::os::raw::c_int;

use pyo3::types::PyString;
use pyo3::{Bound, PyAny, PyErr, PyResult, ffi};

use super::host::Hang;

mod unwinding {
    use std::os::raw::c_int;

    use pyo3::ffi::{Py_hash_t, PyObject};

    unsafe extern "C-unwind" {
        pub(super) fn PyObject_RichCompareBool(a: *mut PyObject, b: *mut PyObject, operation: c_int)
        -> c_int;
        pub(super) fn PyObject_Hash(object: *mut PyObject) -> Py_hash_t;
        pub(super) fn PyObject_Str(object: *mut PyObject) -> *mut PyObject;
        pub(super) fn PyObject_Repr(object: *mut PyObject) -> *mut PyObject;
    }
}

/// Whether both are the same, or `a == b`.
pub(crate) fn equal(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<bool> {
    compare(a, b, ffi::Py_EQ)
}

/// Whether `a < b`.
pub(crate) fn less(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<bool> {
    compare(a, b, ffi::Py_LT)
}

fn compare(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>, operation: c_int) -> PyResult<bool> {
    let hang = Hang;
    let ask: unsafe extern "C-unwind" fn(_, _, _) -> _ = unwinding::PyObject_RichCompareBool;
    // SAFETY: two live objects and one of the operations.
    let answer = unsafe { black_box(ask)(a.as_ptr(), b.as_ptr(), operation) };
    std::mem::forget(hang);
    if answer < 0 {
        return Err(PyErr::fetch(a.py()));
    }
    Ok(answer > 0)
}

/// `hash(object)`
pub(crate) fn hash(object: &Bound<'_, PyAny>) -> PyResult<isize> {
    let hang = Hang;
    let ask: unsafe extern "C-unwind" fn(_) -> _ = unwinding::PyObject_Hash;
    // SAFETY: a live object.
    let hash = unsafe { black_box(ask)(object.as_ptr()) };
    std::mem::forget(hang);
    if hash == -1 {
        return Err(PyErr::fetch(object.py()));
    }
    Ok(hash)
}

/// `str(object)`
pub(crate) fn str<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
    let hang = Hang;
    let ask: unsafe extern "C-unwind" fn(_) -> _ = unwinding::PyObject_Str;
    // SAFETY: a live object.
    let text = unsafe { black_box(ask)(object.as_ptr()) };
    std::mem::forget(hang);
    // SAFETY: a new reference, or null with an exception set.
    let text = unsafe { Bound::from_owned_ptr_or_err(object.py(), text) }?;
    Ok(text.cast_into::<PyString>()?)
}

/// `repr(object)`
pub(crate) fn repr<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
    let hang = Hang;
    let ask: unsafe extern "C-unwind" fn(_) -> _ = unwinding::PyObject_Repr;
    // SAFETY: a live object.
    let text = unsafe { black_box(ask)(object.as_ptr()) };
    std::mem::forget(hang);
    // SAFETY: a new reference, or null with an exception set.
    let text = unsafe { Bound::from_owned_ptr_or_err(object.py(), text) }?;
    Ok(text.cast_into::<PyString>()?)
}
