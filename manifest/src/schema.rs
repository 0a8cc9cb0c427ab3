//! The JSON Schema of the manifest, from the model. `manifest.schema.json` holds it; a test keeps them equal.

use crate::Manifest;

/// The JSON Schema (draft 2020-12) of `manifest.json`.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Manifest)
}
