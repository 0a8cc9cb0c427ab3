//! Why a build failed, by stage, and what stood in the way of writing.

use std::io::{self, ErrorKind};

use crate::cargo::{CargoError, ProbeError};
use crate::config::ConfigError;
use crate::describe::DescribeError;
use crate::diagnostic::Explain;
use crate::prove::ProveError;
use crate::resolve::ResolveError;
use crate::scan::ScanError;
use crate::seal::SealError;
use crate::toolchain::ToolchainError;

/// Why a build failed, by stage.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No toolchain.
    #[error(transparent)]
    Toolchain(#[from] ToolchainError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Resolving.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// Cargo, the compiler, or the crate.
    #[error(transparent)]
    Cargo(#[from] CargoError),
    /// Scanning.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A folder or lock.
    #[error("cannot prepare the folders of the build")]
    Files(#[from] std::io::Error),
    /// Proving.
    #[error(transparent)]
    Prove(#[from] ProveError<CargoError>),
    /// The built library does not say what it serves.
    #[error("the built library cannot be asked what it serves")]
    Load(#[from] ProbeError),
    /// Describing.
    #[error(transparent)]
    Describe(#[from] DescribeError),
    /// Sealing.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// What keeps files from being written, whatever was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Obstacle {
    Full,
    ReadOnly,
    NoFolder,
}

impl Obstacle {
    /// From an error and its causes.
    fn of(error: &(dyn std::error::Error + 'static)) -> Option<Obstacle> {
        let mut cause = Some(error);
        while let Some(one) = cause {
            if let Some(error) = one.downcast_ref::<io::Error>() {
                match error.kind() {
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded => return Some(Obstacle::Full),
                    ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
                        return Some(Obstacle::ReadOnly);
                    }
                    ErrorKind::NotADirectory | ErrorKind::AlreadyExists => return Some(Obstacle::NoFolder),
                    _ => {}
                }
            }
            cause = one.source();
        }
        None
    }
}

/// Whether a program's words mean that there is no room left: as Linux, macOS and Windows say it, and their quotas.
fn is_full(text: &str) -> bool {
    [
        "No space left on device",
        "os error 28)",
        "Disk quota exceeded",
        "There is not enough space on the disk",
    ]
    .iter()
    .any(|words| text.contains(words))
}

impl BuildError {
    fn obstacle(&self) -> Option<Obstacle> {
        let said = self.inner().and_then(Explain::details);
        if said.is_some_and(|said| is_full(&said)) {
            return Some(Obstacle::Full);
        }
        Obstacle::of(self)
    }

    fn inner(&self) -> Option<&dyn Explain> {
        match self {
            BuildError::Toolchain(error) => Some(error),
            BuildError::Config(error) => Some(error),
            BuildError::Resolve(error) => Some(error),
            BuildError::Cargo(error) => Some(error),
            BuildError::Prove(error) => Some(error),
            BuildError::Describe(error) => Some(error),
            BuildError::Seal(error) => Some(error),
            BuildError::Scan(_) | BuildError::Files(_) | BuildError::Load(_) => None,
        }
    }
}

impl Explain for BuildError {
    fn code(&self) -> &'static str {
        match self {
            _ if self.obstacle() == Some(Obstacle::Full) => "disk-full",
            BuildError::Scan(error) => error.code(),
            BuildError::Files(_) => "cannot-write",
            BuildError::Load(_) => "library-does-not-load",
            _ => self.inner().map_or("internal", Explain::code),
        }
    }

    fn place(&self) -> Option<String> {
        self.inner()?.place()
    }

    fn hint(&self) -> Option<String> {
        if let Some(obstacle) = self.obstacle() {
            let what = match obstacle {
                Obstacle::Full => "the disk is full: make room",
                Obstacle::ReadOnly => {
                    "what is in the cache already can be imported, and building writes to the cache: make it writable"
                }
                Obstacle::NoFolder => "a file lies where a folder should be: move it away",
            };
            return Some(format!("{what}, or set USECRATE_CACHE_DIR to another folder"));
        }
        match self {
            BuildError::Files(_) => {
                Some("check that the cache folder can be written, or set USECRATE_CACHE_DIR".into())
            }
            BuildError::Scan(error) => error.hint(),
            _ => self.inner()?.hint(),
        }
    }

    fn details(&self) -> Option<String> {
        self.inner()?.details()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::Diagnostics;

    fn compile(stderr: &str) -> BuildError {
        BuildError::Cargo(CargoError::Compile {
            diagnostics: Diagnostics::default(),
            stderr: stderr.to_owned(),
            command: String::new(),
        })
    }

    #[test]
    fn a_full_disk_is_told_as_one_wherever_it_is_met() {
        let io = || io::Error::new(ErrorKind::StorageFull, "cannot write `x`");
        for error in [
            BuildError::Files(io()),
            BuildError::Seal(SealError::Files(io())),
            BuildError::Resolve(ResolveError::Files(io())),
            compile("rustc-LLVM ERROR: IO failure on output stream: No space left on device"),
        ] {
            assert_eq!(error.code(), "disk-full");
            assert!(
                error.hint().is_some_and(|hint| hint.contains("make room")),
                "{error}"
            );
        }
        assert_ne!(compile("error: linking with `cc` failed").code(), "disk-full");
    }

    #[test]
    fn a_folder_that_cannot_be_written_says_what_works_all_the_same() {
        let error = BuildError::Files(io::Error::new(ErrorKind::ReadOnlyFilesystem, "cannot write `x`"));
        assert_eq!(error.code(), "cannot-write");
        assert!(error.hint().is_some_and(|hint| hint.contains("can be imported")));
    }
}
