//! Parameters that Rust changes in place: memory that it fills, and values whose last state is part of the result.

use usecrate_manifest::Kind;

use super::closures::Arrival;
use super::ctx::Ctx;
use super::fold::erase;
use super::stdlib::{self, StdClass};
use super::types::Types;
use super::wire::{Class, class, contents, is_bytes, is_text, type_args};
use crate::api::Ty;

/// What `&mut T` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Memory that is filled in place.
    Buffer,
    /// A value that comes back in the result; it may be left out if it has a default.
    Out {
        /// `T: Default`
        default: bool,
    },
    /// The same of a foreign type that is bytes in all but name.
    Bytes,
    /// A list that comes back in the result, and has to be given: its length is the caller's to say.
    List,
    /// A list that what the call makes goes on changing, or what a result borrows that was read into it: the group keeps it.
    Kept,
}

/// How a parameter is changed, if it is one that is and no handle. `others`: the other parameters; `output`: the result.
pub(super) fn change<'t>(
    ctx: &Ctx<'_>,
    types: &Types,
    ty: &Ty,
    others: impl Iterator<Item = &'t Ty>,
    output: Option<&'t Ty>,
) -> Option<Change> {
    let inner = target(ty)?;
    if is_buffer(ty) {
        return Some(Change::Buffer);
    }
    if let Ty::Slice(item) = inner {
        let Ty::Ref { lifetime, .. } = ty else { return None };
        let name = lifetime.as_deref().unwrap_or_default();
        let kept = others
            .chain(output)
            .any(|other| super::lifetimes::names(other, name));
        let change = if kept { Change::Kept } else { Change::List };
        let handle = matches!(class(ctx, types, item), Class::Type(_, Kind::Handle));
        return (handle || crosses(ctx, types, item)).then_some(change);
    }
    if class(ctx, types, inner) == Class::Bytes {
        return Some(Change::Bytes);
    }
    if !crosses(ctx, types, inner) {
        return None;
    }
    let default = has_default(ctx, types, inner);
    let borrowed = default && output.is_some_and(|output| lends(output, ty));
    Some(if borrowed {
        Change::Kept
    } else {
        Change::Out { default }
    })
}

/// The result borrows what the reference `ty` is to.
fn lends(output: &Ty, ty: &Ty) -> bool {
    matches!(ty, Ty::Ref { lifetime: Some(name), .. } if super::lifetimes::names(output, name))
}

/// The `T` of `&mut T`.
pub(super) fn target(ty: &Ty) -> Option<&Ty> {
    match ty {
        Ty::Ref {
            mutable: true, ty, ..
        } => Some(ty),
        _ => None,
    }
}

/// `&mut [T]` of numbers, or `&mut [MaybeUninit<T>]`.
pub(super) fn is_buffer(ty: &Ty) -> bool {
    const NUMBERS: &[&str] = &[
        "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "usize", "isize", "f32", "f64",
    ];
    let Some(Ty::Slice(item)) = target(ty) else {
        return false;
    };
    // Memory that need not be initialised is memory all the same.
    let item = match &**item {
        Ty::Path { def, args } if stdlib::is_trait(def, "MaybeUninit") => type_args(args).next(),
        item => Some(item),
    };
    matches!(item, Some(Ty::Primitive(name)) if NUMBERS.contains(&name.as_str()))
}

/// A sized type that goes in and comes out by value; handles only inside containers.
fn crosses(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> bool {
    let part =
        |ty: &Ty| crosses(ctx, types, ty) || matches!(class(ctx, types, ty), Class::Type(_, Kind::Handle));
    match ty {
        // Names with `@` stand for types of the runtime.
        Ty::Primitive(name) => {
            !matches!(name.as_str(), "never" | "str" | "f16" | "f128") && !name.starts_with('@')
        }
        Ty::Tuple(parts) => !parts.is_empty() && parts.len() <= 12 && parts.iter().all(part),
        Ty::Array { ty, len } => len.chars().all(|c| c.is_ascii_digit()) && part(ty),
        Ty::Ref {
            mutable: false, ty, ..
        } => is_text(ty) || is_bytes(ty),
        Ty::Path { def, args } => match class(ctx, types, ty) {
            Class::Std(StdClass::Value) => !stdlib::is_unsized(def),
            Class::Std(StdClass::Container) if super::items::gathers(ty) => false,
            Class::Std(StdClass::Container) => {
                let pointer = ["Box", "Arc", "Rc", "Mutex", "RwLock"];
                !pointer.iter().any(|name| stdlib::is(def, name)) && contents(def, args).all(part)
            }
            Class::Mapped => true,
            Class::Value(mapping) => mapping.contents(ty).all(part),
            Class::Type(_, kind) => kind != Kind::Handle,
            _ => false,
        },
        _ => false,
    }
}

/// `T: Default`, where the plan knows it.
fn has_default(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> bool {
    let default = |ty: &Ty| has_default(ctx, types, ty);
    match ty {
        Ty::Primitive(name) => name != "never",
        Ty::Tuple(parts) => parts.iter().all(default),
        Ty::Array { ty, len } => len.parse::<u8>().is_ok_and(|len| len <= 32) && default(ty),
        Ty::Ref { ty, .. } => is_text(ty) || is_bytes(ty),
        Ty::Path { def, args } => match class(ctx, types, ty) {
            Class::Std(StdClass::Value) => {
                let known = ["String", "PathBuf", "OsString", "CString", "Duration"];
                known.iter().any(|name| stdlib::is(def, name)) || stdlib::is_c_number(def)
            }
            Class::Std(StdClass::Container) => {
                let empty = [
                    "Option",
                    "Vec",
                    "VecDeque",
                    "HashMap",
                    "HashSet",
                    "BTreeMap",
                    "BTreeSet",
                    "LinkedList",
                    "BinaryHeap",
                ];
                empty.iter().any(|name| stdlib::is(def, name))
                    || (stdlib::is(def, "Range") || stdlib::is(def, "Cow"))
                        && type_args(args).all(|ty| is_text(ty) || is_bytes(ty) || default(ty))
            }
            Class::Mapped => true,
            Class::Value(_) => ctx.has_std(&erase(ty), "Default"),
            Class::Type(..) => ctx.has_std(&erase(ty), "Default"),
            _ => false,
        },
        _ => false,
    }
}

/// An out-parameter: where it stands, and whether it has a default; `None` of bytes by another name.
pub(super) type OutParam = (usize, Option<bool>);

/// How an argument arrives that is bytes by another name, or a reference to them.
pub(super) fn bytes(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> Option<Arrival> {
    let (reference, inner) = match ty {
        Ty::Ref {
            mutable: false, ty, ..
        } => ("&", &**ty),
        ty => ("", ty),
    };
    (class(ctx, types, inner) == Class::Bytes).then(|| Arrival {
        lift: "::usecrate_runtime::private::GivenBytes<_>".to_owned(),
        argument: format!("{reference}{{}}.given()"),
    })
}

/// The type that a shim lifts for what is kept and changed; `inner` is that of the value, or of a list's items.
pub(super) fn in_place(ty: &Ty, lifetime: &str, inner: &str) -> String {
    let name = if matches!(target(ty), Some(Ty::Slice(_))) {
        "InPlace"
    } else {
        "Room"
    };
    format!("::usecrate_runtime::private::{name}<{lifetime}, {inner}>")
}

/// The type that a shim lifts for an out-parameter; `inner` is that of the value, or `_`.
pub(super) fn initial(inner: &str, default: Option<bool>) -> String {
    match default {
        Some(default) => format!("::usecrate_runtime::private::Initial<{inner}, {default}>"),
        None => "::usecrate_runtime::private::InitialBytes<_>".to_owned(),
    }
}

/// The variable that the callee changes.
pub(super) fn variable(at: usize) -> String {
    format!("__uc_o{at}")
}

/// The `Ok` type and whether there is one, of a result.
pub(super) fn success<'t>(ctx: &Ctx<'_>, types: &Types, output: Option<&'t Ty>) -> (Option<&'t Ty>, bool) {
    let unit = |ty: &Ty| matches!(ty, Ty::Tuple(parts) if parts.is_empty());
    match output {
        Some(ty @ Ty::Path { args, .. }) if class(ctx, types, ty) == Class::Std(StdClass::Result) => {
            (type_args(args).next().filter(|ty| !unit(ty)), true)
        }
        other => (other.filter(|ty| !unit(ty)), false),
    }
}

/// The call, with what it left in its out-parameters behind its result. `value`: it has one; `fallible`: in a `Result`.
pub(super) fn compose(call: &str, outs: &[OutParam], value: bool, fallible: bool) -> String {
    let start: Vec<String> = outs
        .iter()
        .map(|(at, _)| format!("let mut {} = {{{at}}}.start();", variable(*at)))
        .collect();
    let left = |(at, default): &OutParam| match default {
        Some(_) => variable(*at),
        None => format!("::usecrate_runtime::private::bytes_of(&{})", variable(*at)),
    };
    let mut parts: Vec<String> = outs.iter().map(left).collect();
    if value {
        parts.insert(0, "__uc_result".to_owned());
    }
    let given = match &parts[..] {
        [one] => one.clone(),
        many => format!("({})", many.join(", ")),
    };
    let end = match (fallible, value) {
        (true, true) => format!("{call}.map(|__uc_result| {given})"),
        (true, false) => format!("{call}.map(|()| {given})"),
        (false, true) => format!("let __uc_result = {call}; {given}"),
        (false, false) => format!("{call}; {given}"),
    };
    format!("{{ {} {end} }}", start.join(" "))
}

#[cfg(test)]
mod tests {
    use super::compose;

    #[test]
    fn what_is_left_stands_behind_the_result() {
        assert_eq!(
            compose("f(&mut __uc_o0)", &[(0, Some(true))], false, false),
            "{ let mut __uc_o0 = {0}.start(); f(&mut __uc_o0); __uc_o0 }"
        );
        assert!(
            compose("f()", &[(1, Some(true)), (2, Some(false))], true, true)
                .ends_with("f().map(|__uc_result| (__uc_result, __uc_o1, __uc_o2)) }")
        );
        assert!(compose("f()", &[(1, Some(true))], false, true).ends_with("f().map(|()| __uc_o1) }"));
        assert!(
            compose("f()", &[(1, Some(true))], true, false)
                .ends_with("let __uc_result = f(); (__uc_result, __uc_o1) }")
        );
        let bytes = "::usecrate_runtime::private::bytes_of(&__uc_o1)";
        let composed = compose("f()", &[(1, None)], true, true);
        assert!(composed.ends_with(&format!("f().map(|__uc_result| (__uc_result, {bytes})) }}")));
    }
}
