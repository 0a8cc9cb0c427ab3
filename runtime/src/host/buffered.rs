//! What is known of a file of the host, and its buffer.

use std::cell::RefCell;
use std::io::SeekFrom;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError, Weak};

use super::{Failure, Object, Operation, PARENTS, Promised, record};
use crate::abi::Memory;
use crate::error::Fault;
use crate::group::current;
use crate::group::frame::Frame;
use crate::group::table::TABLE;
use crate::group::thread::{self, Thread, WAITERS};
use crate::wire::{Token, Writer};

/// As much is written at once, and read ahead at most.
const MOST: usize = 1 << 16;
/// As much is read ahead at first; four times as much each time that was not enough.
const FIRST: usize = 1 << 12;
/// A buffer that is larger than this does not outlive the call.
const KEPT: usize = 1 << 13;

/// A file, as its user and the calls that settle it share it. Nobody but one that settles it ever keeps another waiting: a
/// file has one user at a time.
#[derive(Debug)]
pub(super) struct Shared {
    /// Tried, never waited for: whoever has it may be inside an upcall.
    state: Mutex<State>,
    /// How many wait until it is settled.
    waiting: AtomicUsize,
    /// Whether who settles it cannot give up waiting for something else.
    stuck: AtomicBool,
    /// The process that it is of.
    epoch: u32,
    /// Which object it is; whether the reference is here still, the state knows.
    object: Promised,
}

/// What the buffer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holding {
    Nothing,
    /// What was read and nobody has taken yet.
    Read {
        at: usize,
        end: usize,
    },
    /// What was written and the object has not got yet: all of it.
    Written,
}

#[derive(Debug)]
pub(super) struct State {
    /// Until it goes back.
    pub(super) object: Option<Object>,
    pub(super) buffer: Vec<u8>,
    pub(super) holding: Holding,
    /// How often it was filled by reading ahead.
    pub(super) fills: u64,
    /// How much to read ahead next.
    ahead: usize,
    /// Whether it seeks, once that is known.
    seeks: Option<bool>,
    /// Where the object stands, if that is known: behind what the buffer holds of it.
    position: Option<u64>,
    /// The thread whose outermost call settles it.
    listed: Option<Thread>,
}

thread_local! {
    /// What the thread's outermost call has to settle.
    static OPEN: RefCell<Vec<Weak<Shared>>> = const { RefCell::new(Vec::new()) };
    /// The files that this thread is settling: their objects may call back into the library.
    static SETTLING: RefCell<Vec<Arc<Shared>>> = const { RefCell::new(Vec::new()) };
}

/// What is said when waiting for a file would never end.
const SETTLING_NOW: &str = "this file is being given what was written to it, and the object behind it, which is called for \
                            that, uses it again or waits for what does: let it use other files, and of those none whose \
                            objects use this one";

/// Gives every file that the thread's calls have used what was written to it, and what was read ahead. An exception then
/// leaves the call, whatever came of it.
pub(crate) fn settle(frame: &Frame<'_>) -> Result<(), Box<Fault>> {
    let mut wrong = None;
    loop {
        // An object may be a handle of this library in disguise, so that settling it uses another file.
        let files = OPEN.try_with(RefCell::take).unwrap_or_default();
        if files.is_empty() {
            return wrong.map_or(Ok(()), Err);
        }
        for file in files.iter().filter_map(Weak::upgrade) {
            // One that another thread is using just now is unbuffered there, or settled by that thread's call.
            let Some(mut state) = file.try_lock() else {
                continue;
            };
            let _ = SETTLING.try_with(|all| all.borrow_mut().push(Arc::clone(&file)));
            let left = state.leave();
            let _ = SETTLING.try_with(|all| all.borrow_mut().pop());
            drop(state);
            WAITERS.notify();
            match left {
                Err(Failure::Raised(raised)) => frame.inside().raise(&raised, true),
                Err(Failure::Unusable(fault)) => wrong = wrong.or(Some(Box::new(fault.about("a file")))),
                Ok(()) | Err(Failure::Gone(_)) => {}
            }
        }
    }
}

/// Whether somebody waits for a file that this thread is settling. It then waits for nothing itself: that might be what
/// waits for the file.
pub(crate) fn is_waited_for() -> bool {
    SETTLING
        .try_with(|all| {
            all.borrow()
                .iter()
                .any(|file| file.waiting.load(Ordering::SeqCst) > 0)
        })
        .unwrap_or(false)
}

/// Until it is dropped, nobody waits for the files that this thread is settling.
pub(crate) struct Stuck(Vec<Arc<Shared>>);

/// This thread is going to wait for something, and cannot give up: calls that wait for what it is settling give up instead.
pub(crate) fn stuck() -> Stuck {
    let files = SETTLING.try_with(|all| all.borrow().clone()).unwrap_or_default();
    files
        .iter()
        .for_each(|file| file.stuck.store(true, Ordering::SeqCst));
    Stuck(files)
}

impl Drop for Stuck {
    fn drop(&mut self) {
        self.0
            .iter()
            .for_each(|file| file.stuck.store(false, Ordering::SeqCst));
    }
}

impl State {
    pub(super) fn ask(
        &self,
        operation: Operation,
        count: usize,
        arguments: impl FnOnce(&mut Writer),
        memory: Memory<'_>,
    ) -> Result<u64, Failure> {
        let Some(object) = &self.object else {
            return Err(Failure::Gone("this file went back to the host"));
        };
        let reply = object.ask(operation, count, arguments, memory)?;
        match reply.reader().next()? {
            Token::Int(count) => u64::try_from(count).map_err(|_| Fault::value("expected a count").into()),
            Token::Nil => Ok(0),
            other => Err(Fault::expected(format!("a count, not {}", other.name())).into()),
        }
    }

    /// How much of `most` was read or written.
    fn moved(count: u64, most: usize) -> Result<usize, Failure> {
        usize::try_from(count)
            .ok()
            .filter(|count| *count <= most)
            .ok_or_else(|| Fault::value(format!("{count} bytes of {most} are too many")).into())
    }

    fn read_into(&mut self, memory: &mut [u8]) -> Result<usize, Failure> {
        let most = memory.len();
        let count = self.ask(Operation::Read, 0, |_| (), Memory::Fill(memory))?;
        let count = Self::moved(count, most)?;
        self.position = self.position.map(|position| position + count as u64);
        Ok(count)
    }

    fn write_from(&mut self, mut bytes: &[u8]) -> Result<(), Failure> {
        // In append mode it goes elsewhere.
        self.position = None;
        while !bytes.is_empty() {
            let count = self.ask(Operation::Write, 0, |_| (), Memory::Read(bytes))?;
            match Self::moved(count, bytes.len())? {
                0 => return Err(Fault::value("nothing of what was to be written was taken").into()),
                count => bytes = &bytes[count..],
            }
        }
        Ok(())
    }

    fn seek_to(&mut self, offset: i64, whence: u64) -> Result<u64, Failure> {
        self.position = None;
        let arguments = |writer: &mut Writer| {
            writer.int(offset);
            writer.uint(whence);
        };
        let position = self.ask(Operation::Seek, 2, arguments, Memory::Nothing)?;
        self.position = Some(position);
        Ok(position)
    }

    /// Whether a call may end and leave it as it is.
    fn is_settled(&self) -> bool {
        self.holding == Holding::Nothing && self.position.is_none()
    }

    /// How much was read and not taken.
    pub(super) fn unread(&self) -> usize {
        match self.holding {
            Holding::Read { at, end } => end - at,
            _ => 0,
        }
    }

    /// The object gets what was written. What it refused is gone: nobody could say what of it has arrived.
    pub(super) fn flush_buffer(&mut self) -> Result<(), Failure> {
        if self.holding != Holding::Written {
            return Ok(());
        }
        self.holding = Holding::Nothing;
        let mut bytes = std::mem::take(&mut self.buffer);
        let result = self.write_from(&bytes);
        bytes.clear();
        self.buffer = bytes;
        result
    }

    /// The object gets back what was read ahead of it.
    fn give_back(&mut self) -> Result<(), Failure> {
        let unread = self.unread();
        if unread > 0 && self.seeks == Some(true) {
            self.holding = Holding::Nothing;
            // No buffer is so large that this would not fit.
            self.seek_to(-(unread as i64), 1)?;
        }
        Ok(())
    }

    pub(super) fn settle(&mut self) -> Result<(), Failure> {
        self.flush_buffer()?;
        self.give_back()
    }

    /// Settles it at the end of a call, from which on others may use the object.
    fn leave(&mut self) -> Result<(), Failure> {
        let result = self.settle();
        if self.buffer.capacity() > KEPT && self.holding == Holding::Nothing {
            self.buffer = Vec::new();
        }
        self.listed = None;
        self.ahead = FIRST;
        self.position = None;
        result
    }

    /// Whether the object seeks: asked once. What it raises then means no, and concerns nobody.
    pub(super) fn can_seek(&mut self) -> Result<bool, Failure> {
        if self.seeks.is_none() {
            self.seeks = Some(match self.seek_to(0, 1) {
                Ok(_) => true,
                Err(Failure::Raised(raised)) if !raised.is_fatal() => false,
                Err(failure) => return Err(failure),
            });
        }
        Ok(self.seeks == Some(true))
    }

    /// Reads ahead.
    pub(super) fn fill(&mut self) -> Result<(), Failure> {
        let mut buffer = std::mem::take(&mut self.buffer);
        if buffer.len() < self.ahead {
            buffer.resize(self.ahead, 0);
        }
        let ahead = self.ahead;
        let result = self.read_into(&mut buffer[..ahead]);
        self.ahead = (ahead * 4).min(MOST);
        self.fills += 1;
        self.buffer = buffer;
        self.holding = match result? {
            0 => Holding::Nothing,
            end => Holding::Read { at: 0, end },
        };
        Ok(())
    }

    pub(super) fn read(&mut self, to: &mut [u8], calls: bool) -> Result<usize, Failure> {
        if to.is_empty() {
            return Ok(0);
        }
        self.flush_buffer()?;
        if self.unread() == 0 {
            if !calls || to.len() >= FIRST || !self.can_seek()? {
                return self.read_into(to);
            }
            self.fill()?;
        }
        let Holding::Read { at, end } = self.holding else {
            return Ok(0);
        };
        let count = to.len().min(end - at);
        to[..count].copy_from_slice(&self.buffer[at..at + count]);
        self.consume(count);
        Ok(count)
    }

    pub(super) fn consume(&mut self, count: usize) {
        if let Holding::Read { at, end } = &mut self.holding {
            *at = (*at + count).min(*end);
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8], calls: bool) -> Result<(), Failure> {
        if self.holding != Holding::Written {
            self.give_back()?;
            if self.unread() > 0 {
                return self.write_from(bytes);
            }
            self.holding = Holding::Nothing;
            self.buffer.clear();
        }
        if !calls || self.buffer.len() + bytes.len() > MOST {
            self.flush_buffer()?;
            if !calls || bytes.len() >= MOST {
                return self.write_from(bytes);
            }
        }
        self.holding = Holding::Written;
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    pub(super) fn seek(&mut self, to: SeekFrom) -> Result<u64, Failure> {
        self.flush_buffer()?;
        let unread = self.unread() as u64;
        if let Some(end) = self.position {
            let target = match to {
                SeekFrom::Start(target) => Some(target),
                SeekFrom::Current(by) => (end - unread).checked_add_signed(by),
                SeekFrom::End(_) => None,
            };
            // Inside what was read, or to where it stands: the object need not be asked.
            let held = match self.holding {
                Holding::Read { end, .. } => end,
                _ => 0,
            };
            if let Some(back) = target.and_then(|target| end.checked_sub(target)) {
                if let Some(at) = usize::try_from(back).ok().and_then(|back| held.checked_sub(back)) {
                    self.holding = Holding::Read { at, end: held };
                    return Ok(end - back);
                }
            }
        }
        self.holding = Holding::Nothing;
        match to {
            SeekFrom::Start(offset) => {
                let offset = i64::try_from(offset).map_err(|_| Fault::value("a position beyond 2^63"))?;
                self.seek_to(offset, 0)
            }
            SeekFrom::Current(offset) => {
                let offset = offset
                    .checked_sub_unsigned(unread)
                    .ok_or_else(|| Fault::value("a position beyond 2^63"))?;
                self.seek_to(offset, 1)
            }
            SeekFrom::End(offset) => self.seek_to(offset, 2),
        }
    }
}

/// Counts one that waits until it is dropped.
struct Waiting<'f>(&'f AtomicUsize);

impl<'f> Waiting<'f> {
    fn new(count: &'f AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Shared {
    /// Of a file that was not used yet.
    pub(super) fn new(object: Object) -> Arc<Self> {
        Arc::new(Self {
            epoch: object.epoch,
            object: object.known(),
            waiting: AtomicUsize::new(0),
            stuck: AtomicBool::new(false),
            state: Mutex::new(State {
                object: Some(object),
                buffer: Vec::new(),
                holding: Holding::Nothing,
                fills: 0,
                ahead: FIRST,
                seeks: None,
                position: None,
                listed: None,
            }),
        })
    }

    /// Works on it. `calls`: during a call of the thread, which settles it before it ends.
    pub(super) fn with<T>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut State, bool) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut state = self.state()?;
        let calls = current::with(|frame| frame.map(Frame::inside).is_some());
        let result = work(&mut state, calls);
        if !calls {
            state.position = None;
        } else if !state.is_settled() && state.listed != Some(thread::current()) {
            state.listed = Some(thread::current());
            let _ = OPEN.try_with(|open| open.borrow_mut().push(Arc::downgrade(self)));
        }
        if let Err(Failure::Raised(raised)) = &result {
            record(raised, false);
        }
        result
    }

    /// `None`: somebody settles it, and shares it until that is done.
    pub(super) fn try_lock(&self) -> Option<MutexGuard<'_, State>> {
        match self.state.try_lock() {
            Ok(state) => Some(state),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Its state; another thread's call that settles it is waited for.
    ///
    /// # Errors
    ///
    /// Waiting would never end: this thread settles it, or a file that somebody waits for; who settles it is stuck; or the
    /// process is a child of the one that did.
    pub(super) fn state(&self) -> Result<MutexGuard<'_, State>, Failure> {
        match self.try_lock() {
            Some(state) => Ok(state),
            None if current::is_prompt() => Err(Failure::Gone(super::PROMPT)),
            None => current::with(|frame| {
                // The object may need what this call holds: it is told so instead of waiting, as by a call that calls back.
                let _upcall = frame.map(|frame| frame.calls_back().upcall());
                self.wait()
            }),
        }
    }

    #[cold]
    fn wait(&self) -> Result<MutexGuard<'_, State>, Failure> {
        let _waiting = Waiting::new(&self.waiting);
        loop {
            if self.epoch != TABLE.epoch() {
                return Err(Failure::Gone(PARENTS));
            }
            if is_waited_for() || self.stuck.load(Ordering::SeqCst) {
                return Err(Failure::Gone(SETTLING_NOW));
            }
            if let Some(state) = self.try_lock() {
                return Ok(state);
            }
            WAITERS.wait();
        }
    }

    /// Another reference to the object, for its user, who keeps it from going back: no lock is needed.
    pub(super) fn again(&self) -> Result<Object, Failure> {
        if self.epoch == TABLE.epoch() {
            self.object.again()
        } else {
            Err(Failure::Gone(PARENTS))
        }
    }

    /// The reference is the client's after all: the call was refused, so that nobody has used it.
    pub(super) fn forget(&self) {
        if let Some(object) = self.try_lock().and_then(|mut state| state.object.take()) {
            object.into_token();
        }
    }
}
