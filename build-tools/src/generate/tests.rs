use super::*;
use crate::plan::model::Action;

fn header() -> Header {
    Header {
        package: "x".into(),
        version: "1.2.3".into(),
        generator: "0.1.0".into(),
    }
}

#[test]
fn the_sample_bridge_is_as_recorded() {
    let source = generate(&sample::plan(), &header(), &Dropped::default());
    assert_eq!(source.faults, []);
    syn::parse_file(&source.text).unwrap();
    let recorded = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/generate/sample.expected.rs");
    if std::env::var_os("USECRATE_BLESS").is_some() {
        fs_err::write(&recorded, &source.text).unwrap();
    }
    let expected = fs_err::read_to_string(&recorded).unwrap();
    assert!(
        source.text == expected,
        "not as recorded; USECRATE_BLESS=1 rewrites it:\n{}",
        source.text
    );
}

#[test]
fn every_line_of_a_type_or_shim_has_its_owner() {
    let source = generate(&sample::plan(), &header(), &Dropped::default());
    for (at, line) in source.text.lines().enumerate() {
        let owner = source.owner(at + 1);
        if line.contains("::x::Lost>::use_") || line.contains("__uc_f7") {
            assert_eq!(owner, Some(Owner::Shim(7)), "{line}");
        } else if line.contains("::x::View<'h>") || line.contains("__UcFamily1") {
            assert_eq!(owner, Some(Owner::Type(1)), "{line}");
        }
    }
}

#[test]
fn what_is_dropped_leaves_and_the_rest_is_renumbered() {
    let mut dropped = Dropped::default();
    let reason = Rejection {
        message: "no".into(),
        code: None,
    };
    assert!(dropped.insert(Owner::Type(1), reason.clone()));
    assert!(dropped.insert(Owner::Shim(2), reason.clone()));
    assert!(!dropped.insert(Owner::Shim(2), reason));
    let text = generate(&sample::plan(), &header(), &dropped).text;
    assert!(!text.contains("View") && !text.contains("__uc_f2"), "{text}");
    assert!(
        text.contains("__uc::record!(__UcMarker, 1, \"x::Point\""),
        "{text}"
    );
    assert!(
        text.contains("\"x::Shop.size\" => __uc_f3,"),
        "names stay: {text}"
    );
}

#[test]
fn text_that_is_not_rust_is_reported_with_its_owner_and_left_out() {
    let mut plan = sample::plan();
    plan.types[0].rust = "::x::<".into();
    plan.shims[6].action = Action::Expr { text: "{9}".into() };
    let source = generate(&plan, &header(), &Dropped::default());
    let owners: Vec<_> = source.faults.iter().map(|(owner, _)| *owner).collect();
    assert_eq!(owners, [Owner::Type(0), Owner::Shim(6)]);
    syn::parse_file(&source.text).unwrap();
}
