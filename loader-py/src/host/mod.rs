//! What libraries ask of Python: to call, to read and write files, to give the next item, to compare and hash what they keep.
//!
//! 1. an argument that stays in Python is put into the `table` and travels as its token (`encode::hosted`);
//! 2. the library asks for something to be done with a token; `ffi::host` takes the interpreter lock and comes to `answer`;
//! 3. what is done there raises what it raises: the exception is held, the library gets its token and gives it back with
//!    the answer of the call (`raised`), so that it leaves the call as the object it was.

pub(crate) mod callables;
pub(crate) mod files;
pub(crate) mod iterables;
pub(crate) mod table;
mod values;
pub(crate) mod words;

use std::fmt::Arguments;
use std::sync::OnceLock;

use pyo3::exceptions::PyException;
use pyo3::types::{PyAnyMethods, PyModule, PyModuleMethods, PyTypeMethods};
use pyo3::{Bound, PyAny, PyErr, PyResult, Python, pyfunction, wrap_pyfunction};

use crate::core::Core;
use crate::encode::Encoder;
use crate::encode::number::quick_int;
use crate::ffi::host::{Memory, Sink};
use crate::ffi::lent::Lent;
use crate::ffi::lock_cell::LockCell;
use crate::python;
use crate::refusal::Refusal;
use crate::shape::Shape;
use crate::wire::{self, Reader, Token};
use table::Object;

/// An answer's memory above this size is not kept for the next one.
const KEEP_BYTES: usize = 1 << 16;

/// The operations of an upcall.
mod operation {
    pub(super) const RELEASE: i64 = 0;
    pub(super) const INVOKE: i64 = 1;
    pub(super) const NEXT: i64 = 2;
    pub(super) const READ: i64 = 3;
    pub(super) const WRITE: i64 = 4;
    pub(super) const FLUSH: i64 = 5;
    pub(super) const SEEK: i64 = 6;
    pub(super) const RETAIN: i64 = 7;
    pub(super) const EQUAL: i64 = 8;
    pub(super) const ORDER: i64 = 9;
    pub(super) const HASH: i64 = 10;
    pub(super) const TEXT: i64 = 11;
    pub(super) const DATA: i64 = 12;
    pub(super) const UNHEARD: i64 = 13;
}

/// What an object was passed as, in words: `` `f` of `m.sort_by()` ``, or a method of a trait.
#[derive(Default)]
pub(crate) struct Place(OnceLock<String>);

impl Place {
    /// Says it; the first time counts.
    pub(crate) fn set(&self, parameter: &str, of: Arguments<'_>) {
        let _ = self.0.set(format!("`{parameter}` of `{of}`"));
    }

    fn words(&self) -> &str {
        self.0.get().map_or("an argument", String::as_str)
    }
}

/// What a library asks.
struct Asked<'a> {
    operation: i64,
    token: u64,
    /// How many arguments follow.
    count: usize,
    rest: Reader<'a>,
}

#[inline]
fn read(request: &[u8]) -> Option<Asked<'_>> {
    // As nearly every request begins.
    if let [count @ 0x92..=0x9f, operation @ 0..=0x7f, 0xcf, rest @ ..] = request
        && let Some((token, rest)) = rest.split_first_chunk()
    {
        return Some(Asked {
            operation: i64::from(*operation),
            token: u64::from_be_bytes(*token),
            count: usize::from(*count - 0x92),
            rest: Reader::new(rest),
        });
    }
    let mut reader = Reader::new(request);
    let Token::Array(count @ 2..) = reader.next()? else {
        return None;
    };
    let Token::Signed(operation) = reader.next()? else {
        return None;
    };
    let token = match reader.next()? {
        Token::Signed(token) => u64::try_from(token).ok()?,
        Token::Unsigned(token) => token,
        _ => return None,
    };
    Some(Asked {
        operation,
        token,
        count: count - 2,
        rest: reader,
    })
}

/// Does what a library asks, and writes the answer.
#[inline]
pub(crate) fn answer(py: Python<'_>, request: &[u8], memory: Option<Memory>, sink: &mut Sink) {
    if let Err(error) = act(py, request, memory, sink) {
        raise(error, sink);
    }
}

/// The answer when this extension itself panicked.
#[cold]
pub(crate) fn panicked(py: Python<'_>, sink: &mut Sink) {
    raise(panic_error(py), sink);
}

/// The exception for it.
#[cold]
pub(crate) fn panic_error(py: Python<'_>) -> PyErr {
    python::internal(
        py,
        "the loader itself panicked while Rust called back; please report this",
    )
}

#[inline]
fn act(py: Python<'_>, request: &[u8], memory: Option<Memory>, sink: &mut Sink) -> PyResult<()> {
    let Some(asked) = read(request) else {
        return Err(fault(py, "sent a request that is none"));
    };
    if asked.operation == operation::RELEASE {
        table::release(py, asked.token);
        sink.write(&[0x92, 0, wire::NIL]);
        return Ok(());
    }
    if asked.operation == operation::INVOKE {
        return callables::invoke(py, &asked, sink);
    }
    // Every crossing is a place where Ctrl-C works.
    py.check_signals()?;
    match asked.operation {
        operation::NEXT => iterables::next(py, &asked, sink),
        operation::READ => files::read(py, &asked, memory, sink),
        operation::WRITE => files::write(py, &asked, memory, sink),
        operation::FLUSH => files::flush(py, &asked, sink),
        operation::SEEK => files::seek(py, &asked, sink),
        operation::RETAIN => values::retain(py, &asked, sink),
        operation::EQUAL => values::equal(py, &asked, sink),
        operation::ORDER => values::order(py, &asked, sink),
        operation::HASH => values::hash(py, &asked, sink),
        operation::TEXT => values::text(py, &asked, sink),
        operation::DATA => values::data(py, &asked, sink),
        operation::UNHEARD => unheard(py, &asked, sink),
        _ => Err(fault(py, "asked for something that this loader does not know")),
    }
}

/// Holds the exception and tells the library its token.
#[cold]
fn raise(error: PyErr, sink: &mut Sink) {
    let (token, fatal) = hold(error);
    let mut answer = [0x93, 1, 0xcf, 0, 0, 0, 0, 0, 0, 0, 0, 0xc2 | u8::from(fatal)];
    answer[3..11].copy_from_slice(&token.to_be_bytes());
    sink.write(&answer);
}

/// Holds an exception: its token, and whether nothing may swallow it.
fn hold(error: PyErr) -> (u64, bool) {
    // Through `attach`, so that references which the error holds are given back at once.
    Python::attach(|py| {
        let fatal = !error.is_instance_of::<PyException>(py);
        (table::insert(py, Object::Exception(error.into_value(py))), fatal)
    })
}

/// `[13, token, callable]`: nobody will hear of the exception but `sys.unraisablehook`.
fn unheard(py: Python<'_>, asked: &Asked<'_>, sink: &mut Sink) -> PyResult<()> {
    let mut rest = asked.rest;
    let callable = match rest.next() {
        Some(Token::Unsigned(token)) => table::callable(py, token),
        Some(Token::Signed(token)) => u64::try_from(token)
            .ok()
            .and_then(|token| table::callable(py, token)),
        _ => return Err(fault(py, "named no callable")),
    };
    let error = table::exception(py, asked.token).ok_or_else(|| stale(py))?;
    let callable = callable.map(|(callee, _)| callee.into_bound(py));
    PyErr::from_value(error.into_bound(py).into_any()).write_unraisable(py, callable.as_ref());
    sink.write(&[0x92, 0, wire::NIL]);
    Ok(())
}

/// The very exception that a library gives back.
#[cold]
pub(crate) fn raised(py: Python<'_>, core: &Core, mut payload: Reader<'_>) -> PyErr {
    let token = match (payload.next(), payload.next()) {
        (Some(Token::Array(1)), Some(Token::Signed(token))) => u64::try_from(token).ok(),
        (Some(Token::Array(1)), Some(Token::Unsigned(token))) => Some(token),
        _ => None,
    };
    match token.and_then(|token| table::take_exception(py, token)) {
        Some(error) => PyErr::from_value(error.into_bound(py).into_any()),
        None => {
            let message = format!(
                "`{}` says that an exception left the call, but gives back none that it was told; build the artifact again",
                core.name
            );
            python::internal(py, &message)
        }
    }
}

/// A library asks for what it must not.
#[cold]
fn fault(py: Python<'_>, problem: &str) -> PyErr {
    python::internal(
        py,
        &format!("a library that called back {problem}; build the artifact again"),
    )
}

/// The token names nothing, or something else.
#[cold]
fn stale(py: Python<'_>) -> PyErr {
    fault(py, "named an object that it does not hold")
}

/// The memory of an answer. Those that wait form a list.
struct Answer {
    bytes: Vec<u8>,
    lent: Lent,
    next: Option<Box<Answer>>,
}

static ANSWERS: LockCell<Option<Box<Answer>>> = LockCell::new(None);

fn take_answer(py: Python<'_>) -> Box<Answer> {
    match ANSWERS.replace(py, None) {
        Some(mut answer) => {
            ANSWERS.replace(py, answer.next.take());
            answer
        }
        None => Box::new(Answer {
            bytes: Vec::with_capacity(256),
            lent: Lent::inline(),
            next: None,
        }),
    }
}

fn give_answer(py: Python<'_>, mut answer: Box<Answer>) {
    answer.lent.clear(py);
    if answer.bytes.capacity() > KEEP_BYTES {
        answer.bytes = Vec::with_capacity(256);
    }
    // As many as calls back were ever nested: no more are ever made.
    answer.next = ANSWERS.replace(py, None);
    ANSWERS.replace(py, Some(answer));
}

/// Answers `[0, value]`, or `[0, [value]]` for an item, encoded as `shape` says. What the value holds then belongs to Rust.
#[inline]
fn send(
    py: Python<'_>,
    head: &[u8],
    shape: &Shape,
    value: &Bound<'_, PyAny>,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    if let (Shape::Int(kind), [first, second]) = (shape, head)
        && let Some(number) = quick_int(*kind, value)
    {
        // The most common result needs no memory.
        let mut answer = [*first, *second, 0xd3, 0, 0, 0, 0, 0, 0, 0, 0];
        match u8::try_from(number) {
            Ok(small @ 0..=0x7f) => {
                answer[2] = small;
                sink.write(&answer[..3]);
            }
            _ => {
                answer[3..].copy_from_slice(&number.to_be_bytes());
                sink.write(&answer);
            }
        }
        return Ok(());
    }
    let mut answer = take_answer(py);
    answer.bytes.clear();
    answer.bytes.extend_from_slice(head);
    let mut out = Encoder::answering(py, &mut answer.bytes, &mut answer.lent);
    let done = shape.encode(value, &mut out);
    if done.is_ok() {
        sink.write(&answer.bytes);
        answer.lent.ran(py, None);
    }
    give_answer(py, answer);
    done
}

/// What a Python object is called in messages: its qualified name, or its type.
pub(crate) fn name_of(object: &Bound<'_, PyAny>) -> String {
    let name = object
        .getattr_opt(pyo3::intern!(object.py(), "__qualname__"))
        .ok()
        .flatten()
        .and_then(|name| name.extract::<String>().ok());
    match name {
        Some(name) => name,
        None => object
            .get_type()
            .qualname()
            .map_or_else(|_| "object".into(), |name| name.to_string()),
    }
}

/// How many objects of Python libraries hold: callables while they are lent, files, iterators, values of other types than Rust
/// knows, exceptions on their way.
#[pyfunction]
fn held_objects(py: Python<'_>) -> usize {
    table::count(py)
}

/// Adds the function to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(held_objects, module)?)
}
