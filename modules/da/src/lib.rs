//! Data availability: what it takes to publish data so that anybody can check that all of it is there.
//!
//! - [`hash`]: SHA-256, SHA-512, SHA3-256, Keccak-256 and BLAKE3, at once, streamed, of files and of many messages.
//! - [`nmt`]: the namespaced Merkle tree of Celestia, with proofs of inclusion, absence and completeness.
//! - [`rs`]: Reed-Solomon erasure codes, whose parity is that of `reed-solomon-erasure` and `klauspost/reedsolomon`.
//!
//! Large inputs are worked on in parallel; [`threads`] says by how many threads. The result never depends on that.
//! Every failure is an [`Error`] that says which argument was wrong, what was found there and what was expected.
//!
//! ```
//! let shards = da::rs::split(b"some data to keep", 4)?;
//! let parity = da::rs::encode(&shards, 2)?;
//!
//! let namespaces: Vec<[u8; 8]> = (0u64..4).map(u64::to_be_bytes).collect();
//! let root = da::nmt::root(&shards, &namespaces)?;
//! assert_eq!(root.len(), 8 + 8 + 32);
//!
//! let mut kept: Vec<Option<Vec<u8>>> = shards.into_iter().chain(parity).map(Some).collect();
//! kept[0] = None;
//! kept[3] = None;
//! let shards = da::rs::reconstruct(&kept, Some(4))?;
//! assert_eq!(da::rs::join(&shards[..4], 17)?, b"some data to keep");
//! # Ok::<(), da::Error>(())
//! ```
#![forbid(unsafe_code)]

mod error;
pub mod hash;
pub mod nmt;
pub mod rs;
mod threads;

pub use error::{Error, Problem};
pub use threads::threads;

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
