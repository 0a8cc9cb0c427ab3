//! Names that somebody else chose: the table `[rename]`, and `py_name` in `[instantiate]`.
//!
//! The old name is left out with a reason that tells the new one.

use std::collections::{BTreeMap, BTreeSet};

use usecrate_manifest::SkipCode;

use super::names::{Unusable, within, without_types};
use crate::nearest::nearest;
use crate::plan::model::{Plan, PlannedMethod, PlannedModule, PlannedSkip, PlannedTarget, ShimId, TypeId};
use crate::plan::names;

const RENAME: &str = "`[rename]`";
const INSTANTIATE: &str = "`[instantiate]`";

/// Gives items other names.
pub(super) fn rename(plan: &mut Plan, wanted: &BTreeMap<String, String>) -> Result<(), Unusable> {
    // Names are looked up as they are in Rust: whatever else is renamed, before or behind.
    let before = plan.modules.clone();
    for (entry, name) in wanted {
        let unusable = |problem: String, near: Vec<String>| Unusable {
            table: RENAME,
            entry: entry.clone(),
            problem,
            near,
        };
        check_name(name).map_err(|problem| unusable(problem, Vec::new()))?;
        let path = within(&plan.lib, entry);
        let found = match target(&before, &plan.lib, path) {
            Some(found) => entries(plan, &before, path, &found.clone(), name),
            None => member(plan, &before, path, name),
        };
        match found {
            Ok(true) => {}
            Ok(false) => {
                let problem = format!("`{}` serves nothing of that path", plan.lib);
                return Err(unusable(problem, near(plan, &before, path)));
            }
            Err(taken) => return Err(unusable(taken, Vec::new())),
        }
    }
    Ok(())
}

/// Whether Python would read it as a name.
fn check_name(name: &str) -> Result<(), String> {
    let mut letters = name.chars();
    let first = letters.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    let whole = first && letters.all(|c| c.is_alphanumeric() || c == '_');
    if !whole || names::python(name) != name {
        return Err(format!("`{name}` is no name in Python"));
    }
    if name.starts_with("__") {
        return Err(format!("`{name}` is one of Python's own names"));
    }
    Ok(())
}

fn taken(name: &str, place: &str) -> String {
    format!("`{name}` is something else in `{place}` already")
}

fn target<'m>(modules: &'m [PlannedModule], lib: &str, path: &str) -> Option<&'m PlannedTarget> {
    modules.iter().find_map(|module| {
        let within_module = |name: &str| within(lib, &format!("{}::{name}", module.path)) == path;
        let found = module.entries.iter().find(|(name, _)| within_module(name));
        found.map(|(_, target)| target)
    })
}

/// Renames an item wherever it has that name. `Err`: the name is taken.
fn entries(
    plan: &mut Plan,
    before: &[PlannedModule],
    path: &str,
    found: &PlannedTarget,
    name: &str,
) -> Result<bool, String> {
    let old = path.rsplit("::").next().unwrap_or(path);
    let mut skips = Vec::new();
    for (module, before) in plan.modules.iter_mut().zip(before) {
        let is = |(have, target): &(String, PlannedTarget)| have == old && target == found;
        if !before.entries.iter().any(is) {
            continue;
        }
        if module.entries.iter().any(|(have, _)| have == name) {
            return Err(taken(name, &module.path));
        }
        for entry in module.entries.iter_mut().filter(|entry| is(entry)) {
            name.clone_into(&mut entry.0);
            let mut skip = renamed(&format!("{}::{old}", module.path), old, name);
            skip.modules.push(module.path.clone());
            skips.push(skip);
        }
    }
    match found {
        PlannedTarget::Function(ids) => ids
            .iter()
            .for_each(|id| name.clone_into(&mut plan.shims[*id].name)),
        PlannedTarget::Constant(id) => name.clone_into(&mut plan.shims[*id].name),
        PlannedTarget::Type(id) => name.clone_into(&mut plan.types[*id].name),
        PlannedTarget::Trait(at) => name.clone_into(&mut plan.traits[*at].name),
        PlannedTarget::Module(_) | PlannedTarget::Variant(..) => {}
    }
    skips.into_iter().for_each(|skip| skip.record(&mut plan.skipped));
    Ok(true)
}

fn renamed(path: &str, old: &str, name: &str) -> PlannedSkip {
    PlannedSkip {
        path: path.to_owned(),
        name: old.to_owned(),
        owners: Vec::new(),
        modules: Vec::new(),
        code: SkipCode::Renamed,
        message: format!("the configuration names it `{name}`"),
        span: None,
        origin: None,
        counts: None,
    }
}

/// Renames what a type or trait has. `Err`: the name is taken.
fn member(plan: &mut Plan, before: &[PlannedModule], path: &str, name: &str) -> Result<bool, String> {
    let Some((owner, old)) = path.rsplit_once("::") else {
        return Ok(false);
    };
    let types = match target(before, &plan.lib, owner) {
        Some(PlannedTarget::Type(id)) => instances(plan, *id),
        Some(PlannedTarget::Trait(at)) => return of_trait(plan, *at, old, name),
        _ => return Ok(false),
    };
    let mut found = false;
    for id in types {
        found |= of_type(plan, id, &|one| one.name == old, old, name)?;
    }
    Ok(found)
}

/// All instances of the generic type that a type is one of.
fn instances(plan: &Plan, id: TypeId) -> Vec<TypeId> {
    let path = |id: TypeId| {
        let path = &plan.types[id].path;
        without_types(path).unwrap_or_else(|| path.clone())
    };
    let wanted = path(id);
    (0..plan.types.len()).filter(|id| path(*id) == wanted).collect()
}

fn of_trait(plan: &mut Plan, at: usize, old: &str, name: &str) -> Result<bool, String> {
    let trait_ = &mut plan.traits[at];
    let path = trait_.path.clone();
    if trait_.methods.iter().any(|one| one.name == name) {
        return Err(taken(name, &path));
    }
    let mut found = false;
    for method in trait_.methods.iter_mut().filter(|one| one.name == old) {
        name.clone_into(&mut method.name);
        found = true;
    }
    for id in 0..plan.types.len() {
        let meant = |one: &PlannedMethod| one.name == old && one.from_trait.as_ref() == Some(&path);
        if plan.types[id].methods.iter().any(meant) {
            found |= of_type(plan, id, &meant, old, name)?;
        }
    }
    Ok(found)
}

fn of_type(
    plan: &mut Plan,
    id: TypeId,
    meant: &dyn Fn(&PlannedMethod) -> bool,
    old: &str,
    name: &str,
) -> Result<bool, String> {
    let ty = &mut plan.types[id];
    let mut names: Vec<&mut String> = Vec::new();
    let mut shims: Vec<ShimId> = Vec::new();
    for method in &mut ty.methods {
        if meant(method) {
            shims.extend(&method.shims);
        }
        names.push(&mut method.name);
    }
    names.extend(ty.properties.iter_mut().map(|one| &mut one.name));
    names.extend(ty.constants.iter_mut().map(|one| &mut one.0));
    names.extend(ty.variants.iter_mut().map(|one| &mut one.name));
    names.extend(ty.fields.iter_mut().map(|one| &mut one.name));
    if !names.iter().any(|have| *have == old) {
        return Ok(false);
    }
    if names.iter().any(|have| *have == name) {
        return Err(taken(name, &ty.path));
    }
    names
        .into_iter()
        .filter(|have| *have == old)
        .for_each(|have| name.clone_into(have));
    let mut skip = renamed(&format!("{}::{old}", ty.path), old, name);
    skip.owners.push(id);
    skip.record(&mut plan.skipped);
    for id in shims {
        name.clone_into(&mut plan.shims[id].name);
    }
    Ok(true)
}

fn near(plan: &Plan, before: &[PlannedModule], path: &str) -> Vec<String> {
    let mut all = BTreeSet::new();
    for module in before {
        for (name, target) in &module.entries {
            let public = within(&plan.lib, &format!("{}::{name}", module.path)).to_owned();
            match target {
                PlannedTarget::Type(id) => {
                    let ty = &plan.types[*id];
                    let members = ty.methods.iter().map(|one| &one.name);
                    let members = members.chain(ty.properties.iter().map(|one| &one.name));
                    all.extend(members.map(|one| format!("{public}::{one}")));
                }
                PlannedTarget::Trait(at) => {
                    let methods = plan.traits[*at].methods.iter();
                    all.extend(methods.map(|one| format!("{public}::{}", one.name)));
                }
                _ => {}
            }
            all.insert(public);
        }
    }
    nearest(path, all.iter().map(String::as_str))
}

/// An instance of a generic type that was asked for with a name of its own.
pub(in crate::plan) struct NamedClass {
    /// The entry.
    pub(in crate::plan) entry: String,
    /// To what the generic type's own name leads.
    pub(in crate::plan) from: TypeId,
    /// The instance.
    pub(in crate::plan) to: TypeId,
    /// The name.
    pub(in crate::plan) name: String,
}

/// Puts instances that have names of their own beside what they are instances of.
pub(in crate::plan) fn name_instances(plan: &mut Plan, classes: &[NamedClass]) -> Result<(), Unusable> {
    for one in classes {
        checked(&one.entry, check_name(&one.name))?;
        plan.types[one.to].name.clone_from(&one.name);
        for module in &mut plan.modules {
            let leads = |target: &PlannedTarget| *target == PlannedTarget::Type(one.from);
            if module.entries.iter().any(|(_, target)| leads(target)) {
                let added = add(module, &one.name, PlannedTarget::Type(one.to));
                checked(&one.entry, added)?;
            }
        }
    }
    for at in 0..plan.modules.len() {
        let functions = plan.modules[at]
            .entries
            .iter()
            .filter_map(|(_, target)| match target {
                PlannedTarget::Function(ids) => Some(ids.clone()),
                _ => None,
            });
        for ids in functions.collect::<Vec<_>>() {
            for (entry, name, ids) in named(plan, &ids) {
                let added = check_name(&name)
                    .and_then(|()| add(&mut plan.modules[at], &name, PlannedTarget::Function(ids)));
                checked(&entry, added)?;
            }
        }
    }
    for at in 0..plan.types.len() {
        let found = beside(plan, &plan.types[at].path, &plan.types[at].methods)?;
        plan.types[at].methods.extend(found);
        plan.types[at].methods.sort_by(|a, b| a.name.cmp(&b.name));
    }
    for at in 0..plan.traits.len() {
        let found = beside(plan, &plan.traits[at].path, &plan.traits[at].methods)?;
        plan.traits[at].methods.extend(found);
    }
    Ok(())
}

fn checked(entry: &str, done: Result<(), String>) -> Result<(), Unusable> {
    done.map_err(|problem| Unusable {
        table: INSTANTIATE,
        entry: entry.to_owned(),
        problem,
        near: Vec::new(),
    })
}

fn add(module: &mut PlannedModule, name: &str, target: PlannedTarget) -> Result<(), String> {
    match module.entries.iter().find(|(have, _)| have == name) {
        Some((_, have)) if *have == target => Ok(()),
        Some(_) => Err(taken(name, &module.path)),
        None => {
            module.entries.push((name.to_owned(), target));
            module.entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Ok(())
        }
    }
}

/// Of some shims those that were asked for with names of their own: entry, name and which.
fn named(plan: &Plan, ids: &[ShimId]) -> Vec<(String, String, Vec<ShimId>)> {
    let mut all: Vec<(String, String, Vec<ShimId>)> = Vec::new();
    for id in ids {
        let reach = &plan.shims[*id].reach;
        let (Some(name), Some(entry)) = (&reach.name, &reach.request) else {
            continue;
        };
        match all.iter_mut().find(|(_, have, _)| have == name) {
            Some((_, _, ids)) => ids.push(*id),
            None => all.push((entry.clone(), name.clone(), vec![*id])),
        }
    }
    all
}

/// The methods that stand beside others under names of their own.
fn beside(plan: &Plan, path: &str, methods: &[PlannedMethod]) -> Result<Vec<PlannedMethod>, Unusable> {
    let mut all = Vec::new();
    for method in methods {
        for (entry, name, shims) in named(plan, &method.shims) {
            checked(&entry, check_name(&name))?;
            if methods
                .iter()
                .chain(&all)
                .any(|one: &PlannedMethod| one.name == name)
            {
                checked(&entry, Err(taken(&name, path)))?;
            }
            all.push(PlannedMethod {
                name,
                shims,
                ..method.clone()
            });
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::sample;

    fn wanted(pairs: &[(&str, &str)]) -> Result<Plan, Unusable> {
        let mut plan = sample::plan();
        let pairs = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        rename(&mut plan, &pairs.collect()).map(|()| plan)
    }

    #[test]
    fn a_class_and_a_method_get_other_names() {
        let plan = wanted(&[("Shop", "Store"), ("Shop::add", "put")]).unwrap();
        let shop = &plan.types[0];
        assert_eq!(shop.name, "Store");
        assert!(shop.methods.iter().any(|one| one.name == "put"));
        assert!(!shop.methods.iter().any(|one| one.name == "add"));
        let told: Vec<_> = plan
            .skipped
            .iter()
            .map(|skip| (skip.path.as_str(), skip.code))
            .collect();
        assert!(told.contains(&("x::Shop", SkipCode::Renamed)), "{told:?}");
        assert!(told.contains(&("x::Shop::add", SkipCode::Renamed)), "{told:?}");
    }

    #[test]
    fn what_cannot_be_is_told() {
        for (entry, name, problem) in [
            ("Shop", "1st", "no name in Python"),
            ("Shop", "class", "no name in Python"),
            ("Shop", "__len__", "Python's own"),
            ("Shop", "Lost", "is something else in `x` already"),
            ("Shopp", "Store", "serves nothing of that path"),
            ("Shop::ad", "unlock", "serves nothing of that path"),
        ] {
            let error = wanted(&[(entry, name)]).unwrap_err();
            assert!(error.to_string().contains(problem), "{error}");
        }
        assert_eq!(wanted(&[("Shopp", "Store")]).unwrap_err().near, ["Shop"]);
    }
}
