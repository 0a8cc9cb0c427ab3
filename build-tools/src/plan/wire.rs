//! Which types cross, and how: the plan's idea of what `runtime` can lift and lower. Where it does not know it says
//! yes: rustc judges later.

use usecrate_manifest::{Kind, SkipCode};

use super::ctx::Ctx;
use super::fold::{erase, unify};
use super::mappings::{self, Mapping};
use super::model::TypeId;
use super::spell::Lifetimes;
use super::stdlib::{self, StdClass};
use super::types::Types;
use super::{closures, held, hosts, items, listed, named, objects, outs, random, streams};
use crate::api::{Arg, Args, DefKey, Ty};

/// Foreign types that `runtime` maps itself: crate, name, feature of `runtime`, whether they are plain data of any shape.
const MAPPED: &[(&str, &str, &str, bool)] = &[
    ("serde_json", "Value", "serde_json", true),
    ("serde_json", "Map", "serde_json", false),
    ("bytes", "Bytes", "bytes", false),
    ("bytes", "BytesMut", "bytes", false),
];

/// Why something is left out.
#[derive(Debug, Clone)]
pub(super) struct Reason {
    /// The stable code.
    pub(super) code: SkipCode,
    /// What stands in the way, and what to do.
    pub(super) message: String,
}

impl Reason {
    /// A reason.
    pub(super) fn new(code: SkipCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// What a path type is on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A standard type.
    Std(StdClass),
    /// A foreign type that `runtime` maps.
    Mapped,
    /// A foreign type of the table of value mappings.
    Value(&'static Mapping),
    /// A type of the plan.
    Type(TypeId, Kind),
    /// A foreign type that gives bytes: only as a whole result.
    Bytes,
    /// A foreign type that gives text: only as a whole result.
    Text,
    /// None of these.
    Unknown,
}

/// The feature of `runtime` that maps a foreign type; a type is never mapped in its own crate.
pub(super) fn mapped(ctx: &Ctx<'_>, ty: &Ty) -> Option<&'static str> {
    row(ctx, ty).map(|row| row.2)
}

fn row(ctx: &Ctx<'_>, ty: &Ty) -> Option<&'static (&'static str, &'static str, &'static str, bool)> {
    let Ty::Path { def, .. } = ty else { return None };
    let krate = def.krate().split('@').next().unwrap_or_default();
    if krate == ctx.api.name {
        return None;
    }
    MAPPED.iter().find(|row| row.0 == krate && row.1 == def.name())
}

/// The crate of a foreign type that takes plain data of any shape: what else is data there is that, too.
pub(super) fn any_data<'t>(ctx: &Ctx<'_>, ty: &'t Ty) -> Option<&'t str> {
    let Ty::Path { def, .. } = ty else { return None };
    let any = row(ctx, ty).is_some_and(|row| row.3) || mappings::find(ctx, ty).is_some_and(Mapping::is_any);
    any.then(|| def.krate())
}

/// A type of that crate that crosses by value because a table says so.
pub(super) fn is_mapped_of(ctx: &Ctx<'_>, ty: &Ty, krate: &str) -> bool {
    let mapped = || mapped(ctx, ty).is_some() || mappings::find(ctx, ty).is_some();
    matches!(ty, Ty::Path { def, .. } if def.krate() == krate) && mapped()
}

/// A generic type of another crate that is bytes in all but name: `Array<u8, U32>`.
pub(super) fn bytes_like(ctx: &Ctx<'_>, ty: &Ty) -> bool {
    let Ty::Path { def, args } = ty else { return false };
    let foreign = !stdlib::is_std(def) && def.krate() != ctx.api.name;
    let of_bytes = args
        .args
        .iter()
        .any(|arg| *arg == Arg::Type(Ty::Primitive("u8".to_owned())));
    foreign
        && of_bytes
        && ctx.impls(def).iter().any(|impl_| {
            let Some(trait_) = &impl_.trait_ else { return false };
            let bytes = Ty::Slice(Box::new(Ty::Primitive("u8".to_owned())));
            stdlib::is_trait(&trait_.def, "AsRef")
                && trait_.args.args.iter().any(|arg| match arg {
                    Arg::Type(have) => {
                        let open = super::ctx::parameters(&impl_.generics);
                        unify(have, &bytes, &open, &mut super::fold::Subst::default())
                    }
                    _ => false,
                })
        })
}

/// A type of another crate that cannot be named and is text in all but name: `ArrayString<{ 2 * N }>`.
pub(super) fn text_like(ctx: &Ctx<'_>, ty: &Ty) -> bool {
    let Ty::Path { def, .. } = ty else { return false };
    if stdlib::is_std(def) || def.krate() == ctx.api.name || ctx.spell(ty, Lifetimes::Infer).is_ok() {
        return false;
    }
    ctx.impls(def).iter().any(|impl_| {
        impl_.trait_.as_ref().is_some_and(|trait_| {
            stdlib::is_trait(&trait_.def, "AsRef") && type_args(&trait_.args).any(is_text)
        })
    })
}

/// The type arguments.
pub(super) fn type_args(args: &Args) -> impl Iterator<Item = &Ty> {
    args.args.iter().filter_map(|arg| match arg {
        Arg::Type(ty) => Some(ty),
        _ => None,
    })
}

/// What is in a container of std: its arguments without hasher and allocator.
pub(super) fn contents<'t>(def: &DefKey, args: &'t Args) -> impl Iterator<Item = &'t Ty> {
    type_args(args).take(stdlib::contents(def))
}

/// What a type is on the wire.
pub(super) fn class(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> Class {
    if let Ty::Dyn { traits, .. } = ty {
        // Behind a reference.
        let known = |ty: &Ty| types.id(ty);
        return match objects::references(ty).iter().find_map(known) {
            Some(id) if objects::has_class(traits) => Class::Type(id, Kind::Handle),
            _ => Class::Unknown,
        };
    }
    if let (Ty::Path { .. } | Ty::FnPointer { .. }, Some(id)) = (ty, types.id(&erase(ty))) {
        return Class::Type(id, types.kind(id));
    }
    let Ty::Path { def, .. } = ty else {
        return Class::Unknown;
    };
    if let Some(feature) = mapped(ctx, ty) {
        ctx.features.borrow_mut().insert(feature.to_owned());
        return Class::Mapped;
    }
    if let Some(mapping) = mappings::find(ctx, ty) {
        ctx.uses(def, mapping);
        return Class::Value(mapping);
    }
    if let Some(class) = stdlib::class(def) {
        return Class::Std(class);
    }
    if bytes_like(ctx, ty) {
        Class::Bytes
    } else if text_like(ctx, ty) {
        Class::Text
    } else {
        Class::Unknown
    }
}

/// It crosses by value both ways: what a record's fields must do.
pub(super) fn by_value(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> bool {
    match ty {
        // A file object is none: it can be given out once.
        Ty::Primitive(name) => {
            !name.starts_with('@') && !matches!(name.as_str(), "never" | "str" | "f16" | "f128")
        }
        Ty::Tuple(parts) => parts.len() <= 12 && parts.iter().all(|part| by_value(ctx, types, part)),
        Ty::Array { ty, len } => len.chars().all(|c| c.is_ascii_digit()) && by_value(ctx, types, ty),
        Ty::Ref {
            mutable: false, ty, ..
        } => is_text(ty) || is_bytes(ty),
        Ty::Path { def, args } => match class(ctx, types, ty) {
            Class::Std(StdClass::Value) | Class::Mapped => !stdlib::is_unsized(def),
            Class::Std(StdClass::Container) => {
                contents(def, args).all(|ty| is_text(ty) || is_bytes(ty) || by_value(ctx, types, ty))
            }
            Class::Value(mapping) => mapping.contents(ty).all(|part| by_value(ctx, types, part)),
            Class::Type(_, kind) => kind != Kind::Handle,
            Class::Std(
                StdClass::Result | StdClass::Error | StdClass::Made | StdClass::Handle | StdClass::Iterator,
            )
            | Class::Bytes
            | Class::Text
            | Class::Unknown => false,
        },
        _ => false,
    }
}

/// Some part of it is a handle: then references to it borrow rather than copy.
pub(super) fn has_handle(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> bool {
    super::fold::any(ty, &|part| {
        matches!(class(ctx, types, part), Class::Type(_, Kind::Handle))
    })
}

/// `str`
pub(super) fn is_text(ty: &Ty) -> bool {
    matches!(ty, Ty::Primitive(name) if name == "str")
}

/// `[u8]`
pub(super) fn is_bytes(ty: &Ty) -> bool {
    matches!(ty, Ty::Slice(ty) if matches!(&**ty, Ty::Primitive(name) if name == "u8"))
}

/// Whether an argument of that type can be lifted. `what` names the parameter.
pub(super) fn check_param(ctx: &Ctx<'_>, types: &Types, ty: &Ty, what: &str) -> Result<(), Reason> {
    let show = || format!("{what} is `{}`", ctx.show(ty));
    match ty {
        Ty::Primitive(name) if name == "never" || name == "f16" || name == "f128" => Err(Reason::new(
            SkipCode::UnsupportedType,
            format!("{}, which has no value to send", show()),
        )),
        // An associated type that the impls do not tell: rustc knows it.
        Ty::Primitive(_) | Ty::Projection { .. } | Ty::Infer => Ok(()),
        Ty::Path { .. } if listed::is(ty) || named::is(ty) => Ok(()),
        Ty::Tuple(parts) => parts
            .iter()
            .try_for_each(|part| check_param(ctx, types, part, what)),
        Ty::Slice(ty) | Ty::Array { ty, .. } => check_param(ctx, types, ty, what),
        Ty::Ref {
            lifetime: Some(name), ..
        } if name == "'static" => Err(Reason::new(
            SkipCode::Borrow,
            format!(
                "{}: it must live for ever, and what Python passes does not",
                show()
            ),
        )),
        Ty::Ref {
            mutable: true,
            ty: inner,
            ..
        } => match class(ctx, types, inner) {
            Class::Type(_, Kind::Handle) => Ok(()),
            _ if items::gathers(inner) => check_param(ctx, types, inner, what),
            _ if streams::modes(inner).is_some() || closures::number(inner).is_some() => Ok(()),
            _ if hosts::number(inner).is_some() || random::is(inner) => Ok(()),
            _ if outs::is_buffer(ty) => Ok(()),
            _ if matches!(**inner, Ty::Dyn { .. }) => check_param(ctx, types, inner, what),
            _ => Err(Reason::new(
                SkipCode::UnsupportedType,
                format!("{}: changing a plain value in place is not served yet", show()),
            )),
        },
        Ty::Ref { ty, .. } => check_param(ctx, types, ty, what),
        Ty::RawPointer { .. } => Err(Reason::new(
            SkipCode::Unsafe,
            format!("{}: raw pointers do not cross", show()),
        )),
        Ty::FnPointer { .. } if matches!(class(ctx, types, ty), Class::Type(..)) => Ok(()),
        Ty::FnPointer { .. } => Err(Reason::new(
            SkipCode::Closure,
            format!(
                "{}: a function pointer inside another type is not taken yet",
                show()
            ),
        )),
        Ty::Dyn { .. } if types.takes_object(ty) => Ok(()),
        Ty::Dyn { .. } => Err(Reason::new(
            SkipCode::TraitObject,
            format!("{}: nothing that Python has implements the trait", show()),
        )),
        Ty::Generic(name) => Err(Reason::new(
            SkipCode::Generic,
            format!("{what}: nothing says which type `{name}` is to be"),
        )),
        Ty::Impl(bounds) => Err(Reason::new(
            SkipCode::Generic,
            format!("{what}: `impl {}`", ctx.show_bounds(bounds)),
        )),
        // Whether it can be called, is asked where it arrives.
        Ty::Path { .. } if held::parts(ty).is_some() => Ok(()),
        Ty::Path { def, args } => match class(ctx, types, ty) {
            Class::Std(StdClass::Value | StdClass::Made | StdClass::Handle)
            | Class::Mapped
            | Class::Type(..) => Ok(()),
            Class::Std(StdClass::Container) if items::gathers(ty) => {
                contents(def, args).try_for_each(|arg| check_item(ctx, types, arg, what))
            }
            Class::Std(StdClass::Container) => {
                contents(def, args).try_for_each(|arg| check_param(ctx, types, arg, what))
            }
            Class::Value(mapping) => mapping
                .contents(ty)
                .try_for_each(|part| check_param(ctx, types, part, what)),
            Class::Std(StdClass::Iterator) => Err(Reason::new(
                SkipCode::Iterator,
                format!("{}: iterators are not taken yet", show()),
            )),
            Class::Std(StdClass::Result | StdClass::Error) | Class::Bytes | Class::Text | Class::Unknown => {
                Err(Reason::new(
                    SkipCode::UnsupportedType,
                    format!("{}{}", show(), formless(ctx, ty)),
                ))
            }
        },
    }
}

/// The same of an item of an iterable: of a `Result` its `Ok` is what Python gives, and an exception ends the call.
pub(super) fn check_item(ctx: &Ctx<'_>, types: &Types, ty: &Ty, what: &str) -> Result<(), Reason> {
    match ty {
        Ty::Path { def, args } if stdlib::is(def, "Result") => type_args(args)
            .take(1)
            .try_for_each(|ok| check_param(ctx, types, ok, what)),
        _ => check_param(ctx, types, ty, what),
    }
}

/// Whether a result of that type can be lowered; `top`: it is the whole result, or the `T` of one.
pub(super) fn check_result(ctx: &Ctx<'_>, types: &Types, ty: &Ty, top: bool) -> Result<(), Reason> {
    let show = || format!("the result is `{}`", ctx.show(ty));
    if let Some(checked) = items::check(ctx, types, ty).filter(|_| top || items::boxed(ctx, ty)) {
        return checked;
    }
    match ty {
        Ty::Primitive(name) if name == "f16" || name == "f128" => Err(Reason::new(
            SkipCode::UnsupportedType,
            format!("{}{}", show(), formless(ctx, ty)),
        )),
        Ty::Primitive(_) if closures::holds(ty) => Err(Reason::new(
            SkipCode::Closure,
            "the result holds a callable that was passed: Rust may not keep one yet",
        )),
        _ if hosts::holds(ty) => Err(Reason::new(
            SkipCode::TraitObject,
            "the result holds an object of Python's, which implements a trait there: it does not come back yet",
        )),
        Ty::Primitive(_) if random::is(ty) => Err(Reason::new(
            SkipCode::Generic,
            "the result holds the source of randomness that is passed: it is there for the call alone",
        )),
        Ty::Primitive(_) | Ty::Projection { .. } | Ty::Infer => Ok(()),
        Ty::Tuple(parts) => parts
            .iter()
            .try_for_each(|part| check_result(ctx, types, part, false)),
        Ty::Slice(ty) | Ty::Array { ty, .. } => check_result(ctx, types, ty, false),
        // Lent exclusively until the result is gone.
        Ty::Ref {
            mutable: true,
            ty: inner,
            ..
        } if matches!(class(ctx, types, inner), Class::Type(_, Kind::Handle)) => Ok(()),
        Ty::Ref {
            mutable: true,
            ty: inner,
            ..
        } if has_handle(ctx, types, inner) => Err(Reason::new(
            SkipCode::Borrow,
            format!("{}: exclusive references are not given out yet", show()),
        )),
        Ty::Ref { ty, .. } => check_result(ctx, types, ty, top),
        Ty::RawPointer { .. } => Err(Reason::new(
            SkipCode::Unsafe,
            format!("{}: raw pointers do not cross", show()),
        )),
        Ty::FnPointer { .. } | Ty::Dyn { .. } if matches!(class(ctx, types, ty), Class::Type(..)) => Ok(()),
        Ty::FnPointer { .. } => Err(Reason::new(
            SkipCode::Closure,
            format!(
                "{}: a callable of which something cannot be said outside of the crate",
                show()
            ),
        )),
        Ty::Dyn { .. } => Err(Reason::new(
            SkipCode::TraitObject,
            format!("{}: a trait object", show()),
        )),
        Ty::Generic(name) => Err(Reason::new(
            SkipCode::Generic,
            format!("{}: nothing says which type `{name}` is to be", show()),
        )),
        Ty::Impl(bounds) => Err(impl_result(ctx, bounds, &show())),
        Ty::Path { .. } if closures::holds(ty) => Err(Reason::new(
            SkipCode::Closure,
            format!(
                "{} and holds a callable that was passed: Rust may not keep one yet",
                show()
            ),
        )),
        Ty::Path { def, args } => match class(ctx, types, ty) {
            Class::Std(StdClass::Result) if top => {
                let mut all = type_args(args);
                let ok = all.next().map_or(Ok(()), |ty| check_result(ctx, types, ty, true));
                ok.and_then(|()| all.next().map_or(Ok(()), |error| check_error(ctx, types, error)))
            }
            Class::Std(StdClass::Value | StdClass::Handle | StdClass::Error)
            | Class::Mapped
            | Class::Type(..) => Ok(()),
            Class::Std(StdClass::Container) => {
                // An `Err` in an option is raised like any other; of several in a list the others would be lost.
                let is = |ty: &Ty, name| matches!(ty, Ty::Path { def, .. } if stdlib::is(def, name));
                let raises = |arg: &Ty| top && is(ty, "Option") && is(arg, "Result");
                contents(def, args).try_for_each(|arg| check_result(ctx, types, arg, raises(arg)))
            }
            Class::Value(mapping) => mapping
                .contents(ty)
                .try_for_each(|part| check_result(ctx, types, part, false)),
            Class::Bytes | Class::Text if top => Ok(()),
            Class::Std(StdClass::Iterator) => Err(Reason::new(
                SkipCode::Iterator,
                format!("{}: an iterator inside something else is not given out", show()),
            )),
            Class::Std(StdClass::Result | StdClass::Made) | Class::Bytes | Class::Text | Class::Unknown => {
                Err(Reason::new(
                    SkipCode::UnsupportedType,
                    format!("{}{}", show(), formless(ctx, ty)),
                ))
            }
        },
    }
}

fn impl_result(ctx: &Ctx<'_>, bounds: &[crate::api::Bound], show: &str) -> Reason {
    let has = |names: &[&str]| {
        bounds.iter().any(|bound| {
            matches!(bound, crate::api::Bound::Trait { trait_, .. }
                if stdlib::is_std(&trait_.def) && names.contains(&trait_.def.name()))
        })
    };
    if has(&[
        "Iterator",
        "DoubleEndedIterator",
        "ExactSizeIterator",
        "IntoIterator",
        "FusedIterator",
    ]) {
        Reason::new(
            SkipCode::Iterator,
            format!("{show}: an iterator inside something else is not given out"),
        )
    } else if has(&["Future", "IntoFuture"]) {
        Reason::new(SkipCode::Async, format!("{show}: futures are not served yet"))
    } else if has(&["Fn", "FnMut", "FnOnce"]) {
        Reason::new(
            SkipCode::Closure,
            format!("{show}: a callable of which something cannot be said outside of the crate"),
        )
    } else {
        let all = ctx.show_bounds(bounds);
        Reason::new(
            SkipCode::UnsupportedType,
            format!("{show}: `impl {all}` has no type that can be named"),
        )
    }
}

/// Whether an error of that type can be raised.
pub(super) fn check_error(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> Result<(), Reason> {
    let boxed = matches!(ty, Ty::Path { def, args } if stdlib::is(def, "Box")
        && type_args(args).all(|ty| matches!(ty, Ty::Dyn { .. })));
    if boxed {
        Ok(())
    } else {
        check_result(ctx, types, ty, false)
    }
}

/// A definition's trait impls that say something of behaviour, by the rules of records.
pub(super) fn is_behaviour(ctx: &Ctx<'_>, trait_: &DefKey, error: bool) -> bool {
    if stdlib::is_derived(trait_) {
        return false;
    }
    if stdlib::is_std(trait_) {
        let text = matches!(trait_.name(), "Display" | "Error" | "ToString");
        return !(error && text);
    }
    ctx.own(trait_)
}

/// Why a type has no form.
fn formless(ctx: &Ctx<'_>, ty: &Ty) -> String {
    match ty {
        Ty::Path { def, .. } if !stdlib::is_std(def) && ctx.spell_def(def).is_err() => format!(
            ", and the crate exports `{}` by no path: nothing outside of it can name it",
            def.name()
        ),
        _ => ", which has no form in Python".to_owned(),
    }
}
