//! A manifest as Python sees it: its parts become plain data when they are first asked for, and then stay.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use pyo3::exceptions::{PyIndexError, PyKeyError, PyValueError};
use pyo3::types::{
    PyAnyMethods, PyBytes, PyBytesMethods, PyDict, PyDictMethods, PyFloat, PyList, PyListMethods, PyModule,
    PyModuleMethods, PyString,
};
use pyo3::{
    Bound, IntoPyObjectExt, Py, PyAny, PyResult, Python, pyclass, pyfunction, pymethods, wrap_pyfunction,
};

use super::files;
use super::json::{Document, Kind, Malformed, Value};
use super::{Refusal, parse};

/// Look-ups by name that are made without an index of all names.
const WITHOUT_INDEX: u32 = 4;

/// A checked manifest: what a dict of it would give, made when it is asked for. Lists of maps are `Section`s.
#[pyclass(frozen, module = "usecrate._native")]
struct Manifest {
    document: Arc<Document>,
    /// By key, what was asked for.
    made: Py<PyDict>,
}

impl Manifest {
    fn new(py: Python<'_>, found: Result<Document, Refusal>) -> PyResult<Self> {
        Ok(Self {
            document: Arc::new(found.map_err(|refusal| refusal.raise(py))?),
            made: PyDict::new(py).unbind(),
        })
    }
}

#[pymethods]
impl Manifest {
    fn __getitem__<'py>(&self, py: Python<'py>, key: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        let made = self.made.bind(py);
        if let Some(found) = made.get_item(key)? {
            return Ok(found);
        }
        let name = key.extract::<std::borrow::Cow<'_, str>>()?;
        let Some(value) = self.document.root().get(&name) else {
            return Err(PyKeyError::new_err(name.into_owned()));
        };
        let part = lazily(py, &self.document, value)?;
        made.set_item(key, &part)?;
        Ok(part)
    }

    /// A part that may be missing.
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.__getitem__(py, key) {
            Err(error) if error.is_instance_of::<PyKeyError>(py) => Ok(default),
            found => found,
        }
    }
}

/// A list of maps, whose items are made when they are asked for.
#[pyclass(frozen, sequence, module = "usecrate._native")]
struct Section {
    document: Arc<Document>,
    /// The node of each item.
    nodes: Vec<u32>,
    /// By position, what was asked for. No cell that blocks: a thread would be in it while another one forks.
    made: Py<PyDict>,
    /// How often an item was looked for by its name, and the positions by name, once that was often.
    asked: std::sync::atomic::AtomicU32,
    index: OnceLock<HashMap<String, usize>>,
}

impl Section {
    fn new(py: Python<'_>, document: &Arc<Document>, list: Value<'_>) -> Self {
        let nodes: Vec<u32> = list
            .items()
            .filter_map(|item| u32::try_from(item.at()).ok())
            .collect();
        Self {
            document: Arc::clone(document),
            made: PyDict::new(py).unbind(),
            nodes,
            asked: std::sync::atomic::AtomicU32::new(0),
            index: OnceLock::new(),
        }
    }

    fn values(&self) -> impl DoubleEndedIterator<Item = Value<'_>> + ExactSizeIterator {
        self.nodes.iter().map(|node| self.document.value(*node as usize))
    }

    fn position(&self, name: &str) -> Option<usize> {
        let asked = self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if asked < WITHOUT_INDEX && self.index.get().is_none() {
            return self
                .values()
                .rposition(|item| item.name().is_some_and(|own| own == name));
        }
        let index = self.index.get_or_init(|| {
            let names = self.values().map(Value::name);
            names
                .enumerate()
                .filter_map(|(at, name)| Some((name?.into_owned(), at)))
                .collect()
        });
        index.get(name).copied()
    }

    fn item<'py>(&self, py: Python<'py>, at: usize) -> PyResult<Bound<'py, PyAny>> {
        let made = self.made.bind(py);
        if let Some(found) = made.get_item(at)? {
            return Ok(found);
        }
        let Some(node) = self.nodes.get(at) else {
            return Err(PyIndexError::new_err(at));
        };
        let item = lazily_within(py, &self.document, self.document.value(*node as usize))?;
        // The first one stays, should another thread have made it meanwhile.
        if let Some(found) = made.get_item(at)? {
            return Ok(found);
        }
        made.set_item(at, &item)?;
        Ok(item)
    }
}

#[pymethods]
impl Section {
    fn __len__(&self) -> usize {
        self.nodes.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, at: isize) -> PyResult<Bound<'py, PyAny>> {
        let at = usize::try_from(at).map_err(|_| PyIndexError::new_err(at))?;
        self.item(py, at)
    }

    /// The last item of that name, or None.
    fn named<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.position(name).map(|at| self.item(py, at)).transpose()
    }

    /// The names of all items.
    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for name in self.values().filter_map(Value::name) {
            list.append(&*name)?;
        }
        Ok(list)
    }
}

/// A list of maps as a section, all else as plain data.
fn lazily<'py>(py: Python<'py>, document: &Arc<Document>, value: Value<'_>) -> PyResult<Bound<'py, PyAny>> {
    let mut items = value.items();
    if items
        .next()
        .is_some_and(|first| matches!(first.kind(), Kind::Map | Kind::Folded))
    {
        Section::new(py, document, value).into_bound_py_any(py)
    } else {
        object(py, value)
    }
}

/// A map as a dict, with a module's names as a section.
fn lazily_within<'py>(
    py: Python<'py>,
    document: &Arc<Document>,
    value: Value<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    if value.kind() == Kind::Folded {
        return object(py, value);
    }
    let dict = PyDict::new(py);
    for (key, part) in value.entries() {
        let part = if key.is("entries") {
            Section::new(py, document, part).into_bound_py_any(py)?
        } else {
            object(py, part)?
        };
        dict.set_item(key_of(py, key), part)?;
    }
    Ok(dict.into_any())
}

fn key_of<'py>(py: Python<'py>, key: Value<'_>) -> Bound<'py, PyString> {
    PyString::intern(py, &key.text().unwrap_or_default())
}

/// A value as plain data.
fn object<'py>(py: Python<'py>, value: Value<'_>) -> PyResult<Bound<'py, PyAny>> {
    match value.kind() {
        Kind::Null => Ok(py.None().into_bound(py)),
        Kind::True => true.into_bound_py_any(py),
        Kind::False => false.into_bound_py_any(py),
        Kind::Int => match value.raw().parse::<i64>() {
            Ok(small) => small.into_bound_py_any(py),
            Err(_) => py.get_type::<pyo3::types::PyInt>().call1((value.raw(),)),
        },
        Kind::Float => Ok(PyFloat::new(py, value.raw().parse().unwrap_or(f64::NAN)).into_any()),
        Kind::Text | Kind::Escaped => Ok(PyString::new(py, &value.text().unwrap_or_default()).into_any()),
        Kind::Folded => match value.unfold().map_err(|refusal| refusal.raise(py))? {
            Some(unfolded) => object(py, unfolded.root()),
            None => Ok(PyDict::new(py).into_any()),
        },
        Kind::List => {
            let list = PyList::empty(py);
            for item in value.items() {
                list.append(object(py, item)?)?;
            }
            Ok(list.into_any())
        }
        Kind::Map => {
            let dict = PyDict::new(py);
            for (key, part) in value.entries() {
                dict.set_item(key_of(py, key), object(py, part)?)?;
            }
            Ok(dict.into_any())
        }
    }
}

/// Reads and checks the manifest file `path`, against the hashes beside it.
#[pyfunction]
fn read_manifest(py: Python<'_>, path: PathBuf) -> PyResult<Manifest> {
    let document = py.detach(|| files::read(&path));
    Manifest::new(py, document)
}

/// Checks the text of a manifest; `path` is for messages.
#[pyfunction]
fn parse_manifest(py: Python<'_>, data: &Bound<'_, PyBytes>, path: &str) -> PyResult<Manifest> {
    Manifest::new(py, parse(data.as_bytes().to_vec(), path))
}

/// All of a manifest as plain data, made anew.
#[pyfunction]
fn plain_manifest<'py>(py: Python<'py>, manifest: &Bound<'py, Manifest>) -> PyResult<Bound<'py, PyAny>> {
    object(py, manifest.get().document.root())
}

/// What a JSON text says.
#[pyfunction]
fn read_json<'py>(py: Python<'py>, text: String) -> PyResult<Bound<'py, PyAny>> {
    read(py, text)
}

fn read(py: Python<'_>, text: String) -> PyResult<Bound<'_, PyAny>> {
    let document = Document::read(text, &[]).map_err(|malformed| {
        PyValueError::new_err(match malformed {
            Malformed::Deep => "it is nested too deeply".to_owned(),
            Malformed::At(at, problem) => format!("{problem}, byte {at}"),
        })
    })?;
    object(py, document.root())
}

/// Adds the classes and functions to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(read_manifest, module)?)?;
    module.add_function(wrap_pyfunction!(parse_manifest, module)?)?;
    module.add_function(wrap_pyfunction!(plain_manifest, module)?)?;
    module.add_function(wrap_pyfunction!(read_json, module)?)?;
    module.add("TARGET", env!("USECRATE_TARGET"))?;
    module.add_class::<Manifest>()?;
    module.add_class::<Section>()
}
