//! What this process has open: artifacts, as far as modules and functions need them, and the modules of each.
//!
//! It is here rather than in Python because every load needs it, and a file of Python costs more to import than the rest
//! of a load. What else there is of an artifact is in Python, in the modules of the package that `Package` names, which
//! are imported when they are asked for.

mod locks;
mod pickled;
mod registry;

use pyo3::exceptions::{PyAttributeError, PyKeyError};
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyAnyMethods, PyBool, PyDict, PyDictMethods, PyInt, PyList, PyListMethods, PyModule, PyModuleMethods,
    PyString, PyStringMethods, PyTuple,
};
use pyo3::{
    Bound, Py, PyAny, PyErr, PyResult, Python, intern, pyclass, pyfunction, pymethods, wrap_pyfunction,
};

use crate::ffi::module;
use crate::words;
use locks::{Held, new_lock};

/// The Python package that the rest is in. The loader's tests have a second one, over libraries that are none.
#[derive(Clone)]
struct Package(std::sync::Arc<str>);

impl Package {
    /// One of its modules, imported if it is not yet.
    fn module<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyModule>> {
        PyModule::import(py, format!("{}.{name}", self.0))
    }
}

/// An artifact in this process, as far as modules and functions need it; `loaded` is the rest.
#[pyclass(frozen, module = "usecrate._native")]
struct Opened {
    package: Package,
    #[pyo3(get)]
    path: Py<PyString>,
    #[pyo3(get)]
    manifest: Py<PyAny>,
    #[pyo3(get)]
    library: Py<PyAny>,
    #[pyo3(get)]
    name: Py<PyAny>,
    #[pyo3(get)]
    lock: Py<PyAny>,
    /// The module handles, by number.
    modules: Py<PyDict>,
    /// The functions of modules, by name and callables.
    functions: Py<PyDict>,
    loaded: PyOnceLock<Py<PyAny>>,
}

/// The part of a manifest, or of what is in one, under `key`.
fn part<'py>(of: &Bound<'py, PyAny>, key: &str) -> PyResult<Bound<'py, PyAny>> {
    of.get_item(PyString::intern(of.py(), key))
}

/// What a dict of a manifest may have under `key`.
fn optional<'py>(of: &Bound<'py, PyAny>, key: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    of.cast::<PyDict>()?.get_item(PyString::intern(of.py(), key))
}

/// What is there under `key`, else `value`, which is there from now on.
fn get_or_set<'py>(
    map: &Bound<'py, PyDict>,
    key: impl pyo3::IntoPyObject<'py>,
    value: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    map.call_method1(intern!(map.py(), "setdefault"), (key, value))
}

impl Opened {
    fn new(
        py: Python<'_>,
        package: Package,
        path: &Bound<'_, PyString>,
        manifest: &Bound<'_, PyAny>,
        library: &Bound<'_, PyAny>,
    ) -> PyResult<Py<Self>> {
        let made = Bound::new(
            py,
            Self {
                package,
                path: path.clone().unbind(),
                manifest: manifest.clone().unbind(),
                library: library.clone().unbind(),
                name: part(&part(manifest, "crate")?, "lib")?.unbind(),
                lock: new_lock(py)?.unbind(),
                modules: PyDict::new(py).unbind(),
                functions: PyDict::new(py).unbind(),
                loaded: PyOnceLock::new(),
            },
        )?;
        library.call_method1(
            intern!(py, "define_by"),
            (made.getattr(intern!(py, "class_of"))?, manifest),
        )?;
        Ok(made.unbind())
    }
}

#[pymethods]
impl Opened {
    /// Its classes, and all else that is known of it.
    #[getter]
    fn loaded<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        if let Some(found) = this.loaded.get(py) {
            return Ok(found.bind(py).clone());
        }
        let whole = this.package.module(py, "wrap")?.getattr("whole")?;
        let _held = Held::take(this.lock.bind(py))?;
        if this.loaded.get(py).is_none() {
            let made = whole.call1((slf,))?;
            let _ = this.loaded.set(py, made.unbind());
        }
        let found = this.loaded.get(py).expect("it was just filled");
        Ok(found.bind(py).clone())
    }

    /// The class of type `index`.
    fn class_of<'py>(slf: &Bound<'py, Self>, index: u32) -> PyResult<Bound<'py, PyAny>> {
        Self::loaded(slf)?.call_method1(intern!(slf.py(), "class_of"), (index,))
    }

    /// The manifest's callable of that number.
    fn callable<'py>(&self, py: Python<'py>, index: u32) -> PyResult<Bound<'py, PyAny>> {
        part(self.manifest.bind(py), "callables")?.get_item(index)
    }

    /// What `Library.function` asks about callable `index`.
    #[pyo3(signature = (index, *, qualname="", module="", fluent=false))]
    fn spec<'py>(
        &self,
        py: Python<'py>,
        index: u32,
        qualname: &str,
        module: &str,
        fluent: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        let found = self.callable(py, index)?;
        let holds = |of: &Bound<'py, PyAny>, key: &str| -> PyResult<bool> {
            optional(of, key)?.map_or(Ok(false), |found| found.is_truthy())
        };
        let name = part(&found, "name")?;
        let params = PyList::empty(py);
        for param in part(&found, "params")?.try_iter()? {
            let param = param?;
            let (name, ty) = (part(&param, "name")?, part(&param, "type")?);
            let left_out = PyBool::new(py, holds(&param, "optional")?);
            match optional(&param, "default")? {
                Some(default) => params.append((name, ty, left_out, default))?,
                None => params.append((name, ty, left_out))?,
            }
        }
        let spec = PyDict::new(py);
        if qualname.is_empty() {
            spec.set_item(intern!(py, "qualname"), &name)?;
        } else {
            spec.set_item(intern!(py, "qualname"), qualname)?;
        }
        if module.is_empty() {
            spec.set_item(intern!(py, "module"), &self.name)?;
        } else {
            spec.set_item(intern!(py, "module"), module)?;
        }
        spec.set_item(intern!(py, "name"), name)?;
        let doc = words::doc_text(self.manifest.bind(py), found.cast()?)?;
        spec.set_item(intern!(py, "doc"), doc)?;
        spec.set_item(intern!(py, "params"), params)?;
        spec.set_item(intern!(py, "result"), part(&found, "result")?)?;
        spec.set_item(intern!(py, "fluent"), fluent || holds(&found, "fluent")?)?;
        spec.set_item(intern!(py, "keeps_lock"), holds(&found, "keeps_lock")?)?;
        Ok(spec)
    }

    /// One callable for all of `indexes`, tried in order; a receiver is the first parameter. `instances`: what its subscripts
    /// lead to.
    #[pyo3(signature = (indexes, *, name, qualname, module, fluent=false, instances=None))]
    fn function<'py>(
        slf: &Bound<'py, Self>,
        indexes: &Bound<'py, PyAny>,
        name: &str,
        qualname: &str,
        module: &str,
        fluent: bool,
        instances: Option<&Bound<'py, PyList>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        let library = this.library.bind(py);
        let mut parts = Vec::new();
        for index in indexes.try_iter()? {
            let index: u32 = index?.extract()?;
            let spec = this.spec(py, index, qualname, module, fluent)?;
            spec.set_item(intern!(py, "name"), name)?;
            parts.push(library.call_method(intern!(py, "function"), (index,), Some(&spec))?);
        }
        if parts.len() == 1 && instances.is_none() {
            return Ok(parts.remove(0));
        }
        let about = PyDict::new(py);
        about.set_item("name", name)?;
        about.set_item("qualname", qualname)?;
        about.set_item("module", module)?;
        about.set_item(
            "doc",
            Self::loaded(slf)?.call_method1("docs", (indexes, instances))?,
        )?;
        if let Some(instances) = instances {
            about.set_item("subscripts", (slf, instances))?;
        }
        library.call_method("overload", (parts,), Some(&about))
    }
}

/// What a module handle knows of itself.
#[pyclass(frozen, module = "usecrate._native")]
struct ModuleInfo {
    #[pyo3(get)]
    opened: Py<Opened>,
    #[pyo3(get)]
    index: usize,
    #[pyo3(get)]
    entries: Py<PyAny>,
    #[pyo3(get)]
    kept: Py<PyDict>,
}

#[pymethods]
impl ModuleInfo {
    /// All that is known of the artifact.
    #[getter]
    fn loaded<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Opened::loaded(self.opened.bind(py))
    }

    /// The manifest's module.
    #[getter]
    fn module<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        part(self.opened.get().manifest.bind(py), "modules")?.get_item(self.index)
    }

    /// The public names, each once.
    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let names = PyDict::new(py);
        for name in self.entries.bind(py).call_method0("names")?.try_iter()? {
            names.set_item(name?, py.None())?;
        }
        Ok(names.keys())
    }

    /// The function of a public name: the same in every module that has it.
    #[pyo3(signature = (public, indexes, instances=None))]
    fn function<'py>(
        &self,
        py: Python<'py>,
        public: &Bound<'py, PyString>,
        indexes: &Bound<'py, PyList>,
        instances: Option<&Bound<'py, PyList>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let opened = self.opened.bind(py);
        let functions = opened.get().functions.bind(py);
        let first: u32 = match (indexes.is_empty(), instances) {
            (true, Some(instances)) => part(&instances.get_item(0)?, "callables")?
                .get_item(0)?
                .extract()?,
            _ => indexes.get_item(0)?.extract()?,
        };
        let all = indexes.to_tuple();
        let key = PyTuple::new(
            py,
            [public.as_any(), all.as_any(), PyInt::new(py, first).as_any()],
        )?;
        if let Some(found) = functions.get_item(&key)? {
            return Ok(found);
        }
        let first = opened.get().callable(py, first)?;
        let (mut module, _) = module_and_name(part(&first, "id")?.cast::<PyString>()?.to_str()?);
        if module.is_empty() {
            module = part(&self.module(py)?, "path")?
                .extract::<String>()?
                .replace("::", ".");
        }
        let name = public.to_str()?;
        let made = Opened::function(opened, indexes, name, name, &module, false, instances)?;
        get_or_set(functions, key, &made)
    }
}

/// Python module and name of a Rust path: `a::engine::Engine<T>` is `("a.engine", "Engine")`.
///
/// A path that does not begin with a name (`<T as Trait>::method`) has no module.
#[pyfunction]
fn module_and_name(path: &str) -> (String, &str) {
    if path.starts_with('<') {
        return (String::new(), path.rsplit("::").next().unwrap_or(path));
    }
    let head = path.split('<').next().unwrap_or(path).trim_end_matches(':');
    match head.rsplit_once("::") {
        Some((module, name)) => (module.replace("::", "."), name),
        None => (String::new(), head),
    }
}

/// The one handle of a module.
#[pyfunction]
fn module_at<'py>(py: Python<'py>, opened: &Bound<'py, Opened>, index: usize) -> PyResult<Bound<'py, PyAny>> {
    let modules = opened.get().modules.bind(py);
    if let Some(found) = modules.get_item(index)? {
        return Ok(found);
    }
    let made = new_module(py, opened, index)?;
    get_or_set(modules, index, &made)
}

/// A module handle: a module of a Rust crate, whose names are made when they are first used.
fn new_module<'py>(
    py: Python<'py>,
    opened: &Bound<'py, Opened>,
    index: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let manifest = opened.get().manifest.bind(py);
    let found = part(manifest, "modules")?.get_item(index)?;
    let about = part(manifest, "crate")?;
    let mut docs = optional(&found, "docs")?.filter(|docs| docs.is_truthy().unwrap_or(false));
    if docs.is_none() && index == 0 {
        docs = Some(part(&about, "docs")?).filter(|docs| docs.is_truthy().unwrap_or(false));
    }
    let docs = docs
        .map(|docs| {
            Ok::<_, PyErr>(PyString::new(py, undecorated(docs.cast::<PyString>()?.to_str()?)).into_any())
        })
        .transpose()?;
    let path = part(&found, "path")?;
    let made = module::new(py, &path.cast::<PyString>()?.to_str()?.replace("::", "."), docs)?;
    let dict = made.dict();
    dict.set_item(intern!(py, "__version__"), part(&about, "version")?)?;
    let info = ModuleInfo {
        opened: opened.clone().unbind(),
        index,
        entries: part(&found, "entries")?.unbind(),
        kept: PyDict::new(py).unbind(),
    };
    dict.set_item(intern!(py, "__usecrate__"), Py::new(py, info)?)?;
    Ok(made.into_any())
}

/// Documentation from its first line of prose: without the badges, images and markup that many crates begin with.
fn undecorated(docs: &str) -> &str {
    let mut rest = docs;
    loop {
        let line = rest.lines().next().unwrap_or_default().trim();
        let is_reference = line.starts_with('[') && line.split_once("]: ").is_some();
        let is_decoration = ["[!", "![", "<"].iter().any(|begin| line.starts_with(begin));
        match rest.split_once('\n') {
            Some((_, below)) if line.is_empty() || is_reference || is_decoration => rest = below,
            None if is_reference || is_decoration => return docs,
            _ => return rest,
        }
    }
}

fn info_of<'py>(module: &Bound<'py, PyModule>) -> PyResult<Option<Bound<'py, ModuleInfo>>> {
    let Some(found) = module.dict().get_item(intern!(module.py(), "__usecrate__"))? else {
        return Ok(None);
    };
    Ok(Some(found.cast_into::<ModuleInfo>()?))
}

/// What a module handle's name leads to, the first time.
pub(crate) fn attribute<'py>(
    module: &Bound<'py, PyModule>,
    name: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = module.py();
    let Some(info) = info_of(module)? else {
        return Err(PyAttributeError::new_err(name.clone().unbind()));
    };
    let this = info.get();
    let entry = this
        .entries
        .bind(py)
        .call_method1(intern!(py, "named"), (name,))?;
    if !entry.is_none()
        && let Some(found) = optional(&entry, "function")?
    {
        let instances = optional(&found, "instances")?;
        let instances = instances.as_ref().map(|list| list.cast::<PyList>()).transpose()?;
        let value = this.function(py, name, part(&found, "callables")?.cast::<PyList>()?, instances)?;
        module.dict().set_item(name, &value)?;
        return Ok(value);
    }
    let wrap = this.opened.get().package.module(py, "wrap")?;
    wrap.getattr("attribute")?.call1((module, info, name, entry))
}

/// What the function `name` of the package's module `wrap` says of a module handle.
pub(crate) fn ask<'py>(module: &Bound<'py, PyModule>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    let py = module.py();
    let info = info_of(module)?.ok_or_else(|| PyKeyError::new_err("__usecrate__"))?;
    let wrap = info.get().opened.get().package.module(py, "wrap")?;
    wrap.getattr(name)?.call1((module,))
}

/// Adds the classes and functions to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    locks::register(module)?;
    module.add_class::<Opened>()?;
    module.add_class::<ModuleInfo>()?;
    module.add_function(wrap_pyfunction!(module_and_name, module)?)?;
    module.add_function(wrap_pyfunction!(module_at, module)?)?;
    pickled::register(module)?;
    registry::register(module)
}
