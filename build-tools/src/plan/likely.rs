//! What a parameter is likely to be that nothing decides: `T` of `fn get<T: FromSql>(&self) -> T`.
//!
//! In this order: what it is in the instances of the types that it stands in; what its bounds name; the crate's own type for
//! values of any kind; any value of Python's; and, to be asked for by name, plain types and the crate's own that meet the
//! bounds.

use std::collections::BTreeSet;

use super::arguments::Value;
use super::choose::{Chooser, list, string};
use super::ctx::Ctx;
use super::fold::{Subst, closed, each, unify};
use super::kinds::kind_of;

use super::open::{Open, names_const};
use super::stand_in;
use super::types::Types;
use super::wire::{is_bytes, is_text, type_args};
use super::{closures, holds, items, stdlib, streams};
use crate::api::{Bound, DefKey, DefKind, Fields, Impl, TraitRef, Ty};

/// Something that a parameter may be.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) value: Value,
    /// It is what is meant where nothing is said.
    pub(super) natural: bool,
}

/// Plain types, the likeliest first.
const PLAIN: &[&str] = &["i64", "f64", "bool", "u8", "u16", "u32", "u64", "i32", "usize"];

/// Lengths, the likeliest first.
const LENGTHS: &[&str] = &["1", "2", "3", "4", "8", "16", "32", "64"];

/// How long tuples are.
const TUPLES: std::ops::RangeInclusive<usize> = 2..=4;

/// How many of the crate's own kinds of values there have to be for a type to stand for all of them.
const KINDS: usize = 3;

/// Types for a parameter.
pub(super) fn types(
    ctx: &Ctx<'_>,
    types: &Types,
    chooser: &Chooser<'_, '_>,
    open: &Open,
    name: &str,
) -> Vec<Candidate> {
    let about = open
        .bounds
        .iter()
        .filter(|(ty, _)| matches!(ty, Ty::Generic(have) if have == name));
    let bounds: Vec<Bound> = about.flat_map(|(_, bounds)| bounds.clone()).collect();
    let meets = |ty: &Ty| holds::meets(ctx, ty, &bounds) && agrees(ctx, open, name, ty);
    let tuples = tuples(ctx, open, &bounds).into_iter().filter(meets);
    let tuples = candidates(tuples, true);
    if let Some(found) = chooser.inside.get(name).filter(|_| tuples.is_empty()) {
        let whole = found
            .iter()
            .filter(|ty| streams::modes(ty).is_none() && meets(ty));
        let mut whole: Vec<Ty> = whole.cloned().collect();
        // Where nothing is said, whatever comes is meant.
        whole.sort_by_key(stand_in::is_dict);
        // Of numbers the one comes first that holds the most.
        if whole.iter().all(|ty| matches!(ty, Ty::Primitive(_))) {
            whole.sort_by_cached_key(|ty| kind_of(ctx, ty));
        }
        return candidates(whole.into_iter(), true);
    }
    let named = bounds.iter().filter_map(of_bound).chain(collected(open, name));
    let named: Vec<Ty> = named.collect();
    if !named.is_empty() {
        return candidates(named.into_iter(), true);
    }
    let mut all = candidates(own_values(ctx, types).into_iter().filter(meets), true);
    let any_value = stand_in::dynamic();
    if all.is_empty() && meets(&any_value) {
        all = candidates(std::iter::once(any_value), true);
        if bounds.iter().all(|bound| !shapes(bound)) {
            return all;
        }
    }
    all.splice(0..0, tuples);
    let plain = PLAIN.iter().map(|name| Ty::Primitive((*name).to_owned()));
    let mut rest: Vec<Ty> = plain.collect();
    rest.insert(2, string());
    rest.insert(4, list(Ty::Primitive("u8".to_owned())));
    if bounds.iter().any(holds::is_read) {
        // Formats that do not say themselves what is there are to be told.
        rest.splice(0..0, [stand_in::dict(), list(stand_in::dynamic())]);
    }
    rest.retain(meets);
    let chosen = chooser.choose(name).unwrap_or_default().into_iter();
    let owned = |ty: &Ty| matches!(ty, Ty::Path { .. }) && closed(ty) && !closures::holds(ty);
    rest.extend(chosen.map(|one| one.ty).filter(owned));
    for ty in rest {
        let value = Value::Type(ty);
        if all.iter().all(|have| have.value != value) {
            let natural = false;
            all.push(Candidate { value, natural });
        }
    }
    all
}

/// Tuples of what an iterator gives, where a trait of the crate's is asked for and nobody tells which types implement it:
/// `fn tuples<T: Tuple>(self)`.
fn tuples(ctx: &Ctx<'_>, open: &Open, bounds: &[Bound]) -> Vec<Ty> {
    let receiver = open.params.first().map(|ty| match ty {
        Ty::Ref { ty, .. } => ty,
        ty => ty,
    });
    let Some(item) = receiver.and_then(items::item) else {
        return Vec::new();
    };
    let of = |length: usize| Ty::Tuple(vec![item.clone(); length]);
    let untold = |bound: &Bound| {
        let own = matches!(bound, Bound::Trait { trait_, .. } if trait_.def.krate() == ctx.api.name);
        own && holds::bounded(ctx, &of(2), bound) == holds::Answer::Open
    };
    if bounds.iter().any(untold) {
        TUPLES.map(of).collect()
    } else {
        Vec::new()
    }
}

/// What is asked of known types holds with it: `fn random<T>() -> T where StandardUniform: Distribution<T>`.
fn agrees(ctx: &Ctx<'_>, open: &Open, name: &str, ty: &Ty) -> bool {
    let mut subst = Subst::default();
    subst.types.insert(name.to_owned(), ty.clone());
    let known = open.bounds.iter().filter(|(subject, _)| closed(subject));
    let asked = known.flat_map(|(subject, bounds)| bounds.iter().map(move |bound| (subject, bound)));
    asked.into_iter().all(|(subject, bound)| {
        let bounds = subst.apply_bounds(std::slice::from_ref(bound));
        holds::meets(ctx, subject, &bounds)
    })
}

fn candidates(found: impl Iterator<Item = Ty>, natural: bool) -> Vec<Candidate> {
    let candidate = |ty: Ty| Candidate {
        value: Value::Type(ty),
        natural,
    };
    found.map(candidate).collect()
}

/// What a bound names itself: `FromIterator<X>` and `Extend<X>` are met by a list of `X`, `From<X>` by `X`.
fn of_bound(bound: &Bound) -> Option<Ty> {
    let Bound::Trait {
        trait_, maybe: false, ..
    } = bound
    else {
        return None;
    };
    let arg = type_args(&trait_.args).next()?;
    let is = |name: &str| stdlib::is_trait(&trait_.def, name);
    match arg {
        // Of what is borrowed there is nothing that could be kept.
        Ty::Ref { .. } => None,
        _ if is("FromIterator") || is("Extend") => Some(list(arg.clone())),
        _ if is("From") || is("TryFrom") => Some(arg.clone()),
        _ => None,
    }
}

/// The same of what is asked of a `Result` or `Option` of the parameter: what fails is collected all the same.
fn collected(open: &Open, name: &str) -> Option<Ty> {
    let first = |ty: &Ty| match ty {
        Ty::Path { def, args } if ["Result", "Option"].iter().any(|name| stdlib::is(def, name)) => {
            type_args(args).next().cloned()
        }
        _ => None,
    };
    let about = open.bounds.iter().filter(|(ty, _)| {
        let of = first(ty);
        matches!(of, Some(Ty::Generic(have)) if have == name)
    });
    about
        .flat_map(|(_, bounds)| bounds)
        .find_map(|bound| match bound {
            Bound::Trait { trait_, .. } if stdlib::is_trait(&trait_.def, "FromIterator") => {
                type_args(&trait_.args).next().and_then(first).map(list)
            }
            _ => None,
        })
}

/// A bound that values of different types meet in different ways: it matters which is meant.
fn shapes(bound: &Bound) -> bool {
    match bound {
        Bound::Trait { trait_, maybe, .. } => !maybe && !plain_trait(trait_),
        Bound::Outlives(_) | Bound::Use => false,
    }
}

fn plain_trait(trait_: &TraitRef) -> bool {
    stdlib::is_std(&trait_.def)
}

/// The crate's own types for values of any kind: made of several kinds of plain ones, by `From` or by variants.
pub(super) fn own_values(ctx: &Ctx<'_>, types: &Types) -> Vec<Ty> {
    ctx.own_values.get_or_init(|| found_values(ctx, types)).clone()
}

fn found_values(ctx: &Ctx<'_>, types: &Types) -> Vec<Ty> {
    let ids = (0..types.len()).filter(|id| types.get(*id).instance.own);
    let all = ids.map(|id| &types.get(id).instance.ty);
    all.filter(|ty| kinds(ctx, ty).len() >= KINDS).cloned().collect()
}

/// The kinds of plain values that a type is made of.
fn kinds(ctx: &Ctx<'_>, ty: &Ty) -> BTreeSet<&'static str> {
    let mut sources: Vec<Ty> = Vec::new();
    for found in ctx.matching(ty) {
        if let Some(trait_) = found
            .impl_
            .trait_
            .as_ref()
            .filter(|one| stdlib::is_trait(&one.def, "From"))
        {
            sources.extend(type_args(&trait_.args).next().cloned());
        }
    }
    let by_from: BTreeSet<_> = sources.iter().filter_map(kind).collect();
    let Ty::Path { def, .. } = ty else {
        return by_from;
    };
    let Some(DefKind::Enum { variants, .. }) = ctx.def(def).map(|def| &def.kind) else {
        return by_from;
    };
    let only = |fields: &Fields| match fields {
        Fields::Tuple { fields } => match &fields[..] {
            [Some(field)] => kind(&ctx.normal(&field.ty)),
            _ => None,
        },
        _ => None,
    };
    let by_variants: BTreeSet<_> = variants.iter().filter_map(|one| only(&one.fields)).collect();
    if by_variants.len() > by_from.len() {
        by_variants
    } else {
        by_from
    }
}

fn kind(ty: &Ty) -> Option<&'static str> {
    match ty {
        Ty::Primitive(name) => match name.as_str() {
            "bool" => Some("bool"),
            "f32" | "f64" => Some("float"),
            "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => Some("int"),
            "str" => Some("text"),
            _ => None,
        },
        Ty::Ref { ty, .. } => kind(ty),
        _ if is_text(ty) => Some("text"),
        _ if is_bytes(ty) => Some("bytes"),
        Ty::Path { def, args } => match def.name() {
            "String" if stdlib::is_std(def) => Some("text"),
            "Vec" if stdlib::is_std(def) => {
                let bytes = type_args(args).next() == Some(&Ty::Primitive("u8".to_owned()));
                bytes.then_some("bytes")
            }
            "Box" | "Cow" | "Arc" | "Rc" if stdlib::is_std(def) => type_args(args).next().and_then(kind),
            _ => None,
        },
        _ => None,
    }
}

/// Values for a const parameter: those of the types of the plan that it stands in, else some lengths.
pub(super) fn constants(
    ctx: &Ctx<'_>,
    types: &Types,
    signature: &[&Ty],
    name: &str,
    ty: &Ty,
) -> Vec<Candidate> {
    let open: BTreeSet<String> = signature
        .iter()
        .flat_map(|ty| super::fold::generics_in(ty))
        .chain(std::iter::once(name.to_owned()))
        .collect();
    let mut found: Vec<String> = Vec::new();
    let (mut stands, mut iterates) = (false, true);
    for whole in signature {
        each(whole, &mut |part| {
            let Ty::Path { def, .. } = part else { return };
            if !names_const(part, name) || ctx.def(def).is_none() || stdlib::is_std(def) {
                return;
            }
            stands = true;
            iterates &= ctx.iterators().any(|impl_| is_of(impl_, def));
            for id in types.of_def(def) {
                let mut subst = Subst::default();
                if unify(part, &types.get(id).instance.ty, &open, &mut subst) {
                    found.extend(subst.consts.remove(name));
                }
            }
        });
    }
    found.sort_unstable();
    found.dedup();
    let word = match ty {
        Ty::Primitive(word) => word.as_str(),
        _ => "",
    };
    let texts: Vec<String> = match word {
        // An iterator needs no class.
        _ if stands && !(iterates && found.is_empty()) => found,
        "bool" => vec!["false".to_owned(), "true".to_owned()],
        "usize" | "u8" | "u16" | "u32" | "u64" => LENGTHS.iter().map(|one| (*one).to_owned()).collect(),
        _ => Vec::new(),
    };
    let candidate = |text: String| Candidate {
        value: Value::Const(text),
        natural: false,
    };
    texts.into_iter().map(candidate).collect()
}

fn is_of(impl_: &Impl, wanted: &DefKey) -> bool {
    matches!(&impl_.self_ty, Ty::Path { def, .. } if def == wanted)
}
