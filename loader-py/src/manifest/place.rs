//! Where in a manifest something is, for messages: written out only when something is wrong.

use std::fmt;

/// A place.
pub(super) enum Place<'p> {
    /// The manifest itself.
    Root,
    /// Under a key.
    Key(&'p Place<'p>, &'p str),
    /// At a position.
    At(&'p Place<'p>, usize),
}

/// What is wrong with a manifest, with its place.
#[derive(Debug)]
pub(super) struct Problem(String);

impl Problem {
    /// Of the whole manifest.
    pub(super) fn whole(problem: &str) -> Self {
        Self(problem.to_owned())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Place<'_> {
    /// Something is wrong there.
    pub(super) fn problem(&self, problem: &str) -> Problem {
        match self {
            Self::Root => Problem::whole(problem),
            _ => Problem(format!("`{self}` {problem}")),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(Self::Root, key) => f.write_str(key),
            Self::Key(parent, key) => write!(f, "{parent}.{key}"),
            Self::At(parent, at) => write!(f, "{parent}[{at}]"),
        }
    }
}
