//! Views that change what they are views of: a lifetime that cannot be shortened.

/// Text.
#[derive(Debug)]
pub struct Page(String);

/// Changes a page.
#[derive(Debug)]
pub struct Editor<'p> {
    page: &'p mut Page,
    undo: Vec<&'p str>,
}

/// Changes an editor, which changes a page.
#[derive(Debug)]
pub struct Session<'e, 'p> {
    editor: &'e mut Editor<'p>,
}

impl Page {
    /// With this text.
    pub fn new(text: &str) -> Self {
        Self(text.repeat(20))
    }

    /// An editor.
    pub fn edit(&mut self) -> Editor<'_> {
        Editor {
            page: self,
            undo: Vec::new(),
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl<'p> Editor<'p> {
    /// Adds.
    pub fn add(&mut self, text: &str) -> usize {
        self.page.0.push_str(text);
        self.page.0.len()
    }

    /// Remembers a text that lives as long as the page.
    pub fn remember(&mut self, text: &'p str) -> usize {
        self.undo.push(text);
        self.undo.len()
    }

    /// What it remembers.
    pub fn remembered(&self) -> String {
        self.undo.concat()
    }

    /// A session has the editor exclusively, and what the editor borrows must stay exactly that.
    pub fn session(&mut self) -> Session<'_, 'p> {
        Session { editor: self }
    }

    /// Something shorter stands in for the editor.
    pub fn reborrow(&mut self) -> Pen<'_> {
        Pen(&mut self.page.0)
    }
}

impl Session<'_, '_> {
    /// Adds.
    pub fn add(&mut self, text: &str) -> usize {
        self.editor.add(text)
    }
}

/// Writes at the end.
#[derive(Debug)]
pub struct Pen<'t>(&'t mut String);

impl Pen<'_> {
    /// Writes.
    pub fn write(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// A pen for somebody else, until that is gone.
    pub fn lend(&mut self) -> Pen<'_> {
        Pen(self.0)
    }
}
