//! What Rust wants for ever: `&'static T`. Plain data is copied and never dropped; each different value once.

use super::ctx::Ctx;
use super::types::Types;
use super::wire::{by_value, is_text};
use crate::api::Ty;

/// What is made of an argument that must live for ever: the type that is lifted, if it is data.
pub(super) fn target(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> Option<Ty> {
    let Ty::Ref {
        lifetime: Some(name),
        mutable: false,
        ty: inner,
    } = ty
    else {
        return None;
    };
    if name != "'static" {
        return None;
    }
    let owned = match &**inner {
        text if is_text(text) => super::choose::std_type("alloc::string::String"),
        Ty::Slice(item) => super::choose::list((**item).clone()),
        other => other.clone(),
    };
    by_value(ctx, types, &owned).then_some(owned)
}

/// What a function is called with: no more than it says that it takes, which may be what chooses it
/// (`impl From<&'static str> for Kind`).
pub(super) fn argument(ty: &Ty) -> &'static str {
    match ty {
        Ty::Ref { ty, .. } if is_text(ty) || matches!(**ty, Ty::Slice(_)) => "&**{}.lasting()",
        _ => "{}.lasting()",
    }
}

/// The type that a shim lifts; `inner` is that of the value.
pub(super) fn forever(inner: &str) -> String {
    format!("::usecrate_runtime::private::Forever<{inner}>")
}
