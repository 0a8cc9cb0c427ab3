//! Functions are pickled by reference: `pickle` is told how where it may already be in use.
//!
//! The type of functions is the interpreter's, which would pickle one by the name of a Python module. `pickle` asks the table
//! of `copyreg` first, for all of that type.

use pyo3::types::{PyAnyMethods, PyCFunction, PyDict, PyDictMethods, PyModule, PyModuleMethods};
use pyo3::{Bound, PyAny, PyResult, PyTypeInfo, Python, intern, pyfunction, wrap_pyfunction};

use crate::ffi::function;

/// Tells `copyreg`, if that is imported: `pickle` imports it, and what goes without both need not pay for it.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let modules = PyModule::import(py, intern!(py, "sys"))?.getattr(intern!(py, "modules"))?;
    match modules.cast::<PyDict>()?.get_item(intern!(py, "copyreg"))? {
        Some(copyreg) => tell(&copyreg),
        None => Ok(()),
    }
}

/// Says in `copyreg` how functions are pickled.
#[pyfunction]
#[pyo3(name = "tell_copyreg")]
fn tell(copyreg: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = copyreg.py();
    let table = copyreg.getattr(intern!(py, "dispatch_table"))?;
    let reduce =
        PyModule::import(py, intern!(py, "usecrate._native"))?.getattr(intern!(py, "reduce_function"))?;
    table.set_item(PyCFunction::type_object(py), reduce)
}

/// What pickles a function: of a Rust crate a reference, of any other what it says itself.
#[pyfunction]
fn reduce_function<'py>(function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = function.py();
    if function::spec_of(function).is_none() {
        return function.call_method0(intern!(py, "__reduce__"));
    }
    let pickling = PyModule::import(py, intern!(py, "usecrate.pickling"))?;
    pickling
        .getattr(intern!(py, "reduce_function"))?
        .call1((function,))
}

/// Adds the functions to the extension module.
pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(tell, module)?)?;
    module.add_function(wrap_pyfunction!(reduce_function, module)?)
}
