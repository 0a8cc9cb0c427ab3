//! Guards that may be forgotten: what they would have done on `Drop` never happens.

use std::rc::Rc;

/// Has items.
#[derive(Debug, Default)]
pub struct Vault {
    items: Vec<String>,
}

/// Takes the items; puts those back that were not taken when it is dropped.
#[derive(Debug)]
pub struct Drain<'v> {
    vault: &'v mut Vault,
    left: Vec<String>,
}

/// Keeps itself alive, for ever.
#[derive(Debug)]
pub struct Ring<'v> {
    drain: std::cell::RefCell<Option<Drain<'v>>>,
    own: std::cell::RefCell<Option<Rc<Ring<'v>>>>,
}

impl Vault {
    /// With so many items.
    pub fn new(count: usize) -> Self {
        Self {
            items: (0..count).map(|at| format!("item {at}").repeat(10)).collect(),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.items.len()
    }

    /// Takes them all, one by one.
    pub fn drain(&mut self) -> Drain<'_> {
        let left = std::mem::take(&mut self.items);
        Drain { vault: self, left }
    }
}

impl Drain<'_> {
    /// The last of what is left.
    pub fn pop(&mut self) -> Option<String> {
        self.left.pop()
    }
}

impl Drop for Drain<'_> {
    fn drop(&mut self) {
        self.vault.items.append(&mut self.left);
    }
}

/// Forgets a guard.
pub fn forget(drain: Drain<'_>) {
    std::mem::forget(drain);
}

/// Puts a guard into a ring that nothing can end: it is never dropped.
pub fn bury(drain: Drain<'_>) {
    let ring = Rc::new(Ring {
        drain: std::cell::RefCell::new(Some(drain)),
        own: std::cell::RefCell::default(),
    });
    *ring.own.borrow_mut() = Some(Rc::clone(&ring));
    assert!(ring.drain.borrow().is_some());
}
