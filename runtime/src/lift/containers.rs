//! Options, tuples, lists, arrays, sets, maps.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::ops::RangeInclusive;

use super::{Lift, LiftRef, Many, by_value};
use crate::describe::Describer;
use crate::direct::{Kind, Word};
use crate::error::Fault;
use crate::group::scope::Scope;
use crate::wire::Token;

impl<'s, 'h, B> Lift<'s, 'h, B> for () {
    type Held = ();
    const NIL: bool = true;
    const STD: bool = true;
    const DATA: bool = true;
    const WORD: Option<Word> = Some(Word::Unit);

    #[inline(always)]
    fn of_word(_: u64) -> Result<(), Fault> {
        Ok(())
    }

    fn hold(scope: Scope<'s, 'h>) -> Result<(), Fault> {
        match scope.next()? {
            Token::Nil => Ok(()),
            other => Err(Fault::expected(format!("nil, not {}", other.name()))),
        }
    }

    fn take((): ()) {}

    fn describe(to: &mut Describer<'_>) {
        to.plain("unit");
    }
}

impl<'s, 'h, B, T: Lift<'s, 'h, B>> Lift<'s, 'h, B> for Option<T> {
    type Held = Option<T::Held>;
    const NIL: bool = true;
    const STD: bool = T::STD;
    const DATA: bool = T::DATA;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        if scope.reader().nil() {
            return Ok(None);
        }
        if T::NIL {
            match scope.next()? {
                Token::Array(1) => {}
                other => {
                    let message = format!("nil or a value in an array of one, not {}", other.name());
                    return Err(Fault::expected(message));
                }
            }
        }
        T::hold(scope).map(Some)
    }

    fn take(held: Self::Held) -> Self {
        held.map(T::take)
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("option", 1);
        T::describe(to);
    }
}

/// An `Ok`: what the host has instead of an `Err` is an exception, which ends the call.
impl<'s, 'h, B, T: Lift<'s, 'h, B>, E> Lift<'s, 'h, B> for Result<T, E> {
    type Held = T::Held;
    const NIL: bool = T::NIL;
    const STD: bool = T::STD;
    const DATA: bool = T::DATA;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        T::hold(scope)
    }

    fn take(held: Self::Held) -> Self {
        Ok(T::take(held))
    }

    fn describe(to: &mut Describer<'_>) {
        T::describe(to);
    }
}

macro_rules! tuples {
    ($($count:literal: $($name:ident $at:tt),+;)+) => {$(
        impl<'s, 'h, B, $($name: Lift<'s, 'h, B>),+> Lift<'s, 'h, B> for ($($name,)+) {
            type Held = ($($name::Held,)+);
            const STD: bool = true $(&& $name::STD)+;
            const DATA: bool = true $(&& $name::DATA)+;

            fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
                match scope.next()? {
                    Token::Array($count) => Ok(($($name::hold(scope)?,)+)),
                    Token::Array(other) => Err(Fault::value(format!("expected {} items, not {other}", $count))),
                    other => Err(Fault::expected(format!("a tuple, not {}", other.name()))),
                }
            }

            fn take(held: Self::Held) -> Self {
                ($($name::take(held.$at),)+)
            }

            fn describe(to: &mut Describer<'_>) {
                to.head("tuple", $count);
                $($name::describe(to);)+
            }
        }

        by_value!([$($name),+] ($($name,)+));
    )+};
}

tuples! {
    1: T0 0;
    2: T0 0, T1 1;
    3: T0 0, T1 1, T2 2;
    4: T0 0, T1 1, T2 2, T3 3;
    5: T0 0, T1 1, T2 2, T3 3, T4 4;
    6: T0 0, T1 1, T2 2, T3 3, T4 4, T5 5;
    7: T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6;
    8: T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6, T7 7;
}

/// Lists: read alike, made by `collect`.
macro_rules! lists {
    ($($word:literal [$($bound:tt)*] $ty:ident;)+) => {$(
        impl<'s, 'h, B, T: Lift<'s, 'h, B> $($bound)*> Lift<'s, 'h, B> for $ty<T> {
            type Held = Many<'s, T::Held>;
            const STD: bool = T::STD;
            const DATA: bool = T::DATA;
            const DIRECT: Option<Kind> = T::DIRECT_LIST;

            fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
                Many::hold::<B, T>(scope)
            }

            fn hold_direct(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
                Many::hold_direct::<B, T>(scope)
            }

            fn take(held: Self::Held) -> Self {
                held.take::<B, T>().into_iter().collect()
            }

            fn describe(to: &mut Describer<'_>) {
                describe_many::<B, T>(to, $word);
            }
        }

        by_value!([T] $ty<T>);
    )+};
}

fn describe_many<'s, 'h, B, T: Lift<'s, 'h, B>>(to: &mut Describer<'_>, word: &str) {
    if word == "list" {
        T::describe_list(to);
    } else {
        to.head(word, 1);
        T::describe(to);
    }
}

lists! {
    "list" [] Vec;
    "list" [] VecDeque;
    "list" [] LinkedList;
    "list" [+ Ord] BinaryHeap;
    "set" [+ Ord] BTreeSet;
}

impl<'s, 'h, B, T: Lift<'s, 'h, B> + Eq + Hash, S: BuildHasher + Default> Lift<'s, 'h, B> for HashSet<T, S> {
    type Held = Many<'s, T::Held>;
    const STD: bool = T::STD;
    const DATA: bool = T::DATA;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        Many::hold::<B, T>(scope)
    }

    fn take(held: Self::Held) -> Self {
        held.take::<B, T>().into_iter().collect()
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("set", 1);
        T::describe(to);
    }
}

macro_rules! boxed_lists {
    ($($std:literal $ty:ty;)+) => {$(
        impl<'s, 'h, B, T: Lift<'s, 'h, B>> Lift<'s, 'h, B> for $ty {
            type Held = Many<'s, T::Held>;
            const STD: bool = $std && T::STD;
            const DATA: bool = T::DATA;

            fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
                Many::hold::<B, T>(scope)
            }

            fn take(held: Self::Held) -> Self {
                held.take::<B, T>().into()
            }

            fn describe(to: &mut Describer<'_>) {
                T::describe_list(to);
            }
        }
    )+};
}

// An `Rc` may not be dropped by another thread (see `pointers`).
boxed_lists! {
    true Box<[T]>;
    true std::sync::Arc<[T]>;
    false std::rc::Rc<[T]>;
}

/// A list that has to be made, put where it can be borrowed.
#[inline(never)]
fn store_list<'s, 'h, B, T: Lift<'s, 'h, B> + 's>(scope: Scope<'s, 'h>, held: Many<'s, T::Held>) -> &'s [T] {
    scope.store(held.take::<B, T>(), T::STD)
}

impl<'s, 'h, B, T: Lift<'s, 'h, B> + 's> LiftRef<'s, 'h, B> for [T] {
    type Held = (Scope<'s, 'h>, Many<'s, T::Held>);
    const DIRECT_REF: Option<Kind> = T::DIRECT_LIST;

    #[inline(always)]
    fn hold_ref_direct(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        scope.keeps()?;
        Ok((scope, Many::hold_direct::<B, T>(scope)?))
    }

    #[inline]
    fn hold_ref(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        scope.keeps()?;
        Ok((scope, Many::hold::<B, T>(scope)?))
    }

    #[inline(always)]
    fn take_ref((scope, held): Self::Held) -> &'s [T] {
        if let Many::Memory(bytes) = held {
            if let Some(lent) = T::in_memory(bytes) {
                return lent;
            }
        }
        store_list::<B, T>(scope, held)
    }

    fn describe_ref(to: &mut Describer<'_>) {
        T::describe_list(to);
    }
}

impl<'s, 'h, B, T: Lift<'s, 'h, B>, const N: usize> Lift<'s, 'h, B> for [T; N] {
    type Held = Many<'s, T::Held>;
    const STD: bool = T::STD;
    const DATA: bool = T::DATA;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        let many = Many::hold::<B, T>(scope)?;
        let count = many.count::<T>();
        if count == N {
            Ok(many)
        } else {
            Err(Fault::value(format!("expected {N} items, not {count}")))
        }
    }

    fn take(held: Self::Held) -> Self {
        match held.take::<B, T>().try_into() {
            Ok(array) => array,
            Err(_) => unreachable!("`hold` has counted"),
        }
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("array", 2);
        T::describe(to);
        to.number(N as u64);
    }
}

by_value!([] (), [T, const N: usize] [T; N], [T, S] HashSet<T, S>, [T] Option<T>);

/// What is held of a map.
type Pairs<K, V> = Vec<(K, V)>;

/// Reads a list of `T`, of one of so many.
///
/// # Errors
///
/// It is no such list.
pub fn hold_list<'s, 'h, B, T: Lift<'s, 'h, B>>(
    scope: Scope<'s, 'h>,
    counts: RangeInclusive<usize>,
) -> Result<Many<'s, T::Held>, Fault> {
    let many = Many::hold::<B, T>(scope)?;
    let count = many.count::<T>();
    if counts.contains(&count) {
        return Ok(many);
    }
    let most = counts.end();
    let how = if counts.start() == most { "" } else { "at most " };
    let what = if std::any::type_name::<T>() == "u8" {
        "bytes"
    } else {
        "items"
    };
    Err(Fault::value(format!("expected {how}{most} {what}, not {count}")))
}

/// Reads an array of any dimensions: how long it is in each, and its items, the last dimension's next to each other. `wanted`
/// is how many dimensions it has to have, if that is known.
///
/// # Errors
///
/// It is no such array.
#[allow(clippy::type_complexity, reason = "it is what it says")]
pub fn hold_array<'s, 'h, B, T: Lift<'s, 'h, B>>(
    scope: Scope<'s, 'h>,
    wanted: Option<usize>,
) -> Result<(Vec<usize>, Many<'s, T::Held>), Fault> {
    match scope.next()? {
        Token::Array(2) => {}
        other => {
            return Err(Fault::expected(format!(
                "an array's shape and items, not {}",
                other.name()
            )));
        }
    }
    let shape = <Vec<usize> as Lift<'s, 'h, B>>::hold(scope)?;
    let shape = <Vec<usize> as Lift<'s, 'h, B>>::take(shape);
    let items = Many::hold::<B, T>(scope)?;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != shape.len()) {
        return Err(Fault::value(format!(
            "expected an array of {wanted} dimensions, not {}",
            shape.len()
        )));
    }
    let product = shape
        .iter()
        .try_fold(1_usize, |all, length| all.checked_mul(*length));
    let fits = product.is_some_and(|product| product == items.count::<T>());
    // With a dimension of length 0 the others may be anything, as far as their product is a size.
    let lengths = shape.iter().filter(|length| **length > 0);
    let extent = lengths.fold(1_usize, |all, length| all.saturating_mul(*length));
    if fits && isize::try_from(extent).is_ok() {
        Ok((shape, items))
    } else {
        Err(Fault::value(format!(
            "an array of the shape {shape:?} cannot have {} items",
            items.count::<T>()
        )))
    }
}

/// Makes a list of what was read.
#[must_use]
pub fn take_list<'s, 'h, B, T: Lift<'s, 'h, B>>(held: Many<'s, T::Held>) -> Vec<T> {
    held.take::<B, T>()
}

/// Reads the pairs of a map.
///
/// # Errors
///
/// It is no map of such keys and values.
pub fn pairs<'s, 'h, B, K: Lift<'s, 'h, B>, V: Lift<'s, 'h, B>>(
    scope: Scope<'s, 'h>,
) -> Result<Pairs<K::Held, V::Held>, Fault> {
    match scope.next()? {
        Token::Map(count) => (0..count)
            .map(|_| Ok((K::hold(scope)?, V::hold(scope)?)))
            .collect(),
        other => Err(Fault::expected(format!("a dict, not {}", other.name()))),
    }
}

macro_rules! maps {
    ($([$($generics:tt)*] [$($bounds:tt)*] $ty:ty;)+) => {$(
        impl<'s, 'h, B, K: Lift<'s, 'h, B> $($bounds)*, V: Lift<'s, 'h, B>, $($generics)*> Lift<'s, 'h, B> for $ty {
            type Held = Vec<(K::Held, V::Held)>;
            const STD: bool = K::STD && V::STD;
            const DATA: bool = K::DATA && V::DATA;

            fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
                pairs::<B, K, V>(scope)
            }

            fn take(held: Self::Held) -> Self {
                held.into_iter().map(|(key, value)| (K::take(key), V::take(value))).collect()
            }

            fn describe(to: &mut Describer<'_>) {
                to.head("dict", 2);
                K::describe(to);
                V::describe(to);
            }
        }
    )+};
}

maps! {
    [S: BuildHasher + Default] [+ Eq + Hash] HashMap<K, V, S>;
    [] [+ Ord] BTreeMap<K, V>;
}

by_value!([K, V, S] HashMap<K, V, S>, [K, V] BTreeMap<K, V>);
