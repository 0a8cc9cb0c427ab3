//! What a callable gives that is passed a value to change (`FnMut(&K, &mut V) -> bool`): Python has a copy of that value, so
//! it gives what the value is to be behind its result, or the result alone, and the value stays as it is.

use super::{Lift, hold_either};
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::Scope;

/// A result, and the value that was changed if it was.
#[derive(Debug)]
pub struct Changing<R, V>(R, Option<V>);

impl<R, V> Changing<R, V> {
    /// The result, with the new value in the place of the old one.
    pub fn put(self, place: &mut V) -> R {
        if let Some(new) = self.1 {
            *place = new;
        }
        self.0
    }
}

impl<'s, 'h, B, R: Lift<'s, 'h, B>, V: Lift<'s, 'h, B>> Lift<'s, 'h, B> for Changing<R, V> {
    type Held = Result<<(R, V) as Lift<'s, 'h, B>>::Held, R::Held>;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        hold_either::<B, (R, V), R>(scope)
    }

    fn take(held: Self::Held) -> Self {
        match held {
            Ok(both) => {
                let (given, new) = <(R, V)>::take(both);
                Self(given, Some(new))
            }
            Err(given) => Self(R::take(given), None),
        }
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("union", 2);
        <(R, V)>::describe(to);
        R::describe(to);
    }
}

/// The same where there is no result: what the value is to be, or nothing.
#[derive(Debug)]
pub struct Changed<V>(Option<V>);

impl<V> Changed<V> {
    /// Puts the new value in the place of the old one.
    pub fn put(self, place: &mut V) {
        if let Some(new) = self.0 {
            *place = new;
        }
    }
}

impl<'s, 'h, B, V: Lift<'s, 'h, B>> Lift<'s, 'h, B> for Changed<V> {
    type Held = Option<V::Held>;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        <Option<V>>::hold(scope)
    }

    fn take(held: Self::Held) -> Self {
        Self(<Option<V> as Lift<'s, 'h, B>>::take(held))
    }

    fn describe(to: &mut Describer<'_>) {
        <Option<V>>::describe(to);
    }
}
