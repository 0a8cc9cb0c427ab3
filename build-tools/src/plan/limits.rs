//! How many shims one generic callable gets: of all combinations of what its parameters may be, those that are used most.
//!
//! Each is compiled, so what callables with several parameters may be passed and give is bounded; and in a crate where
//! hundreds of functions are generic, more tightly. What is left out is told as every bound that is met in part is.

use std::collections::BTreeSet;

use super::choose::Chooser;
use super::combine::Combination;
use super::ctx::{Ctx, parameters};
use super::fold::any;
use super::kinds::kind_of;
use super::wire::type_args;
use super::{hosts, stand_in, stdlib};
use crate::api::{Bound, DefKind, Function, Ty};

/// From how many generic functions on a crate has many.
const MANY: usize = 400;

/// What one callable may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// Combinations of what its parameters are.
    pub(super) combinations: usize,
    /// Shims of all its instances together; where there are more, the next two hold.
    pub(super) together: usize,
    /// Instances, the bare one included.
    pub(super) instances: usize,
    /// Combinations of an instance that is asked for by name.
    pub(super) named: usize,
}

const USUAL: Limits = Limits {
    combinations: 9,
    together: 48,
    instances: 6,
    named: 3,
};

const OF_MANY: Limits = Limits {
    combinations: 4,
    together: 12,
    instances: 4,
    named: 2,
};

/// For the callables of a crate.
pub(super) fn of(ctx: &Ctx<'_>) -> Limits {
    *ctx.limits.get_or_init(|| {
        if generic_functions(ctx) > MANY {
            OF_MANY
        } else {
            USUAL
        }
    })
}

/// How many functions and methods the crate has whose types are the caller's choice.
fn generic_functions(ctx: &Ctx<'_>) -> usize {
    let own = ctx.api.defs.iter().filter(|(key, _)| ctx.own(key));
    let of_traits = own.flat_map(|(_, def)| match &def.kind {
        DefKind::Trait(found) => found.methods.as_slice(),
        DefKind::Function(found) => std::slice::from_ref(found),
        _ => &[],
    });
    let own = |ty: &Ty| matches!(ty, Ty::Path { def, .. } if ctx.own(def));
    let blocks = ctx.api.impls.iter();
    let of_blocks = blocks.filter(|one| one.trait_.is_none() && own(&one.self_ty));
    let methods = of_blocks.flat_map(|one| &one.methods);
    of_traits.chain(methods).filter(|one| is_generic(one)).count()
}

fn is_generic(function: &Function) -> bool {
    let unnamed = |ty: &Ty| any(ty, &|part| matches!(part, Ty::Impl(_)));
    !parameters(&function.generics).is_empty() || function.params.iter().any(|param| unnamed(&param.ty))
}

/// Where there are too many combinations, those that cost least stay, in their order.
pub(super) fn cheapest(all: Vec<(Cost, Combination)>, most: usize) -> Vec<(Cost, Combination)> {
    if all.len() <= most {
        return all;
    }
    let mut order: Vec<(&Cost, usize)> = all.iter().enumerate().map(|(at, (cost, _))| (cost, at)).collect();
    order.sort_unstable();
    let chosen: BTreeSet<usize> = order.into_iter().take(most).map(|(_, at)| at).collect();
    let numbered = all.into_iter().enumerate();
    numbered
        .filter(|(at, _)| chosen.contains(at))
        .map(|(_, one)| one)
        .collect()
}

/// How far a combination is from what is passed most.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    sum: usize,
    /// Of each parameter.
    places: Vec<usize>,
    /// Of those that are bounded by a trait of the crate's own; and the choices' places, equal where the kinds are.
    kinds: Vec<usize>,
    /// Of those without.
    others: usize,
}

/// How much more it costs that the first parameter is not what is likeliest: it is mostly a name or a key.
const FIRST: usize = 3;

impl Cost {
    /// With one more parameter, whose choice has that place; `by_kind`: among kinds of Python values.
    pub(super) fn and(&self, place: usize, by_kind: bool) -> Self {
        let mut cost = self.clone();
        cost.places.push(place);
        if by_kind {
            cost.kinds.push(place);
        } else {
            cost.others += place;
        }
        let first = cost.kinds.first().copied().unwrap_or(0);
        let sum: usize = cost.kinds.iter().skip(1).sum();
        let alike = cost.kinds.len() > 1 && cost.kinds.iter().all(|one| *one == first);
        cost.sum = cost.others
            + if alike {
                first + usize::from(first > 0)
            } else {
                first * FIRST + sum
            };
        cost
    }
}

/// The places of choices for a parameter, the likeliest 0; and whether they are those of kinds of Python values, as for a
/// trait of the crate's own: text, any value, integers, bytes, lists, floats, flags, the crate's types in their order.
pub(super) fn places(chooser: &Chooser<'_, '_>, name: &str, choices: &[Ty]) -> (Vec<usize>, bool) {
    let bounds = chooser
        .bounds
        .iter()
        .filter(|(ty, _)| matches!(ty, Ty::Generic(have) if have == name));
    let by_kind = bounds.flat_map(|(_, bounds)| bounds).any(
        |bound| matches!(bound, Bound::Trait { trait_, maybe: false, .. } if !stdlib::is_std(&trait_.def)),
    );
    if by_kind {
        (by_kinds(chooser.ctx, choices), true)
    } else {
        ((0..choices.len()).collect(), false)
    }
}

/// A list; one of bytes is none.
fn is_list(ty: &Ty) -> bool {
    match ty {
        Ty::Path { def, args } => {
            stdlib::is(def, "Vec") && type_args(args).all(|item| *item != Ty::Primitive("u8".to_owned()))
        }
        _ => false,
    }
}

/// The places of types, by what they are to Python.
pub(super) fn by_kinds(ctx: &Ctx<'_>, types: &[Ty]) -> Vec<usize> {
    let mut next = 7;
    let place = |ty: &Ty| {
        let mut other = || {
            next += 1;
            next - 1
        };
        if hosts::number(ty).is_some() {
            return other();
        }
        match kind_of(ctx, ty).0 {
            (3, _) => 0,
            _ if stand_in::is_dynamic(ty) => 1,
            (1, _) => 2,
            (4, _) => 3,
            _ if is_list(ty) => 4,
            (2, _) => 5,
            (0, _) => 6,
            _ => other(),
        }
    };
    types.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::{Cost, cheapest};

    /// The combinations of two parameters that are each of `count` places, by kind, that stay.
    fn stay(count: usize, most: usize) -> Vec<(usize, usize)> {
        let pairs = (0..count).flat_map(|a| (0..count).map(move |b| (a, b)));
        let cost = |(a, b): (usize, usize)| Cost::default().and(a, true).and(b, true);
        let all = pairs.map(|pair| (cost(pair), Vec::new())).collect();
        let kept = cheapest(all, most).into_iter();
        kept.map(|(cost, _)| (cost.places[0], cost.places[1])).collect()
    }

    #[test]
    fn what_is_passed_most_stays() {
        assert_eq!(stay(2, 4), [(0, 0), (0, 1), (1, 0), (1, 1)]);
        assert_eq!(stay(6, 1), [(0, 0)]);
        assert_eq!(stay(6, 3), [(0, 0), (0, 1), (0, 2)]);
        // The same everywhere comes before a first one that is unlikely.
        assert_eq!(stay(6, 5), [(0, 0), (0, 1), (0, 2), (0, 3), (1, 1)]);
    }

    #[test]
    fn without_kinds_the_first_choices_stay() {
        let one = Cost::default().and(0, false).and(2, false);
        let other = Cost::default().and(1, false).and(0, false);
        assert!(other < one);
    }
}
