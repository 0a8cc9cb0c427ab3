//! One value, erased. Each lives in its own allocation behind a raw pointer, so it never moves while it is there.

use std::mem::MaybeUninit;

/// What is known of a type at compile time, for people and for the thread rules.
#[derive(Debug)]
pub struct TypeInfo {
    /// Its canonical path.
    pub path: &'static str,
    /// Its number on the wire.
    pub index: u32,
    /// `Send`
    pub send: bool,
    /// `Sync`
    pub sync: bool,
    /// `Clone`, and passing by value clones.
    pub clone: bool,
    /// It has lifetimes.
    pub borrows: bool,
    /// Its destructor does nothing.
    pub trivial_drop: bool,
}

/// How to end a value of an erased type.
#[derive(Debug)]
pub(crate) struct Ending {
    /// Drops the value and frees its memory.
    pub(crate) drop: unsafe fn(*mut ()),
    /// Frees the memory alone: the value was moved out.
    pub(crate) free: unsafe fn(*mut ()),
}

/// How to end a `T`.
pub(crate) const fn ending<T>() -> &'static Ending {
    /// # Safety
    ///
    /// `value` came from [`allocate::<T>`] and was not ended before.
    unsafe fn drop_boxed<T>(value: *mut ()) {
        // SAFETY: the caller passes on what `allocate` made, once.
        drop(unsafe { Box::from_raw(value.cast::<T>()) });
    }
    /// # Safety
    ///
    /// As for `drop_boxed`; the value was moved out.
    unsafe fn free_boxed<T>(value: *mut ()) {
        // SAFETY: `MaybeUninit<T>` has the layout of `T`; the memory is what `allocate` made, given back once.
        drop(unsafe { Box::from_raw(value.cast::<MaybeUninit<T>>()) });
    }
    struct Of<T>(std::marker::PhantomData<T>);
    impl<T> Of<T> {
        const ENDING: &'static Ending = &Ending {
            drop: drop_boxed::<T>,
            free: free_boxed::<T>,
        };
    }
    Of::<T>::ENDING
}

/// Puts a value into its own allocation.
pub(crate) fn allocate<T>(value: T) -> *mut () {
    Box::into_raw(Box::new(value)).cast()
}
