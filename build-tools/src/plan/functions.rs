//! Traits of the crate's own that functions implement: `impl<F: Fn(A) -> R, A: Argument, R: Outcome> Function<R, (A,)> for F`.
//!
//! There is one shim for each number of arguments that there is an impl for; the loader sees which a callable of Python's takes.
//! Where the impl leaves a type open, the callable is passed, and gives, the crate's own type for values of any kind.

use std::collections::BTreeSet;

use super::choose::Chooser;
use super::closures;
use super::ctx::Ctx;
use super::fold::{Subst, generics_in};
use super::holds;
use super::likely;
use super::open::Open;
use super::stdlib;
use super::types::Types;
use super::wire::type_args;
use crate::api::{Bound, Impl, Ty};

/// What a callable is to Python where it may have one of several signatures, and which is the best of those that look alike:
/// functions of no argument are the last that are tried, because what does not say how many it takes mostly takes some.
pub(super) fn kind(ctx: &Ctx<'_>, types: &Types, params: &[Ty]) -> ((usize, String), usize) {
    let order = if params.is_empty() { 9 } else { params.len().min(8) };
    let own = own_value(ctx, types);
    let other = params.iter().filter(|ty| Some(*ty) != own.as_ref()).count();
    ((7, format!("callable{order}")), other)
}

/// Puts types in place of the impl's parameters that a callable's signature names. `None`: there is one without a choice.
pub(super) fn close(
    ctx: &Ctx<'_>,
    types: &Types,
    impl_: &Impl,
    signature: &closures::Signature,
) -> Option<closures::Signature> {
    let chooser = Chooser::of_impl(ctx, types, impl_);
    let mut subst = Subst::default();
    for name in signature.parameters() {
        let ty = match own_value(ctx, types).filter(|own| meets(&chooser, &name, own)) {
            Some(own) => own,
            None => chooser.choose(&name).ok()?.into_iter().next()?.ty,
        };
        subst.types.insert(name, ty);
    }
    Some(signature.closed(&subst))
}

fn meets(chooser: &Chooser<'_, '_>, name: &str, own: &Ty) -> bool {
    let about = |ty: &Ty| matches!(ty, Ty::Generic(have) if have == name);
    let of_crate =
        |bound: &Bound| matches!(bound, Bound::Trait { trait_, .. } if !stdlib::is_std(&trait_.def));
    let bounds: Vec<Bound> = chooser
        .bounds
        .iter()
        .filter(|(ty, _)| about(ty))
        .flat_map(|(_, bounds)| bounds.clone())
        .collect();
    bounds.iter().any(of_crate) && holds::meets(chooser.ctx, own, &bounds)
}

/// The crate's own type for values of any kind.
fn own_value(ctx: &Ctx<'_>, types: &Types) -> Option<Ty> {
    let found = ctx
        .own_value
        .get_or_init(|| likely::own_values(ctx, types).into_iter().next());
    found.clone()
}

/// Parameters that only say how a trait of the crate's own is implemented: `Args` in `F: Function<R, Args>`, `S` in
/// `I: IntoStream<Into = S>`. rustc knows them when it knows what is passed.
pub(super) fn told_by_impls(open: &Open) -> BTreeSet<String> {
    let signature: BTreeSet<String> = open
        .params
        .iter()
        .chain(&open.output)
        .flat_map(generics_in)
        .collect();
    let mut found = BTreeSet::new();
    let mut used = signature;
    for (ty, bounds) in &open.bounds {
        for bound in bounds {
            let Bound::Trait { trait_, .. } = bound else {
                continue;
            };
            let bindings = trait_.args.bindings.iter();
            // What is a part of the answer may be a type of its own.
            let (whole, parts): (Vec<&Ty>, Vec<&Ty>) = bindings
                .map(|(_, ty)| ty)
                .partition(|ty| matches!(ty, Ty::Generic(_)));
            let told = type_args(&trait_.args).chain(whole).flat_map(generics_in);
            if stdlib::is_std(&trait_.def) || !matches!(ty, Ty::Generic(_)) {
                used.extend(told);
            } else {
                found.extend(told);
            }
            used.extend(parts.into_iter().flat_map(generics_in));
        }
    }
    found.difference(&used).cloned().collect()
}

/// Parameters of which nothing is said but that a callable gives one: any type that it may be will do.
pub(super) fn only_given(open: &Open) -> BTreeSet<String> {
    let mut given = BTreeSet::new();
    let mut used: BTreeSet<String> = open
        .params
        .iter()
        .chain(&open.output)
        .flat_map(generics_in)
        .collect();
    for (_, bounds) in &open.bounds {
        for bound in bounds {
            let Bound::Trait { trait_, .. } = bound else {
                continue;
            };
            used.extend(type_args(&trait_.args).flat_map(generics_in));
            let output = trait_.args.bindings.iter().flat_map(|(_, ty)| generics_in(ty));
            if closures::is_trait(&trait_.def) {
                given.extend(output);
            } else {
                used.extend(output);
            }
            let constraints = trait_.args.constraints.iter().flat_map(|(_, bounds)| bounds);
            used.extend(generics_in(&Ty::Impl(constraints.cloned().collect())));
        }
    }
    given.difference(&used).cloned().collect()
}
