//! One choice out of several: where parameters that take whatever becomes a `T` (`Into<T>`) would have more combinations than
//! a callable may, each takes any of its types, and is passed as the `T` that comes of it.

use super::choose::{Choice, Chooser, string};
use super::fold::any;
use super::types::has_lifetimes;
use super::wire::{Class, class, is_text};
use super::{closures, hosts, plain, stand_in, stdlib, streams};
use crate::api::{Arg, Args, Bound, DefKey, TraitRef, Ty};

/// How many types it may be of.
const TYPES: usize = 8;

/// The choice that is any of these, of which the first is what the others become.
pub(super) fn of(chooser: &Chooser<'_, '_>, name: &str, choices: &[Choice]) -> Option<Choice> {
    let target = &choices.first()?.ty;
    let whole = matches!(class(chooser.ctx, chooser.types, target), Class::Type(..));
    let plain = |one: &Choice| !one.iterate && is_plain(&one.ty);
    let fits = whole
        && (2..=TYPES).contains(&choices.len())
        && chooser.alone.contains(name)
        && !has_lifetimes(target)
        && choices.iter().all(plain)
        && only_becomes(chooser, name);
    fits.then(|| {
        let types = choices.iter().map(|one| one.ty.clone()).collect();
        let ty = one_of(target, types);
        Choice { ty, iterate: false }
    })
}

/// The type of a value that may be any of those that become `target`, and nothing where it may be missing.
pub(super) fn any_of(chooser: &Chooser<'_, '_>, target: &Ty) -> Option<Ty> {
    let into = Bound::Trait {
        trait_: TraitRef {
            def: DefKey("core::convert::Into".to_owned()),
            args: Args {
                args: vec![Arg::Type(target.clone())],
                ..Args::default()
            },
        },
        maybe: false,
        for_: Vec::new(),
    };
    let found = chooser.by_bounds(&[into], None).ok()?.into_iter();
    let (owned, perhaps) = (string(), perhaps(string()));
    let text = [&perhaps, &owned]
        .into_iter()
        .find(|ty| plain::converts(chooser.ctx, target, ty));
    let types: Vec<Ty> = found
        .filter(|one| !one.iterate && is_plain(&one.ty))
        .map(|one| match (&one.ty, text) {
            (Ty::Ref { ty, .. }, Some(text)) if is_text(ty) => text.clone(),
            (ty, Some(text)) if *ty == owned => text.clone(),
            _ => one.ty,
        })
        .filter(|ty| !has_lifetimes(ty))
        .take(TYPES)
        .collect();
    (types.len() > 1).then(|| one_of(target, types))
}

fn one_of(target: &Ty, types: Vec<Ty>) -> Ty {
    Ty::Path {
        def: DefKey("std::usecrate::OneOf".to_owned()),
        args: Args {
            args: vec![Arg::Type(target.clone()), Arg::Type(Ty::Tuple(types))],
            ..Args::default()
        },
    }
}

/// `Option<T>`
fn perhaps(ty: Ty) -> Ty {
    Ty::Path {
        def: DefKey("core::option::Option".to_owned()),
        args: Args {
            args: vec![Arg::Type(ty)],
            ..Args::default()
        },
    }
}

/// It is such a choice: what came of it is passed.
pub(super) fn is(ty: &Ty) -> bool {
    matches!(ty, Ty::Path { def, .. } if stdlib::is(def, "OneOf"))
}

/// Nothing else is asked of the parameter than that it becomes something.
fn only_becomes(chooser: &Chooser<'_, '_>, name: &str) -> bool {
    let about = chooser
        .bounds
        .iter()
        .filter(|(ty, _)| matches!(ty, Ty::Generic(have) if have == name));
    let mut bounds = about
        .flat_map(|(_, bounds)| bounds)
        .filter_map(|bound| match bound {
            Bound::Trait {
                trait_, maybe: false, ..
            } => Some(stdlib::is_trait(&trait_.def, "Into")),
            _ => None,
        });
    bounds.next() == Some(true) && bounds.next().is_none()
}

/// It is lifted as it is passed.
fn is_plain(ty: &Ty) -> bool {
    let pseudo = |part: &Ty| matches!(part, Ty::Primitive(name) if name.starts_with('@'));
    let hosted = closures::holds(ty) || hosts::number(ty).is_some() || streams::modes(ty).is_some();
    !any(ty, &pseudo) && !hosted && !stand_in::is_dynamic(ty) && plain::target(ty).is_none()
}
