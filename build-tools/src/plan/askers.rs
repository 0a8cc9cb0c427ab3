//! Parameters that are told by an impl of the crate's, and by nothing else: a type that is known is asked to implement a
//! trait by them, `fn from_color<T>(color: T) -> Self where Self: FromColorUnclamped<T>`, or they are asked to implement one
//! by a type that is known, `fn into_color<U>(self) -> U where U: FromColorUnclamped<Self>`.
//!
//! Of each generic type the instance comes first that its name alone means: conversions are among those. The others follow
//! as far as there is room.

use std::collections::BTreeSet;

use super::arguments::Value;
use super::choose::Chooser;
use super::ctx::{Ctx, bounds_of};
use super::fold::{Subst, closed, each, erase, generics_in, unify};
use super::holds::{self, Answer};
use super::kinds::passable;
use super::likely::Candidate;
use super::open::Open;
use super::stand_in;
use super::types::Types;
use super::wire::type_args;
use crate::api::{Arg, Bound, DefKey, Impl, TraitRef, Ty};

/// How many types one parameter may be.
pub(super) const MOST: usize = 24;
/// How many impls for whatever implements another trait are looked through.
const BLANKETS: usize = 3;

impl Chooser<'_, '_> {
    /// What a parameter may be by which a known type is asked to implement a trait of the crate's, if there is such a one.
    pub(super) fn by_askers(&self, bounds: &[Bound], name: &str) -> Option<Vec<Ty>> {
        let (subject, trait_, at) = self.asker(name)?;
        // Of the many instances of a generic type those are converted that have a name.
        if stand_in::is_other(self.ctx, subject) && !is_aliased(self.types, subject) {
            return Some(Vec::new());
        }
        let found = sources(self.ctx, self.types, subject, trait_, at);
        let all: BTreeSet<Ty> = found
            .into_iter()
            .filter(|ty| passable(self.ctx, self.types, ty) && holds::meets(self.ctx, ty, bounds))
            .collect();
        (!all.is_empty()).then(|| most_usual(self.ctx, self.types, all))
    }

    /// A known type is asked to implement a trait of the crate's by it.
    pub(super) fn is_asked(&self, name: &str) -> bool {
        self.asker(name).is_some()
    }

    /// The known type, the trait that it is asked for, and the parameter's place among the trait's arguments.
    fn asker(&self, name: &str) -> Option<(&Ty, &TraitRef, usize)> {
        let is = |arg: &Arg| matches!(arg, Arg::Type(Ty::Generic(have)) if have == name);
        let known = self
            .bounds
            .iter()
            .filter(|(ty, _)| closed(ty) && self.ctx.wrote(ty));
        let asked = known.flat_map(|(ty, bounds)| bounds.iter().map(move |bound| (ty, bound)));
        asked.into_iter().find_map(|(ty, bound)| match bound {
            Bound::Trait {
                trait_, maybe: false, ..
            } if self.ctx.own(&trait_.def) => {
                let at = trait_.args.args.iter().position(is)?;
                Some((ty, trait_, at))
            }
            _ => None,
        })
    }
}

/// What stands in a place of a trait's arguments in the impls for a type.
fn sources(ctx: &Ctx<'_>, types: &Types, subject: &Ty, trait_: &TraitRef, at: usize) -> BTreeSet<Ty> {
    let mut all = BTreeSet::new();
    let impls = ctx.impls_of(&trait_.def).iter();
    for impl_ in impls.filter(|one| !one.synthetic && one.blanket.is_none()) {
        let have = impl_.trait_.as_ref().and_then(|have| have.args.args.get(at));
        let (Some(Arg::Type(have @ Ty::Path { .. })), Some(found)) = (have, ctx.match_impl(impl_, subject))
        else {
            continue;
        };
        let source = ctx.normal(&found.subst.apply(have));
        all.extend(instances(types, &source));
    }
    let asked = |ty: &Ty| {
        let mut trait_ = trait_.clone();
        trait_.args.args[at] = Arg::Type(ty.clone());
        Bound::Trait {
            trait_,
            maybe: false,
            for_: Vec::new(),
        }
    };
    all.retain(|ty| holds::bounded(ctx, subject, &asked(ty)) != Answer::No);
    all
}

/// What a parameter may be that says which trait a method is of, and that nothing which is passed tells.
pub(super) fn candidates(ctx: &Ctx<'_>, types: &Types, open: &Open, name: &str) -> Vec<Candidate> {
    let about = open.bounds.iter();
    let about = about.filter(|(ty, _)| matches!(ty, Ty::Generic(have) if have == name));
    let bounds: Vec<Bound> = about.flat_map(|(_, bounds)| bounds.clone()).collect();
    let found = implementors(ctx, types, &bounds).unwrap_or_else(|| {
        let all = stand_in::given(ctx, &bounds).into_iter();
        all.filter(|ty| !stand_in::is_dynamic(ty)).take(1).collect()
    });
    let candidate = |ty: Ty| Candidate {
        value: Value::Type(ty),
        natural: false,
    };
    found.into_iter().map(candidate).collect()
}

/// What implements a trait of the crate's that is asked for by a known type; `None`: none is.
fn implementors(ctx: &Ctx<'_>, types: &Types, bounds: &[Bound]) -> Option<Vec<Ty>> {
    let mut asked = bounds.iter().filter_map(|bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } if ctx.own(&trait_.def) && type_args(&trait_.args).all(closed) => {
            let subject = type_args(&trait_.args).next()?;
            Some((trait_, subject))
        }
        _ => None,
    });
    let (trait_, subject) = asked.next()?;
    if stand_in::is_other(ctx, subject) {
        return Some(Vec::new());
    }
    let mut all = made_of(ctx, types, &trait_.def, subject, BLANKETS);
    all.retain(|ty| holds::meets(ctx, ty, bounds));
    Some(most_usual(ctx, types, all))
}

/// What implements a trait by a type, in impls for types, or in one for whatever implements another trait by it.
fn made_of(ctx: &Ctx<'_>, types: &Types, trait_: &DefKey, subject: &Ty, depth: usize) -> BTreeSet<Ty> {
    let mut all = BTreeSet::new();
    let impls = ctx.impls_of(trait_);
    for impl_ in impls.iter().filter(|one| asks_for(one, subject)) {
        all.extend(instances(types, &ctx.normal(&impl_.self_ty)));
    }
    let Some((impl_, over)) = impls.iter().find_map(|one| Some((one, one.blanket.as_ref()?))) else {
        return all;
    };
    let by = impl_
        .trait_
        .as_ref()
        .and_then(|have| type_args(&have.args).next());
    let (Some(Ty::Generic(by)), Some(depth)) = (by, depth.checked_sub(1)) else {
        return all;
    };
    for bound in bounds_of(&impl_.generics, over) {
        let Bound::Trait {
            trait_, maybe: false, ..
        } = bound
        else {
            continue;
        };
        let is = |ty: &Ty| matches!(ty, Ty::Generic(have) if have == by);
        if ctx.own(&trait_.def) && type_args(&trait_.args).next().is_some_and(is) {
            all.extend(made_of(ctx, types, &trait_.def, subject, depth));
        }
    }
    all
}

/// An impl is of a trait by that type, or another instance of it; not by whatever meets some bounds.
fn asks_for(impl_: &Impl, subject: &Ty) -> bool {
    let asked = impl_
        .trait_
        .as_ref()
        .and_then(|have| type_args(&have.args).next());
    let alike = match (asked, subject) {
        (Some(Ty::Path { def, .. }), Ty::Path { def: of, .. }) => def == of,
        (Some(Ty::Primitive(word)), Ty::Primitive(of)) => word == of,
        _ => false,
    };
    alike && !impl_.synthetic && impl_.blanket.is_none()
}

/// The types of the plan that a type with open parameters may be; itself, if there are none.
fn instances(types: &Types, pattern: &Ty) -> Vec<Ty> {
    if closed(pattern) {
        return vec![pattern.clone()];
    }
    let Ty::Path { def, .. } = pattern else {
        return Vec::new();
    };
    let open = generics_in(pattern);
    let all = types.of_def(def).into_iter().map(|id| &types.get(id).instance.ty);
    all.filter(|one| unify(pattern, one, &open, &mut Subst::default()))
        .cloned()
        .collect()
}

/// Those first that their names alone mean, then those with names of their own.
fn most_usual(ctx: &Ctx<'_>, types: &Types, all: BTreeSet<Ty>) -> Vec<Ty> {
    let parts = |ty: &Ty| {
        let mut count = 0;
        each(ty, &mut |_| count += 1);
        count
    };
    let mut all: Vec<Ty> = all.into_iter().collect();
    all.sort_by_cached_key(|ty| (stand_in::is_other(ctx, ty), !is_aliased(types, ty), parts(ty)));
    all.truncate(MOST);
    all
}

/// The crate has a name for that instance of a generic type.
fn is_aliased(types: &Types, ty: &Ty) -> bool {
    let id = types.id(&erase(ty));
    id.is_some_and(|id| types.get(id).instance.alias.is_some())
}
