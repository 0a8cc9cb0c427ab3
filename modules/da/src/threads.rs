//! Who does the work of a bulk call: the threads of this process, and how many they are.
//!
//! A call that comes from a thread of a rayon pool stays in that pool. Every other call goes to a pool of our own, which is
//! made when the first large input comes, and made again in a child process: threads do not survive a `fork`.

use std::process;
use std::sync::{Arc, PoisonError, RwLock};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{Error, Problem};

/// From how many bytes on more than one thread takes part.
pub(crate) const LARGE: usize = 128 * 1024;

const MOST: usize = 1024;

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
    publish(Some(count), pool);
    Ok(number)
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
        let shared = SHARED.read().unwrap_or_else(PoisonError::into_inner);
        match &shared.ready {
            Some(ready) if ready.process == process::id() => return Ok(Arc::clone(&ready.pool)),
            _ => shared.asked,
        }
    };
    // Threads are started without the lock: a child forked meanwhile must not find it taken.
    let pool = start(asked)?;
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

fn publish(asked: Option<usize>, pool: Arc<ThreadPool>) {
    let process = process::id();
    let old = {
        let mut shared = SHARED.write().unwrap_or_else(PoisonError::into_inner);
        shared.asked = asked.unwrap_or(shared.asked);
        shared.ready.replace(Ready { process, pool })
    };
    if let Some(old) = old.filter(|old| old.process != process) {
        // Its threads stayed in the parent: there is nobody to tell that it ends.
        std::mem::forget(old);
    }
}
