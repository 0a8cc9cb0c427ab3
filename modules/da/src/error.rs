//! The one error type: what was wrong, where, and what was expected. A leaf.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a call gave no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument cannot be used.
    #[error("{}", describe(.argument, *.index, *.problem, *.expected, *.found))]
    InvalidInput {
        /// The name of the parameter.
        argument: &'static str,
        /// Which item of it, when it is a list.
        index: Option<usize>,
        /// In what way it is wrong.
        problem: Problem,
        /// What was expected, in the unit that `problem` says.
        expected: usize,
        /// What was found, in the same unit.
        found: usize,
    },
    /// A leaf's namespace is below that of the leaf before it.
    #[error(
        "leaf {index} has namespace {}, below {} of the leaf before it; sort the leaves by namespace",
        Hex(.namespace), Hex(.previous)
    )]
    OutOfOrder {
        /// The index of the leaf.
        index: usize,
        /// Its namespace.
        namespace: Vec<u8>,
        /// The namespace of the leaf before it.
        previous: Vec<u8>,
    },
    /// The namespace that the tree leaves out of its ranges cannot be proven as a whole.
    #[error(
        "the highest namespace is left out of the nodes' ranges, so that nothing shows who has leaves in it; \
         prove its leaves by index, or build the tree without `ignore_max_namespace`"
    )]
    IgnoredNamespace,
    /// Bytes that are no proof, or not in the one encoding that a proof has.
    #[error("byte {offset} of the proof: {reason}")]
    MalformedProof {
        /// Where the first fault is.
        offset: usize,
        /// What is wrong there.
        reason: &'static str,
    },
    /// More shards are lost than the others can make up for.
    #[error("{found} shards are left, {needed} are needed; lost: {lost:?}")]
    ComputationFailed {
        /// How many shards there must be: as many as there are data shards.
        needed: usize,
        /// How many there are.
        found: usize,
        /// The indices of those that are lost.
        lost: Vec<usize>,
    },
    /// A file could not be read or written.
    #[error("{}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// There is no room for what was asked for.
    #[error("no memory for {bytes} bytes")]
    OutOfMemory {
        /// How many bytes it would take.
        bytes: usize,
    },
    /// The threads could not be started.
    #[error("could not start {count} threads: {reason}")]
    Threads {
        /// How many were asked for.
        count: usize,
        /// What the operating system says.
        reason: String,
    },
}

/// In what way an argument is wrong, and so what its `expected` and `found` count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// It has the wrong number of bytes.
    Length,
    /// It has the wrong number of items.
    Count,
    /// It has too few items.
    TooFew,
    /// It has too many items.
    TooMany,
    /// Its number of bytes is no multiple of what was expected.
    Multiple,
    /// It is below what was expected.
    TooSmall,
    /// It is above what was expected.
    TooLarge,
    /// It is not below what was expected: an index past the end.
    OutOfRange,
}

fn describe(argument: &str, index: Option<usize>, problem: Problem, expected: usize, found: usize) -> String {
    let place = match index {
        Some(index) => format!("`{argument}[{index}]`"),
        None => format!("`{argument}`"),
    };
    match problem {
        Problem::Length => format!("{place} has {found} bytes, expected {expected}"),
        Problem::Count => format!("{place} has {found} items, expected {expected}"),
        Problem::TooFew => format!("{place} has {found} items, expected at least {expected}"),
        Problem::TooMany => format!("{place} has {found} items, expected at most {expected}"),
        Problem::Multiple => format!("{place} has {found} bytes, expected a multiple of {expected}"),
        Problem::TooSmall => format!("{place} is {found}, expected at least {expected}"),
        Problem::TooLarge => format!("{place} is {found}, expected at most {expected}"),
        Problem::OutOfRange => format!("{place} is {found}, expected less than {expected}"),
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl Error {
    pub(crate) fn input(argument: &'static str, problem: Problem, expected: usize, found: usize) -> Self {
        Error::InvalidInput {
            argument,
            index: None,
            problem,
            expected,
            found,
        }
    }

    pub(crate) fn item(
        argument: &'static str,
        index: usize,
        problem: Problem,
        expected: usize,
        found: usize,
    ) -> Self {
        Error::InvalidInput {
            argument,
            index: Some(index),
            problem,
            expected,
            found,
        }
    }

    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Error::File {
            path: path.to_owned(),
            source,
        }
    }
}
