//! `Library`: verifies and loads a library, and makes its types and functions.

use std::sync::OnceLock;

use pyo3::exceptions::{PyImportError, PyValueError};
use pyo3::types::{PyAnyMethods, PyList, PyModule, PyModuleMethods, PyString, PyType};
use pyo3::{Bound, Py, PyAny, PyErr, PyResult, Python, pyclass, pyfunction, pymethods, wrap_pyfunction};

use crate::callable::{Default, Manner, Param, Spec};
use crate::core::{Core, Definition, EnumType, ErrorVariants, Field, Fields, HandleType, Variant};
use crate::decode::Decoder;
use crate::ffi::function::{self, Texts};
use crate::ffi::load::{self, Expected, LoadFailure};
use crate::ffi::raised;
use crate::ffi::slots;
use crate::ffi::symbol::Symbol;
use crate::ffi::{handle as handles, process};
use crate::handle::{drop_rest, send};
use crate::iterator::Next;
use crate::overload::Overload;
use crate::python;
use crate::shape::{Shape, read_pairs};
use crate::status::{self, Answer};
use crate::subscript::Subscripts;

/// The ABI that this loader speaks.
const ABI: u8 = 1;

/// A loaded library. Never unloaded.
#[pyclass(frozen, module = "usecrate._native", weakref)]
pub(crate) struct Library {
    core: &'static Core,
}

/// What the next item is wrapped in, an option or a list, and the item's type.
fn step<'py>(result: &Bound<'py, PyAny>) -> PyResult<(&'static str, Bound<'py, PyAny>)> {
    let head: String = result.get_item(0)?.extract()?;
    let inner = result.get_item(1)?;
    match head.as_str() {
        "result" => step(&inner),
        "option" => Ok(("option", inner)),
        "list" => Ok(("list", inner)),
        _ => Ok(("", inner)),
    }
}

fn load(
    py: Python<'_>,
    path: &str,
    expected: &Expected<'_>,
    loaded: Option<&Expected<'_>>,
    name: &str,
) -> PyResult<Symbol> {
    py.detach(|| load::load(path.as_ref(), expected, loaded, name))
        .map_err(|failure| {
            let library = format!("the library of `{name}` at {path}");
            match failure {
                LoadFailure::Read(_) | LoadFailure::Size(..) | LoadFailure::Hash(..) => {
                    let what = "build the artifact again, or copy its folder anew";
                    python::error(py, "IntegrityError", (format!("{library} {failure}; {what}"),))
                }
                LoadFailure::Copy(_) | LoadFailure::Open(_) | LoadFailure::NoSymbol(_) => {
                    let what = "build it on this machine, or take the artifact for this platform";
                    python::error(
                        py,
                        "LoadError",
                        (format!("{library} cannot be loaded: {failure}; {what}"),),
                    )
                }
            }
        })
}

fn speak(py: Python<'_>, core: &'static Core) -> PyResult<()> {
    let refuse = |problem: &str| {
        let message = format!(
            "the library of `{}` at {} {problem}, and this usecrate speaks version {ABI}: build the artifact with this \
             version of usecrate",
            core.name, core.path
        );
        python::error(py, "LoadError", (message,))
    };
    send(
        py,
        core,
        false,
        |request| request.extend_from_slice(&[0x92, 4, ABI]),
        |answer: Answer<'_>| {
            if answer.status != 0 {
                return Err(refuse("refuses this version of the call interface"));
            }
            let spoken: Vec<u64> = Decoder::new(py, core, answer.payload)
                .plain()?
                .extract()
                .unwrap_or_default();
            if spoken.first() == Some(&u64::from(ABI)) {
                Ok(())
            } else {
                Err(refuse("speaks another version"))
            }
        },
    )
}

impl Library {
    fn define(&self, index: u32, definition: Definition) -> PyResult<()> {
        self.core.slot(index).definition.set(definition).map_err(|_| {
            PyValueError::new_err(format!("type {index} of `{}` is defined already", self.core.name))
        })
    }

    fn plain<'py>(&self, py: Python<'py>, operation: u8) -> PyResult<Bound<'py, PyAny>> {
        let core = self.core;
        send(
            py,
            core,
            true,
            |request| request.extend_from_slice(&[0x91, operation]),
            |answer| {
                if answer.status != 0 {
                    return Err(status::operation_error(
                        py,
                        core,
                        &format!("operation {operation}"),
                        &answer,
                    ));
                }
                Decoder::new(py, core, answer.payload).plain()
            },
        )
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "they are the keywords of `Library.function`"
    )]
    fn spec(
        &self,
        index: u32,
        qualname: String,
        module: String,
        params: &Bound<'_, PyAny>,
        result: &Bound<'_, PyAny>,
        fluent: bool,
        keeps_lock: bool,
        wrap: Option<Py<PyAny>>,
    ) -> PyResult<&'static Spec> {
        let params = params
            .try_iter()?
            .map(|param| {
                let param = param?;
                let (shape, keyword) = Shape::read_parameter(self.core, &param.get_item(1)?)?;
                let default = (param.len()? > 3).then(|| Default::new(&param.get_item(3)?));
                Ok(Param {
                    name: param.get_item(0)?.extract()?,
                    shape,
                    optional: param.get_item(2)?.is_truthy()?,
                    default: default.transpose()?,
                    keyword,
                })
            })
            .collect::<PyResult<Vec<_>>>()?;
        let result = Shape::read(self.core, result)?;
        Ok(Spec::new(
            self.core,
            index,
            qualname,
            module,
            params,
            result,
            Manner {
                fluent,
                keeps_lock,
                wrap,
            },
        ))
    }

    fn fields(&self, class: &Bound<'_, PyType>, fields: &Bound<'_, PyAny>) -> PyResult<Fields> {
        let py = class.py();
        let fields = read_pairs(self.core, fields)?
            .into_iter()
            .map(|(text, shape)| {
                let name = PyString::intern(py, &text);
                Field {
                    place: slots::place(class, &name),
                    name: name.unbind(),
                    text,
                    shape,
                }
            })
            .collect::<Vec<_>>();
        let plain = fields.iter().all(|field| field.shape.is_atom());
        Ok(Fields {
            class: class.clone().unbind(),
            layout: slots::Layout::new(class, fields.iter().map(|field| field.place), plain),
            fields,
        })
    }
}

#[pymethods]
impl Library {
    #[new]
    #[pyo3(signature = (path, *, blake3, size, name, loaded=None))]
    fn new(
        py: Python<'_>,
        path: std::path::PathBuf,
        blake3: &str,
        size: u64,
        name: String,
        loaded: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Py<Self>> {
        if !process::in_main_interpreter(py) {
            // Classes, exceptions and handles are kept once per process: they are those of the main interpreter.
            return Err(PyImportError::new_err(
                "usecrate works in the main interpreter alone, and this is a subinterpreter: use a thread or a process",
            ));
        }
        function::prepare(py)?;
        let path = path.to_string_lossy().into_owned();
        let loaded = loaded
            .map(|loaded| {
                PyResult::Ok((
                    loaded.get_item("size")?.extract()?,
                    loaded.get_item("blake3")?.extract()?,
                ))
            })
            .transpose()?;
        let loaded = loaded
            .as_ref()
            .map(|(size, blake3): &(u64, String)| Expected { size: *size, blake3 });
        let symbol = load(py, &path, &Expected { size, blake3 }, loaded.as_ref(), &name)?;
        let core = Core::adopt(name, path, symbol);
        speak(py, core)?;
        let library = Py::new(py, Self { core })?;
        let _ = core.python.set(library.clone_ref(py).into_any());
        Ok(library)
    }

    #[getter]
    fn name(&self) -> &str {
        &self.core.name
    }

    #[getter]
    fn path(&self) -> &str {
        &self.core.path
    }

    fn __repr__(&self) -> String {
        format!("<usecrate library of `{}` at {}>", self.core.name, self.core.path)
    }

    /// The library's own description, as plain lists.
    fn describe<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.plain(py, 0)
    }

    /// How many handles live in the library.
    fn count<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        drop_rest(py, self.core)?;
        self.plain(py, 6)
    }

    /// Says what makes and defines the class of a type, by its index, when a value of it is met for the first time; and the
    /// manifest, for what objects have to have.
    fn define_by(&self, definer: Py<PyAny>, manifest: Py<PyAny>) -> PyResult<()> {
        let twice = |_| {
            PyValueError::new_err(format!(
                "who defines the types of `{}` was said already",
                self.core.name
            ))
        };
        self.core.definer.set(definer).map_err(twice)?;
        self.core.manifest.set(manifest).map_err(twice)
    }

    /// Values of type `index` become instances of `cls`, or of `exception`, which is below `Raised`.
    #[pyo3(signature = (index, cls, *, exception=None, trivial_drop=false, late_drop=false))]
    fn define_handle(
        &self,
        index: u32,
        cls: &Bound<'_, PyType>,
        exception: Option<Bound<'_, PyType>>,
        trivial_drop: bool,
        late_drop: bool,
    ) -> PyResult<()> {
        if !handles::is_handle_class(cls) {
            let message = format!(
                "{} is not a subclass of `usecrate._native.Handle`",
                python::class_name(cls)
            );
            return Err(pyo3::exceptions::PyTypeError::new_err(message));
        }
        if let Some(exception) = exception.as_ref().filter(|class| !raised::is_raised_class(class)) {
            let message = format!(
                "{} is not a subclass of `usecrate._native.Raised`",
                python::class_name(exception)
            );
            return Err(pyo3::exceptions::PyTypeError::new_err(message));
        }
        let exception = exception.map(Bound::unbind);
        self.define(
            index,
            Definition::Handle(HandleType {
                class: cls.clone().unbind(),
                exception,
                trivial_drop,
                late_drop,
                next: OnceLock::new(),
                variants: OnceLock::new(),
            }),
        )
    }

    /// A raised error of type `index` is of one of `classes`: of that with the number that `number` gives for it.
    fn define_error_variants(&self, index: u32, number: Py<PyAny>, classes: Vec<Py<PyType>>) {
        if let Some(Definition::Handle(kind)) = self.core.slot(index).definition.get() {
            let _ = kind.variants.set(ErrorVariants { number, classes });
        }
    }

    /// Says that callable `callable` gives the next item of a value of type `index`.
    #[expect(clippy::too_many_arguments, reason = "keywords, as the interface has them")]
    #[pyo3(signature = (
        index, callable, *, name, qualname, module, doc=None, params, result, fluent=false, keeps_lock=false
    ))]
    fn define_next(
        &self,
        index: u32,
        callable: u32,
        name: &str,
        qualname: String,
        module: String,
        doc: Option<&str>,
        params: &Bound<'_, PyAny>,
        result: &Bound<'_, PyAny>,
        fluent: bool,
        keeps_lock: bool,
    ) -> PyResult<()> {
        let _ = (name, doc);
        let spec = self.spec(
            callable, qualname, module, params, result, fluent, keeps_lock, None,
        )?;
        let (batch, item) = match (spec.params.len(), step(result)?) {
            (1, ("option", item)) => (false, item),
            (2, ("list", item)) => (true, item),
            _ => {
                return Err(PyValueError::new_err(format!(
                    "`{}` gives no next item: its result is {result}",
                    spec.full_name
                )));
            }
        };
        let item = Shape::read(self.core, &item)?;
        let slot = self.core.slot(index);
        let next = Next { spec, item, batch };
        match slot.definition.get() {
            Some(Definition::Handle(kind)) if kind.next.set(next).is_ok() => Ok(()),
            _ => Err(PyValueError::new_err(format!(
                "type {index} of `{}` is no handle, or its next item is defined already",
                self.core.name
            ))),
        }
    }

    /// Values of type `index` become instances of `cls` with these fields.
    #[pyo3(signature = (index, cls, fields, *, exception=false))]
    fn define_record(
        &self,
        index: u32,
        cls: &Bound<'_, PyType>,
        fields: &Bound<'_, PyAny>,
        exception: bool,
    ) -> PyResult<()> {
        let _ = exception;
        self.define(index, Definition::Record(self.fields(cls, fields)?))?;
        crate::plain_data::know(cls.py(), self.core.slot(index));
        Ok(())
    }

    /// Values of type `index` become one of `variants`.
    #[pyo3(signature = (index, cls, variants, *, data, exception=false))]
    fn define_enum(
        &self,
        index: u32,
        cls: &Bound<'_, PyType>,
        variants: &Bound<'_, PyAny>,
        data: bool,
        exception: bool,
    ) -> PyResult<()> {
        let _ = exception;
        let variants = variants
            .try_iter()?
            .map(|variant| {
                let variant = variant?;
                let object = variant.get_item(1)?;
                let fields = match object.cast::<PyType>() {
                    Ok(class) if data => Some(self.fields(class, &variant.get_item(2)?)?),
                    _ => None,
                };
                Ok(Variant {
                    name: variant.get_item(0)?.extract()?,
                    object: object.unbind(),
                    fields,
                })
            })
            .collect::<PyResult<Vec<_>>>()?;
        self.define(
            index,
            Definition::Enum(EnumType {
                class: cls.clone().unbind(),
                data,
                variants,
            }),
        )
    }

    /// A C-level function that calls callable `index`.
    #[expect(clippy::too_many_arguments, reason = "keywords, as the interface has them")]
    #[pyo3(signature = (
        index, *, name, qualname, module, doc=None, params, result, fluent=false, keeps_lock=false, wrap=None
    ))]
    fn function<'py>(
        &self,
        py: Python<'py>,
        index: u32,
        name: &str,
        qualname: String,
        module: String,
        doc: Option<&str>,
        params: &Bound<'_, PyAny>,
        result: &Bound<'_, PyAny>,
        fluent: bool,
        keeps_lock: bool,
        wrap: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let spec = self.spec(index, qualname, module, params, result, fluent, keeps_lock, wrap)?;
        let texts = Texts::new(name, &spec.signature(false), doc)?;
        function::new(py, spec, &texts)
    }

    /// The same as a descriptor for `cls`, whose instance is the first argument.
    #[expect(clippy::too_many_arguments, reason = "keywords, as the interface has them")]
    #[pyo3(signature = (
        cls, index, *, name, qualname, module, doc=None, params, result, fluent=false, keeps_lock=false, wrap=None
    ))]
    fn method<'py>(
        &self,
        cls: &Bound<'py, PyType>,
        index: u32,
        name: &str,
        qualname: String,
        module: String,
        doc: Option<&str>,
        params: &Bound<'_, PyAny>,
        result: &Bound<'_, PyAny>,
        fluent: bool,
        keeps_lock: bool,
        wrap: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let spec = self.spec(index, qualname, module, params, result, fluent, keeps_lock, wrap)?;
        let texts = Texts::new(name, &spec.signature(true), doc)?;
        if let Some(made) = function::new_method(cls, spec, &texts) {
            return made;
        }
        let doc = doc.map(str::to_owned);
        let overload = Overload::new(
            vec![spec],
            name.to_owned(),
            spec.qualname.clone(),
            spec.module.clone(),
            doc,
        );
        Ok(Bound::new(cls.py(), overload)?.into_any())
    }

    /// A callable that takes the first of `functions` whose parameters the arguments fit. `subscripts`: what makes functions, and
    /// the manifest's list of instances.
    #[pyo3(signature = (functions, *, name, qualname, module, doc=None, subscripts=None))]
    #[expect(clippy::unused_self, reason = "a method, like its siblings")]
    fn overload(
        &self,
        functions: &Bound<'_, PyAny>,
        name: String,
        qualname: String,
        module: String,
        doc: Option<String>,
        subscripts: Option<(Bound<'_, PyAny>, Bound<'_, PyList>)>,
    ) -> PyResult<Overload> {
        let subscripts = subscripts.map(|(opened, list)| Subscripts::new(&opened, &list));
        Ok(Overload::new(Overload::specs_of(functions)?, name, qualname, module, doc).with(subscripts))
    }
}

/// The BLAKE3 hash of bytes, in hexadecimal digits.
#[pyfunction(name = "blake3")]
fn hash(data: &[u8]) -> String {
    blake3::hash(data).to_hex().to_string()
}

/// Adds the type and what goes with it to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> Result<(), PyErr> {
    module.add_function(wrap_pyfunction!(hash, module)?)?;
    module.add_class::<Library>()
}
