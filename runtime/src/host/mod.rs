//! Host objects: callables, files, iterators and exceptions of the caller, and the way to them (`docs/abi.md`, "Upcalls").
//!
//! - [`Object`]: a reference that the library owns. [`Promised`]: one that it will own if the call is made.
//! - [`Raised`]: an exception. It is recorded with the call during which it came, and leaves that call as status 6.
//! - [`Callable`]: what Rust calls during a call, [`KeptCallable`]: what it calls whenever it likes. [`File`]: what it reads and
//!   writes. [`Kept`]: what it only keeps. [`Hooks`]: the methods of an object that implements a trait.
//! - `talk`: the memory of requests and answers, reused;
//! - `words`: upcalls without either.

mod buffered;
mod callable;
mod file;
mod hooks;
mod keeper;
mod kept;
mod places;
pub(crate) mod talk;
mod words;

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::abi::{Directly, Host, Memory};
use crate::error::{Fault, HandleFault, RequestFault};
use crate::group::frame::Frame;
use crate::group::inside::Inside;
use crate::group::scope::Scope;
use crate::group::table::TABLE;
use crate::group::{apart, current};
use crate::lift::Lift;
use crate::wire::{EXT_HOST, Token, Writer};

pub(crate) use buffered::{is_waited_for, settle, stuck};
pub use callable::{Callable, LocalCallable, LowerArgs};
pub use file::File;
pub use hooks::Hooks;
pub use keeper::{Keeper, KeptCallable};
pub(crate) use kept::Kept;
pub use places::Places;

pub use talk::Reply;
use talk::Talk;
pub(crate) use words::Words;

/// What can be asked of a host object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A reference ends.
    Release,
    /// Call it.
    Invoke,
    /// The next item: `[item]`, or `[]` at the end.
    Next,
    /// Read into the buffer: how much came.
    Read,
    /// Write the buffer: how much was taken.
    Write,
    /// Flush.
    Flush,
    /// Seek: the position.
    Seek,
    /// One reference more.
    Retain,
    /// Whether it is equal to a value.
    Equal,
    /// Where it stands to a value: -1 before, 0 at, 1 behind it.
    Order,
    /// A value that hashes as it does.
    Hash,
    /// Its text: 0 what `str` says, 1 what `repr` says. Of an exception, its kind and what it says.
    Text,
    /// The plain data that it stands for.
    Data,
    /// An exception ends that no call can end with.
    Unheard,
}

/// Why an upcall gave nothing.
#[derive(Debug)]
pub enum Failure {
    /// The host object raised.
    Raised(Raised),
    /// The host cannot answer any more, or never could in this process.
    Gone(&'static str),
    /// What it answered cannot be used.
    Unusable(Fault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Unusable(fault)
    }
}

/// What unwinds out of Rust instead of a panic.
pub(crate) enum Unwound {
    /// A host object raised.
    Raised(Raised),
    /// It answered what cannot be used.
    Refused(Fault),
}

impl Failure {
    /// Unwinds out of the call, which then ends with the exception (status 6), or with what was wrong.
    ///
    /// # Panics
    ///
    /// Always; as a panic like any other if the host is gone. What was a parent process's is refused as its handles are.
    pub fn unwind(self) -> ! {
        match self {
            Self::Gone(PARENTS) => {
                let fault = Fault::handle(HandleFault::Fork, PARENTS);
                resume_unwind(Box::new(Unwound::Refused(fault.after())))
            }
            Self::Raised(raised) => resume_unwind(Box::new(Unwound::Raised(raised))),
            Self::Unusable(fault) => resume_unwind(Box::new(Unwound::Refused(fault.after()))),
            Self::Gone(why) => panic!("{why}"),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Raised(raised) => raised.fmt(f),
            Self::Gone(why) => f.write_str(why),
            Self::Unusable(fault) => f.write_str(&fault.text()),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for String {
    fn from(failure: Failure) -> Self {
        failure.to_string()
    }
}

impl From<Failure> for std::io::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Raised(raised) => Self::other(raised),
            Failure::Gone(why) => Self::other(why),
            Failure::Unusable(fault) => Self::other(fault.text()),
        }
    }
}

/// The marker of no bridge.
struct Own;

/// An exception that a host object raised.
#[derive(Clone)]
pub struct Raised(Arc<Exception>);

struct Exception {
    /// Until it is given back.
    object: Mutex<Option<Object>>,
    fatal: bool,
    /// What raised it while no call waited: then the host is told of it, unless it is given back after all.
    unheard: OnceLock<Arc<Kept>>,
}

impl Drop for Exception {
    fn drop(&mut self) {
        let object = self.object.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let (Some(object), Some(callable)) = (object.take(), self.unheard.take()) {
            let told = |writer: &mut Writer| writer.uint(callable.token());
            // A host that cannot be told is gone.
            let _ = object.ask(Operation::Unheard, 1, told, Memory::Nothing);
        }
    }
}

impl Raised {
    fn new(object: Object, fatal: bool) -> Self {
        Self(Arc::new(Exception {
            object: Mutex::new(Some(object)),
            fatal,
            unheard: OnceLock::new(),
        }))
    }

    /// The host is told of it, as something that `callable` raised, unless a call ends with it.
    fn tell_of(&self, callable: &Arc<Kept>) {
        let _ = self.0.unheard.set(Arc::clone(callable));
    }

    /// Its kind and what it says, as long as no answer had it.
    fn text(&self) -> Option<String> {
        let object = self.0.object.lock().unwrap_or_else(PoisonError::into_inner);
        // No lock is held while the host runs: it is this reference's share of the exception that keeps the token good.
        let known = object.as_ref()?.current()?;
        drop(object);
        let reply = known
            .ask(Operation::Text, 1, |writer| writer.uint(0), Memory::Nothing)
            .ok()?;
        apart::lift_apart::<Own, String>(known.host, reply.bytes(), "the text of an exception").ok()
    }

    /// Nothing may swallow it.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        self.0.fatal
    }

    /// Whether no answer had it yet.
    fn is_held(&self) -> bool {
        self.0
            .object
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }

    /// The reference, for the answer; `None`: another answer had it.
    pub(crate) fn give(&self) -> Option<Object> {
        self.0
            .object
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl std::fmt::Debug for Raised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Raised").field("fatal", &self.0.fatal).finish()
    }
}

impl std::fmt::Display for Raised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.text() {
            Some(text) => f.write_str(&text),
            None => f.write_str("a host object that was called back raised an exception"),
        }
    }
}

impl std::error::Error for Raised {}

/// A reference to a host object, owned: it is released when it is dropped, in the process that got it.
#[derive(Debug)]
pub struct Object {
    host: Host,
    token: u64,
    epoch: u32,
}

/// A reference that becomes the library's when the call is made. A refused call leaves it with the client.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Promised {
    host: Host,
    token: u64,
}

impl Promised {
    /// Reads the next value, which is a host object. `wanted` says what it should be, for messages; `prompt`: it may be lent to
    /// a call that must not wait.
    ///
    /// # Errors
    ///
    /// It is none, or the client gave no way back.
    pub fn hold(scope: &Scope<'_, '_>, wanted: &str, prompt: bool) -> Result<Self, Fault> {
        let token = match scope.next()? {
            Token::Ext(EXT_HOST, bytes) => <[u8; 8]>::try_from(bytes)
                .map(u64::from_le_bytes)
                .map_err(|_| Fault::malformed("a host object has 8 bytes"))?,
            other => return Err(Fault::expected(format!("{wanted}, not {}", other.name()))),
        };
        match scope.host() {
            // Whoever may not wait uses nothing that might have to.
            Some(_) if !prompt && current::is_prompt() => Err(Fault::Busy),
            Some(host) => Ok(Self { host, token }),
            None => Err(Fault::request(
                RequestFault::Callable,
                "the request names a host object, but there is no way back: pass a `UsecrateHost`",
            )),
        }
    }

    /// Where it is, and which.
    pub(crate) fn parts(self) -> (Host, u64) {
        (self.host, self.token)
    }

    /// The reference is the library's from now on. Call it once, when the call is made.
    #[must_use]
    pub fn own(self) -> Object {
        Object::new(self.host, self.token)
    }

    /// Asks the object, for as long as somebody owns the reference.
    fn ask(
        self,
        operation: Operation,
        count: usize,
        arguments: impl FnOnce(&mut Writer),
        memory: Memory<'_>,
    ) -> Result<Reply, Failure> {
        current::with(|frame| {
            let mut talk = Talk::new(operation, count, self.token);
            talk.request(arguments);
            attributed(frame.map(Frame::calls_back), || ask(self.host, talk, memory))
                .map_err(|failure| *failure)
        })
    }

    /// Another reference to the object.
    fn again(self) -> Result<Object, Failure> {
        self.ask(Operation::Retain, 0, |_| (), Memory::Nothing)?;
        Ok(self.own())
    }
}

const PARENTS: &str = "this host object belongs to the parent process: make a new one after `fork`";
const GONE: &str = "the host can no longer be called back: it is shutting down";
const PROMPT: &str = "a callable that is declared `quick` called back, or would have to wait for a file, which such a call cannot: \
                      take it off the list `quick` in `usecrate.toml`";

/// How many host objects the library owns.
static OBJECTS: AtomicUsize = AtomicUsize::new(0);

/// Whether the library owns host objects: then any call might call back.
#[inline]
pub(crate) fn has_objects() -> bool {
    OBJECTS.load(Ordering::Relaxed) != 0
}

/// In a child of `fork`: what there is was the parent's.
pub(crate) fn disown() {
    OBJECTS.store(0, Ordering::Relaxed);
}

impl Object {
    fn new(host: Host, token: u64) -> Self {
        OBJECTS.fetch_add(1, Ordering::Relaxed);
        Self {
            host,
            token,
            epoch: TABLE.epoch(),
        }
    }

    /// It is this process's, and counted no more.
    fn ends(&self) -> bool {
        let ours = self.epoch == TABLE.epoch();
        if ours {
            OBJECTS.fetch_sub(1, Ordering::Relaxed);
        }
        ours
    }

    /// Gives the reference away.
    pub(crate) fn into_token(self) -> u64 {
        self.ends();
        std::mem::ManuallyDrop::new(self).token
    }

    /// The token, while the reference stays.
    pub(crate) fn token(&self) -> u64 {
        self.token
    }

    /// Asks the object. `arguments` writes as many values as `count`. What it raises is recorded with the current call, so
    /// that the call ends with it unless it succeeds all the same.
    ///
    /// # Errors
    ///
    /// See [`Failure`].
    pub fn upcall(
        &self,
        operation: Operation,
        count: usize,
        arguments: impl FnOnce(&mut Writer),
        memory: Memory<'_>,
    ) -> Result<Reply, Failure> {
        let reply = self.ask(operation, count, arguments, memory);
        if let Err(Failure::Raised(raised)) = &reply {
            record(raised, false);
        }
        reply
    }

    /// The same, but what it raises is the caller's affair.
    pub(crate) fn ask(
        &self,
        operation: Operation,
        count: usize,
        arguments: impl FnOnce(&mut Writer),
        memory: Memory<'_>,
    ) -> Result<Reply, Failure> {
        if self.epoch != TABLE.epoch() {
            return Err(Failure::Gone(PARENTS));
        }
        self.known().ask(operation, count, arguments, memory)
    }

    /// Where it is, and which, if it is this process's: while the reference stays.
    fn current(&self) -> Option<Promised> {
        (self.epoch == TABLE.epoch()).then(|| self.known())
    }

    /// Where it is, and which, while the reference stays.
    fn known(&self) -> Promised {
        Promised {
            host: self.host,
            token: self.token,
        }
    }
}

/// An error is the result of a call: if it is an exception that came on another thread, or during another call, the
/// call ends with it all the same.
pub(crate) fn failing(error: &std::io::Error, frame: &Frame<'_>) {
    let raised = error.get_ref().and_then(|inner| inner.downcast_ref::<Raised>());
    if let Some(raised) = raised.filter(|raised| raised.is_held()) {
        frame.inside().raise(raised, false);
    }
}

/// A host object raised, which the current call ends with if it fails; with `leaves`, even if Rust succeeds.
fn record(raised: &Raised, leaves: bool) {
    current::with(|frame| {
        if let Some(frame) = frame {
            frame.calls_back().raise(raised, leaves);
        }
    });
}

impl Drop for Object {
    fn drop(&mut self) {
        // What a release raises concerns nobody.
        if self.ends() {
            current::with(|frame| {
                let talk = Talk::new(Operation::Release, 0, self.token);
                let _ = attributed(frame.map(Frame::calls_back), || {
                    ask(self.host, talk, Memory::Nothing)
                });
            });
        }
    }
}

/// Makes an upcall for a call, or for none.
fn attributed<T>(inside: Option<&Arc<Inside>>, cross: impl FnOnce() -> T) -> T {
    match inside {
        Some(inside) => {
            let _upcall = inside.upcall();
            cross()
        }
        None => current::adrift(cross),
    }
}

/// Asks a callable with words, and for one.
#[inline(always)]
fn ask_directly(host: Host, token: u64, words: &Words) -> Result<u64, Box<Failure>> {
    let Some(asked) = current::crossing(|| host.call_directly(token, words)) else {
        return Err(Box::new(Failure::Gone(PROMPT)));
    };
    match asked {
        Directly::Word(word) => Ok(word),
        Directly::Raised { token, fatal } => Err(raised(host, token, fatal)),
        Directly::Gone => Err(Box::new(Failure::Gone(GONE))),
    }
}

#[cold]
fn raised(host: Host, token: u64, fatal: bool) -> Box<Failure> {
    Box::new(Failure::Raised(Raised::new(Object::new(host, token), fatal)))
}

/// Asks, and takes the answer apart.
#[inline(always)]
fn ask(host: Host, talk: Talk, memory: Memory<'_>) -> Result<Reply, Box<Failure>> {
    let Some(reply) = current::crossing(|| talk.cross(host, memory)) else {
        return Err(Box::new(Failure::Gone(PROMPT)));
    };
    let reply = reply.ok_or_else(|| Box::new(Failure::Gone(GONE)))?;
    if let [0x92, 0x00, ..] = reply.bytes() {
        return Ok(reply.behind(2));
    }
    taken_apart(host, reply).map_err(Box::new)
}

/// An answer in a longer form, or an exception.
#[cold]
fn taken_apart(host: Host, reply: Reply) -> Result<Reply, Failure> {
    let reader = reply.reader();
    match (reader.next()?, reader.next()?) {
        (Token::Array(2), Token::Int(0)) => {
            let at = reader.position();
            Ok(reply.behind(at))
        }
        (Token::Array(3), Token::Int(1)) => {
            let (Token::Int(token), Token::Bool(fatal)) = (reader.next()?, reader.next()?) else {
                return Err(Fault::malformed("an exception is a token and whether it is fatal").into());
            };
            let token = u64::try_from(token).map_err(|_| Fault::malformed("a token is a u64"))?;
            Err(*raised(host, token, fatal))
        }
        _ => Err(Fault::malformed("the host's answer is neither a result nor an exception").into()),
    }
}

/// Lifts a value out of an answer. `what` says what it came from, for messages.
///
/// # Errors
///
/// It is no such value, or a handle in it cannot be used now.
pub fn lift<B, T: for<'s> Lift<'s, 's, B>>(
    host: &Object,
    answer: &[u8],
    what: &'static str,
) -> Result<T, Fault> {
    apart::lift_apart::<B, T>(host.host, answer, what).map_err(|fault| *fault)
}
