//! Plain data of any shape.

use pyo3::types::{
    PyAnyMethods, PyBool, PyDict, PyDictMethods, PyFloat, PyInt, PyList, PyListMethods, PyString, PyTuple,
    PyTupleMethods,
};
use pyo3::{Bound, PyAny};

use super::{Encoder, items, short, too_long};
use crate::ffi::object::{self, Integer};
use crate::refusal::Refusal;
use crate::shape::Shape;
use crate::wire;

/// None, bool, int, float, str, list, tuple, or dict with str keys.
pub(super) fn any(value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    if value.is_none() {
        out.nil();
        return Ok(());
    }
    if value.is_instance_of::<PyString>() {
        return super::text(value, out);
    }
    if value.is_instance_of::<PyBool>() {
        return super::boolean(value, out);
    }
    if let Ok(number) = value.cast::<PyInt>() {
        match object::integer(number) {
            Integer::Signed(number) => wire::put_signed(out.bytes, number),
            Integer::Unsigned(number) => wire::put_unsigned(out.bytes, number),
            Integer::Big => {
                return Err(Refusal::range(format!(
                    "must fit into 64 bits (-2^63 to 2^64 - 1), not {}",
                    short(value)
                )));
            }
        }
        return Ok(());
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        wire::put_f64(out.bytes, object::float(number));
        return Ok(());
    }
    if let Ok(list) = value.cast::<PyList>() {
        return items(&Shape::Any, list.len(), list.iter(), out);
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return items(&Shape::Any, tuple.len(), tuple.iter(), out);
    }
    let Ok(dict) = value.cast::<PyDict>() else {
        return Err(Refusal::wrong_type(&Shape::Any.expected(out.py), value));
    };
    let pairs: Vec<_> = dict.iter().collect();
    if !wire::put_map(out.bytes, pairs.len()) {
        return Err(too_long());
    }
    out.nested(|out| {
        for (name, value) in &pairs {
            super::text(name, out).map_err(|refusal| refusal.within(format!(" key {}", short(name))))?;
            any(value, out).map_err(|refusal| refusal.within(format!("[{}]", short(name))))?;
        }
        Ok(())
    })
}
