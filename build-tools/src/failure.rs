//! Why a build failed, by stage, and what stood in the way of writing.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::bridge::SettingsError;
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
    /// What the library is to run on.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A folder or lock.
    #[error("cannot prepare the folders of the build")]
    Files(#[from] std::io::Error),
    /// There is no room left, whatever was being done.
    #[error("there is no room left on the disk of `{}`", folder.display())]
    Full {
        /// A folder on that disk.
        folder: PathBuf,
        /// What was being done.
        #[source]
        source: Box<BuildError>,
    },
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
    fn of(error: &BuildError) -> Option<Obstacle> {
        if matches!(error, BuildError::Full { .. }) {
            return Some(Obstacle::Full);
        }
        let mut cause = Some(error as &(dyn std::error::Error + 'static));
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

/// Less than this is no room: what failed may have removed the last file that it wrote.
const NO_ROOM: u64 = 1 << 20;
/// A linker that writes by mapping its output dies of a signal where there is no room for it.
const NO_ROOM_TO_LINK: u64 = 256 << 20;

impl BuildError {
    /// Tells a failure for want of room as that, whatever program met it and however it put it.
    #[must_use]
    pub fn on_disks_of(self, folders: &[&Path]) -> BuildError {
        let room = |folder: &Path| fs4::available_space(folder).unwrap_or(u64::MAX);
        let Some(folder) = folders.iter().min_by_key(|folder| room(folder)) else {
            return self;
        };
        let said = self.inner().and_then(Explain::details).unwrap_or_default();
        let died = said.contains("[Bus error]") && room(folder) < NO_ROOM_TO_LINK;
        if !died && !is_full(&said) && Obstacle::of(&self) != Some(Obstacle::Full) && room(folder) >= NO_ROOM
        {
            return self;
        }
        BuildError::Full {
            folder: folder.to_path_buf(),
            source: Box::new(self),
        }
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
            BuildError::Settings(error) => Some(error),
            BuildError::Full { source, .. } => source.inner(),
            BuildError::Scan(_) | BuildError::Files(_) | BuildError::Load(_) => None,
        }
    }
}

impl Explain for BuildError {
    fn code(&self) -> &'static str {
        match self {
            BuildError::Full { .. } => "disk-full",
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
        if let Some(obstacle) = Obstacle::of(self) {
            let what = match obstacle {
                Obstacle::Full => "make room",
                Obstacle::ReadOnly => {
                    "what is in the cache already can be imported, and building writes to the cache: make it writable"
                }
                Obstacle::NoFolder => "a file lies where a folder should be: move it away",
            };
            return Some(format!("{what}, or set USECRATE_CACHE_DIR to another folder"));
        }
        let said = self.inner().and_then(Explain::details).unwrap_or_default();
        if said
            .lines()
            .any(|line| line.contains("cannot open output file") && line.contains('%'))
        {
            let hint = "rust-lld cannot write to a path with `%`: set USECRATE_CACHE_DIR to one without";
            return Some(hint.to_owned());
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
        let here = [Path::new(".")];
        let io = || io::Error::new(ErrorKind::StorageFull, "cannot write `x`");
        for error in [
            BuildError::Files(io()),
            BuildError::Seal(SealError::Files(io())),
            BuildError::Resolve(ResolveError::Files(io())),
            compile("rustc-LLVM ERROR: IO failure on output stream: No space left on device"),
        ] {
            let error = error.on_disks_of(&here);
            assert_eq!(error.code(), "disk-full");
            assert!(
                error.hint().is_some_and(|hint| hint.contains("make room")),
                "{error}"
            );
        }
        let other = compile("error: linking with `cc` failed").on_disks_of(&here);
        assert_eq!(other.code(), "bridge-does-not-compile");
    }

    #[test]
    fn a_folder_that_cannot_be_written_says_what_works_all_the_same() {
        let error = BuildError::Files(io::Error::new(ErrorKind::ReadOnlyFilesystem, "cannot write `x`"));
        assert_eq!(error.code(), "cannot-write");
        assert!(error.hint().is_some_and(|hint| hint.contains("can be imported")));
    }
}
