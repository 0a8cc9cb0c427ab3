//! From a request to an answer: calls are made, waited for and settled.

use std::cell::Cell;

use crate::abi::Output;
use crate::describe::{Artifact, Served};
use crate::error::{Fault, HandleFault};
use crate::failures::{hand_back, refuse, report};
use crate::group::current::{self, Calls};
use crate::group::frame::Frame;
use crate::group::overtaken;
use crate::group::table::{self, TABLE};
use crate::group::thread::{WAITERS, has_orphans, is_awaited, welcome};
use crate::host::{self, Raised, Unwound};
use crate::operations::{AFTER_FORK, CALL, NEXT, PROMPT_CALL, PROMPT_DROP, call, head, next, other};
use crate::panic::{Caught, Panicked, guard, guard_in};
use crate::shim::{Answer, Call};
use crate::wire::Writer;

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

pub(crate) enum Stop {
    Fault(Fault, Option<u32>),
    Panic(Box<Panicked>),
    Raised(Raised),
    /// It would have to wait, and must not.
    Later,
}

impl Stop {
    /// It is about no parameter.
    pub(crate) fn nowhere(mut self: Box<Self>) -> Box<Self> {
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
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Box<Stop>> {
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
        if host::has_objects() || (has_orphans() && (is_awaited() || overtaken::any())) {
            return Err(Box::new(Stop::Later));
        }
    } else if operation != AFTER_FORK {
        for entry in welcome() {
            guarded(|| table::dispose(entry))?;
        }
        guarded(overtaken::drop_all)?;
    }
    Ok(())
}

#[cold]
fn stuck() -> Box<Stop> {
    let message = "the parent process forked while another of its threads was inside this library: start processes by \
                   `spawn`, or fork before there are threads";
    Fault::handle(HandleFault::Fork, message).into()
}

/// Makes a call: a shim with what the request says. One that has to wait for another call lets go of everything first.
#[inline(always)]
pub(crate) fn serve(
    shim: impl for<'c, 'h, 'p> Fn(Call<'c, 'h, 'p>) -> Answer,
    frame: &Frame<'_>,
    out: &Output,
) -> Result<(), Box<Stop>> {
    let start = frame.position();
    let call = Call::new(frame, out);
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
pub(crate) fn run<T>(frame: &Frame<'_>, work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Box<Stop>> {
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
