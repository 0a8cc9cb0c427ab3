//! Plans with smaller types of the standard library.

use super::*;

fn std_type(name: &str) -> Ty {
    path(name, Vec::new())
}

fn formatter() -> Ty {
    let formatter = path("core::fmt::Formatter", vec![lifetime("'_")]);
    reference(None, true, formatter)
}

fn text_of(plan: &Plan, id: &str) -> String {
    match &shim(plan, id).action {
        Action::Expr { text } => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn refused<'p>(plan: &'p Plan, path: &str) -> Option<&'p str> {
    let found = plan.skipped.iter().find(|skip| skip.path == path)?;
    Some(&found.message)
}

#[test]
fn numbers_and_text_of_c_are_values() {
    let plan = Sample::new()
        .record("Pair", vec![("first", std_type("core::ffi::primitives::c_int"))])
        .function(function(
            "old",
            vec![("number", std_type("std::os::raw::c_long"))],
            None,
        ))
        .function(function(
            "text",
            vec![("text", reference(None, false, std_type("core::ffi::c_str::CStr")))],
            Some(std_type("alloc::ffi::c_str::CString")),
        ))
        .function(function(
            "change",
            vec![("number", reference(None, true, std_type("core::ffi::c_int")))],
            None,
        ))
        .plan();
    let pair = class(&plan, "Pair");
    assert_eq!(
        (pair.kind, pair.fields[0].rust.as_str()),
        (Kind::Record, "::std::ffi::c_int")
    );
    assert!(plan.shims.iter().any(|shim| shim.id == "x::old"));
    assert!(plan.shims.iter().any(|shim| shim.id == "x::text"));
    let change = shim(&plan, "x::change").params[0].lift.as_deref();
    assert_eq!(change, Some("::usecrate_runtime::private::Initial<_, true>"));
}

#[test]
fn a_hasher_is_not_part_of_what_is_in_a_map() {
    let map = |hasher: Ty| {
        path(
            "std::collections::hash::map::HashMap",
            vec![Arg::Type(prim("u8")), Arg::Type(prim("u8")), Arg::Type(hasher)],
        )
    };
    let spelled = || map(std_type("std::hash::random::RandomState"));
    let open = bounded(
        function("open", vec![("map", map(Ty::Generic("S".to_owned())))], None),
        "S",
        "core::hash::BuildHasher",
        Vec::new(),
    );
    let boxed = path(
        "alloc::vec::Vec",
        vec![Arg::Type(prim("u8")), Arg::Type(std_type("alloc::alloc::Global"))],
    );
    let plan = Sample::new()
        .opaque("Hasher", Generics::default())
        .function(function("spelled", vec![("map", spelled())], Some(spelled())))
        .function(function("own", Vec::new(), Some(map(std_type("x::Hasher")))))
        .function(open)
        .function(function(
            "allocated",
            vec![("all", reference(None, true, boxed))],
            None,
        ))
        .plan();
    for name in ["spelled", "own", "open", "allocated"] {
        assert_eq!(refused(&plan, &format!("x::{name}")), None);
    }
    let open = shim(&plan, "x::open").params[0].lift.as_deref();
    let u8 = "::core::primitive::u8";
    assert_eq!(
        open,
        Some(format!("::std::collections::HashMap<{u8}, {u8}>").as_str())
    );
}

#[test]
fn what_writes_to_a_formatter_gives_text() {
    let by_ref = || ("self", reference(None, false, me()));
    let alias = || Some(path("core::fmt::Result", Vec::new()));
    let result = |ok: Ty| {
        let error = std_type("core::fmt::Error");
        Some(path(
            "core::result::Result",
            vec![Arg::Type(ok), Arg::Type(error)],
        ))
    };
    let plan = Sample::new()
        .opaque("Shape", Generics::default())
        .methods(
            "Shape",
            vec![
                function(
                    "render",
                    vec![by_ref(), ("f", formatter()), ("end", prim("u8"))],
                    alias(),
                ),
                function("plainly", vec![by_ref(), ("f", formatter())], None),
                function("name", vec![("f", formatter())], result(Ty::Tuple(Vec::new()))),
                function(
                    "counted",
                    vec![by_ref(), ("f", formatter())],
                    result(prim("usize")),
                ),
            ],
        )
        .plan();
    let start = "::usecrate_runtime::private::formatted(|__uc_formatter| ";
    let written = |name: &str| {
        let text = text_of(&plan, &format!("x::Shape::{name}"));
        text.strip_prefix(start)
            .expect("it is given a formatter")
            .to_owned()
    };
    assert_eq!(
        written("render"),
        "<::x::Shape>::render({0}, __uc_formatter, {1}))"
    );
    assert_eq!(written("name"), "<::x::Shape>::name(__uc_formatter))");
    assert_eq!(
        written("plainly"),
        "{ <::x::Shape>::plainly({0}, __uc_formatter); ::std::result::Result::Ok(()) })"
    );
    let render = shim(&plan, "x::Shape::render");
    let names: Vec<&str> = render.params.iter().map(|param| param.name.as_str()).collect();
    assert_eq!(names, ["self", "end"]);
    assert!(
        render.signature.contains("Formatter"),
        "people see what is written"
    );
    assert!(refused(&plan, "x::Shape::counted").is_some_and(|why| why.contains("Formatter")));
}

#[test]
fn foreign_bytes_that_are_changed_are_left_behind() {
    let bytes = || {
        path(
            "y::Array",
            vec![Arg::Type(prim("u8")), Arg::Type(std_type("y::U4"))],
        )
    };
    let as_ref = TraitRef {
        def: key("core::convert::AsRef"),
        args: Args {
            args: vec![Arg::Type(Ty::Slice(Box::new(prim("u8"))))],
            ..Args::default()
        },
    };
    let plan = Sample::new()
        .block(bytes(), Some(as_ref), Generics::default(), Vec::new())
        .function(function(
            "finish",
            vec![("out", reference(None, true, bytes()))],
            Some(prim("bool")),
        ))
        .plan();
    let finish = shim(&plan, "x::finish");
    let lift = finish.params[0].lift.as_deref();
    assert_eq!(lift, Some("::usecrate_runtime::private::InitialBytes<_>"));
    assert_eq!(
        text_of(&plan, "x::finish"),
        "{ let mut __uc_o0 = {0}.start(); let __uc_result = ::x::finish(&mut __uc_o0); \
         (__uc_result, ::usecrate_runtime::private::bytes_of(&__uc_o0)) }"
    );
}

#[test]
fn a_result_that_the_crate_does_not_export_may_be_an_iterator() {
    let hidden = || path("x::hidden::Steps", vec![lifetime("'_")]);
    let option = path("core::option::Option", vec![Arg::Type(hidden())]);
    let by_ref = || vec![("self", reference(None, false, me()))];
    let plan = Sample::new()
        .opaque("Ladder", Generics::default())
        .methods(
            "Ladder",
            vec![
                function("steps", by_ref(), Some(hidden())),
                function("above", by_ref(), Some(option)),
                function(
                    "all",
                    by_ref(),
                    Some(path("alloc::vec::Vec", vec![Arg::Type(hidden())])),
                ),
            ],
        )
        .plan();
    for name in ["steps", "above"] {
        assert_eq!(
            kept(shim(&plan, &format!("x::Ladder::{name}"))),
            [true],
            "it borrows"
        );
    }
    assert!(refused(&plan, "x::Ladder::all").is_some_and(|why| why.contains("exports `Steps` by no path")));
}

#[test]
fn data_that_is_wanted_for_ever_is_kept_for_ever() {
    let lasting = |ty: Ty| reference(Some("'static"), false, ty);
    let plan = Sample::new()
        .function(function("text", vec![("text", lasting(prim("str")))], None))
        .function(function(
            "some",
            vec![("some", lasting(Ty::Slice(Box::new(prim("u16")))))],
            None,
        ))
        .function(function(
            "instant",
            vec![("at", lasting(std_type("std::time::Instant")))],
            None,
        ))
        .function(function(
            "number",
            vec![("number", std_type("core::num::nonzero::NonZeroU8"))],
            None,
        ))
        .plan();
    let lift = |id: &str| shim(&plan, id).params[0].lift.clone().unwrap_or_default();
    assert_eq!(
        lift("x::text"),
        "::usecrate_runtime::private::Forever<::std::string::String>"
    );
    assert_eq!(
        lift("x::some"),
        "::usecrate_runtime::private::Forever<::std::vec::Vec<::core::primitive::u16>>"
    );
    assert!(text_of(&plan, "x::text").contains("(&**{0}.lasting())"));
    assert!(refused(&plan, "x::instant").is_some_and(|why| why.contains("for ever")));
    assert!(plan.shims.iter().any(|shim| shim.id == "x::number"));
}
