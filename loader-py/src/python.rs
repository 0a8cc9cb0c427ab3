//! What the extension needs of Python modules: imported on first use, found again without a look-up by name.

use pyo3::exceptions::PyRuntimeError;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyAnyMethods, PyModule, PyType, PyTypeMethods};
use pyo3::{Bound, Py, PyAny, PyErr, PyResult, Python};

use crate::core::Slot;
use crate::ffi::handle::State;

/// What is in the cell, made if it is empty. No thread is inside the cell while it is made: it would be, for ever, in
/// a child that another thread forks meanwhile.
pub(crate) fn once<'py, T: Send + Sync>(
    py: Python<'py>,
    cell: &'static PyOnceLock<T>,
    make: impl FnOnce() -> PyResult<T>,
) -> PyResult<&'py T> {
    if let Some(found) = cell.get(py) {
        return Ok(found);
    }
    let made = make()?;
    // Another thread may have made it meanwhile: the first one stays.
    let _ = cell.set(py, made);
    Ok(cell.get(py).expect("it was just filled"))
}

fn module<'py>(
    py: Python<'py>,
    cell: &'static PyOnceLock<Py<PyModule>>,
    name: &str,
) -> PyResult<Bound<'py, PyModule>> {
    let found = once(py, cell, || PyModule::import(py, name).map(Bound::unbind))?;
    Ok(found.bind(py).clone())
}

fn attribute<'py>(
    py: Python<'py>,
    cell: &'static PyOnceLock<Py<PyAny>>,
    make: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<&'py Bound<'py, PyAny>> {
    Ok(once(py, cell, || make().map(Bound::unbind))?.bind(py))
}

/// `os`
pub(crate) fn os(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    static CELL: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    module(py, &CELL, "os")
}

/// `ipaddress`
pub(crate) fn ipaddress(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    static CELL: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    module(py, &CELL, "ipaddress")
}

/// `usecrate.errors.io_error`
pub(crate) fn io_error(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    attribute(py, &CELL, || {
        PyModule::import(py, "usecrate.errors")?.getattr("io_error")
    })
}

/// `usecrate.exceptions.hook`, which makes the exception for a Rust `Err`
pub(crate) fn error_hook(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    attribute(py, &CELL, || {
        PyModule::import(py, "usecrate.exceptions")?.getattr("hook")
    })
}

/// `usecrate.errors.CallError`
pub(crate) fn call_error(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static CELL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let found = once(py, &CELL, || {
        let class = PyModule::import(py, "usecrate.errors")?.getattr("CallError")?;
        Ok(class.cast_into::<PyType>()?.unbind())
    })?;
    Ok(found.bind(py))
}

/// `pathlib.Path`
pub(crate) fn path_class(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    attribute(py, &CELL, || PyModule::import(py, "pathlib")?.getattr("Path"))
}

/// `usecrate.durations.Duration`
pub(crate) fn duration_class(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    attribute(py, &CELL, || {
        PyModule::import(py, "usecrate.durations")?.getattr("Duration")
    })
}

/// `usecrate.twins`
pub(crate) fn twins(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    static CELL: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    module(py, &CELL, "usecrate.twins")
}

/// `usecrate.plain.data`
pub(crate) fn plain_data(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    attribute(py, &CELL, || {
        PyModule::import(py, "usecrate.plain")?.getattr("data")
    })
}

/// `datetime.timedelta`
pub(crate) fn timedelta(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    attribute(py, &CELL, || {
        PyModule::import(py, "datetime")?.getattr("timedelta")
    })
}

/// 1970-01-01 in UTC, as a `datetime`.
pub(crate) fn epoch(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    attribute(py, &CELL, || {
        let datetime = PyModule::import(py, "datetime")?;
        let utc = datetime.getattr("timezone")?.getattr("utc")?;
        datetime.getattr("datetime")?.call1((1970, 1, 1, 0, 0, 0, 0, utc))
    })
}

/// `types.MethodType`
pub(crate) fn method_type(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    attribute(py, &CELL, || PyModule::import(py, "types")?.getattr("MethodType"))
}

/// A class's qualified name with its module.
pub(crate) fn class_name(class: &Bound<'_, PyType>) -> String {
    class
        .fully_qualified_name()
        .map_or_else(|_| "object".into(), |name| name.to_string())
}

/// An exception of a class of `usecrate.errors`.
#[cold]
pub(crate) fn error<'py, A>(py: Python<'py>, class: &str, arguments: A) -> PyErr
where
    A: pyo3::call::PyCallArgs<'py>,
{
    static CELL: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let made =
        module(py, &CELL, "usecrate.errors").and_then(|errors| errors.getattr(class)?.call1(arguments));
    match made {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

/// Something that cannot happen unless the loader or a library is at fault.
#[cold]
pub(crate) fn internal(py: Python<'_>, message: &str) -> PyErr {
    let error = error(py, "UsecrateError", (message,));
    if error.is_instance_of::<pyo3::exceptions::PyException>(py) {
        error
    } else {
        PyRuntimeError::new_err(message.to_owned())
    }
}

/// Why a handle cannot be used.
#[cold]
pub(crate) fn unusable(py: Python<'_>, slot: &Slot, state: &State) -> PyErr {
    let name = slot.name(py);
    match state {
        State::Moved(by) => {
            let message = format!(
                "this `{name}` was moved into `{}()`, which took it by value: make a new one, or clone it before the call",
                by.full_name
            );
            error(py, "ClosedError", (message,))
        }
        State::OtherProcess => {
            let message = format!(
                "this `{name}` belongs to the process that this one was forked from: make a new one in the child"
            );
            error(py, "ForkError", (message,))
        }
        State::Ended => {
            let message = format!(
                "this `{name}` was lent, and ended when the value that lent it was used again: ask for it again"
            );
            error(py, "ClosedError", (message,))
        }
        State::Open | State::Closed => error(
            py,
            "ClosedError",
            (format!("this `{name}` was closed: make a new one"),),
        ),
    }
}
