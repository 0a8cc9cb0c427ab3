//! Plans with trait objects.

use super::*;
use crate::plan::model::ObjectForm;

fn trait_ref(name: &str) -> TraitRef {
    TraitRef {
        def: key(name),
        args: Args::default(),
    }
}

fn object(name: &str, lifetime: Option<&str>) -> Ty {
    Ty::Dyn {
        traits: vec![trait_ref(name)],
        lifetime: lifetime.map(str::to_owned),
    }
}

fn boxed(ty: Ty) -> Ty {
    path("alloc::boxed::Box", vec![Arg::Type(ty)])
}

/// A trait with a method, a type that implements it, and one that does not.
fn sample(dyn_compatible: bool) -> Sample {
    let area = function(
        "area",
        vec![("self", reference(None, false, me()))],
        Some(prim("f64")),
    );
    let grow = function("grow", vec![("self", reference(None, true, me()))], None);
    let mut sized = function("sized", vec![("self", reference(None, false, me()))], None);
    sized.generics.bounds.push(WhereBound {
        ty: me(),
        bounds: vec![Bound::Trait {
            trait_: trait_ref("core::marker::Sized"),
            maybe: false,
            for_: Vec::new(),
        }],
    });
    Sample::new()
        .def(
            "Shape",
            Generics::default(),
            DefKind::Trait(Trait {
                methods: vec![area, grow, sized],
                consts: Vec::new(),
                types: Vec::new(),
                supertraits: Vec::new(),
                unsafe_: false,
                auto: false,
                dyn_compatible,
            }),
        )
        .opaque("Circle", Generics::default())
        .opaque("Other", Generics::default())
        .implements("Circle", "x::Shape", Vec::new())
}

fn named(plan: &Plan, name: &str) -> Vec<String> {
    let mut all: Vec<String> = class(plan, name)
        .methods
        .iter()
        .map(|one| one.name.clone())
        .collect();
    all.sort();
    all
}

#[test]
fn what_holds_an_object_is_a_class_with_the_methods_that_it_allows() {
    let plan = sample(true)
        .function(function(
            "boxed",
            Vec::new(),
            Some(boxed(object("x::Shape", None))),
        ))
        .function(function(
            "lent",
            vec![("from", reference(None, false, path("x::Circle", Vec::new())))],
            Some(reference(None, false, object("x::Shape", None))),
        ))
        .plan();
    assert_eq!(named(&plan, "DynShape"), ["area", "grow"]);
    assert_eq!(named(&plan, "DynShapeRef"), ["area"]);
    let (own, lent) = (class(&plan, "DynShape"), class(&plan, "DynShapeRef"));
    assert_eq!((own.borrows, &own.object), (false, &ObjectForm::Pointer));
    assert_eq!(own.rust, "::std::boxed::Box<dyn ::x::Shape>");
    assert_eq!(lent.object, ObjectForm::Shared("dyn ::x::Shape + 'x".to_owned()));
    assert!(lent.borrows);
    assert_eq!(kept(shim(&plan, "x::lent")), [true]);
}

#[test]
fn an_object_as_an_argument_is_whatever_implements_the_trait() {
    let plan = sample(true)
        .function(function(
            "f",
            vec![("shape", reference(None, false, object("x::Shape", None)))],
            None,
        ))
        .function(function(
            "g",
            vec![("shape", boxed(object("x::Shape", None)))],
            None,
        ))
        .plan();
    shim(&plan, "x::f");
    shim(&plan, "x::g");
    let [one] = &plan.objects[..] else {
        panic!("{:?}", plan.objects)
    };
    let candidates: Vec<&str> = one
        .candidates
        .iter()
        .map(|one| plan.types[one.ty].name.as_str())
        .collect();
    assert_eq!(candidates, ["Circle"]);
    assert!(one.candidates[0].moved && one.candidates[0].exclusive && !one.borrows);
}

#[test]
fn what_nothing_implements_and_what_can_be_no_object_is_skipped() {
    let f = || {
        function(
            "f",
            vec![("shape", reference(None, false, object("x::Nobody", None)))],
            None,
        )
    };
    let nobody = DefKind::Trait(Trait {
        methods: Vec::new(),
        consts: Vec::new(),
        types: Vec::new(),
        supertraits: Vec::new(),
        unsafe_: false,
        auto: false,
        dyn_compatible: true,
    });
    let plan = sample(true)
        .def("Nobody", Generics::default(), nobody)
        .function(f())
        .plan();
    let skipped = plan.skipped.iter().find(|skip| skip.name == "f").unwrap();
    assert_eq!(skipped.code, SkipCode::TraitObject);
}

#[test]
fn a_trait_of_the_bridge_stands_for_one_that_cannot_be_dyn() {
    let plan = sample(false)
        .function(function(
            "hidden",
            Vec::new(),
            Some(Ty::Impl(vec![Bound::Trait {
                trait_: trait_ref("x::Shape"),
                maybe: false,
                for_: Vec::new(),
            }])),
        ))
        .plan();
    let made = class(&plan, "DynShapeBorrowing");
    assert_eq!(named(&plan, "DynShapeBorrowing"), ["area", "grow"]);
    let likeness = made.likeness.as_ref().unwrap();
    let heads: Vec<&str> = likeness.functions.iter().map(|one| one.head.as_str()).collect();
    assert_eq!(
        heads,
        ["fn area(&self) -> ::core::primitive::f64", "fn grow(&mut self)"]
    );
    assert_eq!(likeness.functions[0].call, "::x::Shape::area(self)");
    let left_out: Vec<&str> = plan.skipped.iter().map(|skip| skip.name.as_str()).collect();
    assert_eq!(left_out, ["sized"]);
}

#[test]
fn a_result_that_cannot_be_named_is_boxed_or_text() {
    let bound = |name: &str| Bound::Trait {
        trait_: trait_ref(name),
        maybe: false,
        for_: Vec::new(),
    };
    let plan = sample(true)
        .function(function(
            "hidden",
            Vec::new(),
            Some(Ty::Impl(vec![bound("x::Shape")])),
        ))
        .function(function(
            "said",
            Vec::new(),
            Some(Ty::Impl(vec![
                bound("core::fmt::Display"),
                bound("core::fmt::Debug"),
            ])),
        ))
        .plan();
    assert!(class(&plan, "DynShapeBorrowing").borrows);
    let text = |id: &str| match &shim(&plan, id).action {
        Action::Expr { text } => text.clone(),
        other => panic!("{other:?}"),
    };
    assert!(text("x::hidden").starts_with("::usecrate_runtime::private::BoxedObject::new("));
    assert_eq!(
        text("x::said"),
        "::std::string::ToString::to_string(&::x::said())"
    );
}

/// `x::Shape`, which every `Fn(&mut View<'a, 'b>) -> f64` implements.
fn functional() -> Sample {
    let view = path("x::View", vec![lifetime("'a"), lifetime("'b")]);
    let called = TraitRef {
        def: key("core::ops::function::Fn"),
        args: Args {
            args: vec![Arg::Type(Ty::Tuple(vec![reference(None, true, view)]))],
            bindings: vec![("Output".to_owned(), prim("f64"))],
            ..Args::default()
        },
    };
    let mut two = takes_lifetime("'a");
    two.params.extend(takes_lifetime("'b").params);
    let generics = Generics {
        params: vec![GenericParam::Type {
            name: "F".to_owned(),
            default: None,
        }],
        bounds: vec![WhereBound {
            ty: Ty::Generic("F".to_owned()),
            bounds: vec![Bound::Trait {
                trait_: called,
                maybe: false,
                for_: vec!["'a".to_owned(), "'b".to_owned()],
            }],
        }],
    };
    sample(true).opaque("View", two).block(
        Ty::Generic("F".to_owned()),
        Some(trait_ref("x::Shape")),
        generics,
        Vec::new(),
    )
}

#[test]
fn a_callable_is_an_object_where_functions_implement_the_trait() {
    let take = |name: &str, ty: Ty| function(name, vec![("shape", ty)], None);
    let plan = functional()
        .function(take("keep", boxed(object("x::Shape", Some("'static")))))
        .function(take("lend", reference(None, false, object("x::Shape", None))))
        .plan();
    // As any object, and as a callable.
    shim(&plan, "x::keep");
    shim(&plan, "x::lend");
    let lift = |id: &str| shim(&plan, id).params[0].lift.clone().unwrap();
    // What has several lifetimes is not lent to be changed.
    let params = "(&'h ::x::View<'h, 'h>,), ::core::primitive::f64>";
    assert_eq!(
        lift("x::keep<Fn>"),
        format!("::usecrate_runtime::private::KeptCallable<{params}")
    );
    assert_eq!(
        lift("x::lend<Fn>"),
        format!("::usecrate_runtime::private::LocalCallable<'c, {params}")
    );
    let Action::Expr { text } = &shim(&plan, "x::keep<Fn>").action else {
        panic!("an expression makes the closure");
    };
    assert!(text.starts_with("::x::keep(::std::boxed::Box::new("), "{text}");
    assert!(text.contains("(&*x0,)"), "{text}");
}

#[test]
fn other_blanket_implementations_say_nothing_of_callables() {
    let generics = Generics {
        params: vec![GenericParam::Type {
            name: "F".to_owned(),
            default: None,
        }],
        bounds: Vec::new(),
    };
    let plan = sample(true)
        .block(
            Ty::Generic("F".to_owned()),
            Some(trait_ref("x::Shape")),
            generics,
            Vec::new(),
        )
        .function(function(
            "keep",
            vec![("shape", boxed(object("x::Shape", Some("'static"))))],
            None,
        ))
        .plan();
    assert!(plan.shims.iter().all(|shim| shim.id != "x::keep<Fn>"));
}
