//! Plans that depend on which types meet which bounds.

use super::*;

pub(super) fn generic(name: &str) -> Ty {
    Ty::Generic(name.to_owned())
}

pub(super) fn over(names: &[&str]) -> Generics {
    let param = |name: &&str| GenericParam::Type {
        name: (*name).to_owned(),
        default: None,
    };
    Generics {
        params: names.iter().map(param).collect(),
        bounds: Vec::new(),
    }
}

pub(super) fn by(name: &str, args: Vec<Arg>, bindings: Vec<(&str, Ty)>) -> TraitRef {
    let bindings = bindings.into_iter().map(|(name, ty)| (name.to_owned(), ty));
    TraitRef {
        def: key(name),
        args: Args {
            args,
            bindings: bindings.collect(),
            ..Args::default()
        },
    }
}

pub(super) fn clause(ty: Ty, trait_: TraitRef) -> WhereBound {
    let bound = Bound::Trait {
        trait_,
        maybe: false,
        for_: Vec::new(),
    };
    WhereBound {
        ty,
        bounds: vec![bound],
    }
}

pub(super) fn with(mut generics: Generics, clauses: Vec<WhereBound>) -> Generics {
    generics.bounds.extend(clauses);
    generics
}

pub(super) fn taking(
    name: &str,
    params: Vec<(&str, Ty)>,
    output: Option<Ty>,
    generics: Generics,
) -> Function {
    Function {
        generics,
        ..function(name, params, output)
    }
}

pub(super) fn a_trait(sample: Sample, name: &str, methods: Vec<Function>) -> Sample {
    let kind = DefKind::Trait(Trait {
        methods,
        consts: Vec::new(),
        types: Vec::new(),
        supertraits: Vec::new(),
        unsafe_: false,
        auto: false,
        dyn_compatible: true,
    });
    sample.def(name, Generics::default(), kind)
}

fn ids(plan: &Plan) -> Vec<&str> {
    plan.shims.iter().map(|shim| shim.id.as_str()).collect()
}

fn paths(plan: &Plan) -> Vec<&str> {
    plan.types.iter().map(|ty| ty.path.as_str()).collect()
}

/// `trait Walk { type Id; }`, for references to `Ring` (`u32`), `Names` (`i64`).
fn walks() -> Sample {
    let mut sample = a_trait(Sample::new(), "Walk", Vec::new());
    for (name, id) in [("Names", "i64"), ("Ring", "u32")] {
        let ty = path(&format!("x::{name}"), Vec::new());
        let walk = Some(by("x::Walk", Vec::new(), Vec::new()));
        sample = sample.opaque(name, Generics::default()).block(
            reference(None, false, ty),
            walk,
            Generics::default(),
            Vec::new(),
        );
        sample.0.impls.last_mut().unwrap().types = vec![("Id".to_owned(), prim(id))];
    }
    sample
}

#[test]
fn the_bounds_of_a_method_say_what_the_type_is_over() {
    let walk = clause(
        generic("W"),
        by("x::Walk", Vec::new(), vec![("Id", generic("N"))]),
    );
    let new = taking(
        "new",
        vec![("graph", generic("W")), ("start", generic("N"))],
        Some(me()),
        with(over(&["W"]), vec![walk]),
    );
    let block = with(
        over(&["N"]),
        vec![clause(
            generic("N"),
            by("core::marker::Copy", Vec::new(), Vec::new()),
        )],
    );
    let search = path("x::Search", vec![Arg::Type(generic("N"))]);
    let plan = walks()
        .opaque("Search", over(&["N"]))
        .block(search, None, block, vec![new])
        .plan();
    assert_eq!(
        paths(&plan),
        ["x::Names", "x::Ring", "x::Search<i64>", "x::Search<u32>"]
    );
    assert_eq!(ids(&plan), ["x::Search<i64>::new", "x::Search<u32>::new"]);
    let lift = |id: &str| shim(&plan, id).params[0].lift.clone().unwrap();
    assert!(lift("x::Search<i64>::new").ends_with("::x::Names"));
    assert!(lift("x::Search<u32>::new").ends_with("::x::Ring"));
}

#[test]
fn a_wrapper_is_over_references_where_those_are_what_implements() {
    let near = function("near", vec![("self", me())], Some(prim("u8")));
    let wrapped = path("x::Reversed", vec![Arg::Type(generic("G"))]);
    let walk = || by("x::Walk", Vec::new(), Vec::new());
    let mut sample = walks().opaque("Reversed", over(&["G"])).block(
        wrapped,
        Some(walk()),
        with(over(&["G"]), vec![clause(generic("G"), walk())]),
        vec![near.clone()],
    );
    if let DefKind::Trait(walk) = &mut sample.0.defs.get_mut(&key("x::Walk")).unwrap().kind {
        walk.methods = vec![near];
    }
    let plan = sample.plan();
    let found = paths(&plan);
    assert!(found.contains(&"x::Reversed<&Ring>"), "{found:?}");
    assert!(!found.iter().any(|path| path.contains("Dynamic")), "{found:?}");
}

#[test]
fn what_an_associated_type_cannot_do_is_said() {
    let walk = clause(generic("W"), by("x::Walk", Vec::new(), Vec::new()));
    let id = Ty::Projection {
        self_ty: Box::new(generic("W")),
        trait_: Some(by("x::Walk", Vec::new(), Vec::new())),
        name: "Id".to_owned(),
        args: Args::default(),
    };
    let asks = |name: &str| {
        clause(
            id.clone(),
            by(&format!("core::ops::{name}"), Vec::new(), Vec::new()),
        )
    };
    let sum = |name: &str, trait_: &str| {
        let generics = with(over(&["W"]), vec![walk.clone(), asks(trait_)]);
        taking(name, vec![("graph", generic("W"))], None, generics)
    };
    let plan = walks()
        .function(sum("good", "Not"))
        .function(sum("bad", "Fn"))
        .plan();
    assert_eq!(ids(&plan), ["x::good<&Names>", "x::good<&Ring>"]);
    let skip = plan.skipped.iter().find(|skip| skip.path == "x::bad").unwrap();
    assert!(
        skip.message.contains("`W::Id: Fn` does not hold"),
        "{}",
        skip.message
    );
}

#[test]
fn a_tuple_is_made_of_what_the_bounds_at_the_use_say() {
    let pair = Ty::Tuple(vec![generic("N"), generic("N"), generic("E")]);
    let into_edge = |edge: Ty| by("x::IntoEdge", vec![Arg::Type(edge)], Vec::new());
    let mut sample = a_trait(Sample::new(), "IntoEdge", Vec::new()).block(
        pair,
        Some(into_edge(generic("E"))),
        over(&["N", "E"]),
        Vec::new(),
    );
    sample.0.impls[0].types = vec![("Id".to_owned(), generic("N"))];
    let id = Ty::Projection {
        self_ty: Box::new(generic("I")),
        trait_: Some(into_edge(prim("f64"))),
        name: "Id".to_owned(),
        args: Args::default(),
    };
    let clauses = vec![
        clause(generic("I"), into_edge(prim("f64"))),
        clause(
            id,
            by("core::convert::Into", vec![Arg::Type(prim("i32"))], Vec::new()),
        ),
    ];
    let add = taking(
        "add",
        vec![("edge", generic("I"))],
        None,
        with(over(&["I"]), clauses),
    );
    let plan = sample.function(add).plan();
    assert_eq!(ids(&plan), ["x::add"]);
    let lift = shim(&plan, "x::add").params[0].lift.clone().unwrap();
    assert_eq!(
        lift,
        "(::core::primitive::i32, ::core::primitive::i32, ::core::primitive::f64)"
    );
}

#[test]
fn serde_writes_any_value_and_types_of_the_crate_in_their_own_way() {
    let write = |name: &str, ty: Ty| {
        let bound = clause(
            generic("T"),
            by("serde_core::ser::Serialize", Vec::new(), Vec::new()),
        );
        taking(name, vec![("value", ty)], None, with(over(&["T"]), vec![bound]))
    };
    let plan = Sample::new()
        .opaque("Own", Generics::default())
        .implements("Own", "serde_core::ser::Serialize", Vec::new())
        .function(write("lent", reference(None, false, generic("T"))))
        .function(write("given", generic("T")))
        .plan();
    assert_eq!(
        ids(&plan),
        [
            "x::lent<Own>",
            "x::lent<Dynamic>",
            "x::given<&Own>",
            "x::given<Dynamic>"
        ]
    );
    assert_eq!(plan.runtime_features, ["serde"]);
}

#[test]
fn a_blanket_impl_that_does_not_apply_gives_nothing() {
    let extra = || function("extra", vec![("self", me())], Some(prim("u8")));
    let mut sample = a_trait(Sample::new(), "Extra", vec![extra()]);
    for (name, item) in [("Good", "u8"), ("Bad", "u16")] {
        let ty = || path(&format!("x::{name}"), Vec::new());
        sample = sample.opaque(name, Generics::default()).block(
            ty(),
            Some(by("core::iter::Iterator", Vec::new(), Vec::new())),
            Generics::default(),
            Vec::new(),
        );
        sample.0.impls.last_mut().unwrap().types = vec![("Item".to_owned(), prim(item))];
        let asks = by("core::iter::Iterator", Vec::new(), vec![("Item", prim("u8"))]);
        sample = sample.block(
            ty(),
            Some(by("x::Extra", Vec::new(), Vec::new())),
            with(over(&["I"]), vec![clause(generic("I"), asks)]),
            Vec::new(),
        );
        sample.0.impls.last_mut().unwrap().blanket = Some("I".to_owned());
    }
    let plan = sample.plan();
    let extras = |text: &str| text.contains("extra");
    assert_eq!(
        ids(&plan).into_iter().filter(|id| extras(id)).collect::<Vec<_>>(),
        ["<x::Good as x::Extra>::extra"]
    );
    assert!(
        !plan.skipped.iter().any(|skip| extras(&skip.path)),
        "{:?}",
        plan.skipped
    );
}

#[test]
fn a_tuple_of_what_is_bounded_by_the_same_trait_has_an_end() {
    let same = |ty: Ty| clause(ty, by("x::Point", Vec::new(), Vec::new()));
    let pair = Ty::Tuple(vec![generic("P"), generic("P")]);
    let plan = a_trait(Sample::new(), "Point", Vec::new())
        .block(
            pair,
            Some(by("x::Point", Vec::new(), Vec::new())),
            with(over(&["P"]), vec![same(generic("P"))]),
            Vec::new(),
        )
        .block(
            prim("f64"),
            Some(by("x::Point", Vec::new(), Vec::new())),
            Generics::default(),
            Vec::new(),
        )
        .function(taking(
            "at",
            vec![("point", generic("T"))],
            None,
            with(over(&["T"]), vec![same(generic("T"))]),
        ))
        .plan();
    assert_eq!(ids(&plan), ["x::at<f64>", "x::at<(f64, f64)>"]);
}

/// `struct Tree<T: trait_>` with a method that gives a `T`.
fn tree(sample: Sample, bound: TraitRef) -> Sample {
    let generics = with(over(&["T"]), vec![clause(generic("T"), bound)]);
    let first = function(
        "first",
        vec![("self", reference(None, false, me()))],
        Some(generic("T")),
    );
    let of = path("x::Tree", vec![Arg::Type(generic("T"))]);
    sample
        .opaque("Tree", generics.clone())
        .block(of, None, generics, vec![first])
}

#[test]
fn small_tuples_of_numbers_stand_for_what_tuples_implement() {
    let point = || Some(by("x::Point", Vec::new(), Vec::new()));
    let number = || clause(generic("N"), by("core::marker::Copy", Vec::new(), Vec::new()));
    let mut sample = a_trait(Sample::new(), "Point", Vec::new());
    sample = a_trait(sample, "Object", Vec::new());
    for length in 1..6 {
        let tuple = Ty::Tuple(vec![generic("N"); length]);
        sample = sample.block(tuple, point(), with(over(&["N"]), vec![number()]), Vec::new());
    }
    let object = by("x::Object", Vec::new(), Vec::new());
    let points = with(
        over(&["P"]),
        vec![clause(generic("P"), by("x::Point", Vec::new(), Vec::new()))],
    );
    sample = sample.block(generic("P"), Some(object.clone()), points, Vec::new());
    let plan = tree(sample, object).plan();
    assert_eq!(paths(&plan), ["x::Tree<(f64, f64)>", "x::Tree<(f64, f64, f64)>"]);
}

#[test]
fn what_is_looked_at_as_a_list_is_one() {
    let numbers = Arg::Type(Ty::Slice(Box::new(prim("f64"))));
    let plan = tree(
        Sample::new(),
        by("core::convert::AsRef", vec![numbers], Vec::new()),
    )
    .plan();
    assert_eq!(paths(&plan), ["x::Tree<Vec<f64>>"]);
}

#[test]
fn an_iterator_over_what_is_not_exported_is_an_iterator() {
    let of = |ty: Ty| path("x::Items", vec![Arg::Type(ty)]);
    let mut sample = Sample::new().opaque("Items", over(&["F"])).block(
        of(generic("F")),
        Some(by("core::iter::Iterator", Vec::new(), Vec::new())),
        over(&["F"]),
        Vec::new(),
    );
    sample.0.impls[0].types = vec![("Item".to_owned(), prim("u8"))];
    sample = sample.opaque("Hidden", Generics::default());
    sample.0.defs.get_mut(&key("x::Hidden")).unwrap().paths.clear();
    sample
        .0
        .modules
        .get_mut("x")
        .unwrap()
        .entries
        .retain(|entry| entry.name != "Hidden");
    let plan = sample
        .function(function(
            "all",
            Vec::new(),
            Some(of(path("x::Hidden", Vec::new()))),
        ))
        .plan();
    assert!(ids(&plan).contains(&"x::all"), "{:?}", plan.skipped);
}

#[test]
fn a_key_is_lent_as_what_it_is() {
    let get = |name: &str, key: Ty| {
        let borrow = by("core::borrow::Borrow", vec![Arg::Type(generic("Q"))], Vec::new());
        let mut generics = with(over(&["Q"]), vec![clause(key, borrow)]);
        generics.bounds.push(WhereBound {
            ty: generic("Q"),
            bounds: vec![Bound::Trait {
                trait_: by("core::marker::Sized", Vec::new(), Vec::new()),
                maybe: true,
                for_: Vec::new(),
            }],
        });
        taking(
            name,
            vec![("key", reference(None, false, generic("Q")))],
            None,
            generics,
        )
    };
    let plan = Sample::new()
        .function(get("number", prim("i64")))
        .function(get("words", path("alloc::string::String", Vec::new())))
        .plan();
    let lift = |id: &str| shim(&plan, id).params[0].lift.clone().unwrap();
    assert_eq!(lift("x::number"), "&'c ::core::primitive::i64");
    assert_eq!(lift("x::words"), "&'c ::core::primitive::str");
}

#[test]
fn of_a_public_trait_that_nothing_implements_no_number_is_tried() {
    let walk = |sample: Sample| {
        let bounds = with(
            over(&["W"]),
            vec![clause(generic("W"), by("x::Walk", vec![], vec![]))],
        );
        let tree = path("x::Tree", vec![]);
        sample
            .function(taking(
                "walk",
                vec![("by", generic("W")), ("of", reference(None, false, tree))],
                None,
                bounds,
            ))
            .opaque("Tree", Generics::default())
            .plan()
    };
    let plan = walk(a_trait(Sample::new(), "Walk", Vec::new()));
    assert!(
        ids(&plan).iter().all(|id| !id.contains("walk")),
        "{:?}",
        ids(&plan)
    );
    let skip = plan.skipped.iter().find(|one| one.path == "x::walk").unwrap();
    assert_eq!(skip.code, SkipCode::Generic, "{}", skip.message);
}

#[test]
fn of_a_private_trait_what_python_has_is_tried() {
    let bounds = with(
        over(&["I"]),
        vec![clause(generic("I"), by("x::Index", vec![], vec![]))],
    );
    let mut sample = a_trait(Sample::new(), "Index", Vec::new());
    sample.0.defs.get_mut(&key("x::Index")).unwrap().paths.clear();
    let entries = &mut sample.0.modules.get_mut("x").unwrap().entries;
    entries.retain(|entry| entry.name != "Index");
    let plan = sample
        .function(taking("get", vec![("index", generic("I"))], None, bounds))
        .plan();
    assert_eq!(
        ids(&plan),
        ["x::get<&str>", "x::get<&[u8]>", "x::get<usize>", "x::get<f64>"]
    );
}

#[test]
fn an_associated_type_tells_a_parameter_of_an_impl() {
    let shown = || path("x::Shown", vec![Arg::Type(generic("I"))]);
    let items = by(
        "core::iter::traits::iterator::Iterator",
        vec![],
        vec![("Item", generic("B"))],
    );
    let borrows = by("core::borrow::Borrow", vec![Arg::Type(prim("u8"))], vec![]);
    let bounds = with(
        over(&["I", "B"]),
        vec![clause(generic("I"), items.clone()), clause(generic("B"), borrows)],
    );
    let itself = vec![("self", reference(None, false, me()))];
    let mut sample = Sample::new()
        .opaque("Bytes", Generics::default())
        .opaque("Shown", over(&["I"]))
        .implements("Bytes", "core::iter::traits::iterator::Iterator", Vec::new())
        .block(
            shown(),
            None,
            bounds,
            vec![function("count", itself, Some(prim("usize")))],
        );
    sample.0.impls[0].types = vec![("Item".to_owned(), prim("u8"))];
    let of_bytes = path("x::Shown", vec![Arg::Type(path("x::Bytes", Vec::new()))]);
    let plan = sample
        .function(function("show", Vec::new(), Some(of_bytes)))
        .plan();
    assert!(
        ids(&plan).contains(&"x::Shown<Bytes>::count"),
        "{:?}",
        plan.skipped
    );
}

#[test]
fn an_impl_that_asks_for_ever_more_types_has_an_end() {
    let wrap = |ty: Ty| path("x::Wrap", vec![Arg::Type(ty)]);
    let iterator = "core::iter::traits::iterator::Iterator";
    let more = by(iterator, Vec::new(), vec![("Item", generic("B"))]);
    let mut sample = Sample::new().opaque("Wrap", over(&["T"])).block(
        wrap(generic("T")),
        Some(by(iterator, Vec::new(), Vec::new())),
        with(over(&["T", "B"]), vec![clause(wrap(wrap(generic("T"))), more)]),
        Vec::new(),
    );
    sample.0.impls[0].types = vec![("Item".to_owned(), generic("B"))];
    let plan = sample
        .function(function("make", Vec::new(), Some(wrap(prim("u8")))))
        .plan();
    assert!(ids(&plan).contains(&"x::make"));
}

#[test]
fn a_type_that_is_turned_into_itself_is_turned_into_no_other() {
    let turn = |ty: Ty| by("x::Turn", vec![Arg::Type(ty)], Vec::new());
    let mut sample = a_trait(Sample::new(), "Turn", Vec::new());
    sample.0.defs.get_mut(&key("x::Turn")).unwrap().generics = over(&["T"]);
    // rustdoc lists `impl<T> Turn<T> for T` with every type.
    for name in ["Other", "Own"] {
        sample = sample.opaque(name, Generics::default()).block(
            path(&format!("x::{name}"), Vec::new()),
            Some(turn(generic("T"))),
            over(&["T"]),
            Vec::new(),
        );
        sample.0.impls.last_mut().unwrap().blanket = Some("T".to_owned());
    }
    let own = turn(path("x::Own", Vec::new()));
    let plan = sample
        .function(taking(
            "take",
            vec![("it", generic("U"))],
            None,
            with(over(&["U"]), vec![clause(generic("U"), own)]),
        ))
        .plan();
    assert_eq!(ids(&plan), ["x::take"]);
    assert_eq!(shim(&plan, "x::take").params[0].lift.as_deref(), Some("::x::Own"));
}

#[test]
fn what_an_operator_gives_no_other_trait_says() {
    let other = || by("x::Inverse", Vec::new(), Vec::new());
    let neg = by(
        "core::ops::arith::Neg",
        Vec::new(),
        vec![("Output", generic("T"))],
    );
    let negated = taking(
        "negated",
        vec![("value", generic("T"))],
        Some(generic("T")),
        with(over(&["T"]), vec![clause(generic("T"), neg)]),
    );
    let mut sample = a_trait(Sample::new(), "Inverse", Vec::new())
        .function(negated)
        .block(prim("f64"), Some(other()), Generics::default(), Vec::new());
    let output = ("Output".to_owned(), prim("u8"));
    sample.0.impls[0].types.push(output);
    let plan = sample.plan();
    assert!(
        ids(&plan).contains(&"x::negated<f64>"),
        "{:?} {:?}",
        ids(&plan),
        plan.skipped
    );
}
