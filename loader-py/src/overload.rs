//! A callable with several signatures, of which the first that the arguments fit is called, decided before Rust runs; one that
//! takes subscripts; or one that gives its results in another form than usual.

use pyo3::exceptions::PyTypeError;
use pyo3::types::{
    PyAnyMethods, PyDict, PyDictMethods, PyModule, PyModuleMethods, PyString, PyTuple, PyTupleMethods,
};
use pyo3::{
    Bound, Py, PyAny, PyErr, PyResult, Python, intern, pyclass, pyfunction, pymethods, wrap_pyfunction,
};

use crate::callable::{Misfit, Param, Spec};
use crate::core::Scratch;
use crate::decode::Form;
use crate::ffi::arguments::{Arguments, OwnedArguments};
use crate::ffi::function;
use crate::ffi::handle::HandleRef;
use crate::python;
use crate::refusal::type_name;
use crate::subscript::{Called, Subscripts, listed};
use crate::thrown::{Raised, Thrown};

// A function with several signatures. On a class it binds the instance, as a function does. Not a doc comment: that
// would become the class's `__doc__` and hide the one of each function.
#[pyclass(frozen, module = "usecrate._native", name = "Function")]
pub(crate) struct Overload {
    specs: Vec<&'static Spec>,
    /// Some take a value of a class where others do not.
    told_by_class: bool,
    #[pyo3(get, name = "__name__")]
    name: String,
    #[pyo3(get, name = "__qualname__")]
    qualname: String,
    #[pyo3(get, name = "__module__")]
    module: String,
    doc: Option<String>,
    /// How it gives its results.
    form: Form,
    /// What its subscripts lead to.
    subscripts: Option<Subscripts>,
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
        let (served, receiver) = if let Ok(bound) = function.cast::<BoundFunction>() {
            let bound = bound.get();
            let receiver = bound.receiver.bind(py).clone();
            (bound.function.bind(py).clone().into_any(), Some(receiver))
        } else if function.is_instance(method_type)? {
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
            told_by_class: self.told_by_class,
            name: self.name.clone(),
            qualname: self.qualname.clone(),
            module: self.module.clone(),
            doc: self.doc.clone(),
            form,
            subscripts: None,
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

    /// Calls the first signature that fits; with an exception, that which raised it.
    fn attempt<'py>(
        &self,
        py: Python<'py>,
        arguments: &Arguments<'_, 'py>,
    ) -> Result<Bound<'py, PyAny>, (Option<&'static Spec>, Thrown)> {
        let mut misfits = Vec::new();
        // What is a value of a class is meant as that: as bytes, or by its items, it is taken where nothing else fits.
        let (first, others): (Vec<&'static Spec>, Vec<&'static Spec>) = if self.told_by_class {
            self.specs.iter().partition(|spec| takes_classes(spec, arguments))
        } else {
            (self.specs.clone(), Vec::new())
        };
        for spec in first.iter().chain(&others) {
            let mut scratch = spec.core.take_scratch(py);
            let written = spec.write(py, arguments, &mut scratch);
            let done = written.map(|()| self.send(spec, arguments, &mut scratch, py));
            spec.core.give_scratch(py, scratch);
            match done {
                Ok(result) => return result.map_err(|thrown| (Some(*spec), thrown)),
                Err(misfit) if self.specs.len() == 1 || !is_about_argument(&misfit) => {
                    return Err((Some(*spec), spec.misfit(misfit)));
                }
                Err(misfit) => misfits.push((*spec, misfit)),
            }
        }
        Err((None, self.none_fits(py, misfits).into()))
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
        let classes = |spec: &&'static Spec| -> Vec<bool> {
            let params = spec.params.iter();
            params.map(|param| param.shape.takes_class()).collect()
        };
        let told_by_class = specs
            .windows(2)
            .any(|pair| classes(&pair[0]) != classes(&pair[1]));
        Self {
            specs,
            told_by_class,
            name,
            qualname,
            module,
            doc,
            form: Form::default(),
            subscripts: None,
        }
    }

    /// The same with subscripts.
    pub(crate) fn with(self, subscripts: Option<Subscripts>) -> Self {
        Self { subscripts, ..self }
    }

    fn full_name(&self) -> String {
        if self.module.is_empty() {
            self.qualname.clone()
        } else {
            format!("{}.{}", self.module, self.qualname)
        }
    }

    /// The exception when nothing fits: the reason of the first signature that failed only by a value, else all reasons; of
    /// signatures that take what was passed by number and name, if there are any, and the others by themselves.
    #[cold]
    fn none_fits(&self, py: Python<'_>, mut misfits: Vec<(&'static Spec, Misfit)>) -> PyErr {
        let near =
            |misfit: &Misfit| matches!(misfit, Misfit::Argument(_, refusal) if refusal.closeness() == 2);
        if let Some(at) = misfits.iter().position(|(_, misfit)| near(misfit)) {
            let (spec, misfit) = misfits.swap_remove(at);
            return spec.misfit_error(misfit);
        }
        let mut message = format!("`{}()` has no signature for these arguments:", self.full_name());
        let (mut reasons, mut unbound, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (spec, misfit) in &misfits {
            let signature = format!("{}{}", spec.qualname, spec.signature(false));
            match misfit {
                Misfit::Argument(at, refusal) => {
                    once(
                        &mut reasons,
                        format!("{signature}: {}", refusal.explain(&spec.params[*at].name)),
                    );
                }
                Misfit::Binding(reason) => {
                    once(&mut unbound, format!("{signature}: {reason}"));
                    once(&mut others, signature);
                }
            }
        }
        if reasons.is_empty() {
            reasons = unbound;
        } else if !others.is_empty() {
            reasons.push(format!("with other arguments: {}", others.join(", ")));
        }
        for reason in reasons {
            message.push_str("\n  ");
            message.push_str(&reason);
        }
        let keys = self.subscripts.as_ref().map(|one| one.keys(py));
        match keys {
            Some(Err(error)) => return error,
            Some(Ok(keys)) if misfits.is_empty() => {
                message = format!(
                    "nothing that is passed to `{}()` says which types are meant: name them, `{}{}(…)`; there are {}",
                    self.full_name(),
                    self.name,
                    keys.first().map_or("", String::as_str),
                    listed(&keys)
                );
            }
            Some(Ok(keys)) => {
                message.push_str(&format!(
                    "\n  others have a subscript: {}{}",
                    self.name,
                    listed(&keys)
                ));
            }
            None if misfits.is_empty() => message.push_str(" it has none at all"),
            None => {}
        }
        PyTypeError::new_err(message)
    }
}

/// Adds what is not there yet.
fn once(all: &mut Vec<String>, one: String) {
    if !all.contains(&one) {
        all.push(one);
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
        match self.attempt(py, &arguments) {
            // Once a signature was chosen, it is called again, in the usual form.
            Err((Some(spec), thrown)) if self.form == Form::default() => spec.again(py, &arguments, thrown),
            Err((_, thrown)) => Err(thrown),
            Ok(value) => Ok(value),
        }
        .map_err(|thrown| thrown.into_error(py))
    }

    fn __get__<'py>(
        slf: Bound<'py, Self>,
        instance: Option<&Bound<'py, PyAny>>,
        _owner: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match instance {
            Some(instance) if !instance.is_none() && slf.get().subscripts.is_some() => {
                let bound = BoundFunction {
                    receiver: instance.clone().unbind(),
                    function: slf.clone().unbind(),
                };
                Ok(Bound::new(slf.py(), bound)?.into_any())
            }
            Some(instance) if !instance.is_none() => python::method_type(slf.py())?.call1((slf, instance)),
            _ => Ok(slf.into_any()),
        }
    }

    /// The instance for these Rust types.
    fn __getitem__<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let Some(subscripts) = &self.subscripts else {
            let message = format!(
                "`{}` takes no subscript: what is passed says which types are meant",
                self.full_name()
            );
            return Err(PyTypeError::new_err(message));
        };
        let called = Called {
            name: &self.name,
            qualname: &self.qualname,
            module: &self.module,
        };
        subscripts.get(key, &called, &self.full_name())
    }

    /// The subscripts that it takes, as they are written.
    #[getter]
    fn __subscripts__(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.subscripts
            .as_ref()
            .map_or_else(|| Ok(Vec::new()), |one| one.keys(py))
    }

    #[getter]
    fn __doc__(&self) -> Option<&str> {
        self.doc.as_deref()
    }

    /// What `inspect.signature` shows: the signature if there is only one, else anything.
    #[getter]
    fn __signature__(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.listed(py, false)
    }

    /// What pickles it: a reference.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let pickling = PyModule::import(slf.py(), intern!(slf.py(), "usecrate.pickling"))?;
        pickling
            .getattr(intern!(slf.py(), "reduce_function"))?
            .call1((slf,))
    }

    fn __repr__(&self) -> String {
        let (name, count) = (self.full_name(), self.specs.len());
        match &self.subscripts {
            Some(_) => format!("<function {name} with {count} signatures and subscripts>"),
            None => format!("<function {name} with {count} signatures>"),
        }
    }
}

impl Overload {
    /// An `inspect.Signature`; `bound`: without the first parameter.
    fn listed(&self, py: Python<'_>, bound: bool) -> PyResult<Py<PyAny>> {
        let inspect = PyModule::import(py, "inspect")?;
        let parameter = inspect.getattr("Parameter")?;
        let mut parameters: Vec<Bound<'_, PyAny>> = Vec::new();
        if let [only] = self.specs.as_slice() {
            for (param, optional) in only.listed().skip(usize::from(bound)) {
                let kwargs = PyDict::new(py);
                if optional {
                    let default = param
                        .default
                        .as_ref()
                        .map_or_else(|| py.None(), |one| one.value.clone_ref(py));
                    kwargs.set_item("default", default)?;
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
}

/// A signature takes as themselves all the values of classes that are passed.
fn takes_classes(spec: &Spec, arguments: &Arguments<'_, '_>) -> bool {
    let mut positional = (0..arguments.positional()).filter(|at| HandleRef::of(arguments.get(*at)).is_some());
    let mut named = arguments
        .keywords()
        .filter(|(_, value)| HandleRef::of(*value).is_some());
    let takes = |param: &Param| param.shape.takes_class();
    positional.all(|at| spec.params.get(at).is_some_and(takes))
        && named.all(|(name, _)| {
            let is = |param: &&Param| name.eq(&param.name).unwrap_or(false);
            spec.params.iter().find(is).is_some_and(takes)
        })
}

// A function with subscripts, bound to its first argument.
#[pyclass(frozen, module = "usecrate._native")]
pub(crate) struct BoundFunction {
    #[pyo3(get, name = "__self__")]
    receiver: Py<PyAny>,
    #[pyo3(get, name = "__func__")]
    function: Py<Overload>,
}

#[pymethods]
impl BoundFunction {
    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let receiver = std::iter::once(self.receiver.bind(py).clone());
        let all: Vec<Bound<'py, PyAny>> = receiver.chain(args.iter()).collect();
        let all = PyTuple::new(py, all)?;
        self.function.get().__call__(py, &all, kwargs)
    }

    /// The instance for these Rust types, bound to the same.
    fn __getitem__<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = key.py();
        let function = self.function.get().__getitem__(key)?;
        python::method_type(py)?.call1((function, self.receiver.bind(py)))
    }

    #[getter]
    fn __doc__(&self) -> Option<&str> {
        self.function.get().doc.as_deref()
    }

    #[getter]
    fn __signature__(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.function.get().listed(py, true)
    }

    /// Names and whatever else the function has.
    fn __getattr__<'py>(&self, py: Python<'py>, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        self.function.bind(py).getattr(name)
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> bool {
        let same = |other: &Self| {
            self.function.is(&other.function) && self.receiver.bind(py).is(other.receiver.bind(py))
        };
        other.cast::<Self>().is_ok_and(|other| same(other.get()))
    }

    fn __hash__(&self) -> usize {
        (self.function.as_ptr() as usize).rotate_left(4) ^ self.receiver.as_ptr() as usize
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let receiver = self.receiver.bind(py).repr()?;
        let name = self.function.get().full_name();
        Ok(format!("<bound function {name} of {receiver}>"))
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
    module.add_class::<Overload>()?;
    module.add_function(wrap_pyfunction!(buffers, module)?)
}
