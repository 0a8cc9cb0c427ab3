//! `&mut [T]` that what the call makes goes on changing: the items are copied to where the group keeps them.

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
