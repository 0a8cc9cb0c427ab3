//! Where things lie, and what makes two builds the same.
//!
//! Below the cache root: `artifacts/` (unless said otherwise), `work/` (one folder per bridge), `target/` (cargo's,
//! one per toolchain), `runtime/` (the carried sources), `scripts/` (crates that the loader makes of single files and
//! texts), `index/` (what a spec resolved to), `locks/`. An artifact's folder is `<root>/<package>/<version>/<key>`; the
//! key is a hash over all that decides its content.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use walkdir::WalkDir;

use crate::bridge::{Profile, absolute};
use crate::resolve::FeatureSelection;
use crate::toolchain::Toolchain;

/// What makes artifacts: the version of usecrate and, behind `+`, a hash over the sources of this program and of the
/// runtime that it carries. Two that differ in it never share an artifact.
pub const GENERATOR: &str = env!("USECRATE_GENERATOR");

/// The folder of our own locks in a target folder of cargo's.
pub const TARGET_LOCKS: &str = ".usecrate";

/// The folders of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The cache root.
    pub cache: PathBuf,
    /// Where artifacts go.
    pub artifacts: PathBuf,
}

impl Layout {
    /// From the environment: `USECRATE_CACHE_DIR` or the platform's cache folder; `out`, `USECRATE_ARTIFACT_DIR` or
    /// `artifacts` in the cache.
    ///
    /// # Errors
    /// When there is neither a home folder nor a variable that says where to go.
    pub fn find(out: Option<&Path>) -> io::Result<Layout> {
        let named = |name: &str| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let cache = match named("USECRATE_CACHE_DIR") {
            Some(cache) => cache,
            None => platform_cache()?.join("usecrate"),
        };
        let cache = std::path::absolute(cache)?;
        let artifacts = match out.map(Path::to_owned).or_else(|| named("USECRATE_ARTIFACT_DIR")) {
            Some(root) => std::path::absolute(root)?,
            None => cache.join("artifacts"),
        };
        Ok(Layout { cache, artifacts })
    }

    /// The folder of one artifact.
    pub fn leaf(&self, package: &str, version: &semver::Version, key: &str) -> PathBuf {
        self.artifacts.join(package).join(version.to_string()).join(key)
    }

    /// The folder of one bridge.
    pub fn work(&self, key: &str) -> PathBuf {
        self.cache.join("work").join(key)
    }

    /// The folder of locks.
    pub fn locks(&self) -> PathBuf {
        self.cache.join("locks")
    }

    /// The lock of a bridge's folder.
    pub fn work_lock(&self, key: &str) -> PathBuf {
        self.locks().join(format!("{key}.lock"))
    }

    /// Whether artifacts go to the cache, where what was replaced is collected, and not to a folder of the user.
    pub fn is_own(&self) -> bool {
        absolute(&self.artifacts) == absolute(&self.cache.join("artifacts"))
    }

    /// Cargo's target folder for a toolchain, and the glibc that is linked against.
    pub fn target(&self, toolchain: &Toolchain, glibc: Option<&str>) -> PathBuf {
        let [_, target, ..] = self.working_folders();
        let name = toolchain.fingerprint();
        target.join(glibc.map_or(name.clone(), |glibc| format!("{name}-glibc{glibc}")))
    }

    /// What holds the files that are kept to build faster: the bridges, cargo's target folders, the carried sources, the
    /// crates of single files and texts.
    pub fn working_folders(&self) -> [PathBuf; 4] {
        ["work", "target", "runtime", "scripts"].map(|name| self.cache.join(name))
    }
}

fn platform_cache() -> io::Result<PathBuf> {
    use etcetera::BaseStrategy as _;
    // The platform's own place, as Python's `platformdirs` has it: the loader looks there too.
    let strategy = etcetera::base_strategy::choose_native_strategy().map_err(|_| {
        io::Error::new(
            io::ErrorKind::NotFound,
            "there is no home folder; set USECRATE_CACHE_DIR to a folder",
        )
    })?;
    Ok(strategy.cache_dir())
}

/// All that decides what an artifact contains.
#[derive(Debug, Clone)]
pub struct Ingredients<'a> {
    /// Package name.
    pub package: &'a str,
    /// Exact version.
    pub version: &'a semver::Version,
    /// Which source: a registry, a commit, or the hash of a folder's content.
    pub source: &'a str,
    /// Features.
    pub features: &'a FeatureSelection,
    /// Content of the configuration that was named. A local crate's own is among its sources.
    pub config: Option<&'a str>,
    /// Compiler and target.
    pub toolchain: &'a Toolchain,
    /// Profile.
    pub profile: Profile,
    /// The glibc to link against.
    pub glibc: Option<&'a str>,
}

impl Ingredients<'_> {
    /// Sixteen hex digits over all of it, and the generator.
    pub fn key(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut flags = flags();
        if let Some(glibc) = self.glibc {
            flags.push_str(&format!("\nglibc {glibc}"));
        }
        let features = self.features.text();
        let version = self.version.to_string();
        for part in [
            GENERATOR,
            self.package,
            &version,
            self.source,
            &features,
            self.config.map_or("own", |_| "named"),
            self.config.unwrap_or_default(),
            &self.toolchain.verbose_version,
            &self.toolchain.host,
            &flags,
            match self.profile {
                Profile::Release => "release",
                Profile::Dev => "dev",
            },
        ] {
            hasher
                .update(&(part.len() as u64).to_le_bytes())
                .update(part.as_bytes());
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}

/// Compiler flags from the environment: they change the code that comes out.
pub fn flags() -> String {
    ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"]
        .map(|name| std::env::var(name).unwrap_or_default())
        .join("\n")
}

/// A hash over the content of folders and files: what is built from a local crate depends on it.
///
/// Left out are `.git`, cargo's `target` and what is marked as a cache; a link counts by where it leads.
///
/// # Errors
/// When something cannot be read.
pub fn hash_sources(roots: &[PathBuf]) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    for root in roots {
        if !root.exists() {
            continue;
        }
        let walk = WalkDir::new(root)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| {
                entry.depth() == 0
                    || !entry.file_type().is_dir()
                    || !is_output(entry.path(), entry.file_name())
            });
        for entry in walk {
            let entry = entry.map_err(io::Error::from)?;
            let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let content = if entry.file_type().is_file() {
                fs::read(entry.path())?
            } else if entry.file_type().is_symlink() {
                fs::read_link(entry.path())?
                    .as_os_str()
                    .as_encoded_bytes()
                    .to_vec()
            } else {
                continue;
            };
            let name = relative.as_os_str().as_encoded_bytes();
            hasher.update(&(name.len() as u64).to_le_bytes()).update(name);
            hasher
                .update(&(content.len() as u64).to_le_bytes())
                .update(&content);
        }
        hasher.update(b"\0");
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// Copies a folder's content, without what [`hash_sources`] leaves out.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy_sources(from: &Path, to: &Path) -> io::Result<()> {
    crate::files::remove_folder(to)?;
    let walk = WalkDir::new(from).sort_by_file_name().into_iter();
    let walk = walk.filter_entry(|entry| {
        entry.depth() == 0 || !entry.file_type().is_dir() || !is_output(entry.path(), entry.file_name())
    });
    for entry in walk {
        let entry = entry.map_err(io::Error::from)?;
        let relative = entry.path().strip_prefix(from).unwrap_or(entry.path());
        // A link counts by where it leads.
        if fs::metadata(entry.path())?.is_file() {
            crate::files::copy_atomic(entry.path(), &to.join(relative))?;
        }
    }
    Ok(())
}

fn is_output(path: &Path, name: &std::ffi::OsStr) -> bool {
    if name == ".git" || name == "target" || name == "node_modules" {
        // A source folder may well be called so.
        return name == ".git" || name == "node_modules" || path.join("CACHEDIR.TAG").is_file();
    }
    path.join("CACHEDIR.TAG").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;

    fn toolchain() -> Toolchain {
        Toolchain {
            sysroot: "/s".into(),
            rustc: "/s/bin/rustc".into(),
            cargo: "/s/bin/cargo".into(),
            rustdoc: "/s/bin/rustdoc".into(),
            rustup_name: None,
            version: semver::Version::new(1, 95, 0),
            host: "x86_64-unknown-linux-gnu".into(),
            verbose_version: "rustc 1.95.0".into(),
        }
    }

    #[test]
    fn the_key_changes_with_every_ingredient_and_nothing_else() {
        let toolchain = toolchain();
        let version = semver::Version::new(1, 0, 0);
        let (plain, other) = (
            FeatureSelection::default(),
            FeatureSelection {
                all: true,
                ..Default::default()
            },
        );
        let base = Ingredients {
            package: "semver",
            version: &version,
            source: "registry",
            features: &plain,
            config: None,
            toolchain: &toolchain,
            profile: Profile::Release,
            glibc: None,
        };
        let key = base.key();
        assert_eq!(key.len(), 16);
        assert_eq!(base.clone().key(), key);
        let changed = [
            Ingredients {
                package: "semve",
                ..base.clone()
            },
            Ingredients {
                source: "git",
                ..base.clone()
            },
            Ingredients {
                features: &other,
                ..base.clone()
            },
            Ingredients {
                config: Some("x"),
                ..base.clone()
            },
            Ingredients {
                config: Some(""),
                ..base.clone()
            },
            Ingredients {
                profile: Profile::Dev,
                ..base.clone()
            },
        ];
        for one in changed {
            assert_ne!(one.key(), key, "{one:?}");
        }
    }

    #[test]
    fn sources_are_hashed_by_content_and_outputs_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| files::write_atomic(&folder.path().join(name), text.as_bytes()).unwrap();
        let hash = || hash_sources(&[folder.path().to_owned()]).unwrap();
        write("src/lib.rs", "a");
        let first = hash();
        write("target/CACHEDIR.TAG", "x");
        write("target/debug/x", "y");
        write(".git/HEAD", "z");
        assert_eq!(hash(), first);
        write("src/target/mod.rs", "a module that is called so");
        let second = hash();
        assert_ne!(second, first);
        write("src/lib.rs", "b");
        assert_ne!(hash(), second);
    }
}
