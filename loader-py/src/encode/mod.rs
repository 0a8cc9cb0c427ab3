//! Python objects to wire, directed by the types: checks and writes in one pass, straight into the request.

mod bytes;
mod dynamic;
mod hosted;
mod named;
pub(crate) mod number;
mod plain;
mod standard;

use pyo3::types::{
    PyAnyMethods, PyBool, PyByteArray, PyBytes, PyDict, PyDictMethods, PyFloat, PyFrozenSet, PyInt, PyList,
    PyListMethods, PyMapping, PySequence, PySet, PyString, PyTuple, PyTupleMethods,
};
use pyo3::{Bound, PyAny, Python};

use crate::core::Scratch;
use crate::ffi::lent::{Lent, Mark};
use crate::ffi::object;
use crate::refusal::Refusal;
use crate::shape::Shape;
use crate::wire;

/// The wire allows 64 levels, of which the request itself is one.
const DEPTH: usize = 63;

/// Writes the arguments of one request.
pub(crate) struct Encoder<'a, 'py> {
    pub(crate) py: Python<'py>,
    bytes: &'a mut Vec<u8>,
    lent: &'a mut Lent,
    depth: usize,
}

/// A point of a request to go back to.
pub(crate) struct Point {
    length: usize,
    lent: Mark,
    depth: usize,
}

impl<'a, 'py> Encoder<'a, 'py> {
    /// Writes into the memory of a call.
    pub(crate) fn new(py: Python<'py>, scratch: &'a mut Scratch) -> Self {
        Self {
            py,
            bytes: &mut scratch.bytes,
            lent: &mut scratch.lent,
            depth: 0,
        }
    }

    /// Writes an answer for a library that called back.
    pub(crate) fn answering(py: Python<'py>, bytes: &'a mut Vec<u8>, lent: &'a mut Lent) -> Self {
        Self {
            py,
            bytes,
            lent,
            depth: 0,
        }
    }

    /// Writes nil.
    pub(crate) fn nil(&mut self) {
        self.bytes.push(wire::NIL);
    }

    fn point(&self) -> Point {
        Point {
            length: self.bytes.len(),
            lent: self.lent.mark(),
            depth: self.depth,
        }
    }

    fn rewind(&mut self, point: &Point) {
        self.bytes.truncate(point.length);
        self.lent.rewind(self.py, point.lent);
        self.depth = point.depth;
    }

    /// Writes the head of an array and then its items, one level deeper.
    #[inline]
    fn array(
        &mut self,
        length: usize,
        items: impl FnOnce(&mut Self) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        if !wire::put_array(self.bytes, length) {
            return Err(too_long());
        }
        self.nested(items)
    }

    #[inline]
    fn nested(&mut self, items: impl FnOnce(&mut Self) -> Result<(), Refusal>) -> Result<(), Refusal> {
        if self.depth == DEPTH {
            return Err(Refusal::value(format!(
                "nests deeper than {DEPTH} levels, or contains itself"
            )));
        }
        self.depth += 1;
        let done = items(self);
        self.depth -= 1;
        done
    }

    #[inline]
    fn text(&mut self, value: &str) -> Result<(), Refusal> {
        if wire::put_text(self.bytes, value) {
            Ok(())
        } else {
            Err(too_long())
        }
    }

    /// Writes a value that lives in a container: it is kept alive if anything of it is lent.
    fn keeps(&self) -> bool {
        self.depth > 0
    }
}

fn too_long() -> Refusal {
    Refusal::value("is longer than the 2^32 - 1 items or bytes that a request can hold")
}

impl Shape {
    /// Writes a value that is most common, without a call. `false`: it is another, and nothing was written.
    #[inline(always)]
    fn encode_at_once(&self, value: &Bound<'_, PyAny>, to: &mut Vec<u8>) -> bool {
        match self {
            Self::Int(kind) => match number::quick_int(*kind, value) {
                Some(number) => wire::put_narrow(to, number),
                None => false,
            },
            Self::F64 => match value.cast_exact::<PyFloat>() {
                Ok(number) => {
                    wire::put_f64(to, object::float(number));
                    true
                }
                Err(_) => false,
            },
            Self::Text => match object::ascii(value) {
                Some(content) => wire::put_short_text(to, content),
                None => false,
            },
            Self::Bool => boolean_at_once(value, to),
            _ => false,
        }
    }

    /// Writes `value` if it is one of this type.
    #[inline]
    pub(crate) fn encode(&self, value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
        // The shortest way for what is most common.
        if let Self::Int(kind) = self
            && let Some(number) = number::quick_int(*kind, value)
        {
            wire::put_signed(out.bytes, number);
            return Ok(());
        }
        self.encode_any(value, out)
    }

    /// The same for an argument of a call: what is most common is part of the caller.
    #[inline(always)]
    pub(crate) fn encode_argument(
        &self,
        value: &Bound<'_, PyAny>,
        out: &mut Encoder<'_, '_>,
    ) -> Result<(), Refusal> {
        match self {
            Self::Int(kind) => {
                if let Some(number) = number::quick_int(*kind, value) {
                    wire::put_signed(out.bytes, number);
                    return Ok(());
                }
            }
            Self::Handle(slot, mode) => return named::handle(slot, *mode, value, out),
            _ => {}
        }
        self.encode_any(value, out)
    }

    fn encode_any(&self, value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
        match self {
            Self::Int(int) => number::int(*int, value, out),
            Self::Text => text(value, out),
            Self::Bool => boolean(value, out),
            Self::F64 => {
                let number = number::float(value)?;
                wire::put_f64(out.bytes, number);
                Ok(())
            }
            Self::F32 => {
                let number = number::narrow_float(value)?;
                wire::put_f32(out.bytes, number);
                Ok(())
            }
            Self::Handle(slot, mode) => named::handle(slot, *mode, value, out),
            Self::Bytes => bytes::any_length(value, out),
            Self::FixedBytes(length) => bytes::fixed(*length, value, out),
            Self::Option { inner, boxed } => option(inner, *boxed, value, out),
            Self::Numbers(kind) => number::list(*kind, value, out),
            Self::List(inner) => sequence(self, inner, None, value, out),
            Self::Array(inner, length) => sequence(self, inner, Some(*length), value, out),
            Self::Tuple(parts) => tuple(self, parts, value, out),
            Self::Dict(key, item) => dict(self, key, item, value, out),
            Self::Set(inner) => set(self, inner, value, out),
            Self::Record(slot) => named::record(slot, value, out),
            Self::Enum(slot) => named::choice(slot, value, out),
            Self::Union(parts) => union(self, parts, value, out),
            Self::Callable(shape) => hosted::callable(shape, value, out),
            Self::Object(shape) => hosted::implementor(self, shape, value, out),
            Self::File(shape) => hosted::file(shape, value, out),
            Self::Iterable(shape) => hosted::iterable(shape, value, out),
            Self::Any => plain::any(value, out),
            Self::Dynamic(core) => dynamic::any(core, value, out),
            Self::Integer => number::any_size(value, out),
            Self::Class { twin, form } => match twin.take(value)? {
                // As within a container: nobody else keeps it until the call is over.
                Some(plain) => out.nested(|out| form.encode(&plain, out)),
                None => Err(self.wrong(value, out)),
            },
            Self::Wide { signed } => number::wide(*signed, value, out),
            Self::Char => character(value, out),
            Self::Path => standard::path(value, out),
            Self::Duration => standard::duration(value, out),
            Self::SystemTime => standard::system_time(value, out),
            Self::Ip => standard::ip(value, out),
            Self::SocketAddr => standard::socket_addr(value, out),
            Self::Ordering => standard::ordering(value, out),
            Self::Range(inner) => standard::range(inner, value, out),
            Self::Bounds(inner) => standard::bounds(inner, value, out),
            Self::Result(inner, _) => inner.encode(value, out),
            // Rust writes it as an empty tuple.
            Self::Unit if value.is_none() || value.cast::<PyTuple>().is_ok_and(|tuple| tuple.is_empty()) => {
                out.nil();
                Ok(())
            }
            Self::Buffer(kind) => number::fill(*kind, value, out),
            Self::Initial { inner, boxed: false } => inner.encode(value, out),
            Self::Initial { inner, boxed: true } => out.array(1, |out| inner.encode(value, out)),
            Self::Unit | Self::IoError | Self::Never | Self::Iterator(_) => {
                Err(Refusal::wrong_type(&self.expected(out.py), value))
            }
        }
    }

    /// The refusal of a value of another type.
    pub(crate) fn wrong(&self, value: &Bound<'_, PyAny>, out: &Encoder<'_, '_>) -> Refusal {
        Refusal::wrong_type(&self.expected(out.py), value)
    }
}

#[inline]
fn text(value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let Ok(value) = value.cast::<PyString>() else {
        return Err(Refusal::wrong_type("str", value));
    };
    match object::text(value) {
        Ok(content) => out.text(content),
        Err(error) => Err(surrogates(value, error)),
    }
}

#[cold]
fn surrogates(value: &Bound<'_, PyString>, error: pyo3::PyErr) -> Refusal {
    let py = value.py();
    if error.is_instance_of::<pyo3::exceptions::PyUnicodeEncodeError>(py) {
        Python::attach(|_| drop(error));
        return Refusal::value(
            "must be text that UTF-8 can hold, but has a lone surrogate (was it decoded with `surrogateescape`?)",
        );
    }
    Refusal::from(error)
}

#[inline]
fn boolean(value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    if boolean_at_once(value, out.bytes) {
        Ok(())
    } else {
        Err(Refusal::wrong_type("bool", value))
    }
}

#[inline(always)]
fn boolean_at_once(value: &Bound<'_, PyAny>, to: &mut Vec<u8>) -> bool {
    let Ok(value) = value.cast::<PyBool>() else {
        return false;
    };
    to.push(0xc2 | u8::from(pyo3::types::PyBoolMethods::is_true(value)));
    true
}

fn character(value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    if let Ok(string) = value.cast::<PyString>() {
        let length = string.len()?;
        if length != 1 {
            return Err(Refusal::value(format!(
                "must be a str of one character, not of {length}"
            )));
        }
    }
    text(value, out)
}

fn option(
    inner: &Shape,
    boxed: bool,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    if value.is_none() {
        out.nil();
        return Ok(());
    }
    if !boxed {
        return inner.encode(value, out);
    }
    if inner.told_apart() {
        let tuple = value.cast::<PyTuple>().ok().filter(|tuple| tuple.len() == 1);
        let Some(tuple) = tuple else {
            return Err(Refusal::wrong_type(
                "None or a tuple of one (what is there)",
                value,
            ));
        };
        let item = tuple.get_item(0)?;
        return out.array(1, |out| inner.encode(&item, out));
    }
    out.array(1, |out| inner.encode(value, out))
}

fn items<'py>(
    inner: &Shape,
    length: usize,
    values: impl Iterator<Item = Bound<'py, PyAny>>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let mut written = 0;
    out.array(length, |out| {
        for value in values {
            inner
                .encode(&value, out)
                .map_err(|refusal| refusal.within(format!("[{written}]")))?;
            written += 1;
        }
        Ok(())
    })?;
    // Encoding may run Python code, which may change the list.
    if written == length {
        Ok(())
    } else {
        Err(Refusal::value("changed size while it was read"))
    }
}

fn sequence(
    shape: &Shape,
    inner: &Shape,
    exactly: Option<usize>,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let check = |length: usize| match exactly {
        Some(wanted) if wanted != length => {
            Err(Refusal::value(format!("must have {wanted} items, not {length}")))
        }
        _ => Ok(()),
    };
    if let Ok(list) = value.cast::<PyList>() {
        check(list.len())?;
        return items(inner, list.len(), list.iter(), out);
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        check(tuple.len())?;
        return items(inner, tuple.len(), tuple.iter(), out);
    }
    if !is_sequence(value) {
        return Err(shape.wrong(value, out));
    }
    let list = value.try_iter()?.collect::<pyo3::PyResult<Vec<_>>>()?;
    check(list.len())?;
    items(inner, list.len(), list.into_iter(), out)
}

/// Whether it is a sequence other than text or bytes.
fn is_sequence(value: &Bound<'_, PyAny>) -> bool {
    let texts = value.is_instance_of::<PyString>()
        || value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyByteArray>();
    !texts
        && (value.cast::<PySequence>().is_ok()
            || value.is_instance_of::<pyo3::types::PyMemoryView>()
            // arrays of other packages are sequences by shape alone
            || (!value.is_instance_of::<PyDict>() && has(value, "__getitem__") && has(value, "__len__") && !has(value, "keys")))
}

fn has(value: &Bound<'_, PyAny>, name: &str) -> bool {
    value.get_type().getattr_opt(name).ok().flatten().is_some()
}

fn tuple(
    shape: &Shape,
    parts: &[Shape],
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let values: Vec<Bound<'_, PyAny>> = if let Ok(tuple) = value.cast::<PyTuple>() {
        tuple.iter().collect()
    } else if let Ok(list) = value.cast::<PyList>() {
        list.iter().collect()
    } else {
        return Err(shape.wrong(value, out));
    };
    if values.len() != parts.len() {
        return Err(Refusal::value(format!(
            "must have {} items, not {}",
            parts.len(),
            values.len()
        )));
    }
    out.array(parts.len(), |out| {
        for (at, (part, value)) in parts.iter().zip(&values).enumerate() {
            part.encode(value, out)
                .map_err(|refusal| refusal.within(format!("[{at}]")))?;
        }
        Ok(())
    })
}

fn dict(
    shape: &Shape,
    key: &Shape,
    item: &Shape,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let pairs: Vec<(Bound<'_, PyAny>, Bound<'_, PyAny>)> = if let Ok(dict) = value.cast::<PyDict>() {
        dict.iter().collect()
    } else if let Ok(mapping) = value.cast::<PyMapping>() {
        let mut pairs = Vec::new();
        for pair in pyo3::types::PyMappingMethods::items(mapping)?.iter() {
            pairs.push(pair.extract()?);
        }
        pairs
    } else {
        return Err(shape.wrong(value, out));
    };
    if !wire::put_map(out.bytes, pairs.len()) {
        return Err(too_long());
    }
    out.nested(|out| {
        for (name, value) in &pairs {
            key.encode(name, out)
                .map_err(|refusal| refusal.within(format!(" key {}", short(name))))?;
            item.encode(value, out)
                .map_err(|refusal| refusal.within(format!("[{}]", short(name))))?;
        }
        Ok(())
    })
}

/// A value's `repr` for messages, cut where it gets long.
fn short(value: &Bound<'_, PyAny>) -> String {
    let text = value.repr().map_or_else(|_| "?".into(), |text| text.to_string());
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn set(
    shape: &Shape,
    inner: &Shape,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let known = value.is_instance_of::<PySet>()
        || value.is_instance_of::<PyFrozenSet>()
        || value.is_instance_of::<PyList>()
        || value.is_instance_of::<PyTuple>();
    if !known {
        return Err(shape.wrong(value, out));
    }
    let values = value.try_iter()?.collect::<pyo3::PyResult<Vec<_>>>()?;
    items(inner, values.len(), values.into_iter(), out)
}

/// A whole number of more digits than floats have: what has no room for it as an integer gets none without its last digits.
fn is_long_int(value: &Bound<'_, PyAny>) -> bool {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.is_instance_of::<PyInt>() && value.extract::<f64>().map_or(true, |float| float.abs() > EXACT)
}

fn union(
    shape: &Shape,
    parts: &[Shape],
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    // The shortest way for what is most common.
    if let ([Shape::Bytes, ..], Ok(bytes)) = (parts, value.cast_exact::<PyBytes>()) {
        bytes::plain(bytes, out);
        return Ok(());
    }
    let mut closest: Option<Refusal> = None;
    for part in parts {
        let refused = closest.as_ref().is_some_and(|one| one.closeness() > 1);
        if refused && matches!(part, Shape::F32 | Shape::F64) && is_long_int(value) {
            continue;
        }
        let point = out.point();
        let refusal = match part.encode(value, out) {
            Ok(()) => return Ok(()),
            Err(refusal) => refusal,
        };
        out.rewind(&point);
        if !refusal.is_about_argument() {
            return Err(refusal);
        }
        // A type that fits but for its value explains more than one that does not fit at all.
        match &closest {
            Some(known) if known.closeness() >= refusal.closeness() => refusal.discard(),
            _ => closest = Some(refusal),
        }
    }
    match closest {
        Some(refusal) if refusal.closeness() > 0 => Err(refusal),
        _ => Err(shape.wrong(value, out)),
    }
}
