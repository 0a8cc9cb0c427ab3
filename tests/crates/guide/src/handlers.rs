//! Callables.

use std::collections::BTreeMap;

/// Sorts by what the key gives for each.
pub fn sorted_by(mut words: Vec<String>, mut key: impl FnMut(&str) -> i64) -> Vec<String> {
    words.sort_by_cached_key(|word| key(word));
    words
}

/// The prices that are kept, changed as they may be.
pub fn reprice(
    mut prices: BTreeMap<String, u32>,
    mut keep: impl FnMut(&str, &mut u32) -> bool,
) -> BTreeMap<String, u32> {
    prices.retain(|name, price| keep(name, price));
    prices
}

/// Tells all that happens to whoever wants to know.
#[derive(Default)]
pub struct Bus {
    handlers: Vec<Box<dyn Fn(&str) + Send + Sync>>,
}

impl Bus {
    /// From now on this is called, too.
    pub fn subscribe(&mut self, handler: Box<dyn Fn(&str) + Send + Sync>) {
        self.handlers.push(handler);
    }

    /// Tells all of them.
    pub fn tell(&self, what: &str) {
        for handler in &self.handlers {
            handler(what);
        }
    }

    /// Tells them from a thread of its own, and says whether that came to its end.
    pub fn tell_apart(&self, what: &str) -> bool {
        std::thread::scope(|scope| scope.spawn(|| self.tell(what)).join().is_ok())
    }
}

/// Something that has a price.
pub trait Priced {
    /// The price of one.
    fn price(&self) -> u32;

    /// The price of several.
    fn price_of(&self, count: u32) -> u32 {
        self.price() * count
    }
}

/// A dozen of them.
pub fn dozen(of: &dyn Priced) -> u32 {
    of.price_of(12)
}
