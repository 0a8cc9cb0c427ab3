//! Interior mutability that stores a borrow, behind shared references, with a lock and without.

use std::cell::{Cell, RefCell};
use std::sync::Mutex;

use crate::Owner;

/// Stores what it is shown.
#[derive(Debug, Default)]
pub struct Shelf<'a> {
    all: RefCell<Vec<&'a Owner>>,
    last: Cell<Option<&'a str>>,
}

/// The same for many threads.
#[derive(Debug, Default)]
pub struct Board<'a>(Mutex<Vec<&'a Owner>>);

impl<'a> Shelf<'a> {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores an owner through a shared reference.
    pub fn put(&self, owner: &'a Owner) {
        self.all.borrow_mut().push(owner);
    }

    /// Stores text through a shared reference.
    pub fn note(&self, text: &'a str) -> Option<&'a str> {
        self.last.replace(Some(text))
    }

    /// Takes over what another one stores.
    pub fn take_from(&self, other: &Shelf<'a>) {
        self.all.borrow_mut().append(&mut other.all.borrow_mut());
        self.last.set(other.last.take().or(self.last.get()));
    }

    /// Reads everything.
    pub fn read(&self) -> String {
        let all = self.all.borrow();
        all.iter()
            .map(|owner| owner.text())
            .chain(self.last.get())
            .collect()
    }
}

impl<'a> Board<'a> {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores an owner.
    pub fn put(&self, owner: &'a Owner) {
        self.0.lock().unwrap().push(owner);
    }

    /// The first.
    pub fn first(&self) -> Option<&'a Owner> {
        self.0.lock().unwrap().first().copied()
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    /// How long it all is.
    pub fn length(&self) -> usize {
        self.0
            .lock()
            .unwrap()
            .iter()
            .map(|owner| owner.text().len())
            .sum()
    }
}
