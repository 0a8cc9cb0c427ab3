//! What can go wrong while scanning, and what to do about it.

use std::path::PathBuf;

/// Scanning failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The document cannot be read.
    #[error("cannot read rustdoc's description of the crate")]
    Read {
        /// Why; it names the path.
        source: std::io::Error,
    },
    /// The document is not what rustdoc writes.
    #[error("`{}` is not a rustdoc JSON document", path.display())]
    NotRustdoc {
        /// The document.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The document has a format that this version does not know.
    #[error("`{}` has rustdoc format {found}, supported: {supported}", path.display())]
    Format {
        /// The document.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The known formats, with the compilers that write them.
        supported: String,
    },
    /// The document has a known format and does not keep to it.
    #[error("`{}` claims rustdoc format {format} and does not follow it", path.display())]
    Parse {
        /// The document.
        path: PathBuf,
        /// Its format.
        format: u32,
        /// Why.
        source: serde_json::Error,
    },
    /// The document describes everything but its root module.
    #[error("the document of `{package}` has no root module")]
    NoRoot {
        /// `name@version`.
        package: String,
    },
    /// The documents of dependencies could not be made.
    #[error("cannot document the dependencies that `{package}` speaks in")]
    Provide {
        /// `name@version` of the scanned crate.
        package: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl ScanError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "scan-unreadable",
            Self::NotRustdoc { .. } => "scan-not-rustdoc",
            Self::Format { .. } => "scan-unknown-format",
            Self::Parse { .. } => "scan-malformed",
            Self::NoRoot { .. } => "scan-no-root",
            Self::Provide { .. } => "scan-dependencies",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Format { .. } => Some(
                "use one of these compilers (`rustup toolchain install 1.95.0`, then set `RUSTUP_TOOLCHAIN`), \
                 or a usecrate that knows yours"
                    .to_owned(),
            ),
            Self::Read { .. } | Self::NotRustdoc { .. } | Self::Parse { .. } | Self::NoRoot { .. } => Some(
                "build again with `--force`; if it stays, the compiler and its rustdoc may not match".to_owned(),
            ),
            Self::Provide { .. } => None,
        }
    }
}

/// Why the documents of dependencies could not be made; whoever makes them says it.
///
/// Any error becomes one with `?`, which is why it is none itself.
#[derive(Debug)]
pub struct ProvideError(pub Box<dyn std::error::Error + Send + Sync>);

impl ProvideError {
    /// Wraps an error or a message.
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for ProvideError {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}
