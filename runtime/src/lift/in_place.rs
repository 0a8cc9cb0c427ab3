//! What the call's result goes on borrowing exclusively: `&mut [T]`, or `&mut Vec<u8>` that is read into. It is put where the
//! group keeps it.

use super::{Lift, Many};
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::Scope;

/// Items that the group keeps, to be changed by whoever is given them.
#[derive(Debug)]
pub struct InPlace<'s, T>(&'s mut [T]);

impl<'s, T> InPlace<'s, T> {
    /// The items.
    pub fn all(self) -> &'s mut [T] {
        self.0
    }
}

impl<'s, 'h, B, T: Lift<'s, 'h, B> + 's> Lift<'s, 'h, B> for InPlace<'s, T> {
    type Held = (Scope<'s, 'h>, Many<'s, T::Held>);

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        scope.keeps()?;
        Ok((scope, Many::hold::<B, T>(scope)?))
    }

    fn take((scope, many): Self::Held) -> Self {
        let items = many.take::<B, T>();
        // Items without a destructor look at nothing when the list goes.
        Self(scope.store_mut(items, T::STD || !std::mem::needs_drop::<T>()))
    }

    fn describe(to: &mut Describer<'_>) {
        T::describe_list(to);
    }
}

/// A value that the group keeps, to be changed by the call and borrowed by its result. It may be left out, and is
/// `T::default()` then.
#[derive(Debug)]
pub struct Room<'s, T>(&'s mut T);

impl<'s, T> Room<'s, T> {
    /// The value.
    pub fn all(self) -> &'s mut T {
        self.0
    }
}

impl<'s, 'h, B, T: Lift<'s, 'h, B> + Default + 's> Lift<'s, 'h, B> for Room<'s, T> {
    type Held = (Scope<'s, 'h>, Option<T::Held>);

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        scope.keeps()?;
        Ok((scope, <Option<T>>::hold(scope)?))
    }

    fn take((scope, held): Self::Held) -> Self {
        let value = held.map(T::take).unwrap_or_default();
        Self(scope.store_mut(value, T::STD))
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("out", 2);
        T::describe(to);
        to.flag(true);
    }
}
