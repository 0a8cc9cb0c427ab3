//! The artifacts below a root: what they are, how large, whether they are whole; and removing them.

use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use fs_err as fs;
use semver::Version;
use serde::Serialize;
use serde_json::Value;
use walkdir::WalkDir;

use crate::bridge::absolute;
use crate::cache::Layout;
use crate::collect;
use crate::files;
use crate::resolve::Spec;
use crate::seal::{MANIFEST, sums};

/// An artifact, as it lies there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stored {
    /// Package name.
    pub package: String,
    /// Exact version.
    pub version: Version,
    /// The hash over all that decided its content.
    pub key: String,
    /// Features that were asked for.
    pub features: Vec<String>,
    /// Whether the default features are on.
    pub default_features: bool,
    /// Where the crate came from: `registry`, `git` or `path`.
    pub source: String,
    /// `release` or `dev`.
    pub profile: String,
    /// For which target.
    pub target: String,
    /// Bytes of all its files.
    pub size: u64,
    /// When it was built, in seconds since 1970.
    pub built: u64,
    /// Its folder.
    pub path: PathBuf,
    /// How it is not what was built, if it is not.
    pub damage: Option<String>,
}

/// All artifacts below a root, by name, then the newest version, then the newest build.
pub fn list(root: &Path) -> Vec<Stored> {
    let mut found: Vec<Stored> = WalkDir::new(root)
        .min_depth(3)
        .max_depth(3)
        .into_iter()
        .filter_entry(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
        .flatten()
        .filter_map(|entry| read(entry.path()))
        .collect();
    found.sort_by(|a, b| {
        let newest = b.version.cmp(&a.version).then(b.built.cmp(&a.built));
        a.package.cmp(&b.package).then(newest).then(a.key.cmp(&b.key))
    });
    found
}

/// The artifact in a folder; nothing where the folder's place is not one of an artifact.
fn read(folder: &Path) -> Option<Stored> {
    let name = |path: &Path| Some(path.file_name()?.to_string_lossy().into_owned());
    let above = folder.parent()?;
    let version = Version::parse(&name(above)?).ok()?;
    let manifest: Value = fs::read(folder.join(MANIFEST))
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
        .unwrap_or_default();
    let text = |part: &str, key: &str| manifest[part][key].as_str().unwrap_or("unknown").to_owned();
    let features = manifest["crate"]["features"].as_array();
    Some(Stored {
        package: name(above.parent()?)?,
        version,
        key: name(folder)?,
        features: features
            .into_iter()
            .flatten()
            .filter_map(|feature| feature.as_str().map(str::to_owned))
            .collect(),
        default_features: manifest["crate"]["default_features"].as_bool().unwrap_or(true),
        source: text("crate", "source"),
        profile: text("build", "profile"),
        target: text("build", "target"),
        size: size(folder),
        built: fs::metadata(folder.join(MANIFEST))
            .or_else(|_| fs::metadata(folder))
            .and_then(|found| found.modified())
            .ok()
            .and_then(|time| Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs()))
            .unwrap_or_default(),
        path: folder.to_owned(),
        damage: sums::check(folder).err().map(|damage| damage.to_string()),
    })
}

/// Bytes of all files below a folder.
pub fn size(folder: &Path) -> u64 {
    WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|found| found.len())
        .sum()
}

impl Stored {
    /// Whether a name, `name@version`, folder of an artifact, or folder of a local crate means this one.
    pub fn is_meant(&self, spec: &Spec) -> bool {
        let same = |name: &str| name.replace('-', "_") == self.package.replace('-', "_");
        match spec {
            Spec::Registry { name, wanted } => same(name) && wanted.accepts(&self.version),
            Spec::Path(path) => {
                let path = absolute(path);
                if path.join("Cargo.toml").is_file() {
                    return self.source == "path" && package_in(&path).is_some_and(|name| same(&name));
                }
                let path = if path.ends_with(MANIFEST) {
                    path.parent().unwrap_or(&path)
                } else {
                    &path
                };
                absolute(&self.path) == path
            }
            Spec::Git { .. } => false,
        }
    }
}

/// The package of a local crate.
fn package_in(folder: &Path) -> Option<String> {
    let table: toml::Table = toml::from_str(&fs::read_to_string(folder.join("Cargo.toml")).ok()?).ok()?;
    Some(table.get("package")?.get("name")?.as_str()?.to_owned())
}

/// The folders of bridges whose artifacts are all among those given or gone: what is kept to build them faster.
pub fn working_files(layout: &Layout, artifacts: &[Stored]) -> Vec<PathBuf> {
    let going: Vec<PathBuf> = artifacts.iter().map(|one| absolute(&one.path)).collect();
    let Ok(entries) = fs::read_dir(layout.cache.join("work")) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|work| {
            let published = collect::published_from(work);
            let gone = |one: &PathBuf| going.contains(&absolute(one)) || !one.exists();
            published.iter().any(|one| going.contains(&absolute(one))) && published.iter().all(gone)
        })
        .collect();
    found.sort();
    found
}

/// Removes an artifact, and the folders above it that are empty then. Nobody sees half of one.
///
/// # Errors
/// When it cannot be removed.
pub fn remove(artifact: &Stored) -> io::Result<()> {
    files::retire(&artifact.path)?;
    for folder in artifact.path.ancestors().skip(1).take(2) {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}
