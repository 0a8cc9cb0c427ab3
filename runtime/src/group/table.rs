//! The table of handles: which value each names, and in which process it does. How slots are held and freed: `slots`.

use std::any::TypeId;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::current;
use super::frame::Frame;
use super::inside;
use super::overtaken;
use super::owners::{self, Group};
use super::slots::{Dropped, Slots};
use super::thread::{self, Thread, ThreadLock, WAITERS};
use super::value::{Ending, TypeInfo};
use crate::{dynamic, host, lift};

pub(crate) use super::slots::Refusal;

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

/// Who borrows a value, and how to let it go.
pub(crate) fn borrowed_by(holder: &str) -> String {
    format!(
        "borrowed by what `{holder}` gave: end that first, by `usecrate.close(x)`, by leaving its `with` block, or by \
         dropping the last reference to it"
    )
}

/// The process's handles.
pub(crate) struct Table {
    slots: Slots<Entry>,
    /// None before somebody asks: 0.
    epoch: AtomicU32,
    /// Handles of earlier epochs belong to the parent of a fork.
    forks: AtomicU32,
    stuck: AtomicBool,
}

/// The one table of this library.
pub(crate) static TABLE: Table = Table {
    slots: Slots::new(),
    epoch: AtomicU32::new(0),
    forks: AtomicU32::new(0),
    stuck: AtomicBool::new(false),
};

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
        let free = self.slots.unlocked()
            && owners::unlocked()
            && thread::unlocked()
            && inside::unlocked()
            && overtaken::unlocked()
            && lift::unlocked()
            && dynamic::unlocked();
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
        self.slots.used()
    }

    /// A handle for a new entry.
    pub(crate) fn insert(&self, entry: Entry) -> HandleId {
        let type_index = entry.info.index;
        let (slot, generation) = self.slots.insert(entry);
        HandleId::new(type_index, slot, generation, self.epoch())
    }

    /// Holds a slot for a call if nobody else does, and nothing is unusual about it: one step. `None`: [`Table::acquire`]
    /// must look closer.
    #[inline(always)]
    pub(crate) fn acquire_at_once(&self, id: HandleId, exclusive: bool) -> Option<&Entry> {
        if id.epoch() != self.epoch.load(Ordering::Relaxed) {
            return None;
        }
        self.slots.acquire_at_once(id.slot(), id.generation(), exclusive)
    }

    /// Holds a slot for a call. The entry may be read until [`Table::release`].
    pub(crate) fn acquire(&self, id: HandleId, exclusive: bool) -> Result<&Entry, Refusal> {
        if id.epoch() != self.epoch() {
            return Err(self.other_epoch(id));
        }
        self.slots.acquire(id.slot(), id.generation(), exclusive)
    }

    #[cold]
    fn other_epoch(&self, id: HandleId) -> Refusal {
        let forks = self.forks.load(Ordering::Relaxed);
        let ours = self.epoch().wrapping_sub(id.epoch()) <= forks && forks > 0;
        if ours { Refusal::Fork } else { Refusal::Closed }
    }

    /// Turns a call's hold into a group's, which [`Table::give_back`] ends. `holder` says what was made.
    pub(crate) fn lend(&self, slot: u32, holder: &'static str, poison: bool) {
        self.slots.lend(slot, holder, poison);
    }

    /// Ends a group's hold, which was made with that `holder`.
    pub(crate) fn give_back(&self, slot: u32, holder: &'static str, exclusive: bool) {
        self.released(self.slots.give_back(slot, holder, exclusive));
    }

    /// Ends a call's hold. What was dropped meanwhile goes now.
    #[inline]
    pub(crate) fn release(&self, slot: u32, exclusive: bool, poison: bool) {
        self.released(self.slots.release(slot, exclusive, poison));
    }

    #[inline]
    fn released(&self, gone: Option<Entry>) {
        if let Some(entry) = gone {
            dispose(entry);
        }
        WAITERS.notify();
    }

    /// Ends a call's hold on a value that was not dropped meanwhile. `false`: it was, or others are at it; nothing was done.
    #[inline(always)]
    pub(crate) fn release_at_once(&self, slot: u32, exclusive: bool) -> bool {
        let done = self.slots.release_at_once(slot, exclusive);
        if done {
            WAITERS.notify();
        }
        done
    }

    /// Drops what was dropped while a call held it exclusively, if its mark was run over ([`Table::release_at_once`]). `false`:
    /// a call holds it exclusively still.
    pub(crate) fn drop_overtaken(&self, id: HandleId) -> bool {
        if id.epoch() != self.epoch() {
            return true;
        }
        match self.slots.drop_overtaken(id.slot(), id.generation()) {
            Some(dropped) => {
                // Gone already, for most.
                let _ = self.dropped(id, dropped);
                true
            }
            None => false,
        }
    }

    /// Whether a call holds it exclusively.
    pub(crate) fn is_exclusive(&self, id: HandleId) -> bool {
        self.slots.is_exclusive(id.slot(), id.generation())
    }

    /// Frees the slot of a value that was moved out by the call that holds it exclusively.
    pub(crate) fn release_moved(&self, slot: u32) {
        let entry = self.slots.release_moved(slot);
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
        self.dropped(id, self.slots.end(id.slot(), id.generation(), only_if_free))
    }

    #[inline(always)]
    fn dropped(&self, id: HandleId, dropped: Result<Dropped<Entry>, Refusal>) -> Result<bool, Refusal> {
        match dropped? {
            Dropped::Gone(entry) => {
                dispose(entry);
                Ok(true)
            }
            Dropped::Marked { exclusive } => {
                if exclusive {
                    overtaken::note(id);
                }
                Ok(false)
            }
        }
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
