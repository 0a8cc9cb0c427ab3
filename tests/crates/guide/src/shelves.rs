//! Iterators, and values that borrow.

/// Things, in order.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    items: Vec<String>,
}

impl Shelf {
    /// A shelf with these items.
    pub fn new(items: impl IntoIterator<Item = String>) -> Shelf {
        Shelf {
            items: items.into_iter().collect(),
        }
    }

    /// The items, one by one.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(String::as_str)
    }

    /// Adds one.
    pub fn push(&mut self, item: &str) {
        self.items.push(item.to_owned());
    }
}

/// All square numbers: there is no end.
pub fn squares() -> impl Iterator<Item = u64> {
    (1..).map(|number| number * number)
}

/// The first number above a limit. What comes after it is not asked for.
pub fn first_above(numbers: impl IntoIterator<Item = i64>, limit: i64) -> Option<i64> {
    numbers.into_iter().find(|number| *number > limit)
}
