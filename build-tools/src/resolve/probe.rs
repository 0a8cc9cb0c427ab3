//! An empty bridge in a temporary folder: what cargo makes of its one dependency is the resolution.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, Package};
use fs_err as fs;

use super::words::{Asked, classify};
use super::{PROBE, Question, ResolveError, Spec, check_library, local, nearest};
use crate::bridge::{Bridge, Dependency, Profile, Settings, Source, Takeover};
use crate::cache::Layout;
use crate::cargo::Cargo;

struct Start {
    dependency: Dependency,
    takeover: Takeover,
    workspace: Option<PathBuf>,
    /// Git alone: which package it is, cargo finds out.
    find_package: bool,
}

fn start(cargo: &Cargo<'_>, question: &Question) -> Result<Start, ResolveError> {
    let dependency = |package: String, source: Source| Dependency {
        package,
        rename: None,
        source,
        features: question.features.named.clone(),
        default_features: question.features.default,
    };
    Ok(match &question.spec {
        Spec::Registry { name, wanted } => Start {
            dependency: dependency(
                name.clone(),
                Source::Registry {
                    requirement: wanted.requirement(),
                    index: None,
                },
            ),
            takeover: Takeover::default(),
            workspace: None,
            find_package: false,
        },
        Spec::Git { url, rev } => {
            let reference = rev.clone().map(|rev| ("rev".to_owned(), rev));
            Start {
                dependency: dependency(
                    question.package.clone().unwrap_or_default(),
                    Source::Git {
                        url: url.clone(),
                        reference,
                    },
                ),
                takeover: Takeover::default(),
                workspace: None,
                find_package: question.package.is_none(),
            }
        }
        Spec::Path(path) => {
            let found = local::find(cargo, path, question.package.as_deref())?;
            let takeover = Takeover::from_workspace(&found.workspace)?;
            if question.locked && takeover.lock.is_none() {
                return Err(ResolveError::NoLock { package: found.name });
            }
            Start {
                dependency: dependency(found.name, Source::Path(found.folder)),
                takeover,
                workspace: Some(found.workspace),
                find_package: false,
            }
        }
    })
}

/// An empty bridge in a folder that is gone afterwards.
pub(super) struct Probe<'a> {
    cargo: &'a Cargo<'a>,
    question: &'a Question,
    /// Where it lies.
    pub(super) folder: tempfile::TempDir,
    /// The crate, as it was asked for.
    pub(super) dependency: Dependency,
    /// What the crate's workspace decides.
    pub(super) takeover: Takeover,
    /// For a local crate: the manifest of its workspace's root.
    pub(super) workspace: Option<PathBuf>,
}

impl<'a> Probe<'a> {
    pub(super) fn new(
        cargo: &'a Cargo<'a>,
        layout: &Layout,
        question: &'a Question,
    ) -> Result<Probe<'a>, ResolveError> {
        let work = layout.cache.join("work");
        let folder = crate::files::temporary_folder(&work, ".probe-")?;
        let Start {
            mut dependency,
            mut takeover,
            workspace,
            find_package,
        } = start(cargo, question)?;
        if let Some(lock) = &question.lock {
            takeover.lock = Some(lock.clone());
        }
        if find_package {
            dependency.package = git_package(cargo, folder.path(), &dependency.source)?;
        }
        Ok(Probe {
            cargo,
            question,
            folder,
            dependency,
            takeover,
            workspace,
        })
    }

    /// Asks cargo for the graph.
    pub(super) fn run(&self) -> Result<Metadata, ResolveError> {
        let bridge = Bridge {
            dir: self.folder.path().to_owned(),
            target_dir: self.folder.path().join("target"),
            name: PROBE.to_owned(),
            krate: self.dependency.clone(),
            runtime: None,
            runtime_features: Vec::new(),
            extra_dependencies: Vec::new(),
            takeover: self.takeover.clone(),
            profile: Profile::Release,
            shims: 0,
            local_sources: String::new(),
            settings: Settings::default(),
        };
        bridge.write()?;
        let requirement = match &self.dependency.source {
            Source::Registry { requirement, .. } => requirement.clone(),
            _ => String::new(),
        };
        let asked = Asked {
            name: &self.dependency.package,
            requirement: &requirement,
            features: &self.dependency.features,
            git: git(&self.dependency.source),
        };
        self.cargo
            .metadata(&bridge)
            .map_err(|error| classify(error, &asked))
    }

    /// The same for the first time, when a name or feature may turn out not to exist: then with what does.
    pub(super) fn first(&mut self) -> Result<Metadata, ResolveError> {
        match self.run() {
            Err(ResolveError::NoFeature {
                package, features, ..
            }) => {
                self.dependency.features.clear();
                let found = self.package(&self.run()?)?;
                let available: Vec<String> = found.features.keys().cloned().collect();
                // `dependency/feature` is another crate's; if all are known here, cargo means one of those.
                let unknown: Vec<String> = features
                    .iter()
                    .filter(|name| !available.contains(name))
                    .cloned()
                    .collect();
                Err(ResolveError::NoFeature {
                    package,
                    features: if unknown.is_empty() { features } else { unknown },
                    available,
                })
            }
            Err(ResolveError::NoCrate { name, nearest }) if nearest.is_empty() => {
                let nearest = nearest::downloaded(&name);
                Err(ResolveError::NoCrate { name, nearest })
            }
            Err(ResolveError::NotInRepository { url, name, .. }) => {
                let packages = match git_package(self.cargo, self.folder.path(), &self.dependency.source) {
                    Ok(only) => vec![only],
                    Err(ResolveError::SeveralPackages { packages, .. }) => packages,
                    Err(error) => return Err(error),
                };
                Err(ResolveError::NotInRepository { url, name, packages })
            }
            other => other,
        }
    }

    /// The crate among the packages of its graph.
    pub(super) fn package(&self, metadata: &Metadata) -> Result<Package, ResolveError> {
        let name = &self.dependency.package;
        let direct: BTreeSet<_> = metadata
            .resolve
            .iter()
            .flat_map(|resolve| &resolve.nodes)
            .filter(|node| metadata.root_package().is_some_and(|root| root.id == node.id))
            .flat_map(|node| &node.dependencies)
            .collect();
        let named = || {
            metadata
                .packages
                .iter()
                .filter(|package| package.name.as_str() == name)
        };
        named()
            .find(|package| direct.contains(&package.id))
            .or_else(|| named().max_by(|a, b| a.version.cmp(&b.version)))
            .cloned()
            .map_or_else(|| Err(self.without_library()), Ok)
    }

    /// Cargo leaves a dependency without a linkable library out of the graph; a local one can be asked what it has.
    fn without_library(&self) -> ResolveError {
        let package = self.dependency.package.clone();
        if let Source::Path(folder) = &self.dependency.source {
            let own = local::packages(self.cargo, folder).ok();
            let own = own.iter().flatten().find(|one| one.name.as_str() == package);
            if let Some(Err(error)) = own.map(check_library) {
                return error;
            }
        }
        ResolveError::BinaryOnly {
            package,
            programs: Vec::new(),
        }
    }

    /// Takes over what lies beside a package that cargo has downloaded: for git the workspace's decisions, and its
    /// lock file where one is asked for. Says whether anything changed.
    pub(super) fn take_over_checkout(&mut self, package: &Package) -> Result<bool, ResolveError> {
        let folder = package
            .manifest_path
            .parent()
            .map(|folder| folder.as_std_path())
            .unwrap_or(Path::new("."));
        let is_git = matches!(self.dependency.source, Source::Git { .. });
        if is_git {
            self.takeover = Takeover::from_workspace(&local::workspace_above(folder))?;
            if let Some(lock) = &self.question.lock {
                self.takeover.lock = Some(lock.clone());
            }
        } else if self.question.locked {
            self.takeover.lock = fs::read_to_string(folder.join("Cargo.lock")).ok();
        }
        if self.question.locked && self.takeover.lock.is_none() {
            return Err(ResolveError::NoLock {
                package: package.name.to_string(),
            });
        }
        if is_git || self.question.locked {
            crate::files::remove_file(&self.folder.path().join("Cargo.lock"))?;
            return Ok(true);
        }
        Ok(false)
    }
}

/// A git source's URL, and what is asked for in it.
fn git(source: &Source) -> Option<(&str, Option<&str>)> {
    match source {
        Source::Git { url, reference } => Some((url, reference.as_ref().map(|(_, rev)| rev.as_str()))),
        Source::Registry { .. } | Source::Path(_) => None,
    }
}

/// Lets cargo find the package in a repository: `cargo add --git` knows how.
fn git_package(cargo: &Cargo<'_>, folder: &Path, source: &Source) -> Result<String, ResolveError> {
    let Source::Git { url, reference } = source else {
        return Ok(String::new());
    };
    let scratch = folder.join("finder");
    let manifest =
        "[package]\nname = \"usecrate-finder\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n";
    crate::files::write_atomic(&scratch.join("Cargo.toml"), manifest.as_bytes())?;
    crate::files::write_atomic(&scratch.join("src/lib.rs"), b"")?;
    let mut args = vec!["add", "--git", url];
    if let Some((_, rev)) = reference {
        args.extend(["--rev", rev]);
    }
    cargo.ask(&scratch, &args).map_err(|error| {
        let asked = Asked {
            name: url,
            requirement: "",
            features: &[],
            git: git(source),
        };
        classify(error, &asked)
    })?;
    let text = fs::read_to_string(scratch.join("Cargo.toml"))?;
    let table: toml::Table = toml::from_str(&text).map_err(|source| ResolveError::Manifest {
        path: scratch.join("Cargo.toml"),
        source: Box::new(source),
    })?;
    let name = table
        .get("dependencies")
        .and_then(|it| it.as_table())
        .and_then(|it| it.keys().next())
        .cloned();
    name.ok_or_else(|| ResolveError::NoPackage { path: url.into() })
}
