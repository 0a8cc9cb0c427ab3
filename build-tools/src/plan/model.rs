//! The plan: what crosses how, callable by callable. Generation's whole input: it reads and chooses nothing.
//!
//! Rust types and paths in it are finished Rust text as the bridge spells them (absolute, `::semver::Version`), with
//! the lifetime `'h` wherever a type of the crate has one.

use std::collections::BTreeMap;

use serde::Serialize;
use usecrate_manifest::{Kind, SkipCode};

/// Position of a [`Shim`] in [`Plan::shims`].
pub type ShimId = usize;
/// Position of a [`PlannedType`] in [`Plan::types`]: its number on the wire.
pub type TypeId = usize;
/// A function of the crate, whichever instances of a generic type and choices for type parameters it is planned for.
pub type OriginId = usize;
/// Position of a [`PlannedObject`] in [`Plan::objects`].
pub type ObjectId = usize;
/// Position of a [`PlannedHost`] in [`Plan::hosts`].
pub type HostId = usize;

/// The bridge's marker type, as expressions in the plan name it.
pub const MARKER: &str = "__UcMarker";

/// The bridge's name of the family of a type with lifetimes, as expressions in the plan have it.
#[must_use]
pub fn family(id: TypeId) -> String {
    format!("__UcFamily{id}")
}

/// Everything that later stages need to know of the crate.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Plan {
    /// Library name of the crate.
    pub lib: String,
    /// Crate-level documentation.
    pub docs: String,
    /// Types that have a wire form of their own.
    pub types: Vec<PlannedType>,
    /// Trait objects that are taken as arguments.
    pub objects: Vec<PlannedObject>,
    /// Traits that objects of Python's implement, by the number in the names of their structs.
    pub hosts: BTreeMap<HostId, PlannedHost>,
    /// One per callable.
    pub shims: Vec<Shim>,
    /// Types of other crates that cross by value.
    pub mappings: Vec<PlannedMapping>,
    /// Public modules, the root first.
    pub modules: Vec<PlannedModule>,
    /// Traits with served methods.
    pub traits: Vec<PlannedTrait>,
    /// What is left out, with reasons.
    pub skipped: Vec<PlannedSkip>,
    /// Dependency crates that the bridge names itself: library name as used in paths, to package and exact version.
    pub dependencies: BTreeMap<String, String>,
    /// Features of `runtime` for foreign value types: `serde_json`, `bytes`.
    pub runtime_features: Vec<String>,
    /// What was asked for by name and could not be planned, with the reason.
    pub refused: BTreeMap<String, String>,
    /// Shims that are left out because somebody says so, with the reason.
    pub withheld: BTreeMap<ShimId, String>,
}

/// A type of another crate that crosses by value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PlannedMapping {
    /// The type, for people: `uuid::Uuid`.
    pub path: String,
    /// Rust text: the macro call that gives it its wire form, without the path of the macro.
    pub rust: String,
}

/// A type with a wire form of its own.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedType {
    /// Canonical path with arguments, for people: `semver::Version`.
    pub path: String,
    /// Class name in Python.
    pub name: String,
    /// Documentation.
    pub docs: String,
    /// Handle, record or enum.
    pub kind: Kind,
    /// Rust text: `::regex::Match<'h>`.
    pub rust: String,
    /// It has lifetime parameters.
    pub borrows: bool,
    /// It is an error type.
    pub error: bool,
    /// It can be built from its fields (not `#[non_exhaustive]`, nothing private).
    pub constructible: bool,
    /// A record's fields.
    pub fields: Vec<PlannedField>,
    /// How a record's fields are written.
    pub shape: Shape,
    /// An enum's variants, for enums that are handles too.
    pub variants: Vec<PlannedVariant>,
    /// What the class call tries, in order.
    pub constructors: Vec<ShimId>,
    /// `Default::default`.
    pub default: Option<ShimId>,
    /// Tells the variant number of a handle enum.
    pub variant_of: Option<ShimId>,
    /// Methods and associated functions by Python name.
    pub methods: Vec<PlannedMethod>,
    /// Public fields of a handle.
    pub properties: Vec<PlannedProperty>,
    /// Associated constants: Python name, shim, docs.
    pub constants: Vec<(String, ShimId, String)>,
    /// Special methods (`__eq__`, `__cmp__`…): shims tried in order.
    pub specials: BTreeMap<String, Vec<ShimId>>,
    /// The target of `Deref`.
    pub deref: Option<TypeId>,
    /// Of several instances of one generic type, the one to which the public name leads; nothing for itself.
    pub primary: Option<TypeId>,
    /// What subscripts of the class lead to.
    pub instances: Vec<(Vec<String>, TypeId)>,
    /// It holds a trait object.
    pub object: ObjectForm,
    /// The trait of that object, if the bridge declares it.
    pub likeness: Option<PlannedLikeness>,
}

/// A trait of the bridge's, in the place of one that cannot be `dyn`.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedLikeness {
    /// Its name.
    pub name: String,
    /// The crate's trait, for people.
    pub path: String,
    /// The same as Rust text.
    pub trait_: String,
    /// Its methods.
    pub functions: Vec<PlannedAlike>,
}

/// A method that calls one of the same name.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedAlike {
    /// All of it before the body.
    pub head: String,
    /// The call.
    pub call: String,
}

/// How a type that holds a trait object gets its wire form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub enum ObjectForm {
    /// As any handle.
    #[default]
    None,
    /// It is a pointer that is taken by value in more ways than one: `Box<dyn Trait>`.
    Pointer,
    /// It stands for a reference to the object, which is spelled here: `dyn ::x::Trait + 'x`.
    Shared(String),
    /// The same of an exclusive one.
    Exclusive(String),
}

/// A trait object as an argument: what may be passed for it.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedObject {
    /// The trait, for people.
    pub path: String,
    /// Rust text, with the lifetime `'x`: `dyn ::x::Trait + 'x`.
    pub rust: String,
    /// A candidate has lifetimes.
    pub borrows: bool,
    /// What may be lent.
    pub candidates: Vec<Candidate>,
    /// The pointers that may be asked for by value.
    pub given: Vec<PlannedGiven>,
    /// What an object of Python's becomes.
    pub host: Option<HostId>,
}

/// A type of the plan of which a value may be passed as a trait object.
#[derive(Debug, Clone, Serialize)]
pub struct Candidate {
    /// Which.
    pub ty: TypeId,
    /// It holds such an object, and is none itself.
    pub inside: bool,
    /// The object may be lent exclusively.
    pub exclusive: bool,
    /// The value may be put in a box.
    pub moved: bool,
}

/// A trait that objects of Python's implement: a struct of the bridge with a callable for each method.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedHost {
    /// The struct.
    pub name: String,
    /// The trait, for people.
    pub path: String,
    /// The methods that Python is asked for.
    pub hooks: Vec<PlannedHook>,
    /// The trait and those that it includes.
    pub impls: Vec<PlannedImpl>,
    /// `Debug` and `Display`, where they are asked for, each with its hook.
    pub says: Vec<(String, usize)>,
    /// It is an `Error`, too.
    pub error: bool,
    /// The same with fewer methods, for when rustc rejects this one.
    pub narrow: Option<Box<PlannedHost>>,
}

/// A method of Python's.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedHook {
    /// Name in Python.
    pub name: String,
    /// The types that it is passed, as Rust text.
    pub params: Vec<String>,
    /// The type that it gives.
    pub output: String,
    /// Every object has to have it.
    pub required: bool,
}

/// A trait that a host implements.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedImpl {
    /// All of it before `for`: for every lifetime that the trait has.
    pub head: String,
    /// The trait's path, as Rust text.
    pub trait_: String,
    /// What is written; the rest is provided.
    pub functions: Vec<PlannedFunction>,
}

/// A method that calls a hook.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedFunction {
    /// Name in Rust.
    pub name: String,
    /// All of it before the body; its arguments are `x0`, `x1`…
    pub head: String,
    /// How it takes its object.
    pub receiver: Receiver,
    /// How many arguments.
    pub arguments: usize,
    /// Position of its hook.
    pub hook: usize,
    /// What it does with the callable `f`.
    pub body: String,
}

/// How a method takes its object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Receiver {
    /// `self`
    Value,
    /// `&self`
    Shared,
    /// `&mut self`
    Exclusive,
    /// `self: Arc<Self>`; the pointer's path.
    Pointer(String),
    /// `self: &Arc<Self>`
    SharedPointer(String),
}

/// A pointer to a trait object that may be asked for by value.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedGiven {
    /// Rust text: `::std::boxed::Box`.
    pub rust: String,
    /// The type of the plan that it is itself.
    pub itself: Option<TypeId>,
}

/// How fields are written in Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Shape {
    /// `A`
    #[default]
    Unit,
    /// `A(x, y)`
    Tuple,
    /// `A { x, y }`
    Named,
}

/// A field.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedField {
    /// Name in Python; `_0`… for unnamed ones.
    pub name: String,
    /// Name in Rust; `0`… for unnamed ones.
    pub rust_name: String,
    /// Its type as Rust text.
    pub rust: String,
    /// Documentation.
    pub docs: String,
}

/// A variant.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedVariant {
    /// Name in Python.
    pub name: String,
    /// Name in Rust.
    pub rust_name: String,
    /// Its discriminant, for an enum without data.
    pub discriminant: Option<i64>,
    /// How its fields are written.
    pub shape: Shape,
    /// Its fields.
    pub fields: Vec<PlannedField>,
    /// Documentation.
    pub docs: String,
    /// For a handle enum: builds it.
    pub constructor: Option<ShimId>,
    /// For a handle enum: read its fields.
    pub getters: Vec<ShimId>,
}

/// A method.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedMethod {
    /// Name in Python.
    pub name: String,
    /// Takes the object first.
    pub instance: bool,
    /// Shims, tried in order.
    pub shims: Vec<ShimId>,
    /// Path of the trait it comes from.
    pub from_trait: Option<String>,
}

/// A public field of a handle.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedProperty {
    /// Name in Python.
    pub name: String,
    /// Reads it.
    pub get: ShimId,
    /// Writes it.
    pub set: Option<ShimId>,
    /// Lends it, to be written to; or copies it, if it cannot be lent.
    pub lend: Option<ShimId>,
    /// Documentation.
    pub docs: String,
}

/// A trait with served methods.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedTrait {
    /// Canonical path.
    pub path: String,
    /// Name.
    pub name: String,
    /// Documentation.
    pub docs: String,
    /// Methods over all implementors.
    pub methods: Vec<PlannedMethod>,
    /// It is no trait but a type whose values cross as plain data: these are its functions.
    pub plain: bool,
}

/// A public module.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedModule {
    /// Public path, the library name first.
    pub path: String,
    /// Documentation.
    pub docs: String,
    /// Public names.
    pub entries: Vec<(String, PlannedTarget)>,
}

/// What a public name leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum PlannedTarget {
    /// Position in [`Plan::modules`].
    Module(usize),
    /// A class.
    Type(TypeId),
    /// Position in [`Plan::traits`].
    Trait(usize),
    /// A function: shims tried in order.
    Function(Vec<ShimId>),
    /// A constant or static.
    Constant(ShimId),
    /// A variant.
    Variant(TypeId, usize),
}

/// The one generated function that serves one callable.
#[derive(Debug, Clone, Serialize)]
pub struct Shim {
    /// Unique, for people and for the manifest: `semver::Version::parse`, `<semver::Version as Ord>::cmp`.
    pub id: String,
    /// Name in Python.
    pub name: String,
    /// Documentation.
    pub docs: String,
    /// The Rust signature, for people.
    pub signature: String,
    /// `file:line`.
    pub span: Option<String>,
    /// Deprecation note.
    pub deprecated: Option<String>,
    /// Parameters in order.
    pub params: Vec<PlannedParam>,
    /// What it does with them.
    pub action: Action,
    /// It gives back its first argument (`&mut self -> &mut Self`): then kept exclusively and compared by address.
    /// For `self -> Self` of a type that is moved the loader does the same without the library's help.
    pub fluent: Fluent,
    /// The interpreter lock is kept: it provably cannot block, or was declared `quick`.
    pub keeps_lock: bool,
    /// The function of the crate that it serves, maybe beside others.
    pub origin: Option<OriginId>,
    /// Where that is written, if it counts among the crate's safe public callables (not fields, constants, std-trait impls).
    pub counts: Option<OriginId>,
    /// How Python comes to it.
    pub reach: Reach,
    /// What is taken where parameters are bounded by the crate's traits.
    pub bounds: Vec<PlannedBound>,
}

/// A parameter that is bounded by a trait of the crate's, with what a shim takes for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedBound {
    /// Of which callable, for people.
    pub callable: String,
    /// `T: Trait`
    pub bound: String,
    /// What this shim takes.
    pub chosen: String,
    /// Which types that implement the trait no shim of the callable takes.
    pub missing: Vec<String>,
}

/// How Python comes to a shim: by its function's name alone, by subscripts, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// By the name alone: what is passed tells it from others.
    pub bare: bool,
    /// By any of these subscripts.
    pub keys: Vec<Vec<String>>,
    /// It was asked for so: `Row::get<usize, String>`.
    pub request: Option<String>,
    /// It was given a name of its own.
    pub name: Option<String>,
}

impl Default for Reach {
    fn default() -> Self {
        Self {
            bare: true,
            keys: Vec::new(),
            request: None,
            name: None,
        }
    }
}

/// An item that is left out, with the reason.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedSkip {
    /// Canonical Rust path; for a generic type's function that of the first instance: `x::Wrap<u8>::get`.
    pub path: String,
    /// Name in Python.
    pub name: String,
    /// The classes that it would belong to: several for instances of one generic type.
    pub owners: Vec<TypeId>,
    /// Public paths of the modules that it would be in, if it belongs to no class.
    pub modules: Vec<String>,
    /// Stable code.
    pub code: SkipCode,
    /// What stands in the way.
    pub message: String,
    /// `file:line`.
    pub span: Option<String>,
    /// The function of the crate that it is.
    pub origin: Option<OriginId>,
    /// Where that is written, if it counts among the crate's safe public callables.
    pub counts: Option<OriginId>,
}

impl PlannedSkip {
    /// Puts it on a list. What is there already, about the same function for the same reason, is not said again: it only
    /// belongs to one more class.
    pub fn record(self, list: &mut Vec<Self>) {
        let alike = |have: &&mut Self| {
            self.origin.is_some()
                && (self.origin, self.code) == (have.origin, have.code)
                && (&self.message, &self.modules) == (&have.message, &have.modules)
        };
        let Some(have) = list.iter_mut().find(alike) else {
            list.push(self);
            return;
        };
        for owner in self.owners {
            if !have.owners.contains(&owner) {
                have.owners.push(owner);
            }
        }
    }
}

/// Whether a shim may give its receiver back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Fluent {
    /// No.
    #[default]
    No,
    /// `&mut self -> &mut Self`: compared by address.
    Borrowed,
    /// `self -> Self`: the loader points the object at the new handle.
    Moved,
}

/// A parameter.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedParam {
    /// Name in Python.
    pub name: String,
    /// The type to lift, as Rust text, where the callee does not determine it (`::usecrate_runtime::private::BytesLike<'c>`). It
    /// may name the lifetimes of its stay.
    pub lift: Option<String>,
    /// For how long it is lent, and which group its handles that borrow are members of.
    pub stay: Stay,
    /// It may be left out (trailing `Option`).
    pub optional: bool,
    /// Somebody says what it is then.
    pub default: Option<PlannedDefault>,
}

/// A value for a parameter that is left out.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedDefault {
    /// The entry that says so.
    pub entry: String,
    /// The value, as plain data.
    pub value: serde_json::Value,
}

/// Where an argument lives: for how long it is lent, and of which group handles in it that borrow are members. The call's
/// own group (`'h`) is what the result joins; its parent (`'p`) is that of arguments which borrow themselves and are
/// kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub enum Stay {
    /// Lent for the call; members of the own group.
    #[default]
    Call,
    /// Kept by the own group; members of it.
    Group,
    /// Lent for the call; members of the parent.
    CallInParent,
    /// Kept by the parent; members of it.
    Parent,
    /// Kept by the own group; members of the parent.
    Nested,
}

impl Stay {
    /// What it borrows outlives the call.
    #[must_use]
    pub fn keeps(self) -> bool {
        matches!(self, Self::Group | Self::Parent | Self::Nested)
    }

    /// The lifetime for which the argument is lent, and that of the handles in it that borrow.
    #[must_use]
    pub fn lifetimes(self) -> (&'static str, &'static str) {
        match self {
            Self::Call => ("'c", "'h"),
            Self::Group => ("'h", "'h"),
            Self::CallInParent => ("'c", "'p"),
            Self::Parent => ("'p", "'p"),
            Self::Nested => ("'h", "'p"),
        }
    }
}

/// What a shim does; `{n}` below stands for the n-th lifted argument.
#[derive(Debug, Clone, Serialize)]
pub enum Action {
    /// `path({0}, {1}, …)`; `path` is any callable expression: `<::semver::Version>::parse`.
    Call {
        /// Rust text.
        path: String,
    },
    /// `&{0}.field`
    Get {
        /// Rust name of the field.
        field: String,
    },
    /// `{0}.field = {1}`
    Set {
        /// Rust name of the field.
        field: String,
    },
    /// `path`: a constant.
    Const {
        /// Rust text.
        path: String,
    },
    /// `&path`: a static.
    Static {
        /// Rust text.
        path: String,
    },
    /// Any other expression, with `{0}`, `{1}`… for the lifted arguments.
    Expr {
        /// Rust text.
        text: String,
    },
}
