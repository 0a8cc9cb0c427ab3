//! Where results go: onto the answer, or into the table as a new handle of the call's group.

use std::any::TypeId;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use super::frame::{Frame, Side};
use super::leaving;
use super::owners::{Group, Owner};
use super::scope::{Family, Handle};
use super::table::{Access, Entry, TABLE};
use super::thread::{self, ThreadLock};
use super::value::{TypeInfo, allocate, ending};
use crate::error::Fault;
use crate::wire::{self, EXT_HANDLE, Writer};

/// The answer being written, with the call that it answers. `'h` is the lifetime of the call's group.
pub struct Out<'o, 'h> {
    /// The answer.
    pub writer: &'o mut Writer,
    pub(crate) frame: &'o Frame<'o>,
    group: PhantomData<fn(&'h ()) -> &'h ()>,
}

impl<'o, 'h> Out<'o, 'h> {
    pub(crate) fn new(writer: &'o mut Writer, frame: &'o Frame<'o>) -> Self {
        Self {
            writer,
            frame,
            group: PhantomData,
        }
    }

    /// The same answer, for a part of it.
    pub fn part(&mut self) -> Out<'_, 'h> {
        Out {
            writer: self.writer,
            frame: self.frame,
            group: PhantomData,
        }
    }

    /// How far the answer has come.
    pub(crate) fn mark(&self) -> (wire::Mark, leaving::Made) {
        (self.writer.mark(), self.frame.made())
    }

    /// What was written since, and what was made for that, is no part of it.
    pub(crate) fn back_to(&mut self, (written, made): (wire::Mark, leaving::Made)) {
        self.writer.back_to(written);
        self.frame.undo_since(made);
    }

    fn insert(&mut self, entry: Entry) {
        let group = entry.group.clone().filter(|_| self.frame.meets_lent());
        let mut id = TABLE.insert(entry);
        if let Some(group) = group {
            // What descends from what was lent to a callable ends with it: at once, if that is just ending.
            let temporaries = group.rules().temporaries;
            if !temporaries.is_empty() {
                id.set_lent();
            }
            let ended = |group: &Arc<Group>| !group.temporary().is_some_and(|lent| lent.register(id));
            if temporaries.iter().filter(|group| ended(group)).count() > 0 {
                let _ = TABLE.drop_handle(id, false);
            }
        }
        self.frame.created(id);
        self.writer.ext(EXT_HANDLE, &id.to_bytes());
    }

    /// The group for a value that borrows, with the thread rules of the value's type applied to it.
    fn group_for(&self, info: &TypeInfo) -> Arc<Group> {
        let group = self.frame.joined_group();
        if let Some(lent) = group.temporary().filter(|_| info.borrows) {
            lent.stiffen();
        }
        if !info.sync && group.rules().locks.is_empty() {
            group.add_lock(Arc::new(ThreadLock::default()));
        }
        if !info.send {
            // A group with another home was refused when the call entered it.
            group.settle(thread::current());
        }
        group
    }

    /// A value without lifetimes.
    pub fn store<B, T: Handle<B>>(&mut self, value: T) {
        let info = T::INFO;
        self.insert(Entry {
            value: allocate(value),
            type_id: TypeId::of::<T>(),
            info,
            ending: ending::<T>(),
            access: Access::Owned,
            group: None,
            lock: (!info.sync).then(Arc::default),
            home: (!info.send).then(thread::current),
        });
    }

    /// A value that may borrow what the group keeps.
    pub fn store_in<F: Family>(&mut self, value: F::Of<'h>) {
        self.store_as::<F>(value, F::INFO);
    }

    /// The same of a family whose members are told apart by their thread rules.
    pub(crate) fn store_as<F: Family>(&mut self, value: F::Of<'h>, info: &'static TypeInfo) {
        let group = self.group_for(info);
        if let Some(lent) = group.temporary() {
            lent.stiffen();
        }
        self.insert(Entry {
            value: allocate(value),
            type_id: TypeId::of::<F>(),
            info,
            ending: ending::<F::Of<'static>>(),
            access: Access::Owned,
            group: Some(group),
            lock: None,
            home: (!info.send).then(thread::current),
        });
    }

    fn store_borrowed<T>(&mut self, value: *mut T, type_id: TypeId, info: &'static TypeInfo, access: Access) {
        let group = self.group_for(info);
        // Lent to a callable, other references to the value may be used by this thread, so it is the only one that may.
        let bound = access == Access::Shared && !info.sync && self.frame.lends();
        if bound {
            group.settle(thread::current());
        }
        self.insert(Entry {
            value: value.cast(),
            type_id,
            info,
            ending: ending::<()>(),
            access,
            group: Some(group),
            lock: None,
            home: (bound || !info.send).then(thread::current),
        });
    }

    /// A value that is lent to a callable in a group of its own, which ends when that returns.
    pub(super) fn store_apart(&mut self, value: *mut (), type_id: TypeId, info: &'static TypeInfo) {
        let group = Group::lent();
        if let Some(lent) = group.temporary() {
            lent.stiffen();
        }
        if !info.sync {
            group.add_lock(Arc::new(ThreadLock::default()));
        }
        if !info.send {
            group.settle(thread::current());
        }
        self.frame.ends_apart(&group);
        self.insert(Entry {
            value,
            type_id,
            info,
            ending: ending::<()>(),
            access: Access::Exclusive,
            group: Some(group),
            lock: None,
            home: (!info.send).then(thread::current),
        });
    }

    /// A value inside one that the group keeps.
    pub fn store_ref<B, T: Handle<B>>(&mut self, value: &'h T) {
        let value = std::ptr::from_ref(value).cast_mut();
        self.store_borrowed(value, TypeId::of::<T>(), T::INFO, Access::Shared);
    }

    /// The same, exclusively.
    pub fn store_mut<B, T: Handle<B>>(&mut self, value: &'h mut T) {
        self.store_borrowed(
            std::ptr::from_mut(value),
            TypeId::of::<T>(),
            T::INFO,
            Access::Exclusive,
        );
    }

    /// A value behind a pointer that shares it. The pointer is a handle that nobody has: the group owns its slot, and drops
    /// it as it drops any value that it borrows. `info` is what is known of both.
    ///
    /// # Errors
    ///
    /// The group must not own anything.
    pub(crate) fn store_counted<B, T: Handle<B>, P: Deref<Target = T> + 'static>(
        &mut self,
        pointer: P,
        info: &'static TypeInfo,
    ) -> Result<(), Fault> {
        self.frame.keeps(Side::Own)?;
        // Where the value is does not change with the pointer's place.
        let value = std::ptr::from_ref(&*pointer).cast_mut();
        let id = TABLE.insert(Entry {
            value: allocate(pointer),
            type_id: TypeId::of::<P>(),
            info,
            ending: ending::<P>(),
            access: Access::Owned,
            group: None,
            lock: (!info.sync).then(Arc::default),
            home: (!info.send).then(thread::current),
        });
        let slot = id.slot();
        let held = TABLE.acquire(id, false).is_ok();
        assert!(held, "nobody else has a new handle");
        TABLE.lend(slot, info.path, false);
        let owner = Owner::Slot {
            slot,
            exclusive: false,
            holder: info.path,
        };
        self.group_for(info).add(owner);
        // The client has no handle of it: it goes with the group.
        let _ = TABLE.drop_handle(id, false);
        self.store_borrowed(value, TypeId::of::<T>(), info, Access::Shared);
        Ok(())
    }

    /// A value that borrows, inside one that the group keeps.
    pub fn store_ref_in<F: Family>(&mut self, value: &'h F::Of<'h>) {
        let value = std::ptr::from_ref(value).cast_mut();
        self.store_borrowed(value, TypeId::of::<F>(), F::INFO, Access::Shared);
    }

    /// The same, exclusively.
    pub fn store_mut_in<F: Family>(&mut self, value: &'h mut F::Of<'h>) {
        self.store_borrowed(
            std::ptr::from_mut(value),
            TypeId::of::<F>(),
            F::INFO,
            Access::Exclusive,
        );
    }
}
