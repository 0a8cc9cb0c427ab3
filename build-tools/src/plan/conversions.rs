//! What `Into<T>` takes besides T: what the crate converts to it, by `From` or `TryFrom`.
//!
//! One type for each kind of Python value, as for a trait of the crate's own: what is passed decides which shim is
//! called. T itself is tried first.

use std::collections::BTreeMap;

use super::choose::{Chooser, text};
use super::ctx::{Ctx, Match, bounds_of};
use super::fold::{Subst, any, erase};
use super::kinds::{Kinds, best, kind_of, passable};
use super::spell::BYTES_LIKE;
use super::stdlib;
use super::types::{Types, has_lifetimes};
use super::wire::{Class, class, type_args};
use crate::api::{Arg, Bound, GenericParam, Generics, Ty};

/// The types that `trait_` (`From` or `TryFrom`) makes a type of the plan from. `target` is normal.
pub(super) fn sources(ctx: &Ctx<'_>, types: &Types, target: &Ty, trait_: &str) -> Vec<Ty> {
    among(ctx, types, target, trait_, &|_| true)
}

/// Those of `From` that own their data; `()`, which is Python's `None`, is the last.
pub(super) fn owned_sources(ctx: &Ctx<'_>, types: &Types, target: &Ty) -> Vec<Ty> {
    let owns = |ty: &Ty| {
        !has_lifetimes(ty)
            && !any(
                ty,
                &|part| matches!(part, Ty::Primitive(name) if name == BYTES_LIKE),
            )
    };
    let mut all = among(ctx, types, target, "From", &owns);
    let unit = Ty::Tuple(Vec::new());
    let is_unit = |found: &Match<'_>| {
        found.impl_.trait_.as_ref().is_some_and(|one| {
            stdlib::is_trait(&one.def, "From") && type_args(&one.args).any(|source| *source == unit)
        })
    };
    if ctx.matching(&erase(target)).iter().any(is_unit) {
        all.push(unit);
    }
    all
}

fn among(ctx: &Ctx<'_>, types: &Types, target: &Ty, trait_: &str, wanted: &dyn Fn(&Ty) -> bool) -> Vec<Ty> {
    if !matches!(class(ctx, types, target), Class::Type(..) | Class::Value(_)) {
        return Vec::new();
    }
    let me = erase(target);
    let mut kinds = Kinds::new();
    for found in ctx.matching(&me) {
        let of = found.impl_.trait_.as_ref();
        let Some(of) = of.filter(|one| stdlib::is_trait(&one.def, trait_)) else {
            continue;
        };
        let subst = at_use(&found, target);
        for source in type_args(&of.args) {
            let source = ctx.normal(&subst.apply(source));
            let usable = erase(&source) != me && !any(&source, &is_static);
            if usable && wanted(&source) && passable(ctx, types, &source) {
                let (kind, rank) = kind_of(ctx, &source);
                best(&mut kinds, kind, rank, source);
            }
        }
    }
    kinds.into_values().map(|(_, ty)| ty).collect()
}

impl Chooser<'_, '_> {
    /// What is made from whatever meets some bounds: `impl<I: IntoIterator> From<I> for Row where I::Item: Into<Cell>`.
    pub(super) fn sources_by_bounds(&self, target: &Ty, trait_: &str) -> Vec<Ty> {
        let (ctx, me) = (self.ctx, erase(target));
        let key = format!("{trait_}<_> for {}", ctx.show(&me));
        if !matches!(class(ctx, self.types, target), Class::Type(..))
            || !self.open.borrow_mut().insert(key.clone())
        {
            return Vec::new();
        }
        let mut kinds = Kinds::new();
        for found in ctx.matching(&me) {
            let of = found.impl_.trait_.as_ref();
            let of = of.filter(|one| stdlib::is_trait(&one.def, trait_));
            let subst = at_use(&found, target);
            for source in of.iter().flat_map(|of| type_args(&of.args)) {
                let (name, lent) = match source {
                    Ty::Generic(name) => (name, false),
                    Ty::Ref {
                        mutable: false, ty, ..
                    } => match &**ty {
                        Ty::Generic(name) => (name, true),
                        _ => continue,
                    },
                    _ => continue,
                };
                // What the target says of it, is among the others: `impl<T> From<T> for Angle<T>`.
                if subst.types.contains_key(name) {
                    continue;
                }
                let bounds = subst.apply_bounds(&asked(&found.impl_.generics, name));
                let all = self.by_bounds(&bounds, None).unwrap_or_default().into_iter();
                let all = all.filter(|one| !one.iterate).map(|one| one.ty);
                let all: Vec<Ty> = match lent {
                    true => all
                        .flat_map(|ty| referents(&ty, &bounds))
                        .map(|ty| put(&subst, source, name, ty))
                        .collect(),
                    false => all.collect(),
                };
                for ty in all {
                    if erase(&ty) != me && passable(ctx, self.types, &ty) {
                        let (kind, rank) = kind_of(ctx, &ty);
                        best(&mut kinds, kind, rank, ty);
                    }
                }
            }
        }
        self.open.borrow_mut().remove(&key);
        kinds.into_values().map(|(_, ty)| ty).collect()
    }
}

/// What a reference to whatever meets these bounds refers to, where `ty` was chosen for it.
fn referents(ty: &Ty, bounds: &[Bound]) -> Vec<Ty> {
    let may_be_unsized = bounds
        .iter()
        .any(|bound| matches!(bound, Bound::Trait { maybe: true, .. }));
    match ty {
        Ty::Primitive(name) if name == BYTES_LIKE && may_be_unsized => {
            vec![Ty::Slice(Box::new(Ty::Primitive("u8".to_owned()))), text()]
        }
        Ty::Ref { ty, .. } if may_be_unsized => vec![(**ty).clone()],
        _ => vec![ty.clone()],
    }
}

/// A type with another in place of one of its parameters.
fn put(subst: &Subst, ty: &Ty, name: &str, chosen: Ty) -> Ty {
    let mut subst = subst.clone();
    subst.types.insert(name.to_owned(), chosen);
    subst.apply(ty)
}

/// What is asked of a parameter, its items included.
fn asked(generics: &Generics, name: &str) -> Vec<Bound> {
    let is = |ty: &Ty| matches!(ty, Ty::Generic(have) if have == name);
    let mut bounds: Vec<Bound> = bounds_of(generics, name).into_iter().cloned().collect();
    for clause in &generics.bounds {
        let Ty::Projection {
            self_ty, name: part, ..
        } = &clause.ty
        else {
            continue;
        };
        for bound in bounds.iter_mut().filter(|_| is(self_ty)) {
            match bound {
                Bound::Trait { trait_, .. }
                    if matches!(trait_.def.name(), "Iterator" | "IntoIterator") && part == "Item" =>
                {
                    trait_
                        .args
                        .constraints
                        .push((part.clone(), clause.bounds.clone()));
                }
                _ => {}
            }
        }
    }
    bounds
}

/// An impl's parameters as they are where its type is used; lifetimes that the type does not name are free.
fn at_use(found: &Match<'_>, target: &Ty) -> Subst {
    let mut subst = found.subst.clone();
    subst.lifetimes = lifetimes(&found.impl_.self_ty)
        .zip(lifetimes(target).map(str::to_owned))
        .map(|(name, used)| (name.to_owned(), used))
        .collect::<BTreeMap<_, _>>();
    for param in &found.impl_.generics.params {
        if let GenericParam::Lifetime { name, .. } = param {
            subst
                .lifetimes
                .entry(name.clone())
                .or_insert_with(|| "'_".to_owned());
        }
    }
    subst
}

/// A type's lifetime arguments.
fn lifetimes(ty: &Ty) -> impl Iterator<Item = &str> {
    let args = match ty {
        Ty::Path { args, .. } => args.args.as_slice(),
        _ => &[],
    };
    args.iter().filter_map(|arg| match arg {
        Arg::Lifetime(name) => Some(name.as_str()),
        _ => None,
    })
}

/// It has to live for ever, and what Python passes may not.
fn is_static(ty: &Ty) -> bool {
    match ty {
        Ty::Ref { lifetime, .. } => lifetime.as_deref() == Some("'static"),
        _ => lifetimes(ty).any(|name| name == "'static"),
    }
}
