//! Which types discovery takes up: what is whole, may have a wire form of its own, and nests no deeper than allowed.

use super::ctx::Ctx;
use super::fold::{any, closed, each};
use super::spell::Lifetimes;
use super::stdlib::{self, StdClass};
use super::{held, items, mappings, streams, wire};
use crate::api::{Arg, DefKind, Ty};

/// All its parameters have arguments, and it is closed.
pub(super) fn complete(ctx: &Ctx<'_>, ty: &Ty) -> bool {
    let Ty::Path { def, args } = ty else { return false };
    let wanted = ctx
        .def(def)
        .map_or(0, |def| super::ctx::parameters(&def.generics).len());
    let given = args
        .args
        .iter()
        .filter(|arg| !matches!(arg, Arg::Lifetime(_)))
        .count();
    given >= wanted
        && constants(ctx, ty)
        && closed(ty)
        && !any(ty, &|part| matches!(part, Ty::RawPointer { .. }))
}

/// Every constant argument can be written: a literal, or the default, which is left out.
fn constants(ctx: &Ctx<'_>, ty: &Ty) -> bool {
    !any(ty, &|part| match part {
        Ty::Path { def, args } => args.args.iter().enumerate().any(|(at, arg)| match arg {
            Arg::Const(text) => {
                !super::spell::is_literal(text) && !super::spell::is_default(ctx, def, at, arg)
            }
            _ => false,
        }),
        _ => false,
    })
}

/// It may have a wire form of its own.
pub(super) fn eligible(ctx: &Ctx<'_>, ty: &Ty) -> bool {
    let Ty::Path { def, .. } = ty else { return false };
    if wire::mapped(ctx, ty).is_some()
        || mappings::find(ctx, ty).is_some()
        || wire::bytes_like(ctx, ty)
        || wire::text_like(ctx, ty)
    {
        return false;
    }
    if stdlib::is_std(def) {
        return stdlib::class(def) == Some(StdClass::Handle);
    }
    let known = ctx.def(def).is_some_and(|def| match &def.kind {
        DefKind::Struct(_) | DefKind::Enum { .. } | DefKind::Union => true,
        DefKind::Opaque { what } => matches!(what.as_str(), "struct" | "enum" | "union"),
        _ => false,
    });
    known && ctx.spell(ty, Lifetimes::All("'h")).is_ok()
}

/// It is generic over numbers and nothing else.
pub(super) fn is_over_numbers(ty: &Ty) -> bool {
    let Ty::Path { args, .. } = ty else { return false };
    let mut args = wire::type_args(args).peekable();
    let number = |arg: &Ty| matches!(arg, Ty::Primitive(_)) && streams::modes(arg).is_none();
    args.peek().is_some() && args.all(number)
}

/// How deep a type nests. What another crate's type is made of (a number written as a type) is that crate's business.
pub(super) fn depth(ctx: &Ctx<'_>, ty: &Ty) -> usize {
    match ty {
        Ty::Path { def, .. } if stdlib::class(def) == Some(StdClass::Handle) => 0,
        // A type over items of Python's, or over a stream, is as good as one that is not generic.
        _ if items::gathers(ty) => 0,
        Ty::Path { .. } if held::parts(ty).is_some() => 1,
        Ty::Path { def, .. } if !stdlib::is_std(def) && !ctx.own(def) => 1,
        Ty::Path { args, .. } => {
            let inner = args.args.iter().map(|arg| {
                if let Arg::Type(ty) = arg {
                    depth(ctx, ty)
                } else {
                    0
                }
            });
            1 + inner.max().unwrap_or(0)
        }
        Ty::Primitive(_) if streams::modes(ty).is_some() => 0,
        // As in `fn with_key(self) -> Both<(Key, T)>`.
        Ty::Tuple(parts) => {
            let part = |ty: &Ty| usize::from(matches!(ty, Ty::Tuple(_))) + depth(ctx, ty);
            parts.iter().map(part).max().unwrap_or(0)
        }
        // Or `fn as_ref(&self) -> Both<&T>` would never end.
        Ty::Ref { ty, .. } if matches!(**ty, Ty::Ref { .. }) => 1 + depth(ctx, ty),
        Ty::Slice(ty) | Ty::Array { ty, .. } | Ty::Ref { ty, .. } => depth(ctx, ty),
        _ => {
            let mut count = 0;
            each(ty, &mut |_| count += 1);
            count
        }
    }
}
