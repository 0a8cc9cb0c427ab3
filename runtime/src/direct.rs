//! Direct calls (`docs/abi.md`): arguments and results that are machine words, with no message around them.

/// How a parameter travels as words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One word: 0 or 1.
    Bool,
    /// One word: an `i64`.
    Signed,
    /// One word: a `u64`.
    Unsigned,
    /// One word: the bits of an `f64`.
    Float,
    /// Two words: where UTF-8 text is, and its length in bytes.
    Text,
    /// Two words: where bytes are, and how many.
    Bytes,
    /// Two words: where numbers in native byte order are, and their length in bytes.
    Numbers,
    /// Two words: the 16 bytes of a handle that is lent or cloned.
    Handle,
}

impl Kind {
    /// Its letter in the answer to operation *direct*.
    pub(crate) const fn letter(self) -> char {
        match self {
            Self::Bool => 'b',
            Self::Signed => 'i',
            Self::Unsigned => 'u',
            Self::Float => 'f',
            Self::Text => 's',
            Self::Bytes => 'y',
            Self::Numbers => 'm',
            Self::Handle => 'h',
        }
    }
}

/// How a result travels as a word. Other results are messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Nothing: the word means nothing.
    Unit,
    /// 0 or 1.
    Bool,
    /// An `i64`.
    Signed,
    /// A `u64`.
    Unsigned,
    /// The bits of an `f64`.
    Float,
}

impl Word {
    /// Its letter in the answer to operation *direct*.
    pub(crate) const fn letter(self) -> char {
        match self {
            Self::Unit => 'n',
            Self::Bool => 'b',
            Self::Signed => 'i',
            Self::Unsigned => 'u',
            Self::Float => 'f',
        }
    }
}

/// What a shim said of itself while it was described.
#[derive(Debug, Default)]
pub(crate) struct Directly {
    /// The letters of its parameters.
    pub(crate) kinds: String,
    /// A parameter has none.
    pub(crate) never: bool,
    /// The letter of its result, if that is a word.
    pub(crate) result: Option<char>,
}

impl Directly {
    /// The next parameter.
    pub(crate) fn parameter(&mut self, kind: Option<Kind>) {
        match kind {
            Some(kind) => self.kinds.push(kind.letter()),
            None => self.never = true,
        }
    }
}
