//! A map whose entries borrow it.

use std::collections::BTreeMap;

/// Values by key.
#[derive(Default)]
pub struct Stock<K, V> {
    all: BTreeMap<K, V>,
}

/// A place in a stock.
pub enum Entry<'a, K, V> {
    /// There is something.
    Occupied(Occupied<'a, K, V>),
    /// There is nothing.
    Vacant {
        /// What was looked for.
        key: K,
        /// Where it would be.
        place: Place<'a, K, V>,
    },
}

/// What is there.
pub struct Occupied<'a, K, V> {
    key: K,
    all: &'a mut BTreeMap<K, V>,
}

/// Where nothing is.
pub struct Place<'a, K, V> {
    all: &'a mut BTreeMap<K, V>,
}

impl<K: Ord + Clone, V: Clone> Stock<K, V> {
    /// An empty one.
    pub fn new() -> Self {
        Self { all: BTreeMap::new() }
    }

    /// Puts a value there.
    pub fn put(&mut self, key: K, value: V) {
        self.all.insert(key, value);
    }

    /// The place of a key.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        if self.all.contains_key(&key) {
            Entry::Occupied(Occupied {
                key,
                all: &mut self.all,
            })
        } else {
            Entry::Vacant {
                key,
                place: Place { all: &mut self.all },
            }
        }
    }
}

impl<K: Ord + Clone, V: Clone> Occupied<'_, K, V> {
    /// The value.
    pub fn get(&self) -> Option<&V> {
        self.all.get(&self.key)
    }
}

impl<K: Ord + Clone, V: Clone> Place<'_, K, V> {
    /// How many others there are.
    pub fn others(&self) -> usize {
        self.all.len()
    }
}
