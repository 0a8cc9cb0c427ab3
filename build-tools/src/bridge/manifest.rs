//! The bridge's `Cargo.toml` as a serialised struct, and what it takes over from the crate's workspace.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::Serialize;
use toml::{Table, Value};

use super::{Bridge, RUNTIME, SOURCES, absolute};

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The registry.
    Registry {
        /// A requirement, `=1.2.3` once resolved.
        requirement: String,
        /// The registry's index, where it is not the default one.
        #[serde(skip_serializing_if = "Option::is_none")]
        index: Option<String>,
    },
    /// A git repository.
    Git {
        /// Its URL.
        url: String,
        /// `rev`, `branch` or `tag`, and which.
        #[serde(skip_serializing_if = "Option::is_none")]
        reference: Option<(String, String)>,
    },
    /// A folder, absolute.
    Path(PathBuf),
}

/// A dependency of the bridge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Dependency {
    /// Package name.
    pub package: String,
    /// The name for generated code, where it is not the library's own.
    pub rename: Option<String>,
    /// Where it comes from.
    pub source: Source,
    /// Features to switch on.
    pub features: Vec<String>,
    /// Whether the default features are on.
    pub default_features: bool,
}

impl Dependency {
    /// A dependency on just this package of the graph, under a name of our choice, without switching any feature on.
    pub fn on_package(package: &cargo_metadata::Package, rename: &str) -> Dependency {
        let requirement = format!("={}", package.version);
        let source = match package.source.as_ref().map(|source| source.repr.as_str()) {
            None => package.manifest_path.parent().map_or(
                Source::Registry {
                    requirement,
                    index: None,
                },
                |dir| Source::Path(dir.as_std_path().into()),
            ),
            Some(text) => match text.strip_prefix("git+") {
                Some(git) => git_source(git),
                None => Source::Registry {
                    requirement,
                    index: other_index(text),
                },
            },
        };
        Dependency {
            package: package.name.to_string(),
            rename: Some(rename.to_owned()),
            source,
            features: Vec::new(),
            default_features: false,
        }
    }
}

/// `URL?branch=main#hash` as cargo writes it: the same reference gives the same package, another would give a second.
fn git_source(text: &str) -> Source {
    let text = text.split('#').next().unwrap_or(text);
    let (url, query) = text.split_once('?').unwrap_or((text, ""));
    let reference = query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        ["rev", "branch", "tag"]
            .contains(&key)
            .then(|| (key.to_owned(), percent_decoded(value)))
    });
    Source::Git {
        url: url.to_owned(),
        reference,
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next(), rest.next()]
            .map(|digit| char::from(digit.unwrap_or(b'0')).to_digit(16).unwrap_or(0));
        bytes.push(u8::try_from(digits[0] * 16 + digits[1]).unwrap_or(b'?'));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn other_index(source: &str) -> Option<String> {
    let is_default =
        source.contains("//github.com/rust-lang/crates.io-index") || source.contains("//index.crates.io");
    if is_default {
        None
    } else {
        Some(source.strip_prefix("registry+").unwrap_or(source).to_owned())
    }
}

/// What the crate's workspace decides about its dependencies.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Takeover {
    /// `[patch]`, with absolute paths.
    pub patch: Table,
    /// `[replace]`, likewise.
    pub replace: Table,
    /// What of `[profile.release]` is for what is built here, too.
    pub release: Table,
    /// Version of the feature resolver.
    pub resolver: Option<String>,
    /// The lock file to start from.
    #[serde(skip)]
    pub lock: Option<String>,
}

/// A workspace manifest that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TakeoverError {
    /// It is not there.
    #[error("cannot read the workspace's manifest")]
    Read(#[from] std::io::Error),
    /// It is not TOML.
    #[error("`{}` is not valid TOML", path.display())]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where it breaks.
        #[source]
        source: Box<toml::de::Error>,
    },
}

impl Takeover {
    /// Reads the root manifest of a local crate's workspace, and its lock file.
    ///
    /// # Errors
    /// When the manifest cannot be read.
    pub fn from_workspace(manifest: &Path) -> Result<Takeover, TakeoverError> {
        let text = fs::read_to_string(manifest)?;
        let mut table: Table = toml::from_str(&text).map_err(|source| TakeoverError::Parse {
            path: manifest.to_owned(),
            source: Box::new(source),
        })?;
        let root = manifest.parent().unwrap_or(Path::new("."));
        let mut take = |name: &str| match table.remove(name) {
            Some(Value::Table(mut found)) => {
                absolutize(&mut found, root);
                found
            }
            _ => Table::new(),
        };
        let (patch, replace) = (take("patch"), take("replace"));
        let release = take("profile").remove("release");
        let release = match release {
            Some(Value::Table(mut settings)) => {
                settings.retain(|name, _| RESPECTED.contains(&name));
                settings
            }
            _ => Table::new(),
        };
        let resolver = table.get("workspace").and_then(|it| it.get("resolver"));
        let resolver = resolver.or_else(|| table.get("package").and_then(|it| it.get("resolver")));
        let resolver = match resolver.and_then(Value::as_str) {
            Some(named) => named.to_owned(),
            None => implied_resolver(&table).to_owned(),
        };
        let lock = fs::read_to_string(root.join("Cargo.lock")).ok();
        Ok(Takeover {
            patch,
            replace,
            release,
            resolver: Some(resolver),
            lock,
        })
    }
}

/// Without a word about it, the root package's edition decides; a virtual workspace gets the first resolver.
fn implied_resolver(manifest: &Table) -> &'static str {
    let workspace_edition = || {
        manifest
            .get("workspace")?
            .get("package")?
            .get("edition")?
            .as_str()
    };
    let edition = match manifest.get("package").map(|package| package.get("edition")) {
        None => return "1",
        Some(Some(Value::String(edition))) => Some(edition.as_str()),
        Some(Some(_)) => workspace_edition(),
        Some(None) => None,
    };
    match edition {
        Some("2024") => "3",
        Some("2021") => "2",
        _ => "1",
    }
}

/// Makes every `path` in `[patch]` or `[replace]` absolute: the bridge lies elsewhere.
fn absolutize(table: &mut Table, root: &Path) {
    for (key, value) in table.iter_mut() {
        match value {
            Value::Table(inner) => absolutize(inner, root),
            Value::String(path) if key == "path" => {
                *path = absolute(&root.join(&*path)).to_string_lossy().into_owned();
            }
            _ => {}
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Manifest<'a> {
    package: Package<'a>,
    lib: Library,
    dependencies: BTreeMap<String, Table>,
    #[serde(skip_serializing_if = "Table::is_empty")]
    patch: &'a Table,
    #[serde(skip_serializing_if = "Table::is_empty")]
    replace: &'a Table,
    profile: Table,
    workspace: Workspace<'a>,
}

#[derive(Serialize)]
struct Package<'a> {
    name: &'a str,
    version: &'static str,
    edition: &'static str,
    publish: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Library {
    path: &'static str,
    crate_type: [&'static str; 1],
    doctest: bool,
    test: bool,
}

#[derive(Serialize)]
struct Workspace<'a> {
    resolver: &'a str,
    /// What may lie in the bridge's folder and is no member.
    exclude: [&'static str; 2],
}

/// What the author of a local crate may say in `[profile.release]`: how fast code is, and what it checks. The rest is
/// ours: panics unwind, to become exceptions, and names stay in the library, for their backtraces.
const RESPECTED: &[&str] = &[
    "opt-level",
    "lto",
    "codegen-units",
    "debug-assertions",
    "overflow-checks",
    "package",
    "build-override",
];

/// Every key that could otherwise come from a `[profile]` in the user's cargo configuration.
///
/// There is no link-time optimisation: what is worth inlining into a bridge is generic, or marked so. It took four fifths of
/// the time that a bridge takes, for 0 to 6 ns of a small call, up to 35 of an error, and a ninth of the library's size. A bridge is
/// one codegen unit, so that nothing is left to inline, and so is the runtime: that takes a tenth off a small library, all of
/// which is read, hashed and copied when it is loaded. A large one is several, which are compiled at once: four units make a
/// library of 1,200 shims 4 % larger. What else it depends on is compiled as cargo's `release` does.
fn profiles(respected: &Table, shims: usize) -> Table {
    let mut release = toml::toml! {
        inherits = "release"
        opt-level = 3
        debug = false
        strip = "debuginfo"
        lto = false
        panic = "unwind"
        incremental = false
        debug-assertions = false
        overflow-checks = false
    };
    release.insert("codegen-units".to_owned(), Value::Integer(units(shims)));
    if !respected.contains_key("codegen-units") && !respected.contains_key("package") {
        let others = toml::toml! {
            "*" = { codegen-units = 16 }
            usecrate-runtime = { codegen-units = 1 }
        };
        release.insert("package".to_owned(), Value::Table(others));
    }
    release.extend(respected.clone());
    let dev = toml::toml! {
        inherits = "dev"
        opt-level = 0
        debug = false
        strip = "none"
        lto = "off"
        codegen-units = 256
        panic = "unwind"
        incremental = false
        debug-assertions = true
        overflow-checks = true
    };
    Table::from_iter([
        ("usecrate".to_owned(), Value::Table(release)),
        ("usecrate-dev".to_owned(), Value::Table(dev)),
    ])
}

/// Into how many codegen units a bridge is divided: the same on every machine, so that the library is the same.
fn units(shims: usize) -> i64 {
    const SHIMS_PER_UNIT: usize = 500;
    const MOST: i64 = 16;
    i64::try_from(shims / SHIMS_PER_UNIT).map_or(MOST, |units| units.clamp(1, MOST))
}

impl Dependency {
    fn key(&self) -> String {
        self.rename.clone().unwrap_or_else(|| self.package.clone())
    }

    fn table(&self) -> Table {
        let mut table = Table::new();
        let mut set = |key: &str, value: Value| table.insert(key.to_owned(), value);
        if self.rename.as_ref().is_some_and(|rename| *rename != self.package) {
            set("package", Value::String(self.package.clone()));
        }
        match &self.source {
            Source::Registry { requirement, index } => {
                set("version", Value::String(requirement.clone()));
                if let Some(index) = index {
                    set("registry-index", Value::String(index.clone()));
                }
            }
            Source::Git { url, reference } => {
                set("git", Value::String(url.clone()));
                if let Some((kind, name)) = reference {
                    set(kind, Value::String(name.clone()));
                }
            }
            Source::Path(folder) => {
                set("path", Value::String(folder.to_string_lossy().into_owned()));
            }
        }
        if !self.default_features {
            set("default-features", Value::Boolean(false));
        }
        if !self.features.is_empty() {
            set(
                "features",
                Value::Array(self.features.iter().cloned().map(Value::String).collect()),
            );
        }
        table
    }
}

impl Bridge {
    /// Its `Cargo.toml` as text: the same bridge gives the same bytes.
    pub fn manifest_text(&self) -> String {
        let mut dependencies = BTreeMap::from([(self.krate.key(), self.krate.table())]);
        for extra in &self.extra_dependencies {
            dependencies.insert(extra.key(), extra.table());
        }
        if let Some(runtime) = &self.runtime {
            let dependency = Dependency {
                package: "usecrate-runtime".to_owned(),
                rename: None,
                source: Source::Path(runtime.join("runtime")),
                features: self.runtime_features.clone(),
                default_features: true,
            };
            dependencies.insert(dependency.key(), dependency.table());
        }
        let manifest = Manifest {
            package: Package {
                name: &self.name,
                version: "0.0.0",
                edition: "2024",
                publish: false,
            },
            lib: Library {
                path: "src/lib.rs",
                crate_type: ["cdylib"],
                doctest: false,
                test: false,
            },
            dependencies,
            patch: &self.takeover.patch,
            replace: &self.takeover.replace,
            profile: profiles(&self.takeover.release, self.shims),
            workspace: Workspace {
                resolver: self.takeover.resolver.as_deref().unwrap_or("3"),
                exclude: [RUNTIME, SOURCES],
            },
        };
        let body =
            toml::to_string(&manifest).expect("a manifest of strings, numbers and tables is valid TOML");
        format!(
            "# Generated by usecrate-build {}; do not edit.\n{body}",
            env!("CARGO_PKG_VERSION")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::{Profile, Settings};

    fn bridge(source: Source) -> Bridge {
        Bridge {
            dir: "/w".into(),
            target_dir: "/t".into(),
            name: "usecrate-bridge-demo".into(),
            krate: Dependency {
                package: "demo".into(),
                rename: None,
                source,
                features: vec!["std".into()],
                default_features: false,
            },
            runtime: Some("/r".into()),
            runtime_features: vec!["schema".into()],
            extra_dependencies: Vec::new(),
            takeover: Takeover::default(),
            profile: Profile::Release,
            shims: 0,
            local_sources: String::new(),
            settings: Settings::default(),
        }
    }

    #[test]
    fn the_manifest_pins_the_crate_and_sets_its_own_profile() {
        let text = bridge(Source::Registry {
            requirement: "=1.2.3".into(),
            index: None,
        })
        .manifest_text();
        let table: Table = toml::from_str(&text).unwrap();
        let dependencies = &table["dependencies"];
        assert_eq!(dependencies["demo"]["version"].as_str(), Some("=1.2.3"));
        assert_eq!(dependencies["demo"]["default-features"].as_bool(), Some(false));
        assert_eq!(
            dependencies["usecrate-runtime"]["path"].as_str(),
            Some("/r/runtime")
        );
        assert_eq!(table["profile"]["usecrate"]["panic"].as_str(), Some("unwind"));
        assert_eq!(table["workspace"]["resolver"].as_str(), Some("3"));
        assert_eq!(table["package"]["edition"].as_str(), Some("2024"));
    }

    #[test]
    fn the_release_profile_of_a_local_crate_is_respected_but_for_what_must_be() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("Cargo.toml");
        let text = "[profile.release]\nlto = 'fat'\noverflow-checks = true\npanic = 'abort'\nstrip = true\n\
                    package.x.opt-level = 1\n";
        fs::write(&manifest, format!("[package]\nname = 'c'\n{text}")).unwrap();
        let mut bridge = bridge(Source::Path(folder.path().to_owned()));
        bridge.takeover = Takeover::from_workspace(&manifest).unwrap();
        let table: Table = toml::from_str(&bridge.manifest_text()).unwrap();
        let profile = &table["profile"]["usecrate"];
        assert_eq!(profile["lto"].as_str(), Some("fat"));
        assert_eq!(profile["overflow-checks"].as_bool(), Some(true));
        assert_eq!(profile["package"]["x"]["opt-level"].as_integer(), Some(1));
        assert_eq!(profile["panic"].as_str(), Some("unwind"));
        assert_eq!(profile["strip"].as_str(), Some("debuginfo"));
        assert_eq!(profile["codegen-units"].as_integer(), Some(1));
    }

    #[test]
    fn a_large_bridge_is_compiled_in_parts() {
        let mut bridge = bridge(Source::Path("/c".into()));
        for (shims, units) in [(0, 1), (999, 1), (1000, 2), (2700, 5), (14_000, 16)] {
            bridge.shims = shims;
            let table: Table = toml::from_str(&bridge.manifest_text()).unwrap();
            let profile = &table["profile"]["usecrate"];
            assert_eq!(profile["codegen-units"].as_integer(), Some(units), "{shims}");
        }
    }

    #[test]
    fn a_renamed_dependency_names_its_package() {
        let mut bridge = bridge(Source::Path("/c".into()));
        bridge.extra_dependencies.push(Dependency {
            package: "digest".into(),
            rename: Some("__uc_digest".into()),
            source: Source::Registry {
                requirement: "=0.10.7".into(),
                index: None,
            },
            features: Vec::new(),
            default_features: false,
        });
        let table: Table = toml::from_str(&bridge.manifest_text()).unwrap();
        assert_eq!(
            table["dependencies"]["__uc_digest"]["package"].as_str(),
            Some("digest")
        );
        assert_eq!(table["dependencies"]["demo"]["path"].as_str(), Some("/c"));
    }

    #[test]
    fn a_workspace_gives_its_patches_resolver_and_lock() {
        let folder = tempfile::tempdir().unwrap();
        let root = absolute(folder.path());
        let manifest = root.join("Cargo.toml");
        let text = "[package]\nname = \"a\"\nedition = \"2021\"\n\
                    [patch.crates-io]\nsemver = { path = \"vendor/semver\" }\n[profile.release]\npanic = \"abort\"\n";
        fs::write(&manifest, text).unwrap();
        fs::write(root.join("Cargo.lock"), "version = 4\n").unwrap();
        fs::create_dir_all(root.join("vendor/semver")).unwrap();
        let takeover = Takeover::from_workspace(&manifest).unwrap();
        let path = takeover.patch["crates-io"]["semver"]["path"].as_str().unwrap();
        assert_eq!(Path::new(path), root.join("vendor/semver"));
        assert_eq!(takeover.resolver.as_deref(), Some("2"));
        assert_eq!(takeover.lock.as_deref(), Some("version = 4\n"));
        let mut bridge = bridge(Source::Path("/c".into()));
        bridge.takeover = takeover;
        assert!(!bridge.manifest_text().contains("abort"));
    }

    #[test]
    fn a_git_package_keeps_its_reference() {
        let source = git_source("https://h/o/r.git?branch=feature%2Fx#0123");
        let reference = Some(("branch".to_owned(), "feature/x".to_owned()));
        assert_eq!(
            source,
            Source::Git {
                url: "https://h/o/r.git".into(),
                reference
            }
        );
    }
}
