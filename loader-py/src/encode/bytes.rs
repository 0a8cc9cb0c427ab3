//! Bytes-like objects: small ones into the request, large ones beside it.

use pyo3::types::PyBytes;
use pyo3::{Bound, PyAny};

use super::Encoder;
use crate::ffi::lent::{Travel, View};
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
        match out.lent.bytes(bytes) {
            Travel::Inside(content) => inside(content, out.bytes),
            Travel::Beside(index) => wire::put_ext(out.bytes, wire::ext::BUFFER, &index.to_le_bytes()),
        }
        return Ok(());
    }
    match View::of(value) {
        None => Err(Refusal::wrong_type("bytes-like", value)),
        Some(Err(error)) => Err(pyo3::Python::attach(|py| {
            Refusal::value(format!(
                "must be a contiguous buffer ({}); pass a copy",
                error.value(py)
            ))
        })),
        Some(Ok(view)) => {
            check(view.len())?;
            lend(view, out);
            Ok(())
        }
    }
}

/// Lends the memory of a view.
pub(super) fn lend(view: View, out: &mut Encoder<'_, '_>) {
    let bytes = &mut *out.bytes;
    if let Some(index) = out.lent.view(view, |content| inside(content, bytes)) {
        wire::put_ext(out.bytes, wire::ext::BUFFER, &index.to_le_bytes());
    }
}

fn inside(content: &[u8], out: &mut Vec<u8>) {
    // Below the size from which bytes travel beside the request, so the head always holds the length.
    wire::put_bytes_head(out, content.len());
    out.extend_from_slice(content);
}
