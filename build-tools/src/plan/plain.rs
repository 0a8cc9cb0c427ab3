//! Plain data of any shape for a crate's own type of values: what `From` makes of numbers, text, lists and maps, nested as
//! they come. `Into<Value>` takes a dict so.

use super::ctx::{Ctx, Match, parameters};
use super::fold::{Subst, erase, unify};
use super::spell::Lifetimes;
use super::stdlib;
use super::wire::type_args;
use crate::api::{Arg, Args, Bound, DefKey, Ty};

/// A kind of plain data: its bit, its variant of the runtime's `Parts`, and what makes a value of `x`.
struct Kind {
    bit: u8,
    part: &'static str,
    make: String,
}

/// What takes plain data for `target`, if that can be made of all of: `bool`, integers, floats, text, and lists or maps.
pub(super) fn of(ctx: &Ctx<'_>, target: &Ty) -> Option<Ty> {
    let kinds = kinds(ctx, target)?;
    let mask: u8 = kinds.iter().map(|kind| kind.bit).sum();
    let args = Args {
        args: vec![Arg::Type(target.clone()), Arg::Const(mask.to_string())],
        ..Args::default()
    };
    Some(Ty::Path {
        def: DefKey("std::usecrate::AnyData".to_owned()),
        args,
    })
}

/// The value that it takes plain data for, if it does.
pub(super) fn target(ty: &Ty) -> Option<&Ty> {
    match ty {
        Ty::Path { def, args } if stdlib::is(def, "AnyData") => type_args(args).next(),
        _ => None,
    }
}

/// A type whose values are all plain data, so that it is not needed beside that.
pub(super) fn covers(ty: &Ty) -> bool {
    match ty {
        Ty::Primitive(name) => matches!(name.as_str(), "bool" | "i64" | "f64" | "char"),
        Ty::Ref { ty, .. } => super::wire::is_text(ty),
        Ty::Path { def, .. } => stdlib::is(def, "String"),
        _ => false,
    }
}

/// How a value is made of the lifted argument `{}`.
pub(super) fn argument(ctx: &Ctx<'_>, target: &Ty) -> Option<String> {
    let arms: String = kinds(ctx, target)?
        .iter()
        .map(|kind| {
            format!(
                "::usecrate_runtime::private::Parts::{} => {}, ",
                kind.part, kind.make
            )
        })
        .collect();
    Some(format!(
        "{{}}.make(|part| match part {{ {arms} _ => ::std::unreachable!() }})"
    ))
}

fn kinds(ctx: &Ctx<'_>, target: &Ty) -> Option<Vec<Kind>> {
    let me = ctx.spell(target, Lifetimes::Infer).ok()?;
    let string = || super::choose::string();
    let map = |name: &str| Ty::Path {
        def: DefKey(name.to_owned()),
        args: Args {
            args: vec![Arg::Type(string()), Arg::Type(erase(target))],
            ..Args::default()
        },
    };
    let from = |source: &Ty| converts(ctx, target, source);
    let number = |name: &str| Ty::Primitive(name.to_owned());
    let make = |x: &str| format!("<{me} as ::std::convert::From<_>>::from({x})");
    let mut all = Vec::new();
    let mut add = |bit: u8, part: &'static str, there: bool, make: String| {
        if there {
            all.push(Kind { bit, part, make });
        }
        there
    };
    add(1, "Nil", from(&Ty::Tuple(Vec::new())), make("()"));
    let plain = add(2, "Bool(x)", from(&number("bool")), make("x"))
        && add(4, "Int(x)", from(&number("i64")), make("x as i64"))
        && add(8, "Float(x)", from(&number("f64")), make("x"))
        && add(16, "Text(x)", from(&string()), make("x"));
    let list = super::choose::list(erase(target));
    let lists = add(32, "List(x)", from(&list), make("x"));
    let maps = [
        ("BTreeMap", "alloc::collections::btree::map::BTreeMap"),
        ("HashMap", "std::collections::hash::map::HashMap"),
    ];
    let found = maps.iter().find(|(_, path)| from(&map(path)));
    let collected = found.map(|(name, _)| {
        let all = format!("::std::collections::{name}<::std::string::String, {me}>");
        make(&format!(
            "::std::iter::Iterator::collect::<{all}>(::std::iter::IntoIterator::into_iter(x))"
        ))
    });
    let maps = add(64, "Map(x)", collected.is_some(), collected.unwrap_or_default());
    (plain && (lists || maps)).then_some(all)
}

/// `impl From<source> for target`, its parameters put in.
pub(super) fn converts(ctx: &Ctx<'_>, target: &Ty, source: &Ty) -> bool {
    by_steps(ctx, target, source, STEPS)
}

/// How many types deep conversions lead to one another.
const STEPS: usize = 3;

fn by_steps(ctx: &Ctx<'_>, target: &Ty, source: &Ty, steps: usize) -> bool {
    ctx.matching(&erase(target)).iter().any(|found| {
        let trait_ = found.impl_.trait_.as_ref();
        let of = trait_.filter(|one| stdlib::is_trait(&one.def, "From"));
        let open = parameters(&found.impl_.generics);
        of.and_then(|one| type_args(&one.args).next())
            .is_some_and(|have| {
                let have = ctx.normal(&found.subst.apply(have));
                let mut subst = found.subst.clone();
                unify(&have, source, &open, &mut subst) && leads_on(ctx, found, &subst, steps)
            })
    })
}

/// What `impl<T> From<T> for Entry where T: Into<Value>`, or `where Value: From<T>`, asks of a type that is put in for `T`.
fn leads_on(ctx: &Ctx<'_>, found: &Match<'_>, subst: &Subst, steps: usize) -> bool {
    found.impl_.generics.bounds.iter().all(|clause| {
        let bounded = ctx.normal(&subst.apply(&clause.ty));
        clause.bounds.iter().all(|bound| {
            let Bound::Trait { trait_, .. } = bound else {
                return true;
            };
            let Some(other) = type_args(&trait_.args).next() else {
                return true;
            };
            let other = ctx.normal(&subst.apply(other));
            let (to, from) = match trait_.def.name() {
                _ if !stdlib::is_std(&trait_.def) => return true,
                "Into" => (&other, &bounded),
                "From" => (&bounded, &other),
                _ => return true,
            };
            erase(to) == erase(from) || steps > 0 && by_steps(ctx, to, from, steps - 1)
        })
    })
}
