//! Plans of small hand-made APIs, one behaviour each.

mod adaptors;
mod askers;
mod held;
mod host_objects;
mod hosts;
mod instances;
mod iterables;
mod judge;
mod limits;
mod listed;
mod locks;
mod mappings;
mod objects;
mod requests;
mod stays;
mod std_types;

use std::collections::BTreeMap;

use usecrate_manifest::{Kind, SkipCode};

use super::model::Stay;
use super::*;
use crate::api::{
    Arg, Args, Bound, Def, DefKey, DefKind, Entry, Field, Fields, Function, GenericParam, Generics, Impl,
    Module, Target, Trait, TraitRef, Ty, Variant, WhereBound,
};

fn key(path: &str) -> DefKey {
    DefKey(path.to_owned())
}

fn prim(name: &str) -> Ty {
    Ty::Primitive(name.to_owned())
}

fn path(name: &str, args: Vec<Arg>) -> Ty {
    Ty::Path {
        def: key(name),
        args: Args {
            args,
            ..Args::default()
        },
    }
}

fn me() -> Ty {
    Ty::Generic("Self".to_owned())
}

fn reference(lifetime: Option<&str>, mutable: bool, ty: Ty) -> Ty {
    Ty::Ref {
        lifetime: lifetime.map(str::to_owned),
        mutable,
        ty: Box::new(ty),
    }
}

fn lifetime(name: &str) -> Arg {
    Arg::Lifetime(name.to_owned())
}

fn takes_lifetime(name: &str) -> Generics {
    let param = GenericParam::Lifetime {
        name: name.to_owned(),
        outlives: Vec::new(),
    };
    Generics {
        params: vec![param],
        bounds: Vec::new(),
    }
}

fn function(name: &str, params: Vec<(&str, Ty)>, output: Option<Ty>) -> Function {
    callables::made_up(name, "", params, output)
}

fn bounded(mut function: Function, name: &str, trait_: &str, args: Vec<Arg>) -> Function {
    let trait_ = TraitRef {
        def: key(trait_),
        args: Args {
            args,
            ..Args::default()
        },
    };
    function.generics.params.push(GenericParam::Type {
        name: name.to_owned(),
        default: None,
    });
    function.generics.bounds.push(WhereBound {
        ty: Ty::Generic(name.to_owned()),
        bounds: vec![Bound::Trait {
            trait_,
            maybe: false,
            for_: Vec::new(),
        }],
    });
    function
}

/// An API under construction: every definition is exported from the root.
struct Sample(Api);

impl Sample {
    fn new() -> Self {
        let root = Module {
            path: "x".to_owned(),
            ..Module::default()
        };
        Self(Api {
            name: "x".to_owned(),
            modules: BTreeMap::from([("x".to_owned(), root)]),
            ..Api::default()
        })
    }

    fn def(mut self, name: &str, generics: Generics, kind: DefKind) -> Self {
        let def = Def {
            key: key(&format!("x::{name}")),
            kind,
            docs: String::new(),
            generics,
            paths: vec![format!("x::{name}")],
            span: None,
            hidden: false,
            non_exhaustive: false,
            deprecated: None,
            std: false,
        };
        let entry = Entry {
            name: name.to_owned(),
            target: Target::Def(def.key.clone()),
        };
        self.0.modules.get_mut("x").unwrap().entries.push(entry);
        self.0.defs.insert(def.key.clone(), def);
        self
    }

    fn function(self, function: Function) -> Self {
        let name = function.name.clone();
        self.def(&name, Generics::default(), DefKind::Function(function))
    }

    /// A struct with something private.
    fn opaque(self, name: &str, generics: Generics) -> Self {
        self.def(
            name,
            generics,
            DefKind::Struct(Fields::Named {
                fields: Vec::new(),
                private: true,
            }),
        )
    }

    fn record(self, name: &str, fields: Vec<(&str, Ty)>) -> Self {
        let fields = fields
            .into_iter()
            .map(|(name, ty)| Field {
                name: name.to_owned(),
                ty,
                docs: String::new(),
            })
            .collect();
        self.def(
            name,
            Generics::default(),
            DefKind::Struct(Fields::Named {
                fields,
                private: false,
            }),
        )
    }

    fn block(
        mut self,
        self_ty: Ty,
        trait_: Option<TraitRef>,
        generics: Generics,
        methods: Vec<Function>,
    ) -> Self {
        self.0.impls.push(Impl {
            generics,
            trait_,
            self_ty,
            blanket: None,
            synthetic: false,
            negative: false,
            unsafe_: false,
            methods,
            provided: Vec::new(),
            consts: Vec::new(),
            types: Vec::new(),
            type_generics: BTreeMap::new(),
            krate: "x".to_owned(),
        });
        self
    }

    fn methods(self, name: &str, methods: Vec<Function>) -> Self {
        self.block(
            path(&format!("x::{name}"), Vec::new()),
            None,
            Generics::default(),
            methods,
        )
    }

    fn implements(self, name: &str, trait_: &str, args: Vec<Arg>) -> Self {
        let trait_ = TraitRef {
            def: key(trait_),
            args: Args {
                args,
                ..Args::default()
            },
        };
        self.block(
            path(&format!("x::{name}"), Vec::new()),
            Some(trait_),
            Generics::default(),
            Vec::new(),
        )
    }

    fn plan(&self) -> Plan {
        plan(&self.0, &Options::default()).unwrap()
    }
}

fn shim<'p>(plan: &'p Plan, id: &str) -> &'p Shim {
    let known = || plan.shims.iter().map(|shim| shim.id.as_str()).collect::<Vec<_>>();
    plan.shims
        .iter()
        .find(|shim| shim.id == id)
        .unwrap_or_else(|| panic!("no {id} in {:?}", known()))
}

fn class<'p>(plan: &'p Plan, name: &str) -> &'p PlannedType {
    plan.types.iter().find(|ty| ty.name == name).unwrap()
}

fn kept(shim: &Shim) -> Vec<bool> {
    shim.params.iter().map(|param| param.stay.keeps()).collect()
}

#[test]
fn parameters_that_the_callee_determines_are_not_spelled() {
    let params = vec![
        ("text", reference(None, false, prim("str"))),
        ("count", prim("u8")),
    ];
    let plan = Sample::new()
        .function(function("f", params, Some(prim("u64"))))
        .plan();
    let shim = shim(&plan, "x::f");
    assert!(
        shim.counts.is_some()
            && shim
                .params
                .iter()
                .all(|param| param.lift.is_none() && param.stay == Stay::Call)
    );
    assert!(matches!(&shim.action, Action::Call { path } if path == "::x::f"));
}

#[test]
fn generic_parameters_are_chosen_by_their_bounds() {
    let generic = || vec![("data", Ty::Generic("T".to_owned()))];
    let bytes = vec![Arg::Type(Ty::Slice(Box::new(prim("u8"))))];
    let text = vec![Arg::Type(path("alloc::string::String", Vec::new()))];
    let plan = Sample::new()
        .function(bounded(
            function("bytes", generic(), None),
            "T",
            "core::convert::AsRef",
            bytes,
        ))
        .function(bounded(
            function("text", generic(), None),
            "T",
            "core::convert::Into",
            text,
        ))
        .function(bounded(
            function("any", generic(), None),
            "T",
            "core::hash::Hash",
            Vec::new(),
        ))
        .function(bounded(
            function("number", generic(), None),
            "T",
            "core::ops::Mul",
            Vec::new(),
        ))
        .function(bounded(
            function("other", generic(), None),
            "T",
            "core::ops::Deref",
            Vec::new(),
        ))
        .plan();
    let lift = |id: &str| shim(&plan, id).params[0].lift.clone().unwrap();
    assert_eq!(lift("x::bytes"), "::usecrate_runtime::private::BytesLike<'c>");
    assert_eq!(lift("x::text"), "::std::string::String");
    assert_eq!(lift("x::any"), "::usecrate_runtime::private::Dynamic");
    assert_eq!(lift("x::number<i64>"), "::core::primitive::i64");
    assert_eq!(lift("x::number<f64>"), "::core::primitive::f64");
    let code = |path: &str| {
        plan.skipped
            .iter()
            .find(|skip| skip.path == path)
            .map(|skip| (skip.code, skip.counts.is_some()))
    };
    assert_eq!(code("x::other"), Some((SkipCode::Generic, true)));
}

#[test]
fn what_the_crate_converts_is_taken_where_the_target_is() {
    let with = |ty: Ty| {
        bounded(
            function("f", vec![("options", Ty::Generic("T".to_owned()))], None),
            "T",
            "core::convert::Into",
            vec![Arg::Type(ty)],
        )
    };
    let options = || path("x::Options", vec![lifetime("'a")]);
    let from = |ty: Ty| TraitRef {
        def: key("core::convert::From"),
        args: Args {
            args: vec![Arg::Type(ty)],
            ..Args::default()
        },
    };
    let mut sample = Sample::new()
        .opaque("Options", takes_lifetime("'a"))
        .opaque("Other", Generics::default())
        .function(with(options()));
    for source in [
        prim("u32"),
        prim("usize"),
        prim("char"),
        reference(Some("'a"), false, prim("str")),
        path("alloc::string::String", Vec::new()),
        reference(Some("'static"), false, path("x::Other", Vec::new())),
        options(),
    ] {
        sample = sample.block(options(), Some(from(source)), takes_lifetime("'a"), Vec::new());
    }
    let plan = sample.plan();
    let lifts: Vec<(&str, &str)> = plan
        .shims
        .iter()
        .filter(|shim| shim.name == "f")
        .map(|shim| (shim.id.as_str(), shim.params[0].lift.as_deref().unwrap()))
        .collect();
    assert_eq!(
        lifts,
        [
            ("x::f<Options<'a>>", "::x::Options<'h>"),
            ("x::f<usize>", "::core::primitive::usize"),
            ("x::f<&str>", "&'c ::core::primitive::str"),
        ]
    );
}

#[test]
fn of_too_many_combinations_the_first_choices_stay() {
    let into = || Bound::Trait {
        trait_: TraitRef {
            def: key("core::convert::TryInto"),
            args: Args {
                args: vec![Arg::Type(path("x::Value", Vec::new()))],
                ..Args::default()
            },
        },
        maybe: false,
        for_: Vec::new(),
    };
    let params = vec![("a", Ty::Impl(vec![into()])), ("b", Ty::Impl(vec![into()]))];
    let mut sample = Sample::new()
        .opaque("Value", Generics::default())
        .function(function("f", params, None));
    for name in ["bool", "i64", "f64", "u8"] {
        sample = sample.implements("Value", "core::convert::TryFrom", vec![Arg::Type(prim(name))]);
    }
    let plan = sample.plan();
    let ids: Vec<&str> = plan.shims.iter().map(|shim| shim.id.as_str()).collect();
    let of = |choices: &str| format!("x::f<{choices}>");
    let expected = [
        "Value, Value",
        "Value, bool",
        "Value, i64",
        "Value, f64",
        "bool, Value",
        "bool, bool",
        "bool, i64",
        "i64, Value",
        "i64, bool",
    ];
    let expected = expected.map(of);
    let found: Vec<&str> = ids.into_iter().filter(|id| id.starts_with("x::f")).collect();
    assert_eq!(found, expected);
}

#[test]
fn unsafe_functions_are_skipped_and_do_not_count() {
    let mut risky = function("risky", Vec::new(), None);
    risky.unsafe_ = true;
    let plan = Sample::new().function(risky).plan();
    assert_eq!(
        (plan.skipped[0].code, plan.skipped[0].counts.is_some()),
        (SkipCode::Unsafe, false)
    );
    assert!(plan.shims.is_empty());
}

#[test]
fn all_public_data_without_behaviour_is_a_record() {
    let vec_of = |ty: Ty| path("alloc::vec::Vec", vec![Arg::Type(ty)]);
    let plan = Sample::new()
        .record("Plain", vec![("at", prim("u64"))])
        .record("Nested", vec![("inner", path("x::Plain", Vec::new()))])
        .record("Acting", vec![("at", prim("u64"))])
        .methods(
            "Acting",
            vec![function(
                "act",
                vec![("self", reference(None, false, me()))],
                None,
            )],
        )
        .record("Holding", vec![("held", path("x::Acting", Vec::new()))])
        .record(
            "Referring",
            vec![("text", reference(Some("'static"), false, prim("str")))],
        )
        .record(
            "Tree",
            vec![
                ("leaf", path("x::Plain", Vec::new())),
                ("trees", vec_of(path("x::Tree", Vec::new()))),
            ],
        )
        .record("Left", vec![("right", vec_of(path("x::Right", Vec::new())))])
        .record("Right", vec![("left", vec_of(path("x::Left", Vec::new())))])
        .implements("Plain", "core::clone::Clone", Vec::new())
        .plan();
    assert_eq!(class(&plan, "Plain").kind, Kind::Record);
    assert_eq!(class(&plan, "Nested").kind, Kind::Record);
    for name in ["Tree", "Left", "Right"] {
        assert_eq!(class(&plan, name).kind, Kind::Handle, "{name} is in itself");
    }
    assert_eq!(class(&plan, "Acting").kind, Kind::Handle);
    assert_eq!(
        class(&plan, "Holding").kind,
        Kind::Handle,
        "a part of it is a handle"
    );
    assert_eq!(
        class(&plan, "Referring").kind,
        Kind::Handle,
        "nothing of Python's lives for ever"
    );
    assert!(
        shim(&plan, "x::Holding.held").params[0].stay.keeps(),
        "a handle that is a field is borrowed"
    );
    assert!(
        !shim(&plan, "x::Acting.at").params[0].stay.keeps(),
        "a number is copied"
    );
}

#[test]
fn a_result_that_borrows_keeps_what_it_borrows_from() {
    let plan = Sample::new()
        .opaque("Regex", Generics::default())
        .opaque("Match", takes_lifetime("'h"))
        .methods(
            "Regex",
            vec![
                Function {
                    generics: takes_lifetime("'t"),
                    ..function(
                        "find",
                        vec![
                            ("self", reference(None, false, me())),
                            ("text", reference(Some("'t"), false, prim("str"))),
                        ],
                        Some(path("x::Match", vec![lifetime("'t")])),
                    )
                },
                function(
                    "name",
                    vec![("self", reference(None, false, me()))],
                    Some(reference(None, false, prim("str"))),
                ),
                function(
                    "inner",
                    vec![
                        ("self", reference(None, false, me())),
                        ("other", reference(None, false, me())),
                    ],
                    Some(reference(None, false, me())),
                ),
            ],
        )
        .plan();
    assert_eq!(kept(shim(&plan, "x::Regex::find")), [false, true]);
    assert_eq!(kept(shim(&plan, "x::Regex::name")), [false], "text is copied out");
    assert_eq!(
        kept(shim(&plan, "x::Regex::inner")),
        [true, false],
        "elided: the receiver's"
    );
    assert_eq!(class(&plan, "Match").rust, "::x::Match<'h>");
}

#[test]
fn what_flows_into_a_borrowing_receiver_is_kept() {
    let add = function(
        "add",
        vec![
            ("self", reference(None, false, me())),
            ("text", reference(Some("'a"), false, prim("str"))),
        ],
        None,
    );
    let plan = Sample::new()
        .opaque("Set", takes_lifetime("'a"))
        .block(
            path("x::Set", vec![lifetime("'a")]),
            None,
            takes_lifetime("'a"),
            vec![add],
        )
        .plan();
    assert_eq!(kept(shim(&plan, "x::Set::add")), [false, true]);
}

#[test]
fn builders_are_fluent() {
    let own = || reference(None, true, me());
    let plan = Sample::new()
        .opaque("Builder", Generics::default())
        .methods(
            "Builder",
            vec![
                function("set", vec![("self", own()), ("n", prim("u8"))], Some(own())),
                function("with", vec![("self", me()), ("n", prim("u8"))], Some(me())),
            ],
        )
        .plan();
    assert_eq!(shim(&plan, "x::Builder::set").fluent, Fluent::Borrowed);
    assert_eq!(kept(shim(&plan, "x::Builder::set")), [true, false]);
    assert_eq!(shim(&plan, "x::Builder::with").fluent, Fluent::Moved);
}

#[test]
fn constructors_come_in_the_order_of_the_class_call() {
    let plan = Sample::new()
        .opaque("Version", Generics::default())
        .methods(
            "Version",
            vec![function("new", vec![("major", prim("u64"))], Some(me()))],
        )
        .implements("Version", "core::default::Default", Vec::new())
        .implements("Version", "core::convert::From", vec![Arg::Type(prim("u8"))])
        .plan();
    let version = class(&plan, "Version");
    let ids: Vec<&str> = version
        .constructors
        .iter()
        .map(|at| plan.shims[*at].id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "x::Version::new",
            "<x::Version as From<u8>>::from",
            "<x::Version as Default>::default"
        ]
    );
    let names: Vec<&str> = version
        .methods
        .iter()
        .map(|method| method.name.as_str())
        .collect();
    assert_eq!(names, ["default", "from_", "new"]);
    assert_eq!(version.default, version.constructors.last().copied());
}

#[test]
fn a_method_keeps_its_name_and_the_field_gives_way() {
    let plan = Sample::new()
        .record("Point", vec![("x", prim("f64"))])
        .methods(
            "Point",
            vec![function(
                "x",
                vec![("self", reference(None, false, me()))],
                Some(prim("f64")),
            )],
        )
        .plan();
    let names: Vec<&str> = class(&plan, "Point")
        .properties
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["x_"]);
}

#[test]
fn plain_enums_are_values_and_used_only_as_an_error_they_are_errors() {
    let variant = |name: &str| Variant {
        name: name.to_owned(),
        fields: Fields::Unit,
        discriminant: Some("0".to_owned()),
        docs: String::new(),
        non_exhaustive: false,
    };
    let kind = DefKind::Enum {
        variants: vec![variant("Bad")],
        hidden_variants: false,
    };
    let fails = path(
        "core::result::Result",
        vec![Arg::Type(prim("u8")), Arg::Type(path("x::Failure", Vec::new()))],
    );
    let plan = Sample::new()
        .def("Failure", Generics::default(), kind.clone())
        .def("Mode", Generics::default(), kind)
        .function(function(
            "f",
            vec![("mode", path("x::Mode", Vec::new()))],
            Some(fails),
        ))
        .plan();
    let (failure, mode) = (class(&plan, "Failure"), class(&plan, "Mode"));
    assert_eq!((failure.kind, failure.error), (Kind::Enum, true));
    assert_eq!(
        (mode.kind, mode.error, mode.variants[0].discriminant),
        (Kind::Enum, false, Some(0))
    );
}

#[test]
fn trailing_options_may_be_left_out() {
    let option = || path("core::option::Option", vec![Arg::Type(prim("u8"))]);
    let params = vec![("a", option()), ("b", prim("u8")), ("c", option())];
    let plan = Sample::new().function(function("f", params, None)).plan();
    let optional: Vec<bool> = shim(&plan, "x::f")
        .params
        .iter()
        .map(|param| param.optional)
        .collect();
    assert_eq!(optional, [false, false, true]);
}

#[test]
fn operators_take_what_moves_least() {
    let add = |left: Ty, right: Ty| {
        let trait_ = TraitRef {
            def: key("core::ops::arith::Add"),
            args: Args {
                args: vec![Arg::Type(right)],
                ..Args::default()
            },
        };
        (left, trait_)
    };
    let vector = || path("x::Vector", Vec::new());
    let borrowed = || reference(Some("'a"), false, vector());
    let mut sample = Sample::new().opaque("Vector", Generics::default());
    for (left, trait_) in [
        add(vector(), vector()),
        add(borrowed(), borrowed()),
        add(prim("f64"), vector()),
    ] {
        sample = sample.block(left, Some(trait_), Generics::default(), Vec::new());
        sample
            .0
            .impls
            .last_mut()
            .unwrap()
            .types
            .push(("Output".to_owned(), vector()));
    }
    let plan = sample.plan();
    let specials = &class(&plan, "Vector").specials;
    let lifts = |key: &str| -> Vec<String> {
        plan.shims[specials[key][0]]
            .params
            .iter()
            .filter_map(|param| param.lift.clone())
            .collect()
    };
    assert_eq!(lifts("__add__"), ["&'c ::x::Vector", "&'c ::x::Vector"]);
    assert_eq!(lifts("__radd__"), ["::x::Vector", "::core::primitive::f64"]);
}

#[test]
fn what_serde_writes_and_reads_is_pickled() {
    let sample = Sample::new()
        .opaque("Both", Generics::default())
        .implements("Both", "serde_core::ser::Serialize", Vec::new())
        .implements("Both", "serde_core::de::Deserialize", Vec::new())
        .opaque("Written", Generics::default())
        .implements("Written", "serde_core::ser::Serialize", Vec::new());
    let plan = sample.plan();
    let both = &class(&plan, "Both").specials;
    assert_eq!(
        plan.shims[both["__serialize__"][0]].id,
        "<x::Both as Serialize>::serialize"
    );
    assert_eq!(
        plan.shims[both["__deserialize__"][0]].id,
        "<x::Both as Deserialize>::deserialize"
    );
    assert!(class(&plan, "Written").specials.is_empty());
    assert_eq!(plan.runtime_features, ["serde"]);
}

#[test]
fn planning_is_deterministic() {
    let sample = || {
        Sample::new()
            .opaque("B", Generics::default())
            .opaque("A", Generics::default())
            .function(function("f", Vec::new(), Some(path("x::B", Vec::new()))))
    };
    assert_eq!(format!("{:?}", sample().plan()), format!("{:?}", sample().plan()));
    let names: Vec<String> = sample().plan().types.into_iter().map(|ty| ty.name).collect();
    assert_eq!(names, ["A", "B"]);
}
