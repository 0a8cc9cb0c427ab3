//! The hashes of the SHA-2 and Keccak families: one thread each, one function and one streaming type each.

use std::fmt;
use std::io;

use sha2::Digest as _;

use super::keccak::{KeccakSponge, Sha3Sponge};
use super::to_hex;

macro_rules! hashes {
    ($($function:ident $type:ident $engine:ty, $name:literal, $title:literal, $digest:literal, $block:literal, $empty:literal;)*) => {$(
        #[doc = concat!("The ", $title, " digest of `data`.")]
        ///
        /// ```
        #[doc = concat!("assert_eq!(da::hash::", stringify!($function), "(b\"\")[..4], ", $empty, ");")]
        /// ```
        pub fn $function(data: &[u8]) -> [u8; $digest] {
            <$engine>::digest(data).into()
        }

        #[doc = concat!($title, " of data that comes in pieces.")]
        ///
        /// The digest can be asked for at any time; more data may follow.
        ///
        /// ```
        #[doc = concat!("let mut hasher = da::hash::", stringify!($type), "::from(b\"so\".as_slice());")]
        /// hasher.update(b"me ").update(b"data");
        #[doc = concat!("assert_eq!(hasher.digest(), da::hash::", stringify!($function), "(b\"some data\"));")]
        /// ```
        #[derive(Clone)]
        pub struct $type {
            /// What the algorithm is called.
            pub name: &'static str,
            /// How many bytes the digest has.
            pub digest_size: usize,
            /// How many bytes the algorithm takes at a time; HMAC pads its key to that.
            pub block_size: usize,
            state: $engine,
        }

        impl $type {
            /// A hasher that has seen no data.
            pub fn new() -> Self {
                $type { name: $name, digest_size: $digest, block_size: $block, state: <$engine>::new() }
            }

            /// Takes in the next piece of data.
            pub fn update(&mut self, data: &[u8]) -> &mut Self {
                self.state.update(data);
                self
            }

            /// The digest of all data so far.
            pub fn digest(&self) -> [u8; $digest] {
                self.state.clone().finalize().into()
            }

            /// The digest of all data so far, in hexadecimal digits.
            pub fn hexdigest(&self) -> String {
                to_hex(&self.digest())
            }

            /// A hasher that goes on from here by itself.
            pub fn copy(&self) -> Self {
                self.clone()
            }
        }

        impl Default for $type {
            fn default() -> Self {
                Self::new()
            }
        }

        /// A hasher that has seen `data`.
        impl From<&[u8]> for $type {
            fn from(data: &[u8]) -> Self {
                let mut hasher = Self::new();
                hasher.update(data);
                hasher
            }
        }

        impl io::Write for $type {
            fn write(&mut self, data: &[u8]) -> io::Result<usize> {
                self.update(data);
                Ok(data.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        /// Without the state, which would tell what was hashed.
        impl fmt::Debug for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.debug_struct(stringify!($type)).finish_non_exhaustive()
            }
        }
    )*};
}

hashes! {
    sha256 Sha256 sha2::Sha256, "sha256", "SHA-256", 32, 64, "[0xe3, 0xb0, 0xc4, 0x42]";
    sha512 Sha512 sha2::Sha512, "sha512", "SHA-512", 64, 128, "[0xcf, 0x83, 0xe1, 0x35]";
    sha3_256 Sha3_256 Sha3Sponge, "sha3_256", "SHA3-256", 32, 136, "[0xa7, 0xff, 0xc6, 0xf8]";
    keccak256 Keccak256 KeccakSponge, "keccak256", "Keccak-256 (Ethereum's, not SHA3-256)", 32, 136, "[0xc5, 0xd2, 0x46, 0x01]";
}
