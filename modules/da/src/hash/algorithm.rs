//! The choice among the hashes, and hashing of parts for those who are given the choice.

use sha2::Digest as _;

use super::keccak::{KeccakSponge, Sha3Sponge};
use super::{Blake3, Keccak256, Sha3_256, Sha256, Sha512};

/// A hash function by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Algorithm {
    /// SHA-256, of FIPS 180-4.
    #[default]
    Sha256,
    /// SHA-512, of FIPS 180-4.
    Sha512,
    /// SHA3-256, of FIPS 202.
    Sha3_256,
    /// Keccak-256 as Ethereum uses it.
    Keccak256,
    /// BLAKE3.
    Blake3,
}

impl Algorithm {
    /// Every algorithm there is.
    pub const ALL: [Algorithm; 5] = [
        Algorithm::Sha256,
        Algorithm::Sha512,
        Algorithm::Sha3_256,
        Algorithm::Keccak256,
        Algorithm::Blake3,
    ];

    /// How many bytes its digest has.
    pub fn digest_size(self) -> usize {
        match self {
            Algorithm::Sha512 => 64,
            Algorithm::Sha256 | Algorithm::Sha3_256 | Algorithm::Keccak256 | Algorithm::Blake3 => 32,
        }
    }

    /// The digest of `data`.
    ///
    /// ```
    /// use da::hash::{Algorithm, sha256};
    ///
    /// assert_eq!(Algorithm::Sha256.digest(b"data"), sha256(b"data"));
    /// ```
    pub fn digest(self, data: &[u8]) -> Vec<u8> {
        match self {
            Algorithm::Blake3 => super::blake3(data).to_vec(),
            _ => self.digest_alone(data),
        }
    }

    /// The digest of `data`, by this thread alone.
    pub(super) fn digest_alone(self, data: &[u8]) -> Vec<u8> {
        let mut digest = vec![0; self.digest_size()];
        self.digest_parts(&[data], &mut digest);
        digest
    }

    /// Fills `output`, which has `digest_size` bytes, with the digest of `parts` one after another, by this thread alone.
    #[inline]
    pub(crate) fn digest_parts(self, parts: &[&[u8]], output: &mut [u8]) {
        macro_rules! fill {
            ($engine:ty) => {{
                let mut state = <$engine>::new();
                parts.iter().for_each(|part| state.update(part));
                output.copy_from_slice(&state.finalize());
            }};
        }
        match self {
            Algorithm::Sha256 => fill!(sha2::Sha256),
            Algorithm::Sha512 => fill!(sha2::Sha512),
            Algorithm::Sha3_256 => fill!(Sha3Sponge),
            Algorithm::Keccak256 => fill!(KeccakSponge),
            Algorithm::Blake3 => {
                let mut state = blake3::Hasher::new();
                parts.iter().for_each(|part| _ = state.update(part));
                output.copy_from_slice(state.finalize().as_bytes());
            }
        }
    }

    pub(super) fn writer(self) -> Writer {
        match self {
            Algorithm::Sha256 => Writer::Sha256(Sha256::new()),
            Algorithm::Sha512 => Writer::Sha512(Sha512::new()),
            Algorithm::Sha3_256 => Writer::Sha3_256(Sha3_256::new()),
            Algorithm::Keccak256 => Writer::Keccak256(Keccak256::new()),
            Algorithm::Blake3 => Writer::Blake3(Box::default()),
        }
    }
}

/// A streaming hasher of any algorithm.
pub(super) enum Writer {
    Sha256(Sha256),
    Sha512(Sha512),
    Sha3_256(Sha3_256),
    Keccak256(Keccak256),
    Blake3(Box<Blake3>),
}

impl Writer {
    pub(super) fn update(&mut self, data: &[u8]) {
        match self {
            Writer::Sha256(hasher) => _ = hasher.update(data),
            Writer::Sha512(hasher) => _ = hasher.update(data),
            Writer::Sha3_256(hasher) => _ = hasher.update(data),
            Writer::Keccak256(hasher) => _ = hasher.update(data),
            Writer::Blake3(hasher) => _ = hasher.update(data),
        }
    }

    pub(super) fn digest(&self) -> Vec<u8> {
        match self {
            Writer::Sha256(hasher) => hasher.digest().to_vec(),
            Writer::Sha512(hasher) => hasher.digest().to_vec(),
            Writer::Sha3_256(hasher) => hasher.digest().to_vec(),
            Writer::Keccak256(hasher) => hasher.digest().to_vec(),
            Writer::Blake3(hasher) => hasher.digest().to_vec(),
        }
    }
}
