//! The later stages: from a plan to a library and its manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::diagnostic::Diagnostic;
use usecrate_manifest::{Build, Crate, Manifest};

use crate::bridge::{Bridge, Dependency, Profile, Source};
use crate::cache::GENERATOR;
use crate::cargo::{Cargo, CargoError, probe};
use crate::describe::{Facts, describe};
use crate::failure::BuildError;
use crate::generate::{Header, Numbers, Owner};
use crate::pipeline::{Prepared, Stages};
use crate::plan::Plan;
use crate::plan::model::PlannedSkip;
use crate::progress::{Event, Stage};
use crate::prove::{self, Compile, Proven, Round};
use crate::provenance::{self, Made};
use crate::resolve::{Question, without_package};
use crate::seal::{foreign_exports, linker};

/// The bridge as proving sees it.
struct Compiler<'a> {
    cargo: &'a Cargo<'a>,
    bridge: &'a Bridge,
    /// For the bridge's own last rustc call.
    arguments: Vec<String>,
}

impl Compile for Compiler<'_> {
    type Error = CargoError;

    fn check(&mut self, text: &str) -> Result<Vec<Diagnostic>, CargoError> {
        self.bridge.write_source("lib.rs", text)?;
        Ok(self.cargo.check(self.bridge)?.diagnostics.bridge)
    }

    fn build(&mut self, text: &str) -> Result<Result<PathBuf, Vec<Diagnostic>>, CargoError> {
        self.build_as(self.bridge, text)
    }

    fn generate_code(&mut self, text: &str) -> Result<Vec<Diagnostic>, CargoError> {
        let bridge = Bridge {
            profile: Profile::Dev,
            ..self.bridge.clone()
        };
        Ok(self.build_as(&bridge, text)?.err().unwrap_or_default())
    }
}

impl Compiler<'_> {
    fn build_as(&self, bridge: &Bridge, text: &str) -> Result<Result<PathBuf, Vec<Diagnostic>>, CargoError> {
        bridge.write_source("lib.rs", text)?;
        match self.cargo.build_release(bridge, &self.arguments) {
            Ok(library) => Ok(Ok(library)),
            Err(CargoError::Compile { diagnostics, .. })
                if diagnostics.dependencies.is_empty() && !diagnostics.bridge.is_empty() =>
            {
                Ok(Err(diagnostics.bridge))
            }
            Err(error) => Err(error),
        }
    }
}

/// A library with its manifest, not yet sealed.
pub struct Sealable {
    /// The library's file.
    pub library: PathBuf,
    /// What it serves.
    pub manifest: Manifest,
    /// What it is made of: files to lie beside it, by name.
    pub provenance: BTreeMap<String, Vec<u8>>,
}

/// Generates, proves, builds and describes what the plan says.
///
/// # Errors
/// When a stage fails; what was published before stays as it was.
pub fn produce(
    cargo: &Cargo<'_>,
    prepared: &Prepared,
    plan: &Plan,
    question: &Question,
    stages: &mut Stages<'_>,
) -> Result<Sealable, BuildError> {
    let bridge = bridge_for(prepared, plan);
    let header = Header {
        package: prepared.resolved.package.name.to_string(),
        version: prepared.resolved.package.version.to_string(),
        generator: env!("CARGO_PKG_VERSION").to_owned(),
    };
    for skip in &plan.skipped {
        tell_skip(cargo, skip);
    }
    let about = Some(format!("{} shims, {} types", plan.shims.len(), plan.types.len()));
    stages.run(Stage::Generate, about, || bridge.write())?;
    let linker = bridge
        .settings
        .linker
        .as_ref()
        .map(|linker| linker.display().to_string());
    let mut compiler = Compiler {
        cargo,
        bridge: &bridge,
        arguments: linker.iter().map(|linker| format!("-Clinker={linker}")).collect(),
    };
    let mut told = |round: Round| {
        let Round { round, kept, skipped } = round;
        cargo.progress.event(&Event::Proof { round, kept, skipped });
    };
    let mut proven = stages.run(Stage::Prove, None, || {
        prove::prove(plan, &header, &mut compiler, &mut told)
    })?;
    let library = stages.run(Stage::Build, None, || -> Result<PathBuf, BuildError> {
        let library = prove::build(plan, &header, &mut proven, &mut compiler, &mut told)?;
        if foreign_exports(&library)?.is_empty() {
            return Ok(library);
        }
        // A dependency shows symbols of its own: link again, with ours alone visible.
        compiler.arguments = linker::rustc_arguments(cargo.program, linker.as_deref());
        Ok(prove::build(
            plan,
            &header,
            &mut proven,
            &mut compiler,
            &mut told,
        )?)
    })?;
    for (entry, reason) in unserved(plan, &proven) {
        let message = format!("`{entry}`, which was asked for, is not served: {reason}");
        cargo.progress.event(&Event::Warning { message });
    }
    let manifest = stages.run(Stage::Describe, None, || {
        described(cargo, prepared, plan, question, &proven, &library)
    })?;
    let provenance = stages.run(Stage::Describe, None, || {
        made_of(cargo, prepared, &bridge, question)
    })?;
    Ok(Sealable {
        library,
        manifest,
        provenance,
    })
}

/// The bridge with what the plan needs besides.
pub(crate) fn bridge_for(prepared: &Prepared, plan: &Plan) -> Bridge {
    Bridge {
        extra_dependencies: extra_dependencies(prepared, plan),
        runtime_features: plan.runtime_features.clone(),
        shims: plan.shims.len(),
        ..prepared.bridge.clone()
    }
}

/// What the library was made of, and how to make it again.
fn made_of(
    cargo: &Cargo<'_>,
    prepared: &Prepared,
    bridge: &Bridge,
    question: &Question,
) -> Result<BTreeMap<String, Vec<u8>>, BuildError> {
    // The plan may have added dependencies and features since the bridge was prepared.
    let metadata = cargo.metadata(bridge)?;
    let lock = fs_err::read_to_string(bridge.dir.join("Cargo.lock"))?;
    Ok(provenance::files(Made {
        metadata: &metadata,
        krate: &prepared.resolved.package,
        lock: &without_package(&lock, &bridge.name),
        toolchain: cargo.toolchain,
        glibc: prepared.glibc.as_deref(),
        pinned: question.lock.is_some(),
    }))
}

/// What was asked for by name and is served by no shim, with the reason.
fn unserved(plan: &Plan, proven: &Proven) -> BTreeMap<String, String> {
    let mut all = plan.refused.clone();
    let numbers = Numbers::new(plan, &proven.dropped);
    let served: BTreeSet<&String> = numbers
        .shims()
        .filter_map(|id| plan.shims[id].reach.request.as_ref())
        .collect();
    for (owner, reason) in proven.dropped.iter() {
        let Owner::Shim(id) = owner else { continue };
        if let Some(entry) = plan.shims[id]
            .reach
            .request
            .as_ref()
            .filter(|one| !served.contains(one))
        {
            let reason = match plan.withheld.get(&id) {
                Some(message) => message.clone(),
                None => format!("rustc rejects it: {reason}"),
            };
            all.entry(entry.clone()).or_insert(reason);
        }
    }
    all
}

fn tell_skip(cargo: &Cargo<'_>, skip: &PlannedSkip) {
    let code = serde_json::to_value(skip.code)
        .ok()
        .and_then(|code| code.as_str().map(str::to_owned));
    cargo.progress.event(&Event::Skip {
        path: skip.path.clone(),
        code: code.unwrap_or_default(),
        reason: skip.message.clone(),
    });
}

/// Dependencies that the plan names, as the packages of the graph that they are.
fn extra_dependencies(prepared: &Prepared, plan: &Plan) -> Vec<Dependency> {
    let packages = &prepared.metadata.packages;
    plan.dependencies
        .iter()
        .filter(|(name, _)| **name != prepared.resolved.library)
        .filter_map(|(name, spec)| {
            let found = packages
                .iter()
                .find(|one| format!("{}@{}", one.name, one.version) == *spec)
                .or_else(|| {
                    packages
                        .iter()
                        .filter(|one| one.name.replace('-', "_") == *name)
                        .max_by_key(|one| one.version.clone())
                })?;
            Some(Dependency::on_package(found, name))
        })
        .collect()
}

/// Asks the library, in a process of its own: loading runs foreign code.
fn described(
    cargo: &Cargo<'_>,
    prepared: &Prepared,
    plan: &Plan,
    question: &Question,
    proven: &Proven,
    library: &Path,
) -> Result<Manifest, BuildError> {
    let path = library.to_string_lossy();
    let folder = library.parent().unwrap_or(Path::new("."));
    let text = probe(cargo.program, &["describe-library", &path], folder, &[])?;
    let answer: serde_json::Value = serde_json::from_str(&text).map_err(std::io::Error::from)?;
    Ok(describe(
        plan,
        &proven.dropped,
        facts(cargo, prepared, plan, question),
        &answer,
    )?)
}

fn facts(cargo: &Cargo<'_>, prepared: &Prepared, plan: &Plan, question: &Question) -> Facts {
    let package = &prepared.resolved.package;
    let (source, origin) = match &prepared.resolved.dependency.source {
        Source::Registry { .. } => ("registry", None),
        Source::Git { .. } => {
            let origin = package
                .source
                .as_ref()
                .map(|source| source.repr.trim_start_matches("git+").to_owned());
            ("git", origin)
        }
        Source::Path(folder) => (
            "path",
            folder.file_name().map(|name| name.to_string_lossy().into_owned()),
        ),
    };
    Facts {
        generator: GENERATOR.to_owned(),
        krate: Crate {
            name: package.name.to_string(),
            lib: prepared.resolved.library.clone(),
            version: package.version.to_string(),
            source: source.to_owned(),
            origin,
            features: match question.features.all {
                true => package.features.keys().cloned().collect(),
                false => question.features.named.clone(),
            },
            default_features: question.features.default,
            docs: plan.docs.clone(),
            license: package.license.clone(),
        },
        build: Build {
            target: cargo.toolchain.host.clone(),
            rustc: cargo
                .toolchain
                .verbose_version
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
            profile: match prepared.bridge.profile {
                Profile::Release => "release",
                Profile::Dev => "dev",
            }
            .to_owned(),
            key: prepared.key.clone(),
            config: prepared.config.clone(),
        },
    }
}
