//! Plans with traits for whatever iterates.

use super::judge::{a_trait, by, clause, generic, over, with};
use super::*;

const ITERATOR: &str = "core::iter::traits::iterator::Iterator";

fn spread() -> TraitRef {
    TraitRef {
        def: key("x::Spread"),
        args: Args::default(),
    }
}

/// `impl<T: Iterator> Spread for T` with what else is asked, and rustdoc's listing of it for `Countdown`, which iterates.
fn sample(others: &[&str], methods: Vec<Function>) -> Plan {
    let mut over = bounded(function("", Vec::new(), None), "T", ITERATOR, Vec::new());
    for other in others {
        let more = bounded(function("", Vec::new(), None), "T", other, Vec::new()).generics;
        over.generics.bounds.extend(more.bounds);
    }
    let iterator = TraitRef {
        def: key(ITERATOR),
        args: Args::default(),
    };
    let count = path("x::Countdown", Vec::new());
    let new = function("new", Vec::new(), Some(me()));
    let mut sample = a_trait(Sample::new(), "Spread", methods)
        .opaque("Countdown", Generics::default())
        .methods("Countdown", vec![new])
        .block(count.clone(), Some(iterator), Generics::default(), Vec::new());
    for other in others {
        sample = sample.implements("Countdown", other, Vec::new());
    }
    let item = ("Item".to_owned(), prim("u32"));
    sample.0.impls[1].types.push(item);
    for ty in [Ty::Generic("T".to_owned()), count] {
        sample = sample.block(ty, Some(spread()), over.generics.clone(), Vec::new());
        let listed = sample.0.impls.last_mut().unwrap();
        listed.blanket = Some("T".to_owned());
    }
    sample.plan()
}

fn of_spread(plan: &Plan) -> Vec<&str> {
    let ids = plan.shims.iter().map(|shim| shim.id.as_str());
    ids.filter(|id| id.contains("Spread")).collect()
}

fn tally() -> Function {
    function("tally", vec![("self", me())], Some(prim("usize")))
}

#[test]
fn what_iterates_shares_the_methods_of_iterables() {
    let plan = sample(&[], vec![tally()]);
    assert_eq!(of_spread(&plan), ["<Iterable<Dynamic> as x::Spread>::tally"]);
    let shared = class(&plan, "Countdown")
        .methods
        .iter()
        .find(|one| one.name == "tally");
    assert_eq!(shared.unwrap().shims, plan.traits[0].methods[0].shims);
}

#[test]
fn where_more_is_asked_each_has_its_own() {
    let plan = sample(
        &["core::iter::traits::exact_size::ExactSizeIterator"],
        vec![tally()],
    );
    assert!(
        of_spread(&plan).contains(&"<x::Countdown as x::Spread>::tally"),
        "{:?}",
        of_spread(&plan)
    );
}

#[test]
fn a_method_that_asks_for_items_of_a_make_is_served_over_those() {
    let named = |name: &str| Ty::Generic(name.to_owned());
    let result = path("std::vec::Vec", vec![Arg::Type(named("V"))]);
    let me = vec![("self", me())];
    let mut grouped = bounded(
        function("grouped", me, Some(result)),
        "K",
        "core::hash::Hash",
        Vec::new(),
    );
    grouped.generics.params.push(GenericParam::Type {
        name: "V".to_owned(),
        default: None,
    });
    let pair = Ty::Tuple(vec![named("K"), named("V")]);
    let iterates = TraitRef {
        def: key(ITERATOR),
        args: Args {
            bindings: vec![("Item".to_owned(), pair)],
            ..Args::default()
        },
    };
    grouped.generics.bounds.push(WhereBound {
        ty: Ty::Generic("Self".to_owned()),
        bounds: vec![Bound::Trait {
            trait_: iterates,
            maybe: false,
            for_: Vec::new(),
        }],
    });
    let plan = sample(&[], vec![tally(), grouped]);
    let mut all = of_spread(&plan);
    all.sort_unstable();
    assert_eq!(
        all,
        [
            "<Iterable<(Dynamic, Dynamic)> as x::Spread>::grouped",
            "<Iterable<Dynamic> as x::Spread>::tally"
        ]
    );
}

#[test]
fn what_such_items_tell_is_still_declared_where_another_parameter_is_written() {
    let pair = Ty::Tuple(vec![generic("K"), generic("V")]);
    let all = by(
        "core::iter::traits::collect::FromIterator",
        vec![Arg::Type(generic("K"))],
        Vec::new(),
    );
    let clauses = vec![
        clause(me(), by(ITERATOR, Vec::new(), vec![("Item", pair)])),
        clause(generic("A"), all),
    ];
    let firsts = Function {
        generics: with(over(&["A", "K", "V"]), clauses),
        ..function("firsts", vec![("self", me())], Some(generic("A")))
    };
    let plan = sample(&[], vec![firsts]);
    let found = plan.shims.iter().find(|shim| shim.id.contains("firsts")).unwrap();
    let Action::Call { path } = &found.action else {
        panic!("{:?}", found.action);
    };
    assert!(path.ends_with(">, _, _>"), "{path}");
}

#[test]
fn tuples_of_what_iterates_are_tried_where_nobody_tells_what_implements_a_trait() {
    let asked = by("x::Private", Vec::new(), Vec::new());
    let chunks = Function {
        generics: with(over(&["C"]), vec![clause(generic("C"), asked)]),
        ..function("chunks", vec![("self", me())], Some(generic("C")))
    };
    let plan = sample(&[], vec![chunks]);
    let ids = of_spread(&plan);
    assert_eq!(
        ids[..3],
        [
            "<Iterable<Dynamic> as x::Spread>::chunks<(Dynamic, Dynamic)>",
            "<Iterable<Dynamic> as x::Spread>::chunks<(Dynamic, Dynamic, Dynamic)>",
            "<Iterable<Dynamic> as x::Spread>::chunks<(Dynamic, Dynamic, Dynamic, Dynamic)>",
        ]
    );
    let bare: Vec<bool> = plan
        .shims
        .iter()
        .filter(|shim| ids.contains(&shim.id.as_str()))
        .map(|shim| shim.reach.bare)
        .collect();
    assert_eq!(bare[..2], [true, false]);
}

#[test]
fn what_iterates_and_has_no_class_is_an_iterator() {
    let into = "core::iter::traits::collect::IntoIterator";
    let iter = |name: &str| Ty::Projection {
        self_ty: Box::new(generic(name)),
        trait_: Some(by(into, Vec::new(), Vec::new())),
        name: "IntoIter".to_owned(),
        args: Args::default(),
    };
    let both = path("x::Both", vec![Arg::Type(iter("I")), Arg::Type(iter("J"))]);
    let asked = |name: &str| clause(generic(name), by(into, Vec::new(), Vec::new()));
    let zip = Function {
        generics: with(over(&["I", "J"]), vec![asked("I"), asked("J")]),
        ..function("zip", vec![("a", generic("I")), ("b", generic("J"))], Some(both))
    };
    let of = path("x::Both", vec![Arg::Type(generic("A")), Arg::Type(generic("B"))]);
    let mut sample = Sample::new()
        .opaque("Both", over(&["A", "B"]))
        .function(zip)
        .block(
            of,
            Some(by(ITERATOR, Vec::new(), Vec::new())),
            over(&["A", "B"]),
            Vec::new(),
        );
    let item = ("Item".to_owned(), prim("u32"));
    sample.0.impls[0].types.push(item);
    let plan = sample.plan();
    assert!(
        plan.shims.iter().any(|shim| shim.id == "x::zip"),
        "{:?}",
        plan.skipped
    );
}

#[test]
fn what_such_an_iterator_borrows_is_kept() {
    let into = || {
        by(
            "core::iter::traits::collect::IntoIterator",
            Vec::new(),
            Vec::new(),
        )
    };
    let iter = Ty::Projection {
        self_ty: Box::new(generic("I")),
        trait_: Some(into()),
        name: "IntoIter".to_owned(),
        args: Args::default(),
    };
    let mut over_two = takes_lifetime("'a");
    over_two.params.extend(over(&["A"]).params);
    let walk = |arg: Ty| path("x::Walk", vec![lifetime("'a"), Arg::Type(arg)]);
    let mut generics = with(over(&["I"]), vec![clause(generic("I"), into())]);
    generics.params.insert(0, takes_lifetime("'a").params.remove(0));
    let home = reference(Some("'a"), false, path("x::Home", Vec::new()));
    let lend = Function {
        generics,
        ..function(
            "lend",
            vec![("home", home), ("items", generic("I"))],
            Some(walk(iter)),
        )
    };
    let iterator = Some(by(ITERATOR, Vec::new(), Vec::new()));
    let plan = Sample::new()
        .opaque("Walk", over_two.clone())
        .opaque("Home", Generics::default())
        .function(lend)
        .block(walk(generic("A")), iterator, over_two, Vec::new())
        .plan();
    assert_eq!(kept(shim(&plan, "x::lend")), [true, false]);
}
