//! Letting go of the interpreter lock while Rust runs, and taking it back for an upcall on the same thread; or keeping it
//! for both.

use std::cell::Cell;

use pyo3::{Python, ffi};

#[cfg(not(Py_3_13))]
unsafe extern "C" {
    #[link_name = "_PyThreadState_UncheckedGet"]
    fn current() -> *mut ffi::PyThreadState;
}

#[cfg(Py_3_13)]
use ffi::PyThreadState_GetUnchecked as current;

/// The state in the interpreter of a thread that runs Rust code, which let go of it or keeps it. Never another thread's.
pub(crate) struct Detached(Cell<*mut ffi::PyThreadState>);

impl Detached {
    /// Of a thread that let go of nothing.
    pub(crate) const fn new() -> Self {
        Self(Cell::new(std::ptr::null_mut()))
    }

    /// Runs `work` without the interpreter lock, which this thread holds.
    #[inline]
    pub(crate) fn during<R>(&self, _py: Python<'_>, work: impl FnOnce() -> R) -> R {
        // SAFETY: the lock is held; nothing of the interpreter is touched until it is taken back.
        let state = unsafe { ffi::PyEval_SaveThread() };
        let before = self.0.replace(state);
        let done = work();
        self.0.set(before);
        // SAFETY: `state` is this thread's own, saved above.
        unsafe { ffi::PyEval_RestoreThread(state) };
        done
    }

    /// Runs `work`, which may call back, with the interpreter lock kept.
    #[inline]
    pub(crate) fn keeping<R>(&self, _py: Python<'_>, work: impl FnOnce() -> R) -> R {
        // SAFETY: may be asked on any thread; the lock is held, so it is this thread's.
        let before = self.0.replace(unsafe { current() });
        let done = work();
        self.0.set(before);
        done
    }

    /// Runs `work` if this thread's call keeps the lock, or whoever else runs Python code on this thread has taken it.
    #[inline(always)]
    pub(super) fn kept<R>(&self, work: impl FnOnce(Python<'_>) -> R) -> Option<R> {
        let state = self.0.get();
        // SAFETY: may be asked on any thread; it is this thread's state only while this thread holds the lock.
        if state.is_null() || unsafe { current() } != state {
            return None;
        }
        self.0.set(std::ptr::null_mut());
        // SAFETY: it is held.
        let done = work(unsafe { Python::assume_attached() });
        self.0.set(state);
        Some(done)
    }

    /// Runs `work` with the lock, on whatever thread this is.
    #[inline]
    pub(super) fn back<R>(&self, work: impl FnOnce(Python<'_>) -> R) -> R {
        let state = self.0.get();
        if state.is_null() {
            return attached(work);
        }
        self.0.set(std::ptr::null_mut());
        // The call keeps it, or whoever else runs Python code on this thread meanwhile has taken it.
        // SAFETY: may be asked on any thread; it is this thread's state only while this thread holds the lock.
        if unsafe { current() } == state {
            // SAFETY: it is held.
            let done = work(unsafe { Python::assume_attached() });
            self.0.set(state);
            return done;
        }
        // SAFETY: this thread's own state, which it let go of. Should the interpreter end right now, the thread hangs here
        // like every other thread that wants the lock then.
        unsafe { ffi::PyEval_RestoreThread(state) };
        // SAFETY: the lock was just taken.
        let done = work(unsafe { Python::assume_attached() });
        // SAFETY: the lock is held, and Python code leaves the state of a thread as it was.
        self.0.set(unsafe { ffi::PyEval_SaveThread() });
        done
    }
}

/// The same for a thread of which nothing is known.
fn attached<R>(work: impl FnOnce(Python<'_>) -> R) -> R {
    // SAFETY: may be called on any thread while the interpreter lives.
    let state = unsafe { ffi::PyGILState_Ensure() };
    // SAFETY: the lock is held now.
    let done = work(unsafe { Python::assume_attached() });
    // SAFETY: gives back what was taken above.
    unsafe { ffi::PyGILState_Release(state) };
    done
}
