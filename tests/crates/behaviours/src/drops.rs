//! Destructors that tell.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

static LIVING: AtomicI64 = AtomicI64::new(0);
static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Counts itself.
#[derive(Debug)]
pub struct Guard {
    name: String,
}

impl Guard {
    /// With this name.
    pub fn new(name: &str) -> Self {
        LIVING.fetch_add(1, Ordering::SeqCst);
        Self {
            name: name.to_owned(),
        }
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// Looks at it: the view keeps it alive.
    pub fn view(&self) -> View<'_> {
        View { guard: self }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        LIVING.fetch_sub(1, Ordering::SeqCst);
        if let Ok(mut log) = LOG.lock() {
            log.push(self.name.clone());
        }
    }
}

/// Looks at a guard, when it is dropped too.
#[derive(Debug)]
pub struct View<'g> {
    guard: &'g Guard,
}

impl View<'_> {
    /// The guard's name.
    pub fn name(&self) -> String {
        self.guard.name.clone()
    }
}

impl Drop for View<'_> {
    fn drop(&mut self) {
        if let Ok(mut log) = LOG.lock() {
            log.push(format!("view of {}", self.guard.name));
        }
    }
}

/// How many guards live.
pub fn living() -> i64 {
    LIVING.load(Ordering::SeqCst)
}

/// What was dropped, in order, since the last call.
pub fn log() -> Vec<String> {
    LOG.lock()
        .map(|mut log| std::mem::take(&mut *log))
        .unwrap_or_default()
}

/// A destructor that takes its time.
#[derive(Debug)]
pub struct Slow {
    milliseconds: u64,
}

impl Slow {
    /// Takes so long to drop.
    pub fn new(milliseconds: u64) -> Self {
        Self { milliseconds }
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        std::thread::sleep(std::time::Duration::from_millis(self.milliseconds));
    }
}
