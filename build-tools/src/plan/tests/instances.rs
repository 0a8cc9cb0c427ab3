//! Plans with generic types and their instances.

use super::*;

/// `<T>`
fn over_t() -> Generics {
    Generics {
        params: vec![GenericParam::Type {
            name: "T".to_owned(),
            default: None,
        }],
        bounds: Vec::new(),
    }
}

#[test]
fn instances_of_a_generic_type_are_types_of_their_own() {
    let generics = over_t();
    let wrapped = |name: &str| path("x::Wrap", vec![Arg::Type(prim(name))]);
    let get = function(
        "get",
        vec![("self", reference(None, false, me()))],
        Some(Ty::Generic("T".to_owned())),
    );
    let sample = Sample::new()
        .opaque("Wrap", generics.clone())
        .block(
            path("x::Wrap", vec![Arg::Type(Ty::Generic("T".to_owned()))]),
            None,
            generics,
            vec![get],
        )
        .function(function("a", Vec::new(), Some(wrapped("u8"))));
    let plan = sample.plan();
    assert_eq!(
        (plan.types[0].path.as_str(), plan.types[0].name.as_str()),
        ("x::Wrap<u8>", "Wrap")
    );
    let both = sample
        .function(function("b", Vec::new(), Some(wrapped("u16"))))
        .plan();
    let names: Vec<&str> = both.types.iter().map(|ty| ty.name.as_str()).collect();
    assert_eq!(names, ["Wrap_u16", "Wrap_u8"]);
    assert_eq!(shim(&both, "x::Wrap<u8>::get").params.len(), 1);
}

#[test]
fn a_function_of_several_instances_is_one() {
    let generics = over_t();
    let wrapped = |ty: Ty| path("x::Wrap", vec![Arg::Type(ty)]);
    let receiver = || ("self", reference(None, false, me()));
    let pointer = Ty::RawPointer {
        mutable: false,
        ty: Box::new(prim("u8")),
    };
    let shared_block = vec![
        function("get", vec![receiver()], Some(prim("u32"))),
        function("raw", vec![receiver()], Some(pointer)),
    ];
    let own_block = || vec![function("kind", vec![receiver()], Some(prim("u32")))];
    let block =
        |sample: Sample, ty: Ty, methods| sample.block(wrapped(ty), None, Generics::default(), methods);
    let mut sample = Sample::new().opaque("Wrap", generics.clone()).block(
        wrapped(Ty::Generic("T".to_owned())),
        None,
        generics,
        shared_block,
    );
    for (name, word) in [("a", "u8"), ("b", "u16")] {
        sample = sample.function(function(name, Vec::new(), Some(wrapped(prim(word)))));
        sample = block(sample, prim(word), own_block());
    }
    let plan = sample.plan();
    let origin = |id: &str| shim(&plan, id).origin.unwrap();
    assert_eq!(origin("x::Wrap<u8>::get"), origin("x::Wrap<u16>::get"));
    assert_ne!(
        origin("x::Wrap<u8>::kind"),
        origin("x::Wrap<u16>::kind"),
        "each block has its own"
    );
    let [skip] = &plan.skipped[..] else {
        panic!("{:?}", plan.skipped)
    };
    assert_eq!(
        (skip.name.as_str(), skip.owners.as_slice(), skip.counts.is_some()),
        ("raw", &[0, 1][..], true)
    );
}

/// A trait with a method that is required and one that is provided.
fn shape() -> DefKind {
    let method = |name: &str| function(name, vec![("self", reference(None, false, me()))], None);
    let mut provided = method("provided");
    provided.provided = true;
    DefKind::Trait(Trait {
        methods: vec![method("required"), provided],
        consts: Vec::new(),
        types: Vec::new(),
        supertraits: Vec::new(),
        unsafe_: false,
        auto: false,
        dyn_compatible: true,
    })
}

#[test]
fn a_method_counts_where_it_is_written() {
    let mut sample = Sample::new().def("Shape", Generics::default(), shape());
    for name in ["A", "B", "C"] {
        sample = sample.opaque(name, Generics::default());
        sample = sample.implements(name, "x::Shape", Vec::new());
        let block = sample.0.impls.last_mut().unwrap();
        // The third writes it anew.
        if name != "C" {
            block.provided = vec!["provided".to_owned()];
        }
    }
    let plan = sample.plan();
    let counts = |id: &str| shim(&plan, id).counts.unwrap();
    let [a, b, c] = ["A", "B", "C"].map(|name| counts(&format!("<x::{name} as x::Shape>::provided")));
    assert_eq!(a, b, "the trait's own");
    assert_ne!(a, c, "another");
    let [a, b] = ["A", "B"].map(|name| counts(&format!("<x::{name} as x::Shape>::required")));
    assert_ne!(a, b, "each block has its own");
}

#[test]
fn a_blanket_impl_counts_once() {
    let mut sample = Sample::new().def("Shape", Generics::default(), shape());
    for name in ["A", "B"] {
        sample = sample.opaque(name, Generics::default());
        sample = sample.implements(name, "x::Shape", Vec::new());
        let block = sample.0.impls.last_mut().unwrap();
        block.blanket = Some("T".to_owned());
        block.generics = over_t();
    }
    let plan = sample.plan();
    let counts = |id: &str| shim(&plan, id).counts.unwrap();
    let [a, b] = ["A", "B"].map(|name| counts(&format!("<x::{name} as x::Shape>::required")));
    assert_eq!(a, b);
}

#[test]
fn a_block_for_one_instance_brings_it() {
    let wrapped = |name: &str| path("x::Wrap", vec![Arg::Type(prim(name))]);
    let method = |name: &str| vec![function(name, vec![("self", reference(None, false, me()))], None)];
    let plan = Sample::new()
        .opaque("Wrap", over_t())
        .block(wrapped("u8"), None, Generics::default(), method("here"))
        .block(wrapped("u16"), None, Generics::default(), method("there"))
        .function(function("a", Vec::new(), Some(wrapped("u8"))))
        .plan();
    assert!(shim(&plan, "x::Wrap<u8>::here").counts.is_some());
    assert!(shim(&plan, "x::Wrap<u16>::there").counts.is_some());
}

#[test]
fn functions_that_no_instance_has_are_skipped() {
    let wrapped = |name: &str| path("x::Wrap", vec![Arg::Type(prim(name))]);
    let method = |name: &str| vec![function(name, vec![("self", reference(None, false, me()))], None)];
    let over = path("x::Wrap", vec![Arg::Type(Ty::Generic("T".to_owned()))]);
    let plan = Sample::new()
        .opaque("Wrap", over_t())
        .block(wrapped("u8"), None, Generics::default(), method("here"))
        .block(over, None, bounded_by("core::ops::Deref"), method("there"))
        .function(function("a", Vec::new(), Some(wrapped("u8"))))
        .plan();
    assert!(shim(&plan, "x::Wrap<u8>::here").counts.is_some());
    let skips: Vec<_> = plan
        .skipped
        .iter()
        .map(|skip| (skip.path.as_str(), skip.code, skip.counts.is_some()))
        .collect();
    assert_eq!(skips, [("x::Wrap::there", SkipCode::Generic, true)]);
}

#[test]
fn a_generic_type_for_which_nothing_stands_in_is_skipped_with_its_methods() {
    let generics = bounded_by("core::ops::Deref");
    let len = function(
        "len",
        vec![("self", reference(None, false, me()))],
        Some(prim("usize")),
    );
    let plan = Sample::new()
        .opaque("Wrap", generics.clone())
        .block(
            path("x::Wrap", vec![Arg::Type(Ty::Generic("T".to_owned()))]),
            None,
            generics,
            vec![len],
        )
        .plan();
    let skips: Vec<_> = plan
        .skipped
        .iter()
        .map(|skip| (skip.path.as_str(), skip.code, skip.counts.is_some()))
        .collect();
    assert_eq!(
        skips,
        [
            ("x::Wrap", SkipCode::Generic, false),
            ("x::Wrap::len", SkipCode::Generic, true)
        ]
    );
}

/// `<T: Trait>`
fn bounded_by(trait_: &str) -> Generics {
    let with = bounded(function("f", Vec::new(), None), "T", trait_, Vec::new());
    with.generics
}

/// `Wrap<T>` with a block whose `T` is bounded, and what it stands for in its method.
fn wrapping(trait_: &str) -> Sample {
    let get = function(
        "get",
        vec![("self", reference(None, false, me()))],
        Some(Ty::Generic("T".to_owned())),
    );
    Sample::new().opaque("Wrap", over_t()).block(
        path("x::Wrap", vec![Arg::Type(Ty::Generic("T".to_owned()))]),
        None,
        bounded_by(trait_),
        vec![get],
    )
}

fn trait_ref(name: &str) -> Option<TraitRef> {
    Some(TraitRef {
        def: key(name),
        args: Args::default(),
    })
}

#[test]
fn any_value_stands_for_what_nothing_names() {
    let plan = wrapping("core::cmp::Ord").plan();
    let names: Vec<&str> = plan.types.iter().map(|ty| ty.path.as_str()).collect();
    assert_eq!(names, ["x::Wrap<Dynamic>"]);
    assert_eq!(plan.types[0].name, "Wrap");
    assert_eq!(
        plan.types[0].rust,
        "::x::Wrap<::usecrate_runtime::private::Dynamic>"
    );
    assert!(shim(&plan, "x::Wrap<Dynamic>::get").counts.is_some());
}

#[test]
fn a_number_stands_where_not_any_value_does() {
    let plan = wrapping("core::ops::Add").plan();
    assert_eq!(plan.types[0].path, "x::Wrap<f64>");
    let plan = wrapping("core::ops::Shl").plan();
    assert_eq!(plan.types[0].path, "x::Wrap<i64>");
}

#[test]
fn types_of_the_crate_stand_for_what_its_trait_bounds() {
    let mut sample = wrapping("x::Kind")
        .opaque("One", Generics::default())
        .opaque("Other", Generics::default())
        .opaque("Last", Generics::default());
    for name in ["x::One", "x::Other"] {
        sample = sample.block(
            path(name, Vec::new()),
            trait_ref("x::Kind"),
            Generics::default(),
            Vec::new(),
        );
    }
    let plan = sample.plan();
    let wraps: Vec<&str> = plan
        .types
        .iter()
        .map(|ty| ty.path.as_str())
        .filter(|path| path.starts_with("x::Wrap"))
        .collect();
    assert_eq!(wraps, ["x::Wrap<One>", "x::Wrap<Other>"]);
}

#[test]
fn what_the_crate_names_comes_before_what_stands_in() {
    let wrapped = path("x::Wrap", vec![Arg::Type(prim("u8"))]);
    let plan = wrapping("core::clone::Clone")
        .function(function("make", Vec::new(), Some(wrapped)))
        .plan();
    let names: Vec<&str> = plan.types.iter().map(|ty| ty.path.as_str()).collect();
    assert_eq!(names, ["x::Wrap<u8>"]);
}

#[test]
fn what_a_callable_gives_is_one_number_and_what_is_passed_says_which() {
    let calls = TraitRef {
        def: key("core::ops::FnMut"),
        args: Args {
            args: vec![Arg::Type(Ty::Tuple(Vec::new()))],
            bindings: vec![("Output".to_owned(), Ty::Generic("T".to_owned()))],
            ..Args::default()
        },
    };
    let generic = |name: &str| Ty::Generic(name.to_owned());
    let cost = |name: &str, params: Vec<(&str, Ty)>| {
        let number = bounded(
            function(name, params, Some(generic("T"))),
            "T",
            "x::Cost",
            Vec::new(),
        );
        let mut both = bounded(number, "F", "core::ops::FnMut", Vec::new());
        both.generics.bounds[1].bounds = vec![Bound::Trait {
            trait_: calls.clone(),
            maybe: false,
            for_: Vec::new(),
        }];
        both
    };
    let mut sample = Sample::new()
        .def(
            "Cost",
            Generics::default(),
            DefKind::Trait(Trait {
                methods: Vec::new(),
                consts: Vec::new(),
                types: Vec::new(),
                supertraits: Vec::new(),
                unsafe_: false,
                auto: false,
                dyn_compatible: true,
            }),
        )
        .function(cost("given", vec![("f", generic("F"))]))
        .function(cost("passed", vec![("start", generic("T")), ("f", generic("F"))]));
    for name in ["i64", "f64"] {
        sample = sample.block(prim(name), trait_ref("x::Cost"), Generics::default(), Vec::new());
    }
    let plan = sample.plan();
    let ids: Vec<&str> = plan.shims.iter().map(|shim| shim.id.as_str()).collect();
    assert_eq!(
        ids,
        ["x::given", "x::passed<i64, impl Fn>", "x::passed<f64, impl Fn>"]
    );
    let lift = shim(&plan, "x::given").params[0].lift.clone().unwrap();
    assert!(lift.contains("f64"), "{lift}");
}

#[test]
fn an_impl_that_asks_for_more_than_a_stand_in_can_do_does_not_apply() {
    let more = function(
        "more",
        vec![("self", reference(None, false, me()))],
        Some(prim("u8")),
    );
    let plan = wrapping("core::clone::Clone")
        .block(
            path("x::Wrap", vec![Arg::Type(Ty::Generic("T".to_owned()))]),
            None,
            bounded_by("core::marker::Copy"),
            vec![more],
        )
        .plan();
    assert_eq!(
        plan.types[0].path, "x::Wrap<Dynamic>",
        "half of the functions will do"
    );
    let skips: Vec<_> = plan.skipped.iter().map(|skip| skip.path.as_str()).collect();
    assert_eq!(skips, ["x::Wrap::more"]);
}

#[test]
fn blocks_for_one_number_after_another_are_each_an_instance() {
    // A private trait is asked for, of which no impl is known.
    let sealed = |mut generics: Generics, ty: Ty| {
        generics.bounds.push(crate::api::WhereBound {
            ty,
            bounds: vec![Bound::Trait {
                trait_: TraitRef {
                    def: key("x::private::Sealed"),
                    args: Args::default(),
                },
                maybe: false,
                for_: Vec::new(),
            }],
        });
        generics
    };
    let mut sample = Sample::new().opaque("Sum", over_t());
    for word in ["u32", "u8", "u16"] {
        let ty = path("x::Sum", vec![Arg::Type(prim(word))]);
        let new = function("new", vec![("start", prim(word))], Some(me()));
        sample = sample.block(ty.clone(), None, sealed(Generics::default(), ty), vec![new]);
    }
    let plan = sample.plan();
    let names: Vec<&str> = plan.types.iter().map(|ty| ty.path.as_str()).collect();
    assert_eq!(names, ["x::Sum<u16>", "x::Sum<u32>", "x::Sum<u8>"]);
    assert_eq!(shim(&plan, "x::Sum<u32>::new").params.len(), 1);
}

#[test]
fn an_error_within_another_one_is_one() {
    let kind = |ty: Ty| {
        DefKind::Struct(Fields::Tuple {
            fields: vec![Some(Field {
                name: "0".to_owned(),
                ty,
                docs: String::new(),
            })],
        })
    };
    let inner = || path("x::Inner", Vec::new());
    let fails = path(
        "core::result::Result",
        vec![Arg::Type(prim("u8")), Arg::Type(inner())],
    );
    let sample = Sample::new()
        .def("Inner", Generics::default(), kind(prim("u8")))
        .def("Outer", Generics::default(), kind(inner()))
        .function(function("f", Vec::new(), Some(fails)));
    let plan = sample.plan();
    assert!(!class(&plan, "Inner").error, "a value holds it");
    let plan = sample
        .implements("Outer", "core::error::Error", Vec::new())
        .plan();
    assert!(class(&plan, "Inner").error);
}

#[test]
fn what_a_trait_is_asked_for_by_is_told_by_its_impls() {
    let wave = |arg: Ty| TraitRef {
        def: key("x::Wave"),
        args: Args {
            args: vec![Arg::Type(arg)],
            ..Args::default()
        },
    };
    let generic = |name: &str| Ty::Generic(name.to_owned());
    // `<T, S: Wave<T>>`
    let over = || {
        let mut generics = over_t();
        generics.params.push(GenericParam::Type {
            name: "S".to_owned(),
            default: None,
        });
        generics.bounds.push(WhereBound {
            ty: generic("S"),
            bounds: vec![Bound::Trait {
                trait_: wave(generic("T")),
                maybe: false,
                for_: Vec::new(),
            }],
        });
        generics
    };
    let boxed = path("alloc::boxed::Box", vec![Arg::Type(generic("S"))]);
    let sum = path("x::Sum", vec![Arg::Type(generic("T")), Arg::Type(generic("S"))]);
    let new = function("new", vec![("of", generic("S"))], Some(me()));
    let sample = Sample::new()
        .def("Wave", over_t(), shape())
        .opaque("Flat", Generics::default())
        .block(
            path("x::Flat", Vec::new()),
            Some(wave(prim("f64"))),
            Generics::default(),
            Vec::new(),
        )
        .opaque("Sum", over())
        .block(sum, None, over(), vec![new]);
    let sums = |sample: &Sample| -> Vec<String> {
        let types = sample.plan().types.into_iter().map(|ty| ty.path);
        types.filter(|path| path.starts_with("x::Sum")).collect()
    };
    assert_eq!(sums(&sample), ["x::Sum<f64, Flat>"]);
    let in_a_box = sample.block(boxed, Some(wave(generic("T"))), over(), Vec::new());
    assert!(sums(&in_a_box).contains(&"x::Sum<f64, Box<dyn Wave<f64>>>".to_owned()));
}
