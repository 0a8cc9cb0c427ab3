//! The library's answer to *describe*, read strictly (`docs/abi.md`, "Describe").

use serde_json::Value;
use usecrate_manifest::{ABI_VERSION, Kind, Object, TypeRef};

use super::DescribeError;
use super::implementors::Implementors;

/// What a library serves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Served {
    /// In the order of their numbers.
    pub types: Vec<ServedType>,
    /// In the order of their numbers.
    pub callables: Vec<ServedCallable>,
    /// What objects have to have that implement a trait, in the order of their numbers.
    pub objects: Vec<Object>,
}

/// A type as rustc sees it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ServedType {
    pub name: String,
    pub kind: Kind,
    pub flags: u64,
    /// Fields of a record.
    pub fields: Vec<(String, TypeRef)>,
    /// Variants of an enum: name, discriminant, fields.
    pub variants: Vec<ServedVariant>,
}

/// A variant.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ServedVariant {
    pub name: String,
    pub discriminant: Option<i64>,
    pub fields: Vec<(String, TypeRef)>,
}

/// A callable as rustc sees it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ServedCallable {
    pub id: String,
    pub params: Vec<TypeRef>,
    pub result: TypeRef,
}

/// `Send` and so on, as bits of [`ServedType::flags`].
pub(super) mod flag {
    pub(in super::super) const SEND: u64 = 1;
    pub(in super::super) const SYNC: u64 = 2;
    pub(in super::super) const CLONE: u64 = 4;
    pub(in super::super) const BORROWS: u64 = 8;
    pub(in super::super) const TRIVIAL_DROP: u64 = 16;
}

/// Reads the payload.
pub(super) fn read(answer: &Value) -> Result<Served, DescribeError> {
    let implementors = Implementors::default();
    let root = Part {
        value: answer,
        implementors: &implementors,
        place: "describe".to_owned(),
    };
    let [version, types, callables] = root.parts()?;
    if version.value.as_u64() != Some(u64::from(ABI_VERSION)) {
        return Err(DescribeError::Disagree {
            place: "abi_version".to_owned(),
            found: version.value.to_string(),
            expected: ABI_VERSION.to_string(),
        });
    }
    let types = Part {
        place: "types".to_owned(),
        ..types
    };
    let callables = Part {
        place: "callables".to_owned(),
        ..callables
    };
    let (types, callables) = (types.each(read_type)?, callables.each(read_callable)?);
    Ok(Served {
        types,
        callables,
        objects: implementors.into_objects(),
    })
}

fn read_type(part: &Part<'_>) -> Result<ServedType, DescribeError> {
    let [name, kind, flags, data] = part.parts()?;
    let mut ty = ServedType {
        name: name.text()?,
        kind: match kind.text()?.as_str() {
            "handle" => Kind::Handle,
            "record" => Kind::Record,
            "enum" => Kind::Enum,
            other => return kind.wrong(format!("unknown kind `{other}`")),
        },
        flags: flags
            .value
            .as_u64()
            .map_or_else(|| flags.wrong("not a number"), Ok)?,
        fields: Vec::new(),
        variants: Vec::new(),
    };
    match ty.kind {
        Kind::Handle if data.value.is_null() => {}
        Kind::Handle => return data.wrong("a handle has no data"),
        Kind::Record => ty.fields = data.each(read_field)?,
        Kind::Enum => ty.variants = data.each(read_variant)?,
    }
    Ok(ty)
}

fn read_variant(part: &Part<'_>) -> Result<ServedVariant, DescribeError> {
    let [name, discriminant, fields] = part.parts()?;
    Ok(ServedVariant {
        name: name.text()?,
        discriminant: match discriminant.value {
            Value::Null => None,
            value => Some(
                value
                    .as_i64()
                    .map_or_else(|| discriminant.wrong("not a 64-bit number"), Ok)?,
            ),
        },
        fields: fields.each(read_field)?,
    })
}

fn read_field(part: &Part<'_>) -> Result<(String, TypeRef), DescribeError> {
    let [name, ty] = part.parts()?;
    Ok((name.text()?, ty.ty()?))
}

fn read_callable(part: &Part<'_>) -> Result<ServedCallable, DescribeError> {
    let [id, params, result, _flags] = part.parts()?;
    Ok(ServedCallable {
        id: id.text()?,
        params: params.each(Part::ty)?,
        result: result.ty()?,
    })
}

/// A part of the answer, with the way to it.
struct Part<'a> {
    value: &'a Value,
    implementors: &'a Implementors,
    place: String,
}

impl<'a> Part<'a> {
    fn wrong<T>(&self, problem: impl Into<String>) -> Result<T, DescribeError> {
        Err(DescribeError::Answer {
            place: self.place.clone(),
            problem: problem.into(),
        })
    }

    fn array(&self) -> Result<Vec<Part<'a>>, DescribeError> {
        let Value::Array(parts) = self.value else {
            return self.wrong(format!("`{}` is not an array", self.value));
        };
        let part = |(at, value)| Part {
            value,
            implementors: self.implementors,
            place: format!("{}[{at}]", self.place),
        };
        Ok(parts.iter().enumerate().map(part).collect())
    }

    fn parts<const N: usize>(&self) -> Result<[Part<'a>; N], DescribeError> {
        let parts = self.array()?;
        let found = parts.len();
        parts
            .try_into()
            .or_else(|_| self.wrong(format!("has {found} parts, expected {N}")))
    }

    fn each<T>(&self, read: impl Fn(&Part<'a>) -> Result<T, DescribeError>) -> Result<Vec<T>, DescribeError> {
        self.array()?.iter().map(read).collect()
    }

    fn text(&self) -> Result<String, DescribeError> {
        self.value
            .as_str()
            .map_or_else(|| self.wrong("not a string"), |text| Ok(text.to_owned()))
    }

    fn ty(&self) -> Result<TypeRef, DescribeError> {
        self.implementors
            .ty(self.value)
            .or_else(|problem| self.wrong(problem))
    }
}
