//! The model of `manifest.json`. The doc comments become the schema's descriptions: they are written for readers
//! of the manifest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Skip, TypeRef};

/// What an artifact is and what it serves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this format: 1.
    pub manifest_version: u32,
    /// Version of the ABI that the library speaks: 1.
    pub abi_version: u32,
    /// What built the artifact: the version of usecrate and, behind `+`, a hash over the build tool's sources.
    pub generator: String,
    /// The crate that was built.
    #[serde(rename = "crate")]
    pub krate: Crate,
    /// What it was built with and for.
    pub build: Build,
    /// The shared library.
    pub library: Library,
    /// Public modules, the crate's root first.
    pub modules: Vec<Module>,
    /// Types; their position is their number on the wire.
    pub types: Vec<Type>,
    /// Traits with methods that can be called as `Trait.method(value, …)`.
    pub traits: Vec<Trait>,
    /// Callables; their position is their number on the wire.
    pub callables: Vec<Callable>,
    /// Traits that objects implement by their methods; types name them by their position.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<Object>,
    /// What the crate offers and the artifact does not, with reasons.
    pub skipped: Vec<Skip>,
    /// How much of the crate's safe public API is served.
    pub coverage: Coverage,
    /// Callables that take some of the types that implement a trait of the crate's, and not others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partial: Vec<Partial>,
    /// JSON Schemas of the records and enums that cross by value, by the type's path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub schemas: BTreeMap<String, serde_json::Value>,
    /// JSON Schemas of arguments as an object by parameter name, by the callable's `id`; none for one without parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, serde_json::Value>,
}

/// The crate that was built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Crate {
    /// Package name, as on crates.io.
    pub name: String,
    /// Library name, as in `use`.
    pub lib: String,
    /// Exact version.
    pub version: String,
    /// `registry`, `git` or `path`.
    pub source: String,
    /// The git URL with its commit, or the name of the local folder; nothing for a registry crate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Features that were asked for, sorted.
    pub features: Vec<String>,
    /// Whether default features were on.
    pub default_features: bool,
    /// Crate-level documentation.
    pub docs: String,
    /// SPDX licence expression, if the crate gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

/// What an artifact was built with and for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// Target triple.
    pub target: String,
    /// rustc's version line.
    pub rustc: String,
    /// Cargo profile.
    pub profile: String,
    /// The key of the cache entry: a hash of everything that went in.
    pub key: String,
    /// The text of the configuration that was named, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
}

/// The shared library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// File name, in the manifest's folder.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// BLAKE3 of the file, 64 lower-case hexadecimal digits: checked before loading.
    pub blake3: String,
    /// SHA-256 of the file, for other tools.
    pub sha256: String,
    /// What of the file is loaded, if that is not all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loaded: Option<Loaded>,
}

/// What the system maps of a library: its first bytes. Behind them are the names of its functions, for the backtraces of
/// panics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Loaded {
    /// How many bytes.
    pub size: u64,
    /// BLAKE3 of them, 64 lower-case hexadecimal digits: checked before loading.
    pub blake3: String,
}

/// A public module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// Rust path from the crate's root, the library name first: `base64::engine`.
    pub path: String,
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// Its public names, sorted by name.
    pub entries: Vec<Entry>,
}

/// A public name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The name in Python.
    pub name: String,
    /// What it is.
    #[serde(flatten)]
    pub target: Target,
}

/// What a public name leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A module, by its position in `modules`.
    Module(u32),
    /// A class, by its position in `types`.
    Type(u32),
    /// A trait, by its position in `traits`.
    Trait(u32),
    /// A function.
    Function(Function),
    /// A constant or static: a callable without parameters, called once, when the name is first read.
    Constant(u32),
    /// A variant that was re-exported: type and variant number.
    Variant(u32, u32),
}

/// A function, or several of one name that are told apart by their arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// Positions in `callables`, in the order in which they are tried; none if it is only called with a subscript.
    pub callables: Vec<u32>,
    /// What its subscripts lead to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<Instance>,
}

/// What a subscript of a generic function leads to: `f["usize", "String"]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// Its type and const arguments as Rust writes them, `_` for what is told by what is passed.
    pub key: Vec<String>,
    /// Positions in `callables`, in the order in which they are tried.
    pub callables: Vec<u32>,
}

/// What a subscript of a class leads to: `Graph["String", "f64"]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TypeInstance {
    /// The type's arguments as Rust writes them.
    pub key: Vec<String>,
    /// Position in `types`.
    #[serde(rename = "type")]
    pub ty: u32,
}

/// How a type is seen in Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A class whose values stay in Rust.
    Handle,
    /// A plain class whose values cross by value.
    Record,
    /// An enum whose values cross by value: `enum.Enum` when no variant has data, else a class per variant.
    Enum,
}

/// A type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Type {
    /// Canonical Rust path with arguments: `semver::Version`. Unique in the manifest.
    pub path: String,
    /// Name of its class.
    pub name: String,
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// Handle, record or enum.
    pub kind: Kind,
    /// It is an error type: its class is an exception.
    #[serde(default, skip_serializing_if = "is_false")]
    pub error: bool,
    /// `Send`.
    pub send: bool,
    /// `Sync`.
    pub sync: bool,
    /// `Clone`: passing it by value clones.
    pub clone: bool,
    /// It has lifetimes: its values may borrow.
    pub borrows: bool,
    /// Dropping it runs no code.
    pub trivial_drop: bool,
    /// Fields of a record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// A record's `Default`: a callable that gives one; keyword construction starts from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<u32>,
    /// Variants of an enum (also of an enum that is a handle: there a field is what its getter gives).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    /// A callable that tells the variant number of a handle whose type is an enum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_of: Option<u32>,
    /// What the class call tries, in order: positions in `callables`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constructors: Vec<u32>,
    /// Methods and associated functions, by name, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Method>,
    /// Public fields of a handle.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
    /// Associated constants: name and a callable without parameters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constants: Vec<Constant>,
    /// What serves Python's special methods: `__str__`, `__eq__`, `__lt__`, `__hash__`, `__add__`…: positions in
    /// `callables`, tried in order.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub specials: BTreeMap<String, Vec<u32>>,
    /// `Deref`: the type whose methods this one has besides its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deref: Option<u32>,
    /// Of several instances of one generic type, the one to which the public name leads: its class is the base of this one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<u32>,
    /// What subscripts of its class lead to: instances of a generic type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<TypeInstance>,
}

/// A field of a record or of a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name in Python; `_0`, `_1`… for unnamed ones.
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
}

/// A variant of an enum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Its name in Python.
    pub name: String,
    /// Its discriminant, where the enum has no data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discriminant: Option<i64>,
    /// Its data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Its fields have no names.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tuple: bool,
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// For a handle: a callable that builds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constructor: Option<u32>,
    /// For a handle: callables that read its fields, in order (the value is of this variant).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub getters: Vec<u32>,
}

/// A method or associated function of a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// Name in Python.
    pub name: String,
    /// It takes the object as its first parameter; else it is reached through the class.
    pub instance: bool,
    /// Positions in `callables`, tried in order; none if it is only called with a subscript.
    pub callables: Vec<u32>,
    /// What its subscripts lead to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<Instance>,
    /// The trait it comes from, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_trait: Option<String>,
}

/// A public field of a handle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Property {
    /// Name in Python.
    pub name: String,
    /// A callable that takes the object and gives the field.
    pub get: u32,
    /// A callable that takes the object and the new value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<u32>,
    /// A callable that takes the object and lends a field that stays in Rust exclusively, to be written to; or gives a copy of
    /// one that cannot be lent, which `set` then puts back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lend: Option<u32>,
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
}

/// A constant of a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Constant {
    /// Name in Python.
    pub name: String,
    /// A callable without parameters.
    pub callable: u32,
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
}

/// A trait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Trait {
    /// Canonical Rust path.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// Its methods over all types that implement it; the first argument tells them apart.
    pub methods: Vec<Method>,
    /// It is no trait but a type whose values cross as plain data: these are its functions.
    #[serde(default, skip_serializing_if = "is_false")]
    pub plain: bool,
}

/// What an object has to have to implement a trait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Rust path of the trait.
    #[serde(rename = "trait")]
    pub trait_: String,
    /// Its methods, in the order in which they cross.
    pub methods: Vec<ObjectMethod>,
}

/// A method of an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ObjectMethod {
    /// Name in Python.
    pub name: String,
    /// A callable, or an option of one that Rust can do without.
    #[serde(rename = "type")]
    pub ty: TypeRef,
}

/// Something that can be called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Callable {
    /// A stable name, unique in the manifest: `semver::Version::parse`, `<semver::Version as Ord>::cmp`.
    pub id: String,
    /// Name in Python.
    pub name: String,
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// The Rust signature.
    pub signature: String,
    /// Parameters in order, the receiver included.
    pub params: Vec<Param>,
    /// What it gives.
    pub result: TypeRef,
    /// The interpreter lock is kept: it provably cannot block, or was declared `quick`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub keeps_lock: bool,
    /// The result is the receiver itself when the returned address is its (`&mut self -> &mut Self`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub fluent: bool,
    /// `#[deprecated]` note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    /// `file:line` in the crate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<String>,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// Name in Python; `self` for a receiver.
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// It may be left out: then nil is sent (trailing `Option` parameters).
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// It may be left out: then this is passed, as plain data. Somebody configured it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
}

/// How much of a crate is served. A callable counts as served only if its receiver and arguments can be obtained. One of a
/// generic type counts once, and is served if any instance serves it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Safe public functions, inherent methods, and methods of own and re-exported traits (async included).
    pub callables: u32,
    /// Of those, served.
    pub served: u32,
}

/// A parameter bounded by a trait of the crate's, of a callable that is served: not every type that implements the trait is
/// taken for it. Types that the same values of Python's are passed as count as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Partial {
    /// Canonical Rust path of the callable.
    pub path: String,
    /// The bound: `R: Replacer`.
    pub bound: String,
    /// Types that implement the trait and are not taken, as Rust writes them.
    pub missing: Vec<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_false(value: &bool) -> bool {
    !*value
}
