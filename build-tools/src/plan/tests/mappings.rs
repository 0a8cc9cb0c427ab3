//! Types of other crates that cross by value.

use super::*;

fn string() -> Ty {
    path("alloc::string::String", Vec::new())
}

fn map_of(krate: &str, key: Ty, value: Ty) -> Ty {
    path(
        &format!("{krate}::map::HashMap"),
        vec![Arg::Type(key), Arg::Type(value)],
    )
}

#[test]
fn a_map_of_another_crate_has_a_row_and_needs_that_crate() {
    let map = map_of("hashbrown", string(), prim("u8"));
    let mut sample = Sample::new().function(function("f", vec![("map", map.clone())], Some(map)));
    sample.0.packages = BTreeMap::from([("hashbrown".to_owned(), "hashbrown@0.15.2".to_owned())]);
    let plan = sample.plan();
    assert!(plan.skipped.is_empty(), "{:?}", plan.skipped);
    let [mapping] = &plan.mappings[..] else {
        panic!("{:?}", plan.mappings);
    };
    assert_eq!(mapping.path, "hashbrown::HashMap");
    assert!(
        mapping.rust.contains("::hashbrown::HashMap<K, V, S>"),
        "{}",
        mapping.rust
    );
    assert_eq!(plan.dependencies["hashbrown"], "hashbrown@0.15.2");
}

#[test]
fn each_version_of_a_crate_has_a_name_and_a_row() {
    let params = vec![
        ("new", map_of("hashbrown", string(), prim("u8"))),
        ("old", map_of("hashbrown@0.14.5", string(), prim("u8"))),
    ];
    let mut sample = Sample::new().function(function("f", params, None));
    let package = |version: &str| format!("hashbrown@{version}");
    sample.0.packages = BTreeMap::from([
        ("hashbrown".to_owned(), package("0.15.2")),
        ("hashbrown@0.14.5".to_owned(), package("0.14.5")),
    ]);
    let plan = sample.plan();
    assert_eq!(plan.mappings.len(), 2);
    let dependencies: Vec<_> = plan.dependencies.into_iter().collect();
    assert_eq!(
        dependencies,
        [
            ("hashbrown".to_owned(), package("0.15.2")),
            ("hashbrown_0_14_5".to_owned(), package("0.14.5")),
        ]
    );
}

#[test]
fn what_is_in_a_collection_has_to_cross_too() {
    let map = map_of("hashbrown", string(), Ty::Generic("T".to_owned()));
    let plan = Sample::new()
        .function(function("f", vec![("map", map)], None))
        .plan();
    assert!(plan.shims.is_empty());
    let node = path("x::Node", Vec::new());
    let plan = Sample::new()
        .opaque("Node", Generics::default())
        .function(function(
            "f",
            Vec::new(),
            Some(map_of("hashbrown", node, prim("f64"))),
        ))
        .plan();
    assert_eq!(class(&plan, "Node").path, "x::Node");
    assert!(shim(&plan, "x::f").params.is_empty());
}

#[test]
fn in_its_own_crate_and_in_its_front_a_type_is_a_handle() {
    for name in ["uuid", "uu"] {
        let mut sample = Sample::new().opaque("Uuid", Generics::default());
        sample.0.name = name.to_owned();
        let own = path("uuid::Uuid", Vec::new());
        let ctx = super::super::ctx::Ctx::new(&sample.0);
        let found = super::super::mappings::find(&ctx, &own).is_some();
        assert_eq!(found, name != "uuid");
        let part = path("uu_id::Uuid", Vec::new());
        assert!(super::super::mappings::find(&ctx, &part).is_none());
    }
    let mut front = Sample::new();
    front.0.name = "num".to_owned();
    let ctx = super::super::ctx::Ctx::new(&front.0);
    let part = path("num_bigint::bigint::BigInt", Vec::new());
    assert!(super::super::mappings::find(&ctx, &part).is_none());
}

/// A sample in which the crate gives out another crate's type.
fn giving_out(key_: &str, generics: Generics, kind: DefKind) -> Sample {
    let name = key_.rsplit(':').next().unwrap();
    let mut sample = Sample::new().def(name, generics, kind);
    let mut def = sample.0.defs.remove(&key(&format!("x::{name}"))).unwrap();
    def.key = key(key_);
    sample.0.defs.insert(def.key.clone(), def);
    let root = sample.0.modules.get_mut("x").unwrap();
    root.entries[0].target = Target::Def(key(key_));
    sample
}

fn private() -> DefKind {
    DefKind::Struct(Fields::Named {
        fields: Vec::new(),
        private: true,
    })
}

#[test]
fn what_is_plain_data_and_given_out_has_its_functions() {
    let version = function(
        "version",
        vec![("self", reference(None, false, me()))],
        Some(prim("u8")),
    );
    let clear = function("clear", vec![("self", reference(None, true, me()))], None);
    let nil = function("nil", Vec::new(), Some(me()));
    let plan = giving_out("uuid::Uuid", Generics::default(), private())
        .block(
            path("uuid::Uuid", Vec::new()),
            None,
            Generics::default(),
            vec![version, clear, nil],
        )
        .plan();
    assert!(
        plan.types.is_empty() && plan.skipped.is_empty(),
        "{:?}",
        plan.skipped
    );
    let [found] = &plan.traits[..] else {
        panic!("{:?}", plan.traits);
    };
    let names: Vec<&str> = found.methods.iter().map(|one| one.name.as_str()).collect();
    assert_eq!((found.path.as_str(), found.plain), ("x::Uuid", true));
    assert_eq!(names, ["clear", "nil", "version"]);
    assert!(shim(&plan, "x::Uuid::version").counts.is_some());
    let [(name, target)] = &plan.modules[0].entries[..] else {
        panic!("{:?}", plan.modules);
    };
    assert!(name == "Uuid" && matches!(target, PlannedTarget::Trait(0)));
}

#[test]
fn of_types_that_cross_alike_one_is_asked_and_after_those_that_are_more_exact() {
    let over = super::judge::over(&["T"]);
    let of = |ty: Ty| path("num_complex::Complex", vec![Arg::Type(ty)]);
    let twice = || function("twice", vec![("self", me())], Some(me()));
    let double = || TraitRef {
        def: key("x::Double"),
        args: Args::default(),
    };
    let plan = super::judge::a_trait(
        giving_out("num_complex::Complex", over, private()),
        "Double",
        vec![twice()],
    )
    .block(
        of(prim("f64")),
        Some(double()),
        Generics::default(),
        vec![twice()],
    )
    .block(prim("f32"), Some(double()), Generics::default(), vec![twice()])
    .plan();
    let double = plan.traits.iter().find(|one| !one.plain).unwrap();
    let ids: Vec<&str> = double.methods[0]
        .shims
        .iter()
        .map(|id| plan.shims[*id].id.as_str())
        .collect();
    assert_eq!(
        ids,
        ["<f32 as x::Double>::twice", "<x::Complex as x::Double>::twice"]
    );
}

#[test]
fn what_says_which_of_two_it_is_has_a_class_where_it_is_given_out() {
    let variant = |name: &str, param: &str| Variant {
        name: name.to_owned(),
        fields: Fields::Tuple {
            fields: vec![Some(Field {
                name: "0".to_owned(),
                ty: Ty::Generic(param.to_owned()),
                docs: String::new(),
            })],
        },
        discriminant: None,
        docs: String::new(),
        non_exhaustive: false,
    };
    let kind = DefKind::Enum {
        variants: vec![variant("Left", "L"), variant("Right", "R")],
        hidden_variants: false,
    };
    let over = || super::judge::over(&["L", "R"]);
    let of = path(
        "either::Either",
        vec![
            Arg::Type(Ty::Generic("L".to_owned())),
            Arg::Type(Ty::Generic("R".to_owned())),
        ],
    );
    let writes = |name: &str| {
        super::judge::clause(
            Ty::Generic(name.to_owned()),
            super::judge::by("std::io::Write", Vec::new(), Vec::new()),
        )
    };
    let write = super::judge::by("std::io::Write", Vec::new(), Vec::new());
    let plan = giving_out("either::Either", over(), kind)
        .block(
            of,
            Some(write),
            super::judge::with(over(), vec![writes("L"), writes("R")]),
            Vec::new(),
        )
        .plan();
    let names: Vec<&str> = plan.types.iter().map(|ty| ty.path.as_str()).collect();
    // That it can be written to where both sides can is not all that it is for.
    assert_eq!(names, ["x::Either<Dynamic, Dynamic>"]);
}
