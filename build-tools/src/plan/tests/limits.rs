//! Plans of callables that could be compiled in many ways.

use super::judge::a_trait;
use super::*;

/// A trait of the crate's own that flags, numbers and text implement, and lists of what does.
fn words() -> Sample {
    let words = TraitRef {
        def: key("x::Words"),
        args: Args::default(),
    };
    let text = reference(None, false, prim("str"));
    let mut sample = a_trait(Sample::new(), "Words", Vec::new());
    let string = path("alloc::string::String", Vec::new());
    for ty in [prim("bool"), prim("i64"), prim("f64"), prim("u8"), text, string] {
        sample = sample.block(ty, Some(words.clone()), Generics::default(), Vec::new());
    }
    let such = bounded(function("", Vec::new(), None), "T", "x::Words", Vec::new()).generics;
    let item = || Ty::Generic("T".to_owned());
    let slice = reference(Some("'a"), false, Ty::Slice(Box::new(item())));
    for ty in [slice, path("alloc::vec::Vec", vec![Arg::Type(item())])] {
        sample = sample.block(ty, Some(words.clone()), such.clone(), Vec::new());
    }
    sample
}

/// A function of parameters `names`, each of a type of its own that meets `trait_`.
fn over(name: &str, names: &[&str], trait_: &str, args: &[Arg]) -> Function {
    let params = names.iter().map(|one| (*one, Ty::Generic(one.to_uppercase())));
    let made = function(name, params.collect(), None);
    names.iter().fold(made, |made, one| {
        bounded(made, &one.to_uppercase(), trait_, args.to_vec())
    })
}

fn ids(plan: &Plan) -> Vec<&str> {
    plan.shims.iter().map(|shim| shim.id.as_str()).collect()
}

#[test]
fn what_is_a_list_of_such_is_bytes_and_a_list_of_text() {
    let plan = words().function(over("put", &["a"], "x::Words", &[])).plan();
    assert_eq!(
        ids(&plan),
        [
            "x::put<bool>",
            "x::put<i64>",
            "x::put<f64>",
            "x::put<&str>",
            "x::put<&[u8]>",
            "x::put<Vec<String>>",
        ]
    );
}

#[test]
fn text_is_taken_wherever_there_is_a_choice() {
    let plan = words()
        .function(over("put", &["a", "b", "c"], "x::Words", &[]))
        .plan();
    let ids = ids(&plan);
    assert_eq!(ids.len(), 9);
    assert!(ids.contains(&"x::put<&str, &str, &str>"), "{ids:?}");
    assert!(ids.contains(&"x::put<&str, &str, i64>"), "{ids:?}");
    assert!(ids.contains(&"x::put<i64, i64, i64>"), "{ids:?}");
}

#[test]
fn a_crate_with_many_generic_functions_gets_fewer_shims_of_each() {
    let mut sample = words();
    for number in 0..=400 {
        sample = sample.function(over(&format!("put{number}"), &["a", "b"], "x::Words", &[]));
    }
    let plan = sample.plan();
    assert_eq!(plan.shims.len(), 401 * 4);
    assert!(ids(&plan).contains(&"x::put7<&str, &str>"));
    assert!(
        !plan.shims[0].bounds[0].missing.is_empty(),
        "what is left out is told"
    );
}

#[test]
fn what_becomes_something_is_one_choice_where_there_would_be_too_many() {
    let mut sample = Sample::new().opaque("Cell", Generics::default());
    let string = path("alloc::string::String", Vec::new());
    for ty in [prim("i64"), prim("f64"), string] {
        sample = sample.implements("Cell", "core::convert::From", vec![Arg::Type(ty)]);
    }
    let cell = [Arg::Type(path("x::Cell", Vec::new()))];
    let plan = sample
        .function(over("one", &["a"], "core::convert::Into", &cell))
        .function(over("row", &["a", "b", "c"], "core::convert::Into", &cell))
        .plan();
    let of = |name: &str| ids(&plan).iter().filter(|id| id.starts_with(name)).count();
    assert_eq!((of("x::one"), of("x::row")), (4, 1));
    let row = plan.shims.iter().find(|shim| shim.id == "x::row").unwrap();
    let lift = row.params[2].lift.as_deref().unwrap();
    assert!(lift.contains("OneOf<::x::Cell, (::x::Cell,"), "{lift}");
    assert!(
        format!("{:?}", row.action).contains("{2}.get()"),
        "{:?}",
        row.action
    );
}
