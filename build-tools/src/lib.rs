//! The pipeline from a module spec to an artifact.
pub mod api;
