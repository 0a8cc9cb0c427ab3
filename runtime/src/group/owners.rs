//! A group: what the values that share borrowed data keep alive.
//!
//! Every handle whose type has a lifetime is a member of one group and holds an `Arc` of it; the group holds its
//! owners: slots that it borrows, copies of bytes, and kept values. Groups that meet in one call are joined: owners and
//! locks move to the common root, and whoever holds the joined one holds the root through it.
//!
//! What borrows a member of a group is in a child of that group: the child owns the member's slot, keeps its parents
//! alive, and follows their locks and homes. So a group never owns its own members (`Scope` refuses that), and there is no
//! ring that would keep itself alive; unless a later call joins a child with its parent, because it needs one lifetime for
//! both: then what they keep is leaked, as nothing says that it could end.

use std::cell::RefCell;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::table::TABLE;
use super::temporary::Temporary;
use super::thread::{Thread, ThreadLock};

/// What a group keeps alive.
pub(crate) enum Owner {
    /// A slot of the table, held shared or exclusively.
    Slot {
        /// Which.
        slot: u32,
        /// How.
        exclusive: bool,
        /// What gave what borrows it.
        holder: &'static str,
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
    /// What its owners are members of; let go after them.
    parents: Vec<Arc<Group>>,
    locks: Vec<Arc<ThreadLock>>,
    home: Option<Thread>,
}

/// What a call on a group has to keep to.
#[derive(Default)]
pub(crate) struct Rules {
    /// The locks to take.
    pub(crate) locks: Vec<Arc<ThreadLock>>,
    /// The threads to be on: more than one, and no call is possible any more.
    pub(crate) homes: Vec<Thread>,
    /// The groups that end, of which it is one or from which it descends.
    pub(crate) temporaries: Vec<Arc<Group>>,
}

/// A group. See the module's text.
#[derive(Default)]
pub(crate) struct Group {
    state: Mutex<State>,
    temporary: Option<Temporary>,
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
    /// A group that ends when a callable returns.
    pub(crate) fn lent() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            temporary: Some(Temporary::new()),
        })
    }

    /// What is known of a group that ends. It is never joined to another, so it is its own root.
    pub(crate) fn temporary(&self) -> Option<&Temporary> {
        self.temporary.as_ref()
    }

    /// Whether it must not own anything.
    pub(crate) fn is_rigid(&self) -> bool {
        self.temporary.as_ref().is_some_and(Temporary::is_rigid)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The group that this one is part of now.
    pub(crate) fn root(self: &Arc<Self>) -> Arc<Self> {
        let Some(mut root) = self.lock().root.clone() else {
            return Arc::clone(self);
        };
        let mut far = false;
        loop {
            let next = root.lock().root.clone();
            match next {
                Some(next) => (root, far) = (next, true),
                None => break,
            }
        }
        if far {
            // So that a long row of joins is walked once.
            let between = self.lock().root.replace(Arc::clone(&root));
            drop(between);
        }
        root
    }

    /// Makes one group of two.
    pub(crate) fn join(self: &Arc<Self>, other: &Arc<Self>) {
        let _one_at_a_time = JOIN.lock().unwrap_or_else(PoisonError::into_inner);
        let (to, from) = (self.root(), other.root());
        if Arc::ptr_eq(&to, &from) {
            return;
        }
        let mut parents = to.lock().parents.clone();
        parents.extend(from.lock().parents.iter().cloned());
        // Nobody else takes two of these locks. Whoever looks sees both groups as they were or one that has everything.
        let mut state = to.lock();
        let mut gone = from.lock();
        let moved = std::mem::take(&mut *gone);
        gone.root = Some(Arc::clone(&to));
        drop(gone);
        state.owners.extend(moved.owners);
        state.parents.extend(moved.parents);
        for lock in moved.locks {
            state.add_lock(lock);
        }
        // Who joins is on the home thread of both.
        state.home = state.home.or(moved.home);
        drop(state);
        // A group that is now its own parent would never end.
        parents.retain(|parent| Arc::ptr_eq(&parent.root(), &to));
        let is_ring = |parent: &Arc<Self>| parents.iter().any(|ring| Arc::ptr_eq(ring, parent));
        to.lock().parents.retain(|parent| !is_ring(parent));
    }

    /// The group becomes a child of another.
    pub(crate) fn add_parent(self: &Arc<Self>, parent: &Arc<Self>) {
        let parent = parent.root();
        loop {
            let root = self.root();
            let mut state = root.lock();
            if state.root.is_none() {
                let known = Arc::ptr_eq(&root, &parent)
                    || state.parents.iter().any(|known| Arc::ptr_eq(known, &parent));
                if !known {
                    state.parents.push(parent);
                }
                return;
            }
        }
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
                state.add_lock(lock);
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

    /// What a call on the group has to keep to: its own rules and those of all that it descends from.
    pub(crate) fn rules(self: &Arc<Self>) -> Rules {
        let mut rules = Rules::default();
        let mut ahead = self.say(&mut rules);
        // Most groups have no parent, and no need to remember where they have been.
        let mut seen = HashSet::new();
        while let Some(next) = ahead.pop() {
            let next = next.root();
            if seen.insert(Arc::as_ptr(&next)) {
                ahead.append(&mut next.say(&mut rules));
            }
        }
        rules
    }

    /// Whether it is `other`, or keeps it alive.
    pub(crate) fn descends_from(self: &Arc<Self>, other: &Arc<Self>) -> bool {
        let mut seen = HashSet::new();
        let mut ahead = vec![Arc::clone(self)];
        while let Some(next) = ahead.pop() {
            let next = next.root();
            if Arc::ptr_eq(&next, other) {
                return true;
            }
            if seen.insert(Arc::as_ptr(&next)) {
                ahead.append(&mut next.say(&mut Rules::default()));
            }
        }
        false
    }

    /// Adds the group's own rules to `rules`, and gives its parents.
    fn say(self: &Arc<Self>, rules: &mut Rules) -> Vec<Arc<Self>> {
        loop {
            let root = self.root();
            let state = root.lock();
            if state.root.is_none() {
                rules.add(&state);
                if root.temporary.is_some() {
                    rules.temporaries.push(Arc::clone(&root));
                }
                return state.parents.clone();
            }
        }
    }
}

impl State {
    fn add_lock(&mut self, lock: Arc<ThreadLock>) {
        if !self.locks.iter().any(|known| Arc::ptr_eq(known, &lock)) {
            self.locks.push(lock);
        }
    }
}

impl Rules {
    fn add(&mut self, state: &State) {
        for lock in &state.locks {
            if !self.locks.iter().any(|known| Arc::ptr_eq(known, lock)) {
                self.locks.push(Arc::clone(lock));
            }
        }
        self.homes
            .extend(state.home.filter(|home| !self.homes.contains(home)));
    }
}

/// What a group lets go of.
enum Leaving {
    Owner(Owner),
    Group(Arc<Group>),
}

thread_local! {
    /// What the groups that end on this thread still have to let go of, while one is at it. A list rather than
    /// recursion: views of views can be nested as deeply as memory allows.
    static LEAVING: RefCell<Option<Vec<Leaving>>> = const { RefCell::new(None) };
}

impl Drop for Group {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let State {
            root,
            owners,
            parents,
            ..
        } = std::mem::take(state);
        // The newest owner first: a kept value may refer to what was kept before it. Parents after all of them.
        let groups = root.into_iter().chain(parents).map(Leaving::Group);
        let all = groups.chain(owners.into_iter().map(Leaving::Owner));
        let mut all: Vec<Leaving> = all.collect();
        if all.is_empty() {
            return;
        }
        let queued = LEAVING.try_with(|leaving| match &mut *leaving.borrow_mut() {
            Some(queue) => {
                queue.append(&mut all);
                true
            }
            none => {
                *none = Some(std::mem::take(&mut all));
                false
            }
        });
        match queued {
            Ok(true) => {}
            Ok(false) => let_go(|| LEAVING.with(|leaving| leaving.borrow_mut().as_mut()?.pop())),
            // The thread is ending, and its locals are gone.
            Err(_) => let_go(|| all.pop()),
        }
    }
}

/// Lets go of all that `next` gives; the first panic of a destructor goes on when everything is gone.
fn let_go(mut next: impl FnMut() -> Option<Leaving>) {
    let mut first = None;
    while let Some(leaving) = next() {
        // What a panicking destructor leaves behind is seen by nobody: its value is gone from the table.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| leaving.let_go())) {
            first = first.or(Some(panic));
        }
    }
    let _ = LEAVING.try_with(|leaving| leaving.take());
    if let Some(panic) = first.filter(|_| !std::thread::panicking()) {
        resume_unwind(panic);
    }
}

impl Leaving {
    fn let_go(self) {
        match self {
            Self::Owner(Owner::Slot {
                slot,
                exclusive,
                holder,
            }) => TABLE.give_back(slot, holder, exclusive),
            Self::Owner(Owner::Bytes(_) | Owner::Value { drop: None, .. }) => {}
            Self::Owner(Owner::Value {
                value,
                drop: Some(drop),
            }) => {
                // SAFETY: the value came from `allocate`, and its last reader, the last member, is gone.
                unsafe { drop(value) };
            }
            Self::Group(group) => drop(group),
        }
    }
}

/// Runs a destructor of the user's: the groups that it ends let go of everything before it goes on.
pub(super) fn apart(work: impl FnOnce()) {
    struct Back(Option<Vec<Leaving>>);
    impl Drop for Back {
        fn drop(&mut self) {
            let _ = LEAVING.try_with(|leaving| leaving.replace(self.0.take()));
        }
    }
    let _back = Back(LEAVING.try_with(RefCell::take).ok().flatten());
    work();
}
