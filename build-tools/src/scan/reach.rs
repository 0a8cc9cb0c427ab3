//! From the linked documents to the `Api`: what is reachable, nearest first.
//!
//! Depth 0 is what the crate exports, and what its own signatures and impls mention of the crate itself. A step
//! into another crate is one deeper. Documents are asked for on behalf of depth 0 (signatures and implemented
//! traits) and depth 1 (signatures alone), so that a dependency's own dependencies stay out unless they show.

use std::collections::{BTreeMap, BTreeSet};

use rustdoc_types as rd;

use super::graph::{CrateIx, Found, Graph, ItemRef, Ns};
use super::items::{deprecated, docs, is_hidden, is_non_exhaustive};
use super::tree::{Leaf, Rank, Tree, Walker, rank, spelled};
use super::types::{Mention, Reader};
use super::{impls, std_paths};
use crate::api::{Api, Def, DefKey, DefKind, Entry, Generics, Impl, Module, Target};

/// How far from the crate's own API a definition is.
type Depth = u8;

/// The deepest definitions on whose behalf documents are asked for.
const ASKING_DEPTH: Depth = 1;

/// What came of one round.
pub(super) struct Round {
    pub(super) api: Api,
    /// Crates whose documents would add to it.
    pub(super) missing: BTreeSet<CrateIx>,
}

/// Builds the `Api` from the documents that are there.
pub(super) fn build(graph: &Graph) -> Round {
    let mut builder = Builder {
        graph,
        api: Api {
            name: graph.crates[0].name.clone(),
            docs: docs(graph.docs[0].root()),
            packages: graph.packages(),
            ..Api::default()
        },
        waiting: BTreeSet::new(),
        depths: BTreeMap::new(),
        exported: BTreeSet::new(),
        impls_seen: BTreeSet::new(),
        missing: BTreeSet::new(),
        notes: BTreeSet::new(),
    };
    let trees = builder.trees();
    builder.export(&trees[0]);
    builder.drain();
    builder.stray_impls();
    builder.drain();
    builder.name_paths(&trees);
    let Builder {
        mut api,
        missing,
        notes,
        ..
    } = builder;
    impls::settle(&mut api.impls, &api.name);
    api.notes = notes.into_iter().collect();
    Round { api, missing }
}

struct Builder<'a> {
    graph: &'a Graph,
    api: Api,
    /// Described definitions still to be read, nearest first.
    waiting: BTreeSet<(Depth, ItemRef)>,
    /// The depth at which a described definition is, or will be, read.
    depths: BTreeMap<ItemRef, Depth>,
    /// What the public tree leads to.
    exported: BTreeSet<DefKey>,
    impls_seen: BTreeSet<ItemRef>,
    missing: BTreeSet<CrateIx>,
    notes: BTreeSet<String>,
}

impl Builder<'_> {
    /// The public tree of the crate, dependencies' modules included, and that of each dependency by itself.
    fn trees(&mut self) -> Vec<Tree> {
        let mut trees = Vec::new();
        for (position, doc) in self.graph.docs.iter().enumerate() {
            let mut walker = Walker::new(self.graph, position > 0);
            let root = ItemRef {
                doc: position,
                id: doc.krate.root,
            };
            trees.push(walker.walk(root, &self.graph.crates[position].name));
            if doc.cut {
                let name = &self.graph.crates[position].name;
                self.notes
                    .insert(format!("`{name}` has types that nest too deep: they end in `_`"));
            }
            if position == 0 {
                self.missing.append(&mut walker.missing);
                self.notes.append(&mut walker.notes);
            }
        }
        trees
    }

    fn export(&mut self, tree: &Tree) {
        let modules: BTreeMap<ItemRef, &str> = tree
            .nodes
            .iter()
            .map(|node| (node.at, node.path.as_str()))
            .collect();
        for node in &tree.nodes {
            let mut entries = BTreeSet::new();
            for (name, leaf) in &node.entries {
                let target = match leaf {
                    Leaf::Module(at) => modules.get(at).map(|path| Target::Module((*path).to_owned())),
                    Leaf::Item(found) => self.exported_def(found).map(Target::Def),
                    Leaf::Variant(owner, variant) => {
                        self.exported_def(&Found::Here(*owner))
                            .map(|def| Target::Variant {
                                def,
                                variant: variant.clone(),
                            })
                    }
                };
                entries.extend(target.map(|target| Entry {
                    name: name.clone(),
                    target,
                }));
            }
            let docs = self.graph.item(node.at).map(docs).unwrap_or_default();
            let module = Module {
                path: node.path.clone(),
                docs,
                entries: entries.into_iter().collect(),
            };
            self.api.modules.insert(node.path.clone(), module);
        }
    }

    fn exported_def(&mut self, found: &Found) -> Option<DefKey> {
        let key = self.graph.key(found)?;
        self.exported.insert(key.clone());
        self.meet(
            Mention {
                key: key.clone(),
                found: Some(found.clone()),
                implemented: false,
            },
            0,
            false,
        );
        Some(key)
    }

    /// Takes note of a definition that something at depth `from` mentions, perhaps into another crate.
    fn meet(&mut self, mention: Mention, from: Depth, crosses: bool) {
        let depth = from.saturating_add(Depth::from(crosses));
        match &mention.found {
            Some(Found::Here(at)) => {
                let known = self.depths.get(at).copied();
                if known.is_none_or(|known| depth < known) {
                    if let Some(known) = known {
                        self.waiting.remove(&(known, *at));
                    }
                    self.depths.insert(*at, depth);
                    self.waiting.insert((depth, *at));
                }
            }
            Some(Found::Elsewhere { krate, what, ns, .. }) => {
                let info = &self.graph.crates[*krate];
                let asks = from == 0 || (from <= ASKING_DEPTH && !mention.implemented);
                if !info.std && info.doc.is_none() && *ns != Ns::Macro && asks {
                    self.missing.insert(*krate);
                }
                let kind = if *ns == Ns::Macro {
                    DefKind::Macro
                } else {
                    DefKind::Opaque {
                        what: (*what).to_owned(),
                    }
                };
                self.mention_only(mention.key.clone(), kind, info.std, false);
            }
            None => {
                let kind = DefKind::Opaque {
                    what: "item".to_owned(),
                };
                self.mention_only(mention.key.clone(), kind, false, true);
            }
        }
    }

    /// A definition of which only the name is known.
    fn mention_only(&mut self, key: DefKey, kind: DefKind, std: bool, hidden: bool) {
        self.api.defs.entry(key.clone()).or_insert_with(|| Def {
            key,
            kind,
            docs: String::new(),
            generics: Generics::default(),
            paths: Vec::new(),
            span: None,
            hidden,
            non_exhaustive: false,
            deprecated: None,
            std,
        });
    }

    fn drain(&mut self) {
        while let Some((depth, at)) = self.waiting.pop_first() {
            self.define(at, depth);
        }
    }

    /// Reads a described definition, with its impls.
    fn define(&mut self, at: ItemRef, depth: Depth) {
        let graph = self.graph;
        let (Some(item), Some(key)) = (graph.item(at), graph.key(&Found::Here(at))) else {
            return;
        };
        let mut reader = Reader::new(graph, at.doc, &mut self.notes);
        let Some((kind, generics)) = reader.definition(item) else {
            return;
        };
        let mentions = reader.mentions;
        let def = Def {
            key: key.clone(),
            kind,
            docs: docs(item),
            generics,
            paths: Vec::new(),
            span: graph.span(at.doc, item),
            hidden: is_hidden(item),
            non_exhaustive: is_non_exhaustive(item),
            deprecated: deprecated(item),
            std: false,
        };
        self.api.defs.insert(key, def);
        self.follow(at.doc, mentions, depth);
        match &item.inner {
            rd::ItemEnum::Struct(rd::Struct { impls, .. })
            | rd::ItemEnum::Enum(rd::Enum { impls, .. })
            | rd::ItemEnum::Union(rd::Union { impls, .. }) => {
                for id in impls {
                    self.impl_at(ItemRef { doc: at.doc, id: *id }, depth, false);
                }
            }
            rd::ItemEnum::Trait(inner) => {
                for id in &inner.implementations {
                    self.impl_at(ItemRef { doc: at.doc, id: *id }, depth, true);
                }
            }
            _ => {}
        }
    }

    /// Follows what an item of `doc` mentions; a step into another crate is one deeper.
    fn follow(&mut self, doc: usize, mentions: BTreeSet<Mention>, depth: Depth) {
        for mention in mentions {
            let crosses = mention
                .found
                .as_ref()
                .is_some_and(|found| self.graph.crate_of(found) != doc);
            self.meet(mention, depth, crosses);
        }
    }

    /// Reads an impl, once. `through_trait`: met on the trait, so its type may not be part of the API.
    fn impl_at(&mut self, at: ItemRef, depth: Depth, through_trait: bool) {
        let graph = self.graph;
        let Some(item) = graph.item(at) else {
            self.notes.insert(format!(
                "`{}` lists an impl that is not described",
                graph.crates[at.doc].name
            ));
            return;
        };
        let rd::ItemEnum::Impl(inner) = &item.inner else {
            return;
        };
        if through_trait && !self.concerns(at.doc, inner) {
            return;
        }
        if !self.impls_seen.insert(at) || self.is_noise(at.doc, inner) {
            return;
        }
        let mut reader = Reader::new(graph, at.doc, &mut self.notes);
        let read: Impl = reader.impl_(inner);
        let mentions = reader.mentions;
        self.api.impls.push(read);
        self.follow(at.doc, mentions, depth);
    }

    /// Whether an impl that was met on its trait says something about reachable types, or types of the
    /// language and its library. A described type that is not reachable has no values to call anything on; but of what other
    /// crates have, Python may have values: `impl Queryable for serde_json::Value`.
    fn concerns(&self, doc: usize, inner: &rd::Impl) -> bool {
        impls::head(&inner.for_).is_none_or(|id| match self.graph.locate(doc, id) {
            Some(Found::Here(at)) => (doc == 0 && at.doc != 0) || self.depths.contains_key(&at),
            Some(Found::Elsewhere { .. }) => true,
            None => false,
        })
    }

    /// Blanket impls that say nothing about the type: those of the standard library, those of other crates
    /// that every type meets, unless the crate itself exports the trait, and those of traits of which their own
    /// crate says nothing, since they are hidden there.
    fn is_noise(&self, doc: usize, inner: &rd::Impl) -> bool {
        let (Some(_), Some(path)) = (&inner.blanket_impl, &inner.trait_) else {
            return false;
        };
        let Some(found) = self.graph.locate(doc, path.id) else {
            return true;
        };
        let krate = self.graph.crate_of(&found);
        if self.graph.crates[krate].std {
            return impls::is_std_blanket(&path.path);
        }
        let exported = self
            .graph
            .key(&found)
            .is_some_and(|key| self.exported.contains(&key));
        let own = krate == 0 || exported;
        let untold = matches!(found, Found::Elsewhere { .. }) && self.graph.crates[krate].doc.is_some();
        untold
            || !own
                && !impls::bounded_by(&inner.generics, &|id| {
                    self.graph
                        .locate(doc, id)
                        .is_some_and(|bound| !self.graph.crates[self.graph.crate_of(&bound)].std)
                })
    }

    /// Impls of the crate that hang on no reachable type or trait of its own, such as an operator on a
    /// foreign type that takes one of the crate's types in a tuple.
    fn stray_impls(&mut self) {
        let Some(doc) = self.graph.docs.first() else {
            return;
        };
        let mut ids: Vec<rd::Id> = doc.krate.index.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            let at = ItemRef { doc: 0, id };
            let Some(item) = self.graph.item(at) else { continue };
            let rd::ItemEnum::Impl(inner) = &item.inner else {
                continue;
            };
            if inner.blanket_impl.is_some() || inner.is_synthetic || self.impls_seen.contains(&at) {
                continue;
            }
            let trait_known = inner
                .trait_
                .as_ref()
                .is_none_or(|path| match self.graph.locate(0, path.id) {
                    Some(Found::Here(at)) => self.depths.contains_key(&at),
                    Some(Found::Elsewhere { .. }) => true,
                    None => false,
                });
            if trait_known {
                self.impl_at(at, 0, true);
            }
        }
    }

    /// Gives each definition the paths by which a bridge can name it.
    fn name_paths(&mut self, trees: &[Tree]) {
        let mut named: BTreeMap<DefKey, [BTreeSet<Rank>; 2]> = BTreeMap::new();
        for (position, tree) in trees.iter().enumerate() {
            for (found, path) in tree.item_paths() {
                // Of a dependency's tree only what it defines counts: the rest is another crate's to name.
                if position > 0 && self.graph.crate_of(found) != position {
                    continue;
                }
                if let Some(key) = self
                    .graph
                    .key(found)
                    .filter(|key| self.api.defs.contains_key(key))
                {
                    named.entry(key).or_default()[usize::from(position > 0)].insert(rank(&path));
                }
            }
        }
        for (key, def) in &mut self.api.defs {
            let [through, own] = named.remove(key).unwrap_or_default();
            def.paths = through
                .into_iter()
                .chain(own)
                .map(|(_, _, path)| spelled(&path))
                .collect();
            // What was not read is named by where it is defined; of the standard library that is certain.
            let unread = matches!(def.kind, DefKind::Opaque { .. }) && !def.hidden;
            if def.std || (unread && def.paths.is_empty()) {
                let defined: Vec<String> = key.0.split("::").map(str::to_owned).collect();
                def.paths.insert(0, std_paths::public_path(&defined));
            }
        }
    }
}
