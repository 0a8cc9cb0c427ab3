//! Methods that a type has from another through `Deref`.

use std::ops::{Deref, DerefMut};

use tree::{Node, Tree};

/// A list of words.
#[derive(Debug, Default)]
pub struct Words(Vec<String>);

impl Words {
    /// The words themselves, by place.
    #[allow(clippy::needless_lifetimes)]
    pub fn word<'a>(&'a self, at: usize) -> Option<Word<'a>> {
        self.0.get(at).map(|word| Word(word))
    }

    /// One more.
    pub fn push<'a>(&'a mut self, word: &str) -> Added<'a> {
        self.0.push(word.to_owned());
        Added(&mut self.0)
    }
}

/// What has a length.
pub trait Long {
    /// How long it is.
    fn len(&self) -> usize;
}

impl Words {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// One of them is this.
    pub fn contains(&self, word: &str) -> bool {
        self.0.iter().any(|one| one == word)
    }
}

impl Long for Words {
    fn len(&self) -> usize {
        self.0.iter().map(String::len).sum()
    }
}

/// A word.
#[derive(Debug)]
pub struct Word<'a>(&'a str);

impl Word<'_> {
    /// Its text.
    pub fn text(&self) -> &str {
        self.0
    }
}

/// A word that was added.
#[derive(Debug)]
pub struct Added<'a>(&'a mut Vec<String>);

impl Added<'_> {
    /// How many there are now.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// A page: its words, and more.
#[derive(Debug, Default)]
pub struct Page {
    words: Words,
}

impl Deref for Page {
    type Target = Words;

    fn deref(&self) -> &Words {
        &self.words
    }
}

impl DerefMut for Page {
    fn deref_mut(&mut self) -> &mut Words {
        &mut self.words
    }
}

/// A family.
#[derive(Debug, Default)]
pub struct Family(Tree);

impl Family {
    /// One with children.
    pub fn new(name: &str, children: Vec<String>) -> Self {
        let mut tree = Tree::default();
        let root = tree.add(name, None);
        for child in children {
            tree.add(&child, Some(root));
        }
        Self(tree)
    }

    /// The eldest.
    pub fn eldest(&self) -> Option<Person<'_>> {
        self.0.node(0).map(Person)
    }
}

/// A member of a family: another crate's node, and more.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a>(Node<'a>);

impl<'a> Deref for Person<'a> {
    type Target = Node<'a>;

    fn deref(&self) -> &Node<'a> {
        &self.0
    }
}
