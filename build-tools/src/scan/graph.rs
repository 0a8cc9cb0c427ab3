//! The documents that were read, linked: which item of one document is which item of another.
//!
//! An id means something in its own document only. [`Graph::locate`] turns it into the place where the item is
//! described, and [`Graph::key`] into the [`DefKey`] under which all documents know it. Two crates of one name
//! (two versions) are told apart by the compiled library that rustdoc read, which it names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rustdoc_types::{Crate, Id, Item, ItemEnum, ItemKind};

use super::{Document, Needed, ScanError, format, hidden};
use crate::api::DefKey;

/// The crates whose items every program has; they are never scanned.
const STD: &[&str] = &[
    "alloc",
    "compiler_builtins",
    "core",
    "proc_macro",
    "std",
    "std_detect",
    "test",
];

/// Position in [`Graph::crates`].
pub(super) type CrateIx = usize;

/// An item in a document that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ItemRef {
    /// Position in [`Graph::docs`].
    pub(super) doc: usize,
    pub(super) id: Id,
}

/// Where an id leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Found {
    /// To an item that is described.
    Here(ItemRef),
    /// To an item of which only the path is known.
    Elsewhere {
        krate: CrateIx,
        path: Vec<String>,
        what: &'static str,
        ns: Ns,
    },
}

/// What may share a path without being the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ns {
    Module,
    Type,
    Value,
    Macro,
}

/// A document that was read.
pub(super) struct Doc {
    pub(super) package: String,
    pub(super) krate: Crate,
    /// Some of its types nest too deep and were shortened.
    pub(super) cut: bool,
    /// The folder of the package, as its spans begin; only for making them relative.
    folder: PathBuf,
    /// File stems of the compiled libraries that stand for this crate.
    artifacts: BTreeSet<String>,
    by_path: BTreeMap<(Vec<String>, Ns), Id>,
    /// The document's crate numbers.
    numbers: BTreeMap<u32, CrateIx>,
}

/// A crate that some document speaks of.
pub(super) struct CrateInfo {
    /// The library name.
    pub(super) name: String,
    /// The library name, with `@version` when another crate has the name already.
    key_name: String,
    pub(super) std: bool,
    pub(super) doc: Option<usize>,
    artifacts: BTreeSet<String>,
    version: Option<String>,
    artifact: Option<PathBuf>,
}

/// All documents; the first is the scanned crate's.
#[derive(Default)]
pub(super) struct Graph {
    pub(super) docs: Vec<Doc>,
    pub(super) crates: Vec<CrateInfo>,
}

impl Graph {
    /// Reads a document, unless it is there already. `needed` is what it answers.
    pub(super) fn add(&mut self, document: &Document, needed: Option<&Needed>) -> Result<(), ScanError> {
        let artifact = needed
            .and_then(|needed| needed.artifact.as_deref())
            .and_then(stem);
        if let Some(doc) = self.docs.iter_mut().find(|doc| doc.package == document.package) {
            doc.artifacts.extend(artifact);
            return Ok(());
        }
        let format::Read { mut krate, cut } = format::read(&document.path)?;
        hidden::leave_out(&mut krate);
        let root = krate.index.get(&krate.root).ok_or_else(|| ScanError::NoRoot {
            package: document.package.clone(),
        })?;
        let folder = root
            .span
            .as_ref()
            .map(|span| package_folder(&span.filename))
            .unwrap_or_default();
        let mut by_path = BTreeMap::new();
        let mut ids: Vec<&Id> = krate.paths.keys().collect();
        ids.sort_unstable();
        for id in ids {
            let summary = &krate.paths[id];
            if summary.crate_id == 0 {
                by_path
                    .entry((summary.path.clone(), namespace(summary.kind)))
                    .or_insert(*id);
            }
        }
        self.docs.push(Doc {
            package: document.package.clone(),
            folder,
            artifacts: artifact.into_iter().collect(),
            by_path,
            numbers: BTreeMap::new(),
            krate,
            cut,
        });
        Ok(())
    }

    /// Decides anew which crate every document means by each of its crate numbers.
    pub(super) fn link(&mut self) {
        let mut crates: Vec<CrateInfo> = Vec::new();
        for (position, doc) in self.docs.iter().enumerate() {
            let name = doc.root().name.clone().unwrap_or_default();
            crates.push(CrateInfo {
                key_name: name.clone(),
                name,
                std: false,
                doc: Some(position),
                artifacts: doc.artifacts.clone(),
                version: doc.package.split_once('@').map(|(_, version)| version.to_owned()),
                artifact: None,
            });
        }
        for (position, doc) in self.docs.iter_mut().enumerate() {
            doc.numbers = BTreeMap::from([(0, position)]);
            let mut numbers: Vec<u32> = doc.krate.external_crates.keys().copied().collect();
            numbers.sort_unstable();
            for number in numbers {
                let external = &doc.krate.external_crates[&number];
                let found = same_crate(&crates, external).unwrap_or_else(|| {
                    crates.push(CrateInfo {
                        key_name: external.name.clone(),
                        name: external.name.clone(),
                        std: STD.contains(&external.name.as_str()),
                        doc: None,
                        artifacts: stem(&external.path).into_iter().collect(),
                        version: external.html_root_url.as_deref().and_then(version_in),
                        artifact: (!external.path.as_os_str().is_empty()).then(|| external.path.clone()),
                    });
                    crates.len() - 1
                });
                doc.numbers.insert(number, found);
            }
        }
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for info in &mut crates {
            if !seen.insert(info.key_name.clone()) {
                let version = info.version.clone().unwrap_or_else(|| "other".to_owned());
                info.key_name = format!("{}@{version}", info.name);
                while !seen.insert(info.key_name.clone()) {
                    info.key_name.push('+');
                }
            }
        }
        self.crates = crates;
    }

    /// What to ask for, to have the crate's own document.
    pub(super) fn needed(&self, krate: CrateIx) -> Needed {
        let info = &self.crates[krate];
        Needed {
            name: info.name.clone(),
            version: info.version.clone(),
            artifact: info.artifact.clone(),
        }
    }

    /// The packages that were read, by the name that their keys begin with.
    pub(super) fn packages(&self) -> BTreeMap<String, String> {
        let read = self.crates.iter().filter_map(|info| {
            let doc = &self.docs[info.doc?];
            Some((info.key_name.clone(), doc.package.clone()))
        });
        read.collect()
    }

    pub(super) fn item(&self, at: ItemRef) -> Option<&Item> {
        self.docs.get(at.doc)?.krate.index.get(&at.id)
    }

    /// The crate that an item belongs to.
    pub(super) fn crate_of(&self, found: &Found) -> CrateIx {
        match found {
            Found::Here(at) => at.doc,
            Found::Elsewhere { krate, .. } => *krate,
        }
    }

    /// Where an id of a document leads, `None` when the document says nothing about it.
    pub(super) fn locate(&self, doc: usize, id: Id) -> Option<Found> {
        let document = &self.docs[doc];
        if document
            .krate
            .index
            .get(&id)
            .is_some_and(|item| item.crate_id == 0)
        {
            return Some(Found::Here(ItemRef { doc, id }));
        }
        let summary = document.krate.paths.get(&id)?;
        let krate = *document.numbers.get(&summary.crate_id)?;
        let ns = namespace(summary.kind);
        if let Some(other) = self.crates[krate].doc {
            let described = self.docs[other].by_path.get(&(summary.path.clone(), ns));
            if let Some(id) = described.filter(|id| self.docs[other].krate.index.contains_key(id)) {
                return Some(Found::Here(ItemRef { doc: other, id: *id }));
            }
        }
        Some(Found::Elsewhere {
            krate,
            path: summary.path.clone(),
            what: kind_word(summary.kind),
            ns,
        })
    }

    /// The crate that a document knows by a name.
    pub(super) fn crate_named(&self, doc: usize, name: &str) -> Option<CrateIx> {
        self.docs[doc]
            .numbers
            .values()
            .copied()
            .find(|krate| self.crates[*krate].name == name)
    }

    /// The root module of a crate whose document was read.
    pub(super) fn root(&self, krate: CrateIx) -> Option<ItemRef> {
        let doc = self.crates[krate].doc?;
        Some(ItemRef {
            doc,
            id: self.docs[doc].krate.root,
        })
    }

    /// The key of an item; `None` for one that has no path of its own (a method, an impl).
    pub(super) fn key(&self, found: &Found) -> Option<DefKey> {
        let (krate, path, ns) = match found {
            Found::Here(at) => {
                let summary = self.docs[at.doc].krate.paths.get(&at.id)?;
                (at.doc, &summary.path, namespace(summary.kind))
            }
            Found::Elsewhere { krate, path, ns, .. } => (*krate, path, *ns),
        };
        let info = &self.crates[krate];
        let mut text = info.key_name.clone();
        for segment in path.iter().skip(1) {
            text.push_str("::");
            text.push_str(segment);
        }
        match ns {
            Ns::Macro => text.push('!'),
            // A function may have a type's name; the type, which signatures mention, keeps the plain key.
            Ns::Value if self.shadowed_by_type(krate, path) => text.push_str("#value"),
            Ns::Module | Ns::Type | Ns::Value => {}
        }
        Some(DefKey(text))
    }

    fn shadowed_by_type(&self, krate: CrateIx, path: &[String]) -> bool {
        let doc = self.crates[krate].doc.map(|doc| &self.docs[doc]);
        doc.is_some_and(|doc| doc.by_path.contains_key(&(path.to_vec(), Ns::Type)))
    }

    /// `file:line`, the file relative to its package.
    pub(super) fn span(&self, doc: usize, item: &Item) -> Option<String> {
        let span = item.span.as_ref()?;
        let folder = &self.docs[doc].folder;
        let file = match span.filename.strip_prefix(folder) {
            Ok(inside) if !folder.as_os_str().is_empty() => inside.to_owned(),
            // Code of another crate: a blanket impl, a macro's expansion.
            _ => span
                .filename
                .strip_prefix(package_folder(&span.filename))
                .map_or_else(|_| span.filename.clone(), Path::to_owned),
        };
        let file = file
            .strip_prefix("/")
            .unwrap_or(&file)
            .to_string_lossy()
            .replace('\\', "/");
        Some(format!("{file}:{}", span.begin.0))
    }
}

impl Doc {
    /// The root module's item; [`Graph::add`] takes no document without one.
    pub(super) fn root(&self) -> &Item {
        self.krate
            .index
            .get(&self.krate.root)
            .expect("`add` refuses a document without its root")
    }
}

fn same_crate(crates: &[CrateInfo], external: &rustdoc_types::ExternalCrate) -> Option<CrateIx> {
    let named = |info: &&CrateInfo| info.name == external.name;
    if STD.contains(&external.name.as_str()) {
        return crates.iter().position(|info| info.std && named(&info));
    }
    match stem(&external.path) {
        Some(artifact) => crates
            .iter()
            .position(|info| named(&info) && info.artifacts.contains(&artifact)),
        None => crates.iter().position(|info| named(&info)),
    }
}

/// `libsemver-2d3f` of `target/debug/deps/libsemver-2d3f.rmeta`.
fn stem(path: &Path) -> Option<String> {
    Some(path.file_stem()?.to_string_lossy().into_owned())
}

/// The version in `https://docs.rs/semver/1.0.2/`; only a hint, since crates forget to update it.
fn version_in(url: &str) -> Option<String> {
    let is_version =
        |part: &&str| part.split('.').count() == 3 && part.starts_with(|c: char| c.is_ascii_digit());
    url.split('/').find(is_version).map(str::to_owned)
}

/// The folder above the last `src`, else the file's own.
fn package_folder(file: &Path) -> PathBuf {
    let above = file
        .ancestors()
        .skip(1)
        .find(|folder| folder.file_name().is_some_and(|name| name == "src"));
    above
        .and_then(Path::parent)
        .or_else(|| file.parent())
        .map(Path::to_owned)
        .unwrap_or_default()
}

fn namespace(kind: ItemKind) -> Ns {
    match kind {
        ItemKind::Module => Ns::Module,
        ItemKind::Function | ItemKind::Constant | ItemKind::Static | ItemKind::AssocConst => Ns::Value,
        ItemKind::Macro | ItemKind::ProcAttribute | ItemKind::ProcDerive => Ns::Macro,
        _ => Ns::Type,
    }
}

/// rustdoc's word for a kind of item.
pub(super) fn kind_word(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Module => "module",
        ItemKind::Struct => "struct",
        ItemKind::Union => "union",
        ItemKind::Enum => "enum",
        ItemKind::Variant => "variant",
        ItemKind::Function => "function",
        ItemKind::TypeAlias => "type_alias",
        ItemKind::Constant => "constant",
        ItemKind::Trait => "trait",
        ItemKind::TraitAlias => "trait_alias",
        ItemKind::Static => "static",
        ItemKind::ExternType => "extern_type",
        ItemKind::Macro | ItemKind::ProcAttribute | ItemKind::ProcDerive => "macro",
        ItemKind::Primitive => "primitive",
        ItemKind::AssocType => "assoc_type",
        ItemKind::AssocConst => "assoc_const",
        _ => "item",
    }
}

/// The namespace of an item that is described.
pub(super) fn item_namespace(item: &Item) -> Ns {
    match &item.inner {
        ItemEnum::Module(_) | ItemEnum::ExternCrate { .. } => Ns::Module,
        ItemEnum::Function(_) | ItemEnum::Constant { .. } | ItemEnum::Static(_) => Ns::Value,
        ItemEnum::Macro(_) | ItemEnum::ProcMacro(_) => Ns::Macro,
        _ => Ns::Type,
    }
}
