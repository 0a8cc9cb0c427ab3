//! Lists of any values, for traits that stand for the arguments of something: `trait Params` with an impl for tuples of each
//! length, and one for what a function of the crate makes of whatever iterates, `fn params_from_iter<I>(all: I) ->
//! ParamsFromIter<I> where I: IntoIterator, I::Item: ToSql`. Python's lists and tuples of any length are passed as that.

use std::collections::BTreeSet;

use super::choose::{Chooser, list};
use super::closures::Arrival;
use super::ctx::{Ctx, bounds_of};
use super::fold::Subst;
use super::spell::{Lifetimes, Unnameable};
use super::types::has_lifetimes;
use super::wire::{Reason, type_args};
use super::{holds, joined, likely, stdlib};
use crate::api::{Arg, Args, Bound, Def, DefKey, DefKind, Function, GenericParam, Impl, Ty};

/// The choice that such an impl is, of lists whose items become the crate's own type for values of any kind.
pub(super) fn of(chooser: &Chooser<'_, '_>, impl_: &Impl, ty: &Ty, asked_for: &[Bound]) -> Option<Ty> {
    let ctx = chooser.ctx;
    let Ty::Path { def, args } = ty else { return None };
    let [Arg::Type(Ty::Generic(all))] = &args.args[..] else {
        return None;
    };
    let iterates = |bound: &Bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } => ["IntoIterator", "Iterator"]
            .iter()
            .any(|name| stdlib::is_trait(&trait_.def, name)),
        _ => false,
    };
    if !ctx.own(def) || !bounds_of(&impl_.generics, all).into_iter().any(iterates) {
        return None;
    }
    let is_item = |ty: &Ty| match ty {
        Ty::Projection { self_ty, name, .. } => {
            name == "Item" && matches!(&**self_ty, Ty::Generic(have) if have == all)
        }
        _ => false,
    };
    let about = impl_.generics.bounds.iter().filter(|one| is_item(&one.ty));
    let bounds: Vec<Bound> = about.flat_map(|one| one.bounds.clone()).collect();
    let is_own = |bound: &Bound| matches!(bound, Bound::Trait { trait_, .. } if ctx.own(&trait_.def));
    if !bounds.iter().any(is_own) {
        return None;
    }
    let fits = |ty: &Ty| !has_lifetimes(ty) && holds::meets(ctx, ty, &bounds);
    let value = likely::own_values(ctx, chooser.types).into_iter().find(fits)?;
    let maker = ctx.api.defs.values().find(|one| makes(ctx, one, def))?;
    let maker = Ty::Path {
        def: maker.key.clone(),
        args: Args::default(),
    };
    let args = vec![Arg::Type(joined::any_of(chooser, &value)?), Arg::Type(maker)];
    let ty = Ty::Path {
        def: DefKey("std::usecrate::Listed".to_owned()),
        args: Args {
            args,
            ..Args::default()
        },
    };
    holds::meets(ctx, &meant(ctx, &ty)?, asked_for).then_some(ty)
}

/// Why a function cannot be called that makes such a wrapper: nobody needs to.
pub(super) fn instead(ctx: &Ctx<'_>, function: &Function, reason: Reason) -> Reason {
    let Some(Ty::Path { def, .. }) = &function.output else {
        return reason;
    };
    let is_row = ctx.own(def) && makes_of(function, def) && {
        let mut traits = ctx.impls(def).iter().filter_map(|impl_| impl_.trait_.as_ref());
        traits.any(|trait_| ctx.own(&trait_.def))
    };
    if !is_row {
        return reason;
    }
    let name = def.name();
    Reason {
        message: format!("{}; pass the list itself where `{name}` is meant", reason.message),
        ..reason
    }
}

/// It is such a choice.
pub(super) fn is(ty: &Ty) -> bool {
    matches!(ty, Ty::Path { def, .. } if stdlib::is(def, "Listed"))
}

/// What it is passed as.
pub(super) fn meant(ctx: &Ctx<'_>, ty: &Ty) -> Option<Ty> {
    let (one, maker) = parts(ty)?;
    let maker = ctx.def(maker)?;
    let (DefKind::Function(function), Ty::Path { args, .. }) = (&maker.kind, one) else {
        return None;
    };
    let mut subst = Subst::default();
    subst.types.insert(
        parameter(function)?.clone(),
        list(type_args(args).next()?.clone()),
    );
    Some(subst.apply(function.output.as_ref()?))
}

/// Which of these parameters may be left out: rows at the end, where `()` is a row as well. `open` are they as they are written.
pub(super) fn left_out(chooser: &Chooser<'_, '_>, open: &[Ty], params: &[Ty]) -> BTreeSet<usize> {
    let none = Ty::Tuple(Vec::new());
    let may = |written: &Ty| {
        let about = chooser.bounds.iter().filter(|(ty, _)| ty == written);
        let mut bounds = about.flat_map(|(_, bounds)| bounds);
        bounds.all(|bound| holds::bounded(chooser.ctx, &none, bound) == holds::Answer::Yes)
    };
    let at_end = |(written, ty): &(&Ty, &Ty)| is(ty) && may(written);
    let found = open.iter().zip(params).rev().take_while(at_end).count();
    (params.len() - found..params.len()).collect()
}

/// How a parameter that is one arrives, which may be `left_out`; `None`: it is none.
pub(super) fn arrive(ctx: &Ctx<'_>, ty: &Ty, name: &str, left_out: bool) -> Result<Option<Arrival>, Reason> {
    let Some((one, maker)) = parts(ty) else {
        return Ok(None);
    };
    let unnameable = |Unnameable(why)| {
        let message = format!("parameter `{name}`: {why}");
        Reason::new(usecrate_manifest::SkipCode::UnsupportedType, message)
    };
    let maker = ctx.spell_def(maker).map_err(unnameable)?;
    let all = ctx
        .spell(&list(one.clone()), Lifetimes::Infer)
        .map_err(unnameable)?;
    let (lift, given) = match left_out {
        true => (format!("::std::option::Option<{all}>"), "{}.unwrap_or_default()"),
        false => (all, "{}"),
    };
    let values = format!("{given}.into_iter().map(|one| one.get()).collect::<::std::vec::Vec<_>>()");
    Ok(Some(Arrival {
        lift,
        argument: format!("{maker}({values})"),
    }))
}

/// The items, and the function.
pub(super) fn parts(ty: &Ty) -> Option<(&Ty, &DefKey)> {
    let Ty::Path { args, .. } = ty else { return None };
    match &args.args[..] {
        [Arg::Type(one), Arg::Type(Ty::Path { def, .. })] if is(ty) => Some((one, def)),
        _ => None,
    }
}

/// `fn maker<I>(all: I) -> Wrapper<I>`
fn makes(ctx: &Ctx<'_>, def: &Def, wrapper: &DefKey) -> bool {
    let DefKind::Function(function) = &def.kind else {
        return false;
    };
    let served = !(function.unsafe_ || function.async_ || function.hidden);
    served && makes_of(function, wrapper) && ctx.spell_def(&def.key).is_ok()
}

fn makes_of(function: &Function, wrapper: &DefKey) -> bool {
    let (Some(name), [param], Some(Ty::Path { def, args })) =
        (parameter(function), &function.params[..], &function.output)
    else {
        return false;
    };
    let is = |ty: &Ty| matches!(ty, Ty::Generic(have) if have == name);
    def == wrapper && matches!(&args.args[..], [Arg::Type(ty)] if is(ty)) && is(&param.ty)
}

/// The one parameter that a function has.
fn parameter(function: &Function) -> Option<&String> {
    match &function.generics.params[..] {
        [GenericParam::Type { name, .. }] => Some(name),
        _ => None,
    }
}
