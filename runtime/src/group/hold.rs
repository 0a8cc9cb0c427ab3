//! What a call knows of a slot that it holds, and the words for why it cannot hold one.

use super::frame::Side;
use super::table::Entry;
use crate::error::{Fault, HandleFault};
use crate::wire::Token;

/// A slot that the call holds: its number, and what is known of the hold. One word, so that it is written and read as one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hold(pub(super) u64);

impl Hold {
    pub(super) const EXCLUSIVE: u64 = 1 << 32;
    pub(super) const MOVED: u64 = 1 << 33;
    /// It becomes that group's when the call ends, if the group has members then.
    pub(super) const KEPT_BY_OWN: u64 = 1 << 34;
    pub(super) const KEPT_BY_PARENT: u64 = 1 << 35;
    /// It is that group's now.
    pub(super) const GIVEN: u64 = 1 << 36;
    /// It has ended.
    pub(super) const OVER: u64 = 1 << 37;

    pub(super) const fn new(slot: u32, exclusive: bool) -> Self {
        Self(slot as u64 | if exclusive { Self::EXCLUSIVE } else { 0 })
    }

    pub(super) const fn slot(self) -> u32 {
        self.0 as u32
    }

    pub(super) const fn is(self, what: u64) -> bool {
        self.0 & what != 0
    }

    pub(super) const fn is_exclusive(self) -> bool {
        self.is(Self::EXCLUSIVE)
    }

    pub(super) const fn keeper(self) -> Option<Side> {
        if self.is(Self::KEPT_BY_OWN) {
            Some(Side::Own)
        } else if self.is(Self::KEPT_BY_PARENT) {
            Some(Side::Parent)
        } else {
            None
        }
    }

    pub(super) fn set_keeper(&mut self, keeper: Side) {
        self.0 &= !(Self::KEPT_BY_OWN | Self::KEPT_BY_PARENT);
        self.0 |= match keeper {
            Side::Own => Self::KEPT_BY_OWN,
            Side::Parent => Self::KEPT_BY_PARENT,
        };
    }
}

#[cold]
pub(super) fn no_handle(wanted: &str, found: &Token<'_>) -> Fault {
    Fault::expected(format!("a `{wanted}`, not {}", found.name()))
}

#[cold]
pub(super) fn other_type(entry: &Entry, wanted: &str) -> Fault {
    let message = format!("expected a `{wanted}`, not a `{}`", entry.info.path);
    Fault::handle(HandleFault::Type, message)
}

#[cold]
pub(super) fn shared_view(wanted: &str) -> Fault {
    let message = format!(
        "this `{wanted}` is a shared view into another value: it cannot be changed through it; \
         get one from a method that lends it to be changed, such as `get_mut`"
    );
    Fault::handle(HandleFault::Borrowed, message)
}

/// What was lent to a callable is used afterwards.
#[cold]
pub(super) fn returned(wanted: &str) -> Fault {
    let message = format!("this `{wanted}` is closed: it was lent to a callable that has returned");
    Fault::handle(HandleFault::Closed, message)
}
