//! The public module tree: which names a user can write, and what each leads to.
//!
//! Names are never followed as text, only by id, so a private module that has the name of a public function
//! cannot mislead. A module that is reachable by several paths is one node, under its best path, and the other
//! paths lead to it; that also ends cycles of re-exports.

use std::collections::{BTreeMap, BTreeSet};

use rustdoc_types as rd;

use super::graph::{CrateIx, Found, Graph, ItemRef, Ns, item_namespace};

/// What a public name leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Leaf {
    Module(ItemRef),
    Item(Found),
    Variant(ItemRef, String),
}

/// A module with its public names.
pub(super) struct Node {
    pub(super) path: String,
    pub(super) at: ItemRef,
    pub(super) entries: Vec<(String, Leaf)>,
}

/// A crate's public modules, best paths first.
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
}

/// How good a path is: outside preludes, short, then alphabetical.
pub(super) type Rank = (bool, usize, String);

/// Names that a path can only spell `r#name`, in the newest edition.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// A path as source code spells it: `json::r#type::Value`.
pub(crate) fn spelled(path: &str) -> String {
    let spell = |name: &str| {
        if KEYWORDS.contains(&name) {
            format!("r#{name}")
        } else {
            name.to_owned()
        }
    };
    path.split("::").map(spell).collect::<Vec<_>>().join("::")
}

/// Ranks a path.
pub(super) fn rank(path: &str) -> Rank {
    let prelude = path.split("::").skip(1).any(|segment| segment == "prelude");
    (prelude, path.split("::").count(), path.to_owned())
}

impl Tree {
    /// Every public path of each item: through the module's best path.
    pub(super) fn item_paths(&self) -> impl Iterator<Item = (&Found, String)> {
        self.nodes.iter().flat_map(|node| {
            node.entries.iter().filter_map(|(name, leaf)| match leaf {
                Leaf::Item(found) => Some((found, format!("{}::{name}", node.path))),
                Leaf::Module(_) | Leaf::Variant(..) => None,
            })
        })
    }
}

/// Walks public modules, and collects what stood in the way.
pub(super) struct Walker<'a> {
    graph: &'a Graph,
    /// Stay within the starting document.
    own_only: bool,
    cache: BTreeMap<ItemRef, Names>,
    pub(super) missing: BTreeSet<CrateIx>,
    pub(super) notes: BTreeSet<String>,
}

/// The names of a module. A name may stand for one thing in each namespace.
type Names = BTreeMap<(String, Ns), Named>;

#[derive(Debug, Clone)]
struct Named {
    leaf: Leaf,
    glob: bool,
    /// Two globs bring different things; using the name is an error.
    ambiguous: bool,
}

impl<'a> Walker<'a> {
    pub(super) fn new(graph: &'a Graph, own_only: bool) -> Self {
        Self {
            graph,
            own_only,
            cache: BTreeMap::new(),
            missing: BTreeSet::new(),
            notes: BTreeSet::new(),
        }
    }

    /// The tree below a crate's root module, whose path is the crate's library name.
    pub(super) fn walk(&mut self, root: ItemRef, name: &str) -> Tree {
        let mut waiting: BTreeMap<Rank, ItemRef> = BTreeMap::from([(rank(name), root)]);
        let mut seen: BTreeSet<ItemRef> = BTreeSet::new();
        let mut nodes = Vec::new();
        while let Some(((_, _, path), at)) = waiting.pop_first() {
            if !seen.insert(at) {
                continue;
            }
            let mut entries: Vec<(String, Leaf)> = Vec::new();
            for ((name, _), named) in self.names(at, &mut Vec::new()) {
                if named.ambiguous {
                    self.notes
                        .insert(format!("`{path}::{name}` is ambiguous: two globs bring it"));
                    continue;
                }
                if let Leaf::Module(to) = &named.leaf {
                    if self.own_only && to.doc != root.doc {
                        continue;
                    }
                    if !seen.contains(to) {
                        waiting.insert(rank(&format!("{path}::{name}")), *to);
                    }
                }
                entries.push((name, named.leaf));
            }
            entries.sort();
            entries.dedup();
            nodes.push(Node { path, at, entries });
        }
        Tree { nodes }
    }

    /// The public names of a module or, for a glob of one, an enum. `above` ends cycles of globs.
    fn names(&mut self, at: ItemRef, above: &mut Vec<ItemRef>) -> Names {
        if let Some(known) = self.cache.get(&at) {
            return known.clone();
        }
        if above.contains(&at) {
            return Names::new();
        }
        let graph = self.graph;
        let Some(item) = graph.item(at) else {
            return Names::new();
        };
        above.push(at);
        let mut names = Names::new();
        match &item.inner {
            rd::ItemEnum::Module(module) => {
                let mut globs = Vec::new();
                for id in &module.items {
                    self.module_item(ItemRef { doc: at.doc, id: *id }, item, &mut names, &mut globs);
                }
                for glob in globs {
                    let brought = self.names(glob, above);
                    add_globbed(&mut names, brought);
                }
            }
            rd::ItemEnum::Enum(inner) => {
                for id in &inner.variants {
                    let variant = graph.item(ItemRef { doc: at.doc, id: *id });
                    if let Some(name) = variant.and_then(|variant| variant.name.clone()) {
                        add(&mut names, name.clone(), Ns::Type, Leaf::Variant(at, name));
                    }
                }
            }
            _ => {}
        }
        above.pop();
        // What was cut short by a cycle above is complete only for that walk.
        if above.is_empty() {
            self.cache.insert(at, names.clone());
        }
        names
    }

    fn module_item(&mut self, at: ItemRef, module: &rd::Item, names: &mut Names, globs: &mut Vec<ItemRef>) {
        let Some(item) = self.graph.item(at) else {
            let of = module.name.as_deref().unwrap_or("_");
            self.notes
                .insert(format!("module `{of}` lists an item that is not described"));
            return;
        };
        if !matches!(item.visibility, rd::Visibility::Public) {
            return;
        }
        match &item.inner {
            rd::ItemEnum::Use(import) if import.is_glob => globs.extend(self.glob_target(at.doc, import)),
            rd::ItemEnum::Use(import) => self.import(at.doc, import, names),
            rd::ItemEnum::ExternCrate { name, rename } => {
                // rustdoc writes the new name as `name` and the crate's own as `rename`.
                let source = rename.as_ref().unwrap_or(name);
                let krate = self.graph.crate_named(at.doc, source);
                if let Some(root) = krate.and_then(|krate| self.crate_root(krate, source)) {
                    let shown = item.name.clone().unwrap_or_else(|| name.clone());
                    add(names, shown, Ns::Module, Leaf::Module(root));
                }
            }
            rd::ItemEnum::Module(_) => {
                add(
                    names,
                    item.name.clone().unwrap_or_default(),
                    Ns::Module,
                    Leaf::Module(at),
                );
            }
            rd::ItemEnum::Impl(_) | rd::ItemEnum::Primitive(_) => {}
            _ => {
                let name = item.name.clone().unwrap_or_default();
                add(names, name, item_namespace(item), Leaf::Item(Found::Here(at)));
            }
        }
    }

    /// `pub use source as name`.
    fn import(&mut self, doc: usize, import: &rd::Use, names: &mut Names) {
        let name = import.name.clone();
        // A primitive type: it has no definition.
        let Some(id) = import.id else { return };
        match self.graph.locate(doc, id) {
            None => {
                self.notes
                    .insert(format!("`{}` is re-exported and not described", import.source));
            }
            Some(Found::Here(at)) => {
                let Some(item) = self.graph.item(at) else { return };
                match &item.inner {
                    // rustc lets no private module out: it shares its name with what is really exported.
                    rd::ItemEnum::Module(_) if !matches!(item.visibility, rd::Visibility::Public) => {}
                    rd::ItemEnum::Module(_) => add(names, name, Ns::Module, Leaf::Module(at)),
                    rd::ItemEnum::Variant(_) => self.import_variant(at, name, names),
                    _ => add(names, name, item_namespace(item), Leaf::Item(Found::Here(at))),
                }
            }
            Some(Found::Elsewhere {
                krate,
                ns: Ns::Module,
                ..
            }) => self.unread(krate, &import.source),
            Some(found @ Found::Elsewhere { ns, .. }) => add(names, name, ns, Leaf::Item(found)),
        }
    }

    fn import_variant(&mut self, at: ItemRef, name: String, names: &mut Names) {
        let index = &self.graph.docs[at.doc].krate.index;
        let owner = index
            .values()
            .find(|item| matches!(&item.inner, rd::ItemEnum::Enum(inner) if inner.variants.contains(&at.id)));
        let variant = self.graph.item(at).and_then(|item| item.name.clone());
        if let (Some(owner), Some(variant)) = (owner, variant) {
            let owner = ItemRef {
                doc: at.doc,
                id: owner.id,
            };
            add(names, name, Ns::Type, Leaf::Variant(owner, variant));
        }
    }

    fn glob_target(&mut self, doc: usize, import: &rd::Use) -> Option<ItemRef> {
        match import.id.and_then(|id| self.graph.locate(doc, id)) {
            Some(Found::Here(at)) => Some(at),
            Some(Found::Elsewhere { krate, .. }) => {
                self.unread(krate, &format!("{}::*", import.source));
                None
            }
            None => {
                self.notes
                    .insert(format!("`{}::*` is re-exported and not described", import.source));
                None
            }
        }
    }

    fn crate_root(&mut self, krate: CrateIx, source: &str) -> Option<ItemRef> {
        let root = self.graph.root(krate);
        if root.is_none() {
            self.unread(krate, source);
        }
        root
    }

    /// A module is re-exported whose document was not read, or does not have it.
    fn unread(&mut self, krate: CrateIx, source: &str) {
        if self.own_only {
            return;
        }
        let info = &self.graph.crates[krate];
        if info.std {
            self.notes.insert(format!(
                "`{source}` is a module of the standard library: not followed"
            ));
        } else if info.doc.is_some() {
            self.notes.insert(format!(
                "`{source}` is re-exported and `{}` does not describe it",
                info.name
            ));
        } else {
            self.missing.insert(krate);
        }
    }
}

fn add(names: &mut Names, name: String, ns: Ns, leaf: Leaf) {
    // `pub use Trait as _` brings the trait into scope and gives no name.
    if name == "_" {
        return;
    }
    // `Ns::Module` shares rustc's namespace with types, but a module and a type of one name cannot meet.
    names.insert(
        (name, ns),
        Named {
            leaf,
            glob: false,
            ambiguous: false,
        },
    );
}

/// What a name written out stands for wins over what a glob brings.
fn add_globbed(names: &mut Names, brought: Names) {
    for ((name, ns), named) in brought {
        let rival = if ns == Ns::Module { Ns::Type } else { Ns::Module };
        let type_like = matches!(ns, Ns::Module | Ns::Type);
        if type_like && names.get(&(name.clone(), rival)).is_some_and(|known| !known.glob) {
            continue;
        }
        match names.get_mut(&(name.clone(), ns)) {
            Some(known) if !known.glob => {}
            Some(known) => known.ambiguous |= named.ambiguous || known.leaf != named.leaf,
            None => {
                names.insert((name, ns), Named { glob: true, ..named });
            }
        }
    }
}
