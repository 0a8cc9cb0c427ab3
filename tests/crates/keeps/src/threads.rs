//! Callables in threads.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Calls what it keeps on a thread of its own, whenever it is told to.
pub struct Worker {
    tell: Option<Sender<u64>>,
    told: Receiver<u64>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// That calls `f`.
    pub fn new(f: impl Fn(u64) -> u64 + Send + 'static) -> Self {
        let (tell, numbers) = channel::<u64>();
        let (tells, told) = channel();
        let thread = std::thread::spawn(move || {
            for number in numbers {
                if tells.send(f(number)).is_err() {
                    break;
                }
            }
        });
        Self {
            tell: Some(tell),
            told,
            thread: Some(thread),
        }
    }

    /// Tells it a number, and does not wait.
    pub fn tell(&self, number: u64) -> bool {
        self.tell.as_ref().is_some_and(|tell| tell.send(number).is_ok())
    }

    /// What came of a number that was told; nothing if the thread has ended.
    pub fn told(&self) -> Option<u64> {
        self.told.recv_timeout(Duration::from_secs(10)).ok()
    }

    /// Ends the thread, and says whether it came to its end without a panic.
    pub fn end(&mut self) -> bool {
        self.tell = None;
        self.thread.take().is_none_or(|thread| thread.join().is_ok())
    }

    /// The same, but a panic of the thread goes on here.
    pub fn end_with_it(&mut self) {
        self.tell = None;
        if let Some(Err(panicked)) = self.thread.take().map(JoinHandle::join) {
            std::panic::resume_unwind(panicked);
        }
    }
}

/// Calls it on a thread of its own and waits for that.
pub fn elsewhere(f: impl FnOnce() -> u8 + Send + 'static) -> Option<u8> {
    std::thread::spawn(f).join().ok()
}

/// Calls what may fail there.
pub fn failing(f: impl FnOnce() -> std::io::Result<u8> + Send + 'static) -> std::io::Result<u8> {
    std::thread::spawn(f).join().expect("what fails does not panic")
}

/// Drops it on another thread.
pub fn drop_elsewhere(f: impl Fn() + Send + 'static) {
    std::thread::spawn(move || drop(f)).join().expect("it does not panic");
}

/// Calls it from a thread that nobody waits for, until that fails.
pub fn for_ever(f: impl Fn() + Send + 'static) {
    std::thread::spawn(move || {
        loop {
            f();
        }
    });
}
