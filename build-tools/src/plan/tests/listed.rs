//! Plans of traits that stand for the arguments of something.

use super::judge::{a_trait, by, clause, generic, over, taking, with};
use super::*;

/// `trait Row`, for tuples, and `trait ToCell`, for the crate's own values and numbers.
fn rows() -> Sample {
    let mut sample = a_trait(Sample::new(), "ToCell", Vec::new());
    sample = a_trait(sample, "Row", Vec::new()).opaque("Value", Generics::default());
    let string = path("alloc::string::String", Vec::new());
    for ty in [prim("bool"), prim("i64"), prim("f64"), string] {
        sample = sample.implements("Value", "core::convert::From", vec![Arg::Type(ty)]);
    }
    sample = sample.implements("Value", "x::ToCell", Vec::new());
    let row = || Some(by("x::Row", Vec::new(), Vec::new()));
    let cell = || by("x::ToCell", Vec::new(), Vec::new());
    let one = with(over(&["A"]), vec![clause(generic("A"), cell())]);
    sample
        .block(prim("i64"), Some(cell()), Generics::default(), Vec::new())
        .block(Ty::Tuple(vec![generic("A")]), row(), one, Vec::new())
}

/// Whatever iterates over cells.
fn iterating() -> Generics {
    let item = Ty::Projection {
        self_ty: Box::new(generic("I")),
        trait_: Some(by("core::iter::IntoIterator", Vec::new(), Vec::new())),
        name: "Item".to_owned(),
        args: Args::default(),
    };
    let bounds = vec![
        clause(
            generic("I"),
            by("core::iter::IntoIterator", Vec::new(), Vec::new()),
        ),
        clause(item, by("x::ToCell", Vec::new(), Vec::new())),
    ];
    with(over(&["I"]), bounds)
}

/// `fn cells<I>(all: I) -> Cells<I>`, and `impl<I> Row for Cells<I>`.
fn with_cells(sample: Sample) -> Sample {
    let cells = || path("x::Cells", vec![Arg::Type(generic("I"))]);
    let row = Some(by("x::Row", Vec::new(), Vec::new()));
    sample
        .opaque("Cells", over(&["I"]))
        .function(taking(
            "cells",
            vec![("all", generic("I"))],
            Some(cells()),
            iterating(),
        ))
        .block(cells(), row, iterating(), Vec::new())
}

/// `impl<T: ToCell> Row for &[(&str, &T)]`
fn with_names(sample: Sample) -> Sample {
    let name = reference(None, false, prim("str"));
    let pair = Ty::Tuple(vec![name, reference(None, false, generic("T"))]);
    let generics = with(
        over(&["T"]),
        vec![clause(generic("T"), by("x::ToCell", Vec::new(), Vec::new()))],
    );
    let row = Some(by("x::Row", Vec::new(), Vec::new()));
    sample.block(
        reference(None, false, Ty::Slice(Box::new(pair))),
        row,
        generics,
        Vec::new(),
    )
}

/// A function whose last parameter is a row.
fn entering() -> Function {
    let params = vec![("name", prim("u8")), ("row", generic("R"))];
    let row = clause(generic("R"), by("x::Row", Vec::new(), Vec::new()));
    taking("enter", params, None, with(over(&["R"]), vec![row]))
}

fn planned(sample: Sample) -> Vec<Shim> {
    let plan = sample.function(entering()).plan();
    let of = |shim: &Shim| shim.id.starts_with("x::enter");
    plan.shims.into_iter().filter(of).collect()
}

fn text(shim: &Shim) -> String {
    format!("{:?}", shim.action)
}

#[test]
fn a_list_of_values_is_what_a_function_makes_of_whatever_iterates() {
    let shims = planned(with_cells(rows()));
    let [shim] = &shims[..] else {
        panic!("{shims:?}");
    };
    let lift = shim.params[1].lift.as_deref().unwrap();
    assert!(
        lift.starts_with("::std::vec::Vec<::usecrate_runtime::private::OneOf<::x::Value,"),
        "{lift}"
    );
    assert!(text(shim).contains("::x::cells({1}"), "{}", text(shim));
}

#[test]
fn a_dict_of_values_is_a_slice_of_names_with_values() {
    let shims = planned(with_names(with_cells(rows())));
    let ids: Vec<&str> = shims.iter().map(|shim| shim.id.as_str()).collect();
    assert_eq!(ids, ["x::enter<[Value]>", "x::enter<{Value}>"]);
    let lift = shims[1].params[1].lift.as_deref().unwrap();
    assert!(
        lift.starts_with("::usecrate_runtime::private::Entries<::std::string::String, "),
        "{lift}"
    );
    assert!(
        text(&shims[1]).contains("(name.as_str(), one)"),
        "{}",
        text(&shims[1])
    );
}

#[test]
fn without_a_type_for_values_of_any_kind_there_is_no_list_of_such() {
    let mut sample = with_names(with_cells(rows()));
    sample.0.impls.retain(|impl_| {
        let of = impl_.trait_.as_ref().map(|one| one.def.name().to_owned());
        of.as_deref() != Some("From")
    });
    let shims = planned(sample);
    let ids: Vec<&str> = shims.iter().map(|shim| shim.id.as_str()).collect();
    assert!(ids.iter().all(|id| !id.contains(['[', '{'])), "{ids:?}");
}

#[test]
fn a_row_at_the_end_may_be_left_out_where_nothing_is_one() {
    let row = || Some(by("x::Row", Vec::new(), Vec::new()));
    let none = Ty::Tuple(Vec::new());
    for empty in [false, true] {
        let mut sample = with_cells(rows());
        if empty {
            sample = sample.block(none.clone(), row(), Generics::default(), Vec::new());
        }
        let shims = planned(sample);
        let [shim] = &shims[..] else {
            panic!("{shims:?}");
        };
        assert_eq!(shim.params[1].optional, empty);
        assert_eq!(
            text(shim).contains("{1}.unwrap_or_default()"),
            empty,
            "{}",
            text(shim)
        );
    }
}
