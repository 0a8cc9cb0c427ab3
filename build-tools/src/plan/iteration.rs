//! `Iterator` and `IntoIterator` as Python's protocol: the special methods of what iterates and of what can be iterated.

use std::collections::BTreeSet;

use usecrate_manifest::Kind;

use super::build::Builder;
use super::callables::{left_open, made_up};
use super::choose::{collected, gathered, list, shared};
use super::ctx::Match;
use super::fold::{Subst, any, each, erase};
use super::items::{self, Items};
use super::model::{MARKER, PlannedMethod, ShimId, TypeId};
use super::site::{Callee, Explicit, Site};
use super::specials::{Specials, option};
use super::spell::Lifetimes;
use super::stdlib;
use super::types::all_fields;
use super::wire::{Class, class, has_handle, type_args};
use crate::api::{Arg, Args, Bound, DefKey, DefKind, Function, TraitRef, Ty};

/// Where the runtime's helpers are.
const PRIVATE: &str = "::usecrate_runtime::private";

/// A special method on its way.
struct Special<'s> {
    /// Trait and method, for people.
    of: &'s str,
    name: &'s str,
    params: Vec<(&'s str, Ty)>,
    output: Ty,
    text: String,
}

fn plan(build: &mut Builder<'_, '_>, id: TypeId, found: &Match<'_>, special: Special<'_>) -> Vec<ShimId> {
    let path = &build.types.get(id).path;
    let site = Site {
        id: format!("<{path} as {}>::{}", special.of, special.name),
        function: made_up(special.name, "", special.params, Some(special.output)),
        subst: Subst::default(),
        generics: vec![left_open(&found.impl_.generics, &found.subst)],
        callee: Callee::Expr(special.text),
        explicit: Explicit::All,
        of_trait: None,
        origin: None,
    };
    build.plan_quietly(&site)
}

/// Adds the special methods of iteration; `methods` are those that are planned.
pub(super) fn specials(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    methods: &[PlannedMethod],
    all: &mut Specials,
) {
    if build.types.kind(id) != Kind::Handle {
        return;
    }
    let ty = build.types.get(id).instance.ty.clone();
    let found = match items::named(build.ctx, &ty) {
        Some((found, items)) => iterator(build, id, methods, &found, &items, all),
        None => {
            let found = iterable(build, id, methods);
            let none = found.iter().all(|(_, shims)| shims.is_empty());
            if none {
                streaming(build, &ty, methods)
            } else {
                found
            }
        }
    };
    for (key, shims) in found {
        if !shims.is_empty() {
            all.entry(key.to_owned()).or_insert(shims);
        }
    }
}

/// What the methods of a type that is an iterator are.
fn iterator(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    methods: &[PlannedMethod],
    found: &Match<'_>,
    items: &Items,
    all: &Specials,
) -> Vec<(&'static str, Vec<ShimId>)> {
    let (Some(me), Some(item)) = (found.subst.types.get("Self").cloned(), items.item.clone()) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let next = if batched(build, id, methods, items, all) {
        let want = Ty::Primitive("usize".to_owned());
        Special {
            of: "Iterator",
            name: "next",
            params: vec![("self", exclusive(&me)), ("want", want)],
            output: list(item.clone()),
            text: format!("{PRIVATE}::batch::<{MARKER}, _>({{0}}, {{1}})"),
        }
    } else {
        one(&me, &item, "Iterator", "next")
    };
    let next = plan(build, id, found, next);
    if next.is_empty() {
        return Vec::new();
    }
    out.push(("__next__", next));
    let hint = Special {
        of: "Iterator",
        name: "size_hint",
        params: vec![("self", shared(&me))],
        output: Ty::Primitive("usize".to_owned()),
        text: format!("{PRIVATE}::length_hint({{0}})"),
    };
    out.push(("__length_hint__", plan(build, id, found, hint)));
    if items::implementing(build.ctx, &erase(&me), "ExactSizeIterator").is_some() {
        let len = Special {
            of: "ExactSizeIterator",
            name: "len",
            params: vec![("self", shared(&me))],
            output: Ty::Primitive("usize".to_owned()),
            text: "::std::iter::ExactSizeIterator::len({0})".to_owned(),
        };
        out.push(("__len__", plan(build, id, found, len)));
    }
    if items.double {
        let back = Special {
            of: "DoubleEndedIterator",
            name: "rev",
            params: vec![("self", exclusive(&me))],
            output: giving(item),
            text: "::std::iter::Iterator::rev({0})".to_owned(),
        };
        out.push(("__reversed__", plan(build, id, found, back)));
    }
    out
}

/// Asks for one item, which may be missing; an item that is an `Err` is raised.
fn one<'s>(me: &Ty, item: &Ty, trait_: &'s str, name: &'s str) -> Special<'s> {
    let call = format!("::std::iter::{trait_}::{name}({{0}})");
    let (output, text) = match item {
        Ty::Path { def, args } if stdlib::is(def, "Result") => {
            let mut args = args.clone();
            let ok = args.args.iter_mut().find_map(|arg| match arg {
                Arg::Type(ty) => Some(ty),
                _ => None,
            });
            if let Some(ok) = ok {
                *ok = option(ok.clone());
            }
            let def = def.clone();
            (Ty::Path { def, args }, format!("{call}.transpose()"))
        }
        _ => (option(item.clone()), call),
    };
    Special {
        of: trait_,
        name,
        params: vec![("self", exclusive(me))],
        output,
        text,
    }
}

/// Items may be fetched ahead: nothing but the protocol sees how far the iterator is, and there is an answer for each of them.
fn batched(
    build: &Builder<'_, '_>,
    id: TypeId,
    methods: &[PlannedMethod],
    items: &Items,
    all: &Specials,
) -> bool {
    let fallible = items.item.as_ref().is_none_or(|item| {
        any(
            item,
            &|part| matches!(part, Ty::Path { def, .. } if stdlib::is(def, "Result")),
        )
    });
    let formless = items
        .item
        .as_ref()
        .is_some_and(|item| may_be_formless(build, item, &mut BTreeSet::new()));
    let seen = methods.iter().any(|method| method.instance)
        || all
            .keys()
            .any(|key| !matches!(key.as_str(), "__repr__" | "__str__"));
    !fallible && !formless && !items.double && !seen && !passed(build, id)
}

/// Some part of it is of another crate's type, of which Python may not hold every value.
fn may_be_formless(build: &Builder<'_, '_>, ty: &Ty, seen: &mut BTreeSet<TypeId>) -> bool {
    let (ctx, types) = (build.ctx, build.types);
    let (mut found, mut parts) = (false, Vec::new());
    each(ty, &mut |part| match class(ctx, types, part) {
        Class::Value(_) => found = true,
        Class::Type(id, kind) if kind != Kind::Handle && seen.insert(id) => parts.push(id),
        _ => {}
    });
    found
        || parts.iter().any(|id| {
            let fields = all_fields(ctx, &types.get(*id).instance);
            fields.iter().any(|(_, ty)| may_be_formless(build, ty, seen))
        })
}

/// Something takes the type, or anything with its definition, as an argument.
fn passed(build: &Builder<'_, '_>, id: TypeId) -> bool {
    let me = &build.types.get(id).instance.def;
    let names = |ty: &Ty| any(ty, &|part| matches!(part, Ty::Path { def, .. } if def == me));
    let takes = |function: &Function| function.params.iter().any(|param| names(&param.ty));
    let api = build.ctx.api;
    let defs = api.defs.values().any(|def| match &def.kind {
        DefKind::Function(function) => takes(function),
        DefKind::Trait(definition) => definition.methods.iter().any(takes),
        _ => false,
    });
    let foreign =
        |trait_: &Option<TraitRef>| trait_.as_ref().is_some_and(|one| type_args(&one.args).any(names));
    defs || api
        .impls
        .iter()
        .any(|impl_| impl_.methods.iter().any(takes) || foreign(&impl_.trait_))
}

/// The methods that std's traits of iteration bring; a crate's own method of the same name wins.
pub(super) fn methods(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    taken: &BTreeSet<String>,
) -> Vec<PlannedMethod> {
    let mut out = Vec::new();
    if !taken.contains("next_back") {
        out.extend(next_back(build, id));
    }
    if !taken.contains("extend") {
        out.extend(extend(build, id));
    }
    out
}

/// `DoubleEndedIterator::next_back`, for an iterator that has it.
fn next_back(build: &mut Builder<'_, '_>, id: TypeId) -> Option<PlannedMethod> {
    if build.types.kind(id) != Kind::Handle {
        return None;
    }
    let ty = build.types.get(id).instance.ty.clone();
    let (found, items) = items::named(build.ctx, &ty)?;
    let me = found.subst.types.get("Self").cloned()?;
    let item = items.item.filter(|_| items.double)?;
    let special = one(&me, &item, "DoubleEndedIterator", "next_back");
    let shims = plan(build, id, &found, special);
    for shim in &shims {
        "The next item from the other end, or `None`.".clone_into(&mut build.shims[*shim].docs);
    }
    (!shims.is_empty()).then(|| PlannedMethod {
        name: "next_back".to_owned(),
        instance: true,
        shims,
        from_trait: Some("std::iter::DoubleEndedIterator".to_owned()),
    })
}

/// `Extend::extend`, by what it is extended with.
fn extend(build: &mut Builder<'_, '_>, id: TypeId) -> Option<PlannedMethod> {
    if build.types.kind(id) != Kind::Handle {
        return None;
    }
    let ty = build.types.get(id).instance.ty.clone();
    let mut shims = Vec::new();
    for found in build.ctx.matching(&ty) {
        let Some(trait_) = &found.impl_.trait_ else {
            continue;
        };
        if !stdlib::is_trait(&trait_.def, "Extend") || found.impl_.blanket.is_some() {
            continue;
        }
        let applied = found.subst.apply_trait(trait_);
        let given = type_args(&applied.args).next().map(|ty| build.ctx.normal(ty));
        let (Some(me), Some(given)) = (found.subst.types.get("Self"), given) else {
            continue;
        };
        let of = build.ctx.show_trait(&applied);
        let special = Special {
            of: &of,
            name: "extend",
            params: vec![
                ("self", exclusive(me)),
                ("iter", gathered(&given).unwrap_or_else(|| collected(&given))),
            ],
            output: Ty::Tuple(Vec::new()),
            text: "::std::iter::Extend::extend({0}, {1})".to_owned(),
        };
        shims.extend(plan(build, id, &found, special));
    }
    for shim in &shims {
        "Adds what an iterable gives.".clone_into(&mut build.shims[*shim].docs);
    }
    (!shims.is_empty()).then(|| PlannedMethod {
        name: "extend".to_owned(),
        instance: true,
        shims,
        from_trait: Some("std::iter::Extend".to_owned()),
    })
}

/// What can be iterated: behind a reference, through its `iter`, or by value.
fn iterable(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    methods: &[PlannedMethod],
) -> Vec<(&'static str, Vec<ShimId>)> {
    let ty = build.types.get(id).instance.ty.clone();
    let by_reference = reference_impl(build, &ty);
    for (found, me) in by_reference.into_iter().chain(value_impl(build, &ty)) {
        let Some(given) = items::assigned(build.ctx, &found, "IntoIter") else {
            continue;
        };
        let item = items::assigned(build.ctx, &found, "Item");
        let items = items::of(build.ctx, &given);
        let double = items.as_ref().is_some_and(|items| items.double);
        let made = "::std::iter::IntoIterator::into_iter({0})";
        let shorter = item.as_ref().and_then(|item| shortened(build, item, made));
        let made = shorter.as_deref().unwrap_or(made);
        let output = match (items, &item) {
            (None, Some(item)) => giving(item.clone()),
            _ => given,
        };
        let both = both(
            build,
            id,
            &found,
            "IntoIterator",
            &me,
            (output, item),
            (made, double),
        );
        if !both[0].1.is_empty() {
            return both;
        }
    }
    through_iter(build, id, &ty, methods)
}

/// An iterator over values that borrow nothing (`Frame<'static>`), as one over such values that may: no other type stands for
/// both, and what an iterator is over is not taken for something shorter, as a value is.
fn shortened(build: &Builder<'_, '_>, item: &Ty, made: &str) -> Option<String> {
    let lasts = |part: &Ty| {
        matches!(part, Ty::Path { def, args } if !stdlib::is_std(def)
            && args.args.contains(&Arg::Lifetime("'static".to_owned())))
    };
    if !any(item, &lasts) {
        return None;
    }
    let item = build.ctx.spell(item, Lifetimes::All("'h")).ok()?;
    Some(format!(
        "::std::iter::Iterator::map({made}, |item| -> {item} {{ item }})"
    ))
}

/// What gives one item after another by a `next` of its own, because its items are lent: those that are copied out are as good
/// as an iterator's. One that is a handle holds what the next call needs: who iterates has to close each before the next.
fn streaming(
    build: &Builder<'_, '_>,
    ty: &Ty,
    methods: &[PlannedMethod],
) -> Vec<(&'static str, Vec<ShimId>)> {
    let ctx = build.ctx;
    let Some(next) = methods.iter().find(|one| one.name == "next" && one.instance) else {
        return Vec::new();
    };
    // What is inside of `Option<T>`, or of `Result<Option<T>, E>`.
    let inside = |ty: &Ty, name: &str| match ty {
        Ty::Path { def, args } if stdlib::is(def, name) => type_args(args).next().cloned(),
        _ => None,
    };
    let gives = |found: &Match<'_>, function: &Function| {
        let [me] = &function.params[..] else { return None };
        let output = ctx.normal(&found.subst.apply(function.output.as_ref()?));
        let output = inside(&output, "Result").unwrap_or(output);
        inside(&output, "Option").filter(|_| matches!(me.ty, Ty::Ref { mutable: true, .. }))
    };
    let item = ctx.matching(ty).into_iter().find_map(|found| {
        let mut all = found.impl_.methods.iter();
        all.find_map(|one| {
            Some(one)
                .filter(|one| one.name == "next")
                .and_then(|one| gives(&found, one))
        })
    });
    let shims = build.bare(&next.shims);
    let Some(item) = item.filter(|_| shims.len() == 1) else {
        return Vec::new();
    };
    let one = match &item {
        Ty::Ref { ty, .. } => ty,
        ty => ty,
    };
    if !has_handle(ctx, build.types, &item) {
        vec![("__next__", shims)]
    } else if matches!(class(ctx, build.types, one), Class::Type(_, Kind::Handle)) {
        vec![("__lend__", shims)]
    } else {
        Vec::new()
    }
}

/// `__iter__`, and `__reversed__` where the iterator has two ends.
fn both(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    found: &Match<'_>,
    of: &str,
    me: &Ty,
    (output, item): (Ty, Option<Ty>),
    (made, double): (&str, bool),
) -> Vec<(&'static str, Vec<ShimId>)> {
    let name = made_name(of);
    let forth = Special {
        of,
        name,
        params: vec![("self", me.clone())],
        output,
        text: made.to_owned(),
    };
    let mut out = vec![("__iter__", plan(build, id, found, forth))];
    if let Some(item) = item.filter(|_| double) {
        let back = Special {
            of,
            name: "rev",
            params: vec![("self", me.clone())],
            output: giving(item),
            text: format!("{made}.rev()"),
        };
        out.push(("__reversed__", plan(build, id, found, back)));
    }
    out
}

fn made_name(of: &str) -> &'static str {
    if of == "IntoIterator" { "into_iter" } else { "iter" }
}

/// `impl IntoIterator for &T`, and `&T` as it writes it.
fn reference_impl<'a>(build: &Builder<'_, 'a>, ty: &Ty) -> Option<(Match<'a>, Ty)> {
    build.ctx.bare_impls().iter().find_map(|impl_| {
        let is = |one: &TraitRef| stdlib::is_trait(&one.def, "IntoIterator");
        let Ty::Ref {
            mutable: false,
            ty: pattern,
            ..
        } = &impl_.self_ty
        else {
            return None;
        };
        if !impl_.trait_.as_ref().is_some_and(is) || impl_.blanket.is_some() {
            return None;
        }
        let mut found = build.ctx.match_pattern(impl_, pattern, ty)?;
        // Inside the impl, `Self` is the reference.
        let me = build.ctx.normal(&found.subst.apply(&impl_.self_ty));
        found.subst.types.insert("Self".to_owned(), me.clone());
        Some((found, me))
    })
}

/// `impl IntoIterator for T`.
fn value_impl<'a>(build: &Builder<'_, 'a>, ty: &Ty) -> Option<(Match<'a>, Ty)> {
    let found = items::implementing(build.ctx, ty, "IntoIterator")?;
    let me = found.subst.types.get("Self").cloned()?;
    Some((found, me))
}

/// A method `iter(&self)` that gives an iterator.
fn through_iter(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    ty: &Ty,
    methods: &[PlannedMethod],
) -> Vec<(&'static str, Vec<ShimId>)> {
    let Some(planned) = methods
        .iter()
        .find(|one| one.name == "iter" && one.instance && one.from_trait.is_none())
    else {
        return Vec::new();
    };
    let matching = build.ctx.matching(ty);
    let written = matching.iter().find_map(|found| {
        let own = found.impl_.trait_.is_none();
        let function = found.impl_.methods.iter().find(|one| own && one.name == "iter")?;
        Some((found, function))
    });
    let Some((found, function)) = written else {
        return Vec::new();
    };
    let Some(output) = &function.output else {
        return Vec::new();
    };
    let output = build.ctx.normal(&found.subst.apply(output));
    let (Some(items), [_]) = (items::of(build.ctx, &output), &function.params[..]) else {
        return Vec::new();
    };
    let mut out = vec![("__iter__", build.bare(&planned.shims))];
    let (Ok(rust), Some(item)) = (build.ctx.spell(ty, Lifetimes::Infer), items.item) else {
        return out;
    };
    let me = build.ctx.normal(&found.subst.apply(&function.params[0].ty));
    if items.double && matches!(me, Ty::Ref { mutable: false, .. }) {
        let back = Special {
            of: "Iterator",
            name: "rev",
            params: vec![("self", me)],
            output: giving(item),
            text: format!("<{rust}>::iter({{0}}).rev()"),
        };
        out.push(("__reversed__", plan(build, id, found, back)));
    }
    out
}

/// `&mut T`, its lifetime elided.
fn exclusive(ty: &Ty) -> Ty {
    Ty::Ref {
        lifetime: None,
        mutable: true,
        ty: Box::new(ty.clone()),
    }
}

/// `impl Iterator<Item = T> + '_`
fn giving(item: Ty) -> Ty {
    let trait_ = TraitRef {
        def: DefKey("core::iter::traits::iterator::Iterator".to_owned()),
        args: Args {
            bindings: vec![("Item".to_owned(), item)],
            ..Args::default()
        },
    };
    Ty::Impl(vec![
        Bound::Trait {
            trait_,
            maybe: false,
            for_: Vec::new(),
        },
        Bound::Outlives("'_".to_owned()),
    ])
}
