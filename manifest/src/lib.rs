//! The manifest of an artifact: what `manifest.json` says, and nothing else.
//!
//! 1. [`model`]: crate, library, types, callables, modules, traits: plain data.
//! 2. [`types`]: the type language of signatures.
//! 3. [`skip`]: why an item cannot be called: a stable code and a message.
//! 4. [`validate`]: the invariants that every valid manifest keeps.
//! 5. `schema` (behind the feature of that name): the JSON Schema, from the model.
//!
//! It does no I/O: whoever has the text parses it, whoever wants the file writes it.

pub mod model;
#[cfg(feature = "schema")]
pub mod schema;
pub mod skip;
pub mod types;
pub mod validate;

pub use model::*;
pub use skip::{Skip, SkipCode};
pub use types::{FileModes, Mode, NUMBERS, TypeRef};
pub use validate::{Invalid, validate};

/// The version of the manifest's format that this crate reads and writes.
pub const MANIFEST_VERSION: u32 = 1;
/// The version of the ABI that artifacts of this version speak (`docs/abi.md`).
pub const ABI_VERSION: u32 = 1;
