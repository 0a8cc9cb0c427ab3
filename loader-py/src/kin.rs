//! References among handles: what lends the parts of a value, and which part it is of what.
//!
//! In Rust a reference ends with its last use, so the value that lent it can be used again while the variable is there
//! still. Python cannot know which use is the last one. So what was lent ends when its owner is needed, and using it
//! afterwards is the error. That is done for references alone, which do nothing when they end: for what a callable lends
//! exclusively, and for fields, which are lent anew when they are used again and for writing when they are written to.
//!
//! Nothing is done before a call was refused, and what is done is what Python code could do: closing values, and calling
//! again.

use pyo3::types::{
    PyAnyMethods, PyIterator, PyModule, PyModuleMethods, PyWeakrefMethods, PyWeakrefReference,
};
use pyo3::{Borrowed, Bound, Py, PyAny, PyResult, Python, pyclass, pyfunction, wrap_pyfunction};

use crate::ffi::arguments::Arguments;
use crate::ffi::handle::{self, HandleRef, State};
use crate::handle::close_handle;

/// What a handle knows of others.
#[pyclass]
#[derive(Default)]
pub(crate) struct Kin {
    /// Of what it is a field.
    of: Option<Of>,
    /// What it has lent, by weak references.
    lent: Vec<Py<PyWeakrefReference>>,
}

struct Of {
    owner: Py<PyAny>,
    /// Gives the field of the owner to be looked at.
    get: Py<PyAny>,
    write: Write,
    /// It was given to be written to.
    exclusive: bool,
}

/// How a field is written to.
enum Write {
    /// By what lends it for that.
    Lend(Py<PyAny>),
    /// Where it borrows itself, and cannot be lent so: by what copies it, and by what puts the copy in its place then.
    Copy { copy: Py<PyAny>, set: Py<PyAny> },
}

impl Of {
    fn clone_ref(&self, py: Python<'_>) -> Self {
        Self {
            owner: self.owner.clone_ref(py),
            get: self.get.clone_ref(py),
            write: match &self.write {
                Write::Lend(lend) => Write::Lend(lend.clone_ref(py)),
                Write::Copy { copy, set } => Write::Copy {
                    copy: copy.clone_ref(py),
                    set: set.clone_ref(py),
                },
            },
            exclusive: self.exclusive,
        }
    }
}

/// How often a call is made again at most: each time another reason was mended.
pub(crate) const TRIES: usize = 4;

/// More than so many references are looked through for dead ones.
const MANY: usize = 4;

fn kin_of<'py>(py: Python<'py>, handle: HandleRef<'_, 'py>) -> PyResult<Bound<'py, Kin>> {
    if let Some(kin) = handle.kin(py) {
        return Ok(kin.cast_into::<Kin>()?);
    }
    let made = Bound::new(py, Kin::default())?;
    handle.set_kin(made.clone().into_any());
    Ok(made)
}

/// `owner` has lent `value`, which ends when the owner is needed.
pub(crate) fn lent<'py>(owner: HandleRef<'_, 'py>, value: &Bound<'py, PyAny>) -> PyResult<()> {
    let py = value.py();
    let weak = PyWeakrefReference::new(value)?.unbind();
    let kin = kin_of(py, owner)?;
    let mut kin = kin.borrow_mut();
    if kin.lent.len() >= MANY {
        kin.lent.retain(|one| one.bind(py).upgrade().is_some());
    }
    kin.lent.push(weak);
    Ok(())
}

/// Makes `value` the field of `owner` that `get` gives to be looked at, and `lend` to be written to; gives it back. With `set`,
/// what `lend` gives is a copy, and `set` puts another value in its place.
#[pyfunction]
#[pyo3(signature = (value, owner, get, lend, set=None))]
fn field_of<'py>(
    value: Bound<'py, PyAny>,
    owner: Bound<'py, PyAny>,
    get: Py<PyAny>,
    lend: Py<PyAny>,
    set: Option<Py<PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    if let (Some(field), Some(from)) = (
        HandleRef::of(value.as_borrowed()),
        HandleRef::of(owner.as_borrowed()),
    ) {
        lent(from, &value)?;
        kin_of(value.py(), field)?.borrow_mut().of = Some(Of {
            owner: owner.unbind(),
            get,
            write: match set {
                None => Write::Lend(lend),
                Some(set) => Write::Copy { copy: lend, set },
            },
            exclusive: false,
        });
    }
    Ok(value)
}

/// What was done about an argument that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mended {
    /// Nothing.
    No,
    /// The call may be made again.
    Yes,
    /// The same, with a copy in the place of the argument with this index, which [`put_back`] ends.
    Copied(usize),
}

/// What a callable does with an argument.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wants {
    /// It was refused because something borrows it; else because it cannot be taken as it is.
    pub(crate) borrowed: bool,
    /// It may change it.
    pub(crate) exclusive: bool,
    /// It gives nothing that could be a part of it.
    pub(crate) gives_nothing: bool,
    /// It only shows it, and whoever looks on, such as a debugger, means to end nothing.
    pub(crate) shows: bool,
}

/// After a call was refused because of argument `at`: does what it can, so that it may be made again.
pub(crate) fn mend(arguments: &Arguments<'_, '_>, at: usize, wants: Wants) -> PyResult<Mended> {
    let count = arguments.positional();
    // What is drawn from one by one, or was, is not the same in a second call.
    let drawn =
        |value: Borrowed<'_, '_, PyAny>| HandleRef::of(value).is_none() && value.cast::<PyIterator>().is_ok();
    if at >= count || (0..count).any(|at| drawn(arguments.get(at))) {
        return Ok(Mended::No);
    }
    let object = arguments.get(at);
    let py = object.py();
    let Some(handle) = HandleRef::of(object) else {
        return Ok(Mended::No);
    };
    let done = match handle.state() {
        State::Ended => revive(py, handle)?,
        // A call that is a mistake ends nothing.
        State::Open if !wants.borrowed => return Ok(Mended::No),
        State::Open => !wants.shows && let_go(py, handle)?,
        State::Closed | State::Moved(_) | State::OtherProcess => return Ok(Mended::No),
    };
    if done {
        return Ok(Mended::Yes);
    }
    match of(py, handle)? {
        Some(of) if wants.exclusive && !of.exclusive => match &of.write {
            Write::Lend(_) => upgrade(py, handle, &of),
            Write::Copy { copy, .. } if wants.gives_nothing => stand_in(py, handle, &of.owner, copy, at),
            Write::Copy { .. } => Ok(Mended::No),
        },
        _ => Ok(Mended::No),
    }
}

/// Ends what a handle has lent; whether there was anything.
fn let_go(py: Python<'_>, handle: HandleRef<'_, '_>) -> PyResult<bool> {
    let Some(kin) = handle.kin(py) else {
        return Ok(false);
    };
    let kin = kin.cast_into::<Kin>()?;
    let lent = std::mem::take(&mut kin.borrow_mut().lent);
    let mut any = false;
    for weak in lent {
        let Some(value) = weak.bind(py).upgrade() else {
            continue;
        };
        let Some(child) = HandleRef::of(value.as_borrowed()) else {
            continue;
        };
        if !matches!(child.state(), State::Open) {
            continue;
        }
        let_go(py, child)?;
        if close_handle(py, child).is_ok() {
            child.mark_ended();
            any = true;
        } else {
            // Something else has it.
            kin.borrow_mut().lent.push(weak);
        }
    }
    Ok(any)
}

fn of(py: Python<'_>, handle: HandleRef<'_, '_>) -> PyResult<Option<Of>> {
    let Some(kin) = handle.kin(py) else {
        return Ok(None);
    };
    let kin = kin.cast_into::<Kin>()?;
    let kin = kin.borrow();
    Ok(kin.of.as_ref().map(|of| of.clone_ref(py)))
}

/// A field that ended is looked at again.
fn revive(py: Python<'_>, handle: HandleRef<'_, '_>) -> PyResult<bool> {
    match of(py, handle)? {
        Some(of) => renew(py, handle, &of, false).map(|()| true),
        None => Ok(false),
    }
}

/// A field that is only looked at is lent to be written to.
fn upgrade(py: Python<'_>, handle: HandleRef<'_, '_>, of: &Of) -> PyResult<Mended> {
    if close_handle(py, handle).is_err() {
        return Ok(Mended::No);
    }
    handle.mark_ended();
    if let Err(error) = renew(py, handle, of, true) {
        // It can be looked at, as before.
        renew(py, handle, of, false)?;
        return Err(error);
    }
    Ok(Mended::Yes)
}

/// A copy stands for a field that is only looked at.
fn stand_in(
    py: Python<'_>,
    handle: HandleRef<'_, '_>,
    owner: &Py<PyAny>,
    copy: &Py<PyAny>,
    at: usize,
) -> PyResult<Mended> {
    let new = copy.bind(py).call1((owner,))?;
    if close_handle(py, handle).is_err() {
        return Ok(Mended::No);
    }
    take_over(handle, &new);
    Ok(Mended::Copied(at))
}

/// Ends the copy that stands for a field: it is put in the field's place if the call has done what it should.
pub(crate) fn put_back(value: Borrowed<'_, '_, PyAny>, done: bool) -> PyResult<()> {
    let py = value.py();
    let Some(handle) = HandleRef::of(value) else {
        return Ok(());
    };
    let copy = handle::allocate(&value.get_type())?;
    if let Some(copy) = HandleRef::of(copy.as_borrowed()) {
        take_over(copy, &value);
    }
    handle.mark_ended();
    if done
        && let Some(Of {
            owner,
            write: Write::Copy { set, .. },
            ..
        }) = of(py, handle)?
    {
        set.bind(py).call1((owner, copy))?;
    }
    Ok(())
}

/// Gives `handle` the value of `from`, which is closed by that.
fn take_over(handle: HandleRef<'_, '_>, from: &Bound<'_, PyAny>) {
    if let Some(made) = HandleRef::of(from.as_borrowed())
        && let Some(slot) = made.slot()
    {
        handle.fill(slot, made.id());
        made.shut(None);
    }
}

/// Puts what the owner gives now in the place of what a field was.
fn renew(py: Python<'_>, handle: HandleRef<'_, '_>, of: &Of, exclusive: bool) -> PyResult<()> {
    let ask = match &of.write {
        Write::Lend(lend) if exclusive => lend,
        _ => &of.get,
    };
    let owner = of.owner.bind(py);
    let new = ask.bind(py).call1((owner,))?;
    take_over(handle, &new);
    if let Some(from) = HandleRef::of(owner.as_borrowed()) {
        lent(from, &handle.object())?;
    }
    if let Some(of) = &mut kin_of(py, handle)?.borrow_mut().of {
        of.exclusive = exclusive;
    }
    Ok(())
}

/// Adds the function to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(field_of, module)?)
}
