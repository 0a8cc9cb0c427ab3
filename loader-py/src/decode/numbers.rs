//! Numbers of fixed width, and lists of them.

use pyo3::types::PyFloat;
use pyo3::{Bound, PyAny, Python};

use super::{Decoder, Made, signed, unsigned};
use crate::ffi::{memory, object};
use crate::shape::{Int, Number, Shape};
use crate::wire::{Token, ext};

impl<'py> Decoder<'_, 'py> {
    /// A list of numbers, or a view of them.
    pub(super) fn numbers(&mut self, kind: Number) -> Made<'py> {
        let py = self.py;
        if self.form.buffers {
            return self.number_view(kind);
        }
        let list = match self.token()? {
            Token::Array(length) => return self.list(length, &kind.shape()),
            Token::Bytes(content) => list(py, kind, content),
            Token::Ext(ext::BUFFER, content) => {
                self.read_beside(content, |content| list(py, kind, content))?
            }
            _ => return Err(self.malformed("a list of numbers")),
        };
        list.unwrap_or_else(|| Err(self.malformed("whole numbers")))
    }

    fn number_view(&mut self, kind: Number) -> Made<'py> {
        let py = self.py;
        let words = match self.token()? {
            Token::Ext(ext::BUFFER, content) => return self.view(content, kind),
            Token::Bytes(content) if content.len().is_multiple_of(kind.width()) => {
                object::new_bytes(py, content)
            }
            Token::Array(length) => {
                let mut words = Vec::with_capacity(length * kind.width());
                for _ in 0..length {
                    if !put_native(kind, self.token()?, &mut words) {
                        return Err(self.malformed("numbers"));
                    }
                }
                object::new_bytes(py, &words)
            }
            _ => return Err(self.malformed("a list of numbers")),
        };
        memory::view(&words, kind)
    }
}

pub(super) fn bytes_of_array<'py>(from: &mut Decoder<'_, 'py>, length: usize) -> Made<'py> {
    let mut content = Vec::with_capacity(length);
    for _ in 0..length {
        match from.token()? {
            Token::Signed(value) if u8::try_from(value).is_ok() => content.push(value.to_le_bytes()[0]),
            _ => return Err(from.malformed("bytes")),
        }
    }
    Ok(object::new_bytes(from.py, &content))
}

impl Number {
    fn shape(self) -> Shape {
        match self {
            Self::Int(int) => Shape::Int(int),
            Self::F32 => Shape::F32,
            Self::F64 => Shape::F64,
        }
    }
}

/// A list of native words. `None`: the last of them is not whole.
fn list<'py>(py: Python<'py>, kind: Number, content: &[u8]) -> Option<Made<'py>> {
    let width = kind.width();
    if !content.len().is_multiple_of(width) {
        return None;
    }
    let mut words = content.chunks_exact(width);
    Some(object::new_list(py, content.len() / width, || {
        let word = words.next().unwrap_or_default();
        Ok(native(py, kind, word).unwrap_or_else(|| py.None().into_bound(py)))
    }))
}

/// Appends a number as a native word. `false`: it is none of this kind.
fn put_native(kind: Number, token: Token<'_>, words: &mut Vec<u8>) -> bool {
    let whole = match token {
        Token::Signed(value) => i128::from(value),
        Token::Unsigned(value) => i128::from(value),
        Token::Float(value) => {
            match kind {
                #[expect(clippy::cast_possible_truncation, reason = "it was an `f32` in the library")]
                Number::F32 => words.extend_from_slice(&(value as f32).to_ne_bytes()),
                Number::F64 => words.extend_from_slice(&value.to_ne_bytes()),
                Number::Int(_) => return false,
            }
            return true;
        }
        _ => return false,
    };
    macro_rules! put {
        ($($int:ident $ty:ident)+) => {
            match kind {
                $(Number::Int(Int::$int) => match $ty::try_from(whole) {
                    Ok(value) => words.extend_from_slice(&value.to_ne_bytes()),
                    Err(_) => return false,
                },)+
                Number::F32 | Number::F64 => return false,
            }
        };
    }
    put!(U8 u8 U16 u16 U32 u32 U64 u64 Usize usize I8 i8 I16 i16 I32 i32 I64 i64 Isize isize);
    true
}

/// The number that is a native word.
#[inline]
pub(super) fn native<'py>(py: Python<'py>, kind: Number, word: &[u8]) -> Option<Bound<'py, PyAny>> {
    let small = |value: i64| Some(signed(py, value));
    match kind {
        Number::Int(Int::U8) => small(i64::from(*word.first()?)),
        Number::Int(Int::I8) => small(i64::from(word.first()?.cast_signed())),
        Number::Int(Int::U16) => small(i64::from(u16::from_ne_bytes(word.try_into().ok()?))),
        Number::Int(Int::I16) => small(i64::from(i16::from_ne_bytes(word.try_into().ok()?))),
        Number::Int(Int::U32) => small(i64::from(u32::from_ne_bytes(word.try_into().ok()?))),
        Number::Int(Int::I32) => small(i64::from(i32::from_ne_bytes(word.try_into().ok()?))),
        Number::Int(Int::I64) => small(i64::from_ne_bytes(word.try_into().ok()?)),
        Number::Int(Int::U64) => Some(unsigned(py, u64::from_ne_bytes(word.try_into().ok()?))),
        Number::Int(Int::Usize) => Some(unsigned(
            py,
            u64::try_from(usize::from_ne_bytes(word.try_into().ok()?)).ok()?,
        )),
        Number::Int(Int::Isize) => small(i64::try_from(isize::from_ne_bytes(word.try_into().ok()?)).ok()?),
        Number::F32 => {
            Some(PyFloat::new(py, f64::from(f32::from_ne_bytes(word.try_into().ok()?))).into_any())
        }
        Number::F64 => Some(PyFloat::new(py, f64::from_ne_bytes(word.try_into().ok()?)).into_any()),
    }
}
