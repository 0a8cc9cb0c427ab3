//! File objects that Rust reads and writes: binary ones, and text files that it writes to.
//!
//! The library's own memory is shown to the file types of `io` alone, which copy and keep nothing of it; every other
//! object is given, and gives, bytes of its own.

use std::ops::Deref;

use pyo3::exceptions::{PyBlockingIOError, PyTypeError, PyValueError};
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyAnyMethods, PyByteArray, PyBytes, PyInt, PyMemoryView, PyModule, PyString, PyTupleMethods, PyType,
    PyTypeMethods,
};
use pyo3::{Bound, IntoPyObject, Py, PyAny, PyErr, PyResult, Python, intern};

use super::{Asked, Place, fault, stale, table};
use crate::ffi::host::{Memory, Sink, call_method};
use crate::ffi::lent::View;
use crate::refusal::{Refusal, type_name};
use crate::wire::{self, NIL, Reader, Token};

/// What Rust does with a file.
pub(crate) struct FileShape {
    pub(crate) reads: bool,
    pub(crate) writes: bool,
    pub(crate) seeks: bool,
    /// It is a text file, and written to.
    pub(crate) text: bool,
    pub(crate) place: Place,
}

impl FileShape {
    /// From the manifest's letters. Lives for ever, like what it is a part of.
    pub(crate) fn new(modes: &str) -> Option<&'static Self> {
        let known = modes == "t" || modes.chars().all(|mode| "rwsb".contains(mode));
        known.then(|| {
            &*Box::leak(Box::new(Self {
                reads: modes.contains(['r', 'b']),
                writes: modes.contains(['w', 't']),
                seeks: modes.contains('s'),
                text: modes == "t",
                place: Place::default(),
            }))
        })
    }

    /// What is expected, for messages.
    pub(crate) fn expected(&self) -> String {
        let methods: Vec<&str> = [
            (self.reads, "`read`"),
            (self.writes, "`write`"),
            (self.seeks, "`seek`"),
        ]
        .into_iter()
        .filter_map(|(asked, name)| asked.then_some(name))
        .collect();
        let kind = if self.text { "text" } else { "binary" };
        let or_bytes = if self.writes { "" } else { ", or bytes" };
        format!("a {kind} file object with {}{or_bytes}", methods.join(" and "))
    }
}

/// Whether it is bytes in memory: an `mmap` is a file.
fn is_bytes(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyByteArray>()
        || value.is_instance_of::<PyMemoryView>()
}

/// How a file is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// `readinto`, straight into the library's memory.
    Into,
    /// The same by `readinto1`, which waits for no more than there is.
    Into1,
    /// `read1`, which gives what there is.
    Read1,
    /// `read`
    Read,
}

/// A file object, and what was found out about it when it was passed.
pub(crate) struct File {
    object: Py<PyAny>,
    shape: &'static FileShape,
    reading: Reading,
    /// Whether `write` may see the library's memory.
    shows: bool,
}

impl File {
    /// `value` as a file for Rust, unless it is none.
    pub(crate) fn new(value: &Bound<'_, PyAny>, shape: &'static FileShape) -> Result<Self, Refusal> {
        let py = value.py();
        let io = Io::get(py)?;
        if shape.text && (value.is_instance(io.raw.bind(py))? || value.is_instance(io.buffered.bind(py))?) {
            return Err(Refusal::bad_type(format!(
                "must be a text file object, not {}, which is a binary file: open it in text mode (`'w'`), or wrap it in \
                 an `io.TextIOWrapper`",
                type_name(value)
            )));
        }
        if !shape.text && value.is_instance(io.text.bind(py))? {
            return Err(Refusal::bad_type(format!(
                "must be a binary file object, not {}, which is a text file: open it in binary mode (`'rb'`, `'wb'`), \
                 or pass its `.buffer`",
                type_name(value)
            )));
        }
        // What is there already is read like a file of it.
        if !shape.writes && is_bytes(value) {
            let content = py.get_type::<PyBytes>().call1((value,))?;
            return Self::new(&io.memory.bind(py).call1((content,))?, shape);
        }
        for (asked, name) in [
            (shape.reads, "read"),
            (shape.writes, "write"),
            (shape.seeks, "seek"),
        ] {
            if asked && !value.hasattr(name)? {
                return Err(Refusal::wrong_type(&shape.expected(), value));
            }
        }
        let class = value.get_type();
        let shows = io.keeps_nothing(value, &class)?;
        let reading = if !shape.reads {
            Reading::Read
        } else if shows {
            let buffered = class.is(io.reader.bind(py)) || class.is(io.random.bind(py));
            if buffered { Reading::Into1 } else { Reading::Into }
        } else {
            way_to_read(value, &class)?
        };
        Ok(Self {
            object: value.clone().unbind(),
            shape,
            reading,
            shows,
        })
    }

    /// The file object.
    pub(crate) fn into_object(self, py: Python<'_>) -> Bound<'_, PyAny> {
        self.object.into_bound(py)
    }

    /// The same once more.
    pub(super) fn clone_ref(&self, py: Python<'_>) -> Self {
        Self {
            object: self.object.clone_ref(py),
            ..*self
        }
    }

    /// The message about what its method `name` did.
    #[cold]
    fn message(&self, py: Python<'_>, name: &str, problem: &str) -> String {
        let class = type_name(self.object.bind(py));
        let place = self.shape.place.words();
        format!("`{name}()` of a {class}, passed as {place}, {problem}")
    }
}

/// `read1` where it is defined beside `read` or below it; a class that has its own `read` alone wants that to be called.
fn way_to_read(value: &Bound<'_, PyAny>, class: &Bound<'_, PyType>) -> Result<Reading, Refusal> {
    for base in class.mro().iter() {
        let names = base.getattr("__dict__")?;
        if names.contains("read1")? {
            return Ok(Reading::Read1);
        }
        if names.contains("read")? {
            return Ok(Reading::Read);
        }
    }
    // One that passes attributes on.
    Ok(if value.hasattr("read1")? {
        Reading::Read1
    } else {
        Reading::Read
    })
}

/// The types of `io`.
struct Io {
    text: Py<PyAny>,
    raw: Py<PyAny>,
    buffered: Py<PyAny>,
    file: Py<PyAny>,
    memory: Py<PyAny>,
    reader: Py<PyAny>,
    writer: Py<PyAny>,
    random: Py<PyAny>,
}

impl Io {
    fn get(py: Python<'_>) -> PyResult<&Self> {
        static CELL: PyOnceLock<Io> = PyOnceLock::new();
        crate::python::once(py, &CELL, || {
            let io = PyModule::import(py, "io")?;
            let of = |name: &str| io.getattr(name).map(Bound::unbind);
            Ok(Self {
                text: of("TextIOBase")?,
                raw: of("RawIOBase")?,
                buffered: of("BufferedIOBase")?,
                file: of("FileIO")?,
                memory: of("BytesIO")?,
                reader: of("BufferedReader")?,
                writer: of("BufferedWriter")?,
                random: of("BufferedRandom")?,
            })
        })
    }

    /// Whether its methods are all the interpreter's own, which keep nothing of the memory that they are shown.
    fn keeps_nothing(&self, value: &Bound<'_, PyAny>, class: &Bound<'_, PyType>) -> PyResult<bool> {
        let py = value.py();
        if class.is(self.file.bind(py)) || class.is(self.memory.bind(py)) {
            return Ok(true);
        }
        let buffered = [&self.reader, &self.writer, &self.random]
            .iter()
            .any(|known| class.is(known.bind(py)));
        // A buffered file shows what it is shown to the raw file below.
        Ok(buffered
            && value
                .getattr_opt(intern!(py, "raw"))?
                .is_some_and(|raw| raw.get_type().is(self.file.bind(py))))
    }
}

fn find<'py>(py: Python<'py>, asked: &Asked<'_>) -> PyResult<Found<'py>> {
    let file = table::file(py, asked.token).ok_or_else(|| stale(py))?;
    Ok(Found { file: Some(file), py })
}

/// A file in use. Its reference is given back at once: dropped as it is, it would wait for the next `Python::attach`,
/// because an upcall takes the interpreter lock without one.
struct Found<'py> {
    /// There until it is dropped.
    file: Option<File>,
    py: Python<'py>,
}

impl Deref for Found<'_> {
    type Target = File;

    fn deref(&self) -> &File {
        self.file.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for Found<'_> {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            drop(file.into_object(self.py));
        }
    }
}

/// `[0, number]`
fn reply(sink: &mut Sink, number: u64) {
    let mut answer = Vec::with_capacity(11);
    answer.extend_from_slice(&[0x92, 0]);
    wire::put_unsigned(&mut answer, number);
    sink.write(&answer);
}

#[cold]
fn would_block(file: &File, py: Python<'_>, name: &str) -> PyErr {
    let problem = "gave None: it does not block, and is not ready yet; use a file that blocks";
    PyBlockingIOError::new_err((libc::EAGAIN, file.message(py, name, problem)))
}

/// What a method says about how many bytes it moved.
fn moved(file: &File, answer: &Bound<'_, PyAny>, name: &str, most: usize) -> PyResult<usize> {
    let py = answer.py();
    if !answer.is_instance_of::<PyInt>() {
        let problem = format!("must return int, not {}", type_name(answer));
        return Err(PyTypeError::new_err(file.message(py, name, &problem)));
    }
    match answer.extract::<usize>() {
        Ok(count) if count <= most => Ok(count),
        _ => {
            let problem = format!("says that it moved {answer} of {most} bytes");
            Err(PyValueError::new_err(file.message(py, name, &problem)))
        }
    }
}

/// `[3, token]` with memory to fill → how many bytes there were, 0 at the end.
pub(super) fn read(
    py: Python<'_>,
    asked: &Asked<'_>,
    memory: Option<Memory>,
    sink: &mut Sink,
) -> PyResult<()> {
    let file = find(py, asked)?;
    let Some(mut memory) = memory else {
        return Err(fault(py, "lent no memory to read into"));
    };
    let count = if memory.len() == 0 {
        0
    } else if matches!(file.reading, Reading::Into | Reading::Into1) {
        let name = if file.reading == Reading::Into {
            intern!(py, "readinto")
        } else {
            intern!(py, "readinto1")
        };
        let most = memory.len();
        let answer = memory.show(py, |view| call_method(file.object.bind(py), name, [view]))?;
        if answer.is_none() {
            return Err(would_block(&file, py, "readinto"));
        }
        moved(&file, &answer, "readinto", most)?
    } else {
        read_bytes(py, &file, &mut memory)?
    };
    reply(sink, count as u64);
    Ok(())
}

fn read_bytes(py: Python<'_>, file: &File, memory: &mut Memory) -> PyResult<usize> {
    let name: &Bound<'_, PyString> = if file.reading == Reading::Read1 {
        intern!(py, "read1")
    } else {
        intern!(py, "read")
    };
    let size = memory.len().into_pyobject(py)?.into_any();
    let given = call_method(file.object.bind(py), name, [&size])?;
    if given.is_none() {
        return Err(would_block(file, py, &name.to_string()));
    }
    let view = match View::of(&given) {
        Some(view) => view?,
        None => {
            let hint = if given.is_instance_of::<PyString>() {
                ": open it in binary mode (`'rb'`)"
            } else {
                ""
            };
            let problem = format!("must return bytes, not {}{hint}", type_name(&given));
            return Err(PyTypeError::new_err(file.message(
                py,
                &name.to_string(),
                &problem,
            )));
        }
    };
    if memory.fill(view.bytes()) {
        return Ok(view.len());
    }
    let problem = format!("was asked for {} bytes and returned {}", memory.len(), view.len());
    Err(PyValueError::new_err(file.message(
        py,
        &name.to_string(),
        &problem,
    )))
}

/// `[4, token]` with memory to write → how many bytes were taken.
pub(super) fn write(
    py: Python<'_>,
    asked: &Asked<'_>,
    memory: Option<Memory>,
    sink: &mut Sink,
) -> PyResult<()> {
    let file = find(py, asked)?;
    let Some(mut memory) = memory else {
        return Err(fault(py, "lent no memory to write from"));
    };
    let most = memory.len();
    let object = file.object.bind(py);
    let name = intern!(py, "write");
    if file.shape.text {
        let Ok(text) = std::str::from_utf8(memory.bytes()) else {
            return Err(fault(py, "wrote what is no text to a text file"));
        };
        // A text file takes all, whatever it counts.
        call_method(object, name, [&PyString::new(py, text).into_any()])?;
        reply(sink, most as u64);
        return Ok(());
    }
    let answer = if file.shows {
        memory.show(py, |view| call_method(object, name, [view]))?
    } else {
        call_method(object, name, [&crate::ffi::object::new_bytes(py, memory.bytes())])?
    };
    let count = if !answer.is_none() {
        moved(&file, &answer, "write", most)?
    } else if object.is_instance(Io::get(py)?.raw.bind(py))? {
        return Err(would_block(&file, py, "write"));
    } else {
        // Objects that are no more than something to write to take all and say nothing.
        most
    };
    reply(sink, count as u64);
    Ok(())
}

/// `[5, token]` → nil.
pub(super) fn flush(py: Python<'_>, asked: &Asked<'_>, sink: &mut Sink) -> PyResult<()> {
    let file = find(py, asked)?;
    let name = intern!(py, "flush");
    if file.object.bind(py).hasattr(name)? {
        call_method(file.object.bind(py), name, [])?;
    }
    sink.write(&[0x92, 0, NIL]);
    Ok(())
}

fn integer(reader: &mut Reader<'_>) -> Option<i128> {
    match reader.next()? {
        Token::Signed(value) => Some(i128::from(value)),
        Token::Unsigned(value) => Some(i128::from(value)),
        _ => None,
    }
}

/// `[6, token, offset, whence]` → the position.
pub(super) fn seek(py: Python<'_>, asked: &Asked<'_>, sink: &mut Sink) -> PyResult<()> {
    let file = find(py, asked)?;
    let mut rest = asked.rest;
    let (Some(offset), Some(whence)) = (integer(&mut rest), integer(&mut rest)) else {
        return Err(fault(py, "asked to seek to no position"));
    };
    let object = file.object.bind(py);
    let (offset, whence) = (
        offset.into_pyobject(py)?.into_any(),
        whence.into_pyobject(py)?.into_any(),
    );
    let mut position = call_method(object, intern!(py, "seek"), [&offset, &whence])?;
    let mut name = "seek";
    if position.is_none() {
        position = call_method(object, intern!(py, "tell"), [])?;
        name = "tell";
    }
    match position.extract::<u64>() {
        Ok(position) => {
            reply(sink, position);
            Ok(())
        }
        Err(_) => {
            let problem = format!("must return a position, not {}", type_name(&position));
            Err(PyTypeError::new_err(file.message(py, name, &problem)))
        }
    }
}
