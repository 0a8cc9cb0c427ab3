//! Equality and order.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::hash::own_hash;
use super::{Collection, Dynamic, Value, ask};

/// Where kinds of plain data stand to each other.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Nothing => 0,
        Value::Bool(_) | Value::Int(_) | Value::Big(_) | Value::Float(_) => 1,
        Value::Text(_) => 2,
        Value::Bytes(_) => 3,
        Value::Items(Collection::Tuple, _) => 4,
        Value::Items(Collection::List, _) => 5,
        Value::Items(Collection::Set | Collection::FrozenSet, _) => 6,
        Value::Dict(_) => 7,
        Value::Object(_) => 8,
    }
}

impl PartialEq for Dynamic {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::Nothing, Value::Nothing) => true,
            (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::Object(a), Value::Object(b)) if a.is(b) => true,
            (Value::Object(kept), _) => ask::equal(kept, other),
            (_, Value::Object(kept)) => ask::equal(kept, self),
            (Value::Dict(a), Value::Dict(b)) => same(a, b, |(key, _)| key),
            (Value::Items(kind, a), Value::Items(other, b)) => match (kind.is_set(), other.is_set()) {
                (true, true) => same(a, b, |item| item),
                (false, false) => kind == other && a == b,
                _ => false,
            },
            (a, b) => match (a.number(), b.number()) {
                (Some(a), Some(b)) => a.compare(b).is_eq(),
                _ => false,
            },
        }
    }
}

impl Eq for Dynamic {}

/// Whether two collections have the same items in whatever order. Those that are equal have equal keys, which are hashed.
fn same<T: PartialEq>(a: &[T], b: &[T], key: impl Fn(&T) -> &Dynamic) -> bool {
    if a.len() != b.len() {
        return false;
    }
    // Each is found once: a client may have sent items that are equal.
    let mut left: HashMap<u64, Vec<&T>> = HashMap::with_capacity(b.len());
    for item in b {
        left.entry(own_hash(key(item))).or_default().push(item);
    }
    a.iter().all(|item| {
        let Some(alike) = left.get_mut(&own_hash(key(item))) else {
            return false;
        };
        let found = alike.iter().position(|other| *other == item);
        found.map(|at| alike.swap_remove(at)).is_some()
    })
}

impl PartialOrd for Dynamic {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Dynamic {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            // As bytes: UTF-8 keeps the order of code points.
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
            (Value::Object(a), Value::Object(b)) if a.is(b) => Ordering::Equal,
            (Value::Object(kept), _) => ask::order(kept, other),
            (_, Value::Object(kept)) => ask::order(kept, self).reverse(),
            (Value::Dict(a), Value::Dict(b)) => by_size(a, b),
            (Value::Items(kind, a), Value::Items(_, b)) if rank(&self.0) == rank(&other.0) => {
                if kind.is_set() { by_size(a, b) } else { a.cmp(b) }
            }
            (a, b) => match (a.number(), b.number()) {
                (Some(a), Some(b)) => a.compare(b),
                _ => rank(a).cmp(&rank(b)),
            },
        }
    }
}

/// The order of collections whose own order says nothing: by how many items they have, so that what is part of another comes
/// before it, then by the items, the lowest first.
fn by_size<T: Ord>(a: &[T], b: &[T]) -> Ordering {
    fn sorted<T: Ord>(items: &[T]) -> Vec<&T> {
        let mut sorted: Vec<&T> = items.iter().collect();
        sorted.sort();
        sorted
    }
    a.len().cmp(&b.len()).then_with(|| sorted(a).cmp(&sorted(b)))
}
