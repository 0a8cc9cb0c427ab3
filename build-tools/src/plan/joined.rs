//! One choice out of several: where parameters that take whatever becomes a `T` (`Into<T>`) would have more combinations than
//! a callable may, each takes any of its types, and is passed as the `T` that comes of it.

use super::choose::{Choice, Chooser};
use super::fold::any;
use super::types::has_lifetimes;
use super::wire::{Class, class};
use super::{closures, hosts, plain, stand_in, stdlib, streams};
use crate::api::{Arg, Args, Bound, DefKey, Ty};

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
        let args = Args {
            args: vec![Arg::Type(target.clone()), Arg::Type(Ty::Tuple(types))],
            ..Args::default()
        };
        let ty = Ty::Path {
            def: DefKey("std::usecrate::OneOf".to_owned()),
            args,
        };
        Choice { ty, iterate: false }
    })
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
