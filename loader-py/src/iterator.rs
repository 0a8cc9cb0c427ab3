//! How iterators get their items: in batches that grow, never more than the library is ready to give.

use pyo3::types::{PyModule, PyModuleMethods};
use pyo3::{Bound, PyAny, PyResult, Python, pyfunction, wrap_pyfunction};

use crate::callable::Spec;
use crate::core::{Core, Definition};
use crate::decode::Decoder;
use crate::ffi::handle::{self, HandleId, HandleRef};
use crate::ffi::iterator::{IteratingRef, IteratorRef, State};
use crate::handle::send;
use crate::python;
use crate::shape::Shape;
use crate::status::{self, Answer};
use crate::wire;

/// Operations of the ABI.
const DROP: u8 = 2;
const CLOSE: u8 = 7;
const NEXT: u8 = 8;

/// What an iterator's items are.
pub(crate) struct Items {
    /// The library that gives them.
    pub(crate) core: &'static Core,
    pub(crate) item: Shape,
}

/// How a handle that is an iterator is asked for its next item.
pub(crate) struct Next {
    /// What is called.
    pub(crate) spec: &'static Spec,
    pub(crate) item: Shape,
    /// It takes a number, and gives a list of at most so many; else it gives an option.
    pub(crate) batch: bool,
}

/// The next item of an iterator, after those that were fetched ahead.
pub(crate) fn advance<'py>(iterator: IteratorRef<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
    loop {
        match iterator.state() {
            State::Open => {}
            // Another thread may have fetched the last ones.
            State::Exhausted => return iterator.pop().transpose(),
            state => return Err(unusable(iterator, state)),
        }
        if let Some(item) = iterator.pop() {
            return item.map(Some);
        }
        if let Some(item) = fetch(iterator)? {
            return item.map(Some);
        }
    }
}

/// Asks for a batch, of which it gives the first item and keeps the others.
fn fetch<'py>(iterator: IteratorRef<'_, 'py>) -> PyResult<Option<PyResult<Bound<'py, PyAny>>>> {
    let (Some(items), Some(id)) = (iterator.items(), iterator.id()) else {
        return Ok(None);
    };
    let py = iterator.py();
    // Here and not in the loop that asks: `list()` looks for no signals.
    py.check_signals()?;
    let want = match &items.item {
        Shape::Result(..) => 1,
        _ => iterator.want(),
    };
    iterator.ask(true);
    let fetched = send(
        py,
        items.core,
        true,
        |request| {
            request.extend_from_slice(&[0x93, NEXT]);
            wire::put_ext(request, wire::ext::HANDLE, &id);
            wire::put_unsigned(request, u64::from(want));
        },
        |answer| {
            if answer.status == 4
                && (iterator.state() == State::Exhausted || iterator.asking() > 1)
                && status::handle_code(&answer) == "closed"
            {
                // While this thread waited for another's call, that one came to the end, and may have yet to say so.
                return Ok(None);
            }
            if answer.status != 0 {
                return Err(status::next_error(py, items, &answer));
            }
            let mut from = Decoder::new(py, items.core, answer.payload).with(answer.response);
            let fetched = from.batch(&items.item)?;
            from.finish()?;
            Ok(fetched)
        },
    );
    iterator.ask(false);
    let fetched = fetched?;
    if !matches!(iterator.state(), State::Open | State::Exhausted) {
        // Closed meanwhile by another thread: what came goes.
        return Ok(None);
    }
    let Some((first, others)) = fetched else {
        iterator.set_state(State::Exhausted);
        return Ok(None);
    };
    iterator.keep(others);
    Ok(Some(first))
}

/// The next item of a handle that is an iterator, after those that were fetched ahead.
pub(crate) fn advance_handle<'py>(iterating: IteratingRef<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let object = iterating.object();
    let py = object.py();
    let handle = HandleRef::of(object);
    let slot = handle.and_then(HandleRef::slot);
    let Some(Definition::Handle(kind)) = slot.and_then(|slot| slot.definition.get()) else {
        return Err(python::internal(
            py,
            "an iterator without a type was asked for an item",
        ));
    };
    let Some(next) = kind.next.get() else {
        return Err(python::internal(
            py,
            "the type of an iterator does not say how it is asked for an item",
        ));
    };
    py.check_signals()?;
    if !next.batch {
        return next.spec.ask(object, None, |from| option(&next.item, from));
    }
    // One that is closed, or of another process, gives nothing: asking says why.
    if matches!(handle.map(HandleRef::state), Some(handle::State::Open))
        && let Some(item) = iterating.pop()
    {
        return item.map(Some);
    }
    let want = Some(u64::from(iterating.want()));
    let Some((first, others)) = next.spec.ask(object, want, |from| from.batch(&next.item))? else {
        // Another thread may have fetched the last ones.
        return iterating.pop().transpose();
    };
    iterating.keep(others);
    first.map(Some)
}

/// An item, or none at the end.
fn option<'py>(item: &Shape, from: &mut Decoder<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if from.at_nil() {
        from.plain()?;
        return Ok(None);
    }
    if item.may_be_nil() {
        from.open_array(1)?;
    }
    item.decode(from).map(Some)
}

fn unusable(iterator: IteratorRef<'_, '_>, state: State) -> pyo3::PyErr {
    let what = label(iterator);
    let (kind, message) = match state {
        State::OtherProcess => (
            "ForkError",
            format!(
                "this {what} belongs to the process that this one was forked from: make a new one in the child"
            ),
        ),
        _ => ("ClosedError", format!("this {what} was closed: make a new one")),
    };
    python::error(iterator.py(), kind, (message,))
}

fn label(iterator: IteratorRef<'_, '_>) -> String {
    iterator.items().map_or_else(
        || "iterator".into(),
        |items| format!("iterator of {}", items.item.expected(iterator.py())),
    )
}

/// What `repr` says.
pub(crate) fn describe(iterator: IteratorRef<'_, '_>) -> String {
    let Some(items) = iterator.items() else {
        return "<usecrate.Iterator>".into();
    };
    let state = match iterator.state() {
        State::Open => "",
        State::Exhausted => " (exhausted)",
        State::Closed => " (closed)",
        State::OtherProcess => " (of the parent process)",
    };
    let item = items.item.expected(iterator.py());
    format!("<usecrate.Iterator of {item} from `{}`{state}>", items.core.name)
}

fn operate<'py, R>(
    py: Python<'py>,
    items: &'static Items,
    operation: u8,
    id: &HandleId,
    read: impl FnOnce(Answer<'_>) -> PyResult<R>,
) -> PyResult<R> {
    send(
        py,
        items.core,
        true,
        |request| {
            request.extend_from_slice(&[0x92, operation]);
            wire::put_ext(request, wire::ext::HANDLE, id);
        },
        read,
    )
}

/// Drops the value for the deallocator.
pub(crate) fn drop_quietly(py: Python<'_>, items: &'static Items, id: &HandleId) -> PyResult<()> {
    operate(py, items, DROP, id, |answer| match answer.status {
        0 => Ok(()),
        // It was lent to a callable that has returned, or came from something that was.
        4 if status::handle_code(&answer) == "closed" => Ok(()),
        _ => Err(status::operation_error(
            py,
            items.core,
            "dropping an iterator",
            &answer,
        )),
    })
}

/// Drops the value, now or with the last value that borrows from it. Once.
pub(crate) fn drop_now(iterator: IteratorRef<'_, '_>) -> PyResult<()> {
    let open = iterator.state() == State::Open;
    iterator.forget();
    let (true, Some(items), Some(id)) = (open, iterator.items(), iterator.id()) else {
        return Ok(());
    };
    iterator.set_state(State::Closed);
    drop_quietly(iterator.py(), items, &id)
}

/// Drops the value now, unless something borrows it.
pub(crate) fn close(iterator: IteratorRef<'_, '_>) -> PyResult<()> {
    match iterator.state() {
        State::Open => {}
        State::OtherProcess => return Err(unusable(iterator, State::OtherProcess)),
        State::Exhausted | State::Closed => {
            iterator.forget();
            iterator.set_state(State::Closed);
            return Ok(());
        }
    }
    let (Some(items), Some(id)) = (iterator.items(), iterator.id()) else {
        return Ok(());
    };
    let py = iterator.py();
    // Shut first: while the lock is released no other thread may close it again.
    iterator.set_state(State::Closed);
    iterator.forget();
    operate(py, items, CLOSE, &id, |answer| {
        if answer.status == 0 {
            return Ok(());
        }
        if answer.status == 4 && status::handle_code(&answer) != "closed" {
            iterator.set_state(State::Open);
        }
        Err(status::operation_error(
            py,
            items.core,
            "closing an iterator",
            &answer,
        ))
    })
}

/// How many items an iterator has fetched ahead of its turn.
#[pyfunction]
fn fetched(value: &Bound<'_, PyAny>) -> usize {
    if let Some(iterator) = IteratorRef::of(value.as_borrowed()) {
        return iterator.fetched();
    }
    IteratingRef::of(value.as_borrowed()).map_or(0, IteratingRef::fetched)
}

/// Adds the function to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(fetched, module)?)
}
