//! regex through PyO3, as one writes it by hand: patterns, matches and captures.

use pyo3::create_exception;
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;

create_exception!(hand, Error, PyValueError);

/// A match, with its text.
#[pyclass(get_all, frozen)]
#[derive(Clone)]
struct Match {
    start: usize,
    end: usize,
    text: String,
}

impl From<regex::Match<'_>> for Match {
    fn from(found: regex::Match<'_>) -> Self {
        Self {
            start: found.start(),
            end: found.end(),
            text: found.as_str().to_owned(),
        }
    }
}

/// The groups of a match.
#[pyclass(frozen)]
struct Captures {
    groups: Vec<Option<Match>>,
    names: Vec<Option<String>>,
}

#[pymethods]
impl Captures {
    fn group(&self, index: usize) -> Option<Match> {
        self.groups.get(index).cloned().flatten()
    }

    fn name(&self, name: &str) -> PyResult<Option<Match>> {
        let at = self.names.iter().position(|known| known.as_deref() == Some(name));
        at.map(|at| self.groups[at].clone())
            .ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    fn __len__(&self) -> usize {
        self.groups.len()
    }
}

/// A pattern.
#[pyclass(frozen)]
struct Regex(regex::Regex);

impl Regex {
    fn made(&self, found: &regex::Captures<'_>) -> Captures {
        Captures {
            groups: found.iter().map(|group| group.map(Match::from)).collect(),
            names: self.0.capture_names().map(|name| name.map(str::to_owned)).collect(),
        }
    }
}

#[pymethods]
impl Regex {
    #[new]
    fn new(pattern: &str) -> PyResult<Self> {
        regex::Regex::new(pattern)
            .map(Self)
            .map_err(|error| Error::new_err(error.to_string()))
    }

    fn is_match(&self, py: Python<'_>, text: &str) -> bool {
        py.detach(|| self.0.is_match(text))
    }

    fn find(&self, py: Python<'_>, text: &str) -> Option<Match> {
        py.detach(|| self.0.find(text).map(Match::from))
    }

    fn find_all(&self, py: Python<'_>, text: &str) -> Vec<Match> {
        py.detach(|| self.0.find_iter(text).map(Match::from).collect())
    }

    fn captures(&self, py: Python<'_>, text: &str) -> Option<Captures> {
        py.detach(|| self.0.captures(text).map(|found| self.made(&found)))
    }

    fn captures_all(&self, py: Python<'_>, text: &str) -> Vec<Captures> {
        py.detach(|| self.0.captures_iter(text).map(|found| self.made(&found)).collect())
    }

    fn split(&self, py: Python<'_>, text: &str) -> Vec<String> {
        py.detach(|| self.0.split(text).map(str::to_owned).collect())
    }

    fn replace_all(&self, py: Python<'_>, text: &str, with: &str) -> String {
        py.detach(|| self.0.replace_all(text, with).into_owned())
    }

    fn __str__(&self) -> &str {
        self.0.as_str()
    }
}

/// A text with what means something in a pattern escaped.
#[pyfunction]
fn escape(text: &str) -> String {
    regex::escape(text)
}

#[pymodule]
mod hand {
    #[pymodule_export]
    use super::{Captures, Error, Match, Regex, escape};
}
