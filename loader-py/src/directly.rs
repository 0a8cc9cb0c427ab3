//! Whether and how a callable is called directly: without a message.

use pyo3::types::{PyBool, PyFloat};
use pyo3::{Bound, PyAny, Python};

use crate::callable::Spec;
use crate::decode::{signed, unsigned};
use crate::ffi::direct::{self, Direct, Forms};
use crate::shape::Shape;

/// What the entry for direct calls gives besides the symbol's codes: the result is a word;
pub(crate) const WORD: i32 = 3;
/// or it is, and values wait for a request that may take its time.
pub(crate) const WORD_AND_LEAVES: i32 = 4;

/// How a callable is called directly.
pub(crate) struct Directly {
    pub(crate) entry: Direct,
    /// Its result, if that is a word.
    pub(crate) word: Option<Word>,
    /// The same, if it never fails: then there is an answer only where something is wrong.
    pub(crate) always: Option<Word>,
}

impl Directly {
    /// Asks the library, if the callable's types allow it.
    pub(crate) fn ask(py: Python<'_>, spec: &'static Spec) -> Option<Self> {
        if spec.params.iter().any(|param| param.optional || param.keyword) {
            return None;
        }
        let forms = Forms::of(spec.params.iter().map(|param| &param.shape))?;
        let (entry, letter) = direct::ask(py, spec.core, spec.index, forms)?;
        let Some(letter) = letter else {
            return Some(Self {
                entry,
                word: None,
                always: None,
            });
        };
        let word = Word::of(&spec.result).filter(|word| spec.plain && word.letter() == letter)?;
        Some(Self {
            entry,
            word: Some(word),
            always: (!matches!(spec.result, Shape::Result(..))).then_some(word),
        })
    }
}

/// What a word means.
#[derive(Clone, Copy)]
pub(crate) enum Word {
    Unit,
    Bool,
    Signed,
    Unsigned,
    Float,
}

impl Word {
    fn of(shape: &Shape) -> Option<Self> {
        Some(match shape {
            Shape::Unit => Self::Unit,
            Shape::Bool => Self::Bool,
            Shape::Int(int) if int.bounds().0 < 0 => Self::Signed,
            Shape::Int(_) => Self::Unsigned,
            Shape::F32 | Shape::F64 => Self::Float,
            Shape::Result(value, _) => return Self::of(value),
            _ => return None,
        })
    }

    /// The letter of the library's answer.
    fn letter(self) -> char {
        match self {
            Self::Unit => 'n',
            Self::Bool => 'b',
            Self::Signed => 'i',
            Self::Unsigned => 'u',
            Self::Float => 'f',
        }
    }

    /// The object that it stands for.
    #[inline(always)]
    pub(crate) fn read(self, py: Python<'_>, word: u64) -> Bound<'_, PyAny> {
        match self {
            Self::Unit => py.None().into_bound(py),
            Self::Bool => PyBool::new(py, word != 0).to_owned().into_any(),
            Self::Signed => signed(py, word.cast_signed()),
            Self::Unsigned => unsigned(py, word),
            Self::Float => PyFloat::new(py, f64::from_bits(word)).into_any(),
        }
    }
}
