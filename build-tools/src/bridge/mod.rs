//! The bridge's folder as a cargo workspace: its manifest, its lock file, its sources.
//!
//! The bridge is its own workspace root. What the crate's workspace decides about its dependencies (`[patch]`, resolver,
//! lock file, cargo configuration) and about their optimisation (`[profile.release]`) is taken over, so that what is
//! scanned, proved and built is what the crate's author builds.

mod manifest;
pub mod runtime;
mod settings;

use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::Serialize;

pub use manifest::{Dependency, Source, Takeover, TakeoverError};
pub use settings::{Settings, SettingsError};

use crate::files;
use crate::toolchain::Toolchain;

/// The folder of the carried runtime in a bridge's own, where it lies there.
pub const RUNTIME: &str = "runtime";
/// The folder of a local crate's sources in a bridge's own, where they lie there.
pub const SOURCES: &str = "crate";

/// How the artifact is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Optimised.
    #[default]
    Release,
    /// Quick to build, with the compiler's checks.
    Dev,
}

impl std::str::FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Profile, String> {
        match text {
            "release" => Ok(Profile::Release),
            "dev" | "debug" => Ok(Profile::Dev),
            other => Err(format!("there is no profile `{other}`; it is `release` or `dev`")),
        }
    }
}

/// A bridge's folder, before or after it is written.
#[derive(Debug, Clone)]
pub struct Bridge {
    /// Where it lies.
    pub dir: PathBuf,
    /// Cargo's target folder, shared by all bridges of a toolchain.
    pub target_dir: PathBuf,
    /// Its package name; the library is called the same with underscores.
    pub name: String,
    /// The crate.
    pub krate: Dependency,
    /// The folder of the carried runtime; none while only the graph is asked for.
    pub runtime: Option<PathBuf>,
    /// Features of the runtime.
    pub runtime_features: Vec<String>,
    /// Dependency crates that the shims name.
    pub extra_dependencies: Vec<Dependency>,
    /// What the crate's workspace decides.
    pub takeover: Takeover,
    /// How it is compiled.
    pub profile: Profile,
    /// How many shims it has, once that is known.
    pub shims: usize,
    /// A hash of the sources that are not fixed by the lock file: local folders.
    pub local_sources: String,
    /// What cargo and the linker are told besides.
    pub settings: Settings,
}

impl Bridge {
    /// Its `Cargo.toml`.
    pub fn manifest_path(&self) -> PathBuf {
        self.dir.join("Cargo.toml")
    }

    /// Where the generated source begins.
    pub fn source_path(&self) -> PathBuf {
        self.dir.join("src").join("lib.rs")
    }

    /// Where cargo runs, which decides the configuration that it reads: a local crate's own folder.
    pub fn cargo_folder(&self) -> PathBuf {
        match &self.krate.source {
            Source::Path(folder) => folder.clone(),
            _ => self.dir.clone(),
        }
    }

    /// Writes the manifest, a first lock file, and an empty library where there is none yet.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self) -> std::io::Result<()> {
        files::write_if_changed(&self.manifest_path(), self.manifest_text().as_bytes())?;
        let lock = self.dir.join("Cargo.lock");
        if !lock.exists() {
            if let Some(text) = self.takeover.lock.as_deref() {
                files::write_atomic(&lock, text.as_bytes())?;
            }
        }
        if !self.source_path().exists() {
            self.write_source("lib.rs", "//! Nothing was generated yet.\n")?;
        }
        Ok(())
    }

    /// Writes a file of the generated source, `lib.rs` for the root. Says whether it changed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_source(&self, file: &str, text: &str) -> std::io::Result<bool> {
        files::write_if_changed(&self.dir.join("src").join(file), text.as_bytes())
    }

    /// Everything that decides what rustdoc says about a package of this graph.
    ///
    /// # Errors
    /// When the lock file cannot be read.
    pub fn scope(&self, toolchain: &Toolchain) -> std::io::Result<String> {
        let mut hasher = blake3::Hasher::new();
        let lock = fs::read(self.dir.join("Cargo.lock"))?;
        for part in [
            self.manifest_text().as_bytes(),
            &lock,
            toolchain.verbose_version.as_bytes(),
            self.local_sources.as_bytes(),
            crate::cache::flags().as_bytes(),
            crate::cargo::rustdoc::ASKED.as_bytes(),
        ] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        Ok(hasher.finalize().to_hex()[..16].to_owned())
    }

    /// The name under which generated code reaches the crate.
    pub fn extern_name(dependency: &Dependency, library: &str) -> String {
        dependency.rename.as_deref().unwrap_or(library).replace('-', "_")
    }
}

/// Folder and package names take few characters.
pub(crate) fn slug(text: &str) -> String {
    let mut slug: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
                c
            } else {
                '-'
            }
        })
        .collect();
    slug.truncate(60);
    slug
}

/// `path` relative to nothing: absolute, without links where that can be had.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    fs::canonicalize(path)
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned())
}
