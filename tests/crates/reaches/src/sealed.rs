//! Functions that ask for a private trait.

mod index {
    pub trait Index {
        fn find<'s>(&self, shelf: &'s super::Shelf) -> Option<&'s str>;
    }
}

use index::Index;

impl Index for usize {
    fn find<'s>(&self, shelf: &'s Shelf) -> Option<&'s str> {
        shelf.0.get(*self).map(|(_, book)| book.as_str())
    }
}

impl Index for str {
    fn find<'s>(&self, shelf: &'s Shelf) -> Option<&'s str> {
        let of = |(name, _): &&(String, String)| name == self;
        shelf.0.iter().find(of).map(|(_, book)| book.as_str())
    }
}

impl<T: Index + ?Sized> Index for &T {
    fn find<'s>(&self, shelf: &'s Shelf) -> Option<&'s str> {
        (**self).find(shelf)
    }
}

/// Books by name, and by place.
#[derive(Debug)]
pub struct Shelf(Vec<(String, String)>);

impl Shelf {
    /// With these.
    pub fn new(books: Vec<(String, String)>) -> Self {
        Self(books)
    }

    /// A book.
    pub fn book<I: Index>(&self, index: I) -> Option<&str> {
        index.find(self)
    }
}

impl<I: Index> std::ops::Index<I> for Shelf {
    type Output = str;

    fn index(&self, index: I) -> &str {
        index.find(self).expect("there is such a book")
    }
}
