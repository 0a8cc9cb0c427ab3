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
        /// What cargo said.
        said: String,
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
    #[error("`{package}` does not have the features that were asked for: {}", features.join(", "))]
    NoFeature {
        /// The crate.
        package: String,
        /// Which features were asked for.
        features: Vec<String>,
        /// What cargo said.
        said: String,
    },
    /// The git repository has several packages.
    #[error("`{url}` holds several packages")]
    SeveralPackages {
        /// Where.
        url: String,
        /// What cargo said.
        said: String,
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
    /// Anything else that cargo says.
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
            ResolveError::NoCrate { .. } => "no-such-crate",
            ResolveError::NoVersion { .. } => "no-such-version",
            ResolveError::NoFeature { .. } => "no-such-feature",
            ResolveError::BinaryOnly { .. } => "binary-only",
            ResolveError::ProcMacro { .. } => "proc-macro",
            ResolveError::NoLibrary { .. } => "no-library-target",
            ResolveError::NoLock { .. } => "no-lock-file",
            ResolveError::LockChanged { .. } => "lock-out-of-date",
            ResolveError::Offline { .. } => "offline",
            ResolveError::Network { .. } => "no-network",
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
            ResolveError::SeveralPackages { .. } => "name one with --package NAME".to_owned(),
            ResolveError::Manifest { .. } | ResolveError::Takeover(_) => {
                "run `cargo check` there: it must work before usecrate can".to_owned()
            }
            ResolveError::NoCrate { name, .. } => {
                format!("check the spelling with `cargo search {name}`; a folder is written `./{name}`")
            }
            ResolveError::NoVersion { available, .. } if !available.is_empty() => {
                format!("versions that exist: {}", available.join(", "))
            }
            ResolveError::NoVersion { name, .. } => format!("list its versions with `cargo info {name}`"),
            ResolveError::NoFeature { package, .. } => {
                format!("list its features with `cargo info {package}`")
            }
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
            ResolveError::Cargo(error) => return error.hint(),
            ResolveError::Files(_) => {
                "check that the cache folder can be written, or set USECRATE_CACHE_DIR".to_owned()
            }
        })
    }

    fn details(&self) -> Option<String> {
        match self {
            ResolveError::NoCrate { said, .. }
            | ResolveError::NoFeature { said, .. }
            | ResolveError::SeveralPackages { said, .. }
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

/// What was asked for, for reading cargo's words.
pub(super) struct Asked<'a> {
    pub(super) name: &'a str,
    pub(super) requirement: &'a str,
    pub(super) features: &'a [String],
}

/// Reads cargo's words: it has no codes.
pub(super) fn classify(error: CargoError, asked: &Asked<'_>) -> ResolveError {
    let CargoError::Failed { stderr, .. } = &error else {
        return ResolveError::Cargo(error);
    };
    let (said, name) = (stderr.clone(), asked.name.to_owned());
    if crate::cargo::is_network(&said) {
        return ResolveError::Network { name, said };
    }
    let about_it = said.contains(&format!("`{name}`")) || said.contains(&format!("`{name} "));
    // Cargo hints at --offline after its own message, so it is looked for before the rest.
    if said.contains("--offline was specified")
        || said.contains("without the --offline flag")
        || said.contains("without `--offline`")
    {
        return ResolveError::Offline { name, said };
    }
    if about_it && said.contains("no matching package") && !said.contains("required by package `") {
        return ResolveError::NoCrate { name, said };
    }
    if said.contains(&format!("no matching package named `{name}` found")) {
        return ResolveError::NoCrate { name, said };
    }
    if said.contains(&format!(
        "failed to select a version for the requirement `{name} ="
    )) {
        let available = candidates(&said);
        return ResolveError::NoVersion {
            name,
            requirement: asked.requirement.to_owned(),
            available,
        };
    }
    if !asked.features.is_empty() && about_it && said.contains("feature") {
        return ResolveError::NoFeature {
            package: name,
            features: asked.features.to_vec(),
            said,
        };
    }
    ResolveError::Cargo(error)
}

/// `candidate versions found which didn't match: 1.0.28, 1.0.27, ...`
fn candidates(said: &str) -> Vec<String> {
    said.lines()
        .find_map(|line| {
            line.trim()
                .strip_prefix("candidate versions found which didn't match: ")
        })
        .map(|list| {
            list.split(", ")
                .filter(|one| *one != "...")
                .map(str::to_owned)
                .collect()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stderr: &str) -> ResolveError {
        let error = CargoError::Failed {
            subcommand: "metadata".into(),
            stderr: stderr.into(),
            command: "c".into(),
        };
        classify(
            error,
            &Asked {
                name: "semver",
                requirement: "=9.9.9",
                features: &["nope".to_owned()],
            },
        )
    }

    #[test]
    fn cargos_words_become_codes() {
        let version = read(
            "error: failed to select a version for the requirement `semver = \"=9.9.9\"`\n\
             candidate versions found which didn't match: 1.0.28, 1.0.27, ...",
        );
        assert_eq!(version.code(), "no-such-version");
        assert!(version.hint().unwrap().contains("1.0.28, 1.0.27"));
        assert_eq!(
            read("error: no matching package named `semver` found\nlocation searched: index").code(),
            "no-such-crate"
        );
        let feature = "error: failed to select a version for `semver`.\nthe package depends on `semver`, with features: `nope` but `semver` does not have these features.";
        assert_eq!(read(feature).code(), "no-such-feature");
        assert_eq!(read("error: [6] Could not resolve host").code(), "no-network");
        assert_eq!(read("error: something new").code(), "cargo-failed");
    }
}
