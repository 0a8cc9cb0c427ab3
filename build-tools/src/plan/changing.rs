//! Callables that are passed a value to change: `FnMut(&K, &mut V) -> bool`, where `V` crosses by value.
//!
//! Python has a copy of the value. What it is to be the callable gives behind its result, as a call gives what Rust left in
//! an argument; where it gives the result alone, the value stays as it is.

use super::ctx::Ctx;
use super::outs;
use super::returned::parts_of_result;
use super::types::{Types, has_lifetimes};
use super::wire::by_value;
use crate::api::Ty;

/// Which parameter of a callable is such a value, if one is, and its type. What has several, or a result that might be taken
/// for one with a value behind it, has none.
pub(super) fn of<'t>(ctx: &Ctx<'_>, types: &Types, params: &'t [Ty], output: &Ty) -> Option<(usize, &'t Ty)> {
    let changed = |(at, ty): (usize, &'t Ty)| {
        let value = outs::target(ty)?;
        (by_value(ctx, types, value) && !has_lifetimes(value)).then_some((at, value))
    };
    let mut all = params.iter().enumerate().filter_map(changed);
    match (all.next(), all.next()) {
        (one, None) if is_nothing(given(output)) || is_one(given(output)) => one,
        _ => None,
    }
}

/// What is lifted of what it gives, where that was `one`, and the value is of type `value`.
pub(super) fn lifted(output: &Ty, one: &str, value: &str) -> String {
    match is_nothing(given(output)) {
        true => format!("::usecrate_runtime::private::Changed<{value}>"),
        false => format!("::usecrate_runtime::private::Changing<{one}, {value}>"),
    }
}

/// What Python gives: an `Err` is an exception there.
fn given(output: &Ty) -> &Ty {
    parts_of_result(output).map_or(output, |(ok, _)| ok)
}

fn is_nothing(ty: &Ty) -> bool {
    matches!(ty, Ty::Tuple(parts) if parts.is_empty())
}

/// A truth value, a number or a character.
fn is_one(ty: &Ty) -> bool {
    matches!(ty, Ty::Primitive(name) if !name.starts_with('@') && name != "never" && name != "str")
}
