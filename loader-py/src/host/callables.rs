//! Python callables that Rust calls.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::types::{PyAnyMethods, PyModule, PyTuple};
use pyo3::{Bound, PyAny, PyErr, PyResult, Python};

use super::words::{self, Kind};
use super::{Asked, Place, fault, name_of, send, stale, table};
use crate::core::Core;
use crate::decode::Decoder;
use crate::ffi::host::{Form, Positional, ROOM, Sink};
use crate::ffi::object;
use crate::refusal::Refusal;
use crate::shape::Shape;
use crate::wire::NIL;

/// How a callable's arguments are read and its result is written.
pub(crate) struct CallableShape {
    pub(crate) core: &'static Core,
    pub(crate) params: Vec<Shape>,
    pub(crate) result: Shape,
    pub(crate) place: Place,
    /// Whether Rust keeps it, and calls it when it likes.
    pub(crate) kept: bool,
    /// Whether the result may hold handles, which must outlive the answer.
    keeps: bool,
    /// How it is called directly, if it can be.
    pub(super) form: Option<Form<Kind>>,
}

impl CallableShape {
    /// Of a callable with these parameters and this result. Lives for ever, like what it is a part of.
    pub(crate) fn new(core: &'static Core, params: Vec<Shape>, result: Shape, kept: bool) -> &'static Self {
        let keeps = result.may_hold_handles();
        let form = words::form(&params, &result);
        Box::leak(Box::new(Self {
            core,
            params,
            result,
            place: Place::default(),
            kept,
            keeps,
            form,
        }))
    }

    /// Whether `callee` takes as many arguments as it will be called with. What does not say is taken to.
    pub(crate) fn fits(&self, callee: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = callee.py();
        let signature = PyModule::import(py, "inspect")?.call_method1("signature", (callee,));
        let bound = signature.map(|signature| {
            let arguments = PyTuple::new(py, self.params.iter().map(|_| py.None()))?;
            signature.call_method1("bind", arguments).map(drop)
        });
        match bound {
            Ok(Ok(())) => Ok(true),
            Ok(Err(error)) if error.is_instance_of::<PyTypeError>(py) => {
                Python::attach(|_| drop(error));
                Ok(false)
            }
            Err(error)
                if error.is_instance_of::<PyTypeError>(py) || error.is_instance_of::<PyValueError>(py) =>
            {
                Python::attach(|_| drop(error));
                Ok(true)
            }
            Ok(Err(error)) | Err(error) => Err(error),
        }
    }

    #[cold]
    pub(super) fn wrong_result(&self, callee: &Bound<'_, PyAny>, refusal: Refusal) -> PyErr {
        let note = format!("it was passed as {}", self.place.words());
        refusal.into_error_about(&format!("what `{}()` returned", name_of(callee)), &note)
    }
}

/// `[1, token, argument…]` → what the callable returns.
#[inline]
pub(super) fn invoke(py: Python<'_>, asked: &Asked<'_>, sink: &mut Sink) -> PyResult<()> {
    let Some((callee, shape)) = table::callable(py, asked.token) else {
        return Err(stale(py));
    };
    let callee = callee.into_bound(py);
    if !object::is_function(&callee) {
        // As at every crossing; a function written in Python looks for itself when it begins.
        py.check_signals()?;
    }
    if asked.count != shape.params.len() {
        return Err(fault(py, "passed another number of arguments than it described"));
    }
    let mut from = Decoder::lending(py, shape.core, asked.rest);
    let result = if shape.params.len() <= ROOM {
        let mut arguments = Positional::new(py);
        for param in &shape.params {
            arguments.push(param.decode(&mut from)?);
        }
        from.finish()?;
        arguments.call(&callee)?
    } else {
        let mut arguments = Vec::with_capacity(shape.params.len());
        for param in &shape.params {
            arguments.push(param.decode(&mut from)?);
        }
        from.finish()?;
        callee.call1(PyTuple::new(py, arguments)?)?
    };
    if let Shape::Unit = shape.result {
        // As everywhere in Python, a result that nobody wants is ignored.
        sink.write(&[0x92, 0, NIL]);
        return Ok(());
    }
    send(py, &[0x92, 0], &shape.result, &result, sink)
        .map_err(|refusal| shape.wrong_result(&callee, refusal))?;
    if shape.keeps {
        table::keep_result(py, asked.token, result.unbind());
    }
    Ok(())
}
