//! Small questions to Python objects that the hot path asks, without reference counting or temporary objects.

use std::os::raw::{c_char, c_int};

use pyo3::types::{
    PyAnyMethods, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType, PyTypeMethods,
};
use pyo3::{Bound, PyAny, PyErr, PyResult, Python, ffi};

/// An integer as wide as the wire's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Integer {
    /// Fits into an `i64`.
    Signed(i64),
    /// Above `i64::MAX`.
    Unsigned(u64),
    /// Neither.
    Big,
}

/// The value of an `int`.
#[inline(always)]
pub(crate) fn integer(value: &Bound<'_, PyInt>) -> Integer {
    #[cfg(not(Py_3_12))]
    if let Some(small) = small_integer(value) {
        return Integer::Signed(small);
    }
    any_integer(value)
}

fn any_integer(value: &Bound<'_, PyInt>) -> Integer {
    let mut overflow: c_int = 0;
    // SAFETY: a live `int`; the function cannot fail on one other than by overflow.
    let signed = unsafe { ffi::PyLong_AsLongLongAndOverflow(value.as_ptr(), &raw mut overflow) };
    if overflow == 0 {
        return Integer::Signed(signed);
    }
    if overflow < 0 {
        return Integer::Big;
    }
    // SAFETY: a live `int`.
    let unsigned = unsafe { ffi::PyLong_AsUnsignedLongLong(value.as_ptr()) };
    // SAFETY: asks whether an exception is set.
    if unsigned == u64::MAX && !unsafe { ffi::PyErr_Occurred() }.is_null() {
        // SAFETY: clears the overflow error that was just set.
        unsafe { ffi::PyErr_Clear() };
        return Integer::Big;
    }
    Integer::Unsigned(unsigned)
}

/// An `int` of at most one digit, whose layout is stable up to 3.11.
#[inline(always)]
#[cfg(not(Py_3_12))]
fn small_integer(value: &Bound<'_, PyInt>) -> Option<i64> {
    #[repr(C)]
    struct Digits {
        ob_base: ffi::PyVarObject,
        first: u32,
    }
    let raw = value.as_ptr().cast::<Digits>();
    // SAFETY: an `int` begins so in 3.10 and 3.11; the size says whether there is a first digit.
    match unsafe { (*raw).ob_base.ob_size } {
        0 => Some(0),
        // SAFETY: one digit.
        1 => Some(i64::from(unsafe { (*raw).first })),
        // SAFETY: one digit.
        -1 => Some(-i64::from(unsafe { (*raw).first })),
        _ => None,
    }
}

/// The value of a `float`.
#[inline]
pub(crate) fn float(value: &Bound<'_, PyFloat>) -> f64 {
    // SAFETY: a live `float`.
    unsafe { ffi::PyFloat_AS_DOUBLE(value.as_ptr()) }
}

/// The text of an object that is a `str` of ASCII, as most are.
#[inline(always)]
pub(crate) fn ascii<'a>(value: &'a Bound<'_, PyAny>) -> Option<&'a str> {
    let pointer = value.cast::<PyString>().ok()?.as_ptr();
    // SAFETY: a live `str`, ready since 3.10's constructors make no other.
    if unsafe { ffi::PyUnicode_IS_READY(pointer) == 0 || ffi::PyUnicode_IS_COMPACT_ASCII(pointer) == 0 } {
        return None;
    }
    // SAFETY: compact ASCII text has its length and its one-byte data in place.
    let bytes = unsafe {
        let length = ffi::PyUnicode_GET_LENGTH(pointer).unsigned_abs();
        std::slice::from_raw_parts(ffi::PyUnicode_1BYTE_DATA(pointer), length)
    };
    // SAFETY: ASCII is UTF-8, and strings do not change.
    Some(unsafe { std::str::from_utf8_unchecked(bytes) })
}

/// The text of a `str`; an error if it has lone surrogates.
#[inline]
pub(crate) fn text<'a>(value: &'a Bound<'_, PyString>) -> PyResult<&'a str> {
    let pointer = value.as_ptr();
    if let Some(text) = ascii(value.as_any()) {
        return Ok(text);
    }
    let mut length: ffi::Py_ssize_t = 0;
    // SAFETY: a live `str`.
    let data = unsafe { ffi::PyUnicode_AsUTF8AndSize(pointer, &raw mut length) };
    if data.is_null() {
        return Err(PyErr::fetch(value.py()));
    }
    // SAFETY: UTF-8 kept inside the `str`, which does not change.
    Ok(unsafe {
        std::str::from_utf8_unchecked(std::slice::from_raw_parts(data.cast(), length.unsigned_abs()))
    })
}

/// A `str` of `content`.
pub(crate) fn new_text<'py>(py: Python<'py>, content: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    if let Some(made) = new_ascii(py, content) {
        return Ok(made);
    }
    let length = ffi::Py_ssize_t::try_from(content.len()).unwrap_or(ffi::Py_ssize_t::MAX);
    // SAFETY: the bytes are readable; bad UTF-8 is an exception.
    let object =
        unsafe { ffi::PyUnicode_DecodeUTF8(content.as_ptr().cast::<c_char>(), length, std::ptr::null()) };
    // SAFETY: a new reference, or null with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(py, object) }
}

/// The same of ASCII alone. `None`: it is not, or there is no memory.
#[inline]
pub(crate) fn new_ascii<'py>(py: Python<'py>, content: &[u8]) -> Option<Bound<'py, PyAny>> {
    if !content.is_ascii() {
        return None;
    }
    let length = ffi::Py_ssize_t::try_from(content.len()).ok()?;
    // SAFETY: asks for room for `length` ASCII characters.
    let object = unsafe { ffi::PyUnicode_New(length, 127) };
    if object.is_null() {
        // SAFETY: clears the error that was just set.
        unsafe { ffi::PyErr_Clear() };
        return None;
    }
    if !content.is_empty() {
        // SAFETY: a new string that nobody else has seen, with room for `length` bytes.
        unsafe {
            let data = ffi::PyUnicode_1BYTE_DATA(object);
            std::ptr::copy_nonoverlapping(content.as_ptr(), data, content.len());
        }
    }
    // SAFETY: a new reference.
    Some(unsafe { Bound::from_owned_ptr(py, object) })
}

/// A new `bytes`.
pub(crate) fn new_bytes<'py>(py: Python<'py>, content: &[u8]) -> Bound<'py, PyAny> {
    PyBytes::new(py, content).into_any()
}

/// Shows `take` the numbers of a list, up to the first that is no exact `int` or `float`, or for which it gives none, and puts
/// the native words that it gives into `words`, which it fills at most. How many there are.
#[inline]
pub(crate) fn plain_items<const N: usize>(
    list: &Bound<'_, PyList>,
    words: &mut [u8],
    take: impl Fn(Item) -> Option<[u8; N]>,
) -> usize {
    // Nothing in here runs Python code, so the list stays as it is.
    let (words, _) = words.as_chunks_mut::<N>();
    // SAFETY: a live list; the lock is held.
    let length = unsafe { ffi::PyList_GET_SIZE(list.as_ptr()) };
    let mut index: ffi::Py_ssize_t = 0;
    for word in words {
        if index == length {
            break;
        }
        // SAFETY: in range; a borrowed reference used only below, before anything else can run.
        let item = unsafe { ffi::PyList_GET_ITEM(list.as_ptr(), index) };
        // SAFETY: a live object.
        let exact = unsafe { ffi::Py_TYPE(item) };
        let value = if exact == &raw mut ffi::PyLong_Type {
            // SAFETY: an `int`, alive while the list holds it.
            let borrowed = unsafe { pyo3::Borrowed::from_ptr(list.py(), item) };
            // SAFETY: its exact type was just compared.
            let number: &Bound<'_, PyInt> = unsafe { &borrowed.cast_unchecked::<PyInt>() };
            Item::Integer(integer(number))
        } else if exact == &raw mut ffi::PyFloat_Type {
            // SAFETY: its exact type was just compared.
            Item::Float(unsafe { ffi::PyFloat_AS_DOUBLE(item) })
        } else {
            break;
        };
        let Some(taken) = take(value) else { break };
        *word = taken;
        index += 1;
    }
    index.unsigned_abs()
}

/// A number in a list.
#[derive(Clone, Copy)]
pub(crate) enum Item {
    /// From an exact `int`.
    Integer(Integer),
    /// From an exact `float`.
    Float(f64),
}

/// A list of `length` items that `next` makes one by one.
pub(crate) fn new_list<'py>(
    py: Python<'py>,
    length: usize,
    mut next: impl FnMut() -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let size = ffi::Py_ssize_t::try_from(length).unwrap_or(ffi::Py_ssize_t::MAX);
    // SAFETY: a new list of empty places, which the interpreter treats as null until they are filled.
    let list = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyList_New(size)) }?;
    for index in 0..size {
        let item = next()?;
        // SAFETY: `next` never sees the list; a collector that lists all objects could shrink it, so the size is asked
        // again by the checking form. The reference is given away.
        if unsafe { ffi::PyList_SetItem(list.as_ptr(), index, item.into_ptr()) } != 0 {
            return Err(PyErr::fetch(py));
        }
    }
    Ok(list)
}

/// An instance of `class` made by its `__new__` without arguments; `__init__` is not called.
pub(crate) fn bare_instance<'py>(class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let raw = class.as_type_ptr();
    // SAFETY: a live, ready type.
    let Some(make) = (unsafe { (*raw).tp_new }) else {
        return class.call0();
    };
    let empty = PyTuple::empty(py);
    // SAFETY: `tp_new` with an empty tuple and no keywords, as `class.__new__(class)` would call it.
    unsafe { Bound::from_owned_ptr_or_err(py, make(raw, empty.as_ptr(), std::ptr::null_mut())) }
}

/// A walk through a dict in its order. What changes the dict meanwhile may make it skip or repeat items.
pub(crate) struct Walk<'a, 'py> {
    dict: &'a Bound<'py, PyDict>,
    at: ffi::Py_ssize_t,
}

impl<'a, 'py> Walk<'a, 'py> {
    /// From the start of `dict`.
    #[inline]
    pub(crate) fn new(dict: &'a Bound<'py, PyDict>) -> Self {
        Self { dict, at: 0 }
    }

    /// The next item, if there is one and its key is this very object.
    #[inline]
    pub(crate) fn next(&mut self, key: &Bound<'py, PyString>) -> Option<Bound<'py, PyAny>> {
        let (mut name, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: a live dict; the position is one that this function gave, which it checks against the dict as it is now.
        let found = unsafe {
            ffi::PyDict_Next(
                self.dict.as_ptr(),
                &raw mut self.at,
                &raw mut name,
                &raw mut value,
            )
        };
        if found == 0 || name != key.as_ptr() {
            return None;
        }
        // SAFETY: borrowed from the dict, which nothing has changed since.
        Some(unsafe { Bound::from_borrowed_ptr(self.dict.py(), value) })
    }
}

/// Whether it is a function that is written in Python.
#[inline]
pub(crate) fn is_function(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a live object and a static type.
    unsafe { ffi::Py_TYPE(object.as_ptr()) == &raw mut ffi::PyFunction_Type }
}

/// An exception of `class`, made by its `__new__` with `message`, whose attributes are those in `attributes`; `__init__` is not
/// called. `None`: its instances are made in another way.
pub(crate) fn exception<'py>(
    class: &Bound<'py, PyType>,
    message: &Bound<'py, PyAny>,
    attributes: &Bound<'py, PyDict>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = class.py();
    let raw = class.as_type_ptr();
    // SAFETY: a live, ready type.
    let Some(make) = (unsafe { (*raw).tp_new }) else {
        return Ok(None);
    };
    let arguments = PyTuple::new(py, [message])?;
    // SAFETY: as `class.__new__(class, message)` would call it.
    let made =
        unsafe { Bound::from_owned_ptr_or_err(py, make(raw, arguments.as_ptr(), std::ptr::null_mut())) }?;
    // SAFETY: two live objects; what has no dictionary is an exception.
    let code =
        unsafe { ffi::PyObject_GenericSetDict(made.as_ptr(), attributes.as_ptr(), std::ptr::null_mut()) };
    if code == 0 {
        Ok(Some(made))
    } else {
        Err(PyErr::fetch(py))
    }
}

/// One level further down in a recursion, for as long as it lives: the interpreter bounds how many there are.
pub(crate) struct Deeper(());

impl Deeper {
    /// Goes there; `RecursionError` at the bottom.
    pub(crate) fn enter(py: Python<'_>) -> PyResult<Self> {
        // SAFETY: the lock is held; the text lives for ever.
        if unsafe { ffi::Py_EnterRecursiveCall(c" while plain data is made".as_ptr()) } == 0 {
            Ok(Self(()))
        } else {
            Err(PyErr::fetch(py))
        }
    }
}

impl Drop for Deeper {
    fn drop(&mut self) {
        // SAFETY: undoes what `enter` did; it lives on the stack of code that holds the lock.
        unsafe { ffi::Py_LeaveRecursiveCall() };
    }
}
