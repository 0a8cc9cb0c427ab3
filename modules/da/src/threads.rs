//! Who does the work of a bulk call: the threads of this process, and how many they are.
//!
//! A call that comes from a thread of a rayon pool stays in that pool. Every other call goes to a pool of our own, which is
//! made when the first large input comes, and made again in a child process: threads do not survive a `fork`.

use std::sync::{Arc, RwLock, TryLockError, TryLockResult};
use std::{process, thread};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{Error, Problem};

/// From how many bytes on more than one thread takes part.
pub(crate) const LARGE: usize = 128 * 1024;

const MOST: usize = 1024;

/// How often a lock is tried. It is held for moments; or for ever, by a thread that a `fork` in such a moment left behind.
const PATIENCE: usize = 10_000;

struct Shared {
    /// What was asked for; 0 is rayon's default, which `RAYON_NUM_THREADS` sets.
    asked: usize,
    ready: Option<Ready>,
}

struct Ready {
    process: u32,
    pool: Arc<ThreadPool>,
}

static SHARED: RwLock<Shared> = RwLock::new(Shared {
    asked: 0,
    ready: None,
});

/// Says by how many threads large inputs are worked on, after setting it to `count` if that is given.
///
/// `Some(0)` goes back to the default: the environment variable `RAYON_NUM_THREADS`, else the number of processors. With one
/// thread everything happens in the caller's. Calls under way keep the number they began with, and no result depends on it. A call
/// made inside a rayon pool of the caller's uses that pool, whatever is set here.
///
/// # Errors
///
/// [`Error::InvalidInput`] when `count` is above 1024, [`Error::Threads`] when the threads cannot be started; the number stays as it
/// was.
///
/// ```
/// assert_eq!(da::threads(Some(2))?, 2);
/// assert_eq!(da::threads(None)?, 2);
/// # Ok::<(), da::Error>(())
/// ```
pub fn threads(count: Option<usize>) -> Result<usize, Error> {
    let Some(count) = count else {
        return Ok(pool()?.current_num_threads());
    };
    if count > MOST {
        return Err(Error::input("count", Problem::TooLarge, MOST, count));
    }
    let pool = start(count)?;
    let number = pool.current_num_threads();
    match publish(Some(count), pool) {
        true => Ok(number),
        false => Err(left_behind(count)),
    }
}

/// Runs `many` where rayon's parallel calls use the chosen threads, if `size` bytes are worth it; else `alone`.
/// Whichever runs is given `what`.
pub(crate) fn run<W: Send, T: Send>(
    size: usize,
    what: W,
    many: impl FnOnce(W) -> T + Send,
    alone: impl FnOnce(W) -> T,
) -> T {
    if size < LARGE {
        return alone(what);
    }
    if rayon::current_thread_index().is_some() {
        return many(what);
    }
    match pool() {
        Ok(pool) if pool.current_num_threads() > 1 => pool.install(|| many(what)),
        // One thread, or none to be had: the result is the same.
        Ok(_) | Err(_) => alone(what),
    }
}

fn pool() -> Result<Arc<ThreadPool>, Error> {
    let asked = {
        let shared = patiently(|| SHARED.try_read()).ok_or_else(|| left_behind(0))?;
        match &shared.ready {
            Some(ready) if ready.process == process::id() => return Ok(Arc::clone(&ready.pool)),
            _ => shared.asked,
        }
    };
    // Threads are started without the lock: a child forked meanwhile must not find it taken.
    let pool = start(asked)?;
    // If it cannot be kept for others, it still serves this call.
    publish(None, Arc::clone(&pool));
    Ok(pool)
}

fn start(count: usize) -> Result<Arc<ThreadPool>, Error> {
    ThreadPoolBuilder::new()
        .num_threads(count)
        .thread_name(|index| format!("da-{index}"))
        .build()
        .map(Arc::new)
        .map_err(|error| Error::Threads {
            count,
            reason: error.to_string(),
        })
}

/// Keeps the pool for the calls to come, if the lock can be had.
fn publish(asked: Option<usize>, pool: Arc<ThreadPool>) -> bool {
    let process = process::id();
    let Some(mut shared) = patiently(|| SHARED.try_write()) else {
        return false;
    };
    shared.asked = asked.unwrap_or(shared.asked);
    let old = shared.ready.replace(Ready { process, pool });
    drop(shared);
    if let Some(old) = old.filter(|old| old.process != process) {
        // Its threads stayed in the parent: there is nobody to tell that it ends.
        std::mem::forget(old);
    }
    true
}

fn left_behind(count: usize) -> Error {
    let reason =
        "this process was forked while another thread of its parent was setting the number".to_owned();
    Error::Threads { count, reason }
}

fn patiently<G>(attempt: impl Fn() -> TryLockResult<G>) -> Option<G> {
    for _ in 0..PATIENCE {
        match attempt() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(guard)) => return Some(guard.into_inner()),
            Err(TryLockError::WouldBlock) => thread::yield_now(),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As in a child whose parent held the lock in another thread.
    #[test]
    fn a_lock_that_is_never_released_hangs_nothing() {
        let taken = SHARED.write();
        let done = run(usize::MAX, 1, |one| one + 1, |one| one + 2);
        assert_eq!(done, 3);
        assert!(matches!(threads(Some(2)), Err(Error::Threads { count: 2, .. })));
        drop(taken);
        assert!(threads(None).is_ok());
    }
}
