//! The way back into the caller: what may happen while Rust waits for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Something whose methods call back.
#[derive(Debug, Default)]
pub struct Machine {
    steps: i64,
}

impl Machine {
    /// At rest.
    pub fn new() -> Self {
        Self::default()
    }

    /// How often it stepped.
    pub fn steps(&self) -> i64 {
        self.steps
    }

    /// One step.
    pub fn step(&mut self) -> i64 {
        self.steps += 1;
        self.steps
    }

    /// Steps, and tells about each, while it is used by nobody else.
    pub fn run<F: FnMut(i64)>(&mut self, count: u32, mut tell: F) {
        for _ in 0..count {
            let step = self.step();
            tell(step);
        }
    }

    /// Asks, while others may look too.
    pub fn watch(&self, ask: impl Fn(i64) -> i64) -> i64 {
        ask(self.steps)
    }
}

/// Calls it for ever.
pub fn forever<F: FnMut()>(mut f: F) {
    loop {
        f();
    }
}

/// Calls it so many times and adds what it gives.
pub fn sum<F: FnMut(i64) -> i64>(count: i64, mut f: F) -> i64 {
    let mut sum = 0i64;
    for at in 0..count {
        sum = sum.wrapping_add(f(at));
    }
    sum
}

/// Calls it while the other thread still sleeps, and tells whether it was awake by then.
pub fn while_asleep(milliseconds: u64, f: impl FnOnce()) -> bool {
    let awake = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(milliseconds));
            awake.store(true, Ordering::SeqCst);
        });
        f();
        awake.load(Ordering::SeqCst)
    })
}

/// Calls it on as many threads at once, and gives what came back in order.
pub fn on_threads(count: u64, f: impl Fn(u64) -> String + Sync) -> Vec<String> {
    std::thread::scope(|scope| {
        let f = &f;
        let threads: Vec<_> = (0..count).map(|at| scope.spawn(move || f(at))).collect();
        threads
            .into_iter()
            .map(|thread| match thread.join() {
                Ok(text) => text,
                Err(payload) => std::panic::resume_unwind(payload),
            })
            .collect()
    })
}

/// Passes everything through: text, and how it was split.
pub fn map_words(text: &str, mut f: impl FnMut(Vec<String>) -> Vec<String>) -> Vec<String> {
    let words = text.split(' ').map(str::to_owned).collect();
    f(words)
}

/// Counts what comes before the end.
pub fn count(items: impl Iterator<Item = i64>) -> usize {
    items.count()
}

/// Takes no more than so many.
pub fn first(count: usize, items: impl IntoIterator<Item = i64>) -> Vec<i64> {
    items.into_iter().take(count).collect()
}
