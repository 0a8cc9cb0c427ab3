//! Types that are text, or bytes, by `AsRef` alone.

use std::fmt;

/// A name.
#[derive(Debug)]
pub struct Name(String);

impl Name {
    /// One.
    pub fn new(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// A name that is shown otherwise.
#[derive(Debug)]
pub struct Label(String);

impl Label {
    /// One.
    pub fn new(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl AsRef<str> for Label {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "label {}", self.0)
    }
}

/// What a name has for a key.
#[derive(Debug)]
pub struct Key([u8; 2]);

impl Key {
    /// Of two bytes.
    pub fn new(left: u8, right: u8) -> Self {
        Self([left, right])
    }
}

impl AsRef<[u8]> for Key {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

mod quoted {
    use std::fmt;

    /// Text in quotes, which the crate exports by no path.
    pub struct Quoted<'a>(pub(super) &'a str);

    impl fmt::Display for Quoted<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "'{}'", self.0.replace('\'', "''"))
        }
    }
}

/// The text in quotes.
pub fn quoted(text: &str) -> quoted::Quoted<'_> {
    quoted::Quoted(text)
}
