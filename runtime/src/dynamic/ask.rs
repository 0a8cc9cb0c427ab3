//! What is asked of an object that stays in Python.

use std::cell::Cell;
use std::cmp::Ordering;
use std::fmt;

use super::{Dynamic, lower};
use crate::error::Fault;
use crate::host::{Failure, Kept, Operation, Reply};
use crate::wire::Token;

/// The marker of no bridge.
struct Own;

/// Asks something about an object and a value, which is lent to the host meanwhile.
fn about(kept: &Kept, operation: Operation, other: &Dynamic) -> Result<Reply, Failure> {
    let mut written = Ok(());
    let reply = kept.ask(operation, 1, |writer| {
        written = lower::write(other, writer);
        if written.is_err() {
            // Whatever is answered is not looked at.
            writer.nil();
        }
    });
    written?;
    reply
}

/// Whether it is equal to a value.
pub(super) fn equal(kept: &Kept, other: &Dynamic) -> bool {
    let asked = about(kept, Operation::Equal, other).and_then(|reply| match reply.reader().next()? {
        Token::Bool(equal) => Ok(equal),
        other => Err(unlike("whether objects are equal", &other)),
    });
    asked.unwrap_or_else(|failure| failure.unwind())
}

/// Where it stands to a value.
pub(super) fn order(kept: &Kept, other: &Dynamic) -> Ordering {
    let asked = about(kept, Operation::Order, other).and_then(|reply| match reply.reader().next()? {
        Token::Int(order @ -1..=1) => Ok(order.cmp(&0)),
        other => Err(unlike("the order of objects", &other)),
    });
    asked.unwrap_or_else(|failure| failure.unwind())
}

/// How deeply what objects hash like may be made of objects that hash like others. (Their data nests, too.)
const DEEPEST: u32 = 16;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// One such step further down, until it is dropped.
pub(super) struct Deeper(());

impl Deeper {
    pub(super) fn enter() -> Self {
        let depth = DEPTH.get();
        if depth == DEEPEST {
            let message = format!(
                "an object hashes like data that is made of other such objects, more than {DEEPEST} deep"
            );
            Failure::Unusable(Fault::value(message)).unwind();
        }
        DEPTH.set(depth + 1);
        Self(())
    }
}

impl Drop for Deeper {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// A value that hashes as it does: an integer, or the plain data that it is another form of. Asked once.
pub(super) fn hash_key(kept: &Kept) -> &Dynamic {
    if kept.hash_key.get().is_none() {
        let asked = kept
            .ask(Operation::Hash, 0, |_| ())
            .and_then(|reply| kept.lift::<Own, Dynamic>(&reply, "the hash of an object"));
        // Another thread, or what was asked itself, may have been faster.
        let _ = kept
            .hash_key
            .set(asked.unwrap_or_else(|failure| failure.unwind()));
    }
    kept.hash_key.get_or_init(Dynamic::default)
}

/// The plain data that it stands for, and the name of its class if that is a dict of its fields; objects among its parts stay
/// what they are.
#[cfg(feature = "serde")]
pub(super) fn data(kept: &Kept) -> (Option<String>, Dynamic) {
    let asked = kept
        .ask(Operation::Data, 0, |_| ())
        .and_then(|reply| kept.lift::<Own, (Option<String>, Dynamic)>(&reply, "the data of an object"));
    asked.unwrap_or_else(|failure| failure.unwind())
}

/// Which text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// For people.
    Str = 0,
    /// For programmers.
    Repr = 1,
}

/// Its text. What it raises is recorded with the call, which ends with it unless whoever writes passes over the error: this may
/// be for the message of a panic, out of which nothing may unwind.
pub(super) fn text(kept: &Kept, form: Form) -> Result<String, fmt::Error> {
    let asked = kept
        .ask(Operation::Text, 1, |writer| writer.uint(form as u64))
        .and_then(|reply| kept.lift::<Own, String>(&reply, "the text of an object"));
    asked.map_err(|_| fmt::Error)
}

#[cold]
fn unlike(what: &str, token: &Token<'_>) -> Failure {
    Fault::expected(format!("{what}, not {}", token.name())).into()
}
