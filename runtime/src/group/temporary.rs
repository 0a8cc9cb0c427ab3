//! Groups that end: of the references that Rust lends to a callable. When the callable has returned, every handle of the
//! group goes, with all that descends from it, and what still uses one of them is waited for.
//!
//! What makes that possible: nothing is ever joined with such a group or with a group that descends from it (`Frame::join`),
//! so that everything that refers to what was lent holds the group itself, and nothing that does is part of a ring. Whoever
//! holds the group alone therefore knows that all of it is gone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::overtaken;
use super::owners::Group;
use super::table::{HandleId, TABLE, dispose};
use super::thread::{self, WAITERS};
use crate::host;
use crate::panic::{Caught, guard};

#[derive(Debug, Default)]
struct Members {
    ended: bool,
    rigid: bool,
    /// Handles of the group and of its descendants, oldest first.
    handles: Vec<HandleId>,
}

/// What a group that ends knows beyond what every group does.
#[derive(Debug)]
pub(crate) struct Temporary {
    members: Mutex<Members>,
    /// The process that made it.
    epoch: u32,
}

impl Temporary {
    pub(crate) fn new() -> Self {
        Self {
            members: Mutex::default(),
            epoch: TABLE.epoch(),
        }
    }

    /// Its handles are a parent's: dead here, and never dropped.
    fn is_inherited(&self) -> bool {
        self.epoch != TABLE.epoch()
    }

    fn members(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The callable has returned.
    pub(crate) fn has_ended(&self) -> bool {
        self.members().ended
    }

    /// A value with lifetimes was lent: Rust has it back when the group has ended, so it must not come to refer to anything
    /// that the group owns. Such a group never owns anything.
    pub(crate) fn stiffen(&self) {
        self.members().rigid = true;
    }

    /// See [`Temporary::stiffen`].
    pub(crate) fn is_rigid(&self) -> bool {
        self.members().rigid
    }

    /// A handle ends with the group. `false`: that has ended already.
    pub(crate) fn register(&self, id: HandleId) -> bool {
        let mut members = self.members();
        if !members.ended {
            members.handles.push(id);
        }
        !members.ended
    }
}

/// Ends a group: returns when nothing refers to it any more.
pub(crate) fn end(group: Arc<Group>) {
    let Some(temporary) = group.temporary() else {
        return;
    };
    if temporary.is_inherited() {
        std::mem::forget(group);
        return;
    }
    let handles = {
        let mut members = temporary.members();
        members.ended = true;
        std::mem::take(&mut members.handles)
    };
    let mut first = None;
    let mut run = |work: &mut dyn FnMut()| {
        if let Err(caught) = guard(work) {
            first.get_or_insert(caught);
        }
    };
    // The youngest first: it may borrow what is older. What a call or a value still holds goes when that lets go.
    for id in handles.into_iter().rev() {
        run(&mut || {
            let _ = TABLE.drop_handle(id, false);
        });
    }
    let mut group = group;
    let mut waits = None;
    loop {
        if thread::has_orphans() {
            run(&mut overtaken::drop_all);
        }
        for (home, entry) in thread::reclaim(|entry| entry.descends_from(&group)) {
            let mut entry = Some(entry);
            run(&mut || match entry.take() {
                Some(entry) if home == thread::current() || home == thread::ANYONE => dispose(entry),
                // Its thread may never come to drop it: a value is better forgotten than dropped elsewhere or too late.
                Some(entry) => entry.forget(),
                None => {}
            });
        }
        match Arc::try_unwrap(group) {
            Ok(alone) => {
                let mut alone = Some(alone);
                run(&mut || drop(alone.take()));
                break;
            }
            Err(shared) => group = shared,
        }
        waits.get_or_insert_with(host::stuck);
        WAITERS.wait();
    }
    drop(waits);
    // A destructor panicked: that goes on as if Rust had called it here.
    if let Some(Caught::Panic(panicked)) = first.as_deref().filter(|_| !std::thread::panicking()) {
        panic!("{}", panicked.message);
    }
}
