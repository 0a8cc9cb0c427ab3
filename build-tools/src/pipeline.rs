//! Runs the stages in order, each timed, on one bridge that nobody else touches meanwhile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use cargo_metadata::camino::Utf8PathBuf;
use cargo_metadata::{Metadata, Package};
use semver::Version;

use crate::api::Api;
use crate::artifact::{Sealable, bridge_for, produce};
use crate::bridge::{Bridge, Profile, SOURCES, Settings, Source, runtime, slug};
use crate::cache::{self, Layout};
use crate::cargo::rustdoc::Wanted;
use crate::cargo::{Cargo, CargoError};
use crate::collect;
use crate::config::{Config, ConfigError};
use crate::failure::BuildError;
use crate::lock::{Lock, Session};
use crate::orphans;
use crate::plan::{Plan, plan};
use crate::progress::{Event, Progress, Stage};
use crate::resolve::{Question, ResolveError, Resolved, Spec, resolve, without_package};
use crate::reuse::{self, Conditions};
use crate::scan::{Document, Needed, ProvideError, scan};
use crate::seal::seal;
use crate::toolchain::Toolchain;

/// A build, as asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which crate.
    pub question: Question,
    /// The root for artifacts, instead of the usual one.
    pub out: Option<PathBuf>,
    /// Cargo's target folder, instead of the shared one.
    pub target_dir: Option<PathBuf>,
    /// The configuration, in place of a local crate's own.
    pub config: Option<PathBuf>,
    /// Instances of generic items that are asked for besides: `path::item<arguments>`.
    pub instantiate: Vec<String>,
    /// How the artifact is compiled.
    pub profile: Profile,
    /// The oldest glibc that the library is to run with, where not the one that is here.
    pub glibc: Option<String>,
    /// Build though an artifact is there.
    pub force: bool,
    /// Ask anew which version, or which commit, is meant, though an artifact that fits is there.
    pub refetch: bool,
    /// Keep nothing of earlier builds of the same bridge.
    pub afresh: bool,
    /// No network.
    pub offline: bool,
    /// This program: cargo calls it in place of rustdoc.
    pub program: PathBuf,
    /// Where the user stands.
    pub folder: PathBuf,
}

impl Request {
    /// Whether a lock file was given: then the same bytes come out, wherever it is built.
    ///
    /// All that is compiled lies in the bridge's folder: cargo names what it compiles by where that lies, as seen from
    /// there.
    fn is_pinned(&self) -> bool {
        self.question.lock.is_some()
    }
}

/// Cargo's target folder in a bridge's own, where nothing else shares it.
const PINNED_TARGET: &str = "target";

/// A finished build.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The artifact's folder, absolute.
    pub artifact: PathBuf,
    /// Package name.
    pub package: String,
    /// Exact version.
    pub version: Version,
    /// Whether it was there already.
    pub reused: bool,
    /// Seconds per stage.
    pub stages: BTreeMap<Stage, f64>,
}

/// Measures stages and tells that they begin.
pub struct Stages<'a> {
    progress: &'a dyn Progress,
    seconds: BTreeMap<Stage, f64>,
    /// The one that was told last.
    at: Option<Stage>,
}

impl<'a> Stages<'a> {
    /// None so far.
    pub fn new(progress: &'a dyn Progress) -> Stages<'a> {
        Stages {
            progress,
            seconds: BTreeMap::new(),
            at: None,
        }
    }

    /// Runs one, or the next part of the one that is going on.
    pub fn run<T>(&mut self, stage: Stage, about: Option<String>, work: impl FnOnce() -> T) -> T {
        if self.at.replace(stage) != Some(stage) {
            self.progress.event(&Event::Stage { stage, about });
        }
        let start = Instant::now();
        let done = work();
        *self.seconds.entry(stage).or_default() += start.elapsed().as_secs_f64();
        done
    }
}

/// A crate whose bridge stands ready: everything that the stages after `resolve` work on.
pub struct Prepared {
    /// The crate.
    pub resolved: Resolved,
    /// Its bridge.
    pub bridge: Bridge,
    /// The bridge's graph.
    pub metadata: Metadata,
    /// The artifact's key.
    pub key: String,
    /// The text of the configuration that was named.
    pub config: Option<String>,
    /// The glibc that is linked against, where one was asked for.
    pub glibc: Option<String>,
    /// Where the artifact goes.
    pub leaf: PathBuf,
    /// Keeps other builds out of the bridge's folder.
    lock: Lock,
}

impl Prepared {
    /// Whether a local crate is no longer what its key stands for.
    fn changed(&self) -> std::io::Result<bool> {
        let resolved = &self.resolved;
        Ok(!resolved.local_roots.is_empty()
            && cache::hash_sources(&resolved.local_roots)? != resolved.local_sources)
    }

    /// Ends the sole use of the bridge's folder.
    pub fn release(self) {
        drop(self.lock);
    }
}

/// How often a local crate is built whose sources change meanwhile.
const ATTEMPTS: usize = 3;

/// Builds what was asked for, or finds that it is there already.
///
/// # Errors
/// When a stage fails; what was published before stays as it was.
pub fn build(request: &Request, progress: &dyn Progress) -> Result<Built, BuildError> {
    let mut stages = Stages::new(progress);
    let ground = Ground::of(request)?;
    if let Some(found) = ground.there_already(request) {
        let reuse::Found {
            artifact,
            package,
            version,
        } = found;
        return Ok(Built {
            artifact,
            package,
            version,
            reused: true,
            stages: stages.seconds,
        });
    }
    let (layout, conditions) = (&ground.layout, ground.conditions(request));
    let session = ground.session()?;
    crate::files::mark(session.name());
    let cargo = ground.cargo(request, progress);
    let mut attempt = 1;
    loop {
        let last = attempt == ATTEMPTS;
        let done = build_once(request, layout, &cargo, conditions, &mut stages, last);
        if let Some(built) = done.map_err(|error| error.on_disks_of(&[&layout.cache, &layout.artifacts]))? {
            return Ok(built);
        }
        let message = "the crate's sources changed while it was built: building it again".to_owned();
        progress.event(&Event::Warning { message });
        attempt += 1;
    }
}

/// The lock file that the build of a request would leave in its artifact, told without building it: so that what is built
/// by that lock file is built once.
///
/// # Errors
/// When the crate cannot be found, scanned or planned for.
pub fn lock_file(request: &Request, progress: &dyn Progress) -> Result<String, BuildError> {
    let mut stages = Stages::new(progress);
    let ground = Ground::of(request)?;
    if let Some(found) = ground.there_already(request) {
        return Ok(fs_err::read_to_string(found.artifact.join("Cargo.lock"))?);
    }
    let (layout, conditions) = (&ground.layout, ground.conditions(request));
    let session = ground.session()?;
    crate::files::mark(session.name());
    let cargo = ground.cargo(request, progress);
    let mut told = || {
        let found = stages.run(Stage::Resolve, None, || find(request, layout, &cargo, conditions))?;
        let (prepared, plan) = planned(request, layout, &cargo, conditions, &mut stages, found)?;
        let bridge = bridge_for(&prepared, &plan);
        bridge.write()?;
        cargo.metadata(&bridge)?;
        let lock = fs_err::read_to_string(bridge.dir.join("Cargo.lock"))?;
        prepared.release();
        Ok(without_package(&lock, &bridge.name))
    };
    told().map_err(|error: BuildError| error.on_disks_of(&[&layout.cache]))
}

/// What stands before anything is asked about a crate.
struct Ground {
    layout: Layout,
    toolchain: Toolchain,
    config: Option<Config>,
}

impl Ground {
    fn of(request: &Request) -> Result<Ground, BuildError> {
        let layout = Layout::find(request.out.as_deref())?;
        let toolchain = Toolchain::detect(&request.folder, &layout.cache)?;
        let named = request.config.as_deref().map(Config::read).transpose()?;
        let config = Config::with(named, &request.instantiate)?;
        Ok(Ground {
            layout,
            toolchain,
            config,
        })
    }

    fn conditions<'a>(&'a self, request: &'a Request) -> Conditions<'a> {
        Conditions {
            config: self.config.as_ref(),
            toolchain: &self.toolchain,
            profile: request.profile,
            glibc: request.glibc.as_deref(),
        }
    }

    fn cargo<'a>(&'a self, request: &'a Request, progress: &'a dyn Progress) -> Cargo<'a> {
        Cargo {
            toolchain: &self.toolchain,
            program: &request.program,
            offline: request.offline,
            progress,
        }
    }

    /// An artifact that makes the build needless.
    fn there_already(&self, request: &Request) -> Option<reuse::Found> {
        if request.force || request.refetch {
            return None;
        }
        reuse::find(&self.layout, &request.question, self.conditions(request))
    }

    /// The sign that this process is at work in the cache.
    fn session(&self) -> Result<Session, BuildError> {
        let full = |error: std::io::Error| BuildError::from(error).on_disks_of(&[&self.layout.cache]);
        Session::open(&self.layout.locks()).map_err(full)
    }
}

/// One go, under the lock of the bridge's folder. Nothing, if the sources changed meanwhile and it is not the last.
fn build_once(
    request: &Request,
    layout: &Layout,
    cargo: &Cargo<'_>,
    conditions: Conditions<'_>,
    stages: &mut Stages<'_>,
    last: bool,
) -> Result<Option<Built>, BuildError> {
    let progress = cargo.progress;
    let found = stages.run(Stage::Resolve, None, || find(request, layout, cargo, conditions))?;
    let (package, version) = (
        found.resolved.package.name.to_string(),
        found.resolved.package.version.clone(),
    );
    let leaf = found.leaf.clone();
    // A branch, a partial version or another process may have led to what is there. Asked under the lock before anything
    // else is done, so that many who waited for one build are through at once.
    let reused = !request.force && reuse::is_whole(&leaf, progress);
    if !reused {
        let (prepared, plan) = planned(request, layout, cargo, conditions, stages, found)?;
        let sealable = produce(cargo, &prepared, &plan, &request.question, stages)?;
        // What was compiled must be what the key stands for.
        if !last && prepared.changed()? {
            return Ok(None);
        }
        stages.run(Stage::Seal, None, || {
            let Sealable {
                library,
                manifest,
                provenance,
            } = sealable;
            seal(&library, manifest, &provenance, &prepared.leaf)
        })?;
        if request.is_pinned() {
            crate::files::remove_folder(&prepared.bridge.dir.join(PINNED_TARGET))?;
        }
        collect::published(layout, &prepared.bridge.dir, &prepared.leaf, progress);
        prepared.release();
        collect::leftovers(layout, progress);
    }
    Ok(Some(Built {
        artifact: leaf,
        package,
        version,
        reused,
        stages: std::mem::take(&mut stages.seconds),
    }))
}

/// Sets up the bridge, reads the crate's API, and decides what crosses how.
fn planned(
    request: &Request,
    layout: &Layout,
    cargo: &Cargo<'_>,
    conditions: Conditions<'_>,
    stages: &mut Stages<'_>,
    found: Found,
) -> Result<(Prepared, Plan), BuildError> {
    let package = &found.resolved.package;
    let about = Some(format!("{} {}", package.name, package.version));
    orphans::wait(&layout.locks(), cargo.progress)?;
    let prepared = stages.run(Stage::Resolve, None, || {
        prepare(request, layout, cargo, conditions, found)
    })?;
    let api = stages.run(Stage::Scan, about, || match scan_crate(cargo, &prepared) {
        // Rustdoc's documents are kept from build to build: they may have been damaged.
        Err(BuildError::Scan(_)) => {
            cargo.forget_documents(&prepared.bridge)?;
            scan_crate(cargo, &prepared)
        }
        other => other,
    })?;
    for message in &api.notes {
        cargo.progress.event(&Event::Note {
            message: message.clone(),
        });
    }
    let plan = stages.run(Stage::Plan, None, || -> Result<_, BuildError> {
        let config = configuration(request, conditions.config, &prepared.resolved.package)?;
        Ok(plan(&api, &config.options()).map_err(ConfigError::from)?)
    })?;
    Ok((prepared, plan))
}

/// What is configured: by the file that was named, else by the crate itself, with what was asked for besides.
fn configuration(
    request: &Request,
    given: Option<&Config>,
    package: &Package,
) -> Result<Config, ConfigError> {
    let given = given.cloned().unwrap_or_default();
    if request.config.is_some() {
        return Ok(given);
    }
    let local = matches!(request.question.spec, Spec::Path(_));
    let own = Config::of(package, local)?;
    Ok(own.unwrap_or_default().and(&given))
}

/// What was asked for, found, with its bridge's folder locked.
struct Found {
    resolved: Resolved,
    key: String,
    leaf: PathBuf,
    work: String,
    lock: Lock,
}

/// Resolves, and locks the bridge's folder.
fn find(
    request: &Request,
    layout: &Layout,
    cargo: &Cargo<'_>,
    conditions: Conditions<'_>,
) -> Result<Found, BuildError> {
    let resolved = resolve(cargo, layout, &request.question)?;
    reuse::remember(layout, &request.question, &resolved)?;
    let (name, version) = (&resolved.package.name.to_string(), &resolved.package.version);
    let key = reuse::key(name, version, &resolved.identity, &request.question, conditions);
    let work_key = work_key(&resolved, request, conditions);
    let work = format!("{}-{version}-{work_key}", slug(name));
    Ok(Found {
        leaf: layout.leaf(name, version, &key),
        lock: Lock::acquire(&layout.work_lock(&work), cargo.progress)?,
        resolved,
        key,
        work,
    })
}

/// Sets up the bridge.
fn prepare(
    request: &Request,
    layout: &Layout,
    cargo: &Cargo<'_>,
    conditions: Conditions<'_>,
    found: Found,
) -> Result<Prepared, BuildError> {
    let Found {
        mut resolved,
        key,
        leaf,
        work,
        lock,
    } = found;
    let dir = layout.work(&work);
    if request.afresh {
        crate::files::remove_folder(&dir)?;
    }
    collect::temporary_files(&dir);
    let name = resolved.package.name.to_string();
    let work_key = work.rsplit('-').next().unwrap_or_default();
    let pinned = request.is_pinned();
    let mut krate = resolved.dependency.clone();
    let mut settings = Settings::default();
    settings.suit(cargo.toolchain);
    if let Some(glibc) = &request.glibc {
        settings.link_for(glibc, cargo.toolchain, &layout.cache)?;
    }
    let mut target_dir = layout.target(cargo.toolchain, request.glibc.as_deref());
    let mut runtime_at = layout.cache.clone();
    if pinned {
        settings.remap(&dir, cargo.toolchain);
        target_dir = dir.join(PINNED_TARGET);
        runtime_at.clone_from(&dir);
        if let (Source::Path(folder), [_]) = (&krate.source, resolved.local_roots.as_slice()) {
            let sources = dir.join(SOURCES);
            cache::copy_sources(folder, &sources)?;
            // What is asked about the crate from now on is asked of the copy.
            if let Ok(manifest) = Utf8PathBuf::from_path_buf(sources.join("Cargo.toml")) {
                resolved.package.manifest_path = manifest;
            }
            krate.source = Source::Path(sources);
        }
    }
    let bridge = Bridge {
        target_dir: match &request.target_dir {
            Some(dir) => std::path::absolute(dir)?,
            None => target_dir,
        },
        name: format!("usecrate-bridge-{}-{}", slug(&name), &work_key[..8]),
        krate,
        runtime: Some(runtime::unpack(&runtime_at)?),
        runtime_features: Vec::new(),
        extra_dependencies: Vec::new(),
        takeover: resolved.takeover.clone(),
        profile: request.profile,
        shims: 0,
        local_sources: resolved.local_sources.clone(),
        settings,
        dir,
    };
    // The resolution just made is the one that counts, not one of an earlier build.
    crate::files::remove_file(&bridge.dir.join("Cargo.lock"))?;
    bridge.write()?;
    let metadata = cargo.metadata(&bridge)?;
    Ok(Prepared {
        resolved,
        bridge,
        metadata,
        key,
        config: conditions.config.map(|config| config.text.clone()),
        glibc: request.glibc.clone(),
        leaf,
        lock,
    })
}

/// The bridge's folder is kept while the sources of a local crate change, so that cargo can reuse what it compiled.
fn work_key(resolved: &Resolved, request: &Request, conditions: Conditions<'_>) -> String {
    let place = match &resolved.dependency.source {
        Source::Path(folder) if !request.is_pinned() => folder.to_string_lossy().into_owned(),
        _ => resolved.identity.clone(),
    };
    let name = resolved.package.name.to_string();
    reuse::key(
        &name,
        &resolved.package.version,
        &place,
        &request.question,
        conditions,
    )
}

/// The crate's public API, with what is needed of its dependencies.
///
/// # Errors
/// When the crate does not compile, or a document cannot be read.
pub fn scan_crate(cargo: &Cargo<'_>, prepared: &Prepared) -> Result<Api, BuildError> {
    let Prepared {
        resolved,
        bridge,
        metadata,
        ..
    } = prepared;
    let document = |wanted: &[Wanted]| -> Result<Vec<Document>, CargoError> {
        let found = cargo.rustdoc_json(bridge, wanted)?;
        Ok(found
            .into_iter()
            .map(|(package, path)| Document { package, path })
            .collect())
    };
    let wanted = Wanted::of(&resolved.package).ok_or_else(|| ResolveError::NoLibrary {
        package: resolved.package.name.to_string(),
        kinds: Vec::new(),
    })?;
    let root = document(&[wanted])?;
    let Some(root) = root.first() else {
        return Err(CargoError::NoDocument {
            package: resolved.package.name.to_string(),
            command: String::new(),
        }
        .into());
    };
    let mut provide = |needed: &[Needed]| {
        let artifacts = cargo.documented_artifacts(bridge).map_err(ProvideError::new)?;
        let wanted: Vec<(Needed, Wanted)> = needed
            .iter()
            .filter_map(|one| Some((one.clone(), Wanted::of(package_of(one, metadata, &artifacts)?)?)))
            .collect();
        let all: Vec<Wanted> = wanted.iter().map(|(_, wanted)| wanted.clone()).collect();
        if let Ok(documents) = document(&all) {
            return Ok(wanted
                .into_iter()
                .map(|(needed, _)| needed)
                .zip(documents)
                .collect());
        }
        // One that cannot be documented must not take the others with it.
        let mut found = Vec::new();
        for (needed, one) in wanted {
            match document(std::slice::from_ref(&one)) {
                Ok(documents) => {
                    found.extend(documents.into_iter().map(|document| (needed.clone(), document)))
                }
                Err(error) => {
                    let message = format!("`{}` cannot be documented: {error}", one.spec());
                    cargo.progress.event(&Event::Note { message });
                }
            }
        }
        Ok(found)
    };
    Ok(scan(root, &mut provide)?)
}

/// The package that a document means by a library name.
fn package_of<'a>(
    needed: &Needed,
    metadata: &'a Metadata,
    artifacts: &BTreeMap<PathBuf, String>,
) -> Option<&'a Package> {
    let by_artifact = needed.artifact.as_deref().and_then(|path| {
        let id = artifacts.get(path).or_else(|| {
            // The same file by another name: rustdoc may have read the `.rlib` beside the `.rmeta`.
            let stem = Path::new(path).file_stem()?;
            artifacts
                .iter()
                .find(|(known, _)| known.file_stem() == Some(stem))
                .map(|(_, id)| id)
        })?;
        metadata.packages.iter().find(|package| package.id.repr == *id)
    });
    if by_artifact.is_some() {
        return by_artifact;
    }
    let mut named: Vec<&Package> = metadata
        .packages
        .iter()
        .filter(|package| Wanted::of(package).is_some_and(|wanted| wanted.library == needed.name))
        .collect();
    named.sort_by(|a, b| a.version.cmp(&b.version));
    let exact = named
        .iter()
        .find(|package| needed.version.as_deref() == Some(&*package.version.to_string()));
    exact.or(named.last()).copied()
}
