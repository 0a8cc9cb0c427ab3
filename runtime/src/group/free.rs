//! Which slots of the table are free, and how many are not.
//!
//! A few are near: whoever finds nobody else at them takes or leaves one by a single atomic step. All others are behind a
//! lock, where also those go who would have to wait: so nobody ever waits for who is at the near ones, which a thread
//! of a parent process may be for ever.

use std::sync::PoisonError;

use super::sync::{AtomicBool, AtomicU32, AtomicUsize, Mutex, MutexGuard, NEAR, Ordering, constant, each};

/// The free slots.
pub(super) struct Free {
    pub(super) near: Near,
    far: Mutex<Far>,
}

/// Read and written by who has set `taken` alone.
pub(super) struct Near {
    taken: AtomicBool,
    /// The first `count` are free.
    slots: [AtomicU32; NEAR],
    count: AtomicUsize,
    /// Slots that were claimed here, less those that were given back here: may be below 0.
    used: AtomicUsize,
}

/// Clears `taken`.
pub(super) struct At<'n>(&'n Near);

impl Drop for At<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.0.taken.store(false, Ordering::Release);
    }
}

struct Far {
    slots: Vec<u32>,
    /// The first slot that was never used.
    next: u32,
    used: usize,
}

impl Near {
    /// Whoever gets it is alone with them. `None`: somebody else is at them.
    #[inline(always)]
    pub(super) fn at(&self) -> Option<At<'_>> {
        (!self.taken.swap(true, Ordering::Acquire)).then(|| At(self))
    }
}

impl At<'_> {
    #[inline(always)]
    fn claim(&self) -> Option<u32> {
        let Near {
            slots, count, used, ..
        } = self.0;
        let last = count.load(Ordering::Relaxed).checked_sub(1)?;
        let slot = slots.get(last)?.load(Ordering::Relaxed);
        count.store(last, Ordering::Relaxed);
        used.store(used.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        Some(slot)
    }

    /// Whether there was room for it.
    #[inline(always)]
    fn give(&self, slot: u32) -> bool {
        let Near {
            slots, count, used, ..
        } = self.0;
        let place = count.load(Ordering::Relaxed);
        let Some(free) = slots.get(place) else {
            return false;
        };
        free.store(slot, Ordering::Relaxed);
        count.store(place + 1, Ordering::Relaxed);
        used.store(used.load(Ordering::Relaxed).wrapping_sub(1), Ordering::Relaxed);
        true
    }
}

impl Free {
    constant! {
        /// All.
        pub(super) fn new() -> Self {
            Self {
                near: Near {
                    taken: AtomicBool::new(false),
                    slots: each![AtomicU32::new(0); NEAR],
                    count: AtomicUsize::new(0),
                    used: AtomicUsize::new(0),
                },
                far: Mutex::new(Far {
                    slots: Vec::new(),
                    next: 0,
                    used: 0,
                }),
            }
        }
    }

    fn far(&self) -> MutexGuard<'_, Far> {
        self.far.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A slot for a new value. `begin` is asked for each that was never used, in their order and one at a time, before it or
    /// any behind it is given.
    #[inline(always)]
    pub(super) fn claim(&self, begin: impl FnOnce(u32)) -> u32 {
        match self.near.at().and_then(|near| near.claim()) {
            Some(slot) => slot,
            None => self.claim_far(begin),
        }
    }

    #[cold]
    fn claim_far(&self, begin: impl FnOnce(u32)) -> u32 {
        let mut far = self.far();
        let slot = match far.slots.pop() {
            Some(slot) => slot,
            None => {
                let slot = far.next;
                begin(slot);
                far.next += 1;
                slot
            }
        };
        far.used = far.used.wrapping_add(1);
        slot
    }

    /// Takes back a slot whose value is gone.
    #[inline(always)]
    pub(super) fn give(&self, slot: u32) {
        if !self.near.at().is_some_and(|near| near.give(slot)) {
            self.give_far(Some(slot));
        }
    }

    /// A slot whose value is gone is never used again.
    #[cold]
    pub(super) fn give_up(&self) {
        self.give_far(None);
    }

    #[cold]
    fn give_far(&self, slot: Option<u32>) {
        let mut far = self.far();
        far.slots.extend(slot);
        far.used = far.used.wrapping_sub(1);
    }

    /// How many slots are in use: exact if nobody claims or gives one back meanwhile.
    pub(super) fn used(&self) -> usize {
        self.far()
            .used
            .wrapping_add(self.near.used.load(Ordering::Relaxed))
    }

    /// Whether nobody holds the lock; asked after a fork.
    pub(super) fn unlocked(&self) -> bool {
        self.far.try_lock().is_ok()
    }
}
