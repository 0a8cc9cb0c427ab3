//! Answers that are not results: what each status raises.

use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::{PyBaseException, PyOverflowError, PyTypeError, PyValueError};
use pyo3::types::{PyAnyMethods, PyModule, PyModuleMethods};
use pyo3::{Bound, Py, PyAny, PyErr, PyResult, Python, pyfunction, wrap_pyfunction};

use crate::callable::Spec;
use crate::core::Core;
use crate::decode::Decoder;
use crate::ffi::raised;
use crate::ffi::symbol::Response;
use crate::host;
use crate::iterator::Items;
use crate::shape::Shape;
use crate::thrown::Thrown;
use crate::wire::{Reader, Token};
use crate::{python, rust_error};

static HOOK: Mutex<Option<Py<PyAny>>> = Mutex::new(None);

/// `[status, payload]`, the payload not yet read.
pub(crate) struct Answer<'a> {
    pub(crate) status: i64,
    pub(crate) payload: Reader<'a>,
    /// Where it is, and what is beside it.
    pub(crate) response: &'a Response,
}

/// Takes an answer apart.
pub(crate) fn answer<'a>(
    py: Python<'_>,
    core: &Core,
    code: i32,
    response: &'a Response,
) -> PyResult<Answer<'a>> {
    let bytes = response.bytes();
    // As nearly every answer begins.
    if let (0, [0x92, status @ 0..=0x7f, payload @ ..]) = (code, bytes) {
        return Ok(Answer {
            status: i64::from(*status),
            payload: Reader::new(payload),
            response,
        });
    }
    let mut reader = Reader::new(bytes);
    if code == 0
        && let Some(Token::Array(2)) = reader.next()
        && let Some(Token::Signed(status)) = reader.next()
    {
        return Ok(Answer {
            status,
            payload: reader,
            response,
        });
    }
    let message = format!(
        "the library of `{}` failed inside its call interface (code {code}); build it again",
        core.name
    );
    Err(python::internal(py, &message))
}

/// The parts of a failure's payload, which is a plain array but for the value of an error.
fn parts<'py>(py: Python<'py>, core: &'static Core, payload: Reader<'_>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    Decoder::new(py, core, payload).plain()?.extract()
}

fn text(part: Option<&Bound<'_, PyAny>>) -> String {
    part.filter(|part| !part.is_none())
        .and_then(|part| part.extract().ok())
        .unwrap_or_default()
}

/// The exception for a call that did not give a result.
#[cold]
pub(crate) fn call_error(py: Python<'_>, spec: &'static Spec, answer: &Answer<'_>) -> PyErr {
    let raised = match answer.status {
        1 => rust_error(py, spec.core, &spec.result, answer),
        2 => panic(py, spec.core, answer.payload),
        3 => bad_argument(py, spec, answer.payload),
        4 => bad_handle(py, spec, answer.payload),
        6 => return host::raised(py, spec.core, answer.payload),
        _ => bad_request(
            py,
            spec.core,
            &format!("calling `{}()`", spec.full_name),
            answer.payload,
        ),
    };
    raised.unwrap_or_else(|error| error)
}

/// The same of a Rust `Err` in a call that has nothing to give back, which could run Python code: then the interpreter gets
/// the exception at once, if it is one of those that are most common.
#[cold]
pub(crate) fn throw(py: Python<'_>, core: &'static Core, result: &Shape, answer: &Answer<'_>) -> Thrown {
    if let Some(made) = rust_error::quick(py, result, answer) {
        return match made {
            Ok(error) => {
                raised::throw_raised(error);
                Thrown(None)
            }
            Err(error) => error.into(),
        };
    }
    match rust_error::make(py, core, result, answer, || hook(py)) {
        Ok(error) => match raised::throw(error) {
            None => Thrown(None),
            Some(other) => exception(other).unwrap_or_else(|error| error).into(),
        },
        Err(error) => error.into(),
    }
}

/// The exception in the place of an iterator's item.
#[cold]
pub(crate) fn next_error(py: Python<'_>, items: &'static Items, answer: &Answer<'_>) -> PyErr {
    match answer.status {
        1 => rust_error(py, items.core, &items.item, answer).unwrap_or_else(|error| error),
        // Python has nothing for it.
        3 => parts(py, items.core, answer.payload).map_or_else(
            |error| error,
            |parts| {
                let message = format!("the next item of an iterator: {}", text(parts.get(2)));
                unusable(&text(parts.first()), message)
            },
        ),
        _ => operation_error(py, items.core, "the next item of an iterator", answer),
    }
}

/// The exception for another operation, `doing` it.
#[cold]
pub(crate) fn operation_error(
    py: Python<'_>,
    core: &'static Core,
    doing: &str,
    answer: &Answer<'_>,
) -> PyErr {
    let raised = match answer.status {
        2 => panic(py, core, answer.payload),
        4 => parts(py, core, answer.payload).map(|parts| {
            let message = format!("{doing} of `{}` was refused: {}", core.name, text(parts.get(2)));
            python::error(py, handle_error(&text(parts.first())), (message,))
        }),
        6 => return host::raised(py, core, answer.payload),
        _ => bad_request(py, core, doing, answer.payload),
    };
    raised.unwrap_or_else(|error| error)
}

/// The word that says why a handle was refused.
pub(crate) fn handle_code(answer: &Answer<'_>) -> String {
    let mut reader = answer.payload;
    if let Some(Token::Array(_)) = reader.next()
        && let Some(Token::Text(word)) = reader.next()
    {
        return String::from_utf8_lossy(word).into_owned();
    }
    String::new()
}

/// The argument whose handle was refused because something else has what it names, before Rust ran.
#[cold]
pub(crate) fn refused_handle(answer: &Answer<'_>) -> Option<usize> {
    let mut reader = answer.payload;
    if answer.status == 4
        && let Some(Token::Array(3)) = reader.next()
        && let Some(Token::Text(b"borrowed")) = reader.next()
        && let Some(Token::Signed(at)) = reader.next()
    {
        return usize::try_from(at).ok();
    }
    None
}

/// What `set_error_hook` was given, else the package's own.
fn hook(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let told = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(hook) = told.as_ref() {
        return Ok(hook.bind(py).clone());
    }
    drop(told);
    // Most processes see no error, and need not load what makes them.
    python::error_hook(py).cloned()
}

fn rust_error(py: Python<'_>, core: &'static Core, result: &Shape, answer: &Answer<'_>) -> PyResult<PyErr> {
    rust_error::make(py, core, result, answer, || hook(py)).and_then(exception)
}

fn exception(made: Bound<'_, PyAny>) -> PyResult<PyErr> {
    if made.is_instance_of::<PyBaseException>() {
        Ok(PyErr::from_value(made))
    } else {
        Err(PyTypeError::new_err("the error hook must give an exception"))
    }
}

fn panic(py: Python<'_>, core: &'static Core, payload: Reader<'_>) -> PyResult<PyErr> {
    let parts = parts(py, core, payload)?;
    let at = |index: usize| {
        parts
            .get(index)
            .cloned()
            .unwrap_or_else(|| py.None().into_bound(py))
    };
    Ok(python::error(py, "PanicError", (at(0), at(1), at(2))))
}

/// The index of a parameter in a payload, and its name.
fn parameter(spec: &Spec, part: Option<&Bound<'_, PyAny>>) -> Option<String> {
    let index: usize = part?.extract().ok()?;
    spec.params.get(index).map(|param| param.name.clone())
}

fn bad_argument(py: Python<'_>, spec: &'static Spec, payload: Reader<'_>) -> PyResult<PyErr> {
    let parts = parts(py, spec.core, payload)?;
    let (kind, problem) = (text(parts.first()), text(parts.get(2)));
    let message = match parameter(spec, parts.get(1)) {
        Some(name) => format!("`{}()`: argument `{name}`: {problem}", spec.full_name),
        None => format!("`{}()`: {problem}", spec.full_name),
    };
    Ok(unusable(&kind, message))
}

fn unusable(kind: &str, message: String) -> PyErr {
    match kind {
        "type" => PyTypeError::new_err(message),
        "range" => PyOverflowError::new_err(message),
        _ => PyValueError::new_err(message),
    }
}

fn handle_error(code: &str) -> &'static str {
    match code {
        "closed" => "ClosedError",
        "borrowed" | "busy" => "BorrowedError",
        "poisoned" => "PoisonedError",
        "thread" => "ThreadError",
        "fork" => "ForkError",
        _ => "HandleError",
    }
}

fn bad_handle(py: Python<'_>, spec: &'static Spec, payload: Reader<'_>) -> PyResult<PyErr> {
    let parts = parts(py, spec.core, payload)?;
    let (code, problem) = (text(parts.first()), text(parts.get(2)));
    let message = match parameter(spec, parts.get(1)) {
        Some(name) => format!("`{}()`: argument `{name}`: {problem}", spec.full_name),
        None => format!("`{}()`: {problem}", spec.full_name),
    };
    Ok(if code == "type" {
        PyTypeError::new_err(message)
    } else {
        python::error(py, handle_error(&code), (message,))
    })
}

fn bad_request(py: Python<'_>, core: &'static Core, doing: &str, payload: Reader<'_>) -> PyResult<PyErr> {
    let parts = parts(py, core, payload)?;
    let (code, problem) = (text(parts.first()), text(parts.get(1)));
    let message = format!(
        "{doing}: the library of `{}` refused the request ({code}): {problem}",
        core.name
    );
    Ok(if code == "limit" {
        PyValueError::new_err(message)
    } else {
        python::internal(py, &message)
    })
}

/// `hook(library, value, type, message, debug, sources)` makes the exception for a Rust `Err`, in the place of the package's
/// own.
#[pyfunction]
fn set_error_hook(hook: Py<PyAny>) {
    let before = HOOK.lock().unwrap_or_else(PoisonError::into_inner).replace(hook);
    drop(before);
}

/// Adds the functions to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(set_error_hook, module)?)
}
