//! Callables of the host behind function pointers.
//!
//! A function pointer has no owner: nobody knows whether Rust has one still. So there is room for a few at each place that takes
//! them, each with a function of its own, and what is there stays for ever. The same callable is only there once.

use std::sync::OnceLock;

use super::{Failure, Keeper};
use crate::error::Fault;

/// How many callables there are at most behind the function pointers of one parameter.
const ROOM: usize = 16;

/// The callables behind the function pointers of one parameter.
#[derive(Debug)]
pub struct Places([OnceLock<Keeper>; ROOM]);

impl Places {
    /// None yet.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it is a static's initial value")]
    pub const fn new() -> Self {
        Self([const { OnceLock::new() }; ROOM])
    }

    /// The place of a callable: the one that it has, or one that is free, and its own from now on.
    ///
    /// # Panics
    ///
    /// Unwinds out of the call where there is no room, or where comparing raised.
    pub fn of(&self, keeper: Keeper) -> usize {
        for (at, place) in self.0.iter().enumerate() {
            // Of several threads that find it free one has it, and the others see whose it is.
            let there = place.get_or_init(|| keeper.clone());
            match there.is(&keeper) {
                Ok(true) => return at,
                Ok(false) => {}
                Err(failure) => failure.unwind(),
            }
        }
        let message = format!(
            "no room for another callable: Rust takes a function pointer here, of which nobody knows how long it is used, so \
             each of the {ROOM} callables that were passed before stays for ever; pass one of them again, but none of those that \
             a parent process passed before `fork`"
        );
        Failure::Unusable(Fault::value(message)).unwind()
    }

    /// The callable at a place.
    ///
    /// # Panics
    ///
    /// There is none.
    #[must_use]
    pub fn at(&self, place: usize) -> &Keeper {
        self.0[place]
            .get()
            .expect("a pointer is given when its place is taken")
    }
}

/// A function for each place, which finds its callable there as `$f`.
#[macro_export]
#[doc(hidden)]
macro_rules! pointers {
    ($places:ident, $f:ident, $params:tt -> $out:ty, $body:expr) => {
        $crate::pointers!(@each $places, $f, $params, $out, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    (@each $places:ident, $f:ident, $params:tt, $out:ty, $body:expr, $($place:literal)*) => {
        [$($crate::pointers!(@one $places, $f, $params, $out, $body, $place)),*]
    };
    (@one $places:ident, $f:ident, ($($x:ident: $ty:ty),*), $out:ty, $body:expr, $place:literal) => {
        |$($x: $ty),*| -> $out {
            let $f = $places.at($place);
            $body
        }
    };
}
