//! Why an item of the crate is not callable.

use serde::{Deserialize, Serialize};

/// An item that is left out, with the reason. Python shows the same words when the name is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// Canonical Rust path: `semver::Version::parse`.
    pub path: String,
    /// Name in Python.
    pub name: String,
    /// Positions in `types` of the classes it would belong to: several for instances of one generic type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<u32>,
    /// Public paths of the modules it would be in, if it belongs to no class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<String>,
    /// Stable code.
    pub code: SkipCode,
    /// What stands in the way, and what to do about it.
    pub message: String,
    /// `file:line` in the crate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<String>,
    /// It counts among the crate's safe public callables: no instance of a generic type serves it, and no entry before
    /// this one is about it.
    pub counted: bool,
}

/// Stable codes of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SkipCode {
    /// `unsafe fn`, `static mut`, raw pointers.
    Unsafe,
    /// `async fn`, or a result that is a future.
    Async,
    /// A type parameter whose bound gives no type to choose.
    Generic,
    /// A parameter that takes a callable.
    Closure,
    /// A parameter or result that is an iterator.
    Iterator,
    /// A parameter that reads or writes a stream.
    Stream,
    /// A result that borrows in a way that is not served.
    Borrow,
    /// A type that has no wire form.
    UnsupportedType,
    /// A trait object.
    TraitObject,
    /// Its receiver or an argument cannot be obtained from Python.
    Unobtainable,
    /// rustc rejected the shim; the message is rustc's.
    Rejected,
    /// A macro.
    Macro,
    /// Another item has the same name in Python.
    Shadowed,
    /// The configuration leaves it out.
    Configured,
    /// The configuration gives it another name.
    Renamed,
}
