//! Which process this is, and whether its interpreter is going away.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

static FORKS: AtomicU32 = AtomicU32::new(1);

/// A number that differs between a process and the children it forks. Never 0.
pub(crate) fn epoch() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Makes every fork count, also one that Python does not know of.
pub(crate) fn watch_forks() {
    static WATCH: Once = Once::new();
    WATCH.call_once(|| {
        #[cfg(unix)]
        {
            extern "C" fn child() {
                FORKS.fetch_add(1, Ordering::Relaxed);
            }
            // SAFETY: `child` only adds to an atomic, which is allowed between fork and exec, and lives for ever
            // because extension modules are not unloaded.
            unsafe { libc::pthread_atfork(None, None, Some(child)) };
        }
    });
}

/// Whether this is the interpreter that the process began with.
pub(crate) fn in_main_interpreter(_py: pyo3::Python<'_>) -> bool {
    // SAFETY: the interpreter lock is held, so there is a current interpreter.
    let current = unsafe { pyo3::ffi::PyInterpreterState_Get() };
    // SAFETY: the interpreter that was just given.
    unsafe { pyo3::ffi::PyInterpreterState_GetID(current) == 0 }
}

#[cfg(not(Py_3_13))]
unsafe extern "C" {
    #[link_name = "_Py_IsFinalizing"]
    fn is_finalizing() -> std::os::raw::c_int;
}

/// Whether the interpreter is shutting down.
pub(crate) fn finalizing() -> bool {
    #[cfg(Py_3_13)]
    // SAFETY: may be called at any time.
    let answer = unsafe { pyo3::ffi::Py_IsFinalizing() };
    #[cfg(not(Py_3_13))]
    // SAFETY: exported by every CPython before 3.13 with this signature; it reads one global.
    let answer = unsafe { is_finalizing() };
    answer != 0
}
