//! What the maps of a manifest hold: which keys, and what their values must be.

use super::json::{Kind, Value};
use super::place::{Place, Problem};

/// What a value must be.
enum Want {
    Integer,
    Text,
    Flag,
    /// A map of anything.
    Table,
    Anything,
    Map(&'static Shape),
    Maps(&'static Shape),
    Integers,
    Texts,
}
use Want::{Anything, Flag, Integer, Integers, Map, Maps, Table, Text, Texts};

/// The keys of a map in the order in which they are written, what their values must be, and whether they must
/// be there.
type Shape = [(&'static str, Want, bool)];

/// A key that must be there, and one that may be missing.
const MUST: bool = true;
const MAY: bool = false;

static MANIFEST: &Shape = &[
    ("manifest_version", Integer, MUST),
    ("abi_version", Integer, MUST),
    ("generator", Text, MUST),
    ("crate", Map(CRATE), MUST),
    ("build", Map(BUILD), MUST),
    ("library", Map(LIBRARY), MUST),
    ("modules", Maps(MODULE), MUST),
    ("types", Maps(TYPE), MUST),
    ("traits", Maps(TRAIT), MUST),
    ("callables", Maps(CALLABLE), MUST),
    ("objects", Maps(OBJECT), MAY),
    ("skipped", Maps(SKIP), MUST),
    ("coverage", Map(COVERAGE), MUST),
    ("partial", Maps(PARTIAL), MAY),
    ("schemas", Table, MAY),
    ("parameters", Table, MAY),
];
static CRATE: &Shape = &[
    ("name", Text, MUST),
    ("lib", Text, MUST),
    ("version", Text, MUST),
    ("source", Text, MUST),
    ("origin", Text, MAY),
    ("features", Texts, MUST),
    ("default_features", Flag, MUST),
    ("docs", Text, MUST),
    ("license", Text, MAY),
];
static BUILD: &Shape = &[
    ("target", Text, MUST),
    ("rustc", Text, MUST),
    ("profile", Text, MUST),
    ("key", Text, MUST),
    ("config", Text, MAY),
];
static LIBRARY: &Shape = &[
    ("path", Text, MUST),
    ("size", Integer, MUST),
    ("blake3", Text, MUST),
    ("sha256", Text, MUST),
    ("loaded", Map(LOADED), MAY),
];
static LOADED: &Shape = &[("size", Integer, MUST), ("blake3", Text, MUST)];
static COVERAGE: &Shape = &[("callables", Integer, MUST), ("served", Integer, MUST)];
static PARTIAL: &Shape = &[
    ("path", Text, MUST),
    ("bound", Text, MUST),
    ("missing", Texts, MUST),
];
static MODULE: &Shape = &[
    ("path", Text, MUST),
    ("docs", Text, MAY),
    ("entries", Maps(ENTRY), MUST),
];
static ENTRY: &Shape = &[
    ("name", Text, MUST),
    ("module", Integer, MAY),
    ("type", Integer, MAY),
    ("trait", Integer, MAY),
    ("function", Map(FUNCTION), MAY),
    ("constant", Integer, MAY),
    ("variant", Integers, MAY),
];
static FUNCTION: &Shape = &[("callables", Integers, MUST), ("instances", Maps(INSTANCE), MAY)];
static INSTANCE: &Shape = &[("key", Texts, MUST), ("callables", Integers, MUST)];
static TYPE_INSTANCE: &Shape = &[("key", Texts, MUST), ("type", Integer, MUST)];
static TYPE: &Shape = &[
    ("path", Text, MUST),
    ("name", Text, MUST),
    ("docs", Text, MAY),
    ("kind", Text, MUST),
    ("error", Flag, MAY),
    ("send", Flag, MUST),
    ("sync", Flag, MUST),
    ("clone", Flag, MUST),
    ("borrows", Flag, MUST),
    ("trivial_drop", Flag, MUST),
    ("fields", Maps(FIELD), MAY),
    ("default", Integer, MAY),
    ("variants", Maps(VARIANT), MAY),
    ("variant_of", Integer, MAY),
    ("constructors", Integers, MAY),
    ("methods", Maps(METHOD), MAY),
    ("properties", Maps(PROPERTY), MAY),
    ("constants", Maps(CONSTANT), MAY),
    ("specials", Table, MAY),
    ("deref", Integer, MAY),
    ("primary", Integer, MAY),
    ("instances", Maps(TYPE_INSTANCE), MAY),
];
static FIELD: &Shape = &[
    ("name", Text, MUST),
    ("type", Anything, MUST),
    ("docs", Text, MAY),
];
static VARIANT: &Shape = &[
    ("name", Text, MUST),
    ("discriminant", Integer, MAY),
    ("fields", Maps(FIELD), MAY),
    ("tuple", Flag, MAY),
    ("docs", Text, MAY),
    ("constructor", Integer, MAY),
    ("getters", Integers, MAY),
];
static METHOD: &Shape = &[
    ("name", Text, MUST),
    ("instance", Flag, MUST),
    ("callables", Integers, MUST),
    ("instances", Maps(INSTANCE), MAY),
    ("from_trait", Text, MAY),
];
static PROPERTY: &Shape = &[
    ("name", Text, MUST),
    ("get", Integer, MUST),
    ("set", Integer, MAY),
    ("lend", Integer, MAY),
    ("docs", Text, MAY),
];
static CONSTANT: &Shape = &[
    ("name", Text, MUST),
    ("callable", Integer, MUST),
    ("docs", Text, MAY),
];
static TRAIT: &Shape = &[
    ("path", Text, MUST),
    ("name", Text, MUST),
    ("docs", Text, MAY),
    ("methods", Maps(METHOD), MUST),
    ("plain", Flag, MAY),
];
static OBJECT: &Shape = &[("trait", Text, MUST), ("methods", Maps(OBJECT_METHOD), MUST)];
static OBJECT_METHOD: &Shape = &[("name", Text, MUST), ("type", Anything, MUST)];
static CALLABLE: &Shape = &[
    ("id", Text, MUST),
    ("name", Text, MUST),
    ("docs", Text, MAY),
    ("signature", Text, MUST),
    ("params", Maps(PARAM), MUST),
    ("result", Anything, MUST),
    ("keeps_lock", Flag, MAY),
    ("fluent", Flag, MAY),
    ("deprecated", Text, MAY),
    ("span", Text, MAY),
];
static PARAM: &Shape = &[
    ("name", Text, MUST),
    ("type", Anything, MUST),
    ("optional", Flag, MAY),
    ("default", Anything, MAY),
];
static SKIP: &Shape = &[
    ("path", Text, MUST),
    ("name", Text, MUST),
    ("owners", Integers, MAY),
    ("modules", Texts, MAY),
    ("code", Text, MUST),
    ("message", Text, MUST),
    ("span", Text, MAY),
    ("counted", Flag, MUST),
];

/// Checks that a value has the form of a manifest.
pub(super) fn check(manifest: Value<'_>) -> Result<(), Problem> {
    map(manifest, MANIFEST, &Place::Root)
}

/// Checks that a value is a list of integers.
pub(super) fn integers(value: Value<'_>, place: &Place<'_>) -> Result<(), Problem> {
    list(value, place, |item, place| {
        expect(item, Kind::Int, "an integer", place)
    })
}

fn map(value: Value<'_>, shape: &Shape, place: &Place<'_>) -> Result<(), Problem> {
    expect(value, Kind::Map, "a map", place)?;
    let (mut seen, mut next) = (0u32, 0);
    for (key, part) in value.entries() {
        // Mostly the one behind the last one.
        let from_next = (next..shape.len()).chain(0..next);
        let Some(at) = from_next.into_iter().find(|at| key.is(shape[*at].0)) else {
            let key = key.text().unwrap_or_default();
            return Err(Place::Key(place, &key).problem("is not known"));
        };
        let (name, want, _) = &shape[at];
        let place = Place::Key(place, name);
        if seen & (1 << at) != 0 {
            return Err(place.problem("is there twice"));
        }
        seen |= 1 << at;
        next = at + 1;
        self::value(part, want, &place)?;
    }
    let missing = shape
        .iter()
        .enumerate()
        .filter(|(at, (_, _, must))| *must && seen & (1 << at) == 0);
    match missing.map(|(_, (name, _, _))| *name).min() {
        Some(name) => Err(Place::Key(place, name).problem("is missing")),
        None => Ok(()),
    }
}

fn value(value: Value<'_>, want: &Want, place: &Place<'_>) -> Result<(), Problem> {
    match want {
        Anything => Ok(()),
        Integer => expect(value, Kind::Int, "an integer", place),
        Text => text(value, place),
        Flag if matches!(value.kind(), Kind::True | Kind::False) => Ok(()),
        Flag => Err(unlike(value, "true or false", place)),
        Table if value.kind() == Kind::Folded => Ok(()),
        Table => expect(value, Kind::Map, "a map", place),
        Map(shape) => map(value, shape, place),
        Maps(shape) => list(value, place, |item, place| map(item, shape, place)),
        Integers => integers(value, place),
        Texts => list(value, place, text),
    }
}

fn list(
    value: Value<'_>,
    place: &Place<'_>,
    check: impl Fn(Value<'_>, &Place<'_>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    expect(value, Kind::List, "a list", place)?;
    for (at, item) in value.items().enumerate() {
        check(item, &Place::At(place, at))?;
    }
    Ok(())
}

fn text(value: Value<'_>, place: &Place<'_>) -> Result<(), Problem> {
    if value.is_text() {
        Ok(())
    } else {
        Err(unlike(value, "a string", place))
    }
}

fn expect(value: Value<'_>, kind: Kind, expected: &str, place: &Place<'_>) -> Result<(), Problem> {
    if value.kind() == kind {
        Ok(())
    } else {
        Err(unlike(value, expected, place))
    }
}

fn unlike(value: Value<'_>, expected: &str, place: &Place<'_>) -> Problem {
    let found = match value.kind() {
        Kind::Null => "null",
        Kind::True | Kind::False => "true or false",
        Kind::Int => "an integer",
        Kind::Float => "float",
        Kind::Text | Kind::Escaped => "a string",
        Kind::List => "a list",
        Kind::Map | Kind::Folded => "a map",
    };
    place.problem(&format!("is {found}, expected {expected}"))
}
