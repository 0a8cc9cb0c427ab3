//! Types of Rust's standard library that have their own in Python.

use pyo3::types::{PyAnyMethods, PyInt, PyTuple};
use pyo3::{PyResult, intern};

use super::{Decoder, Made};
use crate::ffi::object;
use crate::python;
use crate::shape::Shape;
use crate::wire::{Token, ext};

pub(super) fn path<'py>(from: &mut Decoder<'_, 'py>) -> Made<'py> {
    let name = match from.token()? {
        Token::Text(content) => object::new_text(from.py, content)?,
        Token::Bytes(content) => {
            let content = object::new_bytes(from.py, content);
            python::os(from.py)?.call_method1(intern!(from.py, "fsdecode"), (content,))?
        }
        _ => return Err(from.malformed("a path")),
    };
    python::path_class(from.py)?.call1((name,))
}

/// `[kind, errno or nil, message]` → an `IoError`.
pub(super) fn io_error<'py>(from: &mut Decoder<'_, 'py>) -> Made<'py> {
    from.open_array(3)?;
    let parts = (from.plain()?, from.plain()?, from.plain()?);
    python::io_error(from.py)?.call1(parts)
}

fn time(from: &mut Decoder<'_, '_>) -> PyResult<(i64, u32)> {
    if let Token::Ext(ext::TIME, content) = from.token()?
        && let Some((seconds, rest)) = content.split_first_chunk::<8>()
        && let Ok(rest) = rest.try_into()
    {
        return Ok((i64::from_le_bytes(*seconds), u32::from_le_bytes(rest)));
    }
    Err(from.malformed("a time"))
}

pub(super) fn duration<'py>(from: &mut Decoder<'_, 'py>) -> Made<'py> {
    let (seconds, nanoseconds) = time(from)?;
    python::duration_class(from.py)?.call1((seconds, nanoseconds))
}

/// A `datetime`, which rounds to microseconds towards the past.
pub(super) fn system_time<'py>(from: &mut Decoder<'_, 'py>) -> Made<'py> {
    let (seconds, nanoseconds) = time(from)?;
    let span = python::timedelta(from.py)?.call1((0, seconds, nanoseconds / 1_000))?;
    python::epoch(from.py)?.add(span)
}

pub(super) fn ip<'py>(from: &mut Decoder<'_, 'py>) -> Made<'py> {
    let Token::Text(content) = from.token()? else {
        return Err(from.malformed("an address"));
    };
    let text = object::new_text(from.py, content)?;
    python::ipaddress(from.py)?.call_method1(intern!(from.py, "ip_address"), (text,))
}

pub(super) fn socket_addr<'py>(from: &mut Decoder<'_, 'py>) -> Made<'py> {
    from.exactly(2, "an address and a port")?;
    let host = Shape::Text.decode(from)?;
    let port = Shape::Int(crate::shape::Int::U16).decode(from)?;
    Ok(PyTuple::new(from.py, [host, port])?.into_any())
}

pub(super) fn range<'py>(inner: &Shape, from: &mut Decoder<'_, 'py>) -> Made<'py> {
    from.exactly(2, "a range")?;
    let start = inner.decode(from)?;
    let end = inner.decode(from)?;
    if start.is_instance_of::<PyInt>() {
        return from.py.get_type::<pyo3::types::PyRange>().call1((start, end));
    }
    Ok(PyTuple::new(from.py, [start, end])?.into_any())
}

pub(super) fn bounds<'py>(inner: &Shape, from: &mut Decoder<'_, 'py>) -> Made<'py> {
    from.exactly(3, "bounds")?;
    let mut edges = Vec::with_capacity(2);
    for _ in 0..2 {
        if from.at_nil() {
            from.token()?;
            edges.push(from.py.None().into_bound(from.py));
        } else {
            edges.push(inner.decode(from)?);
        }
    }
    let inclusive = match from.token()? {
        Token::Bool(inclusive) => inclusive,
        _ => return Err(from.malformed("bounds")),
    };
    if inclusive && edges[1].is_instance_of::<PyInt>() {
        edges[1] = edges[1].add(1)?;
    }
    from.py
        .get_type::<pyo3::types::PySlice>()
        .call1(PyTuple::new(from.py, edges)?)
}
