//! What stays in Python: Rust gets a token and comes back for it.

use pyo3::types::{
    PyAnyMethods, PyDict, PyFrozenSet, PyList, PyListMethods, PyRange, PySet, PyString, PyTuple,
    PyTupleMethods,
};
use pyo3::{Bound, PyAny};

use super::{Encoder, bytes, items, number};
use crate::ffi::handle::HandleRef;
use crate::ffi::lent::View;
use crate::host::callables::CallableShape;
use crate::host::files::{File, FileShape};
use crate::host::iterables::IterableShape;
use crate::host::name_of;
use crate::host::table::{self, Object};
use crate::refusal::Refusal;
use crate::shape::{Int, ObjectShape, Shape};
use crate::wire;

/// A longer range is sent item by item, as Rust asks for them.
const LONGEST_RANGE: usize = 1 << 16;

impl Encoder<'_, '_> {
    /// Writes a token. What is `given` is Rust's to release once it ran; the rest ends with the call.
    pub(super) fn object(&mut self, object: Object, given: bool) {
        let token = table::insert(self.py, object);
        self.lent.note_token(token, given);
        wire::put_ext(self.bytes, wire::ext::HOST, &token.to_le_bytes());
    }
}

/// A callable, lent for the call or kept.
#[inline]
pub(super) fn callable(
    shape: &'static CallableShape,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    if !value.is_callable() {
        return Err(Refusal::wrong_type("callable", value));
    }
    // Called later, it could not say so to whoever passes it now.
    if shape.kept && !shape.fits(value)? {
        let count = shape.params.len();
        let plural = if count == 1 { "" } else { "s" };
        let name = name_of(value);
        let problem = format!("must be callable with {count} argument{plural}, which `{name}` is not");
        return Err(Refusal::bad_type(problem));
    }
    out.object(Object::Callable(value.clone().unbind(), shape), shape.kept);
    Ok(())
}

/// An object that implements a trait: its methods, as they are now. A handle is none: its own methods are Rust's.
pub(super) fn implementor(
    whole: &Shape,
    shape: &'static ObjectShape,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    if HandleRef::of(value.as_borrowed()).is_some() {
        return Err(whole.wrong(value, out));
    }
    let asked = &shape.implemented(out.py)?.methods;
    let mut methods = Vec::with_capacity(asked.len());
    for (name, method) in asked {
        let optional = matches!(method, Shape::Option { .. });
        let found = value.getattr_opt(name.bind(out.py))?;
        if found.is_none() && !optional {
            return Err(whole.wrong(value, out));
        }
        methods.push((method, found));
    }
    // Any object would do: the one that has nothing of it is hardly meant.
    if methods.iter().all(|(_, found)| found.is_none()) {
        return Err(whole.wrong(value, out));
    }
    out.array(methods.len(), |out| {
        methods.iter().try_for_each(|(method, found)| match found {
            Some(found) => method.encode(found, out),
            None => {
                out.nil();
                Ok(())
            }
        })
    })
}

/// A binary file object.
pub(super) fn file(
    shape: &'static FileShape,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let file = File::new(value, shape)?;
    out.object(Object::File(file), true);
    Ok(())
}

/// Any iterable: as an array where all items are there already, else its iterator.
pub(super) fn iterable(
    shape: &'static IterableShape,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    if let Some(done) = at_once(shape, value, out) {
        return done;
    }
    let iterator = match value.try_iter() {
        Ok(iterator) => iterator,
        Err(error) if error.is_instance_of::<pyo3::exceptions::PyTypeError>(out.py) => {
            // Raised by `iter` itself, unless the object has a way to iterate that failed.
            if super::has(value, "__iter__") && !value.getattr("__iter__")?.is_none() {
                return Err(error.into());
            }
            pyo3::Python::attach(|_| drop(error));
            let expected = format!("an iterable of {}", shape.inner.expected(out.py));
            return Err(Refusal::wrong_type(&expected, value));
        }
        Err(error) => return Err(error.into()),
    };
    if !shape.lazy {
        let values = iterator.collect::<pyo3::PyResult<Vec<_>>>()?;
        return items(&shape.inner, values.len(), values.into_iter(), out);
    }
    out.object(Object::Items(iterator.into_any().unbind(), shape, 0), true);
    Ok(())
}

/// The array form, for what holds its items.
fn at_once(
    shape: &IterableShape,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Option<Result<(), Refusal>> {
    let inner = &shape.inner;
    if let Ok(list) = value.cast::<PyList>() {
        return Some(match shape.numbers {
            Some(kind) => number::list(kind, value, out),
            None => items(inner, list.len(), list.iter(), out),
        });
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return Some(match shape.numbers {
            Some(kind) => number::list(kind, value, out),
            None => items(inner, tuple.len(), tuple.iter(), out),
        });
    }
    let known = value.is_instance_of::<PySet>()
        || value.is_instance_of::<PyFrozenSet>()
        || value.is_instance_of::<PyDict>()
        || value.is_instance_of::<PyRange>();
    if known {
        let short = value.len().is_ok_and(|length| length <= LONGEST_RANGE);
        return (short || !value.is_instance_of::<PyRange>()).then(|| copied(inner, value, out));
    }
    if value.is_instance_of::<PyString>() {
        return None;
    }
    // Memory of just these numbers is taken as it is, other memory item by item.
    let view = View::of(value)?;
    Some(match (shape.numbers, view) {
        (Some(kind), Ok(view)) if number::is_packed(kind, view.look()) => number::list(kind, value, out),
        (None, Ok(view)) if matches!(inner, Shape::Int(Int::U8)) && number::is_bytes(view.look()) => {
            bytes::any_length(value, out)
        }
        (_, view) => {
            drop(view);
            copied(inner, value, out)
        }
    })
}

fn copied(inner: &Shape, value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let values = value.try_iter()?.collect::<pyo3::PyResult<Vec<_>>>()?;
    items(inner, values.len(), values.into_iter(), out)
}
