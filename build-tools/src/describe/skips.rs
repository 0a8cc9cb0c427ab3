//! What is left out, and how much is served.
//!
//! A function counts once, where it is written, however many shims the plan has for it: one for each instance of a generic
//! type, one for each type that a parameter may be, one for each type that has it from a trait which provides it or from a
//! blanket impl. It is served if any of them can be called; otherwise the first of its reasons counts.

use std::collections::BTreeSet;

use usecrate_manifest::{Coverage, Skip, SkipCode};

use super::places::Places;
use crate::generate::{Dropped, Numbers, Owner, Rejection};
use crate::plan::model::{OriginId, Plan, PlannedMapping, PlannedSkip, Shim, ShimId};

/// All that is left out, by the plan, by proof, and because Python could not call it; with the share that is served.
/// `missing`: the numbers of callables that cannot be called, with the reasons.
pub(super) fn skips(
    plan: &Plan,
    dropped: &Dropped,
    numbers: &Numbers,
    missing: &[(u32, String)],
) -> (Vec<Skip>, Coverage) {
    let shims: Vec<ShimId> = numbers.shims().collect();
    let missing: Vec<(ShimId, &String)> = missing
        .iter()
        .filter_map(|(number, message)| Some((*shims.get(*number as usize)?, message)))
        .collect();
    let unobtainable: BTreeSet<ShimId> = missing.iter().map(|(id, _)| *id).collect();
    let served: BTreeSet<OriginId> = shims
        .iter()
        .filter(|id| !unobtainable.contains(id))
        .filter_map(|id| plan.shims[*id].counts)
        .collect();

    let places = Places::new(plan);
    let mut list = plan.skipped.clone();
    for (owner, reason) in dropped.iter() {
        match owner {
            Owner::Shim(id) if plan.withheld.contains_key(&id) => {
                let message = reason.message.clone();
                places.skip(id, SkipCode::Configured, message).record(&mut list);
            }
            Owner::Shim(id) => {
                let message = rejected(&plan.shims[id], reason);
                places.skip(id, SkipCode::Rejected, message).record(&mut list);
            }
            // What has no wire form for want of it was dropped, too: this says why.
            Owner::Mapping(id) => list.push(mapping(&plan.mappings[id], reason)),
            Owner::Type(id) => {
                let message = format!("rustc rejects its wire form: {reason}");
                places.skip_type(id, message).record(&mut list);
            }
            // Nobody asks for it by name: the shims that take one say why they are not there.
            Owner::Object(_) | Owner::Host(_) | Owner::NarrowHost(_) => {}
        }
    }
    // What cannot be called can be named all the same: there is no name to explain, only what is not served.
    let mut told = served.clone();
    for (id, message) in missing {
        if plan.shims[id].counts.is_some_and(|one| told.insert(one)) {
            let message = message.clone();
            places.skip(id, SkipCode::Unobtainable, message).record(&mut list);
        }
    }

    let mut known = served.clone();
    let skipped = list
        .into_iter()
        .map(|skip| numbered(skip, numbers, &mut known))
        .collect();
    let coverage = Coverage {
        callables: count(&known),
        served: count(&served),
    };
    (skipped, coverage)
}

/// A row of the table of value mappings that does not fit the version of the crate that there is.
fn mapping(mapping: &PlannedMapping, reason: &Rejection) -> PlannedSkip {
    PlannedSkip {
        path: mapping.path.clone(),
        name: mapping.path.rsplit("::").next().unwrap_or_default().to_owned(),
        owners: Vec::new(),
        modules: Vec::new(),
        code: SkipCode::Rejected,
        message: format!("rustc rejects how it crosses by value: {reason}"),
        span: None,
        origin: None,
        counts: None,
    }
}

/// In words that help, where rustc's are about the bridge: it found no way for the result to leave.
fn rejected(shim: &Shim, reason: &Rejection) -> String {
    let rustc = format!("rustc rejects its shim: {reason}");
    if reason.message.starts_with("the method `answer` exists for") {
        format!(
            "its result has no form in Python, is no iterator and has no text (`Display`): `{}`",
            shim.signature
        )
    } else {
        rustc
    }
}

/// A skip with the numbers of its classes; it counts if nothing before it was about the same function. What belonged to a
/// dropped class belongs nowhere: the class' own skip explains it.
fn numbered(skip: PlannedSkip, numbers: &Numbers, known: &mut BTreeSet<OriginId>) -> Skip {
    Skip {
        path: skip.path,
        name: skip.name,
        owners: skip.owners.iter().filter_map(|id| numbers.ty(*id)).collect(),
        modules: skip.modules,
        code: skip.code,
        message: skip.message,
        span: skip.span,
        counted: skip.counts.is_some_and(|one| known.insert(one)),
    }
}

fn count(origins: &BTreeSet<OriginId>) -> u32 {
    u32::try_from(origins.len()).unwrap_or(u32::MAX)
}
