//! Plans of conversions between types, and of what judges them: numbers, and types that differ for sure.

use super::judge::{a_trait, by, clause, generic, over, taking, with};
use super::*;

fn ids(plan: &Plan) -> Vec<&str> {
    plan.shims.iter().map(|shim| shim.id.as_str()).collect()
}

fn has(plan: &Plan, id: &str) -> bool {
    ids(plan).contains(&id)
}

/// `trait Make<T> { fn make(from: T) -> Self; }`, by which `Grey` is made of `Rgb` and of `Hue`.
fn makes() -> Sample {
    let make = taking(
        "make",
        vec![("from", generic("T"))],
        Some(me()),
        Generics::default(),
    );
    let mut sample = a_trait(Sample::new(), "Make", vec![make.clone()]);
    sample.0.defs.get_mut(&key("x::Make")).unwrap().generics = over(&["T"]);
    for name in ["Grey", "Hue", "Rgb", "Text"] {
        sample = sample.opaque(name, Generics::default());
    }
    for from in ["Hue", "Rgb"] {
        let from = path(&format!("x::{from}"), Vec::new());
        let of = by("x::Make", vec![Arg::Type(from)], Vec::new());
        let block = path("x::Grey", Vec::new());
        sample = sample.block(block, Some(of), Generics::default(), vec![make.clone()]);
    }
    sample
}

#[test]
fn what_a_known_type_is_made_of_may_be_passed() {
    let asks = clause(me(), by("x::Make", vec![Arg::Type(generic("C"))], Vec::new()));
    let of = taking(
        "of",
        vec![("from", generic("C"))],
        Some(me()),
        with(over(&["C"]), vec![asks]),
    );
    let grey = path("x::Grey", Vec::new());
    let plan = makes().block(grey, None, Generics::default(), vec![of]).plan();
    assert!(has(&plan, "x::Grey::of<Rgb>"), "{:?}", ids(&plan));
    assert!(has(&plan, "x::Grey::of<Hue>"), "{:?}", ids(&plan));
    assert_eq!(
        ids(&plan)
            .iter()
            .filter(|id| id.starts_with("x::Grey::of"))
            .count(),
        2
    );
}

#[test]
fn numbers_meet_bounds_with_references_to_them() {
    let reference = reference(Some("'a"), false, generic("T"));
    let add = by(
        "core::ops::arith::Add",
        vec![Arg::Type(reference)],
        vec![("Output", generic("T"))],
    );
    let bounds = || with(over(&["T"]), vec![clause(generic("T"), add.clone())]);
    let point = |ty: Ty| path("x::Point", vec![Arg::Type(ty)]);
    let twice = function("twice", vec![("self", me())], Some(me()));
    let plan = Sample::new()
        .opaque("Point", over(&["T"]))
        .block(point(generic("T")), None, bounds(), vec![twice])
        .function(function("make", Vec::new(), Some(point(prim("f32")))))
        .function(function(
            "named",
            Vec::new(),
            Some(point(path("alloc::string::String", Vec::new()))),
        ))
        .plan();
    assert!(has(&plan, "x::Point<f32>::twice"), "{:?}", plan.skipped);
}

#[test]
fn what_a_part_of_a_type_is_does_not_tell_the_type() {
    let part = Ty::Projection {
        self_ty: Box::new(generic("C")),
        trait_: Some(by("x::Part", Vec::new(), Vec::new())),
        name: "Array".to_owned(),
        args: Args::default(),
    };
    let mut sample = a_trait(Sample::new(), "Part", Vec::new());
    for name in ["Grey", "Rgb"] {
        let ty = path(&format!("x::{name}"), Vec::new());
        let of = Some(by("x::Part", Vec::new(), Vec::new()));
        sample = sample
            .opaque(name, Generics::default())
            .block(ty, of, Generics::default(), Vec::new());
        sample.0.impls.last_mut().unwrap().types = vec![("Array".to_owned(), prim("u8"))];
    }
    let bounds = clause(generic("C"), by("x::Part", Vec::new(), Vec::new()));
    let of = taking(
        "of",
        vec![("part", part)],
        Some(generic("C")),
        with(over(&["C"]), vec![bounds]),
    );
    let plan = sample.function(of).plan();
    let calls = |id: &str| match &shim(&plan, id).action {
        Action::Call { path } => path.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(calls("x::of<Grey>"), "::x::of::<::x::Grey>");
    assert_eq!(calls("x::of<Rgb>"), "::x::of::<::x::Rgb>");
}

#[test]
fn blocks_for_many_have_an_instance_over_what_one_is_over() {
    let grey = |ty: Ty| path("x::Grey", vec![Arg::Type(ty)]);
    let list = path("alloc::vec::Vec", vec![Arg::Type(generic("T"))]);
    let push = function(
        "push",
        vec![("self", reference(None, true, me())), ("one", grey(generic("T")))],
        None,
    );
    let plan = Sample::new()
        .opaque("Grey", over(&["T"]))
        .block(grey(list), None, over(&["T"]), vec![push])
        .function(function("make", Vec::new(), Some(grey(prim("f32")))))
        .plan();
    assert!(has(&plan, "x::Grey<Vec<f32>>::push"), "{:?}", ids(&plan));
}
