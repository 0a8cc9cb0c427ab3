//! Scan: from rustdoc's JSON documents to the [`Api`] model. The only reader of that format.
//!
//! 1. `format` reads a document of any known format version, `hidden` takes out what is no public API;
//! 2. `graph` links documents, so that one item has one key whoever mentions it;
//! 3. `tree` finds the public names, `types`, `items` and `impls` read what they lead to;
//! 4. `reach` follows what is mentioned, nearest first, and says which documents are missing.
//!
//! [`scan`] repeats that, with the missing documents, until nothing is missing. It starts no process: whoever
//! calls it makes the documents. Ids without a description are noted, never fatal. The result depends on the
//! documents alone: same bytes in, same model out.

mod error;
mod format;
mod graph;
mod hidden;
mod impls;
mod items;
mod reach;
mod std_paths;
mod text;
mod tree;
mod types;

use std::path::PathBuf;

pub use error::{ProvideError, ScanError};
pub use format::formats;
pub(crate) use tree::spelled as raw;

use crate::api::{Api, Def, DefKey, Entry, Target};

/// How often missing documents are asked for.
const ROUNDS: usize = 4;

/// A rustdoc JSON document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// `name@version` of the package that it describes.
    pub package: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// A dependency whose own document is needed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needed {
    /// The library name.
    pub name: String,
    /// The version that its `html_root_url` claims: a hint, since crates forget to update it.
    pub version: Option<String>,
    /// The compiled library that rustdoc read, which tells exactly which package and version is meant.
    pub artifact: Option<PathBuf>,
}

/// Makes the documents of dependencies; it may leave out what it cannot make.
pub type Provide<'a> = dyn FnMut(&[Needed]) -> Result<Vec<(Needed, Document)>, ProvideError> + 'a;

/// Reads a crate's document, and those of the dependencies that its public API speaks in.
///
/// `provide` is called at most once per round with everything that is missing by then, each crate once in all;
/// what it does not return is noted, and its items stay [`crate::api::DefKind::Opaque`].
///
/// # Errors
///
/// A document cannot be read, has an unknown format, or `provide` failed.
pub fn scan(root: &Document, provide: &mut Provide<'_>) -> Result<Api, ScanError> {
    let mut graph = graph::Graph::default();
    graph.add(root, None)?;
    let mut asked: Vec<Needed> = Vec::new();
    let mut rounds = 0;
    loop {
        graph.link();
        let reach::Round { mut api, missing } = reach::build(&graph);
        let missing: Vec<Needed> = missing.into_iter().map(|krate| graph.needed(krate)).collect();
        let mut new: Vec<Needed> = missing
            .iter()
            .filter(|needed| !asked.contains(needed))
            .cloned()
            .collect();
        new.sort();
        new.dedup();
        if new.is_empty() || rounds == ROUNDS {
            let not_read = missing.iter().map(|needed| {
                format!(
                    "`{}` was not read: its items are known by name alone",
                    needed.name
                )
            });
            api.notes.extend(not_read);
            api.notes.sort();
            api.notes.dedup();
            return Ok(api);
        }
        rounds += 1;
        asked.extend(new.iter().cloned());
        let documents = provide(&new).map_err(|ProvideError(source)| ScanError::Provide {
            package: root.package.clone(),
            source,
        })?;
        for (needed, document) in &documents {
            graph.add(document, Some(needed))?;
        }
    }
}

impl Api {
    /// A definition by its key.
    pub fn def(&self, key: &DefKey) -> Option<&Def> {
        self.defs.get(key)
    }

    /// What a public path leads to, such as `semver::Version`: several things when a name is a function and a
    /// module at once, nothing when there is no such path.
    pub fn lookup(&self, path: &str) -> Vec<&Target> {
        let Some((start, rest)) = path.split_once("::") else {
            return Vec::new();
        };
        let mut module = start.to_owned();
        let segments: Vec<&str> = rest.split("::").collect();
        let Some((last, above)) = segments.split_last() else {
            return Vec::new();
        };
        for segment in above {
            let next = self
                .entries(&module, segment)
                .find_map(|entry| match &entry.target {
                    Target::Module(key) => Some(key.clone()),
                    Target::Def(_) | Target::Variant { .. } => None,
                });
            let Some(next) = next else { return Vec::new() };
            module = next;
        }
        self.entries(&module, last).map(|entry| &entry.target).collect()
    }

    fn entries<'a, 'n>(
        &'a self,
        module: &str,
        name: &'n str,
    ) -> impl Iterator<Item = &'a Entry> + use<'a, 'n> {
        let module = self.modules.get(module);
        module
            .into_iter()
            .flat_map(|module| &module.entries)
            .filter(move |entry| entry.name == name)
    }
}
