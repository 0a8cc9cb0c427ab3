//! Which threads are inside which library, so that a forked child knows whether it can be used there.
//!
//! A thread that is inside when another one forks is not there in the child, but what it locked and what it was halfway
//! through is: the child may wait for it for ever. So the child does not enter that library at all, and says why.
//! The count is changed with the interpreter lock held, which the forking thread holds too. Calls that keep that lock
//! are not counted: nobody forks during one of them.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use pyo3::{PyErr, PyResult, Python};

use crate::core::Core;
use crate::ffi::symbol::{RawBuffer, Response};
use crate::python;

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
}

thread_local! {
    // Without a destructor, so that reaching it is one step.
    static OWN: Own = const {
        Own {
            few: [const { Cell::new(std::ptr::null()) }; FEW],
            depth: Cell::new(0),
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

impl Inside {
    /// Under the interpreter lock, so that reading and writing need not be one step.
    fn add(&self, change: i32) {
        let count = self.count.load(Ordering::Relaxed).wrapping_add_signed(change);
        self.count.store(count, Ordering::Relaxed);
    }
}

impl Core {
    /// One call of the library's symbol. With `release`, the interpreter lock is let go of while Rust runs.
    #[inline]
    pub(crate) fn enter(
        &'static self,
        py: Python<'_>,
        request: &[u8],
        buffers: &[RawBuffer],
        response: &mut Response,
        release: bool,
    ) -> PyResult<i32> {
        if self.inside.stuck.load(Ordering::Relaxed) {
            return Err(self.left_inside(py));
        }
        if !release {
            return Ok(self.symbol.call(py, request, buffers, response, false));
        }
        OWN.with(|own| {
            let _entered = Entered::new(self, own);
            Ok(self.symbol.call(py, request, buffers, response, true))
        })
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
    fn left_inside(&self, py: Python<'_>) -> PyErr {
        let message = format!(
            "`{}` cannot be used in this process: when it was forked, another thread of its parent was inside that \
             library, and would be waited for for ever; start processes by `spawn` or `forkserver`, or fork while no \
             thread calls Rust",
            self.name
        );
        python::error(py, "ForkError", (message,))
    }
}
