//! The loader's own locks. They are held around forks (`forks`), those made first first.

use pyo3::sync::PyOnceLock;
use pyo3::types::{PyAnyMethods, PyDict, PyDictMethods, PyList, PyListMethods, PyModule, PyModuleMethods};
use pyo3::{Bound, Py, PyAny, PyResult, Python, intern, pyfunction, wrap_pyfunction};

/// All of them.
static LOCKS: PyOnceLock<Py<PyList>> = PyOnceLock::new();

/// A lock that is held around forks. Those made first are taken first, also outside of forks.
pub(super) fn new_lock(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    // `threading` would cost more than the rest of a load.
    let lock = PyModule::import(py, "_thread")?.getattr("RLock")?.call0()?;
    if let Some(locks) = LOCKS.get(py) {
        locks.bind(py).append(&lock)?;
    }
    Ok(lock)
}

/// A lock that is held for as long as this lives.
pub(super) struct Held<'py>(Bound<'py, PyAny>);

impl<'py> Held<'py> {
    /// Waits for it, with the interpreter lock released.
    pub(super) fn take(lock: &Bound<'py, PyAny>) -> PyResult<Self> {
        lock.call_method0(intern!(lock.py(), "acquire"))?;
        Ok(Self(lock.clone()))
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.call_method0(intern!(self.0.py(), "release")) {
            error.write_unraisable(self.0.py(), Some(&self.0));
        }
    }
}

fn forks(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    PyModule::import(py, "usecrate.forks")
}

/// Takes every lock.
#[pyfunction]
fn before_fork(py: Python<'_>) -> PyResult<()> {
    forks(py)?.getattr("hold")?.call0().map(drop)
}

/// Gives them back.
#[pyfunction]
fn after_fork(py: Python<'_>) -> PyResult<()> {
    forks(py)?.getattr("let_go")?.call0().map(drop)
}

/// Gives them back in a child, and tells every library that it is in one.
#[pyfunction]
fn after_fork_in_child(py: Python<'_>) -> PyResult<()> {
    after_fork(py)?;
    crate::handle::after_fork_child(py)
}

/// Adds the list of locks to the extension module, and says what forks do.
pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let locks = LOCKS.get_or_init(py, || PyList::empty(py).unbind());
    module.add("locks", locks)?;
    let os = PyModule::import(py, "os")?;
    if let Ok(register) = os.getattr("register_at_fork") {
        let hooks = PyDict::new(py);
        hooks.set_item("before", wrap_pyfunction!(before_fork, module)?)?;
        hooks.set_item("after_in_parent", wrap_pyfunction!(after_fork, module)?)?;
        hooks.set_item("after_in_child", wrap_pyfunction!(after_fork_in_child, module)?)?;
        register.call((), Some(&hooks))?;
    }
    Ok(())
}
