//! The exception for a Rust `Err`: made here in one go, but for what the error hook adds to it or makes.

use pyo3::exceptions::PyBaseException;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyAnyMethods, PyDict, PyDictMethods, PyList, PyString, PyTuple};
use pyo3::{Bound, Py, PyAny, PyResult, Python, intern};

use crate::core::{Core, Definition, Slot};
use crate::decode::Decoder;
use crate::ffi::object;
use crate::ffi::raised::RaisedRef;
use crate::python;
use crate::shape::Shape;
use crate::status::Answer;

/// What an answer says of an error besides its value.
struct Said<'a, 'py> {
    rust_type: &'a [u8],
    message: &'a [u8],
    debug: Option<&'a [u8]>,
    /// The list of its sources' messages, if it has any.
    sources: Option<Bound<'py, PyAny>>,
}

impl<'a, 'py> Said<'a, 'py> {
    fn read(from: &mut Decoder<'a, 'py>) -> PyResult<Self> {
        let rust_type = from.text()?;
        let message = from.text()?;
        let debug = from.text_or_nil()?;
        let sources = if from.skips_empty() {
            None
        } else {
            Some(from.plain()?)
        };
        from.finish()?;
        Ok(Self {
            rust_type,
            message,
            debug,
            sources,
        })
    }

    fn debug(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.debug {
            Some(debug) => object::new_text(py, debug),
            None => Ok(py.None().into_bound(py)),
        }
    }
}

/// The same if the error is a value that stays in Rust and says nothing of sources, which most errors are; else nothing is done.
#[inline]
pub(crate) fn quick<'py>(
    py: Python<'py>,
    result: &Shape,
    answer: &Answer<'_>,
) -> Option<PyResult<Bound<'py, PyAny>>> {
    let Some(Shape::Handle(slot, _)) = result.error() else {
        return None;
    };
    let Some(Definition::Handle(kind)) = slot.definition.get().filter(|_| slot.is_whole()) else {
        return None;
    };
    let class = kind.exception.as_ref()?;
    let mut from = answer.payload;
    let known = from.short_array(5);
    let id = from.handle().filter(|_| known)?;
    let (rust_type, message) = (from.short_text()?, from.short_text()?);
    // Neither what `Debug` says nor sources.
    if !(from.nil() && from.short_array(0) && from.is_empty()) {
        return None;
    }
    let make = || {
        let error = object::bare_instance(class.bind(py))?;
        let Some(raised) = RaisedRef::exactly(error.as_borrowed(), class.bind(py)) else {
            return Err(python::internal(py, "an error's class makes something else"));
        };
        raised.hold(slot, id);
        raised.say(message, slot.rust_type(py, rust_type)?)?;
        if kind.variants.get().is_some() {
            to_variant(slot, &error)?;
        }
        Ok(error)
    };
    Some(make())
}

/// The exception that status 1 of a call with such a `result` tells of. `hook(library, value, type, message, debug, sources)`
/// makes it where the error's type is none of the crate's own, and adds the sources to one that has some.
pub(crate) fn make<'py>(
    py: Python<'py>,
    core: &'static Core,
    result: &Shape,
    answer: &Answer<'_>,
    hook: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut from = Decoder::new(py, core, answer.payload).with(answer.response);
    from.open_array(5)?;
    let shape = result.error();
    let value = match shape {
        Some(error) => error.decode_error(&mut from)?,
        None => from.plain()?,
    };
    let said = Said::read(&mut from)?;
    if let Some(Shape::Handle(slot, _) | Shape::Record(slot) | Shape::Enum(slot)) = shape
        && let Some(raised) = RaisedRef::of(value.as_borrowed())
    {
        raised.say(said.message, slot.rust_type(py, said.rust_type)?)?;
        if said.debug.is_some() {
            value.setattr(intern!(py, "_debug"), said.debug(py)?)?;
        }
        to_variant(slot, &value)?;
        if said.sources.is_none() {
            return Ok(value);
        }
    }
    if let Some(Shape::Tuple(shapes)) = shape {
        for (shape, part) in shapes.iter().zip(value.cast::<PyTuple>()?) {
            if let Shape::Handle(slot, _) = shape
                && RaisedRef::of(part.as_borrowed()).is_some()
            {
                to_variant(slot, &part)?;
            }
        }
    }
    let message = object::new_text(py, said.message)?;
    // What says nothing is shown by the hook.
    if said.sources.is_none()
        && !said.message.is_empty()
        && !value.is_instance_of::<PyBaseException>()
        && let Some(error) = plain(py, &said, &value, &message)?
    {
        return Ok(error);
    }
    let hook = hook()?;
    let library = core
        .python
        .get()
        .map_or_else(|| py.None().into_bound(py), |library| library.bind(py).clone());
    let rust_type = object::new_text(py, said.rust_type)?;
    let debug = said.debug(py)?;
    let sources = match said.sources {
        Some(sources) => sources,
        None => PyList::empty(py).into_any(),
    };
    hook.call1((library, value, rust_type, message, debug, sources))
}

/// A plain `CallError`, as its class would make it.
fn plain<'py>(
    py: Python<'py>,
    said: &Said<'_, 'py>,
    value: &Bound<'py, PyAny>,
    message: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let facts = empty_facts(py)?.copy()?;
    facts.set_item(intern!(py, "_message"), message)?;
    facts.set_item(intern!(py, "value"), value)?;
    facts.set_item(intern!(py, "rust_type"), object::new_text(py, said.rust_type)?)?;
    facts.set_item(intern!(py, "message"), message)?;
    facts.set_item(intern!(py, "debug"), said.debug(py)?)?;
    facts.set_item(intern!(py, "sources"), PyList::empty(py))?;
    object::exception(python::call_error(py)?, message, &facts)
}

/// The attributes of a `CallError`, all of them None: a copy has its room at once, where a new dictionary would grow.
fn empty_facts(py: Python<'_>) -> PyResult<&Bound<'_, PyDict>> {
    static CELL: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let made = python::once(py, &CELL, || {
        let facts = PyDict::new(py);
        for name in ["_message", "value", "rust_type", "message", "debug", "sources"] {
            facts.set_item(PyString::intern(py, name), py.None())?;
        }
        Ok(facts.unbind())
    })?;
    Ok(made.bind(py))
}

/// Gives an exception the class of its variant: `except` asks for the class itself.
fn to_variant(slot: &'static Slot, error: &Bound<'_, PyAny>) -> PyResult<()> {
    if let Some(Definition::Handle(kind)) = slot.definition.get()
        && let Some(variants) = kind.variants.get()
    {
        let py = error.py();
        let number: usize = variants.number.bind(py).call1((error,))?.extract()?;
        if let Some(class) = variants.classes.get(number) {
            error.setattr(intern!(py, "__class__"), class)?;
        }
    }
    Ok(())
}
