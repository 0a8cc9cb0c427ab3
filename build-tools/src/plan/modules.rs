//! The public tree: which name leads where, with the functions, constants and traits that live in it.

use std::collections::BTreeMap;

use usecrate_manifest::SkipCode;

use super::build::{Builder, Place};
use super::callables::made_up;
use super::ctx::Ctx;
use super::fold::{Subst, erase};
use super::methods::{TraitMethods, skip_generic, skip_unreached};
use super::model::{PlannedMethod, PlannedModule, PlannedTarget, PlannedTrait, ShimId, TypeId};
use super::paths::Meaning;
use super::site::{Callee, Explicit, Origin, OriginKey, Site};
use super::wire::Reason;
use super::{foreign, names, stand_in};
use crate::api::{Def, DefKey, DefKind, Function, Target, Ty};

/// What a definition was planned as, once.
#[derive(Debug, Clone)]
enum Planned {
    Target(PlannedTarget),
    Nothing,
}

/// The modules, the root first.
pub(super) fn modules(build: &mut Builder<'_, '_>, traits: &[(DefKey, PlannedTrait)]) -> Vec<PlannedModule> {
    let api = build.ctx.api;
    let mut order: Vec<&String> = api
        .modules
        .keys()
        .filter(|path| build.ctx.near.contains(*path))
        .collect();
    skip_far(build);
    order.sort_by_key(|path| (**path != api.name, (*path).clone()));
    let numbers: BTreeMap<&String, usize> = order.iter().enumerate().map(|(at, path)| (*path, at)).collect();
    let mut done: BTreeMap<DefKey, Planned> = BTreeMap::new();
    let mut out = Vec::new();
    for path in &order {
        let module = &api.modules[*path];
        let mut entries: BTreeMap<String, PlannedTarget> = BTreeMap::new();
        for entry in &module.entries {
            let target = match &entry.target {
                Target::Module(path) => numbers.get(path).map(|at| PlannedTarget::Module(*at)),
                Target::Variant { def, variant } => variant_target(build, def, variant),
                Target::Def(key) => match definition(build, key, traits, &mut done) {
                    Planned::Target(target) => Some(target),
                    Planned::Nothing => None,
                },
            };
            let Some(target) = target else { continue };
            let name = names::python(&entry.name);
            match entries.get(&name) {
                Some(have) if rank(have) <= rank(&target) => {
                    if rank(have) != rank(&target) {
                        let place = Place::modules(vec![(*path).clone()]);
                        build.shadowed(&format!("{path}::{}", entry.name), &name, &place, word(have));
                    }
                }
                _ => {
                    entries.insert(name, target);
                }
            }
        }
        out.push(PlannedModule {
            path: (*path).clone(),
            docs: module.docs.clone(),
            entries: entries.into_iter().collect(),
        });
    }
    out
}

/// Modules that a dependency re-exports from a dependency of its own are named, not served.
fn skip_far(build: &mut Builder<'_, '_>) {
    let far: Vec<String> = build
        .ctx
        .api
        .modules
        .keys()
        .filter(|path| !build.ctx.near.contains(*path))
        .cloned()
        .collect();
    for path in far {
        let Some((parent, name)) = path.rsplit_once("::") else {
            continue;
        };
        if build.ctx.near.contains(parent) {
            let message =
                "a dependency re-exports it from a crate of its own: build that crate itself".to_owned();
            let place = Place::modules(vec![parent.to_owned()]);
            let reason = Reason::new(SkipCode::UnsupportedType, message);
            build.skip(&path, &names::python(name), &place, reason, None, None);
        }
    }
}

/// Of several things with one name, the lowest has it.
fn rank(target: &PlannedTarget) -> usize {
    match target {
        PlannedTarget::Function(_) => 0,
        PlannedTarget::Type(_) => 1,
        PlannedTarget::Trait(_) => 2,
        PlannedTarget::Constant(_) => 3,
        PlannedTarget::Variant(..) => 4,
        PlannedTarget::Module(_) => 5,
    }
}

fn word(target: &PlannedTarget) -> &'static str {
    match target {
        PlannedTarget::Function(_) => "a function",
        PlannedTarget::Type(_) => "a type",
        PlannedTarget::Trait(_) => "a trait",
        PlannedTarget::Constant(_) => "a constant",
        PlannedTarget::Variant(..) => "a variant",
        PlannedTarget::Module(_) => "a module",
    }
}

/// Public paths of the modules in which a definition is.
pub(super) fn homes(build: &Builder<'_, '_>, key: &DefKey) -> Vec<String> {
    let is = |target: &Target| matches!(target, Target::Def(have) if have == key);
    build
        .ctx
        .api
        .modules
        .iter()
        .filter(|(path, module)| {
            build.ctx.near.contains(*path) && module.entries.iter().any(|entry| is(&entry.target))
        })
        .map(|(path, _)| path.clone())
        .collect()
}

fn variant_target(build: &Builder<'_, '_>, def: &DefKey, name: &str) -> Option<PlannedTarget> {
    let id = build.types.of_def(def).first().copied()?;
    match &build.ctx.def(def)?.kind {
        DefKind::Enum { variants, .. } => {
            let at = variants.iter().position(|variant| variant.name == name)?;
            Some(PlannedTarget::Variant(id, at))
        }
        _ => None,
    }
}

fn definition(
    build: &mut Builder<'_, '_>,
    key: &DefKey,
    traits: &[(DefKey, PlannedTrait)],
    done: &mut BTreeMap<DefKey, Planned>,
) -> Planned {
    if let Some(planned) = done.get(key) {
        return planned.clone();
    }
    let planned = match build.ctx.def(key) {
        Some(def) if !def.hidden => {
            plan_definition(build, def, traits).map_or(Planned::Nothing, Planned::Target)
        }
        _ => Planned::Nothing,
    };
    done.insert(key.clone(), planned.clone());
    planned
}

fn plan_definition(
    build: &mut Builder<'_, '_>,
    def: &Def,
    traits: &[(DefKey, PlannedTrait)],
) -> Option<PlannedTarget> {
    let path = build.ctx.path(&def.key);
    let name = names::python(path.rsplit("::").next().unwrap_or_default());
    let place = Place::modules(homes(build, &def.key));
    let refuse = |build: &mut Builder<'_, '_>, code: SkipCode, message: String| {
        build.skip(
            &path,
            &name,
            &place,
            Reason::new(code, message),
            def.span.clone(),
            None,
        );
        None
    };
    match &def.kind {
        DefKind::Function(function) => {
            let shims = free_function(build, def, function, &place);
            if shims.is_empty() {
                None
            } else {
                Some(PlannedTarget::Function(shims))
            }
        }
        DefKind::Struct(_) | DefKind::Enum { .. } | DefKind::Union => match default_instance(build, def) {
            Some(id) => {
                skip_unreached(build, def);
                Some(PlannedTarget::Type(id))
            }
            None => match traits.iter().position(|(key, _)| *key == def.key) {
                Some(at) => {
                    skip_unreached(build, def);
                    Some(PlannedTarget::Trait(at))
                }
                None => {
                    skip_generic(build, def, &place.modules);
                    None
                }
            },
        },
        DefKind::Trait(_) => {
            let at = traits.iter().position(|(key, _)| *key == def.key);
            if at.is_none() {
                let message = "no type that Python can have implements a method of it".to_owned();
                return refuse(build, SkipCode::UnsupportedType, message);
            }
            at.map(PlannedTarget::Trait)
        }
        DefKind::Alias { ty } => {
            let ty = build.ctx.normal(ty);
            let id = leads_to(build, def);
            match id {
                Some(id) => Some(PlannedTarget::Type(id)),
                None => {
                    let message = format!(
                        "an alias of `{}`, which has no class of its own",
                        build.ctx.show(&ty)
                    );
                    refuse(build, SkipCode::UnsupportedType, message)
                }
            }
        }
        DefKind::Const { ty } => {
            let rust = build.ctx.spell_def(&def.key).ok()?;
            let ty = build.ctx.normal(ty);
            constant(build, &path, &name, &def.docs, ty, Callee::Const(rust), &place)
                .map(PlannedTarget::Constant)
        }
        DefKind::Static { mutable, unsafe_, .. } if *mutable || *unsafe_ => {
            refuse(build, SkipCode::Unsafe, "reading it is unsafe".to_owned())
        }
        DefKind::Static { ty, .. } => {
            let rust = build.ctx.spell_def(&def.key).ok()?;
            let ty = Ty::Ref {
                lifetime: Some("'static".to_owned()),
                mutable: false,
                ty: Box::new(build.ctx.normal(ty)),
            };
            constant(build, &path, &name, &def.docs, ty, Callee::Static(rust), &place)
                .map(PlannedTarget::Constant)
        }
        DefKind::Macro => refuse(
            build,
            SkipCode::Macro,
            "a macro: it exists at compile time only".to_owned(),
        ),
        DefKind::Opaque { what } => {
            if let Some(id) = build.types.of_def(&def.key).first() {
                return Some(PlannedTarget::Type(*id));
            }
            refuse(
                build,
                SkipCode::UnsupportedType,
                format!("a {what} of another crate that was not scanned"),
            )
        }
    }
}

/// The class that the public name of a type or of an alias leads to.
pub(super) fn leads_to(build: &Builder<'_, '_>, def: &Def) -> Option<TypeId> {
    let DefKind::Alias { ty } = &def.kind else {
        return default_instance(build, def);
    };
    let ty = build.ctx.normal(ty);
    let over = stand_in::of_alias(build.ctx, def, &ty);
    let id = build.types.id(&erase(over.as_ref().unwrap_or(&ty)));
    id.or_else(|| {
        let mut asked = build
            .ctx
            .requests
            .iter()
            .filter(|one| one.meaning == Meaning::Def(def.key.clone()));
        asked.find_map(|one| build.types.id(&erase(&one.ty(build.ctx)?)))
    })
}

/// Of a definition's instances the one to which its public name leads.
pub(super) fn default_instance(build: &Builder<'_, '_>, def: &Def) -> Option<TypeId> {
    let ids = build.types.of_def(&def.key);
    let instances: Vec<&Ty> = ids.iter().map(|id| &build.types.get(*id).instance.ty).collect();
    build.types.id(stand_in::primary(build.ctx, def, &instances)?)
}

fn free_function(build: &mut Builder<'_, '_>, def: &Def, function: &Function, place: &Place) -> Vec<ShimId> {
    let path = build.ctx.path(&def.key);
    let origin = Origin::new(OriginKey::Free(def.key.clone()), function, true);
    let rust = match build.ctx.spell_def(&def.key) {
        Ok(rust) => rust,
        Err(super::spell::Unnameable(why)) => {
            let reason = Reason::new(SkipCode::UnsupportedType, why);
            build.skip(
                &path,
                &names::python(&function.name),
                place,
                reason,
                def.span.clone(),
                Some(&origin),
            );
            return Vec::new();
        }
    };
    let mut function = function.clone();
    if function.docs.is_empty() {
        function.docs.clone_from(&def.docs);
    }
    if function.span.is_none() {
        function.span.clone_from(&def.span);
    }
    if let Some(name) = path.rsplit("::").next() {
        name.clone_into(&mut function.name);
    }
    let generics = if function.generics.params.is_empty() {
        vec![def.generics.clone()]
    } else {
        Vec::new()
    };
    let site = Site {
        id: path,
        function,
        subst: Subst::default(),
        generics,
        callee: Callee::Path(rust),
        explicit: Explicit::None,
        of_trait: None,
        origin: Some(origin),
    };
    build.plan(&site, place)
}

/// Plans a constant or static.
pub(super) fn constant(
    build: &mut Builder<'_, '_>,
    path: &str,
    name: &str,
    docs: &str,
    ty: Ty,
    callee: Callee,
    place: &Place,
) -> Option<ShimId> {
    let site = Site {
        id: path.to_owned(),
        function: made_up(name, docs, Vec::new(), Some(ty)),
        subst: Subst::default(),
        generics: Vec::new(),
        callee,
        explicit: Explicit::None,
        of_trait: None,
        origin: None,
    };
    build.plan(&site, place).first().copied()
}

/// The exported traits with their methods over all types: those of the plan, and standard ones (`str`, `[u8]`…).
pub(super) fn traits(
    build: &mut Builder<'_, '_>,
    mut over_types: TraitMethods,
) -> Vec<(DefKey, PlannedTrait)> {
    let exported: Vec<&Def> = build
        .ctx
        .exported
        .iter()
        .filter_map(|key| build.ctx.def(key))
        .filter(|def| is_served(build.ctx, def))
        .collect();
    let mut out = Vec::new();
    for def in exported {
        let mut methods: BTreeMap<String, PlannedMethod> = over_types.remove(&def.key).unwrap_or_default();
        foreign::methods(build, def, &mut methods);
        let methods: Vec<PlannedMethod> = methods.into_values().collect();
        if methods.is_empty() {
            continue;
        }
        out.push((def.key.clone(), namespace(build, def, methods)));
    }
    out
}

/// It is a trait that the crate exports.
pub(super) fn is_served(ctx: &Ctx<'_>, def: &Def) -> bool {
    matches!(def.kind, DefKind::Trait(_)) && !def.hidden && !def.std && ctx.exported.contains(&def.key)
}

/// What a definition's functions are reached through.
pub(super) fn namespace(build: &Builder<'_, '_>, def: &Def, methods: Vec<PlannedMethod>) -> PlannedTrait {
    let path = build.ctx.path(&def.key);
    PlannedTrait {
        name: names::python(path.rsplit("::").next().unwrap_or_default()),
        path,
        docs: def.docs.clone(),
        methods,
        plain: false,
    }
}
