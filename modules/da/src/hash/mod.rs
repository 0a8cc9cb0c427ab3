//! Hash functions: of memory, of streams, of files, of many messages.
//!
//! One function each for what is in memory: [`sha256`], [`sha512`], [`sha3_256`], [`keccak256`], [`blake3`]. One type each for
//! what comes in pieces: [`Sha256`], [`Sha512`], [`Sha3_256`], [`Keccak256`], [`Blake3`], with the fields and methods of a
//! `hashlib` object. Where the hash is a matter of choice, [`Algorithm`] names it.
//!
//! Only BLAKE3 can use several threads for one message; it does so from 128 KiB on. [`hash_many`] and
//! [`hash_rows`] use them for every algorithm.
//! Sizes are in bytes, and inputs may be larger than 4 GiB.
//!
//! | algorithm | standard | digest | block |
//! |---|---|---|---|
//! | SHA-256, SHA-512 | FIPS 180-4 | 32, 64 | 64, 128 |
//! | SHA3-256 | FIPS 202 | 32 | 136 |
//! | Keccak-256 | Keccak's third submission, padding 0x01: that of Ethereum | 32 | 136 |
//! | BLAKE3 | its specification of 2020 | 32, or any | 64 |

mod algorithm;
mod blake3;
mod bulk;
mod keccak;
mod sha;

pub use algorithm::Algorithm;
pub use blake3::{Blake3, blake3, blake3_derive_key, blake3_keyed, blake3_xof};
pub use bulk::{hash_file, hash_many, hash_reader, hash_rows};
pub use sha::{Keccak256, Sha3_256, Sha256, Sha512, keccak256, sha3_256, sha256, sha512};

use std::fmt::Write;

fn to_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    text
}
