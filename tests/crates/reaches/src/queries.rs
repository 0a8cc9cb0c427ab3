//! A trait that other crates' data implements, which no signature names.

use serde_json::Value;

/// What can be asked for a part by its name.
pub trait Queryable
where
    Self: Clone + for<'a> From<&'a str> + From<Vec<Self>>,
{
    /// The part.
    fn part(&self, name: &str) -> Option<&Self>;

    /// Both parts.
    fn parts(&self, one: &str, other: &str) -> Vec<&Self> {
        [one, other].iter().filter_map(|name| self.part(name)).collect()
    }
}

impl Queryable for Value {
    fn part(&self, name: &str) -> Option<&Self> {
        self.get(name)
    }
}

/// The part of a part.
pub fn within<T: Queryable>(data: &T, one: &str, other: &str) -> Option<T> {
    data.part(one)?.part(other).cloned()
}
