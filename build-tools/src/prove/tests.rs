use std::collections::BTreeMap;
use std::convert::Infallible;

use serde_json::json;
use usecrate_manifest::Kind;

use super::*;
use crate::generate::sample;

/// Rejects every line that contains one of some texts; "in" a macro of the runtime, or with no place at all.
#[derive(Default)]
struct Fake {
    rejects: BTreeMap<&'static str, Place>,
    rejects_release: BTreeMap<&'static str, Place>,
    checks: usize,
    builds: usize,
}

#[derive(Clone, Copy)]
enum Place {
    Line,
    Macro,
    Note,
    Nowhere,
}

fn span(file: &str, line: usize, expansion: serde_json::Value) -> serde_json::Value {
    json!({
        "file_name": file, "byte_start": 0, "byte_end": 0, "line_start": line, "line_end": line, "column_start": 1,
        "column_end": 2, "is_primary": true, "text": [], "label": null, "suggested_replacement": null,
        "suggestion_applicability": null, "expansion": expansion,
    })
}

fn message(text: &str, code: Option<&str>, spans: Vec<serde_json::Value>) -> serde_json::Value {
    json!({
        "message": text, "code": code.map(|code| json!({ "code": code, "explanation": null })), "level": "error",
        "spans": spans, "children": [], "rendered": format!("error: {text}\n"),
    })
}

fn compile(text: &str, rejects: &BTreeMap<&'static str, Place>) -> Vec<Diagnostic> {
    let mut all = vec![];
    for (at, line) in text.lines().enumerate() {
        for (word, place) in rejects.iter().filter(|(word, _)| line.contains(**word)) {
            let here = span("src/lib.rs", at + 1, json!(null));
            let elsewhere = "/registry/runtime/src/lib.rs";
            let head = format!("no `{word}`\n  here");
            let mut one = match place {
                Place::Line => message(&head, Some("E0277"), vec![here]),
                Place::Macro => {
                    let expansion =
                        json!({ "span": here, "macro_decl_name": "answer!", "def_site_span": null });
                    message(&head, Some("E0277"), vec![span(elsewhere, at + 1, expansion)])
                }
                Place::Note | Place::Nowhere => message(&head, None, vec![span(elsewhere, 1, json!(null))]),
            };
            if matches!(place, Place::Note) {
                one["children"] = json!([message(
                    "instantiated here",
                    None,
                    vec![span("src/lib.rs", at + 1, json!(null))]
                )]);
            }
            all.push(one);
        }
    }
    if !all.is_empty() {
        all.push(message("aborting due to previous errors", None, vec![]));
    }
    all.into_iter()
        .map(|one| serde_json::from_value(one).unwrap())
        .collect()
}

#[derive(Debug, thiserror::Error)]
#[error("never")]
struct Never(Infallible);

impl Compile for Fake {
    type Error = Never;

    fn check(&mut self, text: &str) -> Result<Vec<Diagnostic>, Never> {
        self.checks += 1;
        Ok(compile(text, &self.rejects))
    }

    fn build(&mut self, text: &str) -> Result<Result<PathBuf, Vec<Diagnostic>>, Never> {
        self.builds += 1;
        let messages = compile(text, &self.rejects_release);
        Ok(if messages.is_empty() {
            Ok(PathBuf::from("lib.so"))
        } else {
            Err(messages)
        })
    }
}

fn header() -> Header {
    Header {
        package: "x".into(),
        version: "1.0.0".into(),
        generator: "0".into(),
    }
}

fn proved(fake: &mut Fake) -> (Proven, Vec<Round>) {
    let mut rounds = vec![];
    let proven = prove(&sample::plan(), &header(), fake, &mut |round| rounds.push(round)).unwrap();
    (proven, rounds)
}

fn owners(proven: &Proven) -> Vec<Owner> {
    proven.dropped.iter().map(|(owner, _)| owner).collect()
}

#[test]
fn a_clean_bridge_takes_one_round_and_loses_nothing() {
    let mut fake = Fake::default();
    let (proven, rounds) = proved(&mut fake);
    assert_eq!(proven.dropped, Dropped::default());
    assert_eq!(
        rounds,
        [Round {
            round: 1,
            kept: 8,
            skipped: 0
        }]
    );
}

#[test]
fn a_rejected_shim_goes_with_rustcs_words() {
    let mut fake = Fake {
        rejects: [("::x::area", Place::Line)].into(),
        ..Fake::default()
    };
    let (proven, rounds) = proved(&mut fake);
    assert_eq!(owners(&proven), [Owner::Shim(6)]);
    let reason = proven.dropped.reason(Owner::Shim(6)).unwrap();
    assert_eq!(reason.to_string(), "no `::x::area` here [E0277]");
    assert!(!proven.source.text.contains("::x::area"));
    assert_eq!(
        rounds.last(),
        Some(&Round {
            round: 2,
            kept: 7,
            skipped: 1
        })
    );
}

#[test]
fn an_error_inside_a_macro_of_the_runtime_belongs_to_its_call() {
    let mut fake = Fake {
        rejects: [("Lost>::use_", Place::Macro)].into(),
        ..Fake::default()
    };
    assert_eq!(owners(&proved(&mut fake).0), [Owner::Shim(7)]);
}

#[test]
fn a_rejected_type_goes_first_and_shims_get_another_round() {
    // Both the type and the shims that name it are rejected; `area` is innocent once the type is gone.
    let mut fake = Fake {
        rejects: [("\"x::Lost\", ::x::Lost", Place::Line)].into(),
        ..Fake::default()
    };
    fake.rejects.insert("Lost>::use_", Place::Line);
    let (proven, rounds) = proved(&mut fake);
    assert_eq!(owners(&proven), [Owner::Type(5), Owner::Shim(7)]);
    assert_eq!(rounds.len(), 3);
    assert_eq!(rounds[0].skipped, 0, "the first round drops the type alone");
}

#[test]
fn an_error_without_a_place_is_searched() {
    let mut fake = Fake {
        rejects: [("::x::BEST", Place::Nowhere)].into(),
        ..Fake::default()
    };
    let (proven, _) = proved(&mut fake);
    assert_eq!(owners(&proven), [Owner::Shim(5)]);
    assert!(fake.checks <= 8, "{}", fake.checks);
}

#[test]
fn what_fails_only_in_the_release_build_is_dropped_too() {
    let rejects_release = [("::x::BEST", Place::Nowhere), ("::x::area", Place::Note)].into();
    let mut fake = Fake {
        rejects_release,
        ..Fake::default()
    };
    let (mut proven, _) = proved(&mut fake);
    let library = build(&sample::plan(), &header(), &mut proven, &mut fake, &mut |_| {}).unwrap();
    assert_eq!(library, PathBuf::from("lib.so"));
    assert_eq!(owners(&proven), [Owner::Shim(5), Owner::Shim(6)]);
    let reason = |id| proven.dropped.reason(Owner::Shim(id)).unwrap().to_string();
    assert_eq!(
        (reason(5), reason(6)),
        ("no `::x::BEST` here".into(), "no `::x::area` here".into())
    );
    assert!(!proven.source.text.contains("::x::BEST"));
}

#[test]
fn an_error_of_nobody_shows_rustcs_messages() {
    let mut fake = Fake {
        rejects: [("pub struct __UcMarker", Place::Line)].into(),
        ..Fake::default()
    };
    let error = prove(&sample::plan(), &header(), &mut fake, &mut |_| {}).unwrap_err();
    let ProveError::Nobody { rendered } = error else {
        panic!("{error}")
    };
    assert!(
        rendered.contains("error: no `pub struct __UcMarker`"),
        "{rendered}"
    );
}

#[test]
fn a_plan_that_is_not_rust_loses_that_part_only() {
    let mut plan = sample::plan();
    plan.types.push(sample::ty("x::Odd", Kind::Handle, "::x::Odd<"));
    let proven = prove(&plan, &header(), &mut Fake::default(), &mut |_| {}).unwrap();
    assert_eq!(owners(&proven), [Owner::Type(6)]);
    assert!(
        proven
            .dropped
            .reason(Owner::Type(6))
            .unwrap()
            .message
            .contains("not Rust")
    );
}
