//! What the extension module has when it is first asked for: types that many processes never need.

use pyo3::exceptions::PyAttributeError;
use pyo3::types::{PyAnyMethods, PyModule, PyString, PyStringMethods, PyType};
use pyo3::{Bound, PyResult, pyfunction};

use crate::ffi::{export, handle, iterator, raised};

/// The module's `__getattr__`.
#[pyfunction]
#[pyo3(name = "__getattr__", pass_module)]
pub(crate) fn late<'py>(
    module: &Bound<'py, PyModule>,
    name: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyType>> {
    let class = match name.to_str()? {
        "Handle" => &handle::TYPE,
        "HandleBuffer" => &export::TYPE,
        "HandleIterator" => &iterator::ITERATING,
        "Iterator" => &iterator::TYPE,
        "Raised" => &raised::TYPE,
        other => {
            let message = format!("module `usecrate._native` has no attribute `{other}`");
            return Err(PyAttributeError::new_err(message));
        }
    };
    let class = class.get(module.py())?;
    module.setattr(name, &class)?;
    Ok(class)
}
