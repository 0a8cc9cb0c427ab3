//! Values that borrow others.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A text that others look into.
#[derive(Debug)]
pub struct Text {
    content: String,
}

/// A part of a text.
#[derive(Debug, Clone)]
pub struct Part<'t> {
    text: &'t str,
}

/// Changes a text while it lives.
#[derive(Debug)]
pub struct Editor<'t> {
    text: &'t mut String,
}

impl Text {
    /// With this content.
    pub fn new(content: &str) -> Self {
        Self {
            content: content.to_owned(),
        }
    }

    /// The whole, as a part.
    pub fn part(&self) -> Part<'_> {
        Part { text: &self.content }
    }

    /// An editor, which has the text for itself.
    pub fn edit(&mut self) -> Editor<'_> {
        Editor {
            text: &mut self.content,
        }
    }

    /// The content.
    pub fn content(&self) -> &str {
        &self.content
    }

    /// Changes the content.
    pub fn set(&mut self, content: &str) {
        self.content = content.to_owned();
    }

    /// Uses it up.
    pub fn into_content(self) -> String {
        self.content
    }
}

impl<'t> Part<'t> {
    /// What it shows.
    pub fn show(&self) -> &'t str {
        self.text
    }

    /// A part of the part, which borrows from the text alone.
    pub fn first(&self, bytes: usize) -> Part<'t> {
        Part {
            text: self.text.get(..bytes).unwrap_or(self.text),
        }
    }

    /// How long it is.
    pub fn length(&self) -> usize {
        self.text.len()
    }
}

impl Editor<'_> {
    /// Adds to the text.
    pub fn append(&mut self, more: &str) {
        self.text.push_str(more);
    }
}

/// The longer of two parts.
pub fn longer<'t>(left: &Part<'t>, right: &Part<'t>) -> Part<'t> {
    if left.text.len() >= right.text.len() {
        left.clone()
    } else {
        right.clone()
    }
}

/// What several own together.
#[derive(Debug)]
pub struct Common {
    name: String,
    seen: AtomicU32,
}

impl Common {
    /// What it is called, and how often that was asked.
    pub fn name(&self) -> (&str, u32) {
        (&self.name, self.seen.fetch_add(1, Ordering::Relaxed))
    }

    /// Others cannot see a change: it is refused while they can.
    pub fn rename(&mut self, name: &str) {
        self.name = name.to_owned();
    }
}

impl Drop for Common {
    fn drop(&mut self) {
        GONE.fetch_add(1, Ordering::Relaxed);
    }
}

static GONE: AtomicU32 = AtomicU32::new(0);

/// How many were dropped.
pub fn common_gone() -> u32 {
    GONE.load(Ordering::Relaxed)
}

/// One of several owners.
#[derive(Debug)]
pub struct Shares(Arc<Common>);

impl Shares {
    /// The first owner.
    pub fn new(name: &str) -> Self {
        let seen = AtomicU32::new(0);
        Shares(Arc::new(Common { name: name.to_owned(), seen }))
    }

    /// What is owned.
    pub fn common(&self) -> Arc<Common> {
        Arc::clone(&self.0)
    }

    /// The same, if it is asked for.
    pub fn maybe(&self, there: bool) -> Option<Arc<Common>> {
        there.then(|| self.common())
    }

    /// The same, or no number.
    pub fn tried(&self, text: &str) -> Result<Arc<Common>, std::num::ParseIntError> {
        text.parse::<u8>().map(|_| self.common())
    }

    /// The same so often.
    pub fn many(&self, count: usize) -> Vec<Arc<Common>> {
        vec![self.common(); count]
    }

    /// How many own it.
    pub fn owners(&self) -> usize {
        Arc::strong_count(&self.0)
    }
}

/// Stays on its thread.
#[derive(Debug)]
pub struct Pinned(Rc<Common>);

impl Pinned {
    /// The first owner.
    pub fn new(name: &str) -> Self {
        let seen = AtomicU32::new(0);
        Pinned(Rc::new(Common { name: name.to_owned(), seen }))
    }

    /// What is owned.
    pub fn common(&self) -> Rc<Common> {
        Rc::clone(&self.0)
    }
}
