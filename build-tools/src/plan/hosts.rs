//! Objects of Python's as Rust traits: a struct of the bridge that holds a callable for each method, and implements the trait
//! by calling them.
//!
//! A trait can be implemented so if all that it asks for is methods, what they are passed can be passed to a callable, and what
//! they give can be given by one. Methods that Rust provides may be left out in Python. Where a provided one cannot be a
//! callable, it stays Rust's.

use std::collections::{BTreeMap, BTreeSet};

use super::closures;
use super::ctx::Ctx;
use super::fold::closed;
use super::model::{
    HostId, MARKER, PlannedFunction, PlannedHook, PlannedHost, PlannedImpl, PlannedObject, Receiver, Shim,
};
use super::returned::Given;
use super::spell::Lifetimes;
use super::types::Types;
use super::{names, stdlib};
use crate::api::{Bound, Def, DefKey, DefKind, Function, GenericParam, Generics, Trait, Ty};

/// The pseudo primitive's name begins so; which host it is follows.
const HOST: &str = "@host:";
/// Each provided method that Python may leave out has a struct of its own, with all the others: the compiler reads the square
/// of that many functions. Walks over a syntax tree have two hundred.
const PROVIDED: usize = 256;
/// What every host has, whatever the trait.
const HAS: &[&str] = &[
    "Send",
    "Sync",
    "Sized",
    "Unpin",
    "Clone",
    "Any",
    "UnwindSafe",
    "RefUnwindSafe",
];

/// The pseudo type of the host with that number.
pub(super) fn host(number: usize) -> Ty {
    Ty::Primitive(format!("{HOST}{number}"))
}

/// The number of a host's pseudo type.
pub(super) fn number(ty: &Ty) -> Option<usize> {
    match ty {
        Ty::Primitive(name) => name.strip_prefix(HOST)?.parse().ok(),
        _ => None,
    }
}

/// Some part of it is a host.
pub(super) fn holds(ty: &Ty) -> bool {
    super::fold::any(ty, &|part| number(part).is_some())
}

/// The struct in the bridge.
pub(super) fn spelled(number: usize) -> String {
    format!("__UcHost{number}")
}

/// Whether a trait may be one that Python implements, as far as can be seen without its types.
pub(super) fn may_be(ctx: &Ctx<'_>, key: &DefKey) -> bool {
    ctx.own(key) && included(ctx, key).is_some()
}

/// The definition of a trait that asks for methods alone.
fn definition<'a>(ctx: &Ctx<'a>, key: &DefKey) -> Option<(&'a Def, &'a Trait)> {
    let def = ctx.def(key)?;
    let DefKind::Trait(found) = &def.kind else {
        return None;
    };
    let plain = !stdlib::is_std(key)
        && !found.unsafe_
        && !found.auto
        && found.consts.is_empty()
        && found.types.is_empty()
        // An object that is called outlives all that it is lent: it implements a trait for any lifetime.
        && super::ctx::parameters(&def.generics).is_empty()
        && ctx.spell_def(key).is_ok();
    let possible = |function: &Function| function.provided || is_plain(function);
    // A blanket implementation would be another one for the same type.
    let blanket = |ty: &Ty| matches!(ty, Ty::Generic(_));
    let free = !ctx
        .impls_of(key)
        .iter()
        .any(|one| one.blanket.is_some() || blanket(&one.self_ty));
    (plain && free && found.methods.iter().all(possible)).then_some((def, found))
}

/// It takes an object, and nothing of it is generic or unsafe.
fn is_plain(function: &Function) -> bool {
    let types = |param: &&GenericParam| !matches!(param, GenericParam::Lifetime { .. });
    receiver(function).is_some()
        && !function.hidden
        && !function.unsafe_
        && !function.async_
        && function.generics.params.iter().filter(types).count() == 0
}

/// A trait with those that it includes, itself the first, and what it has to say of itself; `None`: it includes something that
/// Python's objects cannot be.
fn included(ctx: &Ctx<'_>, key: &DefKey) -> Option<(Vec<DefKey>, BTreeSet<&'static str>)> {
    let (mut all, mut says) = (Vec::new(), BTreeSet::new());
    let mut queue = vec![key.clone()];
    while let Some(one) = queue.pop() {
        if all.contains(&one) {
            continue;
        }
        let (_, found) = definition(ctx, &one)?;
        for bound in &found.supertraits {
            let Bound::Trait {
                trait_, maybe: false, ..
            } = bound
            else {
                continue;
            };
            match trait_.def.name() {
                _ if !stdlib::is_std(&trait_.def) => queue.push(trait_.def.clone()),
                "Debug" => says.extend(["Debug"]),
                "Display" => says.extend(["Display"]),
                "Error" => says.extend(["Debug", "Display", "Error"]),
                name if HAS.contains(&name) => {}
                _ => return None,
            }
        }
        all.push(one);
    }
    Some((all, says))
}

/// Whether a host of that trait meets bounds.
pub(super) fn meets(ctx: &Ctx<'_>, key: &DefKey, bounds: &[Bound]) -> bool {
    let Some((traits, says)) = included(ctx, key) else {
        return false;
    };
    bounds.iter().all(|bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } if stdlib::is_std(&trait_.def) => {
            let name = trait_.def.name();
            HAS.contains(&name) || says.contains(name)
        }
        Bound::Trait {
            trait_, maybe: false, ..
        } => traits.contains(&trait_.def),
        Bound::Trait { maybe: true, .. } | Bound::Outlives(_) | Bound::Use => true,
    })
}

/// The types that methods of Python's are passed.
pub(super) fn passed(ctx: &Ctx<'_>, key: &DefKey) -> Vec<Ty> {
    let Some((traits, _)) = included(ctx, key) else {
        return Vec::new();
    };
    let definitions = traits.iter().filter_map(|one| definition(ctx, one));
    let functions = definitions.flat_map(|(_, found)| found.methods.iter().filter(|one| is_plain(one)));
    functions
        .flat_map(|function| function.params.iter().skip(1).map(|param| ctx.normal(&param.ty)))
        .collect()
}

/// How a trait is implemented by Python's objects; `None`: it is not. The compiler may refuse to lend a method what borrows:
/// with it, all that stands beside it would be lost, so there is a second way without those that can be left out.
pub(super) fn planned(ctx: &Ctx<'_>, types: &Types, key: &DefKey, number: usize) -> Option<PlannedHost> {
    let whole = planned_with(ctx, types, key, number, true)?;
    let narrow = planned_with(ctx, types, key, number, false);
    let narrow = narrow.filter(|narrow| narrow.hooks.len() < whole.hooks.len());
    Some(PlannedHost {
        narrow: narrow.map(Box::new),
        ..whole
    })
}

fn planned_with(
    ctx: &Ctx<'_>,
    types: &Types,
    key: &DefKey,
    number: usize,
    lends: bool,
) -> Option<PlannedHost> {
    let (traits, says) = included(ctx, key)?;
    let mut hooks: Vec<PlannedHook> = Vec::new();
    let mut impls = Vec::new();
    for one in &traits {
        let (def, found) = definition(ctx, one)?;
        let mut functions = Vec::new();
        for function in &found.methods {
            let lent =
                function.provided && !lends && function.params.iter().skip(1).any(|param| borrows(&param.ty));
            match hooked(ctx, types, function, hooks.len()).filter(|_| !lent) {
                Some((hook, function)) if hooks.iter().all(|have| have.name != hook.name) => {
                    hooks.push(hook);
                    functions.push(function);
                }
                _ if function.provided => {}
                _ => return None,
            }
        }
        let trait_ = ctx.spell_def(one).ok()?;
        impls.push(PlannedImpl {
            head: format!(
                "impl{} {trait_}{}",
                lifetimes(&def.generics),
                named_lifetimes(&def.generics)
            ),
            trait_,
            functions,
        });
    }
    if hooks.is_empty() || hooks.iter().filter(|hook| !hook.required).count() > PROVIDED {
        return None;
    }
    let mut told = Vec::new();
    for (what, method) in [("Debug", "__repr__"), ("Display", "__str__")] {
        if says.contains(what) {
            told.push((what.to_owned(), hooks.len()));
            hooks.push(PlannedHook {
                name: method.to_owned(),
                params: Vec::new(),
                output: "::std::string::String".to_owned(),
                required: true,
            });
        }
    }
    Some(PlannedHost {
        name: spelled(number),
        path: ctx.path(key),
        hooks,
        impls,
        says: told,
        error: says.contains("Error"),
        narrow: None,
    })
}

/// It is of a type with lifetimes of its own, behind a reference or not.
fn borrows(ty: &Ty) -> bool {
    match ty {
        Ty::Ref { ty, .. } => borrows(ty),
        Ty::Path { .. } => super::types::has_lifetimes(ty),
        _ => false,
    }
}

/// A method as a callable and as the function that calls it.
fn hooked(
    ctx: &Ctx<'_>,
    types: &Types,
    function: &Function,
    hook: usize,
) -> Option<(PlannedHook, PlannedFunction)> {
    if !is_plain(function) {
        return None;
    }
    let (receiver, head) = receiver(function)?;
    let (mut described, mut arguments, mut params) = (Vec::new(), Vec::new(), vec![head]);
    for (at, param) in function.params.iter().skip(1).enumerate() {
        let ty = ctx.normal(&param.ty);
        if !closed(&ty) {
            return None;
        }
        closures::check_argument(ctx, types, &ty, &param.name).ok()?;
        let passing = closures::Passing::new(ctx, types, &ty);
        described.push(ctx.spell(&passing.ty, Lifetimes::All("'h")).ok()?);
        arguments.push(passing.made.replace("{}", &format!("x{at}")));
        params.push(format!("x{at}: {}", ctx.spell(&ty, Lifetimes::Written).ok()?));
    }
    let output = function
        .output
        .as_ref()
        .map_or_else(|| Ty::Tuple(Vec::new()), |ty| ctx.normal(ty));
    if !closed(&output) {
        return None;
    }
    let given = Given::new(ctx, types, &output, &output, &function.name).ok()?;
    let (_, body) = given.body(MARKER, &closures::tuple(&arguments), true);
    let name = names::raw(&function.name);
    let head = format!(
        "fn {name}{}({}) -> {}{}",
        lifetimes(&function.generics),
        params.join(", "),
        ctx.spell(&output, Lifetimes::Written).ok()?,
        sized(function)
    );
    let hook_of = PlannedHook {
        name: names::python(&function.name),
        params: described,
        output: given.described().to_owned(),
        required: !function.provided,
    };
    let function = PlannedFunction {
        name,
        head,
        receiver,
        arguments: arguments.len(),
        hook,
        body,
    };
    Some((hook_of, function))
}

/// The lifetimes that a function or a trait declares, with what they outlive.
pub(super) fn lifetimes(generics: &Generics) -> String {
    let all: Vec<String> = generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Lifetime { name, outlives } if outlives.is_empty() => Some(name.clone()),
            GenericParam::Lifetime { name, outlives } => Some(format!("{name}: {}", outlives.join(" + "))),
            _ => None,
        })
        .collect();
    angled(&all)
}

/// The same by name alone.
fn named_lifetimes(generics: &Generics) -> String {
    let name = |param: &GenericParam| match param {
        GenericParam::Lifetime { name, .. } => Some(name.clone()),
        _ => None,
    };
    angled(&generics.params.iter().filter_map(name).collect::<Vec<_>>())
}

fn angled(all: &[String]) -> String {
    if all.is_empty() {
        String::new()
    } else {
        format!("<{}>", all.join(", "))
    }
}

/// What a method asks of the type, which is sized here.
fn sized(function: &Function) -> &'static str {
    let of_self = |ty: &Ty| matches!(ty, Ty::Generic(name) if name == "Self");
    if function.generics.bounds.iter().any(|one| of_self(&one.ty)) {
        " where Self: Sized"
    } else {
        ""
    }
}

/// How a method takes its object, and how that is written.
pub(super) fn receiver(function: &Function) -> Option<(Receiver, String)> {
    let first = function.params.first().filter(|param| param.name == "self")?;
    let of_self = |ty: &Ty| matches!(ty, Ty::Generic(name) if name == "Self");
    let pointer = |ty: &Ty| match ty {
        Ty::Path { def, args } if super::wire::type_args(args).next().is_some_and(of_self) => {
            ["Box", "Arc", "Rc"]
                .into_iter()
                .find(|name| stdlib::is(def, name))
        }
        _ => None,
    };
    let lifetime = |name: &Option<String>| {
        let name = name.as_ref().filter(|name| *name != "'_");
        name.map(|name| format!("{name} ")).unwrap_or_default()
    };
    Some(match &first.ty {
        ty if of_self(ty) => (Receiver::Value, "self".to_owned()),
        Ty::Ref {
            mutable,
            ty,
            lifetime: name,
        } if of_self(ty) => {
            let word = if *mutable { "mut " } else { "" };
            let receiver = if *mutable {
                Receiver::Exclusive
            } else {
                Receiver::Shared
            };
            (receiver, format!("&{}{word}self", lifetime(name)))
        }
        Ty::Ref {
            mutable: false,
            ty,
            lifetime: name,
        } => {
            let path = path_of(pointer(ty)?)?;
            let text = format!("self: &{}{path}<Self>", lifetime(name));
            (Receiver::SharedPointer(path.to_owned()), text)
        }
        ty => {
            let path = path_of(pointer(ty)?)?;
            (Receiver::Pointer(path.to_owned()), format!("self: {path}<Self>"))
        }
    })
}

fn path_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "Box" => "::std::boxed::Box",
        "Arc" => "::std::sync::Arc",
        "Rc" => "::std::rc::Rc",
        _ => return None,
    })
}

/// The hosts that something takes.
pub(super) fn used(
    types: &Types,
    objects: &[PlannedObject],
    shims: &[Shim],
) -> BTreeMap<HostId, PlannedHost> {
    let mut lifted = BTreeSet::new();
    let lifts = shims.iter().flat_map(|shim| &shim.params);
    for lift in lifts.filter_map(|param| param.lift.as_deref()) {
        let words = lift.split(|c: char| !c.is_alphanumeric() && c != '_');
        lifted.extend(words.filter(|word| word.starts_with("__UcHost")));
    }
    let taken = |id: HostId| objects.iter().any(|object| object.host == Some(id));
    types
        .hosts()
        .filter(|(id, host)| taken(*id) || lifted.contains(host.name.as_str()))
        .map(|(id, host)| (id, host.clone()))
        .collect()
}
