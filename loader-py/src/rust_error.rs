//! The exception for a Rust `Err`: made here in one go, but for what the error hook adds to it or makes.

use pyo3::types::{PyAnyMethods, PyList};
use pyo3::{Bound, PyAny, PyResult, Python, intern};

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

/// The exception that status 1 of a call with such a `result` tells of. `hook(library, value, type, message, debug, sources)`
/// makes it where the error's type is none of the crate's own, and adds the sources to one that has some.
pub(crate) fn make<'py>(
    py: Python<'py>,
    core: &'static Core,
    result: &Shape,
    answer: &Answer<'_>,
    hook: impl FnOnce() -> Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut from = Decoder::new(py, core, answer.payload).with(answer.response);
    from.open_array(5)?;
    let shape = result.error();
    let value = match shape {
        Some(error) => error.decode_error(&mut from)?,
        None => from.plain()?,
    };
    let said = Said::read(&mut from)?;
    let message = object::new_text(py, said.message)?;
    if let Some(Shape::Handle(slot, _) | Shape::Record(slot) | Shape::Enum(slot)) = shape
        && let Some(raised) = RaisedRef::of(value.as_borrowed())
    {
        raised.say(message.clone(), slot.rust_type(py, said.rust_type)?)?;
        if said.debug.is_some() {
            value.setattr(intern!(py, "_debug"), said.debug(py)?)?;
        }
        to_variant(slot, &value)?;
        if said.sources.is_none() {
            return Ok(value);
        }
    }
    let Some(hook) = hook() else {
        let error = python::error(py, "CallError", (message,));
        return Ok(error.into_value(py).into_bound(py).into_any());
    };
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
