//! Direct upcalls: what a callable is passed and what it gives as machine words, without a message.

use pyo3::types::{PyBool, PyBoolMethods, PyFloat, PyFloatMethods};
use pyo3::{Bound, PyAny, PyErr, PyResult, Python};

use super::callables::CallableShape;
use super::{Answer, fault, give_answer, hold, stale, table, take_answer};
use crate::decode::{signed, unsigned};
use crate::encode::Encoder;
use crate::encode::number::quick_int;
use crate::ffi::host::{Form, Positional, Words};
use crate::ffi::object;
use crate::shape::Shape;
use crate::wire::{Reader, Token};

/// What a word means, as `docs/abi.md` numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Unit = 1,
    Bool = 2,
    Signed = 3,
    Unsigned = 4,
    Float = 5,
}

impl Kind {
    fn of(shape: &Shape) -> Option<Self> {
        Some(match shape {
            Shape::Unit => Self::Unit,
            Shape::Bool => Self::Bool,
            Shape::Int(kind) if kind.bounds().0 < 0 => Self::Signed,
            Shape::Int(_) => Self::Unsigned,
            Shape::F64 | Shape::F32 => Self::Float,
            _ => return None,
        })
    }

    /// The object that a word stands for.
    #[inline(always)]
    fn read(self, py: Python<'_>, word: u64) -> Bound<'_, PyAny> {
        // The most common one, apart from the others: a jump by a table is as slow as much of the rest.
        if self == Self::Signed {
            signed(py, word.cast_signed())
        } else {
            self.read_other(py, word)
        }
    }

    #[inline(never)]
    fn read_other(self, py: Python<'_>, word: u64) -> Bound<'_, PyAny> {
        match self {
            Self::Signed => signed(py, word.cast_signed()),
            Self::Unsigned => unsigned(py, word),
            Self::Float => PyFloat::new(py, f64::from_bits(word)).into_any(),
            Self::Bool => PyBool::new(py, word != 0).to_owned().into_any(),
            Self::Unit => py.None().into_bound(py),
        }
    }
}

/// The form of a callable's upcalls, if they may be direct.
pub(super) fn form(params: &[Shape], result: &Shape) -> Option<Form<Kind>> {
    let result = Kind::of(result)?;
    let params: Box<[Kind]> = params.iter().map(Kind::of).collect::<Option<_>>()?;
    let passed = !params.contains(&Kind::Unit);
    passed.then(|| Form::new(result, params, |kind| kind as u8))?
}

/// What comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// The word is the result.
    Word,
    /// The callable raised: the word is the exception's token.
    Raised,
    /// Nothing may swallow it.
    RaisedFatally,
}

/// Calls the callable of that token with words of that form. What it gives is put into `to`: small parts of one value on their
/// way through memory would be waited for.
#[inline(always)]
pub(crate) fn call(py: Python<'_>, token: u64, words: Words<'_>, to: &mut u64) -> Done {
    let Some((callee, shape)) = table::callable(py, token) else {
        return raised(stale(py), to);
    };
    let Some(words) = shape.form.as_ref().and_then(|form| words.read(form)) else {
        return raised(fault(py, "called with other words than it described"), to);
    };
    match give(py, &callee.into_bound(py), shape, words) {
        Ok(word) => {
            *to = word;
            Done::Word
        }
        Err(error) => raised(*error, to),
    }
}

/// The word of what it gives. An exception is boxed, so that a word stays in a register.
#[inline(always)]
fn give(
    py: Python<'_>,
    callee: &Bound<'_, PyAny>,
    shape: &'static CallableShape,
    words: impl Iterator<Item = (u64, Kind)>,
) -> Result<u64, Box<PyErr>> {
    if !object::is_function(callee) {
        // As at every crossing; a function written in Python looks for itself when it begins.
        py.check_signals()?;
    }
    let result = {
        let mut arguments = Positional::new(py);
        for (word, kind) in words {
            arguments.push(kind.read(py, word));
        }
        arguments.call(callee)?
    };
    if let Shape::Int(kind) = shape.result
        && let Some(number) = quick_int(kind, &result)
    {
        return Ok(number.cast_unsigned());
    }
    let word = match &shape.result {
        // As everywhere in Python, a result that nobody wants is ignored.
        Shape::Unit => Some(0),
        Shape::Bool => result
            .cast_exact::<PyBool>()
            .ok()
            .map(|value| u64::from(value.is_true())),
        Shape::F64 => result
            .cast_exact::<PyFloat>()
            .ok()
            .map(|value| value.value().to_bits()),
        _ => None,
    };
    match word {
        Some(word) => Ok(word),
        None => Ok(by_message(py, shape, callee, &result)?),
    }
}

/// The word of a result that is not of the very type: what the message would hold.
#[cold]
fn by_message(
    py: Python<'_>,
    shape: &'static CallableShape,
    callee: &Bound<'_, PyAny>,
    result: &Bound<'_, PyAny>,
) -> PyResult<u64> {
    let mut answer = take_answer(py);
    answer.bytes.clear();
    let Answer { bytes, lent, .. } = &mut *answer;
    let encoded = shape
        .result
        .encode(result, &mut Encoder::answering(py, bytes, lent));
    let word = encoded.map(|()| match Reader::new(&answer.bytes).next() {
        Some(Token::Signed(number)) => Some(number.cast_unsigned()),
        Some(Token::Unsigned(number)) => Some(number),
        Some(Token::Bool(truth)) => Some(u64::from(truth)),
        Some(Token::Float(number)) => Some(number.to_bits()),
        _ => None,
    });
    give_answer(py, answer);
    match word {
        Ok(Some(word)) => Ok(word),
        Ok(None) => Err(fault(py, "asked for a word that there is not")),
        Err(refusal) => Err(shape.wrong_result(callee, refusal)),
    }
}

#[cold]
pub(crate) fn raised(error: PyErr, to: &mut u64) -> Done {
    let (token, fatal) = hold(error);
    *to = token;
    if fatal { Done::RaisedFatally } else { Done::Raised }
}
