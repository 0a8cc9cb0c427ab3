//! Why a spec does not become a crate.

use std::path::PathBuf;

use super::SpecError;
use crate::bridge::TakeoverError;
use crate::cargo::CargoError;
use crate::diagnostic::Explain;

/// Why a spec does not become a crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The spec itself.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// No package manifest at or above a folder.
    #[error("there is no `Cargo.toml` with a `[package]` in `{}` or above it", path.display())]
    NoPackage {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that does not exist.
    #[error("the folder `{}` does not exist", path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A workspace without a package of its own.
    #[error("`{}` is a workspace with several packages: {}", path.display(), members.join(", "))]
    Virtual {
        /// Its root.
        path: PathBuf,
        /// Its packages.
        members: Vec<String>,
    },
    /// A manifest that cannot be read.
    #[error("cannot read the manifest `{}`", path.display())]
    Manifest {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The registry does not have it.
    #[error("there is no crate `{name}`")]
    NoCrate {
        /// What was asked for.
        name: String,
        /// Names like it that exist.
        nearest: Vec<String>,
    },
    /// The git repository does not have it.
    #[error("`{url}` holds no package `{name}`")]
    NotInRepository {
        /// Where.
        url: String,
        /// What was asked for.
        name: String,
        /// What it holds.
        packages: Vec<String>,
    },
    /// There is no git repository, or it cannot be read.
    #[error("there is no git repository at `{url}`, or it may not be read")]
    NoRepository {
        /// Where.
        url: String,
        /// What cargo said.
        said: String,
    },
    /// The git repository has no such commit, tag or branch.
    #[error("`{url}` has no commit, tag or branch `{rev}`")]
    NoRevision {
        /// Where.
        url: String,
        /// What was asked for.
        rev: String,
    },
    /// It has other versions.
    #[error("`{name}` has no version that meets `{requirement}`")]
    NoVersion {
        /// The crate.
        name: String,
        /// What was asked for.
        requirement: String,
        /// The nearest versions that there are.
        available: Vec<String>,
    },
    /// The crate does not have a feature.
    #[error("`{package}` has no feature {}", quoted(features))]
    NoFeature {
        /// The crate.
        package: String,
        /// Which of those that were asked for.
        features: Vec<String>,
        /// Those that it has.
        available: Vec<String>,
    },
    /// The git repository has several packages.
    #[error("`{url}` holds several packages: {}", packages.join(", "))]
    SeveralPackages {
        /// Where.
        url: String,
        /// Which.
        packages: Vec<String>,
    },
    /// A package with programs alone.
    #[error("`{package}` has no library, only programs{}", listed(programs))]
    BinaryOnly {
        /// The package.
        package: String,
        /// Its programs, where they are known.
        programs: Vec<String>,
    },
    /// A procedural macro.
    #[error("`{package}` is a procedural macro: it runs inside the compiler and has nothing to call")]
    ProcMacro {
        /// The package.
        package: String,
    },
    /// Nothing to link.
    #[error("`{package}` has no library that Rust code can link")]
    NoLibrary {
        /// The package.
        package: String,
        /// What kinds it has.
        kinds: Vec<String>,
    },
    /// `--locked` without a lock file.
    #[error("`--locked` needs a lock file, and `{package}` comes without one")]
    NoLock {
        /// The package.
        package: String,
    },
    /// `--locked` with one that does not fit.
    #[error("the lock file of `{package}` would have to change: {}", changed.join(", "))]
    LockChanged {
        /// The package.
        package: String,
        /// What would.
        changed: Vec<String>,
    },
    /// `--offline`, and something was never downloaded.
    #[error("`{name}` cannot be resolved without the network")]
    Offline {
        /// What was asked for.
        name: String,
        /// What cargo said.
        said: String,
    },
    /// No network.
    #[error("`{name}` cannot be fetched: the network cannot be reached")]
    Network {
        /// What was asked for.
        name: String,
        /// What cargo said.
        said: String,
    },
    /// The workspace's decisions cannot be taken over.
    #[error("cannot take over the crate's workspace")]
    Takeover(#[from] TakeoverError),
    /// Anything else that cargo says of what was asked for.
    #[error("cargo cannot resolve `{name}`")]
    Said {
        /// What was asked for.
        name: String,
        /// What cargo said.
        said: String,
    },
    /// Cargo cannot be called.
    #[error(transparent)]
    Cargo(#[from] CargoError),
    /// A file or folder.
    #[error("cannot prepare the resolution")]
    Files(#[from] std::io::Error),
}

impl Explain for ResolveError {
    fn code(&self) -> &'static str {
        match self {
            ResolveError::Spec(_) => "bad-spec",
            ResolveError::NoPackage { .. } => "no-package",
            ResolveError::NoFolder { .. } => "no-folder",
            ResolveError::Virtual { .. } | ResolveError::SeveralPackages { .. } => "several-packages",
            ResolveError::Manifest { .. } | ResolveError::Takeover(_) => "bad-manifest",
            ResolveError::NoCrate { .. } | ResolveError::NotInRepository { .. } => "no-such-crate",
            ResolveError::NoRepository { .. } => "no-such-repository",
            ResolveError::NoRevision { .. } => "no-such-revision",
            ResolveError::NoVersion { .. } => "no-such-version",
            ResolveError::NoFeature { .. } => "no-such-feature",
            ResolveError::BinaryOnly { .. } => "binary-only",
            ResolveError::ProcMacro { .. } => "proc-macro",
            ResolveError::NoLibrary { .. } => "no-library-target",
            ResolveError::NoLock { .. } => "no-lock-file",
            ResolveError::LockChanged { .. } => "lock-out-of-date",
            ResolveError::Offline { .. } => "offline",
            ResolveError::Network { .. } => "no-network",
            ResolveError::Said { .. } => "cargo-failed",
            ResolveError::Cargo(error) => error.code(),
            ResolveError::Files(_) => "cannot-write",
        }
    }

    fn place(&self) -> Option<String> {
        match self {
            ResolveError::Manifest { path, .. } => Some(path.display().to_string()),
            ResolveError::Cargo(error) => error.place(),
            _ => None,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            ResolveError::Spec(_) => {
                "write `name`, `name@1.2`, `./folder` or `git+https://…#commit`".to_owned()
            }
            ResolveError::NoPackage { .. } | ResolveError::NoFolder { .. } => {
                "give the folder of a package; a crate of the registry is written as its bare name".to_owned()
            }
            ResolveError::Virtual { members, .. } => match members.first() {
                Some(first) => format!("name one with --package {first}, or give its folder"),
                None => "give the folder of one of its packages".to_owned(),
            },
            ResolveError::SeveralPackages { packages, .. } => {
                let first = packages.first().map_or("NAME", String::as_str);
                format!("name one with --package {first}")
            }
            ResolveError::Manifest { .. } | ResolveError::Takeover(_) => {
                "run `cargo check` there: it must work before usecrate can".to_owned()
            }
            ResolveError::NoCrate { name, nearest } if nearest.is_empty() => {
                format!("check the spelling with `cargo search {name}`; a folder is written `./{name}`")
            }
            ResolveError::NoCrate { nearest, .. } => format!("did you mean {}?", quoted(nearest)),
            ResolveError::NotInRepository { packages, .. } => format!("it holds {}", quoted(packages)),
            ResolveError::NoRepository { .. } => {
                "check the URL; for a private repository, make `git clone` work with it first, and set \
                 CARGO_NET_GIT_FETCH_WITH_CLI=true"
                    .to_owned()
            }
            ResolveError::NoRevision { url, .. } => format!("list what there is with `git ls-remote {url}`"),
            ResolveError::NoVersion { available, .. } if !available.is_empty() => {
                format!("versions that exist: {}", available.join(", "))
            }
            ResolveError::NoVersion { name, .. } => format!("list its versions with `cargo info {name}`"),
            ResolveError::NoFeature {
                package, available, ..
            } if available.is_empty() => {
                format!("`{package}` has no features")
            }
            ResolveError::NoFeature { available, .. } => format!("its features: {}", available.join(", ")),
            ResolveError::BinaryOnly { .. } | ResolveError::NoLibrary { .. } => {
                "usecrate calls libraries: look for the library that the program is built on".to_owned()
            }
            ResolveError::ProcMacro { .. } => "build the crate whose types it derives for instead".to_owned(),
            ResolveError::NoLock { .. } => {
                "leave --locked out, or make one with `cargo generate-lockfile`".to_owned()
            }
            ResolveError::LockChanged { .. } => {
                "run `cargo update` for the crate, or leave --locked out".to_owned()
            }
            ResolveError::Offline { .. } => "run once without --offline, to download it".to_owned(),
            ResolveError::Network { .. } => {
                "check the connection, or pass --offline to use what was downloaded before".to_owned()
            }
            ResolveError::Said { name, .. } if name.contains("://") => {
                format!("`cargo add --git {name}` in a package of your own shows the same")
            }
            ResolveError::Said { .. } => {
                "add it to a package of your own with `cargo add`: `cargo metadata` there shows the same"
                    .to_owned()
            }
            ResolveError::Cargo(error) => return error.hint(),
            ResolveError::Files(_) => {
                "check that the cache folder can be written, or set USECRATE_CACHE_DIR".to_owned()
            }
        })
    }

    fn details(&self) -> Option<String> {
        match self {
            ResolveError::NoRepository { said, .. }
            | ResolveError::Said { said, .. }
            | ResolveError::Offline { said, .. }
            | ResolveError::Network { said, .. } => Some(said.clone()),
            ResolveError::Cargo(error) => error.details(),
            _ => None,
        }
    }
}

fn listed(programs: &[String]) -> String {
    if programs.is_empty() {
        String::new()
    } else {
        format!(": {}", programs.join(", "))
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
