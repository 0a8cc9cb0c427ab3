//! Namespaced Merkle trees, as Celestia specifies them.
//!
//! A Merkle tree over leaves that are sorted by namespace, in which every node says from which namespace to which its leaves
//! reach. So a proof can show not only that a leaf is there, but that these are *all* leaves of a namespace, or that there are none.
//! Follows the [specification](https://github.com/celestiaorg/nmt/blob/main/docs/spec/nmt.md) and the
//! [proof format](https://github.com/celestiaorg/nmt/blob/main/docs/proof-format.md) of `celestiaorg/nmt`.
//!
//! # Nodes and roots
//!
//! With `ns` the bytes of a namespace, `H` the hash, and `‖` one after another, a node is `min ‖ max ‖ digest`:
//!
//! ```text
//! leaf    ns ‖ ns ‖ H(0x00 ‖ ns ‖ data)
//! inner   left.min ‖ right.max ‖ H(0x01 ‖ left ‖ right)
//! empty   0… ‖ 0… ‖ H()
//! ```
//!
//! `left` and `right` are whole nodes, and the left one covers the largest power of two of leaves that leaves one for the right, as in
//! RFC 6962. The root is a node: two namespaces and a digest, **48 bytes** with namespaces of 8 bytes and a digest of 32, 90 with
//! Celestia's of 29. The root of one leaf `data` in the namespace 1:
//!
//! ```
//! let one = 1u64.to_be_bytes();
//! let root = da::nmt::root(&["data"], &[one])?;
//! let digest = da::hash::sha256(b"\x00\x00\x00\x00\x00\x00\x00\x00\x01data");
//! assert_eq!(root, [&one[..], &one[..], &digest[..]].concat());
//! # Ok::<(), da::Error>(())
//! ```
//!
//! The functions of this module are for namespaces of 8 bytes and SHA-256. [`Tree`] and [`Proof`] take [`Options`].
//!
//! # What a proof binds
//!
//! A proof that verifies shows which leaves, in which namespaces, are under the root. It does not show how many leaves the tree has,
//! and so not at which index they are: some proofs hold with a second pair of `start` and `end` too, as everywhere in this format.
//! Who knows the number of leaves asks [`Proof::fits`] as well, which settles it.

mod encoding;
mod node;
mod options;
mod proof;
mod tree;

pub use options::Options;
pub use proof::Proof;
pub use tree::Tree;

use crate::Error;

/// The root of the tree of `leaves`, each in the namespace at the same place of `namespaces`: 48 bytes.
///
/// # Errors
///
/// [`Error::InvalidInput`] when there are no leaves, not as many namespaces as leaves, or a namespace has not 8 bytes;
/// [`Error::OutOfOrder`] when the namespaces do not ascend. Equal ones may follow one another.
///
/// ```
/// let namespaces = [1u64.to_be_bytes(), 2u64.to_be_bytes()];
/// let root = da::nmt::root(&["alpha", "beta"], &namespaces)?;
/// assert_eq!(root[..8], namespaces[0]);
/// assert_eq!(root[8..16], namespaces[1]);
/// # Ok::<(), da::Error>(())
/// ```
pub fn root<L, N>(leaves: &[L], namespaces: &[N]) -> Result<Vec<u8>, Error>
where
    L: AsRef<[u8]> + Sync,
    N: AsRef<[u8]> + Sync,
{
    if leaves.is_empty() {
        return Err(Error::input("leaves", crate::Problem::TooFew, 1, 0));
    }
    let mut tree = Tree::default();
    tree.extend(leaves, namespaces)?;
    Ok(tree.root())
}

/// Whether `proof` shows that `leaf` is in the tree of `root`, in `namespace`.
///
/// `proof` is what [`Proof::to_bytes`] gives for one leaf. False for everything else, however malformed; never an error.
///
/// ```
/// use da::nmt::{self, Tree};
///
/// let mut tree = Tree::default();
/// let namespace = 1u64.to_be_bytes();
/// tree.push(b"alpha", &namespace)?;
/// tree.push(b"beta", &namespace)?;
/// let proof = tree.prove(1)?.to_bytes();
/// assert!(nmt::verify(&proof, b"beta", &namespace, &tree.root()));
/// assert!(!nmt::verify(&proof, b"gamma", &namespace, &tree.root()));
/// # Ok::<(), da::Error>(())
/// ```
pub fn verify(proof: &[u8], leaf: &[u8], namespace: &[u8], root: &[u8]) -> bool {
    Proof::from_bytes(proof).is_ok_and(|proof| proof.verify(leaf, namespace, root, &Options::default()))
}

/// Whether `proof` shows that `leaves` follow one another in the tree of `root`, each in its namespace.
///
/// False for everything else, however malformed; never an error.
pub fn verify_range<L, N>(proof: &[u8], leaves: &[L], namespaces: &[N], root: &[u8]) -> bool
where
    L: AsRef<[u8]>,
    N: AsRef<[u8]>,
{
    Proof::from_bytes(proof)
        .is_ok_and(|proof| proof.verify_range(leaves, namespaces, root, &Options::default()))
}

/// Whether `proof` shows that `leaves` are all leaves of `namespace` in the tree of `root`; with no leaves, that there are none.
///
/// False for everything else, however malformed; never an error.
pub fn verify_namespace<L: AsRef<[u8]>>(proof: &[u8], leaves: &[L], namespace: &[u8], root: &[u8]) -> bool {
    Proof::from_bytes(proof)
        .is_ok_and(|proof| proof.verify_namespace(leaves, namespace, root, &Options::default()))
}
