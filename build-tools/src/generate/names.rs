//! Every name that the bridge declares is made here.
//!
//! ```text
//! bridge-name = "__uc_f" shim-id        one function per shim
//!             | "__UcFamily" type-id    the family of a type with lifetimes
//!             | "__UcLike_" path        stands for a trait that cannot be `dyn`; made in the plan
//!             | "__UcHost" host-id     what an object of Python's becomes; made in the plan
//!             | "__UcHost" host-id "Without" hook  the same without a method
//!             | "__uc_without_uchost" host-id      makes that; with numbers behind it, one of its methods
//!             | "__UcMarker"            makes the impls the bridge's own
//!             | "__uc"                  `usecrate_runtime::private`
//!             | "__uc_arg" | "__uc_kept"  declared by `artifact!`: lift an argument for the call, for the group
//!             | "__uc_arg_in_parent" | "__uc_kept_in_parent" | "__uc_nested"  the same with the group's parent
//! local-name  = "call" | "a" number
//! ```
//!
//! Numbers are positions in the plan, so a name stays the same while proving drops others.

use proc_macro2::{Ident, Span};

use crate::plan::model::{self, MARKER, ShimId, Stay, TypeId};

pub(super) fn shim(id: ShimId) -> Ident {
    ident(&format!("__uc_f{id}"))
}

pub(super) fn family(id: TypeId) -> Ident {
    ident(&model::family(id))
}

pub(super) fn argument(position: usize) -> Ident {
    ident(&format!("a{position}"))
}

pub(super) fn marker() -> Ident {
    ident(MARKER)
}

pub(super) fn private() -> Ident {
    ident("__uc")
}

pub(super) fn lift(stay: Stay) -> Ident {
    ident(match stay {
        Stay::Call => "__uc_arg",
        Stay::Group => "__uc_kept",
        Stay::CallInParent => "__uc_arg_in_parent",
        Stay::Parent => "__uc_kept_in_parent",
        Stay::Nested => "__uc_nested",
    })
}

fn ident(text: &str) -> Ident {
    Ident::new(text, Span::call_site())
}
