//! What happens to values behind handles: dropping and closing them.

use pyo3::types::{PyAnyMethods, PyModule, PyModuleMethods};
use pyo3::{Bound, PyAny, PyErr, PyResult, Python, pyfunction, wrap_pyfunction};

use crate::core::{Core, Definition, Slot};
use crate::ffi::handle::{HandleId, HandleRef, State};
use crate::ffi::iterator::{self, IteratorRef};
use crate::inside::Lock;
use crate::refusal::type_name;
use crate::status::{self, Answer};
use crate::wire::{self, DROP, PROMPT_DROP};

/// An operation of the ABI.
const CLOSE: u8 = 7;

fn operate<R>(
    py: Python<'_>,
    slot: &'static Slot,
    operation: u8,
    id: &HandleId,
    read: impl FnOnce(Answer<'_>) -> PyResult<R>,
) -> PyResult<R> {
    let trivial = matches!(slot.definition.get(), Some(Definition::Handle(kind)) if kind.trivial_drop);
    // To close is to wait for whoever uses the value.
    let prompt = operation == DROP && trivial;
    let operation = if prompt { PROMPT_DROP } else { operation };
    send(
        py,
        slot.core,
        !prompt,
        |request| {
            request.extend_from_slice(&[0x92, operation]);
            wire::put_ext(request, wire::ext::HANDLE, id);
        },
        read,
    )
}

/// One operation other than a call.
pub(crate) fn send<R>(
    py: Python<'_>,
    core: &'static Core,
    release: bool,
    write: impl FnOnce(&mut Vec<u8>),
    read: impl FnOnce(Answer<'_>) -> PyResult<R>,
) -> PyResult<R> {
    let lock = if release { Lock::Released } else { Lock::Kept };
    let mut scratch = core.take_scratch(py);
    scratch.bytes.clear();
    write(&mut scratch.bytes);
    let done = core
        .enter(py, &mut scratch.bytes, &[], &mut scratch.response, lock)
        .map_err(|error| error.into_error(py))
        .and_then(|code| status::answer(py, core, code, &scratch.response))
        .and_then(read);
    core.give_scratch(py, scratch);
    done
}

fn refused(py: Python<'_>, slot: &'static Slot, doing: &str, answer: &Answer<'_>) -> PyErr {
    status::operation_error(py, slot.core, &format!("{doing} a `{}`", slot.name(py)), answer)
}

/// Whether Rust dropped the value itself: it was lent to a callable that has returned, or came from one that was.
fn is_gone(answer: &Answer<'_>) -> bool {
    answer.status == 4 && status::handle_code(answer) == "closed"
}

/// Drops a value for the deallocator.
pub(crate) fn drop_quietly(py: Python<'_>, slot: &'static Slot, id: &HandleId) -> PyResult<()> {
    operate(py, slot, DROP, id, |answer| {
        if answer.status == 0 || is_gone(&answer) {
            Ok(())
        } else {
            Err(refused(py, slot, "dropping", &answer))
        }
    })
}

/// Drops values of which nobody can tell when they are dropped.
#[inline(never)]
pub(crate) fn drop_all(py: Python<'_>, core: &'static Core, ids: &[HandleId]) -> PyResult<()> {
    send(
        py,
        core,
        false,
        |request| {
            wire::put_array(request, 1 + ids.len());
            request.push(PROMPT_DROP);
            for id in ids {
                wire::put_ext(request, wire::ext::HANDLE, id);
            }
        },
        |answer| match answer.status {
            0 => Ok(()),
            4 if is_gone(&answer) => Ok(()),
            _ => Err(status::operation_error(py, core, "dropping errors", &answer)),
        },
    )
}

/// Drops what is to be dropped yet.
pub(crate) fn drop_rest(py: Python<'_>, core: &'static Core) -> PyResult<()> {
    let rest = core.take_late(py);
    if rest.is_empty() {
        return Ok(());
    }
    drop_all(py, core, &rest)
}

/// Drops the value, now or with the last value that borrows it. Once.
pub(crate) fn drop_now(py: Python<'_>, handle: HandleRef<'_, '_>) -> PyResult<()> {
    let (Some(slot), State::Open) = (handle.slot(), handle.state()) else {
        return Ok(());
    };
    let id = handle.id();
    handle.shut(None);
    drop_quietly(py, slot, &id)
}

/// Drops the value now, unless something borrows it.
pub(crate) fn close_handle(py: Python<'_>, handle: HandleRef<'_, '_>) -> PyResult<()> {
    let Some(slot) = handle.slot() else { return Ok(()) };
    match handle.state() {
        State::Open => {}
        State::OtherProcess => return Err(crate::python::unusable(py, slot, &State::OtherProcess)),
        State::Closed | State::Ended | State::Moved(_) => return Ok(()),
    }
    let id = handle.id();
    // Shut first: while the lock is released no other thread may close it again.
    handle.shut(None);
    operate(py, slot, CLOSE, &id, |answer| {
        if answer.status == 0 || is_gone(&answer) {
            return Ok(());
        }
        if answer.status == 4 {
            handle.reopen();
        }
        Err(refused(py, slot, "closing", &answer))
    })
}

fn with_handle<'py, R>(
    value: &Bound<'py, PyAny>,
    act: impl FnOnce(HandleRef<'_, 'py>) -> PyResult<R>,
    otherwise: impl FnOnce() -> PyResult<R>,
) -> PyResult<R> {
    if let Some(handle) = HandleRef::of(value.as_borrowed()) {
        return act(handle);
    }
    if value.is_instance_of::<pyo3::exceptions::PyBaseException>()
        && let Some(held) = value.getattr_opt("_value")?
        && let Some(handle) = HandleRef::of(held.as_borrowed())
    {
        return act(handle);
    }
    otherwise()
}

/// Drops the Rust value behind a handle (or an exception that holds one) now; idempotent.
#[pyfunction]
fn close(value: &Bound<'_, PyAny>) -> PyResult<()> {
    if let Some(iterator) = IteratorRef::of(value.as_borrowed()) {
        return crate::iterator::close(iterator);
    }
    with_handle(
        value,
        |handle| close_handle(value.py(), handle),
        || {
            let message = format!(
                "`usecrate.close()` takes a value that lives in Rust, not {}",
                type_name(value)
            );
            Err(pyo3::exceptions::PyTypeError::new_err(message))
        },
    )
}

/// Whether the Rust value behind a handle is gone: closed, dropped or moved.
#[pyfunction]
fn is_closed(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if let Some(iterator) = IteratorRef::of(value.as_borrowed()) {
        return Ok(iterator.state() != iterator::State::Open);
    }
    with_handle(
        value,
        |handle| Ok(!matches!(handle.state(), State::Open)),
        || {
            let message = format!(
                "`usecrate.is_closed()` takes a value that lives in Rust, not {}",
                type_name(value)
            );
            Err(pyo3::exceptions::PyTypeError::new_err(message))
        },
    )
}

/// The value of a handle, to be moved by the call that takes it by value, also where it would be cloned.
#[pyfunction(name = "move")]
fn move_value<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    let Some(handle) = HandleRef::of(value.as_borrowed()) else {
        let message = format!(
            "`usecrate.move()` takes a value that lives in Rust, not {}",
            type_name(value)
        );
        return Err(pyo3::exceptions::PyTypeError::new_err(message));
    };
    let Some(slot) = handle.slot() else {
        return Err(crate::python::internal(py, "a handle without a type"));
    };
    match handle.state() {
        State::Open => {}
        state => return Err(crate::python::unusable(py, slot, &state)),
    }
    let moving = crate::ffi::handle::allocate(&value.get_type())?;
    if let Some(new) = HandleRef::of(moving.as_borrowed()) {
        new.take_over(handle, slot);
    }
    Ok(moving)
}

/// Tells every loaded library that this process is a child.
#[pyfunction]
pub(crate) fn after_fork_child(py: Python<'_>) -> PyResult<()> {
    for core in Core::all() {
        // The parent's.
        drop(core.take_late(py));
        if core.shut_after_fork() {
            continue;
        }
        send(
            py,
            core,
            false,
            |request| request.extend_from_slice(&[0x91, 5]),
            |_| Ok(()),
        )?;
    }
    Ok(())
}

/// Adds the functions to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(close, module)?)?;
    module.add_function(wrap_pyfunction!(is_closed, module)?)?;
    module.add_function(wrap_pyfunction!(move_value, module)?)?;
    module.add_function(wrap_pyfunction!(after_fork_child, module)?)
}
