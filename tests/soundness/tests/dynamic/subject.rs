//! Code that is generic over its items.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Items by keys.
pub struct Bag<K, V>(HashMap<K, V>);

impl<K: Eq + Hash + Clone, V: Clone> Bag<K, V> {
    #[allow(clippy::new_without_default, reason = "a constructor is what is tried here")]
    pub fn new() -> Self {
        Self(HashMap::new())
    }
    pub fn put(key: K, value: V, bag: &mut Self) -> Option<V> {
        bag.0.insert(key, value)
    }
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key)
    }
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.0.remove(key)
    }
    /// Is in use for a while, and says so.
    pub fn occupy(&mut self, occupied: &AtomicBool) {
        occupied.store(true, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(50));
    }
    /// Runs while the bag is in use.
    pub fn hold(&mut self, work: impl FnOnce()) {
        work();
    }
}

pub fn same<T>(value: T) -> T {
    value
}

pub fn twice<T: Clone>(value: T) -> (T, T) {
    (value.clone(), value)
}

pub fn first<T>(items: &[T], at: usize) -> Option<&T> {
    items.get(at)
}

pub fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}

pub fn equal<T: PartialEq>(a: &T, b: &T) -> bool {
    a == b
}

/// Takes both, and counts what there is.
pub fn count<K: Eq + Hash, V>(items: HashMap<K, V>, last: V) -> usize {
    drop(last);
    items.len()
}

pub fn text<T: Display>(value: &T) -> String {
    value.to_string()
}

/// Panics with the value in its message.
pub fn panic_with<T: Display>(value: &T) {
    panic!("of {value}");
}

/// Drops it on another thread, when the call is over.
pub fn drop_later<T: Send + 'static>(value: T, go: &'static Mutex<()>) {
    std::thread::spawn(move || {
        drop(go.lock());
        drop(value);
    });
}
