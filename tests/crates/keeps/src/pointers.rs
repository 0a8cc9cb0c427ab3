//! Function pointers: nobody owns what is behind them.

use std::sync::{Mutex, PoisonError};

/// Something to be told of.
#[derive(Debug)]
pub struct Counter {
    count: u32,
}

impl Counter {
    /// One that begins there.
    pub fn new(count: u32) -> Self {
        Self { count }
    }

    /// How far it is.
    pub fn count(&self) -> u32 {
        self.count
    }
}

/// What keeps one.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    step: fn(i64) -> i64,
}

impl Rule {
    /// Of that step.
    pub fn new(step: fn(i64) -> i64) -> Self {
        Self { step }
    }

    /// One step.
    pub fn apply(&self, value: i64) -> i64 {
        (self.step)(value)
    }

    /// The same on a thread of its own.
    pub fn apply_elsewhere(&self, value: i64) -> i64 {
        let step = self.step;
        std::thread::spawn(move || step(value)).join().unwrap_or(-1)
    }
}

static HOOK: Mutex<Option<fn(i64) -> i64>> = Mutex::new(None);

/// Keeps it where everybody finds it.
pub fn install(hook: fn(i64) -> i64) {
    *HOOK.lock().unwrap_or_else(PoisonError::into_inner) = Some(hook);
}

/// Calls what was installed last.
pub fn installed(value: i64) -> Option<i64> {
    let hook = *HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    hook.map(|hook| hook(value))
}

/// Two steps.
pub fn twice(step: fn(i64) -> i64, value: i64) -> i64 {
    step(step(value))
}

/// Calls it with text.
pub fn shout(f: fn(&str) -> String, text: &str) -> String {
    f(text)
}

/// Calls it with a counter, if it is there.
pub fn look(counter: &Counter, f: Option<fn(&Counter) -> u32>) -> Option<u32> {
    f.map(|f| f(counter))
}

/// What fails in its own way.
pub fn check(f: fn(u8, bool) -> Result<u8, String>) -> Result<u8, String> {
    f(1, true)
}

/// Calls what nobody else is passed to: there is room for few.
pub fn crowded(f: fn(u8) -> u8) -> u8 {
    f(1)
}

/// A value that is made when it is first asked for; mostly by a function that nobody owns.
pub struct Later<T, F = fn() -> T> {
    make: F,
    made: Option<T>,
}

impl<T: Clone, F: Fn() -> T> Later<T, F> {
    /// One of that function.
    pub fn new(make: F) -> Self {
        Self { make, made: None }
    }

    /// The value.
    pub fn get(&mut self) -> T {
        self.made.get_or_insert_with(&self.make).clone()
    }
}

/// One of a function of the crate's.
pub fn seven() -> Later<i64> {
    Later::new(|| 7)
}
