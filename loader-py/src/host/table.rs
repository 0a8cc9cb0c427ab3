//! The objects that libraries hold, by token. Guarded by the interpreter lock; no Python code runs in here.
//!
//! A token is a place and its generation, so one that was released names nothing. What a forked process inherited stays
//! where it is in the child: a release there is ignored, as closing a file twice would write its buffer twice.

use std::thread::ThreadId;

use pyo3::exceptions::PyBaseException;
use pyo3::{Py, PyAny, Python};

use super::callables::CallableShape;
use super::files::File;
use super::iterables::IterableShape;
use crate::core::Core;
use crate::ffi::lock_cell::Guarded;
use crate::ffi::process;

/// What a token names.
pub(crate) enum Object {
    /// Something to call.
    Callable(Py<PyAny>, &'static CallableShape),
    /// A binary file object.
    File(File),
    /// An iterator, and how many items were taken.
    Items(Py<PyAny>, &'static IterableShape, u64),
    /// An exception that was raised on the way back.
    Exception(Py<PyBaseException>),
    /// Any object that Rust keeps with its values.
    Kept(Kept),
}

/// An object that Rust keeps, and may ask.
pub(crate) struct Kept {
    pub(super) object: Py<PyAny>,
    /// Whose values it is kept with.
    pub(super) core: &'static Core,
}

impl Kept {
    /// One that is passed to `core` now.
    pub(crate) fn new(object: Py<PyAny>, core: &'static Core) -> Self {
        Self { object, core }
    }
}

type Results = Vec<(ThreadId, Py<PyAny>)>;

struct Entry {
    generation: u32,
    epoch: u32,
    object: Option<Object>,
    /// How many references the library has.
    references: u32,
    /// The latest result of each thread that was given one, where it holds handles: they must stay until Rust has taken them,
    /// which it has when the thread asks again.
    results: Results,
}

struct Slab {
    entries: Vec<Entry>,
    free: Vec<u32>,
}

static TABLE: Guarded<Slab> = Guarded::new(Slab::new());

impl Slab {
    const fn new() -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
        }
    }

    fn insert(&mut self, object: Object) -> u64 {
        let index = self.free.pop().unwrap_or_else(|| {
            self.entries.push(Entry {
                generation: 0,
                epoch: 0,
                object: None,
                references: 0,
                results: Vec::new(),
            });
            u32::try_from(self.entries.len() - 1).expect("memory ends before so many objects are held")
        });
        let entry = &mut self.entries[index as usize];
        entry.generation = entry.generation.wrapping_add(1);
        entry.epoch = process::epoch();
        entry.object = Some(object);
        entry.references = 1;
        u64::from(entry.generation) << 32 | u64::from(index)
    }

    #[inline]
    fn entry(&mut self, token: u64) -> Option<&mut Entry> {
        let (index, generation) = (token & 0xffff_ffff, token >> 32);
        let entry = self.entries.get_mut(usize::try_from(index).ok()?)?;
        (u64::from(entry.generation) == generation && entry.object.is_some()).then_some(entry)
    }

    /// Ends a reference, and gives what the token names with the last one.
    fn end(&mut self, token: u64) -> Option<(Object, Results)> {
        let entry = self.entry(token)?;
        entry.references -= 1;
        if entry.references > 0 {
            return None;
        }
        let taken = (entry.object.take()?, std::mem::take(&mut entry.results));
        self.free.push((token & 0xffff_ffff) as u32);
        Some(taken)
    }
}

/// Takes in an object and gives its token.
pub(crate) fn insert(py: Python<'_>, object: Object) -> u64 {
    TABLE.with(py, |slab| slab.insert(object))
}

/// The callable of that token.
#[inline]
pub(super) fn callable(py: Python<'_>, token: u64) -> Option<(Py<PyAny>, &'static CallableShape)> {
    TABLE.with(py, |slab| match &slab.entry(token)?.object {
        Some(Object::Callable(callee, shape)) => Some((callee.clone_ref(py), *shape)),
        _ => None,
    })
}

/// The file of that token.
pub(super) fn file(py: Python<'_>, token: u64) -> Option<File> {
    TABLE.with(py, |slab| match &slab.entry(token)?.object {
        Some(Object::File(file)) => Some(file.clone_ref(py)),
        _ => None,
    })
}

/// The iterator of that token, and the number of the item that is asked for.
pub(super) fn next_item(py: Python<'_>, token: u64) -> Option<(Py<PyAny>, &'static IterableShape, u64)> {
    TABLE.with(py, |slab| match &mut slab.entry(token)?.object {
        Some(Object::Items(iterator, shape, taken)) => {
            let index = *taken;
            *taken += 1;
            Some((iterator.clone_ref(py), *shape, index))
        }
        _ => None,
    })
}

/// The object of that token, which stays with the library, and what it is kept with.
pub(crate) fn kept(py: Python<'_>, token: u64) -> Option<(Py<PyAny>, &'static Core)> {
    TABLE.with(py, |slab| match &slab.entry(token)?.object {
        Some(Object::Kept(kept)) => Some((kept.object.clone_ref(py), kept.core)),
        _ => None,
    })
}

/// The same, or a callable, of which a library may only know whether it is another one.
pub(crate) fn asked_about(py: Python<'_>, token: u64) -> Option<(Py<PyAny>, &'static Core)> {
    kept(py, token).or_else(|| callable(py, token).map(|(callee, shape)| (callee, shape.core)))
}

/// The library has one more reference to that object; `None`: it has none.
pub(super) fn retain(py: Python<'_>, token: u64) -> Option<()> {
    TABLE.with(py, |slab| {
        let entry = slab.entry(token)?;
        if !matches!(entry.object, Some(Object::Kept(_) | Object::File(_))) {
            return None;
        }
        entry.references = entry.references.checked_add(1)?;
        Some(())
    })
}

/// The object of that token, of which one reference comes back.
pub(crate) fn take_kept(py: Python<'_>, token: u64) -> Option<Py<PyAny>> {
    let (object, _) = kept(py, token)?;
    release(py, token);
    Some(object)
}

/// Keeps `value`, a result for Rust with handles in it, until this thread asks for the next one.
pub(super) fn keep_result(py: Python<'_>, token: u64, value: Py<PyAny>) {
    let thread = std::thread::current().id();
    let before = TABLE.with(py, |slab| {
        let Some(entry) = slab.entry(token) else {
            return Some(value);
        };
        if let Some((_, kept)) = entry.results.iter_mut().find(|(of, _)| *of == thread) {
            return Some(std::mem::replace(kept, value));
        }
        entry.results.push((thread, value));
        None
    });
    if let Some(before) = before {
        drop(before.into_bound(py));
    }
}

/// Ends a reference, and forgets the token and what it names with the last one. In a forked child, what the parent held stays.
pub(crate) fn release(py: Python<'_>, token: u64) {
    let removed = TABLE.with(py, |slab| {
        let ours = slab.entry(token)?.epoch == process::epoch();
        ours.then(|| slab.end(token))?
    });
    let Some((object, results)) = removed else { return };
    // Whatever runs from here on sees the table whole.
    match object {
        Object::Callable(object, _) | Object::Items(object, ..) => drop(object.into_bound(py)),
        Object::File(file) => drop(file.into_object(py)),
        Object::Exception(error) => drop(error.into_bound(py)),
        Object::Kept(kept) => drop(kept.object.into_bound(py)),
    }
    for (_, value) in results {
        drop(value.into_bound(py));
    }
}

/// The exception of that token, which stays with the library.
pub(super) fn exception(py: Python<'_>, token: u64) -> Option<Py<PyBaseException>> {
    TABLE.with(py, |slab| match &slab.entry(token)?.object {
        Some(Object::Exception(error)) => Some(error.clone_ref(py)),
        _ => None,
    })
}

/// Takes back the exception of that token.
pub(super) fn take_exception(py: Python<'_>, token: u64) -> Option<Py<PyBaseException>> {
    TABLE.with(py, |slab| {
        if !matches!(slab.entry(token)?.object, Some(Object::Exception(_))) {
            return None;
        }
        match slab.end(token)? {
            (Object::Exception(error), _) => Some(error),
            _ => None,
        }
    })
}

/// The file object of that token, of which one reference comes back.
pub(crate) fn take_file(py: Python<'_>, token: u64) -> Option<File> {
    let file = file(py, token)?;
    release(py, token);
    Some(file)
}

/// How many objects libraries hold.
pub(super) fn count(py: Python<'_>) -> usize {
    TABLE.with(py, |slab| slab.entries.len() - slab.free.len())
}
