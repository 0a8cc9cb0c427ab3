//! Whether what a manifest refers to by position exists, and what must be there once is.

use std::borrow::Cow;
use std::collections::HashSet;

use super::json::{Kind, Value};
use super::place::{Place, Problem};
use super::shapes;
use super::types::{self, Way};

/// Things that are referred to by their position.
pub(super) struct Count {
    what: &'static str,
    count: usize,
}

impl Count {
    fn of(manifest: Value<'_>, what: &'static str) -> Self {
        let count = manifest.get(what).map_or(0, Value::len);
        Self { what, count }
    }

    /// Checks that there is one at that position.
    pub(super) fn has(&self, index: Value<'_>, place: &Place<'_>) -> Result<(), Problem> {
        if index.position().is_some_and(|at| at < self.count) {
            return Ok(());
        }
        let Self { what, count } = self;
        Err(place.problem(&format!("names `{what}[{}]`, and there are {count}", index.raw())))
    }

    fn all(&self, indexes: Value<'_>, place: &Place<'_>) -> Result<(), Problem> {
        indexes.items().try_for_each(|index| self.has(index, place))
    }
}

/// How many there are of each.
pub(super) struct Counts {
    pub(super) types: Count,
    callables: Count,
    modules: Count,
    traits: Count,
    pub(super) objects: Count,
}

/// Checks every reference of a manifest whose form was checked.
pub(super) fn check(manifest: Value<'_>) -> Result<(), Problem> {
    let counts = Counts {
        types: Count::of(manifest, "types"),
        callables: Count::of(manifest, "callables"),
        modules: Count::of(manifest, "modules"),
        traits: Count::of(manifest, "traits"),
        objects: Count::of(manifest, "objects"),
    };
    let root = &Place::Root;
    check_root(manifest)?;
    each(manifest, "types", root, |ty, place| {
        check_type(ty, place, &counts)
    })?;
    each(manifest, "callables", root, |callable, place| {
        check_callable(callable, place, &counts)
    })?;
    each(manifest, "objects", root, |object, place| {
        object.items_of("methods").try_for_each(|method| {
            let (name, place) = (name_of(method), place);
            let found = method.get("type");
            found.map_or(Ok(()), |ty| {
                types::check(ty, &Place::Key(place, &name), &counts, Way::Inwards, 0)
            })
        })
    })?;
    let kinds: Vec<_> = manifest.items_of("types").collect();
    for (at, module) in manifest.items_of("modules").enumerate() {
        let modules = Place::Key(root, "modules");
        let place = Place::At(&modules, at);
        for entry in module.items_of("entries") {
            let name = name_of(entry);
            check_entry(entry, &Place::Key(&place, &name), &kinds, &counts)?;
        }
    }
    each(manifest, "traits", root, |one, place| {
        check_callables(one, "methods", place, &counts)
    })?;
    each(manifest, "skipped", root, |skip, place| {
        let place = Place::Key(place, "owners");
        skip.get("owners")
            .map_or(Ok(()), |owners| counts.types.all(owners, &place))
    })?;
    unique(manifest, "types", "path")?;
    unique(manifest, "callables", "id")?;
    unique(manifest, "modules", "path")
}

fn check_root(manifest: Value<'_>) -> Result<(), Problem> {
    let lib = manifest.get("crate").and_then(|one| one.get("lib")?.text());
    let root = manifest
        .items_of("modules")
        .next()
        .and_then(|one| one.get("path")?.text());
    if root.is_some() && root == lib {
        return Ok(());
    }
    let lib = lib.unwrap_or_default();
    let modules = Place::Key(&Place::Root, "modules");
    Err(Place::At(&modules, 0).problem(&format!("is not the crate's root `{lib}`")))
}

fn name_of(value: Value<'_>) -> Cow<'_, str> {
    value.get("name").and_then(Value::text).unwrap_or_default()
}

/// Checks each item of the list `key`.
fn each(
    owner: Value<'_>,
    key: &str,
    place: &Place<'_>,
    check: impl Fn(Value<'_>, &Place<'_>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let list = Place::Key(place, key);
    owner
        .items_of(key)
        .enumerate()
        .try_for_each(|(at, item)| check(item, &Place::At(&list, at)))
}

/// Checks the callables of each item of the list `key`, under the item's name.
fn check_callables(owner: Value<'_>, key: &str, place: &Place<'_>, counts: &Counts) -> Result<(), Problem> {
    owner.items_of(key).try_for_each(|item| {
        let place = Place::Key(place, &name_of(item));
        check_function(item, &place, counts)
    })
}

/// Checks the callables of a function or method, and those of its instances.
fn check_function(function: Value<'_>, place: &Place<'_>, counts: &Counts) -> Result<(), Problem> {
    indexes(function, &["callables"], place, counts)?;
    function.items_of("instances").try_for_each(|one| {
        if one.get("callables").map_or(0, Value::len) == 0 {
            return Err(place.problem("has an instance without callables"));
        }
        indexes(one, &["callables"], place, counts)
    })
}

/// Checks what a map has under these keys: the position of a callable, or a list of them.
fn indexes(owner: Value<'_>, keys: &[&str], place: &Place<'_>, counts: &Counts) -> Result<(), Problem> {
    for value in keys.iter().filter_map(|key| owner.get(key)) {
        match value.kind() {
            Kind::List => counts.callables.all(value, place)?,
            _ => counts.callables.has(value, place)?,
        }
    }
    Ok(())
}

fn check_type(ty: Value<'_>, place: &Place<'_>, counts: &Counts) -> Result<(), Problem> {
    let kind = ty.get("kind").and_then(Value::text).unwrap_or_default();
    if !matches!(&*kind, "handle" | "record" | "enum") {
        let problem = format!("is `{kind}`, expected `handle`, `record` or `enum`");
        return Err(Place::Key(place, "kind").problem(&problem));
    }
    for holder in std::iter::once(ty).chain(ty.items_of("variants")) {
        for field in holder.items_of("fields") {
            let (name, place) = (name_of(field), place);
            if let Some(found) = field.get("type") {
                types::check(found, &Place::Key(place, &name), counts, Way::Outwards, 0)?;
            }
        }
    }
    for key in ["constructors", "default", "variant_of"] {
        indexes(ty, &[key], &Place::Key(place, key), counts)?;
    }
    check_callables(ty, "methods", place, counts)?;
    for (key, within) in [
        ("properties", &["get", "set", "lend"][..]),
        ("constants", &["callable"]),
        ("variants", &["getters", "constructor"]),
    ] {
        for member in ty.items_of(key) {
            indexes(member, within, &Place::Key(place, &name_of(member)), counts)?;
        }
    }
    let specials = Place::Key(place, "specials");
    for (name, found) in ty.get("specials").into_iter().flat_map(Value::entries) {
        let name = name.text().unwrap_or_default();
        let place = Place::Key(&specials, &name);
        shapes::integers(found, &place)?;
        counts.callables.all(found, &place)?;
    }
    for key in ["deref", "primary"] {
        if let Some(index) = ty.get(key) {
            counts.types.has(index, &Place::Key(place, key))?;
        }
    }
    for instance in ty.items_of("instances") {
        if let Some(index) = instance.get("type") {
            counts.types.has(index, &Place::Key(place, "instances"))?;
        }
    }
    Ok(())
}

fn check_callable(callable: Value<'_>, place: &Place<'_>, counts: &Counts) -> Result<(), Problem> {
    for param in callable.items_of("params") {
        if let Some(ty) = param.get("type") {
            types::parameter(ty, place, counts)?;
        }
    }
    match callable.get("result") {
        Some(ty) => types::check(ty, place, counts, Way::Outwards, 0),
        None => Ok(()),
    }
}

fn check_entry(
    entry: Value<'_>,
    place: &Place<'_>,
    kinds: &[Value<'_>],
    counts: &Counts,
) -> Result<(), Problem> {
    let leads = entry.entries().find(|(key, _)| !key.is("name"));
    let Some((key, to)) = leads.filter(|_| entry.len() == 2) else {
        return Err(place.problem("does not lead to exactly one thing"));
    };
    match key.raw() {
        "function" => {
            let there = |key| to.get(key).is_some_and(|list: Value<'_>| list.len() != 0);
            if !there("callables") && !there("instances") {
                return Err(place.problem("is a function without callables"));
            }
            check_function(to, place, counts)
        }
        "constant" => counts.callables.has(to, place),
        "type" => counts.types.has(to, place),
        "module" => counts.modules.has(to, place),
        "trait" => counts.traits.has(to, place),
        _ => check_variant(to, place, kinds, counts),
    }
}

fn check_variant(
    pair: Value<'_>,
    place: &Place<'_>,
    kinds: &[Value<'_>],
    counts: &Counts,
) -> Result<(), Problem> {
    let mut parts = pair.items();
    let (Some(ty), Some(variant), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(place.problem("is not a type and a variant"));
    };
    counts.types.has(ty, place)?;
    let Some(ty) = ty.position().and_then(|at| kinds.get(at)) else {
        return Ok(());
    };
    let there = ty.get("variants").map_or(0, Value::len);
    if variant.position().is_some_and(|at| at < there) {
        return Ok(());
    }
    let path = ty.get("path").and_then(Value::text).unwrap_or_default();
    Err(place.problem(&format!(
        "names variant {} of `{path}`, which has none of that number",
        variant.raw()
    )))
}

/// Checks that no two items of a list have the same `key`.
fn unique(manifest: Value<'_>, list: &str, key: &str) -> Result<(), Problem> {
    let mut seen = HashSet::with_capacity(manifest.get(list).map_or(0, Value::len));
    for name in manifest
        .items_of(list)
        .filter_map(|item| item.get(key).and_then(Value::text))
    {
        if let Some(twice) = seen.replace(name) {
            return Err(Place::Key(&Place::Root, list).problem(&format!("has `{twice}` twice")));
        }
    }
    Ok(())
}
