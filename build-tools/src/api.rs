//! The `Api` model: a crate's public API as the later stages see it.
//!
//! Only `scan` builds it and only `plan` reads it. It speaks no rustdoc: a new rustdoc format changes `scan`
//! alone. Definitions of the crate and of the dependencies that were scanned with it stand side by side, keyed by
//! [`DefKey`], so a type is the same type whichever document mentions it.

use std::collections::BTreeMap;

use serde::Serialize;

/// Where a definition really lives: `crate::module::Name`, private modules included (`digest::digest::Digest`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct DefKey(pub String);

impl DefKey {
    /// The library name of the crate that defines it.
    pub fn krate(&self) -> &str {
        // These are asked for far too often to look for more than one byte.
        self.0.split(':').next().unwrap_or_default()
    }

    /// The last segment.
    pub fn name(&self) -> &str {
        self.0.rsplit(':').next().unwrap_or_default()
    }
}

/// A crate's public API, with what was needed of its dependencies.
#[derive(Debug, Default, Serialize)]
pub struct Api {
    /// Library name, as in `use`.
    pub name: String,
    /// Crate-level documentation.
    pub docs: String,
    /// Every definition that was scanned or is mentioned.
    pub defs: BTreeMap<DefKey, Def>,
    /// Every impl that was scanned, in a stable order, duplicates removed.
    pub impls: Vec<Impl>,
    /// The public module tree by public path (`semver`, `base64::engine`); the root is first by name.
    pub modules: BTreeMap<String, Module>,
    /// The packages whose documents were read, `name@version`, by the name that keys begin with.
    pub packages: BTreeMap<String, String>,
    /// Ids that rustdoc mentioned and did not describe, and other oddities: kept, shown by `inspect -v`.
    pub notes: Vec<String>,
}

/// A public module, or a public module re-exported from a dependency.
#[derive(Debug, Default, Serialize)]
pub struct Module {
    /// Public path from the crate root, the root's name first.
    pub path: String,
    /// Documentation.
    pub docs: String,
    /// Public names in it, sorted; a glob re-export is already expanded, a renaming one has the new name.
    pub entries: Vec<Entry>,
}

/// One public name in a module. One name may stand for several things (a function and a module).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Entry {
    /// The name under which it is visible here.
    pub name: String,
    /// What it leads to.
    pub target: Target,
}

/// What a public name leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Target {
    /// A module, by its key in [`Api::modules`].
    Module(String),
    /// A definition, by its key in [`Api::defs`].
    Def(DefKey),
    /// One variant of an enum, re-exported by name or by a glob of the enum.
    Variant {
        /// The enum, by its key in [`Api::defs`].
        def: DefKey,
        /// The variant's own name there; the entry's name may differ.
        variant: String,
    },
}

/// A definition.
#[derive(Debug, Clone, Serialize)]
pub struct Def {
    /// Its key.
    pub key: DefKey,
    /// What it is.
    pub kind: DefKind,
    /// Documentation, empty when there is none.
    pub docs: String,
    /// Its generic parameters; empty for what has none.
    pub generics: Generics,
    /// Paths under which the *bridge* can name it, best first: through the scanned crate when it exports it
    /// (`sha2::Digest`), else through its own crate (`digest::Digest`). The first segment is a library name.
    pub paths: Vec<String>,
    /// `file:line` of the definition.
    pub span: Option<String>,
    /// `#[doc(hidden)]` on it or above it.
    pub hidden: bool,
    /// `#[non_exhaustive]`.
    pub non_exhaustive: bool,
    /// The deprecation note, if deprecated.
    pub deprecated: Option<String>,
    /// Rust standard library (`core`, `alloc`, `std`).
    pub std: bool,
}

/// What a definition is.
#[derive(Debug, Clone, Serialize)]
pub enum DefKind {
    /// A struct.
    Struct(Fields),
    /// An enum.
    Enum {
        /// In declaration order.
        variants: Vec<Variant>,
        /// Some variant is `#[doc(hidden)]` and not listed.
        hidden_variants: bool,
    },
    /// A union.
    Union,
    /// A trait.
    Trait(Trait),
    /// A free function.
    Function(Function),
    /// A constant.
    Const {
        /// Its type.
        ty: Ty,
    },
    /// A static.
    Static {
        /// Its type.
        ty: Ty,
        /// `static mut`.
        mutable: bool,
        /// `unsafe extern` statics.
        unsafe_: bool,
    },
    /// A type alias.
    Alias {
        /// What it stands for.
        ty: Ty,
    },
    /// Mentioned and not scanned: only the path and what kind of item it is are known.
    Opaque {
        /// rustdoc's word for the kind: `struct`, `enum`, `trait`…
        what: String,
    },
    /// A macro: never callable.
    Macro,
}

/// The fields of a struct or variant.
#[derive(Debug, Clone, Serialize)]
pub enum Fields {
    /// `struct A;`
    Unit,
    /// `struct A(T, U)`
    Tuple {
        /// `None`: private or hidden.
        fields: Vec<Option<Field>>,
    },
    /// `struct A { a: T }`
    Named {
        /// The public ones, in declaration order.
        fields: Vec<Field>,
        /// There are private or hidden ones besides.
        private: bool,
    },
}

/// A public field.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// Its name; its position in a tuple.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Documentation.
    pub docs: String,
}

/// A variant of an enum.
#[derive(Debug, Clone, Serialize)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Its data. The fields of a variant are always public.
    pub fields: Fields,
    /// The discriminant as decimal text, explicit or counted.
    pub discriminant: Option<String>,
    /// Documentation.
    pub docs: String,
    /// `#[non_exhaustive]` on the variant.
    pub non_exhaustive: bool,
}

/// A trait.
#[derive(Debug, Clone, Serialize)]
pub struct Trait {
    /// Its own methods and associated functions, required and provided.
    pub methods: Vec<Function>,
    /// Its associated constants.
    pub consts: Vec<AssocConst>,
    /// Names of its associated types.
    pub types: Vec<String>,
    /// Supertraits.
    pub supertraits: Vec<Bound>,
    /// `unsafe trait`.
    pub unsafe_: bool,
    /// `auto trait`.
    pub auto: bool,
    /// Can be `dyn`.
    pub dyn_compatible: bool,
}

/// An associated constant.
#[derive(Debug, Clone, Serialize)]
pub struct AssocConst {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Documentation.
    pub docs: String,
}

/// A function, method or associated function.
#[derive(Debug, Clone, Serialize)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Documentation.
    pub docs: String,
    /// Generic parameters of its own, not those of its impl.
    pub generics: Generics,
    /// Parameters in order; a receiver is the first, named `self`.
    pub params: Vec<Param>,
    /// What it returns; `None` is `()`.
    pub output: Option<Ty>,
    /// `unsafe fn`.
    pub unsafe_: bool,
    /// `async fn`.
    pub async_: bool,
    /// `const fn`.
    pub const_: bool,
    /// Takes C varargs.
    pub variadic: bool,
    /// It has a body: of a trait's methods, the provided ones.
    pub provided: bool,
    /// `#[doc(hidden)]`.
    pub hidden: bool,
    /// The deprecation note, if deprecated.
    pub deprecated: Option<String>,
    /// `file:line`.
    pub span: Option<String>,
}

/// A parameter.
#[derive(Debug, Clone, Serialize)]
pub struct Param {
    /// Its name; `_` patterns and destructurings become `arg0`, `arg1`…
    pub name: String,
    /// Its type.
    pub ty: Ty,
}

/// An impl block.
#[derive(Debug, Clone, Serialize)]
pub struct Impl {
    /// Its own generic parameters and where clauses.
    pub generics: Generics,
    /// The trait, if any.
    pub trait_: Option<TraitRef>,
    /// The type it is for. For a blanket impl, the type that rustdoc listed it on; the parameters of that have a prime,
    /// and are among those of `generics`.
    pub self_ty: Ty,
    /// `impl<T: …> Trait for T`: the parameter's name, when that is where it comes from.
    pub blanket: Option<String>,
    /// Auto traits (`Send`, `Sync`, `Unpin`…) that rustdoc computed.
    pub synthetic: bool,
    /// `impl !Trait for T`.
    pub negative: bool,
    /// `unsafe impl`.
    pub unsafe_: bool,
    /// Functions written in the block (public ones only, for an inherent impl).
    pub methods: Vec<Function>,
    /// Names of the trait's provided methods that the block does not write: find them in the trait's definition.
    pub provided: Vec<String>,
    /// Associated constants (public ones only, for an inherent impl).
    pub consts: Vec<AssocConst>,
    /// Associated types and what they are here.
    pub types: Vec<(String, Ty)>,
    /// The parameters of those of them that have some.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub type_generics: BTreeMap<String, Generics>,
    /// The library name of the crate whose document described it.
    pub krate: String,
}

/// Generic parameters and where clauses.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Generics {
    /// In declaration order; the synthetic ones of `impl Trait` arguments are left out (they are [`Ty::ImplTrait`]).
    pub params: Vec<GenericParam>,
    /// `where T: Bound`, bounds written inline included.
    pub bounds: Vec<WhereBound>,
}

/// A generic parameter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum GenericParam {
    /// `'a`, with the quote.
    Lifetime {
        /// Its name.
        name: String,
        /// `'a: 'b`.
        outlives: Vec<String>,
    },
    /// `T`
    Type {
        /// Its name.
        name: String,
        /// `T = Default`.
        default: Option<Ty>,
    },
    /// `const N: usize`
    Const {
        /// Its name.
        name: String,
        /// Its type.
        ty: Ty,
        /// Its default, as Rust text.
        default: Option<String>,
    },
}

/// `where ty: bounds`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct WhereBound {
    /// What is bounded.
    pub ty: Ty,
    /// By what.
    pub bounds: Vec<Bound>,
}

/// A bound.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Bound {
    /// A trait.
    Trait {
        /// Which.
        trait_: TraitRef,
        /// `?Sized`.
        maybe: bool,
        /// Lifetimes bound by `for<…>`.
        for_: Vec<String>,
    },
    /// `'a`
    Outlives(String),
    /// `use<…>`
    Use,
}

/// A trait with its arguments: `AsRef<[u8]>`, `Iterator<Item = T>`, `Fn(A) -> B`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TraitRef {
    /// Which trait.
    pub def: DefKey,
    /// Its generic arguments.
    pub args: Args,
}

/// Generic arguments at a use.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Args {
    /// Lifetimes, types and constants in order.
    pub args: Vec<Arg>,
    /// `Item = T`; for `Fn(A) -> B` sugar the tuple of inputs is in `args` and `Output` here.
    pub bindings: Vec<(String, Ty)>,
    /// `Item: Bound`.
    pub constraints: Vec<(String, Vec<Bound>)>,
}

/// A generic argument.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Arg {
    /// `'a`, with the quote.
    Lifetime(String),
    /// A type.
    Type(Ty),
    /// A constant, as Rust text.
    Const(String),
    /// `_`
    Infer,
}

/// A type as it is written in a signature.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Ty {
    /// A struct, enum, union, alias or foreign type.
    Path {
        /// Which.
        def: DefKey,
        /// Its arguments, as written: those left to their defaults are missing.
        args: Args,
    },
    /// A type parameter, or `Self`.
    Generic(String),
    /// `u8`, `str`, `bool`, `never`…
    Primitive(String),
    /// `(A, B)`; `()` is the empty one.
    Tuple(Vec<Ty>),
    /// `[T]`
    Slice(Box<Ty>),
    /// `[T; N]`
    Array {
        /// The element.
        ty: Box<Ty>,
        /// The length, as Rust text.
        len: String,
    },
    /// `&'a mut T`
    Ref {
        /// `'a`, with the quote; `None` when elided.
        lifetime: Option<String>,
        /// `mut`.
        mutable: bool,
        /// What it points to.
        ty: Box<Ty>,
    },
    /// `*const T`, `*mut T`
    RawPointer {
        /// `mut`.
        mutable: bool,
        /// What it points to.
        ty: Box<Ty>,
    },
    /// `fn(A) -> B`
    FnPointer {
        /// Parameters.
        params: Vec<Ty>,
        /// Result.
        output: Option<Box<Ty>>,
        /// `unsafe fn`.
        unsafe_: bool,
    },
    /// `dyn Trait + Send + 'a`
    Dyn {
        /// Traits, the principal first.
        traits: Vec<TraitRef>,
        /// `'a`.
        lifetime: Option<String>,
    },
    /// `impl Trait`
    Impl(Vec<Bound>),
    /// `<T as Trait>::Name`
    Projection {
        /// `T`.
        self_ty: Box<Ty>,
        /// `Trait`; `None` for an inherent one.
        trait_: Option<TraitRef>,
        /// `Name`.
        name: String,
        /// Arguments of a generic associated type.
        args: Args,
    },
    /// `_`
    Infer,
}
