//! Slots with a generation and a borrow state, for whatever stands in them.
//!
//! A slot's state is one word, so that a stale handle, a wrong state and a race are all settled by one
//! compare-and-swap:
//!
//! ```text
//! 63          32 31   30        29      28       27   26        0
//! [ generation ] [live][exclusive][orphan][poisoned][lent][ shared ]
//! ```
//!
//! Whoever holds a slot (shared count > 0, or exclusive) may read its entry; only who frees it, when nobody holds it, may
//! take the entry away. `lent` says that a *group* is among the holders: those stay, so nobody waits for them.
//!
//! One change is no such step: a call gives back what it alone held by a plain store ([`Slots::release_at_once`]).
//!
//! What is taken away is given to the caller: nothing here runs a destructor.

use std::mem::MaybeUninit;
use std::sync::PoisonError;

use super::free::Free;
use super::sync::{AtomicPtr, AtomicU64, Cell, FIRST, Mutex, Ordering, constant, each};

const LIVE: u64 = 1 << 31;
const EXCLUSIVE: u64 = 1 << 30;
const ORPHAN: u64 = 1 << 29;
const POISONED: u64 = 1 << 28;
const LENT: u64 = 1 << 27;
const SHARED: u64 = LENT - 1;
/// Shared holds are refused beyond this, far below what would reach into the flags.
const MOST_SHARED: u64 = SHARED / 2;

const fn generation(word: u64) -> u32 {
    (word >> 32) as u32
}

/// Why a slot cannot be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Stale, forged or dropped.
    Closed,
    /// Left halfway by a panic.
    Poisoned,
    /// A call holds it.
    Busy,
    /// A group holds it; the name of what was made.
    Borrowed(&'static str),
    /// The parent process's.
    Fork,
}

/// What became of an entry that was dropped.
pub(super) enum Dropped<E> {
    /// Nobody held it.
    Gone(E),
    /// It is marked, and goes when who holds it lets go. `exclusive`: who holds it may run over the mark
    /// ([`Slots::release_at_once`]), so it has to be noted elsewhere, too.
    Marked { exclusive: bool },
}

/// Which callables gave what borrows of a value, in groups, and how much each; the oldest first.
#[derive(Debug, Default)]
struct Lent(Vec<(&'static str, usize)>);

impl Lent {
    fn add(&mut self, holder: &'static str) {
        match self.0.iter_mut().find(|(name, _)| *name == holder) {
            Some((_, count)) => *count += 1,
            None => self.0.push((holder, 1)),
        }
    }

    fn remove(&mut self, holder: &'static str) {
        if let Some(at) = self.0.iter().position(|(name, _)| *name == holder) {
            self.0[at].1 -= 1;
            if self.0[at].1 == 0 {
                self.0.remove(at);
            }
        }
    }
}

/// Of a size that is a power of two, so that it is found by shifts.
#[repr(align(128))]
struct Slot<E> {
    word: AtomicU64,
    lent: Mutex<Lent>,
    entry: Cell<MaybeUninit<E>>,
}

// SAFETY: the entry is read by holders only and taken only by who frees the slot, as `word` settles it (see above).
unsafe impl<E: Send + Sync> Sync for Slot<E> {}

impl<E> Slot<E> {
    fn new() -> Self {
        Self {
            word: AtomicU64::new(1 << 32),
            lent: Mutex::new(Lent::default()),
            entry: Cell::new(MaybeUninit::uninit()),
        }
    }

    /// Why it cannot be held now.
    #[cold]
    fn taken(&self, word: u64) -> Refusal {
        if word & LENT == 0 {
            return Refusal::Busy;
        }
        self.lent_to()
    }

    /// A group has it, if one does, else a call.
    fn lent_to(&self) -> Refusal {
        let lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        lent.0
            .first()
            .map_or(Refusal::Busy, |(holder, _)| Refusal::Borrowed(holder))
    }

    /// What stands in it. The slot is held by the caller.
    #[inline(always)]
    fn held(&self) -> &E {
        self.entry.with(|entry| {
            // SAFETY: the slot is held: nobody writes the entry.
            let entry = unsafe { &*entry };
            // SAFETY: a live slot's entry was written.
            unsafe { entry.assume_init_ref() }
        })
    }
}

/// All slots of a table.
pub(super) struct Slots<E> {
    /// Chunk `n` has `FIRST << n` slots and never moves.
    chunks: [AtomicPtr<Slot<E>>; CHUNKS],
    free: Free,
}

/// So many that no slot reaches bit 31.
const CHUNKS: usize = 25;

/// The chunk of a slot, and its place there.
const fn place(slot: u32) -> (usize, usize) {
    let shifted = slot as u64 + FIRST as u64;
    let chunk = (shifted.ilog2() - FIRST.ilog2()) as usize;
    (chunk, (shifted - ((FIRST as u64) << chunk)) as usize)
}

impl<E: Send + Sync> Slots<E> {
    constant! {
        /// None yet.
        pub(super) fn new() -> Self {
            Self {
                chunks: each![AtomicPtr::new(std::ptr::null_mut()); CHUNKS],
                free: Free::new(),
            }
        }
    }

    /// How many are in use.
    pub(super) fn used(&self) -> usize {
        self.free.used()
    }

    /// Whether nobody holds a lock of theirs; asked after a fork.
    pub(super) fn unlocked(&self) -> bool {
        self.free.unlocked()
    }

    #[inline]
    fn slot(&self, slot: u32) -> Option<&Slot<E>> {
        let (chunk, at) = place(slot);
        let base = self.chunks.get(chunk)?.load(Ordering::Acquire);
        if base.is_null() {
            return None;
        }
        // SAFETY: a chunk holds `FIRST << chunk` slots, and `place` stays within them.
        let slot = unsafe { base.add(at) };
        // SAFETY: chunks are filled before they are published, and never freed.
        Some(unsafe { &*slot })
    }

    /// Puts a new entry into a slot: which, and its generation.
    #[inline(always)]
    pub(super) fn insert(&self, entry: E) -> (u32, u32) {
        let slot = self.claim();
        let state = self.slot(slot).expect("`claim` makes the chunk of what it gives");
        state.entry.with_mut(|place| {
            // SAFETY: a claimed slot is not live, so nobody but this call has it.
            unsafe { (*place).write(entry) };
        });
        let generation = generation(state.word.load(Ordering::Relaxed));
        state
            .word
            .store(u64::from(generation) << 32 | LIVE, Ordering::Release);
        (slot, generation)
    }

    #[inline(always)]
    fn claim(&self) -> u32 {
        self.free.claim(|slot| {
            let (chunk, at) = place(slot);
            assert!(chunk < CHUNKS, "more than {slot} handles live at once");
            if at == 0 {
                let slots: Box<[Slot<E>]> = (0..(FIRST as usize) << chunk).map(|_| Slot::new()).collect();
                self.chunks[chunk].store(Box::into_raw(slots).cast(), Ordering::Release);
            }
        })
    }

    /// Holds a slot if nobody else does, and nothing is unusual about it: one step. `None`: [`Slots::acquire`] must look
    /// closer.
    #[inline(always)]
    pub(super) fn acquire_at_once(&self, slot: u32, generation: u32, exclusive: bool) -> Option<&E> {
        let state = self.slot(slot)?;
        let free = u64::from(generation) << 32 | LIVE;
        let held = if exclusive { free | EXCLUSIVE } else { free + 1 };
        state
            .word
            .compare_exchange(free, held, Ordering::Acquire, Ordering::Relaxed)
            .ok()?;
        Some(state.held())
    }

    /// Holds a slot. Its entry may be read until [`Slots::release`].
    pub(super) fn acquire(&self, slot: u32, wanted: u32, exclusive: bool) -> Result<&E, Refusal> {
        let state = self.slot(slot).ok_or(Refusal::Closed)?;
        let mut word = state.word.load(Ordering::Relaxed);
        loop {
            if generation(word) != wanted || word & LIVE == 0 || word & ORPHAN != 0 {
                return Err(Refusal::Closed);
            }
            if word & POISONED != 0 {
                return Err(Refusal::Poisoned);
            }
            let taken = word & EXCLUSIVE != 0 || (exclusive && word & SHARED != 0);
            if taken || word & SHARED >= MOST_SHARED {
                return Err(state.taken(word));
            }
            let next = if exclusive { word | EXCLUSIVE } else { word + 1 };
            match state
                .word
                .compare_exchange_weak(word, next, Ordering::Acquire, Ordering::Relaxed)
            {
                Ok(_) => return Ok(state.held()),
                Err(now) => word = now,
            }
        }
    }

    /// Turns a call's hold into a group's, which [`Slots::give_back`] ends. `holder` says what was made.
    pub(super) fn lend(&self, slot: u32, holder: &'static str, poison: bool) {
        let state = self.slot(slot).expect("a held slot exists");
        let mut lent = state.lent.lock().unwrap_or_else(PoisonError::into_inner);
        lent.add(holder);
        state
            .word
            .fetch_or(if poison { LENT | POISONED } else { LENT }, Ordering::Relaxed);
    }

    /// Ends a group's hold, which was made with that `holder`. What was dropped meanwhile is given now.
    pub(super) fn give_back(&self, slot: u32, holder: &'static str, exclusive: bool) -> Option<E> {
        let state = self.slot(slot).expect("a held slot exists");
        {
            let mut lent = state.lent.lock().unwrap_or_else(PoisonError::into_inner);
            lent.remove(holder);
            if lent.0.is_empty() {
                state.word.fetch_and(!LENT, Ordering::Relaxed);
            }
        }
        self.release(slot, exclusive, false)
    }

    /// Ends a call's hold. What was dropped meanwhile is given now.
    #[inline]
    pub(super) fn release(&self, slot: u32, exclusive: bool, poison: bool) -> Option<E> {
        let state = self.slot(slot).expect("a held slot exists");
        let mut word = state.word.load(Ordering::Relaxed);
        loop {
            let mut next = if exclusive { word & !EXCLUSIVE } else { word - 1 };
            if poison {
                next |= POISONED;
            }
            let last = next & ORPHAN != 0 && next & (SHARED | EXCLUSIVE) == 0;
            if last {
                next &= !LIVE;
            }
            match state
                .word
                .compare_exchange_weak(word, next, Ordering::AcqRel, Ordering::Relaxed)
            {
                Ok(_) => return last.then(|| self.take(slot, state)),
                Err(now) => word = now,
            }
        }
    }

    /// Ends a call's hold on a value that was not dropped meanwhile. `false`: it was, or others are at it; nothing was done.
    ///
    /// What is held exclusively, nobody but its holder changes, except to mark it as dropped. So a plain store ends that hold.
    /// It may run over a mark that is set at this very moment: therefore that is noted elsewhere, too ([`Dropped::Marked`],
    /// [`Slots::drop_overtaken`]).
    #[inline(always)]
    pub(super) fn release_at_once(&self, slot: u32, exclusive: bool) -> bool {
        let Some(state) = self.slot(slot) else {
            return false;
        };
        let word = state.word.load(Ordering::Relaxed);
        if word & ORPHAN != 0 {
            return false;
        }
        if exclusive {
            state.word.store(word & !EXCLUSIVE, Ordering::Release);
            return true;
        }
        (state.word)
            .compare_exchange(word, word - 1, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }

    /// Drops what was dropped while a call held it exclusively, if its mark was run over ([`Slots::release_at_once`]). `None`: a
    /// call holds it exclusively still. What is marked anew has to be noted again.
    pub(super) fn drop_overtaken(&self, slot: u32, wanted: u32) -> Option<Result<Dropped<E>, Refusal>> {
        if self.is_exclusive(slot, wanted) {
            return None;
        }
        Some(self.end(slot, wanted, false))
    }

    /// Whether a call holds it exclusively.
    pub(super) fn is_exclusive(&self, slot: u32, wanted: u32) -> bool {
        self.slot(slot).is_some_and(|state| {
            let word = state.word.load(Ordering::Relaxed);
            generation(word) == wanted && word & (LIVE | EXCLUSIVE) == LIVE | EXCLUSIVE
        })
    }

    /// Frees the slot of a value that was moved out by the call that holds it exclusively.
    pub(super) fn release_moved(&self, slot: u32) -> E {
        let state = self.slot(slot).expect("a held slot exists");
        // A drop that came meanwhile has set `ORPHAN` and left the rest to the holder: this call.
        state.word.fetch_and(!(LIVE | EXCLUSIVE), Ordering::AcqRel);
        self.take(slot, state)
    }

    /// The client's drop: at once, or when the last holder lets go.
    ///
    /// # Errors
    ///
    /// The handle is stale; or, with `only_if_free`, something holds it.
    #[inline(always)]
    pub(super) fn end(&self, slot: u32, wanted: u32, only_if_free: bool) -> Result<Dropped<E>, Refusal> {
        let state = self.slot(slot).ok_or(Refusal::Closed)?;
        let mut word = state.word.load(Ordering::Relaxed);
        loop {
            if generation(word) != wanted || word & LIVE == 0 || word & ORPHAN != 0 {
                return Err(Refusal::Closed);
            }
            let held = word & (SHARED | EXCLUSIVE) != 0;
            if held && only_if_free {
                return Err(state.lent_to());
            }
            let next = if held { word | ORPHAN } else { word & !LIVE };
            match state
                .word
                .compare_exchange_weak(word, next, Ordering::AcqRel, Ordering::Relaxed)
            {
                Ok(_) if held => {
                    let exclusive = word & EXCLUSIVE != 0;
                    return Ok(Dropped::Marked { exclusive });
                }
                Ok(_) => return Ok(Dropped::Gone(self.take(slot, state))),
                Err(now) => word = now,
            }
        }
    }

    /// Takes the entry of a slot that is no longer live and that nobody holds, and makes the slot free.
    #[inline(always)]
    fn take(&self, slot: u32, state: &Slot<E>) -> E {
        let entry = state.entry.with_mut(|entry| {
            // SAFETY: whoever cleared `LIVE` is alone with the slot.
            let entry = unsafe { &*entry };
            // SAFETY: a slot that was live has its entry, and it is taken once.
            unsafe { entry.assume_init_read() }
        });
        let generation = generation(state.word.load(Ordering::Relaxed));
        match generation.checked_add(1) {
            Some(next) => {
                state.word.store(u64::from(next) << 32, Ordering::Release);
                self.free.give(slot);
            }
            // A slot whose generations are used up is never used again.
            None => self.free.give_up(),
        }
        entry
    }
}
