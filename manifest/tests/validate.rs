//! Every invariant is checked: a valid manifest stops being one when one of them is broken.

use serde_json::{Value, json};
use usecrate_manifest::{Manifest, validate};

/// A small valid manifest with a reference of every sort.
fn valid() -> Value {
    let hash = "0123456789abcdef".repeat(4);
    json!({
        "manifest_version": 1,
        "abi_version": 1,
        "generator": "0.1.0",
        "crate": {
            "name": "x", "lib": "x", "version": "1.0.0", "source": "registry", "features": [],
            "default_features": true, "docs": ""
        },
        "build": { "target": "t", "rustc": "r", "profile": "release", "key": "k" },
        "library": { "path": "libx.so", "size": 1, "blake3": hash, "sha256": hash,
            "loaded": { "size": 1, "blake3": hash } },
        "modules": [
            { "path": "x", "entries": [
                { "name": "A", "type": 0 },
                { "name": "B", "variant": [1, 0] },
                { "name": "C", "constant": 1 },
                { "name": "T", "trait": 0 },
                { "name": "f", "function": { "callables": [0] } },
                { "name": "m", "module": 1 },
            ] },
            { "path": "x::m", "entries": [] },
        ],
        "types": [
            {
                "path": "x::A", "name": "A", "kind": "handle", "send": true, "sync": true, "clone": false,
                "borrows": false, "trivial_drop": false, "constructors": [0],
                "methods": [{ "name": "f", "instance": false, "callables": [0] }],
                "properties": [{ "name": "p", "get": 0, "set": 1 }],
                "constants": [{ "name": "C", "callable": 1 }], "specials": { "__eq__": [0] }, "deref": 1, "primary": 1,
            },
            {
                "path": "x::E", "name": "E", "kind": "enum", "send": true, "sync": true, "clone": true,
                "borrows": false, "trivial_drop": true, "default": 1, "variant_of": 0,
                "variants": [{ "name": "B", "fields": [{ "name": "_0", "type": ["enum", 1] }], "tuple": true,
                    "constructor": 0, "getters": [0] }],
            },
        ],
        "traits": [{ "path": "x::T", "name": "T", "methods": [
            { "name": "t", "instance": true, "callables": [0], "from_trait": "x::T" }
        ] }],
        "callables": [
            { "id": "x::f", "name": "f", "signature": "fn f(a: A)", "result": ["handle", 0, "new"],
                "params": [{ "name": "a", "type": ["handle", 0, "shared"] }] },
            { "id": "x::C", "name": "C", "signature": "C", "params": [], "result": "u8" },
        ],
        "objects": [{ "trait": "x::T", "methods": [
            { "name": "t", "type": ["callable", [["handle", 0, "shared"]], ["object", 0], "kept"] }
        ] }],
        "skipped": [{ "path": "x::g", "name": "g", "owners": [0], "code": "unsafe", "message": "m", "counted": false }],
        "coverage": { "callables": 1, "served": 1 },
    })
}

#[test]
fn a_valid_manifest_is_read_and_written_alike() {
    let manifest: Manifest = serde_json::from_value(valid()).unwrap();
    validate(&manifest).unwrap();
    assert_eq!(serde_json::to_value(&manifest).unwrap(), valid());
}

#[test]
fn a_broken_invariant_is_named() {
    let cases = [
        (
            "/manifest_version",
            json!(2),
            "`manifest_version`: is 2, expected 1",
        ),
        ("/abi_version", json!(0), "`abi_version`: is 0, expected 1"),
        ("/library/path", json!("../libx.so"), "`library.path`"),
        ("/library/path", json!("a\\libx.so"), "`library.path`"),
        ("/library/path", json!(".."), "`library.path`"),
        ("/library/path", json!(""), "`library.path`"),
        ("/library/blake3", json!("0123"), "`library.blake3`"),
        ("/library/sha256", json!("G".repeat(64)), "`library.sha256`"),
        ("/library/loaded/blake3", json!("0123"), "`library.loaded.blake3`"),
        ("/library/loaded/size", json!(2), "`library.loaded.size`"),
        (
            "/types/1/path",
            json!("x::A"),
            "`types[1]`: `x::A` is there twice",
        ),
        (
            "/types/1/variants/0/fields/0/type",
            json!(["record", 2]),
            "`types[1]._0`: names `types[2]`",
        ),
        (
            "/types/0/constructors/0",
            json!(2),
            "`types[0]`: names `callables[2]`",
        ),
        ("/types/0/methods/0/callables/0", json!(2), "`types[0]`"),
        ("/types/0/properties/0/get", json!(2), "`types[0]`"),
        ("/types/0/properties/0/set", json!(2), "`types[0]`"),
        ("/types/0/constants/0/callable", json!(2), "`types[0]`"),
        ("/types/0/specials/__eq__/0", json!(2), "`types[0]`"),
        ("/types/0/deref", json!(2), "`types[0]`"),
        ("/types/0/primary", json!(2), "`types[0]`"),
        ("/types/1/default", json!(2), "`types[1]`"),
        ("/types/1/variant_of", json!(2), "`types[1]`"),
        ("/types/1/variants/0/constructor", json!(2), "`types[1]`"),
        ("/types/1/variants/0/getters/0", json!(2), "`types[1]`"),
        (
            "/callables/1/id",
            json!("x::f"),
            "`callables[1]`: `x::f` is there twice",
        ),
        (
            "/callables/0/params/0/type",
            json!(["handle", 2, "shared"]),
            "`callables[0].a`",
        ),
        (
            "/callables/0/result",
            json!(["option", ["enum", 9]]),
            "`callables[0].result`: names `types[9]`",
        ),
        (
            "/modules/0/path",
            json!("y"),
            "`modules[0]`: is not the crate's root `x`",
        ),
        ("/modules", json!([]), "`modules[0]`"),
        ("/modules/0/entries/0/type", json!(2), "`modules[0].A`"),
        (
            "/modules/0/entries/1/variant",
            json!([1, 1]),
            "`modules[0].B`: names `variants[1]`",
        ),
        ("/modules/0/entries/1/variant", json!([2, 0]), "`modules[0].B`"),
        ("/modules/0/entries/2/constant", json!(2), "`modules[0].C`"),
        ("/modules/0/entries/3/trait", json!(1), "`modules[0].T`"),
        (
            "/modules/0/entries/4/function/callables/0",
            json!(2),
            "`modules[0].f`",
        ),
        ("/modules/0/entries/5/module", json!(2), "`modules[0].m`"),
        ("/traits/0/methods/0/callables/0", json!(2), "`traits[0]`"),
        ("/skipped/0/owners/0", json!(2), "`skipped`"),
        (
            "/callables/0/params/0/type",
            json!(["iterator", "u8"]),
            "`callables[0].a`: has the type `iterator` where it cannot stand",
        ),
        (
            "/callables/0/params/0/type",
            json!(["out", ["out", "u8", true], true]),
            "`callables[0].a`: has the type `out`",
        ),
        (
            "/callables/0/result",
            json!(["option", ["buffer", "u8"]]),
            "`callables[0].result`: has the type `buffer`",
        ),
        (
            "/types/1/variants/0/fields/0/type",
            json!(["callable", [], "unit", "lent"]),
            "`types[1]._0`: has the type `callable`",
        ),
        (
            "/callables/0/params/0/type",
            json!(["option", ["object", 1]]),
            "`callables[0].a`: names `objects[1]`, and there are 1",
        ),
        (
            "/callables/0/result",
            json!(["object", 0]),
            "`callables[0].result`: has the type `object`",
        ),
        (
            "/objects/0/methods/0/type",
            json!(["callable", [], ["object", 7], "kept"]),
            "`objects[0].t`: names `objects[7]`",
        ),
    ];
    for (place, value, problem) in cases {
        let mut manifest = valid();
        *manifest.pointer_mut(place).unwrap() = value.clone();
        let manifest: Manifest = serde_json::from_value(manifest).unwrap();
        let found = validate(&manifest).expect_err(place).to_string();
        assert!(found.contains(problem), "{place} = {value}: {found}");
    }
}

#[test]
fn an_out_parameter_may_hold_what_can_be_passed() {
    let mut manifest = valid();
    *manifest.pointer_mut("/callables/0/params/0/type").unwrap() = json!(["out", ["record", 1], false]);
    validate(&serde_json::from_value(manifest).unwrap()).unwrap();
}

#[test]
fn unknown_and_missing_members_are_refused() {
    for place in [
        "",
        "/crate",
        "/build",
        "/library",
        "/types/0",
        "/callables/0",
        "/modules/0",
        "/skipped/0",
    ] {
        let mut manifest = valid();
        manifest.pointer_mut(place).unwrap()["surprise"] = json!(1);
        let error = serde_json::from_value::<Manifest>(manifest)
            .expect_err(place)
            .to_string();
        assert!(error.contains("surprise"), "{place}: {error}");
    }
    // Few crates have traits that objects implement.
    let valid_one = valid();
    let members = valid_one.as_object().unwrap().keys();
    for member in members.filter(|member| *member != "objects") {
        let mut manifest = valid();
        manifest.as_object_mut().unwrap().remove(member);
        assert!(serde_json::from_value::<Manifest>(manifest).is_err(), "{member}");
    }
}
