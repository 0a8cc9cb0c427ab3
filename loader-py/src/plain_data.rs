//! Plain data for records, all the way down: what `usecrate.asdict` gives.
//!
//! Records, lists and dicts are done here; for anything else, `usecrate.values` knows what to do.

use std::collections::HashMap;

use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyAnyMethods, PyBool, PyBytes, PyDict, PyDictMethods, PyFloat, PyInt, PyList, PyListMethods, PyModule,
    PyModuleMethods, PyString, PyTypeMethods,
};
use pyo3::{Bound, Py, PyAny, PyResult, PyTypeInfo, Python, pyfunction, wrap_pyfunction};

use crate::core::{Definition, Fields, Slot};
use crate::decode::Form;
use crate::ffi::lock_cell::Guarded;
use crate::ffi::object;
use crate::overload::Overload;
use crate::python;

/// The records of each class, by the address of the class, which is never freed.
static RECORDS: Guarded<Option<HashMap<usize, &'static Slot>>> = Guarded::new(None);

/// Says that `slot` is a record, so that its instances are known.
pub(crate) fn know(py: Python<'_>, slot: &'static Slot) {
    if let Some(Definition::Record(fields)) = slot.definition.get() {
        let class = fields.class.bind(py).as_type_ptr().addr();
        RECORDS.with(py, |records| {
            records.get_or_insert_default().insert(class, slot);
        });
    }
}

fn find(py: Python<'_>, class: usize) -> Option<&'static Fields> {
    let slot = RECORDS.with(py, |records| records.as_ref()?.get(&class).copied())?;
    match slot.definition.get() {
        Some(Definition::Record(fields)) => Some(fields),
        _ => None,
    }
}

/// On the way down.
struct Plain<'py> {
    py: Python<'py>,
    /// The latest record class: the items of a list are mostly of one.
    latest: Option<(usize, &'static Fields)>,
}

impl<'py> Plain<'py> {
    fn fields(&mut self, value: &Bound<'py, PyAny>) -> Option<&'static Fields> {
        let class = value.get_type_ptr().addr();
        match self.latest {
            Some((known, fields)) if known == class => Some(fields),
            _ => {
                let fields = find(self.py, class)?;
                self.latest = Some((class, fields));
                Some(fields)
            }
        }
    }

    fn of(&mut self, value: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if is_plain(&value) {
            return Ok(value);
        }
        let _deeper = object::Deeper::enter(self.py)?;
        if let Some(fields) = self.fields(&value) {
            let dict = PyDict::new(self.py);
            for field in &fields.fields {
                dict.set_item(field.name.bind(self.py), self.of(field.get(&value)?)?)?;
            }
            return Ok(dict.into_any());
        }
        if let Ok(list) = value.cast_exact::<PyList>() {
            let mut items = Vec::with_capacity(list.len());
            for item in list {
                items.push(self.of(item)?);
            }
            return Ok(PyList::new(self.py, items)?.into_any());
        }
        if let Ok(given) = value.cast_exact::<PyDict>() {
            let dict = PyDict::new(self.py);
            for (key, item) in given {
                dict.set_item(self.of(key)?, self.of(item)?)?;
            }
            return Ok(dict.into_any());
        }
        static OTHERS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let others = python::once(self.py, &OTHERS, || {
            let values = PyModule::import(self.py, "usecrate.values")?;
            Ok(values.getattr("plain_data")?.unbind())
        })?;
        others.bind(self.py).call1((value,))
    }
}

/// Whether it is its own plain data.
fn is_plain(value: &Bound<'_, PyAny>) -> bool {
    let py = value.py();
    let class = value.get_type_ptr();
    class == PyString::type_object_raw(py)
        || class == PyInt::type_object_raw(py)
        || class == PyFloat::type_object_raw(py)
        || class == PyBool::type_object_raw(py)
        || value.is_none()
        || class == PyBytes::type_object_raw(py)
}

/// Plain data for `value`.
pub(crate) fn of(value: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyAny>> {
    let mut plain = Plain {
        py: value.py(),
        latest: None,
    };
    plain.of(value)
}

/// Plain data for a record or an enum's value, all the way down; for a function, one that gives such data.
///
/// A record becomes a dict of its fields; a variant its name, or ``{name: payload}`` (the only field's value,
/// a list where fields have no names, else a dict): what is taken as an argument in its place. Handles stay
/// as they are. ``asdict(f)(x)`` is ``asdict(f(x))`` in less time: no records are made on the way.
#[pyfunction]
#[pyo3(signature = (value, /))]
fn asdict<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    match Overload::giving(value, |form| Form { plain: true, ..form })? {
        Some(function) => Ok(function),
        None => of(value.clone()),
    }
}

/// Adds the function to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(asdict, module)?)
}
