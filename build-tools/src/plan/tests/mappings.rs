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
