//! Numbers, and lists of them as native words.

use pyo3::types::{
    PyAnyMethods, PyByteArray, PyBytes, PyFloat, PyInt, PyList, PyListMethods, PyString, PyTuple,
    PyTupleMethods,
};
use pyo3::{Bound, PyAny};

use super::{Encoder, is_sequence, too_long};
use crate::ffi::lent::{Look, View};
use crate::ffi::object::{self, Integer, Item};
use crate::refusal::Refusal;
use crate::shape::{Int, Number};
use crate::wire;

/// An integer of at most 64 bits.
pub(super) fn int(kind: Int, value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    match in_range(kind, integer(value)?) {
        Some(Word::Signed(number)) => wire::put_signed(out.bytes, number),
        Some(Word::Unsigned(number)) => wire::put_unsigned(out.bytes, number),
        None => return Err(does_not_fit(kind, value)),
    }
    Ok(())
}

/// The value of an exact `int` that fits and is no greater than an `i64`.
#[inline(always)]
pub(crate) fn quick_int(kind: Int, value: &Bound<'_, PyAny>) -> Option<i64> {
    match (kind, object::integer(value.cast_exact::<PyInt>().ok()?)) {
        (Int::I64, Integer::Signed(number)) => Some(number),
        (_, number) => signed(kind, number),
    }
}

fn signed(kind: Int, number: Integer) -> Option<i64> {
    match in_range(kind, number)? {
        Word::Signed(number) => Some(number),
        Word::Unsigned(_) => None,
    }
}

enum Word {
    Signed(i64),
    Unsigned(u64),
}

fn in_range(kind: Int, number: Integer) -> Option<Word> {
    match number {
        Integer::Signed(number) => {
            let fits = match kind {
                Int::I64 => true,
                Int::U64 => number >= 0,
                _ => {
                    let (least, greatest) = kind.bounds();
                    (least..=greatest).contains(&i128::from(number))
                }
            };
            fits.then_some(Word::Signed(number))
        }
        Integer::Unsigned(number) => {
            (i128::from(number) <= kind.bounds().1).then_some(Word::Unsigned(number))
        }
        Integer::Big => None,
    }
}

#[cold]
fn does_not_fit(kind: Int, value: &Bound<'_, PyAny>) -> Refusal {
    let (least, greatest) = kind.bounds();
    Refusal::range(format!(
        "must fit into {} ({least} to {greatest}), not {}",
        kind.name(),
        super::short(value)
    ))
}

/// The value of an `int`, or of anything with `__index__`.
fn integer(value: &Bound<'_, PyAny>) -> Result<Integer, Refusal> {
    if let Ok(value) = value.cast::<PyInt>() {
        return Ok(object::integer(value));
    }
    as_int(value).map(|value| object::integer(&value))
}

fn as_int<'py>(value: &Bound<'py, PyAny>) -> Result<Bound<'py, PyInt>, Refusal> {
    if let Ok(value) = value.cast::<PyInt>() {
        return Ok(value.clone());
    }
    if !super::has(value, "__index__") {
        return Err(Refusal::wrong_type("int", value));
    }
    let answer = value.call_method0("__index__")?;
    answer
        .cast_into::<PyInt>()
        .map_err(|_| Refusal::wrong_type("int", value))
}

/// A 128-bit integer.
pub(super) fn wide(signed: bool, value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let value = as_int(value)?;
    let unfit = || {
        let kind = if signed {
            "i128 (-2^127 to 2^127 - 1)"
        } else {
            "u128 (0 to 2^128 - 1)"
        };
        Refusal::range(format!("must fit into {kind}, not {}", super::short(&value)))
    };
    match object::integer(&value) {
        Integer::Signed(number) if number < 0 && !signed => return Err(unfit()),
        Integer::Signed(number) => wire::put_signed(out.bytes, number),
        Integer::Unsigned(number) => wire::put_unsigned(out.bytes, number),
        Integer::Big => {
            let bits: usize = value.call_method0("bit_length")?.extract()?;
            let negative = value.lt(0)?;
            if bits > 128 || (negative && !signed) {
                return Err(unfit());
            }
            let kwargs = pyo3::types::PyDict::new(out.py);
            kwargs.set_item("signed", true)?;
            let word = value.call_method("to_bytes", (17, "little"), Some(&kwargs))?;
            let word = word.cast::<PyBytes>().map_err(|_| unfit())?;
            let word = pyo3::types::PyBytesMethods::as_bytes(word);
            // i128 needs the 17th byte to repeat the sign of the 16th.
            if signed && (word[15] >= 0x80) != negative {
                return Err(unfit());
            }
            wire::put_ext(out.bytes, wire::ext::INTEGER, word);
        }
    }
    Ok(())
}

/// An integer of any size.
pub(super) fn any_size(value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    super::dynamic::integer(&as_int(value)?, out)
}

/// A float: from a `float`, an `int`, or anything with `__float__` or `__index__`; never from text.
pub(super) fn float(value: &Bound<'_, PyAny>) -> Result<f64, Refusal> {
    if let Ok(value) = value.cast::<PyFloat>() {
        return Ok(object::float(value));
    }
    let number = value.is_instance_of::<PyInt>()
        || (!value.is_instance_of::<PyString>()
            && (super::has(value, "__float__") || super::has(value, "__index__")));
    if !number {
        return Err(Refusal::wrong_type("float", value));
    }
    match value.extract::<f64>() {
        Ok(number) => Ok(number),
        Err(error) if error.is_instance_of::<pyo3::exceptions::PyOverflowError>(value.py()) => {
            pyo3::Python::attach(|_| drop(error));
            Err(Refusal::range(format!(
                "must fit into a float, not {}",
                super::short(value)
            )))
        }
        Err(error) => Err(error.into()),
    }
}

/// A float of 32 bits.
pub(super) fn narrow_float(value: &Bound<'_, PyAny>) -> Result<f32, Refusal> {
    let number = float(value)?;
    narrow(number).ok_or_else(|| Refusal::range(format!("must fit into f32, not {number}")))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding to f32 is what the type asks for"
)]
pub(crate) fn narrow(number: f64) -> Option<f32> {
    let narrow = number as f32;
    (narrow.is_finite() || !number.is_finite()).then_some(narrow)
}

/// A list of numbers of fixed width: a list, another sequence, or a buffer of just these numbers.
pub(super) fn list(kind: Number, value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    if let Ok(list) = value.cast::<PyList>() {
        let start = out.bytes.len();
        let length = list.len();
        head(length, kind, out)?;
        // The fast way over plain ints and floats; the first item that is not takes the slow one from there.
        let first = out.bytes.len();
        out.bytes.resize(first + length * kind.width(), 0);
        let written = plain_words(kind, list, &mut out.bytes[first..]);
        out.bytes.truncate(first + written * kind.width());
        for index in written..length {
            let item = list.get_item(index)?;
            push(kind, &item, out).map_err(|refusal| refusal.within(format!("[{index}]")))?;
        }
        if list.len() != length {
            out.bytes.truncate(start);
            return Err(Refusal::value("changed size while it was read"));
        }
        return Ok(());
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return each(kind, tuple.len(), tuple.iter(), out);
    }
    let textual = value.is_instance_of::<PyString>()
        || value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyByteArray>();
    if textual {
        return Err(wrong(kind, value));
    }
    if let Some(view) = View::of(value) {
        return buffer(kind, view.map_err(super::bytes::not_contiguous)?, out);
    }
    if !is_sequence(value) {
        return Err(wrong(kind, value));
    }
    let values = value.try_iter()?.collect::<pyo3::PyResult<Vec<_>>>()?;
    each(kind, values.len(), values.into_iter(), out)
}

/// Puts the words of a list's first items there, up to the first that is no plain number that fits. How many there are.
fn plain_words(kind: Number, list: &Bound<'_, PyList>, words: &mut [u8]) -> usize {
    macro_rules! integers {
        ($ty:ident) => {
            object::plain_items(list, words, |item| {
                let number: $ty = match item {
                    Item::Integer(Integer::Signed(number)) => number.try_into().ok()?,
                    Item::Integer(Integer::Unsigned(number)) => number.try_into().ok()?,
                    _ => return None,
                };
                Some(number.to_ne_bytes())
            })
        };
    }
    match kind {
        Number::Int(Int::U8) => integers!(u8),
        Number::Int(Int::U16) => integers!(u16),
        Number::Int(Int::U32) => integers!(u32),
        Number::Int(Int::U64) => integers!(u64),
        Number::Int(Int::Usize) => integers!(usize),
        Number::Int(Int::I8) => integers!(i8),
        Number::Int(Int::I16) => integers!(i16),
        Number::Int(Int::I32) => integers!(i32),
        Number::Int(Int::I64) => integers!(i64),
        Number::Int(Int::Isize) => integers!(isize),
        Number::F64 => object::plain_items(list, words, |item| match item {
            Item::Float(number) => Some(number.to_ne_bytes()),
            Item::Integer(_) => None,
        }),
        Number::F32 => object::plain_items(list, words, |item| match item {
            Item::Float(number) => narrow(number).map(f32::to_ne_bytes),
            Item::Integer(_) => None,
        }),
    }
}

fn wrong(kind: Number, value: &Bound<'_, PyAny>) -> Refusal {
    Refusal::wrong_type(&format!("a list or buffer of {}", kind.name()), value)
}

fn head(length: usize, kind: Number, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let size = length.checked_mul(kind.width()).ok_or_else(too_long)?;
    if !wire::put_bytes_head(out.bytes, size) {
        return Err(too_long());
    }
    out.bytes.reserve(size);
    Ok(())
}

fn each<'py>(
    kind: Number,
    length: usize,
    values: impl Iterator<Item = Bound<'py, PyAny>>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    head(length, kind, out)?;
    for (index, value) in values.enumerate() {
        push(kind, &value, out).map_err(|refusal| refusal.within(format!("[{index}]")))?;
    }
    Ok(())
}

fn push(kind: Number, value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let fits = match kind {
        Number::Int(int) => {
            let number = integer(value)?;
            if !push_item(kind, Item::Integer(number), out.bytes) {
                return Err(does_not_fit(int, value));
            }
            true
        }
        Number::F32 | Number::F64 => push_item(kind, Item::Float(float(value)?), out.bytes),
    };
    if fits {
        Ok(())
    } else {
        Err(Refusal::range(format!(
            "must fit into f32, not {}",
            super::short(value)
        )))
    }
}

/// Writes a native word. `false` if the number is of another kind or does not fit; nothing is written then.
#[inline]
fn push_item(kind: Number, item: Item, out: &mut Vec<u8>) -> bool {
    match (kind, item) {
        (Number::Int(Int::I64), Item::Integer(Integer::Signed(number))) => {
            out.extend_from_slice(&number.to_ne_bytes())
        }
        (Number::Int(int), Item::Integer(number)) => {
            let word = match in_range(int, number) {
                Some(Word::Signed(number)) => number.to_le_bytes(),
                Some(Word::Unsigned(number)) => number.to_le_bytes(),
                None => return false,
            };
            let mut word = word;
            let word = &mut word[..Number::Int(int).width()];
            if cfg!(target_endian = "big") {
                word.reverse();
            }
            out.extend_from_slice(word);
        }
        (Number::F64, Item::Float(number)) => out.extend_from_slice(&number.to_ne_bytes()),
        (Number::F32, Item::Float(number)) => match narrow(number) {
            Some(number) => out.extend_from_slice(&number.to_ne_bytes()),
            None => return false,
        },
        _ => return false,
    }
    true
}

fn buffer(kind: Number, view: View, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    check_row(view.look())?;
    check_items(kind, view.look())?;
    super::bytes::lend(view, out)
}

fn check_row(view: Look<'_>) -> Result<(), Refusal> {
    if view.dimensions() != 1 {
        return Err(Refusal::value(format!(
            "must have one dimension, not {}; flatten it",
            view.dimensions()
        )));
    }
    Ok(())
}

fn check_items(kind: Number, view: Look<'_>) -> Result<(), Refusal> {
    if !holds(kind, view) {
        return Err(Refusal::bad_type(format!(
            "must be a buffer of {} ({} bytes an item), not one of format '{}' ({} bytes); convert it first",
            kind.name(),
            kind.width(),
            native_format(view),
            view.item_size(),
        )));
    }
    Ok(())
}

/// Whether it is one row of just these numbers.
pub(crate) fn is_packed(kind: Number, view: Look<'_>) -> bool {
    view.dimensions() == 1 && holds(kind, view)
}

/// Whether it is one row of bytes.
pub(super) fn is_bytes(view: Look<'_>) -> bool {
    view.dimensions() <= 1 && view.item_size() == 1 && matches!(view.letter(), Some(b'B' | b'c'))
}

/// The format of its items, where they are in native order without the mark that says so.
fn native_format(view: Look<'_>) -> &str {
    let native = if cfg!(target_endian = "little") { '<' } else { '>' };
    let format = view.format();
    format.strip_prefix(['@', '=', native]).unwrap_or(format)
}

/// Whether its items are just these numbers.
fn holds(kind: Number, view: Look<'_>) -> bool {
    let Some(letter) = view.letter() else {
        return false;
    };
    let right = match kind {
        Number::Int(int) if int.bounds().0 < 0 => matches!(letter, b'b' | b'h' | b'i' | b'l' | b'q' | b'n'),
        Number::Int(Int::U8) => matches!(letter, b'B' | b'c'),
        Number::Int(_) => matches!(letter, b'B' | b'H' | b'I' | b'L' | b'Q' | b'N'),
        Number::F32 => letter == b'f',
        Number::F64 => letter == b'd',
    };
    right && view.item_size() == kind.width()
}

/// Memory that Rust fills: writable, contiguous, of just these numbers.
pub(super) fn fill(kind: Number, value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let wrong = || Refusal::wrong_type(&format!("a writable buffer of {}", kind.name()), value);
    let view = match View::writable(value) {
        None => return Err(wrong()),
        Some(Ok(view)) => view,
        Some(Err(error)) => {
            // Said of memory that cannot be had at all, else of memory that is only there to be read.
            View::of(value)
                .ok_or_else(wrong)?
                .map_err(super::bytes::not_contiguous)?;
            pyo3::Python::attach(|_| drop(error));
            return Err(Refusal::bad_type(format!(
                "must be a writable buffer of {}, and {} is read-only here",
                kind.name(),
                crate::refusal::type_name(value)
            )));
        }
    };
    // Bytes are memory of any shape, as where they are read; numbers are a list.
    if kind != Number::Int(Int::U8) {
        check_row(view.look())?;
    }
    check_items(kind, view.look())?;
    let index = (out.lent.fill(out.py, view, kind.width())).map_err(super::bytes::taken)?;
    wire::put_ext(out.bytes, wire::ext::BUFFER, &index.to_le_bytes());
    Ok(())
}
