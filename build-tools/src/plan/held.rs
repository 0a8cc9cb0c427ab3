//! Callables that a type of the crate's holds: `Filter<I, F>`, where `F: FnMut(&I::Item) -> bool`.
//!
//! The type of a closure has no name. A box of one has: `Box<dyn Fn(&Item) -> bool + Send + Sync>`, which is `FnMut` and
//! `FnOnce` as well. It stands where a type has a callable's parameter, and so the type has instances, and a class. The plan
//! writes it as a type of its own, with what is passed and what is given.

use super::closures;
use super::ctx::{Ctx, bounds_of, parameters};
use super::fold::{Fold, Subst, any, closed, generics_in, unify};
use super::stand_in;
use super::stdlib;
use super::wire::type_args;
use crate::api::{Arg, Args, Bound, Def, DefKey, GenericParam, Generics, Impl, Ty};

/// The lifetime of what is lent to a callable, in a callable's type: another one with each call.
pub(super) const LENT: &str = "'^";

/// The type of a boxed callable, by what it is passed and gives.
fn function(params: Vec<Ty>, output: Ty) -> Ty {
    Ty::Path {
        def: DefKey("std::usecrate::Function".to_owned()),
        args: Args {
            args: vec![Arg::Type(Ty::Tuple(params)), Arg::Type(output)],
            ..Args::default()
        },
    }
}

/// What a boxed callable is passed, and what it gives.
pub(super) fn parts(ty: &Ty) -> Option<(&[Ty], &Ty)> {
    let Ty::Path { def, args } = ty else { return None };
    if !stdlib::is_std(def) || def.0 != "std::usecrate::Function" {
        return None;
    }
    let mut all = type_args(args);
    match (all.next()?, all.next()?) {
        (Ty::Tuple(params), output) => Some((params, output)),
        _ => None,
    }
}

/// Some part of it is a boxed callable.
pub(super) fn is_in(ty: &Ty) -> bool {
    any(ty, &|part| parts(part).is_some())
}

/// The same type with lifetimes that are left to inference where something is lent to a callable.
pub(super) fn freed(ty: &Ty) -> Ty {
    struct Free;
    impl Fold for Free {
        fn lifetime(&mut self, name: &str) -> String {
            if name == LENT { "'_" } else { name }.to_owned()
        }
    }
    Free.ty(ty)
}

/// Lifetimes that a callable's bound leaves to its caller.
pub(super) struct Lend<'b>(pub(super) &'b [String]);

impl Fold for Lend<'_> {
    fn reference(&mut self, lifetime: Option<&str>) -> Option<String> {
        Some(self.lifetime(lifetime.unwrap_or("'_")))
    }

    fn lifetime(&mut self, name: &str) -> String {
        let lent = name == "'_" || self.0.iter().any(|one| one == name);
        if lent { LENT } else { name }.to_owned()
    }
}

/// The boxed callable that meets the bounds of a parameter, where `fill` puts types in place of what they leave open; none if
/// they ask for what no box is, a copy for one.
pub(super) fn of_bounds(ctx: &Ctx<'_>, bounds: &[Bound], fill: &dyn Fn(&Ty) -> Ty) -> Option<Ty> {
    let mut found = None;
    for bound in bounds {
        match bound {
            Bound::Trait { maybe: true, .. } | Bound::Outlives(_) | Bound::Use => {}
            Bound::Trait { trait_, for_, .. } if closures::is_trait(&trait_.def) => {
                let Some(Ty::Tuple(params)) = type_args(&trait_.args).next() else {
                    return None;
                };
                let output = trait_.args.bindings.iter().find(|(name, _)| name == "Output");
                let output = output.map_or_else(|| Ty::Tuple(Vec::new()), |(_, ty)| ty.clone());
                let mut put = |ty: &Ty| ctx.normal(&fill(&Lend(for_).ty(ty)));
                let params: Vec<Ty> = params.iter().map(&mut put).collect();
                let output = put(&output);
                if !params.iter().all(is_passed) || any(&output, &|part| matches!(part, Ty::Ref { .. })) {
                    return None;
                }
                found = Some(function(params, output));
            }
            Bound::Trait { trait_, .. } => {
                let harmless = ["Send", "Sync", "Sized", "Unpin"].contains(&trait_.def.name());
                if !stdlib::is_std(&trait_.def) || !harmless {
                    return None;
                }
            }
        }
    }
    found.filter(closed)
}

/// A callable of Python's can be passed one: what it is to change is a value of the crate's.
fn is_passed(ty: &Ty) -> bool {
    match ty {
        Ty::Ref {
            mutable: true, ty, ..
        } => matches!(&**ty, Ty::Path { def, .. } if !stdlib::is_std(def)),
        _ => true,
    }
}

/// The same of a parameter of `generics`, where `subst` says what others are; of what is open, what stands for it.
pub(super) fn of_parameter(ctx: &Ctx<'_>, generics: &Generics, name: &str, subst: &Subst) -> Option<Ty> {
    let of = |name: &str| -> Vec<Bound> {
        let bounds: Vec<Bound> = bounds_of(generics, name).into_iter().cloned().collect();
        subst.apply_bounds(&bounds)
    };
    let fill = |ty: &Ty| {
        let mut known = Subst::default();
        for open in generics_in(ty) {
            let stands = stand_in::of_bounds(ctx, &of(&open), false).into_iter().next();
            known.types.extend(stands.map(|ty| (open, ty)));
        }
        known.apply(ty)
    };
    of_bounds(ctx, &of(name), &fill)
}

/// What stands for a type's parameter of which its definition, or a block, says that it is a callable; `subst` says what the
/// others are.
pub(super) fn of_type(ctx: &Ctx<'_>, def: &Def, name: &str, subst: &Subst) -> Option<Ty> {
    let iterates = |impl_: &&Impl| {
        let of = impl_.trait_.as_ref();
        of.is_some_and(|of| stdlib::is_trait(&of.def, "Iterator"))
    };
    // Iterators need no class.
    if ctx.impls(&def.key).iter().any(iterates) {
        return None;
    }
    let own = of_parameter(ctx, &def.generics, name, subst);
    own.or_else(|| {
        let blocks = ctx
            .impls(&def.key)
            .iter()
            .filter(|impl_| !impl_.synthetic && impl_.blanket.is_none());
        blocks.copied().find_map(|impl_| {
            let (mut mine, mut others) = (None, Subst::default());
            for (param, arg) in arguments(def, impl_) {
                match subst.types.get(param) {
                    _ if param == name => mine = Some(arg),
                    Some(ty) => others.types.extend([(arg.to_owned(), ty.clone())]),
                    None => {}
                }
            }
            of_parameter(ctx, &impl_.generics, mine?, &others)
        })
    })
}

/// A type's parameters with those of a block that stand in their places.
fn arguments<'p>(def: &'p Def, impl_: &'p Impl) -> impl Iterator<Item = (&'p str, &'p str)> {
    let args = match &impl_.self_ty {
        Ty::Path { args, .. } => args.args.as_slice(),
        _ => &[],
    };
    let args = args.iter().filter(|arg| !matches!(arg, Arg::Lifetime(_)));
    let params = def.generics.params.iter();
    let params = params.filter(|param| !matches!(param, GenericParam::Lifetime { .. }));
    params.zip(args).filter_map(|pair| match pair {
        (GenericParam::Type { name, .. }, Arg::Type(Ty::Generic(arg))) => Some((name.as_str(), arg.as_str())),
        _ => None,
    })
}

/// What the callables in a type give says what parameters of an impl are: `B` in `F: FnMut(I::Item) -> B`.
pub(super) fn tell(ctx: &Ctx<'_>, impl_: &Impl, subst: &mut Subst) {
    let open = parameters(&impl_.generics);
    for clause in &impl_.generics.bounds {
        let callable = subst.apply(&clause.ty);
        let Some((_, given)) = parts(&callable) else {
            continue;
        };
        for bound in &clause.bounds {
            let Bound::Trait { trait_, .. } = bound else {
                continue;
            };
            if let Some((_, wanted)) = trait_.args.bindings.iter().find(|(name, _)| name == "Output") {
                let mut told = subst.clone();
                if unify(&ctx.normal(&subst.apply(wanted)), given, &open, &mut told) {
                    *subst = told;
                }
            }
        }
    }
}
