//! Which arguments a result borrows from: those are kept. Keeping more than needed is sound and only holds longer;
//! what is missing here is refused by rustc.

use std::collections::{BTreeMap, BTreeSet};

use usecrate_manifest::{Kind, SkipCode};

use super::ctx::Ctx;
use super::fold::{Fold, each};
use super::types::{Types, has_lifetimes};
use super::wire::{Class, Reason, class, has_handle};
use crate::api::{Arg, GenericParam, Generics, Ty};

/// Gives every elided lifetime of the parameters a name, and the result's elided ones the name that they mean.
pub(super) fn name_elided(params: &mut [Ty], output: &mut Option<Ty>, receiver: bool) {
    let mut fresh = Fresh { count: 0 };
    params.iter_mut().for_each(|ty| *ty = fresh.ty(ty));
    let Some(out) = output else { return };
    let meant = match params.first() {
        Some(Ty::Ref { lifetime, .. }) if receiver => lifetime.clone(),
        _ => {
            let mut all = BTreeSet::new();
            params.iter().for_each(|ty| all.extend(lifetimes(ty)));
            if all.len() == 1 { all.pop_first() } else { None }
        }
    };
    if let Some(meant) = meant {
        *out = Meant(meant).ty(out);
    }
}

struct Fresh {
    count: usize,
}

impl Fold for Fresh {
    fn reference(&mut self, lifetime: Option<&str>) -> Option<String> {
        Some(self.lifetime(lifetime.unwrap_or("'_")))
    }

    fn lifetime(&mut self, name: &str) -> String {
        if name != "'_" {
            return name.to_owned();
        }
        self.count += 1;
        format!("'_{}", self.count)
    }
}

struct Meant(String);

impl Fold for Meant {
    fn reference(&mut self, lifetime: Option<&str>) -> Option<String> {
        Some(self.lifetime(lifetime.unwrap_or("'_")))
    }

    fn lifetime(&mut self, name: &str) -> String {
        if name == "'_" {
            self.0.clone()
        } else {
            name.to_owned()
        }
    }
}

/// Every lifetime in a type.
fn lifetimes(ty: &Ty) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    each(ty, &mut |part| match part {
        Ty::Ref {
            lifetime: Some(name), ..
        } => {
            all.insert(name.clone());
        }
        Ty::Path { args, .. } => {
            for arg in &args.args {
                if let Arg::Lifetime(name) = arg {
                    all.insert(name.clone());
                }
            }
        }
        _ => {}
    });
    all
}

/// Whether what a reference points to has lifetimes of its own.
pub(super) fn borrows_inside(ty: &Ty) -> bool {
    matches!(ty, Ty::Ref { ty, .. } if !lifetimes(ty).is_empty())
}

/// `'a: 'b` pairs.
pub(super) fn outlives(all: &[&Generics]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for param in all.iter().flat_map(|generics| &generics.params) {
        if let GenericParam::Lifetime { name, outlives } = param {
            pairs.extend(outlives.iter().map(|other| (name.clone(), other.clone())));
        }
    }
    pairs
}

/// For each parameter: must what it borrows be kept for the result?
pub(super) fn kept(
    ctx: &Ctx<'_>,
    types: &Types,
    names: &[String],
    params: &[Ty],
    output: Option<&Ty>,
    outlives: &[(String, String)],
) -> Result<Vec<bool>, Reason> {
    let mut group = BTreeSet::new();
    if let Some(output) = output {
        borrowed(ctx, types, output, &mut group);
    }
    for ty in params {
        carried(ctx, types, ty, &mut group);
    }
    close(&mut group, outlives);
    let mut all = Vec::new();
    for (name, ty) in names.iter().zip(params) {
        let keeps = lent(ctx, types, ty)
            .keys()
            .any(|lifetime| group.contains(lifetime));
        if lent(ctx, types, ty)
            .iter()
            .any(|(lifetime, inner)| group.contains(lifetime) && *inner)
        {
            return Err(Reason::new(
                SkipCode::Borrow,
                format!(
                    "the result borrows from `{name}`, which is `{}` and borrows itself: not served yet",
                    ctx.show(ty)
                ),
            ));
        }
        all.push(keeps);
    }
    Ok(all)
}

/// The lifetimes that a result holds on to: references to handles and what handles carry. Plain values are copied.
fn borrowed(ctx: &Ctx<'_>, types: &Types, ty: &Ty, group: &mut BTreeSet<String>) {
    match ty {
        Ty::Ref {
            lifetime, ty: inner, ..
        } => {
            if has_handle(ctx, types, inner) {
                group.extend(lifetime.clone());
            }
            borrowed(ctx, types, inner, group);
        }
        Ty::Path { args, .. } => {
            if matches!(class(ctx, types, ty), Class::Type(_, Kind::Handle)) {
                group.extend(lifetimes(ty));
            }
            args.args.iter().for_each(|arg| {
                if let Arg::Type(ty) = arg {
                    borrowed(ctx, types, ty, group);
                }
            });
        }
        Ty::Tuple(parts) => parts.iter().for_each(|part| borrowed(ctx, types, part, group)),
        Ty::Slice(ty) | Ty::Array { ty, .. } => borrowed(ctx, types, ty, group),
        _ => {}
    }
}

/// The lifetimes that handles among the arguments carry: they are the group's.
fn carried(ctx: &Ctx<'_>, types: &Types, ty: &Ty, group: &mut BTreeSet<String>) {
    each(ty, &mut |part| {
        if matches!(class(ctx, types, part), Class::Type(_, Kind::Handle)) {
            group.extend(lifetimes(part));
        }
    });
}

/// `'a: 'b` and `'b` is the group's: so is `'a`.
fn close(group: &mut BTreeSet<String>, outlives: &[(String, String)]) {
    loop {
        let before = group.len();
        for (long, short) in outlives {
            if group.contains(short) {
                group.insert(long.clone());
            }
        }
        if group.len() == before {
            break;
        }
    }
}

/// The lifetimes for which an argument itself is lent, and whether what is lent borrows in turn.
fn lent(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> BTreeMap<String, bool> {
    let mut all: BTreeMap<String, bool> = BTreeMap::new();
    collect_lent(ctx, types, ty, &mut all);
    all
}

fn collect_lent(ctx: &Ctx<'_>, types: &Types, ty: &Ty, all: &mut BTreeMap<String, bool>) {
    match ty {
        Ty::Ref {
            lifetime, ty: inner, ..
        } => {
            let borrows = super::fold::any(inner, &|one| {
                matches!(class(ctx, types, one), Class::Type(_, Kind::Handle)) && has_lifetimes(one)
            });
            if let Some(name) = lifetime {
                *all.entry(name.clone()).or_default() |= borrows;
            }
            collect_lent(ctx, types, inner, all);
        }
        // What a handle carries is kept already.
        Ty::Path { .. } if matches!(class(ctx, types, ty), Class::Type(..)) => {}
        Ty::Path { args, .. } => {
            for arg in &args.args {
                match arg {
                    Arg::Lifetime(name) => {
                        all.entry(name.clone()).or_default();
                    }
                    Arg::Type(ty) => collect_lent(ctx, types, ty, all),
                    Arg::Const(_) | Arg::Infer => {}
                }
            }
        }
        Ty::Tuple(parts) => parts.iter().for_each(|part| collect_lent(ctx, types, part, all)),
        Ty::Slice(ty) | Ty::Array { ty, .. } => collect_lent(ctx, types, ty, all),
        _ => {}
    }
}
