//! Collections: dicts, sets, lists; and what is a value of one of two types.

use super::Mapping;

/// What a map with a hasher takes to be collected.
macro_rules! hashed_map {
    ($ty:literal) => {
        concat!(
            "[S], [K: ::std::cmp::Eq + ::std::hash::Hash, S: ::std::hash::BuildHasher + ::std::default::Default], ",
            $ty
        )
    };
}

/// The same of a set.
macro_rules! hashed_set {
    ($ty:literal) => {
        concat!(
            "[S], [T: ::std::cmp::Eq + ::std::hash::Hash, S: ::std::hash::BuildHasher + ::std::default::Default], ",
            $ty
        )
    };
}

pub(super) const ALL: &[Mapping] = &[
    Mapping::map("hashbrown", "HashMap", hashed_map!("$::HashMap<K, V, S>")),
    Mapping::set("hashbrown", "HashSet", hashed_set!("$::HashSet<T, S>")),
    Mapping::map("indexmap", "IndexMap", hashed_map!("$::IndexMap<K, V, S>")),
    Mapping::set("indexmap", "IndexSet", hashed_set!("$::IndexSet<T, S>")),
    Mapping::map("ordermap", "OrderMap", hashed_map!("$::OrderMap<K, V, S>")),
    Mapping::set("ordermap", "OrderSet", hashed_set!("$::OrderSet<T, S>")),
    Mapping::map(
        "hashlink",
        "LinkedHashMap",
        hashed_map!("$::LinkedHashMap<K, V, S>"),
    ),
    // By bytes where they hold bytes, like a `Vec`.
    Mapping::list(
        "smallvec",
        "SmallVec",
        "[A: $::Array], [], $::SmallVec<A>, <A as $::Array>::Item, 0..=usize::MAX",
    ),
    Mapping::list(
        "arrayvec",
        "ArrayVec",
        "[T, const CAP: usize], [], $::ArrayVec<T, CAP>, T, 0..=CAP",
    ),
    Mapping::list(
        "tinyvec",
        "TinyVec",
        "[A: $::Array], [], $::TinyVec<A>, <A as $::Array>::Item, 0..=usize::MAX",
    ),
    Mapping::list(
        "tinyvec",
        "ArrayVec",
        "[A: $::Array], [], $::ArrayVec<A>, <A as $::Array>::Item, 0..=A::CAPACITY",
    ),
    Mapping::list(
        "heapless",
        "Vec",
        "[T, const N: usize], [], $::Vec<T, N>, T, 0..=N",
    ),
    Mapping::list("thin_vec", "ThinVec", "[T], [], $::ThinVec<T>, T, 0..=usize::MAX"),
    Mapping::list(
        "ecow",
        "EcoVec",
        "[T], [T: ::std::clone::Clone], $::EcoVec<T>, T, 0..=usize::MAX",
    ),
    // As many as a type says.
    Mapping::list(
        "hybrid_array",
        "Array",
        "[T, N: $::ArraySize], [], $::Array<T, N>, T, <N as $::typenum::Unsigned>::USIZE..=<N as $::typenum::Unsigned>::USIZE",
    ),
    Mapping::list(
        "generic_array",
        "GenericArray",
        "[T, N: $::ArrayLength<T>], [], $::GenericArray<T, N>, T, \
         <N as $::typenum::Unsigned>::USIZE..=<N as $::typenum::Unsigned>::USIZE",
    ),
    Mapping::sides("either", "Either", "$::Either"),
];
