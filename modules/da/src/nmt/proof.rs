//! Proofs, and what it takes to believe one. Nothing here trusts its input: every failure is `false`.

use std::ops::Range;

use super::Options;
use super::node::{Nodes, split};

/// What shows that leaves are in a tree, or that a namespace has none, to somebody who has the root alone.
///
/// There are three kinds: of inclusion, with the nodes beside the path to the leaves from `start` to before `end`; of absence, with
/// `leaf_hash` too, the node of the first leaf beyond the namespace; and the empty one, for a namespace outside the root's range.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// The index of the first leaf.
    pub start: u64,
    /// The index after the last leaf.
    pub end: u64,
    /// The nodes of the largest subtrees without these leaves, from left to right.
    pub nodes: Vec<Vec<u8>>,
    /// In a proof of absence, the node of the leaf where the namespace would be.
    pub leaf_hash: Option<Vec<u8>>,
    /// Whether the tree leaves the highest namespace out of its nodes' ranges.
    pub ignore_max_namespace: bool,
}

impl Proof {
    /// Whether this shows that a namespace has no leaves although it is in the root's range.
    pub fn is_of_absence(&self) -> bool {
        self.leaf_hash.is_some()
    }

    /// Whether this shows that a namespace is outside the root's range.
    pub fn is_empty(&self) -> bool {
        (self.start, self.end) == (0, 0) && self.nodes.is_empty() && self.leaf_hash.is_none()
    }

    /// Whether this has the shape of a proof from a tree with `leaf_count` leaves.
    ///
    /// Together with a verification that holds, it follows that the leaves are those from `start` to before `end`.
    pub fn fits(&self, leaf_count: u64) -> bool {
        if self.start >= self.end {
            return self.is_empty();
        }
        self.end <= leaf_count && self.nodes.len() == siblings(0..leaf_count, &(self.start..self.end))
    }

    /// Whether this shows that `leaf` is in the tree of `root`, in `namespace`.
    pub fn verify(&self, leaf: &[u8], namespace: &[u8], root: &[u8], options: &Options) -> bool {
        self.verify_range(&[leaf], &[namespace], root, options)
    }

    /// Whether this shows that `leaves` follow one another in the tree of `root`, each in the namespace at the same place of
    /// `namespaces`. There may be other leaves in these namespaces.
    pub fn verify_range<L, N>(&self, leaves: &[L], namespaces: &[N], root: &[u8], options: &Options) -> bool
    where
        L: AsRef<[u8]>,
        N: AsRef<[u8]>,
    {
        if leaves.len() != namespaces.len() || self.is_of_absence() {
            return false;
        }
        let leaves = leaves
            .iter()
            .zip(namespaces)
            .map(|(leaf, namespace)| (leaf.as_ref(), namespace.as_ref()));
        Check::new(self, options).is_some_and(|check| check.leaves(leaves, None, root))
    }

    /// Whether this shows that `leaves` are all leaves of `namespace` in the tree of `root`, in their order; with no leaves, that there
    /// are none.
    pub fn verify_namespace<L>(&self, leaves: &[L], namespace: &[u8], root: &[u8], options: &Options) -> bool
    where
        L: AsRef<[u8]>,
    {
        let Some(check) = Check::new(self, options) else {
            return false;
        };
        // Where ranges leave a namespace out, they do not tell who has leaves in it.
        if namespace.len() != options.namespace_size || check.tree.is_ignored(namespace) {
            return false;
        }
        if leaves.is_empty() {
            return match &self.leaf_hash {
                Some(node) => check.absence(node, namespace, root),
                None => self.is_empty() && check.outside(namespace, root),
            };
        }
        if self.is_of_absence() {
            return false;
        }
        let leaves = leaves.iter().map(|leaf| (leaf.as_ref(), namespace));
        check.leaves(leaves, Some(namespace), root)
    }
}

/// How many nodes the proof of `proven` has below `here`.
fn siblings(here: Range<u64>, proven: &Range<u64>) -> usize {
    if here.end <= proven.start || here.start >= proven.end {
        1
    } else if here.start >= proven.start && here.end <= proven.end {
        0
    } else {
        let middle = here.start + split(here.end - here.start);
        siblings(here.start..middle, proven) + siblings(middle..here.end, proven)
    }
}

/// The proof does not hold.
struct Refused;

/// One verification. Everything it does is bounded by the nodes of the proof and the leaves given.
struct Check<'p> {
    proof: &'p Proof,
    tree: Nodes,
}

impl<'p> Check<'p> {
    /// Nothing when the proof is not for such a tree, or has anything that is no node.
    fn new(proof: &'p Proof, options: &Options) -> Option<Self> {
        let tree = Nodes::new(options).ok()?;
        let mut nodes = proof.nodes.iter().chain(&proof.leaf_hash);
        (proof.ignore_max_namespace == tree.ignore_max && nodes.all(|node| tree.well_formed(node)))
            .then_some(Check { proof, tree })
    }

    /// Whether the root's range leaves `namespace` out, or the tree is empty.
    fn outside(&self, namespace: &[u8], root: &[u8]) -> bool {
        let Check { tree, .. } = self;
        tree.well_formed(root)
            && (namespace < tree.min(root) || namespace > tree.max(root) || root == tree.empty())
    }

    fn absence(&self, node: &[u8], namespace: &[u8], root: &[u8]) -> bool {
        namespace < self.tree.min(node) && self.folds(vec![node.to_vec()], Some(namespace), root)
    }

    fn leaves<'l>(
        &self,
        leaves: impl ExactSizeIterator<Item = (&'l [u8], &'l [u8])>,
        all_of: Option<&[u8]>,
        root: &[u8],
    ) -> bool {
        // Before anything is hashed: as many leaves as the proof is for.
        if Some(leaves.len() as u64) != self.proof.end.checked_sub(self.proof.start) {
            return false;
        }
        let mut nodes = Vec::with_capacity(leaves.len());
        for (leaf, namespace) in leaves {
            if namespace.len() != self.tree.namespace {
                return false;
            }
            let mut node = vec![0; self.tree.size];
            self.tree.leaf(namespace, leaf, &mut node);
            nodes.push(node);
        }
        self.folds(nodes, all_of, root)
    }

    /// Whether `leaves`, which are nodes, and the nodes of the proof come to `root`; and whether all other nodes are on their
    /// side of the namespace `all_of`.
    fn folds(&self, leaves: Vec<Vec<u8>>, all_of: Option<&[u8]>, root: &[u8]) -> bool {
        let Proof {
            start, end, nodes, ..
        } = self.proof;
        let count = leaves.len() as u64;
        if count == 0 || end.checked_sub(*start) != Some(count) || *end > i64::MAX as u64 {
            return false;
        }
        let mut fold = Fold {
            tree: &self.tree,
            proven: *start..*end,
            leaves: leaves.into_iter(),
            nodes: nodes.iter(),
            all_of,
        };
        fold.root().is_ok_and(|found| found == root)
    }
}

/// The way up from the leaves to the root. How many leaves the tree has is not known: nodes that are left over are to the right.
struct Fold<'p> {
    tree: &'p Nodes,
    proven: Range<u64>,
    leaves: std::vec::IntoIter<Vec<u8>>,
    nodes: std::slice::Iter<'p, Vec<u8>>,
    all_of: Option<&'p [u8]>,
}

impl Fold<'_> {
    fn root(&mut self) -> Result<Vec<u8>, Refused> {
        let mut node = self
            .subtree(0..self.proven.end.next_power_of_two())?
            .ok_or(Refused)?;
        while let Some(right) = self.sibling(false)? {
            node = self.parent(&node, &right)?;
        }
        Ok(node)
    }

    /// The node of the leaves `here`; nothing when the tree ends before.
    fn subtree(&mut self, here: Range<u64>) -> Result<Option<Vec<u8>>, Refused> {
        if here.end <= self.proven.start || here.start >= self.proven.end {
            return self.sibling(here.end <= self.proven.start);
        }
        if here.end - here.start == 1 {
            return Ok(self.leaves.next());
        }
        let middle = here.start + split(here.end - here.start);
        let left = self.subtree(here.start..middle)?.ok_or(Refused)?;
        match self.subtree(middle..here.end)? {
            Some(right) => self.parent(&left, &right).map(Some),
            None => Ok(Some(left)),
        }
    }

    /// The next node of the proof, if it may be on that side of the leaves.
    fn sibling(&mut self, left: bool) -> Result<Option<Vec<u8>>, Refused> {
        let Some(node) = self.nodes.next() else {
            return Ok(None);
        };
        let beside = self.all_of.is_none_or(|namespace| match left {
            true => self.tree.max(node) < namespace,
            false => self.tree.min(node) > namespace,
        });
        if beside {
            Ok(Some(node.clone()))
        } else {
            Err(Refused)
        }
    }

    fn parent(&self, left: &[u8], right: &[u8]) -> Result<Vec<u8>, Refused> {
        if self.tree.max(left) > self.tree.min(right) {
            return Err(Refused);
        }
        Ok(self.tree.parent(left, right))
    }
}
