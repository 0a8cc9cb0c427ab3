//! Threads.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts from any thread.
#[derive(Default)]
pub struct Visits {
    count: AtomicU64,
}

impl Visits {
    /// One more.
    pub fn enter(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

/// Belongs to one thread.
#[derive(Default)]
pub struct Draft {
    edits: Rc<Cell<u32>>,
}

impl Draft {
    /// One more edit; gives how many there are.
    pub fn edit(&self) -> u32 {
        self.edits.set(self.edits.get() + 1);
        self.edits.get()
    }
}

/// Works for so many milliseconds.
pub fn work(milliseconds: u64) {
    std::thread::sleep(std::time::Duration::from_millis(milliseconds));
}
