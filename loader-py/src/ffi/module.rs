//! The type of module handles: a module whose missing names are made when they are first used (`crate::opened`).

use std::ffi::CStr;
use std::os::raw::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::sync::PyOnceLock;
use pyo3::types::{PyAnyMethods, PyModule, PyModuleMethods, PyString, PyType};
use pyo3::{Bound, Py, PyAny, PyResult, Python, ffi};

use super::class;
use super::trampoline::{panicked, raise};
use crate::opened;

static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// Makes the type and adds it to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    const DOC: &CStr =
        c"A module of a Rust crate. Its names are the crate's public ones; each is made when it is first used.";
    let py = module.py();
    let slots = &mut [
        class::slot(ffi::Py_tp_getattro, get_attribute as *mut c_void),
        class::slot(ffi::Py_tp_repr, repr as *mut c_void),
        class::methods([
            class::method(
                c"__dir__",
                dir,
                ffi::METH_NOARGS,
                c"__dir__($self)\n--\n\nThe public names.",
            ),
            class::method(
                c"__reduce__",
                reduce,
                ffi::METH_NOARGS,
                c"__reduce__($self)\n--\n\nOpens the artifact again.",
            ),
        ]),
        class::doc(DOC),
        class::end(),
    ];
    // SAFETY: a static type.
    let base = unsafe { Bound::from_borrowed_ptr(py, (&raw mut ffi::PyModule_Type).cast()) };
    // SAFETY: a complete table; its objects are those of the base.
    let made = unsafe { class::make(py, c"usecrate.Module", 0, true, slots, Some(&base)) }?;
    let made = made.cast_into::<PyType>()?;
    module.add("Module", &made)?;
    // The extension is initialised once in a process.
    let _ = TYPE.set(py, made.unbind());
    Ok(())
}

/// A module handle without names.
pub(crate) fn new<'py>(
    py: Python<'py>,
    name: &str,
    docs: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyModule>> {
    let class = TYPE.get(py).expect("it was made with the extension module");
    Ok(class.bind(py).call1((name, docs))?.cast_into::<PyModule>()?)
}

unsafe extern "C" fn get_attribute(
    object: *mut ffi::PyObject,
    name: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter's own arguments.
    let found = unsafe { ffi::PyObject_GenericGetAttr(object, name) };
    if !found.is_null() {
        return found;
    }
    // SAFETY: asks about the exception that is set.
    if unsafe { ffi::PyErr_ExceptionMatches(ffi::PyExc_AttributeError) } == 0 {
        return found;
    }
    // SAFETY: clears it: the lock is held.
    unsafe { ffi::PyErr_Clear() };
    // SAFETY: the interpreter's own argument, with the lock held.
    let name = unsafe { Bound::from_borrowed_ptr(Python::assume_attached(), name) };
    // SAFETY: the interpreter's own argument.
    unsafe {
        run(object, |module| {
            opened::attribute(module, name.cast::<PyString>()?)
        })
    }
}

unsafe extern "C" fn repr(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the interpreter's own argument.
    unsafe { run(object, |module| opened::ask(module, "module_repr")) }
}

unsafe extern "C" fn dir(object: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the interpreter's own argument.
    unsafe { run(object, |module| opened::ask(module, "module_dir")) }
}

unsafe extern "C" fn reduce(object: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the interpreter's own argument.
    unsafe { run(object, |module| opened::ask(module, "module_reduce")) }
}

/// Runs `work` on a module handle; no panic gets past here.
///
/// # Safety
///
/// `object` is a live object, and the interpreter lock is held.
unsafe fn run(
    object: *mut ffi::PyObject,
    work: impl for<'py> FnOnce(&Bound<'py, PyModule>) -> PyResult<Bound<'py, PyAny>>,
) -> *mut ffi::PyObject {
    // SAFETY: says the caller.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: says the caller.
    let object = unsafe { Bound::from_borrowed_ptr(py, object) };
    match catch_unwind(AssertUnwindSafe(|| work(object.cast::<PyModule>()?))) {
        Ok(Ok(value)) => value.into_ptr(),
        Ok(Err(error)) => raise(error),
        Err(_) => raise(panicked(py)),
    }
}
