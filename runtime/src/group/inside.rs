//! What other threads may know of a call that calls back: what it holds, whether it is inside an upcall, and what a host
//! object raised during it. Calls that never call back have none of this.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::thread::ThreadLock;
use crate::host::Raised;

/// What a call holds, for others to ask.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    pub(crate) slots: Vec<u32>,
    pub(crate) locks: Vec<Arc<ThreadLock>>,
}

impl Holds {
    fn is_empty(&self) -> bool {
        self.slots.is_empty() && self.locks.is_empty()
    }
}

/// What host objects raised during a call.
#[derive(Debug, Default)]
struct Record {
    raised: Option<Raised>,
    /// It leaves the call even when Rust succeeds.
    leaves: bool,
}

/// See the module's text.
#[derive(Debug)]
pub(crate) struct Inside {
    /// Which callable, for messages.
    pub(crate) callable: &'static str,
    upcalls: AtomicUsize,
    holds: OnceLock<Holds>,
    record: Mutex<Record>,
}

/// The calls that have called back.
static CALLS: Mutex<Vec<Arc<Inside>>> = Mutex::new(Vec::new());

/// How many there are, so that most need not look.
static COUNT: AtomicUsize = AtomicUsize::new(0);

fn calls() -> MutexGuard<'static, Vec<Arc<Inside>>> {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether nobody is inside the list; asked after a fork.
pub(crate) fn unlocked() -> bool {
    CALLS.try_lock().is_ok()
}

/// An upcall that is going on.
#[derive(Debug)]
pub(crate) struct Upcall<'i>(&'i Inside);

impl Drop for Upcall<'_> {
    fn drop(&mut self) {
        self.0.upcalls.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Inside {
    /// Of a call that has not called back yet.
    pub(crate) fn new(callable: &'static str) -> Self {
        Self {
            callable,
            upcalls: AtomicUsize::new(0),
            holds: OnceLock::new(),
            record: Mutex::default(),
        }
    }

    /// From now on, others see what the call holds. Nothing more than that will be held.
    pub(crate) fn publish(self: &Arc<Self>, holds: impl FnOnce() -> Holds) {
        if self.holds.get().is_none() && self.holds.set(holds()).is_ok() {
            calls().push(Arc::clone(self));
            COUNT.fetch_add(1, Ordering::Release);
        }
    }

    /// The call is over.
    pub(crate) fn retire(self: &Arc<Self>) {
        if self.holds.get().is_some() {
            let mut calls = calls();
            if let Some(at) = calls.iter().position(|known| Arc::ptr_eq(known, self)) {
                calls.swap_remove(at);
                COUNT.fetch_sub(1, Ordering::Release);
            }
        }
    }

    /// An upcall begins. Not counted for a call that is known to hold nothing: nobody waits for it.
    #[inline]
    pub(crate) fn upcall(&self) -> Option<Upcall<'_>> {
        if self.holds.get().is_some_and(Holds::is_empty) {
            return None;
        }
        self.upcalls.fetch_add(1, Ordering::AcqRel);
        Some(Upcall(self))
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A host object raised. The first exception is what leaves the call, unless a fatal one follows. `leaves`: it does so
    /// even when Rust succeeds.
    pub(crate) fn raise(&self, raised: &Raised, leaves: bool) {
        let mut record = self.record();
        let known_fatal = record.raised.as_ref().is_some_and(Raised::is_fatal);
        let mut before = None;
        if record.raised.is_none() || (raised.is_fatal() && !known_fatal) {
            before = record.raised.replace(raised.clone());
        }
        record.leaves |= leaves || raised.is_fatal();
        // Releasing an exception is an upcall: no lock is held meanwhile.
        drop(record);
        drop(before);
    }

    /// Whether something was raised.
    pub(crate) fn has_raised(&self) -> bool {
        self.record().raised.is_some()
    }

    /// What leaves the call, which has failed or not.
    pub(crate) fn leaving(&self, failed: bool) -> Option<Raised> {
        let mut record = self.record();
        let leaves = std::mem::take(&mut record.leaves);
        let raised = record.raised.take();
        drop(record);
        raised.filter(|_| failed || leaves)
    }
}

/// The call inside an upcall of which what is wanted is held.
fn holder(holds: impl Fn(&Holds) -> bool) -> Option<&'static str> {
    if COUNT.load(Ordering::Acquire) == 0 {
        return None;
    }
    calls()
        .iter()
        .find(|call| call.upcalls.load(Ordering::Acquire) > 0 && call.holds.get().is_some_and(&holds))
        .map(|call| call.callable)
}

/// The call inside an upcall that holds a slot.
pub(crate) fn holder_of_slot(slot: u32) -> Option<&'static str> {
    holder(|holds| holds.slots.contains(&slot))
}

/// The call inside an upcall that holds a lock.
pub(crate) fn holder_of_lock(lock: &Arc<ThreadLock>) -> Option<&'static str> {
    holder(|holds| holds.locks.iter().any(|held| Arc::ptr_eq(held, lock)))
}
