//! What the tables are made of here, in the place of `runtime/src/group/sync.rs`: what each thread finds is gone through by loom,
//! with all that the memory order allows. There are few of everything, so that every way is short.

pub(crate) use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering};
pub(crate) use loom::sync::{Mutex, MutexGuard};

pub(crate) const FIRST: u32 = 1;

pub(crate) const NEAR: usize = 1;

/// A word. Loom does not know that nothing comes between what an exchange reads and what it writes: a store by the thread whose
/// value another's exchange has read might seem to come before that. As a swap it comes after it, as it does in truth.
pub(crate) struct AtomicU64(loom::sync::atomic::AtomicU64);

impl AtomicU64 {
    pub(crate) fn new(value: u64) -> Self {
        Self(loom::sync::atomic::AtomicU64::new(value))
    }

    pub(crate) fn store(&self, value: u64, order: Ordering) {
        self.0.swap(value, order);
    }
}

impl std::ops::Deref for AtomicU64 {
    type Target = loom::sync::atomic::AtomicU64;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// A place of which loom knows who reads and who writes it.
pub(crate) struct Cell<T>(loom::cell::UnsafeCell<T>);

impl<T> Cell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom::cell::UnsafeCell::new(value))
    }

    pub(crate) fn with<R>(&self, work: impl FnOnce(*const T) -> R) -> R {
        self.0.with(work)
    }

    pub(crate) fn with_mut<R>(&self, work: impl FnOnce(*mut T) -> R) -> R {
        self.0.with_mut(work)
    }
}

macro_rules! constant {
    ($($function:tt)*) => { $($function)* };
}
pub(crate) use constant;

macro_rules! each {
    ($value:expr; $count:expr) => {
        std::array::from_fn(|_| $value)
    };
}
pub(crate) use each;
