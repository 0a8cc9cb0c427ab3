//! From a module spec to one crate: an exact version, its features, and the graph it is built in.
//!
//! 1. The spec is parsed ([`Spec`]).
//! 2. A probe, an empty bridge in a temporary folder, asks cargo for the graph; cargo does all version selection.
//! 3. What the crate's workspace decides (patches, resolver, lock file) is taken over into the probe.
//! 4. The package must have a library that Rust code can link.

mod error;
mod features;
mod local;
mod nearest;
mod probe;
mod spec;
mod words;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{CrateType, Metadata, Package, Target, TargetKind};
use fs_err as fs;

pub use error::ResolveError;
pub use features::FeatureSelection;
pub use spec::{Spec, SpecError, Wanted};

use crate::bridge::{Dependency, Source, Takeover};
use crate::cache::{self, Layout};
use crate::cargo::Cargo;
use probe::Probe;

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Question {
    /// The spec.
    pub spec: Spec,
    /// One package of a workspace or repository with several.
    pub package: Option<String>,
    /// Features.
    pub features: FeatureSelection,
    /// The crate's own lock file is used unchanged.
    pub locked: bool,
    /// The text of a lock file to use unchanged, as artifacts carry it, in place of the crate's own.
    pub lock: Option<String>,
}

/// The name of the bridge that is only asked for its graph.
const PROBE: &str = "usecrate-probe";

/// One crate.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The package as cargo knows it.
    pub package: Package,
    /// Its library's name, as in `use`.
    pub library: String,
    /// Which source, for the artifact's key: a registry, a commit, a hash over the content of folders.
    pub identity: String,
    /// Folders and files that [`Resolved::local_sources`] is a hash of.
    pub local_roots: Vec<PathBuf>,
    /// A hash over the sources that are not fixed by version or commit; empty when there are none.
    pub local_sources: String,
    /// The dependency as the bridge writes it.
    pub dependency: Dependency,
    /// The workspace's decisions, with the lock file that the resolution ended with.
    pub takeover: Takeover,
}

/// Whether Rust code can depend on a target.
pub fn is_library(target: &Target) -> bool {
    target
        .kind
        .iter()
        .any(|kind| matches!(kind, TargetKind::Lib | TargetKind::RLib | TargetKind::DyLib))
        || (target
            .crate_types
            .iter()
            .any(|kind| matches!(kind, CrateType::Lib | CrateType::RLib))
            && !target.kind.iter().any(|kind| {
                matches!(
                    kind,
                    TargetKind::Example | TargetKind::Bin | TargetKind::Test | TargetKind::Bench
                )
            }))
}

/// Resolves a question; the working directory is the user's, relative folders are read from it.
///
/// # Errors
/// When there is no such crate, no such version, no library in it, or cargo cannot tell.
pub fn resolve(cargo: &Cargo<'_>, layout: &Layout, question: &Question) -> Result<Resolved, ResolveError> {
    let mut probe = Probe::new(cargo, layout, question)?;
    let mut metadata = probe.first()?;
    let mut package = probe.package(&metadata)?;
    check_library(&package)?;
    let mut again = false;
    if !matches!(probe.dependency.source, Source::Path(_)) {
        again = probe.take_over_checkout(&package)?;
    }
    if question.features.all {
        probe.dependency.features = package.features.keys().cloned().collect();
        again = true;
    }
    if again {
        metadata = probe.run()?;
        package = probe.package(&metadata)?;
    }
    let lock = fs::read_to_string(probe.folder.path().join("Cargo.lock"))?;
    if question.locked || question.lock.is_some() {
        check_lock(&package, probe.takeover.lock.as_deref(), &lock)?;
    }
    let dependency = exact(&probe.dependency, &package);
    let local_roots = local_roots(&metadata, probe.workspace.as_deref());
    let local_sources = if local_roots.is_empty() {
        String::new()
    } else {
        cache::hash_sources(&local_roots)?
    };
    let library = package
        .targets
        .iter()
        .find(|target| is_library(target))
        .map(|target| target.name.replace('-', "_"))
        .unwrap_or_default();
    let identity = identity(&package, &local_sources, question.lock.as_deref());
    let takeover = Takeover {
        // The one that was given has what the bridge needs besides, which the probe does not.
        lock: Some(
            question
                .lock
                .clone()
                .unwrap_or_else(|| without_package(&lock, PROBE)),
        ),
        ..probe.takeover
    };
    Ok(Resolved {
        package,
        library,
        identity,
        local_roots,
        local_sources,
        dependency,
        takeover,
    })
}

/// Which source a package has, for the artifact's key.
fn identity(package: &Package, local_sources: &str, lock: Option<&str>) -> String {
    let source = match package.source.as_ref().map(|source| source.repr.as_str()) {
        None => local_identity(local_sources),
        Some(text) => match text.strip_prefix("git+") {
            Some(git) => git_identity(git.rsplit_once('#').map_or(git, |(_, commit)| commit)),
            None => registry_identity().to_owned(),
        },
    };
    match lock {
        Some(lock) => format!("{source} {}", blake3::hash(lock.as_bytes()).to_hex()),
        None => source,
    }
}

/// The identity of what the registry serves: a version there never changes.
pub fn registry_identity() -> &'static str {
    "registry"
}

/// The identity of a commit.
pub fn git_identity(commit: &str) -> String {
    format!("git {commit}")
}

/// The identity of folders.
pub fn local_identity(sources: &str) -> String {
    format!("local {sources}")
}

fn check_library(package: &Package) -> Result<(), ResolveError> {
    let name = package.name.to_string();
    if package.targets.iter().any(is_library) {
        return Ok(());
    }
    let of_kind = |kind: TargetKind| -> Vec<String> {
        package
            .targets
            .iter()
            .filter(|target| target.kind.contains(&kind))
            .map(|target| target.name.clone())
            .collect()
    };
    if !of_kind(TargetKind::ProcMacro).is_empty() {
        return Err(ResolveError::ProcMacro { package: name });
    }
    let kinds: BTreeSet<String> = package
        .targets
        .iter()
        .flat_map(|target| &target.kind)
        .filter(|kind| matches!(kind, TargetKind::CDyLib | TargetKind::StaticLib))
        .map(ToString::to_string)
        .collect();
    let programs = of_kind(TargetKind::Bin);
    if kinds.is_empty() && !programs.is_empty() {
        return Err(ResolveError::BinaryOnly {
            package: name,
            programs,
        });
    }
    Err(ResolveError::NoLibrary {
        package: name,
        kinds: kinds.into_iter().collect(),
    })
}

/// The dependency pinned to what was found.
fn exact(dependency: &Dependency, package: &Package) -> Dependency {
    let source = match &dependency.source {
        Source::Registry { index, .. } => Source::Registry {
            requirement: format!("={}", package.version),
            index: index.clone(),
        },
        // The reference stays as it was asked for: the lock file holds the commit.
        other => other.clone(),
    };
    Dependency {
        source,
        ..dependency.clone()
    }
}

/// Folders of all packages that lie on this machine by the user's will, and the workspace's files beside them.
fn local_roots(metadata: &Metadata, workspace: Option<&Path>) -> Vec<PathBuf> {
    let mut roots: BTreeSet<PathBuf> = metadata
        .packages
        .iter()
        .filter(|package| package.source.is_none() && package.name.as_str() != PROBE)
        .filter_map(|package| {
            package
                .manifest_path
                .parent()
                .map(|folder| folder.as_std_path().to_owned())
        })
        .collect();
    if let Some(manifest) = workspace {
        let root = manifest.parent().unwrap_or(Path::new("."));
        roots.extend([manifest.to_owned(), root.join("Cargo.lock"), root.join(".cargo")]);
    }
    // A folder inside another that is hashed anyway.
    let all: Vec<PathBuf> = roots.into_iter().collect();
    all.iter()
        .filter(|one| !all.iter().any(|other| other != *one && one.starts_with(other)))
        .cloned()
        .collect()
}

/// The packages of a lock file, as `name version`.
fn locked_packages(lock: &str) -> BTreeSet<String> {
    let table: toml::Table = toml::from_str(lock).unwrap_or_default();
    let packages = table
        .get("package")
        .and_then(|it| it.as_array())
        .cloned()
        .unwrap_or_default();
    let text =
        |package: &toml::Value, key: &str| package.get(key).and_then(|it| it.as_str()).map(str::to_owned);
    packages
        .iter()
        .filter_map(|one| Some(format!("{} {}", text(one, "name")?, text(one, "version")?)))
        .collect()
}

fn check_lock(package: &Package, before: Option<&str>, after: &str) -> Result<(), ResolveError> {
    let before = locked_packages(before.unwrap_or_default());
    let own = format!("{} {}", package.name, package.version);
    let changed: Vec<String> = locked_packages(after)
        .into_iter()
        .filter(|one| !before.contains(one) && *one != own && !one.starts_with(&format!("{PROBE} ")))
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    Err(ResolveError::LockChanged {
        package: package.name.to_string(),
        changed,
    })
}

/// The lock file without a bridge's own entry: another bridge has another name.
pub fn without_package(lock: &str, name: &str) -> String {
    let own = format!("name = \"{name}\"\n");
    lock.split("\n\n")
        .filter(|block| !block.contains(&own))
        .collect::<Vec<_>>()
        .join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probe_leaves_the_lock_file() {
        let lock = "version = 4\n\n[[package]]\nname = \"semver\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"usecrate-probe\"\nversion = \"0.0.0\"\n";
        let rest = without_package(lock, PROBE);
        assert_eq!(
            locked_packages(&rest),
            BTreeSet::from(["semver 1.0.0".to_owned()])
        );
        assert!(rest.starts_with("version = 4"));
    }
}
