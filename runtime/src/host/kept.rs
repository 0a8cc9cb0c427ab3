//! Objects of the host that stay with values of the library for as long as these live, and go back as they are.
//!
//! A request gives a reference with each. It is the library's when the call is made, before any argument is: also if an
//! argument's own code ends the call, each of them is released once.

use std::sync::{Arc, OnceLock};

use super::{Failure, Object, Operation, PARENTS, Promised, Reply};
use crate::abi::{Host, Memory};
use crate::dynamic::Dynamic;
use crate::error::Fault;
use crate::group::scope::Scope;
use crate::wire::Writer;

/// An object of the host, shared by the values that hold it. It is released with the last of them.
#[derive(Debug)]
pub(crate) struct Kept {
    promised: Promised,
    /// The library's reference, from the moment when the call is made.
    object: OnceLock<Object>,
    /// A value that hashes as it does, once it was asked for.
    pub(crate) hash_key: OnceLock<Dynamic>,
}

impl Kept {
    /// Reads the next value, which is a host object. It may be asked when the call is made.
    pub(crate) fn hold(scope: Scope<'_, '_>) -> Result<Arc<Self>, Fault> {
        let kept = Arc::new(Self {
            promised: Promised::hold(&scope, "an object", false)?,
            object: OnceLock::new(),
            hash_key: OnceLock::new(),
        });
        scope.when_made(Arc::clone(&kept));
        Ok(kept)
    }

    /// The call is made: the reference is the library's.
    pub(crate) fn own(&self) {
        self.object.get_or_init(|| self.promised.own());
    }

    fn object(&self) -> &Object {
        self.object
            .get()
            .expect("values are used when the call is made, and then their objects are owned")
    }

    /// Where it is, and which, if it may be asked in this process.
    pub(crate) fn usable(&self) -> Result<(Host, u64), Failure> {
        match self.object().current() {
            Some(known) => Ok(known.parts()),
            None => Err(Failure::Gone(PARENTS)),
        }
    }

    /// Which it is, for the host.
    pub(crate) fn token(&self) -> u64 {
        self.promised.token
    }

    /// Whether both are the same reference, and so the same object. Others may be, too: only the host knows.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.promised == other.promised
    }

    /// Asks the host for something of it.
    pub(crate) fn ask(
        &self,
        operation: Operation,
        count: usize,
        arguments: impl FnOnce(&mut Writer),
    ) -> Result<Reply, Failure> {
        self.object().upcall(operation, count, arguments, Memory::Nothing)
    }

    /// Another reference to it.
    pub(crate) fn again(&self) -> Result<Object, Failure> {
        self.ask(Operation::Retain, 0, |_| ())?;
        Ok(self.promised.own())
    }

    /// The reference itself, of an object that nobody else holds.
    pub(crate) fn give_up(&mut self) -> Option<Object> {
        self.object.take()
    }

    /// Lifts a value out of what the host answered.
    pub(crate) fn lift<B, T: for<'s> crate::lift::Lift<'s, 's, B>>(
        &self,
        reply: &Reply,
        what: &'static str,
    ) -> Result<T, Failure> {
        Ok(super::lift::<B, T>(self.object(), reply.bytes(), what)?)
    }
}
