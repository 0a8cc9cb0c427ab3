//! Callables: Python's where Rust takes `Fn`, `FnMut`, `FnOnce` or a function pointer, for the call alone or to keep.
//!
//! A callable is lifted as the runtime's `Callable`, and the callee is given a closure around it, written with the types
//! of the bound: rustc then checks that the two agree. Its types are spelled twice: with the group's lifetime to be
//! described, with none in the closure.

use std::collections::BTreeSet;

use usecrate_manifest::{Kind, SkipCode};

use super::changing;
use super::choose::shared;
use super::ctx::Ctx;
use super::fold::{Subst, any, each, generics_in};
use super::held;
use super::model::{MARKER, family};
use super::returned::{Given, owned};
use super::spell::{Lifetimes, Unnameable};
use super::stdlib;
use super::types::{Types, has_lifetimes};
use super::wire::{Class, Reason, check_result, class, type_args};
use crate::api::{Arg, Args, Bound, DefKey, TraitRef, Ty};

/// The pseudo primitive's name begins so; which one it is follows.
const CALLABLE: &str = "@callable:";

/// What is passed and what is given back, as the bound says it.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    params: Vec<Ty>,
    output: Ty,
    /// The same as it is written, where types were put in place of what was left open.
    written: Ty,
    place: Place,
    /// It is a function pointer.
    pointer: bool,
}

/// Where and when a callable is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// During the call, on its thread: nothing lets the callee send it to another.
    Here,
    /// During the call.
    Anywhere,
    /// Rust may keep it.
    Kept,
}

impl Signature {
    /// The type parameters that it names.
    pub(super) fn parameters(&self) -> BTreeSet<String> {
        let mut all = generics_in(&self.output);
        self.params.iter().for_each(|ty| all.extend(generics_in(ty)));
        all
    }

    /// The same of an implementation of a trait for callables, with types in place of its parameters: what is given back owns
    /// its data, and the callee's own bounds are not known here.
    pub(super) fn closed(&self, subst: &Subst) -> Self {
        let output = subst.apply(&self.output);
        Self {
            params: self.params.iter().map(|ty| subst.apply(ty)).collect(),
            written: self.written.clone(),
            output: if generics_in(&self.output).is_empty() {
                output
            } else {
                owned(&output)
            },
            place: match self.place {
                Place::Here => Place::Anywhere,
                other => other,
            },
            pointer: self.pointer,
        }
    }

    /// What it is called with.
    pub(super) fn params(&self) -> &[Ty] {
        &self.params
    }
}

/// The pseudo type of the callable with that number.
pub(super) fn callable(number: usize) -> Ty {
    Ty::Primitive(format!("{CALLABLE}{number}"))
}

/// The number of a callable's pseudo type.
pub(super) fn number(ty: &Ty) -> Option<usize> {
    match ty {
        Ty::Primitive(name) => name.strip_prefix(CALLABLE)?.parse().ok(),
        _ => None,
    }
}

/// Some part of it is a callable.
pub(super) fn holds(ty: &Ty) -> bool {
    any(ty, &|part| number(part).is_some())
}

/// Some part of it is a callable that Rust may keep.
pub(super) fn kept(callables: &[Signature], ty: &Ty) -> bool {
    let is = |at: usize| callables.get(at).is_some_and(|one| one.place == Place::Kept);
    any(ty, &|part| number(part).is_some_and(is))
}

/// The trait that stands for being a function pointer.
pub(super) const POINTER: &str = "core::usecrate::FnPointer";

/// What is asked of a callable to become a function pointer.
pub(super) fn of_pointer(params: &[Ty], output: Option<&Ty>) -> Vec<Bound> {
    let output = output.cloned().unwrap_or_else(|| Ty::Tuple(Vec::new()));
    let trait_ = TraitRef {
        def: DefKey(POINTER.to_owned()),
        args: Args {
            args: vec![Arg::Type(Ty::Tuple(params.to_vec()))],
            bindings: vec![("Output".to_owned(), output)],
            ..Args::default()
        },
    };
    vec![bound(&trait_), Bound::Outlives("'static".to_owned())]
}

/// `Fn`, `FnMut`, `FnOnce`, and what function pointers are.
pub(super) fn is_trait(def: &DefKey) -> bool {
    stdlib::is_std(def) && (matches!(def.name(), "Fn" | "FnMut" | "FnOnce") || def.0 == POINTER)
}

/// What a bound says of a callable. `alone`: its other `bounds` are all that is said of it; `leaves`: the result may hold it.
pub(super) fn signature(bounds: &[Bound], trait_: &TraitRef, alone: bool, leaves: bool) -> Signature {
    let for_ever = |bound: &Bound| matches!(bound, Bound::Outlives(name) if name == "'static");
    let place = if leaves || bounds.iter().any(for_ever) {
        Place::Kept
    } else if alone && bounds.iter().all(stays) {
        Place::Here
    } else {
        Place::Anywhere
    };
    let params = match type_args(&trait_.args).next() {
        Some(Ty::Tuple(params)) => params.clone(),
        _ => Vec::new(),
    };
    let output = trait_
        .args
        .bindings
        .iter()
        .find(|(name, _)| name == "Output")
        .map_or_else(|| Ty::Tuple(Vec::new()), |(_, ty)| ty.clone());
    Signature {
        params,
        written: output.clone(),
        output,
        place,
        pointer: trait_.def.0 == POINTER,
    }
}

/// A trait as a bound.
pub(super) fn bound(trait_: &TraitRef) -> Bound {
    Bound::Trait {
        trait_: trait_.clone(),
        maybe: false,
        for_: Vec::new(),
    }
}

/// Whether a bound of a callable leaves it on its thread: the compiler then agrees.
fn stays(bound: &Bound) -> bool {
    match bound {
        Bound::Trait { trait_, maybe, .. } => {
            let harmless = ["Sized", "Copy", "Clone", "Unpin"].contains(&trait_.def.name());
            *maybe || is_trait(&trait_.def) || (stdlib::is_std(&trait_.def) && harmless)
        }
        Bound::Outlives(_) | Bound::Use => true,
    }
}

/// How a callable is lifted, and the closure that is made of it.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    /// The type to lift.
    pub(super) lift: String,
    /// The argument, with `{}` for what was lifted.
    pub(super) argument: String,
}

/// How a parameter that is a callable, or a reference to, a box of or an option of one, arrives. `put` puts what was
/// chosen in place of the parameters that a type names.
pub(super) fn arrive(
    ctx: &Ctx<'_>,
    types: &Types,
    callables: &[Signature],
    ty: &Ty,
    name: &str,
    put: &mut dyn FnMut(&Ty) -> Ty,
) -> Result<Arrival, Reason> {
    let elsewhere = || {
        Reason::new(
            SkipCode::Closure,
            format!("parameter `{name}`: a callable inside another type is not taken yet"),
        )
    };
    let signature = named(ty)
        .and_then(|number| callables.get(number))
        .ok_or_else(elsewhere)?;
    let written = Written::new(ctx, types, signature, name, put)?;
    let callable = written.lift();
    let closure = written.closure();
    let (lift, argument) = match ty {
        Ty::Path { def, args } if stdlib::is(def, "Option") => {
            let argument = type_args(args)
                .next()
                .and_then(|inner| perhaps(inner, &format!("{{}}.map(|f| {closure})")));
            (format!("::std::option::Option<{callable}>"), argument)
        }
        _ => (callable, passed(ty, &format!("{{ let f = {{}}; {closure} }}"))),
    };
    let argument = argument.ok_or_else(elsewhere)?;
    Ok(Arrival { lift, argument })
}

/// How a callable arrives that a type of the crate's holds in a box.
pub(super) fn arrive_boxed(
    ctx: &Ctx<'_>,
    types: &Types,
    ty: &Ty,
    name: &str,
) -> Result<Option<Arrival>, Reason> {
    let Some((params, output)) = held::parts(ty) else {
        return Ok(None);
    };
    let signature = Signature {
        params: params.iter().map(held::freed).collect(),
        output: held::freed(output),
        written: output.clone(),
        place: Place::Kept,
        pointer: false,
    };
    let written = Written::new(ctx, types, &signature, name, &mut Ty::clone)?;
    let spelled = ctx.spell(ty, Lifetimes::Infer);
    let boxed = spelled
        .map_err(|Unnameable(why)| Reason::new(SkipCode::Closure, format!("the callable `{name}`: {why}")))?;
    let closure = written.closure();
    Ok(Some(Arrival {
        lift: written.lift(),
        argument: format!("(::std::boxed::Box::new({{ let f = {{}}; {closure} }}) as {boxed})"),
    }))
}

/// A closure as the type has it: itself, by reference or in a box.
fn passed(ty: &Ty, closure: &str) -> Option<String> {
    match ty {
        _ if number(ty).is_some() => Some(closure.to_owned()),
        Ty::Ref { mutable, ty, .. } if number(ty).is_some() => {
            Some(format!("&{}{closure}", if *mutable { "mut " } else { "" }))
        }
        Ty::Path { .. } => Some(format!("{}::new({closure})", boxed(ty)?)),
        _ => None,
    }
}

/// The same in an option, of an option of a closure.
fn perhaps(ty: &Ty, closure: &str) -> Option<String> {
    match ty {
        _ if number(ty).is_some() => Some(closure.to_owned()),
        Ty::Ref { mutable, ty, .. } if number(ty).is_some() => {
            let look = if *mutable { "as_mut" } else { "as_ref" };
            Some(format!("{closure}.{look}().map(|f| f as _)"))
        }
        Ty::Path { .. } => Some(format!("{closure}.map(|f| {}::new(f) as _)", boxed(ty)?)),
        _ => None,
    }
}

/// What a callable is in: a box, or one that is shared.
fn boxed(ty: &Ty) -> Option<&'static str> {
    let Ty::Path { def, args } = ty else { return None };
    type_args(args).find_map(number)?;
    let known = ["Box", "Arc", "Rc"]
        .into_iter()
        .find(|name| stdlib::is(def, name))?;
    Some(match known {
        "Box" => "::std::boxed::Box",
        "Arc" => "::std::sync::Arc",
        _ => "::std::rc::Rc",
    })
}

/// The one callable that a type names.
fn named(ty: &Ty) -> Option<usize> {
    let mut found = None;
    each(ty, &mut |part| found = found.or(number(part)));
    found
}

/// The types of a callable, spelled.
struct Written {
    described: Vec<String>,
    params: Vec<String>,
    /// How they are passed on, with `{}` for each.
    passed: Vec<String>,
    given: Given,
    place: Place,
    pointer: bool,
}

impl Written {
    fn new(
        ctx: &Ctx<'_>,
        types: &Types,
        signature: &Signature,
        name: &str,
        put: &mut dyn FnMut(&Ty) -> Ty,
    ) -> Result<Self, Reason> {
        let refused = |Unnameable(why): Unnameable| {
            Reason::new(SkipCode::Closure, format!("the callable `{name}`: {why}"))
        };
        let mut described = Vec::new();
        let (mut params, mut passed) = (Vec::new(), Vec::new());
        let all: Vec<Ty> = signature.params.iter().map(|ty| ctx.normal(&put(ty))).collect();
        let output = ctx.normal(&put(&signature.output));
        let changed = changing::of(ctx, types, &all, &output).filter(|_| !signature.pointer);
        for (at, ty) in all.iter().enumerate() {
            let passing = match changed {
                Some((place, value)) if place == at => Passing::to_look_at(value),
                _ => {
                    check_argument(ctx, types, ty, name)?;
                    Passing::new(ctx, types, ty)
                }
            };
            described.push(ctx.spell(&passing.ty, Lifetimes::All("'h")).map_err(refused)?);
            params.push(ctx.spell(ty, Lifetimes::Infer).map_err(refused)?);
            passed.push(passing.made);
        }
        let mut given = Given::new(ctx, types, &signature.written, &output, name)?;
        if let Some((place, value)) = changed {
            let described = ctx.spell(value, Lifetimes::All("'h")).map_err(refused)?;
            let lifted = ctx.spell(value, Lifetimes::Infer).map_err(refused)?;
            given = given.changing(&output, &argument(place), &described, &lifted);
        }
        Ok(Self {
            described,
            params,
            passed,
            given,
            place: signature.place,
            pointer: signature.pointer,
        })
    }

    fn lift(&self) -> String {
        let (params, given) = (tuple(&self.described), self.given.described());
        let (callable, lifetime) = match self.place {
            Place::Here => ("LocalCallable", "'c, "),
            Place::Anywhere => ("Callable", "'c, "),
            Place::Kept => ("KeptCallable", ""),
        };
        format!("::usecrate_runtime::private::{callable}<{lifetime}{params}, {given}>")
    }

    /// The closure around `f`, which was lifted.
    fn closure(&self) -> String {
        let names: Vec<String> = (0..self.params.len()).map(argument).collect();
        let params: Vec<String> = names
            .iter()
            .zip(&self.params)
            .map(|(name, ty)| format!("{name}: {ty}"))
            .collect();
        let kept = self.place == Place::Kept;
        let passed: Vec<String> = names
            .iter()
            .zip(&self.passed)
            .map(|(name, passed)| passed.replace("{}", name))
            .collect();
        let (output, body) = self.given.body(MARKER, &tuple(&passed), kept);
        if self.pointer {
            let types = self.params.join(", ");
            return format!(
                "{{ static PLACES: ::usecrate_runtime::private::Places = ::usecrate_runtime::private::Places::new(); \
                 let all: &[fn({types}) -> _] = &\
                 ::usecrate_runtime::private::pointers!(PLACES, f, ({}) -> {output}, {body}); \
                 all[PLACES.of(f.keep())] }}",
                params.join(", ")
            );
        }
        let closure = format!("move |{}| -> {output} {{ {body} }}", params.join(", "));
        if kept {
            format!("{{ let f = f.keep(); {closure} }}")
        } else {
            closure
        }
    }
}

/// What the closure calls an argument.
fn argument(at: usize) -> String {
    format!("x{at}")
}

/// How an argument is passed on to a callable.
pub(super) struct Passing {
    /// The type that leaves.
    pub(super) ty: Ty,
    /// What is made of the argument, with `{}` for it.
    pub(super) made: String,
}

impl Passing {
    /// What an exclusive reference refers to, lent to be looked at.
    fn to_look_at(inner: &Ty) -> Self {
        Self {
            ty: shared(inner),
            made: "&*{}".to_owned(),
        }
    }

    /// What borrows and may be changed is lent by itself, since nobody may change what it borrows; if it has several lifetimes,
    /// it is lent to be looked at: what lives for the shorter could be moved within it to where the longer is promised.
    pub(super) fn new(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> Self {
        let as_it_is = |ty: &Ty| Self {
            ty: ty.clone(),
            made: "{}".to_owned(),
        };
        let Ty::Ref {
            mutable: true,
            ty: inner,
            ..
        } = ty
        else {
            return as_it_is(ty);
        };
        match class(ctx, types, inner) {
            // An object's own lifetime may be shortened: nothing can be put in its place.
            _ if matches!(**inner, Ty::Dyn { .. }) => as_it_is(ty),
            Class::Type(_, Kind::Handle) if lifetimes(inner) > 1 => Self::to_look_at(inner),
            Class::Type(id, Kind::Handle) if has_lifetimes(inner) => Self {
                ty: ty.clone(),
                made: format!(
                    "::usecrate_runtime::private::LentMut::<{}>::new({{}})",
                    family(id)
                ),
            },
            _ => as_it_is(ty),
        }
    }
}

/// How many lifetimes a type is about.
fn lifetimes(ty: &Ty) -> usize {
    match ty {
        Ty::Path { args, .. } => args
            .args
            .iter()
            .filter(|arg| matches!(arg, Arg::Lifetime(_)))
            .count(),
        _ => 0,
    }
}

/// The parts as a tuple.
pub(super) fn tuple(parts: &[String]) -> String {
    match parts {
        [one] => format!("({one},)"),
        _ => format!("({})", parts.join(", ")),
    }
}

/// Whether a callable can be passed a value of that type.
pub(super) fn check_argument(ctx: &Ctx<'_>, types: &Types, ty: &Ty, name: &str) -> Result<(), Reason> {
    let refuse = |why: &str| {
        Err(Reason::new(
            SkipCode::Closure,
            format!("the callable `{name}` is passed `{}`{why}", ctx.show(ty)),
        ))
    };
    match ty {
        Ty::Ref {
            mutable: true,
            ty: inner,
            ..
        } if !matches!(class(ctx, types, inner), Class::Type(_, Kind::Handle)) => {
            refuse(": changing a plain value in place is not served yet")
        }
        _ if holds(ty) => refuse(", another callable: not served yet"),
        _ => match check_result(ctx, types, &Passing::new(ctx, types, ty).ty, false) {
            Ok(()) => Ok(()),
            Err(reason) => refuse(&format!(", which does not leave Rust: {}", reason.message)),
        },
    }
}
