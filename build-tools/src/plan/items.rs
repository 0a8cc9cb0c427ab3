//! Which types are iterators, and what they give.

use super::ctx::{Ctx, Match};
use super::fold::{any, closed, generics_in};
use super::lifetimes::lifetimes;
use super::spell::Lifetimes;
use super::stdlib;
use super::types::Types;
use super::wire::{Class, Reason, check_error, check_result, class, type_args};
use crate::api::{Args, Bound, DefKey, DefKind, TraitRef, Ty};

/// The runtime's iterator over items of Python's.
pub(super) fn gathers(ty: &Ty) -> bool {
    matches!(ty, Ty::Path { def, .. } if stdlib::is(def, "Iterable"))
}

/// Some part of a type is one.
pub(super) fn gathered_in(ty: &Ty) -> bool {
    any(ty, &gathers)
}

/// What such an iterator gives.
pub(super) fn item(ty: &Ty) -> Option<&Ty> {
    match ty {
        Ty::Path { args, .. } if gathers(ty) => type_args(args).next(),
        _ => None,
    }
}

/// What is known of an iterator.
#[derive(Debug, Clone, Default)]
pub(super) struct Items {
    /// What it gives; `None`: rustc knows.
    pub(super) item: Option<Ty>,
    /// Both ends can be asked.
    pub(super) double: bool,
    /// It is to be made one first.
    pub(super) into: bool,
}

/// An iterator without a class of its own: `impl Iterator`, a boxed one, one of std, one that the crate does not export, or
/// over a type that it does not export.
pub(super) fn anonymous(ctx: &Ctx<'_>, ty: &Ty) -> Option<Items> {
    match ty {
        Ty::Impl(bounds) => {
            let traits = bounds.iter().filter_map(|bound| match bound {
                Bound::Trait {
                    trait_, maybe: false, ..
                } => Some(trait_),
                _ => None,
            });
            by_traits(traits)
        }
        Ty::Path { def, args } if stdlib::is(def, "Box") => match type_args(args).next()? {
            Ty::Dyn { traits, .. } => by_traits(traits.iter()),
            _ => None,
        },
        Ty::Path { def, .. } if is_unknown(ctx, def) => Some(Items::default()),
        Ty::Path { def, .. } if stdlib::is_std(def) => stdlib::iterator(def).map(|double| Items {
            double,
            ..Items::default()
        }),
        Ty::Path { .. } if ctx.spell(ty, Lifetimes::Infer).is_err() => {
            named(ctx, &super::fold::erase(ty)).map(|(_, items)| items)
        }
        _ => None,
    }
}

/// A type that the crate gives out and does not export. rustdoc is silent about what it implements, but rustc knows
/// whether it is an iterator: the only way to be of use that is left to it.
fn is_unknown(ctx: &Ctx<'_>, def: &DefKey) -> bool {
    !stdlib::is_std(def)
        && ctx.impls(def).is_empty()
        && ctx.def(def).is_none_or(|def| {
            let data = matches!(def.kind, DefKind::Struct(_) | DefKind::Opaque { .. });
            data && def.paths.is_empty()
        })
}

fn by_traits<'t>(traits: impl Iterator<Item = &'t TraitRef>) -> Option<Items> {
    let mut found: Option<Items> = None;
    let mut is = false;
    for one in traits.filter(|one| stdlib::is_std(&one.def)) {
        let name = one.def.name();
        if !matches!(
            name,
            "Iterator" | "DoubleEndedIterator" | "ExactSizeIterator" | "FusedIterator" | "IntoIterator"
        ) {
            continue;
        }
        let items = found.get_or_insert_default();
        is |= name != "IntoIterator";
        items.double |= name == "DoubleEndedIterator";
        items.item = items.item.take().or_else(|| given(&one.args));
    }
    found.map(|items| Items { into: !is, ..items })
}

fn given(args: &Args) -> Option<Ty> {
    args.bindings
        .iter()
        .find(|(name, _)| name == "Item")
        .map(|(_, ty)| ty.clone())
}

/// A type that has an impl of `Iterator`: the impl, and what is known of it.
pub(super) fn named<'a>(ctx: &Ctx<'a>, ty: &Ty) -> Option<(Match<'a>, Items)> {
    let found = implementing(ctx, ty, "Iterator")?;
    let items = Items {
        // What a callable in it gives, rustc knows.
        item: assigned(ctx, &found, "Item").filter(|item| generics_in(item).is_empty()),
        double: implementing(ctx, ty, "DoubleEndedIterator").is_some(),
        into: false,
    };
    Some((found, items))
}

/// An iterator that could have a class and has none, as the iterator that it is.
pub(super) fn unclassed(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> Option<Ty> {
    if class(ctx, types, ty) != Class::Unknown || !closed(ty) {
        return None;
    }
    let (_, Items { item, double, .. }) = named(ctx, ty)?;
    let one = |module: &str, name: &str, bindings: Vec<(String, Ty)>| Bound::Trait {
        trait_: TraitRef {
            def: DefKey(format!("core::iter::traits::{module}::{name}")),
            args: Args {
                bindings,
                ..Args::default()
            },
        },
        maybe: false,
        for_: Vec::new(),
    };
    let item = item.map(|item| ("Item".to_owned(), item)).into_iter();
    let mut bounds = vec![one("iterator", "Iterator", item.collect())];
    if double {
        bounds.push(one("double_ended", "DoubleEndedIterator", Vec::new()));
    }
    bounds.extend(lifetimes(ty).into_iter().map(Bound::Outlives));
    Some(Ty::Impl(bounds))
}

/// The type's own impl of a trait of std.
pub(super) fn implementing<'a>(ctx: &Ctx<'a>, ty: &Ty, name: &str) -> Option<Match<'a>> {
    ctx.matching(ty).into_iter().find(|one| {
        let is = |have: &TraitRef| stdlib::is_trait(&have.def, name);
        one.impl_.blanket.is_none() && one.impl_.trait_.as_ref().is_some_and(is)
    })
}

/// What an impl says of an associated type.
pub(super) fn assigned(ctx: &Ctx<'_>, found: &Match<'_>, name: &str) -> Option<Ty> {
    let (_, ty) = found.impl_.types.iter().find(|(have, _)| have == name)?;
    Some(ctx.normal(&found.subst.apply(ty)))
}

/// Any iterator: without a class, or with one.
pub(super) fn of(ctx: &Ctx<'_>, ty: &Ty) -> Option<Items> {
    anonymous(ctx, ty).or_else(|| named(ctx, &super::fold::erase(ty)).map(|(_, items)| items))
}

/// A boxed iterator, which may be anywhere in a result.
pub(super) fn boxed(ctx: &Ctx<'_>, ty: &Ty) -> bool {
    matches!(ty, Ty::Path { def, .. } if stdlib::is(def, "Box")) && anonymous(ctx, ty).is_some()
}

/// Whether a result that is an iterator, or an `Option` or `Result` of one, can be given out; `None`: it is none.
pub(super) fn check(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> Option<Result<(), Reason>> {
    if let Some(items) = anonymous(ctx, ty) {
        return Some(items.item.map_or(Ok(()), |item| check_item(ctx, types, &item)));
    }
    let Ty::Path { def, args } = ty else { return None };
    let mut parts = type_args(args);
    if stdlib::is(def, "Option") {
        return check(ctx, types, parts.next()?);
    }
    if stdlib::is(def, "Result") {
        let inside = check(ctx, types, parts.next()?)?;
        return Some(inside.and_then(|()| {
            parts
                .next()
                .map_or(Ok(()), |error| check_error(ctx, types, error))
        }));
    }
    None
}

/// Whether an item can be given out.
fn check_item(ctx: &Ctx<'_>, types: &Types, item: &Ty) -> Result<(), Reason> {
    // What nobody can name, rustc may know.
    if !closed(item) && any(item, &|part| matches!(part, Ty::Projection { .. })) {
        return Ok(());
    }
    check_result(
        ctx,
        types,
        item,
        matches!(item, Ty::Path { def, .. } if stdlib::is(def, "Result")),
    )
}
