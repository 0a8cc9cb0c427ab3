//! The type language: every form there and back, and what is refused.

use serde_json::{Value, json};
use usecrate_manifest::TypeRef;
use usecrate_manifest::types::{PLAIN, Way};

#[test]
fn every_form_is_read_and_written_alike() {
    let mut forms: Vec<Value> = PLAIN.iter().map(|word| json!(word)).collect();
    forms.extend([
        json!(["option", "str"]),
        json!(["option", ["option", "any"]]),
        json!(["class", "uuid", "bytes"]),
        json!(["list", "u8"]),
        json!(["set", "i64"]),
        json!(["array", "f32", 16]),
        json!(["tuple"]),
        json!(["tuple", "str", "u8", ["list", "bool"]]),
        json!(["dict", "str", "any"]),
        json!(["range", "usize"]),
        json!(["bounds", "u64"]),
        json!(["union", "bytes", "str"]),
        json!(["handle", 0, "shared"]),
        json!(["handle", 1, "exclusive"]),
        json!(["handle", 2, "move"]),
        json!(["handle", 3, "clone"]),
        json!(["handle", 4, "new"]),
        json!(["record", 5]),
        json!(["enum", 4_294_967_295_u32]),
        json!(["result", "unit", ["enum", 6]]),
        json!(["callable", [], "unit", "lent"]),
        json!(["callable", ["i32", ["handle", 0, "shared"]], "bool", "lent"]),
        json!(["callable", ["str"], "unit", "kept"]),
        json!(["object", 2]),
        json!(["file", "r"]),
        json!(["file", "rwsb"]),
        json!(["file", "t"]),
        json!(["file", "wb"]),
        json!(["iterable", ["tuple", "str", "u8"]]),
        json!(["items", "u8"]),
        json!(["iterator", ["result", "str", "io_error"]]),
        json!(["buffer", "f64"]),
        json!(["out", ["list", "str"], true]),
        json!(["out", ["record", 1], false]),
    ]);
    let schema = usecrate_manifest::schema::schema();
    let heads = schema
        .pointer("/$defs/TypeRef/oneOf/1/prefixItems/0/enum")
        .unwrap();
    let mut untold: Vec<Value> = heads.as_array().unwrap().clone();
    for form in forms {
        let ty: TypeRef = serde_json::from_value(form.clone()).unwrap();
        assert_eq!(serde_json::to_value(&ty).unwrap(), form);
        if let Some(head) = form.get(0) {
            assert!(
                heads.as_array().unwrap().contains(head),
                "{head} is not in the schema"
            );
            untold.retain(|one| one != head);
        }
    }
    assert!(untold.is_empty(), "in the schema, and not here: {untold:?}");
}

#[test]
fn what_is_no_type_is_refused_by_name() {
    for (form, problem) in [
        (json!("string"), "unknown type `string`"),
        (json!(["lists", "u8"]), "unknown type `lists`"),
        (json!(["list"]), "not a type: `[\"list\"]`"),
        (json!(["list", "u8", "u8"]), "not a type"),
        (json!(["array", "u8", -1]), "not a type"),
        (json!(["handle", 0, "borrowed"]), "not a type"),
        (json!(["handle", 4_294_967_296_u64, "new"]), "not a type"),
        (json!(["option", ["set", "strr"]]), "unknown type `strr`"),
        (json!([]), "not a type"),
        (json!(7), "not a type: `7`"),
        (json!({ "list": "u8" }), "not a type"),
        (json!(["callable", "u8", "u8", "lent"]), "not a type"),
        (json!(["callable", [], "u8"]), "not a type"),
        (json!(["callable", [], "u8", "owned"]), "not a type"),
        (json!(["callable", ["strr"], "u8", "lent"]), "unknown type `strr`"),
        (json!(["file", ""]), "not a type"),
        (json!(["file", "wr"]), "not a type"),
        (json!(["file", "rr"]), "not a type"),
        (json!(["buffer", "str"]), "not a type"),
        (json!(["buffer", ["list", "u8"]]), "not a type"),
        (json!(["out", "str"]), "not a type"),
        (json!(["out", "str", 1]), "not a type"),
        (json!(["iterator"]), "not a type"),
    ] {
        let found = TypeRef::from_value(&form).unwrap_err();
        assert!(found.contains(problem), "{form}: {found}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| (0..depth).fold(json!("u8"), |inner, _| json!(["option", inner]));
    assert!(TypeRef::from_value(&nested(63)).is_ok());
    assert!(
        TypeRef::from_value(&nested(64))
            .unwrap_err()
            .contains("64 levels")
    );
    assert!(TypeRef::from_value(&nested(300)).is_err());
}

#[test]
fn every_type_number_in_it_is_visited() {
    let ty = TypeRef::from_value(&json!([
        "result",
        [
            "dict",
            ["record", 1],
            ["tuple", ["enum", 2], ["union", ["handle", 3, "new"], "u8"]]
        ],
        ["option", ["array", ["list", ["handle", 4, "new"]], 2]]
    ]))
    .unwrap();
    let mut seen = Vec::new();
    ty.each_type(&mut |index| seen.push(index));
    assert_eq!(seen, [1, 2, 3, 4]);

    let ty = TypeRef::from_value(&json!([
        "callable",
        [["handle", 1, "shared"], ["iterator", ["record", 2]]],
        ["iterable", ["enum", 3]],
        "lent"
    ]))
    .unwrap();
    let mut seen = Vec::new();
    ty.each_type(&mut |index| seen.push(index));
    assert_eq!(seen, [1, 2, 3]);
}

#[test]
fn words_stand_where_their_value_can_cross() {
    for (form, inwards, outwards) in [
        (json!("u8"), None, None),
        (json!(["file", "r"]), None, None),
        (json!(["iterator", "u8"]), Some("iterator"), None),
        (
            json!(["option", ["result", ["iterator", "u8"], "str"]]),
            Some("iterator"),
            None,
        ),
        (json!(["iterable", "u8"]), None, Some("iterable")),
        (json!(["buffer", "u8"]), None, Some("buffer")),
        (json!(["callable", [], "u8", "lent"]), None, Some("callable")),
        (
            json!(["callable", [["iterator", "u8"]], ["iterable", "u8"], "lent"]),
            None,
            Some("callable"),
        ),
        (
            json!(["callable", [["callable", [], "u8", "lent"]], "u8", "lent"]),
            Some("callable"),
            Some("callable"),
        ),
        (
            json!(["callable", [], ["iterator", "u8"], "lent"]),
            Some("iterator"),
            Some("callable"),
        ),
        (json!(["list", ["out", "u8", true]]), Some("out"), Some("out")),
    ] {
        let ty = TypeRef::from_value(&form).unwrap();
        assert_eq!(ty.misplaced(Way::In), inwards, "{form}");
        assert_eq!(ty.misplaced(Way::Out), outwards, "{form}");
    }
}
