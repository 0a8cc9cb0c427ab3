//! A callable, prepared once: it knows its index, how its parameters are written and how its result is read.

use pyo3::exceptions::PyTypeError;
use pyo3::types::{PyAnyMethods, PyString, PyStringMethods};
use pyo3::{Borrowed, Bound, Py, PyAny, PyErr, PyResult, Python};

use crate::core::{Core, Scratch};
use crate::decode::Decoder;
use crate::encode::Encoder;
use crate::ffi::arguments::Arguments;
use crate::ffi::handle::{HandleRef, State};
use crate::refusal::Refusal;
use crate::shape::Shape;
use crate::status;
use crate::wire;

/// A parameter.
pub(crate) struct Param {
    /// Its name in Python.
    pub(crate) name: String,
    pub(crate) shape: Shape,
    /// Left out, it is sent as nil.
    pub(crate) optional: bool,
}

/// What is known of a callable before its first call.
pub(crate) struct Spec {
    pub(crate) core: &'static Core,
    /// `Class.name`, or `name`.
    pub(crate) qualname: String,
    pub(crate) module: String,
    /// Module and qualified name, for messages.
    pub(crate) full_name: String,
    pub(crate) params: Vec<Param>,
    pub(crate) result: Shape,
    /// How many parameters must be passed: all up to the last that is not optional.
    required: usize,
    fluent: bool,
    keeps_lock: bool,
    wrap: Option<Py<PyAny>>,
    /// The request up to the first argument.
    head: Vec<u8>,
}

/// Ways of a call that a manifest decides.
pub(crate) struct Manner {
    pub(crate) fluent: bool,
    pub(crate) keeps_lock: bool,
    pub(crate) wrap: Option<Py<PyAny>>,
}

/// Why arguments do not fit a callable.
pub(crate) enum Misfit {
    /// Too many, too few, or wrongly named.
    Binding(String),
    /// The one with this index is not usable.
    Argument(usize, Refusal),
}

type Values<'a, 'py> = Vec<Option<Borrowed<'a, 'py, PyAny>>>;

impl Spec {
    /// Prepares callable `index` of a library.
    pub(crate) fn new(
        core: &'static Core,
        index: u32,
        qualname: String,
        module: String,
        params: Vec<Param>,
        result: Shape,
        manner: Manner,
    ) -> &'static Self {
        let mut head = Vec::new();
        wire::put_array(&mut head, params.len() + 2);
        head.push(1);
        wire::put_unsigned(&mut head, u64::from(index));
        let required = params
            .iter()
            .rposition(|param| !param.optional)
            .map_or(0, |last| last + 1);
        let full_name = if module.is_empty() {
            qualname.clone()
        } else {
            format!("{module}.{qualname}")
        };
        let Manner {
            fluent,
            keeps_lock,
            wrap,
        } = manner;
        for param in &params {
            param.shape.set_place(&param.name, &full_name);
        }
        // Functions and descriptors point to it, and the interpreter may keep those for ever.
        Box::leak(Box::new(Self {
            core,
            qualname,
            module,
            full_name,
            params,
            result,
            required,
            fluent,
            keeps_lock,
            wrap,
            head,
        }))
    }

    /// How many parameters must be passed.
    pub(crate) fn required(&self) -> usize {
        self.required
    }

    /// The signature line: `(a, b=None)`, with `$self` in place of the first parameter of a method.
    pub(crate) fn signature(&self, method: bool) -> String {
        let mut parts: Vec<String> = Vec::with_capacity(self.params.len());
        for (at, param) in self.params.iter().enumerate() {
            parts.push(match at {
                0 if method => "$self".into(),
                _ if at >= self.required => format!("{}=None", param.name),
                _ => param.name.clone(),
            });
        }
        format!("({})", parts.join(", "))
    }

    /// Calls it.
    pub(crate) fn call<'py>(
        &'static self,
        py: Python<'py>,
        arguments: &Arguments<'_, 'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut scratch = self.core.take_scratch(py);
        let done = match self.write(py, arguments, &mut scratch) {
            Ok(()) => self.send(py, arguments, &mut scratch),
            Err(misfit) => Err(self.misfit_error(misfit)),
        };
        self.core.give_scratch(py, scratch);
        done
    }

    /// Writes the request. What it lends stays in `scratch`.
    #[inline]
    pub(crate) fn write<'py>(
        &'static self,
        py: Python<'py>,
        arguments: &Arguments<'_, 'py>,
        scratch: &mut Scratch,
    ) -> Result<(), Misfit> {
        scratch.bytes.clear();
        scratch.bytes.extend_from_slice(&self.head);
        let mut out = Encoder::new(py, scratch);
        if arguments.positional() == self.params.len() && !arguments.has_keywords() {
            for (at, param) in self.params.iter().enumerate() {
                let value = arguments.get(at);
                if param.optional && value.is_none() {
                    out.nil();
                } else {
                    param
                        .shape
                        .encode(&value, &mut out)
                        .map_err(|refusal| Misfit::Argument(at, refusal))?;
                }
            }
            return Ok(());
        }
        let values = self.bind(arguments).map_err(Misfit::Binding)?;
        for (at, (param, value)) in self.params.iter().zip(values).enumerate() {
            match value {
                Some(value) if !(param.optional && value.is_none()) => {
                    param
                        .shape
                        .encode(&value, &mut out)
                        .map_err(|refusal| Misfit::Argument(at, refusal))?;
                }
                _ => out.nil(),
            }
        }
        Ok(())
    }

    /// Sends the request in `scratch` and reads the answer.
    #[inline]
    pub(crate) fn send<'py>(
        &'static self,
        py: Python<'py>,
        arguments: &Arguments<'_, 'py>,
        scratch: &mut Scratch,
    ) -> PyResult<Bound<'py, PyAny>> {
        let buffers = scratch.lent.buffers();
        let code = self.core.symbol.call(
            py,
            &scratch.bytes,
            buffers,
            &mut scratch.response,
            !self.keeps_lock,
        );
        let answer = status::answer(py, self.core, code, scratch.response.bytes())?;
        // An argument that Rust refused was not moved; a call that failed or panicked has taken it.
        if matches!(answer.status, 0..=2 | 6) {
            scratch.lent.shut_moved(py, Some(self));
            scratch.lent.surrender();
        }
        if answer.status != 0 {
            return Err(status::call_error(py, self, &answer));
        }
        let mut from = Decoder::new(py, self.core, answer.payload);
        if self.fluent
            && let Some(receiver) = self.receiver(arguments)
            && let Some(same) = self.fluent_result(receiver, &mut from)?
        {
            return Ok(same);
        }
        let value = self.result.decode(&mut from)?;
        from.finish()?;
        match &self.wrap {
            None => Ok(value),
            Some(wrap) => wrap.bind(py).call1((value,)),
        }
    }

    fn receiver<'a, 'py>(&self, arguments: &Arguments<'a, 'py>) -> Option<Borrowed<'a, 'py, PyAny>> {
        if arguments.positional() > 0 {
            return Some(arguments.get(0));
        }
        let first = self.params.first()?;
        arguments
            .keywords()
            .find(|(name, _)| name.eq(&first.name).unwrap_or(false))
            .map(|(_, value)| value)
    }

    /// The receiver itself, where the answer says that the result is it.
    fn fluent_result<'py>(
        &'static self,
        receiver: Borrowed<'_, 'py, PyAny>,
        from: &mut Decoder<'_, 'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if from.at_nil() {
            return Ok(Some(receiver.to_owned()));
        }
        let shape = match &self.result {
            Shape::Result(value, _) => value,
            shape => shape,
        };
        if let (Shape::Handle(slot, _), Some(handle)) = (shape, HandleRef::of(receiver))
            && matches!(handle.state(), State::Moved(by) if std::ptr::eq(by, self))
            && handle.slot().is_some_and(|own| std::ptr::eq(own, *slot))
        {
            let id = from.handle_id()?;
            handle.fill(slot, id);
            return Ok(Some(receiver.to_owned()));
        }
        Ok(None)
    }

    /// Puts arguments in the order of the parameters, with Python's own words where they do not fit.
    #[cold]
    fn bind<'a, 'py>(&self, arguments: &Arguments<'a, 'py>) -> Result<Values<'a, 'py>, String> {
        let name = &self.qualname;
        let given = arguments.positional();
        let count = self.params.len();
        let mut values: Values<'a, 'py> = (0..count)
            .map(|at| (at < given).then(|| arguments.get(at)))
            .collect();
        for (key, value) in arguments.keywords() {
            let key = key
                .cast::<PyString>()
                .map_or_else(|_| String::new(), |key| key.to_string_lossy().into_owned());
            let Some(at) = self.params.iter().position(|param| param.name == key) else {
                return Err(format!("{name}() got an unexpected keyword argument '{key}'"));
            };
            if values[at].replace(value).is_some() {
                return Err(format!("{name}() got multiple values for argument '{key}'"));
            }
        }
        if given > count {
            let takes = if self.required == count {
                count.to_string()
            } else {
                format!("from {} to {count}", self.required)
            };
            let plural = if count == 1 && self.required == count {
                ""
            } else {
                "s"
            };
            let were = if given == 1 { "was" } else { "were" };
            return Err(format!(
                "{name}() takes {takes} positional argument{plural} but {given} {were} given"
            ));
        }
        let missing: Vec<String> = self.params[..self.required]
            .iter()
            .zip(&values)
            .filter(|(_, value)| value.is_none())
            .map(|(param, _)| format!("'{}'", param.name))
            .collect();
        match missing.as_slice() {
            [] => Ok(values),
            [one] => Err(format!("{name}() missing 1 required positional argument: {one}")),
            [one, two] => Err(format!(
                "{name}() missing 2 required positional arguments: {one} and {two}"
            )),
            [some @ .., last] => Err(format!(
                "{name}() missing {} required positional arguments: {}, and {last}",
                missing.len(),
                some.join(", ")
            )),
        }
    }

    /// The exception for arguments that do not fit.
    #[cold]
    pub(crate) fn misfit_error(&self, misfit: Misfit) -> PyErr {
        match misfit {
            Misfit::Binding(message) => PyTypeError::new_err(message),
            Misfit::Argument(at, refusal) => refusal.into_error(&self.full_name, &self.params[at].name),
        }
    }
}
