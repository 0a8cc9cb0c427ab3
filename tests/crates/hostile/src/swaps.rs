//! `mem::swap`, `replace`, `take`: what borrows changes hands.

use crate::Owner;

/// A slot for a borrow.
#[derive(Debug, Default)]
pub struct Slot<'a>(Option<&'a Owner>);

impl<'a> Slot<'a> {
    /// Filled.
    pub fn new(owner: &'a Owner) -> Self {
        Self(Some(owner))
    }

    /// Exchanges what two hold.
    pub fn exchange(&mut self, other: &mut Slot<'a>) {
        std::mem::swap(self, other);
    }

    /// Moves what another holds here, and gives what was here.
    pub fn replace(&mut self, other: Slot<'a>) -> Slot<'a> {
        std::mem::replace(self, other)
    }

    /// Leaves nothing behind.
    pub fn take(&mut self) -> Slot<'a> {
        std::mem::take(self)
    }

    /// Reads it.
    pub fn read(&self) -> Option<&str> {
        self.0.map(Owner::text)
    }
}

/// Exchanges the owners themselves.
pub fn exchange(left: &mut Owner, right: &mut Owner) {
    std::mem::swap(left, right);
}
