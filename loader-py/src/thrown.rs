//! What leaves a call that failed: an exception, and what is known of why.

use pyo3::{PyErr, Python};

/// A result, or what is raised instead.
pub(crate) type Raised<T> = Result<T, Thrown>;

/// An exception on its way out of a call; nothing if the interpreter has it already, because nothing that could mind is done
/// between here and there.
pub(crate) struct Thrown(pub(crate) Option<Box<Leaving>>);

/// An exception, and the argument because of which Rust did not run, if that is known.
pub(crate) struct Leaving {
    pub(crate) error: PyErr,
    pub(crate) refused: Option<Refused>,
}

/// An argument that was refused, and whether that is because something borrows it; else it is not what is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused {
    pub(crate) argument: usize,
    pub(crate) borrowed: bool,
}

impl Thrown {
    #[cold]
    pub(crate) fn refused(error: PyErr, refused: Option<Refused>) -> Self {
        Self(Some(Box::new(Leaving { error, refused })))
    }

    /// The exception, to be looked at or kept.
    #[cold]
    pub(crate) fn into_error(self, py: Python<'_>) -> PyErr {
        match self.0 {
            Some(leaving) => leaving.error,
            None => PyErr::fetch(py),
        }
    }
}

impl From<PyErr> for Thrown {
    #[cold]
    fn from(error: PyErr) -> Self {
        Self::refused(error, None)
    }
}
