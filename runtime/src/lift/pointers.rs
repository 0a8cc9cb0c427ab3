//! Owning pointers to what can be lifted.

use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock};

use super::{Lift, by_value};
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::Scope;

macro_rules! pointers {
    ($($ty:ident $std:literal)+) => {$(
        impl<'s, 'h, B, T: Lift<'s, 'h, B>> Lift<'s, 'h, B> for $ty<T> {
            type Held = T::Held;
            const NIL: bool = T::NIL;
            const STD: bool = $std && T::STD;

            fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
                T::hold(scope)
            }

            fn take(held: Self::Held) -> Self {
                Self::new(T::take(held))
            }

            fn describe(to: &mut Describer<'_>) {
                T::describe(to);
            }
        }
    )+};
}

// A kept value may be dropped by any thread, which an `Rc` that was cloned meanwhile would not survive: it is leaked.
pointers!(Box true Arc true Rc false Mutex true RwLock true);
by_value!([T] Box<T>, [T] Arc<T>, [T] Rc<T>);
