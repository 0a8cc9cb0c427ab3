//! Classes of Python's standard library for types of other crates: what a value is made of on its way to Rust and back is
//! the business of `usecrate.twins`, in Python; this is its table.

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::sync::PyOnceLock;
use pyo3::types::PyAnyMethods;
use pyo3::{Bound, Py, PyAny, PyErr, PyResult, Python};

use crate::python;
use crate::refusal::Refusal;
use crate::shape::{Number, Shape};

/// The classes: the name in the manifest, what is expected of a value, what a result is.
const CLASSES: &[(&str, &str, &str)] = &[
    ("uuid", "uuid.UUID or str", "uuid.UUID"),
    ("decimal", "decimal.Decimal or int", "decimal.Decimal"),
    ("fraction", "fractions.Fraction or int", "fractions.Fraction"),
    ("complex", "complex, float or int", "complex"),
    (
        "ip_network",
        "a network, interface or address of ipaddress, or str",
        "ipaddress.IPv4Network | ipaddress.IPv6Network",
    ),
    ("date", "datetime.date", "datetime.date"),
    ("time", "datetime.time without a time zone", "datetime.time"),
    (
        "naive_datetime",
        "datetime.datetime without a time zone",
        "datetime.datetime",
    ),
    (
        "utc_datetime",
        "datetime.datetime with a time zone",
        "datetime.datetime",
    ),
    (
        "datetime",
        "datetime.datetime with a time zone",
        "datetime.datetime",
    ),
    (
        "zoned_datetime",
        "datetime.datetime with a time zone",
        "datetime.datetime",
    ),
    ("timedelta", "datetime.timedelta", "datetime.timedelta"),
    (
        "timezone",
        "a tzinfo with one offset (such as datetime.timezone)",
        "datetime.timezone",
    ),
    ("zoneinfo", "zoneinfo.ZoneInfo or str", "zoneinfo.ZoneInfo"),
    (
        "ndarray",
        "nested lists, or a buffer (such as a numpy array)",
        "memoryview",
    ),
];

/// `give` and `take` of each class, made when it is first used.
static WAYS: [PyOnceLock<[Py<PyAny>; 2]>; CLASSES.len()] = [const { PyOnceLock::new() }; CLASSES.len()];

/// One of the classes: its position in the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Twin(usize);

impl Twin {
    /// The class of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        CLASSES.iter().position(|row| row.0 == name).map(Self)
    }

    /// Whether numbers are views of memory for it, not lists.
    pub(crate) fn views_numbers(self) -> bool {
        CLASSES[self.0].0 == "ndarray"
    }

    /// The form in which its values travel, of what the manifest says: bytes of an array are numbers like others.
    pub(crate) fn form(self, mut form: Shape) -> Shape {
        if self.views_numbers()
            && let Shape::Tuple(parts) = &mut form
            && let Some(items) = parts.iter_mut().find(|part| matches!(part, Shape::Bytes))
        {
            *items = Shape::Numbers(Number::BYTE);
        }
        form
    }

    /// What is expected of a value, for messages.
    pub(crate) fn expected(self) -> &'static str {
        CLASSES[self.0].1
    }

    /// The type of a result, as documentation spells it.
    pub(crate) fn spelled(self) -> &'static str {
        CLASSES[self.0].2
    }

    fn ways(self, py: Python<'_>) -> PyResult<&[Py<PyAny>; 2]> {
        python::once(py, &WAYS[self.0], || {
            let table = python::twins(py)?;
            let way = |kind: &str| -> PyResult<Py<PyAny>> {
                let name = format!("{kind}_{}", CLASSES[self.0].0);
                Ok(table.getattr(name.as_str())?.unbind())
            };
            Ok([way("give")?, way("take")?])
        })
    }

    /// The object that Rust's value is in Python.
    pub(crate) fn give<'py>(self, plain: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = plain.py();
        self.ways(py)?[0].bind(py).call1((plain,))
    }

    /// What Rust's value is made of. `None`: it is another type's object.
    pub(crate) fn take<'py>(self, value: &Bound<'py, PyAny>) -> Result<Option<Bound<'py, PyAny>>, Refusal> {
        let py = value.py();
        match self.ways(py)?[1].bind(py).call1((value,)) {
            Ok(plain) => Ok((!plain.is_none()).then_some(plain)),
            Err(error) => Err(refused(py, error)),
        }
    }
}

/// What `take` says of a value it cannot use is said of the argument.
#[cold]
fn refused(py: Python<'_>, error: PyErr) -> Refusal {
    let exactly = |class: Bound<'_, pyo3::types::PyType>| error.get_type(py).is(&class);
    let text = || error.value(py).to_string();
    if exactly(py.get_type::<PyTypeError>()) {
        Refusal::bad_type(text())
    } else if exactly(py.get_type::<PyOverflowError>()) {
        Refusal::range(text())
    } else if exactly(py.get_type::<PyValueError>()) {
        Refusal::value(text())
    } else {
        error.into()
    }
}
