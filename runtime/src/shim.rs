//! What generated shims are made of: arguments are held, the call is made, its result is written.

use std::cell::RefMut;

use crate::abi::Output;
use crate::describe::Describer;
use crate::direct::{Kind, Word};
use crate::error::{Fault, RequestFault};
use crate::group::frame::{Frame, Side};
use crate::group::scope::{Scope, keep, keep_nested};
use crate::group::store::Out;
use crate::lift::Lift;
use crate::lower::Lower;
use crate::wire::Writer;

/// A shim's outcome: the payload is written.
pub type Answer = Result<(), Fault>;

/// A shim: generic over the lifetimes of the call, of its group, and of the group's parent.
pub(crate) type Shim = for<'c, 'h, 'p> fn(Call<'c, 'h, 'p>) -> Answer;

/// What a shim is given.
pub struct Call<'c, 'h: 'c, 'p: 'h> {
    pub(crate) frame: &'c Frame<'c>,
    out: &'c Output,
    groups: Brand<'c, 'h, 'p>,
}

/// The lifetimes of the group and of its parent, invariant; each is longer than the one before it (the call's is the
/// first), which every shim may rely on.
type Brand<'c, 'h, 'p> =
    std::marker::PhantomData<(fn(&'h ()) -> &'h (), fn(&'p ()) -> &'p (), &'c &'h &'p ())>;

impl<'c> Call<'c, '_, '_> {
    /// The call of `frame`, which is answered to `out`.
    #[inline(always)]
    pub(crate) fn new(frame: &'c Frame<'c>, out: &'c Output) -> Self {
        Self {
            frame,
            out,
            groups: std::marker::PhantomData,
        }
    }
}

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
            None => not_held(),
        }
    }
}

#[cold]
#[inline(never)]
fn not_held() -> ! {
    unreachable!("`answer!` runs the call only when every argument is held")
}

/// Holds an argument. What stands here is in every shim: the plainest way. All else is one function for all shims with such
/// an argument, because their size is that of the library, all of which is compiled, and read, hashed and copied when it
/// is loaded.
#[inline(always)]
fn lifted<'s, 'h, B, T: Lift<'s, 'h, B>>(frame: &Frame<'_>, scope: Scope<'s, 'h>) -> Lifted<'s, 'h, B, T> {
    let held = if T::DIRECT.is_some() && is_plainest(frame) {
        held(frame, T::hold_direct(scope))
    } else {
        hold_otherwise::<B, T>(frame, scope)
    };
    Lifted {
        held,
        marker: std::marker::PhantomData,
    }
}

/// Whether a call is made of words, and nothing was unusual so far.
#[inline(always)]
fn is_plainest(frame: &Frame<'_>) -> bool {
    frame.is_light() && frame.is_direct()
}

/// Takes note of an argument, or of why it cannot be held.
#[inline(always)]
fn held<T>(frame: &Frame<'_>, held: Result<T, Fault>) -> Option<T> {
    match held {
        Ok(held) => {
            frame.parameter.set(frame.parameter.get() + 1);
            Some(held)
        }
        Err(fault) => {
            frame.fail(fault);
            None
        }
    }
}

/// Holds an argument of a request, or of a call that is more than the plainest.
#[inline(never)]
fn hold_otherwise<'s, 'h, B, T: Lift<'s, 'h, B>>(frame: &Frame<'_>, scope: Scope<'s, 'h>) -> Option<T::Held> {
    if !frame.is_light() && is_passed(frame, T::describe, T::DIRECT) {
        return None;
    }
    let argument = if frame.is_direct() {
        match T::DIRECT {
            Some(_) => T::hold_direct(scope),
            None => Err(no_words(frame)),
        }
    } else if frame.parameter.get() == frame.given.get() {
        Err(too_few(frame))
    } else {
        T::hold(scope)
    };
    held(frame, argument)
}

/// Whether an argument is not held: its type is asked for, or one before it could not be.
#[cold]
#[inline(never)]
fn is_passed(frame: &Frame<'_>, describe: fn(&mut Describer<'_>), direct: Option<Kind>) -> bool {
    let Some(description) = frame.types() else {
        return frame.has_failed();
    };
    let mut description = description.borrow_mut();
    describe(&mut Describer::new(&mut description.types));
    description.directly.parameter(direct);
    frame.parameter.set(frame.parameter.get() + 1);
    true
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
#[inline(never)]
fn ready(frame: &Frame<'_>) -> Answer {
    if let Some(fault) = frame.take_fault() {
        return Err(fault);
    }
    if !frame.is_direct() && has_left_over(frame) {
        return Err(left_over(frame));
    }
    frame.run()
}

/// Whether the request has more than the arguments that were read.
fn has_left_over(frame: &Frame<'_>) -> bool {
    frame.parameter.get() != frame.given.get() || !frame.reader.at_end()
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

/// Makes the call if every argument is held, and lowers its result. `describe` says the result's type. As with arguments,
/// what is not the plainest is one function for all shims with such a result: `lower` and `describe` are functions, no closures.
#[inline(always)]
pub(crate) fn answer<'c, 'h, 'p, T>(
    call: Call<'c, 'h, 'p>,
    make: impl FnOnce() -> T,
    (word, direct): Directly<T>,
    lower: impl FnOnce(T, Out<'_, 'h>) -> Answer,
    describe: impl FnOnce(&mut Describer<'_>),
) -> Answer {
    let frame = call.frame;
    if is_plainest(frame) {
        frame.ran.set(true);
    } else {
        ready_otherwise(call, word, describe)?;
    }
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
    write(call, result, lower)
}

/// Whether a call is about to be made: not if the result's type is asked for, which is written then.
#[inline(never)]
fn ready_otherwise(
    call: Call<'_, '_, '_>,
    word: Option<Word>,
    describe: impl FnOnce(&mut Describer<'_>),
) -> Answer {
    if !call.frame.is_light() {
        if let Some(mut answer) = asked(call, word) {
            describe(&mut Describer::new(&mut answer));
            return Err(Fault::Described);
        }
    }
    ready(call.frame)
}

/// Where the result's type is written, if it is asked for.
#[cold]
#[inline(never)]
fn asked<'c>(call: Call<'c, '_, '_>, word: Option<Word>) -> Option<RefMut<'c, Writer>> {
    let description = call.frame.types()?;
    description.borrow_mut().directly.result = word.map(Word::letter);
    Some(call.out.borrow_mut())
}

/// Writes the message for a result.
#[inline(never)]
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
    let _described = shim(Call::new(frame, &out));
    let parameters = frame
        .types()
        .map(|description| std::mem::take(&mut description.borrow_mut().types).into_bytes())
        .unwrap_or_default();
    ((frame.parameter.get() as usize, parameters), out.into_bytes())
}
