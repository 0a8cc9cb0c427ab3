//! Checks the built library, hashes it, and publishes the artifact's folder whole.
//!
//! 1. [`exports`](check): nothing but `usecrate_call` is visible, and no static TLS is needed.
//! 2. [`linker`]: makes dependencies' `#[no_mangle]` items local, for the libraries that need it.
//! 3. [`seal`]: copy, hash, and what of it is [`loaded`]; `manifest.json` and its [`index`], its [stubs](crate::stubs), the hashes of all files ([`sums`]), atomic rename.
//!
//! What lies under an artifact's name is complete, and its manifest holds the hashes of the very file beside it.

mod check;
mod index;
mod layout;
pub mod linker;
mod loaded;
pub mod sums;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use sha2::{Digest as _, Sha256};
use usecrate_manifest::{Library, Loaded, Manifest, validate};

use crate::diagnostic::Explain;
use crate::files::{self, StagedFolder};

pub use check::{check, foreign_exports};

/// The only symbol of an artifact.
pub const SYMBOL: &str = "usecrate_call";
/// The manifest's file name.
pub const MANIFEST: &str = "manifest.json";

/// The folder with what type checkers read, in a folder that is called like the crate.
pub const STUBS: &str = "stubs";

/// Why a library is not sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// A file or folder could not be read or written.
    #[error("cannot write the artifact")]
    Files(#[from] io::Error),
    /// It is no shared library of a known format.
    #[error("`{}` is not a shared library that can be read", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Why.
        source: object::Error,
    },
    /// The symbol is not there.
    #[error("`{}` does not export `{SYMBOL}`", path.display())]
    NoSymbol {
        /// The file.
        path: PathBuf,
    },
    /// Other symbols are there.
    #[error("`{}` exports more than `{SYMBOL}`: `{}`", path.display(), names.join("`, `"))]
    Exports {
        /// The file.
        path: PathBuf,
        /// The others.
        names: Vec<String>,
    },
    /// It needs static thread-local storage.
    #[error("`{}` needs static thread-local storage ({why})", path.display())]
    StaticTls {
        /// The file.
        path: PathBuf,
        /// What says so.
        why: String,
    },
    /// The manifest breaks a rule.
    #[error("the manifest is not valid")]
    Invalid(#[source] usecrate_manifest::Invalid),
    /// The manifest cannot be written as JSON.
    #[error("cannot write the manifest as JSON")]
    Json(#[source] serde_json::Error),
}

impl Explain for SealError {
    fn code(&self) -> &'static str {
        match self {
            Self::Files(_) => "cannot-write",
            Self::Format { .. } => "library-format",
            Self::NoSymbol { .. } => "library-no-symbol",
            Self::Exports { .. } => "library-exports",
            Self::StaticTls { .. } => "static-tls",
            Self::Invalid(_) | Self::Json(_) => "manifest-invalid",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Files(_) => "is the disk full, or the folder not yours?".to_owned(),
            Self::StaticTls { .. } => {
                "a process can load only a few such libraries. A C dependency is built with `-ftls-model=initial-exec`: \
                 choose a feature that turns it off (for mimalloc: `local_dynamic_tls`)"
                    .to_owned()
            }
            Self::Exports { .. } => {
                "these symbols would clash with those of other libraries. The linker did not make them local: set \
                 `USECRATE_LINKER` to one that honours version scripts"
                    .to_owned()
            }
            Self::Format { .. } | Self::NoSymbol { .. } | Self::Invalid(_) | Self::Json(_) => {
                "this is a fault of usecrate, not of the crate: please report it, naming the crate".to_owned()
            }
        })
    }
}

/// An artifact that was published.
#[derive(Debug, Clone, PartialEq)]
pub struct Sealed {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest, complete.
    pub manifest: Manifest,
}

/// Checks `library` and publishes it as the folder `destination`, with its manifest and other files, by name. What was
/// there is replaced.
///
/// # Errors
///
/// When the library must not be loaded into a process with others, or nothing can be written. Nothing is left behind then.
pub fn seal(
    library: &Path,
    mut manifest: Manifest,
    beside: &BTreeMap<String, Vec<u8>>,
    destination: &Path,
) -> Result<Sealed, SealError> {
    check(library)?;
    let staged = StagedFolder::beside(destination)?;
    let name = library_name(&manifest.krate.lib);
    let copy = staged.path().join(&name);
    files::copy_atomic(library, &copy)?;
    manifest.library = describe_file(&copy, name)?;
    validate(&manifest).map_err(SealError::Invalid)?;
    let text = layout::text(&manifest).map_err(SealError::Json)?;
    files::write_atomic(&staged.path().join(MANIFEST), &text)?;
    if let Some(index) = index::of(&text).map_err(SealError::Json)? {
        files::write_atomic(&staged.path().join(index::INDEX), &index)?;
    }
    for (name, bytes) in beside {
        files::write_atomic(&staged.path().join(name), bytes)?;
    }
    let stubs = staged.path().join(STUBS).join(&manifest.krate.lib);
    for (path, text) in crate::stubs::files(&manifest) {
        files::write_atomic(&stubs.join(path), text.as_bytes())?;
    }
    sums::write(staged.path())?;
    let folder = staged.publish()?;
    Ok(Sealed { folder, manifest })
}

/// The file name of an artifact's library on this platform.
pub fn library_name(lib: &str) -> String {
    format!(
        "{}{lib}{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    )
}

fn describe_file(path: &Path, name: String) -> Result<Library, SealError> {
    let bytes = fs::read(path)?;
    let sha256 = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(Library {
        path: name,
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        blake3: blake3::hash(&bytes).to_hex().to_string(),
        sha256,
        loaded: loaded::size(&bytes).map(|size| Loaded {
            size: u64::try_from(size).unwrap_or(u64::MAX),
            blake3: blake3::hash(&bytes[..size]).to_hex().to_string(),
        }),
    })
}

#[cfg(test)]
mod tests;
