//! How trait objects arrive: a macro call for what is lent, and one per pointer for what is given.

use super::Numbers;
use super::names;
use super::text::{literal, parse, print_type};
use crate::plan::model::{Candidate, HostId, Plan, PlannedGiven, PlannedObject};

/// The macro calls that let a trait object be an argument, with the candidates that are left.
pub(super) fn declarations(
    object: &PlannedObject,
    plan: &Plan,
    numbers: &Numbers,
    host: Option<HostId>,
) -> Vec<Result<String, String>> {
    let host = host
        .and_then(|id| plan.hosts.get(&id))
        .map_or("", |host| &host.name);
    let left: Vec<&Candidate> = object
        .candidates
        .iter()
        .filter(|one| numbers.ty(one.ty).is_some())
        .collect();
    if left.is_empty() && host.is_empty() {
        return Vec::new();
    }
    let mut all = vec![lent(object, plan, &left, host)];
    all.extend(
        object
            .given
            .iter()
            .map(|pointer| given(object, plan, numbers, (&left, host), pointer))
            .filter_map(Result::transpose),
    );
    all
}

fn head(object: &PlannedObject) -> String {
    format!("{}, {}", names::marker(), literal(&object.path))
}

fn lent(object: &PlannedObject, plan: &Plan, left: &[&Candidate], host: &str) -> Result<String, String> {
    let rust = print_type(&parse("type", &object.rust)?);
    let outlives = if object.borrows { "+ 'x" } else { "" };
    let list = |all: &mut dyn Iterator<Item = &&Candidate>| {
        all.map(|one| candidate(plan, one)).collect::<Result<Vec<_>, _>>()
    };
    let shared = list(&mut left.iter())?.join(", ");
    let exclusive = list(&mut left.iter().filter(|one| one.exclusive))?.join(", ");
    Ok(format!(
        "{}::object!({}, {rust}, [{outlives}], shared [{shared}], exclusive [{exclusive}], host [{host}]);",
        names::private(),
        head(object)
    ))
}

fn given(
    object: &PlannedObject,
    plan: &Plan,
    numbers: &Numbers,
    (left, host): (&[&Candidate], &str),
    pointer: &PlannedGiven,
) -> Result<Option<String>, String> {
    let mut all = Vec::new();
    if let Some(id) = pointer.itself.filter(|id| numbers.ty(*id).is_some()) {
        let rust = print_type(&parse("type", &plan.types[id].rust)?);
        all.push(format!("itself({rust})"));
    }
    for one in left.iter().filter(|one| one.moved) {
        all.push(candidate(plan, one)?);
    }
    if all.is_empty() && host.is_empty() {
        return Ok(None);
    }
    let path = &pointer.rust;
    let rust = print_type(&parse("type", &format!("{path}<{}>", object.rust))?);
    Ok(Some(format!(
        "{}::object_given!({}, {rust}, {path}::new, [], [{}], [{host}]);",
        names::private(),
        head(object),
        all.join(", ")
    )))
}

fn candidate(plan: &Plan, one: &Candidate) -> Result<String, String> {
    let ty = &plan.types[one.ty];
    let rust = print_type(&parse("type", &ty.rust)?);
    let word = if one.inside { "inside" } else { "value" };
    Ok(match (ty.borrows, one.inside) {
        (false, _) => format!("{word}({rust})"),
        (true, true) => format!("inside_family({} => {rust})", names::family(one.ty)),
        (true, false) => format!("family({} => {rust})", names::family(one.ty)),
    })
}
