//! Maps, sets and lists, and values of one of two types.

use std::collections::hash_map::RandomState;

use arrayvec::ArrayVec;
use either::Either;
use generic_array::GenericArray;
use generic_array::typenum::{U2, U4};
use indexmap::{IndexMap, IndexSet};
use smallvec::SmallVec;
use tinyvec::TinyVec;

/// Something that stays in Rust.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node(u32);

impl Node {
    /// A node.
    pub fn new(id: u32) -> Self {
        Self(id)
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.0
    }
}

crate::echoes! {
    hash_map hash_map_ref: hashbrown::HashMap<String, Vec<i64>>;
    hash_map_std hash_map_std_ref: hashbrown::HashMap<u8, Option<u8>, RandomState>;
    hash_map_old hash_map_old_ref: hashbrown_old::HashMap<String, i64>;
    hash_set hash_set_ref: hashbrown::HashSet<(i64, String)>;
    index_map index_map_ref: IndexMap<String, f64>;
    index_set index_set_ref: IndexSet<String>;
    small_vec small_vec_ref: SmallVec<[String; 2]>;
    small_bytes small_bytes_ref: SmallVec<[u8; 4]>;
    array_vec array_vec_ref: ArrayVec<i32, 3>;
    tiny_vec tiny_vec_ref: TinyVec<[u16; 4]>;
    linked linked_ref: hashlink::LinkedHashMap<String, i64>;
    heapless heapless_ref: heapless::Vec<u16, 3>;
    thin_vec thin_vec_ref: thin_vec::ThinVec<String>;
    eco_vec eco_vec_ref: ecow::EcoVec<f64>;
    tiny_array tiny_array_ref: tinyvec::ArrayVec<[u16; 3]>;
    hybrid hybrid_ref: hybrid_array::Array<u8, hybrid_array::sizes::U20>;
    generic generic_ref: GenericArray<u8, U4>;
    generic_list generic_list_ref: GenericArray<String, U2>;
    either either_ref: Either<i64, Vec<String>>;
    either_or_none either_or_none_ref: Option<Either<Option<u8>, String>>;
    nested nested_ref: IndexMap<String, SmallVec<[hashbrown::HashMap<u32, bool>; 1]>>;
}

/// Handles as keys, and borrowed.
#[derive(Debug, Default)]
pub struct Graph {
    nodes: IndexMap<Node, f64>,
}

impl Graph {
    /// Without nodes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds them all.
    pub fn extend(&mut self, nodes: IndexMap<Node, f64>) {
        self.nodes.extend(nodes);
    }

    /// What the nodes weigh.
    pub fn weights(&self) -> &IndexMap<Node, f64> {
        &self.nodes
    }

    /// What each node costs.
    pub fn costs(&self) -> hashbrown::HashMap<Node, f64> {
        self.nodes
            .iter()
            .map(|(node, cost)| (node.clone(), *cost))
            .collect()
    }

    /// The same by number.
    pub fn by_id(&self) -> IndexMap<u32, f64> {
        self.nodes.iter().map(|(node, cost)| (node.0, *cost)).collect()
    }
}

/// Adds a key to what is there.
pub fn insert(into: &mut IndexMap<String, f64>, key: &str) {
    into.insert(key.to_owned(), 0.0);
}

/// The node, or one of that number, and what was given.
pub fn node_or_id(which: Either<Node, u32>) -> (u32, Either<Node, u32>) {
    (which.as_ref().either(Node::id, |id| *id), which)
}

/// The blocks, one behind the other.
pub fn blocks(blocks: &[GenericArray<u8, U4>]) -> Vec<u8> {
    blocks.concat()
}

/// Writes a block.
pub fn fill(block: &mut GenericArray<u8, U4>) {
    block.reverse();
}
