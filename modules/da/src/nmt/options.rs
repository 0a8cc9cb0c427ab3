//! What makes one kind of tree differ from another. A leaf.

use crate::hash::Algorithm;

/// The kind of tree: whoever builds it and whoever verifies its proofs must mean the same.
///
/// ```
/// let celestia = da::nmt::Options { namespace_size: 29, ..Default::default() };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Options {
    /// How many bytes a namespace has: 8 by default, 29 in Celestia, at most 255. With 0 it is the plain tree of RFC 6962.
    pub namespace_size: usize,
    /// The hash: SHA-256 by default, as in Celestia.
    pub hash: Algorithm,
    /// Whether a node's range leaves out the highest namespace, all bits one, as long as there are others; so by default, as in
    /// Celestia, where it holds parity data. What it holds then can be proven leaf by leaf, but not as a namespace.
    pub ignore_max_namespace: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            namespace_size: 8,
            hash: Algorithm::Sha256,
            ignore_max_namespace: true,
        }
    }
}
