//! Where arguments live that the result, or the receiver, borrows.

use super::*;

/// Methods of `Set<'a>`, which borrows; where their arguments live.
fn stays_of(method: Function) -> Result<Vec<Stay>, SkipCode> {
    let id = format!("x::Set::{}", method.name);
    let plan = Sample::new()
        .opaque("Set", takes_lifetime("'a"))
        .opaque("Item", Generics::default())
        .block(
            path("x::Set", vec![lifetime("'a")]),
            None,
            takes_lifetime("'a"),
            vec![method],
        )
        .plan();
    match plan.skipped.first() {
        Some(skip) => Err(skip.code),
        None => Ok(shim(&plan, &id).params.iter().map(|param| param.stay).collect()),
    }
}

#[test]
fn what_borrows_and_is_kept_belongs_to_the_parent() {
    let set = |name: &str| path("x::Set", vec![lifetime(name)]);
    let item = |name: &str| reference(Some(name), false, path("x::Item", vec![]));
    let own = reference(Some("'s"), false, me());
    let sub = function("sub", vec![("self", own.clone())], Some(set("'s")));
    assert_eq!(stays_of(sub).unwrap(), [Stay::Nested]);
    let out = function("out", vec![("self", own.clone())], Some(set("'a")));
    assert_eq!(stays_of(out).unwrap(), [Stay::Call]);
    let params = vec![("self", own.clone()), ("one", item("'a")), ("two", item("'s"))];
    let with = function("with", params, Some(set("'s")));
    assert_eq!(
        stays_of(with).unwrap(),
        [Stay::Nested, Stay::Parent, Stay::Group],
        "what joins the receiver's data is the parent's, what lives as long as its borrow the group's"
    );
    let params = vec![
        ("self", own.clone()),
        ("other", reference(None, false, set("'a"))),
    ];
    let beside = function("beside", params, Some(set("'s")));
    assert_eq!(stays_of(beside).unwrap(), [Stay::Nested, Stay::CallInParent]);
    let ring = function(
        "ring",
        vec![("self", reference(Some("'a"), false, me()))],
        Some(set("'a")),
    );
    assert_eq!(
        stays_of(ring).unwrap(),
        [Stay::Nested],
        "rustc says whether it may be shortened"
    );
    let params = vec![("self", own), ("other", reference(Some("'a"), false, set("'t")))];
    let deep = function("deep", params, Some(set("'s")));
    assert_eq!(stays_of(deep).unwrap_err(), SkipCode::Borrow);
}

#[test]
fn what_borrows_something_else_is_no_member_of_the_results_group() {
    let set = |name: &str| path("x::Set", vec![lifetime(name)]);
    let own = || reference(Some("'s"), false, path("x::Item", vec![]));
    let stays = |params: Vec<(&str, Ty)>, output: &str| {
        let method = function("open", params, Some(set(output)));
        let plan = Sample::new()
            .opaque("Set", takes_lifetime("'a"))
            .opaque("Item", Generics::default())
            .methods("Item", vec![method])
            .plan();
        let shim = shim(&plan, "x::Item::open");
        shim.params.iter().map(|param| param.stay).collect::<Vec<_>>()
    };
    let open = stays(vec![("self", own()), ("of", set("'_"))], "'s");
    assert_eq!(open, [Stay::Group, Stay::CallInParent]);
    let of = reference(None, false, set("'_"));
    let open = stays(vec![("self", own()), ("of", of)], "'s");
    assert_eq!(open, [Stay::Group, Stay::CallInParent]);
    let open = stays(vec![("self", own()), ("of", set("'_")), ("in_", set("'s"))], "'s");
    assert_eq!(
        open,
        [Stay::Group, Stay::Call, Stay::Call],
        "the group has members already"
    );
    let open = stays(vec![("self", own()), ("of", set("'s"))], "'s");
    assert_eq!(open, [Stay::Group, Stay::Call], "the result borrows the same");
}
