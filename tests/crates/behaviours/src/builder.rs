//! Builders: by `&mut self` and by value.

/// Built by `&mut self -> &mut Self`.
#[derive(Debug, Default)]
pub struct Letter {
    lines: Vec<String>,
}

impl Letter {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    pub fn line(&mut self, text: &str) -> &mut Self {
        self.lines.push(text.to_owned());
        self
    }

    /// Some other letter, which is not the receiver.
    pub fn pick<'a>(&'a mut self, other: &'a mut Letter) -> &'a mut Letter {
        self.lines.push("left alone".to_owned());
        other
    }

    /// What it says.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }
}

/// Built by `self -> Self`; it cannot be cloned, so each step moves it.
#[derive(Debug, Default)]
pub struct Parcel {
    weight: u32,
    label: Option<String>,
}

impl Parcel {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the weight.
    pub fn weight(mut self, weight: u32) -> Self {
        self.weight = weight;
        self
    }

    /// Sets the label.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sends it: it is gone then.
    pub fn send(self) -> String {
        format!(
            "{} kg to {}",
            self.weight,
            self.label.as_deref().unwrap_or("nobody")
        )
    }
}
