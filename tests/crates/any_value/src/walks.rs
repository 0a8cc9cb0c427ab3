//! Code that is generic over the crate's own traits: which types there are, its bounds say.

use std::collections::BTreeSet;

/// What can be walked: a graph, by reference.
pub trait Walk: Copy {
    /// What its nodes are called.
    type Id: Copy + PartialEq;
    /// What holds the nodes that were seen.
    type Seen: Seen<Self::Id>;

    /// The nodes behind a node.
    fn near(self, node: Self::Id) -> Vec<Self::Id>;

    /// No node was seen.
    fn unseen(self) -> Self::Seen;
}

/// What can be walked against its direction, too.
pub trait WalkBack: Walk {
    /// The nodes before a node.
    fn before(self, node: Self::Id) -> Vec<Self::Id>;
}

/// A set of nodes.
pub trait Seen<N> {
    /// Puts a node in: whether it is new.
    fn see(&mut self, node: N) -> bool;
}

/// Nodes by number.
#[derive(Debug, Clone, Default)]
pub struct Flags(Vec<bool>);

impl Seen<u32> for Flags {
    fn see(&mut self, node: u32) -> bool {
        self.0.get_mut(node as usize).is_some_and(|seen| !std::mem::replace(seen, true))
    }
}

/// Nodes in order.
#[derive(Debug, Clone, Default)]
pub struct Ordered(BTreeSet<i64>);

impl Seen<i64> for Ordered {
    fn see(&mut self, node: i64) -> bool {
        self.0.insert(node)
    }
}

/// So many nodes in a ring.
#[derive(Debug, Clone)]
pub struct Ring {
    /// How many.
    size: u32,
}

impl Ring {
    /// Of that size, which is not 0.
    pub fn new(size: u32) -> Self {
        Self { size: size.max(1) }
    }
}

impl Walk for &Ring {
    type Id = u32;
    type Seen = Flags;

    fn near(self, node: u32) -> Vec<u32> {
        vec![(node + 1) % self.size]
    }

    fn unseen(self) -> Flags {
        Flags(vec![false; self.size as usize])
    }
}

impl WalkBack for &Ring {
    fn before(self, node: u32) -> Vec<u32> {
        vec![(node + self.size - 1) % self.size]
    }
}

/// Edges between nodes of any number.
#[derive(Debug, Clone, Default)]
pub struct Edges<E> {
    edges: Vec<(i64, i64, E)>,
}

/// What makes an edge.
pub trait IntoEdge<E> {
    /// What nodes are called.
    type Id;

    /// The edge.
    fn into_edge(self) -> (Self::Id, Self::Id, E);
}

impl<N: Copy, E: Default> IntoEdge<E> for (N, N) {
    type Id = N;

    fn into_edge(self) -> (N, N, E) {
        (self.0, self.1, E::default())
    }
}

impl<N: Copy, E> IntoEdge<E> for (N, N, E) {
    type Id = N;

    fn into_edge(self) -> (N, N, E) {
        self
    }
}

impl<E: Clone> Edges<E> {
    /// Of edges, with what they are worth or without.
    pub fn from_edges<I>(edges: I) -> Self
    where
        I: IntoIterator,
        I::Item: IntoEdge<E>,
        <I::Item as IntoEdge<E>>::Id: Into<i64>,
    {
        let one = |edge: I::Item| {
            let (from, to, value) = edge.into_edge();
            (from.into(), to.into(), value)
        };
        Self { edges: edges.into_iter().map(one).collect() }
    }

    /// What the edges are worth.
    pub fn values(&self) -> Vec<E> {
        self.edges.iter().map(|(_, _, value)| value.clone()).collect()
    }
}

impl<E> Walk for &Edges<E> {
    type Id = i64;
    type Seen = Ordered;

    fn near(self, node: i64) -> Vec<i64> {
        self.edges.iter().filter(|(from, ..)| *from == node).map(|(_, to, _)| *to).collect()
    }

    fn unseen(self) -> Ordered {
        Ordered::default()
    }
}

impl<E> WalkBack for &Edges<E> {
    fn before(self, node: i64) -> Vec<i64> {
        self.edges.iter().filter(|(_, to, _)| *to == node).map(|(from, ..)| *from).collect()
    }
}

/// A graph, the other way round.
#[derive(Debug, Clone, Copy)]
pub struct Reversed<G>(pub G);

impl<G: WalkBack> Walk for Reversed<G> {
    type Id = G::Id;
    type Seen = G::Seen;

    fn near(self, node: G::Id) -> Vec<G::Id> {
        self.0.before(node)
    }

    fn unseen(self) -> G::Seen {
        self.0.unseen()
    }
}

/// A walk on its way.
#[derive(Debug, Clone)]
pub struct Search<N, S> {
    left: Vec<N>,
    seen: S,
}

impl<N: Copy + PartialEq, S: Seen<N>> Search<N, S> {
    /// From a node.
    pub fn new<W>(graph: W, start: N) -> Self
    where
        W: Walk<Id = N, Seen = S>,
    {
        Self { left: vec![start], seen: graph.unseen() }
    }

    /// The next node.
    pub fn next<W>(&mut self, graph: W) -> Option<N>
    where
        W: Walk<Id = N, Seen = S>,
    {
        while let Some(node) = self.left.pop() {
            if self.seen.see(node) {
                self.left.extend(graph.near(node));
                return Some(node);
            }
        }
        None
    }
}

/// How many nodes can be reached.
pub fn reach<W: Walk>(graph: W, start: W::Id) -> usize {
    let mut search = Search::new(graph, start);
    std::iter::from_fn(|| search.next(graph)).count()
}

/// A word of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word<'t> {
    text: &'t str,
}

impl<'t> Word<'t> {
    /// Its text.
    pub fn text(&self) -> &'t str {
        self.text
    }
}

/// The words of a text.
#[derive(Debug, Clone)]
pub struct Words<'t> {
    rest: std::str::SplitWhitespace<'t>,
}

impl<'t> Words<'t> {
    /// Of a text.
    pub fn new(text: &'t str) -> Self {
        Self { rest: text.split_whitespace() }
    }
}

impl<'t> Iterator for Words<'t> {
    type Item = Word<'t>;

    fn next(&mut self) -> Option<Word<'t>> {
        self.rest.next().map(|text| Word { text })
    }
}

/// Words, of those that are the same and follow each other the first alone.
#[derive(Debug, Clone)]
pub struct Deduplicated<'t, I> {
    words: I,
    last: Option<Word<'t>>,
}

impl<'t, I: Iterator<Item = Word<'t>>> Deduplicated<'t, I> {
    /// Of words.
    pub fn new(words: I) -> Self {
        Self { words, last: None }
    }
}

impl<'t, I: Iterator<Item = Word<'t>>> Iterator for Deduplicated<'t, I> {
    type Item = Word<'t>;

    fn next(&mut self) -> Option<Word<'t>> {
        let last = self.last;
        self.last = self.words.find(|word| Some(*word) != last);
        self.last
    }
}

/// The sums of numbers so far.
#[derive(Debug)]
pub struct Sums<I> {
    numbers: I,
    sum: i64,
}

impl<I: Iterator<Item = i64>> Sums<I> {
    /// Of numbers.
    pub fn new(numbers: I) -> Self {
        Self { numbers, sum: 0 }
    }

    /// The next one.
    pub fn step(&mut self) -> Option<i64> {
        self.sum += self.numbers.next()?;
        Some(self.sum)
    }
}
