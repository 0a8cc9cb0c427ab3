//! Ctrl-C: ends the programs that were started, so that the build fails where it stands and cleans up behind itself.
//!
//! A second one, or a build that does not come to its end soon, ends this program at once; what it leaves then is
//! collected by the next build.

use std::collections::BTreeSet;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The exit code of what Ctrl-C ended, as shells have it.
pub const EXIT: u8 = 130;
/// How long a build may take to come to its end.
const PATIENCE: Duration = Duration::from_secs(4);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// Listens for Ctrl-C, and for being asked to end.
pub fn watch() {
    let handler = || {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(EXIT));
        }
        for child in running().iter() {
            end(*child);
        }
        std::thread::spawn(|| {
            std::thread::sleep(PATIENCE);
            std::process::exit(i32::from(EXIT));
        });
    };
    // Where there can be no handler, the system's own way stays: the program ends at once.
    let _ = ctrlc::set_handler(handler);
}

/// Whether the user wants this to end.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

fn running() -> MutexGuard<'static, BTreeSet<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program that ends with this one.
#[derive(Debug)]
pub(super) struct Running(u32);

impl Running {
    pub(super) fn new(child: &Child) -> Running {
        running().insert(child.id());
        if interrupted() {
            end(child.id());
        }
        Running(child.id())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        running().remove(&self.0);
    }
}

#[cfg(unix)]
fn end(child: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = i32::try_from(child).ok().and_then(Pid::from_raw);
    // One that is gone already is what is wanted.
    let _ = pid.map(|pid| kill_process(pid, Signal::TERM));
}

#[cfg(not(unix))]
fn end(_child: u32) {
    // The console tells every program in it.
}
