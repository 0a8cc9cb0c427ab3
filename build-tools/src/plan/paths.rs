//! From a path as a person writes it (`graph::DiGraph`, `Connection::execute`, `Vec`) to the definition that it means: in
//! the crate's own names, with or without the crate's, then in those of the standard library.

use std::collections::BTreeSet;

use super::ctx::Ctx;
use super::stdlib;
use crate::api::{Def, DefKey, DefKind, Target, Ty};
use crate::nearest::nearest;

/// What is in scope everywhere.
const PRELUDE: &[(&str, &str)] = &[
    ("Box", "alloc::boxed::Box"),
    ("Option", "core::option::Option"),
    ("Result", "core::result::Result"),
    ("String", "alloc::string::String"),
    ("Vec", "alloc::vec::Vec"),
];

/// The primitive types.
const PRIMITIVES: &[&str] = &[
    "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "str", "u128", "u16", "u32",
    "u64", "u8", "usize",
];

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A definition.
    Def(DefKey),
    /// A function of a type or trait.
    Member(DefKey, String),
}

/// A primitive type.
pub(super) fn primitive(name: &str) -> Option<Ty> {
    PRIMITIVES.contains(&name).then(|| Ty::Primitive(name.to_owned()))
}

/// What a path of the crate means.
pub(super) fn of_crate(ctx: &Ctx<'_>, path: &str) -> Option<Meaning> {
    let segments: Vec<&str> = path.split("::").collect();
    let lib = ctx.api.name.as_str();
    let relative = walk(ctx, &segments);
    relative.or_else(|| match segments.split_first() {
        Some((first, rest)) if *first == lib || *first == "crate" => walk(ctx, rest),
        _ => None,
    })
}

fn walk(ctx: &Ctx<'_>, segments: &[&str]) -> Option<Meaning> {
    let mut module = ctx.api.name.clone();
    for (at, segment) in segments.iter().enumerate() {
        let rest = &segments[at + 1..];
        let entries = &ctx.api.modules.get(&module)?.entries;
        let named = || entries.iter().filter(|entry| entry.name == *segment);
        let defs = named().filter_map(|entry| match &entry.target {
            Target::Def(key) => Some(key),
            Target::Module(_) | Target::Variant { .. } => None,
        });
        for key in defs {
            match rest {
                [] if ctx.def(key).is_some_and(is_item) => return Some(Meaning::Def(key.clone())),
                [name] if members(ctx, key).contains(*name) => {
                    return Some(Meaning::Member(of_alias(ctx, key), (*name).to_owned()));
                }
                _ => {}
            }
        }
        module = named().find_map(|entry| match &entry.target {
            Target::Module(path) => Some(path.clone()),
            Target::Def(_) | Target::Variant { .. } => None,
        })?;
    }
    None
}

/// It may be generic.
fn is_item(def: &Def) -> bool {
    !matches!(
        def.kind,
        DefKind::Const { .. } | DefKind::Static { .. } | DefKind::Macro
    )
}

/// What an alias is of.
fn of_alias(ctx: &Ctx<'_>, key: &DefKey) -> DefKey {
    match ctx.def(key).map(|def| &def.kind) {
        Some(DefKind::Alias { ty }) => match ctx.normal(ty) {
            Ty::Path { def, .. } => def,
            _ => key.clone(),
        },
        _ => key.clone(),
    }
}

/// The functions of a type or trait, by name.
fn members(ctx: &Ctx<'_>, key: &DefKey) -> BTreeSet<String> {
    let key = of_alias(ctx, key);
    let of_trait = |key: &DefKey| match ctx.def(key).map(|def| &def.kind) {
        Some(DefKind::Trait(found)) => found.methods.iter().map(|one| one.name.clone()).collect(),
        _ => Vec::new(),
    };
    let mut all: BTreeSet<String> = of_trait(&key).into_iter().collect();
    for impl_ in ctx.impls(&key) {
        all.extend(impl_.methods.iter().map(|one| one.name.clone()));
        all.extend(impl_.trait_.iter().flat_map(|one| of_trait(&one.def)));
    }
    all
}

/// The type of that path, without arguments: the crate's own, else a standard one, else one that a dependency has.
pub(super) fn of_type(ctx: &Ctx<'_>, path: &str) -> Option<DefKey> {
    if let Some(Meaning::Def(key)) = of_crate(ctx, path) {
        return Some(key);
    }
    if let Some((_, key)) = PRELUDE.iter().find(|(name, _)| *name == path) {
        return Some(known(ctx, key));
    }
    if let Some(key) = stdlib::of_path(path) {
        return Some(known(ctx, &key));
    }
    let mut defs = ctx.api.defs.values();
    let found = defs.find(|def| !def.std && is_item(def) && def.paths.iter().any(|one| one == path))?;
    Some(found.key.clone())
}

/// The key under which a standard type is in the `Api`, if it is mentioned there.
fn known(ctx: &Ctx<'_>, key: &str) -> DefKey {
    let key = DefKey(key.to_owned());
    let path = stdlib::path(&key);
    let mut std = ctx.api.defs.keys().filter(|one| stdlib::is_std(one));
    std.find(|one| stdlib::path(one) == path).cloned().unwrap_or(key)
}

/// Paths of the crate's items that are spelled like one that means nothing.
pub(super) fn near(ctx: &Ctx<'_>, path: &str) -> Vec<String> {
    let lib = format!("{}::", ctx.api.name);
    let bare = path.strip_prefix(&lib).unwrap_or(path);
    let mut all = BTreeSet::new();
    for (module, found) in ctx
        .api
        .modules
        .iter()
        .filter(|(path, _)| ctx.near.contains(*path))
    {
        for entry in &found.entries {
            let Target::Def(key) = &entry.target else { continue };
            let full = format!("{module}::{}", entry.name);
            let name = full.strip_prefix(&lib).unwrap_or(&full).to_owned();
            if bare.starts_with(&format!("{name}::")) {
                all.extend(members(ctx, key).into_iter().map(|one| format!("{name}::{one}")));
            }
            all.insert(name);
        }
    }
    let close = nearest(bare, all.iter().map(String::as_str));
    if !close.is_empty() {
        return close;
    }
    // The right name in the wrong place.
    let last = bare.rsplit("::").next().unwrap_or(bare);
    let alike = all
        .into_iter()
        .filter(|one| one.rsplit("::").next() == Some(last));
    alike.take(3).collect()
}

/// Names of types that are spelled like one that there is not.
pub(super) fn near_types(ctx: &Ctx<'_>, path: &str) -> Vec<String> {
    let mut all = near(ctx, path);
    let std = stdlib::paths().filter(|one| one.rsplit("::").next() == Some(path));
    all.extend(std.map(str::to_owned));
    let prelude = PRELUDE.iter().map(|(name, _)| *name);
    all.extend(nearest(path, prelude.chain(PRIMITIVES.iter().copied())));
    all
}
