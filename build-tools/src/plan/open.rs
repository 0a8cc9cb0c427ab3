//! What a signature leaves open: its type parameters, and what is known of them.

use std::collections::BTreeSet;

use super::ctx::Ctx;
use super::fold::{Fold, any, generics_in};
use super::site::{OriginKey, Site};
use super::{closures, handed, lifetimes, random, stdlib, streams};
use crate::api::{Arg, Args, Bound, DefKey, GenericParam, Generics, TraitRef, Ty};

/// A signature with its open parameters: `impl Trait` arguments are parameters too, named `#0`, `#1`…
pub(super) struct Open {
    pub(super) params: Vec<Ty>,
    pub(super) output: Option<Ty>,
    pub(super) bounds: Vec<(Ty, Vec<Bound>)>,
    /// Open type parameters, in order.
    pub(super) names: Vec<String>,
    /// Open const parameters, in order, with their types.
    pub(super) consts: Vec<(String, Ty)>,
    /// The names of `impl Trait` arguments, in order.
    pub(super) impls: Vec<String>,
    pub(super) outlives: Vec<(String, String)>,
    /// It is written in another crate: what such a function takes is less what this crate is about.
    pub(super) foreign: bool,
}

impl Open {
    /// Of a function with its types put in, as far as they are known.
    pub(super) fn new(ctx: &Ctx<'_>, site: &Site) -> Self {
        let apply = |ty: &Ty| ctx.normal(&site.subst.apply(ty));
        let mut params: Vec<Ty> = site
            .function
            .params
            .iter()
            .map(|param| random::any(apply(&param.ty)))
            .collect();
        let output = site.function.output.as_ref().map(apply);
        let mut output = output.as_ref().map(handed::lent);
        let receiver = site
            .function
            .params
            .first()
            .is_some_and(|param| param.name == "self");
        let mut named = NameImpl {
            count: 0,
            impls: Vec::new(),
            bounds: Vec::new(),
        };
        for (at, ty) in params.iter_mut().enumerate() {
            // What is called itself is no argument.
            let itself = receiver && at == 0 && handed::is_held(ctx, ty);
            *ty = handed::lent(&if itself { ty.clone() } else { named.param(ty) });
        }
        lifetimes::name_elided(&mut params, &mut output, receiver);
        let mut all: Vec<&Generics> = site.generics.iter().collect();
        all.push(&site.function.generics);
        let mut bounds = named.bounds;
        let mut names = Vec::new();
        let mut consts = Vec::new();
        for generics in &all {
            for bound in &generics.bounds {
                let normal = site.subst.apply_bounds(&bound.bounds);
                bounds.push((apply(&bound.ty), NormalBounds(ctx).bounds(&normal)));
            }
            for param in &generics.params {
                match param {
                    GenericParam::Type { name, .. } if !site.subst.types.contains_key(name) => {
                        names.push(name.clone());
                    }
                    GenericParam::Const { name, ty, .. } if !site.subst.consts.contains_key(name) => {
                        consts.push((name.clone(), ty.clone()));
                    }
                    _ => {}
                }
            }
        }
        names.extend((0..named.count).map(|at| format!("#{at}")));
        Self {
            params,
            output,
            bounds,
            names,
            consts,
            impls: named.impls,
            outlives: lifetimes::outlives(&all),
            foreign: site
                .origin
                .as_ref()
                .is_some_and(|origin| is_foreign(ctx, &origin.key)),
        }
    }

    /// The open parameters that the arguments determine.
    pub(super) fn determined(&self) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = self.params.iter().flat_map(told_by).collect();
        loop {
            let before = found.len();
            for (ty, bounds) in &self.bounds {
                if generics_in(ty).iter().any(|name| found.contains(name)) {
                    found.extend(generics_in(&Ty::Impl(bounds.clone())));
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }
}

/// The parameters that a value of a type tells: what `T::Part` is says nothing of `T`.
fn told_by(ty: &Ty) -> BTreeSet<String> {
    struct Told(BTreeSet<String>);
    impl Fold for Told {
        fn ty(&mut self, ty: &Ty) -> Ty {
            match ty {
                Ty::Projection { .. } => ty.clone(),
                Ty::Generic(name) => {
                    self.0.insert(name.clone());
                    ty.clone()
                }
                _ => self.walk(ty),
            }
        }
    }
    let mut told = Told(BTreeSet::new());
    told.ty(ty);
    told.0
}

fn is_foreign(ctx: &Ctx<'_>, key: &OriginKey) -> bool {
    let elsewhere = |def: &DefKey| def.krate() != ctx.api.name;
    let block = |self_ty: &Ty, trait_: Option<&DefKey>| {
        let ty = matches!(self_ty, Ty::Path { def, .. } if elsewhere(def));
        ty && trait_.is_none_or(elsewhere)
    };
    match key {
        OriginKey::Free(def) => elsewhere(def),
        OriginKey::Block { self_ty, trait_, .. } => block(self_ty, trait_.as_ref().map(|one| &one.def)),
        OriginKey::Foreign { trait_, .. } | OriginKey::Provided { trait_, .. } => elsewhere(trait_),
        OriginKey::Blanket { trait_, .. } => elsewhere(&trait_.def),
    }
}

/// A const parameter stands in a type.
pub(super) fn names_const(ty: &Ty, name: &str) -> bool {
    let is = |arg: &Arg| match arg {
        Arg::Const(text) => text == name,
        Arg::Type(Ty::Generic(have)) => have == name,
        _ => false,
    };
    any(ty, &|part| match part {
        Ty::Array { len, .. } => len == name,
        Ty::Path { args, .. } => args.args.iter().any(is),
        _ => false,
    })
}

struct NameImpl {
    count: usize,
    impls: Vec<String>,
    bounds: Vec<(Ty, Vec<Bound>)>,
}

impl Fold for NameImpl {
    fn ty(&mut self, ty: &Ty) -> Ty {
        match ty {
            Ty::Impl(bounds) => {
                self.impls.push(format!("#{}", self.count));
                self.named(bounds.clone())
            }
            Ty::Dyn { traits, lifetime } => match host_object(traits, lifetime.as_deref()) {
                Some(bounds) => self.named(bounds),
                None => self.walk(ty),
            },
            Ty::Path { def, args } if ["Box", "Arc", "Rc"].iter().any(|name| stdlib::is(def, name)) => {
                // In a box `dyn Fn()` means `dyn Fn() + 'static`.
                let mut args = args.clone();
                for arg in &mut args.args {
                    if let Arg::Type(Ty::Dyn { lifetime, .. }) = arg {
                        lifetime.get_or_insert_with(|| "'static".to_owned());
                    }
                }
                self.walk(&Ty::Path {
                    def: def.clone(),
                    args,
                })
            }
            _ => self.walk(ty),
        }
    }
}

impl NameImpl {
    /// A parameter's type: it may be a function pointer, or an option of one. Inside other types those stay what they are.
    fn param(&mut self, ty: &Ty) -> Ty {
        match ty {
            Ty::FnPointer {
                params,
                output,
                unsafe_: false,
            } => self.named(closures::of_pointer(params, output.as_deref())),
            Ty::Path { def, args } if stdlib::is(def, "Option") => {
                let of = |arg: &Arg| match arg {
                    Arg::Type(inner) => Arg::Type(self.param(inner)),
                    other => other.clone(),
                };
                Ty::Path {
                    def: def.clone(),
                    args: Args {
                        args: args.args.iter().map(of).collect(),
                        ..args.clone()
                    },
                }
            }
            _ => self.ty(ty),
        }
    }

    fn named(&mut self, bounds: Vec<Bound>) -> Ty {
        let name = Ty::Generic(format!("#{}", self.count));
        self.count += 1;
        self.bounds.push((name.clone(), bounds));
        name
    }
}

/// A trait object whose place an object of Python's takes, a stream, a callable or an iterator: what is asked of it.
fn host_object(traits: &[TraitRef], lifetime: Option<&str>) -> Option<Vec<Bound>> {
    let first = &traits.first()?.def;
    let iterates = stdlib::is_trait(first, "Iterator");
    if streams::of_trait(first) == 0 && !closures::is_trait(first) && !iterates {
        return None;
    }
    let bound = |one: &TraitRef| Bound::Trait {
        trait_: one.clone(),
        maybe: false,
        for_: Vec::new(),
    };
    let mut bounds: Vec<Bound> = traits.iter().map(bound).collect();
    bounds.extend(lifetime.map(|name| Bound::Outlives(name.to_owned())));
    Some(bounds)
}

struct NormalBounds<'c, 'a>(&'c Ctx<'a>);

impl Fold for NormalBounds<'_, '_> {
    fn ty(&mut self, ty: &Ty) -> Ty {
        self.0.normal(ty)
    }
}
