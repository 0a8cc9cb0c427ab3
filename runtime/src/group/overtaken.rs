//! Values that were dropped while a call held them exclusively.
//!
//! They are marked, and go when that call lets go. But it lets go by a plain store, which runs over a mark that is set at that
//! very moment. So they are noted here as well: whoever comes next drops those that are still there.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::table::{HandleId, TABLE};
use super::thread;

static NOTED: Mutex<VecDeque<HandleId>> = Mutex::new(VecDeque::new());

fn noted() -> MutexGuard<'static, VecDeque<HandleId>> {
    NOTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// It was marked as dropped just now, while a call holds it exclusively.
#[cold]
pub(crate) fn note(id: HandleId) {
    noted().push_back(id);
    thread::count_orphan();
}

/// Drops what no call holds exclusively any more, unless that call has. Destructors may run, and panic: then what stands behind
/// stays noted.
#[cold]
pub(crate) fn drop_all() {
    let many = noted().len();
    for _ in 0..many {
        let Some(id) = noted().pop_front() else { return };
        thread::forget_orphans(1);
        if !TABLE.drop_overtaken(id) {
            note(id);
        }
    }
}

/// Whether there is anything for [`drop_all`].
#[cold]
pub(crate) fn any() -> bool {
    noted().iter().any(|id| !TABLE.is_exclusive(*id))
}

/// In a child of `fork`: what was noted was the parent's.
pub(crate) fn disown() {
    if let Ok(mut noted) = NOTED.try_lock() {
        noted.clear();
    }
}

/// Whether nobody is inside the list; asked after a fork.
pub(crate) fn unlocked() -> bool {
    NOTED.try_lock().is_ok()
}
