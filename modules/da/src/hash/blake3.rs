//! BLAKE3: hash, keyed hash, key derivation, digests of any length; parallel where the input is large.

use std::fmt;
use std::io;

use super::to_hex;
use crate::Error;
use crate::threads::{self, LARGE};

/// The BLAKE3 digest of `data`.
///
/// ```
/// assert_eq!(da::hash::blake3(b"")[..4], [0xaf, 0x13, 0x49, 0xb9]);
/// ```
pub fn blake3(data: &[u8]) -> [u8; 32] {
    if data.len() < LARGE {
        return *blake3::hash(data).as_bytes();
    }
    Blake3::from(data).digest()
}

/// The BLAKE3 keyed hash of `data`: a message authentication code.
pub fn blake3_keyed(key: &[u8; 32], data: &[u8]) -> [u8; 32] {
    Blake3::keyed(key).update(data).digest()
}

/// A key for the purpose `context`, derived from `material`.
///
/// The context should be fixed in the program, and unique in the world: `"example.com 2026-01-01 session tokens"`.
pub fn blake3_derive_key(context: &str, material: &[u8]) -> [u8; 32] {
    Blake3::derive_key(context).update(material).digest()
}

/// The BLAKE3 digest of `data`, `length` bytes long. Shorter digests are prefixes of longer ones.
///
/// # Errors
///
/// [`Error::OutOfMemory`] when there is no room for so many bytes.
pub fn blake3_xof(data: &[u8], length: usize) -> Result<Vec<u8>, Error> {
    Blake3::from(data).xof(length)
}

/// BLAKE3 of data that comes in pieces.
///
/// The digest can be asked for at any time; more data may follow. Pieces of 128 KiB and more are worked on in parallel.
///
/// ```
/// let mut hasher = da::hash::Blake3::from(b"so".as_slice());
/// hasher.update(b"me ").update(b"data");
/// assert_eq!(hasher.digest(), da::hash::blake3(b"some data"));
/// assert_eq!(hasher.xof(100)?[..32], hasher.digest());
/// # Ok::<(), da::Error>(())
/// ```
#[derive(Clone)]
pub struct Blake3 {
    /// What the algorithm is called.
    pub name: &'static str,
    /// How many bytes the digest has.
    pub digest_size: usize,
    /// How many bytes the algorithm takes at a time; HMAC pads its key to that.
    pub block_size: usize,
    state: blake3::Hasher,
}

impl Blake3 {
    /// A hasher that has seen no data.
    pub fn new() -> Self {
        Self::with(blake3::Hasher::new())
    }

    /// A hasher for message authentication codes under `key`.
    pub fn keyed(key: &[u8; 32]) -> Self {
        Self::with(blake3::Hasher::new_keyed(key))
    }

    /// A hasher that derives keys for the purpose `context` from what it is given.
    pub fn derive_key(context: &str) -> Self {
        Self::with(blake3::Hasher::new_derive_key(context))
    }

    fn with(state: blake3::Hasher) -> Self {
        Blake3 {
            name: "blake3",
            digest_size: blake3::OUT_LEN,
            block_size: blake3::BLOCK_LEN,
            state,
        }
    }

    /// Takes in the next piece of data.
    pub fn update(&mut self, data: &[u8]) -> &mut Self {
        threads::run(
            data.len(),
            &mut self.state,
            |state| _ = state.update_rayon(data),
            |state| _ = state.update(data),
        );
        self
    }

    /// The digest of all data so far.
    pub fn digest(&self) -> [u8; 32] {
        *self.state.finalize().as_bytes()
    }

    /// The digest of all data so far, in hexadecimal digits.
    pub fn hexdigest(&self) -> String {
        to_hex(&self.digest())
    }

    /// The digest of all data so far, `length` bytes long. Shorter digests are prefixes of longer ones.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] when there is no room for so many bytes.
    pub fn xof(&self, length: usize) -> Result<Vec<u8>, Error> {
        let mut digest = Vec::new();
        digest
            .try_reserve_exact(length)
            .map_err(|_| Error::OutOfMemory { bytes: length })?;
        digest.resize(length, 0);
        self.xof_into(0, &mut digest);
        Ok(digest)
    }

    /// Fills `output` with the bytes of the endless digest from `position` on.
    pub fn xof_into(&self, position: u64, output: &mut [u8]) {
        let mut reader = self.state.finalize_xof();
        reader.set_position(position);
        reader.fill(output);
    }

    /// A hasher that goes on from here by itself.
    pub fn copy(&self) -> Self {
        self.clone()
    }
}

impl Default for Blake3 {
    fn default() -> Self {
        Self::new()
    }
}

/// A hasher that has seen `data`.
impl From<&[u8]> for Blake3 {
    fn from(data: &[u8]) -> Self {
        let mut hasher = Self::new();
        hasher.update(data);
        hasher
    }
}

impl io::Write for Blake3 {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.update(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Without the state, which would tell what was hashed, and by which key.
impl fmt::Debug for Blake3 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Blake3").finish_non_exhaustive()
    }
}
