//! What types are to Python: of those that are the same there, one is enough.

use std::collections::BTreeMap;

use super::choose::is_boxed;
use super::ctx::Ctx;
use super::fold::{closed, each, erase};
use super::types::Types;
use super::wire::{Class, check_param, class, is_bytes, is_text, type_args};
use super::{closures, listed, named, random, stand_in, stdlib, streams};
use crate::api::Ty;

/// What a type is to Python: its place among the kinds, and a word.
pub(super) type Kind = (usize, String);

/// The best type of each kind, with its rank.
pub(super) type Kinds = BTreeMap<Kind, (usize, Ty)>;

/// Of the types that are the same to Python, the one of the lowest rank stays.
pub(super) fn best(kinds: &mut Kinds, kind: Kind, rank: usize, ty: Ty) {
    let entry = kinds.entry(kind).or_insert_with(|| (rank, ty.clone()));
    if rank < entry.0 {
        *entry = (rank, ty);
    }
}

/// A sized implementor that Python can pass.
pub(super) fn passable(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> bool {
    if !closed(ty) {
        return false;
    }
    match ty {
        Ty::Slice(_) => false,
        Ty::Primitive(name) => name != "str",
        Ty::Ref {
            mutable: false, ty, ..
        } => is_text(ty) || is_bytes(ty) || stand_in::is_dynamic(ty) || is_handle(ctx, types, ty),
        Ty::Ref { .. } => false,
        Ty::Path { def, .. } if stdlib::is_unsized(def) => false,
        Ty::Path { .. } => {
            matches!(class(ctx, types, ty), Class::Type(..)) || check_param(ctx, types, ty, "").is_ok()
        }
        Ty::Tuple(parts) => !parts.is_empty() && parts.iter().all(|part| passable(ctx, types, part)),
        _ => false,
    }
}

fn is_handle(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> bool {
    matches!(
        class(ctx, types, ty),
        Class::Type(_, usecrate_manifest::Kind::Handle)
    )
}

/// What it is to Python, and its rank among the types that are the same there.
pub(super) fn kind_of(ctx: &Ctx<'_>, ty: &Ty) -> (Kind, usize) {
    const INTEGERS: &[&str] = &[
        "i64", "u64", "i128", "u128", "isize", "usize", "i32", "u32", "i16", "u16", "i8", "u8",
    ];
    let plain = |order: usize, word: &str, rank: usize| ((order, word.to_owned()), rank);
    // Of many types those that are made of few others come first; what is called alike in two modules is not the same.
    let shown = |ty: &Ty| {
        let ty = erase(ty);
        let text = ctx.show(&ty);
        let mut paths: Vec<String> = Vec::new();
        each(&ty, &mut |part| {
            if let Ty::Path { def, .. } = part {
                paths.push(def.0.clone());
            }
        });
        format!("{:03}{text} {}", text.matches('<').count(), paths.join(" "))
    };
    match ty {
        _ if closures::number(ty).is_some() => plain(7, "callable", 0),
        _ if streams::modes(ty).is_some() => plain(6, "stream", 0),
        // It may be left out.
        _ if random::is(ty) => plain(9, "random", 0),
        _ if listed::is(ty) => plain(4, "list", 0),
        _ if named::is(ty) => plain(4, "named", 0),
        // It takes whatever the others do not.
        _ if stand_in::is_dynamic(ty) => plain(8, "any", 0),
        Ty::Ref { ty, .. } if stand_in::is_dynamic(ty) => plain(8, "any", 1),
        Ty::Primitive(name) if name == "bool" => plain(0, "bool", 0),
        Ty::Primitive(name) if name == "f64" => plain(2, "float", 0),
        Ty::Primitive(name) if name == "f32" => plain(2, "float", 1),
        // Text of one character is text, where there is a choice.
        Ty::Primitive(name) if name == "char" => plain(3, "str", 4),
        Ty::Primitive(name) => match INTEGERS.iter().position(|have| have == name) {
            Some(rank) => plain(1, "int", rank),
            None => plain(3, name, 0),
        },
        Ty::Ref { ty, .. } if is_text(ty) => plain(3, "str", 0),
        Ty::Ref { ty, .. } if is_bytes(ty) => plain(4, "bytes", 0),
        Ty::Path { def, .. } if stdlib::is(def, "String") => plain(3, "str", 1),
        Ty::Path { def, args } if stdlib::is(def, "Cow") && type_args(args).all(is_text) => {
            plain(3, "str", 2)
        }
        Ty::Path { def, args } if is_boxed(def) && type_args(args).all(is_text) => plain(3, "str", 3),
        // Ends that may be given in either way are given in the usual one.
        Ty::Path { def, .. } if stdlib::range_of(ty).is_some() => {
            let item = stdlib::range_of(ty).map(|item| kind_of(ctx, item));
            let ((order, word), rank) = item.unwrap_or_default();
            let closed = usize::from(!stdlib::is(def, "Range"));
            plain(5, &format!("000range{order}{word}"), 2 * rank + closed)
        }
        // Who can be lent need not be used up.
        Ty::Ref {
            mutable: false, ty, ..
        } => plain(5, &shown(ty), 0),
        _ => plain(5, &shown(ty), 1),
    }
}
