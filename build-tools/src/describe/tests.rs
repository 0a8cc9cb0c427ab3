use serde_json::json;
use usecrate_manifest::{Coverage, SkipCode, Target};

use super::*;
use crate::generate::{Owner, Rejection, sample};

fn facts() -> Facts {
    let krate = Crate {
        name: "x".into(),
        lib: "x".into(),
        version: "1.2.3".into(),
        source: "path".into(),
        origin: None,
        features: vec![],
        default_features: true,
        docs: "A crate.".into(),
        license: None,
    };
    let build = Build {
        target: "t".into(),
        rustc: "rustc 1".into(),
        profile: "release".into(),
        key: "k".into(),
        config: None,
    };
    Facts {
        generator: "0.1.0".into(),
        krate,
        build,
    }
}

/// What the library of the sample plan says.
fn answer() -> Value {
    let point = json!([["x", "f64"], ["tags", ["list", "str"]]]);
    let shapes = json!([
        ["Dot", null, []],
        ["Circle", null, [["0", "f64"]]],
        ["At", null, [["point", ["record", 2]]]]
    ]);
    let ops = json!([["Less", -1, []], ["More", 1, []]]);
    json!([
        1,
        [
            ["x::Shop", "handle", 1 | 2 | 4, null],
            ["x::View", "handle", 8, null],
            ["x::Point", "record", 7, point],
            ["x::Shape", "enum", 7, shapes],
            ["x::Op", "enum", 23, ops],
            ["x::Lost", "handle", 3, null],
        ],
        [
            [
                "x::Shop::new",
                ["str", ["option", "u32"]],
                ["handle", 0, "new"],
                0
            ],
            [
                "x::Shop::add",
                [["handle", 0, "exclusive"], "bytes"],
                ["handle", 0, "exclusive"],
                0
            ],
            [
                "x::Shop::view",
                [["handle", 0, "shared"]],
                ["handle", 1, "new"],
                0
            ],
            ["x::Shop.size", [["handle", 0, "shared"]], "u64", 0],
            ["x::Shop.size=", [["handle", 0, "exclusive"], "u64"], "unit", 0],
            ["x::BEST", [], ["enum", 4], 0],
            ["x::area", [["enum", 3]], "f64", 0],
            ["x::Lost::use_", [["handle", 5, "shared"]], "unit", 0],
        ]
    ])
}

/// `Shop::view` and with it `View`: the answer of a library without them.
fn without_view() -> (Dropped, Value) {
    let mut dropped = Dropped::default();
    let reason = Rejection {
        message: "no such trait".into(),
        code: Some("E0277".into()),
    };
    dropped.insert(Owner::Type(1), reason.clone());
    dropped.insert(Owner::Shim(2), reason);
    let text = answer().to_string();
    let mut answer: Value = text
        .replace("\"record\",2]", "\"record\",1]")
        .replace("\"enum\",3]", "\"enum\",2]")
        .replace("\"enum\",4]", "\"enum\",3]")
        .replace("\"handle\",5", "\"handle\",4")
        .parse()
        .unwrap();
    answer[1].as_array_mut().unwrap().remove(1);
    answer[2].as_array_mut().unwrap().remove(2);
    (dropped, answer)
}

#[test]
fn the_sample_manifest_is_as_recorded() {
    let manifest = describe(&sample::plan(), &Dropped::default(), facts(), &answer()).unwrap();
    let text = serde_json::to_string_pretty(&manifest).unwrap() + "\n";
    let recorded = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/describe/sample.expected.json");
    if std::env::var_os("USECRATE_BLESS").is_some() {
        fs_err::write(&recorded, &text).unwrap();
    }
    let expected = fs_err::read_to_string(&recorded).unwrap();
    assert!(
        text == expected,
        "not as recorded; USECRATE_BLESS=1 rewrites it:\n{text}"
    );
}

#[test]
fn what_nothing_gives_stays_but_does_not_count() {
    let manifest = describe(&sample::plan(), &Dropped::default(), facts(), &answer()).unwrap();
    // Counted: new, add, view, area, use_; `use_` needs a `Lost`.
    assert_eq!(
        manifest.coverage,
        Coverage {
            callables: 5,
            served: 4
        }
    );
    assert_eq!(manifest.callables.len(), 8);
    let skip = manifest
        .skipped
        .iter()
        .find(|skip| skip.code == SkipCode::Unobtainable)
        .unwrap();
    assert_eq!(
        (skip.path.as_str(), skip.owners.as_slice()),
        ("x::Lost::use_", &[5][..])
    );
    assert_eq!(
        skip.message,
        "its receiver is `x::Lost`, and nothing that is served gives one"
    );
}

#[test]
fn what_leads_to_dropped_shims_goes_and_is_explained() {
    let (dropped, answer) = without_view();
    let manifest = describe(&sample::plan(), &dropped, facts(), &answer).unwrap();
    let names: Vec<_> = manifest.types[0]
        .methods
        .iter()
        .map(|method| method.name.as_str())
        .collect();
    assert_eq!(names, ["add", "new"]);
    assert_eq!(manifest.modules[1].entries.len(), 1, "`View` is gone");
    assert_eq!(
        manifest.modules[0].entries[1].target,
        Target::Type(4),
        "`Lost` moved up"
    );
    let skip = |path: &str| manifest.skipped.iter().find(|skip| skip.path == path).unwrap();
    assert_eq!(
        skip("x::Shop::view").message,
        "rustc rejects its shim: no such trait [E0277]"
    );
    assert_eq!(
        (
            skip("x::Shop::view").owners.as_slice(),
            skip("x::Shop::view").name.as_str()
        ),
        (&[0][..], "view")
    );
    assert_eq!(
        (skip("x::View").modules.as_slice(), skip("x::View").owners.len()),
        (&["x::inner".to_owned()][..], 0)
    );
    assert_eq!(
        skip("x::Lost::poke").owners,
        [4],
        "the plan's own skips are renumbered"
    );
    assert_eq!(
        manifest.coverage,
        Coverage {
            callables: 5,
            served: 3
        }
    );
}

#[test]
fn what_any_instance_serves_is_served() {
    // `Lost::use_` as if it were `Shop::add` of another instance: the one is served, nothing gives a `Lost`.
    let mut plan = sample::plan();
    (plan.shims[7].origin, plan.shims[7].counts) = (plan.shims[1].origin, plan.shims[1].counts);
    let manifest = describe(&plan, &Dropped::default(), facts(), &answer()).unwrap();
    assert_eq!(
        manifest.coverage,
        Coverage {
            callables: 4,
            served: 4
        }
    );
    assert_eq!(
        manifest.skipped.len(),
        1,
        "the plan's own: {:?}",
        manifest.skipped
    );
}

#[test]
fn what_no_instance_serves_counts_once() {
    let mut plan = sample::plan();
    (plan.shims[7].origin, plan.shims[7].counts) = (plan.shims[2].origin, plan.shims[2].counts);
    let (dropped, answer) = without_view();
    let manifest = describe(&plan, &dropped, facts(), &answer).unwrap();
    assert_eq!(
        manifest.coverage,
        Coverage {
            callables: 4,
            served: 3
        }
    );
    let about: Vec<_> = manifest
        .skipped
        .iter()
        .filter(|skip| ["view", "use_"].contains(&skip.name.as_str()))
        .map(|skip| (skip.name.as_str(), skip.code, skip.counted))
        .collect();
    assert_eq!(
        about,
        [
            ("view", SkipCode::Rejected, true),
            ("use_", SkipCode::Unobtainable, false)
        ]
    );
}

#[test]
fn one_reason_for_several_instances_is_listed_once() {
    let mut plan = sample::plan();
    (plan.shims[7].origin, plan.shims[7].counts) = (plan.shims[1].origin, plan.shims[1].counts);
    let reason = Rejection {
        message: "no such trait".into(),
        code: None,
    };
    let mut dropped = Dropped::default();
    dropped.insert(Owner::Shim(1), reason.clone());
    dropped.insert(Owner::Shim(7), reason);
    let mut answer = answer();
    let callables = answer[2].as_array_mut().unwrap();
    callables.remove(7);
    callables.remove(1);
    let manifest = describe(&plan, &dropped, facts(), &answer).unwrap();
    let rejected: Vec<_> = manifest
        .skipped
        .iter()
        .filter(|skip| skip.code == SkipCode::Rejected)
        .map(|skip| (skip.path.as_str(), skip.owners.as_slice(), skip.counted))
        .collect();
    assert_eq!(rejected, [("x::Shop::add", &[0, 5][..], true)]);
}

#[test]
fn served_and_counted_skips_are_all_there_is() {
    for (dropped, answer) in [(Dropped::default(), answer()), without_view()] {
        let manifest = describe(&sample::plan(), &dropped, facts(), &answer).unwrap();
        let skipped = manifest.skipped.iter().filter(|skip| skip.counted).count();
        assert_eq!(
            manifest.coverage.callables as usize,
            manifest.coverage.served as usize + skipped
        );
    }
}

#[test]
fn a_library_that_is_not_the_planned_one_is_refused() {
    let cases: [(&str, Value, &str); 8] = [
        ("/0", json!(2), "`abi_version` is `2`, expected `1`"),
        (
            "/1/0/0",
            json!("x::Shed"),
            "`types[0]` is `x::Shed`, expected `x::Shop`",
        ),
        (
            "/1/2",
            json!(["x::Point", "handle", 7, null]),
            "`types[2].kind` is `handle`, expected `record`",
        ),
        (
            "/1/2/3",
            json!([["x", "f64"]]),
            "`types[2].fields` is `1`, expected `2`",
        ),
        ("/1/3/3/1/0", json!("Square"), "`types[3].Circle` is `Square`"),
        ("/2/5/0", json!("x::WORST"), "`callables[5]` is `x::WORST`"),
        (
            "/2/0/1",
            json!(["str"]),
            "`callables[0].params` is `1`, expected `2`",
        ),
        (
            "/2/0/2",
            json!("string"),
            "`callables[0][2]`: unknown type `string`",
        ),
    ];
    for (place, value, message) in cases {
        let mut answer = answer();
        *answer.pointer_mut(place).unwrap() = value;
        let found = describe(&sample::plan(), &Dropped::default(), facts(), &answer)
            .unwrap_err()
            .to_string();
        assert!(found.contains(message), "{found}");
    }
}

#[test]
fn a_type_number_out_of_range_is_refused() {
    let mut answer = answer();
    answer[2][5][2] = json!(["enum", 77]);
    let error = describe(&sample::plan(), &Dropped::default(), facts(), &answer).unwrap_err();
    assert!(matches!(error, DescribeError::Invalid(_)), "{error}");
}

#[test]
fn a_record_that_is_given_brings_what_is_in_it() {
    // `BEST` gives a shape, one of whose variants holds a point that holds a `Lost`; shapes could be built before.
    let mut answer = answer();
    answer[1][2][3][1][1] = json!(["handle", 5, "new"]);
    answer[2][5][2] = json!(["list", ["enum", 3]]);
    let manifest = describe(&sample::plan(), &Dropped::default(), facts(), &answer).unwrap();
    assert_eq!(
        manifest.coverage,
        Coverage {
            callables: 5,
            served: 5
        }
    );
}

#[test]
fn what_is_lent_to_a_callable_can_be_used() {
    let taking = |ty: Value| {
        let mut changed = answer();
        changed[2][6][1][0] = ty;
        let manifest = describe(&sample::plan(), &Dropped::default(), facts(), &changed).unwrap();
        manifest.coverage.served
    };
    let lost = json!(["handle", 5, "shared"]);
    assert_eq!(taking(json!(["enum", 3])), 4);
    assert_eq!(
        taking(json!(["callable", [lost], "unit", "lent"])),
        5,
        "`use_` too"
    );
    assert_eq!(taking(json!(["callable", [], lost, "lent"])), 3, "nobody has one");
    assert_eq!(taking(json!(["out", lost, false])), 3);
    assert_eq!(taking(json!(["out", lost, true])), 4);
    assert_eq!(taking(json!(["iterable", lost])), 3);
    assert_eq!(taking(json!(["file", "r"])), 4);
    assert_eq!(taking(json!(["buffer", "u8"])), 4);
}
