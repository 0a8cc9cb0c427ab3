//! What is loaded in this process, by artifact root and crate.

use std::path::{Path, PathBuf};

use pyo3::types::{
    PyAnyMethods, PyDict, PyDictMethods, PyList, PyModule, PyModuleMethods, PyString, PyStringMethods,
};
use pyo3::{
    Bound, IntoPyObject, Py, PyAny, PyErr, PyResult, Python, intern, pyclass, pyfunction, pymethods,
    wrap_pyfunction,
};

use super::locks::{Held, new_lock};
use super::{Opened, Package, module_at, part, pickled};

const MANIFEST: &str = "manifest.json";

/// What is loaded in this process, by artifact root and crate.
#[pyclass(frozen, module = "usecrate._native")]
struct Registry {
    package: Package,
    lock: Py<PyAny>,
    by_root: Py<PyDict>,
    by_path: Py<PyDict>,
}

/// A crate's name as a key: Cargo takes either spelling.
fn key_of(name: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(name.cast::<PyString>()?.to_str()?.replace('-', "_"))
}

fn opened_in<'py>(
    map: &Bound<'py, PyDict>,
    key: impl IntoPyObject<'py>,
) -> PyResult<Option<Bound<'py, Opened>>> {
    let found = map.get_item(key)?;
    Ok(found.map(Bound::cast_into::<Opened>).transpose()?)
}

fn folder_of<'py>(path: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyString>> {
    let folder = path.to_str().map(Path::new).ok().and_then(Path::parent);
    if let Some(folder) = folder.and_then(Path::to_str) {
        return Ok(PyString::new(path.py(), folder));
    }
    let module = PyModule::import(path.py(), "os.path")?;
    Ok(module.getattr("dirname")?.call1((path,))?.cast_into()?)
}

impl Registry {
    fn conflict(&self, opened: &Bound<'_, Opened>, wanted: &Bound<'_, PyAny>) -> PyResult<PyErr> {
        let conflicts = self.package.module(opened.py(), "conflicts")?;
        let error = conflicts
            .getattr("conflict")?
            .call1((&opened.get().manifest, wanted.str()?))?;
        Ok(PyErr::from_value(error))
    }

    fn open<'py>(
        &self,
        path: &Bound<'py, PyString>,
        folder: &Bound<'py, PyString>,
        manifest: &Bound<'py, PyAny>,
    ) -> PyResult<Py<Opened>> {
        let py = path.py();
        let target = part(&part(manifest, "build")?, "target")?;
        // What the extension itself is built for.
        if target.cast::<PyString>()?.to_str()? != env!("USECRATE_TARGET") {
            let manifests = self.package.module(py, "manifests")?;
            manifests.getattr("check_platform")?.call1((manifest, path))?;
        }
        let about = part(manifest, "library")?;
        let file = folder
            .extract::<PathBuf>()?
            .join(part(&about, "path")?.extract::<PathBuf>()?);
        let facts = PyDict::new(py);
        for key in ["blake3", "size"] {
            facts.set_item(PyString::intern(py, key), part(&about, key)?)?;
        }
        facts.set_item(intern!(py, "name"), part(&part(manifest, "crate")?, "name")?)?;
        if about.contains(intern!(py, "loaded"))? {
            facts.set_item(intern!(py, "loaded"), part(&about, "loaded")?)?;
        }
        let class = self
            .package
            .module(py, "_native")?
            .getattr(intern!(py, "Library"))?;
        let library = class.call((file.into_os_string(),), Some(&facts))?;
        Opened::new(py, self.package.clone(), path, manifest, &library)
    }
}

#[pymethods]
impl Registry {
    #[new]
    fn new(py: Python<'_>, package: &str) -> PyResult<Self> {
        Ok(Self {
            package: Package(package.into()),
            lock: new_lock(py)?.unbind(),
            by_root: PyDict::new(py).unbind(),
            by_path: PyDict::new(py).unbind(),
        })
    }

    /// The loaded artifact of that crate from that root, which must be what is wanted.
    fn get<'py>(
        &self,
        py: Python<'py>,
        root: &str,
        wanted: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, Opened>>> {
        let key = (root, key_of(&wanted.getattr("package")?)?);
        let Some(opened) = opened_in(self.by_root.bind(py), key)? else {
            return Ok(None);
        };
        if !wanted
            .call_method1("fits", (&opened.get().manifest,))?
            .is_truthy()?
        {
            return Err(self.conflict(&opened, wanted)?);
        }
        Ok(Some(opened))
    }

    /// Loads the artifact of a manifest, or gives the one that is loaded already. With `replace`, another build of the
    /// same crate takes the place of the loaded one; objects of that keep their library.
    #[pyo3(signature = (path, manifest, root, *, replace=false))]
    fn load<'py>(
        &self,
        path: &Bound<'py, PyString>,
        manifest: &Bound<'py, PyAny>,
        root: &Bound<'py, PyString>,
        replace: bool,
    ) -> PyResult<Bound<'py, Opened>> {
        let py = path.py();
        let _held = Held::take(self.lock.bind(py))?;
        let (by_root, by_path) = (self.by_root.bind(py), self.by_path.bind(py));
        let key = (root, key_of(&part(&part(manifest, "crate")?, "name")?)?);
        let folder = folder_of(path)?;
        let same = (&folder, part(&part(manifest, "library")?, "blake3")?);
        let same = same.into_pyobject(py)?;
        let opened = opened_in(by_path, &same)?;
        if !replace
            && let Some(other) = opened_in(by_root, &key)?
            && !opened.as_ref().is_some_and(|opened| opened.is(&other))
        {
            let conflicts = self.package.module(py, "conflicts")?;
            let is_same = conflicts.getattr("same_build")?;
            if !is_same.call1((&other.get().manifest, manifest))?.is_truthy()? {
                let text = conflicts.getattr("build_text")?.call1((manifest,))?;
                return Err(self.conflict(&other, &text)?);
            }
        }
        let opened = match opened {
            Some(opened) => opened,
            None => {
                let opened = self.open(path, &folder, manifest)?.into_bound(py);
                by_path.set_item(same, &opened)?;
                pickled::prepare(py)?;
                opened
            }
        };
        by_root.set_item(key, &opened)?;
        Ok(opened)
    }

    /// All that is loaded, in the order of loading.
    fn all<'py>(&self, py: Python<'py>) -> Bound<'py, PyList> {
        self.by_path.bind(py).values()
    }

    /// Loads the artifact at `path`, its folder or its manifest, as an artifact root of its own.
    fn load_artifact<'py>(&self, path: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = path.py();
        let found = manifest_path(path)?;
        if !found.extract::<PathBuf>()?.is_file() {
            let shown = path.extract::<PathBuf>()?;
            let message = format!(
                "there is no artifact at `{}`: expected a folder with a `{MANIFEST}`, as `usecrate build` prints",
                shown.display()
            );
            let class = self.package.module(py, "errors")?.getattr("LoadError")?;
            return Err(PyErr::from_value(class.call1((message,))?));
        }
        let native = self.package.module(py, "_native")?;
        let manifest = native.getattr(intern!(py, "read_manifest"))?.call1((&found,))?;
        let opened = self.load(&found, &manifest, &folder_of(&found)?, true)?;
        module_at(py, &opened, 0)
    }
}

/// The manifest of an artifact's folder, or the file itself.
#[pyfunction]
fn manifest_path<'py>(path: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
    let py = path.py();
    let given = path.extract::<PathBuf>()?;
    // What is not there, and where the system's own answer is spelled otherwise, only Python can say.
    let real = match fs_err::canonicalize(&given) {
        Ok(real) if cfg!(unix) => real,
        _ => {
            let realpath = PyModule::import(py, "os.path")?.getattr("realpath")?;
            realpath.call1((given.into_os_string(),))?.extract()?
        }
    };
    let file = if real.is_dir() { real.join(MANIFEST) } else { real };
    Ok(file.into_os_string().into_pyobject(py)?)
}

/// Adds the class, its one object and the function to the extension module.
pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let registry = Registry::new(module.py(), "usecrate")?;
    module.add("registry", Bound::new(module.py(), registry)?)?;
    module.add_class::<Registry>()?;
    module.add_function(wrap_pyfunction!(manifest_path, module)?)
}
