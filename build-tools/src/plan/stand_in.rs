//! What stands for a type parameter that nothing names: any value of Python's where that meets what is asked of it, else
//! a number, else a type that the crate has for it.
//!
//! A generic type that the crate's public items use no instance of gets one this way, and so does a function's parameter
//! that its bounds leave open. rustc judges whether it fits.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::ctx::{Ctx, bounds_of, parameters};
use super::discover::Instances;
use super::fold::{Subst, any, closed, each, erase, generics_in, unify};
use super::holds::{self, meets};
use super::spell::Lifetimes;
use super::stdlib::StdClass;
use super::types::Types;
use super::wire::{is_text, type_args};
use super::{asked_by, boxed, choose, held, stdlib, streams};
use crate::api::{Arg, Args, Bound, Def, DefKey, DefKind, GenericParam, Impl, Target, TraitRef, Ty};

/// How many of a crate's own types stand for one parameter.
const OWN: usize = 2;
/// How long the tuples and arrays are that stand for one.
const SMALL: std::ops::RangeInclusive<usize> = 2..=3;
/// How many instances a generic type gets.
const INSTANCES: usize = 4;
/// How many, if each is over another number.
const NUMBERS: usize = 12;

/// Any value of Python's.
pub(super) fn dynamic() -> Ty {
    choose::std_type("std::usecrate::Dynamic")
}

/// It is any value of Python's.
pub(super) fn is_dynamic(ty: &Ty) -> bool {
    matches!(ty, Ty::Path { def, .. } if stdlib::is(def, "Dynamic"))
}

/// A dict, of what serde reads: for formats that have to be told what is there.
pub(super) fn dict() -> Ty {
    choose::std_type("std::usecrate::Dict")
}

/// That, where any value stands for what serde reads, and a dict may.
pub(super) fn told(ctx: &Ctx<'_>, found: &[Ty], bounds: &[Bound]) -> Option<Ty> {
    let read = bounds.iter().any(holds::is_read) && found.iter().any(is_dynamic);
    read.then(dict).filter(|ty| meets(ctx, ty, bounds))
}

/// It is that.
pub(super) fn is_dict(ty: &Ty) -> bool {
    matches!(ty, Ty::Path { def, .. } if stdlib::is(def, "Dict"))
}

/// What may stand for a parameter of a function: any value, if that meets its bounds, else each kind of number that does.
/// `passed`: a value of it is passed, and says which; what a callable gives does not, and any number is a float.
pub(super) fn of_bounds(ctx: &Ctx<'_>, bounds: &[Bound], passed: bool) -> Vec<Ty> {
    if meets(ctx, &dynamic(), bounds) {
        return vec![dynamic()];
    }
    let order = if passed { ["i64", "f64"] } else { ["f64", "i64"] };
    let numbers = order.map(|name| Ty::Primitive(name.to_owned()));
    let met = numbers.into_iter().filter(|ty| meets(ctx, ty, bounds));
    met.take(if passed { 2 } else { 1 }).collect()
}

/// What a parameter may be that only the result names: what stands for it, else every type that implements what is asked.
pub(super) fn given(ctx: &Ctx<'_>, bounds: &[Bound]) -> Vec<Ty> {
    let found = of_bounds(ctx, bounds, false);
    if !found.is_empty() {
        return found;
    }
    let all = implementors(ctx, bounds.iter(), true).into_iter();
    all.filter(|ty| meets(ctx, ty, bounds)).collect()
}

/// Instances of a generic type, for whoever names none: over what stands for its parameters. The first is what its name
/// means.
pub(super) fn instances(ctx: &Ctx<'_>, def: &Def) -> Vec<Ty> {
    instances_at(ctx, def, true)
}

/// `deep`: generic types may stand for parameters, too. Those over such types stand for none, or there would be no end.
fn instances_at(ctx: &Ctx<'_>, def: &Def, deep: bool) -> Vec<Ty> {
    let named = matches!(
        def.kind,
        DefKind::Struct(_) | DefKind::Enum { .. } | DefKind::Union
    );
    if !named || parameters(&def.generics).is_empty() {
        return Vec::new();
    }
    let key = (def.key.clone(), deep);
    if let Some(found) = ctx.standing_in.borrow().get(&key) {
        return found.clone();
    }
    let whole = |args: Vec<Arg>| {
        ctx.normal(&Ty::Path {
            def: def.key.clone(),
            args: Args {
                args,
                ..Args::default()
            },
        })
    };
    let found: Vec<Ty> = combinations(ctx, def, deep).into_iter().map(whole).collect();
    ctx.standing_in.borrow_mut().insert(key, found.clone());
    found
}

fn combinations(ctx: &Ctx<'_>, def: &Def, deep: bool) -> Vec<Vec<Arg>> {
    // Of what another crate gives one will do.
    let most = if def.key.krate() == ctx.api.name {
        INSTANCES
    } else {
        1
    };
    // What says by which arguments a trait is asked for comes first: then it is known what is asked.
    let mut order: Vec<usize> = (0..def.generics.params.len()).collect();
    order.sort_by_key(|at| !asked_by::tells(def, &def.generics.params[*at]));
    let mut all: Vec<(Subst, BTreeMap<usize, Arg>)> = vec![Default::default()];
    for at in order {
        let param = &def.generics.params[at];
        let mut next = Vec::new();
        for (subst, args) in &all {
            for (rank, arg) in arguments(ctx, def, param, subst, deep).into_iter().enumerate() {
                let (mut subst, mut args) = (subst.clone(), args.clone());
                match (&arg, param) {
                    (Arg::Type(ty), GenericParam::Type { name, .. }) => {
                        subst.types.insert(name.clone(), ty.clone());
                    }
                    (Arg::Const(text), GenericParam::Const { name, .. }) => {
                        subst.consts.insert(name.clone(), text.clone());
                    }
                    _ => {}
                }
                args.insert(at, arg);
                next.push((rank, (subst, args)));
            }
        }
        let number = |(_, (_, args)): &(usize, (Subst, BTreeMap<usize, Arg>))| {
            matches!(args.get(&at), Some(Arg::Type(Ty::Primitive(_))))
        };
        let all_numbers = most > 1 && all.len() == 1 && next.iter().all(number);
        let limit = if all_numbers { NUMBERS } else { most.max(all.len()) };
        if next.len() > limit {
            // Each of what there was gets its best before any gets another.
            next.sort_by_key(|(rank, _)| *rank);
            next.truncate(limit);
        }
        all = next.into_iter().map(|(_, one)| one).collect();
    }
    all.into_iter()
        .map(|(_, args)| args.into_values().collect())
        .collect()
}

/// Which of a generic type's instances its public name leads to: the one with the default arguments, or over what stands
/// for its parameters, or with a type over file objects inside (`IntoInnerError<Writer<W>>`), or over text, or else the first.
pub(super) fn primary<'i>(ctx: &Ctx<'_>, def: &Def, all: &[&'i Ty]) -> Option<&'i Ty> {
    let over_files = |ty: &Ty| any(ty, &|part| streams::modes(part).is_some());
    let over_text = |ty: &Ty| matches!(ty, Ty::Path { args, .. } if type_args(args).any(is_text));
    let wanted = named_alone(ctx, def);
    all.iter()
        .find(|ty| Some(**ty) == wanted.as_ref())
        .or_else(|| all.iter().find(|ty| over_files(ty)))
        .or_else(|| all.iter().find(|ty| over_text(ty)))
        .or_else(|| all.first())
        .copied()
}

/// What the name of a type means without arguments, erased.
pub(super) fn named_alone(ctx: &Ctx<'_>, def: &Def) -> Option<Ty> {
    let plain = ctx.normal(&Ty::Path {
        def: def.key.clone(),
        args: Args::default(),
    });
    let given = |args: &Args| {
        args.args
            .iter()
            .filter(|arg| !matches!(arg, Arg::Lifetime(_)))
            .count()
    };
    let whole = matches!(&plain, Ty::Path { args, .. } if given(args) == parameters(&def.generics).len());
    let ty = if whole {
        Some(plain)
    } else {
        instances(ctx, def).into_iter().next()
    };
    ty.map(|ty| erase(&ty))
}

/// The parameters of a signature that stand inside generic types, with what they are in the instances that there are:
/// of others there is no class.
pub(super) fn inside_types(ctx: &Ctx<'_>, types: &Types, signature: &[&Ty]) -> BTreeMap<String, Vec<Ty>> {
    let mut all: BTreeMap<String, Vec<Ty>> = BTreeMap::new();
    for ty in signature {
        each(ty, &mut |part| {
            let Ty::Path { def, .. } = part else { return };
            let names = generics_in(part);
            if names.is_empty() || ctx.def(def).is_none() {
                return;
            }
            let instances = types.of_def(def).into_iter().map(|id| &types.get(id).instance.ty);
            // What the name alone means comes first.
            let (usual, others): (Vec<&Ty>, Vec<&Ty>) = instances.partition(|ty| !is_other(ctx, ty));
            for ty in usual.into_iter().chain(others) {
                let mut subst = Subst::default();
                if !unify(part, ty, &names, &mut subst) {
                    continue;
                }
                for (name, ty) in subst.types {
                    let have = all.entry(name).or_default();
                    if !have.contains(&ty) {
                        have.push(ty);
                    }
                }
            }
        });
    }
    all
}

/// What a generic alias stands for, over what stands for its own parameters (`UnGraph<N, E>`).
pub(super) fn of_alias(ctx: &Ctx<'_>, def: &Def, target: &Ty) -> Option<Ty> {
    let Ty::Path { def: key, args } = target else {
        return None;
    };
    let found = ctx.def(key)?;
    let mut subst = Subst::default();
    for param in &def.generics.params {
        match param {
            GenericParam::Lifetime { .. } => {}
            GenericParam::Type {
                name,
                default: Some(default),
            } => {
                let ty = ctx.normal(&subst.apply(default));
                subst.types.insert(name.clone(), ty);
            }
            GenericParam::Type { name, default: None } => {
                let is = |arg: &&Arg| matches!(arg, Arg::Type(Ty::Generic(have)) if have == name);
                let others = |arg: &&Arg| !matches!(arg, Arg::Lifetime(_));
                let position = args.args.iter().filter(others).position(|arg| is(&arg))?;
                let params = found.generics.params.iter();
                let param = params
                    .filter(|param| !matches!(param, GenericParam::Lifetime { .. }))
                    .nth(position)?;
                let GenericParam::Type { name: inner, .. } = param else {
                    return None;
                };
                let ty = candidates(ctx, found, inner, &Subst::default(), true)
                    .into_iter()
                    .next()?;
                subst.types.insert(name.clone(), ty);
            }
            GenericParam::Const { name, default, .. } => {
                subst.consts.insert(name.clone(), default.clone()?);
            }
        }
    }
    let ty = ctx.normal(&subst.apply(target));
    closed(&ty).then_some(ty)
}

fn arguments(ctx: &Ctx<'_>, def: &Def, param: &GenericParam, subst: &Subst, deep: bool) -> Vec<Arg> {
    match param {
        GenericParam::Lifetime { .. } => vec![Arg::Lifetime("'_".to_owned())],
        GenericParam::Const {
            default: Some(default),
            ..
        } => vec![Arg::Const(default.clone())],
        GenericParam::Const { name, .. } => asked_by::constants(ctx, def, name),
        GenericParam::Type {
            default: Some(default),
            ..
        } => vec![Arg::Type(ctx.normal(&subst.apply(default)))],
        GenericParam::Type { name, default: None } => {
            if asked_by::tells(def, param) {
                let told = asked_by::types(ctx, def, name);
                if !told.is_empty() {
                    return told;
                }
            }
            let found = candidates(ctx, def, name, subst, deep);
            found.into_iter().map(Arg::Type).collect()
        }
    }
}

/// Where a type stands among others that would do as well: those come first that are made of few others, of which the crate
/// has constants, and that have many functions.
fn place(ctx: &Ctx<'_>, ty: &Ty) -> (usize, bool, Reverse<usize>) {
    let mut parts = 0;
    each(ty, &mut |part| {
        if matches!(part, Ty::Path { args, .. } if args.args.iter().any(|arg| matches!(arg, Arg::Type(_)))) {
            parts += 1;
        }
    });
    let functions = match referent(ty) {
        Ty::Path { def, .. } => {
            let own = ctx.impls(def).iter().filter(|impl_| impl_.trait_.is_none());
            own.map(|impl_| impl_.methods.len()).sum()
        }
        _ => 0,
    };
    (parts, !has_constants(ctx, referent(ty)), Reverse(functions))
}

/// The crate has a constant of that type: it is meant to be used.
fn has_constants(ctx: &Ctx<'_>, ty: &Ty) -> bool {
    let all = ctx.constants.get_or_init(|| {
        let entries = ctx.api.modules.values().flat_map(|module| &module.entries);
        let defs = entries.filter_map(|entry| match &entry.target {
            Target::Def(key) => ctx.def(key),
            _ => None,
        });
        let types = defs.filter_map(|def| match &def.kind {
            DefKind::Const { ty } | DefKind::Static { ty, .. } => Some(erase(&ctx.normal(ty))),
            _ => None,
        });
        types.collect()
    });
    all.contains(ty)
}

/// What a type refers to, if it does.
fn referent(ty: &Ty) -> &Ty {
    match ty {
        Ty::Ref { ty, .. } => ty,
        ty => ty,
    }
}

/// It is not what the name of its type alone means.
pub(super) fn is_other(ctx: &Ctx<'_>, ty: &Ty) -> bool {
    let ty = referent(ty);
    let Ty::Path { def, .. } = ty else { return false };
    let alone = ctx.def(def).and_then(|def| named_alone(ctx, def));
    alone.is_some_and(|alone| alone != erase(ty))
}

/// Of the types of a plan, and of references to them, those that meet bounds with a trait of the crate's; the best first.
pub(super) fn among(ctx: &Ctx<'_>, bounds: &[Bound], types: &Instances) -> Vec<Ty> {
    let mut all = BTreeSet::new();
    let impls = asked(bounds).into_iter().flat_map(|trait_| ctx.impls_of(trait_));
    for impl_ in impls {
        let (pattern, refers) = match &impl_.self_ty {
            Ty::Ref {
                mutable: false, ty, ..
            } => (&**ty, true),
            ty => (ty, false),
        };
        let Ty::Path { def, .. } = pattern else { continue };
        for one in types.values().filter(|one| one.def == *def) {
            let ty = if refers {
                choose::shared(&one.ty)
            } else {
                one.ty.clone()
            };
            if ctx.match_pattern(impl_, pattern, &one.ty).is_some() && meets(ctx, &ty, bounds) {
                all.insert(ty);
            }
        }
    }
    let mut all: Vec<Ty> = all.into_iter().collect();
    all.sort_by_cached_key(|ty| {
        let (parts, _, functions) = place(ctx, ty);
        let over = match referent(ty) {
            Ty::Path { args, .. } => type_args(args).count(),
            _ => 0,
        };
        (parts, is_other(ctx, ty), over, functions)
    });
    all
}

/// The traits among bounds that are not the standard's.
fn asked<'b>(bounds: impl IntoIterator<Item = &'b Bound>) -> BTreeSet<&'b DefKey> {
    let one = |bound: &'b Bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } if !stdlib::is_std(&trait_.def) => Some(&trait_.def),
        _ => None,
    };
    bounds.into_iter().filter_map(one).collect()
}

/// What an impl asks of a parameter of the type it is for, and how many functions it gives.
struct Asked {
    /// What it has in the parameter's place.
    pattern: Ty,
    open: BTreeSet<String>,
    bounds: Vec<Bound>,
    functions: usize,
}

impl Asked {
    /// How many functions there are for a type in the parameter's place.
    fn met_by(&self, ctx: &Ctx<'_>, ty: &Ty) -> usize {
        let fits = unify(&self.pattern, ty, &self.open, &mut Subst::default());
        if fits && meets(ctx, ty, &self.bounds) {
            self.functions
        } else {
            0
        }
    }
}

/// What may stand for a type's parameter: what meets the type's own bounds, and the most of what its blocks ask; any value,
/// if that meets half as much.
fn candidates(ctx: &Ctx<'_>, def: &Def, name: &str, subst: &Subst, deep: bool) -> Vec<Ty> {
    if let Some(modes) = streams::of_parameter(ctx, def, name) {
        return vec![streams::file(modes)];
    }
    if let Some(callable) = held::of_type(ctx, def, name, subst) {
        return vec![callable];
    }
    let own: Vec<Bound> = bounds_of(&def.generics, name).into_iter().cloned().collect();
    let own = subst.apply_bounds(&own);
    let asked = blocks(ctx, def, name, |impl_| {
        let trait_ = impl_.trait_.as_ref();
        trait_.is_none_or(|trait_| !stdlib::is_std(&trait_.def) && ctx.own(&trait_.def))
    });
    let number = |one: &Asked| matches!(one.pattern, Ty::Primitive(_));
    let numbers: BTreeSet<&Ty> = asked
        .iter()
        .filter(|one| number(one))
        .map(|one| &one.pattern)
        .collect();
    if !numbers.is_empty() && asked.iter().all(number) {
        // All that it can do is written for one number after another: each is something else.
        let all = numbers.into_iter().filter(|ty| meets(ctx, ty, &own));
        return all.take(NUMBERS).cloned().collect();
    }
    // Beside others, a block for one number says nothing of which number is wanted elsewhere.
    let asked: Vec<Asked> = asked.into_iter().filter(|one| !number(one)).collect();
    let all = || own.iter().chain(asked.iter().flat_map(|one| &one.bounds));
    let mut possible = vec![
        dynamic(),
        Ty::Primitive("f64".to_owned()),
        Ty::Primitive("i64".to_owned()),
    ];
    possible.extend(views(&subst.apply_bounds(&all().cloned().collect::<Vec<_>>())));
    possible.extend(boxed::of(ctx, &own));
    possible.extend(iterators(ctx, all(), deep));
    possible.extend(implementors(ctx, all(), deep));
    let total: usize = asked.iter().map(|one| one.functions).sum();
    let score = |ty: &Ty| -> usize { asked.iter().map(|one| one.met_by(ctx, ty)).sum() };
    let scored: Vec<(usize, Ty)> = possible
        .into_iter()
        .filter(|ty| !names(ty, &def.key) && meets(ctx, ty, &own))
        .map(|ty| (score(&ty), ty))
        .collect();
    let best = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
    if best == 0 && total > 0 {
        return Vec::new();
    }
    // Whoever may pass anything misses little, unless a trait of the crate's is asked for.
    let wanted = |ty: &Ty| -> usize {
        let all = asked_traits(&asked).map(|one| one.met_by(ctx, ty));
        all.sum()
    };
    let most = scored.iter().map(|(_, ty)| wanted(ty)).max().unwrap_or(0);
    let dynamic = scored
        .iter()
        .find(|(score, ty)| is_dynamic(ty) && score * 2 >= best && wanted(ty) == most);
    if let Some((_, ty)) = dynamic {
        let read = blocks(ctx, def, name, |_| true);
        let read = read.iter().any(|one| one.bounds.iter().any(holds::is_read));
        let dict = read.then(dict).filter(|ty| meets(ctx, ty, &own));
        return [ty.clone()].into_iter().chain(dict).collect();
    }
    let nearly = usual_number(&scored, best);
    let best: Vec<Ty> = scored
        .into_iter()
        .filter(|(score, _)| *score == best)
        .map(|(_, ty)| ty)
        .collect();
    // One number is as good as another; text and each of the crate's own types is something else.
    let plain = |ty: &&Ty| matches!(ty, Ty::Primitive(_));
    let text = choose::string();
    match best.iter().find(plain) {
        Some(first) => [nearly.as_ref().unwrap_or(first)]
            .into_iter()
            .chain(best.iter().find(|ty| **ty == text))
            .cloned()
            .collect(),
        None => {
            let (named, others): (Vec<Ty>, Vec<Ty>) = best.into_iter().partition(is_named);
            let others = others.into_iter().take(OWN);
            let boxes = boxed_for_blocks(ctx, &own, &asked).into_iter().take(OWN);
            boxes.chain(others).chain(named.into_iter().take(OWN)).collect()
        }
    }
}

/// The number that people use where it misses little of what another one has that is the best: fractions, then integers.
fn usual_number(scored: &[(usize, Ty)], best: usize) -> Option<Ty> {
    let usual = |ty: &Ty| matches!(ty, Ty::Primitive(word) if word == "f64" || word == "i64");
    let mut all = scored
        .iter()
        .filter(|(score, ty)| usual(ty) && score * 4 >= best * 3);
    all.next().map(|(_, ty)| ty.clone())
}

/// Such boxes for a type of which nothing is asked itself, and whose blocks ask for a trait of the crate's alone: those first in
/// whose way the trait is implemented most.
fn boxed_for_blocks(ctx: &Ctx<'_>, own: &[Bound], asked: &[Asked]) -> Vec<Ty> {
    let is_asked = |bound: &Bound| matches!(bound, Bound::Trait { maybe: false, .. });
    if own.iter().any(is_asked) {
        return Vec::new();
    }
    let of_own = |bound: &Bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } if ctx.own(&trait_.def) => asked_by::ways(ctx, trait_),
        _ => Vec::new(),
    };
    let bounds = asked_traits(asked).flat_map(|one| &one.bounds);
    let mut ways: Vec<TraitRef> = bounds.flat_map(of_own).collect();
    ways.sort_by_cached_key(|way| Reverse(asked_by::implementors(ctx, way)));
    let mut found: Vec<Ty> = Vec::new();
    for trait_ in ways {
        let bound = Bound::Trait {
            trait_,
            maybe: false,
            for_: Vec::new(),
        };
        let ty = boxed::of(ctx, &[bound]).filter(|ty| !found.contains(ty));
        let serves = |ty: &Ty| asked_traits(asked).any(|one| one.met_by(ctx, ty) > 0);
        found.extend(ty.filter(serves));
    }
    found
}

/// It is a type of some crate's, or a reference to one.
fn is_named(ty: &Ty) -> bool {
    matches!(referent(ty), Ty::Path { def, .. } if !stdlib::is_std(def))
}

/// What owns the data that is looked at: where `AsRef<[T]>` is asked for, a list.
pub(super) fn views(bounds: &[Bound]) -> Vec<Ty> {
    let one = |bound: &Bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } if stdlib::is_std(&trait_.def) && matches!(trait_.def.name(), "AsRef" | "Borrow" | "Into") => {
            type_args(&trait_.args).next().and_then(owner)
        }
        _ => None,
    };
    bounds.iter().find_map(one).into_iter().collect()
}

fn owner(ty: &Ty) -> Option<Ty> {
    match ty {
        _ if !closed(ty) => None,
        Ty::Slice(item) => Some(choose::list((**item).clone())),
        _ if is_text(ty) => Some(choose::string()),
        Ty::Path { def, .. } if stdlib::is(def, "Path") => Some(choose::std_type("std::path::PathBuf")),
        Ty::Path { def, .. } if stdlib::is_unsized(def) => None,
        Ty::Path { .. } => Some(ty.clone()),
        _ => None,
    }
}

/// What stands for a parameter of a type, the first choice, if it is a type; `subst` says what the others are.
pub(super) fn argument(ctx: &Ctx<'_>, def: &Def, param: &GenericParam, subst: &Subst) -> Option<Ty> {
    let mut others = subst.clone();
    // What is still open is not known.
    others.types.retain(|_, ty| closed(ty));
    match arguments(ctx, def, param, &others, true).into_iter().next()? {
        Arg::Type(ty) => Some(ty).filter(closed),
        _ => None,
    }
}

/// Some part of it is an instance of that type.
fn names(ty: &Ty, of: &DefKey) -> bool {
    any(ty, &|part| matches!(part, Ty::Path { def, .. } if def == of))
}

/// Those that ask for a trait that is not the standard's.
fn asked_traits(all: &[Asked]) -> impl Iterator<Item = &Asked> {
    all.iter().filter(|one| !self::asked(&one.bounds).is_empty())
}

/// What the impls of a type ask of its parameter, or have in its place.
fn blocks(ctx: &Ctx<'_>, def: &Def, name: &str, wanted: impl Fn(&Impl) -> bool) -> Vec<Asked> {
    let types = |param: &&GenericParam| !matches!(param, GenericParam::Lifetime { .. });
    let is = |param: &GenericParam| matches!(param, GenericParam::Type { name: have, .. } if have == name);
    let Some(position) = def.generics.params.iter().filter(types).position(is) else {
        return Vec::new();
    };
    let of_impl = |impl_: &&Impl| -> Option<Asked> {
        let Ty::Path { args, .. } = &impl_.self_ty else {
            return None;
        };
        let mut others = args.args.iter().filter(|arg| !matches!(arg, Arg::Lifetime(_)));
        let Some(Arg::Type(inner)) = others.nth(position) else {
            return None;
        };
        let bounds = match inner {
            Ty::Generic(name) => bounds_of(&impl_.generics, name).into_iter().cloned().collect(),
            _ => Vec::new(),
        };
        Some(Asked {
            pattern: ctx.normal(inner),
            open: parameters(&impl_.generics),
            bounds,
            functions: impl_.methods.len() + impl_.provided.len(),
        })
    };
    let all = ctx.impls(&def.key).iter().copied();
    let all = all.filter(|impl_| wanted(impl_) && !impl_.synthetic && impl_.blanket.is_none());
    all.filter_map(|impl_| of_impl(&impl_))
        .filter(|one| one.functions > 0)
        .collect()
}

/// Types that implement a trait among bounds, and can be named: of the crate's all, of references to them those that have
/// impls of their own, of std's those that are values; small tuples or arrays of numbers; and of numbers the best.
fn implementors<'b>(ctx: &Ctx<'_>, bounds: impl Iterator<Item = &'b Bound>, deep: bool) -> Vec<Ty> {
    let traits: BTreeSet<DefKey> = asked(bounds).into_iter().cloned().collect();
    let key = (traits, deep);
    if let Some(found) = ctx.implementing.borrow().get(&key) {
        return found.clone();
    }
    let found = implementors_of(ctx, &key.0, deep);
    ctx.implementing.borrow_mut().insert(key, found.clone());
    found
}

fn implementors_of(ctx: &Ctx<'_>, traits: &BTreeSet<DefKey>, deep: bool) -> Vec<Ty> {
    let mut numbers = BTreeSet::new();
    let mut own = BTreeSet::new();
    let mut values = BTreeSet::new();
    let mut through = Vec::new();
    let impls = traits.iter().flat_map(|trait_| ctx.impls_of(trait_));
    for impl_ in impls.filter(|impl_| impl_.blanket.is_none()) {
        let ty = ctx.normal(&impl_.self_ty);
        match &ty {
            Ty::Primitive(_) => {
                let ((kind, _), rank) = super::kinds::kind_of(ctx, &ty);
                numbers.insert((kind, rank, ty));
            }
            Ty::Path { def, .. } if stdlib::is_std(def) => {
                let value = stdlib::class(def) == Some(StdClass::Value) && !stdlib::is_unsized(def);
                values.extend(Some(ty).filter(|ty| value && closed(ty)));
            }
            Ty::Path { .. } => {
                let ty = one_of(ctx, ty, deep).filter(|ty| holds::applies(ctx, impl_, ty));
                own.extend(ty.map(|ty| (false, ty)));
            }
            Ty::Ref {
                mutable: false, ty, ..
            } if matches!(&**ty, Ty::Path { def, .. } if !stdlib::is_std(def)) => {
                let ty = one_of(ctx, (**ty).clone(), deep).map(|ty| erase(&choose::shared(&ty)));
                let ty = ty.filter(|ty| holds::applies(ctx, impl_, ty));
                own.extend(ty.map(|ty| (true, ty)));
            }
            Ty::Tuple(_) | Ty::Array { .. } => {
                let all = of_numbers(ctx, impl_, &ty).into_iter();
                values.extend(all.filter(|ty| holds::applies(ctx, impl_, ty)));
            }
            // What a blanket impl asks for.
            Ty::Generic(name) if deep => {
                through.extend(bounds_of(&impl_.generics, name));
            }
            _ => {}
        }
    }
    // Tuples and arrays are one to Python.
    if values.iter().any(|ty| matches!(ty, Ty::Tuple(_))) {
        values.retain(|ty| !matches!(ty, Ty::Array { .. }));
    }
    if !through.is_empty() {
        let more = implementors(ctx, through.into_iter(), false);
        let number = |ty: &Ty| matches!(ty, Ty::Primitive(name) if name != "char");
        values.extend(more.into_iter().filter(|ty| !is_named(ty) && !number(ty)));
    }
    let numbers = numbers.into_iter().map(|(_, _, ty)| ty);
    let mut own: Vec<Ty> = own.into_iter().map(|(_, ty)| ty).collect();
    own.sort_by_cached_key(|ty| place(ctx, ty));
    own.into_iter().chain(values).chain(numbers).collect()
}

/// A tuple or an array for which an impl is, made of numbers: pairs and triples.
fn of_numbers(ctx: &Ctx<'_>, impl_: &Impl, ty: &Ty) -> Vec<Ty> {
    let mut subst = Subst::default();
    for name in generics_in(ty) {
        let bounds: Vec<Bound> = bounds_of(&impl_.generics, &name).into_iter().cloned().collect();
        let number = of_bounds(ctx, &bounds, false).into_iter().next();
        subst.types.extend(number.map(|ty| (name, ty)));
    }
    let open = parameters(&impl_.generics);
    match subst.apply(ty) {
        ty if !closed(&ty) => Vec::new(),
        Ty::Array { ty, len } if open.contains(&len) => {
            let of = |len: usize| Ty::Array {
                ty: ty.clone(),
                len: len.to_string(),
            };
            SMALL.map(of).collect()
        }
        ty @ Ty::Array { .. } => vec![ty],
        Ty::Tuple(parts) if SMALL.contains(&parts.len()) => vec![Ty::Tuple(parts)],
        _ => Vec::new(),
    }
}

/// An instance of a type of the crate's, erased, if it can be named: itself, if nothing is open.
fn one_of(ctx: &Ctx<'_>, ty: Ty, deep: bool) -> Option<Ty> {
    let ty = if closed(&ty) {
        ty
    } else {
        let Ty::Path { def, .. } = &ty else { return None };
        let def = ctx.def(def).filter(|_| deep)?;
        let all = instances_at(ctx, def, false);
        let open = generics_in(&ty);
        let fits = |one: &Ty| unify(&ty, one, &open, &mut Subst::default());
        all.into_iter().find(fits)?
    };
    ctx.spell(&ty, Lifetimes::Infer).ok().map(|_| erase(&ty))
}

/// What iterates, where an iterator is asked for: what Python iterates over, if its items own their data, and types of the
/// crate's.
pub(super) fn iterators<'b>(ctx: &Ctx<'_>, bounds: impl Iterator<Item = &'b Bound>, deep: bool) -> Vec<Ty> {
    let iterates = |trait_: &DefKey| {
        ["Iterator", "DoubleEndedIterator"]
            .iter()
            .any(|name| stdlib::is_trait(trait_, name))
    };
    let mut item = None;
    for bound in bounds {
        match bound {
            Bound::Trait {
                trait_, maybe: false, ..
            } if iterates(&trait_.def) => {
                let given = trait_.args.bindings.iter().find(|(name, _)| name == "Item");
                item = item.or(Some(given.map_or_else(dynamic, |(_, ty)| ctx.normal(ty))));
            }
            _ => {}
        }
    }
    let Some(item) = item else { return Vec::new() };
    // Where nothing says what is in an item, any value is.
    let mut any_value = Subst::default();
    let open = generics_in(&item).into_iter();
    any_value.types.extend(open.map(|name| (name, dynamic())));
    let mut all: Vec<Ty> = choose::gathered(&any_value.apply(&item))
        .filter(closed)
        .into_iter()
        .collect();
    if is_dynamic(&item) {
        return all;
    }
    let mut own = BTreeSet::new();
    for impl_ in ctx.iterators() {
        let ty = ctx.normal(&impl_.self_ty);
        if matches!(&ty, Ty::Path { def, .. } if ctx.own(def)) {
            own.extend(one_of(ctx, ty, deep));
        }
    }
    all.extend(own);
    all
}
