//! Which arguments a result borrows from: those are kept, in a group or in its parent. Keeping more than needed is sound and
//! only holds longer; what is missing here is refused by rustc.

use std::collections::{BTreeMap, BTreeSet};

use usecrate_manifest::{Kind, SkipCode};

use super::ctx::Ctx;
use super::fold::{Fold, any, each};
use super::held::LENT;
use super::items;
use super::model::Stay;
use super::types::{Types, has_lifetimes};
use super::wire::{Class, Reason, class, has_handle};
use crate::api::{Arg, Bound, GenericParam, Generics, Ty};

/// Gives every elided lifetime of the parameters a name, and the result's elided ones the name that they mean.
pub(super) fn name_elided(params: &mut [Ty], output: &mut Option<Ty>, receiver: bool) {
    let mut fresh = Fresh { count: 0 };
    params.iter_mut().for_each(|ty| *ty = fresh.ty(ty));
    let Some(out) = output else { return };
    let meant = match params.first() {
        Some(Ty::Ref { lifetime, .. }) if receiver => lifetime.clone(),
        first => {
            let mut all = BTreeSet::new();
            // `self` by value is written without the lifetimes that its type has: those that have names are not meant.
            let hides = |ty: &Ty| {
                let mut names = lifetimes(ty).into_iter();
                !any(ty, &|part| matches!(part, Ty::Ref { .. })) && names.all(|name| !name.starts_with("'_"))
            };
            let unwritten = receiver && first.is_some_and(hides);
            let written = params.iter().skip(usize::from(unwritten));
            written.for_each(|ty| all.extend(lifetimes(ty)));
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
pub(super) fn lifetimes(ty: &Ty) -> BTreeSet<String> {
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
        Ty::Dyn { lifetime, .. } => all.extend(lifetime.clone()),
        Ty::Impl(bounds) => all.extend(bounds.iter().filter_map(|bound| match bound {
            Bound::Outlives(name) => Some(name.clone()),
            _ => None,
        })),
        _ => {}
    });
    all.remove(LENT);
    all
}

/// Whether a type has a lifetime of that name.
pub(super) fn names(ty: &Ty, name: &str) -> bool {
    lifetimes(ty).contains(name)
}

/// Whether a type that is put in place of a parameter brings lifetimes along, which each of its places then has its own of.
pub(super) fn brings(ty: &Ty) -> bool {
    let short = |name: Option<&str>| name != Some("'static") && name != Some(LENT);
    any(ty, &|part| match part {
        Ty::Ref { lifetime, .. } => short(lifetime.as_deref()),
        Ty::Path { args, .. } => {
            (args.args.iter()).any(|arg| matches!(arg, Arg::Lifetime(name) if short(Some(name))))
        }
        Ty::Dyn { lifetime, .. } => lifetime.is_some() && short(lifetime.as_deref()),
        _ => false,
    })
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

/// The same of references that are passed for type parameters: `T: 'a`, or `I: IntoStream<Into = S>` where `S: 'a`, which only
/// `I` tells. `written` are the parameters with those that are open, `params` with types in their places.
pub(super) fn outlived(written: &[Ty], params: &[Ty], bounds: &[(Ty, Vec<Bound>)]) -> Vec<(String, String)> {
    let of = |name: &str| -> Vec<&Bound> {
        let is = |ty: &Ty| matches!(ty, Ty::Generic(have) if have == name);
        let about = bounds.iter().filter(|(ty, _)| is(ty));
        about.flat_map(|(_, all)| all).collect()
    };
    let mut pairs = Vec::new();
    for (written, ty) in written.iter().zip(params) {
        let (
            Ty::Generic(name),
            Ty::Ref {
                lifetime: Some(long), ..
            },
        ) = (written, ty)
        else {
            continue;
        };
        let mut all = of(name);
        let told = all.iter().flat_map(|bound| match bound {
            Bound::Trait { trait_, .. } => trait_.args.bindings.as_slice(),
            Bound::Outlives(_) | Bound::Use => &[],
        });
        let told = told.filter_map(|(_, ty)| match ty {
            Ty::Generic(name) => Some(name),
            _ => None,
        });
        let told: Vec<&Bound> = told.flat_map(|name| of(name)).collect();
        all.extend(told);
        pairs.extend(all.into_iter().filter_map(|bound| match bound {
            Bound::Outlives(short) => Some((long.clone(), short.clone())),
            Bound::Trait { .. } | Bound::Use => None,
        }));
    }
    pairs
}

/// For each parameter: for how long is it lent, and of which group are the handles in it that borrow?
///
/// Every lifetime has a level: the call's (0), the own group's (1), the parent's (2). The result's and those that handles
/// among the arguments carry are the group's at least; what is kept and borrows itself belongs to the parent, so that
/// no group owns its own members. `whole` says of which parameters no lifetime came with a type that was chosen.
pub(super) fn stays(
    ctx: &Ctx<'_>,
    types: &Types,
    names: &[String],
    params: &[Ty],
    output: Option<&Ty>,
    outlives: &[(String, String)],
    whole: &[bool],
) -> Result<Vec<Stay>, Reason> {
    let mut levels = Levels::default();
    let mut group = BTreeSet::new();
    if let Some(output) = output {
        borrowed(ctx, types, output, &mut group);
        // Newer editions capture every lifetime in scope, older ones those that are written: rustdoc does not say which.
        if any(output, &|part| matches!(part, Ty::Impl(_))) {
            params.iter().for_each(|ty| group.extend(lifetimes(ty)));
        }
        levels.raise(&group, 1);
    }
    let params: Vec<(&Ty, Uses)> = params.iter().map(|ty| (ty, Uses::of(ctx, types, ty))).collect();
    loop {
        let before = levels.clone();
        for (long, short) in outlives {
            let level = levels.of(short);
            levels.raise([long], level);
        }
        for ((ty, uses), name) in params.iter().zip(names) {
            let (lent, carried) = uses.levels(&levels);
            if carried > 2 {
                let message = format!(
                    "`{name}` is `{}`, and what it borrows is borrowed for longer by another argument that borrows itself: three \
                     lifetimes, one inside another, are not served yet",
                    ctx.show(ty)
                );
                return Err(Reason::new(SkipCode::Borrow, message));
            }
            levels.raise(&uses.carried, carried);
            levels.raise(uses.lent.keys(), lent);
        }
        if levels == before {
            break;
        }
    }
    let beside = beside(&params, &group, outlives, whole);
    Ok(params
        .iter()
        .zip(beside)
        .map(|((_, uses), beside)| match uses.levels(&levels) {
            (0, _) if beside => Stay::CallInParent,
            (0, 0 | 1) => Stay::Call,
            (0, _) => Stay::CallInParent,
            (1, 0 | 1) => Stay::Group,
            (1, _) => Stay::Nested,
            _ => Stay::Parent,
        })
        .collect())
}

/// Which arguments borrow something that has nothing to do with what the result borrows (`fn open(&'t self, of: Name<'_>) ->
/// Table<'t>`): as members of the result's group they would hold what the result borrowed when that is long gone. The parent
/// does not know of its children. Only where the result's group has no other members: those would have a parent from now on.
fn beside(
    params: &[(&Ty, Uses)],
    group: &BTreeSet<String>,
    outlives: &[(String, String)],
    whole: &[bool],
) -> Vec<bool> {
    let elided = |name: &String| name.starts_with("'_") && name != "'_";
    let told = |name: &String| outlives.iter().any(|(long, short)| name == long || name == short);
    let apart = |at: usize| {
        let (_, uses) = &params[at];
        let mine = uses.all();
        let others = || params.iter().enumerate().filter(|(other, _)| *other != at);
        let shared = |name: &String| {
            group.contains(name) || told(name) || others().any(|(_, (_, other))| other.all().contains(name))
        };
        whole[at] && !uses.carried.is_empty() && mine.iter().all(|name| elided(name) && !shared(name))
    };
    let all: Vec<bool> = (0..params.len()).map(apart).collect();
    let others = || params.iter().zip(&all).filter(|(_, apart)| !**apart);
    let known = !group.is_empty() && !group.contains("'_");
    let fresh = others().all(|((_, uses), _)| uses.carried.is_empty());
    all.iter().map(|apart| *apart && known && fresh).collect()
}

/// The levels of lifetimes by name.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Levels(BTreeMap<String, u8>);

impl Levels {
    fn of(&self, name: &str) -> u8 {
        self.0.get(name).copied().unwrap_or_default()
    }

    fn raise<'n>(&mut self, names: impl IntoIterator<Item = &'n String>, level: u8) {
        for name in names {
            let mine = self.0.entry(name.clone()).or_default();
            *mine = level.max(*mine);
        }
    }
}

/// How a parameter's type uses lifetimes.
#[derive(Debug, Default)]
struct Uses {
    /// Those for which it is lent itself, and whether what is lent borrows in turn.
    lent: BTreeMap<String, bool>,
    /// Those that handles in it carry: their group's.
    carried: BTreeSet<String>,
}

impl Uses {
    fn of(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> Self {
        let mut uses = Self::default();
        collect_lent(ctx, types, ty, &mut uses.lent);
        carried(ctx, types, ty, &mut uses.carried);
        // `&'a View<'a>`: what is lent may live longer than the loan, as nearly all types allow; where one does not, rustc
        // refuses the shim.
        let tied = |name: &String| uses.lent.get(name) == Some(&true);
        uses.carried = std::mem::take(&mut uses.carried)
            .into_iter()
            .map(|name| if tied(&name) { format!("{name}+") } else { name })
            .collect();
        uses
    }

    /// Every lifetime in it.
    fn all(&self) -> BTreeSet<String> {
        let carried = self.carried.iter().map(|name| name.trim_end_matches('+'));
        carried
            .chain(self.lent.keys().map(String::as_str))
            .map(str::to_owned)
            .collect()
    }

    /// The levels of what is lent, all at once, and of what is carried.
    fn levels(&self, levels: &Levels) -> (u8, u8) {
        let most = |names: &mut dyn Iterator<Item = &String>| names.map(|name| levels.of(name)).max();
        let lent = most(&mut self.lent.keys()).unwrap_or_default();
        let Some(carried) = most(&mut self.carried.iter()) else {
            return (lent, 0);
        };
        let nested = self.lent.values().any(|borrows| *borrows);
        let least = if lent == 0 { 1 } else { lent + u8::from(nested) };
        (lent, carried.max(least))
    }
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
            if matches!(class(ctx, types, ty), Class::Type(_, Kind::Handle))
                || items::anonymous(ctx, ty).is_some()
            {
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
        Ty::Impl(_) => group.extend(lifetimes(ty)),
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

/// The lifetimes for which an argument itself is lent, and whether what is lent borrows in turn.
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
        // What a handle carries is its group's already.
        Ty::Path { .. } if matches!(class(ctx, types, ty), Class::Type(_, Kind::Handle)) => {}
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
