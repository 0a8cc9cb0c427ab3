//! Which Rust toolchain builds: found once, from where the user stands, then called by absolute path.
//!
//! rustup's proxies look at the folder they run in, and a crate may pin a toolchain there that is not installed. So
//! the proxies are asked once, in the user's folder, and passed by from then on. The answer is remembered by path and
//! time stamp, because asking costs more than everything else that a build with nothing to do has to do.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::{Deserialize, Serialize};

use crate::cargo::{ProbeError, probe};
use crate::diagnostic::Explain;
use crate::files;

/// The oldest compiler that is supported.
pub const OLDEST: semver::Version = semver::Version::new(1, 93, 0);

/// A toolchain, by absolute paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toolchain {
    /// Its root.
    pub sysroot: PathBuf,
    /// The compiler.
    pub rustc: PathBuf,
    /// Cargo, of the same toolchain where it has one.
    pub cargo: PathBuf,
    /// The documentation tool.
    pub rustdoc: PathBuf,
    /// rustup's name for it, for build scripts that call the proxies.
    pub rustup_name: Option<String>,
    /// Version of the compiler.
    pub version: semver::Version,
    /// The machine it runs on and builds for.
    pub host: String,
    /// All of `rustc -vV`: two compilers that differ in it do not share artifacts.
    pub verbose_version: String,
}

/// What went wrong while looking for a toolchain.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolchainError {
    /// There is none.
    #[error("no Rust toolchain was found: `{program}` is not on PATH")]
    Missing {
        /// What was looked for.
        program: String,
    },
    /// There is one that is too old.
    #[error("rustc {found} is too old: usecrate needs {OLDEST} or newer")]
    TooOld {
        /// What was found.
        found: semver::Version,
        /// Where.
        rustc: PathBuf,
    },
    /// There is one, and it does not answer.
    #[error("the Rust toolchain does not work")]
    Broken(#[source] ProbeError),
    /// It answered something that we do not understand.
    #[error("`{program} -vV` gave no {what}")]
    Strange {
        /// What was asked.
        program: PathBuf,
        /// What was missing in the answer.
        what: &'static str,
    },
}

impl Explain for ToolchainError {
    fn code(&self) -> &'static str {
        match self {
            ToolchainError::Missing { .. } => "no-toolchain",
            ToolchainError::TooOld { .. } => "toolchain-too-old",
            ToolchainError::Broken(_) | ToolchainError::Strange { .. } => "toolchain-broken",
        }
    }

    fn place(&self) -> Option<String> {
        match self {
            ToolchainError::TooOld { rustc, .. } => Some(rustc.display().to_string()),
            _ => None,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            ToolchainError::Missing { .. } => {
                "install Rust 1.93 or newer from https://rustup.rs and make sure that `cargo` is on PATH"
                    .to_owned()
            }
            ToolchainError::TooOld { .. } => {
                "run `rustup update stable`, or set RUSTUP_TOOLCHAIN to a newer toolchain".to_owned()
            }
            _ => "run `rustc -vV` to see what it says; `rustup default stable` often repairs it".to_owned(),
        })
    }
}

impl Toolchain {
    /// Finds the toolchain that is active in `folder`, using what is remembered below `cache`.
    ///
    /// # Errors
    /// When there is none, it does not work, or it is too old.
    pub fn detect(folder: &Path, cache: &Path) -> Result<Toolchain, ToolchainError> {
        let rustc = match std::env::var_os("RUSTC") {
            Some(named) if !named.is_empty() => find(&named).ok_or_else(|| ToolchainError::Missing {
                program: named.to_string_lossy().into_owned(),
            })?,
            _ => find(OsStr::new("rustc")).ok_or_else(|| ToolchainError::Missing {
                program: "rustc".to_owned(),
            })?,
        };
        let memory = cache.join("toolchains.json");
        let question = question(&rustc, folder);
        if let Some(known) = recall(&memory, &question) {
            return known.check_age();
        }
        let toolchain = Toolchain::ask(&rustc, folder)?;
        // Not being able to remember only costs time.
        let _ = remember(&memory, question, &toolchain);
        toolchain.check_age()
    }

    fn ask(rustc: &Path, folder: &Path) -> Result<Toolchain, ToolchainError> {
        // A pinned toolchain that is not installed is not installed now: the default one is used.
        let no_install = [("RUSTUP_AUTO_INSTALL", "0")];
        let sysroot = probe(rustc, &["--print", "sysroot"], folder, &no_install)
            .or_else(|first| {
                let neutral = std::env::temp_dir();
                probe(rustc, &["--print", "sysroot"], &neutral, &no_install).map_err(|_| first)
            })
            .map_err(ToolchainError::Broken)?;
        let sysroot = PathBuf::from(sysroot.trim());
        let own = |name: &str| {
            let path = sysroot
                .join("bin")
                .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
            path.is_file().then_some(path)
        };
        let real = own("rustc").unwrap_or_else(|| rustc.to_owned());
        let missing = |program: &str| ToolchainError::Missing {
            program: program.to_owned(),
        };
        let cargo = own("cargo")
            .or_else(|| find(OsStr::new("cargo")))
            .ok_or_else(|| missing("cargo"))?;
        let rustdoc = own("rustdoc")
            .or_else(|| find(OsStr::new("rustdoc")))
            .ok_or_else(|| missing("rustdoc"))?;
        let verbose_version = probe(&real, &["-vV"], &sysroot, &[]).map_err(ToolchainError::Broken)?;
        let field = |name: &'static str| {
            verbose_version
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                .ok_or_else(|| ToolchainError::Strange {
                    program: real.clone(),
                    what: name,
                })
        };
        let version = semver::Version::parse(field("release")?).map_err(|_| ToolchainError::Strange {
            program: real.clone(),
            what: "release",
        })?;
        let host = field("host")?.to_owned();
        let in_rustup = sysroot
            .parent()
            .and_then(Path::file_name)
            .is_some_and(|parent| parent == "toolchains");
        let rustup_name = sysroot
            .file_name()
            .filter(|_| in_rustup)
            .map(|name| name.to_string_lossy().into_owned());
        Ok(Toolchain {
            sysroot,
            rustc: real,
            cargo,
            rustdoc,
            rustup_name,
            version,
            host,
            verbose_version,
        })
    }

    fn check_age(self) -> Result<Toolchain, ToolchainError> {
        // A pre-release of 1.94 is newer than 1.93, whatever its tag.
        let plain = semver::Version::new(self.version.major, self.version.minor, self.version.patch);
        if plain < OLDEST {
            return Err(ToolchainError::TooOld {
                found: self.version,
                rustc: self.rustc,
            });
        }
        Ok(self)
    }

    /// A short name for folders: builds by different compilers lie apart.
    pub fn fingerprint(&self) -> String {
        blake3::hash(self.verbose_version.as_bytes()).to_hex()[..16].to_owned()
    }
}

/// All that decides the answer and can be read without starting a program.
fn question(rustc: &Path, folder: &Path) -> String {
    let mut parts = vec![stamp(rustc)];
    for name in ["RUSTUP_TOOLCHAIN", "RUSTUP_HOME"] {
        parts.push(std::env::var(name).unwrap_or_default());
    }
    for parent in folder.ancestors() {
        for name in ["rust-toolchain.toml", "rust-toolchain"] {
            let file = parent.join(name);
            if file.is_file() {
                parts.push(stamp(&file));
            }
        }
    }
    let rustup = std::env::var_os("RUSTUP_HOME")
        .map(PathBuf::from)
        .or_else(|| etcetera::home_dir().ok().map(|home| home.join(".rustup")));
    if let Some(rustup) = rustup {
        // Directory overrides and the default toolchain live in there.
        parts.push(stamp(&rustup.join("settings.toml")));
        parts.push(folder.display().to_string());
    }
    blake3::hash(parts.join("\n").as_bytes()).to_hex().to_string()
}

fn stamp(path: &Path) -> String {
    let modified = fs::metadata(path)
        .ok()
        .and_then(|meta| Some((meta.len(), meta.modified().ok()?)))
        .and_then(|(len, time)| Some((len, time.duration_since(std::time::UNIX_EPOCH).ok()?.as_nanos())));
    format!("{} {modified:?}", path.display())
}

#[derive(Serialize, Deserialize)]
struct Memory {
    /// Of the real compiler: an update in place changes it.
    stamp: String,
    toolchain: Toolchain,
}

fn recall(memory: &Path, question: &str) -> Option<Toolchain> {
    let mut all: BTreeMap<String, Memory> = serde_json::from_slice(&files::read_record(memory)?).ok()?;
    let known = all.remove(question)?;
    (stamp(&known.toolchain.rustc) == known.stamp && known.toolchain.cargo.is_file())
        .then_some(known.toolchain)
}

fn remember(memory: &Path, question: String, toolchain: &Toolchain) -> std::io::Result<()> {
    let mut all: BTreeMap<String, Memory> = files::read_record(memory)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    if all.len() > 100 {
        all.clear();
    }
    all.insert(
        question,
        Memory {
            stamp: stamp(&toolchain.rustc),
            toolchain: toolchain.clone(),
        },
    );
    files::write_record(memory, &serde_json::to_vec(&all)?)
}

/// A program's absolute path, from `PATH` where it is a bare name.
pub(crate) fn find(program: &OsStr) -> Option<PathBuf> {
    let path = Path::new(program);
    if path.components().count() > 1 {
        return path.is_file().then(|| path.to_owned());
    }
    let file = format!("{}{}", program.to_string_lossy(), std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| {
            folder.join(if path.extension().is_some() {
                path.as_os_str().to_owned()
            } else {
                file.clone().into()
            })
        })
        .find(|candidate| candidate.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(version: &str) -> Toolchain {
        Toolchain {
            sysroot: "/s".into(),
            rustc: "/s/bin/rustc".into(),
            cargo: "/s/bin/cargo".into(),
            rustdoc: "/s/bin/rustdoc".into(),
            rustup_name: None,
            version: version.parse().unwrap(),
            host: "h".into(),
            verbose_version: version.into(),
        }
    }

    #[test]
    fn an_old_compiler_is_refused_with_the_version_that_is_needed() {
        let error = sample("1.92.0").check_age().unwrap_err();
        assert_eq!(error.code(), "toolchain-too-old");
        assert!(error.to_string().contains("1.92.0") && error.to_string().contains("1.93.0"));
        assert!(sample("1.93.0-nightly").check_age().is_ok());
        assert!(sample("2.0.0").check_age().is_ok());
    }

    #[test]
    fn the_second_answer_comes_from_memory() {
        let cache = tempfile::tempdir().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let first = Toolchain::detect(folder.path(), cache.path()).unwrap();
        assert!(first.rustc.is_file() && first.cargo.is_file() && first.rustdoc.is_file());
        assert_eq!(Toolchain::detect(folder.path(), cache.path()).unwrap(), first);
        assert!(cache.path().join("toolchains.json").is_file());
    }

    #[test]
    fn a_pinned_toolchain_that_is_not_installed_is_passed_by() {
        let cache = tempfile::tempdir().unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("rust-toolchain.toml"),
            "[toolchain]\nchannel = \"1.86.3\"\n",
        )
        .unwrap();
        assert!(Toolchain::detect(folder.path(), cache.path()).is_ok());
    }
}
