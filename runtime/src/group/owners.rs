//! A group: what the values that share borrowed data keep alive.
//!
//! Every handle whose type has a lifetime is a member of one group and holds an `Arc` of it; the group holds its
//! owners: slots that it borrows, copies of bytes, and kept values. Groups that meet in one call are joined: owners and
//! locks move to the common root, and whoever holds the joined one holds the root through it. Owners are never
//! members themselves (`Scope` refuses to keep what borrows), so there are no cycles and nothing leaks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::table::TABLE;
use super::thread::{Thread, ThreadLock};

/// What a group keeps alive.
pub(crate) enum Owner {
    /// A slot of the table, held shared or exclusively.
    Slot {
        /// Which.
        slot: u32,
        /// How.
        exclusive: bool,
    },
    /// A copy of bytes.
    #[expect(dead_code, reason = "held, not read: references into it are what is read")]
    Bytes(Box<[u8]>),
    /// A value of an erased type.
    Value {
        /// From `allocate`.
        value: *mut (),
        /// How it ends; `None`: it is leaked, because its destructor might look at what the group holds.
        drop: Option<unsafe fn(*mut ())>,
    },
}

// SAFETY: slots and bytes are `Send`; a value is only referred to by members of the group, whose thread rules cover
// it, and dropped in `Drop` below only if its type is made of std data (`Scope::store`), which any thread may drop.
unsafe impl Send for Owner {}

#[derive(Default)]
struct State {
    /// Where it went when it was joined.
    root: Option<Arc<Group>>,
    owners: Vec<Owner>,
    locks: Vec<Arc<ThreadLock>>,
    home: Option<Thread>,
}

/// A group. See the module's text.
#[derive(Default)]
pub(crate) struct Group {
    state: Mutex<State>,
}

impl std::fmt::Debug for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group")
            .field("owners", &self.lock().owners.len())
            .finish()
    }
}

/// Joins happen one at a time, so that two that cross cannot make a ring.
static JOIN: Mutex<()> = Mutex::new(());

/// Whether nobody is inside a join; asked after a fork.
pub(crate) fn unlocked() -> bool {
    JOIN.try_lock().is_ok()
}

impl Group {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The group that this one is part of now.
    pub(crate) fn root(self: &Arc<Self>) -> Arc<Self> {
        let mut at = Arc::clone(self);
        loop {
            let next = at.lock().root.clone();
            match next {
                Some(next) => at = next,
                None => return at,
            }
        }
    }

    /// Makes one group of two.
    pub(crate) fn join(self: &Arc<Self>, other: &Arc<Self>) {
        let _one_at_a_time = JOIN.lock().unwrap_or_else(PoisonError::into_inner);
        let (to, from) = (self.root(), other.root());
        if Arc::ptr_eq(&to, &from) {
            return;
        }
        let (owners, locks, home) = {
            let mut state = from.lock();
            state.root = Some(Arc::clone(&to));
            (
                std::mem::take(&mut state.owners),
                std::mem::take(&mut state.locks),
                state.home.take(),
            )
        };
        let mut state = to.lock();
        state.owners.extend(owners);
        state.locks.extend(locks);
        state.home = state.home.or(home);
    }

    /// Adds an owner to the root.
    pub(crate) fn add(self: &Arc<Self>, owner: Owner) {
        loop {
            let root = self.root();
            let mut state = root.lock();
            if state.root.is_none() {
                state.owners.push(owner);
                return;
            }
        }
    }

    /// From now on, every call on the group takes `lock`.
    pub(crate) fn add_lock(self: &Arc<Self>, lock: Arc<ThreadLock>) {
        loop {
            let root = self.root();
            let mut state = root.lock();
            if state.root.is_none() {
                if !state.locks.iter().any(|known| Arc::ptr_eq(known, &lock)) {
                    state.locks.push(lock);
                }
                return;
            }
        }
    }

    /// From now on, the group belongs to `home`. `false`: it belongs to another thread.
    pub(crate) fn settle(self: &Arc<Self>, home: Thread) -> bool {
        loop {
            let root = self.root();
            let mut state = root.lock();
            if state.root.is_none() {
                return *state.home.get_or_insert(home) == home;
            }
        }
    }

    /// The locks to take and the thread to be on.
    pub(crate) fn rules(self: &Arc<Self>) -> (Vec<Arc<ThreadLock>>, Option<Thread>) {
        let root = self.root();
        let state = root.lock();
        (state.locks.clone(), state.home)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        // The newest first: a kept value may refer to what was kept before it.
        for owner in std::mem::take(&mut state.owners).into_iter().rev() {
            match owner {
                Owner::Slot { slot, exclusive } => TABLE.give_back(slot, exclusive),
                Owner::Bytes(_) | Owner::Value { drop: None, .. } => {}
                Owner::Value {
                    value,
                    drop: Some(drop),
                } => {
                    // SAFETY: the value came from `allocate`, and its last reader, the last member, is gone.
                    unsafe { drop(value) };
                }
            }
        }
    }
}
