//! Which call a thread is making right now.
//!
//! While the host runs (an upcall) the thread makes none: whatever the host does there, switching stacks included, finds no
//! pointer into a call that sleeps.

use std::cell::Cell;
use std::ptr::null;

use super::frame::Frame;

/// What a thread is doing.
#[derive(Debug)]
pub(crate) struct Calls {
    current: Cell<*const Frame<'static>>,
    /// How many calls of this thread have not ended, those that sleep in an upcall included.
    depth: Cell<usize>,
    /// How many upcalls this thread is inside that belong to no call of its own.
    adrift: Cell<usize>,
    /// How many panics would be caught (`panic::guard`).
    pub(crate) guards: Cell<usize>,
}

thread_local! {
    static CALLS: Calls = const {
        Calls {
            current: Cell::new(null()),
            depth: Cell::new(0),
            adrift: Cell::new(0),
            guards: Cell::new(0),
        }
    };
}

/// The calling thread's. They need no destructor, so they are there until the thread is gone.
#[inline(always)]
pub(crate) fn calls<T>(work: impl FnOnce(&Calls) -> T) -> T {
    work(own())
}

/// The same, for this module alone: nobody keeps it longer than the function that asks. A closure passed to `with` would
/// be a function of its own on the way of every call.
#[inline(always)]
fn own<'t>() -> &'t Calls {
    let calls = CALLS.with(std::ptr::from_ref);
    // SAFETY: without a destructor it is there until its thread ends, and `&Calls` does not leave the thread.
    unsafe { &*calls }
}

/// Counts one more until it is dropped.
pub(crate) struct Count<'t>(&'t Cell<usize>);

impl<'t> Count<'t> {
    #[inline]
    pub(crate) fn new(count: &'t Cell<usize>) -> Self {
        count.set(count.get() + 1);
        Self(count)
    }
}

impl Drop for Count<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Puts back what was current.
struct Restore<'t>(&'t Calls, *const Frame<'static>);

impl Drop for Restore<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.current.set(self.1);
    }
}

impl Calls {
    #[inline]
    fn set(&self, now: *const Frame<'static>) -> Restore<'_> {
        Restore(self, self.current.replace(now))
    }
}

/// What is done as a thread's current call. No closure, because of those on the way of every call none is to be a function
/// of its own, and only a method can be told so.
pub(crate) trait Work {
    /// What comes of it.
    type Out;

    /// Does it. `calls` is what the thread is doing; `outermost`: it is doing no other call.
    fn run(self, calls: &Calls, outermost: bool) -> Self::Out;
}

/// Does `work` as the call of `frame`.
#[inline(always)]
pub(crate) fn enter<W: Work>(frame: &Frame<'_>, work: W) -> W::Out {
    let calls = own();
    let _restore = calls.set(std::ptr::from_ref(frame).cast());
    let outermost = calls.depth.get() == 0;
    let _deep = Count::new(&calls.depth);
    work.run(calls, outermost)
}

/// Runs `work` as none of the thread's calls: an upcall. `None`: the current one must not use host objects.
#[inline(always)]
pub(crate) fn crossing<T>(work: impl FnOnce() -> T) -> Option<T> {
    let calls = own();
    // SAFETY: as in `with`.
    if unsafe { calls.current.get().as_ref() }.is_some_and(|frame| !frame.may_call_back()) {
        return None;
    }
    let _restore = calls.set(null());
    Some(work())
}

/// Gives the thread's current call, if there is one.
pub(crate) fn with<T>(work: impl FnOnce(Option<&Frame<'_>>) -> T) -> T {
    let current = calls(|calls| calls.current.get());
    // SAFETY: `enter` borrows the frame for as long as it is current, and takes it back however `work` ends; `crossing`
    // puts back only what was current around it.
    work(unsafe { current.as_ref() })
}

/// Whether the thread's current call must not wait.
pub(crate) fn is_prompt() -> bool {
    with(|frame| frame.is_some_and(Frame::is_prompt))
}

/// Runs `work`, which is an upcall from a thread that the library started: what it calls may not wait, because the call
/// that the thread works for might be what it waits for.
pub(crate) fn adrift<T>(work: impl FnOnce() -> T) -> T {
    calls(|calls| {
        let _count = Count::new(&calls.adrift);
        work()
    })
}

/// Whether the thread is inside such an upcall.
pub(crate) fn is_adrift() -> bool {
    calls(|calls| calls.adrift.get() > 0)
}
