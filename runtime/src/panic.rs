//! The one `catch_unwind`: no panic leaves the library. A hook keeps message, place and backtrace of a panic inside a
//! call, and prints nothing; outside of calls the previous hook does what it did.

use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::group::current::{Calls, Count, calls};
use crate::host::Unwound;

/// A caught panic.
#[derive(Debug, Default)]
pub(crate) struct Panicked {
    pub(crate) message: String,
    pub(crate) location: Option<String>,
    pub(crate) backtrace: String,
}

thread_local! {
    static LAST: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

#[inline(always)]
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            if calls(|calls| calls.guards.get()) == 0 {
                previous(info);
                return;
            }
            let location = info.location().map(ToString::to_string).unwrap_or_default();
            let backtrace = Backtrace::force_capture().to_string();
            let _ = LAST.try_with(|last| *last.borrow_mut() = Some((location, backtrace)));
        }));
    });
}

fn text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic whose payload is no text".to_owned()
    }
}

/// What was caught.
pub(crate) enum Caught {
    /// A panic.
    Panic(Box<Panicked>),
    /// What a host object did (`host`): no panic, but it left Rust as one does.
    Unwound(Unwound),
}

/// Runs `work`; a panic in it becomes a value. So does one in the destructor of the panic's payload.
pub(crate) fn guard<T>(work: impl FnOnce() -> T) -> Result<T, Box<Caught>> {
    calls(|calls| guard_in(calls, work))
}

/// The same, on the thread that does `calls`.
#[inline(always)]
pub(crate) fn guard_in<T>(calls: &Calls, work: impl FnOnce() -> T) -> Result<T, Box<Caught>> {
    install();
    let _guarded = Count::new(&calls.guards);
    catch_unwind(AssertUnwindSafe(work)).map_err(caught)
}

/// What a payload says.
#[cold]
fn caught(payload: Box<dyn Any + Send>) -> Box<Caught> {
    let payload = match payload.downcast::<Unwound>() {
        Ok(unwound) => return Box::new(Caught::Unwound(*unwound)),
        Err(payload) => payload,
    };
    let message = text(&*payload);
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // A payload whose destructor panics with a payload is leaked, or this would not end.
        std::mem::forget(again);
    }
    let last = LAST.try_with(RefCell::take).ok().flatten();
    let (location, backtrace) = last.unwrap_or_default();
    Box::new(Caught::Panic(Box::new(Panicked {
        message,
        location: (!location.is_empty()).then_some(location),
        backtrace,
    })))
}
