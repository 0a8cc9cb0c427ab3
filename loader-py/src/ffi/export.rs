//! The base of classes whose values are bytes: `memoryview(value)` and every other taker of buffers sees them.
//!
//! What is seen is a copy, made once for each view: the `bytes` object that `__bytes__` gives, which the view holds. An
//! artifact never gives away an address, so a view into the value itself cannot be had; a copy stays what it was when
//! the value changes, is closed or is moved, and needs no borrow that lasts as long as some view is forgotten somewhere.

use std::ffi::CStr;
use std::os::raw::{c_int, c_void};

use pyo3::{Bound, PyAny, PyResult, Python, ffi};

use super::{class, handle};

/// `HandleBuffer`.
pub(crate) static TYPE: class::Late = class::Late::new(make);

fn make(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    const DOC: &CStr = c"Base of the classes whose values are bytes. A view of one sees a copy.";
    let slots = &mut [
        class::slot(ffi::Py_bf_getbuffer, get_buffer as *mut c_void),
        class::doc(DOC),
        class::end(),
    ];
    let base = handle::TYPE.get(py)?;
    // SAFETY: a complete table; its objects are those of the base.
    unsafe { class::make(py, c"usecrate._native.HandleBuffer", 0, true, slots, Some(&base)) }
}

unsafe extern "C" fn get_buffer(
    object: *mut ffi::PyObject,
    view: *mut ffi::Py_buffer,
    flags: c_int,
) -> c_int {
    // SAFETY: the struct that the interpreter wants filled; without an object it counts as empty.
    unsafe { (*view).obj = std::ptr::null_mut() };
    if flags & ffi::PyBUF_WRITABLE != 0 {
        // SAFETY: the lock is held, and the type's name is a C string.
        unsafe {
            ffi::PyErr_Format(
                ffi::PyExc_BufferError,
                c"the bytes of a `%s` are read-only: make a bytearray of it".as_ptr(),
                (*ffi::Py_TYPE(object)).tp_name,
            );
        }
        return -1;
    }
    // SAFETY: a live object, and a name that lives for ever.
    let bytes = unsafe { ffi::PyObject_CallMethod(object, c"__bytes__".as_ptr(), std::ptr::null()) };
    if bytes.is_null() {
        return -1;
    }
    // SAFETY: a live object and the struct to fill; what it gives is held by the view from here on.
    unsafe {
        let code = ffi::PyObject_GetBuffer(bytes, view, flags);
        ffi::Py_DECREF(bytes);
        code
    }
}
