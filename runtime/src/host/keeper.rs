//! Callables of the host that Rust keeps, and calls when and where it likes: on any thread, and when no call waits.
//!
//! What a closure of the bridge holds is a [`Keeper`], a share of the one reference to the callable. It uses the callable by
//! upcalls alone, for which the host takes whatever lock it needs: that is what makes it `Send` and `Sync`.
//!
//! What the callable raises while its thread makes a call leaves that call. While it makes none, it unwinds, or is the error
//! that the callable may give, and the host is told of it when nothing refers to it any more, unless a call has ended with it.

use std::marker::PhantomData;
use std::panic::resume_unwind;
use std::sync::Arc;

use super::callable::{Callee, LowerArgs, describe};
use super::{Failure, Kept, Operation, Unwound, attributed, record, talk};
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::current;
use crate::group::frame::Frame;
use crate::group::scope::Scope;
use crate::lift::Lift;
use crate::wire::Token;

/// A callable with arguments `A` (a tuple) and result `R` that Rust may keep.
pub struct KeptCallable<A, R> {
    keeper: Keeper,
    types: PhantomData<fn(A) -> R>,
}

impl<A, R> KeptCallable<A, R> {
    /// What a closure holds of it: nothing of `A` and `R`, which name lifetimes.
    pub fn keep(self) -> Keeper {
        self.keeper
    }
}

impl<A, R> std::fmt::Debug for KeptCallable<A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeptCallable")
    }
}

impl<'s, 'h, B, A, R> Lift<'s, 'h, B> for KeptCallable<A, R>
where
    A: LowerArgs<'h, B>,
    R: Lift<'h, 'h, B>,
{
    type Held = Self;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        Ok(Self {
            keeper: Keeper::hold(scope)?,
            types: PhantomData,
        })
    }

    fn take(held: Self) -> Self {
        held
    }

    fn describe(to: &mut Describer<'_>) {
        describe::<B, A, R>("kept", to);
    }
}

/// A share of a callable, which is released with the last of them, on whatever thread that is.
#[derive(Debug, Clone)]
pub struct Keeper {
    kept: Arc<Kept>,
    /// Which callable of the library it was passed to, for messages.
    callable: &'static str,
}

const _: () = {
    const fn goes_anywhere<T: Send + Sync + 'static>() {}
    goes_anywhere::<Keeper>();
};

impl Keeper {
    /// Reads the next value, which is a callable.
    pub(super) fn hold(scope: Scope<'_, '_>) -> Result<Self, Fault> {
        Ok(Self {
            callable: scope.callable(),
            kept: Kept::hold(scope)?,
        })
    }

    /// Calls it. References among the arguments are lent until it has returned, with all that was made of them.
    ///
    /// # Panics
    ///
    /// It raised, or gave what is no `T`: then this unwinds, out of the call that the thread makes, which ends with the exception
    /// or the error; or, if it makes none, out of whatever called. The host is gone, or a destructor panicked.
    pub fn invoke<'u, B, P, T>(&self, arguments: P) -> T
    where
        P: LowerArgs<'u, B>,
        T: for<'s> Lift<'s, 's, B>,
    {
        self.attempt::<B, P, T>(arguments)
            .unwrap_or_else(|failure| end(failure))
    }

    /// The same, for what can give an error of its own.
    ///
    /// # Errors
    ///
    /// See [`Failure`]. What it raised leaves the thread's call, unless that succeeds all the same.
    pub fn attempt<'u, B, P, T>(&self, arguments: P) -> Result<T, Failure>
    where
        P: LowerArgs<'u, B>,
        T: for<'s> Lift<'s, 's, B>,
    {
        let (host, token) = self.kept.usable()?;
        let callable = self.callable;
        let callee = Callee {
            host,
            token,
            callable,
        };
        let given = current::with(|frame| {
            // Until the end, as for what is lent alone.
            attributed(frame.map(Frame::calls_back), || callee.call::<B, P, T>(arguments))
        });
        given.map_err(|failure| self.failed(*failure))
    }

    /// Whether both are the same callable; one of another process is not.
    pub(super) fn is(&self, other: &Self) -> Result<bool, Failure> {
        if Arc::ptr_eq(&self.kept, &other.kept) || self.kept.is(&other.kept) {
            return Ok(true);
        }
        if self.kept.usable().is_err() {
            return Ok(false);
        }
        let reply = self.kept.ask(Operation::Equal, 1, |writer| {
            talk::write(writer, other.kept.token())
        })?;
        match reply.reader().next()? {
            Token::Bool(same) => Ok(same),
            _ => Err(
                Fault::value("a host says no more of two callables than whether they are the same").into(),
            ),
        }
    }

    /// Whoever waits is told; if nobody does, the host is, in the end.
    #[cold]
    fn failed(&self, failure: Failure) -> Failure {
        if let Failure::Raised(raised) = &failure {
            if is_awaited() {
                record(raised, false);
            } else {
                raised.tell_of(&self.kept);
            }
        }
        failure
    }
}

/// Whether the thread makes a call, which ends with what goes wrong now.
fn is_awaited() -> bool {
    current::with(|frame| frame.is_some())
}

/// Unwinds. Where no call waits, nothing is printed: the host is told of exceptions, and is gone when it is gone.
#[cold]
fn end(failure: Failure) -> ! {
    match failure {
        Failure::Gone(why) if !is_awaited() => resume_unwind(Box::new(why.to_owned())),
        Failure::Unusable(fault) if !is_awaited() => panic!("{}", fault.text()),
        Failure::Raised(raised) => resume_unwind(Box::new(Unwound::Raised(raised))),
        failure => failure.unwind(),
    }
}
