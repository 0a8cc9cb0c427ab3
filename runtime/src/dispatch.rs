//! Operations and callables: from a request to an answer.

use std::cell::Cell;

use crate::abi::Output;
use crate::describe::{Artifact, Served};
use crate::direct::Word;
use crate::error::{Fault, HandleFault, RequestFault};
use crate::failures::{hand_back, refuse, report};
use crate::group::current::{self, Calls};
use crate::group::frame::{Frame, Side, busy};
use crate::group::inside;
use crate::group::scope::{Scope, keep, keep_nested};
use crate::group::table::{HandleId, Refusal, TABLE};
use crate::group::thread::{WAITERS, has_orphans, is_awaited, welcome};
use crate::group::{store::Out, table};
use crate::host::{self, Raised, Unwound};
use crate::lift::Lift;
use crate::lower::Lower;
use crate::panic::{Caught, Panicked, guard, guard_in};
use crate::wire::{EXT_HANDLE, Reader, Token, Writer};
use crate::{ABI_VERSION, describe::Describer};

/// A shim's outcome: the payload is written.
pub type Answer = Result<(), Fault>;

/// A shim: generic over the lifetimes of the call, of its group, and of the group's parent.
pub(crate) type Shim = for<'c, 'h, 'p> fn(Call<'c, 'h, 'p>) -> Answer;

/// What a shim is given.
pub struct Call<'c, 'h: 'c, 'p: 'h> {
    frame: &'c Frame<'c>,
    out: &'c Output,
    groups: Brand<'c, 'h, 'p>,
}

/// The lifetimes of the group and of its parent, invariant; each is longer than the one before it (the call's is the
/// first), which every shim may rely on.
type Brand<'c, 'h, 'p> =
    std::marker::PhantomData<(fn(&'h ()) -> &'h (), fn(&'p ()) -> &'p (), &'c &'h &'p ())>;

impl Clone for Call<'_, '_, '_> {
    fn clone(&self) -> Self {
        *self
    }
}

impl Copy for Call<'_, '_, '_> {}

/// What an argument's type depends on.
type Marks<'s, 'h, B> = (&'s (), fn(&'h ()) -> &'h (), fn(B));

/// An argument that is held, and is taken when all are.
pub struct Lifted<'s, 'h, B, T: Lift<'s, 'h, B>> {
    held: Option<T::Held>,
    marker: std::marker::PhantomData<Marks<'s, 'h, B>>,
}

impl<'s, 'h, B, T: Lift<'s, 'h, B>> Lifted<'s, 'h, B, T> {
    /// The argument. Called only inside `answer!`, when every argument is held.
    #[inline(always)]
    pub fn take(self) -> T {
        match self.held {
            Some(held) => T::take(held),
            None => unreachable!("`answer!` runs the call only when every argument is held"),
        }
    }
}

#[inline(always)]
fn lifted<'s, 'h, B, T: Lift<'s, 'h, B>>(frame: &Frame<'_>, scope: Scope<'s, 'h>) -> Lifted<'s, 'h, B, T> {
    let marker = std::marker::PhantomData;
    let place = frame.parameter.get();
    if !frame.is_light() && is_passed::<B, T>(frame) {
        return Lifted { held: None, marker };
    }
    let held = if frame.is_direct() {
        match T::DIRECT {
            Some(_) => T::hold_direct(scope),
            None => Err(no_words(frame)),
        }
    } else if T::DIRECT.is_some() {
        let held = hold_seldom::<B, T>(frame, scope);
        return Lifted { held, marker };
    } else if place == frame.given.get() {
        Err(too_few(frame))
    } else {
        T::hold(scope)
    };
    match held {
        Ok(held) => {
            frame.parameter.set(place + 1);
            Lifted {
                held: Some(held),
                marker,
            }
        }
        Err(fault) => {
            frame.fail(fault);
            Lifted { held: None, marker }
        }
    }
}

/// Whether an argument is not held: its type is asked for, or one before it could not be.
///
/// One function for all shims with such an argument: their size is that of the library, all of which is read, hashed and
/// copied when it is loaded.
#[cold]
#[inline(never)]
fn is_passed<'s, 'h, B, T: Lift<'s, 'h, B>>(frame: &Frame<'_>) -> bool {
    let Some(description) = frame.types() else {
        return frame.has_failed();
    };
    let mut description = description.borrow_mut();
    T::describe(&mut Describer::new(&mut description.types));
    description.directly.parameter(T::DIRECT);
    frame.parameter.set(frame.parameter.get() + 1);
    true
}

/// Holds an argument that mostly comes in direct calls, from a request. One function for all shims with such an argument.
#[inline(never)]
fn hold_seldom<'s, 'h, B, T: Lift<'s, 'h, B>>(frame: &Frame<'_>, scope: Scope<'s, 'h>) -> Option<T::Held> {
    let place = frame.parameter.get();
    let held = if place == frame.given.get() {
        Err(too_few(frame))
    } else {
        T::hold(scope)
    };
    match held {
        Ok(held) => {
            frame.parameter.set(place + 1);
            Some(held)
        }
        Err(fault) => {
            frame.fail(fault);
            None
        }
    }
}

#[cold]
fn too_few(frame: &Frame<'_>) -> Fault {
    let (name, given) = (frame.callable.get(), frame.given.get());
    let message = format!("`{name}` takes more than {given} arguments");
    Fault::request(RequestFault::Arity, message)
}

#[cold]
fn no_words(frame: &Frame<'_>) -> Fault {
    let message = format!("`{}` has no direct calls", frame.callable.get());
    Fault::request(RequestFault::Callable, message)
}

/// The next argument, lent for the call.
#[inline(always)]
pub fn arg<'c, 'h, 'p, B, T: Lift<'c, 'h, B>>(call: Call<'c, 'h, 'p>) -> Lifted<'c, 'h, B, T> {
    lifted(call.frame, Scope::lend(call.frame, Side::Own))
}

/// The next argument, kept by the group.
#[inline(always)]
pub fn kept<'c, 'h, 'p, B, T: Lift<'h, 'h, B>>(call: Call<'c, 'h, 'p>) -> Lifted<'h, 'h, B, T> {
    lifted(call.frame, keep(Scope::lend(call.frame, Side::Own)))
}

/// The next argument, lent for the call; handles in it that borrow are members of the group's parent.
#[inline(always)]
pub fn arg_in_parent<'c, 'h, 'p, B, T: Lift<'c, 'p, B>>(call: Call<'c, 'h, 'p>) -> Lifted<'c, 'p, B, T> {
    lifted(call.frame, Scope::lend(call.frame, Side::Parent))
}

/// The next argument, kept by the group's parent, of which handles in it that borrow are members.
#[inline(always)]
pub fn kept_in_parent<'c, 'h, 'p, B, T: Lift<'p, 'p, B>>(call: Call<'c, 'h, 'p>) -> Lifted<'p, 'p, B, T> {
    lifted(call.frame, keep(Scope::lend(call.frame, Side::Parent)))
}

/// The next argument, kept by the group; handles in it that borrow are members of the group's parent.
#[inline(always)]
pub fn nested<'c, 'h, 'p, B, T: Lift<'h, 'p, B>>(call: Call<'c, 'h, 'p>) -> Lifted<'h, 'p, B, T> {
    lifted(call.frame, keep_nested(Scope::lend(call.frame, Side::Parent)))
}

/// Whether every argument is held; then the call is about to be made.
#[inline]
fn ready(frame: &Frame<'_>) -> Answer {
    if !frame.is_light() {
        if let Some(fault) = frame.take_fault() {
            return Err(fault);
        }
    }
    if !frame.is_direct() && (frame.parameter.get() != frame.given.get() || !frame.reader.at_end()) {
        return Err(left_over(frame));
    }
    frame.run()?;
    Ok(())
}

#[cold]
fn left_over(frame: &Frame<'_>) -> Fault {
    if frame.parameter.get() == frame.given.get() {
        return Fault::malformed("there are bytes behind the request");
    }
    let message = format!(
        "`{}` takes {} arguments, not {}",
        frame.callable.get(),
        frame.parameter.get(),
        frame.given.get()
    );
    Fault::request(RequestFault::Arity, message)
}

/// How a result leaves a direct call as a word, and what makes that of it.
type Directly<T> = (Option<Word>, fn(T) -> Result<u64, T>);

/// Makes the call if every argument is held, and lowers its result. `describe` says the result's type.
#[inline(always)]
pub(crate) fn answer<'c, 'h, 'p, T>(
    call: Call<'c, 'h, 'p>,
    make: impl FnOnce() -> T,
    (word, direct): Directly<T>,
    lower: impl FnOnce(T, Out<'_, 'h>) -> Answer,
    describe: impl FnOnce(&mut Describer<'_>),
) -> Answer {
    let frame = call.frame;
    if !frame.is_light() && is_described(call, word, describe) {
        return Err(Fault::Described);
    }
    ready(frame)?;
    let mut result = make();
    if word.is_some() && frame.is_direct() {
        match direct(result) {
            Ok(word) => {
                frame.give(word);
                return Ok(());
            }
            Err(other) => result = other,
        }
    }
    if word.is_some() {
        write_seldom(call, result, lower)
    } else {
        write(call, result, lower)
    }
}

/// Writes the result's type, if it is asked for. One function for all shims with such a result.
#[cold]
#[inline(never)]
fn is_described(
    call: Call<'_, '_, '_>,
    word: Option<Word>,
    describe: impl FnOnce(&mut Describer<'_>),
) -> bool {
    let Some(description) = call.frame.types() else {
        return false;
    };
    describe(&mut Describer::new(&mut call.out.borrow_mut()));
    description.borrow_mut().directly.result = word.map(Word::letter);
    true
}

/// Writes the message for a result that is mostly a word. One function for all shims with such a result.
#[inline(never)]
fn write_seldom<'h, T>(
    call: Call<'_, 'h, '_>,
    result: T,
    lower: impl FnOnce(T, Out<'_, 'h>) -> Answer,
) -> Answer {
    write(call, result, lower)
}

/// Writes the message for a result.
#[inline(always)]
fn write<'h, T>(call: Call<'_, 'h, '_>, result: T, lower: impl FnOnce(T, Out<'_, 'h>) -> Answer) -> Answer {
    let mut writer = call.out.borrow_mut();
    let start = writer.len();
    writer.raw(&[0x92, 0x00]);
    let answer = lower(result, Out::new(&mut writer, call.frame));
    match answer {
        // An answer like any other, where nothing was held that a failed call treats in another way.
        Err(Fault::Failed) if call.frame.is_light() => Ok(()),
        Err(fault) => {
            if !matches!(fault, Fault::Failed) {
                writer.truncate(start);
            }
            Err(fault)
        }
        done => done,
    }
}

/// Lowers `T` through its own wire form.
#[inline]
pub(crate) fn lower_direct<'h, B, T: Lower<'h, B>>(value: T, mut out: Out<'_, 'h>) -> Answer {
    value.lower(&mut out)
}

/// Parameter count and types, and result type, of a shim.
pub(crate) fn describe(frame: &Frame<'_>, shim: Shim) -> ((usize, Vec<u8>), Vec<u8>) {
    let out = Output::apart();
    let _described = shim(Call {
        frame,
        out: &out,
        groups: std::marker::PhantomData,
    });
    let parameters = frame
        .types()
        .map(|description| std::mem::take(&mut description.borrow_mut().types).into_bytes())
        .unwrap_or_default();
    ((frame.parameter.get() as usize, parameters), out.into_bytes())
}

/// Answers whether and how a callable can be called directly, and puts the entry for it there.
fn directly(artifact: &Artifact, frame: &Frame<'_>, out: &mut Writer) -> Answer {
    let callable = found(artifact, frame)?;
    let place = frame.writable::<usize>()?;
    let described = Frame::describing(callable.id);
    describe(&described, callable.shim);
    let directly =
        (described.types()).map(|description| std::mem::take(&mut description.borrow_mut().directly));
    out.raw(&[0x92, 0x00]);
    match directly.filter(|directly| !directly.never) {
        None => out.nil(),
        Some(directly) => {
            let [place] = place else {
                return Err(Fault::value("the entry for direct calls is one address"));
            };
            *place = (artifact.direct as *const ()).expose_provenance();
            out.array(2);
            out.str(&directly.kinds);
            match directly.result {
                Some(letter) => out.str(letter.encode_utf8(&mut [0; 4])),
                None => out.nil(),
            }
        }
    }
    Ok(())
}

const DESCRIBE: u8 = 0;
const CALL: u8 = 1;
const DROP: u8 = 2;
/// The operation that frees the response: handled where its memory is.
pub(crate) const RELEASE: u8 = 3;
const INIT: u8 = 4;
const AFTER_FORK: u8 = 5;
const COUNT: u8 = 6;
const CLOSE: u8 = 7;
const NEXT: u8 = 8;
/// *call* and *drop* of a client that holds a lock meanwhile: done only if they need not wait.
const PROMPT_CALL: u8 = 9;
const PROMPT_DROP: u8 = 10;
const DIRECT: u8 = 11;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is answered.
    Answered,
    /// It would have to wait. Nothing was done, and there is no answer.
    Later,
    /// It is answered; values wait to be dropped by a call that may wait.
    Leaves,
}

/// A call whose request begins as nearly all do.
pub(crate) struct Opening<'a> {
    pub(crate) callable: &'a Served,
    /// How many arguments the request has.
    pub(crate) given: u32,
    /// Where they begin.
    pub(crate) start: usize,
    pub(crate) prompt: bool,
}

impl<'a> Opening<'a> {
    /// Reads it, if there is one: before there is a frame, so that it is read in registers.
    #[inline(always)]
    pub(crate) fn read(artifact: &'a Artifact, request: &[u8]) -> Option<Self> {
        let [head @ 0x92..=0x9f, operation @ (CALL | PROMPT_CALL), rest @ ..] = request else {
            return unusual();
        };
        let (index, start) = match rest {
            [index @ 0..=0x7f, ..] => (usize::from(*index), 3),
            [0xcc, index, ..] => (usize::from(*index), 4),
            [0xcd, high, low, ..] => (usize::from(u16::from_be_bytes([*high, *low])), 5),
            _ => return unusual(),
        };
        let values = head & 15;
        // As for every array: it never announces more than the request holds.
        if usize::from(values) >= request.len() {
            return unusual();
        }
        match artifact.callables.get(index) {
            Some(callable) => Some(Self {
                callable,
                given: u32::from(values - 2),
                start,
                prompt: *operation == PROMPT_CALL,
            }),
            None => unusual(),
        }
    }
}

/// Says to the compiler that few requests come here: else it takes what comes after so many questions for rare, and does
/// not inline it.
#[cold]
fn unusual<T>() -> Option<T> {
    None
}

/// Makes a call. The answer is complete whatever happens, unless it would have to wait.
///
/// The way of a plain call goes straight through, from here to its shim and back: all else is out of line.
#[inline(always)]
pub(crate) fn dispatch_call(callable: &Served, prompt: bool, frame: &Frame<'_>, out: &Output) -> Outcome {
    if prompt {
        frame.hurry();
    }
    let done = match begin(frame, CALL, prompt) {
        Ok(()) => serve(callable.shim, frame, out),
        stopped => stopped,
    };
    match done {
        Ok(()) if prompt && frame.leaves() => Outcome::Leaves,
        Ok(()) => Outcome::Answered,
        Err(stop) => stopped_by(*stop, frame, out),
    }
}

/// Answers any request, read by `frame`, in the same way.
#[inline(never)]
pub(crate) fn dispatch(artifact: &Artifact, frame: &Frame<'_>, out: &Output) -> Outcome {
    match operate(artifact, frame, out) {
        Ok(()) if frame.leaves() => Outcome::Leaves,
        Ok(()) => Outcome::Answered,
        Err(stop) => stopped_by(*stop, frame, out),
    }
}

/// Answers with what went wrong.
#[cold]
fn stopped_by(stop: Stop, frame: &Frame<'_>, out: &Output) -> Outcome {
    // A destructor may have panicked behind it.
    frame.give_nothing();
    match stop {
        Stop::Fault(fault, parameter) => refuse(&mut out.borrow_mut(), &fault, parameter),
        Stop::Panic(panicked) => report(&mut fresh(out), &panicked),
        Stop::Raised(raised) => hand_back(&mut fresh(out), &raised),
        Stop::Later => {
            fresh(out);
            return Outcome::Later;
        }
    }
    if frame.leaves() {
        Outcome::Leaves
    } else {
        Outcome::Answered
    }
}

/// The writer after a panic, which may have left it borrowed or half written.
fn fresh(out: &Output) -> std::cell::RefMut<'_, Writer> {
    let mut writer = out.borrow_mut();
    writer.truncate(0);
    writer
}

enum Stop {
    Fault(Fault, Option<u32>),
    Panic(Box<Panicked>),
    Raised(Raised),
    /// It would have to wait, and must not.
    Later,
}

impl Stop {
    /// It is about no parameter.
    fn nowhere(mut self: Box<Self>) -> Box<Self> {
        if let Self::Fault(_, parameter) = &mut *self {
            *parameter = None;
        }
        self
    }
}

impl From<Box<Caught>> for Box<Stop> {
    fn from(caught: Box<Caught>) -> Self {
        Self::new(match *caught {
            Caught::Panic(panicked) => Stop::Panic(panicked),
            Caught::Unwound(Unwound::Raised(raised)) => Stop::Raised(raised),
            Caught::Unwound(Unwound::Refused(fault)) => Stop::Fault(fault, None),
        })
    }
}

impl From<Fault> for Box<Stop> {
    fn from(fault: Fault) -> Self {
        Self::new(Stop::Fault(fault, None))
    }
}

/// Runs what may run user code.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Box<Stop>> {
    guard(work).map_err(Box::from)
}

fn operate(artifact: &Artifact, frame: &Frame<'_>, out: &Output) -> Result<(), Box<Stop>> {
    if TABLE.stuck() {
        return Err(stuck());
    }
    let (count, operation) = match frame.reader.head() {
        Some(head) => head,
        None => head(&frame.reader)?,
    };
    let prompt = matches!(operation, PROMPT_CALL | PROMPT_DROP);
    if prompt {
        frame.hurry();
    }
    begin(frame, operation, prompt)?;
    let arguments = count - 1;
    match operation {
        CALL | PROMPT_CALL => call(artifact, arguments, frame, out),
        NEXT => next(arguments, frame, out),
        _ => other(operation, arguments, artifact, frame, out),
    }
}

/// What comes before any request, if there is anything.
#[inline(always)]
fn begin(frame: &Frame<'_>, operation: u8, prompt: bool) -> Result<(), Box<Stop>> {
    if TABLE.stuck() || has_orphans() || (prompt && host::has_objects()) {
        attend(frame, operation)
    } else {
        Ok(())
    }
}

#[cold]
fn attend(frame: &Frame<'_>, operation: u8) -> Result<(), Box<Stop>> {
    if TABLE.stuck() {
        return Err(stuck());
    }
    if frame.is_prompt() {
        if host::has_objects() || (has_orphans() && is_awaited()) {
            return Err(Box::new(Stop::Later));
        }
    } else if operation != AFTER_FORK {
        for entry in welcome() {
            guarded(|| table::dispose(entry))?;
        }
    }
    Ok(())
}

#[cold]
fn stuck() -> Box<Stop> {
    let message = "the parent process forked while another of its threads was inside this library: start processes by \
                   `spawn`, or fork before there are threads";
    Fault::handle(HandleFault::Fork, message).into()
}

/// The length of a request, at least 1, and its operation, in whatever form they are written.
#[cold]
fn head(reader: &Reader<'_>) -> Result<(usize, u8), Fault> {
    let Token::Array(count) = reader.next()? else {
        return Err(Fault::malformed("a request is an array"));
    };
    if count == 0 {
        return Err(Fault::malformed("a request begins with its operation"));
    }
    match reader.next()? {
        Token::Int(operation) => Ok((count, u8::try_from(operation).unwrap_or(u8::MAX))),
        other => Err(Fault::malformed(format!(
            "an operation is an integer, not {}",
            other.name()
        ))),
    }
}

/// An operation that is no call.
#[inline(never)]
fn other(
    operation: u8,
    arguments: usize,
    artifact: &Artifact,
    frame: &Frame<'_>,
    out: &Output,
) -> Result<(), Box<Stop>> {
    let reader = &frame.reader;
    match operation {
        DESCRIBE => {
            finish(reader, arguments, 0)?;
            guarded(|| {
                let mut writer = out.borrow_mut();
                writer.raw(&[0x92, 0x00]);
                crate::describe::describe(artifact, &mut writer);
            })
        }
        DROP | PROMPT_DROP if arguments > 1 => drop_all(frame, arguments, out),
        DROP | CLOSE | PROMPT_DROP => {
            let id = handle(reader)?;
            finish(reader, arguments, 1)?;
            frame
                .callable
                .set(if operation == CLOSE { "close" } else { "drop" });
            let dropped = run(frame, || end(id, operation == CLOSE)).map_err(Stop::nowhere)?;
            let mut writer = out.borrow_mut();
            writer.raw(&[0x92, 0x00]);
            writer.bool(dropped);
            Ok(())
        }
        INIT => {
            let version = match reader.next()? {
                Token::Int(version) => version,
                other => return Err(Fault::expected(format!("a version, not {}", other.name())).into()),
            };
            finish(reader, arguments, 1)?;
            if version != i128::from(ABI_VERSION) {
                let message = format!("this library speaks ABI version {ABI_VERSION}, not {version}");
                return Err(Fault::request(RequestFault::Version, message).into());
            }
            let mut writer = out.borrow_mut();
            writer.raw(&[0x92, 0x00, 0x92]);
            writer.uint(u64::from(ABI_VERSION));
            writer.uint(u64::from(TABLE.epoch()));
            Ok(())
        }
        AFTER_FORK => {
            finish(reader, arguments, 0)?;
            TABLE.after_fork();
            out.borrow_mut().raw(&[0x92, 0x00, 0xc0]);
            Ok(())
        }
        DIRECT => {
            if arguments != 2 {
                return finish(reader, arguments, 2).map_err(Box::from);
            }
            // As every request that names memory it lets go of that at the end.
            run(frame, || directly(artifact, frame, &mut out.borrow_mut())).map_err(Stop::nowhere)?;
            finish(reader, arguments, 2)?;
            Ok(())
        }
        COUNT => {
            finish(reader, arguments, 0)?;
            let mut writer = out.borrow_mut();
            writer.raw(&[0x92, 0x00]);
            writer.uint(TABLE.live() as u64);
            Ok(())
        }
        _ => Err(Fault::request(
            RequestFault::Operation,
            format!("there is no operation {operation}"),
        )
        .into()),
    }
}

fn finish(reader: &Reader<'_>, arguments: usize, expected: usize) -> Result<(), Fault> {
    if arguments != expected {
        let message = format!("{expected} arguments expected, {arguments} given");
        return Err(Fault::request(RequestFault::Arity, message));
    }
    if !reader.at_end() {
        return Err(Fault::malformed("there are bytes behind the request"));
    }
    Ok(())
}

fn handle(reader: &Reader<'_>) -> Result<HandleId, Fault> {
    match reader.next()? {
        Token::Ext(EXT_HANDLE, bytes) => {
            HandleId::from_bytes(bytes).ok_or_else(|| Fault::malformed("a handle has 16 bytes"))
        }
        other => Err(Fault::expected(format!("a handle, not {}", other.name()))),
    }
}

/// Drops several values. What is gone already is passed over.
fn drop_all(frame: &Frame<'_>, arguments: usize, out: &Output) -> Result<(), Box<Stop>> {
    let reader = &frame.reader;
    let ids = (0..arguments)
        .map(|_| handle(reader))
        .collect::<Result<Vec<_>, _>>()?;
    finish(reader, arguments, arguments)?;
    frame.callable.set("drop");
    let drop = || {
        for id in &ids {
            let _gone_already = TABLE.drop_handle(*id, false);
        }
        Ok(())
    };
    run(frame, drop).map_err(Stop::nowhere)?;
    out.borrow_mut().raw(&[0x92, 0x00, 0xc0]);
    Ok(())
}

fn end(id: HandleId, only_if_free: bool) -> Result<bool, Fault> {
    use HandleFault::{Borrowed, Closed};
    loop {
        return match TABLE.drop_handle(id, only_if_free) {
            Ok(dropped) => Ok(dropped),
            Err(Refusal::Busy) => match busy(inside::holder_of_slot(id.slot()), "value") {
                Fault::Busy => {
                    WAITERS.wait();
                    continue;
                }
                refused => Err(refused),
            },
            Err(Refusal::Borrowed(holder)) => Err(Fault::handle(
                Borrowed,
                format!("it is {}", table::borrowed_by(holder)),
            )),
            Err(Refusal::Closed | Refusal::Poisoned | Refusal::Fork) => {
                Err(Fault::handle(Closed, "this handle is closed already"))
            }
        };
    }
}

/// A call whose request does not begin as nearly all do.
fn call(artifact: &Artifact, arguments: usize, frame: &Frame<'_>, out: &Output) -> Result<(), Box<Stop>> {
    let callable = found(artifact, frame)?;
    frame.callable.set(callable.id);
    frame.given.set(many(arguments.saturating_sub(1)));
    let shim = callable.shim;
    // In a closure, so that it is another function than the one that plain calls go through, which is inlined there.
    serve(|call: Call<'_, '_, '_>| shim(call), frame, out)
}

/// The callable that a request names.
fn found<'a>(artifact: &'a Artifact, frame: &Frame<'_>) -> Result<&'a Served, Fault> {
    let index = match frame.reader.next()? {
        Token::Int(index) => index,
        other => {
            return Err(Fault::malformed(format!(
                "a callable is an integer, not {}",
                other.name()
            )));
        }
    };
    let found = (usize::try_from(index).ok()).and_then(|index| artifact.callables.get(index));
    found.ok_or_else(|| {
        let message = format!("there is no callable {index}, but {}", artifact.callables.len());
        Fault::request(RequestFault::Callable, message)
    })
}

/// A number of arguments. An array never announces more than the request holds, so it fits.
fn many(arguments: usize) -> u32 {
    u32::try_from(arguments).unwrap_or(u32::MAX)
}

/// Fetches items of an iterator, which ends with its last one.
fn next(arguments: usize, frame: &Frame<'_>, out: &Output) -> Result<(), Box<Stop>> {
    let start = frame.reader.position();
    let id = handle(&frame.reader)?;
    frame.reader.rewind(start);
    frame.callable.set("next");
    frame.given.set(many(arguments));
    serve(crate::lower::next, frame, out)?;
    if out.borrow().is(&[0x92, 0x00, 0x90]) {
        let frame = Frame::bare(frame.host, "next");
        // Somebody else may have dropped it meanwhile.
        run(&frame, || Ok(TABLE.drop_handle(id, false).is_ok())).map_err(Stop::nowhere)?;
    }
    Ok(())
}

/// Makes a call: a shim with what the request says. One that has to wait for another call lets go of everything first.
#[inline(always)]
fn serve(
    shim: impl for<'c, 'h, 'p> Fn(Call<'c, 'h, 'p>) -> Answer,
    frame: &Frame<'_>,
    out: &Output,
) -> Result<(), Box<Stop>> {
    let start = frame.position();
    let call = Call {
        frame,
        out,
        groups: std::marker::PhantomData,
    };
    match run(frame, || shim(call)) {
        Ok(()) => Ok(()),
        Err(stop) => insist(&shim, call, start, stop),
    }
}

/// Tries it again, for as long as it has to wait.
#[cold]
fn insist<'c, 'h, 'p>(
    shim: &dyn Fn(Call<'c, 'h, 'p>) -> Answer,
    call: Call<'c, 'h, 'p>,
    start: usize,
    mut stop: Box<Stop>,
) -> Result<(), Box<Stop>> {
    loop {
        match *stop {
            Stop::Fault(Fault::Busy, _) if call.frame.is_prompt() => return Err(Box::new(Stop::Later)),
            Stop::Fault(Fault::Busy, _) => {
                call.frame.rewind(start);
                WAITERS.wait();
            }
            Stop::Fault(Fault::Failed, _) => return Ok(()),
            _ => return Err(stop),
        }
        match run(call.frame, || shim(call)) {
            Ok(()) => return Ok(()),
            Err(again) => stop = again,
        }
    }
}

/// What came of a call, and what went wrong when its files were settled.
type Ended<T> = (Result<Result<T, Fault>, Box<Caught>>, Option<Box<Fault>>);

/// Runs what may run user code, as the thread's current call: what host objects raise meanwhile is its outcome if it fails.
/// Then everything that the call holds is let go.
#[inline(always)]
fn run<T>(frame: &Frame<'_>, work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Box<Stop>> {
    // Whether Rust ran: then the request was not to blame.
    let ran = Cell::new(false);
    match current::enter(
        frame,
        Running {
            frame,
            ran: &ran,
            work,
        },
    ) {
        Ok(result) => Ok(result),
        Err(ended) => conclude(frame, ended, ran.get()),
    }
}

/// A call in the middle of [`run`].
struct Running<'r, 'c, F> {
    frame: &'r Frame<'c>,
    ran: &'r Cell<bool>,
    work: F,
}

impl<T, F: FnOnce() -> Result<T, Fault>> current::Work for Running<'_, '_, F> {
    type Out = Result<T, Ended<T>>;

    #[inline(always)]
    fn run(self, calls: &Calls, outermost: bool) -> Self::Out {
        let Self { frame, ran, work } = self;
        let outcome = guard_in(calls, work);
        ran.set(frame.ran.get());
        match outcome {
            // As most calls end.
            Ok(Ok(result)) if frame.leave_at_once() => Ok(result),
            outcome => leave(frame, outcome, calls, outermost),
        }
    }
}

/// The end of a call that may run user code: destructors of what it lets go.
#[inline(never)]
fn leave<T>(
    frame: &Frame<'_>,
    outcome: Result<Result<T, Fault>, Box<Caught>>,
    calls: &Calls,
    outermost: bool,
) -> Result<T, Ended<T>> {
    let left = outcome.and_then(|result| guard_in(calls, || frame.leave(false)).map(|()| result));
    match left {
        Ok(Ok(result)) if frame.is_light() => Ok(result),
        outcome => Err(settle(frame, outcome, calls, outermost)),
    }
}

/// What undoes a call, as that call.
struct Undoing<'r, 'c>(&'r Frame<'c>);

impl current::Work for Undoing<'_, '_> {
    type Out = ();

    fn run(self, _: &Calls, _: bool) {
        self.0.undo();
    }
}

/// The end of a call that is still the thread's current one.
#[cold]
fn settle<T>(
    frame: &Frame<'_>,
    outcome: Result<Result<T, Fault>, Box<Caught>>,
    calls: &Calls,
    outermost: bool,
) -> Ended<T> {
    let raised = || frame.known().is_some_and(|inside| inside.has_raised());
    if let Err(caught) = &outcome {
        // What was not yet let go when something panicked; a second panic adds nothing to the first. An exception of a
        // host object is no panic: nothing is poisoned.
        let poison = matches!(**caught, Caught::Panic(_)) && !raised();
        let _ = guard_in(calls, || frame.leave(poison));
    }
    let settles = outermost && frame.known().is_some();
    (outcome, if settles { host::settle(frame).err() } else { None })
}

/// What a call comes to that did not simply succeed.
#[cold]
fn conclude<T>(frame: &Frame<'_>, (outcome, wrong): Ended<T>, ran: bool) -> Result<T, Box<Stop>> {
    let leaving = frame.known().and_then(|inside| {
        // Files that were settled just now made it known again.
        inside.retire();
        inside.leaving(!matches!(outcome, Ok(Ok(_))))
    });
    let stop = match (outcome, leaving) {
        (Ok(Ok(result)), None) => match wrong {
            None => {
                frame.sent();
                return Ok(result);
            }
            Some(fault) => Box::from(*fault),
        },
        (Ok(Err(Fault::Failed)), None) => {
            frame.sent();
            return Err(Box::from(Fault::Failed));
        }
        (Ok(Err(fault)), None) if ran => Box::new(Stop::Fault(fault.after(), None)),
        (Ok(Err(fault)), None) => Box::new(Stop::Fault(fault, Some(frame.parameter.get()))),
        (Err(caught), None) => Box::from(caught),
        (outcome, Some(leaving)) => Box::new(Stop::Raised(match outcome.map_err(|caught| *caught) {
            Err(Caught::Unwound(Unwound::Raised(raised))) if !leaving.is_fatal() => raised,
            _ => leaving,
        })),
    };
    if frame.is_prompt() {
        // Known to be one, so that what is undone is left behind, too.
        guarded(|| current::enter(frame, Undoing(frame)))?;
    } else {
        guarded(|| frame.undo())?;
    }
    Err(stop)
}
