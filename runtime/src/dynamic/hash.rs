//! Hashes: the same for what is equal.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Collection, Dynamic, Value, ask};

/// What goes in front of a value, so that kinds that are never equal hash apart.
mod kind {
    pub(super) const NOTHING: u8 = 0;
    pub(super) const NUMBER: u8 = 1;
    pub(super) const TEXT: u8 = 2;
    pub(super) const BYTES: u8 = 3;
    pub(super) const TUPLE: u8 = 4;
    pub(super) const LIST: u8 = 5;
    pub(super) const SET: u8 = 6;
    pub(super) const DICT: u8 = 7;
}

impl Hash for Dynamic {
    fn hash<H: Hasher>(&self, to: &mut H) {
        if let Some(number) = self.0.number() {
            to.write_u8(kind::NUMBER);
            return to.write_i64(number.hash());
        }
        match &self.0 {
            Value::Text(text) => {
                to.write_u8(kind::TEXT);
                text.hash(to);
            }
            Value::Bytes(bytes) => {
                to.write_u8(kind::BYTES);
                bytes.hash(to);
            }
            Value::Items(collection, items) => match collection {
                Collection::Tuple => in_order(kind::TUPLE, items, to),
                Collection::List => in_order(kind::LIST, items, to),
                Collection::Set | Collection::FrozenSet => {
                    in_any_order(kind::SET, items.iter().map(own_hash), to);
                }
            },
            Value::Dict(pairs) => in_any_order(kind::DICT, pairs.iter().map(own_hash), to),
            // What it hashes like is plain data: that of the object itself, or its number.
            Value::Object(kept) => {
                let _deeper = ask::Deeper::enter();
                ask::hash_key(kept).hash(to);
            }
            // Numbers were first.
            Value::Nothing | Value::Bool(_) | Value::Int(_) | Value::Big(_) | Value::Float(_) => {
                to.write_u8(kind::NOTHING);
            }
        }
    }
}

fn in_order<H: Hasher>(kind: u8, items: &[Dynamic], to: &mut H) {
    to.write_u8(kind);
    items.hash(to);
}

fn in_any_order<H: Hasher>(kind: u8, hashes: impl ExactSizeIterator<Item = u64>, to: &mut H) {
    to.write_u8(kind);
    to.write_usize(hashes.len());
    to.write_u64(hashes.fold(0, u64::wrapping_add));
}

/// A hash that is the same whoever asks for it.
pub(super) fn own_hash<T: Hash>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
