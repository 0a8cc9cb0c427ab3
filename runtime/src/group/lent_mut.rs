//! Exclusive references to values that borrow, lent to a callable.
//!
//! Rust lends `&'a mut View<'b>`, where `'b` is longer than `'a` and nobody may change it: what is put into the view has to live
//! for `'b`. In the table there is one lifetime for both, the group's. That is sound because nothing can be put there at all:
//! the value has a group of its own, which ends with the upcall, owns nothing, and is joined to no other.

use std::any::{TypeId, type_name};
use std::marker::PhantomData;

use super::scope::Family;
use super::store::Out;
use crate::describe::Describer;
use crate::lower::Lower;
use crate::shim::Answer;

/// A reference `&'a mut T` to a member of the family `F`, whatever lifetimes it has.
pub struct LentMut<'a, F> {
    value: *mut (),
    lives: PhantomData<&'a mut ()>,
    family: PhantomData<fn() -> F>,
}

impl<'a, F: Family> LentMut<'a, F> {
    /// # Panics
    ///
    /// `T` is no member of the family. (It is what the bridge says: a type is told from others by its name, in which there
    /// are no lifetimes.)
    pub fn new<T>(value: &'a mut T) -> Self {
        assert!(
            type_name::<T>() == type_name::<F::Of<'static>>()
                && size_of::<T>() == size_of::<F::Of<'static>>()
                && align_of::<T>() == align_of::<F::Of<'static>>(),
            "a `{}` is lent as another type",
            type_name::<T>()
        );
        Self {
            value: std::ptr::from_mut(value).cast(),
            lives: PhantomData,
            family: PhantomData,
        }
    }
}

impl<F> std::fmt::Debug for LentMut<'_, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LentMut")
    }
}

impl<'h, B, F: Family> Lower<'h, B> for LentMut<'_, F> {
    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        out.store_apart(self.value, TypeId::of::<F>(), F::INFO);
        Ok(())
    }

    fn describe(to: &mut Describer<'_>) {
        to.handle(F::INFO, "exclusive");
    }
}
