//! The type language of signatures. In JSON and on the wire: a string for a type without parts (`"u8"`), an array for
//! one with parts (`["list", "u8"]`), so that both are read by the same few lines in any language.

use serde::de::Error as _;
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// How a handle is taken or given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Parameter: lent, shared. Result: borrows its owner, shared.
    Shared,
    /// Parameter: lent, exclusively. Result: borrows its owner, exclusively.
    Exclusive,
    /// Parameter: moved into the call.
    Move,
    /// Parameter: cloned into the call; the handle stays.
    Clone,
    /// Result: owned by the caller.
    New,
}

impl Mode {
    /// The word in the manifest.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Exclusive => "exclusive",
            Self::Move => "move",
            Self::Clone => "clone",
            Self::New => "new",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "shared" => Self::Shared,
            "exclusive" => Self::Exclusive,
            "move" => Self::Move,
            "clone" => Self::Clone,
            "new" => Self::New,
            _ => return None,
        })
    }
}

/// For how long a callable is Rust's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lifetime {
    /// It is lent for the call.
    Lent,
    /// Rust may keep it.
    Kept,
}

impl Lifetime {
    /// The word in the manifest.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lent => "lent",
            Self::Kept => "kept",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "lent" => Self::Lent,
            "kept" => Self::Kept,
            _ => return None,
        })
    }
}

/// What a file object must be able to do: letters of `rwsb`, in that order, of a binary one; `t` of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileModes(u8);

impl FileModes {
    /// `Read`.
    pub const READ: u8 = 1;
    /// `Write`.
    pub const WRITE: u8 = 2;
    /// `Seek`.
    pub const SEEK: u8 = 4;
    /// `BufRead`.
    pub const BUFFERED: u8 = 8;
    /// `std::fmt::Write`, alone.
    pub const TEXT: u8 = 16;

    const LETTERS: [(u8, char); 5] = [
        (Self::READ, 'r'),
        (Self::WRITE, 'w'),
        (Self::SEEK, 's'),
        (Self::BUFFERED, 'b'),
        (Self::TEXT, 't'),
    ];

    /// The modes with these bits, if there are any and no others.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits == 0 || bits > Self::TEXT {
            None
        } else {
            Some(Self(bits))
        }
    }

    /// Whether it has that bit.
    #[must_use]
    pub const fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }

    /// The word in the manifest.
    #[must_use]
    pub fn word(self) -> String {
        let letters = Self::LETTERS.iter().filter(|(bit, _)| self.has(*bit));
        letters.map(|(_, letter)| letter).collect()
    }

    fn parse(word: &str) -> Option<Self> {
        (1..=Self::TEXT).map(Self).find(|modes| modes.word() == word)
    }
}

/// The type of a parameter, result or field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeRef {
    /// A type without parts: one of [`PLAIN`].
    Plain(&'static str),
    /// `["option", T]`
    Option(Box<TypeRef>),
    /// `["class", name, T]`: travels as `T`, and is an instance of that class in Python.
    Class(String, Box<TypeRef>),
    /// `["list", T]`
    List(Box<TypeRef>),
    /// `["set", T]`
    Set(Box<TypeRef>),
    /// `["array", T, n]`
    Array(Box<TypeRef>, u64),
    /// `["tuple", T, …]`
    Tuple(Vec<TypeRef>),
    /// `["dict", K, V]`
    Dict(Box<TypeRef>, Box<TypeRef>),
    /// `["range", T]`
    Range(Box<TypeRef>),
    /// `["bounds", T]`
    Bounds(Box<TypeRef>),
    /// `["union", T, …]`
    Union(Vec<TypeRef>),
    /// `["handle", type, mode]`
    Handle(u32, Mode),
    /// `["record", type]`
    Record(u32),
    /// `["enum", type]`
    Enum(u32),
    /// `["result", T, E]`
    Result(Box<TypeRef>, Box<TypeRef>),
    /// `["callable", [P, …], R, "lent"]`: Rust calls it, during the call alone; or `"kept"`: whenever it likes.
    Callable(Vec<TypeRef>, Box<TypeRef>, Lifetime),
    /// `["object", n]`: an object that implements the trait of that number in `objects`.
    Object(u32),
    /// `["file", modes]`
    File(FileModes),
    /// `["iterable", T]`: items that Rust takes one by one.
    Iterable(Box<TypeRef>),
    /// `["items", T]`: items that are all taken before the call.
    Items(Box<TypeRef>),
    /// `["iterator", T]`: items that Rust gives, some at a time.
    Iterator(Box<TypeRef>),
    /// `["buffer", T]`: writable memory of a number type, one of [`NUMBERS`], that Rust fills in place.
    Buffer(&'static str),
    /// `["out", T, has_default]`: Rust leaves a value in it, which is part of the result.
    Out(Box<TypeRef>, bool),
}

/// Which way a value crosses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Into Rust.
    In,
    /// Out of Rust.
    Out,
}

/// The words for numbers of fixed width.
pub const NUMBERS: &[&str] = &[
    "u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize", "f32", "f64",
];

/// The words for types without parts.
pub const PLAIN: &[&str] = &[
    "unit",
    "bool",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "integer",
    "isize",
    "f32",
    "f64",
    "char",
    "str",
    "bytes",
    "path",
    "duration",
    "system_time",
    "ip",
    "socket_addr",
    "ordering",
    "any",
    "dynamic",
    "io_error",
    "never",
];

impl TypeRef {
    /// The type without parts of that name, if there is one.
    #[must_use]
    pub fn plain(word: &str) -> Option<Self> {
        PLAIN
            .iter()
            .find(|known| **known == word)
            .map(|known| Self::Plain(known))
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    ///
    /// Says which part is not a type.
    pub fn from_value(value: &Value) -> Result<Self, String> {
        Self::read(value, 64)
    }

    fn read(value: &Value, depth: usize) -> Result<Self, String> {
        if depth == 0 {
            return Err("type nested deeper than 64 levels".to_owned());
        }
        if let Value::String(word) = value {
            return Self::plain(word).ok_or_else(|| format!("unknown type `{word}`"));
        }
        let wrong = || format!("not a type: `{value}`");
        let Value::Array(parts) = value else {
            return Err(wrong());
        };
        let Some((Value::String(head), rest)) = parts.split_first() else {
            return Err(wrong());
        };
        let one = |at: usize| {
            rest.get(at)
                .ok_or_else(wrong)
                .and_then(|part| Self::read(part, depth - 1))
        };
        let boxed = |at: usize| one(at).map(Box::new);
        let many = || {
            rest.iter()
                .map(|part| Self::read(part, depth - 1))
                .collect::<Result<Vec<_>, _>>()
        };
        let number = |at: usize| rest.get(at).and_then(Value::as_u64).ok_or_else(wrong);
        let index = |at: usize| number(at).and_then(|n| u32::try_from(n).map_err(|_| wrong()));
        let flag = |at: usize| rest.get(at).and_then(Value::as_bool).ok_or_else(wrong);
        let text = |at: usize| rest.get(at).and_then(Value::as_str).ok_or_else(wrong);
        let arity = |n: usize| if rest.len() == n { Ok(()) } else { Err(wrong()) };
        match head.as_str() {
            "option" => arity(1).and_then(|()| boxed(0)).map(Self::Option),
            "class" => arity(2).and_then(|()| Ok(Self::Class(text(0)?.to_owned(), boxed(1)?))),
            "list" => arity(1).and_then(|()| boxed(0)).map(Self::List),
            "set" => arity(1).and_then(|()| boxed(0)).map(Self::Set),
            "array" => arity(2).and_then(|()| Ok(Self::Array(boxed(0)?, number(1)?))),
            "tuple" => many().map(Self::Tuple),
            "dict" => arity(2).and_then(|()| Ok(Self::Dict(boxed(0)?, boxed(1)?))),
            "range" => arity(1).and_then(|()| boxed(0)).map(Self::Range),
            "bounds" => arity(1).and_then(|()| boxed(0)).map(Self::Bounds),
            "union" => many().map(Self::Union),
            "handle" => {
                arity(2)?;
                let mode = rest[1].as_str().and_then(Mode::parse).ok_or_else(wrong)?;
                Ok(Self::Handle(index(0)?, mode))
            }
            "record" => arity(1).and_then(|()| index(0)).map(Self::Record),
            "enum" => arity(1).and_then(|()| index(0)).map(Self::Enum),
            "result" => arity(2).and_then(|()| Ok(Self::Result(boxed(0)?, boxed(1)?))),
            "callable" => {
                arity(3)?;
                let Some(Value::Array(params)) = rest.first() else {
                    return Err(wrong());
                };
                let lifetime = Lifetime::parse(text(2)?).ok_or_else(wrong)?;
                let params = params.iter().map(|part| Self::read(part, depth - 1));
                Ok(Self::Callable(
                    params.collect::<Result<_, _>>()?,
                    boxed(1)?,
                    lifetime,
                ))
            }
            "object" => arity(1).and_then(|()| index(0)).map(Self::Object),
            "file" => {
                arity(1)?;
                FileModes::parse(text(0)?).map(Self::File).ok_or_else(wrong)
            }
            "iterable" => arity(1).and_then(|()| boxed(0)).map(Self::Iterable),
            "items" => arity(1).and_then(|()| boxed(0)).map(Self::Items),
            "iterator" => arity(1).and_then(|()| boxed(0)).map(Self::Iterator),
            "buffer" => {
                arity(1)?;
                let word = text(0)?;
                let known = NUMBERS.iter().find(|known| **known == word);
                known.map(|word| Self::Buffer(word)).ok_or_else(wrong)
            }
            "out" => arity(2).and_then(|()| Ok(Self::Out(boxed(0)?, flag(1)?))),
            other => Err(format!("unknown type `{other}`")),
        }
    }

    /// The first word in it that cannot cross that way: a callable cannot be a result, an iterator no parameter. An
    /// `out` is never part of another type: whoever reads a parameter takes it off first.
    #[must_use]
    pub fn misplaced(&self, way: Way) -> Option<&'static str> {
        match (self, way) {
            (Self::Out(..), _) => Some("out"),
            (Self::Iterator(_), Way::In) => Some("iterator"),
            (Self::Callable(..), Way::Out) => Some("callable"),
            (Self::Object(_), Way::Out) => Some("object"),
            (Self::Iterable(_), Way::Out) => Some("iterable"),
            (Self::Items(_), Way::Out) => Some("items"),
            (Self::Buffer(_), Way::Out) => Some("buffer"),
            (Self::Callable(params, result, _), Way::In) => {
                let params = params.iter().find_map(|param| param.misplaced(Way::Out));
                params.or_else(|| result.misplaced(Way::In))
            }
            _ => {
                let mut found = None;
                self.each_part(&mut |part| found = found.or_else(|| part.misplaced(way)));
                found
            }
        }
    }

    /// Calls `visit` with each type that it is directly made of.
    pub fn each_part<'t>(&'t self, visit: &mut impl FnMut(&'t Self)) {
        match self {
            Self::Plain(_)
            | Self::File(_)
            | Self::Buffer(_)
            | Self::Handle(..)
            | Self::Record(_)
            | Self::Enum(_)
            | Self::Object(_) => {}
            Self::Option(t)
            | Self::Class(_, t)
            | Self::List(t)
            | Self::Set(t)
            | Self::Array(t, _)
            | Self::Range(t)
            | Self::Bounds(t)
            | Self::Iterable(t)
            | Self::Items(t)
            | Self::Iterator(t)
            | Self::Out(t, _) => visit(t),
            Self::Tuple(parts) | Self::Union(parts) => parts.iter().for_each(visit),
            Self::Dict(k, v) | Self::Result(k, v) => {
                visit(k);
                visit(v);
            }
            Self::Callable(params, result, _) => {
                params.iter().for_each(&mut *visit);
                visit(result);
            }
        }
    }

    /// Calls `visit` with every type number in it.
    pub fn each_type(&self, visit: &mut dyn FnMut(u32)) {
        if let Self::Handle(index, _) | Self::Record(index) | Self::Enum(index) = self {
            visit(*index);
        }
        self.each_part(&mut |part| part.each_type(visit));
    }

    /// Calls `visit` with the number of every object in it.
    pub fn each_object(&self, visit: &mut dyn FnMut(u32)) {
        if let Self::Object(index) = self {
            visit(*index);
        }
        self.each_part(&mut |part| part.each_object(visit));
    }
}

impl Serialize for TypeRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn parts<S: Serializer, T: Serialize>(s: S, head: &str, rest: &[T]) -> Result<S::Ok, S::Error> {
            let mut seq = s.serialize_seq(Some(rest.len() + 1))?;
            seq.serialize_element(head)?;
            for part in rest {
                seq.serialize_element(part)?;
            }
            seq.end()
        }
        let s = serializer;
        match self {
            Self::Plain(word) => s.serialize_str(word),
            Self::Option(t) => parts(s, "option", &[t]),
            Self::Class(name, t) => ("class", name, t).serialize(s),
            Self::List(t) => parts(s, "list", &[t]),
            Self::Set(t) => parts(s, "set", &[t]),
            Self::Array(t, n) => ("array", t, n).serialize(s),
            Self::Tuple(all) => parts(s, "tuple", all),
            Self::Dict(k, v) => parts(s, "dict", &[k, v]),
            Self::Range(t) => parts(s, "range", &[t]),
            Self::Bounds(t) => parts(s, "bounds", &[t]),
            Self::Union(all) => parts(s, "union", all),
            Self::Handle(index, mode) => ("handle", index, mode.as_str()).serialize(s),
            Self::Record(index) => ("record", index).serialize(s),
            Self::Enum(index) => ("enum", index).serialize(s),
            Self::Result(t, e) => parts(s, "result", &[t, e]),
            Self::Callable(params, result, lifetime) => {
                ("callable", params, result, lifetime.as_str()).serialize(s)
            }
            Self::Object(index) => ("object", index).serialize(s),
            Self::File(modes) => ("file", modes.word()).serialize(s),
            Self::Iterable(t) => parts(s, "iterable", &[t]),
            Self::Items(t) => parts(s, "items", &[t]),
            Self::Iterator(t) => parts(s, "iterator", &[t]),
            Self::Buffer(word) => ("buffer", word).serialize(s),
            Self::Out(t, has_default) => ("out", t, has_default).serialize(s),
        }
    }
}

impl<'de> Deserialize<'de> for TypeRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_value(&value).map_err(D::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for TypeRef {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TypeRef".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A type: a word, or an array of a word and its parts. See `docs/abi.md`.",
            "oneOf": [{ "enum": PLAIN }, { "type": "array", "minItems": 1, "prefixItems": [{ "enum": [
                "option", "class", "list", "set", "array", "tuple", "dict", "range", "bounds", "union", "handle", "record",
                "enum", "result", "callable", "object", "file", "iterable", "items", "iterator", "buffer", "out",
            ] }] }],
        })
    }
}
