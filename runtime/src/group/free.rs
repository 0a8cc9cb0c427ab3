//! Which slots of the table are free, and how many are not.
//!
//! A few are near: whoever finds nobody else at them takes or leaves one by a single atomic step. All others are behind a
//! lock, where also those go who would have to wait: so nobody ever waits for who is at the near ones, which a thread
//! of a parent process may be for ever.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many are near.
const NEAR: usize = 32;

/// The free slots.
pub(super) struct Free {
    near: Near,
    far: Mutex<Far>,
}

/// Read and written by who has set `taken` alone.
struct Near {
    taken: AtomicBool,
    /// The first `count` are free.
    slots: [AtomicU32; NEAR],
    count: AtomicUsize,
    /// Slots that were claimed here, less those that were given back here: may be below 0.
    used: AtomicUsize,
}

/// Clears `taken`.
struct At<'n>(&'n Near);

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
    fn at(&self) -> Option<At<'_>> {
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
    /// All.
    pub(super) const fn new() -> Self {
        Self {
            near: Near {
                taken: AtomicBool::new(false),
                slots: [const { AtomicU32::new(0) }; NEAR],
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Free, NEAR};

    #[test]
    fn a_slot_is_nobody_elses_until_it_is_given_back() {
        let free = Free::new();
        let mut begun = Vec::new();
        let all: Vec<u32> = (0..3 * NEAR)
            .map(|_| free.claim(|slot| begun.push(slot)))
            .collect();
        assert_eq!(all, begun);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        assert_eq!(free.used(), all.len());
        all.iter().for_each(|slot| free.give(*slot));
        assert_eq!(free.used(), 0);
        let again: HashSet<u32> = all
            .iter()
            .map(|_| free.claim(|_| panic!("there are free ones")))
            .collect();
        assert_eq!(again, all.into_iter().collect());
    }

    #[test]
    fn who_finds_somebody_at_the_near_ones_does_not_wait() {
        let free = Free::new();
        let first = free.claim(|_| {});
        free.give(first);
        let _for_ever = free.near.at().expect("nobody is there");
        let other = free.claim(|_| {});
        assert_ne!(other, first, "the near one is not looked at");
        free.give(other);
        assert_eq!(free.claim(|_| panic!("there is a free one")), other);
        assert_eq!(free.used(), 1);
    }

    #[test]
    fn a_slot_that_is_given_up_does_not_come_back() {
        let free = Free::new();
        let slot = free.claim(|_| {});
        free.give_up();
        assert_eq!(free.used(), 0);
        assert_ne!(free.claim(|_| {}), slot);
    }

    #[test]
    fn threads_never_share_a_slot() {
        let free = Free::new();
        let held: Vec<std::sync::atomic::AtomicBool> = (0..64)
            .map(|_| std::sync::atomic::AtomicBool::new(false))
            .collect();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10_000 {
                        let slot = free.claim(|_| {});
                        let place = &held[slot as usize];
                        assert!(!place.swap(true, std::sync::atomic::Ordering::Relaxed));
                        assert!(place.swap(false, std::sync::atomic::Ordering::Relaxed));
                        free.give(slot);
                    }
                });
            }
        });
        assert_eq!(free.used(), 0);
    }
}
