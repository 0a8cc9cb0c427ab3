//! Trait objects of the crate's traits, and of others' that are no part of std: which there are, what holds one, and its
//! methods.
//!
//! What holds one is a handle type of its own, a pointer: `Box<dyn Trait>`, `Arc<dyn Trait>`, `Rc<dyn Trait>`, or one of the
//! runtime's around `&dyn Trait`, `&mut dyn Trait` and `Box<dyn Trait + 'a>`. As an argument a trait object is whatever handle
//! implements the trait. `impl Trait` results are boxed.

use std::collections::BTreeSet;

use super::build::Builder;
use super::callables::made_up;
use super::choose::{shared, std_type, string};
use super::ctx::{Ctx, bind};
use super::fold::{Subst, closed, erase};
use super::methods::TraitMethods;
use super::model::{Candidate, ObjectForm, PlannedGiven, PlannedMethod, PlannedObject, TypeId};
use super::site::{Callee, Explicit, Site};
use super::spell::{Lifetimes, is_literal};
use super::types::Types;
use super::wire::{is_bytes, is_text, type_args};
use super::{closures, handed, holds, likenesses, names, stdlib};
use crate::api::{Arg, Args, Bound, DefKey, DefKind, Function, Trait, TraitRef, Ty};

/// Traits that a trait object may have beside its own.
const MARKERS: &[&str] = &["Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"];

/// What holds a trait object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pointer {
    /// `Box<dyn Trait>`
    Box,
    /// `Arc<dyn Trait>`
    Arc,
    /// `Rc<dyn Trait>`
    Rc,
    /// `Box<dyn Trait + 'a>`
    Boxed,
    /// `&dyn Trait`
    Shared,
    /// `&mut dyn Trait`
    Exclusive,
}

impl Pointer {
    const ALL: [Self; 6] = [
        Self::Box,
        Self::Arc,
        Self::Rc,
        Self::Boxed,
        Self::Shared,
        Self::Exclusive,
    ];

    fn def(self) -> &'static str {
        match self {
            Self::Box => "alloc::boxed::Box",
            Self::Arc => "alloc::sync::Arc",
            Self::Rc => "alloc::rc::Rc",
            Self::Boxed => "std::usecrate::BoxedObject",
            Self::Shared => "std::usecrate::SharedObject",
            Self::Exclusive => "std::usecrate::ExclusiveObject",
        }
    }

    /// The object may be changed through it.
    pub(super) fn changes(self) -> bool {
        matches!(self, Self::Box | Self::Boxed | Self::Exclusive)
    }

    /// What is put before and behind the trait's name, for the class.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Box => ("Dyn", ""),
            Self::Arc => ("ArcDyn", ""),
            Self::Rc => ("RcDyn", ""),
            Self::Boxed => ("Dyn", "Borrowing"),
            Self::Shared => ("Dyn", "Ref"),
            Self::Exclusive => ("Dyn", "RefMut"),
        }
    }

    /// Around an object, which is normal.
    fn around(self, object: &Ty) -> Ty {
        let lifetime = || Arg::Lifetime("'_".to_owned());
        let args = match self {
            Self::Box | Self::Arc | Self::Rc => vec![Arg::Type(object.clone())],
            Self::Boxed => vec![Arg::Type(living(object, "'_"))],
            Self::Shared | Self::Exclusive => vec![lifetime(), Arg::Type(living(object, "'_"))],
        };
        Ty::Path {
            def: DefKey(self.def().to_owned()),
            args: Args {
                args,
                ..Args::default()
            },
        }
    }
}

/// The same object with a lifetime.
fn living(object: &Ty, name: &str) -> Ty {
    match object {
        Ty::Dyn { traits, .. } => Ty::Dyn {
            traits: traits.clone(),
            lifetime: Some(name.to_owned()),
        },
        other => other.clone(),
    }
}

/// The same object without one: what it is known by.
pub(super) fn key(object: &Ty) -> Ty {
    match erase(object) {
        Ty::Dyn { traits, .. } => Ty::Dyn {
            traits,
            lifetime: None,
        },
        other => other,
    }
}

/// What is served behind a pointer: a trait object, or a callable.
fn is_served(ctx: &Ctx<'_>, ty: &Ty) -> bool {
    is_object(ctx, ty) || matches!(ty, Ty::Dyn { .. }) && handed::is_served(ctx, ty)
}

/// It may stand beside the trait of a trait object.
pub(super) fn marks(one: &TraitRef) -> bool {
    stdlib::is_std(&one.def) && MARKERS.contains(&one.def.name())
}

/// A trait object that is served: its trait is no part of std, and can be named, or another of the bridge's stands for it.
pub(super) fn is_object(ctx: &Ctx<'_>, ty: &Ty) -> bool {
    let Ty::Dyn { traits, .. } = ty else { return false };
    let Some((first, others)) = traits.split_first() else {
        return false;
    };
    let known = definition(ctx, first).is_some_and(|found| found.dyn_compatible);
    (known || likenesses::spelled(ctx, first).is_some())
        && others.iter().all(marks)
        && closed(ty)
        && ctx.spell(ty, Lifetimes::Infer).is_ok()
}

/// The trait of an object is one of std's.
pub(super) fn is_of_std(traits: &[TraitRef]) -> bool {
    traits.first().is_none_or(|first| stdlib::is_std(&first.def))
}

/// A pointer to it may have a class: it is no object of one of std's traits, but a callable may be.
pub(super) fn has_class(traits: &[TraitRef]) -> bool {
    !is_of_std(traits) || handed::is_callable(traits)
}

fn definition<'a>(ctx: &Ctx<'a>, trait_: &TraitRef) -> Option<&'a Trait> {
    match &ctx.def(&trait_.def)?.kind {
        DefKind::Trait(found) if !stdlib::is_std(&trait_.def) => Some(found),
        _ => None,
    }
}

/// What a type that holds a trait object is made of.
pub(super) fn pointer<'t>(ctx: &Ctx<'_>, ty: &'t Ty) -> Option<(Pointer, &'t Ty)> {
    let Ty::Path { def, args } = ty else { return None };
    let object = type_args(args).next()?;
    if !matches!(object, Ty::Dyn { .. }) {
        return None;
    }
    let is = |one: &Pointer| stdlib::is(def, one.def().rsplit("::").next().unwrap_or_default());
    let found = Pointer::ALL.into_iter().find(is)?;
    let lasts = matches!(object, Ty::Dyn { lifetime: None, .. });
    let own = matches!(found, Pointer::Box | Pointer::Arc | Pointer::Rc);
    (lasts == own && is_served(ctx, object)).then_some((found, object))
}

/// The trait of what a pointer holds.
pub(super) fn trait_of(object: &Ty) -> Option<&TraitRef> {
    match object {
        Ty::Dyn { traits, .. } => traits.first(),
        _ => None,
    }
}

/// The handle types that a reference to an object may be given out as.
pub(super) fn references(object: &Ty) -> [Ty; 2] {
    [Pointer::Shared, Pointer::Exclusive].map(|one| erase(&one.around(&key(object))))
}

/// Every object that a type names, by what it is known by.
pub(super) fn named_in(ctx: &Ctx<'_>, ty: &Ty) -> Vec<Ty> {
    let mut found = Vec::new();
    super::fold::each(ty, &mut |part| {
        if is_object(ctx, part) {
            found.push(key(part));
        }
    });
    found
}

/// The pointers as which the objects in a result leave.
pub(super) fn leaving(ctx: &Ctx<'_>, ty: &Ty) -> Vec<Ty> {
    let mut found = Vec::new();
    let given = given(ctx, ty);
    let ty = given.as_ref().map_or(ty, |(ty, _)| ty);
    super::fold::each(ty, &mut |part| match part {
        Ty::Ref { mutable, ty, .. } if is_served(ctx, ty) => {
            let pointer = if *mutable {
                Pointer::Exclusive
            } else {
                Pointer::Shared
            };
            found.push(pointer.around(&key(ty)));
        }
        // What is in a box is looked at.
        Ty::Ref {
            mutable: false, ty, ..
        } => {
            let inner = match &**ty {
                Ty::Path { def, args } if stdlib::is(def, "Option") => type_args(args).next(),
                ty => Some(ty),
            };
            if let Some((Pointer::Box | Pointer::Arc | Pointer::Rc, object)) =
                inner.and_then(|inner| pointer(ctx, inner))
            {
                found.push(Pointer::Shared.around(&key(object)));
            }
        }
        Ty::Path { .. } => {
            if let Some((one, object)) = pointer(ctx, part) {
                found.push(one.around(&key(object)));
            }
        }
        Ty::FnPointer { .. } if handed::is_served(ctx, part) => found.push(part.clone()),
        _ => {}
    });
    found
}

/// A result that has no type that can be named, or borrows in a box, as one that has a class: its type, and the expression
/// that makes it, with `{}` for the result.
pub(super) fn given(ctx: &Ctx<'_>, ty: &Ty) -> Option<(Ty, String)> {
    if let Ty::Path { def, args } = ty {
        let wraps = ["Option", "Result"].iter().any(|name| stdlib::is(def, name));
        if wraps {
            let first = args.args.iter().position(|arg| matches!(arg, Arg::Type(_)))?;
            let Arg::Type(inner) = &args.args[first] else {
                return None;
            };
            let (ty, make) = given(ctx, inner)?;
            let mut args = args.clone();
            args.args[first] = Arg::Type(ty);
            let made = format!("{{}}.map(|one| {})", make.replace("{}", "one"));
            return Some((
                Ty::Path {
                    def: def.clone(),
                    args,
                },
                made,
            ));
        }
    }
    match ty {
        Ty::Impl(bounds) => said(bounds).or_else(|| boxed(ctx, bounds)),
        Ty::Ref {
            lifetime,
            mutable,
            ty: inner,
        } => {
            if handed::is_served(ctx, inner) && matches!(**inner, Ty::FnPointer { .. }) {
                return Some(((**inner).clone(), "*{}".to_owned()));
            }
            let Ty::Impl(bounds) = &**inner else { return None };
            let object = key(&object_of(ctx, bounds)?);
            let rust = ctx.spell(&living(&object, "'_"), Lifetimes::Infer).ok()?;
            let word = if *mutable { "mut " } else { "" };
            let ty = meant(Ty::Ref {
                lifetime: lifetime.clone(),
                mutable: *mutable,
                ty: Box::new(object),
            });
            Some((ty, format!("({{}} as &{word}({rust}))")))
        }
        Ty::Path { def, args } if stdlib::is(def, "Box") => {
            let object = type_args(args).next()?;
            let Ty::Dyn {
                lifetime: Some(name), ..
            } = object
            else {
                return None;
            };
            let make = "::usecrate_runtime::private::BoxedObject::new({})";
            is_served(ctx, object).then(|| (living_in(object, name), make.to_owned()))
        }
        _ => None,
    }
}

/// `BoxedObject<dyn Trait + 'name>`
fn living_in(object: &Ty, name: &str) -> Ty {
    let args = Args {
        args: vec![Arg::Type(living(object, name))],
        ..Args::default()
    };
    Ty::Path {
        def: DefKey(Pointer::Boxed.def().to_owned()),
        args,
    }
}

/// What can only say what it is, is that: `impl Display`, `impl AsRef<str>`.
fn said(bounds: &[Bound]) -> Option<(Ty, String)> {
    let mut made = None;
    for bound in bounds {
        let Bound::Trait {
            trait_, maybe: false, ..
        } = bound
        else {
            continue;
        };
        let arg = type_args(&trait_.args).next();
        let bytes = || super::choose::list(Ty::Primitive("u8".to_owned()));
        let found = match trait_.def.name() {
            _ if !stdlib::is_std(&trait_.def) => return None,
            "Display" | "ToString" => (string(), "::std::string::ToString::to_string(&{})"),
            "Debug" => (string(), "::usecrate_runtime::private::debug(&{})"),
            "AsRef" if arg.is_some_and(is_text) => (
                string(),
                "::std::string::String::from(::std::convert::AsRef::<str>::as_ref(&{}))",
            ),
            "AsRef" if arg.is_some_and(is_bytes) => (bytes(), "::usecrate_runtime::private::bytes_of(&{})"),
            "Into" if arg.is_some_and(closed) => (arg?.clone(), "::std::convert::Into::into({})"),
            "Clone" | "Copy" | "Sized" | "Eq" | "PartialEq" | "Ord" | "PartialOrd" | "Hash" | "Default" => {
                continue;
            }
            name if MARKERS.contains(&name) => continue,
            _ => return None,
        };
        // The first says it best.
        made = made.or(Some(found));
    }
    made.map(|(ty, make)| (ty, make.to_owned()))
}

/// The trait object that `impl Trait` can be, if its trait can be `dyn`.
fn object_of(ctx: &Ctx<'_>, bounds: &[Bound]) -> Option<Ty> {
    let mut traits: Vec<TraitRef> = Vec::new();
    let mut marks = Vec::new();
    for bound in bounds {
        let Bound::Trait {
            trait_, maybe: false, ..
        } = bound
        else {
            continue;
        };
        let name = trait_.def.name();
        if !stdlib::is_std(&trait_.def) || closures::is_trait(&trait_.def) {
            traits.push(trait_.clone());
        } else if matches!(name, "Send" | "Sync") {
            marks.push(trait_.clone());
        }
    }
    traits.truncate(1);
    traits.extend(marks);
    let object = Ty::Dyn {
        traits,
        lifetime: Some("'_".to_owned()),
    };
    is_served(ctx, &object).then_some(object)
}

/// `impl Trait` of a trait that can be `dyn`, in a box.
fn boxed(ctx: &Ctx<'_>, bounds: &[Bound]) -> Option<(Ty, String)> {
    let object = object_of(ctx, bounds)?;
    let outlives = bounds.iter().find_map(|bound| match bound {
        Bound::Outlives(name) if name != "'static" => Some(name.clone()),
        _ => None,
    });
    let lasts = |bound: &Bound| matches!(bound, Bound::Outlives(name) if name == "'static");
    if bounds.iter().any(lasts) {
        let object = key(&object);
        let rust = ctx.spell(&object, Lifetimes::Infer).ok()?;
        let make = format!("(::std::boxed::Box::new({{}}) as ::std::boxed::Box<{rust}>)");
        return Some((Pointer::Box.around(&object), make));
    }
    let rust = ctx.spell(&object, Lifetimes::Infer).ok()?;
    let make = format!(
        "::usecrate_runtime::private::BoxedObject::new(::std::boxed::Box::new({{}}) as ::std::boxed::Box<{rust}>)"
    );
    Some((living_in(&object, outlives.as_deref().unwrap_or("'_")), make))
}

/// The class of what holds an object: its path and its name.
pub(super) fn class_name(ctx: &Ctx<'_>, ty: &Ty) -> Option<(String, String)> {
    if let Some(callable) = handed::class_name(ctx, ty) {
        return Some(callable);
    }
    let (found, object) = pointer(ctx, ty)?;
    let Ty::Dyn { traits, .. } = object else {
        return None;
    };
    let (first, marks) = traits.split_first()?;
    let path = ctx.path(&first.def);
    let own = path.rsplit("::").next().unwrap_or_default();
    let args = ctx.show_trait(first);
    let args = args.strip_prefix(first.def.name()).unwrap_or_default();
    let marks: String = marks.iter().map(|one| one.def.name()).collect();
    let (before, behind) = found.words();
    let name = names::identifier(&format!("{before}{own}{behind}{args}{marks}"));
    let home = path.strip_suffix(own).unwrap_or_default();
    Some((format!("{home}{name}"), name))
}

/// How the wire form of a type that holds an object is written.
pub(super) fn form(ctx: &Ctx<'_>, ty: &Ty) -> ObjectForm {
    let spelled = |object: &Ty| ctx.spell(object, Lifetimes::All("'x")).unwrap_or_default();
    let of_callable = |object: &Ty| matches!(object, Ty::Dyn { traits, .. } if handed::is_callable(traits));
    match pointer(ctx, ty) {
        None | Some((Pointer::Boxed, _)) => ObjectForm::None,
        // One that is passed arrives as any callable does.
        Some((Pointer::Box | Pointer::Arc | Pointer::Rc, object)) if of_callable(object) => ObjectForm::None,
        Some((Pointer::Shared, object)) => ObjectForm::Shared(spelled(object)),
        Some((Pointer::Exclusive, object)) => ObjectForm::Exclusive(spelled(object)),
        Some((Pointer::Box | Pointer::Arc | Pointer::Rc, _)) => ObjectForm::Pointer,
    }
}

/// The objects that arguments are, with what may be passed for each.
pub(super) fn planned(ctx: &Ctx<'_>, types: &Types) -> Vec<PlannedObject> {
    types
        .objects()
        .filter_map(|object| planned_object(ctx, types, object))
        .collect()
}

/// One of them; `None`: nothing may be passed for it.
pub(super) fn planned_object(ctx: &Ctx<'_>, types: &Types, object: &Ty) -> Option<PlannedObject> {
    let Ty::Dyn { traits, .. } = object else {
        return None;
    };
    let first = traits.first()?;
    let mut candidates = Vec::new();
    for id in 0..types.len() {
        let ty = &types.get(id).instance.ty;
        let held = pointer(ctx, ty);
        let inside = match held {
            Some((_, have)) if key(have) != *object => continue,
            Some((found, _)) => Some(found),
            None if types.kind(id) != usecrate_manifest::Kind::Handle => continue,
            None if !implements(ctx, ty, traits) => continue,
            None => None,
        };
        candidates.push(Candidate {
            ty: id,
            inside: inside.is_some(),
            exclusive: inside.is_none_or(Pointer::changes),
            moved: inside.is_none() && !super::types::has_lifetimes(ty),
        });
    }
    let host = types.host(&first.def).filter(|_| first.args == Args::default());
    if candidates.is_empty() && host.is_none() {
        return None;
    }
    let given = [
        (Pointer::Box, "::std::boxed::Box"),
        (Pointer::Arc, "::std::sync::Arc"),
        (Pointer::Rc, "::std::rc::Rc"),
    ];
    let given = given
        .into_iter()
        .map(|(one, rust)| PlannedGiven {
            rust: rust.to_owned(),
            itself: types.id(&erase(&one.around(object))),
        })
        .collect();
    let lends = |one: &Candidate| super::types::has_lifetimes(&types.get(one.ty).instance.ty);
    Some(PlannedObject {
        path: ctx.path(&first.def),
        rust: ctx.spell(&living(object, "'_"), Lifetimes::All("'x")).ok()?,
        borrows: candidates.iter().any(lends),
        candidates,
        given,
        host,
    })
}

/// A type implements every trait of an object.
fn implements(ctx: &Ctx<'_>, ty: &Ty, traits: &[TraitRef]) -> bool {
    let found = ctx.matching(ty);
    traits.iter().all(|wanted| {
        let mut impls = found
            .iter()
            .filter_map(|one| Some((one, one.impl_.trait_.as_ref()?)));
        let there = impls.any(|(one, have)| {
            let have = one.subst.apply_trait(have);
            have.def == wanted.def && same(ctx, &have.args, &wanted.args)
        });
        let bound = Bound::Trait {
            trait_: wanted.clone(),
            maybe: false,
            for_: Vec::new(),
        };
        there && holds::meets(ctx, ty, &[bound])
    })
}

/// The same arguments, where both have some: an impl for all is one for each.
fn same(ctx: &Ctx<'_>, have: &Args, wanted: &Args) -> bool {
    let told = |args: &Args| -> Vec<Arg> {
        let normal = |arg: &Arg| match arg {
            Arg::Type(ty) => Some(Arg::Type(erase(&ctx.normal(ty)))),
            Arg::Const(text) => Some(Arg::Const(text.clone())),
            Arg::Lifetime(_) | Arg::Infer => None,
        };
        args.args.iter().filter_map(normal).collect()
    };
    let open = |arg: &Arg| match arg {
        Arg::Type(ty) => !closed(ty),
        Arg::Const(text) => !is_literal(text),
        Arg::Lifetime(_) | Arg::Infer => false,
    };
    let (have, wanted) = (told(have), told(wanted));
    have.iter().zip(&wanted).all(|(a, b)| a == b || open(a))
}

/// Plans the methods of what holds an object: those of its trait, of the traits that this one includes, and its own.
pub(super) fn methods(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    taken: &BTreeSet<String>,
    traits: &mut TraitMethods,
) -> Vec<PlannedMethod> {
    let entry = build.types.get(id).clone();
    let ctx = build.ctx;
    let Some((held, object)) = pointer(ctx, &entry.instance.ty) else {
        return Vec::new();
    };
    let mut out: Vec<PlannedMethod> = Vec::new();
    let Some(first) = trait_of(object) else {
        return out;
    };
    let alike = likenesses::spelled(ctx, first);
    for (trait_, found) in included(ctx, first) {
        let Ok(spelled) = alike.clone().map_or_else(|| ctx.spell_trait(&trait_), Ok) else {
            continue;
        };
        let mut subst = ctx
            .def(&trait_.def)
            .map(|def| bind(&def.generics, &trait_.args))
            .unwrap_or_default();
        subst.types.insert("Self".to_owned(), object.clone());
        for function in found
            .methods
            .iter()
            .filter(|one| is_called(one) || alike.is_some())
        {
            let name = names::python(&function.name);
            if alike.is_some() && !likenesses::has(ctx, function) {
                likenesses::left_out(build, id, &entry.path, &ctx.show_trait(&trait_), function);
                continue;
            }
            if taken.contains(&name) || out.iter().any(|have| have.name == name) {
                continue;
            }
            let path = format!("<_ as {spelled}>::{}", names::raw(&function.name));
            let shown = ctx.show_trait(&trait_);
            let name_of = format!("<{} as {shown}>::{}", entry.path, function.name);
            let Some(site) = site(&entry.instance.ty, held, function, &subst, &path, name_of) else {
                continue;
            };
            let shims = build.plan_quietly(&site);
            if !shims.is_empty() {
                let method = PlannedMethod {
                    name,
                    instance: true,
                    shims,
                    from_trait: Some(ctx.path(&trait_.def)),
                };
                super::methods::merge(traits.entry(trait_.def.clone()).or_default(), method.clone());
                out.push(method);
            }
        }
    }
    out
}

/// A trait and those that it includes, with what their arguments are.
fn included<'a>(ctx: &Ctx<'a>, first: &TraitRef) -> Vec<(TraitRef, &'a Trait)> {
    let mut all: Vec<(TraitRef, &Trait)> = Vec::new();
    let mut queue = vec![first.clone()];
    while let Some(one) = queue.pop() {
        let Some(found) = definition(ctx, &one) else {
            continue;
        };
        if all.iter().any(|(have, _)| have.def == one.def) {
            continue;
        }
        if likenesses::spelled(ctx, &one).is_some() {
            // What stands for it has its own methods alone.
            all.push((one, found));
            continue;
        }
        let subst = ctx
            .def(&one.def)
            .map(|def| bind(&def.generics, &one.args))
            .unwrap_or_default();
        queue.extend(found.supertraits.iter().filter_map(|bound| match bound {
            Bound::Trait {
                trait_, maybe: false, ..
            } => Some(subst.apply_trait(trait_)),
            _ => None,
        }));
        all.push((one, found));
    }
    all
}

/// It can be called on an object: nothing of it is generic, and it is not for sized types alone.
pub(super) fn is_called(function: &Function) -> bool {
    let sized = |bound: &Bound| matches!(bound, Bound::Trait { trait_, maybe: false, .. } if stdlib::is_trait(&trait_.def, "Sized"));
    let of_self = |ty: &Ty| matches!(ty, Ty::Generic(name) if name == "Self");
    let generics = &function.generics;
    super::methods::has_receiver(function)
        && !function.hidden
        && super::ctx::parameters(generics).is_empty()
        && !generics
            .bounds
            .iter()
            .any(|one| of_self(&one.ty) && one.bounds.iter().any(sized))
}

/// How a method is called on what a pointer holds; `None`: not through this one.
fn site(me: &Ty, held: Pointer, function: &Function, subst: &Subst, path: &str, id: String) -> Option<Site> {
    let mut function = function.clone();
    let receiver = &mut function.params.first_mut()?.ty;
    let of_self = |ty: &Ty| matches!(ty, Ty::Generic(name) if name == "Self");
    let by = |ty: &Ty| match ty {
        Ty::Path { def, args } if type_args(args).next().is_some_and(of_self) => {
            let owning = [Pointer::Box, Pointer::Arc, Pointer::Rc];
            owning
                .into_iter()
                .find(|one| def.0 == one.def() || stdlib::is(def, name_of(*one)))
        }
        _ => None,
    };
    let (first, given) = match &*receiver {
        Ty::Ref {
            mutable,
            ty,
            lifetime,
        } if of_self(ty) && (!*mutable || held.changes()) => {
            let text = if *mutable { "&mut **{0}" } else { "&**{0}" };
            let first = Ty::Ref {
                lifetime: lifetime.clone(),
                mutable: *mutable,
                ty: Box::new(me.clone()),
            };
            (first, text)
        }
        Ty::Ref {
            mutable: false,
            ty,
            lifetime,
        } if by(ty) == Some(held) => {
            let first = Ty::Ref {
                lifetime: lifetime.clone(),
                mutable: false,
                ty: Box::new(me.clone()),
            };
            (first, "{0}")
        }
        ty if by(ty) == Some(held) => (me.clone(), "{0}"),
        _ => return None,
    };
    *receiver = first;
    let args: Vec<String> = (1..function.params.len())
        .map(|at| format!(", {{{at}}}"))
        .collect();
    Some(Site {
        id,
        subst: subst.clone(),
        generics: Vec::new(),
        callee: Callee::Expr(format!("{path}({given}{})", args.concat())),
        explicit: Explicit::Receiver,
        of_trait: None,
        origin: None,
        function,
    })
}

fn name_of(pointer: Pointer) -> &'static str {
    pointer.def().rsplit("::").next().unwrap_or_default()
}

/// What an object can say of itself: `__str__`, `__repr__`.
pub(super) fn specials(build: &mut Builder<'_, '_>, id: TypeId, all: &mut super::specials::Specials) {
    let entry = build.types.get(id).clone();
    let Some((_, object)) = pointer(build.ctx, &entry.instance.ty) else {
        return;
    };
    let Some(first) = trait_of(object) else { return };
    let mut says = BTreeSet::new();
    if likenesses::spelled(build.ctx, first).is_some() {
        return;
    }
    for (_, found) in included(build.ctx, first) {
        for bound in &found.supertraits {
            if let Bound::Trait {
                trait_, maybe: false, ..
            } = bound
            {
                match trait_.def.name() {
                    _ if !stdlib::is_std(&trait_.def) => {}
                    "Debug" => says.extend([("__repr__", "debug")]),
                    "Display" => says.extend([("__str__", "display")]),
                    "Error" => says.extend([("__repr__", "debug"), ("__str__", "display")]),
                    _ => {}
                }
            }
        }
    }
    for (key, helper) in says {
        let function = made_up(
            helper,
            "",
            vec![("self", shared(&entry.instance.ty))],
            Some(std_type("alloc::string::String")),
        );
        let site = Site {
            id: format!("<{}>::{helper}", entry.path),
            function,
            subst: Subst::default(),
            generics: Vec::new(),
            callee: Callee::Expr(format!("::usecrate_runtime::private::{helper}(&**{{0}})")),
            explicit: Explicit::All,
            of_trait: None,
            origin: None,
        };
        let shims = build.plan_quietly(&site);
        if !shims.is_empty() {
            all.entry(key.to_owned()).or_default().extend(shims);
        }
    }
}

/// A trait object's lifetime as it is meant: that of the reference that it stands behind; `'static` is none.
pub(super) fn meant(ty: Ty) -> Ty {
    match ty {
        Ty::Ref {
            lifetime,
            mutable,
            ty,
        } if matches!(&*ty, Ty::Dyn { traits, lifetime: None } if !is_of_std(traits)) => {
            let name = lifetime.clone().unwrap_or_else(|| "'_".to_owned());
            Ty::Ref {
                lifetime,
                mutable,
                ty: Box::new(living(&ty, &name)),
            }
        }
        Ty::Dyn {
            traits,
            lifetime: Some(name),
        } if name == "'static" && !is_of_std(&traits) => Ty::Dyn {
            traits,
            lifetime: None,
        },
        other => other,
    }
}
