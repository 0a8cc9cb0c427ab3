//! Plans with traits for whatever iterates.

use super::judge::a_trait;
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
