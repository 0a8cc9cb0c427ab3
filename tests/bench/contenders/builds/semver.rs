//! semver through PyO3, as one writes it by hand: versions and requirements.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

create_exception!(hand, Error, PyValueError);

fn refused(error: semver::Error) -> PyErr {
    Error::new_err(error.to_string())
}

/// A version.
#[pyclass(eq, ord)]
#[derive(Clone, PartialEq, PartialOrd)]
struct Version(semver::Version);

#[pymethods]
impl Version {
    #[new]
    fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self(semver::Version::new(major, minor, patch))
    }

    #[staticmethod]
    fn parse(text: &str) -> PyResult<Self> {
        semver::Version::parse(text).map(Self).map_err(refused)
    }

    #[getter]
    fn major(&self) -> u64 {
        self.0.major
    }

    #[getter]
    fn minor(&self) -> u64 {
        self.0.minor
    }

    #[getter]
    fn patch(&self) -> u64 {
        self.0.patch
    }

    #[setter]
    fn set_patch(&mut self, patch: u64) {
        self.0.patch = patch;
    }

    #[getter]
    fn pre(&self) -> String {
        self.0.pre.to_string()
    }

    #[getter]
    fn build(&self) -> String {
        self.0.build.to_string()
    }

    fn cmp_precedence(&self, other: &Self) -> i8 {
        self.0.cmp_precedence(&other.0) as i8
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        hasher.finish()
    }
}

/// A comparator of a requirement.
#[pyclass(get_all)]
#[derive(Clone)]
struct Comparator {
    op: String,
    major: u64,
    minor: Option<u64>,
    patch: Option<u64>,
}

/// A requirement.
#[pyclass(eq)]
#[derive(Clone, PartialEq)]
struct VersionReq(semver::VersionReq);

#[pymethods]
impl VersionReq {
    #[new]
    fn new(text: &str) -> PyResult<Self> {
        semver::VersionReq::parse(text).map(Self).map_err(refused)
    }

    fn matches(&self, version: &Version) -> bool {
        self.0.matches(&version.0)
    }

    #[getter]
    fn comparators(&self) -> Vec<Comparator> {
        let one = |comparator: &semver::Comparator| Comparator {
            op: format!("{:?}", comparator.op),
            major: comparator.major,
            minor: comparator.minor,
            patch: comparator.patch,
        };
        self.0.comparators.iter().map(one).collect()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }
}

#[pymodule]
mod hand {
    #[pymodule_export]
    use super::{Comparator, Error, Version, VersionReq};
}
