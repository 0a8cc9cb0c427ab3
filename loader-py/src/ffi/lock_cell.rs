//! Cells that the interpreter lock guards: nothing that runs in between can see them half changed.

use std::cell::{Cell, UnsafeCell};

use pyo3::Python;

/// A place for a value that only the holder of the interpreter lock touches. Values move in and out whole, so no reference
/// into it ever escapes.
pub(crate) struct LockCell<T>(UnsafeCell<T>);

// SAFETY: every access takes a `Python` token, and builds without an interpreter lock are refused at import.
unsafe impl<T: Send> Sync for LockCell<T> {}

impl<T> LockCell<T> {
    /// A cell that holds `value`.
    pub(crate) const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// Puts `value` in and gives back what was there.
    pub(crate) fn replace(&self, _py: Python<'_>, value: T) -> T {
        // SAFETY: the lock is held and no reference into the cell outlives a method, so this is the only access.
        std::mem::replace(unsafe { &mut *self.0.get() }, value)
    }
}

/// A value that only the holder of the interpreter lock touches, in place.
pub(crate) struct Guarded<T> {
    value: UnsafeCell<T>,
    busy: Cell<bool>,
}

// SAFETY: as for `LockCell`.
unsafe impl<T: Send> Sync for Guarded<T> {}

impl<T> Guarded<T> {
    /// Guards `value`.
    pub(crate) const fn new(value: T) -> Self {
        Self {
            value: UnsafeCell::new(value),
            busy: Cell::new(false),
        }
    }

    /// Runs `work` on the value. It must neither run Python code, which may let go of the lock, nor come here again.
    ///
    /// # Panics
    ///
    /// If `work` comes here again, or an earlier one panicked.
    #[inline]
    pub(crate) fn with<R>(&self, _py: Python<'_>, work: impl FnOnce(&mut T) -> R) -> R {
        assert!(
            !self.busy.replace(true),
            "a guarded value is used by one at a time"
        );
        // SAFETY: the lock is held, and the mark above says that no other reference exists.
        let done = work(unsafe { &mut *self.value.get() });
        self.busy.set(false);
        done
    }
}
