//! Wire to Python objects, directed by the types: straight from the answer, with no values in between.

mod dynamic;
mod named;
mod numbers;
mod standard;

use pyo3::types::{
    PyAnyMethods, PyBool, PyDict, PyFloat, PyInt, PyList, PyListMethods, PySet, PySetMethods, PyTuple,
};
use pyo3::{Bound, IntoPyObject, PyAny, PyResult, Python};

use crate::core::Core;
use crate::ffi::memory::Kept;
use crate::ffi::queue::Batch;
use crate::ffi::symbol::Response;
use crate::ffi::{iterator, memory, object};
use crate::host::table;
use crate::python;
use crate::shape::{Number, Shape};
use crate::wire::{self, Reader, Token, ext};

use numbers::native;

/// An answer nests no deeper than this.
const DEPTH: usize = 128;

type Made<'py> = PyResult<Bound<'py, PyAny>>;

/// How values are given, where something other than usual was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Form {
    /// Records become dicts, and variants what `asdict` makes of them.
    pub(crate) plain: bool,
    /// Bytes and lists of numbers of fixed width become views of memory, which are as they lie in the library where they are
    /// long.
    pub(crate) buffers: bool,
}

/// Where long bytes are that the answer names.
#[derive(Clone, Copy)]
enum Beside<'a> {
    Nowhere,
    /// There until they were read.
    Read(&'a Response),
    /// There for as long as somebody sees them.
    Kept(&'a Kept),
}

/// Reads one answer.
pub(crate) struct Decoder<'a, 'py> {
    pub(crate) py: Python<'py>,
    core: &'static Core,
    reader: Reader<'a>,
    depth: usize,
    /// Whether borrowed handles are lent to a callable, and end with it.
    lends: bool,
    /// Whether objects that are kept stay so: the library asks something, and gives nothing back.
    asks: bool,
    form: Form,
    beside: Beside<'a>,
}

impl<'a, 'py> Decoder<'a, 'py> {
    /// Reads what `core` answered.
    pub(crate) fn new(py: Python<'py>, core: &'static Core, reader: Reader<'a>) -> Self {
        Self {
            py,
            core,
            reader,
            depth: 0,
            lends: false,
            asks: false,
            form: Form::default(),
            beside: Beside::Nowhere,
        }
    }

    /// The same, with what is beside the answer.
    #[inline]
    pub(crate) fn with(self, response: &'a Response) -> Self {
        Self {
            beside: Beside::Read(response),
            ..self
        }
    }

    /// Reads the same once more, in `kept`, which has become of the response.
    pub(crate) fn again<'b>(
        py: Python<'py>,
        core: &'static Core,
        kept: &'b Kept,
        left: usize,
    ) -> Decoder<'b, 'py> {
        let bytes = kept.bytes();
        let payload = bytes.get(bytes.len().saturating_sub(left)..).unwrap_or_default();
        Decoder {
            beside: Beside::Kept(kept),
            ..Decoder::new(py, core, Reader::new(payload))
        }
    }

    /// Whether anything is beside the answer.
    pub(crate) fn has_beside(&self) -> bool {
        matches!(self.beside, Beside::Read(response) if response.piece_count() > 0)
    }

    /// How much is not read.
    pub(crate) fn left(&self) -> usize {
        self.reader.left()
    }

    /// Reads what `core` passes to a callable.
    #[inline]
    pub(crate) fn lending(py: Python<'py>, core: &'static Core, reader: Reader<'a>) -> Self {
        Self {
            lends: true,
            ..Self::new(py, core, reader)
        }
    }

    /// Reads what `core` asks about.
    pub(crate) fn asking(py: Python<'py>, core: &'static Core, reader: Reader<'a>) -> Self {
        Self {
            asks: true,
            ..Self::new(py, core, reader)
        }
    }

    /// From now on, gives values so.
    pub(crate) fn give(&mut self, form: Form) {
        self.form = form;
    }

    /// Whether the next value is nil; it is not read.
    pub(crate) fn at_nil(&self) -> bool {
        self.reader.at_nil()
    }

    /// Whether the next value is an empty list; it is read if it is.
    pub(crate) fn skips_empty(&mut self) -> bool {
        self.reader.short_array(0)
    }

    /// The bytes of a text.
    #[inline]
    pub(crate) fn text(&mut self) -> PyResult<&'a [u8]> {
        if let Some(text) = self.reader.short_text() {
            return Ok(text);
        }
        match self.token()? {
            Token::Text(text) => Ok(text),
            _ => Err(self.malformed("a text")),
        }
    }

    /// The bytes of a text, or nothing for nil.
    #[inline]
    pub(crate) fn text_or_nil(&mut self) -> PyResult<Option<&'a [u8]>> {
        if self.reader.nil() {
            return Ok(None);
        }
        self.text().map(Some)
    }

    /// Fails unless everything was read.
    pub(crate) fn finish(&self) -> PyResult<()> {
        if self.reader.is_empty() {
            Ok(())
        } else {
            Err(self.malformed("nothing more"))
        }
    }

    fn token(&mut self) -> PyResult<Token<'a>> {
        match self.reader.next() {
            Some(token) => Ok(token),
            None => Err(self.malformed("a value")),
        }
    }

    #[cold]
    fn malformed(&self, expected: &str) -> pyo3::PyErr {
        let message = format!(
            "`{}` gave an answer that its manifest does not announce: {expected} was expected; build the artifact again",
            self.core.name
        );
        python::internal(self.py, &message)
    }

    fn array(&mut self, expected: &str) -> PyResult<usize> {
        match self.token()? {
            Token::Array(length) => Ok(length),
            _ => Err(self.malformed(expected)),
        }
    }

    /// Reads the head of an array of just this length.
    pub(crate) fn open_array(&mut self, length: usize) -> PyResult<()> {
        self.exactly(length, "an array of other length")
    }

    #[inline]
    fn exactly(&mut self, length: usize, expected: &str) -> PyResult<()> {
        if self.reader.short_array(length) || self.array(expected)? == length {
            Ok(())
        } else {
            Err(self.malformed(expected))
        }
    }

    #[inline]
    fn nested<R>(&mut self, read: impl FnOnce(&mut Self) -> PyResult<R>) -> PyResult<R> {
        if self.depth == DEPTH {
            return Err(self.malformed("fewer than 128 levels"));
        }
        self.depth += 1;
        let done = read(self);
        self.depth -= 1;
        done
    }

    fn list(&mut self, length: usize, inner: &Shape) -> Made<'py> {
        self.nested(|this| object::new_list(this.py, length, || inner.decode(this)))
    }

    /// Plain data.
    pub(crate) fn plain(&mut self) -> Made<'py> {
        let py = self.py;
        Ok(match self.token()? {
            Token::Nil => py.None().into_bound(py),
            Token::Bool(value) => PyBool::new(py, value).to_owned().into_any(),
            Token::Signed(value) => signed(py, value),
            Token::Unsigned(value) => unsigned(py, value),
            Token::Float(value) => PyFloat::new(py, value).into_any(),
            Token::Text(content) => object::new_text(py, content)?,
            Token::Bytes(content) => object::new_bytes(py, content),
            Token::Array(length) => self.list(length, &Shape::Any)?,
            Token::Map(length) => self.dict(length, &Shape::Any, &Shape::Any)?,
            Token::Ext(ext::INTEGER, content) => wide(py, content)?,
            Token::Ext(ext::BUFFER, content) => self.beside(content)?,
            Token::Ext(..) => return Err(self.malformed("plain data")),
        })
    }

    /// Bytes, of which long ones are beside the answer.
    fn bytes(&mut self) -> Made<'py> {
        let bytes = match self.token()? {
            Token::Bytes(content) => object::new_bytes(self.py, content),
            Token::Ext(ext::BUFFER, content) if self.form.buffers => return self.view(content, Number::BYTE),
            Token::Ext(ext::BUFFER, content) => self.beside(content)?,
            Token::Array(length) => numbers::bytes_of_array(self, length)?,
            _ => return Err(self.malformed("bytes")),
        };
        if self.form.buffers {
            memory::view(&bytes, Number::BYTE)
        } else {
            Ok(bytes)
        }
    }

    /// The long bytes beside the answer that an extension names.
    fn beside(&mut self, content: &[u8]) -> Made<'py> {
        let py = self.py;
        self.read_beside(content, |content| object::new_bytes(py, content))
    }

    /// What `read` makes of them.
    fn read_beside<R>(&mut self, content: &[u8], read: impl FnOnce(&[u8]) -> R) -> PyResult<R> {
        if let Ok(index) = content.try_into() {
            let index = u32::from_le_bytes(index);
            let done = match self.beside {
                Beside::Nowhere => None,
                Beside::Read(response) => response.read_piece(index, read),
                Beside::Kept(kept) => kept.read_piece(self.py, index, read),
            };
            if let Some(done) = done {
                return Ok(done);
            }
        }
        Err(self.malformed("bytes that are there"))
    }

    /// A view of them, as numbers: as they lie in the library where they are kept, else of a copy.
    fn view(&mut self, content: &[u8], kind: Number) -> Made<'py> {
        if let Beside::Read(_) = self.beside {
            let copy = self.beside(content)?;
            return memory::view(&copy, kind);
        }
        if let Beside::Kept(kept) = self.beside
            && let Ok(index) = content.try_into()
            && let Some(view) = kept.view(self.py, u32::from_le_bytes(index), kind)
        {
            return view;
        }
        Err(self.malformed("bytes that are there"))
    }

    /// Reads with `read` what has to be hashable: as it usually is.
    fn hashable(&mut self, read: impl FnOnce(&mut Self) -> Made<'py>) -> Made<'py> {
        let buffers = std::mem::take(&mut self.form.buffers);
        let value = read(self);
        self.form.buffers = buffers;
        let value = value?;
        // Lists become tuples.
        match value.cast::<PyList>() {
            Ok(list) => Ok(list.to_tuple().into_any()),
            Err(_) => Ok(value),
        }
    }

    /// A file object that comes back.
    fn file(&mut self) -> Made<'py> {
        if let Token::Ext(ext::HOST, content) = self.token()?
            && let Ok(token) = content.try_into()
            && let Some(file) = table::take_file(self.py, u64::from_le_bytes(token))
        {
            return Ok(file.into_object(self.py));
        }
        Err(self.malformed("a file that was passed before"))
    }

    /// Reads a batch, an array or native words: the first item, if there is any, and the others. A value that cannot be
    /// made is an error in its place.
    pub(crate) fn batch(&mut self, item: &Shape) -> PyResult<Option<(Made<'py>, Batch)>> {
        match self.token()? {
            Token::Array(0) => Ok(None),
            Token::Array(length) => {
                let first = self.item(item);
                let others = Batch::made((1..length).map(|_| self.item(item)));
                Ok(Some((first, others)))
            }
            Token::Bytes(content) => {
                let Some(kind) = item.packed() else {
                    return Err(self.malformed("an array of items"));
                };
                if !content.len().is_multiple_of(kind.width()) {
                    return Err(self.malformed("whole numbers"));
                }
                let Some((first, others)) = content.split_at_checked(kind.width()) else {
                    return Ok(None);
                };
                let first = native(self.py, kind, first).ok_or_else(|| self.malformed("a number"));
                Ok(Some((first, Batch::words(kind, others))))
            }
            _ => Err(self.malformed("an array of items")),
        }
    }

    /// Reads an item of a batch, to its end whatever it is.
    #[inline(always)]
    fn item(&mut self, item: &Shape) -> Made<'py> {
        let before = self.reader;
        let value = self.nested(|this| item.decode(this));
        if value.is_err() {
            self.reader = before;
            if self.reader.skip().is_none() {
                // Nothing can be read behind what has no end.
                self.reader = Reader::new(&[]);
            }
        }
        value
    }

    fn dict(&mut self, length: usize, key: &Shape, item: &Shape) -> Made<'py> {
        self.nested(|this| {
            let dict = PyDict::new(this.py);
            for _ in 0..length {
                let name = this.hashable(|this| key.decode(this))?;
                dict.set_item(name, item.decode(this)?)?;
            }
            Ok(dict.into_any())
        })
    }
}

/// An `int`.
#[inline]
pub(crate) fn signed(py: Python<'_>, value: i64) -> Bound<'_, PyAny> {
    match value.into_pyobject(py) {
        Ok(made) => made.into_any(),
        Err(never) => match never {},
    }
}

/// An `int`.
#[inline]
pub(crate) fn unsigned(py: Python<'_>, value: u64) -> Bound<'_, PyAny> {
    match value.into_pyobject(py) {
        Ok(made) => made.into_any(),
        Err(never) => match never {},
    }
}

fn wide<'py>(py: Python<'py>, content: &[u8]) -> Made<'py> {
    let kwargs = PyDict::new(py);
    kwargs.set_item("signed", true)?;
    let content = object::new_bytes(py, content);
    py.get_type::<PyInt>()
        .call_method("from_bytes", (content, "little"), Some(&kwargs))
}

impl Shape {
    /// Reads a value of this type.
    #[inline]
    pub(crate) fn decode<'py>(&self, from: &mut Decoder<'_, 'py>) -> Made<'py> {
        match self.decode_common(from) {
            Some(value) => Ok(value),
            None => self.decode_any(from),
        }
    }

    /// The shortest way for what is most common. `None` if it is something else, of which nothing was read then.
    #[inline]
    fn decode_common<'py>(&self, from: &mut Decoder<'_, 'py>) -> Option<Bound<'py, PyAny>> {
        let py = from.py;
        match self {
            Self::Int(_) => from.reader.small_integer().map(|value| signed(py, value)),
            Self::Unit => from.reader.nil().then(|| py.None().into_bound(py)),
            _ => None,
        }
    }

    /// The same for fields, of which there are many at once.
    #[inline]
    fn decode_field<'py>(&self, from: &mut Decoder<'_, 'py>) -> Made<'py> {
        let py = from.py;
        let short = match self {
            Self::Int(_) => from.reader.small_integer().map(|value| signed(py, value)),
            Self::Bool => from
                .reader
                .truth()
                .map(|value| PyBool::new(py, value).to_owned().into_any()),
            Self::F64 => from
                .reader
                .float()
                .map(|value| PyFloat::new(py, value).into_any()),
            Self::Text => match from.reader.short_text() {
                Some(content) => return object::new_text(py, content),
                None => None,
            },
            _ => None,
        };
        match short {
            Some(value) => Ok(value),
            None => self.decode_any(from),
        }
    }

    /// Reads a small value behind which nothing follows: the shortest way for what is most common. `None`: nothing was
    /// read.
    #[inline(always)]
    pub(crate) fn decode_last<'py>(&self, from: &mut Decoder<'_, 'py>) -> Option<Bound<'py, PyAny>> {
        match self {
            Self::Unit => from
                .reader
                .is(wire::NIL)
                .then(|| from.py.None().into_bound(from.py)),
            Self::Int(_) => {
                let mut reader = from.reader;
                let value = reader.small_integer()?;
                reader.is_empty().then(|| signed(from.py, value))
            }
            Self::Text => {
                let mut reader = from.reader;
                let content = reader.short_text().filter(|_| reader.is_empty())?;
                object::new_ascii(from.py, content)
            }
            _ => None,
        }
    }

    /// Reads an error of this type: mostly one of the crate's own.
    pub(crate) fn decode_error<'py>(&self, from: &mut Decoder<'_, 'py>) -> Made<'py> {
        match self {
            Self::Handle(slot, mode) => named::handle(slot, *mode, from),
            Self::Enum(slot) => named::choice(slot, from),
            other => other.decode(from),
        }
    }

    fn decode_any<'py>(&self, from: &mut Decoder<'_, 'py>) -> Made<'py> {
        let py = from.py;
        Ok(match self {
            Self::Int(_) | Self::Wide { .. } | Self::Integer | Self::Ordering => match from.token()? {
                Token::Signed(value) => signed(py, value),
                Token::Unsigned(value) => unsigned(py, value),
                Token::Ext(ext::INTEGER, content) => wide(py, content)?,
                _ => return Err(from.malformed("an int")),
            },
            Self::Text | Self::Char => match from.token()? {
                Token::Text(content) => object::new_text(py, content)?,
                Token::Ext(ext::BUFFER, content) => {
                    from.read_beside(content, |content| object::new_text(py, content))??
                }
                _ => return Err(from.malformed("a str")),
            },
            Self::Unit | Self::Never => match from.token()? {
                Token::Nil => py.None().into_bound(py),
                _ => return Err(from.malformed("nil")),
            },
            Self::Bool => match from.token()? {
                Token::Bool(value) => PyBool::new(py, value).to_owned().into_any(),
                _ => return Err(from.malformed("a bool")),
            },
            Self::F32 | Self::F64 => match from.token()? {
                Token::Float(value) => PyFloat::new(py, value).into_any(),
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "the library chose to send a float as an int"
                )]
                Token::Signed(value) => PyFloat::new(py, value as f64).into_any(),
                _ => return Err(from.malformed("a float")),
            },
            Self::Bytes | Self::FixedBytes(_) => from.bytes()?,
            Self::Class { twin, form } => {
                let buffers = std::mem::replace(&mut from.form.buffers, twin.views_numbers());
                let plain = form.decode(from);
                from.form.buffers = buffers;
                twin.give(&plain?)?
            }
            Self::Option { inner, boxed } => {
                if from.at_nil() {
                    from.token()?;
                    return Ok(py.None().into_bound(py));
                }
                if !boxed {
                    return inner.decode(from);
                }
                from.exactly(1, "an array of one")?;
                let value = from.nested(|from| inner.decode(from))?;
                if inner.told_apart() {
                    PyTuple::new(py, [value])?.into_any()
                } else {
                    value
                }
            }
            Self::List(inner) => {
                let length = from.array("a list")?;
                from.list(length, inner)?
            }
            Self::Array(inner, _) => match inner.packed() {
                Some(kind) => from.numbers(kind)?,
                None => {
                    let length = from.array("a list")?;
                    from.list(length, inner)?
                }
            },
            Self::Numbers(kind) => from.numbers(*kind)?,
            Self::Set(inner) => {
                let length = from.array("a set")?;
                from.nested(|from| {
                    let set = PySet::empty(from.py)?;
                    for _ in 0..length {
                        set.add(from.hashable(|from| inner.decode(from))?)?;
                    }
                    Ok(set.into_any())
                })?
            }
            Self::Tuple(parts) => {
                from.exactly(parts.len(), "a tuple")?;
                let values = from.nested(|from| {
                    parts
                        .iter()
                        .map(|part| part.decode(from))
                        .collect::<PyResult<Vec<_>>>()
                })?;
                PyTuple::new(py, values)?.into_any()
            }
            Self::Dict(key, item) => match from.token()? {
                Token::Map(length) => from.dict(length, key, item)?,
                _ => return Err(from.malformed("a dict")),
            },
            Self::Any => from.plain()?,
            Self::Union(parts) => {
                from.exactly(2, "a choice")?;
                let index = match from.token()? {
                    Token::Signed(index) => usize::try_from(index).ok(),
                    _ => None,
                };
                match index.and_then(|index| parts.get(index)) {
                    Some(part) => from.nested(|from| part.decode(from))?,
                    None => return Err(from.malformed("a choice")),
                }
            }
            Self::Dynamic(_) => dynamic::any(from)?,
            Self::IoError => standard::io_error(from)?,
            Self::Path => standard::path(from)?,
            Self::Duration => standard::duration(from)?,
            Self::SystemTime => standard::system_time(from)?,
            Self::Ip => standard::ip(from)?,
            Self::SocketAddr => standard::socket_addr(from)?,
            Self::Range(inner) => standard::range(inner, from)?,
            Self::Bounds(inner) => standard::bounds(inner, from)?,
            Self::Handle(slot, mode) => named::handle(slot, *mode, from)?,
            Self::Record(slot) => named::record(slot, from)?,
            Self::Enum(slot) => named::choice(slot, from)?,
            Self::Result(value, _) => value.decode(from)?,
            Self::File(_) => from.file()?,
            Self::Callable(_) | Self::Object(_) | Self::Iterable(_) => {
                return Err(from.malformed("no object of Python"));
            }
            Self::Iterator(items) => {
                let id = from.handle_id()?;
                iterator::new(py, items, id)?
            }
            Self::Buffer(_) | Self::Initial { .. } => {
                return Err(from.malformed("something that can be a result"));
            }
        })
    }
}
