//! The native extension of the loader: verifies and loads libraries, calls their one symbol, holds handles.
//!
//! It knows the ABI (`docs/abi.md`), the manifest's form and type language, and what is loaded (`opened`), nothing of
//! classes or builds; its interface is `python/usecrate/_native.pyi`. A call goes through it like this:
//!
//! 1. the interpreter enters a trampoline (`ffi::trampoline`), which leads to a prepared `callable::Spec`;
//! 2. `encode` writes the arguments, checked against their `shape`, straight into a request (`wire`);
//! 3. `ffi::symbol` makes the one C call, with the interpreter lock released;
//! 4. `decode` reads the answer straight into Python objects, or `status` makes the exception.
//!
//! Rust comes back for what stays in Python (callables, files, iterators) through `ffi::host`, which leads to `host`.

#![deny(unsafe_code)]

mod callable;
mod core;
mod decode;
mod directly;
mod encode;
mod ffi;
mod handle;
mod host;
mod inside;
mod iterator;
mod kin;
mod late;
mod library;
mod manifest;
mod opened;
mod overload;
mod plain_data;
mod python;
mod refusal;
mod rust_error;
mod shape;
mod status;
mod subscript;
mod thrown;
mod twins;
mod wire;
mod words;

#[cfg(Py_GIL_DISABLED)]
const FREE_THREADED: bool = true;
#[cfg(not(Py_GIL_DISABLED))]
const FREE_THREADED: bool = false;

/// The native extension: verifies and loads libraries, calls their symbol, holds handles.
#[pyo3::pymodule(name = "_native")]
mod native {
    use pyo3::exceptions::PyImportError;
    use pyo3::types::{PyAnyMethods, PyList, PyModule, PyModuleMethods};
    use pyo3::{Bound, PyResult, wrap_pyfunction};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        if crate::FREE_THREADED {
            return Err(PyImportError::new_err(
                "usecrate does not support free-threaded builds of Python yet: use the build with the interpreter lock \
                 (for example python3.13 instead of python3.13t)",
            ));
        }
        // What adds to it would look for it in vain, which makes a type for exceptions that nothing else needs.
        module.setattr("__all__", PyList::empty(module.py()))?;
        crate::ffi::process::watch_forks();
        module.add_function(wrap_pyfunction!(crate::late::late, module)?)?;
        crate::library::register(module)?;
        crate::manifest::register(module)?;
        crate::handle::register(module)?;
        crate::host::register(module)?;
        crate::iterator::register(module)?;
        crate::kin::register(module)?;
        crate::ffi::module::register(module)?;
        crate::opened::register(module)?;
        crate::overload::register(module)?;
        crate::plain_data::register(module)?;
        crate::status::register(module)?;
        crate::subscript::register(module)?;
        crate::words::register(module)
    }
}
