//! Callables that take some of the types that implement a trait, and not others.

use std::collections::{BTreeMap, BTreeSet};

use usecrate_manifest::Partial;

use crate::generate::{Dropped, Numbers, Owner};
use crate::plan::model::{OriginId, Plan, PlannedBound, ShimId};

/// One bound of a callable, over all that serves it.
#[derive(Default)]
struct Seen<'p> {
    callable: &'p str,
    taken: BTreeSet<&'p str>,
    missing: BTreeSet<&'p str>,
}

/// All of them, in the order of their paths. What rustc rejected is not taken either.
pub(super) fn partial(plan: &Plan, dropped: &Dropped, numbers: &Numbers) -> Vec<Partial> {
    let mut all: BTreeMap<(OriginId, &str), Seen<'_>> = BTreeMap::new();
    for (origin, bound) in numbers.shims().flat_map(|id| bounds(plan, id)) {
        let seen = all.entry((origin, &bound.bound)).or_default();
        seen.callable = &bound.callable;
        seen.taken.insert(&bound.chosen);
        seen.missing.extend(bound.missing.iter().map(String::as_str));
    }
    for (owner, _) in dropped.iter() {
        let Owner::Shim(id) = owner else { continue };
        for (origin, bound) in bounds(plan, id) {
            if let Some(seen) = all.get_mut(&(origin, bound.bound.as_str())) {
                seen.missing.insert(&bound.chosen);
            }
        }
    }
    let told = all.into_iter().map(|((_, bound), seen)| Partial {
        path: seen.callable.to_owned(),
        bound: bound.to_owned(),
        missing: seen
            .missing
            .difference(&seen.taken)
            .map(|&one| one.to_owned())
            .collect(),
    });
    let mut told: Vec<Partial> = told.filter(|one| !one.missing.is_empty()).collect();
    told.sort_by(|a, b| (&a.path, &a.bound).cmp(&(&b.path, &b.bound)));
    told
}

/// The bounds of a shim that serves a function of the crate.
fn bounds(plan: &Plan, id: ShimId) -> impl Iterator<Item = (OriginId, &PlannedBound)> {
    let shim = &plan.shims[id];
    shim.counts
        .into_iter()
        .flat_map(|origin| shim.bounds.iter().map(move |bound| (origin, bound)))
}
