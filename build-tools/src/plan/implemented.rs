//! Trait objects that callables are: `Box<dyn Helper>`, where `impl<F: Fn(&Context) -> String> Helper for F`.
//!
//! What takes one takes any handle that implements the trait, and besides a callable of Python's: in a shim of its own, whose
//! argument is `Box<dyn Fn(&Context) -> String>` in the object's place. rustc makes the one of the other.

use super::closures;
use super::ctx::{Ctx, bounds_of, parameters};
use super::fold::{Fold, Subst, closed, unify};
use super::site::Site;
use super::stdlib;
use super::wire::type_args;
use crate::api::{Arg, Args, Bound, TraitRef, Ty};

/// What a callable has to be called like to be such an object.
pub(super) fn callable(ctx: &Ctx<'_>, traits: &[TraitRef]) -> Option<TraitRef> {
    let object = traits.first().filter(|one| !stdlib::is_std(&one.def))?;
    ctx.impls_of(&object.def).iter().find_map(|impl_| {
        let Ty::Generic(name) = &impl_.self_ty else {
            return None;
        };
        let (open, mut subst) = (parameters(&impl_.generics), Subst::default());
        let have = impl_.trait_.iter().flat_map(|one| type_args(&one.args));
        let mut pairs = have.zip(type_args(&object.args));
        if !pairs.all(|(have, asked)| unify(have, asked, &open, &mut subst)) {
            return None;
        }
        let called = bounds_of(&impl_.generics, name)
            .into_iter()
            .find_map(|bound| match bound {
                Bound::Trait {
                    trait_, maybe: false, ..
                } => Some(trait_).filter(|one| closures::is_trait(&one.def)),
                _ => None,
            })?;
        let called = Passed.trait_ref(&subst.apply_trait(called));
        let known = type_args(&called.args).all(closed);
        (known && called.args.bindings.iter().all(|(_, ty)| closed(ty))).then_some(called)
    })
}

/// The same function, where it takes callables for the trait objects that those can be.
pub(super) fn rewritten(ctx: &Ctx<'_>, site: &Site) -> Option<Site> {
    let mut put = Put { ctx, found: false };
    let mut taking = site.clone();
    for param in taking.function.params.iter_mut().filter(|one| one.name != "self") {
        let ty = put.ty(&ctx.normal(&site.subst.apply(&param.ty)));
        if put.found {
            param.ty = ty;
        }
    }
    taking.id = format!("{}<Fn>", site.id);
    put.found.then_some(taking)
}

/// Puts callables in the places of objects; what is owned may be kept.
struct Put<'c, 'a> {
    ctx: &'c Ctx<'a>,
    found: bool,
}

impl Put<'_, '_> {
    fn object(&mut self, ty: &Ty, lifetime: Option<&str>) -> Option<Ty> {
        let Ty::Dyn { traits, .. } = ty else { return None };
        let called = callable(self.ctx, traits)?;
        self.found = true;
        Some(Ty::Dyn {
            traits: std::iter::once(called)
                .chain(traits.iter().skip(1).cloned())
                .collect(),
            lifetime: lifetime.map(str::to_owned),
        })
    }
}

impl Fold for Put<'_, '_> {
    fn ty(&mut self, ty: &Ty) -> Ty {
        match ty {
            Ty::Path { def, args } => {
                let one = |arg: &Arg| match arg {
                    Arg::Type(ty) => {
                        let object = self.object(ty, Some("'static"));
                        Arg::Type(object.unwrap_or_else(|| self.ty(ty)))
                    }
                    other => other.clone(),
                };
                Ty::Path {
                    def: def.clone(),
                    args: Args {
                        args: args.args.iter().map(one).collect(),
                        ..args.clone()
                    },
                }
            }
            Ty::Dyn { .. } => self.object(ty, None).unwrap_or_else(|| ty.clone()),
            _ => self.walk(ty),
        }
    }
}

/// Whatever lifetimes a callable is called with, they are the caller's to choose.
struct Passed;

impl Fold for Passed {
    fn lifetime(&mut self, name: &str) -> String {
        if name == "'static" { name } else { "'_" }.to_owned()
    }
}
