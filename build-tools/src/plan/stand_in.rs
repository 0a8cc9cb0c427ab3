//! What stands for a type parameter that nothing names: any value of Python's where that meets what is asked of it, else
//! a number, else a type that the crate has for it.
//!
//! A generic type that the crate's public items use no instance of gets one this way, and so does a function's parameter
//! that its bounds leave open. rustc judges whether it fits.

use std::collections::{BTreeMap, BTreeSet};

use super::ctx::{Ctx, bounds_of, parameters};
use super::discover::Instance;
use super::fold::{Subst, any, closed, each, erase, generics_in, unify};
use super::spell::Lifetimes;
use super::types::Types;
use super::{stdlib, streams};
use crate::api::{Arg, Args, Bound, Def, DefKey, DefKind, GenericParam, Impl, TraitRef, Ty};

/// How far bounds of bounds are followed.
const DEPTH: usize = 6;
/// How many of a crate's own types stand for one parameter.
const OWN: usize = 3;
/// How many types of the plan are tried for a function's parameter.
const AMONG: usize = 8;
/// How many instances a generic type gets.
const INSTANCES: usize = 4;

/// What any value of Python's implements, as the runtime has it.
const DYNAMIC: &[&str] = &[
    "Clone",
    "ToOwned",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Hash",
    "Debug",
    "Display",
    "ToString",
    "Default",
    "Any",
];

/// What every number implements, besides.
const NUMBER: &[&str] = &[
    "Copy",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Rem",
    "Neg",
    "AddAssign",
    "SubAssign",
    "MulAssign",
    "DivAssign",
    "RemAssign",
    "Sum",
    "Product",
    "FromStr",
    "LowerExp",
    "UpperExp",
];

/// What integers alone implement.
const INTEGER: &[&str] = &[
    "BitAnd",
    "BitOr",
    "BitXor",
    "Not",
    "Shl",
    "Shr",
    "BitAndAssign",
    "BitOrAssign",
    "BitXorAssign",
    "ShlAssign",
    "ShrAssign",
    "LowerHex",
    "UpperHex",
    "Binary",
    "Octal",
    "Step",
];

/// What a plain value of any kind meets.
const MARKERS: &[&str] = &[
    "Send",
    "Sync",
    "Sized",
    "Unpin",
    "UnwindSafe",
    "RefUnwindSafe",
    "Freeze",
];

/// Any value of Python's.
pub(super) fn dynamic() -> Ty {
    super::choose::std_type("std::usecrate::Dynamic")
}

/// It is any value of Python's.
pub(super) fn is_dynamic(ty: &Ty) -> bool {
    matches!(ty, Ty::Path { def, .. } if stdlib::is(def, "Dynamic"))
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

/// Whether a type meets bounds, as far as is known; what is not known of a type of the crate's is taken to hold.
pub(super) fn meets(ctx: &Ctx<'_>, ty: &Ty, bounds: &[Bound]) -> bool {
    meets_at(ctx, ty, bounds, DEPTH)
}

fn meets_at(ctx: &Ctx<'_>, ty: &Ty, bounds: &[Bound], depth: usize) -> bool {
    bounds.iter().all(|bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } => implements(ctx, ty, trait_, depth),
        Bound::Trait { maybe: true, .. } | Bound::Outlives(_) | Bound::Use => true,
    })
}

fn implements(ctx: &Ctx<'_>, ty: &Ty, trait_: &TraitRef, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    if stdlib::is_std(&trait_.def) {
        return of_std(ctx, ty, trait_);
    }
    if is_serde(&trait_.def) {
        if is_dynamic(ty) {
            ctx.features.borrow_mut().insert("serde".to_owned());
        }
        return is_dynamic(ty) || matches!(ty, Ty::Primitive(_));
    }
    let impls = ctx.impls_of(&trait_.def);
    // Of a trait that was not scanned numbers are the likeliest.
    impls.iter().any(|impl_| applies(ctx, impl_, ty, depth))
        || impls.is_empty() && trait_.def.krate() != ctx.api.name && matches!(ty, Ty::Primitive(_))
}

/// An impl is for a type, its own bounds included.
pub(super) fn applies(ctx: &Ctx<'_>, impl_: &Impl, ty: &Ty, depth: usize) -> bool {
    let open = parameters(&impl_.generics);
    let mut subst = Subst::default();
    unify(&impl_.self_ty, ty, &open, &mut subst) && granted(ctx, impl_, &subst, depth)
}

/// What an impl asks of its parameters holds for what they stand for, as far as any value of Python's or a number stands
/// for one.
fn granted(ctx: &Ctx<'_>, impl_: &Impl, subst: &Subst, depth: usize) -> bool {
    subst.types.iter().all(|(name, ty)| {
        let judged = is_dynamic(ty) || matches!(ty, Ty::Primitive(_)) && streams::modes(ty).is_none();
        let bounds: Vec<Bound> = bounds_of(&impl_.generics, name).into_iter().cloned().collect();
        !judged || meets_at(ctx, ty, &subst.apply_bounds(&bounds), depth)
    })
}

/// The same of an impl that was matched: it is for the type that `subst` has for `Self`.
pub(super) fn grants(ctx: &Ctx<'_>, impl_: &Impl, subst: &Subst) -> bool {
    let concerns = subst.types.values().any(|ty| any(ty, &is_dynamic));
    !concerns || granted(ctx, impl_, subst, DEPTH)
}

fn of_std(ctx: &Ctx<'_>, ty: &Ty, trait_: &TraitRef) -> bool {
    let name = trait_.def.name();
    if MARKERS.contains(&name) {
        return true;
    }
    let itself = |arg: &Arg| match arg {
        Arg::Type(Ty::Generic(_) | Ty::Infer) => true,
        Arg::Type(other) => other == ty,
        _ => false,
    };
    let of_itself = trait_.args.args.iter().all(itself);
    match ty {
        _ if is_dynamic(ty) => {
            (DYNAMIC.contains(&name) || matches!(name, "Borrow" | "From" | "Into")) && of_itself
        }
        Ty::Primitive(word) if streams::modes(ty).is_none() => {
            let whole = word != "f64" && word != "f32";
            let known = match name {
                "Eq" | "Ord" | "Hash" => whole,
                "Borrow" | "From" | "Into" => true,
                _ if INTEGER.contains(&name) => whole,
                _ => DYNAMIC.contains(&name) || NUMBER.contains(&name),
            };
            known && of_itself
        }
        Ty::Path { .. } => ctx.has_std(ty, name),
        _ => true,
    }
}

fn is_serde(def: &DefKey) -> bool {
    matches!(def.krate(), "serde" | "serde_core")
        && matches!(def.name(), "Serialize" | "Deserialize" | "DeserializeOwned")
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
    let mut all: Vec<(Subst, Vec<Arg>)> = vec![Default::default()];
    for param in &def.generics.params {
        let mut next = Vec::new();
        for (subst, args) in &all {
            for arg in arguments(ctx, def, param, subst, deep) {
                let (mut subst, mut args) = (subst.clone(), args.clone());
                if let (Arg::Type(ty), GenericParam::Type { name, .. }) = (&arg, param) {
                    subst.types.insert(name.clone(), ty.clone());
                }
                args.push(arg);
                next.push((subst, args));
            }
        }
        next.truncate(most);
        all = next;
    }
    all.into_iter().map(|(_, args)| args).collect()
}

/// Which of a generic type's instances its public name leads to: the one with the default arguments, or over what stands
/// for its parameters, or with a type over file objects inside (`IntoInnerError<Writer<W>>`), or else the first.
pub(super) fn primary<'i>(ctx: &Ctx<'_>, def: &Def, all: &[&'i Ty]) -> Option<&'i Ty> {
    let over_files = |ty: &Ty| any(ty, &|part| streams::modes(part).is_some());
    let wanted = named_alone(ctx, def);
    all.iter()
        .find(|ty| Some(**ty) == wanted.as_ref())
        .or_else(|| all.iter().find(|ty| over_files(ty)))
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
            for id in types.of_def(def) {
                let mut subst = Subst::default();
                if !unify(part, &types.get(id).instance.ty, &names, &mut subst) {
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
        GenericParam::Const { default, .. } => default.iter().cloned().map(Arg::Const).collect(),
        GenericParam::Type {
            default: Some(default),
            ..
        } => vec![Arg::Type(ctx.normal(&subst.apply(default)))],
        GenericParam::Type { name, default: None } => {
            let found = candidates(ctx, def, name, subst, deep);
            found.into_iter().map(Arg::Type).collect()
        }
    }
}

/// Of the types of a plan, and of references to them, those that meet bounds with a trait of the crate's.
pub(super) fn among(ctx: &Ctx<'_>, bounds: &[Bound], types: &BTreeMap<Ty, Instance>) -> Vec<Ty> {
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
                super::choose::shared(&one.ty)
            } else {
                one.ty.clone()
            };
            if ctx.match_pattern(impl_, pattern, &one.ty).is_some() && meets(ctx, &ty, bounds) {
                all.insert(ty);
            }
        }
    }
    all.into_iter().take(AMONG).collect()
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
    bounds: Vec<Bound>,
    functions: usize,
}

/// What may stand for a type's parameter: what meets the type's own bounds, and the most of what its blocks ask; any value,
/// if that meets half as much.
fn candidates(ctx: &Ctx<'_>, def: &Def, name: &str, subst: &Subst, deep: bool) -> Vec<Ty> {
    if let Some(modes) = streams::of_parameter(ctx, def, name) {
        return vec![streams::file(modes)];
    }
    let own: Vec<Bound> = bounds_of(&def.generics, name).into_iter().cloned().collect();
    let own = subst.apply_bounds(&own);
    let mut asked = blocks(ctx, def, name, |impl_| impl_.trait_.is_none());
    if asked.is_empty() {
        asked = blocks(ctx, def, name, |impl_| {
            let trait_ = impl_.trait_.as_ref();
            trait_.is_some_and(|trait_| !stdlib::is_std(&trait_.def) && ctx.own(&trait_.def))
        });
    }
    let all = own.iter().chain(asked.iter().flat_map(|one| &one.bounds));
    let mut possible = vec![
        dynamic(),
        Ty::Primitive("f64".to_owned()),
        Ty::Primitive("i64".to_owned()),
    ];
    possible.extend(implementors(ctx, all, deep));
    let total: usize = asked.iter().map(|one| one.functions).sum();
    let score = |ty: &Ty| -> usize {
        let met = asked.iter().filter(|one| meets(ctx, ty, &one.bounds));
        met.map(|one| one.functions).sum()
    };
    let scored: Vec<(usize, Ty)> = possible
        .into_iter()
        .filter(|ty| meets(ctx, ty, &own))
        .map(|ty| (score(&ty), ty))
        .collect();
    let best = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
    if best == 0 && total > 0 {
        return Vec::new();
    }
    // Whoever may pass anything misses little.
    let dynamic = scored
        .iter()
        .find(|(score, ty)| is_dynamic(ty) && score * 2 >= best);
    if let Some((_, ty)) = dynamic {
        return vec![ty.clone()];
    }
    let best: Vec<Ty> = scored
        .into_iter()
        .filter(|(score, _)| *score == best)
        .map(|(_, ty)| ty)
        .collect();
    // One number is as good as another, and each of the crate's own types is something else.
    let plain = |ty: &&Ty| matches!(ty, Ty::Primitive(_));
    match best.iter().find(plain) {
        Some(first) => vec![first.clone()],
        None => best.into_iter().take(OWN).collect(),
    }
}

/// What the impls of a type ask of its parameter, where they leave it open.
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
        let Some(Arg::Type(Ty::Generic(inner))) = others.nth(position) else {
            return None;
        };
        Some(Asked {
            bounds: bounds_of(&impl_.generics, inner).into_iter().cloned().collect(),
            functions: impl_.methods.len() + impl_.provided.len(),
        })
    };
    let all = ctx.impls(&def.key).iter().copied();
    let all = all.filter(|impl_| wanted(impl_) && !impl_.synthetic && impl_.blanket.is_none());
    all.filter_map(|impl_| of_impl(&impl_))
        .filter(|one| one.functions > 0)
        .collect()
}

/// Types of the crate's that implement a trait among bounds, and can be named; and of numbers the best.
fn implementors<'b>(ctx: &Ctx<'_>, bounds: impl Iterator<Item = &'b Bound>, deep: bool) -> Vec<Ty> {
    let mut numbers = BTreeSet::new();
    let mut own = BTreeSet::new();
    let impls = asked(bounds).into_iter().flat_map(|trait_| ctx.impls_of(trait_));
    for impl_ in impls.filter(|impl_| impl_.blanket.is_none()) {
        let ty = ctx.normal(&impl_.self_ty);
        match &ty {
            Ty::Primitive(_) => {
                let ((kind, _), rank) = super::choose::kind_of(ctx, &ty);
                numbers.insert((kind, rank, ty));
            }
            Ty::Path { def, .. } if !stdlib::is_std(def) => {
                let ty = if closed(&ty) {
                    Some(ty)
                } else {
                    let def = ctx.def(def).filter(|_| deep);
                    let found = def.and_then(|def| instances_at(ctx, def, false).into_iter().next());
                    found.filter(|ty| applies(ctx, impl_, ty, DEPTH))
                };
                own.extend(
                    ty.filter(|ty| ctx.spell(ty, Lifetimes::Infer).is_ok())
                        .map(|ty| erase(&ty)),
                );
            }
            _ => {}
        }
    }
    let numbers = numbers.into_iter().map(|(_, _, ty)| ty);
    own.into_iter().chain(numbers).collect()
}
