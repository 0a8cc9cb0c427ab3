//! Parameters of a type by which its bounds ask for a trait (`T` and `DIM` in `S: NoiseFn<T, DIM>`): what they may be is told by
//! the impls of that trait, and has to be known before it is asked who meets the bound.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::ctx::{Ctx, bounds_of};
use super::fold::{closed, erase};
use super::spell::is_literal;
use crate::api::{Arg, Bound, Def, DefKey, GenericParam, TraitRef, Ty};

/// Nothing is asked of a parameter, but a trait is asked for by it: `T` and `DIM` in `S: NoiseFn<T, DIM>`.
pub(super) fn tells(def: &Def, param: &GenericParam) -> bool {
    match param {
        GenericParam::Lifetime { .. } => false,
        GenericParam::Type { name, default, .. } => {
            let asks = |bound: &Bound| matches!(bound, Bound::Trait { maybe: false, .. });
            let asked = bounds_of(&def.generics, name).into_iter().any(asks);
            default.is_none() && !asked && !by(def, name).is_empty()
        }
        GenericParam::Const { name, default, .. } => default.is_none() && !by(def, name).is_empty(),
    }
}

/// The traits that a type's bounds ask for by one of its parameters, and at which place of their arguments that is.
fn by<'d>(def: &'d Def, name: &str) -> Vec<(&'d DefKey, usize)> {
    let is = |arg: &Arg| match arg {
        Arg::Const(text) => text == name,
        Arg::Type(ty) => matches!(ty, Ty::Generic(have) if have == name),
        Arg::Lifetime(_) | Arg::Infer => false,
    };
    let one = |bound: &'d Bound| {
        let Bound::Trait { trait_, .. } = bound else {
            return None;
        };
        Some((&trait_.def, trait_.args.args.iter().position(is)?))
    };
    def.generics
        .bounds
        .iter()
        .flat_map(|clause| &clause.bounds)
        .filter_map(one)
        .collect()
}

/// What stands in the place of such a parameter where those traits are implemented (`impl NoiseFn<f64, 2> for Perlin`).
fn implemented_by(ctx: &Ctx<'_>, def: &Def, name: &str, wanted: impl Fn(&Arg) -> bool) -> Vec<Arg> {
    let all = by(def, name).into_iter().flat_map(|(trait_, at)| {
        let impls = ctx.impls_of(trait_).iter();
        impls.filter_map(move |impl_| impl_.trait_.as_ref()?.args.args.get(at))
    });
    most_first(all.filter(|arg| wanted(arg)).cloned())
}

/// Each once: what there is most of comes first.
fn most_first<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    let mut found: Vec<(T, usize)> = counts.into_iter().collect();
    found.sort_by_key(|(_, count)| Reverse(*count));
    found.into_iter().map(|(one, _)| one).collect()
}

/// How many impls there are of a trait with these arguments.
pub(super) fn implementors(ctx: &Ctx<'_>, trait_: &TraitRef) -> usize {
    let all = ctx.impls_of(&trait_.def).iter();
    let same = |args: &Vec<Arg>| *args == trait_.args.args;
    all.filter(|impl_| impl_.trait_.as_ref().is_some_and(|one| same(&one.args.args)))
        .count()
}

/// A trait with arguments that may be open, in the ways in which it is implemented.
pub(super) fn ways(ctx: &Ctx<'_>, trait_: &TraitRef) -> Vec<TraitRef> {
    let known = |arg: &Arg| match arg {
        Arg::Type(ty) => closed(ty) && erase(ty) == *ty,
        Arg::Const(text) => is_literal(text),
        Arg::Lifetime(_) | Arg::Infer => false,
    };
    let asked = &trait_.args.args;
    if asked.iter().all(known) {
        return vec![trait_.clone()];
    }
    let fits = |args: &&Vec<Arg>| {
        let mut pairs = args.iter().zip(asked);
        args.len() == asked.len()
            && pairs.all(|(have, asked)| known(have) && (have == asked || !known(asked)))
    };
    let impls = ctx.impls_of(&trait_.def).iter();
    let all = impls.filter_map(|impl_| Some(&impl_.trait_.as_ref()?.args.args));
    let with = |args: Vec<Arg>| {
        let mut way = trait_.clone();
        way.args.args = args;
        way
    };
    most_first(all.filter(fits).cloned())
        .into_iter()
        .map(with)
        .collect()
}

/// Values of a const parameter by which a trait is asked for: those that it is implemented with.
pub(super) fn constants(ctx: &Ctx<'_>, def: &Def, name: &str) -> Vec<Arg> {
    let literal = |arg: &Arg| matches!(arg, Arg::Const(text) if is_literal(text));
    implemented_by(ctx, def, name, literal)
}

/// The same of a type parameter.
pub(super) fn types(ctx: &Ctx<'_>, def: &Def, name: &str) -> Vec<Arg> {
    let known = |arg: &Arg| matches!(arg, Arg::Type(ty) if closed(ty) && erase(ty) == *ty);
    implemented_by(ctx, def, name, known)
}
