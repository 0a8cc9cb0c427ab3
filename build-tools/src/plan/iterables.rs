//! Methods that a trait gives to whatever iterates (`impl<T: Iterator> Itertools for T`). They are served once, over any
//! iterable of Python's; a crate's own iterators are iterables, too, and share the same shims. One by one, the adaptors that such
//! methods give would have all those methods, and give adaptors of adaptors.

use std::collections::{BTreeMap, BTreeSet};

use usecrate_manifest::SkipCode;

use super::build::{Builder, Place};
use super::ctx::{Ctx, Match, bounds_of, parameters};
use super::fold::{Subst, closed, generics_in};
use super::methods::{has_receiver, trait_sites};
use super::model::{PlannedMethod, PlannedTrait, PlannedType, ShimId, TypeId};
use super::site::{Origin, OriginKey, Site};
use super::spell::Lifetimes;
use super::wire::Reason;
use super::{choose, holds, items, names, stand_in, stdlib};
use crate::api::{Bound, Def, DefKey, DefKind, Function, Impl, TraitRef, Ty};

/// How many classes are tried for a method that no iterable of Python's has, but others of its trait.
const OTHERS: usize = 3;

/// The methods that are served over any iterable, by their trait and name in Python.
pub(super) type Shared = BTreeMap<DefKey, BTreeMap<String, Vec<ShimId>>>;

/// The trait of an impl that asks nothing of a type but that it iterates.
pub(super) fn trait_of<'i>(ctx: &Ctx<'_>, impl_: &'i Impl) -> Option<&'i TraitRef> {
    let name = match (&impl_.blanket, &impl_.self_ty) {
        (Some(name), _) | (None, Ty::Generic(name)) => name,
        _ => return None,
    };
    let iterates = |bound: &&Bound| match bound {
        Bound::Trait { trait_, .. } => ["Iterator", "IntoIterator"]
            .iter()
            .any(|name| stdlib::is_trait(&trait_.def, name)),
        Bound::Outlives(_) | Bound::Use => false,
    };
    let more = |bound: &Bound| match bound {
        Bound::Trait { trait_, maybe, .. } => !maybe && !stdlib::is_trait(&trait_.def, "Sized"),
        Bound::Outlives(_) => true,
        Bound::Use => false,
    };
    let (all, others): (Vec<&Bound>, Vec<&Bound>) =
        bounds_of(&impl_.generics, name).into_iter().partition(iterates);
    let trait_ = impl_.trait_.as_ref()?;
    let served = ctx.exported.contains(&trait_.def)
        && ctx
            .def(&trait_.def)
            .is_some_and(|def| matches!(def.kind, DefKind::Trait(_)) && !def.hidden && !def.std);
    (served && !impl_.synthetic && !all.is_empty() && !others.into_iter().any(more)).then_some(trait_)
}

/// The iterable that is passed where a trait is for whatever iterates.
pub(super) fn passed(ctx: &Ctx<'_>, def: &Def) -> Option<Ty> {
    let all = ctx.impls_of(&def.key).iter();
    let name = |impl_: &Impl| match &impl_.self_ty {
        Ty::Generic(name) => Some(name.clone()),
        _ => None,
    };
    let mut wide = all.filter(|impl_| trait_of(ctx, impl_).is_some());
    let found = wide.find_map(|impl_| Some((impl_, name(impl_)?)));
    let bounds = found.map(|(impl_, name)| bounds_of(&impl_.generics, &name))?;
    stand_in::iterators(ctx, bounds.into_iter(), false)
        .into_iter()
        .find(items::gathers)
}

/// What such a method is to those who count: it is written once.
pub(super) fn origin(trait_: &DefKey, function: &Function, own: bool) -> Origin {
    let key = |name: &str| OriginKey::Foreign {
        trait_: trait_.clone(),
        name: name.to_owned(),
    };
    let mut origin = Origin::new(key(&function.name), function, own);
    if let Some(counts) = &mut origin.counts {
        *counts = OriginKey::Provided {
            trait_: trait_.clone(),
            name: function.name.clone(),
        };
    }
    origin
}

/// Gives classes that iterate the methods that are there for any iterable. Those that are not have shims of their own: all, where
/// the trait has none for iterables, or else those of a few classes.
pub(super) fn share(
    build: &mut Builder<'_, '_>,
    types: &mut [PlannedType],
    traits: &mut [(DefKey, PlannedTrait)],
) {
    let mut tried: BTreeMap<(DefKey, String), usize> = BTreeMap::new();
    for (id, ty) in types.iter_mut().enumerate() {
        let iterable = ["__next__", "__iter__"]
            .iter()
            .any(|name| ty.specials.contains_key(*name));
        let taken = taken(ty);
        for (trait_, site) in sites(build, id) {
            let name = names::python(&site.function.name);
            let shared = build.iterables.get(&trait_).filter(|_| iterable);
            let shims = match shared.map(|all| all.get(&name)) {
                Some(Some(shims)) => shims.clone(),
                Some(None) if unmet(build.ctx, &site).is_some() => continue,
                Some(None) if !is_next(&mut tried, &trait_, &name) => continue,
                Some(None) | None => build.plan(&site, &Place::class(id)),
            };
            let method = PlannedMethod {
                name,
                instance: has_receiver(&site.function),
                from_trait: Some(build.ctx.path(&trait_)),
                shims,
            };
            if method.shims.is_empty() {
                continue;
            }
            let own = traits
                .iter_mut()
                .find(|(def, _)| *def == trait_)
                .filter(|_| method.instance);
            if let Some((_, own)) = own {
                let have = own.methods.iter_mut().find(|one| one.name == method.name);
                match have {
                    Some(have) if have.shims == method.shims => {}
                    Some(have) => have.shims.extend(&method.shims),
                    None => own.methods.push(method.clone()),
                }
            }
            if !taken.contains(&method.name) {
                ty.methods.push(method);
            }
        }
        ty.methods.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

/// What a method asks of the type itself (`where Self: Clone`), where that is known not to be met.
pub(super) fn unmet(ctx: &Ctx<'_>, site: &Site) -> Option<Reason> {
    site.function.generics.bounds.iter().find_map(|clause| {
        let ty = ctx.normal(&site.subst.apply(&clause.ty));
        let bounds = site.subst.apply_bounds(&clause.bounds);
        let met = !closed(&ty) || holds::meets(ctx, &ty, &bounds);
        let message = || {
            format!(
                "it asks for `{}: {}`, which `{}` does not meet",
                ctx.show(&clause.ty),
                ctx.show_bounds(&clause.bounds),
                ctx.show(&ty)
            )
        };
        (!met).then(|| Reason::new(SkipCode::Generic, message()))
    })
}

/// A method that asks for items of a certain make (`where Self: Iterator<Item = (K, V)>`), where they may be anything: what is
/// passed for it, and the method with what is open in such an item put in, and told: it is still declared.
pub(super) fn made_of(ctx: &Ctx<'_>, iterable: &Ty, function: &Function) -> Option<(Ty, Function, Subst)> {
    items::item(iterable).filter(|item| stand_in::is_dynamic(item))?;
    let clauses = function.generics.bounds.iter();
    let of_self = clauses.filter(|clause| matches!(&clause.ty, Ty::Generic(name) if name == "Self"));
    let item = of_self
        .flat_map(|clause| &clause.bounds)
        .find_map(|bound| match bound {
            Bound::Trait { trait_, .. } if stdlib::is_trait(&trait_.def, "Iterator") => {
                let bindings = &trait_.args.bindings;
                bindings.iter().find(|(name, _)| name == "Item").map(|(_, ty)| ty)
            }
            _ => None,
        })?;
    let made = match item {
        Ty::Tuple(parts) => !parts.is_empty(),
        Ty::Path { def, .. } => ["Option", "Result"].iter().any(|name| stdlib::is(def, name)),
        _ => false,
    };
    let own = parameters(&function.generics);
    let open = generics_in(item);
    if !made || !open.is_subset(&own) {
        return None;
    }
    let mut told = Subst::default();
    told.types
        .extend(open.into_iter().map(|name| (name, stand_in::dynamic())));
    let passed = choose::gathered(&ctx.normal(&told.apply(item)))?;
    let mut function = function.clone();
    told.put_into(&mut function);
    Some((passed, function, told))
}

/// It is among the first classes that are tried for a method.
fn is_next(tried: &mut BTreeMap<(DefKey, String), usize>, trait_: &DefKey, name: &str) -> bool {
    let count = tried.entry((trait_.clone(), name.to_owned())).or_default();
    *count += 1;
    *count <= OTHERS
}

/// What such traits give to a class.
fn sites(build: &Builder<'_, '_>, id: TypeId) -> Vec<(DefKey, Site)> {
    let entry = build.types.get(id);
    let Ok(rust) = build.ctx.spell(&entry.instance.ty, Lifetimes::Infer) else {
        return Vec::new();
    };
    let all = build.ctx.matching(&entry.instance.ty).into_iter();
    let of_impl = |found: Match<'_>| {
        let trait_ = trait_of(build.ctx, found.impl_)?.def.clone();
        let counted = entry.instance.own && build.ctx.own(&trait_);
        let sites = trait_sites(build, &found, &rust, &entry.path, counted).into_iter();
        let counted_once = sites.map(|mut site| {
            let counts = origin(&trait_, &site.function, counted).counts;
            site.origin = site.origin.map(|origin| Origin { counts, ..origin });
            (trait_.clone(), site)
        });
        Some(counted_once.collect::<Vec<_>>())
    };
    all.filter_map(of_impl).flatten().collect()
}

/// The names that a class has.
fn taken(ty: &PlannedType) -> BTreeSet<String> {
    let methods = ty.methods.iter().map(|one| &one.name);
    let properties = ty.properties.iter().map(|one| &one.name);
    let constants = ty.constants.iter().map(|(name, ..)| name);
    methods.chain(properties).chain(constants).cloned().collect()
}
