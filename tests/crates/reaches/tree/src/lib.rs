//! A tree of names. Nodes are views of it.

/// Names, each with the place of its parent.
#[derive(Debug, Default)]
pub struct Tree(Vec<(String, Option<usize>)>);

impl Tree {
    /// A node with no parent or below another, by their places.
    pub fn add(&mut self, name: &str, parent: Option<usize>) -> usize {
        self.0.push((name.to_owned(), parent));
        self.0.len() - 1
    }

    /// The node at a place.
    pub fn node(&self, at: usize) -> Option<Node<'_>> {
        (at < self.0.len()).then_some(Node { tree: self, at })
    }
}

/// A node.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    tree: &'a Tree,
    at: usize,
}

impl<'a> Node<'a> {
    /// What it is called.
    pub fn name(&self) -> &'a str {
        &self.tree.0[self.at].0
    }

    /// What is below it.
    pub fn children(&self) -> Children<'a> {
        Children {
            of: *self,
            next: self.at,
        }
    }
}

/// The nodes below one.
#[derive(Clone, Debug)]
pub struct Children<'a> {
    of: Node<'a>,
    next: usize,
}

impl<'a> Iterator for Children<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        loop {
            self.next += 1;
            let (_, parent) = self.of.tree.0.get(self.next)?;
            if *parent == Some(self.of.at) {
                return self.of.tree.node(self.next);
            }
        }
    }
}
