//! What is hidden from the documentation is no public API, whatever its visibility: `#[doc(hidden)]` items, and what lies in
//! them. But what a name that is not hidden leads to is (`#[doc(hidden)] pub mod free; pub use free::*;`), and rustdoc, which
//! leaves out all of a hidden module, has no such choice. So it is asked for everything, and the rest is left out here.

use std::collections::BTreeSet;

use rustdoc_types::{
    Crate, Enum, GenericArg, GenericArgs, Id, Impl, Item, ItemEnum, Module, Path, Struct, StructKind, Trait,
    Type, Union, Use, VariantKind, Visibility,
};

use super::impls;
use super::items::is_hidden;

/// Leaves out what is hidden, as if it were not there.
pub(super) fn leave_out(krate: &mut Crate) {
    let own = |item: &&Item| item.crate_id == 0;
    let marked: BTreeSet<Id> = (krate.index.values().filter(own))
        .filter(|item| is_hidden(item))
        .map(|item| item.id)
        .collect();
    if marked.is_empty() {
        return;
    }
    let mut within = BTreeSet::new();
    marked
        .iter()
        .for_each(|id| below(krate, *id, &mut within, &|_| true));
    let mut shown = Shown {
        krate,
        marked: &marked,
        found: BTreeSet::new(),
        walked: BTreeSet::new(),
    };
    shown.module(krate.root);
    let shown = shown.found;
    let mut out: BTreeSet<Id> = within.difference(&shown).copied().collect();
    let through_others = names_of(krate, &out);
    out.extend(through_others);
    krate.index.retain(|id, _| !out.contains(id));
    krate.paths.retain(|id, _| !out.contains(id));
    // A hidden module whose items are shown is still no name of the module that it is in.
    let stays = |id: &Id| !marked.contains(id) && !out.contains(id);
    for item in krate.index.values_mut() {
        keep_members(item, &stays);
    }
}

/// What there is only for what is left out: names that lead to it, impls that are of it or about it, and what impls have for
/// such members of traits.
fn names_of(krate: &Crate, out: &BTreeSet<Id>) -> BTreeSet<Id> {
    let mut found = BTreeSet::new();
    let told = |id: &Id| krate.index.contains_key(id) || krate.paths.contains_key(id);
    let twins: BTreeSet<(&str, &str)> = (krate.index.values())
        .filter_map(|item| match &item.inner {
            ItemEnum::Use(import) if import.id.as_ref().is_some_and(told) => Some(said(import)),
            _ => None,
        })
        .collect();
    for item in krate.index.values() {
        match &item.inner {
            ItemEnum::Use(import) if import.id.is_some_and(|id| out.contains(&id)) => {
                found.insert(item.id);
            }
            // The hidden one of two that one name leads to, a function beside a type.
            ItemEnum::Use(import)
                if import.id.as_ref().is_some_and(|id| !told(id)) && twins.contains(&said(import)) =>
            {
                found.insert(item.id);
            }
            ItemEnum::Impl(of) => {
                let trait_ = of.trait_.as_ref();
                let is_out = |ty: &Type| impls::head(ty).is_some_and(|id| out.contains(&id));
                let about = trait_.into_iter().flat_map(type_arguments).any(is_out);
                if about || is_out(&of.for_) || trait_.is_some_and(|path| out.contains(&path.id)) {
                    found.insert(item.id);
                }
                let members = trait_.and_then(|path| krate.index.get(&path.id));
                let hidden = members
                    .map(|item| hidden_members(krate, item, out))
                    .unwrap_or_default();
                found.extend(of.items.iter().filter(|id| {
                    let name = krate.index.get(id).and_then(|item| item.name.as_ref());
                    name.is_some_and(|name| hidden.contains(name))
                }));
            }
            _ => {}
        }
    }
    found
}

fn said(import: &Use) -> (&str, &str) {
    (&import.source, &import.name)
}

fn type_arguments(path: &Path) -> impl Iterator<Item = &Type> {
    let args = match path.args.as_deref() {
        Some(GenericArgs::AngleBracketed { args, .. }) => args.as_slice(),
        _ => &[],
    };
    args.iter().filter_map(|arg| match arg {
        GenericArg::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The names of a trait's members that are left out.
fn hidden_members<'k>(krate: &'k Crate, of: &Item, out: &BTreeSet<Id>) -> BTreeSet<&'k String> {
    let ItemEnum::Trait(of) = &of.inner else {
        return BTreeSet::new();
    };
    let members = of.items.iter().filter(|id| out.contains(id));
    members
        .filter_map(|id| krate.index.get(id)?.name.as_ref())
        .collect()
}

/// The names that are not hidden, and what they lead to.
struct Shown<'a> {
    krate: &'a Crate,
    marked: &'a BTreeSet<Id>,
    found: BTreeSet<Id>,
    walked: BTreeSet<Id>,
}

impl Shown<'_> {
    /// What a module's names lead to.
    fn module(&mut self, id: Id) {
        let Some(ItemEnum::Module(module)) = self.krate.index.get(&id).map(|item| &item.inner) else {
            return;
        };
        if !self.walked.insert(id) {
            return;
        }
        for id in &module.items {
            let item = self.krate.index.get(id);
            match item.map(|item| (&item.inner, &item.visibility)) {
                _ if self.marked.contains(id) => {}
                Some((ItemEnum::Use(import), Visibility::Public)) => {
                    self.found.insert(*id);
                    self.import(import);
                }
                Some((_, Visibility::Public)) => self.item(*id),
                _ => {}
            }
        }
    }

    fn import(&mut self, import: &Use) {
        let Some(id) = import.id else { return };
        let module = matches!(
            self.krate.index.get(&id).map(|item| &item.inner),
            Some(ItemEnum::Module(_))
        );
        if import.is_glob && module {
            self.found.insert(id);
            self.module(id);
        } else if !self.marked.contains(&id) {
            self.item(id);
        }
    }

    fn item(&mut self, id: Id) {
        let marked = self.marked;
        below(self.krate, id, &mut self.found, &|id| !marked.contains(&id));
        self.module(id);
    }
}

/// An item and what it is made of, as far as `goes` says.
fn below(krate: &Crate, id: Id, found: &mut BTreeSet<Id>, goes: &dyn Fn(Id) -> bool) {
    if !goes(id) || !found.insert(id) {
        return;
    }
    let Some(item) = krate.index.get(&id) else { return };
    let parts: Vec<Id> = match &item.inner {
        ItemEnum::Module(Module { items, .. }) => items.clone(),
        ItemEnum::Struct(Struct { kind, .. }) => fields(kind),
        ItemEnum::Union(Union { fields, .. }) => fields.clone(),
        ItemEnum::Enum(Enum { variants, .. }) => variants.clone(),
        ItemEnum::Variant(variant) => match &variant.kind {
            VariantKind::Plain => Vec::new(),
            VariantKind::Tuple(fields) => fields.iter().flatten().copied().collect(),
            VariantKind::Struct { fields, .. } => fields.clone(),
        },
        ItemEnum::Trait(Trait { items, .. }) | ItemEnum::Impl(Impl { items, .. }) => items.clone(),
        _ => Vec::new(),
    };
    // An impl is where its type is, wherever it is written.
    let is_impl = |id: &Id| {
        matches!(
            krate.index.get(id).map(|item| &item.inner),
            Some(ItemEnum::Impl(_))
        )
    };
    for part in parts.into_iter().filter(|id| !is_impl(id)) {
        below(krate, part, found, goes);
    }
}

fn fields(kind: &StructKind) -> Vec<Id> {
    match kind {
        StructKind::Unit => Vec::new(),
        StructKind::Tuple(fields) => fields.iter().flatten().copied().collect(),
        StructKind::Plain { fields, .. } => fields.clone(),
    }
}

/// Takes what does not stay out of what an item lists.
fn keep_members(item: &mut Item, stays: &dyn Fn(&Id) -> bool) {
    let named = |fields: &mut Vec<Id>, stripped: &mut bool| {
        let all = fields.len();
        fields.retain(stays);
        *stripped |= fields.len() < all;
    };
    let by_place = |fields: &mut Vec<Option<Id>>| {
        for field in fields {
            *field = field.filter(|id| stays(id));
        }
    };
    match &mut item.inner {
        ItemEnum::Module(module) => module.items.retain(stays),
        ItemEnum::Struct(of) => {
            of.impls.retain(stays);
            match &mut of.kind {
                StructKind::Unit => {}
                StructKind::Tuple(fields) => by_place(fields),
                StructKind::Plain {
                    fields,
                    has_stripped_fields,
                } => named(fields, has_stripped_fields),
            }
        }
        ItemEnum::Union(of) => {
            of.impls.retain(stays);
            named(&mut of.fields, &mut of.has_stripped_fields);
        }
        ItemEnum::Enum(of) => {
            of.impls.retain(stays);
            named(&mut of.variants, &mut of.has_stripped_variants);
        }
        ItemEnum::Variant(variant) => match &mut variant.kind {
            VariantKind::Plain => {}
            VariantKind::Tuple(fields) => by_place(fields),
            VariantKind::Struct {
                fields,
                has_stripped_fields,
            } => named(fields, has_stripped_fields),
        },
        ItemEnum::Trait(of) => {
            of.items.retain(stays);
            of.implementations.retain(stays);
        }
        ItemEnum::Impl(of) => of.items.retain(stays),
        _ => {}
    }
}
