//! The one `catch_unwind`: no panic leaves the library. A hook keeps message, place and backtrace of a panic inside a
//! call, and prints nothing; outside of calls the previous hook does what it did.

use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::host::Unwound;

/// A caught panic.
#[derive(Debug, Default)]
pub(crate) struct Panicked {
    pub(crate) message: String,
    pub(crate) location: Option<String>,
    pub(crate) backtrace: String,
}

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
    static LAST: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            if CALLS.try_with(Cell::get).unwrap_or(0) == 0 {
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
    Panic(Panicked),
    /// What a host object did (`host`): no panic, but it left Rust as one does.
    Unwound(Unwound),
}

/// Runs `work`; a panic in it becomes a value. So does one in the destructor of the panic's payload.
pub(crate) fn guard<T>(work: impl FnOnce() -> T) -> Result<T, Caught> {
    install();
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
    let result = catch_unwind(AssertUnwindSafe(work));
    let result = result.map_err(|payload| {
        let payload = match payload.downcast::<Unwound>() {
            Ok(unwound) => return Caught::Unwound(*unwound),
            Err(payload) => payload,
        };
        let message = text(&*payload);
        if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            // A payload whose destructor panics with a payload is leaked, or this would not end.
            std::mem::forget(again);
        }
        let last = LAST.try_with(RefCell::take).ok().flatten();
        let (location, backtrace) = last.unwrap_or_default();
        Caught::Panic(Panicked {
            message,
            location: (!location.is_empty()).then_some(location),
            backtrace,
        })
    });
    let _ = CALLS.try_with(|calls| calls.set(calls.get() - 1));
    result
}
