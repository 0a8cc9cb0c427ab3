//! The tree: built leaf by leaf or in bulk, and asked for proofs.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use super::node::{Nodes, split};
use super::{Options, Proof};
use crate::{Error, Problem, threads};

/// A namespaced Merkle tree that takes its leaves in the order of their namespaces.
///
/// It keeps two nodes a leaf, and not the data: a proof is made in the time that its length takes. Adding a leaf hashes twice on average.
///
/// ```
/// use da::nmt::{Options, Tree};
///
/// let mut tree = Tree::default();
/// let [one, two, three] = [1u64, 2, 3].map(u64::to_be_bytes);
/// tree.push(b"alpha", &one)?;
/// tree.extend(&["beta", "gamma"], &[three, three])?;
///
/// let proof = tree.prove_namespace(&three)?;
/// assert!(proof.verify_namespace(&["beta", "gamma"], &three, &tree.root(), &Options::default()));
/// let proof = tree.prove_namespace(&two)?;
/// assert!(proof.verify_namespace::<&str>(&[], &two, &tree.root(), &Options::default()));
/// # Ok::<(), da::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Tree {
    options: Options,
    nodes: Nodes,
    /// The nodes of complete subtrees: at `k` those of `2^k` leaves each, one after another, as many as there are.
    levels: Vec<Vec<u8>>,
}

impl Tree {
    /// A tree without leaves.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when the namespaces are to have more than 255 bytes.
    pub fn new(options: Options) -> Result<Self, Error> {
        Ok(Tree {
            options,
            nodes: Nodes::new(&options)?,
            levels: vec![Vec::new()],
        })
    }

    /// What kind of tree this is.
    pub fn options(&self) -> Options {
        self.options
    }

    /// The number of leaves.
    pub fn len(&self) -> usize {
        self.levels[0].len() / self.nodes.size
    }

    /// Whether there are no leaves.
    pub fn is_empty(&self) -> bool {
        self.levels[0].is_empty()
    }

    /// Adds a leaf.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when the namespace has the wrong size, [`Error::OutOfOrder`] when it is below that of the last leaf. The
    /// tree stays as it was.
    pub fn push(&mut self, leaf: &[u8], namespace: &[u8]) -> Result<(), Error> {
        self.extend(&[leaf], &[namespace])
    }

    /// Adds `leaves`, each in the namespace at the same place of `namespaces`; in parallel when they are many.
    ///
    /// # Errors
    ///
    /// As [`push`](Tree::push), and [`Error::InvalidInput`] when there are not as many namespaces as leaves. The tree stays as it was.
    pub fn extend<L, N>(&mut self, leaves: &[L], namespaces: &[N]) -> Result<(), Error>
    where
        L: AsRef<[u8]> + Sync,
        N: AsRef<[u8]> + Sync,
    {
        self.check(leaves.len(), namespaces)?;
        let size = self.nodes.size;
        let bytes: usize = leaves.iter().map(|leaf| leaf.as_ref().len() + 3 * size).sum();
        threads::run(
            bytes,
            self,
            |tree| {
                tree.add(leaves, namespaces, |nodes, leaves, namespaces, level| {
                    let data = leaves.par_iter().zip(namespaces);
                    level
                        .par_chunks_exact_mut(size)
                        .with_min_len(64)
                        .zip(data)
                        .for_each(|(node, (leaf, namespace))| {
                            nodes.leaf(namespace.as_ref(), leaf.as_ref(), node)
                        });
                });
                tree.complete(|nodes, below, level| {
                    level
                        .par_chunks_exact_mut(size)
                        .with_min_len(64)
                        .zip(below.par_chunks_exact(2 * size))
                        .for_each(|(node, pair)| nodes.inner(&pair[..size], &pair[size..], node));
                });
            },
            |tree| {
                tree.add(leaves, namespaces, |nodes, leaves, namespaces, level| {
                    let data = leaves.iter().zip(namespaces);
                    level
                        .chunks_exact_mut(size)
                        .zip(data)
                        .for_each(|(node, (leaf, namespace))| {
                            nodes.leaf(namespace.as_ref(), leaf.as_ref(), node);
                        });
                });
                tree.complete(|nodes, below, level| {
                    level
                        .chunks_exact_mut(size)
                        .zip(below.chunks_exact(2 * size))
                        .for_each(|(node, pair)| nodes.inner(&pair[..size], &pair[size..], node));
                });
            },
        );
        Ok(())
    }

    fn check<N: AsRef<[u8]>>(&self, leaves: usize, namespaces: &[N]) -> Result<(), Error> {
        if namespaces.len() != leaves {
            return Err(Error::input(
                "namespaces",
                Problem::Count,
                leaves,
                namespaces.len(),
            ));
        }
        let before = self.len();
        let mut previous = self.levels[0]
            .rchunks_exact(self.nodes.size)
            .next()
            .map(|node| self.nodes.min(node));
        for (index, namespace) in namespaces.iter().map(AsRef::as_ref).enumerate() {
            if namespace.len() != self.nodes.namespace {
                let (expected, found) = (self.nodes.namespace, namespace.len());
                return Err(Error::item("namespaces", index, Problem::Length, expected, found));
            }
            if let Some(previous) = previous.filter(|previous| namespace < *previous) {
                return Err(Error::OutOfOrder {
                    index: before + index,
                    namespace: namespace.to_vec(),
                    previous: previous.to_vec(),
                });
            }
            previous = Some(namespace);
        }
        Ok(())
    }

    /// Makes room for the nodes of the new leaves, and lets `fill` fill it.
    fn add<L, N>(
        &mut self,
        leaves: &[L],
        namespaces: &[N],
        fill: impl FnOnce(&Nodes, &[L], &[N], &mut [u8]),
    ) {
        let level = &mut self.levels[0];
        let old = level.len();
        level.resize(old + leaves.len() * self.nodes.size, 0);
        fill(&self.nodes, leaves, namespaces, &mut level[old..]);
    }

    /// Completes every level above the leaves: `fill` is given nodes of one level, and room for their parents.
    fn complete(&mut self, fill: impl Fn(&Nodes, &[u8], &mut [u8])) {
        let size = self.nodes.size;
        for height in 1.. {
            let pairs = self.levels[height - 1].len() / (2 * size);
            if pairs == 0 {
                return;
            }
            if self.levels.len() == height {
                self.levels.push(Vec::new());
            }
            let [below, level] = &mut self.levels[height - 1..=height] else {
                unreachable!("two levels were asked for");
            };
            let old = level.len();
            if old == pairs * size {
                return;
            }
            level.resize(pairs * size, 0);
            fill(&self.nodes, &below[2 * old..2 * pairs * size], &mut level[old..]);
        }
    }

    /// The root: the lowest namespace, the highest, and the digest.
    pub fn root(&self) -> Vec<u8> {
        match self.len() as u64 {
            0 => self.nodes.empty(),
            count => self.subtree(0, count).into_owned(),
        }
    }

    /// The node of the leaves from `start` to before `end`, which are those below one node of this tree.
    fn subtree(&self, start: u64, end: u64) -> Cow<'_, [u8]> {
        let count = end - start;
        if count.is_power_of_two() {
            let at = (start >> count.ilog2()) as usize * self.nodes.size;
            return Cow::Borrowed(&self.levels[count.ilog2() as usize][at..at + self.nodes.size]);
        }
        let middle = start + split(count);
        Cow::Owned(
            self.nodes
                .parent(&self.subtree(start, middle), &self.subtree(middle, end)),
        )
    }

    /// The indices of the leaves in `namespace`; an empty range at the place where they would be, when there are none.
    pub fn namespace_range(&self, namespace: &[u8]) -> Range<usize> {
        let below = |before: &dyn Fn(&[u8]) -> bool| {
            let (mut low, mut high) = (0, self.len());
            while low < high {
                let middle = low + (high - low) / 2;
                if before(self.nodes.min(&self.levels[0][middle * self.nodes.size..])) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            low
        };
        below(&|other| other < namespace)..below(&|other| other <= namespace)
    }

    /// A proof that the leaf at `index` is in the tree.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when there is no such leaf.
    pub fn prove(&self, index: usize) -> Result<Proof, Error> {
        if index >= self.len() {
            return Err(Error::input("index", Problem::OutOfRange, self.len(), index));
        }
        Ok(self.prove_leaves(index, index + 1))
    }

    /// A proof that the leaves from `start` to before `end` are in the tree.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when the range is empty or reaches beyond the leaves.
    pub fn prove_range(&self, start: usize, end: usize) -> Result<Proof, Error> {
        if end > self.len() {
            return Err(Error::input("end", Problem::TooLarge, self.len(), end));
        }
        if start >= end {
            return Err(Error::input("start", Problem::OutOfRange, end, start));
        }
        Ok(self.prove_leaves(start, end))
    }

    /// A proof of which leaves are in `namespace`: all there are, or that there are none.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when the namespace has the wrong size, or is the one that
    /// [`ignore_max_namespace`](Options::ignore_max_namespace) leaves out: the nodes do not tell who has leaves in it.
    pub fn prove_namespace(&self, namespace: &[u8]) -> Result<Proof, Error> {
        if namespace.len() != self.nodes.namespace {
            return Err(Error::input(
                "namespace",
                Problem::Length,
                self.nodes.namespace,
                namespace.len(),
            ));
        }
        if self.nodes.is_ignored(namespace) {
            return Err(Error::IgnoredNamespace);
        }
        let root = self.root();
        if self.is_empty() || namespace < self.nodes.min(&root) || namespace > self.nodes.max(&root) {
            return Ok(Proof {
                ignore_max_namespace: self.nodes.ignore_max,
                ..Proof::default()
            });
        }
        let Range { start, end } = self.namespace_range(namespace);
        if start < end {
            return Ok(self.prove_leaves(start, end));
        }
        let mut proof = self.prove_leaves(start, start + 1);
        proof.leaf_hash = Some(self.subtree(start as u64, start as u64 + 1).into_owned());
        Ok(proof)
    }

    fn prove_leaves(&self, start: usize, end: usize) -> Proof {
        let (start, end) = (start as u64, end as u64);
        let mut nodes = Vec::new();
        self.collect(0..self.len() as u64, &(start..end), &mut nodes);
        Proof {
            start,
            end,
            nodes,
            leaf_hash: None,
            ignore_max_namespace: self.nodes.ignore_max,
        }
    }

    /// Collects, from left to right, the largest subtrees below `here` that have no leaf in `proven`.
    fn collect(&self, here: Range<u64>, proven: &Range<u64>, nodes: &mut Vec<Vec<u8>>) {
        if here.end <= proven.start || here.start >= proven.end {
            nodes.push(self.subtree(here.start, here.end).into_owned());
        } else if here.start < proven.start || here.end > proven.end {
            let middle = here.start + split(here.end - here.start);
            self.collect(here.start..middle, proven, nodes);
            self.collect(middle..here.end, proven, nodes);
        }
    }
}

/// A tree without leaves, for namespaces of 8 bytes and SHA-256.
impl Default for Tree {
    fn default() -> Self {
        Tree::new(Options::default()).expect("the default namespace size is below the limit")
    }
}
