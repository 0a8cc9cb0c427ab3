//! Traits that cannot be `dyn`, because a method of theirs is generic, of what a function gives as `impl Trait`: that has no name,
//! and can be no trait object. A trait of the bridge's takes its place, which has the methods that objects can have, and which
//! everything implements that implements the crate's.

use usecrate_manifest::SkipCode;

use super::build::{Builder, Place};
use super::ctx::{Ctx, parameters};
use super::fold::closed;
use super::hosts;
use super::model::{PlannedAlike, PlannedLikeness, Receiver, TypeId};
use super::spell::Lifetimes;
use super::wire::Reason;
use super::{methods, names, objects, stdlib};
use crate::api::{Args, DefKind, Function, Trait, TraitRef, Ty};

/// The trait that takes a trait's place, if one does.
pub(super) fn spelled(ctx: &Ctx<'_>, trait_: &TraitRef) -> Option<String> {
    let (found, rust) = definition(ctx, trait_)?;
    let any = found
        .methods
        .iter()
        .any(|one| function(ctx, one, &rust).is_some());
    any.then(|| name(ctx, trait_))
}

fn name(ctx: &Ctx<'_>, trait_: &TraitRef) -> String {
    format!("__UcLike_{}", names::identifier(&ctx.path(&trait_.def)))
}

/// A trait that cannot be `dyn`, without parameters.
fn definition<'a>(ctx: &Ctx<'a>, trait_: &TraitRef) -> Option<(&'a Trait, String)> {
    let def = ctx.def(&trait_.def)?;
    match &def.kind {
        DefKind::Trait(found) if !found.dyn_compatible && !found.unsafe_ && !stdlib::is_std(&trait_.def) => {
            let plain = def.generics.params.is_empty() && trait_.args == Args::default();
            let rust = ctx.spell_def(&trait_.def).ok().filter(|_| plain)?;
            Some((found, rust))
        }
        _ => None,
    }
}

/// The one that the bridge has to declare for a type that holds an object.
pub(super) fn planned(ctx: &Ctx<'_>, ty: &Ty) -> Option<PlannedLikeness> {
    let (_, object) = objects::pointer(ctx, ty)?;
    let trait_ = objects::trait_of(object)?;
    let name = spelled(ctx, trait_)?;
    let (found, rust) = definition(ctx, trait_)?;
    let functions = found.methods.iter().filter_map(|one| function(ctx, one, &rust));
    Some(PlannedLikeness {
        name,
        path: ctx.path(&trait_.def),
        functions: functions.collect(),
        trait_: rust,
    })
}

/// It has the method.
pub(super) fn has(ctx: &Ctx<'_>, method: &Function) -> bool {
    function(ctx, method, "").is_some()
}

/// A method of it, which calls the one of the trait `rust`.
fn function(ctx: &Ctx<'_>, function: &Function, rust: &str) -> Option<PlannedAlike> {
    let plain = !function.unsafe_ && !function.async_ && function.generics.bounds.is_empty();
    if !plain || !objects::is_called(function) {
        return None;
    }
    let (Receiver::Shared | Receiver::Exclusive, receiver) = hosts::receiver(function)? else {
        return None;
    };
    let said = |ty| {
        let ty = ctx.normal(ty);
        ctx.spell(&ty, Lifetimes::Written).ok().filter(|_| closed(&ty))
    };
    let (mut params, mut arguments) = (vec![receiver], vec!["self".to_owned()]);
    for (at, param) in function.params.iter().skip(1).enumerate() {
        params.push(format!("x{at}: {}", said(&param.ty)?));
        arguments.push(format!("x{at}"));
    }
    let output = match &function.output {
        Some(ty) => format!(" -> {}", said(ty)?),
        None => String::new(),
    };
    let name = names::raw(&function.name);
    let (lifetimes, params) = (hosts::lifetimes(&function.generics), params.join(", "));
    Some(PlannedAlike {
        head: format!("fn {name}{lifetimes}({params}){output}"),
        call: format!("{rust}::{name}({})", arguments.join(", ")),
    })
}

/// A method that what stands for a trait has not.
pub(super) fn left_out(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    class: &str,
    shown: &str,
    function: &Function,
) {
    if function.hidden || !methods::has_receiver(function) {
        return;
    }
    let name = names::python(&function.name);
    let why = if parameters(&function.generics).is_empty() {
        "a type in its signature has no name either"
    } else {
        "it is generic itself"
    };
    let message = format!("its receiver is an `impl {shown}`, which has no name in Rust, and {why}");
    let path = format!("<{class} as {shown}>::{}", function.name);
    let reason = Reason::new(SkipCode::Generic, message);
    build.skip(
        &path,
        &name,
        &Place::class(id),
        reason,
        function.span.clone(),
        None,
    );
}
