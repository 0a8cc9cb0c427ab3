//! The tree: built leaf by leaf or in bulk, and asked for proofs.

use std::borrow::Cow;
use std::fmt;
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
#[derive(Clone)]
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
        self.add(1, |_| (leaf, namespace))
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
        if namespaces.len() != leaves.len() {
            return Err(Error::input(
                "namespaces",
                Problem::Count,
                leaves.len(),
                namespaces.len(),
            ));
        }
        self.add(leaves.len(), |index| {
            (leaves[index].as_ref(), namespaces[index].as_ref())
        })
    }

    /// Adds leaves that are in one piece of memory: each is its namespace and then its data, `row_size` bytes together, as Celestia's
    /// shares are, and as the rows of a two-dimensional array can be.
    ///
    /// # Errors
    ///
    /// As [`push`](Tree::push), and [`Error::InvalidInput`] when a row has no room for a namespace, or `rows` are not whole rows. The
    /// tree stays as it was.
    ///
    /// ```
    /// let mut tree = da::nmt::Tree::new(da::nmt::Options { namespace_size: 1, ..Default::default() })?;
    /// tree.extend_rows(b"\x01one\x02two", 4)?;
    /// let mut same = da::nmt::Tree::new(tree.options())?;
    /// same.extend(&["one", "two"], &[[1], [2]])?;
    /// assert_eq!(tree.root(), same.root());
    /// # Ok::<(), da::Error>(())
    /// ```
    pub fn extend_rows(&mut self, rows: &[u8], row_size: usize) -> Result<(), Error> {
        let least = self.nodes.namespace.max(1);
        if row_size < least {
            return Err(Error::input("row_size", Problem::TooSmall, least, row_size));
        }
        if rows.len() % row_size != 0 {
            return Err(Error::input("rows", Problem::Multiple, row_size, rows.len()));
        }
        let split = self.nodes.namespace;
        self.add(rows.len() / row_size, |index| {
            let (namespace, leaf) = rows[index * row_size..][..row_size].split_at(split);
            (leaf, namespace)
        })
    }

    /// Adds `count` leaves: `leaf` gives the data and the namespace of each.
    fn add<'l>(
        &mut self,
        count: usize,
        leaf: impl Fn(usize) -> (&'l [u8], &'l [u8]) + Sync,
    ) -> Result<(), Error> {
        self.check(count, |index| leaf(index).1)?;
        let nodes = self.nodes;
        let bytes: usize = (0..count).map(|index| leaf(index).0.len() + 3 * nodes.size).sum();
        let fill = |(index, node): (usize, &mut [u8])| {
            let (data, namespace) = leaf(index);
            nodes.leaf(namespace, data, node);
        };
        let pair = |(node, pair): (&mut [u8], &[u8])| {
            let (left, right) = pair.split_at(nodes.size);
            nodes.inner(left, right, node);
        };
        threads::run(
            bytes,
            self,
            |tree| {
                let room = tree.room(count).par_chunks_exact_mut(nodes.size);
                room.with_min_len(64).enumerate().for_each(fill);
                tree.complete(|below, level| {
                    let level = level.par_chunks_exact_mut(nodes.size).with_min_len(64);
                    level.zip(below.par_chunks_exact(2 * nodes.size)).for_each(pair);
                });
            },
            |tree| {
                tree.room(count)
                    .chunks_exact_mut(nodes.size)
                    .enumerate()
                    .for_each(fill);
                tree.complete(|below, level| {
                    let level = level.chunks_exact_mut(nodes.size);
                    level.zip(below.chunks_exact(2 * nodes.size)).for_each(pair);
                });
            },
        );
        Ok(())
    }

    /// Checks that namespaces have the right size, and ascend from that of the last leaf on.
    fn check<'n>(&self, count: usize, namespace: impl Fn(usize) -> &'n [u8]) -> Result<(), Error> {
        let mut previous = match self.levels[0].rchunks_exact(self.nodes.size).next() {
            Some(node) => self.nodes.min(node),
            None => &[],
        };
        for index in 0..count {
            let namespace = namespace(index);
            if namespace.len() != self.nodes.namespace {
                let (expected, found) = (self.nodes.namespace, namespace.len());
                return Err(Error::item("namespaces", index, Problem::Length, expected, found));
            }
            // Nothing is below no bytes at all.
            if namespace < previous {
                return Err(Error::OutOfOrder {
                    index: self.len() + index,
                    namespace: namespace.to_vec(),
                    previous: previous.to_vec(),
                });
            }
            previous = namespace;
        }
        Ok(())
    }

    /// Room for the nodes of `count` more leaves.
    fn room(&mut self, count: usize) -> &mut [u8] {
        let leaves = &mut self.levels[0];
        let old = leaves.len();
        leaves.resize(old + count * self.nodes.size, 0);
        &mut leaves[old..]
    }

    /// Completes every level above the leaves: `fill` is given nodes of one level, and room for their parents.
    fn complete(&mut self, fill: impl Fn(&[u8], &mut [u8])) {
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
            fill(&below[2 * old..2 * pairs * size], &mut level[old..]);
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

/// Without the nodes, of which there may be millions.
impl fmt::Debug for Tree {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Tree")
            .field("options", &self.options)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// A tree without leaves, for namespaces of 8 bytes and SHA-256.
impl Default for Tree {
    fn default() -> Self {
        Tree::new(Options::default()).expect("the default namespace size is below the limit")
    }
}
