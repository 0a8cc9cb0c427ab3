//! Operations and callables: from a request to an answer.

use std::cell::{Cell, RefCell};

use crate::describe::Artifact;
use crate::error::{Fault, HandleFault, Refused, RequestFault};
use crate::group::current;
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
    out: &'c RefCell<Writer>,
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
    #[inline]
    pub fn take(self) -> T {
        match self.held {
            Some(held) => T::take(held),
            None => unreachable!("`answer!` runs the call only when every argument is held"),
        }
    }
}

fn lifted<'s, 'h, B, T: Lift<'s, 'h, B>>(frame: &Frame<'_>, scope: Scope<'s, 'h>) -> Lifted<'s, 'h, B, T> {
    let marker = std::marker::PhantomData;
    if let Some(types) = &frame.describing {
        T::describe(&mut Describer::new(&mut types.borrow_mut()));
        frame.parameter.set(frame.parameter.get() + 1);
        return Lifted { held: None, marker };
    }
    if frame.fault.borrow().is_some() {
        return Lifted { held: None, marker };
    }
    if frame.parameter.get() == frame.given.get() {
        let (name, given) = (frame.callable.get(), frame.given.get());
        let message = format!("`{name}` takes more than {given} arguments");
        *frame.fault.borrow_mut() = Some(Fault::request(RequestFault::Arity, message));
        return Lifted { held: None, marker };
    }
    match T::hold(scope) {
        Ok(held) => {
            frame.parameter.set(frame.parameter.get() + 1);
            Lifted {
                held: Some(held),
                marker,
            }
        }
        Err(fault) => {
            *frame.fault.borrow_mut() = Some(fault);
            Lifted { held: None, marker }
        }
    }
}

/// The next argument, lent for the call.
pub fn arg<'c, 'h, 'p, B, T: Lift<'c, 'h, B>>(call: Call<'c, 'h, 'p>) -> Lifted<'c, 'h, B, T> {
    lifted(call.frame, Scope::lend(call.frame, Side::Own))
}

/// The next argument, kept by the group.
pub fn kept<'c, 'h, 'p, B, T: Lift<'h, 'h, B>>(call: Call<'c, 'h, 'p>) -> Lifted<'h, 'h, B, T> {
    lifted(call.frame, keep(Scope::lend(call.frame, Side::Own)))
}

/// The next argument, lent for the call; handles in it that borrow are members of the group's parent.
pub fn arg_in_parent<'c, 'h, 'p, B, T: Lift<'c, 'p, B>>(call: Call<'c, 'h, 'p>) -> Lifted<'c, 'p, B, T> {
    lifted(call.frame, Scope::lend(call.frame, Side::Parent))
}

/// The next argument, kept by the group's parent, of which handles in it that borrow are members.
pub fn kept_in_parent<'c, 'h, 'p, B, T: Lift<'p, 'p, B>>(call: Call<'c, 'h, 'p>) -> Lifted<'p, 'p, B, T> {
    lifted(call.frame, keep(Scope::lend(call.frame, Side::Parent)))
}

/// The next argument, kept by the group; handles in it that borrow are members of the group's parent.
pub fn nested<'c, 'h, 'p, B, T: Lift<'h, 'p, B>>(call: Call<'c, 'h, 'p>) -> Lifted<'h, 'p, B, T> {
    lifted(call.frame, keep_nested(Scope::lend(call.frame, Side::Parent)))
}

/// Makes the call if every argument is held, and lowers its result. `describe` says the result's type.
pub(crate) fn answer<'c, 'h, 'p, T>(
    call: Call<'c, 'h, 'p>,
    make: impl FnOnce() -> T,
    lower: impl FnOnce(T, Out<'_, 'h>) -> Answer,
    describe: impl FnOnce(&mut Describer<'_>),
) -> Answer {
    let frame = call.frame;
    if frame.describing.is_some() {
        describe(&mut Describer::new(&mut call.out.borrow_mut()));
        return Err(Fault::Described);
    }
    if frame.fault.borrow().is_some() {
        if let Some(fault) = frame.fault.take() {
            return Err(fault);
        }
    }
    if frame.parameter.get() != frame.given.get() {
        let message = format!(
            "`{}` takes {} arguments, not {}",
            frame.callable.get(),
            frame.parameter.get(),
            frame.given.get()
        );
        return Err(Fault::request(RequestFault::Arity, message));
    }
    if !frame.reader.at_end() {
        return Err(Fault::malformed("there are bytes behind the request"));
    }
    frame.run()?;
    let result = make();
    let mut writer = call.out.borrow_mut();
    let start = writer.len();
    writer.raw(&[0x92, 0x00]);
    let answer = lower(result, Out::new(&mut writer, frame));
    if matches!(&answer, Err(fault) if !matches!(fault, Fault::Failed)) {
        writer.truncate(start);
    }
    answer
}

/// Lowers `T` through its own wire form.
pub(crate) fn lower_direct<'h, B, T: Lower<'h, B>>(value: T, mut out: Out<'_, 'h>) -> Answer {
    value.lower(&mut out)
}

/// Parameter count and types, and result type, of a shim.
pub(crate) fn describe(frame: &Frame<'_>, shim: Shim) -> ((usize, Vec<u8>), Vec<u8>) {
    let out = RefCell::new(Writer::default());
    let _described = shim(Call {
        frame,
        out: &out,
        groups: std::marker::PhantomData,
    });
    let parameters = frame
        .describing
        .as_ref()
        .map(|types| types.take().into_bytes())
        .unwrap_or_default();
    (
        (frame.parameter.get() as usize, parameters),
        out.into_inner().into_bytes(),
    )
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

/// Answers the request that `frame` reads. The answer is complete whatever happens, unless it would have to wait.
#[inline]
pub(crate) fn dispatch(artifact: &Artifact, frame: &Frame<'_>, out: &RefCell<Writer>) -> Outcome {
    let stopped = operate(artifact, frame, out);
    if let Err(stop) = stopped {
        if stopped_by(*stop, out) == Outcome::Later {
            return Outcome::Later;
        }
    }
    if frame.leaves() {
        Outcome::Leaves
    } else {
        Outcome::Answered
    }
}

/// Answers with what went wrong.
#[cold]
fn stopped_by(stop: Stop, out: &RefCell<Writer>) -> Outcome {
    match stop {
        Stop::Fault(fault, parameter) => refuse(&mut out.borrow_mut(), &fault, parameter),
        Stop::Panic(panicked) => report(&mut fresh(out), &panicked),
        Stop::Raised(raised) => hand_back(&mut fresh(out), &raised),
        Stop::Later => {
            fresh(out);
            return Outcome::Later;
        }
    }
    Outcome::Answered
}

/// The writer after a panic, which may have left it borrowed or half written.
fn fresh(out: &RefCell<Writer>) -> std::cell::RefMut<'_, Writer> {
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

fn operate(artifact: &Artifact, frame: &Frame<'_>, out: &RefCell<Writer>) -> Result<(), Box<Stop>> {
    if TABLE.stuck() {
        let message = "the parent process forked while another of its threads was inside this library: start processes by \
                       `spawn`, or fork before there are threads";
        return Err(Fault::handle(HandleFault::Fork, message).into());
    }
    let (count, operation) = match frame.reader.head() {
        Some(head) => head,
        None => head(&frame.reader)?,
    };
    if matches!(operation, PROMPT_CALL | PROMPT_DROP) {
        frame.hurry();
        if host::has_objects() || (has_orphans() && is_awaited()) {
            return Err(Box::new(Stop::Later));
        }
    } else if has_orphans() && operation != AFTER_FORK {
        for entry in welcome() {
            guarded(|| table::dispose(entry))?;
        }
    }
    let arguments = count - 1;
    match operation {
        CALL | PROMPT_CALL => call(artifact, arguments, frame, out),
        NEXT => next(arguments, frame, out),
        _ => other(operation, arguments, artifact, frame, out),
    }
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
fn other(
    operation: u8,
    arguments: usize,
    artifact: &Artifact,
    frame: &Frame<'_>,
    out: &RefCell<Writer>,
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

fn end(id: HandleId, only_if_free: bool) -> Result<bool, Fault> {
    use HandleFault::{Borrowed, Closed};
    loop {
        return match TABLE.drop_handle(id, only_if_free) {
            Ok(dropped) => Ok(dropped),
            Err(Refusal::Busy) => match busy(inside::holder_of_slot(id.slot), "value") {
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

fn call(
    artifact: &Artifact,
    arguments: usize,
    frame: &Frame<'_>,
    out: &RefCell<Writer>,
) -> Result<(), Box<Stop>> {
    let index = match frame.reader.integer() {
        Some(index) => i128::from(index),
        None => match frame.reader.next()? {
            Token::Int(index) => index,
            other => {
                return Err(
                    Fault::malformed(format!("a callable is an integer, not {}", other.name())).into(),
                );
            }
        },
    };
    let Some(callable) = usize::try_from(index)
        .ok()
        .and_then(|index| artifact.callables.get(index))
    else {
        let message = format!("there is no callable {index}, but {}", artifact.callables.len());
        return Err(Fault::request(RequestFault::Callable, message).into());
    };
    serve(
        callable.shim,
        callable.id,
        arguments.saturating_sub(1),
        frame,
        out,
    )
}

/// Fetches items of an iterator, which ends with its last one.
fn next(arguments: usize, frame: &Frame<'_>, out: &RefCell<Writer>) -> Result<(), Box<Stop>> {
    let start = frame.reader.position();
    let id = handle(&frame.reader)?;
    frame.reader.rewind(start);
    serve(crate::lower::next, "next", arguments, frame, out)?;
    if out.borrow().is(&[0x92, 0x00, 0x90]) {
        let frame = Frame::bare(frame.host, "next");
        // Somebody else may have dropped it meanwhile.
        run(&frame, || Ok(TABLE.drop_handle(id, false).is_ok())).map_err(Stop::nowhere)?;
    }
    Ok(())
}

/// Makes a call: a shim with what the request says. One that has to wait for another call lets go of everything first.
fn serve(
    shim: Shim,
    name: &'static str,
    given: usize,
    frame: &Frame<'_>,
    out: &RefCell<Writer>,
) -> Result<(), Box<Stop>> {
    frame.callable.set(name);
    // An array never announces more than the request holds, so this fits.
    frame.given.set(u32::try_from(given).unwrap_or(u32::MAX));
    let start = frame.reader.position();
    let call = || {
        shim(Call {
            frame,
            out,
            groups: std::marker::PhantomData,
        })
    };
    loop {
        let Err(stop) = run(frame, call) else {
            return Ok(());
        };
        match *stop {
            Stop::Fault(Fault::Busy, _) if frame.is_prompt() => return Err(Box::new(Stop::Later)),
            Stop::Fault(Fault::Busy, _) => {
                frame.parameter.set(0);
                frame.reader.rewind(start);
                WAITERS.wait();
            }
            Stop::Fault(Fault::Failed, _) => return Ok(()),
            _ => return Err(stop),
        }
    }
}

/// Runs what may run user code, as the thread's current call: what host objects raise meanwhile is its outcome if it fails.
/// Then everything that the call holds is let go.
fn run<T>(frame: &Frame<'_>, work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Box<Stop>> {
    let raised = || frame.known().is_some_and(|inside| inside.has_raised());
    // Whether Rust ran: then the request was not to blame.
    let ran = Cell::new(false);
    let (outcome, wrong) = current::enter(frame, |calls, outermost| {
        let outcome = guard_in(calls, || {
            let result = work();
            ran.set(frame.ran.get());
            frame.leave(false);
            result
        });
        if let Err(caught) = &outcome {
            // What was not yet let go when something panicked; a second panic adds nothing to the first. An exception of a
            // host object is no panic: nothing is poisoned.
            let poison = matches!(**caught, Caught::Panic(_)) && !raised();
            let _ = guard_in(calls, || frame.leave(poison));
        }
        let settles = outermost && frame.known().is_some();
        (outcome, if settles { host::settle(frame).err() } else { None })
    });
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
        (Ok(Err(fault)), None) if ran.get() => Box::new(Stop::Fault(fault.after(), None)),
        (Ok(Err(fault)), None) => Box::new(Stop::Fault(fault, Some(frame.parameter.get()))),
        (Err(caught), None) => Box::from(caught),
        (outcome, Some(leaving)) => Box::new(Stop::Raised(match outcome.map_err(|caught| *caught) {
            Err(Caught::Unwound(Unwound::Raised(raised))) if !leaving.is_fatal() => raised,
            _ => leaving,
        })),
    };
    if frame.is_prompt() {
        // Known to be one, so that what is undone is left behind, too.
        guarded(|| current::enter(frame, |_, _| frame.undo()))?;
    } else {
        guarded(|| frame.undo())?;
    }
    Err(stop)
}

fn refuse(writer: &mut Writer, fault: &Fault, parameter: Option<u32>) {
    writer.truncate(0);
    writer.array(2);
    let mut three = |status: u8, word: &str, message: &str| {
        writer.uint(u64::from(status));
        writer.array(3);
        writer.str(word);
        match parameter {
            Some(parameter) => writer.uint(u64::from(parameter)),
            None => writer.nil(),
        }
        writer.str(message);
    };
    let Fault::Refused(refused) = fault else {
        unreachable!("settled by `call`, and no other operation gives it")
    };
    match &**refused {
        Refused::Argument { kind, message } => three(3, kind.word(), message),
        Refused::Handle { code, message } => three(4, code.word(), message),
        Refused::Request { code, message } => {
            writer.uint(5);
            writer.array(2);
            writer.str(code.word());
            writer.str(message);
        }
    }
}

fn report(writer: &mut Writer, panicked: &Panicked) {
    writer.array(2);
    writer.uint(2);
    writer.array(3);
    writer.str(&panicked.message);
    match &panicked.location {
        Some(location) => writer.str(location),
        None => writer.nil(),
    }
    writer.str(&panicked.backtrace);
}

/// Status 6: the exception goes back to the host.
fn hand_back(writer: &mut Writer, raised: &Raised) {
    let Some(object) = raised.give() else {
        let message = "an exception that an earlier call ended with was met again";
        return report(
            writer,
            &Panicked {
                message: message.to_owned(),
                ..Panicked::default()
            },
        );
    };
    writer.array(2);
    writer.uint(6);
    writer.array(1);
    writer.uint(object.into_token());
}
