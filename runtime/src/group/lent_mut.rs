//! Exclusive references to values that borrow, lent to a callable.
//!
//! Rust lends `&'a mut View<'b>`, where `'b` is longer than `'a` and nobody may change it: what is put into the view has to live
//! for `'b`. In the table there is one lifetime for both, the group's. That is sound because nothing can be put there at all:
//! the value has a group of its own, which ends with the upcall, owns nothing, and is joined to no other.
//!
//! A type with several lifetimes is a member only where they are one: else what lives for the shorter could be moved within the
//! value to where the longer is promised.

use std::any::TypeId;
use std::marker::PhantomData;

use super::scope::Family;
use super::store::Out;
use crate::describe::Describer;
use crate::lower::Lower;
use crate::shim::Answer;

/// A reference `&'a mut T` to a member of the family `F`, whatever its lifetime is.
pub struct LentMut<'a, F> {
    value: *mut (),
    lives: PhantomData<&'a mut ()>,
    family: PhantomData<fn() -> F>,
}

impl<'a, F: Family> LentMut<'a, F> {
    /// The compiler says that it is a member.
    pub fn new<'b>(value: &'a mut F::Of<'b>) -> Self {
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
