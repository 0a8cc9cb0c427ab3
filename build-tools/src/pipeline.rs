//! Runs the stages in order, each timed, on one bridge that nobody else touches meanwhile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use cargo_metadata::{Metadata, Package};
use semver::Version;

use crate::api::Api;
use crate::artifact::produce;
use crate::bridge::{Bridge, Profile, Source, runtime, slug};
use crate::cache::{Layout, Lock};
use crate::cargo::rustdoc::Wanted;
use crate::cargo::{Cargo, CargoError, ProbeError};
use crate::config::{Config, ConfigError};
use crate::describe::DescribeError;
use crate::diagnostic::Explain;
use crate::plan::{Options, plan};
use crate::progress::{Event, Progress, Stage};
use crate::prove::ProveError;
use crate::resolve::{Question, ResolveError, Resolved, resolve};
use crate::reuse::{self, Conditions};
use crate::scan::{Document, Needed, ProvideError, ScanError, scan};
use crate::seal::SealError;
use crate::toolchain::{Toolchain, ToolchainError};

/// A build, as asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which crate.
    pub question: Question,
    /// The root for artifacts, instead of the usual one.
    pub out: Option<PathBuf>,
    /// Cargo's target folder, instead of the shared one.
    pub target_dir: Option<PathBuf>,
    /// `usecrate.toml`.
    pub config: Option<PathBuf>,
    /// How the artifact is compiled.
    pub profile: Profile,
    /// Build though an artifact is there.
    pub force: bool,
    /// No network.
    pub offline: bool,
    /// This program: cargo calls it in place of rustdoc.
    pub program: PathBuf,
    /// Where the user stands.
    pub folder: PathBuf,
}

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

/// Why a build failed, by stage.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No toolchain.
    #[error(transparent)]
    Toolchain(#[from] ToolchainError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Resolving.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// Cargo, the compiler, or the crate.
    #[error(transparent)]
    Cargo(#[from] CargoError),
    /// Scanning.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A folder or lock.
    #[error("cannot prepare the folders of the build")]
    Files(#[from] std::io::Error),
    /// Proving.
    #[error(transparent)]
    Prove(#[from] ProveError<CargoError>),
    /// The built library does not say what it serves.
    #[error("the built library cannot be asked what it serves")]
    Load(#[from] ProbeError),
    /// Describing.
    #[error(transparent)]
    Describe(#[from] DescribeError),
    /// Sealing.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl BuildError {
    fn inner(&self) -> Option<&dyn Explain> {
        match self {
            BuildError::Toolchain(error) => Some(error),
            BuildError::Config(error) => Some(error),
            BuildError::Resolve(error) => Some(error),
            BuildError::Cargo(error) => Some(error),
            BuildError::Prove(error) => Some(error),
            BuildError::Describe(error) => Some(error),
            BuildError::Seal(error) => Some(error),
            BuildError::Scan(_) | BuildError::Files(_) | BuildError::Load(_) => None,
        }
    }
}

impl Explain for BuildError {
    fn code(&self) -> &'static str {
        match self {
            BuildError::Scan(error) => error.code(),
            BuildError::Files(_) => "cannot-write",
            BuildError::Load(_) => "library-does-not-load",
            _ => self.inner().map_or("internal", Explain::code),
        }
    }

    fn place(&self) -> Option<String> {
        self.inner()?.place()
    }

    fn hint(&self) -> Option<String> {
        match self {
            BuildError::Files(_) => {
                Some("check that the cache folder can be written, or set USECRATE_CACHE_DIR".into())
            }
            BuildError::Scan(error) => error.hint(),
            _ => self.inner()?.hint(),
        }
    }

    fn details(&self) -> Option<String> {
        self.inner()?.details()
    }
}

/// Measures stages and tells that they begin.
pub struct Stages<'a> {
    progress: &'a dyn Progress,
    seconds: BTreeMap<Stage, f64>,
}

impl<'a> Stages<'a> {
    /// None so far.
    pub fn new(progress: &'a dyn Progress) -> Stages<'a> {
        Stages {
            progress,
            seconds: BTreeMap::new(),
        }
    }

    /// Runs one.
    pub fn run<T>(&mut self, stage: Stage, about: Option<String>, work: impl FnOnce() -> T) -> T {
        self.progress.event(&Event::Stage { stage, about });
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
    /// Where the artifact goes.
    pub leaf: PathBuf,
    /// Keeps other builds out of the bridge's folder.
    lock: Lock,
}

impl Prepared {
    /// Ends the sole use of the bridge's folder.
    pub fn release(self) {
        drop(self.lock);
    }
}

/// Builds what was asked for, or finds that it is there already.
///
/// # Errors
/// When a stage fails; what was published before stays as it was.
pub fn build(request: &Request, progress: &dyn Progress) -> Result<Built, BuildError> {
    let mut stages = Stages::new(progress);
    let layout = Layout::find(request.out.as_deref())?;
    let toolchain = Toolchain::detect(&request.folder, &layout.cache)?;
    let config = request
        .config
        .as_deref()
        .map(Config::read)
        .transpose()?
        .unwrap_or_default();
    let conditions = Conditions {
        config: &config.text,
        toolchain: &toolchain,
        profile: request.profile,
    };
    if !request.force {
        if let Some(found) = reuse::find(&layout, &request.question, conditions) {
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
    }
    let cargo = Cargo {
        toolchain: &toolchain,
        program: &request.program,
        offline: request.offline,
        progress,
    };
    let prepared = stages.run(Stage::Resolve, None, || {
        prepare(request, &layout, &cargo, conditions)
    })?;
    let (package, version) = (
        prepared.resolved.package.name.to_string(),
        prepared.resolved.package.version.clone(),
    );
    // A branch, a partial version or another process may have led to what is there.
    if !request.force && prepared.leaf.join("manifest.json").is_file() {
        let artifact = prepared.leaf.clone();
        prepared.release();
        return Ok(Built {
            artifact,
            package,
            version,
            reused: true,
            stages: stages.seconds,
        });
    }
    let about = Some(format!("{package} {version}"));
    let api = stages.run(Stage::Scan, about, || scan_crate(&cargo, &prepared))?;
    for message in &api.notes {
        progress.event(&Event::Note {
            message: message.clone(),
        });
    }
    let plan = stages.run(Stage::Plan, None, || plan(&api, &Options::default()));
    let artifact = produce(&cargo, &prepared, &plan, &request.question, &mut stages)?;
    prepared.release();
    Ok(Built {
        artifact,
        package,
        version,
        reused: false,
        stages: stages.seconds,
    })
}

/// Resolves, and sets up the bridge under its lock.
///
/// # Errors
/// When the spec does not resolve or the bridge's graph does not.
pub fn prepare(
    request: &Request,
    layout: &Layout,
    cargo: &Cargo<'_>,
    conditions: Conditions<'_>,
) -> Result<Prepared, BuildError> {
    let resolved = resolve(cargo, layout, &request.question)?;
    reuse::remember(layout, &request.question, &resolved)?;
    let (name, version) = (
        resolved.package.name.to_string(),
        resolved.package.version.clone(),
    );
    let key = reuse::key(&name, &version, &resolved.identity, &request.question, conditions);
    let work_key = work_key(&resolved, request, conditions);
    let dir = layout.work(&format!("{}-{version}-{work_key}", slug(&name)));
    let lock = Lock::acquire(&dir.join(".lock"), cargo.progress)?;
    let bridge = Bridge {
        target_dir: match &request.target_dir {
            Some(dir) => std::path::absolute(dir)?,
            None => layout.target(cargo.toolchain),
        },
        name: format!("usecrate-bridge-{}-{}", slug(&name), &work_key[..8]),
        krate: resolved.dependency.clone(),
        runtime: Some(runtime::unpack(&layout.cache)?),
        runtime_features: Vec::new(),
        extra_dependencies: Vec::new(),
        takeover: resolved.takeover.clone(),
        profile: request.profile,
        local_sources: resolved.local_sources.clone(),
        dir,
    };
    // The resolution just made is the one that counts, not one of an earlier build.
    crate::files::remove_file(&bridge.dir.join("Cargo.lock"))?;
    bridge.write()?;
    let metadata = cargo.metadata(&bridge)?;
    let leaf = layout.leaf(&name, &version, &key);
    Ok(Prepared {
        resolved,
        bridge,
        metadata,
        key,
        leaf,
        lock,
    })
}

/// The bridge's folder is kept while the sources of a local crate change, so that cargo can reuse what it compiled.
fn work_key(resolved: &Resolved, request: &Request, conditions: Conditions<'_>) -> String {
    let place = match &resolved.dependency.source {
        Source::Path(folder) => folder.to_string_lossy().into_owned(),
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
