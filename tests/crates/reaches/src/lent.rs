//! What is lent to be changed: frames one after the other, and fields that stay in Rust.

/// How much is left free; it has more than it shows.
#[derive(Debug, Clone, Default)]
pub struct Margins {
    /// At the left.
    pub left: u32,
    changes: u32,
}

impl Margins {
    /// Makes it wider.
    pub fn widen(&mut self, by: u32) {
        self.left += by;
        self.changes += 1;
    }
}

/// What is drawn.
#[derive(Debug, Clone, Default)]
pub struct Extension<'c> {
    /// Tables are.
    pub table: bool,
    prefix: Option<&'c str>,
}

/// How it is drawn.
#[derive(Debug, Clone, Default)]
pub struct Render {
    /// How wide.
    pub width: u32,
    /// What is left free.
    pub margins: Margins,
    draft: bool,
}

/// All that may be chosen.
#[derive(Debug, Clone, Default)]
pub struct Options<'c> {
    /// What is drawn.
    pub extension: Extension<'c>,
    /// How it is drawn.
    pub render: Render,
    named: Option<&'c str>,
}

impl<'c> Options<'c> {
    /// Nothing is chosen.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same for something of that name.
    pub fn named(self, name: &str) -> Options<'_> {
        Options {
            extension: Extension {
                table: self.extension.table,
                prefix: None,
            },
            render: self.render,
            named: Some(name),
        }
    }

    /// The name.
    pub fn name(&self) -> Option<&str> {
        self.named
    }

    /// What was chosen.
    pub fn summary(&self) -> String {
        let (draft, named) = (self.render.draft, self.named.or(self.extension.prefix));
        assert!(!draft && named.is_none());
        format!(
            "{} {} {}",
            self.extension.table, self.render.width, self.render.margins.left
        )
    }

    /// Nothing is chosen any more.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

/// A picture of several.
#[derive(Debug)]
pub struct Frame {
    /// How long it is shown.
    pub delay: u32,
    number: usize,
}

impl Frame {
    /// Which one it is.
    pub fn number(&self) -> usize {
        self.number
    }
}

/// Frames, read one by one.
#[derive(Debug)]
pub struct Film {
    frames: Vec<Frame>,
    at: usize,
}

impl Film {
    /// So many.
    pub fn new(count: usize) -> Self {
        let frames = (0..count).map(|number| Frame { delay: 0, number }).collect();
        Self { frames, at: 0 }
    }

    /// The next one.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn read_frame(&mut self) -> Result<Option<&Frame>, std::num::ParseIntError> {
        self.at += 1;
        Ok(self.frames.get(self.at - 1))
    }

    /// One of them, to be changed.
    pub fn frame_mut(&mut self, at: usize) -> Option<&mut Frame> {
        self.frames.get_mut(at)
    }

    /// One of them, to be looked at.
    pub fn frame(&self, at: usize) -> Option<&Frame> {
        self.frames.get(at)
    }

    /// How long all are shown.
    pub fn length(&self) -> u32 {
        self.frames.iter().map(|frame| frame.delay).sum()
    }

    /// How often each is named, by what is drawn of it.
    pub fn visit(&mut self, mut each: impl FnMut(usize)) {
        (0..self.frames.len()).for_each(|number| each(number));
    }
}

/// A mark, of a film that may go before it.
#[derive(Debug, Clone)]
pub struct Mark<'f> {
    text: std::borrow::Cow<'f, str>,
}

impl Mark<'_> {
    /// What it says.
    pub fn text(&self) -> &str {
        &self.text
    }
}

mod hidden {
    /// Marks that borrow nothing.
    pub struct Marks(pub(super) usize);

    impl Iterator for Marks {
        type Item = Result<super::Mark<'static>, std::num::ParseIntError>;

        fn next(&mut self) -> Option<Self::Item> {
            self.0 = self.0.checked_sub(1)?;
            let text = self.0.to_string().into();
            Some(Ok(super::Mark { text }))
        }
    }
}

impl IntoIterator for Film {
    type Item = Result<Mark<'static>, std::num::ParseIntError>;
    type IntoIter = hidden::Marks;

    fn into_iter(self) -> Self::IntoIter {
        hidden::Marks(self.frames.len())
    }
}

/// What a row is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// A mark.
    Mark(String),
    /// A number.
    Number(u64),
}

impl Part {
    /// Whether it is a mark.
    pub fn is_mark(&self) -> bool {
        matches!(self, Self::Mark(_))
    }
}

impl From<&Mark<'_>> for Part {
    fn from(mark: &Mark<'_>) -> Self {
        Self::Mark(mark.text.to_string())
    }
}

impl From<Margins> for Part {
    fn from(margins: Margins) -> Self {
        Self::Number(margins.left.into())
    }
}

impl From<&Margins> for Part {
    fn from(margins: &Margins) -> Self {
        Self::Number(margins.left.into())
    }
}

/// Parts in order.
#[derive(Debug, Default)]
pub struct Row {
    parts: Vec<Part>,
}

impl Row {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.parts.len()
    }
}

impl<P: Into<Part>> FromIterator<P> for Row {
    fn from_iter<I: IntoIterator<Item = P>>(all: I) -> Self {
        let parts = all.into_iter().map(Into::into).collect();
        Self { parts }
    }
}
