//! Items that Rust takes: sent all at once, or fetched from an iterator of the host one by one, when Rust asks for them.

use std::iter::FusedIterator;

use super::{Lift, Many};
use crate::abi::Memory;
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::Scope;
use crate::host::{Failure, Object, Operation, Promised, lift};
use crate::wire::{EXT_HOST, Token};

/// An iterator over items of Python's, which own their data.
pub struct Iterable<T>(Source<T>);

enum Source<T> {
    /// They are all here.
    Here(std::vec::IntoIter<T>),
    /// They are asked for; the function lifts one.
    Host(Object, fn(&Object, &[u8]) -> Result<T, Fault>),
    /// There are no more.
    Done,
}

/// Items on the way.
pub enum Coming<'s, H> {
    /// All of them.
    Here(Many<'s, H>),
    /// The iterator.
    Host(Promised),
}

impl<'s, 'h, B, T> Lift<'s, 'h, B> for Iterable<T>
where
    T: for<'x, 'y> Lift<'x, 'y, B>,
{
    type Held = Coming<'s, <T as Lift<'s, 'h, B>>::Held>;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        let at = scope.reader().position();
        let lazy = matches!(scope.next()?, Token::Ext(EXT_HOST, _));
        scope.reader().rewind(at);
        if lazy {
            Promised::hold(&scope, "an iterator", false).map(Coming::Host)
        } else {
            Many::hold::<B, T>(scope).map(Coming::Here)
        }
    }

    fn take(held: Self::Held) -> Self {
        Self(match held {
            Coming::Here(many) => Source::Here(many.take::<B, T>().into_iter()),
            Coming::Host(promised) => Source::Host(promised.own(), |object, item| {
                lift::<B, T>(object, item, "an item of an iterator")
            }),
        })
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("iterable", 1);
        <T as Lift<'s, 'h, B>>::describe(to);
    }
}

impl<T> Iterator for Iterable<T> {
    type Item = T;

    /// # Panics
    ///
    /// The iterator raised, or gave what is no `T`: then this unwinds out of the call. The host is gone.
    fn next(&mut self) -> Option<T> {
        match &mut self.0 {
            Source::Here(items) => items.next(),
            Source::Done => None,
            Source::Host(object, lift) => {
                let item = match ask(object, *lift) {
                    Ok(item) => item,
                    Err(failure) => failure.unwind(),
                };
                if item.is_none() {
                    self.0 = Source::Done;
                }
                item
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Source::Here(items) => items.size_hint(),
            Source::Done => (0, Some(0)),
            Source::Host(..) => (0, None),
        }
    }
}

fn ask<T>(object: &Object, lift: fn(&Object, &[u8]) -> Result<T, Fault>) -> Result<Option<T>, Failure> {
    let reply = object.upcall(Operation::Next, 0, |_| (), Memory::Nothing)?;
    let reader = reply.reader();
    match reader.next()? {
        Token::Array(0) => Ok(None),
        Token::Array(1) => {
            let item = reply.bytes().get(reader.position()..).unwrap_or_default();
            Ok(Some(lift(object, item)?))
        }
        _ => Err(Fault::malformed("an iterator answers with an array of one item, or of none").into()),
    }
}

impl<T> FusedIterator for Iterable<T> {}

impl<T> DoubleEndedIterator for Iterable<T> {
    /// An iterator of the host has but one end: when its back is first asked for, what is left of it is taken.
    fn next_back(&mut self) -> Option<T> {
        if matches!(self.0, Source::Host(..)) {
            let rest: Vec<T> = self.collect();
            self.0 = Source::Here(rest.into_iter());
        }
        match &mut self.0 {
            Source::Here(items) => items.next_back(),
            Source::Host(..) | Source::Done => None,
        }
    }
}

/// Items that are all taken before the call: they borrow, or more is asked of them than to come one by one.
pub struct Items<T>(Vec<T>);

impl<T> Items<T> {
    /// All of them.
    #[must_use]
    pub fn all(self) -> Vec<T> {
        self.0
    }
}

impl<T> IntoIterator for Items<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'s, 'h, B, T: Lift<'s, 'h, B>> Lift<'s, 'h, B> for Items<T> {
    type Held = Many<'s, T::Held>;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        Many::hold::<B, T>(scope)
    }

    fn take(held: Self::Held) -> Self {
        Self(held.take::<B, T>())
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("items", 1);
        T::describe(to);
    }
}

impl<T> std::fmt::Debug for Iterable<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Iterable")
    }
}
