//! Callables of the host that Rust calls during a call.

use std::marker::PhantomData;

use super::words::{ROOM, Words, form, word};
use super::{Failure, Operation, Promised, Reply, ask, ask_directly};
use crate::abi::{Host, Memory};
use crate::describe::Describer;
use crate::direct::Word;
use crate::error::Fault;
use crate::group::apart::lift_apart;
use crate::group::frame::Frame;
use crate::group::inside::Inside;
use crate::group::scope::Scope;
use crate::group::store::Out;
use crate::host::talk::Talk;
use crate::lift::Lift;
use crate::lower::Lower;
use crate::shim::Answer;
use crate::wire::Writer;

/// A callable with arguments `A` (a tuple) and result `R`, lent for the call `'c`. `P` says where it may be called from.
pub struct Callable<'c, A, R, P = Anywhere> {
    inside: &'c Inside,
    host: Host,
    token: u64,
    types: PhantomData<fn(A) -> R>,
    place: PhantomData<P>,
}

/// One that stays on the thread that makes the call: the compiler says so, because it is not `Send`.
pub type LocalCallable<'c, A, R> = Callable<'c, A, R, Here>;

/// From any thread.
#[derive(Debug)]
pub struct Anywhere;

/// From the thread that makes the call.
#[derive(Debug)]
pub struct Here(PhantomData<*const ()>);

/// Where a callable may be called from.
pub trait Place {
    /// Nowhere but on the thread that makes the call.
    const LOCAL: bool;
}

impl Place for Anywhere {
    const LOCAL: bool = false;
}

impl Place for Here {
    const LOCAL: bool = true;
}

impl<A, R, P> Clone for Callable<'_, A, R, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, R, P> Copy for Callable<'_, A, R, P> {}

impl<A, R, P> std::fmt::Debug for Callable<'_, A, R, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Callable")
    }
}

/// Arguments for a callable: a tuple of up to eight.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed to a Python callable",
    label = "no wire form"
)]
pub trait LowerArgs<'u, B> {
    /// How many.
    const COUNT: usize;
    /// They are data alone ([`Lower::DATA`]).
    const DATA: bool;

    /// Writes them, one behind the other.
    ///
    /// # Errors
    ///
    /// One is an `Err`.
    fn lower_args(self, out: &mut Out<'_, 'u>) -> Answer;

    /// Writes them if that takes nothing but the writer. `false`: it takes more, and some may have been written.
    fn at_once(&self, writer: &mut Writer) -> bool;

    /// The form of a direct upcall with them and such a result, if there is one.
    fn form(result: Option<Word>) -> Option<u64>;

    /// The words of one. Asked only if there is.
    fn into_words(self) -> [u64; ROOM];

    /// Writes their types.
    fn describe_args(to: &mut Describer<'_>);
}

macro_rules! tuples {
    ($($count:literal: ($($name:ident)*);)+) => {$(
        impl<'u, B, $($name: Lower<'u, B>),*> LowerArgs<'u, B> for ($($name,)*) {
            const COUNT: usize = $count;
            const DATA: bool = true $(&& $name::DATA)*;

            #[allow(non_snake_case, unused_variables, reason = "a tuple's parts are named like their types; one has none")]
            fn lower_args(self, out: &mut Out<'_, 'u>) -> Answer {
                let ($($name,)*) = self;
                $($name.lower(&mut out.part())?;)*
                Ok(())
            }

            #[allow(non_snake_case, unused_variables, reason = "a tuple's parts are named like their types; one has none")]
            #[inline]
            fn at_once(&self, writer: &mut Writer) -> bool {
                let ($($name,)*) = self;
                true $(&& $name.at_once(writer))*
            }

            #[allow(non_snake_case, unused_variables, reason = "a tuple's parts are named like their types; one has none")]
            #[inline(always)]
            fn into_words(self) -> [u64; ROOM] {
                let ($($name,)*) = self;
                #[allow(unused_mut, reason = "there may be none")]
                let (mut words, mut places) = ([0; ROOM], 0..ROOM);
                $(
                    if let Some(place) = places.next() {
                        words[place] = word($name.direct());
                    }
                )*
                words
            }

            #[inline(always)]
            fn form(result: Option<Word>) -> Option<u64> {
                form(&[$(($name::DIRECT, $name::WHOLE)),*], result)
            }

            #[allow(unused_variables, reason = "one has no parts")]
            fn describe_args(to: &mut Describer<'_>) {
                $($name::describe(to);)*
            }
        }
    )+};
}

tuples! {
    0: ();
    1: (A1);
    2: (A1 A2);
    3: (A1 A2 A3);
    4: (A1 A2 A3 A4);
    5: (A1 A2 A3 A4 A5);
    6: (A1 A2 A3 A4 A5 A6);
    7: (A1 A2 A3 A4 A5 A6 A7);
    8: (A1 A2 A3 A4 A5 A6 A7 A8);
}

impl<'s, 'h, B, A, R, P> Lift<'s, 'h, B> for Callable<'s, A, R, P>
where
    A: LowerArgs<'h, B>,
    R: Lift<'h, 'h, B>,
    P: Place,
{
    type Held = Self;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        // Who keeps a lock of the host's calls back on its own thread alone, which has that lock, and with what never has to
        // be waited for: no reference is lent, and no handle comes back.
        let prompt = P::LOCAL && A::DATA && R::DATA;
        let (host, token) = Promised::hold(&scope, "a callable", prompt)?.parts();
        Ok(Self {
            inside: scope.inside()?,
            host,
            token,
            types: PhantomData,
            place: PhantomData,
        })
    }

    fn take(held: Self) -> Self {
        held
    }

    fn describe(to: &mut Describer<'_>) {
        describe::<B, A, R>("lent", to);
    }
}

/// Writes the type of a callable; `how` says for how long Rust has it.
pub(super) fn describe<'h, B, A: LowerArgs<'h, B>, R: Lift<'h, 'h, B>>(how: &str, to: &mut Describer<'_>) {
    to.head("callable", 3);
    to.list(A::COUNT);
    A::describe_args(to);
    R::describe(to);
    to.plain(how);
}

impl<A, R, W> Callable<'_, A, R, W> {
    /// Calls it. References among the arguments are lent until it has returned, with all that was made of them.
    ///
    /// # Panics
    ///
    /// It raised, or gave what is no `T`: then this unwinds out of the call, which ends with the exception or the error.
    /// The host is gone, or a destructor panicked.
    #[inline]
    pub fn invoke<'u, B, P, T>(&self, arguments: P) -> T
    where
        P: LowerArgs<'u, B>,
        T: for<'s> Lift<'s, 's, B>,
    {
        // Until the end: what others do with what was lent is waited for, so they may not wait for this call.
        let _upcall = self.inside.upcall();
        self.callee()
            .call::<B, P, T>(arguments)
            .unwrap_or_else(|failure| self.end(*failure))
    }

    #[inline(always)]
    fn callee(&self) -> Callee {
        Callee {
            host: self.host,
            token: self.token,
            callable: self.inside.callable,
        }
    }

    /// Ends the call instead of giving a result.
    #[cold]
    fn end(&self, failure: Failure) -> ! {
        if let Failure::Raised(raised) = &failure {
            self.inside.raise(raised, false);
        }
        failure.unwind()
    }
}

/// Something to call: where it is, which, and for which callable of the library.
#[derive(Debug, Clone, Copy)]
pub(super) struct Callee {
    pub(super) host: Host,
    pub(super) token: u64,
    pub(super) callable: &'static str,
}

impl Callee {
    /// Calls it, with words or with a message.
    #[inline(always)]
    pub(super) fn call<'u, B, P, T>(self, arguments: P) -> Result<T, Box<Failure>>
    where
        P: LowerArgs<'u, B>,
        T: for<'s> Lift<'s, 's, B>,
    {
        match P::form(T::WORD).filter(|_| self.host.is_direct()) {
            Some(form) => self.by_words::<B, P, T>(form, arguments),
            None => self.by_message::<B, P, T>(arguments),
        }
    }

    #[inline(always)]
    fn by_words<'u, B, P, T>(self, form: u64, arguments: P) -> Result<T, Box<Failure>>
    where
        P: LowerArgs<'u, B>,
        T: for<'s> Lift<'s, 's, B>,
    {
        let words = arguments.into_words();
        let word = ask_directly(self.host, self.token, &Words { form, words })?;
        T::of_word(word).map_err(wrong)
    }

    #[inline(never)]
    fn by_message<'u, B, P, T>(self, arguments: P) -> Result<T, Box<Failure>>
    where
        P: LowerArgs<'u, B>,
        T: for<'s> Lift<'s, 's, B>,
    {
        /// Ends what was lent, also when something unwinds.
        struct Ending<'f>(Frame<'f>);
        impl Drop for Ending<'_> {
            fn drop(&mut self) {
                self.0.end();
            }
        }
        /// Takes back the arguments, unless somebody got them.
        struct Unsent<'u, 'f>(Option<&'u Frame<'f>>);
        impl Drop for Unsent<'_, '_> {
            fn drop(&mut self) {
                if let Some(frame) = self.0 {
                    frame.undo();
                }
            }
        }
        let mut talk = Talk::new(Operation::Invoke, P::COUNT, self.token);
        let start = talk.request(|writer| writer.len());
        if talk.request(|writer| arguments.at_once(writer)) {
            // Nothing is lent that would have to end.
            let reply = ask(self.host, talk, Memory::Nothing)?;
            return self.lift::<B, T>(&reply);
        }
        talk.request(|writer| writer.truncate(start));
        let lent = Ending(Frame::lending(self.host, self.callable));
        let mut unsent = Unsent(Some(&lent.0));
        let written = talk.request(|writer| arguments.lower_args(&mut Out::new(writer, &lent.0)));
        if let Err(fault) = written {
            let fault = match fault {
                Fault::Failed => Fault::value("an `Err` cannot be an argument of a callable"),
                fault => fault.about("an argument of a callable"),
            };
            return Err(Box::new(Failure::Unusable(fault)));
        }
        let reply = ask(self.host, talk, Memory::Nothing);
        if !matches!(&reply, Err(failure) if matches!(**failure, Failure::Gone(_))) {
            unsent.0 = None;
            lent.0.sent();
        }
        self.lift::<B, T>(&reply?)
    }

    #[inline]
    fn lift<B, T: for<'s> Lift<'s, 's, B>>(self, reply: &Reply) -> Result<T, Box<Failure>> {
        let result = lift_apart::<B, T>(self.host, reply.bytes(), self.callable);
        result.map_err(|fault| wrong(*fault))
    }
}

/// What it gave is unusable.
#[cold]
fn wrong(fault: Fault) -> Box<Failure> {
    Box::new(Failure::Unusable(fault.about("what a callable gave")))
}
