//! Types that are bound to a thread, or that only one thread may use at a time.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Not `Send`: it belongs to the thread that made it.
#[derive(Debug)]
pub struct Local {
    count: Rc<Cell<u32>>,
}

static LOCALS: AtomicU64 = AtomicU64::new(0);

impl Local {
    /// One for this thread.
    pub fn new() -> Self {
        LOCALS.fetch_add(1, Ordering::SeqCst);
        Self {
            count: Rc::new(Cell::new(0)),
        }
    }

    /// Counts without a lock.
    pub fn count(&self) -> u32 {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }

    /// How many live.
    pub fn living() -> u64 {
        LOCALS.load(Ordering::SeqCst)
    }
}

impl Default for Local {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        LOCALS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// `Send` and not `Sync`: one thread at a time.
#[derive(Debug, Default)]
pub struct Single {
    inside: Cell<u32>,
    most: Cell<u32>,
    calls: Cell<u32>,
}

impl Single {
    /// One.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stays inside for a while; gives how many were inside at once, at most.
    pub fn stay(&self, milliseconds: u64) -> u32 {
        self.inside.set(self.inside.get() + 1);
        self.most.set(self.most.get().max(self.inside.get()));
        std::thread::sleep(Duration::from_millis(milliseconds));
        self.inside.set(self.inside.get() - 1);
        self.calls.set(self.calls.get() + 1);
        self.most.get()
    }

    /// How many calls have ended.
    pub fn calls(&self) -> u32 {
        self.calls.get()
    }
}

/// `Sync`: many threads at once.
#[derive(Debug, Default)]
pub struct Shared {
    inside: AtomicU64,
    most: AtomicU64,
}

impl Shared {
    /// One.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stays inside for a while; gives how many were inside at once, at most.
    pub fn stay(&self, milliseconds: u64) -> u64 {
        let now = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(milliseconds));
        self.inside.fetch_sub(1, Ordering::SeqCst);
        self.most.load(Ordering::SeqCst)
    }

    /// Changes it for a while: nobody else may be inside.
    pub fn change(&mut self, milliseconds: u64) -> u64 {
        let found = *self.inside.get_mut();
        std::thread::sleep(Duration::from_millis(milliseconds));
        found
    }
}

/// Sleeps.
pub fn sleep(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}
