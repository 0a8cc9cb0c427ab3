//! Plans with generic types and their instances.

use super::*;

/// `<T>`
fn over_t() -> Generics {
    Generics {
        params: vec![GenericParam::Type {
            name: "T".to_owned(),
            default: None,
        }],
        bounds: Vec::new(),
    }
}

#[test]
fn instances_of_a_generic_type_are_types_of_their_own() {
    let generics = over_t();
    let wrapped = |name: &str| path("x::Wrap", vec![Arg::Type(prim(name))]);
    let get = function(
        "get",
        vec![("self", reference(None, false, me()))],
        Some(Ty::Generic("T".to_owned())),
    );
    let sample = Sample::new()
        .opaque("Wrap", generics.clone())
        .block(
            path("x::Wrap", vec![Arg::Type(Ty::Generic("T".to_owned()))]),
            None,
            generics,
            vec![get],
        )
        .function(function("a", Vec::new(), Some(wrapped("u8"))));
    let plan = sample.plan();
    assert_eq!(
        (plan.types[0].path.as_str(), plan.types[0].name.as_str()),
        ("x::Wrap<u8>", "Wrap")
    );
    let both = sample
        .function(function("b", Vec::new(), Some(wrapped("u16"))))
        .plan();
    let names: Vec<&str> = both.types.iter().map(|ty| ty.name.as_str()).collect();
    assert_eq!(names, ["Wrap_u16", "Wrap_u8"]);
    assert_eq!(shim(&both, "x::Wrap<u8>::get").params.len(), 1);
}

#[test]
fn a_function_of_several_instances_is_one() {
    let generics = over_t();
    let wrapped = |ty: Ty| path("x::Wrap", vec![Arg::Type(ty)]);
    let receiver = || ("self", reference(None, false, me()));
    let pointer = Ty::RawPointer {
        mutable: false,
        ty: Box::new(prim("u8")),
    };
    let shared_block = vec![
        function("get", vec![receiver()], Some(prim("u32"))),
        function("raw", vec![receiver()], Some(pointer)),
    ];
    let own_block = || vec![function("kind", vec![receiver()], Some(prim("u32")))];
    let block =
        |sample: Sample, ty: Ty, methods| sample.block(wrapped(ty), None, Generics::default(), methods);
    let mut sample = Sample::new().opaque("Wrap", generics.clone()).block(
        wrapped(Ty::Generic("T".to_owned())),
        None,
        generics,
        shared_block,
    );
    for (name, word) in [("a", "u8"), ("b", "u16")] {
        sample = sample.function(function(name, Vec::new(), Some(wrapped(prim(word)))));
        sample = block(sample, prim(word), own_block());
    }
    let plan = sample.plan();
    let origin = |id: &str| shim(&plan, id).origin.unwrap();
    assert_eq!(origin("x::Wrap<u8>::get"), origin("x::Wrap<u16>::get"));
    assert_ne!(
        origin("x::Wrap<u8>::kind"),
        origin("x::Wrap<u16>::kind"),
        "each block has its own"
    );
    let [skip] = &plan.skipped[..] else {
        panic!("{:?}", plan.skipped)
    };
    assert_eq!(
        (skip.name.as_str(), skip.owners.as_slice(), skip.counted),
        ("raw", &[0, 1][..], true)
    );
}

#[test]
fn functions_that_no_instance_has_are_skipped() {
    let generics = over_t();
    let wrapped = |name: &str| path("x::Wrap", vec![Arg::Type(prim(name))]);
    let method = |name: &str| vec![function(name, vec![("self", reference(None, false, me()))], None)];
    let plan = Sample::new()
        .opaque("Wrap", generics)
        .block(wrapped("u8"), None, Generics::default(), method("here"))
        .block(wrapped("u16"), None, Generics::default(), method("there"))
        .function(function("a", Vec::new(), Some(wrapped("u8"))))
        .plan();
    assert!(shim(&plan, "x::Wrap<u8>::here").counted);
    let skips: Vec<_> = plan
        .skipped
        .iter()
        .map(|skip| (skip.path.as_str(), skip.code, skip.counted))
        .collect();
    assert_eq!(skips, [("x::Wrap::there", SkipCode::Generic, true)]);
}

#[test]
fn a_generic_type_that_nothing_instantiates_is_skipped_with_its_methods() {
    let generics = over_t();
    let len = function(
        "len",
        vec![("self", reference(None, false, me()))],
        Some(prim("usize")),
    );
    let plan = Sample::new()
        .opaque("Wrap", generics.clone())
        .block(
            path("x::Wrap", vec![Arg::Type(Ty::Generic("T".to_owned()))]),
            None,
            generics,
            vec![len],
        )
        .plan();
    let skips: Vec<_> = plan
        .skipped
        .iter()
        .map(|skip| (skip.path.as_str(), skip.code, skip.counted))
        .collect();
    assert_eq!(
        skips,
        [
            ("x::Wrap", SkipCode::Generic, false),
            ("x::Wrap::len", SkipCode::Generic, true)
        ]
    );
}
