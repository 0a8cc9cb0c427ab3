//! What keeps the interpreter lock of its own, and what is so like it that it might be taken for it.

use super::*;
use crate::api::AssocConst;

fn constant(function: Function) -> Function {
    Function {
        const_: true,
        ..function
    }
}

fn string() -> Ty {
    path("alloc::string::String", Vec::new())
}

fn option(ty: Ty) -> Ty {
    path("core::option::Option", vec![Arg::Type(ty)])
}

fn array(ty: Ty, len: &str) -> Ty {
    Ty::Array {
        ty: Box::new(ty),
        len: len.to_owned(),
    }
}

fn x(name: &str) -> Ty {
    path(&format!("x::{name}"), Vec::new())
}

fn shared(ty: Ty) -> Ty {
    reference(None, false, ty)
}

/// The ids of what keeps the lock, in order.
fn keeping(sample: &Sample) -> Vec<String> {
    let plan = sample.plan();
    let mut ids: Vec<String> = plan
        .shims
        .iter()
        .filter(|shim| shim.keeps_lock)
        .map(|shim| shim.id.clone())
        .collect();
    ids.sort_unstable();
    ids
}

/// Whether a function keeps it.
fn keeps(function: Function) -> bool {
    let sample = Sample::new()
        .opaque("Handle", Generics::default())
        .record("Point", vec![("x", prim("u8")), ("y", option(prim("u8")))])
        .record("Named", vec![("name", string())])
        .function(function);
    let plan = sample.plan();
    shim(&plan, "x::f").keeps_lock
}

#[test]
fn a_const_function_on_a_few_numbers_keeps_it() {
    for ty in [
        prim("u64"),
        prim("bool"),
        Ty::Tuple(vec![prim("i8"), prim("char")]),
        array(prim("u8"), "32"),
        option(prim("f64")),
        x("Point"),
        path("core::time::Duration", Vec::new()),
    ] {
        assert!(
            keeps(constant(function("f", vec![("a", ty.clone())], Some(ty.clone())))),
            "{ty:?}"
        );
        let plain = function("f", vec![("a", ty.clone())], Some(ty));
        assert!(!keeps(plain), "what is not const may do anything");
    }
}

#[test]
fn a_const_function_on_more_does_not() {
    for ty in [
        string(),
        path("alloc::vec::Vec", vec![Arg::Type(prim("u8"))]),
        array(prim("u8"), "257"),
        array(x("Point"), "129"),
        option(string()),
        x("Named"),
    ] {
        let given = constant(function("f", vec![("a", ty.clone())], None));
        assert!(!keeps(given), "{ty:?}");
        let gives = constant(function("f", Vec::new(), Some(ty.clone())));
        assert!(!keeps(gives), "{ty:?}");
    }
    let text = constant(function("f", vec![("a", shared(prim("str")))], None));
    assert!(!keeps(text), "text is of any length");
    let result = path(
        "core::result::Result",
        vec![Arg::Type(prim("u8")), Arg::Type(prim("u8"))],
    );
    assert!(
        !keeps(constant(function("f", Vec::new(), Some(result)))),
        "an error says what it is by its own code"
    );
}

#[test]
fn a_handle_is_passed_by_reference_and_given_by_value() {
    let f = |params: Vec<(&str, Ty)>, output: Option<Ty>| constant(function("f", params, output));
    assert!(keeps(f(vec![("a", shared(x("Handle")))], Some(prim("u8")))));
    assert!(keeps(f(vec![("a", reference(None, true, x("Handle")))], None)));
    assert!(keeps(f(Vec::new(), Some(x("Handle")))));
    assert!(keeps(f(Vec::new(), Some(option(x("Handle"))))));
    assert!(
        !keeps(f(vec![("a", x("Handle"))], None)),
        "it is cloned or dropped"
    );
    assert!(!keeps(f(
        vec![("a", shared(x("Handle")))],
        Some(shared(x("Handle")))
    )));
    assert!(!keeps(function("f", Vec::new(), Some(x("Handle")))));
}

#[test]
fn a_handle_that_is_copied_is_passed_by_value() {
    let by_value = || constant(function("get", vec![("self", me())], Some(prim("u8"))));
    let sample = |trait_: &str| {
        Sample::new()
            .opaque("Handle", Generics::default())
            .methods("Handle", vec![by_value()])
            .implements("Handle", trait_, Vec::new())
    };
    assert_eq!(keeping(&sample("core::marker::Copy")), ["x::Handle::get"]);
    assert_eq!(keeping(&sample("core::clone::Clone")), Vec::<String>::new());
    let takes_type = Generics {
        params: vec![GenericParam::Type {
            name: "T".to_owned(),
            default: None,
        }],
        bounds: Vec::new(),
    };
    let conditional = Generics {
        bounds: bounded(
            function("f", Vec::new(), None),
            "T",
            "core::marker::Copy",
            Vec::new(),
        )
        .generics
        .bounds,
        ..takes_type.clone()
    };
    let wrap = |ty: Ty| path("x::Wrap", vec![Arg::Type(ty)]);
    let copy = TraitRef {
        def: key("core::marker::Copy"),
        args: Args::default(),
    };
    let generic = Ty::Generic("T".to_owned());
    let sample = Sample::new()
        .opaque("Wrap", takes_type)
        .function(function("make", Vec::new(), Some(wrap(prim("u8")))))
        .block(wrap(prim("u8")), None, Generics::default(), vec![by_value()])
        .block(wrap(generic), Some(copy), conditional, Vec::new());
    let plan = sample.plan();
    assert!(
        !shim(&plan, "x::Wrap<u8>::get").keeps_lock,
        "nobody checks the condition"
    );
}

#[test]
fn a_trait_is_never_proven() {
    let method = constant(function("size", vec![("self", shared(me()))], Some(prim("u8"))));
    let definition = Trait {
        methods: vec![method.clone()],
        consts: Vec::new(),
        types: Vec::new(),
        supertraits: Vec::new(),
        unsafe_: false,
        auto: false,
        dyn_compatible: true,
    };
    let trait_ = TraitRef {
        def: key("x::Size"),
        args: Args::default(),
    };
    let sample = Sample::new()
        .opaque("Handle", Generics::default())
        .def("Size", Generics::default(), DefKind::Trait(definition))
        .block(
            x("Handle"),
            Some(trait_),
            Generics::default(),
            vec![method.clone()],
        )
        .implements("Handle", "core::clone::Clone", Vec::new());
    assert_eq!(keeping(&sample), Vec::<String>::new());
    let inherent = Sample::new()
        .opaque("Handle", Generics::default())
        .methods("Handle", vec![method]);
    assert_eq!(keeping(&inherent), ["x::Handle::size"]);
}

#[test]
fn fields_keep_it_if_they_are_a_few_numbers() {
    let fields = vec![
        ("count", prim("u32")),
        ("pair", Ty::Tuple(vec![prim("u8"), prim("u8")])),
        ("name", string()),
        ("inner", x("Inner")),
    ];
    let sample = Sample::new()
        .opaque("Inner", Generics::default())
        .record("Outer", fields)
        .methods("Outer", vec![function("go", vec![("self", shared(me()))], None)]);
    assert_eq!(
        keeping(&sample),
        [
            "x::Outer.count",
            "x::Outer.count=",
            "x::Outer.pair",
            "x::Outer.pair="
        ]
    );
}

#[test]
fn constants_keep_it() {
    let sample = Sample::new()
        .opaque("Handle", Generics::default())
        .def("LIMIT", Generics::default(), DefKind::Const { ty: prim("u32") })
        .def("NAME", Generics::default(), DefKind::Const { ty: string() })
        .def("ZERO", Generics::default(), DefKind::Const { ty: x("Handle") })
        .def(
            "SEED",
            Generics::default(),
            DefKind::Static {
                ty: prim("u64"),
                mutable: false,
                unsafe_: false,
            },
        );
    assert_eq!(keeping(&sample), ["x::LIMIT", "x::SEED", "x::ZERO"]);
    let lazy = path("std::sync::lazy_lock::LazyLock", vec![Arg::Type(prim("u64"))]);
    let sample = Sample::new().def(
        "LAZY",
        Generics::default(),
        DefKind::Static {
            ty: lazy,
            mutable: false,
            unsafe_: false,
        },
    );
    assert_eq!(
        keeping(&sample),
        Vec::<String>::new(),
        "its first use runs a function"
    );
}

#[test]
fn a_variant_that_is_built_or_looked_at_keeps_it() {
    let field = |name: &str, ty: Ty| Field {
        name: name.to_owned(),
        ty,
        docs: String::new(),
    };
    let variant = |name: &str, ty: Ty| Variant {
        name: name.to_owned(),
        fields: Fields::Tuple {
            fields: vec![Some(field("0", ty))],
        },
        discriminant: None,
        docs: String::new(),
        non_exhaustive: false,
    };
    let shape = DefKind::Enum {
        variants: vec![variant("Few", prim("u8")), variant("Many", string())],
        hidden_variants: false,
    };
    let sample = Sample::new()
        .def("Shape", Generics::default(), shape)
        .methods("Shape", vec![function("go", vec![("self", shared(me()))], None)]);
    assert_eq!(
        keeping(&sample),
        ["x::Shape variant", "x::Shape::Few", "x::Shape::Few.0"]
    );
}

#[test]
fn data_is_compared_if_the_compiler_wrote_how() {
    let go = || vec![function("go", vec![("self", shared(me()))], None)];
    let equal = |sample: Sample, names: &[&str], traits: &[&str]| {
        let add = |sample: Sample, name: &&str| {
            let this = vec![Arg::Type(x(name))];
            let sample = sample
                .methods(name, go())
                .implements(name, "core::cmp::PartialEq", this);
            let add = |sample: Sample, trait_: &&str| sample.implements(name, trait_, Vec::new());
            traits.iter().fold(sample, add)
        };
        let mut ids = keeping(&names.iter().fold(sample, add));
        ids.retain(|id| id.ends_with("::eq"));
        ids
    };
    let derived = ["core::marker::StructuralPartialEq"];
    let numbers = || vec![("x", prim("i32")), ("y", option(prim("i32")))];
    let point = || Sample::new().record("Point", numbers());
    assert_eq!(
        equal(point(), &["Point"], &derived),
        ["<x::Point as PartialEq<Point>>::eq"]
    );
    assert_eq!(equal(point(), &["Point"], &[]), Vec::<String>::new(), "by hand");
    let text = Sample::new().record("Point", vec![("x", string())]);
    assert_eq!(
        equal(text, &["Point"], &derived),
        Vec::<String>::new(),
        "of any length"
    );
    let private = Sample::new().opaque("Point", Generics::default());
    assert_eq!(
        equal(private, &["Point"], &derived),
        Vec::<String>::new(),
        "of who knows what"
    );
    let nested = || point().record("Line", vec![("from", x("Point")), ("to", x("Point"))]);
    assert_eq!(equal(nested(), &["Line", "Point"], &derived).len(), 2);
    assert_eq!(
        equal(nested(), &["Line"], &derived),
        Vec::<String>::new(),
        "a part by hand"
    );
    let other = point().methods("Point", go()).implements(
        "Point",
        "core::cmp::PartialEq",
        vec![Arg::Type(prim("i32"))],
    );
    let other = other.implements("Point", derived[0], Vec::new());
    assert!(
        keeping(&other).iter().all(|id| !id.ends_with("::eq")),
        "with something else"
    );
}

#[test]
fn a_constant_of_a_type_keeps_it() {
    let mut sample = Sample::new().opaque("Handle", Generics::default());
    sample = sample.methods("Handle", Vec::new());
    sample.0.impls[0].consts.push(AssocConst {
        name: "MAX".to_owned(),
        ty: prim("u8"),
        docs: String::new(),
    });
    assert_eq!(keeping(&sample), ["x::Handle::MAX"]);
}
