//! Types of Rust's standard library that have their own in Python: paths, times, addresses, ranges.

use pyo3::types::{
    PyAnyMethods, PyBytes, PyBytesMethods, PyDateTime, PyDelta, PyDeltaAccess, PyInt, PyRange,
    PyRangeMethods, PySlice, PyString, PyTuple, PyTupleMethods, PyTzInfoAccess,
};
use pyo3::{Bound, PyAny, intern};

use super::{Encoder, text};
use crate::ffi::object::{self, Integer};
use crate::python;
use crate::refusal::Refusal;
use crate::shape::{Int, Shape};
use crate::wire;

const NANOSECONDS: i128 = 1_000_000_000;

/// What `os.fspath` takes.
pub(super) fn path(value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let path = if value.is_instance_of::<PyString>() || value.is_instance_of::<PyBytes>() {
        value.clone()
    } else if super::has(value, "__fspath__") {
        value.call_method0(intern!(out.py, "__fspath__"))?
    } else {
        return Err(Refusal::wrong_type(&Shape::Path.expected(out.py), value));
    };
    // Names that are not UTF-8 come from `os` with surrogates, and go back as the bytes they were.
    let bytes = if let Ok(name) = path.cast::<PyString>() {
        match object::text(name) {
            Ok(name) => return out.text(name),
            Err(error) => pyo3::Python::attach(|_| drop(error)),
        }
        python::os(out.py)?.call_method1(intern!(out.py, "fsencode"), (&path,))?
    } else {
        path
    };
    let Ok(bytes) = bytes.cast::<PyBytes>() else {
        return Err(Refusal::wrong_type(&Shape::Path.expected(out.py), value));
    };
    match std::str::from_utf8(bytes.as_bytes()) {
        Ok(name) => out.text(name),
        Err(_) => {
            wire::put_bytes_head(out.bytes, bytes.as_bytes().len());
            out.bytes.extend_from_slice(bytes.as_bytes());
            Ok(())
        }
    }
}

fn nanoseconds(span: &Bound<'_, PyDelta>) -> Result<i128, Refusal> {
    if let Some(exact) = span.getattr_opt(intern!(span.py(), "total_nanoseconds"))? {
        return Ok(exact.extract()?);
    }
    let seconds = i128::from(span.get_days()) * 86_400 + i128::from(span.get_seconds());
    Ok(seconds * NANOSECONDS + i128::from(span.get_microseconds()) * 1_000)
}

fn time(total: i128, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let seconds = i64::try_from(total.div_euclid(NANOSECONDS))
        .map_err(|_| Refusal::range("must be a time span of less than 2^63 seconds"))?;
    let rest = u32::try_from(total.rem_euclid(NANOSECONDS)).unwrap_or(0);
    let mut content = [0; 12];
    content[..8].copy_from_slice(&seconds.to_le_bytes());
    content[8..].copy_from_slice(&rest.to_le_bytes());
    wire::put_ext(out.bytes, wire::ext::TIME, &content);
    Ok(())
}

/// A `timedelta`, with its nanoseconds where it keeps them.
pub(super) fn duration(value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let Ok(span) = value.cast::<PyDelta>() else {
        return Err(Refusal::wrong_type(&Shape::Duration.expected(out.py), value));
    };
    let total = nanoseconds(span)?;
    if total < 0 {
        return Err(Refusal::value(format!(
            "must not be negative: {}",
            super::short(value)
        )));
    }
    time(total, out)
}

/// An aware `datetime`.
pub(super) fn system_time(value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let Ok(moment) = value.cast::<PyDateTime>() else {
        return Err(Refusal::wrong_type(&Shape::SystemTime.expected(out.py), value));
    };
    if moment.get_tzinfo().is_none() {
        return Err(Refusal::value(
            "must be a datetime with a time zone (such as `datetime.now(timezone.utc)`), not a naive one",
        ));
    }
    let span = value.sub(python::epoch(out.py)?)?;
    let span = span
        .cast::<PyDelta>()
        .map_err(|_| Refusal::value("must be a usual datetime"))?;
    time(nanoseconds(span)?, out)
}

/// An address of `ipaddress`, or its text.
pub(super) fn ip(value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    if value.is_instance_of::<PyString>() {
        return text(value, out);
    }
    let module = python::ipaddress(out.py)?;
    for class in ["IPv4Address", "IPv6Address"] {
        if value.is_instance(&module.getattr(class)?)? {
            return text(value.str()?.as_any(), out);
        }
    }
    Err(Refusal::wrong_type(&Shape::Ip.expected(out.py), value))
}

/// `(host, port)`; of the four parts of an IPv6 address the first two.
pub(super) fn socket_addr(value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let Some(pair) = value
        .cast::<PyTuple>()
        .ok()
        .filter(|pair| matches!(pair.len(), 2 | 4))
    else {
        return Err(Refusal::wrong_type(&Shape::SocketAddr.expected(out.py), value));
    };
    let (host, port) = (pair.get_item(0)?, pair.get_item(1)?);
    out.array(2, |out| {
        ip(&host, out).map_err(|refusal| refusal.within("[0]".into()))?;
        Shape::Int(Int::U16)
            .encode(&port, out)
            .map_err(|refusal| refusal.within("[1]".into()))
    })
}

/// The sign of an int.
pub(super) fn ordering(value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let Ok(value) = value.cast::<PyInt>() else {
        return Err(Refusal::wrong_type("int", value));
    };
    let sign = match object::integer(value) {
        Integer::Signed(number) => number.signum(),
        Integer::Unsigned(_) => 1,
        Integer::Big => return Err(Refusal::value("must be -1, 0 or 1")),
    };
    wire::put_signed(out.bytes, sign);
    Ok(())
}

/// `range(start, end)`, or a tuple of the two.
pub(super) fn range(
    inner: &Shape,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let (start, end) = if let Ok(range) = value.cast::<PyRange>() {
        if range.step()? != 1 {
            return Err(Refusal::value("must be a range with step 1"));
        }
        (
            value.getattr(intern!(out.py, "start"))?,
            value.getattr(intern!(out.py, "stop"))?,
        )
    } else if let Some(pair) = value.cast::<PyTuple>().ok().filter(|pair| pair.len() == 2) {
        (pair.get_item(0)?, pair.get_item(1)?)
    } else {
        return Err(Refusal::wrong_type("range or a tuple (start, end)", value));
    };
    out.array(2, |out| {
        inner
            .encode(&start, out)
            .map_err(|refusal| refusal.within(" start".into()))?;
        inner
            .encode(&end, out)
            .map_err(|refusal| refusal.within(" end".into()))
    })
}

/// A `slice` or `range`: from, to, both optional.
pub(super) fn bounds(
    inner: &Shape,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let one_by_one = if value.is_instance_of::<PySlice>() {
        let step = value.getattr(intern!(out.py, "step"))?;
        step.is_none() || step.eq(1)?
    } else if let Ok(range) = value.cast::<PyRange>() {
        range.step()? == 1
    } else {
        return Err(Refusal::wrong_type("slice or range", value));
    };
    if !one_by_one {
        return Err(Refusal::value("must have step 1"));
    }
    let (start, stop) = (
        value.getattr(intern!(out.py, "start"))?,
        value.getattr(intern!(out.py, "stop"))?,
    );
    out.array(3, |out| {
        for (edge, name) in [(start, " start"), (stop, " stop")] {
            if edge.is_none() {
                out.nil();
            } else {
                inner
                    .encode(&edge, out)
                    .map_err(|refusal| refusal.within(name.into()))?;
            }
        }
        out.bytes.push(0xc2);
        Ok(())
    })
}
