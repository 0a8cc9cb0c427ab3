//! A build with nothing to do: finds the artifact that a spec means without starting a program.
//!
//! A registry version never changes, so its artifact is found by its key. A local folder's sources are hashed. Which
//! folders belong to it, and which package a repository holds, is remembered from the last full resolution.

use std::path::{Path, PathBuf};

use fs_err as fs;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::bridge::{Profile, absolute};
use crate::cache::{Ingredients, Layout, hash_sources};
use crate::config::Config;
use crate::files;
use crate::progress::{Event, Progress};
use crate::resolve::{self, Question, Resolved, Spec};
use crate::seal::sums;
use crate::toolchain::Toolchain;

/// An artifact that is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its folder.
    pub artifact: PathBuf,
    /// Package name.
    pub package: String,
    /// Exact version.
    pub version: Version,
}

/// What the last full resolution of a folder or commit found.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    package: String,
    version: Version,
    identity: String,
    roots: Vec<PathBuf>,
}

/// What else decides an artifact's key.
#[derive(Debug, Clone, Copy)]
pub struct Conditions<'a> {
    /// The configuration that was named.
    pub config: Option<&'a Config>,
    /// Compiler and target.
    pub toolchain: &'a Toolchain,
    /// Profile.
    pub profile: Profile,
    /// The glibc to link against.
    pub glibc: Option<&'a str>,
}

/// Finds a published artifact for the question. A partial version is met by the newest version that is there. One that
/// is damaged is not taken, nor is an older one in its place.
pub fn find(layout: &Layout, question: &Question, conditions: Conditions<'_>) -> Option<Found> {
    // With --locked the graph itself is in question: only a full resolution can tell.
    if question.locked || question.lock.is_some() {
        return None;
    }
    let leaf = |package: &str, version: &Version, identity: &str| {
        let key = key(package, version, identity, question, conditions);
        let artifact = layout.leaf(package, version, &key);
        artifact.is_dir().then(|| {
            sums::check(&artifact).is_ok().then(|| Found {
                artifact,
                package: package.to_owned(),
                version: version.clone(),
            })
        })
    };
    match &question.spec {
        Spec::Registry { name, wanted } => {
            let mut versions: Vec<Version> = fs::read_dir(layout.artifacts.join(name))
                .ok()?
                .flatten()
                .filter_map(|entry| Version::parse(entry.file_name().to_str()?).ok())
                .filter(|version| wanted.accepts(version))
                .collect();
            versions.sort();
            versions
                .iter()
                .rev()
                .find_map(|version| leaf(name, version, resolve::registry_identity()))
                .flatten()
        }
        Spec::Path(_) | Spec::Git { .. } => {
            let record: Record =
                serde_json::from_slice(&files::read_record(&record_path(layout, question)?)?).ok()?;
            let identity = match &question.spec {
                Spec::Path(_) => resolve::local_identity(&hash_sources(&record.roots).ok()?),
                _ => record.identity,
            };
            leaf(&record.package, &record.version, &identity).flatten()
        }
    }
}

/// Whether an artifact is there, whole and as it was built. Damage is told.
pub fn is_whole(artifact: &Path, progress: &dyn Progress) -> bool {
    if !artifact.is_dir() {
        return false;
    }
    match sums::check(artifact) {
        Ok(()) => true,
        Err(damage) => {
            let place = artifact.display();
            progress.event(&Event::Warning {
                message: format!("the artifact in `{place}` is damaged, and is built again: {damage}"),
            });
            false
        }
    }
}

/// The key of an artifact.
pub fn key(
    package: &str,
    version: &Version,
    identity: &str,
    question: &Question,
    conditions: Conditions<'_>,
) -> String {
    Ingredients {
        package,
        version,
        source: identity,
        features: &question.features,
        config: conditions.config.map(|config| config.text.as_str()),
        toolchain: conditions.toolchain,
        profile: conditions.profile,
        glibc: conditions.glibc,
    }
    .key()
}

/// Remembers a resolution for the next [`find`].
///
/// # Errors
/// When the record cannot be written.
pub fn remember(layout: &Layout, question: &Question, resolved: &Resolved) -> std::io::Result<()> {
    let Some(path) = record_path(layout, question) else {
        return Ok(());
    };
    let record = Record {
        package: resolved.package.name.to_string(),
        version: resolved.package.version.clone(),
        identity: resolved.identity.clone(),
        roots: resolved.local_roots.clone(),
    };
    files::write_record(&path, &serde_json::to_vec(&record)?)
}

/// Nothing for what cannot be answered without asking: the registry needs no record, a branch moves.
fn record_path(layout: &Layout, question: &Question) -> Option<PathBuf> {
    let what = match &question.spec {
        Spec::Registry { .. } => return None,
        Spec::Path(path) => absolute(Path::new(path)).to_string_lossy().into_owned(),
        Spec::Git { url, rev } => {
            let commit = rev
                .as_ref()
                .filter(|rev| rev.len() == 40 && rev.bytes().all(|c| c.is_ascii_hexdigit()))?;
            format!("{url}#{commit}")
        }
    };
    let what = format!(
        "{what}\n{}\n{}",
        question.package.as_deref().unwrap_or(""),
        question.features.text()
    );
    let name = &blake3::hash(what.as_bytes()).to_hex()[..32];
    Some(layout.cache.join("index").join(format!("{name}.json")))
}
