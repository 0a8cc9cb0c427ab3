//! Values that must not move once they are pinned.

use std::marker::PhantomPinned;
use std::pin::Pin;

/// Knows its own address.
#[derive(Debug, Default)]
pub struct Settled {
    address: Option<usize>,
    name: String,
    _pinned: PhantomPinned,
}

impl Settled {
    /// Not settled yet.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Settles here: from now on it may not move.
    pub fn settle(self: Pin<&mut Self>) {
        let address = std::ptr::from_ref(&*self).addr();
        // Reaching a field of a pinned value takes `unsafe`, which this crate does without: the whole is replaced.
        let name = self.name.clone();
        let mut this = self;
        this.set(Settled {
            address: Some(address),
            name,
            _pinned: PhantomPinned,
        });
    }

    /// It is where it settled.
    pub fn is_home(&self) -> bool {
        self.address
            .is_none_or(|address| address == std::ptr::from_ref(self).addr())
    }

    /// Pinned from the beginning.
    pub fn pinned(name: &str) -> Pin<Box<Self>> {
        let mut pinned = Box::pin(Self::new(name));
        pinned.as_mut().settle();
        pinned
    }
}
