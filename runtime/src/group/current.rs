//! Which call a thread is making right now.
//!
//! While the host runs (an upcall) the thread makes none: whatever the host does there, switching stacks included, finds no
//! pointer into a call that sleeps.

use std::cell::Cell;
use std::ptr::null;

use super::frame::Frame;

thread_local! {
    static CURRENT: Cell<*const Frame<'static>> = const { Cell::new(null()) };
    /// How many calls of this thread have not ended, those that sleep in an upcall included.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// How many upcalls this thread is inside that belong to no call of its own.
    static ADRIFT: Cell<usize> = const { Cell::new(0) };
}

/// Puts back what was current.
struct Restore(*const Frame<'static>);

impl Drop for Restore {
    fn drop(&mut self) {
        let _ = CURRENT.try_with(|current| current.set(self.0));
    }
}

fn set(now: *const Frame<'static>) -> Restore {
    Restore(CURRENT.try_with(|current| current.replace(now)).unwrap_or(null()))
}

/// Runs `work` as the call of `frame`; `end` follows if it is the thread's outermost.
pub(crate) fn enter<T, E>(
    frame: &Frame<'_>,
    work: impl FnOnce() -> T,
    end: impl FnOnce() -> Option<E>,
) -> (T, Option<E>) {
    /// Counts, also when something unwinds.
    struct Deep;
    impl Drop for Deep {
        fn drop(&mut self) {
            let _ = DEPTH.try_with(|depth| depth.set(depth.get() - 1));
        }
    }
    let _restore = set(std::ptr::from_ref(frame).cast());
    let outermost = DEPTH.try_with(|depth| depth.replace(depth.get() + 1)) == Ok(0);
    let _deep = Deep;
    let result = work();
    (result, if outermost { end() } else { None })
}

/// Runs `work` as none of the thread's calls.
pub(crate) fn outside<T>(work: impl FnOnce() -> T) -> T {
    let _restore = set(null());
    work()
}

/// Gives the thread's current call, if there is one.
pub(crate) fn with<T>(work: impl FnOnce(Option<&Frame<'_>>) -> T) -> T {
    let current = CURRENT.try_with(Cell::get).unwrap_or(null());
    // SAFETY: `enter` borrows the frame for as long as it is current, and takes it back however `work` ends; `outside`
    // puts back only what was current around it.
    work(unsafe { current.as_ref() })
}

/// Runs `work`, which is an upcall from a thread that the library started: what it calls may not wait, because the call
/// that the thread works for might be what it waits for.
pub(crate) fn adrift<T>(work: impl FnOnce() -> T) -> T {
    struct Back;
    impl Drop for Back {
        fn drop(&mut self) {
            let _ = ADRIFT.try_with(|adrift| adrift.set(adrift.get() - 1));
        }
    }
    let _ = ADRIFT.try_with(|adrift| adrift.set(adrift.get() + 1));
    let _back = Back;
    work()
}

/// Whether the thread is inside such an upcall.
pub(crate) fn is_adrift() -> bool {
    ADRIFT.try_with(Cell::get).unwrap_or(0) > 0
}
