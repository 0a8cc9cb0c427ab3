//! The way back: libraries call the interpreter through the one host of this process.
//!
//! A library may do so on any thread and on several at once. Whatever thread it is, it takes the interpreter lock first;
//! once the interpreter goes away, it is told that nobody answers.

use std::hint::black_box;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::os::raw::{c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::types::{PyAnyMethods, PyIterator, PyString};
use pyo3::{Bound, PyAny, PyErr, PyResult, Python, ffi};

use super::detached::Detached;
use super::process;
use super::symbol::RawBuffer;
use crate::host::words::{self, Done};
use crate::inside;

type Write = unsafe extern "C" fn(*mut c_void, *const u8, usize);

/// `UsecrateHost`.
#[repr(C)]
pub(super) struct RawHost {
    call: unsafe extern "C" fn(
        *mut c_void,
        *const u8,
        usize,
        *const RawBuffer,
        usize,
        Write,
        *mut c_void,
    ) -> i32,
    context: *mut c_void,
    direct: unsafe extern "C" fn(*mut c_void, u64, u64, *const u64, *mut u64) -> i32,
}

const _: () = assert!(size_of::<RawHost>() == 3 * size_of::<usize>());

// SAFETY: nothing in it ever changes, and `upcall` may be called from any thread.
unsafe impl Sync for RawHost {}

/// What every call passes. It lives as long as the process.
pub(super) static HOST: RawHost = RawHost {
    call: upcall,
    context: std::ptr::null_mut(),
    direct: upcall_directly,
};

const ANSWERED: i32 = 0;
const GONE: i32 = 1;

/// The codes of direct upcalls besides `ANSWERED`.
const RAISED: i32 = 1;
const RAISED_FATALLY: i32 = 2;
const GONE_DIRECTLY: i32 = 3;

/// Where an answer goes.
pub(crate) struct Sink {
    write: Write,
    sink: *mut c_void,
    used: bool,
}

impl Sink {
    /// Adds to the answer.
    #[inline]
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.used = true;
        // SAFETY: the library's own function and what it belongs to, both valid until the upcall returns.
        unsafe { (self.write)(self.sink, bytes.as_ptr(), bytes.len()) };
    }
}

/// The memory that a library lends with an upcall.
pub(crate) struct Memory {
    data: *mut u8,
    len: usize,
    writable: bool,
}

impl Memory {
    /// Its length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Its content.
    pub(crate) fn bytes(&self) -> &[u8] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: the library lends `len` readable bytes until the upcall returns, which is longer than this borrow.
        unsafe { std::slice::from_raw_parts(self.data, self.len) }
    }

    /// Puts `content` at its start. `false` if it is read-only or too short.
    pub(crate) fn fill(&mut self, content: &[u8]) -> bool {
        if !self.writable || content.len() > self.len {
            return false;
        }
        if !content.is_empty() {
            // SAFETY: it was lent for writing and is long enough. The content belongs to Python objects, never to it.
            unsafe { std::ptr::copy_nonoverlapping(content.as_ptr(), self.data, content.len()) };
        }
        true
    }

    /// Shows it to `use_it` as a `memoryview`, which is released afterwards.
    ///
    /// `use_it` must hand the view only to code of the interpreter that keeps no pointer into it: the memory is the
    /// library's again when the upcall returns.
    pub(crate) fn show<'py, R>(
        &mut self,
        py: Python<'py>,
        use_it: impl FnOnce(&Bound<'py, PyAny>) -> PyResult<R>,
    ) -> PyResult<R> {
        let flags = if self.writable {
            ffi::PyBUF_WRITE
        } else {
            ffi::PyBUF_READ
        };
        let len = ffi::Py_ssize_t::try_from(self.len).unwrap_or(ffi::Py_ssize_t::MAX);
        // SAFETY: memory that is lent until the upcall returns; the view is released before.
        let view = unsafe {
            Bound::from_owned_ptr_or_err(
                py,
                ffi::PyMemoryView_FromMemory(self.data.cast::<c_char>(), len, flags),
            )
        }?;
        let done = use_it(&view);
        view.call_method0(pyo3::intern!(py, "release"))?;
        done
    }
}

/// The entry for libraries.
///
/// # Safety
///
/// As `docs/abi.md` says: `request` and `buffers` are readable, what the buffers name is lent until this returns, `write`
/// may be called with `sink`.
unsafe extern "C" fn upcall(
    _context: *mut c_void,
    request: *const u8,
    request_len: usize,
    buffers: *const RawBuffer,
    buffer_count: usize,
    write: Write,
    sink: *mut c_void,
) -> i32 {
    if process::finalizing() {
        return GONE;
    }
    let request = if request_len == 0 {
        &[]
    } else {
        // SAFETY: says the caller.
        unsafe { std::slice::from_raw_parts(request, request_len) }
    };
    let memory = (buffer_count > 0).then(|| {
        // SAFETY: there is at least one, says the caller.
        let first = unsafe { &*buffers };
        Memory {
            data: first.data,
            len: first.len,
            writable: first.flags & 1 != 0,
        }
    });
    let mut sink = Sink {
        write,
        sink,
        used: false,
    };
    let answer = |py: Python<'_>| {
        catch_unwind(AssertUnwindSafe(|| {
            let hang = Hang;
            crate::host::answer(py, request, memory, &mut sink);
            std::mem::forget(hang);
        }))
        .or_else(|_| {
            if sink.used {
                return Err(());
            }
            catch_unwind(AssertUnwindSafe(|| crate::host::panicked(py, &mut sink))).map_err(|_| ())
        })
    };
    match inside::detached(|detached| detached.back(answer)) {
        Ok(()) => ANSWERED,
        Err(()) => GONE,
    }
}

/// What the words of direct upcalls stand for: that of the result, then those of the arguments.
#[derive(Debug)]
pub(crate) struct Form<T> {
    /// As libraries say it: four bits each.
    number: u64,
    /// Those of the arguments: as many as `number` says.
    params: Box<[T]>,
}

impl<T: Copy> Form<T> {
    /// Of these parts, by their numbers, none of which is 0.
    pub(crate) fn new(result: T, params: Box<[T]>, number: impl Fn(T) -> u8) -> Option<Self> {
        if params.len() > ROOM {
            return None;
        }
        let all = std::iter::once(&result).chain(&params);
        let number = all.zip((0..).step_by(4)).fold(0, |form, (part, shift)| {
            debug_assert!((1..16).contains(&number(*part)), "a part has four bits");
            form | u64::from(number(*part)) << shift
        });
        Some(Self { number, params })
    }
}

/// The words of a direct upcall.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    form: u64,
    words: *const u64,
    /// As long as the upcall.
    during: PhantomData<&'a u64>,
}

impl<'a> Words<'a> {
    /// Each with what it stands for, if they are of that form.
    #[inline(always)]
    pub(crate) fn read<'p, T: Copy>(
        self,
        form: &'p Form<T>,
    ) -> Option<impl Iterator<Item = (u64, T)> + use<'a, 'p, T>> {
        if form.number != self.form {
            return None;
        }
        let words = if form.params.is_empty() {
            &[]
        } else {
            // SAFETY: there are as many as the form says, until the upcall returns.
            unsafe { std::slice::from_raw_parts(self.words, form.params.len()) }
        };
        Some(words.iter().copied().zip(form.params.iter().copied()))
    }
}

/// The entry for libraries that call a callable with words.
///
/// # Safety
///
/// As `docs/abi.md` says: there are as many words as `form` has parts behind the result's, and `result` may be written to.
unsafe extern "C" fn upcall_directly(
    _context: *mut c_void,
    token: u64,
    form: u64,
    words: *const u64,
    result: *mut u64,
) -> i32 {
    if process::finalizing() {
        return GONE_DIRECTLY;
    }
    let during = PhantomData;
    let words = Words { form, words, during };
    // SAFETY: says the caller.
    let to = unsafe { &mut *result };
    let done = inside::detached(
        |detached| match detached.kept(|py| answer_directly(py, token, words, to)) {
            Some(done) => done,
            None => answer_elsewhere(detached, token, words, to),
        },
    );
    match done {
        Ok(Done::Word) => ANSWERED,
        Ok(Done::Raised) => RAISED,
        Ok(Done::RaisedFatally) => RAISED_FATALLY,
        Err(()) => GONE_DIRECTLY,
    }
}

#[inline(always)]
fn answer_directly(py: Python<'_>, token: u64, words: Words<'_>, to: &mut u64) -> Result<Done, ()> {
    let called = catch_unwind(AssertUnwindSafe(|| {
        let hang = Hang;
        let done = words::call(py, token, words, to);
        std::mem::forget(hang);
        done
    }));
    called.or_else(|_| {
        let failed = AssertUnwindSafe(|| words::raised(crate::host::panic_error(py), to));
        catch_unwind(failed).map_err(|_| ())
    })
}

/// The same where the interpreter lock has to be taken.
#[inline(never)]
fn answer_elsewhere(detached: &Detached, token: u64, words: Words<'_>, to: &mut u64) -> Result<Done, ()> {
    detached.back(|py| answer_directly(py, token, words, to))
}

/// Stops a thread that the interpreter wants to end. Before 3.14 it ends the threads that still run Python code at its own end
/// by unwinding them, which must not get into Rust: neither ours nor the library's.
pub(super) struct Hang;

impl Drop for Hang {
    #[cold]
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        loop {
            std::thread::park();
        }
    }
}

/// Functions that run Python code, declared so that unwinding through them is seen. They are called by an address that the
/// compiler does not know (`black_box`): for one that it knows it takes any declaration's word, and `pyo3` declares the same
/// functions as never unwinding. Then nothing would hang, and the process be aborted.
mod unwinding {
    use pyo3::ffi::PyObject;

    unsafe extern "C-unwind" {
        // Before 3.11 this is an inline function of a header. The other takes a dictionary of names: null, as here, is none.
        #[cfg_attr(not(Py_3_11), link_name = "PyObject_VectorcallDict")]
        pub(super) fn PyObject_Vectorcall(
            callee: *mut PyObject,
            arguments: *const *mut PyObject,
            count: usize,
            names: *mut PyObject,
        ) -> *mut PyObject;
        pub(super) fn PyObject_VectorcallMethod(
            name: *mut PyObject,
            arguments: *const *mut PyObject,
            count: usize,
            names: *mut PyObject,
        ) -> *mut PyObject;
        pub(super) fn PyIter_Next(iterator: *mut PyObject) -> *mut PyObject;
    }
}

/// The next item of an iterator.
pub(crate) fn next<'py>(iterator: &Bound<'py, PyIterator>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = iterator.py();
    let hang = Hang;
    let next: unsafe extern "C-unwind" fn(_) -> _ = unwinding::PyIter_Next;
    // SAFETY: a live iterator.
    let item = unsafe { black_box(next)(iterator.as_ptr()) };
    std::mem::forget(hang);
    // SAFETY: a new reference, or null at the end or with an exception set.
    match unsafe { Bound::from_owned_ptr_or_opt(py, item) } {
        Some(item) => Ok(Some(item)),
        None => PyErr::take(py).map_or(Ok(None), Err),
    }
}

/// Calls a method.
pub(crate) fn call_method<'py, const N: usize>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
    arguments: [&Bound<'py, PyAny>; N],
) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    let mut places = [std::ptr::null_mut(); 4];
    places[0] = object.as_ptr();
    for (place, argument) in places[1..].iter_mut().zip(arguments) {
        *place = argument.as_ptr();
    }
    const { assert!(N < 4) };
    let hang = Hang;
    let call: unsafe extern "C-unwind" fn(_, _, _, _) -> _ = unwinding::PyObject_VectorcallMethod;
    // SAFETY: live objects, as many as are announced.
    let result = unsafe { black_box(call)(name.as_ptr(), places.as_ptr(), N + 1, std::ptr::null_mut()) };
    std::mem::forget(hang);
    // SAFETY: a new reference, or null with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(py, result) }
}

/// How many `Positional` arguments there may be.
pub(crate) const ROOM: usize = 8;

/// Arguments for a Python callable, without a tuple.
pub(crate) struct Positional<'py> {
    /// One place in front, which the callee may use. The `count` behind it are filled.
    places: [MaybeUninit<*mut ffi::PyObject>; ROOM + 1],
    count: usize,
    py: Python<'py>,
}

impl<'py> Positional<'py> {
    /// None yet.
    #[inline(always)]
    pub(crate) fn new(py: Python<'py>) -> Self {
        let mut places = [const { MaybeUninit::uninit() }; ROOM + 1];
        places[0].write(std::ptr::null_mut());
        Self { places, count: 0, py }
    }

    /// Adds one. There must be room.
    #[inline(always)]
    pub(crate) fn push(&mut self, value: Bound<'py, PyAny>) {
        assert!(self.count < ROOM, "no more arguments than there is room for");
        self.count += 1;
        self.places[self.count].write(value.into_ptr());
    }

    /// Calls `callee` with them.
    #[inline(always)]
    pub(crate) fn call(&self, callee: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let hang = Hang;
        let call: unsafe extern "C-unwind" fn(_, _, _, _) -> _ = unwinding::PyObject_Vectorcall;
        // SAFETY: live objects, as many as are announced, and a free place in front of them.
        let result = unsafe {
            black_box(call)(
                callee.as_ptr(),
                self.places.as_ptr().cast::<*mut ffi::PyObject>().add(1),
                self.count | ffi::PY_VECTORCALL_ARGUMENTS_OFFSET,
                std::ptr::null_mut(),
            )
        };
        std::mem::forget(hang);
        if result.is_null() {
            return Err(PyErr::fetch(self.py));
        }
        // SAFETY: a new reference.
        Ok(unsafe { Bound::from_owned_ptr(self.py, result) })
    }
}

impl Drop for Positional<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        for place in self.places.iter().skip(1).take(self.count) {
            // SAFETY: `push` has filled it.
            let value = unsafe { place.assume_init() };
            // SAFETY: the reference that `push` was given; the lock is held, says the `Python` token.
            unsafe { ffi::Py_DECREF(value) };
        }
    }
}
