//! How a call runs and ends: what it holds becomes a group's, or is let go.

use std::sync::Arc;

use super::frame::{FEW, Frame, More, Party, Side};
use super::hold::Hold;
use super::lent::Lent;
use super::owners::{Group, Owner};
use super::table::{HandleId, TABLE};
use crate::error::{Fault, HandleFault};

/// How far the arguments of a call were read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    position: usize,
    holds: usize,
    locks: usize,
    coming: usize,
}

/// How much was made for an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made {
    created: usize,
    sent: usize,
}

impl Frame<'_> {
    /// How far they are now.
    pub(crate) fn point(&self) -> Point {
        Point {
            position: self.reader.position(),
            holds: self.count.get(),
            locks: self.more.get().map_or(0, |more| more.locks.borrow().len()),
            coming: self.known_back().map_or(0, |back| back.coming.borrow().len()),
        }
    }

    /// Reads again from there: what was held since is let go, and no object is the library's that was met since.
    pub(crate) fn back_to(&self, point: Point) {
        self.reader.rewind(point.position);
        if let Some(back) = self.known_back() {
            back.coming.borrow_mut().truncate(point.coming);
        }
        while self.count.get() > point.holds {
            let last = self.count.get() - 1;
            let hold = match self.few.get(last) {
                Some(place) => place.get(),
                None => match self.more().holds.borrow_mut().pop() {
                    Some(hold) => hold,
                    None => return,
                },
            };
            // Let go once, also if a destructor panics that waited for it.
            self.count.set(last);
            TABLE.release(hold.slot(), hold.is_exclusive(), false);
        }
        if let Some(more) = self.more.get() {
            more.locks.borrow_mut().truncate(point.locks);
        }
    }

    /// The call is about to be made: from now on members of its group may refer to what the parent keeps.
    #[inline]
    pub(crate) fn run(&self) -> Result<(), Fault> {
        match self.more.get() {
            None => {
                self.ran.set(true);
                Ok(())
            }
            Some(more) => self.run_with(more),
        }
    }

    fn run_with(&self, more: &More) -> Result<(), Fault> {
        if let (Some(own), Some(parent)) = (&*more.own.group.borrow(), &*more.parent.group.borrow()) {
            if self.meets_lent.get() && more.own.members.get() {
                self.may_descend(own, parent)?;
            }
            own.add_parent(parent);
        }
        self.ran.set(true);
        if more.back.get().is_some() {
            self.receive();
            // What it was lent to call back may be called from any thread.
            self.calls_back();
        }
        Ok(())
    }

    /// A group with members may not become a child of one that ends, unless it is one: that would end them with it, or
    /// make a ring.
    fn may_descend(&self, own: &Arc<Group>, parent: &Arc<Group>) -> Result<(), Fault> {
        let parent = parent.root();
        if parent.rules().temporaries.is_empty() || own.descends_from(&parent) {
            return Ok(());
        }
        let message = format!(
            "`{}` would have a value borrow what was lent to a callable, and that ends when the callable returns",
            self.callable.get()
        );
        Err(Fault::handle(HandleFault::Borrowed, message))
    }

    /// Keeps a value until the call ends.
    pub(crate) fn stow(&self, value: *mut (), drop: unsafe fn(*mut ())) {
        self.more().arena.borrow_mut().push((value, drop));
    }

    /// Remembers a handle of the answer, in case the answer is not finished.
    pub(crate) fn created(&self, id: HandleId) {
        if let Some(before) = self.created.replace(Some(id)) {
            self.more().created.borrow_mut().push(before);
        }
    }

    /// The answer failed: the handles that were made for it go, and host objects are released.
    #[inline]
    pub(crate) fn undo(&self) {
        if !self.is_light() || self.created.get().is_some() {
            self.undo_all();
        }
    }

    /// How much was made for the answer.
    pub(crate) fn made(&self) -> Made {
        let before = self.more.get().map_or(0, |more| more.created.borrow().len());
        Made {
            created: before + usize::from(self.created.get().is_some()),
            sent: self.known_back().map_or(0, |back| back.sent.borrow().len()),
        }
    }

    /// As [`Frame::undo`], of what was made since.
    #[cold]
    pub(crate) fn undo_since(&self, made: Made) {
        if let Some(back) = self.known_back() {
            let since = back.sent.borrow_mut().split_off(made.sent);
            drop(since);
        }
        while self.made().created > made.created {
            let before = self.more.get().and_then(|more| more.created.borrow_mut().pop());
            if let Some(id) = self.created.replace(before) {
                let _ = TABLE.drop_handle(id, false);
            }
        }
    }

    #[cold]
    fn undo_all(&self) {
        drop(self.known_back().map(|back| back.sent.take()));
        let others = self
            .more
            .get()
            .map(|more| more.created.take())
            .unwrap_or_default();
        for id in self.created.take().into_iter().chain(others) {
            let _ = TABLE.drop_handle(id, false);
        }
    }

    /// Lets go of what was lent, and of the values that are not a group's now.
    #[inline(never)]
    fn let_go(&self, panicked: bool) {
        self.buffers.iter().for_each(Lent::release);
        let end = |hold: Hold| {
            if hold.is(Hold::MOVED) {
                TABLE.release_moved(hold.slot());
            } else {
                TABLE.release(hold.slot(), hold.is_exclusive(), panicked && hold.is_exclusive());
            }
        };
        for place in self.few() {
            let hold = place.get();
            if !hold.is(Hold::GIVEN | Hold::OVER) {
                // A destructor may panic: then the others are let go afterwards, and this one not twice.
                place.set(Hold(hold.0 | Hold::OVER));
                end(hold);
            }
        }
        if self.count.get() > FEW {
            let holds = self.more().holds.take();
            holds
                .into_iter()
                .filter(|hold| !hold.is(Hold::GIVEN))
                .for_each(end);
        }
        self.count.set(0);
        self.meets_lent.set(self.lends);
    }

    /// Lets everything go, if that takes no more than to let go of a few values that stay: then no user code runs. `false`: it
    /// takes more, and what is left has to be let go.
    #[inline(always)]
    pub(crate) fn leave_at_once(&self) -> bool {
        if !self.is_light() || !self.buffers.is_empty() {
            return false;
        }
        let count = self.count.get();
        if count > 0 && !self.release_few(count) {
            return false;
        }
        self.ran.set(false);
        true
    }

    #[inline(always)]
    fn release_few(&self, count: usize) -> bool {
        let Some(few) = self.few.get(..count) else {
            return false;
        };
        // The last first, so that those that are left are the first.
        for (left, place) in few.iter().enumerate().rev() {
            let hold = place.get();
            let stays = !hold.is(Hold::MOVED | Hold::GIVEN | Hold::OVER);
            if !stays || !TABLE.release_at_once(hold.slot(), hold.is_exclusive()) {
                return false;
            }
            self.count.set(left);
        }
        self.meets_lent.set(self.lends);
        true
    }

    /// Lets everything go. User code may run (destructors): no lock is held meanwhile but the call's own.
    #[inline(never)]
    pub(crate) fn leave(&self, panicked: bool) {
        match self.more.get() {
            None => {
                self.ran.set(false);
                self.let_go(panicked);
            }
            Some(more) => self.leave_all(more, panicked),
        }
    }

    #[inline(never)]
    fn leave_all(&self, more: &More, panicked: bool) {
        if let Some(back) = more.back.get() {
            let refusals = back.refusals.take();
            // Still there: the call is not made.
            drop(back.coming.take());
            if !self.ran.get() {
                refusals.into_iter().for_each(|forget| forget());
            }
        }
        for (value, drop) in more.arena.take().into_iter().rev() {
            // SAFETY: `stow` was given what `allocate` made with the destructor of its type; it is taken out once.
            unsafe { drop(value) };
        }
        self.buffers.iter().for_each(Lent::release);
        let ran = self.ran.replace(false);
        let stays = |party: &Party| party.members.take() && ran;
        let (own_stays, parent_stays) = (stays(&more.own), stays(&more.parent));
        let own = more.own.group.take().filter(|_| own_stays);
        let parent = more.parent.group.take().filter(|_| own_stays || parent_stays);
        // First what groups keep: no user code runs meanwhile, so that nothing of it is missed. Also after a panic: a
        // member may have stored what was kept before it.
        self.mark(
            |hold| hold.keeper().is_some() && !hold.is(Hold::MOVED),
            |hold| {
                let group = match hold.keeper() {
                    Some(Side::Own) => &own,
                    _ => &parent,
                };
                if let Some(group) = group {
                    let holder = self.callable.get();
                    TABLE.lend(hold.slot(), holder, panicked && hold.is_exclusive());
                    group.add(Owner::Slot {
                        slot: hold.slot(),
                        exclusive: hold.is_exclusive(),
                        holder,
                    });
                    hold.0 |= Hold::GIVEN;
                }
            },
        );
        self.let_go(panicked);
        more.own.keeps.set(false);
        more.parent.keeps.set(false);
        more.locks.borrow_mut().clear();
        drop(own);
        drop(parent);
        if let Some(inside) = self.known() {
            inside.retire();
        }
    }
}
