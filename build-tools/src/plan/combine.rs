//! What the parameters that a callable leaves open are, together: combinations of choices, the likeliest first, and how one is put
//! in place of its parameters.

use std::cell::RefCell;
use std::collections::BTreeSet;

use usecrate_manifest::SkipCode;

use super::choose::{CHOICES, Choice, Chooser, FOREIGN_CHOICES, string};
use super::ctx::Ctx;
use super::fold::{Fold, Subst, closed, generics_in};
use super::limits::{self, Cost};
use super::open::Open;
use super::site::Site;
use super::spell::BYTES_LIKE;
use super::types::Types;
use super::wire::{Reason, is_text, type_args};
use super::{askers, functions, holds, items, joined, stand_in, stdlib};
use crate::api::{Bound, Ty};

/// What chooses types for the parameters of a signature.
pub(super) fn chooser<'c, 'a>(ctx: &'c Ctx<'a>, types: &'c Types, open: &Open) -> Chooser<'c, 'a> {
    let signature: Vec<&Ty> = open.params.iter().chain(&open.output).collect();
    Chooser {
        ctx,
        types,
        bounds: open.bounds.clone(),
        open: RefCell::new(BTreeSet::new()),
        inside: stand_in::inside_types(ctx, types, &signature),
        named: signature.iter().flat_map(|ty| generics_in(ty)).collect(),
        passed: passed(open),
        alone: alone(open),
        referred: open.params.iter().filter_map(referred).collect(),
        drawn: open.params.iter().filter_map(drawn).collect(),
        output: open.output.clone(),
        callables: RefCell::new(Vec::new()),
        most: if open.foreign { FOREIGN_CHOICES } else { CHOICES },
    }
}

/// Parameters of which values are passed, or that say how a trait of the crate's is implemented by what is passed.
fn passed(open: &Open) -> BTreeSet<String> {
    let whole: BTreeSet<String> = open.params.iter().flat_map(generics_in).collect();
    let of_passed = |ty: &Ty| matches!(ty, Ty::Generic(name) if whole.contains(name));
    let about = open.bounds.iter().filter(|(ty, _)| of_passed(ty));
    let told = about
        .flat_map(|(_, bounds)| bounds)
        .filter_map(|bound| match bound {
            Bound::Trait { trait_, .. } if !stdlib::is_std(&trait_.def) => Some(&trait_.args),
            _ => None,
        });
    let told: BTreeSet<String> = told.flat_map(type_args).flat_map(generics_in).collect();
    whole.union(&told).cloned().collect()
}

/// Parameters that are whole arguments, and stand nowhere else.
fn alone(open: &Open) -> BTreeSet<String> {
    let whole = |ty: &Ty| match ty {
        Ty::Generic(name) => Some(name.clone()),
        _ => None,
    };
    let mut inside: BTreeSet<String> = open.output.iter().flat_map(generics_in).collect();
    let parts = open.params.iter().filter(|ty| whole(ty).is_none());
    inside.extend(parts.flat_map(generics_in));
    let all = open.params.iter().filter_map(whole);
    all.filter(|name| !inside.contains(name)).collect()
}

/// One choice for each open parameter.
pub(super) type Combination = Vec<(String, Choice)>;

/// One choice for each open parameter: the combinations that fit, at most so many.
pub(super) fn combine(
    chooser: &Chooser<'_, '_>,
    open: &Open,
    site: &Site,
    most: usize,
) -> Result<Vec<Combination>, Reason> {
    let determined = open.determined();
    // The types that one parameter may be are told apart by their classes.
    let most = match &open.names[..] {
        [name] if chooser.is_asked(name) => most.max(askers::MOST),
        _ => most,
    };
    let (told, given) = (functions::told_by_impls(open), functions::only_given(open));
    let mut found: Vec<(&String, Vec<Choice>)> = Vec::new();
    for name in &open.names {
        if !determined.contains(name) {
            return Err(Reason::new(
                SkipCode::Generic,
                format!(
                    "nothing that is passed says which type `{name}` of `{}` is to be",
                    site.function.name
                ),
            ));
        }
        let mut choices = match site.subst.types.get(name) {
            Some(ty) => Choice::of(ty.clone()),
            None if told.contains(name) => Choice::of(Ty::Infer),
            None => chooser.choose(name)?,
        };
        if given.contains(name) {
            choices.truncate(1);
        }
        found.push((name, choices));
    }
    if found.iter().map(|(_, choices)| choices.len()).product::<usize>() > most {
        for (name, choices) in &mut found {
            if let Some(one) = joined::of(chooser, name, choices) {
                *choices = vec![one];
            }
        }
    }
    let mut all: Vec<(Cost, Combination)> = vec![(Cost::default(), Vec::new())];
    for (name, choices) in found {
        let types: Vec<Ty> = choices.iter().map(|one| one.ty.clone()).collect();
        let (places, by_kind) = limits::places(chooser, name, &types);
        let mut next = Vec::new();
        for (cost, one) in &all {
            for (place, choice) in places.iter().zip(&choices) {
                let mut longer = one.clone();
                longer.push((name.clone(), choice.clone()));
                next.push((cost.and(*place, by_kind), longer));
            }
        }
        let fit = |(_, one): &&(Cost, Combination)| fits(chooser, name, one);
        // If none do, rustc says why.
        let fitting: Vec<_> = next.iter().filter(fit).cloned().collect();
        // What is unlikely so far may be likely as a whole.
        all = limits::cheapest(if fitting.is_empty() { next } else { fitting }, most.max(CHOICES));
    }
    let all = limits::cheapest(all, most);
    Ok(all.into_iter().map(|(_, one)| one).collect())
}

/// What was chosen for a parameter does not contradict what was for others, or is known: `R: SampleRange<T>`.
fn fits(chooser: &Chooser<'_, '_>, name: &str, combination: &Combination) -> bool {
    let mut subst = Subst::default();
    let chosen = combination.iter().filter(|(_, choice)| !choice.iterate);
    subst
        .types
        .extend(chosen.map(|(name, choice)| (name.clone(), choice.ty.clone())));
    let together = |ty: &Ty, bound: &Bound| {
        let Bound::Trait { trait_, .. } = bound else {
            return false;
        };
        let mut names: BTreeSet<String> = type_args(&trait_.args).flat_map(generics_in).collect();
        let several = !names.is_empty() && !stdlib::is_std(&trait_.def);
        names.extend(generics_in(ty));
        several && names.contains(name) && names.iter().all(|name| subst.types.contains_key(name))
    };
    chooser.bounds.iter().all(|(ty, bounds)| match ty {
        ty if closed(ty) || matches!(ty, Ty::Generic(_)) => {
            bounds.iter().filter(|bound| together(ty, bound)).all(|bound| {
                let bounds = subst.apply_bounds(std::slice::from_ref(bound));
                holds::meets(chooser.ctx, &subst.apply(ty), &bounds)
            })
        }
        _ => true,
    })
}

/// Puts a choice in place of its parameter; behind a reference what can be unsized is.
pub(super) struct Put<'c> {
    pub(super) combination: &'c Combination,
    pub(super) unsized_: BTreeSet<String>,
}

impl Fold for Put<'_> {
    fn ty(&mut self, ty: &Ty) -> Ty {
        match ty {
            Ty::Ref {
                lifetime,
                mutable,
                ty: inner,
            } => {
                if let Ty::Generic(name) = &**inner {
                    if let Some(chosen) = self.chosen(name) {
                        let ty = Box::new(behind_reference(chosen, self.unsized_.contains(name)));
                        return Ty::Ref {
                            lifetime: lifetime.clone(),
                            mutable: *mutable,
                            ty,
                        };
                    }
                }
                self.walk(ty)
            }
            Ty::Generic(name) => self.chosen(name).cloned().unwrap_or_else(|| ty.clone()),
            _ => self.walk(ty),
        }
    }
}

impl Put<'_> {
    fn chosen(&self, name: &str) -> Option<&Ty> {
        self.combination
            .iter()
            .find(|(have, _)| have == name)
            .map(|(_, choice)| &choice.ty)
    }
}

fn behind_reference(ty: &Ty, may_be_unsized: bool) -> Ty {
    match ty {
        Ty::Primitive(name) if name == BYTES_LIKE && may_be_unsized => {
            Ty::Slice(Box::new(Ty::Primitive("u8".to_owned())))
        }
        Ty::Ref {
            mutable: false,
            ty: inner,
            ..
        } if may_be_unsized => (**inner).clone(),
        Ty::Ref {
            mutable: false,
            ty: inner,
            ..
        } if is_text(inner) => string(),
        other => other.clone(),
    }
}

/// The argument is bytes because it is a reference to whatever is as good as bytes: text is, too.
pub(super) fn takes_text(ty: &Ty, unsized_: &BTreeSet<String>, combination: &Combination) -> bool {
    let like = |choice: &Choice| matches!(&choice.ty, Ty::Primitive(name) if name == BYTES_LIKE);
    let of = |name: &String| {
        combination
            .iter()
            .any(|(have, choice)| have == name && like(choice))
    };
    let shared = matches!(ty, Ty::Ref { mutable: false, .. });
    shared && referred(ty).is_some_and(|name| unsized_.contains(&name) && of(&name))
}

/// The parameter that is the item of what Rust draws from Python.
fn drawn(ty: &Ty) -> Option<String> {
    match items::item(ty) {
        Some(Ty::Generic(name)) => Some(name.clone()),
        _ => None,
    }
}

/// The parameter behind a reference.
fn referred(ty: &Ty) -> Option<String> {
    match ty {
        Ty::Ref { ty, .. } => match &**ty {
            Ty::Generic(name) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    }
}
