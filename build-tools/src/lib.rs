//! The pipeline from a module spec to an artifact.
//!
//! 1. `resolve`: spec to one crate, an exact version, its features and graph;
//! 2. `scan`: the crate's public API, from rustdoc's JSON, as the `api` model;
//! 3. `plan`: how each callable's parameters and result cross, or why it is skipped;
//! 4. `generate`: the bridge's source;
//! 5. `prove`: compile it and drop what rustc rejects, with its reason;
//! 6. `build`: the release library;
//! 7. `describe`: ask the library what it serves;
//! 8. `seal`: check, hash, publish, with the `stubs` that type checkers read.
//!
//! Below them, once each: `cargo` spawns processes, `files` writes, `cache` names folders, `lock` locks them, `orphans`
//! waits for what killed builders started, `collect` removes what nobody needs any more, `stored` lists what is there,
//! `provenance` says what a library is made of, `library` loads, `progress` tells, `diagnostic` explains.

pub mod api;
pub mod artifact;
pub mod bridge;
pub mod cache;
pub mod cargo;
pub mod collect;
pub mod config;
pub mod describe;
pub mod diagnostic;
pub mod failure;
pub mod files;
pub mod generate;
pub mod library;
pub mod lock;
mod nearest;
pub mod orphans;
pub mod pipeline;
pub mod plan;
pub mod progress;
pub mod prove;
pub mod provenance;
pub mod resolve;
pub mod reuse;
pub mod scan;
pub mod seal;
pub mod stored;
pub mod stubs;
pub mod toolchain;

pub use failure::BuildError;
pub use pipeline::{Built, Request, build, lock_file};
