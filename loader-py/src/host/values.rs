//! What libraries ask of objects that they keep with their values: whether they are equal, which comes first, what they hash
//! like, how they are written.
//!
//! The answers agree with each other, as those of data must: what is equal hashes alike, and of two things that are not equal
//! one comes first.

use std::cmp::Ordering;

use pyo3::exceptions::PyTypeError;
use pyo3::types::{
    PyAnyMethods, PyBytes, PyBytesMethods, PyFloat, PyFrozenSet, PyInt, PyString, PyStringMethods, PyTuple,
    PyTupleMethods,
};
use pyo3::{Bound, PyAny, PyErr, PyResult, Python};

use super::{Asked, fault, send, stale, table};
use crate::core::Core;
use crate::decode::{self, Decoder};
use crate::ffi::host::{Positional, Sink};
use crate::ffi::{object, questions};
use crate::python;
use crate::refusal::{Refusal, type_name};
use crate::shape::Shape;
use crate::wire::{NIL, Token, ext};

/// `[7, token]`
pub(super) fn retain(py: Python<'_>, asked: &Asked<'_>, sink: &mut Sink) -> PyResult<()> {
    if table::retain(py, asked.token).is_none() {
        return Err(stale(py));
    }
    sink.write(&[0x92, 0, NIL]);
    Ok(())
}

/// `[8, token, value]` → whether they are equal.
pub(super) fn equal(py: Python<'_>, asked: &Asked<'_>, sink: &mut Sink) -> PyResult<()> {
    let both = Both::read(py, asked)?;
    let equal = both.are_equal()?;
    sink.write(&[0x92, 0, 0xc2 | u8::from(equal)]);
    Ok(())
}

/// `[9, token, value]` → -1, 0 or 1.
pub(super) fn order(py: Python<'_>, asked: &Asked<'_>, sink: &mut Sink) -> PyResult<()> {
    let order = Both::read(py, asked)?.order()? as i8;
    sink.write(&[0x92, 0, order.cast_unsigned()]);
    Ok(())
}

/// `[10, token]` → a value that hashes as the object does.
pub(super) fn hash(py: Python<'_>, asked: &Asked<'_>, sink: &mut Sink) -> PyResult<()> {
    let (object, core) = kept(py, asked.token)?;
    let hash = questions::hash(&object)?;
    let like = match plain_twin(&object, hash)? {
        Some(twin) => twin,
        None => decode::signed(py, hash as i64),
    };
    let shape = Shape::Dynamic(core);
    send(py, &[0x92, 0], &shape, &like, sink).map_err(cannot_answer)
}

/// `[11, token, form]` → its `str` or `repr`; of an exception the line that a traceback ends with.
pub(super) fn text(py: Python<'_>, asked: &Asked<'_>, sink: &mut Sink) -> PyResult<()> {
    if let Some(error) = table::exception(py, asked.token) {
        let error = error.into_bound(py);
        let text = format!(
            "{}: {}",
            type_name(&error),
            questions::str(&error)?.to_string_lossy()
        );
        let text = PyString::new(py, text.trim_end_matches(": "));
        return send(py, &[0x92, 0], &Shape::Text, &text, sink).map_err(cannot_answer);
    }
    let (object, _) = kept(py, asked.token)?;
    let mut rest = asked.rest;
    let text = match rest.next() {
        Some(Token::Signed(0)) => questions::str(&object)?,
        Some(Token::Signed(1)) => questions::repr(&object)?,
        _ => return Err(fault(py, "asked for a text that is neither")),
    };
    // What UTF-8 cannot hold is replaced.
    let text = PyString::new(py, &text.to_string_lossy());
    send(py, &[0x92, 0], &Shape::Text, &text, sink).map_err(cannot_answer)
}

/// `[12, token]` → `[name or nil, value]`: the plain data that it stands for.
pub(super) fn data(py: Python<'_>, asked: &Asked<'_>, sink: &mut Sink) -> PyResult<()> {
    let (object, core) = kept(py, asked.token)?;
    let mut arguments = Positional::new(py);
    arguments.push(object);
    let plain = arguments.call(python::plain_data(py)?)?;
    let name = Shape::Option {
        inner: Box::new(Shape::Text),
        boxed: false,
    };
    let shape = Shape::Tuple(vec![name, Shape::Dynamic(core)]);
    send(py, &[0x92, 0], &shape, &plain, sink).map_err(cannot_answer)
}

fn kept<'py>(py: Python<'py>, token: u64) -> PyResult<(Bound<'py, PyAny>, &'static Core)> {
    match table::kept(py, token) {
        Some((object, core)) => Ok((object.into_bound(py), core)),
        None => Err(stale(py)),
    }
}

#[cold]
fn cannot_answer(refusal: Refusal) -> PyErr {
    refusal.into_error_about(
        "what an object hashes like, is written as or stands for",
        "Rust keeps it with a value",
    )
}

/// An object, and the value that it is compared with.
struct Both<'py> {
    object: Bound<'py, PyAny>,
    other: Bound<'py, PyAny>,
    /// The other is an object that is kept, too, and no copy.
    both_kept: bool,
}

impl<'py> Both<'py> {
    fn read(py: Python<'py>, asked: &Asked<'_>) -> PyResult<Self> {
        let (object, core) = table::asked_about(py, asked.token).ok_or_else(|| stale(py))?;
        let object = object.into_bound(py);
        let mut rest = asked.rest;
        let both_kept = matches!(rest.next(), Some(Token::Ext(ext::HOST, _)));
        let mut from = Decoder::asking(py, core, asked.rest);
        let other = Shape::Dynamic(core).decode(&mut from)?;
        from.finish()?;
        Ok(Self {
            object,
            other,
            both_kept,
        })
    }

    fn are_equal(&self) -> PyResult<bool> {
        if !questions::equal(&self.object, &self.other)? {
            return Ok(false);
        }
        if self.both_kept || is_number(&self.other) {
            return Ok(true);
        }
        // Equal to other plain data is what hashes like it, and what has no hash.
        match questions::hash(&self.object) {
            Ok(hash) => Ok(plain_twin(&self.object, hash)?.is_some()),
            Err(error) if error.is_instance_of::<PyTypeError>(self.object.py()) => {
                Python::attach(|_| drop(error));
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    fn order(&self) -> PyResult<Ordering> {
        if self.are_equal()? {
            return Ok(Ordering::Equal);
        }
        if questions::less(&self.object, &self.other)? {
            return Ok(Ordering::Less);
        }
        if questions::less(&self.other, &self.object)? {
            return Ok(Ordering::Greater);
        }
        // Python puts neither first: then it is always the same one.
        if self.both_kept {
            return Ok(self.object.as_ptr().cmp(&self.other.as_ptr()));
        }
        let other = self.other.cast::<PyFloat>();
        let last = other.is_ok_and(|other| object::float(other).is_nan());
        Ok(if last { Ordering::Less } else { Ordering::Greater })
    }
}

fn is_number(plain: &Bound<'_, PyAny>) -> bool {
    plain.is_instance_of::<PyInt>() || plain.is_instance_of::<PyFloat>()
}

/// The plain data that an object with that hash is another form of: an instance of a class below `str`, `bytes`, `tuple` or
/// `frozenset` that is compared and hashed as these are.
fn plain_twin<'py>(object: &Bound<'py, PyAny>, hash: isize) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = object.py();
    let twin = if let Ok(text) = object.cast::<PyString>() {
        match object::text(text) {
            Ok(text) => PyString::new(py, text).into_any(),
            // What UTF-8 cannot hold has no form but its own.
            Err(error) => {
                Python::attach(|_| drop(error));
                return Ok(None);
            }
        }
    } else if let Ok(bytes) = object.cast::<PyBytes>() {
        object::new_bytes(py, bytes.as_bytes())
    } else if let Ok(tuple) = object.cast::<PyTuple>() {
        PyTuple::new(py, tuple.iter().collect::<Vec<_>>())?.into_any()
    } else if object.is_instance_of::<PyFrozenSet>() {
        py.get_type::<PyFrozenSet>().call1((object,))?
    } else {
        return Ok(None);
    };
    let same = questions::hash(&twin)? == hash && questions::equal(object, &twin)?;
    Ok(same.then_some(twin))
}
