//! Nodes: how they are made, and how their parts are read. A node is `min ‖ max ‖ digest`, always of the same size in one tree.

use super::Options;
use crate::hash::Algorithm;
use crate::{Error, Problem};

const LEAF: u8 = 0;
const INNER: u8 = 1;
const LARGEST_NAMESPACE: usize = 255;

/// Makes the nodes of one kind of tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nodes {
    hash: Algorithm,
    /// The number of bytes of a namespace.
    pub(super) namespace: usize,
    /// The number of bytes of a node.
    pub(super) size: usize,
    pub(super) ignore_max: bool,
}

impl Nodes {
    pub(super) fn new(options: &Options) -> Result<Self, Error> {
        let Options {
            namespace_size: namespace,
            hash,
            ignore_max_namespace: ignore_max,
        } = *options;
        if namespace > LARGEST_NAMESPACE {
            return Err(Error::input(
                "namespace_size",
                Problem::TooLarge,
                LARGEST_NAMESPACE,
                namespace,
            ));
        }
        Ok(Nodes {
            hash,
            namespace,
            size: 2 * namespace + hash.digest_size(),
            ignore_max,
        })
    }

    pub(super) fn min<'n>(&self, node: &'n [u8]) -> &'n [u8] {
        &node[..self.namespace]
    }

    pub(super) fn max<'n>(&self, node: &'n [u8]) -> &'n [u8] {
        &node[self.namespace..2 * self.namespace]
    }

    /// Whether `bytes` can be a node: it has the size of one and its range is none that goes backwards.
    pub(super) fn well_formed(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.size && self.min(bytes) <= self.max(bytes)
    }

    /// Whether `namespace` is the one that ranges leave out.
    pub(super) fn is_ignored(&self, namespace: &[u8]) -> bool {
        self.ignore_max && !namespace.is_empty() && namespace.iter().all(|byte| *byte == u8::MAX)
    }

    pub(super) fn empty(&self) -> Vec<u8> {
        let mut node = vec![0; self.size];
        self.hash.digest_parts(&[], &mut node[2 * self.namespace..]);
        node
    }

    /// Fills `node` with the node of the leaf `data` in `namespace`, which has the right size.
    pub(super) fn leaf(&self, namespace: &[u8], data: &[u8], node: &mut [u8]) {
        let (range, digest) = node.split_at_mut(2 * self.namespace);
        range[..self.namespace].copy_from_slice(namespace);
        range[self.namespace..].copy_from_slice(namespace);
        self.hash.digest_parts(&[&[LEAF], namespace, data], digest);
    }

    /// Fills `node` with the parent of two well-formed nodes, of which the left one ends where the right one begins or before.
    pub(super) fn inner(&self, left: &[u8], right: &[u8], node: &mut [u8]) {
        let (range, digest) = node.split_at_mut(2 * self.namespace);
        let max = if self.is_ignored(self.min(right)) {
            self.max(left)
        } else {
            self.max(right)
        };
        range[..self.namespace].copy_from_slice(self.min(left));
        range[self.namespace..].copy_from_slice(max);
        self.hash.digest_parts(&[&[INNER], left, right], digest);
    }

    pub(super) fn parent(&self, left: &[u8], right: &[u8]) -> Vec<u8> {
        let mut node = vec![0; self.size];
        self.inner(left, right, &mut node);
        node
    }
}

/// How many of `count` leaves are below the left child: the largest power of two below `count`, which is at least 2.
pub(super) fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}
