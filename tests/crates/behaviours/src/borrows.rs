//! Values that borrow others.

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
