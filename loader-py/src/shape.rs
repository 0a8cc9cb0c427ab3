//! Types, read once from the manifest's form into a tree that directs encoding and decoding.

use std::ffi::CStr;
use std::fmt::Arguments;
use std::sync::OnceLock;

use pyo3::exceptions::PyValueError;
use pyo3::types::{PyAnyMethods, PyList, PyListMethods, PyString, PyStringMethods};
use pyo3::{Bound, Py, PyAny, PyErr, PyResult, Python};

use crate::core::{Core, Slot};
use crate::host::callables::CallableShape;
use crate::host::files::FileShape;
use crate::host::iterables::IterableShape;
use crate::iterator::Items;
use crate::twins::Twin;

/// Types nest no deeper than this.
const DEPTH: usize = 64;

/// An integer type of at most 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Int {
    U8,
    U16,
    U32,
    U64,
    Usize,
    I8,
    I16,
    I32,
    I64,
    Isize,
}

impl Int {
    /// Its name in Rust.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::Usize => "usize",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::Isize => "isize",
        }
    }

    /// Its smallest and greatest value.
    pub(crate) const fn bounds(self) -> (i128, i128) {
        match self {
            Self::U8 => (0, u8::MAX as i128),
            Self::U16 => (0, u16::MAX as i128),
            Self::U32 => (0, u32::MAX as i128),
            Self::U64 => (0, u64::MAX as i128),
            Self::Usize => (0, usize::MAX as i128),
            Self::I8 => (i8::MIN as i128, i8::MAX as i128),
            Self::I16 => (i16::MIN as i128, i16::MAX as i128),
            Self::I32 => (i32::MIN as i128, i32::MAX as i128),
            Self::I64 => (i64::MIN as i128, i64::MAX as i128),
            Self::Isize => (isize::MIN as i128, isize::MAX as i128),
        }
    }
}

/// A number of fixed width, whose lists travel as native words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    Int(Int),
    F32,
    F64,
}

impl Number {
    /// That of bytes.
    pub(crate) const BYTE: Self = Self::Int(Int::U8);

    /// Bytes in a word.
    pub(crate) const fn width(self) -> usize {
        match self {
            Self::Int(Int::U8 | Int::I8) => 1,
            Self::Int(Int::U16 | Int::I16) => 2,
            Self::Int(Int::U32 | Int::I32) | Self::F32 => 4,
            Self::Int(Int::U64 | Int::I64) | Self::F64 => 8,
            Self::Int(Int::Usize | Int::Isize) => size_of::<usize>(),
        }
    }

    /// The letter that views of memory have for it.
    pub(crate) const fn format(self) -> &'static CStr {
        match self {
            Self::F32 => c"f",
            Self::F64 => c"d",
            Self::Int(int) => {
                let signed = matches!(int, Int::I8 | Int::I16 | Int::I32 | Int::I64 | Int::Isize);
                match (self.width(), signed) {
                    (1, true) => c"b",
                    (1, false) => c"B",
                    (2, true) => c"h",
                    (2, false) => c"H",
                    (4, true) => c"i",
                    (4, false) => c"I",
                    (_, true) => c"q",
                    (_, false) => c"Q",
                }
            }
        }
    }

    /// Its name in Rust.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Int(int) => int.name(),
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
}

/// How a handle is taken or given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Shared,
    Exclusive,
    Move,
    Clone,
    New,
}

/// A type.
pub(crate) enum Shape {
    Unit,
    Bool,
    Int(Int),
    /// `i128` or `u128`.
    Wide {
        signed: bool,
    },
    /// An integer of any size.
    Integer,
    F32,
    F64,
    Char,
    Text,
    Bytes,
    /// Bytes of one length.
    FixedBytes(usize),
    Path,
    Duration,
    SystemTime,
    Ip,
    SocketAddr,
    Ordering,
    Any,
    /// Whatever there is.
    Dynamic(&'static Core),
    IoError,
    Never,
    /// What travels as `form`, and is an instance of a class of Python's standard library.
    Class {
        twin: Twin,
        form: Box<Shape>,
    },
    Option {
        inner: Box<Shape>,
        /// Whether the inner value may itself be nil, so that it travels in an array of one.
        boxed: bool,
    },
    List(Box<Shape>),
    /// A list of numbers of fixed width.
    Numbers(Number),
    Set(Box<Shape>),
    Array(Box<Shape>, usize),
    Tuple(Vec<Shape>),
    Dict(Box<Shape>, Box<Shape>),
    Range(Box<Shape>),
    Bounds(Box<Shape>),
    Union(Vec<Shape>),
    Handle(&'static Slot, Mode),
    Record(&'static Slot),
    Enum(&'static Slot),
    Result(Box<Shape>, Box<Shape>),
    /// Lent for the call, or kept.
    Callable(&'static CallableShape),
    /// An object that implements a trait.
    Object(&'static ObjectShape),
    File(&'static FileShape),
    Iterable(&'static IterableShape),
    /// Items that Rust gives one by one.
    Iterator(&'static Items),
    /// What a value is before Rust changes it.
    Initial {
        inner: Box<Shape>,
        /// As in an option.
        boxed: bool,
    },
    /// Writable memory of numbers, which Rust fills in place.
    Buffer(Number),
}

impl Shape {
    /// A value of a class is taken as itself, not as bytes or by its items.
    pub(crate) fn takes_class(&self) -> bool {
        match self {
            Self::Handle(..) | Self::Record(_) | Self::Enum(_) | Self::Object(_) => true,
            Self::Option { inner, .. } | Self::Initial { inner, .. } => inner.takes_class(),
            Self::Union(all) => all.iter().any(Self::takes_class),
            _ => false,
        }
    }
}

impl Shape {
    /// A handle, perhaps none or an error in its place, that is taken or given in one of these ways.
    pub(crate) fn is_handle(&self, modes: &[Mode]) -> bool {
        match self {
            Self::Handle(_, mode) => modes.contains(mode),
            Self::Option { inner, .. } => inner.is_handle(modes),
            Self::Result(value, _) => value.is_handle(modes),
            _ => false,
        }
    }
}

/// What an object of Python's has to have to implement a trait. Read when it is first asked for: a method may take or give
/// another one of it.
pub(crate) struct ObjectShape {
    pub(crate) core: &'static Core,
    /// Its number.
    pub(crate) index: u32,
    /// What the manifest says of it.
    pub(crate) read: OnceLock<Implemented>,
}

/// A trait and its methods.
pub(crate) struct Implemented {
    name: String,
    pub(crate) methods: Vec<Method>,
}

/// A method's name and type: a callable, or an option of one where Rust can do without.
type Method = (Py<PyString>, Shape);

impl ObjectShape {
    /// The trait and its methods.
    pub(crate) fn implemented(&self, py: Python<'_>) -> PyResult<&Implemented> {
        if let Some(found) = self.read.get() {
            return Ok(found);
        }
        let manifest = self.core.manifest.get().map(|manifest| manifest.bind(py));
        let Some(manifest) = manifest else {
            let problem = format!("nobody said what an object of `{}` has to have", self.core.name);
            return Err(PyValueError::new_err(problem));
        };
        let object = manifest.get_item("objects")?.get_item(self.index)?;
        let name: String = object.get_item("trait")?.extract()?;
        let methods = object.get_item("methods")?.try_iter()?.map(|method| {
            let method = method?;
            let called = method.get_item("name")?.cast_into::<PyString>()?;
            let shape = Shape::read(self.core, &method.get_item("type")?)?;
            shape.set_place(&called.to_string_lossy(), format_args!("{name}"));
            Ok((called.unbind(), shape))
        });
        let methods = methods.collect::<PyResult<_>>()?;
        // The first one stays, should another thread have read it meanwhile.
        let _ = self.read.set(Implemented { name, methods });
        Ok(self.read.get().expect("it was just filled"))
    }

    fn expected(&self, py: Python<'_>) -> String {
        let Ok(Implemented { name, methods }) = self.implemented(py) else {
            return "an object with methods".to_owned();
        };
        let required = methods
            .iter()
            .filter(|(_, shape)| !matches!(shape, Shape::Option { .. }));
        let names: Vec<String> = required.map(|(name, _)| format!("`{}`", name.bind(py))).collect();
        match names.as_slice() {
            [] => format!("an object that implements `{name}`"),
            [one] => format!("an object with the method {one} (`{name}`)"),
            many => format!("an object with the methods {} (`{name}`)", many.join(", ")),
        }
    }
}

impl Shape {
    /// Reads the manifest's form: a word, or a list of a word and parts.
    pub(crate) fn read(core: &'static Core, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::read_at(core, value, DEPTH)
    }

    /// The same for a parameter, and whether it is passed by keyword alone: the initial value of what Rust changes, which may
    /// be left out.
    pub(crate) fn read_parameter(core: &'static Core, value: &Bound<'_, PyAny>) -> PyResult<(Self, bool)> {
        if let Ok(parts) = value.cast::<PyList>()
            && parts.len() == 3
            && parts.get_item(0)?.eq("out")?
        {
            let inner = Self::read(core, &parts.get_item(1)?)?;
            let boxed = inner.may_be_nil();
            let inner = Box::new(inner);
            let may_miss = parts.get_item(2)?.is_truthy()?;
            return Ok((Self::Initial { inner, boxed }, may_miss));
        }
        Ok((Self::read(core, value)?, false))
    }

    fn read_at(core: &'static Core, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<Self> {
        if depth == 0 {
            return Err(PyValueError::new_err(format!(
                "a type of `{}` nests deeper than {DEPTH} levels",
                core.name
            )));
        }
        if let Ok(word) = value.cast::<PyString>() {
            let word = word.to_str()?;
            return Self::word(core, word).ok_or_else(|| unknown(core, value));
        }
        let parts: Vec<Bound<'_, PyAny>> = value.extract().map_err(|_| unknown(core, value))?;
        let Some((head, rest)) = parts.split_first() else {
            return Err(unknown(core, value));
        };
        let head: String = head.extract().map_err(|_| unknown(core, value))?;
        let part = |at: usize| {
            let part = rest.get(at).ok_or_else(|| unknown(core, value))?;
            Self::read_at(core, part, depth - 1)
        };
        let boxed = |at: usize| part(at).map(Box::new);
        let many = || {
            rest.iter()
                .map(|part| Self::read_at(core, part, depth - 1))
                .collect::<PyResult<Vec<_>>>()
        };
        let slot = || -> PyResult<&'static Slot> {
            let index: u32 = rest.first().ok_or_else(|| unknown(core, value))?.extract()?;
            Ok(core.slot(index))
        };
        Ok(match head.as_str() {
            "option" => {
                let inner = part(0)?;
                let boxed = inner.may_be_nil();
                Self::Option {
                    inner: Box::new(inner),
                    boxed,
                }
            }
            "class" => {
                let name: String = rest.first().ok_or_else(|| unknown(core, value))?.extract()?;
                match Twin::named(&name) {
                    Some(twin) => Self::Class {
                        twin,
                        form: Box::new(twin.form(part(1)?)),
                    },
                    // A later version's: its form says enough.
                    None => part(1)?,
                }
            }
            "list" => match part(0)? {
                Self::Int(Int::U8) => Self::Bytes,
                inner => match inner.packed() {
                    Some(number) => Self::Numbers(number),
                    None => Self::List(Box::new(inner)),
                },
            },
            "set" => Self::Set(boxed(0)?),
            "array" => {
                let length: usize = rest.get(1).ok_or_else(|| unknown(core, value))?.extract()?;
                match part(0)? {
                    Self::Int(Int::U8) => Self::FixedBytes(length),
                    inner => Self::Array(Box::new(inner), length),
                }
            }
            "tuple" => Self::Tuple(many()?),
            "dict" => Self::Dict(boxed(0)?, boxed(1)?),
            "range" => Self::Range(boxed(0)?),
            "bounds" => Self::Bounds(boxed(0)?),
            "union" => Self::Union(many()?),
            "handle" => {
                let word: String = rest.get(1).ok_or_else(|| unknown(core, value))?.extract()?;
                let mode = match word.as_str() {
                    "shared" => Mode::Shared,
                    "exclusive" => Mode::Exclusive,
                    "move" => Mode::Move,
                    "clone" => Mode::Clone,
                    "new" => Mode::New,
                    _ => return Err(unknown(core, value)),
                };
                Self::Handle(slot()?, mode)
            }
            "record" => Self::Record(slot()?),
            "enum" => Self::Enum(slot()?),
            "result" => Self::Result(boxed(0)?, boxed(1)?),
            "callable" => {
                let lifetime: String = rest.get(2).ok_or_else(|| unknown(core, value))?.extract()?;
                let kept = match lifetime.as_str() {
                    "lent" => false,
                    "kept" => true,
                    _ => return Err(unknown(core, value)),
                };
                let params: Vec<Bound<'_, PyAny>> = rest[0].extract()?;
                let params = params
                    .iter()
                    .map(|param| Self::read_at(core, param, depth - 1))
                    .collect::<PyResult<Vec<_>>>()?;
                Self::Callable(CallableShape::new(core, params, part(1)?, kept))
            }
            "object" => {
                let index = rest.first().ok_or_else(|| unknown(core, value))?;
                Self::Object(core.object(index.extract()?))
            }
            "file" => {
                let modes: String = rest.first().ok_or_else(|| unknown(core, value))?.extract()?;
                Self::File(FileShape::new(&modes).ok_or_else(|| unknown(core, value))?)
            }
            "iterable" => Self::Iterable(IterableShape::new(part(0)?, true)),
            "items" => Self::Iterable(IterableShape::new(part(0)?, false)),
            // Iterators point to it, and may live as long as the process.
            "iterator" => Self::Iterator(Box::leak(Box::new(Items { core, item: part(0)? }))),
            "buffer" => Self::Buffer(part(0)?.number().ok_or_else(|| unknown(core, value))?),
            _ => return Err(unknown(core, value)),
        })
    }

    fn word(core: &'static Core, word: &str) -> Option<Self> {
        Some(match word {
            "unit" => Self::Unit,
            "bool" => Self::Bool,
            "u8" => Self::Int(Int::U8),
            "u16" => Self::Int(Int::U16),
            "u32" => Self::Int(Int::U32),
            "u64" => Self::Int(Int::U64),
            "usize" => Self::Int(Int::Usize),
            "i8" => Self::Int(Int::I8),
            "i16" => Self::Int(Int::I16),
            "i32" => Self::Int(Int::I32),
            "i64" => Self::Int(Int::I64),
            "isize" => Self::Int(Int::Isize),
            "integer" => Self::Integer,
            "u128" => Self::Wide { signed: false },
            "i128" => Self::Wide { signed: true },
            "f32" => Self::F32,
            "f64" => Self::F64,
            "char" => Self::Char,
            "str" => Self::Text,
            "bytes" => Self::Bytes,
            "path" => Self::Path,
            "duration" => Self::Duration,
            "system_time" => Self::SystemTime,
            "ip" => Self::Ip,
            "socket_addr" => Self::SocketAddr,
            "ordering" => Self::Ordering,
            "any" => Self::Any,
            "dynamic" => Self::Dynamic(core),
            "io_error" => Self::IoError,
            "never" => Self::Never,
            _ => return None,
        })
    }

    /// The number type that it is, if it is one of fixed width.
    pub(crate) fn number(&self) -> Option<Number> {
        match self {
            Self::Int(int) => Some(Number::Int(*int)),
            Self::F32 => Some(Number::F32),
            Self::F64 => Some(Number::F64),
            _ => None,
        }
    }

    /// Whether a value of it may travel as nil.
    pub(crate) fn may_be_nil(&self) -> bool {
        match self {
            Self::Unit | Self::Any | Self::Dynamic(_) | Self::Option { .. } => true,
            Self::Union(parts) => parts.iter().any(Self::may_be_nil),
            Self::Result(value, _) => value.may_be_nil(),
            Self::Class { form, .. } => form.may_be_nil(),
            _ => false,
        }
    }

    /// The type of the errors that a result of this type may be instead.
    pub(crate) fn error(&self) -> Option<&Self> {
        match self {
            Self::Result(_, error) => Some(error),
            Self::Option { inner, .. } => inner.error(),
            _ => None,
        }
    }

    /// Whether a value of it that is there needs a 1-tuple to be told from one that is not: nothing else says
    /// which it is. (`any` and `dynamic` stay as they are: data that is null is data that is not there.)
    pub(crate) fn told_apart(&self) -> bool {
        match self {
            Self::Unit | Self::Option { .. } => true,
            Self::Result(value, _) => value.told_apart(),
            _ => false,
        }
    }

    /// What its lists pack into native words of, where they do.
    pub(crate) fn packed(&self) -> Option<Number> {
        match self {
            Self::Int(int @ (Int::U16 | Int::U32 | Int::U64 | Int::I8 | Int::I16 | Int::I32 | Int::I64)) => {
                Some(Number::Int(*int))
            }
            Self::F32 => Some(Number::F32),
            Self::F64 => Some(Number::F64),
            _ => None,
        }
    }

    /// Whether its values refer to no other objects.
    pub(crate) fn is_atom(&self) -> bool {
        match self {
            Self::Unit
            | Self::Bool
            | Self::Int(_)
            | Self::Wide { .. }
            | Self::Integer
            | Self::F32
            | Self::F64
            | Self::Char
            | Self::Text
            | Self::Bytes
            | Self::FixedBytes(_)
            | Self::Ordering => true,
            Self::Option { inner, .. } => inner.is_atom() && !inner.told_apart(),
            _ => false,
        }
    }

    /// Whether a handle may be in a value of it.
    pub(crate) fn may_hold_handles(&self) -> bool {
        match self {
            Self::Handle(..) | Self::Record(_) | Self::Enum(_) => true,
            Self::Option { inner, .. }
            | Self::List(inner)
            | Self::Set(inner)
            | Self::Array(inner, _)
            | Self::Range(inner)
            | Self::Bounds(inner)
            | Self::Result(inner, _) => inner.may_hold_handles(),
            Self::Dict(key, value) => key.may_hold_handles() || value.may_hold_handles(),
            Self::Tuple(parts) | Self::Union(parts) => parts.iter().any(Self::may_hold_handles),
            _ => false,
        }
    }

    /// Says what objects are passed as, and of what, for messages that come later.
    pub(crate) fn set_place(&self, parameter: &str, of: Arguments<'_>) {
        match self {
            Self::Callable(shape) => shape.place.set(parameter, of),
            Self::Union(parts) => parts.iter().for_each(|part| part.set_place(parameter, of)),
            Self::File(shape) => shape.place.set(parameter, of),
            Self::Iterable(shape) => shape.place.set(parameter, of),
            Self::Option { inner, .. } => inner.set_place(parameter, of),
            _ => {}
        }
    }

    /// What is expected of a Python value, for messages.
    pub(crate) fn expected(&self, py: Python<'_>) -> String {
        let many = |parts: &[Self], between: &str| {
            parts
                .iter()
                .map(|part| part.expected(py))
                .collect::<Vec<_>>()
                .join(between)
        };
        match self {
            Self::Unit => "None".into(),
            Self::Bool => "bool".into(),
            Self::Int(_) | Self::Wide { .. } | Self::Integer => "int".into(),
            Self::Class { twin, .. } => twin.expected().into(),
            Self::F32 | Self::F64 => "float".into(),
            Self::Char => "a str of one character".into(),
            Self::Text => "str".into(),
            Self::Bytes => "bytes-like".into(),
            Self::FixedBytes(length) => format!("bytes-like of {length} bytes"),
            Self::Path => "str, bytes or os.PathLike".into(),
            Self::Duration => "datetime.timedelta".into(),
            Self::SystemTime => "datetime.datetime with a time zone".into(),
            Self::Ip => "ipaddress.IPv4Address, IPv6Address or str".into(),
            Self::SocketAddr => "a tuple (host, port)".into(),
            Self::Ordering => "int".into(),
            Self::Dynamic(_) => "any object".into(),
            Self::Any => "plain data (None, bool, int, float, str, list, dict)".into(),
            Self::IoError => "an I/O error".into(),
            Self::Never => "nothing at all".into(),
            Self::Option { inner, .. } => format!("{} or None", inner.expected(py)),
            Self::List(inner) => format!("list of {}", inner.expected(py)),
            Self::Numbers(number) => format!("list or buffer of {}", number.name()),
            Self::Set(inner) => format!("set of {}", inner.expected(py)),
            Self::Array(inner, length) => format!("list of {length} {}", inner.expected(py)),
            Self::Tuple(parts) => format!("tuple ({})", many(parts, ", ")),
            Self::Dict(key, value) => format!("dict of {} to {}", key.expected(py), value.expected(py)),
            Self::Range(_) => "range or a tuple (start, end)".into(),
            Self::Bounds(_) => "slice or range".into(),
            Self::Union(parts) => many(parts, " or "),
            Self::Handle(slot, _) | Self::Record(slot) | Self::Enum(slot) => slot.name(py),
            Self::Result(value, _) => value.expected(py),
            Self::Callable(_) => "callable".into(),
            Self::Object(shape) => shape.expected(py),
            Self::File(shape) => shape.expected(),
            Self::Iterable(shape) => format!("iterable of {}", shape.inner.expected(py)),
            Self::Iterator(items) => format!("iterator of {}", items.item.expected(py)),
            Self::Initial { inner, .. } => inner.expected(py),
            Self::Buffer(number) => format!("writable buffer of {}", number.name()),
        }
    }
}

fn unknown(core: &Core, value: &Bound<'_, PyAny>) -> PyErr {
    PyValueError::new_err(format!(
        "the manifest of `{}` names a type that this version of usecrate does not know: {value}; build it again",
        core.name
    ))
}

/// A sequence of `(name, type)` pairs, as the manifest has them.
pub(crate) fn read_pairs(core: &'static Core, value: &Bound<'_, PyAny>) -> PyResult<Vec<(String, Shape)>> {
    value
        .try_iter()?
        .map(|pair| {
            let pair = pair?;
            Ok((
                pair.get_item(0)?.extract()?,
                Shape::read(core, &pair.get_item(1)?)?,
            ))
        })
        .collect()
}
