//! A loaded library: its symbol, the memory its calls use again, and what its types are in Python.
//!
//! Libraries are never unloaded, so a `Core` and its `Slot`s live for ever and are referred to without counting.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use pyo3::types::{PyAnyMethods, PyString, PyType};
use pyo3::{Bound, Py, PyAny, PyResult, Python};

use crate::ffi::handle::HandleId;
use crate::ffi::lent::Lent;
use crate::ffi::lock_cell::{Guarded, LockCell};
use crate::ffi::object;
use crate::ffi::slots::{Layout, Place};
use crate::ffi::symbol::{Response, Symbol};
use crate::inside::Inside;
use crate::iterator::Next;
use crate::shape::{ObjectShape, Shape};

/// Request and response memory up to this size is kept for the next call.
const KEEP_BYTES: usize = 1 << 20;
/// Up to this size it is kept too after a call that needed it, until the next one that does not: who moves large values
/// mostly moves many, and memory that goes back to the system each time is slow.
const KEEP_NEEDED: usize = 4 << 20;
/// So many calls at once find memory to use again.
const KEEP_CALLS: usize = 16;

/// So many values are dropped by one request. Few, because nobody knows how large they are.
const MOST_LATE: usize = 16;

static CORES: Mutex<Vec<&'static Core>> = Mutex::new(Vec::new());

/// A loaded library.
pub(crate) struct Core {
    /// The crate's name.
    pub(crate) name: String,
    /// The path of the file that was verified.
    pub(crate) path: String,
    /// What is called.
    pub(crate) symbol: Symbol,
    /// The `Library` object, for the error hook.
    pub(crate) python: OnceLock<Py<PyAny>>,
    /// What makes the class of a type, by its index, and defines it.
    pub(crate) definer: OnceLock<Py<PyAny>>,
    /// The manifest, for what is read of it when it is needed.
    pub(crate) manifest: OnceLock<Py<PyAny>>,
    /// Who is inside, for a child that is forked meanwhile.
    pub(crate) inside: Inside,
    /// Values that go with the next ones: nobody can tell when they do.
    late: Guarded<Vec<HandleId>>,
    scratch: LockCell<Option<Box<Scratch>>>,
    /// By their indexes.
    slots: Mutex<HashMap<u32, &'static Slot>>,
    objects: Mutex<HashMap<u32, &'static ObjectShape>>,
}

/// The memory of one call. Those that wait form a list.
pub(crate) struct Scratch {
    pub(crate) bytes: Vec<u8>,
    pub(crate) lent: Lent,
    pub(crate) response: Response,
    next: Option<Box<Scratch>>,
    waiting: usize,
}

impl Core {
    /// Takes in a library that was just loaded.
    pub(crate) fn adopt(name: String, path: String, symbol: Symbol) -> &'static Self {
        let core: &'static Self = Box::leak(Box::new(Self {
            name,
            path,
            symbol,
            python: OnceLock::new(),
            definer: OnceLock::new(),
            manifest: OnceLock::new(),
            inside: Inside::default(),
            late: Guarded::new(Vec::new()),
            scratch: LockCell::new(None),
            slots: Mutex::new(HashMap::new()),
            objects: Mutex::new(HashMap::new()),
        }));
        CORES.lock().unwrap_or_else(PoisonError::into_inner).push(core);
        core
    }

    /// Takes in a value that may be dropped late. Gives those that are to be dropped now, all of one request.
    #[inline]
    pub(crate) fn put_late(&self, py: Python<'_>, id: HandleId) -> Option<Vec<HandleId>> {
        self.late.with(py, |late| {
            late.push(id);
            (late.len() >= MOST_LATE).then(|| std::mem::replace(late, Vec::with_capacity(MOST_LATE)))
        })
    }

    /// The values that are to be dropped yet.
    pub(crate) fn take_late(&self, py: Python<'_>) -> Vec<HandleId> {
        self.late.with(py, std::mem::take)
    }

    /// Every library of this process.
    pub(crate) fn all() -> Vec<&'static Self> {
        CORES.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The place of type `index`, defined or not.
    pub(crate) fn slot(&'static self, index: u32) -> &'static Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(index).or_insert_with(|| {
            Box::leak(Box::new(Slot {
                core: self,
                index,
                definition: OnceLock::new(),
                rust_type: OnceLock::new(),
                whole: AtomicBool::new(false),
            }))
        })
    }

    /// What an object of that number has to have.
    pub(crate) fn object(&'static self, index: u32) -> &'static ObjectShape {
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        objects.entry(index).or_insert_with(|| {
            Box::leak(Box::new(ObjectShape {
                core: self,
                index,
                read: OnceLock::new(),
            }))
        })
    }

    /// Memory for a call. Calls that run meanwhile, in other threads or inside this one, get their own.
    #[inline(always)]
    pub(crate) fn take_scratch(&self, py: Python<'_>) -> Box<Scratch> {
        match self.scratch.replace(py, None) {
            Some(mut scratch) => {
                if scratch.next.is_some() {
                    self.scratch.replace(py, scratch.next.take());
                }
                scratch
            }
            None => self.make_scratch(),
        }
    }

    #[cold]
    fn make_scratch(&self) -> Box<Scratch> {
        Box::new(Scratch {
            bytes: Vec::with_capacity(4096),
            lent: Lent::default(),
            response: Response::new(self.symbol),
            next: None,
            waiting: 0,
        })
    }

    /// Takes memory back for later calls.
    #[inline(always)]
    pub(crate) fn give_scratch(&self, py: Python<'_>, mut scratch: Box<Scratch>) {
        scratch.lent.clear(py);
        if scratch.bytes.capacity() > KEEP_BYTES || scratch.response.capacity() > KEEP_BYTES {
            scratch = self.smaller(scratch);
        }
        match self.scratch.replace(py, None) {
            None => scratch.waiting = 0,
            Some(next) if next.waiting + 1 < KEEP_CALLS => {
                scratch.waiting = next.waiting + 1;
                scratch.next = Some(next);
            }
            // There are enough.
            Some(next) => scratch = next,
        }
        self.scratch.replace(py, Some(scratch));
    }

    /// Without what is too much to keep.
    #[cold]
    fn smaller(&self, mut scratch: Box<Scratch>) -> Box<Scratch> {
        if is_too_much(scratch.bytes.capacity(), scratch.bytes.len()) {
            scratch.bytes = Vec::with_capacity(4096);
        }
        let response = &scratch.response;
        if is_too_much(response.capacity(), response.bytes().len()) || response.holds_pieces() {
            scratch.response = Response::new(self.symbol);
        }
        scratch
    }
}

/// Whether memory of which a call needed `used` is not to be kept.
const fn is_too_much(capacity: usize, used: usize) -> bool {
    capacity > KEEP_BYTES && (capacity > KEEP_NEEDED || used < capacity / 4)
}

/// The place of one of a library's types.
pub(crate) struct Slot {
    /// Its library.
    pub(crate) core: &'static Core,
    /// Its index in the manifest.
    pub(crate) index: u32,
    /// What it is in Python, once that was said.
    pub(crate) definition: OnceLock<Definition>,
    /// The name of the Rust type, once an error of it was raised.
    rust_type: OnceLock<Py<PyString>>,
    /// Whether its class is whole: it is defined while it is made.
    whole: AtomicBool,
}

impl Slot {
    /// What it is in Python. Its class is made for the first value, or argument, of it.
    pub(crate) fn defined(&self, py: Python<'_>) -> PyResult<Option<&Definition>> {
        if !self.whole.load(Ordering::Relaxed) {
            self.make_whole(py)?;
        }
        Ok(self.definition.get())
    }

    /// Whether its class is there, and whole.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole.load(Ordering::Relaxed)
    }

    #[cold]
    fn make_whole(&self, py: Python<'_>) -> PyResult<()> {
        if let Some(definer) = self.core.definer.get() {
            // Waits for another thread that is making it.
            definer.call1(py, (self.index,))?;
            self.whole.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// The name of the Rust type as an error of it gives it: nearly always the same.
    pub(crate) fn rust_type<'py>(&self, py: Python<'py>, name: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        if let Some(known) = self.rust_type.get() {
            let known = known.bind(py);
            if object::text(known)?.as_bytes() == name {
                return Ok(known.clone().into_any());
            }
        }
        let made = object::new_text(py, name)?;
        let _ = self.rust_type.set(made.cast::<PyString>()?.clone().unbind());
        Ok(made)
    }

    /// Its name, for messages.
    pub(crate) fn name(&self, py: Python<'_>) -> String {
        let class = match self.defined(py).ok().flatten() {
            Some(Definition::Handle(handle)) => handle.exception.as_ref().unwrap_or(&handle.class),
            Some(Definition::Record(record)) => &record.class,
            Some(Definition::Enum(choice)) => &choice.class,
            None => return format!("type {}", self.index),
        };
        crate::python::class_name(class.bind(py))
    }
}

/// What a type is in Python.
pub(crate) enum Definition {
    /// An object whose value stays in Rust.
    Handle(HandleType),
    /// A class with fields.
    Record(Fields),
    /// One of several variants.
    Enum(EnumType),
}

/// A type whose values stay in Rust.
pub(crate) struct HandleType {
    /// Below `Handle`.
    pub(crate) class: Py<PyType>,
    /// The exception class, below `Raised`, that holds such a value.
    pub(crate) exception: Option<Py<PyType>>,
    /// Whether dropping runs no code worth releasing the interpreter lock for.
    pub(crate) trivial_drop: bool,
    /// Whether nobody can tell when an exception's value is dropped: that runs nothing and lets go of nothing.
    pub(crate) late_drop: bool,
    /// How a value that is an iterator is asked for its next item.
    pub(crate) next: OnceLock<Next>,
    /// How an exception that is raised gets the class of its variant, if the type has variants.
    pub(crate) variants: OnceLock<ErrorVariants>,
}

/// The variants of an error type whose values stay in Rust.
pub(crate) struct ErrorVariants {
    /// What gives the number of a value's variant.
    pub(crate) number: Py<PyAny>,
    pub(crate) classes: Vec<Py<PyType>>,
}

/// A class and its fields.
pub(crate) struct Fields {
    pub(crate) class: Py<PyType>,
    pub(crate) fields: Vec<Field>,
    /// How instances are made in one step, if `__slots__` made all of the fields.
    pub(crate) layout: Option<Layout>,
}

/// A field of a record or variant.
pub(crate) struct Field {
    pub(crate) name: Py<PyString>,
    pub(crate) text: String,
    pub(crate) shape: Shape,
    /// Where it is in the instances, if `__slots__` made it.
    pub(crate) place: Option<Place>,
}

impl Field {
    /// The field of `object`.
    #[inline]
    pub(crate) fn get<'py>(&self, object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self.place.and_then(|place| place.get(object)) {
            Some(value) => Ok(value),
            None => object.getattr(self.name.bind(object.py())),
        }
    }

    /// Sets the field of `object`.
    #[inline]
    pub(crate) fn set<'py>(&self, object: &Bound<'py, PyAny>, value: Bound<'py, PyAny>) -> PyResult<()> {
        let left = match self.place {
            Some(place) => place.set(object, value),
            None => Some(value),
        };
        match left {
            None => Ok(()),
            Some(value) => object.setattr(self.name.bind(object.py()), value),
        }
    }
}

/// A type with variants.
pub(crate) struct EnumType {
    pub(crate) class: Py<PyType>,
    /// Whether any variant has data.
    pub(crate) data: bool,
    pub(crate) variants: Vec<Variant>,
}

/// A variant.
pub(crate) struct Variant {
    pub(crate) name: String,
    /// The member, or the class.
    pub(crate) object: Py<PyAny>,
    /// For one with data; its class is `object`.
    pub(crate) fields: Option<Fields>,
}
