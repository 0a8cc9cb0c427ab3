//! What a call holds of the table, and the groups that take part in it.

use std::cell::Cell;
use std::sync::Arc;

use super::current;
use super::frame::{FEW, Frame, Party, Side};
use super::hold::{Hold, other_type, returned, shared_view};
use super::inside;
use super::owners::Group;
use super::table::{Access, Entry, HandleId, Refusal, TABLE, borrowed_by};
use super::temporary::Temporary;
use super::thread::{self, Locked, ThreadLock};
use super::value::TypeInfo;
use crate::error::{Fault, HandleFault};
use crate::host;

impl Frame<'_> {
    #[inline(always)]
    fn push(&self, hold: Hold) {
        let at = self.count.get();
        match self.few.get(at) {
            Some(place) => place.set(hold),
            None => self.push_more(hold),
        }
        self.count.set(at + 1);
    }

    #[cold]
    #[inline(never)]
    fn push_more(&self, hold: Hold) {
        self.more().holds.borrow_mut().push(hold);
    }

    /// The holds that needed no allocation.
    #[inline]
    pub(super) fn few(&self) -> &[Cell<Hold>] {
        &self.few[..self.count.get().min(FEW)]
    }

    fn holds(&self, slot: u32) -> bool {
        self.few().iter().any(|hold| hold.get().slot() == slot)
            || (self.more.get())
                .is_some_and(|more| more.holds.borrow().iter().any(|hold| hold.slot() == slot))
    }

    /// Holds a handle for this call, having checked type, thread and locks. A value that borrows joins its group to the one
    /// on `side`.
    #[inline(always)]
    pub(crate) fn hold(
        &self,
        id: HandleId,
        type_id: std::any::TypeId,
        info: &TypeInfo,
        exclusive: bool,
        side: Side,
    ) -> Result<&Entry, Fault> {
        if let Some(entry) = TABLE.acquire_at_once(id, exclusive) {
            self.push(Hold::new(id.slot(), exclusive));
            // Asked at once: most have none.
            let unusual = entry.group.is_some() | entry.lock.is_some() | entry.home.is_some();
            let fits = entry.type_id == type_id && entry.info.index == id.type_index();
            if fits && !unusual && (!exclusive || entry.access != Access::Shared) {
                return Ok(entry);
            }
            return self.check(entry, id, type_id, info.path, exclusive, side);
        }
        self.hold_used(id, type_id, info.path, exclusive, side)
    }

    /// The same of what somebody else may hold.
    #[inline(never)]
    fn hold_used(
        &self,
        id: HandleId,
        type_id: std::any::TypeId,
        wanted: &str,
        exclusive: bool,
        side: Side,
    ) -> Result<&Entry, Fault> {
        let entry = match TABLE.acquire(id, exclusive) {
            Ok(entry) => entry,
            Err(refusal) => return Err(self.refused(refusal, id, wanted)),
        };
        self.push(Hold::new(id.slot(), exclusive));
        self.check(entry, id, type_id, wanted, exclusive, side)
    }

    /// Checks what is held now.
    #[inline(never)]
    fn check<'e>(
        &self,
        entry: &'e Entry,
        id: HandleId,
        type_id: std::any::TypeId,
        wanted: &str,
        exclusive: bool,
        side: Side,
    ) -> Result<&'e Entry, Fault> {
        if entry.type_id != type_id || entry.info.index != id.type_index() {
            return Err(other_type(entry, wanted));
        }
        if exclusive && entry.access == Access::Shared {
            return Err(shared_view(wanted));
        }
        if entry.group.is_some() | entry.lock.is_some() | entry.home.is_some() {
            self.enter(entry, wanted, side)?;
        }
        Ok(entry)
    }

    #[cold]
    fn refused(&self, refusal: Refusal, id: HandleId, wanted: &str) -> Fault {
        let slot = id.slot();
        match refusal {
            Refusal::Busy if self.holds(slot) => Fault::handle(
                HandleFault::Borrowed,
                format!("the same `{wanted}` is passed twice, once to be changed: pass a copy"),
            ),
            Refusal::Busy => busy(inside::holder_of_slot(slot), wanted),
            Refusal::Closed if id.is_lent() => returned(wanted),
            Refusal::Closed => Fault::handle(
                HandleFault::Closed,
                format!("this `{wanted}` is closed, or was moved into a call"),
            ),
            Refusal::Poisoned => Fault::handle(
                HandleFault::Poisoned,
                format!("a panic left this `{wanted}` halfway through a change: it can only be dropped"),
            ),
            Refusal::Borrowed(holder) => Fault::handle(
                HandleFault::Borrowed,
                format!("this `{wanted}` is {}", borrowed_by(holder)),
            ),
            Refusal::Fork => Fault::handle(
                HandleFault::Fork,
                format!("this `{wanted}` belongs to the parent process: make a new one after `fork`"),
            ),
        }
    }

    /// Applies the thread rules of a value and of the group it is in, and joins that group to the one on `side` if the value
    /// borrows.
    fn enter(&self, entry: &Entry, wanted: &str, side: Side) -> Result<(), Fault> {
        self.follow(entry, wanted)?;
        if entry.info.borrows {
            self.join(entry, side)?;
        }
        Ok(())
    }

    fn follow(&self, entry: &Entry, wanted: &str) -> Result<(), Fault> {
        let elsewhere = || {
            let message = format!("this `{wanted}` can only be used by the thread that made it");
            Fault::handle(HandleFault::Thread, message)
        };
        if entry.home.is_some_and(|home| home != thread::current()) {
            return Err(elsewhere());
        }
        if let Some(lock) = &entry.lock {
            self.lock(lock, wanted)?;
        }
        if let Some(group) = &entry.group {
            let rules = group.rules();
            if !rules.temporaries.is_empty() {
                self.meets_lent.set(true);
                let ended = |group: &Arc<Group>| group.temporary().is_some_and(Temporary::has_ended);
                if rules.temporaries.iter().any(ended) {
                    return Err(returned(wanted));
                }
            }
            if rules.homes.iter().any(|home| *home != thread::current()) {
                return Err(elsewhere());
            }
            rules.locks.iter().try_for_each(|lock| self.lock(lock, wanted))?;
        }
        Ok(())
    }

    fn party(&self, side: Side) -> &Party {
        match side {
            Side::Own => &self.more().own,
            Side::Parent => &self.more().parent,
        }
    }

    /// The group of a value that the call holds and that on `side` are one from now on.
    pub(crate) fn join(&self, entry: &Entry, side: Side) -> Result<(), Fault> {
        let Some(group) = &entry.group else { return Ok(()) };
        let party = self.party(side);
        // Without members, this call has made the group, and nobody else knows of it.
        let fresh = !party.members.replace(true);
        let mut mine = party.group.borrow_mut();
        match &*mine {
            None => *mine = Some(group.root()),
            Some(own) if !self.meets_lent.get() => own.join(group),
            Some(own) => {
                let (own, other) = (own.root(), group.root());
                let lent = |group: &Arc<Group>| !group.rules().temporaries.is_empty();
                if Arc::ptr_eq(&own, &other) {
                    return Ok(());
                }
                if fresh {
                    other.join(&own);
                    *mine = Some(other);
                } else if lent(&own) || lent(&other) {
                    let message = format!(
                        "this `{}` cannot be tied to the call's other values: some of them were lent to a callable, and end \
                         when that returns",
                        entry.info.path
                    );
                    return Err(Fault::handle(HandleFault::Borrowed, message));
                } else {
                    own.join(&other);
                }
            }
        }
        party.may_keep(mine.as_ref())
    }

    /// Something is going to be kept by the group on `side`.
    pub(crate) fn keeps(&self, side: Side) -> Result<(), Fault> {
        let party = self.party(side);
        party.keeps.set(true);
        party.may_keep(party.group.borrow().as_ref())
    }

    fn lock(&self, lock: &Arc<ThreadLock>, wanted: &str) -> Result<(), Fault> {
        if !lock.try_lock() {
            return Err(busy(inside::holder_of_lock(lock), wanted));
        }
        self.more().locks.borrow_mut().push(Locked(Arc::clone(lock)));
        Ok(())
    }

    pub(super) fn mark(&self, wanted: impl Fn(&Hold) -> bool, change: impl Fn(&mut Hold)) {
        for place in self.few() {
            let mut hold = place.get();
            if wanted(&hold) {
                change(&mut hold);
                place.set(hold);
            }
        }
        if let Some(more) = self.more.get() {
            let mut holds = more.holds.borrow_mut();
            holds.iter_mut().filter(|hold| wanted(hold)).for_each(change);
        }
    }

    /// What the call holds of `slot` becomes a group's when the call ends. Until then it is a call's hold, which others
    /// wait for: most calls that keep something (fluent ones) leave no group behind.
    pub(crate) fn keep(&self, slot: u32, keeper: Side) {
        self.mark(|hold| hold.slot() == slot, |hold| hold.set_keeper(keeper));
    }

    /// The value of `slot` was moved out.
    pub(crate) fn moved(&self, slot: u32) {
        self.mark(
            |hold| hold.slot() == slot && hold.is_exclusive(),
            |hold| hold.0 |= Hold::MOVED,
        );
    }

    /// The group on `side`; made now if there is none.
    pub(crate) fn group(&self, side: Side) -> Arc<Group> {
        let make = || {
            if self.lends { Group::lent() } else { Arc::default() }
        };
        Arc::clone(self.party(side).group.borrow_mut().get_or_insert_with(make))
    }

    /// This call's own group, for a value that joins it.
    pub(crate) fn joined_group(&self) -> Arc<Group> {
        let more = self.more();
        more.own.members.set(true);
        let group = self.group(Side::Own);
        if let Some(parent) = &*more.parent.group.borrow() {
            group.add_parent(parent);
        }
        group
    }
}

/// What is in use by another call: an error if that is inside an upcall of the name given, for it may be waiting for this
/// very call; else it is waited for.
pub(crate) fn busy(holder: Option<&'static str>, wanted: &str) -> Fault {
    match holder {
        Some(holder) => Fault::handle(
            HandleFault::Busy,
            format!(
                "this `{wanted}` is in use by `{holder}`, which is inside a callback: let that return first"
            ),
        ),
        None if current::is_adrift() => Fault::handle(
            HandleFault::Busy,
            format!(
                "this `{wanted}` is in use, and a callback from a thread of the library cannot wait for it"
            ),
        ),
        None if host::is_waited_for() => Fault::handle(
            HandleFault::Busy,
            format!(
                "this `{wanted}` is in use, and cannot be waited for while a file is being given what was written to it: \
                 another call waits for that file"
            ),
        ),
        None => Fault::Busy,
    }
}
