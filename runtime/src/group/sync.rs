//! What the tables that all threads share are made of. `tests/soundness/tests/models` has another file for this one's place: there
//! the same tables are made of what goes through every order in which threads may come.

pub(super) use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};
pub(super) use std::sync::{Mutex, MutexGuard};

/// How many slots are made first: a power of two.
pub(super) const FIRST: u32 = 64;

/// How many free slots are near.
pub(super) const NEAR: usize = 32;

/// A place that several threads may reach, if they agree who does.
pub(super) struct Cell<T>(std::cell::UnsafeCell<T>);

impl<T> Cell<T> {
    pub(super) const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    /// Where it is, to be read.
    #[inline(always)]
    pub(super) fn with<R>(&self, work: impl FnOnce(*const T) -> R) -> R {
        work(self.0.get())
    }

    /// Where it is, to be written.
    #[inline(always)]
    pub(super) fn with_mut<R>(&self, work: impl FnOnce(*mut T) -> R) -> R {
        work(self.0.get())
    }
}

/// A function that makes a static.
macro_rules! constant {
    ($(#[$attribute:meta])* $visibility:vis fn $($rest:tt)*) => {
        $(#[$attribute])* $visibility const fn $($rest)*
    };
}
pub(super) use constant;

/// So many of the same.
macro_rules! each {
    ($value:expr; $count:expr) => {
        [const { $value }; $count]
    };
}
pub(super) use each;
