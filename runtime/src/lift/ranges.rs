//! Ranges: plain ones are their two ends, others their bounds, and what takes any range takes both and `Bound`s.

use std::ops::{Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use super::{Lift, by_value, hold_either};
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::Scope;
use crate::wire::Token;

by_value!(
    [T] Range<T>, [T] RangeInclusive<T>, [T] RangeFrom<T>, [T] RangeTo<T>, [T] RangeToInclusive<T>, [] RangeFull,
    [T] Bound<T>, [T] AnyRange<T>,
);

impl<'s, 'h, B, T: Lift<'s, 'h, B>> Lift<'s, 'h, B> for Range<T> {
    type Held = (T::Held, T::Held);
    const STD: bool = T::STD;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        match scope.next()? {
            Token::Array(2) => Ok((T::hold(scope)?, T::hold(scope)?)),
            other => Err(Fault::expected(format!("a range, not {}", other.name()))),
        }
    }

    fn take((start, end): Self::Held) -> Self {
        T::take(start)..T::take(end)
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("range", 1);
        T::describe(to);
    }
}

/// Both ends, as far as they are there, and whether the end is included.
type Bounds<H> = (Option<H>, Option<H>, bool);

fn bounds<'s, 'h, B, T: Lift<'s, 'h, B>>(scope: Scope<'s, 'h>) -> Result<Bounds<T::Held>, Fault> {
    let end = |scope: Scope<'s, 'h>| {
        if scope.reader().nil() {
            Ok(None)
        } else {
            T::hold(scope).map(Some)
        }
    };
    match scope.next()? {
        Token::Array(3) => {
            let (start, stop) = (end(scope)?, end(scope)?);
            match scope.next()? {
                Token::Bool(inclusive) => Ok((start, stop, inclusive)),
                other => Err(Fault::expected(format!("a bool, not {}", other.name()))),
            }
        }
        other => Err(Fault::expected(format!("bounds, not {}", other.name()))),
    }
}

macro_rules! open_ranges {
    ($($ty:ident $held:ty, |$bounds:pat_param| $check:expr, |$parts:pat_param| $make:expr;)+) => {$(
        impl<'s, 'h, B, T: Lift<'s, 'h, B>> Lift<'s, 'h, B> for $ty<T> {
            type Held = $held;
            const STD: bool = T::STD;

            fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
                match bounds::<B, T>(scope)? {
                    $bounds => $check,
                    #[allow(unreachable_patterns, reason = "some ranges take every form")]
                    _ => Err(Fault::value(concat!("these bounds are no `", stringify!($ty), "`"))),
                }
            }

            fn take($parts: Self::Held) -> Self {
                $make
            }

            fn describe(to: &mut Describer<'_>) {
                to.head("bounds", 1);
                T::describe(to);
            }
        }
    )+};
}

open_ranges! {
    RangeFrom T::Held, |(Some(start), None, _)| Ok(start), |start| T::take(start)..;
    RangeTo T::Held, |(None, Some(end), false)| Ok(end), |end| ..T::take(end);
    RangeToInclusive T::Held, |(None, Some(end), true)| Ok(end), |end| ..=T::take(end);
    RangeInclusive (T::Held, T::Held), |(Some(start), Some(end), inclusive)| {
            let end = if inclusive { Some(end) } else { T::before(end) };
            let closed = end.ok_or_else(|| Fault::value("no value is the last one of these bounds"));
            closed.map(|end| (start, end))
        },
        |(start, end)| T::take(start)..=T::take(end);
}

impl<'s, 'h, B> Lift<'s, 'h, B> for RangeFull {
    type Held = ();

    fn hold(scope: Scope<'s, 'h>) -> Result<(), Fault> {
        match bounds::<B, i64>(scope)? {
            (None, None, _) => Ok(()),
            _ => Err(Fault::value("these bounds are not open at both ends")),
        }
    }

    fn take((): ()) -> Self {
        ..
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("bounds", 1);
        to.plain("i64");
    }
}

/// What is in a bound, and whether it is included; none: there is no bound.
type OneBound<H> = Option<(bool, H)>;

fn bound<H>(held: OneBound<H>) -> Bound<H> {
    match held {
        None => Bound::Unbounded,
        Some((true, held)) => Bound::Included(held),
        Some((false, held)) => Bound::Excluded(held),
    }
}

/// None, or a word that says whether what is beside it is included.
impl<'s, 'h, B, T: Lift<'s, 'h, B>> Lift<'s, 'h, B> for Bound<T> {
    type Held = OneBound<T::Held>;
    const NIL: bool = true;
    const STD: bool = T::STD;
    const DATA: bool = T::DATA;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        let Some((word, held)) = <Option<(String, T)> as Lift<'s, 'h, B>>::hold(scope)? else {
            return Ok(None);
        };
        let included = match word.as_str() {
            "included" => true,
            "excluded" => false,
            other => {
                let message = format!("a bound is `included` or `excluded`, not `{other}`");
                return Err(Fault::value(message));
            }
        };
        Ok(Some((included, held)))
    }

    fn take(held: Self::Held) -> Self {
        bound(held).map(T::take)
    }

    fn describe(to: &mut Describer<'_>) {
        <Option<(String, T)> as Lift<'s, 'h, B>>::describe(to);
    }
}

/// Any range, for what asks for `RangeBounds`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AnyRange<T> {
    start: Bound<T>,
    end: Bound<T>,
}

impl<T> RangeBounds<T> for AnyRange<T> {
    fn start_bound(&self) -> Bound<&T> {
        self.start.as_ref()
    }

    fn end_bound(&self) -> Bound<&T> {
        self.end.as_ref()
    }
}

impl<T: ?Sized> RangeBounds<T> for AnyRange<&T> {
    fn start_bound(&self) -> Bound<&T> {
        self.start
    }

    fn end_bound(&self) -> Bound<&T> {
        self.end
    }
}

/// A plain range, bounds, or a pair of `Bound`s.
impl<'s, 'h, B, T: Lift<'s, 'h, B>> Lift<'s, 'h, B> for AnyRange<T> {
    type Held = (OneBound<T::Held>, OneBound<T::Held>);
    const STD: bool = T::STD;
    const DATA: bool = T::DATA;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        if scope.reader().peek() == Some(0x93) {
            let (start, end, inclusive) = bounds::<B, T>(scope)?;
            return Ok((start.map(|held| (true, held)), end.map(|held| (inclusive, held))));
        }
        Ok(match hold_either::<B, Range<T>, (Bound<T>, Bound<T>)>(scope)? {
            Ok((start, end)) => (Some((true, start)), Some((false, end))),
            Err(bounds) => bounds,
        })
    }

    fn take((start, end): Self::Held) -> Self {
        Self {
            start: bound(start).map(T::take),
            end: bound(end).map(T::take),
        }
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("union", 3);
        <Range<T> as Lift<'s, 'h, B>>::describe(to);
        to.head("bounds", 1);
        T::describe(to);
        <(Bound<T>, Bound<T>) as Lift<'s, 'h, B>>::describe(to);
    }
}
