//! Rustdoc's JSON for packages of the bridge's graph, and the wrapper that stands in for rustdoc.
//!
//! Cargo calls this program in place of rustdoc; it alone sets `RUSTC_BOOTSTRAP` and asks for JSON, so build scripts
//! and dependencies never see either. The documents lie in a folder named after everything that decides them (the
//! scope), one folder per package. The HTML that cargo expects is never written, so cargo never takes a document of
//! another scope for a fresh one: what is there under its scope is used, what is not is made.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use fs_err as fs;

use super::{Cargo, CargoError};
use crate::bridge::Bridge;
use crate::files;

/// Names the real rustdoc for the wrapper; its presence is what makes this program the wrapper.
pub const REAL: &str = "USECRATE_RUSTDOC";
/// Names the folder for the documents.
const OUT: &str = "USECRATE_DOCUMENTS";

/// What rustdoc is asked for. The scan leaves out what is hidden, but for what a name that is not hidden leads to.
pub const ASKED: &str = "-Z unstable-options --output-format json --document-hidden-items";

/// A package to document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// Package name.
    pub name: String,
    /// Exact version.
    pub version: String,
    /// Library name: two packages that share it are documented one after the other.
    pub library: String,
    /// Its folder, which tells apart what has the same name and version.
    pub folder: PathBuf,
}

impl Wanted {
    /// From cargo's metadata; nothing for a package without a library.
    pub fn of(package: &cargo_metadata::Package) -> Option<Wanted> {
        let target = package
            .targets
            .iter()
            .find(|target| crate::resolve::is_library(target))?;
        Some(Wanted {
            name: package.name.to_string(),
            version: package.version.to_string(),
            library: target.name.replace('-', "_"),
            folder: package.manifest_path.parent()?.as_std_path().to_owned(),
        })
    }

    /// `name@version`.
    pub fn spec(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    fn folder_name(&self) -> String {
        document_folder(&self.name, &self.version, self.folder.as_os_str())
    }
}

fn document_folder(name: &str, version: &str, manifest_dir: &OsStr) -> String {
    let place = blake3::hash(manifest_dir.as_encoded_bytes()).to_hex();
    format!("{name}-{version}-{}", &place[..12])
}

impl Cargo<'_> {
    /// Documents the packages, in as few cargo calls as their library names allow, and gives each one's JSON, in the
    /// order in which they were wanted. What lies there from an earlier call with the same graph is used as it is.
    ///
    /// # Errors
    /// When a package does not compile or cargo fails.
    pub fn rustdoc_json(
        &self,
        bridge: &Bridge,
        wanted: &[Wanted],
    ) -> Result<Vec<(String, PathBuf)>, CargoError> {
        let scope = bridge.scope(self.toolchain)?;
        let root = bridge.dir.join("documents");
        remove_other_scopes(&root, &scope)?;
        let out = root.join(&scope);
        let place = |one: &Wanted| out.join(one.folder_name()).join(format!("{}.json", one.library));
        let missing: BTreeSet<&Wanted> = wanted.iter().filter(|one| !place(one).is_file()).collect();
        for batch in batches(missing) {
            self.document(bridge, &out, &batch)?;
        }
        let mut found = Vec::new();
        for one in wanted {
            let path = place(one);
            if !path.is_file() {
                let command = "cargo doc --no-deps --lib -p ".to_owned() + &one.spec();
                return Err(CargoError::NoDocument {
                    package: one.spec(),
                    command,
                });
            }
            found.push((one.spec(), path));
        }
        Ok(found)
    }

    /// Removes all documents of a bridge: the next call makes them anew.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub fn forget_documents(&self, bridge: &Bridge) -> Result<(), CargoError> {
        Ok(files::remove_folder(&bridge.dir.join("documents"))?)
    }

    fn document(&self, bridge: &Bridge, out: &Path, batch: &[&Wanted]) -> Result<(), CargoError> {
        files::create_folder(out)?;
        let mut command = self.compile_command(bridge, "doc");
        command.args(["--no-deps", "--lib", "--message-format", "json"]);
        for one in batch {
            command.arg("-p").arg(one.spec());
        }
        command.env(OUT, out);
        let compiled = self.compile(command, bridge)?;
        if !compiled.success {
            return Err(compiled.into_error("doc"));
        }
        let mut known = artifacts_in(out);
        known.extend(compiled.artifacts);
        files::write_atomic(
            &out.join(ARTIFACTS),
            &serde_json::to_vec(&known).map_err(std::io::Error::from)?,
        )?;
        Ok(())
    }

    /// Which package each compiled file is of that rustdoc read for this graph, by cargo's package id: tells apart
    /// two versions of one library.
    ///
    /// # Errors
    /// When the bridge's lock file cannot be read.
    pub fn documented_artifacts(&self, bridge: &Bridge) -> Result<BTreeMap<PathBuf, String>, CargoError> {
        let scope = bridge.scope(self.toolchain)?;
        Ok(artifacts_in(&bridge.dir.join("documents").join(scope)))
    }
}

/// Beside the documents: which package each compiled file is of.
const ARTIFACTS: &str = "artifacts.json";

fn artifacts_in(out: &Path) -> BTreeMap<PathBuf, String> {
    fs::read(out.join(ARTIFACTS))
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

/// Cargo documents one package per library name in a call, so those that share one go to different calls.
fn batches(wanted: BTreeSet<&Wanted>) -> Vec<Vec<&Wanted>> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut batches: Vec<Vec<&Wanted>> = Vec::new();
    for one in wanted {
        let turn = seen.entry(&one.library).or_default();
        if batches.len() == *turn {
            batches.push(Vec::new());
        }
        batches[*turn].push(one);
        *turn += 1;
    }
    batches
}

fn remove_other_scopes(root: &Path, scope: &str) -> std::io::Result<()> {
    let Ok(entries) = fs::read_dir(root) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        if entry.file_name() != OsStr::new(scope) {
            files::remove_folder(&entry.path())?;
        }
    }
    Ok(())
}

/// Runs rustdoc in the place of cargo's: with JSON and a folder of its own while documents are wanted, else as it is.
/// Gives nothing when this process was not started as the wrapper.
pub fn wrap() -> Option<ExitCode> {
    let real = std::env::var_os(REAL)?;
    // What cargo sets for the program that it was told is rustdoc; a user who exports our variable still gets the CLI.
    let called_by_cargo = std::env::var_os("CARGO").is_some();
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    if !called_by_cargo {
        return None;
    }
    let mut command = Command::new(&real);
    let mut document = None;
    match std::env::var_os(OUT).filter(|_| args.iter().any(|arg| arg == "--crate-name")) {
        Some(out) => {
            let text = |name: &str| std::env::var(name).unwrap_or_default();
            let manifest_dir = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
            let folder = document_folder(&text("CARGO_PKG_NAME"), &text("CARGO_PKG_VERSION"), &manifest_dir);
            let partial = Path::new(&out).join(format!(".partial-{}-{folder}", std::process::id()));
            command
                .args(json_arguments(&args, &partial))
                .env("RUSTC_BOOTSTRAP", "1");
            document = Some((partial, Path::new(&out).join(folder)));
        }
        None => {
            command.args(&args);
        }
    }
    command.env_remove(REAL);
    let status = command.status();
    if let Some((partial, whole)) = document {
        // A document under its own name is complete, also when this process or rustdoc was killed.
        let done = status.as_ref().is_ok_and(std::process::ExitStatus::success);
        let kept = match done {
            true => files::remove_any(&whole).and_then(|()| fs::rename(&partial, &whole)),
            false => files::remove_any(&partial),
        };
        if let Err(error) = kept {
            eprintln!("error: cannot keep what rustdoc wrote: {error}");
            return Some(ExitCode::FAILURE);
        }
    }
    Some(match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => ExitCode::from(
            status
                .code()
                .and_then(|code| u8::try_from(code).ok())
                .unwrap_or(1),
        ),
        Err(error) => {
            eprintln!(
                "error: cannot run rustdoc at `{}`: {error}",
                Path::new(&real).display()
            );
            ExitCode::FAILURE
        }
    })
}

/// Cargo's arguments with the output folder replaced, what only HTML needs left out, and JSON asked for.
fn json_arguments(args: &[OsString], out: &Path) -> Vec<OsString> {
    const WITH_VALUE: [&str; 9] = [
        "-o",
        "--out-dir",
        "--output",
        "--html-in-header",
        "--html-before-content",
        "--html-after-content",
        "--extend-css",
        "--theme",
        "--index-page",
    ];
    let mut kept = Vec::new();
    let mut rest = args.iter();
    let mut capped = false;
    while let Some(arg) = rest.next() {
        let text = arg.to_string_lossy();
        if WITH_VALUE.contains(&&*text) {
            rest.next();
            continue;
        }
        if WITH_VALUE
            .iter()
            .any(|name| name.starts_with("--") && text.starts_with(&format!("{name}=")))
        {
            continue;
        }
        capped |= text.starts_with("--cap-lints");
        kept.push(arg.clone());
    }
    kept.extend(ASKED.split(' ').map(OsString::from));
    kept.push("--out-dir".into());
    kept.push(out.as_os_str().to_owned());
    if !capped {
        kept.extend(["--cap-lints", "allow"].map(OsString::from));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(name: &str, version: &str, library: &str) -> Wanted {
        Wanted {
            name: name.into(),
            version: version.into(),
            library: library.into(),
            folder: "/f".into(),
        }
    }

    #[test]
    fn packages_that_share_a_library_name_go_to_different_calls() {
        let (a1, a2, b) = (
            wanted("a", "1.0.0", "a"),
            wanted("a", "2.0.0", "a"),
            wanted("b", "1.0.0", "b"),
        );
        let batches = batches(BTreeSet::from([&a1, &a2, &b]));
        assert_eq!(batches, [vec![&a1, &b], vec![&a2]]);
    }

    #[test]
    fn the_output_folder_is_ours_and_html_options_are_gone() {
        let args: Vec<OsString> = [
            "--crate-name",
            "a",
            "-o",
            "/t/doc",
            "--html-in-header",
            "x.html",
            "--theme=t",
            "lib.rs",
        ]
        .map(OsString::from)
        .to_vec();
        let got = json_arguments(&args, Path::new("/ours"));
        let text: Vec<_> = got.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
        assert_eq!(
            text.join(" "),
            "--crate-name a lib.rs -Z unstable-options --output-format json --document-hidden-items --out-dir /ours --cap-lints allow"
        );
    }
}
