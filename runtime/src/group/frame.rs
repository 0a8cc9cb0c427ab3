//! One call: its request, what it holds of the table, and how it lets go.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

use super::hold::Hold;
use super::inside::{Holds, Inside};
use super::lent::Lent;
use super::owners::Group;
use super::reading::Words;
use super::table::HandleId;
use super::temporary;
use super::thread::Locked;
use crate::abi::Host;
use crate::direct::Directly;
use crate::error::{Fault, HandleFault};
use crate::host::{Kept, Object};
use crate::wire::{Reader, Writer};

/// Which of the two groups of a call: its own, or the parent of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The one that the result joins.
    Own,
    /// The one of arguments that borrow themselves and are kept.
    Parent,
}

/// A group that takes part in a call.
#[derive(Default)]
pub(super) struct Party {
    pub(super) group: RefCell<Option<Arc<Group>>>,
    /// A value of the group takes part in the call, or came out of it: the group outlives the call.
    pub(super) members: Cell<bool>,
    /// Something is kept by the group, or will be.
    pub(super) keeps: Cell<bool>,
}

impl Party {
    /// Whether the group may own what is kept by it.
    pub(super) fn may_keep(&self, group: Option<&Arc<Group>>) -> Result<(), Fault> {
        if self.keeps.get() && group.is_some_and(|group| group.is_rigid()) {
            let message = "what was lent to a callable cannot be made to refer to other values: it goes back when the callable \
                           returns, and they would not live long enough";
            return Err(Fault::handle(HandleFault::Borrowed, message));
        }
        Ok(())
    }
}

/// Groups that end, whatever panics.
struct Ending(Vec<Arc<Group>>);

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(group) = self.0.pop() {
            let _others = Self(std::mem::take(&mut self.0));
            temporary::end(group);
        }
    }
}

/// A value from `allocate`, and its destructor.
pub(super) type Stowed = (*mut (), unsafe fn(*mut ()));

/// What a shim says of itself instead of making a call.
#[derive(Default)]
pub(crate) struct Description {
    /// The types of its parameters.
    pub(crate) types: Writer,
    /// Whether and how it can be called directly.
    pub(crate) directly: Directly,
}

/// What a call may do besides running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Haste {
    /// Wait, and call back.
    None,
    /// Neither: it is prompt.
    Prompt,
    /// Not wait, but call back what it was lent for that.
    PromptLent,
}

/// How many holds need no allocation.
pub(super) const FEW: usize = 4;

/// One call. See the module's text.
pub(crate) struct Frame<'c> {
    pub(crate) reader: Reader<'c>,
    /// What arguments are read from in place of the request, if the call is a direct one.
    pub(super) words: Words,
    /// The result of a direct call, if it is a word.
    pub(super) result: Cell<Option<u64>>,
    pub(super) buffers: &'c [Lent<'c>],
    /// The way back, if the client gave one.
    pub(crate) host: Option<Host>,
    /// Which callable, for messages.
    pub(crate) callable: Cell<&'static str>,
    /// How many arguments the request has.
    pub(crate) given: Cell<u32>,
    /// Which argument is being lifted.
    pub(crate) parameter: Cell<u32>,
    /// The first `count` are holds.
    pub(super) few: [Cell<Hold>; FEW],
    pub(super) count: Cell<usize>,
    /// The last handle that was made for the answer; those before it are in `more`.
    pub(super) created: Cell<Option<HandleId>>,
    /// The call was made: what was kept may be referred to from now on.
    pub(crate) ran: Cell<bool>,
    /// Its own group is one of references that are lent to a callable.
    pub(super) lends: bool,
    /// A group takes part that ends when a callable returns.
    pub(super) meets_lent: Cell<bool>,
    /// Whether it must not wait: its client holds a lock of its own meanwhile.
    pub(super) haste: Cell<Haste>,
    /// It left values to be dropped by a call that may wait.
    pub(super) leaves: Cell<bool>,
    /// Nothing, for most calls: then there is little to look at on the way out.
    pub(super) more: OnceCell<More>,
}

/// What few calls need. In the frame itself, but written only when it is first asked for.
#[derive(Default)]
pub(super) struct More {
    /// The first thing that went wrong.
    pub(super) fault: RefCell<Option<Fault>>,
    /// Types go here instead of a call being made.
    pub(super) describing: Option<RefCell<Description>>,
    pub(super) own: Party,
    pub(super) parent: Party,
    /// Groups of values that are lent each in its own.
    pub(super) apart: RefCell<Vec<Arc<Group>>>,
    /// Holds beyond the first few.
    pub(super) holds: RefCell<Vec<Hold>>,
    pub(super) locks: RefCell<Vec<Locked>>,
    pub(super) arena: RefCell<Vec<Stowed>>,
    pub(super) created: RefCell<Vec<HandleId>>,
    /// What has to do with host objects, if the call has any.
    pub(super) back: OnceCell<Box<Back>>,
}

/// What a call knows of host objects.
pub(super) struct Back {
    /// What others may know of it.
    pub(super) inside: Arc<Inside>,
    /// Host objects in the answer: they go back to the host with it.
    pub(super) sent: RefCell<Vec<Object>>,
    /// What becomes of lifted arguments when the call is refused.
    pub(super) refusals: RefCell<Vec<Box<dyn FnOnce()>>>,
    /// Objects in arguments, whose references are the library's when the call is made.
    pub(super) coming: RefCell<Vec<Arc<Kept>>>,
}

impl<'c> Frame<'c> {
    /// A call that holds nothing yet.
    #[inline]
    pub(crate) fn new(
        reader: Reader<'c>,
        buffers: &'c [Lent<'c>],
        host: Option<Host>,
        callable: &'static str,
        given: u32,
    ) -> Self {
        Self {
            reader,
            words: Words::none(),
            result: Cell::new(None),
            buffers,
            host,
            callable: Cell::new(callable),
            given: Cell::new(given),
            parameter: Cell::new(0),
            few: [const { Cell::new(Hold(0)) }; FEW],
            count: Cell::new(0),
            created: Cell::new(None),
            ran: Cell::new(false),
            lends: false,
            meets_lent: Cell::new(false),
            haste: Cell::new(Haste::None),
            leaves: Cell::new(false),
            more: OnceCell::new(),
        }
    }

    /// A call that only says its types.
    pub(crate) fn describing(callable: &'static str) -> Self {
        Self {
            more: OnceCell::from(More {
                describing: Some(RefCell::default()),
                ..More::default()
            }),
            ..Self::bare(None, callable)
        }
    }

    /// A call that has no request.
    pub(crate) fn bare(host: Option<Host>, what: &'static str) -> Self {
        Self::new(Reader::new(&[]), &[], host, what, 0)
    }

    /// What Rust lends to a callable.
    pub(crate) fn lending(host: Host, callable: &'static str) -> Self {
        Self {
            lends: true,
            meets_lent: Cell::new(true),
            ..Self::bare(Some(host), callable)
        }
    }

    /// From now on it waits for nothing, calls back only what it is lent for that, and drops nothing of others.
    #[inline]
    pub(crate) fn hurry(&self) {
        self.haste.set(Haste::Prompt);
    }

    /// Whether it must not wait.
    #[inline]
    pub(crate) fn is_prompt(&self) -> bool {
        self.haste.get() != Haste::None
    }

    /// It is lent something to call back, which never has to be waited for.
    pub(crate) fn lends_back(&self) {
        if self.is_prompt() {
            self.haste.set(Haste::PromptLent);
        }
    }

    /// Whether it may use host objects. One that must not wait was lent some: its client knows that it calls back.
    #[inline]
    pub(crate) fn may_call_back(&self) -> bool {
        self.haste.get() != Haste::Prompt
    }

    /// A value that it would have dropped waits for a call that may wait.
    pub(crate) fn leave_behind(&self) {
        self.leaves.set(true);
    }

    /// Whether such values wait.
    #[inline]
    pub(crate) fn leaves(&self) -> bool {
        self.leaves.get()
    }

    /// Whether values are lent to a callable.
    pub(crate) fn lends(&self) -> bool {
        self.lends
    }

    /// Whether new handles may have to end when a callable returns.
    pub(crate) fn meets_lent(&self) -> bool {
        self.meets_lent.get()
    }

    /// The callable has returned: all that was lent goes, and is waited for.
    pub(crate) fn end(&self) {
        let group = self.more.get().and_then(|more| more.own.group.take());
        let mut groups = self.more.get().map(|more| more.apart.take()).unwrap_or_default();
        groups.extend(group);
        let _ending = Ending(groups);
        self.leave(false);
    }

    /// A group of one value ends when the callable has returned.
    pub(super) fn ends_apart(&self, group: &Arc<Group>) {
        self.more().apart.borrow_mut().push(Arc::clone(group));
    }

    /// Whether the call needs nothing but what every call has.
    #[inline]
    pub(crate) fn is_light(&self) -> bool {
        self.more.get().is_none()
    }

    #[cold]
    fn make_more(&self) -> &More {
        self.more.get_or_init(More::default)
    }

    pub(super) fn more(&self) -> &More {
        self.more.get().unwrap_or_else(|| self.make_more())
    }

    /// Where types go instead of a call being made.
    pub(crate) fn types(&self) -> Option<&RefCell<Description>> {
        self.more.get()?.describing.as_ref()
    }

    /// Whether something went wrong while arguments were lifted.
    pub(crate) fn has_failed(&self) -> bool {
        (self.more.get()).is_some_and(|more| more.fault.borrow().is_some())
    }

    /// Something went wrong. What comes first counts.
    #[cold]
    pub(crate) fn fail(&self, fault: Fault) {
        self.more().fault.borrow_mut().get_or_insert(fault);
    }

    /// What went wrong.
    pub(crate) fn take_fault(&self) -> Option<Fault> {
        self.more.get()?.fault.take()
    }

    pub(super) fn back(&self) -> &Back {
        self.more().back.get_or_init(|| {
            Box::new(Back {
                inside: Arc::new(Inside::new(self.callable.get())),
                sent: RefCell::default(),
                refusals: RefCell::default(),
                coming: RefCell::default(),
            })
        })
    }

    /// What others may know of this call, which may call back.
    pub(crate) fn inside(&self) -> &Arc<Inside> {
        &self.back().inside
    }

    /// The same, of a call that calls back now: it holds all that it will.
    pub(crate) fn calls_back(&self) -> &Arc<Inside> {
        let inside = self.inside();
        inside.publish(|| Holds {
            slots: (self.few().iter().map(Cell::get))
                .filter(|hold| !hold.is(Hold::OVER))
                .chain(
                    self.more
                        .get()
                        .into_iter()
                        .flat_map(|more| more.holds.borrow().clone()),
                )
                .map(Hold::slot)
                .collect(),
            locks: (self.more.get().into_iter())
                .flat_map(|more| {
                    more.locks
                        .borrow()
                        .iter()
                        .map(|lock| Arc::clone(&lock.0))
                        .collect::<Vec<_>>()
                })
                .collect(),
        });
        inside
    }

    /// What was made known of it: nothing, unless it calls back.
    #[inline]
    pub(crate) fn known(&self) -> Option<&Arc<Inside>> {
        self.known_back().map(|back| &back.inside)
    }

    #[inline]
    pub(super) fn known_back(&self) -> Option<&Back> {
        self.more.get()?.back.get().map(|back| &**back)
    }

    /// A host object goes back with the answer.
    pub(crate) fn send(&self, object: Object) -> u64 {
        let token = object.token();
        self.back().sent.borrow_mut().push(object);
        token
    }

    /// The answer is complete: what went with it is the client's.
    #[inline]
    pub(crate) fn sent(&self) {
        if let Some(back) = self.known_back() {
            for object in back.sent.take() {
                object.into_token();
            }
        }
    }

    /// `forget` runs if the call is refused: before what was stowed for it is dropped.
    pub(crate) fn if_refused(&self, forget: impl FnOnce() + 'static) {
        self.back().refusals.borrow_mut().push(Box::new(forget));
    }

    /// The reference to an object is the library's when the call is made.
    pub(crate) fn when_made(&self, kept: Arc<Kept>) {
        self.back().coming.borrow_mut().push(kept);
    }

    /// The call is made: what it was given is the library's.
    pub(crate) fn receive(&self) {
        if let Some(back) = self.known_back() {
            back.coming.take().iter().for_each(|kept| kept.own());
        }
    }
}
