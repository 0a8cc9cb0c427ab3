//! Exceptions for Rust errors that are no more than what every error says: made here in one go, with what the error hook would
//! give them. The hook says which classes these are when it meets one for the first time.

use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyDictMethods, PyList, PyString};
use pyo3::{Bound, Py, PyAny, PyResult, Python, intern};

use crate::core::{Definition, PlainError, Slot};
use crate::ffi::handle::{self, HandleId, HandleRef};
use crate::ffi::object;
use crate::python;
use crate::wire::{Reader, Token, ext};

/// What an answer says of an error that has no sources.
struct Said<'a> {
    id: HandleId,
    rust_type: &'a [u8],
    message: &'a [u8],
    debug: Option<&'a [u8]>,
}

impl<'a> Said<'a> {
    /// Reads it. `None`: there is more, or it is not as the ABI has it.
    fn read(mut payload: Reader<'a>) -> Option<Self> {
        let Token::Array(5) = payload.next()? else {
            return None;
        };
        let Token::Ext(ext::HANDLE, id) = payload.next()? else {
            return None;
        };
        let (Token::Text(rust_type), Token::Text(message)) = (payload.next()?, payload.next()?) else {
            return None;
        };
        let debug = match payload.next()? {
            Token::Text(debug) => Some(debug),
            Token::Nil => None,
            _ => return None,
        };
        let Token::Array(0) = payload.next()? else {
            return None;
        };
        payload.is_empty().then_some(Self {
            id: id.try_into().ok()?,
            rust_type,
            message,
            debug,
        })
    }
}

impl PlainError {
    /// The name of the Rust type, which is nearly always the same.
    fn rust_type<'py>(&self, py: Python<'py>, name: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        if let Some(known) = self.rust_type.get() {
            let known = known.bind(py);
            if object::text(known)?.as_bytes() == name {
                return Ok(known.clone().into_any());
            }
        }
        let made = object::new_text(py, name)?;
        let _ = self.rust_type.set(made.cast::<PyString>()?.clone().unbind());
        Ok(made)
    }
}

/// The attributes of an exception, all of them None: a copy has its room at once, where a new dictionary would grow.
fn empty_facts(py: Python<'_>) -> PyResult<&Bound<'_, PyDict>> {
    static CELL: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let made = python::once(py, &CELL, || {
        let facts = PyDict::new(py);
        for name in ["_value", "_message", "message", "rust_type", "debug", "sources"] {
            facts.set_item(PyString::intern(py, name), py.None())?;
        }
        Ok(facts.unbind())
    })?;
    Ok(made.bind(py))
}

/// The exception of type `slot` that `payload` tells of, unless it takes the hook to make it.
pub(crate) fn make<'py>(
    py: Python<'py>,
    slot: &'static Slot,
    payload: Reader<'_>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(Definition::Handle(kind)) = slot.definition.get() else {
        return Ok(None);
    };
    let (Some(plain), Some(class)) = (kind.plain_error.get(), &kind.exception) else {
        return Ok(None);
    };
    let Some(said) = Said::read(payload) else {
        return Ok(None);
    };
    let held = handle::allocate(kind.class.bind(py))?;
    if let Some(handle) = HandleRef::of(held.as_borrowed()) {
        handle.fill(slot, said.id);
    }
    let message = object::new_text(py, said.message)?;
    let debug = match said.debug {
        Some(debug) => object::new_text(py, debug)?,
        None => py.None().into_bound(py),
    };
    let facts = empty_facts(py)?.copy()?;
    facts.set_item(intern!(py, "_value"), held)?;
    facts.set_item(intern!(py, "_message"), &message)?;
    facts.set_item(intern!(py, "message"), &message)?;
    facts.set_item(intern!(py, "rust_type"), plain.rust_type(py, said.rust_type)?)?;
    facts.set_item(intern!(py, "debug"), debug)?;
    facts.set_item(intern!(py, "sources"), PyList::empty(py))?;
    object::exception(class.bind(py), &message, &facts).map(Some)
}
