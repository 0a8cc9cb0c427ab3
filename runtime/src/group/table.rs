//! The table of handles: slots with a generation and a borrow state.
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
//! One change is no such step: a call gives back what it alone held by a plain store (`release_at_once`, `overtaken`).

use std::any::TypeId;
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::current;
use super::frame::Frame;
use super::free::Free;
use super::inside;
use super::overtaken;
use super::owners::{self, Group};
use super::thread::{self, Thread, ThreadLock, WAITERS};
use super::value::{Ending, TypeInfo};
use crate::host;

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

/// How a value may be reached through its handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The handle owns it.
    Owned,
    /// It is a `&T` into something that the group keeps.
    Shared,
    /// It is a `&mut T` into something that the group keeps.
    Exclusive,
}

/// What a handle names.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The value: made by `allocate`, or borrowed from what `group` keeps.
    pub(crate) value: *mut (),
    /// The type, with lifetimes erased.
    pub(crate) type_id: TypeId,
    pub(crate) info: &'static TypeInfo,
    pub(crate) ending: &'static Ending,
    pub(crate) access: Access,
    /// What keeps borrowed data alive; dropped after the value.
    pub(crate) group: Option<Arc<Group>>,
    /// Of a value without a group that is not `Sync`.
    pub(crate) lock: Option<Arc<ThreadLock>>,
    /// Of a value that is not `Send`.
    pub(crate) home: Option<Thread>,
}

impl Entry {
    /// Whether it ends with a group that ends.
    pub(crate) fn descends_from(&self, temporary: &Arc<Group>) -> bool {
        (self.group.as_ref()).is_some_and(|group| group.descends_from(temporary))
    }

    /// Lets go of its group without dropping the value.
    pub(crate) fn forget(self) {
        drop(self.group);
    }
}

// SAFETY: an entry is reached from several threads only through the table, whose users check `home` and take `lock`
// before they touch the value (`Frame::enter`), and which drops a value with a home on that thread alone (`dispose`).
unsafe impl Send for Entry {}
// SAFETY: as above.
unsafe impl Sync for Entry {}

/// What groups borrow of a value.
#[derive(Debug, Default)]
struct Lent {
    count: usize,
    holder: &'static str,
}

/// Of a size that is a power of two, so that it is found by shifts.
#[repr(align(128))]
struct Slot {
    word: AtomicU64,
    lent: Mutex<Lent>,
    entry: UnsafeCell<MaybeUninit<Entry>>,
}

// SAFETY: the entry is read by holders only and taken only by who frees the slot, as `word` settles it (see above).
unsafe impl Sync for Slot {}

impl Slot {
    /// Why it cannot be held now.
    #[cold]
    fn taken(&self, word: u64) -> Refusal {
        if word & LENT == 0 {
            return Refusal::Busy;
        }
        let lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        if lent.count > 0 {
            Refusal::Borrowed(lent.holder)
        } else {
            Refusal::Busy
        }
    }
}

/// A handle, as it stands on the wire: 16 bytes, little-endian. Two words, because what is put together of four on the stack
/// and then read as two costs as much as all else that a look-up does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HandleId {
    /// The type's index, the slot above it, and `LENT_HANDLE`.
    place: u64,
    /// The generation, the epoch above it.
    life: u64,
}

/// Where `lent` is among a handle's bytes: no slot has so high a number.
const LENT_HANDLE: u64 = 1 << 63;

impl HandleId {
    const fn new(type_index: u32, slot: u32, generation: u32, epoch: u32) -> Self {
        Self {
            place: type_index as u64 | (slot as u64) << 32,
            life: generation as u64 | (epoch as u64) << 32,
        }
    }

    /// Which type the client thinks it has.
    #[inline]
    pub(crate) const fn type_index(self) -> u32 {
        self.place as u32
    }

    /// Which slot.
    #[inline]
    pub(crate) const fn slot(self) -> u32 {
        ((self.place & !LENT_HANDLE) >> 32) as u32
    }

    /// Which of the values that were there one after another.
    #[inline]
    pub(crate) const fn generation(self) -> u32 {
        self.life as u32
    }

    /// Which process and library.
    #[inline]
    pub(crate) const fn epoch(self) -> u32 {
        (self.life >> 32) as u32
    }

    /// It ends when a callable returns. Says why it is closed then, and nothing else: whoever forges it gets another text.
    pub(crate) const fn is_lent(self) -> bool {
        self.place & LENT_HANDLE != 0
    }

    /// Says that it ends when a callable returns.
    pub(crate) const fn set_lent(&mut self) {
        self.place |= LENT_HANDLE;
    }

    /// Reads the 16 bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_array)
    }

    /// The same of exactly 16.
    #[inline]
    pub(crate) fn from_array(bytes: &[u8; 16]) -> Self {
        let whole = u128::from_le_bytes(*bytes);
        Self {
            place: whole as u64,
            life: (whole >> 64) as u64,
        }
    }

    /// The same as two words, each with eight of them.
    #[inline(always)]
    pub(crate) const fn from_words(place: u64, life: u64) -> Self {
        Self {
            place: u64::from_le_bytes(place.to_ne_bytes()),
            life: u64::from_le_bytes(life.to_ne_bytes()),
        }
    }

    /// The 16 bytes.
    #[inline]
    pub(crate) const fn to_bytes(self) -> [u8; 16] {
        (self.place as u128 | (self.life as u128) << 64).to_le_bytes()
    }
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

/// Who borrows a value, and how to let it go.
pub(crate) fn borrowed_by(holder: &str) -> String {
    format!(
        "borrowed by what `{holder}` gave: end that first, by `usecrate.close(x)`, by leaving its `with` block, or by \
         dropping the last reference to it"
    )
}

/// The process's handles.
pub(crate) struct Table {
    /// Chunk `n` has `64 << n` slots and never moves.
    chunks: [AtomicPtr<Slot>; CHUNKS],
    free: Free,
    /// None before somebody asks: 0.
    epoch: AtomicU32,
    /// Handles of earlier epochs belong to the parent of a fork.
    forks: AtomicU32,
    stuck: AtomicBool,
}

/// So many that no slot reaches bit 31.
const CHUNKS: usize = 25;

/// The one table of this library.
pub(crate) static TABLE: Table = Table {
    chunks: [const { AtomicPtr::new(std::ptr::null_mut()) }; CHUNKS],
    free: Free::new(),
    epoch: AtomicU32::new(0),
    forks: AtomicU32::new(0),
    stuck: AtomicBool::new(false),
};

/// The chunk of a slot, and its place there.
const fn place(slot: u32) -> (usize, usize) {
    let shifted = slot as u64 + 64;
    let chunk = (63 - shifted.leading_zeros()) as usize - 6;
    (chunk, (shifted - (64 << chunk)) as usize)
}

impl Table {
    /// A number that tells this process's handles from those of other processes and libraries.
    #[inline]
    pub(crate) fn epoch(&self) -> u32 {
        match self.epoch.load(Ordering::Relaxed) {
            0 => self.first_epoch(),
            epoch => epoch,
        }
    }

    #[cold]
    fn first_epoch(&self) -> u32 {
        use std::hash::{BuildHasher, RandomState};
        let epoch = (RandomState::new().hash_one(std::process::id()) as u32).max(1);
        match self
            .epoch
            .compare_exchange(0, epoch, Ordering::Relaxed, Ordering::Relaxed)
        {
            Ok(_) => epoch,
            Err(first) => first,
        }
    }

    /// This process is a child now: every handle there is was the parent's, and is left alone for ever.
    pub(crate) fn after_fork(&self) {
        let epoch = self.epoch();
        self.forks.fetch_add(1, Ordering::Relaxed);
        self.epoch.store(epoch.wrapping_add(1).max(1), Ordering::Relaxed);
        // A lock that another thread of the parent held is held for ever here: nobody may wait for it.
        let free = self.free.unlocked()
            && owners::unlocked()
            && thread::unlocked()
            && inside::unlocked()
            && overtaken::unlocked();
        self.stuck.fetch_or(!free, Ordering::Relaxed);
        overtaken::disown();
        thread::disown();
        host::disown();
    }

    /// The parent forked while another of its threads was inside: nothing here can be trusted to answer.
    #[inline]
    pub(crate) fn stuck(&self) -> bool {
        self.stuck.load(Ordering::Relaxed)
    }

    /// How many handles live.
    pub(crate) fn live(&self) -> usize {
        self.free.used()
    }

    #[inline]
    fn slot(&self, slot: u32) -> Option<&Slot> {
        let (chunk, at) = place(slot);
        let base = self.chunks.get(chunk)?.load(Ordering::Acquire);
        if base.is_null() {
            return None;
        }
        // SAFETY: a chunk holds `64 << chunk` slots, and `place` stays within them.
        let slot = unsafe { base.add(at) };
        // SAFETY: chunks are filled before they are published, and never freed.
        Some(unsafe { &*slot })
    }

    /// A handle for a new entry.
    pub(crate) fn insert(&self, entry: Entry) -> HandleId {
        let type_index = entry.info.index;
        let slot = self.claim();
        let state = self.slot(slot).expect("`claim` makes the chunk of what it gives");
        // SAFETY: a claimed slot is not live, so nobody but this call has it.
        unsafe { (*state.entry.get()).write(entry) };
        let generation = generation(state.word.load(Ordering::Relaxed));
        state
            .word
            .store(u64::from(generation) << 32 | LIVE, Ordering::Release);
        HandleId::new(type_index, slot, generation, self.epoch())
    }

    #[inline(always)]
    fn claim(&self) -> u32 {
        self.free.claim(|slot| {
            let (chunk, at) = place(slot);
            assert!(chunk < CHUNKS, "more than {slot} handles live at once");
            if at == 0 {
                let slots: Box<[Slot]> = (0..64_usize << chunk)
                    .map(|_| Slot {
                        word: AtomicU64::new(1 << 32),
                        lent: Mutex::default(),
                        entry: UnsafeCell::new(MaybeUninit::uninit()),
                    })
                    .collect();
                self.chunks[chunk].store(Box::into_raw(slots).cast(), Ordering::Release);
            }
        })
    }

    /// Holds a slot for a call if nobody else does, and nothing is unusual about it: one step. `None`: [`Table::acquire`]
    /// must look closer.
    #[inline(always)]
    pub(crate) fn acquire_at_once(&self, id: HandleId, exclusive: bool) -> Option<&Entry> {
        if id.epoch() != self.epoch.load(Ordering::Relaxed) {
            return None;
        }
        let state = self.slot(id.slot())?;
        let free = u64::from(id.generation()) << 32 | LIVE;
        let held = if exclusive { free | EXCLUSIVE } else { free + 1 };
        state
            .word
            .compare_exchange(free, held, Ordering::Acquire, Ordering::Relaxed)
            .ok()?;
        // SAFETY: the slot is held from here on: nobody writes the entry.
        let entry = unsafe { &*state.entry.get() };
        // SAFETY: a live slot's entry was written.
        Some(unsafe { entry.assume_init_ref() })
    }

    /// Holds a slot for a call. The entry may be read until [`Table::release`].
    pub(crate) fn acquire(&self, id: HandleId, exclusive: bool) -> Result<&Entry, Refusal> {
        if id.epoch() != self.epoch() {
            return Err(self.other_epoch(id));
        }
        let state = self.slot(id.slot()).ok_or(Refusal::Closed)?;
        let mut word = state.word.load(Ordering::Relaxed);
        loop {
            if generation(word) != id.generation() || word & LIVE == 0 || word & ORPHAN != 0 {
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
                Ok(_) => {
                    // SAFETY: the slot is held from here on: nobody writes the entry.
                    let entry = unsafe { &*state.entry.get() };
                    // SAFETY: a live slot's entry was written.
                    return Ok(unsafe { entry.assume_init_ref() });
                }
                Err(now) => word = now,
            }
        }
    }

    #[cold]
    fn other_epoch(&self, id: HandleId) -> Refusal {
        let forks = self.forks.load(Ordering::Relaxed);
        let ours = self.epoch().wrapping_sub(id.epoch()) <= forks && forks > 0;
        if ours { Refusal::Fork } else { Refusal::Closed }
    }

    /// Turns a call's hold into a group's, which [`Table::give_back`] ends. `holder` says what was made.
    pub(crate) fn lend(&self, slot: u32, holder: &'static str, poison: bool) {
        let state = self.slot(slot).expect("a held slot exists");
        let mut lent = state.lent.lock().unwrap_or_else(PoisonError::into_inner);
        lent.count += 1;
        lent.holder = holder;
        state
            .word
            .fetch_or(if poison { LENT | POISONED } else { LENT }, Ordering::Relaxed);
    }

    /// Ends a group's hold.
    pub(crate) fn give_back(&self, slot: u32, exclusive: bool) {
        let state = self.slot(slot).expect("a held slot exists");
        {
            let mut lent = state.lent.lock().unwrap_or_else(PoisonError::into_inner);
            lent.count -= 1;
            if lent.count == 0 {
                state.word.fetch_and(!LENT, Ordering::Relaxed);
            }
        }
        self.release(slot, exclusive, false);
    }

    /// Ends a call's hold. What was dropped meanwhile goes now.
    #[inline]
    pub(crate) fn release(&self, slot: u32, exclusive: bool, poison: bool) {
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
                Ok(_) => {
                    if last {
                        self.retire(slot, state);
                    }
                    WAITERS.notify();
                    return;
                }
                Err(now) => word = now,
            }
        }
    }

    /// Ends a call's hold on a value that was not dropped meanwhile. `false`: it was, or others are at it; nothing was done.
    ///
    /// What is held exclusively, nobody but its holder changes, except to mark it as dropped. So a plain store ends that hold.
    /// If it runs over a mark that is set at this very moment, that is noted elsewhere, too: [`Table::drop_overtaken`].
    #[inline(always)]
    pub(crate) fn release_at_once(&self, slot: u32, exclusive: bool) -> bool {
        let Some(state) = self.slot(slot) else {
            return false;
        };
        let word = state.word.load(Ordering::Relaxed);
        if word & ORPHAN != 0 {
            return false;
        }
        if exclusive {
            state.word.store(word & !EXCLUSIVE, Ordering::Release);
        } else if (state.word)
            .compare_exchange(word, word - 1, Ordering::AcqRel, Ordering::Relaxed)
            .is_err()
        {
            return false;
        }
        WAITERS.notify();
        true
    }

    /// Drops what was dropped while a call held it exclusively, if its mark was run over ([`Table::release_at_once`]). `false`:
    /// a call holds it exclusively still.
    pub(crate) fn drop_overtaken(&self, id: HandleId) -> bool {
        let Some(state) = self.slot(id.slot()).filter(|_| id.epoch() == self.epoch()) else {
            return true;
        };
        let word = state.word.load(Ordering::Relaxed);
        let same = generation(word) == id.generation() && word & LIVE != 0;
        if same && word & EXCLUSIVE != 0 {
            return false;
        }
        if same {
            let _ = self.drop_handle(id, false);
        }
        true
    }

    /// Whether a call holds it exclusively.
    pub(crate) fn is_exclusive(&self, id: HandleId) -> bool {
        self.slot(id.slot()).is_some_and(|state| {
            let word = state.word.load(Ordering::Relaxed);
            generation(word) == id.generation() && word & (LIVE | EXCLUSIVE) == LIVE | EXCLUSIVE
        })
    }

    /// Frees the slot of a value that was moved out by the call that holds it exclusively.
    pub(crate) fn release_moved(&self, slot: u32) {
        let state = self.slot(slot).expect("a held slot exists");
        // A drop that came meanwhile has set `ORPHAN` and left the rest to the holder: this call.
        state.word.fetch_and(!(LIVE | EXCLUSIVE), Ordering::AcqRel);
        let entry = self.take(slot, state);
        // SAFETY: the value was moved out, its memory is still as `allocate` made it, and the slot is gone.
        unsafe { (entry.ending.free)(entry.value) };
        WAITERS.notify();
    }

    /// The client's drop: at once, or when the last holder lets go. `false`: later.
    ///
    /// # Errors
    ///
    /// The handle is stale; or, with `only_if_free`, something holds it.
    pub(crate) fn drop_handle(&self, id: HandleId, only_if_free: bool) -> Result<bool, Refusal> {
        if id.epoch() != self.epoch() {
            return Err(Refusal::Closed);
        }
        let state = self.slot(id.slot()).ok_or(Refusal::Closed)?;
        let mut word = state.word.load(Ordering::Relaxed);
        loop {
            if generation(word) != id.generation() || word & LIVE == 0 || word & ORPHAN != 0 {
                return Err(Refusal::Closed);
            }
            let held = word & (SHARED | EXCLUSIVE) != 0;
            if held && only_if_free {
                let lent = state.lent.lock().unwrap_or_else(PoisonError::into_inner);
                return Err(if lent.count > 0 {
                    Refusal::Borrowed(lent.holder)
                } else {
                    Refusal::Busy
                });
            }
            let next = if held { word | ORPHAN } else { word & !LIVE };
            match state
                .word
                .compare_exchange_weak(word, next, Ordering::AcqRel, Ordering::Relaxed)
            {
                Ok(_) if held => {
                    if word & EXCLUSIVE != 0 {
                        overtaken::note(id);
                    }
                    return Ok(false);
                }
                Ok(_) => {
                    self.retire(id.slot(), state);
                    return Ok(true);
                }
                Err(now) => word = now,
            }
        }
    }

    fn retire(&self, slot: u32, state: &Slot) {
        let entry = self.take(slot, state);
        dispose(entry);
    }

    /// Takes the entry of a slot that is no longer live and that nobody holds, and makes the slot free.
    fn take(&self, slot: u32, state: &Slot) -> Entry {
        // SAFETY: whoever cleared `LIVE` is alone with the slot.
        let entry = unsafe { &*state.entry.get() };
        // SAFETY: a slot that was live has its entry, and it is taken once.
        let entry = unsafe { entry.assume_init_read() };
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

/// Ends a value that nothing refers to any more: here, or on its home thread. A prompt call leaves what has a destructor to
/// one that may wait.
pub(crate) fn dispose(entry: Entry) {
    let runs = entry.access == Access::Owned && !entry.info.trivial_drop;
    match entry.home {
        Some(home) if home != thread::current() => thread::send_home(home, entry),
        home if runs && current::is_prompt() => {
            thread::send_home(home.unwrap_or(thread::ANYONE), entry);
            current::with(|frame| frame.map_or((), Frame::leave_behind));
        }
        _ if !runs && entry.access == Access::Owned && entry.group.is_none() => {
            // SAFETY: an owned value came from `allocate`, and the entry that owned it is gone with this call. Its destructor
            // does nothing.
            unsafe { (entry.ending.free)(entry.value) };
        }
        _ => {
            let Entry {
                value,
                ending,
                access,
                group,
                ..
            } = entry;
            if access == Access::Owned {
                /// Drops the group even when the value's destructor panics.
                struct After(#[expect(dead_code, reason = "held for its drop")] Option<Arc<Group>>);
                let _after = After(group);
                owners::apart(|| {
                    // SAFETY: an owned value came from `allocate`, and the entry that owned it is gone with this call.
                    unsafe { (ending.drop)(value) };
                });
            }
        }
    }
}
