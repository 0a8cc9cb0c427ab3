//! A callable with several signatures, of which the first that the arguments fit is called, decided before Rust runs; or one that
//! gives its results in another form than usual.

use pyo3::exceptions::PyTypeError;
use pyo3::types::{PyAnyMethods, PyDict, PyDictMethods, PyModule, PyModuleMethods, PyTuple};
use pyo3::{
    Bound, Py, PyAny, PyErr, PyResult, Python, intern, pyclass, pyfunction, pymethods, wrap_pyfunction,
};

use crate::callable::{Misfit, Raised, Spec};
use crate::core::Scratch;
use crate::decode::Form;
use crate::ffi::arguments::{Arguments, OwnedArguments};
use crate::ffi::function;
use crate::python;
use crate::refusal::type_name;

// A function with several signatures. On a class it binds the instance, as a function does. Not a doc comment: that
// would become the class's `__doc__` and hide the one of each function.
#[pyclass(frozen, module = "usecrate._native")]
pub(crate) struct Overload {
    specs: Vec<&'static Spec>,
    #[pyo3(get, name = "__name__")]
    name: String,
    #[pyo3(get, name = "__qualname__")]
    qualname: String,
    #[pyo3(get, name = "__module__")]
    module: String,
    doc: Option<String>,
    /// How it gives its results.
    form: Form,
}

impl Overload {
    /// The same as `function`, which Rust serves, but giving its results in the form that `change` makes of the one they have
    /// so far; `None` if Rust serves none such.
    pub(crate) fn giving<'py>(
        function: &Bound<'py, PyAny>,
        change: impl FnOnce(Form) -> Form,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = function.py();
        let method_type = python::method_type(py)?;
        let (served, receiver) = if function.is_instance(method_type)? {
            let receiver = function.getattr(intern!(py, "__self__"))?;
            (function.getattr(intern!(py, "__func__"))?, Some(receiver))
        } else {
            (function.clone(), None)
        };
        let (made, receiver) = if let Ok(overload) = served.cast::<Self>() {
            let overload = overload.get();
            (overload.in_form(change(overload.form)), receiver)
        } else if let Some((spec, receiver)) = function::served(function) {
            let doc = function.getattr(intern!(py, "__doc__"))?.extract()?;
            let name: String = function.getattr(intern!(py, "__name__"))?.extract()?;
            let plain = Self::new(vec![spec], name, spec.qualname.clone(), spec.module.clone(), doc);
            (plain.in_form(change(Form::default())), receiver)
        } else {
            return Ok(None);
        };
        let made = Bound::new(py, made)?.into_any();
        match receiver {
            Some(receiver) => method_type.call1((made, receiver)).map(Some),
            None => Ok(Some(made)),
        }
    }

    fn in_form(&self, form: Form) -> Self {
        Self {
            specs: self.specs.clone(),
            name: self.name.clone(),
            qualname: self.qualname.clone(),
            module: self.module.clone(),
            doc: self.doc.clone(),
            form,
        }
    }

    fn send<'py>(
        &self,
        spec: &'static Spec,
        arguments: &Arguments<'_, 'py>,
        scratch: &mut Scratch,
        py: Python<'py>,
    ) -> Raised<Bound<'py, PyAny>> {
        if self.form == Form::default() {
            spec.send(py, arguments, scratch)
        } else {
            spec.send_as(self.form, arguments, scratch, py)
        }
    }

    /// The signatures of functions made by `Library.function` and `Library.overload`.
    pub(crate) fn specs_of(functions: &Bound<'_, PyAny>) -> PyResult<Vec<&'static Spec>> {
        let mut specs = Vec::new();
        for function in functions.try_iter()? {
            let function = function?;
            if let Some(spec) = function::spec_of(&function) {
                specs.push(spec);
            } else if let Ok(overload) = function.cast::<Self>() {
                specs.extend_from_slice(&overload.get().specs);
            } else {
                let message =
                    format!("an overload takes functions made by `Library.function`, not {function}");
                return Err(PyTypeError::new_err(message));
            }
        }
        Ok(specs)
    }

    /// A callable of these signatures.
    pub(crate) fn new(
        specs: Vec<&'static Spec>,
        name: String,
        qualname: String,
        module: String,
        doc: Option<String>,
    ) -> Self {
        Self {
            specs,
            name,
            qualname,
            module,
            doc,
            form: Form::default(),
        }
    }

    fn full_name(&self) -> String {
        if self.module.is_empty() {
            self.qualname.clone()
        } else {
            format!("{}.{}", self.module, self.qualname)
        }
    }

    /// The exception when nothing fits: the reason of the first signature that failed only by a value, else all reasons.
    #[cold]
    fn none_fits(&self, mut misfits: Vec<(&'static Spec, Misfit)>) -> PyErr {
        let near =
            |misfit: &Misfit| matches!(misfit, Misfit::Argument(_, refusal) if refusal.closeness() == 2);
        if let Some(at) = misfits.iter().position(|(_, misfit)| near(misfit)) {
            let (spec, misfit) = misfits.swap_remove(at);
            return spec.misfit_error(misfit);
        }
        let mut message = format!("`{}()` has no signature for these arguments:", self.full_name());
        for (spec, misfit) in &misfits {
            let reason = match misfit {
                Misfit::Binding(reason) => reason.clone(),
                Misfit::Argument(at, refusal) => refusal.explain(&spec.params[*at].name),
            };
            message.push_str(&format!(
                "\n  {}{}: {reason}",
                spec.qualname,
                spec.signature(false)
            ));
        }
        if misfits.is_empty() {
            message.push_str(" it has none at all");
        }
        PyTypeError::new_err(message)
    }
}

#[pymethods]
impl Overload {
    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let owned = OwnedArguments::new(None, args, kwargs)?;
        let arguments = owned.borrow();
        if let [only] = self.specs.as_slice()
            && self.form == Form::default()
        {
            return only.call(py, &arguments).map_err(|error| error.into_error(py));
        }
        let mut misfits = Vec::new();
        for spec in &self.specs {
            let mut scratch = spec.core.take_scratch(py);
            let written = spec.write(py, &arguments, &mut scratch);
            let done = written.map(|()| self.send(spec, &arguments, &mut scratch, py));
            spec.core.give_scratch(py, scratch);
            match done {
                Ok(result) => return result.map_err(|error| error.into_error(py)),
                Err(misfit) if self.specs.len() == 1 || !is_about_argument(&misfit) => {
                    return Err(spec.misfit_error(misfit));
                }
                Err(misfit) => misfits.push((*spec, misfit)),
            }
        }
        Err(self.none_fits(misfits))
    }

    fn __get__<'py>(
        slf: Bound<'py, Self>,
        instance: Option<&Bound<'py, PyAny>>,
        _owner: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match instance {
            Some(instance) if !instance.is_none() => python::method_type(slf.py())?.call1((slf, instance)),
            _ => Ok(slf.into_any()),
        }
    }

    #[getter]
    fn __doc__(&self) -> Option<&str> {
        self.doc.as_deref()
    }

    /// What `inspect.signature` shows: the signature if there is only one, else anything.
    #[getter]
    fn __signature__(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let inspect = PyModule::import(py, "inspect")?;
        let parameter = inspect.getattr("Parameter")?;
        let mut parameters: Vec<Bound<'_, PyAny>> = Vec::new();
        if let [only] = self.specs.as_slice() {
            for (param, optional) in only.listed() {
                let kwargs = PyDict::new(py);
                if optional {
                    kwargs.set_item("default", py.None())?;
                }
                let kind = parameter.getattr(if param.keyword {
                    "KEYWORD_ONLY"
                } else {
                    "POSITIONAL_OR_KEYWORD"
                })?;
                parameters.push(parameter.call((&param.name, kind), Some(&kwargs))?);
            }
        } else {
            parameters.push(parameter.call1(("args", parameter.getattr("VAR_POSITIONAL")?))?);
            parameters.push(parameter.call1(("kwargs", parameter.getattr("VAR_KEYWORD")?))?);
        }
        Ok(inspect.getattr("Signature")?.call1((parameters,))?.unbind())
    }

    fn __repr__(&self) -> String {
        format!(
            "<function {} with {} signatures>",
            self.full_name(),
            self.specs.len()
        )
    }
}

fn is_about_argument(misfit: &Misfit) -> bool {
    match misfit {
        Misfit::Binding(_) => true,
        Misfit::Argument(_, refusal) => refusal.is_about_argument(),
    }
}

/// The same function, but giving its bytes and its lists of numbers of fixed width as views of memory (`memoryview`), which is
/// read-only: what is long is not copied out of the library, which keeps it until the last view of it is gone.
///
/// So it is wherever such values are in the result, but for keys of dicts and items of sets. What an iterator gives, and what a
/// callable is called with, stays as it is.
///
/// Raises
/// ------
/// TypeError
///     It is no function or method of a Rust crate.
#[pyfunction]
#[pyo3(signature = (function, /))]
fn buffers<'py>(function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    Overload::giving(function, |form| Form {
        buffers: true,
        ..form
    })?
    .ok_or_else(|| {
        let given = type_name(function);
        PyTypeError::new_err(format!(
            "`usecrate.buffers()` takes a function or method of a Rust crate, not {given}"
        ))
    })
}

/// Adds the function to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(buffers, module)?)
}
