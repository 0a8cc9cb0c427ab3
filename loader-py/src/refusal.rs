//! Why an argument is not usable, and the words for it.

use pyo3::exceptions::{PyBufferError, PyOverflowError, PyTypeError, PyValueError};
use pyo3::types::{PyAnyMethods, PyTypeMethods};
use pyo3::{Bound, PyAny, PyErr, Python};

/// The exception that a refusal becomes.
#[derive(Debug)]
pub(crate) enum Kind {
    /// `TypeError`
    Type,
    /// `OverflowError`
    Range,
    /// `ValueError`
    Value,
    /// `BufferError`
    Lent,
    /// What Python code raised while it was asked.
    Raised(PyErr),
}

impl Kind {
    fn into_error(self, message: String) -> PyErr {
        match self {
            Self::Type => PyTypeError::new_err(message),
            Self::Range => PyOverflowError::new_err(message),
            Self::Value => PyValueError::new_err(message),
            Self::Lent => PyBufferError::new_err(message),
            Self::Raised(error) => error,
        }
    }
}

/// An argument that is not usable. One pointer, because every encoder returns it.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    /// Where in the argument, innermost first: `[3]`, `.field`.
    path: Vec<String>,
    problem: String,
}

impl Refusal {
    #[cold]
    fn new(kind: Kind, problem: String) -> Self {
        Self(Box::new(Inner {
            kind,
            path: Vec::new(),
            problem,
        }))
    }

    /// `value` is of another type than `expected`.
    #[cold]
    pub(crate) fn wrong_type(expected: &str, value: &Bound<'_, PyAny>) -> Self {
        Self::new(
            Kind::Type,
            format!("must be {expected}, not {}", type_name(value)),
        )
    }

    /// The type is wrong, in other words.
    #[cold]
    pub(crate) fn bad_type(problem: impl Into<String>) -> Self {
        Self::new(Kind::Type, problem.into())
    }

    /// A number does not fit.
    #[cold]
    pub(crate) fn range(problem: impl Into<String>) -> Self {
        Self::new(Kind::Range, problem.into())
    }

    /// The value is not usable for another reason.
    #[cold]
    pub(crate) fn value(problem: impl Into<String>) -> Self {
        Self::new(Kind::Value, problem.into())
    }

    /// The memory is lent already.
    #[cold]
    pub(crate) fn lent(problem: impl Into<String>) -> Self {
        Self::new(Kind::Lent, problem.into())
    }

    /// Adds where it was found, going outwards.
    #[cold]
    pub(crate) fn within(mut self, step: String) -> Self {
        // A few steps say enough, and a deep one would be a message of pages.
        if self.0.path.len() < 8 {
            self.0.path.push(step);
        }
        self
    }

    /// Whether it speaks about the argument, so that another signature may fit; false for what Python code raised.
    pub(crate) fn is_about_argument(&self) -> bool {
        !matches!(self.0.kind, Kind::Raised(_))
    }

    /// How near the argument came: another type, a type that fits outside but not inside, a value that does not fit.
    pub(crate) fn closeness(&self) -> u8 {
        match self.0.kind {
            Kind::Type => u8::from(!self.0.path.is_empty()),
            Kind::Range | Kind::Value | Kind::Lent | Kind::Raised(_) => 2,
        }
    }

    /// What is wrong: `` `x[3]` must be int, not str ``.
    pub(crate) fn explain(&self, parameter: &str) -> String {
        let path: String = self.0.path.iter().rev().map(String::as_str).collect();
        format!("argument `{parameter}{path}` {}", self.0.problem)
    }

    /// The exception for something else than an argument, with a note behind it.
    #[cold]
    pub(crate) fn into_error_about(self, subject: &str, note: &str) -> PyErr {
        let path: String = self.0.path.iter().rev().map(String::as_str).collect();
        let at = if path.is_empty() {
            String::new()
        } else {
            format!(" (at `{}`)", path.trim_start())
        };
        let message = format!("{subject}{at} {}: {note}", self.0.problem);
        self.0.kind.into_error(message)
    }

    /// The exception, for parameter `parameter` of `callable`.
    #[cold]
    pub(crate) fn into_error(self, callable: &str, parameter: &str) -> PyErr {
        let message = format!("`{callable}()`: {}", self.explain(parameter));
        self.0.kind.into_error(message)
    }

    /// Throws it away, with the references it holds.
    #[cold]
    pub(crate) fn discard(self) {
        Python::attach(|_| drop(self));
    }
}

impl From<PyErr> for Refusal {
    #[cold]
    fn from(error: PyErr) -> Self {
        Self::new(Kind::Raised(error), String::new())
    }
}

/// The name of a value's type.
pub(crate) fn type_name(value: &Bound<'_, PyAny>) -> String {
    if value.is_none() {
        return "None".into();
    }
    let class = value.get_type();
    class
        .qualname()
        .map_or_else(|_| "object".into(), |name| name.to_string())
}
