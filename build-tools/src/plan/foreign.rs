//! The methods of a trait on types that have no class: those of the language and the standard library, which Python passes as
//! `m.Trait.method(value, …)`.

use std::collections::BTreeMap;

use super::build::{Builder, Place};
use super::choose::{Chooser, list};
use super::ctx::{Ctx, Match, bounds_of};
use super::fold::{Subst, closed, erase, generics_in};
use super::methods::{has_receiver, trait_sites};
use super::model::PlannedMethod;
use super::modules::homes;
use super::site::{Origin, OriginKey, Site};
use super::spell::Lifetimes;
use super::wire::{Class, class, is_text, type_args};
use super::{holds, items, iterables, names, stand_in, stdlib};
use crate::api::{Bound, Def, Impl, Ty};

/// Methods of a trait on types that have no class: `impl ToSnakeCase for str`.
pub(super) fn methods(build: &mut Builder<'_, '_>, def: &Def, methods: &mut BTreeMap<String, PlannedMethod>) {
    let mut seen: Vec<Ty> = Vec::new();
    let place = Place::modules(homes(build, &def.key));
    let api = build.ctx.api;
    // Where a class has it, it is counted there.
    let counted = methods.is_empty();
    for impl_ in &api.impls {
        if impl_.negative || impl_.trait_.as_ref().is_none_or(|have| have.def != def.key) {
            continue;
        }
        let ty = erase(&build.ctx.normal(&impl_.self_ty));
        let once = iterables::trait_of(build.ctx, impl_).is_some();
        let alone = |all: Vec<Ty>| all.into_iter().map(|ty| (ty, Subst::default())).collect();
        let (generic, candidates) = match &ty {
            Ty::Generic(name) => (Some(name.clone()), alone(foreign_types(build, impl_, name))),
            ty if is_list(ty) && !closed(ty) => (None, lists(build.ctx, impl_, ty)),
            _ => (impl_.blanket.clone(), alone(vec![ty.clone()])),
        };
        for (ty, told) in candidates {
            if seen.contains(&ty) || !is_foreign(build, &ty) {
                continue;
            }
            let Ok(rust) = build.ctx.spell(&ty, Lifetimes::Infer) else {
                continue;
            };
            let mut subst = Subst::of_self(&ty);
            subst.types.extend(told.types);
            if let Some(name) = &generic {
                subst.types.insert(name.clone(), ty.clone());
            }
            let shown = build.ctx.show(&ty);
            let found = Match { impl_, subst };
            for site in trait_sites(build, &found, &rust, &shown, counted) {
                if !has_receiver(&site.function) {
                    continue;
                }
                let again = once.then(|| over_others(build, &found, &site, counted)).flatten();
                let mut site = again.unwrap_or(site);
                let key = OriginKey::Foreign {
                    trait_: def.key.clone(),
                    name: site.function.name.clone(),
                };
                site.origin = Some(match once {
                    true => iterables::origin(&def.key, &site.function, build.ctx.own(&def.key)),
                    false => Origin::new(key, &site.function, counted),
                });
                if let Some(reason) = iterables::unmet(build.ctx, &site).filter(|_| once) {
                    build.skip_site(&site, &site.id, &place, reason);
                    continue;
                }
                let shims = build.plan(&site, &place);
                if !shims.is_empty() {
                    let name = names::python(&site.function.name);
                    if once && items::gathers(&ty) {
                        let shared = build.iterables.entry(def.key.clone()).or_default();
                        shared.entry(name.clone()).or_default().extend(&shims);
                    }
                    let from_trait = Some(build.ctx.path(&def.key));
                    let method = PlannedMethod {
                        name: name.clone(),
                        instance: true,
                        shims: Vec::new(),
                        from_trait,
                    };
                    methods.entry(name).or_insert(method).shims.extend(shims);
                }
            }
            seen.push(ty);
        }
    }
}

/// The same method over an iterable of such items as it asks for, where any items are not those.
fn over_others(build: &Builder<'_, '_>, found: &Match<'_>, site: &Site, counted: bool) -> Option<Site> {
    let passed = found.subst.types.get("Self")?;
    let (ty, function, told) = iterables::made_of(build.ctx, passed, &site.function)?;
    let rust = build.ctx.spell(&ty, Lifetimes::Infer).ok()?;
    let mut subst = found.subst.clone();
    for known in subst.types.values_mut().filter(|known| *known == passed) {
        *known = ty.clone();
    }
    let impl_ = found.impl_;
    let sites = trait_sites(
        build,
        &Match { impl_, subst },
        &rust,
        &build.ctx.show(&ty),
        counted,
    );
    let mut same = sites.into_iter().find(|one| one.function.name == function.name)?;
    same.subst.types.extend(told.types);
    Some(Site { function, ..same })
}

/// A type that has no class: of the language or the standard library, or of another crate and plain data to Python. Where the
/// crate offers such a type itself, that has its traits' methods, too (`offered`).
fn is_foreign(build: &Builder<'_, '_>, ty: &Ty) -> bool {
    let is_plain = || {
        let class = class(build.ctx, build.types, ty);
        matches!(class, Class::Mapped | Class::Value(_))
    };
    match ty {
        Ty::Primitive(_) | Ty::Slice(_) | Ty::Array { .. } | Ty::Tuple(_) => closed(ty),
        Ty::Path { def, .. } if stdlib::is_std(def) => closed(ty) && build.types.id(ty).is_none(),
        Ty::Path { def, .. } => closed(ty) && !build.ctx.exported.contains(def) && is_plain(),
        _ => false,
    }
}

/// What a list of Python's is.
fn is_list(ty: &Ty) -> bool {
    matches!(ty, Ty::Slice(_)) || matches!(ty, Ty::Path { def, .. } if stdlib::is(def, "Vec"))
}

/// `impl<T> Trait for [T]`: lists of what stands for the parameters, and what they are there.
fn lists(ctx: &Ctx<'_>, impl_: &Impl, ty: &Ty) -> Vec<(Ty, Subst)> {
    let mut all = vec![Subst::default()];
    for name in generics_in(ty) {
        let bounds: Vec<Bound> = bounds_of(&impl_.generics, &name).into_iter().cloned().collect();
        let with = |subst: &Subst| -> Vec<Subst> {
            let found = stand_in::of_bounds(ctx, &subst.apply_bounds(&bounds), true);
            let put = |ty: Ty| {
                let mut subst = subst.clone();
                subst.types.insert(name.clone(), ty);
                subst
            };
            found.into_iter().map(put).collect()
        };
        all = all.iter().flat_map(with).collect();
    }
    let mut found: Vec<(Ty, Subst)> = all.into_iter().map(|subst| (subst.apply(ty), subst)).collect();
    found.retain(|(ty, _)| holds::applies(ctx, impl_, ty));
    found
}

/// `impl<T: AsRef<str> + ?Sized> Trait for T`: the foreign types that the bounds of a blanket impl name.
fn foreign_types(build: &Builder<'_, '_>, impl_: &Impl, name: &str) -> Vec<Ty> {
    let mut out = Vec::new();
    for bound in bounds_of(&impl_.generics, name) {
        let Bound::Trait {
            trait_, maybe: false, ..
        } = bound
        else {
            continue;
        };
        if stdlib::is_trait(&trait_.def, "AsRef") {
            out.extend(type_args(&trait_.args).filter(|ty| is_text(ty)).cloned());
        } else if ["IntoIterator", "Iterator"]
            .iter()
            .any(|name| stdlib::is_trait(&trait_.def, name))
        {
            let chooser = Chooser::of_impl(build.ctx, build.types, impl_);
            let found = chooser.choose(name).unwrap_or_default().into_iter();
            let passed = found
                .filter(|choice| !choice.iterate)
                .map(|choice| erase(&choice.ty));
            // Of what may as well be a list, numbers in memory are one at once.
            let whole = |ty: Ty| match items::item(&ty) {
                Some(item) if trait_.def.name() == "IntoIterator" => list(item.clone()),
                _ => ty,
            };
            out.extend(passed.map(whole));
        } else if build.ctx.own(&trait_.def) {
            let implementors = build.ctx.api.impls.iter().filter(|impl_| {
                !impl_.negative && impl_.trait_.as_ref().is_some_and(|have| have.def == trait_.def)
            });
            out.extend(implementors.map(|impl_| erase(&build.ctx.normal(&impl_.self_ty))));
        }
    }
    out
}
