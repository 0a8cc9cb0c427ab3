//! Which threads are inside which library, so that a forked child knows whether it can be used there.
//!
//! A thread that is inside when another one forks is not there in the child, but what it locked and what it was halfway
//! through is: the child may wait for it for ever. So the child does not enter that library at all, and says why.
//! The count is changed with the interpreter lock held, which the forking thread holds too. Calls that keep that lock
//! and are lent nothing to call back are not counted: nobody forks during one of them, as none of them waits. What would
//! have to is sent again with the lock released.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use pyo3::Python;

use crate::core::Core;
use crate::ffi::detached::Detached;
use crate::ffi::symbol::{RawBuffer, Response};
use crate::thrown::{Raised, Thrown};
use crate::{python, status, wire};

/// What the symbol gives besides 0: a prompt request would have to wait, and nothing was done;
pub(crate) const LATER: i32 = 1;
/// or it is answered, and values wait for a request that may take its time.
pub(crate) const ANSWERED_AND_LEAVES: i32 = 2;
/// The operation that does nothing more than that.
const COUNT: u8 = 6;

/// What becomes of the interpreter lock while Rust runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// It is let go of.
    Released,
    /// It is kept, and nobody is called back.
    Kept,
    /// It is kept, and lent to what is called back.
    Lent,
}

/// Of one library.
#[derive(Debug, Default)]
pub(crate) struct Inside {
    count: AtomicU32,
    stuck: AtomicBool,
}

/// How many libraries deep a thread may be without an allocation.
const FEW: usize = 8;

/// The libraries that a thread is inside, innermost last.
struct Own {
    few: [Cell<*const Core>; FEW],
    depth: Cell<usize>,
    detached: Detached,
}

thread_local! {
    // Without a destructor, so that reaching it is one step.
    static OWN: Own = const {
        Own {
            few: [const { Cell::new(std::ptr::null()) }; FEW],
            depth: Cell::new(0),
            detached: Detached::new(),
        }
    };
    /// Those beyond the first few.
    static DEEP: RefCell<Vec<*const Core>> = const { RefCell::new(Vec::new()) };
}

impl Own {
    #[inline]
    fn push(&self, core: *const Core) {
        let depth = self.depth.get();
        match self.few.get(depth) {
            Some(place) => place.set(core),
            None => DEEP.with_borrow_mut(|deep| deep.push(core)),
        }
        self.depth.set(depth + 1);
    }

    #[inline]
    fn pop(&self) {
        let depth = self.depth.get() - 1;
        self.depth.set(depth);
        if depth >= FEW {
            DEEP.with_borrow_mut(|deep| deep.pop());
        }
    }

    /// How often `core` is among them.
    fn count(&self, core: *const Core) -> usize {
        let few = &self.few[..self.depth.get().min(FEW)];
        let deep = DEEP.with_borrow(|deep| deep.iter().filter(|one| std::ptr::eq(**one, core)).count());
        few.iter().filter(|one| std::ptr::eq(one.get(), core)).count() + deep
    }
}

/// This thread is inside; until it is dropped.
struct Entered<'t>(&'static Core, &'t Own);

impl<'t> Entered<'t> {
    #[inline]
    fn new(core: &'static Core, own: &'t Own) -> Self {
        core.inside.add(1);
        own.push(core);
        Self(core, own)
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        self.1.pop();
        self.0.inside.add(-1);
    }
}

/// What this thread let go of to run Rust code.
#[inline]
pub(crate) fn detached<R>(work: impl FnOnce(&Detached) -> R) -> R {
    OWN.with(|own| work(&own.detached))
}

impl Inside {
    /// Under the interpreter lock, so that reading and writing need not be one step.
    fn add(&self, change: i32) {
        let count = self.count.load(Ordering::Relaxed).wrapping_add_signed(change);
        self.count.store(count, Ordering::Relaxed);
    }
}

impl Core {
    /// Whether the library must not be entered any more.
    #[inline(always)]
    pub(crate) fn is_stuck(&self) -> bool {
        self.inside.stuck.load(Ordering::Relaxed)
    }

    /// Runs `work`, which enters the library, without the interpreter lock.
    #[inline(always)]
    pub(crate) fn outside<R>(&'static self, py: Python<'_>, work: impl FnOnce() -> R) -> R {
        OWN.with(|own| {
            let _entered = Entered::new(self, own);
            own.detached.during(py, work)
        })
    }

    /// One call of the library's symbol. A request that keeps the lock is one that need not wait, or a prompt one: then it may
    /// have to be sent again, and becomes an ordinary one.
    #[inline(always)]
    pub(crate) fn enter(
        &'static self,
        py: Python<'_>,
        request: &mut [u8],
        buffers: &[RawBuffer],
        response: &mut Response,
        lock: Lock,
    ) -> Raised<i32> {
        if self.is_stuck() {
            return Err(self.left_inside(py));
        }
        let code = match lock {
            Lock::Kept => self.symbol.call(request, buffers, response),
            Lock::Lent => self.lend(py, request, buffers, response),
            Lock::Released => {
                return Ok(self.outside(py, || self.symbol.call(request, buffers, response)));
            }
        };
        match code {
            0 => Ok(0),
            code => self.after(py, code, request, buffers, response),
        }
    }

    /// A call that keeps the lock, and calls back.
    #[inline(never)]
    fn lend(
        &'static self,
        py: Python<'_>,
        request: &[u8],
        buffers: &[RawBuffer],
        response: &mut Response,
    ) -> i32 {
        OWN.with(|own| {
            let _entered = Entered::new(self, own);
            (own.detached).keeping(py, || self.symbol.call(request, buffers, response))
        })
    }

    /// What a code other than 0 asks for. A prompt request that would have to wait is sent as an ordinary one, which may.
    #[cold]
    fn after(
        &'static self,
        py: Python<'_>,
        code: i32,
        request: &mut [u8],
        buffers: &[RawBuffer],
        response: &mut Response,
    ) -> Raised<i32> {
        match code {
            LATER => {
                wire::may_wait(request);
                self.enter(py, request, buffers, response, Lock::Released)
            }
            ANSWERED_AND_LEAVES => {
                self.let_go(py);
                Ok(0)
            }
            code => Ok(code),
        }
    }

    /// A prompt request left values whose destructors may wait: any ordinary request drops them.
    pub(crate) fn let_go(&'static self, py: Python<'_>) {
        let sent = crate::handle::send(
            py,
            self,
            true,
            |request| request.extend_from_slice(&[0x91, COUNT]),
            |answer| match answer.status {
                0 => Ok(()),
                _ => Err(status::operation_error(py, self, "dropping a value", &answer)),
            },
        );
        if let Err(error) = sent {
            // As for every destructor that nobody asked for.
            error.write_unraisable(py, None);
        }
    }

    /// In a forked child: whether another thread of the parent was inside. If so, the library is never entered again.
    pub(crate) fn shut_after_fork(&'static self) -> bool {
        let own = OWN.with(|own| own.count(self));
        let own = u32::try_from(own).unwrap_or(u32::MAX);
        let shut = self.inside.count.load(Ordering::Relaxed) > own;
        self.inside.count.store(own, Ordering::Relaxed);
        self.inside.stuck.fetch_or(shut, Ordering::Relaxed);
        self.inside.stuck.load(Ordering::Relaxed)
    }

    #[cold]
    fn left_inside(&self, py: Python<'_>) -> Thrown {
        let message = format!(
            "`{}` cannot be used in this process: when it was forked, another thread of its parent was inside that \
             library, and would be waited for for ever; start processes by `spawn` or `forkserver`, or fork while no \
             thread calls Rust",
            self.name
        );
        python::error(py, "ForkError", (message,)).into()
    }
}
