//! A cell that the interpreter lock guards. Values move in and out whole, so no reference into it ever escapes and
//! nothing that runs in between can see it half changed.

use std::cell::UnsafeCell;

use pyo3::Python;

/// A place for a value that only the holder of the interpreter lock touches.
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
