//! Bytes-like objects: small ones into the request, large ones beside it.

use pyo3::exceptions::{PyBufferError, PyValueError};
use pyo3::types::PyBytes;
use pyo3::{Bound, PyAny, PyErr, Python};

use super::Encoder;
use crate::ffi::lent::{Travel, View};
use crate::ffi::ranges::Taken;
use crate::refusal::Refusal;
use crate::wire;

/// Bytes of any length.
pub(super) fn any_length(value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    checked(None, value, out)
}

/// Bytes of just this length.
pub(super) fn fixed(
    length: usize,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    checked(Some(length), value, out)
}

fn checked(
    exactly: Option<usize>,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let check = |length: usize| match exactly {
        Some(wanted) if wanted != length => {
            Err(Refusal::value(format!("must have {wanted} bytes, not {length}")))
        }
        _ => Ok(()),
    };
    if let Ok(bytes) = value.cast::<PyBytes>() {
        check(pyo3::types::PyBytesMethods::as_bytes(bytes).len())?;
        plain(bytes, out);
        return Ok(());
    }
    match View::of(value) {
        None => Err(Refusal::wrong_type("bytes-like", value)),
        Some(Err(error)) => Err(not_contiguous(error)),
        Some(Ok(view)) => {
            check(view.len())?;
            lend(view, out)
        }
    }
}

/// The content of a `bytes` object.
#[inline]
pub(super) fn plain(value: &Bound<'_, PyBytes>, out: &mut Encoder<'_, '_>) {
    match out.lent.bytes(value, out.depth > 0) {
        Travel::Inside(content) => inside(content, out.bytes),
        Travel::Beside(index) => beside(index, out.bytes),
    }
}

#[inline]
fn beside(index: u32, out: &mut Vec<u8>) {
    let [a, b, c, d] = index.to_le_bytes();
    out.extend_from_slice(&[0xd6, wire::ext::BUFFER, a, b, c, d]);
}

/// Why an object that offers memory did not give any.
#[cold]
pub(super) fn not_contiguous(error: PyErr) -> Refusal {
    Python::attach(|py| {
        // Of numpy it is a ValueError.
        if error.is_instance_of::<PyBufferError>(py) || error.is_instance_of::<PyValueError>(py) {
            Refusal::value(format!(
                "must be a contiguous buffer ({}); pass a copy",
                error.value(py)
            ))
        } else {
            Refusal::from(error)
        }
    })
}

/// Why memory cannot be lent now.
#[cold]
pub(super) fn taken(_: Taken) -> Refusal {
    let message = "shares memory with a buffer that is lent to Rust, in this call or in one that is still running: pass a \
                   copy, or wait for that call";
    Refusal::lent(message)
}

/// Lends the memory of a view.
pub(super) fn lend(view: View, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let bytes = &mut *out.bytes;
    let lent = out.lent.view(out.py, view, |content| inside(content, bytes));
    if let Some(index) = lent.map_err(taken)? {
        beside(index, out.bytes);
    }
    Ok(())
}

fn inside(content: &[u8], out: &mut Vec<u8>) {
    // Below the size from which bytes travel beside the request, so the head always holds the length.
    match u8::try_from(content.len()) {
        Ok(length) => out.extend_from_slice(&[0xc4, length]),
        Err(_) => _ = wire::put_bytes_head(out, content.len()),
    }
    out.extend_from_slice(content);
}
