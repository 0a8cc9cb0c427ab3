//! Private traits that public functions ask for (`fn get<I: Index>(index: I)` with a sealed `Index`): rustdoc lists no
//! implementors of those, so what Python has is tried, a type of each kind, and rustc says which of them meet it.

use super::choose::{Choice, Chooser, shared, text};
use super::holds;
use crate::api::{Bound, TraitRef, Ty};

/// The types that are tried. An index is the likeliest number.
fn tried() -> impl Iterator<Item = Ty> {
    let numbers = ["usize", "f64"].map(|name| Ty::Primitive(name.to_owned()));
    let bytes = Ty::Slice(Box::new(Ty::Primitive("u8".to_owned())));
    [shared(&text()), shared(&bytes)].into_iter().chain(numbers)
}

/// What was `found` for a parameter, or what is tried where `trait_` is such a trait and a value of it is passed.
pub(super) fn or_tried(
    chooser: &Chooser<'_, '_>,
    found: Vec<Choice>,
    trait_: &TraitRef,
    bounds: &[Bound],
    name: Option<&str>,
) -> Vec<Choice> {
    let ctx = chooser.ctx;
    let passed = name.is_none_or(|name| chooser.passed.contains(name));
    let own = trait_.def.krate() == ctx.api.name;
    let known = !ctx.impls_of(&trait_.def).is_empty() || holds::described(ctx, &trait_.def);
    if !found.is_empty() || !passed || !own || known {
        return found;
    }
    tried()
        .filter(|ty| holds::meets(ctx, ty, bounds))
        .map(|ty| Choice { ty, iterate: false })
        .collect()
}
