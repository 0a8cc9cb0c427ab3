//! Dicts of any values, for traits that stand for the arguments of something: `impl<T: ToSql> Params for &[(&str, &T)]`. Where
//! a slice of names with values is such arguments, Python's dict is.

use usecrate_manifest::SkipCode;

use super::choose::{Chooser, shared, string, text};
use super::closures::Arrival;
use super::ctx::Ctx;
use super::spell::{Lifetimes, Unnameable};
use super::types::has_lifetimes;
use super::wire::{Reason, type_args};
use super::{holds, joined, likely, stdlib};
use crate::api::{Arg, Args, Bound, DefKey, Impl, Ty};

/// The choice that such an impl is, of dicts whose values become the crate's own type for values of any kind.
pub(super) fn of(chooser: &Chooser<'_, '_>, impl_: &Impl, ty: &Ty, asked_for: &[Bound]) -> Option<Ty> {
    let ctx = chooser.ctx;
    let Ty::Ref {
        mutable: false, ty, ..
    } = ty
    else {
        return None;
    };
    let is_pair = |ty: &Ty| matches!(ty, Ty::Tuple(parts) if parts.len() == 2);
    let mut bounds = impl_.generics.bounds.iter().flat_map(|one| &one.bounds);
    let is_own = |bound: &Bound| matches!(bound, Bound::Trait { trait_, .. } if ctx.own(&trait_.def));
    if !matches!(&**ty, Ty::Slice(item) if is_pair(item)) || !bounds.any(is_own) {
        return None;
    }
    // What is lent is a value as well, where the crate says so of every reference.
    let fits = |ty: &Ty| !has_lifetimes(ty) && holds::applies(ctx, impl_, &slice(ty));
    let value = likely::own_values(ctx, chooser.types).into_iter().find(fits)?;
    let args = vec![Arg::Type(string()), Arg::Type(joined::any_of(chooser, &value)?)];
    let ty = Ty::Path {
        def: DefKey("std::usecrate::Named".to_owned()),
        args: Args {
            args,
            ..Args::default()
        },
    };
    holds::meets(ctx, &meant(&ty)?, asked_for).then_some(ty)
}

/// `&[(&str, &T)]`
fn slice(of: &Ty) -> Ty {
    let pair = Ty::Tuple(vec![shared(&text()), shared(of)]);
    shared(&Ty::Slice(Box::new(pair)))
}

/// It is such a choice.
pub(super) fn is(ty: &Ty) -> bool {
    matches!(ty, Ty::Path { def, .. } if stdlib::is(def, "Named"))
}

/// What it is passed as.
pub(super) fn meant(ty: &Ty) -> Option<Ty> {
    match one(ty)? {
        Ty::Path { args, .. } => Some(slice(type_args(args).next()?)),
        _ => None,
    }
}

/// What its values are of.
pub(super) fn one(ty: &Ty) -> Option<&Ty> {
    let Ty::Path { args, .. } = ty else { return None };
    type_args(args).nth(1).filter(|_| is(ty))
}

/// How a parameter that is one arrives; `None`: it is none.
pub(super) fn arrive(ctx: &Ctx<'_>, ty: &Ty, name: &str) -> Result<Option<Arrival>, Reason> {
    if !is(ty) {
        return Ok(None);
    }
    let lift = ctx.spell(ty, Lifetimes::Infer).map_err(|Unnameable(why)| {
        Reason::new(SkipCode::UnsupportedType, format!("parameter `{name}`: {why}"))
    })?;
    let argument = "&{}.all(|one| one.get()).iter().map(|(name, one)| (name.as_str(), one))\
                    .collect::<::std::vec::Vec<_>>()[..]";
    Ok(Some(Arrival {
        lift,
        argument: argument.to_owned(),
    }))
}
