//! One call: its request, what it holds of the table, and how it lets go.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

use super::current;
use super::hold::{Hold, no_handle, other_type, returned, shared_view};
use super::inside::{self, Holds, Inside};
use super::lent::{Lent, Number};
use super::owners::{Group, Owner};
use super::table::{Access, Entry, HandleId, Refusal, TABLE, borrowed_by};
use super::temporary::{self, Temporary};
use super::thread::{self, Locked, ThreadLock};
use crate::abi::Host;
use crate::direct::Directly;
use crate::error::{Fault, HandleFault};
use crate::host::{self, Object};
use crate::wire::{Bytes, EXT_BUFFER, EXT_HANDLE, EXT_MOVE, Reader, Token, Writer};

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
struct Party {
    group: RefCell<Option<Arc<Group>>>,
    /// A value of the group takes part in the call, or came out of it: the group outlives the call.
    members: Cell<bool>,
    /// Something is kept by the group, or will be.
    keeps: Cell<bool>,
}

impl Party {
    /// Whether the group may own what is kept by it.
    fn may_keep(&self, group: Option<&Arc<Group>>) -> Result<(), Fault> {
        if self.keeps.get() && group.is_some_and(|group| group.is_rigid()) {
            let message = "what was lent to a callable cannot be made to refer to other values: it goes back when the callable \
                           returns, and they would not live long enough";
            return Err(Fault::handle(HandleFault::Borrowed, message));
        }
        Ok(())
    }
}

/// A value from `allocate`, and its destructor.
type Stowed = (*mut (), unsafe fn(*mut ()));

/// The arguments of a direct call.
struct Words {
    some: bool,
    first: *const u64,
    at: Cell<*const u64>,
}

impl Words {
    #[inline(always)]
    const fn none() -> Self {
        Self {
            some: false,
            first: std::ptr::null(),
            at: Cell::new(std::ptr::null()),
        }
    }

    #[inline(always)]
    const fn new(first: *const u64) -> Self {
        Self {
            some: true,
            first,
            at: Cell::new(first),
        }
    }
}

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
enum Haste {
    /// Wait, and call back.
    None,
    /// Neither: it is prompt.
    Prompt,
    /// Not wait, but call back what it was lent for that.
    PromptLent,
}

/// How many holds need no allocation.
const FEW: usize = 4;

/// One call. See the module's text.
pub(crate) struct Frame<'c> {
    pub(crate) reader: Reader<'c>,
    /// What arguments are read from in place of the request, if the call is a direct one.
    words: Words,
    /// The result of a direct call, if it is a word.
    result: Cell<Option<u64>>,
    buffers: &'c [Lent<'c>],
    /// The way back, if the client gave one.
    pub(crate) host: Option<Host>,
    /// Which callable, for messages.
    pub(crate) callable: Cell<&'static str>,
    /// How many arguments the request has.
    pub(crate) given: Cell<u32>,
    /// Which argument is being lifted.
    pub(crate) parameter: Cell<u32>,
    /// The first `count` are holds.
    few: [Cell<Hold>; FEW],
    count: Cell<usize>,
    /// The last handle that was made for the answer; those before it are in `more`.
    created: Cell<Option<HandleId>>,
    /// The call was made: what was kept may be referred to from now on.
    pub(crate) ran: Cell<bool>,
    /// Its own group is one of references that are lent to a callable.
    lends: bool,
    /// A group takes part that ends when a callable returns.
    meets_lent: Cell<bool>,
    /// Whether it must not wait: its client holds a lock of its own meanwhile.
    haste: Cell<Haste>,
    /// It left values to be dropped by a call that may wait.
    leaves: Cell<bool>,
    /// Nothing, for most calls: then there is little to look at on the way out.
    more: OnceCell<More>,
}

/// What few calls need. In the frame itself, but written only when it is first asked for.
#[derive(Default)]
struct More {
    /// The first thing that went wrong.
    fault: RefCell<Option<Fault>>,
    /// Types go here instead of a call being made.
    describing: Option<RefCell<Description>>,
    own: Party,
    parent: Party,
    /// Holds beyond the first few.
    holds: RefCell<Vec<Hold>>,
    locks: RefCell<Vec<Locked>>,
    arena: RefCell<Vec<Stowed>>,
    created: RefCell<Vec<HandleId>>,
    /// What has to do with host objects, if the call has any.
    back: OnceCell<Box<Back>>,
}

/// What a call knows of host objects.
struct Back {
    /// What others may know of it.
    inside: Arc<Inside>,
    /// Host objects in the answer: they go back to the host with it.
    sent: RefCell<Vec<Object>>,
    /// What becomes of lifted arguments when the call is refused.
    refusals: RefCell<Vec<Box<dyn FnOnce()>>>,
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
        self.leave(false);
        if let Some(group) = group {
            temporary::end(group);
        }
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

    fn more(&self) -> &More {
        self.more.get().unwrap_or_else(|| self.make_more())
    }

    /// Where types go instead of a call being made.
    pub(crate) fn types(&self) -> Option<&RefCell<Description>> {
        self.more.get()?.describing.as_ref()
    }

    /// A direct call.
    ///
    /// # Safety
    ///
    /// `words` points to as many words as the callable's arguments take, in the form that operation *direct* says, which
    /// stay there for `'c` as does the memory that they name; nobody writes to any of it meanwhile.
    #[inline(always)]
    pub(crate) unsafe fn direct(words: *const u64, host: Option<Host>, callable: &'static str) -> Self {
        Self {
            words: Words::new(words),
            ..Self::new(Reader::new(&[]), &[], host, callable, 0)
        }
    }

    /// Whether arguments are words.
    #[inline(always)]
    pub(crate) fn is_direct(&self) -> bool {
        self.words.some
    }

    /// The next word.
    #[inline(always)]
    pub(crate) fn word(&self) -> u64 {
        let at = self.words.at.get();
        self.words.at.set(at.wrapping_add(1));
        // SAFETY: only shims of direct calls ask, once for each word of the form that they said, and `direct` was promised
        // as many.
        unsafe { at.read() }
    }

    /// The next two words: memory that was lent.
    #[inline(always)]
    pub(crate) fn memory(&self) -> &'c [u8] {
        let (place, length) = (self.word(), self.word());
        if length == 0 {
            return &[];
        }
        let place = std::ptr::with_exposed_provenance::<u8>(place as usize);
        // SAFETY: `direct` was promised that the memory is there for `'c`, and nobody writes to it.
        unsafe { std::slice::from_raw_parts(place, length as usize) }
    }

    /// The same of text.
    #[inline(always)]
    pub(crate) fn text(&self) -> &'c str {
        // SAFETY: `direct` was promised that it is UTF-8: the form of the argument says so.
        unsafe { std::str::from_utf8_unchecked(self.memory()) }
    }

    /// The result is this word.
    #[inline(always)]
    pub(crate) fn give(&self, word: u64) {
        self.result.set(Some(word));
    }

    /// The result is none.
    pub(crate) fn give_nothing(&self) {
        self.result.set(None);
    }

    /// The word that is the result.
    #[inline(always)]
    pub(crate) fn given_word(&self) -> Option<u64> {
        self.result.get()
    }

    /// Where the reading of arguments begins, to go back to.
    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.reader.position()
    }

    /// Goes back there.
    pub(crate) fn rewind(&self, position: usize) {
        self.parameter.set(0);
        self.words.at.set(self.words.first);
        self.reader.rewind(position);
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

    fn back(&self) -> &Back {
        self.more().back.get_or_init(|| {
            Box::new(Back {
                inside: Arc::new(Inside::new(self.callable.get())),
                sent: RefCell::default(),
                refusals: RefCell::default(),
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
    fn known_back(&self) -> Option<&Back> {
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

    /// The buffer that an extension value names.
    fn buffer(&self, index: &[u8]) -> Result<&'c Lent<'c>, Fault> {
        let index: [u8; 4] = index
            .try_into()
            .map_err(|_| Fault::malformed("a buffer's extension value has 4 bytes"))?;
        self.buffer_at(u32::from_le_bytes(index))
    }

    #[inline]
    fn buffer_at(&self, index: u32) -> Result<&'c Lent<'c>, Fault> {
        self.buffers.get(index as usize).ok_or_else(|| {
            Fault::malformed(format!("there is no buffer {index}, but {}", self.buffers.len()))
        })
    }

    /// Reads which memory is lent to be written to.
    pub(crate) fn writable<T: Number>(&self) -> Result<&'c mut [T], Fault> {
        match self.reader.next()? {
            Token::Ext(EXT_BUFFER, index) => self.buffer(index)?.write(self.buffers),
            other => Err(Fault::expected(format!("writable memory, not {}", other.name()))),
        }
    }

    /// Reads bytes: inside the request, or beside it.
    #[inline]
    pub(crate) fn bytes(&self) -> Result<&'c [u8], Fault> {
        match self.reader.bytes() {
            Some(Bytes::Inside(bytes)) => Ok(bytes),
            Some(Bytes::Beside(index)) => self.buffer_at(index)?.read(),
            None => self.other_bytes(),
        }
    }

    fn other_bytes(&self) -> Result<&'c [u8], Fault> {
        match self.reader.next()? {
            Token::Bin(bytes) => Ok(bytes),
            Token::Ext(EXT_BUFFER, index) => self.buffer(index)?.read(),
            other => Err(Fault::expected(format!("bytes, not {}", other.name()))),
        }
    }

    /// Whether the handle that follows is to be moved even where it would be cloned.
    pub(crate) fn moves(&self) -> bool {
        if self.is_direct() {
            return false;
        }
        let at = self.reader.position();
        let moves = matches!(self.reader.next(), Ok(Token::Ext(EXT_MOVE, _)));
        self.reader.rewind(at);
        moves
    }

    /// Reads a handle.
    #[inline]
    pub(crate) fn handle(&self, wanted: &str) -> Result<HandleId, Fault> {
        if self.is_direct() {
            return Ok(HandleId::from_words(self.word(), self.word()));
        }
        match self.reader.ext16() {
            Some((EXT_HANDLE | EXT_MOVE, bytes)) => Ok(HandleId::from_array(bytes)),
            Some((code, bytes)) => Err(no_handle(wanted, &Token::Ext(code, bytes))),
            None => self.unusual_handle(wanted),
        }
    }

    #[cold]
    fn unusual_handle(&self, wanted: &str) -> Result<HandleId, Fault> {
        match self.reader.next()? {
            Token::Ext(EXT_HANDLE | EXT_MOVE, bytes) => {
                HandleId::from_bytes(bytes).ok_or_else(|| Fault::malformed("a handle has 16 bytes"))
            }
            other => Err(no_handle(wanted, &other)),
        }
    }

    #[inline]
    fn push(&self, hold: Hold) {
        let at = self.count.get();
        match self.few.get(at) {
            Some(place) => place.set(hold),
            None => self.more().holds.borrow_mut().push(hold),
        }
        self.count.set(at + 1);
    }

    /// The holds that needed no allocation.
    #[inline]
    fn few(&self) -> &[Cell<Hold>] {
        &self.few[..self.count.get().min(FEW)]
    }

    fn holds(&self, slot: u32) -> bool {
        self.few().iter().any(|hold| hold.get().slot() == slot)
            || (self.more.get())
                .is_some_and(|more| more.holds.borrow().iter().any(|hold| hold.slot() == slot))
    }

    /// Holds a handle for this call, having checked type, thread and locks. `wanted` is the type's path. A value that
    /// borrows joins its group to the one on `side`.
    #[inline(always)]
    pub(crate) fn hold(
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
        if entry.type_id != type_id || entry.info.index != id.type_index() {
            return Err(other_type(entry, wanted));
        }
        if exclusive && entry.access == Access::Shared {
            return Err(shared_view(wanted));
        }
        // Asked at once: most have none.
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

    fn mark(&self, wanted: impl Fn(&Hold) -> bool, change: impl Fn(&mut Hold)) {
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
        for place in few {
            let hold = place.get();
            let stays = !hold.is(Hold::MOVED | Hold::GIVEN | Hold::OVER);
            if !stays || !TABLE.release_at_once(hold.slot(), hold.is_exclusive()) {
                return false;
            }
            place.set(Hold(hold.0 | Hold::OVER));
        }
        self.count.set(0);
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
                    TABLE.lend(hold.slot(), self.callable.get(), panicked && hold.is_exclusive());
                    group.add(Owner::Slot {
                        slot: hold.slot(),
                        exclusive: hold.is_exclusive(),
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
