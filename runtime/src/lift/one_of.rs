//! What becomes a `T`: a value of the first of several types that fits. Where a callable gives what is converted into a `T`,
//! nothing that is passed says which type that is; and where several arguments are converted, one shim takes them all.

use std::marker::PhantomData;

use super::Lift;
use crate::describe::Describer;
use crate::error::{ArgumentFault, Fault, HandleFault, Refused};
use crate::group::leaving::Point;
use crate::group::scope::Scope;

/// A `T`, made from one of the types `L` (a tuple of up to eight).
pub struct OneOf<T, L> {
    value: T,
    types: PhantomData<fn() -> L>,
}

impl<T, L> OneOf<T, L> {
    /// What came of it.
    pub fn get(self) -> T {
        self.value
    }
}

impl<T, L> std::fmt::Debug for OneOf<T, L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OneOf")
    }
}

/// It is a value of another type, which the next one may be for.
fn is_other(fault: &Fault) -> bool {
    let Fault::Refused(refused) = fault else {
        return false;
    };
    match &**refused {
        Refused::Argument { kind, .. } => *kind == ArgumentFault::Type,
        Refused::Handle { code, .. } => *code == HandleFault::Type,
        Refused::Request { .. } => false,
    }
}

/// Reads a value of the next type. `false`: it is of another, `wrong` says so, and nothing of it is held.
fn try_next<'s, 'h, B, T: Lift<'s, 'h, B>>(
    scope: Scope<'s, 'h>,
    point: Point,
    wrong: &mut Option<Fault>,
    to: &mut Option<T::Held>,
) -> Result<bool, Fault> {
    match T::hold(scope) {
        Ok(held) => {
            *to = Some(held);
            Ok(true)
        }
        Err(fault) if is_other(&fault) => {
            wrong.get_or_insert(fault);
            scope.back_to(point);
            Ok(false)
        }
        Err(fault) => Err(fault),
    }
}

/// A value of the first of two types that fits: `Ok` of `L`, `Err` of `R`.
///
/// # Errors
///
/// It fits neither, or is unusable.
pub fn hold_either<'s, 'h, B, L: Lift<'s, 'h, B>, R: Lift<'s, 'h, B>>(
    scope: Scope<'s, 'h>,
) -> Result<Result<L::Held, R::Held>, Fault> {
    let point = scope.point();
    let (mut left, mut right, mut wrong) = (None, None, None);
    if !try_next::<B, L>(scope, point, &mut wrong, &mut left)? {
        try_next::<B, R>(scope, point, &mut wrong, &mut right)?;
    }
    match (left, right, wrong) {
        (Some(held), ..) => Ok(Ok(held)),
        (None, Some(held), _) => Ok(Err(held)),
        (None, None, wrong) => Err(wrong.unwrap_or_else(|| Fault::expected("another type"))),
    }
}

macro_rules! lists {
    ($($count:literal: ($($name:ident)+);)+) => {$(
        impl<'s, 'h, B, T, $($name),+> Lift<'s, 'h, B> for OneOf<T, ($($name,)+)>
        where
            $($name: Lift<'s, 'h, B> + Into<T>,)+
        {
            type Held = ($(Option<<$name as Lift<'s, 'h, B>>::Held>,)+);
            const NIL: bool = false $(|| $name::NIL)+;
            const DATA: bool = true $(&& $name::DATA)+;

            #[allow(non_snake_case, reason = "a tuple's parts are named like their types")]
            fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
                let point = scope.point();
                let mut found: Self::Held = ($(None::<<$name as Lift<'s, 'h, B>>::Held>,)+);
                let mut wrong = None;
                {
                    let ($($name,)+) = &mut found;
                    $(if try_next::<B, $name>(scope, point, &mut wrong, $name)? {
                        return Ok(found);
                    })+
                }
                Err(wrong.unwrap_or_else(|| Fault::expected("another type")))
            }

            #[allow(non_snake_case, reason = "a tuple's parts are named like their types")]
            fn take(held: Self::Held) -> Self {
                let ($($name,)+) = held;
                $(
                    if let Some(held) = $name {
                        return Self { value: <$name as Lift<'s, 'h, B>>::take(held).into(), types: PhantomData };
                    }
                )+
                unreachable!("`hold` gives what one of them holds")
            }

            fn describe(to: &mut Describer<'_>) {
                to.head("union", $count);
                $($name::describe(to);)+
            }
        }
    )+};
}

lists! {
    1: (A1);
    2: (A1 A2);
    3: (A1 A2 A3);
    4: (A1 A2 A3 A4);
    5: (A1 A2 A3 A4 A5);
    6: (A1 A2 A3 A4 A5 A6);
    7: (A1 A2 A3 A4 A5 A6 A7);
    8: (A1 A2 A3 A4 A5 A6 A7 A8);
}
