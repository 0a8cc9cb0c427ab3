//! A destructor that waits for a thread, which may need what the caller holds.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

static FINISHED: AtomicUsize = AtomicUsize::new(0);

/// How many workers have ended.
pub fn finished() -> usize {
    FINISHED.load(Ordering::SeqCst)
}

/// Lets workers end.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Shut.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens it, for good.
    pub fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn wait(&self) {
        let mut open = self.0.0.lock().unwrap();
        while !*open {
            open = self.0.1.wait(open).unwrap();
        }
    }
}

/// Works until its gate opens; joined when it is dropped.
#[derive(Debug)]
pub struct Worker {
    thread: Option<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
}

impl Worker {
    /// Waits at a gate.
    pub fn new(gate: &Gate) -> Self {
        let gate = gate.clone();
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn(move || {
            gate.wait();
            FINISHED.fetch_add(1, Ordering::SeqCst);
        });
        Self {
            thread: Some(thread),
            stop,
        }
    }

    /// It is still at it.
    pub fn running(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
