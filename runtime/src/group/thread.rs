//! Thread rules: one lock for what is not `Sync`, one home thread for what is not `Send`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::current as group_current;
use super::table::Entry;

/// A thread, for as long as the process lives: numbers are not used twice.
pub(crate) type Thread = u64;

/// No thread's number: what is left for it, any thread may take.
pub(crate) const ANYONE: Thread = 0;

/// No thread's number either: what a parent process left is never taken.
const NOBODY: Thread = Thread::MAX;

/// The calling thread.
pub(crate) fn current() -> Thread {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static THREAD: Thread = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    // A thread whose locals are gone cannot be anybody's home: it gets a number of its own.
    THREAD
        .try_with(|thread| *thread)
        .unwrap_or_else(|_| NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A lock that one thread at a time holds, as often as it likes. It is tried, never waited for.
#[derive(Debug, Default)]
pub(crate) struct ThreadLock {
    owner: AtomicU64,
    depth: AtomicUsize,
}

impl ThreadLock {
    /// Takes it for the calling thread, unless another thread has it.
    pub(crate) fn try_lock(&self) -> bool {
        let me = current();
        match self
            .owner
            .compare_exchange(0, me, Ordering::Acquire, Ordering::Relaxed)
        {
            Ok(_) => {}
            Err(owner) if owner == me => {}
            Err(_) => return false,
        }
        // Only the owner touches the depth.
        self.depth.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// Gives it back once. Only a thread that holds it may do so.
    pub(crate) fn unlock(&self) {
        if self.depth.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.owner.store(0, Ordering::Release);
        }
    }
}

/// Calls that wait until another call lets something go.
pub(crate) struct Waiters {
    count: AtomicUsize,
    released: Mutex<u64>,
    wake: Condvar,
}

/// The process's only waiting room.
pub(crate) static WAITERS: Waiters = Waiters {
    count: AtomicUsize::new(0),
    released: Mutex::new(0),
    wake: Condvar::new(),
};

impl Waiters {
    /// Waits a moment, or until something was let go. The caller holds nothing while it waits, or is known to be inside an upcall.
    pub(crate) fn wait(&self) {
        debug_assert!(!group_current::is_prompt(), "a prompt call waits for nothing");
        self.count.fetch_add(1, Ordering::SeqCst);
        let guard = self.released.lock().unwrap_or_else(PoisonError::into_inner);
        // A release between the failed try and here is missed at worst: the time limit bounds what that costs.
        let result = self.wake.wait_timeout(guard, Duration::from_millis(1));
        drop(result.unwrap_or_else(PoisonError::into_inner));
        self.count.fetch_sub(1, Ordering::SeqCst);
    }

    /// Something was let go.
    #[inline(always)]
    pub(crate) fn notify(&self) {
        if self.count.load(Ordering::SeqCst) > 0 {
            self.notify_all();
        }
    }

    #[cold]
    #[inline(never)]
    fn notify_all(&self) {
        let mut released = self.released.lock().unwrap_or_else(PoisonError::into_inner);
        *released = released.wrapping_add(1);
        self.wake.notify_all();
    }
}

static ORPHANS: Mutex<Option<HashMap<Thread, Vec<Entry>>>> = Mutex::new(None);
static ORPHAN_COUNT: AtomicUsize = AtomicUsize::new(0);

/// Leaves a value that may only be dropped at home for its home thread. If that thread makes no further call, or has
/// ended, the value is leaked: dropping it elsewhere would be unsound. What is left for [`ANYONE`] goes with the next call.
pub(crate) fn send_home(home: Thread, entry: Entry) {
    let mut orphans = ORPHANS.lock().unwrap_or_else(PoisonError::into_inner);
    orphans
        .get_or_insert_default()
        .entry(home)
        .or_default()
        .push(entry);
    count_orphan();
}

/// Whether values were left for any thread, or are noted as `overtaken`.
#[inline]
pub(crate) fn has_orphans() -> bool {
    ORPHAN_COUNT.load(Ordering::Acquire) != 0
}

/// One more thing waits for a call that may wait.
pub(super) fn count_orphan() {
    ORPHAN_COUNT.fetch_add(1, Ordering::Release);
}

/// So many do no longer.
pub(super) fn forget_orphans(many: usize) {
    ORPHAN_COUNT.fetch_sub(many, Ordering::Release);
}

/// The values that were left for the calling thread, or for any.
#[cold]
pub(crate) fn welcome() -> Vec<Entry> {
    let mut orphans = ORPHANS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut mine = Vec::new();
    for home in [current(), ANYONE] {
        let left = orphans.as_mut().and_then(|all| all.remove(&home));
        mine.extend(left.unwrap_or_default());
    }
    forget_orphans(mine.len());
    mine
}

/// Whether there are any for [`welcome`].
#[cold]
pub(crate) fn is_awaited() -> bool {
    let orphans = ORPHANS.lock().unwrap_or_else(PoisonError::into_inner);
    let left = |home| orphans.as_ref().is_some_and(|all| all.contains_key(&home));
    left(current()) || left(ANYONE)
}

/// In a child of `fork`: what was left was the parent's, and is never dropped here.
pub(crate) fn disown() {
    if let Ok(mut orphans) = ORPHANS.try_lock() {
        let all = orphans.take().unwrap_or_default();
        let left = all.into_values().flatten().collect();
        *orphans = Some(HashMap::from([(NOBODY, left)]));
        ORPHAN_COUNT.store(0, Ordering::Release);
    }
}

/// Takes back values that were left for any thread.
pub(crate) fn reclaim(wanted: impl Fn(&Entry) -> bool) -> Vec<(Thread, Entry)> {
    if !has_orphans() {
        return Vec::new();
    }
    let mut orphans = ORPHANS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut found = Vec::new();
    for (home, entries) in orphans.iter_mut().flatten().filter(|(home, _)| **home != NOBODY) {
        for entry in std::mem::take(entries) {
            if wanted(&entry) {
                found.push((*home, entry));
            } else {
                entries.push(entry);
            }
        }
    }
    forget_orphans(found.len());
    found
}

/// Whether nobody holds a lock of this module; asked after a fork, when nobody waits any more either.
pub(crate) fn unlocked() -> bool {
    WAITERS.count.store(0, Ordering::SeqCst);
    ORPHANS.try_lock().is_ok() && WAITERS.released.try_lock().is_ok()
}

/// A lock held by a call.
#[derive(Debug)]
pub(crate) struct Locked(pub(crate) Arc<ThreadLock>);

impl Drop for Locked {
    fn drop(&mut self) {
        self.0.unlock();
        WAITERS.notify();
    }
}
