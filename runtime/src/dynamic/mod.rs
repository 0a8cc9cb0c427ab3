//! [`Dynamic`]: a type that any value of Python's has, for code that is generic over its items and is told nothing of them.
//!
//! Plain data is copied; every other object stays where it is, and is asked when something has to be known of it (`ask`).
//!
//! - `order` and `hash`: as Python compares and hashes, where it does; total where Rust asks for more;
//! - `text`: as Python writes;
//! - `lift`, `lower`: the encoding of `docs/abi.md`;
//! - `serde`: plain data for whatever else there is.
//!
//! Values never change, and what is long in them is shared by their clones.

mod ask;
mod hash;
mod lift;
mod lower;
mod number;
mod order;
#[cfg(feature = "serde")]
mod serde;
#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;

use crate::host::Kept;
#[cfg(feature = "serde")]
pub use serde::Dict;

use number::{Big, Integer, Number};

/// Whether nobody holds a lock of this module; asked after a fork.
pub(crate) fn unlocked() -> bool {
    #[cfg(feature = "serde")]
    let unlocked = serde::unlocked();
    #[cfg(not(feature = "serde"))]
    let unlocked = true;
    unlocked
}

/// Any value of Python's.
///
/// Values are equal, ordered and hashed as they are in Python, where Python does so: `1`, `1.0` and `True` are one. Beyond that
/// there is an order of all plain data, by kind: None, numbers, text, bytes, tuples, lists, sets, dicts; what is no number is
/// equal to itself and behind all that are, and sets and dicts are ordered by how many items they have first. An object that
/// is no plain data is asked; what it raises ends the call.
///
/// # Panics
///
/// An object that is asked raised: then this unwinds out of the call. The host is gone.
#[derive(Clone, Default)]
pub struct Dynamic(Value);

/// What it is.
#[derive(Clone, Default)]
enum Value {
    /// None
    #[default]
    Nothing,
    Bool(bool),
    Int(i64),
    /// One that fits into no `i64`.
    Big(Arc<Big>),
    Float(f64),
    Text(Arc<str>),
    Bytes(Arc<[u8]>),
    Items(Collection, Arc<[Dynamic]>),
    /// In the order of their keys, which are different.
    Dict(Arc<[(Dynamic, Dynamic)]>),
    /// All else.
    Object(Arc<Kept>),
}

/// What has items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Collection {
    List,
    Tuple,
    Set,
    FrozenSet,
}

impl Collection {
    /// Whether the order of its items says nothing.
    fn is_set(self) -> bool {
        matches!(self, Self::Set | Self::FrozenSet)
    }
}

impl Value {
    fn number(&self) -> Option<Number<'_>> {
        match self {
            Self::Bool(value) => Some(Number::Small(i64::from(*value))),
            Self::Int(value) => Some(Number::Small(*value)),
            Self::Big(value) => Some(Number::Big(value)),
            Self::Float(value) => Some(Number::Float(*value)),
            _ => None,
        }
    }
}

impl From<Integer> for Value {
    fn from(value: Integer) -> Self {
        match value {
            Integer::Small(value) => Self::Int(value),
            Integer::Big(value) => Self::Big(Arc::new(value)),
        }
    }
}

const _: () = {
    const fn is_ordinary<T: Send + Sync + Unpin + std::panic::UnwindSafe + 'static>() {}
    is_ordinary::<Dynamic>();
    assert!(size_of::<Dynamic>() <= 24, "values are moved a lot");
};
