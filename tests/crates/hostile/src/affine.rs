//! Types that belong to one thread, or to one thread at a time.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// A node of a graph of `Rc`s.
#[derive(Debug, Clone)]
pub struct Node(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    children: RefCell<Vec<Node>>,
    parent: RefCell<Weak<Inner>>,
    thread: std::thread::ThreadId,
}

impl Drop for Inner {
    fn drop(&mut self) {
        assert_eq!(self.thread, std::thread::current().id(), "dropped elsewhere");
    }
}

/// `Send`, not `Sync`: two calls at once would lose counts.
#[derive(Debug, Default)]
pub struct Counter(Cell<u64>);

/// Looks at a node.
#[derive(Debug)]
pub struct Look<'n>(&'n Node);

impl Node {
    /// Without children.
    pub fn new(name: &str) -> Self {
        Self(Rc::new(Inner {
            name: name.to_owned(),
            children: RefCell::default(),
            parent: RefCell::default(),
            thread: std::thread::current().id(),
        }))
    }

    /// Adds a child, which knows its parent.
    pub fn add(&self, child: &Node) {
        *child.0.parent.borrow_mut() = Rc::downgrade(&self.0);
        self.0.children.borrow_mut().push(child.clone());
    }

    /// The parent, if it still lives.
    pub fn parent(&self) -> Option<Node> {
        self.0.parent.borrow().upgrade().map(Node)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// A view of it.
    pub fn look(&self) -> Look<'_> {
        Look(self)
    }

    /// How many refer to it.
    pub fn count(&self) -> usize {
        Rc::strong_count(&self.0)
    }
}

impl Look<'_> {
    /// The name of what it looks at.
    pub fn name(&self) -> &str {
        self.0.name()
    }
}

impl Counter {
    /// At nought.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts slowly on.
    pub fn count(&self) -> u64 {
        let now = self.0.get();
        std::thread::yield_now();
        self.0.set(now + 1);
        now + 1
    }
}
