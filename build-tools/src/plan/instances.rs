//! Instances of generic types that other items ask for: a method whose bounds say what the parameters are
//! (`fn new<G: Walk<Id = N>>(graph: G)`), a block for one instance alone (`impl Read for Graph<(), ()>`).

use std::collections::{BTreeMap, BTreeSet};

use super::adaptors;
use super::closures;
use super::ctx::{Ctx, bind, bounds_of, parameters};
use super::discover::Instances;
use super::fold::{Subst, any, closed, each, erase, generics_in, unify};
use super::held;
use super::holds;
use super::iterables;
use super::stand_in;
use super::stdlib::{self, StdClass};
use crate::api::{
    Arg, Args, Bound, Def, DefKey, DefKind, Function, GenericParam, Generics, Impl, Param, TraitRef, Ty,
};

/// How many types of the plan are tried for a function's parameter.
const AMONG: usize = 3;
/// How many are tried for a method's, of a type that gives another type of the crate's for each.
const GIVEN: usize = 6;
/// The same, where the type that is given is of another crate.
const FOREIGN: usize = 1;
/// How many instances the methods of one type may ask for.
const TOLD: usize = 4;
/// How many types a method may give whose parameters nothing tells.
const MADE: usize = 12;
/// How many instances the blocks of one type may ask for.
const SINGLE: usize = 4;
/// How many more, for many of what others are for one of (`impl Color<Vec<T>>` beside `impl Color<T>`).
const COLLECTIONS: usize = 12;

/// Some method's own parameter says what those of the type are.
pub(super) fn is_told(ctx: &Ctx<'_>, def: &Def) -> bool {
    let mut told = BTreeSet::new();
    for (impl_, method) in methods(ctx, def) {
        for (_, bounds) in tellers(impl_, method) {
            for (_, wanted) in bindings(bounds) {
                told.extend(generics_in(wanted));
            }
        }
    }
    !told.is_empty()
}

/// The instances that the methods of a type ask for, those first that the most types ask for.
pub(super) fn told(ctx: &Ctx<'_>, def: &Def, found: &Instances) -> Vec<Ty> {
    let mut votes: BTreeMap<Ty, BTreeSet<Ty>> = BTreeMap::new();
    for (impl_, method) in methods(ctx, def) {
        let open = parameters(&impl_.generics);
        for (_, bounds) in tellers(impl_, method) {
            for given in stand_in::among(ctx, bounds, found) {
                let mut subst = Subst::default();
                let learned = bindings(bounds).all(|(trait_, wanted)| {
                    let (trait_, name) = trait_;
                    match ctx.associated(&given, trait_, name) {
                        Some(ty) => unify(wanted, &erase(&ty), &open, &mut subst),
                        None => generics_in(wanted).is_empty(),
                    }
                });
                let ty = ctx.normal(&subst.apply(&impl_.self_ty));
                if learned && closed(&ty) && holds::applies(ctx, impl_, &ty) {
                    votes.entry(ty).or_default().insert(given);
                }
            }
        }
    }
    let mut all: Vec<(Ty, usize)> = votes.into_iter().map(|(ty, by)| (ty, by.len())).collect();
    all.sort_by(|(a, x), (b, y)| (y, a).cmp(&(x, b)));
    all.into_iter().take(TOLD).map(|(ty, _)| ty).collect()
}

/// The functions of a type's own blocks that leave its parameters open.
fn methods<'a>(ctx: &Ctx<'a>, def: &Def) -> impl Iterator<Item = (&'a Impl, &'a Function)> + use<'a> {
    let blocks = ctx.impls(&def.key).to_vec().into_iter();
    let open = |impl_: &&Impl| impl_.trait_.is_none() && !generics_in(&impl_.self_ty).is_empty();
    blocks
        .filter(open)
        .flat_map(|impl_| impl_.methods.iter().map(move |one| (impl_, one)))
        .filter(|(_, one)| !one.hidden && !one.unsafe_)
}

/// The parameters of a method alone that tell something of its block's, with their bounds.
fn tellers<'f>(impl_: &Impl, method: &'f Function) -> impl Iterator<Item = (&'f str, &'f [Bound])> {
    let open = parameters(&impl_.generics);
    let own = parameters(&method.generics);
    method.generics.bounds.iter().filter_map(move |clause| {
        let Ty::Generic(name) = &clause.ty else {
            return None;
        };
        let tells = own.contains(name)
            && bindings(&clause.bounds).any(|(_, ty)| generics_in(ty).iter().any(|name| open.contains(name)));
        tells.then_some((name.as_str(), clause.bounds.as_slice()))
    })
}

/// What bounds say of associated types, with the trait and the name; those of std's traits say nothing of a type of the crate's.
fn bindings(bounds: &[Bound]) -> impl Iterator<Item = ((&TraitRef, &str), &Ty)> {
    let traits = bounds.iter().filter_map(|bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } if !stdlib::is_std(&trait_.def) => Some(trait_),
        _ => None,
    });
    traits.flat_map(|trait_| {
        let all = trait_.args.bindings.iter();
        all.map(move |(name, ty)| ((trait_, name.as_str()), ty))
    })
}

/// What a callable with that bound is passed.
pub(super) fn passed(bound: &Bound) -> impl Iterator<Item = &Ty> {
    let args = match bound {
        Bound::Trait { trait_, .. } if closures::is_trait(&trait_.def) => Some(&trait_.args),
        _ => None,
    };
    let tuple = args.into_iter().flat_map(super::wire::type_args);
    tuple.flat_map(|ty| match ty {
        Ty::Tuple(parts) => parts.as_slice(),
        _ => &[],
    })
}

/// What a type in a function's signature is, where the parameters in it are those of types that were found, or what stands
/// for them. What is inside the type of an argument is one that there is already.
pub(super) fn shapes(
    ctx: &Ctx<'_>,
    generics: &Generics,
    function: &Function,
    shape: &Ty,
    found: &Instances,
) -> Vec<Ty> {
    let tried = Tried {
        most: AMONG,
        nested: true,
    };
    shapes_of(ctx, (generics, function), shape, found, tried)
}

/// Which types of the plan are tried for parameters.
#[derive(Clone, Copy)]
struct Tried {
    /// How many for one, and for all together.
    most: usize,
    /// Types over other types of crates, too.
    nested: bool,
}

fn shapes_of(
    ctx: &Ctx<'_>,
    (generics, function): (&Generics, &Function),
    shape: &Ty,
    found: &Instances,
    Tried { most, nested }: Tried,
) -> Vec<Ty> {
    let names = generics_in(shape);
    let within = |ty: &Ty| match ty {
        Ty::Ref { ty, .. } if matches!(**ty, Ty::Generic(_)) => BTreeSet::new(),
        Ty::Generic(_) => BTreeSet::new(),
        ty => generics_in(ty),
    };
    if names.is_empty()
        || function
            .params
            .iter()
            .any(|param| !within(&param.ty).is_disjoint(&names))
    {
        return Vec::new();
    }
    let is_passed = |name: &String| {
        let is = |ty: &Ty| matches!(ty, Ty::Generic(have) if have == name);
        let taken = |ty: &Ty| is(ty) || matches!(ty, Ty::Ref { ty, .. } if is(ty));
        function.params.iter().any(|param| taken(&param.ty))
    };
    let of = |name: &str| -> Vec<Bound> { bounds_of(generics, name).into_iter().cloned().collect() };
    let (given, told): (Vec<&String>, Vec<&String>) =
        parameters_in_order(generics).partition(|name| is_passed(name));
    let mut all = vec![Subst::default()];
    for name in given {
        let bounds = of(name);
        let types: Vec<Ty> = stand_in::among(ctx, &bounds, found)
            .into_iter()
            .filter(|ty| nested || !adaptors::nests(ty))
            .take(most)
            .collect();
        if types.is_empty() {
            continue;
        }
        let with = |subst: &Subst, ty: &Ty| {
            let mut subst = subst.clone();
            subst.types.insert(name.clone(), ty.clone());
            for ((trait_, of), wanted) in bindings(&bounds) {
                let given = ctx.associated(ty, trait_, of).map(|ty| erase(&ty));
                let open = generics_in(wanted);
                let _ = given.is_some_and(|given| unify(wanted, &given, &open, &mut subst));
            }
            subst
        };
        all = all
            .iter()
            .flat_map(|subst| types.iter().map(|ty| with(subst, ty)).collect::<Vec<_>>())
            .take(most)
            .collect();
    }
    let mut out = Vec::new();
    for mut subst in all {
        for name in generics_in(shape) {
            if !subst.types.contains_key(&name) {
                let callable = held::of_parameter(ctx, generics, &name, &subst);
                subst.types.extend(callable.map(|ty| (name, ty)));
            }
        }
        for name in &told {
            if names.contains(*name) && !subst.types.contains_key(*name) {
                let stands = stand_in::of_bounds(ctx, &subst.apply_bounds(&of(name)), false);
                subst
                    .types
                    .extend(stands.into_iter().next().map(|ty| ((*name).clone(), ty)));
            }
        }
        let ty = ctx.normal(&subst.apply(shape));
        // Iterators over callables need no class.
        let iterates = |part: &Ty| held::is_in(part) && ctx.has_std(part, "Iterator");
        if closed(&ty) && !any(&ty, &iterates) && !out.contains(&ty) {
            out.push(ty);
        }
    }
    out
}

/// What a method gives that has parameters of its own in its type: over each of what they may be, if nothing that is passed
/// tells (`fn samples<S: Sample>(&mut self) -> Samples<S>`), else over what owns the data that is looked at
/// (`fn within<R: Borrow<Range<K>>>(&self, range: R) -> Within<K, R>`). `subst` is what is known of its block's.
pub(super) fn made(ctx: &Ctx<'_>, subst: &Subst, function: &Function, found: &Instances) -> Vec<Ty> {
    let own = parameters(&function.generics);
    let Some(output) = function.output.as_ref().filter(|_| !own.is_empty()) else {
        return Vec::new();
    };
    let names: Vec<String> = generics_in(output).intersection(&own).cloned().collect();
    let holds = |part: &Ty| {
        matches!(part, Ty::Path { def, .. }
            if ctx.def(def).is_some() && names.iter().any(|name| generics_in(part).contains(name)))
    };
    if names.is_empty() || !any(output, &holds) {
        return Vec::new();
    }
    let mut all = vec![subst.clone()];
    for name in &names {
        let is = |ty: &Ty| matches!(ty, Ty::Generic(have) if have == name);
        let passed = function.params.iter().any(|param| is(&param.ty));
        let inside = |ty: &Ty| !is(ty) && generics_in(ty).contains(name);
        if function.params.iter().any(|param| inside(&param.ty)) {
            return Vec::new();
        }
        let bounds = bounds_of(&function.generics, name).into_iter().cloned();
        let bounds: Vec<Bound> = bounds.collect();
        let types = |subst: &Subst| {
            let bounds = subst.apply_bounds(&bounds);
            if passed {
                stand_in::views(&bounds)
            } else if let Some(usual) = usual(ctx, output, name, &bounds) {
                vec![usual]
            } else {
                let given = stand_in::given(ctx, &bounds);
                let any = given.iter().any(stand_in::is_dynamic);
                let beside = beside(ctx, subst, output, name, &bounds, found);
                if !any && !beside.is_empty() {
                    return beside.into_iter().collect();
                }
                let dict = stand_in::told(ctx, &given, &bounds);
                given.into_iter().chain(dict).collect()
            }
        };
        let with = |subst: &Subst| {
            let put = |ty: Ty| {
                let mut subst = subst.clone();
                subst.types.insert(name.clone(), ty);
                subst
            };
            types(subst).into_iter().map(put).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).take(MADE).collect();
    }
    let types = all.iter().map(|subst| ctx.normal(&subst.apply(output)));
    types.filter(closed).collect()
}

/// What a method of a type makes another instance of the same type over (`fn cast<U>(self) -> Point<U>`): what the crate itself
/// has there in others.
fn beside(
    ctx: &Ctx<'_>,
    subst: &Subst,
    output: &Ty,
    name: &str,
    bounds: &[Bound],
    found: &Instances,
) -> BTreeSet<Ty> {
    let Some(Ty::Path { def: me, .. }) = subst.types.get("Self") else {
        return BTreeSet::new();
    };
    let others = |args: &Args| -> Vec<Arg> {
        let all = args.args.iter().filter(|arg| !matches!(arg, Arg::Lifetime(_)));
        all.cloned().collect()
    };
    let mut all = BTreeSet::new();
    each(output, &mut |part| {
        let Ty::Path { def, args } = part else { return };
        if def != me {
            return;
        }
        let is = |arg: &Arg| matches!(arg, Arg::Type(Ty::Generic(have)) if have == name);
        let Some(at) = others(args).iter().position(is) else {
            return;
        };
        for ty in of_def(found, def).filter(|ty| !is_collective(ty)) {
            let Ty::Path { args, .. } = ty else { continue };
            if let Some(Arg::Type(ty)) = others(args).into_iter().nth(at) {
                all.insert(ty);
            }
        }
    });
    all.retain(|ty| holds::meets(ctx, ty, bounds));
    all
}

/// The number that a parameter is where nobody says it: the default of the parameter in whose place it stands (`Ix` of
/// `fn into_graph<Ix: IndexType>(self) -> Graph<N, E, Ty, Ix>`). Other sizes of numbers do the same.
fn usual(ctx: &Ctx<'_>, output: &Ty, name: &str, bounds: &[Bound]) -> Option<Ty> {
    let mut found = None;
    each(output, &mut |part| {
        let Ty::Path { def, args } = part else { return };
        let Some(def) = ctx.def(def) else { return };
        let params = def.generics.params.iter();
        let params = params.filter(|param| !matches!(param, GenericParam::Lifetime { .. }));
        let args = args.args.iter().filter(|arg| !matches!(arg, Arg::Lifetime(_)));
        for (param, arg) in params.zip(args) {
            let is = matches!(arg, Arg::Type(Ty::Generic(have)) if have == name);
            if let (true, GenericParam::Type { default, .. }) = (is, param) {
                let number = default.as_ref().map(|ty| ctx.normal(ty));
                let number =
                    number.filter(|ty| matches!(ty, Ty::Primitive(_)) && holds::meets(ctx, ty, bounds));
                found = found.take().or(number);
            }
        }
    });
    found
}

/// The type parameters.
fn parameters_in_order(generics: &Generics) -> impl Iterator<Item = &String> {
    generics.params.iter().filter_map(|param| match param {
        GenericParam::Type { name, .. } => Some(name),
        _ => None,
    })
}

/// What the methods of a type give, where only what is passed says what that is: `fn zip<I: Walk>(self, other: I) -> Zip<Self, I>`.
pub(super) fn given(ctx: &Ctx<'_>, ty: &Ty, found: &Instances) -> Vec<Ty> {
    let mut out = Vec::new();
    for one in ctx.matching(ty) {
        let (methods, subst) = match &one.impl_.trait_ {
            _ if one.impl_.synthetic || iterables::trait_of(ctx, one.impl_).is_some() => continue,
            None => (&one.impl_.methods, one.subst),
            Some(trait_) if stdlib::is_std(&trait_.def) || !ctx.own(&trait_.def) => continue,
            Some(trait_) => match ctx.def(&trait_.def).map(|def| (&def.kind, &def.generics)) {
                Some((DefKind::Trait(definition), generics)) => {
                    let mut subst = bind(generics, &one.subst.apply_trait(trait_).args);
                    subst.types.insert("Self".to_owned(), ty.clone());
                    (&definition.methods, subst)
                }
                _ => continue,
            },
        };
        for method in methods.iter().filter(|one| !one.hidden && !one.unsafe_) {
            let Some(shape) = method.output.as_ref().map(|ty| ctx.normal(&subst.apply(ty))) else {
                continue;
            };
            let is_passed = |name: &String| {
                let is = |param: &Param| matches!(&param.ty, Ty::Generic(have) if have == name);
                method.params.iter().any(is)
            };
            if generics_in(&shape).iter().all(is_passed) {
                out.extend(shapes_given(ctx, method, &subst, &shape, found));
            }
        }
    }
    out
}

/// What the methods give that a trait has for whatever iterates, of an iterable of Python's.
pub(super) fn of_iterables(ctx: &Ctx<'_>, def: &Def, found: &Instances) -> Vec<Ty> {
    let DefKind::Trait(definition) = &def.kind else {
        return Vec::new();
    };
    let Some(iterable) = iterables::passed(ctx, def) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for method in definition
        .methods
        .iter()
        .filter(|one| !one.hidden && !one.unsafe_)
    {
        let made = iterables::made_of(ctx, &iterable, method);
        let (iterable, method) = made
            .as_ref()
            .map_or((&iterable, method), |(ty, put, _)| (ty, put));
        let subst = Subst::of_self(iterable);
        let Some(shape) = method.output.as_ref().map(|ty| ctx.normal(&subst.apply(ty))) else {
            continue;
        };
        if closed(&shape) {
            out.push(shape);
        } else {
            out.extend(shapes_given(ctx, method, &subst, &shape, found));
        }
    }
    out
}

/// What a method gives, where only its own parameters are open in that. `subst` is what is known of its block's.
fn shapes_given(ctx: &Ctx<'_>, method: &Function, subst: &Subst, shape: &Ty, found: &Instances) -> Vec<Ty> {
    let open = generics_in(shape);
    if open.is_empty() || !open.is_subset(&parameters(&method.generics)) {
        return Vec::new();
    }
    let method = put(ctx, method, subst);
    let own = ctx.wrote(shape);
    let tried = Tried {
        most: if own { GIVEN } else { FOREIGN },
        nested: own,
    };
    shapes_of(ctx, (&method.generics, &method), shape, found, tried)
}

/// A function with what is known put in.
fn put(ctx: &Ctx<'_>, function: &Function, subst: &Subst) -> Function {
    let mut function = function.clone();
    for param in &mut function.params {
        param.ty = ctx.normal(&subst.apply(&param.ty));
    }
    for clause in &mut function.generics.bounds {
        clause.ty = ctx.normal(&subst.apply(&clause.ty));
        clause.bounds = subst.apply_bounds(&clause.bounds);
    }
    function
}

/// Instances for the blocks of a type that apply to none of those that were found.
pub(super) fn single(ctx: &Ctx<'_>, def: &Def, found: &Instances) -> Vec<Ty> {
    let instances: Vec<&Ty> = of_def(found, &def.key).collect();
    if instances.is_empty() || parameters(&def.generics).is_empty() {
        return Vec::new();
    }
    let mut all: Vec<Ty> = Vec::new();
    let mut collections = 0;
    for impl_ in ctx.impls(&def.key) {
        let gives = match &impl_.trait_ {
            _ if impl_.synthetic || impl_.blanket.is_some() => false,
            // What needs no instance is reached without one.
            None => impl_
                .methods
                .iter()
                .any(|one| !one.hidden && super::methods::has_receiver(one)),
            Some(trait_) => !stdlib::is_std(&trait_.def) && ctx.own(&trait_.def),
        };
        let applies = |ty: &&Ty| ctx.is_for(impl_, ty);
        if !gives || instances.iter().any(applies) || all.iter().any(|ty| applies(&ty)) {
            continue;
        }
        let collective = is_collective(&impl_.self_ty);
        let (so_far, most) = match collective {
            true => (collections, COLLECTIONS),
            false => (all.len() - collections, SINGLE),
        };
        if so_far >= most {
            continue;
        }
        let filled = Filling { ctx, found }.fill(impl_);
        if let Some(ty) = filled.filter(|ty| holds::applies(ctx, impl_, ty)) {
            collections += usize::from(collective);
            all.push(ty);
        }
    }
    all
}

/// The parameter that a type is, or that it is a collection of, or that it refers to.
fn over_one(ty: &Ty) -> Option<&String> {
    match ty {
        Ty::Generic(name) => Some(name),
        Ty::Ref { ty, .. } | Ty::Slice(ty) | Ty::Array { ty, .. } => over_one(ty),
        Ty::Path { def, args } if stdlib::is_std(def) => {
            let mut all = super::wire::type_args(args);
            all.next().filter(|_| all.next().is_none()).and_then(over_one)
        }
        _ => None,
    }
}

/// It is over many of something, or over references (`Color<Vec<f32>>`).
pub(super) fn is_collective(ty: &Ty) -> bool {
    let Ty::Path { args, .. } = ty else { return false };
    super::wire::type_args(args).any(|ty| match ty {
        Ty::Ref { .. } | Ty::Slice(_) | Ty::Array { .. } => true,
        Ty::Path { def, .. } => stdlib::class(def) == Some(StdClass::Container) || is_collective(ty),
        _ => false,
    })
}

/// What a type over many is, or over references, where it is over one: `Color<T>` of `Color<Vec<T>>`.
fn single_form(ty: &Ty) -> Ty {
    match ty {
        Ty::Path { def, args } if !stdlib::is_std(def) => {
            let one = |arg: &Arg| match arg {
                Arg::Type(ty) => {
                    Arg::Type(over_one(ty).map_or_else(|| single_form(ty), |name| Ty::Generic(name.clone())))
                }
                other => other.clone(),
            };
            let args = Args {
                args: args.args.iter().map(one).collect(),
                ..args.clone()
            };
            Ty::Path {
                def: def.clone(),
                args,
            }
        }
        _ => ty.clone(),
    }
}

fn of_def<'f>(found: &'f Instances, def: &DefKey) -> impl Iterator<Item = &'f Ty> {
    let def = def.clone();
    found
        .values()
        .filter(move |one| one.def == def)
        .map(|one| &one.ty)
}

/// Puts types in place of an impl's parameters.
struct Filling<'c, 'a> {
    ctx: &'c Ctx<'a>,
    found: &'c Instances,
}

impl Filling<'_, '_> {
    fn fill(&self, impl_: &Impl) -> Option<Ty> {
        let mut subst = Subst::default();
        let pattern = self.ctx.normal(&impl_.self_ty);
        let Ty::Path { def, args } = &pattern else {
            return None;
        };
        let one = single_form(&pattern);
        if one != pattern {
            // Over many of what one is over: without that, nothing could be put in.
            let open = parameters(&impl_.generics);
            let all = of_def(self.found, def).filter(|ty| !is_collective(ty));
            let (usual, others): (Vec<&Ty>, Vec<&Ty>) = all.partition(|ty| !stand_in::is_other(self.ctx, ty));
            let mut all = usual.into_iter().chain(others);
            subst = all.find_map(|ty| {
                let mut subst = Subst::default();
                unify(&one, ty, &open, &mut subst).then_some(subst)
            })?;
        }
        self.arguments(&impl_.generics, (def, args), &mut subst);
        let ty = self.ctx.normal(&subst.apply(&pattern));
        let known = |part: &Ty| matches!(part, Ty::RawPointer { .. });
        (closed(&ty) && !any(&ty, &known)).then(|| erase(&ty))
    }

    /// What the parameters in a type's arguments are: what they are in an instance of a type inside, else what stands for
    /// the parameter in whose place they are.
    fn arguments(&self, generics: &Generics, (def, args): (&DefKey, &Args), subst: &mut Subst) {
        let open = parameters(generics);
        let Some(found) = self.ctx.def(def) else { return };
        let mut places = found
            .generics
            .params
            .iter()
            .filter(|param| !matches!(param, GenericParam::Lifetime { .. }));
        for arg in args.args.iter().filter(|arg| !matches!(arg, Arg::Lifetime(_))) {
            let place = places.next();
            let Arg::Type(ty) = arg else { continue };
            match subst.apply(ty) {
                ty if over_one(&ty).is_some_and(|name| open.contains(name)) => {
                    let Some(name) = over_one(&ty).cloned() else {
                        continue;
                    };
                    let so_far = bind(
                        &found.generics,
                        &super::fold::Fold::args(&mut Applied(subst), args),
                    );
                    let usual = place.and_then(|place| stand_in::argument(self.ctx, found, place, &so_far));
                    let bounds: Vec<Bound> = bounds_of(generics, &name).into_iter().cloned().collect();
                    let bounds = subst.apply_bounds(&bounds);
                    let stands = match usual {
                        Some(ty) if holds::meets(self.ctx, &ty, &bounds) => Some(ty),
                        other => self.met(&bounds, def).or(other),
                    };
                    subst.types.extend(stands.map(|ty| (name, ty)));
                }
                inner @ Ty::Path { .. } if !closed(&inner) => self.inside(generics, &inner, subst),
                _ => {}
            }
            // What is in a type of the language, or of std, may be anything that meets the bounds.
            for name in generics_in(&subst.apply(ty)).intersection(&open) {
                let bounds: Vec<Bound> = bounds_of(generics, name).into_iter().cloned().collect();
                let stands = stand_in::of_bounds(self.ctx, &subst.apply_bounds(&bounds), false);
                let stands = stands
                    .into_iter()
                    .next()
                    .filter(|_| *ty != Ty::Generic(name.clone()));
                subst.types.extend(stands.map(|ty| (name.clone(), ty)));
            }
        }
    }

    /// The first type of the plan, of another definition, that meets what an impl asks.
    fn met(&self, bounds: &[Bound], def: &DefKey) -> Option<Ty> {
        let is = |part: &Ty| matches!(part, Ty::Path { def: have, .. } if have == def);
        let all = stand_in::among(self.ctx, bounds, self.found);
        all.into_iter().find(|ty| !any(ty, &is))
    }

    fn inside(&self, generics: &Generics, pattern: &Ty, subst: &mut Subst) {
        let Ty::Path { def, args } = pattern else { return };
        let open = parameters(generics);
        for ty in of_def(self.found, def) {
            let mut told = subst.clone();
            if unify(pattern, ty, &open, &mut told) {
                *subst = told;
                return;
            }
        }
        self.arguments(generics, (def, args), subst);
    }
}

/// Arguments with what is known put in.
struct Applied<'s>(&'s Subst);

impl super::fold::Fold for Applied<'_> {
    fn ty(&mut self, ty: &Ty) -> Ty {
        self.0.apply(ty)
    }
}
