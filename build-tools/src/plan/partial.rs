//! Which of the types that implement a trait of the crate's are taken where a parameter is bounded by it, and which are not.
//!
//! Types that the same values of Python's are passed as count as one: where `i64` is taken, `u8` is. Nor is asked what a
//! blanket implementation is for, or a pointer to what implements the trait, or what other bounds rule out.

use std::collections::BTreeSet;

use super::callables::erase_names;
use super::choose::{Chooser, is_boxed, shared};
use super::combine::Combination;
use super::ctx::Ctx;
use super::kinds::{Kind, kind_of};
use super::model::PlannedBound;
use super::open::Open;
use super::site::Site;
use super::wire::{is_bytes, is_text, type_args};
use super::{closures, holds, hosts, stand_in, stdlib};
use crate::api::{Bound, TraitRef, Ty};

/// How many types that are not taken are told.
const TOLD: usize = 24;

/// For each combination of choices that is served, its bounds.
pub(super) fn bounds(
    chooser: &Chooser<'_, '_>,
    open: &Open,
    site: &Site,
    served: &[&Combination],
) -> Vec<Vec<PlannedBound>> {
    let mut all = vec![Vec::new(); served.len()];
    let free =
        |name: &&String| !site.subst.types.contains_key(*name) && !chooser.inside.contains_key(name.as_str());
    for name in open.names.iter().filter(free) {
        let bounds: Vec<Bound> = chooser
            .bounds
            .iter()
            .filter(|(ty, _)| matches!(ty, Ty::Generic(have) if have == name))
            .flat_map(|(_, bounds)| bounds.clone())
            .collect();
        let ctx = chooser.ctx;
        let own = bounds.iter().find_map(|bound| match bound {
            Bound::Trait {
                trait_, maybe: false, ..
            } if !stdlib::is_std(&trait_.def) && !holds::is_serde(&trait_.def) => Some(trait_),
            _ => None,
        });
        let Some(trait_) = own.filter(|one| ctx.def(&one.def).is_some()) else {
            continue;
        };
        let chosen = |combination: &Combination| {
            let found = combination.iter().find(|(have, _)| have == name);
            found.map(|(_, choice)| choice.ty.clone())
        };
        let taken: Vec<Ty> = served.iter().filter_map(|one| chosen(one)).collect();
        // What another parameter tells is not chosen.
        if taken.contains(&Ty::Infer) {
            continue;
        }
        let missing = missing(chooser, trait_, &bounds, &taken);
        let bound = match name.strip_prefix('#') {
            Some(_) => format!("impl {}", ctx.show_trait(trait_)),
            None => format!("{name}: {}", ctx.show_trait(trait_)),
        };
        for (combination, out) in served.iter().zip(&mut all) {
            if let Some(ty) = chosen(combination) {
                out.push(PlannedBound {
                    callable: site.id.clone(),
                    bound: bound.clone(),
                    chosen: shown(ctx, &ty),
                    missing: missing.clone(),
                });
            }
        }
    }
    all
}

fn shown(ctx: &Ctx<'_>, ty: &Ty) -> String {
    if closures::number(ty).is_some() {
        "a callable".to_owned()
    } else if hosts::number(ty).is_some() {
        "an object of Python's".to_owned()
    } else {
        ctx.show(&erase_names(ty))
    }
}

/// The implementors that are like none of those that are taken.
fn missing(chooser: &Chooser<'_, '_>, trait_: &TraitRef, bounds: &[Bound], taken: &[Ty]) -> Vec<String> {
    let ctx = chooser.ctx;
    if taken.iter().any(stand_in::is_dynamic) {
        return Vec::new();
    }
    let kinds: BTreeSet<_> = taken.iter().map(|ty| kind(ctx, ty)).collect();
    let mut all = BTreeSet::new();
    for impl_ in ctx.impls_of(&trait_.def) {
        let ty = ctx.normal(&impl_.self_ty);
        if forwards(&ty) || is_unsized(&ty) {
            continue;
        }
        let mut found = chooser.implementors(impl_, trait_, ty.clone());
        if found.is_empty() {
            found.push(ty);
        }
        let new = |one: &Ty| !kinds.contains(&kind(ctx, one)) && holds::meets(ctx, one, bounds);
        all.extend(found.iter().filter(|one| new(one)).map(|one| shown(ctx, one)));
    }
    all.into_iter().take(TOLD).collect()
}

/// What a type is to Python, behind whatever references; bytes are bytes in whatever they are.
fn kind(ctx: &Ctx<'_>, ty: &Ty) -> Kind {
    let is_byte = |ty: &Ty| matches!(ty, Ty::Primitive(name) if name == "u8");
    let bytes = match ty {
        Ty::Ref { ty, .. } if !is_text(ty) && !is_bytes(ty) => return kind(ctx, ty),
        Ty::Array { ty, .. } => is_byte(ty),
        Ty::Path { def, args } => {
            stdlib::is_std(def) && type_args(args).any(|inner| is_byte(inner) || is_bytes(inner))
        }
        _ => false,
    };
    if bytes {
        let any = Ty::Slice(Box::new(Ty::Primitive("u8".to_owned())));
        return kind_of(ctx, &shared(&any)).0;
    }
    kind_of(ctx, ty).0
}

/// A blanket implementation, or one of a pointer to any implementor.
fn forwards(ty: &Ty) -> bool {
    match ty {
        Ty::Generic(_) => true,
        Ty::Ref { ty, .. } => forwards(ty),
        Ty::Path { def, args } if is_boxed(def) || stdlib::is(def, "Pin") => type_args(args).any(forwards),
        _ => false,
    }
}

/// What is only ever behind a reference, and passed as what owns it.
fn is_unsized(ty: &Ty) -> bool {
    match ty {
        Ty::Slice(_) | Ty::Dyn { .. } => true,
        Ty::Primitive(name) => name == "str",
        Ty::Path { def, .. } => stdlib::is_unsized(def),
        Ty::Ref { ty, .. } => matches!(&**ty, Ty::Dyn { .. }),
        _ => false,
    }
}
