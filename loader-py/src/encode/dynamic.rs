//! Values of whatever type. Exact instances of Python's own plain types are copied; anything else is kept by Rust as the object
//! that it is.

use pyo3::types::{
    PyAnyMethods, PyBool, PyBytes, PyBytesMethods, PyDict, PyDictMethods, PyFloat, PyFrozenSet,
    PyFrozenSetMethods, PyInt, PyList, PyListMethods, PySet, PySetMethods, PyString, PyTuple, PyTupleMethods,
};
use pyo3::{Bound, PyAny, PyResult};

use super::{Encoder, bytes, short, too_long};
use crate::core::Core;
use crate::ffi::object::{self, Integer};
use crate::host::table::{Kept, Object};
use crate::refusal::Refusal;
use crate::wire::{self, ext};

/// What the marker in front of the items says.
const TUPLE: u8 = 0;
const SET: u8 = 1;
const FROZEN_SET: u8 = 2;

/// Any object, for a value of `core`.
pub(super) fn any(
    core: &'static Core,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    if let Ok(text) = value.cast_exact::<PyString>() {
        return match object::text(text) {
            Ok(content) => out.text(content),
            // No UTF-8 can hold it.
            Err(error) => {
                pyo3::Python::attach(|_| drop(error));
                keep(core, value, out)
            }
        };
    }
    if let Ok(number) = value.cast_exact::<PyInt>() {
        return integer(number, out);
    }
    if let Ok(number) = value.cast_exact::<PyFloat>() {
        wire::put_f64(out.bytes, object::float(number));
    } else if value.is_none() {
        out.nil();
    } else if value.is_instance_of::<PyBool>() {
        return super::boolean(value, out);
    } else if let Ok(content) = value.cast_exact::<PyBytes>() {
        bytes::plain(content, out);
    } else if let Ok(tuple) = value.cast_exact::<PyTuple>() {
        return collection(core, Some(TUPLE), tuple.len(), tuple.iter(), out);
    } else if let Ok(list) = value.cast_exact::<PyList>() {
        return collection(core, None, list.len(), list.iter(), out);
    } else if let Ok(dict) = value.cast_exact::<PyDict>() {
        return pairs(core, dict, out);
    } else if let Ok(set) = value.cast_exact::<PySet>() {
        return collection(core, Some(SET), set.len(), set.iter(), out);
    } else if let Ok(set) = value.cast_exact::<PyFrozenSet>() {
        return collection(core, Some(FROZEN_SET), set.len(), set.iter(), out);
    } else {
        return keep(core, value, out);
    }
    Ok(())
}

/// Passes the object itself.
fn keep(core: &'static Core, value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    out.object(Object::Kept(Kept::new(value.clone().unbind(), core)), true);
    Ok(())
}

pub(super) fn integer(value: &Bound<'_, PyInt>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    match object::integer(value) {
        Integer::Signed(number) => wire::put_signed(out.bytes, number),
        Integer::Unsigned(number) => wire::put_unsigned(out.bytes, number),
        Integer::Big => {
            let content = twos_complement(value)?;
            if !wire::put_long_ext(out.bytes, ext::INTEGER, content.as_bytes()) {
                return Err(too_long());
            }
        }
    }
    Ok(())
}

/// The lowest byte first.
fn twos_complement<'py>(value: &Bound<'py, PyInt>) -> PyResult<Bound<'py, PyBytes>> {
    let bits: usize = value.call_method0("bit_length")?.extract()?;
    let kwargs = PyDict::new(value.py());
    kwargs.set_item("signed", true)?;
    let content = value.call_method("to_bytes", (bits / 8 + 1, "little"), Some(&kwargs))?;
    Ok(content.cast_into::<PyBytes>()?)
}

fn collection<'py>(
    core: &'static Core,
    marker: Option<u8>,
    length: usize,
    values: impl Iterator<Item = Bound<'py, PyAny>>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let mut written = 0;
    out.array(length + usize::from(marker.is_some()), |out| {
        if let Some(marker) = marker {
            wire::put_ext(out.bytes, ext::COLLECTION, &[marker]);
        }
        // Nothing in here runs Python code, so the collection stays as it is.
        for value in values.take(length) {
            any(core, &value, out).map_err(|refusal| refusal.within(format!("[{written}]")))?;
            written += 1;
        }
        Ok(())
    })
}

fn pairs(core: &'static Core, dict: &Bound<'_, PyDict>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    if !wire::put_map(out.bytes, dict.len()) {
        return Err(too_long());
    }
    out.nested(|out| {
        for (key, value) in dict.iter() {
            any(core, &key, out).map_err(|refusal| refusal.within(format!(" key {}", short(&key))))?;
            any(core, &value, out).map_err(|refusal| refusal.within(format!("[{}]", short(&key))))?;
        }
        Ok(())
    })
}
