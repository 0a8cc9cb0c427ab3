//! What the fuzz targets do with their bytes. Each has one function, `run`, which panics when something is wrong.
//!
//! 1. [`request`]: requests to a library's symbol, with buffers and the handles that earlier requests made;
//! 2. [`manifest`]: the reader of `manifest.json`;
//! 3. [`rustdoc`]: the reader of rustdoc's JSON, and the plan that is made of it.
//!
//! `fuzz_targets/` hands them to libFuzzer (`python3 dev.py fuzz`); `tests/replay.rs` runs the corpora without it.

pub mod bridge;
pub mod cursor;
pub mod edits;
pub mod host;
pub mod manifest;
pub mod request;
#[cfg(feature = "rustdoc")]
pub mod rustdoc;
pub mod values;
