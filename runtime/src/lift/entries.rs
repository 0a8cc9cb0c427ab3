//! The items of a dict in its order, for Rust that takes pairs and no map.

use super::{Lift, containers::pairs};
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::Scope;

/// Keys and values, in the order in which the dict has them.
#[derive(Debug)]
pub struct Entries<K, V>(Vec<(K, V)>);

impl<K, V> Entries<K, V> {
    /// All of them, each value made into what is wanted.
    pub fn all<W>(self, mut make: impl FnMut(V) -> W) -> Vec<(K, W)> {
        self.0
            .into_iter()
            .map(|(key, value)| (key, make(value)))
            .collect()
    }
}

impl<'s, 'h, B, K: Lift<'s, 'h, B>, V: Lift<'s, 'h, B>> Lift<'s, 'h, B> for Entries<K, V> {
    type Held = Vec<(K::Held, V::Held)>;
    const DATA: bool = K::DATA && V::DATA;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        pairs::<B, K, V>(scope)
    }

    fn take(held: Self::Held) -> Self {
        let take = |(key, value)| (K::take(key), V::take(value));
        Self(held.into_iter().map(take).collect())
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("dict", 2);
        K::describe(to);
        V::describe(to);
    }
}
