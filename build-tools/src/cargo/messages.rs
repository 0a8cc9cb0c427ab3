//! Cargo's JSON messages: who compiled, and which errors lie in the bridge and which elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;
use std::path::PathBuf;

use cargo_metadata::Message;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};

use crate::progress::{Event, Progress};

/// An error of the compiler and whose it is.
#[derive(Debug, Clone)]
pub struct Located {
    /// `name version` of the package.
    pub package: String,
    /// What rustc said, its rendering included.
    pub diagnostic: Diagnostic,
}

/// The errors of one call.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    /// In the bridge: something there must be dropped.
    pub bridge: Vec<Diagnostic>,
    /// In the crate or another dependency: nothing that the bridge could help.
    pub dependencies: Vec<Located>,
}

impl Diagnostics {
    /// Puts a note that rustc sent by itself below the error that it follows.
    fn add_note(&mut self, note: Diagnostic, is_bridge: bool) {
        let last = if is_bridge {
            self.bridge.last_mut()
        } else {
            self.dependencies.last_mut().map(|one| &mut one.diagnostic)
        };
        if let Some(error) = last {
            if let (Some(text), Some(more)) = (&mut error.rendered, &note.rendered) {
                text.push_str(more);
            }
            error.children.push(note);
        }
    }

    /// All of it as rustc would print it.
    pub fn rendered(&self) -> String {
        self.dependencies
            .iter()
            .map(|one| &one.diagnostic)
            .chain(&self.bridge)
            .map(|one| one.rendered.clone().unwrap_or_else(|| one.message.clone()))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Reads the messages of one call.
pub(super) struct Reader<'a> {
    bridge: PathBuf,
    progress: &'a dyn Progress,
    told: BTreeSet<String>,
    diagnostics: Diagnostics,
    libraries: Vec<PathBuf>,
    artifacts: BTreeMap<PathBuf, String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bridge: PathBuf, progress: &'a dyn Progress) -> Reader<'a> {
        Reader {
            bridge,
            progress,
            told: BTreeSet::new(),
            diagnostics: Diagnostics::default(),
            libraries: Vec::new(),
            artifacts: BTreeMap::new(),
        }
    }

    pub(super) fn all(&mut self, stream: impl BufRead) -> std::io::Result<()> {
        for message in Message::parse_stream(stream) {
            match message? {
                Message::CompilerArtifact(artifact) => {
                    for file in &artifact.filenames {
                        self.artifacts
                            .insert(file.as_std_path().to_owned(), artifact.package_id.repr.clone());
                    }
                    if artifact.manifest_path == self.bridge {
                        self.libraries = artifact.filenames.into_iter().map(Into::into).collect();
                    } else if !artifact.fresh {
                        self.tell(package_label(&artifact.package_id.repr));
                    }
                }
                Message::CompilerMessage(one) => {
                    let is_bridge = self.is_bridge(&one.package_id.repr);
                    match one.message.level {
                        DiagnosticLevel::Error | DiagnosticLevel::Ice => {}
                        // Where a constant was needed, and for whom, rustc tells in notes of their own.
                        DiagnosticLevel::FailureNote | DiagnosticLevel::Note => {
                            self.diagnostics.add_note(one.message, is_bridge);
                            continue;
                        }
                        _ => continue,
                    }
                    let text = &one.message.message;
                    // Counts what was said before; carries nothing.
                    if one.message.spans.is_empty() && text.starts_with("aborting due to") {
                        continue;
                    }
                    if is_bridge {
                        self.diagnostics.bridge.push(one.message);
                    } else {
                        let package = package_label(&one.package_id.repr);
                        self.diagnostics.dependencies.push(Located {
                            package,
                            diagnostic: one.message,
                        });
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> (Diagnostics, Vec<PathBuf>, BTreeMap<PathBuf, String>) {
        (self.diagnostics, self.libraries, self.artifacts)
    }

    fn tell(&mut self, krate: String) {
        if self.told.insert(krate.clone()) {
            self.progress.event(&Event::Compiling { krate });
        }
    }

    fn is_bridge(&self, id: &str) -> bool {
        // A path package's id is `path+file:///folder#name@version`.
        let Some(folder) = self.bridge.parent() else {
            return false;
        };
        id.strip_prefix("path+file://")
            .and_then(|rest| rest.split('#').next())
            .is_some_and(|path| std::path::Path::new(path) == folder)
    }
}

/// `name version` from a package id: `registry+URL#name@1.0.0`, `path+file:///a/name#1.0.0`.
fn package_label(id: &str) -> String {
    let Some((source, fragment)) = id.rsplit_once('#') else {
        return id.to_owned();
    };
    match fragment.split_once('@') {
        Some((name, version)) => format!("{name} {version}"),
        None => {
            let path = source.split('?').next().unwrap_or(source);
            let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
            format!("{} {fragment}", name.trim_end_matches(".git"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    #[test]
    fn errors_are_split_by_where_they_are() {
        let message = |id: &str, level: &str| {
            format!(
                r#"{{"reason":"compiler-message","package_id":"{id}","manifest_path":"/x/Cargo.toml","target":{{"kind":["lib"],"crate_types":["lib"],"name":"x","src_path":"/x/src/lib.rs","edition":"2021","doctest":false,"test":false,"doc":true}},"message":{{"rendered":"text {id}","message":"m","code":null,"level":"{level}","spans":[],"children":[]}}}}"#
            )
        };
        let stream = [
            message("path+file:///w/bridge#b@0.0.0", "error"),
            message("path+file:///w/bridge#b@0.0.0", "warning"),
            message("registry+https://x/index#semver@1.0.0", "error"),
        ]
        .join("\n");
        let mut reader = Reader::new("/w/bridge/Cargo.toml".into(), &Silent);
        reader.all(stream.as_bytes()).unwrap();
        let (diagnostics, _, _) = reader.finish();
        assert_eq!(diagnostics.bridge.len(), 1);
        assert_eq!(diagnostics.dependencies[0].package, "semver 1.0.0");
        assert!(diagnostics.rendered().starts_with("text registry"));
    }

    #[test]
    fn a_note_by_itself_belongs_to_the_error_before_it() {
        let message = |level: &str, text: &str| {
            format!(
                r#"{{"reason":"compiler-message","package_id":"path+file:///w/bridge#b@0.0.0","manifest_path":"/w/bridge/Cargo.toml","target":{{"kind":["lib"],"crate_types":["lib"],"name":"x","src_path":"/x/src/lib.rs","edition":"2021","doctest":false,"test":false,"doc":true}},"message":{{"rendered":"{text}","message":"{text}","code":null,"level":"{level}","spans":[],"children":[]}}}}"#
            )
        };
        let stream = [
            message("note", "alone"),
            message("error", "too small"),
            message("note", "for whom"),
        ]
        .join("\n");
        let mut reader = Reader::new("/w/bridge/Cargo.toml".into(), &Silent);
        reader.all(stream.as_bytes()).unwrap();
        let (diagnostics, _, _) = reader.finish();
        assert_eq!(diagnostics.bridge.len(), 1);
        assert_eq!(diagnostics.bridge[0].children[0].message, "for whom");
        assert_eq!(diagnostics.rendered(), "too smallfor whom");
    }

    #[test]
    fn a_package_id_becomes_name_and_version() {
        assert_eq!(package_label("path+file:///a/demo#0.1.0"), "demo 0.1.0");
        assert_eq!(
            package_label("git+https://h/o/demo.git?rev=abc#0.2.0"),
            "demo 0.2.0"
        );
        assert_eq!(package_label("registry+https://i#uuid@1.2.3"), "uuid 1.2.3");
    }
}
