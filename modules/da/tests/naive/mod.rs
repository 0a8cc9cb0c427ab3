//! The tree a second time, slow and simple, from the specification alone: lists of leaves, and recursion over them.

use da::hash::Algorithm;
use da::nmt::Options;

/// A namespace and data.
pub(crate) type Leaf = (Vec<u8>, Vec<u8>);

pub(crate) struct Naive<'l> {
    pub(crate) options: Options,
    pub(crate) leaves: &'l [Leaf],
}

impl Naive<'_> {
    fn hash(&self, bytes: &[u8]) -> Vec<u8> {
        Algorithm::digest(self.options.hash, bytes)
    }

    fn leaf(&self, (namespace, data): &Leaf) -> Vec<u8> {
        let digest = self.hash(&[&[0], &namespace[..], data].concat());
        [&namespace[..], namespace, &digest].concat()
    }

    pub(crate) fn inner(&self, left: &[u8], right: &[u8]) -> Vec<u8> {
        let size = self.options.namespace_size;
        let (left_min, left_max) = (&left[..size], &left[size..2 * size]);
        let (right_min, right_max) = (&right[..size], &right[size..2 * size]);
        let highest = vec![0xff; size];
        let (min, mut max) = (left_min.min(right_min), left_max.max(right_max));
        if self.options.ignore_max_namespace && right_min == highest {
            max = left_max;
        }
        let digest = self.hash(&[&[1], left, right].concat());
        [min, max, &digest].concat()
    }

    /// The node above the leaves from `start` to before `end`.
    pub(crate) fn node(&self, start: usize, end: usize) -> Vec<u8> {
        match end - start {
            0 => [vec![0; 2 * self.options.namespace_size], self.hash(b"")].concat(),
            1 => self.leaf(&self.leaves[start]),
            count => {
                let mut middle = 1;
                while middle * 2 < count {
                    middle *= 2;
                }
                self.inner(&self.node(start, start + middle), &self.node(start + middle, end))
            }
        }
    }

    pub(crate) fn root(&self) -> Vec<u8> {
        self.node(0, self.leaves.len())
    }

    /// The nodes of the proof of a range: of a tree filled up to a power of two, what is wholly outside and exists.
    pub(crate) fn siblings(&self, start: usize, end: usize) -> Vec<Vec<u8>> {
        let mut nodes = Vec::new();
        let width = self.leaves.len().next_power_of_two();
        self.visit(0, width, start, end, &mut nodes);
        nodes
    }

    fn visit(&self, low: usize, high: usize, start: usize, end: usize, nodes: &mut Vec<Vec<u8>>) {
        if low >= self.leaves.len() || (low >= start && high <= end) {
            return;
        }
        if high <= start || low >= end {
            nodes.push(self.node(low, high.min(self.leaves.len())));
            return;
        }
        let middle = low + (high - low) / 2;
        self.visit(low, middle, start, end, nodes);
        self.visit(middle, high, start, end, nodes);
    }

    /// Start, end, nodes and leaf hash of the proof of a namespace.
    pub(crate) fn prove_namespace(&self, namespace: &[u8]) -> (usize, usize, Vec<Vec<u8>>, Option<Vec<u8>>) {
        let size = self.options.namespace_size;
        let root = self.root();
        if self.leaves.is_empty() || namespace < &root[..size] || namespace > &root[size..2 * size] {
            return (0, 0, Vec::new(), None);
        }
        let found: Vec<usize> = (0..self.leaves.len())
            .filter(|at| self.leaves[*at].0 == namespace)
            .collect();
        if let [start, ..] = found[..] {
            let end = start + found.len();
            return (start, end, self.siblings(start, end), None);
        }
        let at = self.leaves.iter().position(|leaf| *leaf.0 > *namespace).unwrap();
        (
            at,
            at + 1,
            self.siblings(at, at + 1),
            Some(self.leaf(&self.leaves[at])),
        )
    }
}
