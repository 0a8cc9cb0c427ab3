//! JSON Schemas of the records and enums that cross by value, in the shape of `usecrate.asdict`.

use std::collections::{BTreeMap, BTreeSet};

use schemars::{Schema, json_schema};
use serde_json::{Map, Value, json};
use usecrate_manifest::{Callable, Field, Kind, Object, Type, TypeRef, Variant};

/// What types refer to.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) types: &'a [Type],
    pub(super) objects: &'a [Object],
}

/// A schema per record and enum, by path; each stands alone.
pub(super) fn schemas(known: Known<'_>) -> BTreeMap<String, Value> {
    let by_value = (0_u32..)
        .zip(known.types)
        .filter(|(_, ty)| ty.kind != Kind::Handle);
    by_value
        .map(|(index, ty)| (ty.path.clone(), standalone(known, index, ty)))
        .collect()
}

/// A schema per callable that has parameters: its arguments as an object, by name; each stands alone.
pub(super) fn parameters(known: Known<'_>, callables: &[Callable]) -> BTreeMap<String, Value> {
    let taking = callables.iter().filter(|callable| !callable.params.is_empty());
    taking
        .map(|callable| (callable.id.clone(), arguments(known, callable)))
        .collect()
}

fn arguments(known: Known<'_>, callable: &Callable) -> Value {
    let properties: Map<_, _> = callable
        .params
        .iter()
        .map(|param| {
            let mut schema = of(known, &param.ty);
            if let (Value::Object(map), Some(default)) = (&mut schema, &param.default) {
                map.insert("default".to_owned(), default.clone());
            }
            (param.name.clone(), schema)
        })
        .collect();
    let required: Vec<_> = callable
        .params
        .iter()
        .filter(|param| !param.optional && param.default.is_none())
        .map(|param| param.name.as_str())
        .collect();
    let mut schema = json_schema!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    let mut needed = BTreeSet::new();
    for param in &callable.params {
        param.ty.each_type(&mut |at| {
            let by_value = known
                .types
                .get(at as usize)
                .is_some_and(|ty| ty.kind != Kind::Handle);
            if by_value && needed.insert(at) {
                needs(known, at, &mut needed);
            }
        });
    }
    define(known, &mut schema, needed);
    schema.to_value()
}

fn standalone(known: Known<'_>, index: u32, ty: &Type) -> Value {
    let mut schema = of_type(known, ty);
    let mut needed = BTreeSet::new();
    needs(known, index, &mut needed);
    define(known, &mut schema, needed);
    schema.insert(
        "$schema".to_owned(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    schema.insert("title".to_owned(), ty.path.clone().into());
    schema.to_value()
}

/// Puts the types that a schema refers to into it.
fn define(known: Known<'_>, schema: &mut Schema, needed: BTreeSet<u32>) {
    if !needed.is_empty() {
        let inner = needed.into_iter().map(|at| {
            let ty = &known.types[at as usize];
            (ty.path.clone(), of_type(known, ty).to_value())
        });
        schema.insert("$defs".to_owned(), Value::Object(inner.collect::<Map<_, _>>()));
    }
}

/// The types that a type's schema refers to.
fn needs(known: Known<'_>, index: u32, needed: &mut BTreeSet<u32>) {
    let Some(ty) = known.types.get(index as usize) else {
        return;
    };
    for field in ty
        .fields
        .iter()
        .chain(ty.variants.iter().flat_map(|variant| &variant.fields))
    {
        let mut inner = Vec::new();
        field.ty.each_type(&mut |at| inner.push(at));
        for at in inner {
            let by_value = known
                .types
                .get(at as usize)
                .is_some_and(|ty| ty.kind != Kind::Handle);
            if by_value && needed.insert(at) {
                needs(known, at, needed);
            }
        }
    }
}

fn of_type(known: Known<'_>, ty: &Type) -> Schema {
    let mut schema = match ty.kind {
        Kind::Handle => handle(known, u32::MAX),
        Kind::Record => object(known, &ty.fields),
        Kind::Enum => {
            let (unit, data): (Vec<_>, Vec<_>) =
                ty.variants.iter().partition(|variant| variant.fields.is_empty());
            let names: Vec<_> = unit.iter().map(|variant| variant.name.as_str()).collect();
            let mut choices: Vec<_> = data
                .into_iter()
                .map(|variant| of_variant(known, variant))
                .collect();
            if choices.is_empty() {
                json_schema!({ "enum": names })
            } else {
                if !names.is_empty() {
                    choices.insert(0, json!({ "enum": names }));
                }
                json_schema!({ "oneOf": choices })
            }
        }
    };
    if !ty.docs.is_empty() {
        schema.insert("description".to_owned(), ty.docs.clone().into());
    }
    schema
}

/// `{"Variant": payload}`: one unnamed field is the payload, several are an array, named ones an object.
fn of_variant(known: Known<'_>, variant: &Variant) -> Value {
    let payload = match (variant.tuple, variant.fields.as_slice()) {
        (true, [one]) => of(known, &one.ty),
        (true, many) => tuple(known, many.iter().map(|field| &field.ty)),
        (false, fields) => object(known, fields).to_value(),
    };
    json!({
        "type": "object",
        "properties": { variant.name.as_str(): payload },
        "required": [variant.name],
        "additionalProperties": false,
    })
}

fn object(known: Known<'_>, fields: &[Field]) -> Schema {
    let properties: Map<_, _> = fields
        .iter()
        .map(|field| (field.name.clone(), documented(known, field)))
        .collect();
    let required: Vec<_> = fields
        .iter()
        .filter(|field| !matches!(field.ty, TypeRef::Option(_)))
        .map(|field| field.name.as_str())
        .collect();
    json_schema!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn documented(known: Known<'_>, field: &Field) -> Value {
    let mut value = of(known, &field.ty);
    if let (Value::Object(map), false) = (&mut value, field.docs.is_empty()) {
        map.insert("description".to_owned(), field.docs.clone().into());
    }
    value
}

fn of(known: Known<'_>, ty: &TypeRef) -> Value {
    let one = |t: &TypeRef| of(known, t);
    match ty {
        TypeRef::Plain(word) => plain(word),
        TypeRef::Option(t) => json!({ "anyOf": [one(t), { "type": "null" }] }),
        TypeRef::Class(name, t) => class(known, name, t),
        TypeRef::List(t) => json!({ "type": "array", "items": one(t) }),
        TypeRef::Set(t) => json!({ "type": "array", "items": one(t), "uniqueItems": true }),
        TypeRef::Array(t, _) if **t == TypeRef::Plain("u8") => plain("bytes"),
        TypeRef::Array(t, n) => json!({ "type": "array", "items": one(t), "minItems": n, "maxItems": n }),
        TypeRef::Tuple(parts) => tuple(known, parts.iter()),
        TypeRef::Dict(k, v) if textual(k) => json!({ "type": "object", "additionalProperties": one(v) }),
        TypeRef::Dict(k, v) => json!({ "type": "array", "items": tuple(known, [&**k, &**v].into_iter()) }),
        TypeRef::Range(t) => tuple(known, [&**t, &**t].into_iter()),
        TypeRef::Bounds(t) => {
            let end = json!({ "anyOf": [one(t), { "type": "null" }] });
            json!({ "type": "array", "prefixItems": [end, end, { "type": "boolean" }], "minItems": 3, "maxItems": 3 })
        }
        TypeRef::Union(parts) => json!({ "anyOf": parts.iter().map(one).collect::<Vec<_>>() }),
        TypeRef::Result(t, _) | TypeRef::Out(t, _) => one(t),
        TypeRef::Iterable(t) | TypeRef::Items(t) | TypeRef::Iterator(t) => {
            json!({ "type": "array", "items": one(t) })
        }
        TypeRef::Callable(..) => json!({ "description": "a callable" }),
        TypeRef::Object(index) => {
            let name = known.objects.get(*index as usize).map_or("?", |one| &one.trait_);
            json!({ "description": format!("an object that implements `{name}`") })
        }
        TypeRef::File(_) => json!({ "description": "a binary file object" }),
        TypeRef::Buffer(word) => json!({ "description": format!("a writable buffer of `{word}`") }),
        TypeRef::Handle(index, _) => handle(known, *index).to_value(),
        TypeRef::Record(index) | TypeRef::Enum(index) => match known.types.get(*index as usize) {
            Some(ty) => json!({ "$ref": format!("#/$defs/{}", escaped(&ty.path)) }),
            None => Value::Bool(true),
        },
    }
}

fn tuple<'t>(known: Known<'_>, parts: impl Iterator<Item = &'t TypeRef>) -> Value {
    let parts: Vec<_> = parts.map(|part| of(known, part)).collect();
    json!({ "type": "array", "minItems": parts.len(), "maxItems": parts.len(), "prefixItems": parts })
}

/// A class of Python's standard library: as text where that is how people write it.
fn class(known: Known<'_>, name: &str, form: &TypeRef) -> Value {
    let format = match name {
        "uuid" => "uuid",
        "date" => "date",
        "time" => "time",
        "naive_datetime" | "utc_datetime" | "datetime" | "zoned_datetime" => "date-time",
        "timedelta" => "duration",
        _ => return of(known, form),
    };
    json!({ "type": "string", "format": format })
}

/// A value that stays in Rust: JSON cannot hold one.
fn handle(known: Known<'_>, index: u32) -> Schema {
    let path = known
        .types
        .get(index as usize)
        .map_or("value", |ty| ty.path.as_str());
    json_schema!({ "description": format!("a `{path}`, which stays in Rust") })
}

fn textual(key: &TypeRef) -> bool {
    matches!(key, TypeRef::Plain("str" | "char" | "path" | "ip"))
}

fn plain(word: &str) -> Value {
    let integer = |min: Value, max: Value| json!({ "type": "integer", "minimum": min, "maximum": max });
    match word {
        "unit" => json!({ "type": "null" }),
        "bool" => json!({ "type": "boolean" }),
        "u8" => integer(0.into(), u8::MAX.into()),
        "u16" => integer(0.into(), u16::MAX.into()),
        "u32" => integer(0.into(), u32::MAX.into()),
        "u64" | "usize" => integer(0.into(), u64::MAX.into()),
        "u128" => json!({ "type": "integer", "minimum": 0 }),
        "integer" => json!({ "type": "integer" }),
        "i8" => integer(i8::MIN.into(), i8::MAX.into()),
        "i16" => integer(i16::MIN.into(), i16::MAX.into()),
        "i32" => integer(i32::MIN.into(), i32::MAX.into()),
        "i64" | "isize" => integer(i64::MIN.into(), i64::MAX.into()),
        "i128" => json!({ "type": "integer" }),
        "f32" | "f64" => json!({ "type": "number" }),
        "char" => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
        "bytes" => json!({ "type": "string", "contentEncoding": "base64" }),
        "duration" => json!({ "type": "string", "format": "duration" }),
        "system_time" => json!({ "type": "string", "format": "date-time" }),
        "ip" => json!({ "type": "string", "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }] }),
        "socket_addr" => json!({
            "type": "array", "minItems": 2, "maxItems": 2,
            "prefixItems": [{ "type": "string" }, { "type": "integer", "minimum": 0, "maximum": 65535 }],
        }),
        "ordering" => json!({ "enum": [-1, 0, 1] }),
        "str" | "path" | "io_error" => json!({ "type": "string" }),
        "never" => Value::Bool(false),
        // `any`, `dynamic`, and words that a later version may add.
        _ => Value::Bool(true),
    }
}

/// A path as a step of a JSON pointer in a URI's fragment.
fn escaped(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        match byte {
            b'~' => text.push_str("~0"),
            b'/' => text.push_str("~1"),
            b':' | b'_' | b'-' | b'.' => text.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
