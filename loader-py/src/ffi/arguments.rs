//! The arguments of a call as the interpreter passes them: no tuple and no dictionary is made.

use std::marker::PhantomData;

use pyo3::types::{PyDict, PyDictMethods, PyTuple, PyTupleMethods};
use pyo3::{Borrowed, Bound, PyAny, Python, ffi};

/// Arguments that live for `'a`: the receiver of a method, positional ones, then the values of keywords.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'a, 'py> {
    receiver: Option<Borrowed<'a, 'py, PyAny>>,
    values: *const *mut ffi::PyObject,
    positional: usize,
    names: Option<Borrowed<'a, 'py, PyTuple>>,
    py: Python<'py>,
    lifetime: PhantomData<&'a ()>,
}

impl<'a, 'py> Arguments<'a, 'py> {
    /// What a function with `METH_FASTCALL | METH_KEYWORDS` was given.
    ///
    /// # Safety
    ///
    /// The pointers are those of such a call, which keeps them alive for `'a`; `receiver` and `names` may be null.
    pub(super) unsafe fn from_call(
        py: Python<'py>,
        receiver: *mut ffi::PyObject,
        values: *const *mut ffi::PyObject,
        count: ffi::Py_ssize_t,
        names: *mut ffi::PyObject,
    ) -> Self {
        // SAFETY: null or a live object, says the caller.
        let receiver = unsafe { Borrowed::from_ptr_or_opt(py, receiver) };
        // SAFETY: null or a live tuple, says the caller.
        let names = unsafe { Borrowed::from_ptr_or_opt(py, names).map(|names| names.cast_unchecked()) };
        Self {
            receiver,
            values,
            positional: count.cast_unsigned(),
            names,
            py,
            lifetime: PhantomData,
        }
    }

    /// How many arguments were passed by position, the receiver included.
    pub(crate) fn positional(&self) -> usize {
        self.positional + usize::from(self.receiver.is_some())
    }

    /// Whether any was passed by keyword.
    pub(crate) fn has_keywords(&self) -> bool {
        self.names.is_some_and(|names| !names.is_empty())
    }

    /// The receiver, and the positional arguments behind it, if none was passed by keyword.
    #[inline(always)]
    pub(super) fn by_position(&self) -> Option<(Option<Borrowed<'a, 'py, PyAny>>, &'a [*mut ffi::PyObject])> {
        if self.has_keywords() {
            return None;
        }
        let values = if self.positional == 0 {
            &[]
        } else {
            // SAFETY: the call has as many at that place, and keeps them for `'a`.
            unsafe { std::slice::from_raw_parts(self.values, self.positional) }
        };
        Some((self.receiver, values))
    }

    /// The positional argument at `index`, which must be below `positional()`.
    pub(crate) fn get(&self, index: usize) -> Borrowed<'a, 'py, PyAny> {
        let index = match (self.receiver, index) {
            (Some(receiver), 0) => return receiver,
            (Some(_), index) => index - 1,
            (None, index) => index,
        };
        assert!(index < self.positional, "an argument that was passed");
        // SAFETY: in range, and the call keeps its arguments alive for `'a`.
        unsafe { Borrowed::from_ptr(self.py, *self.values.add(index)) }
    }

    /// The arguments passed by keyword: name and value.
    pub(crate) fn keywords(
        &self,
    ) -> impl Iterator<Item = (Bound<'py, PyAny>, Borrowed<'a, 'py, PyAny>)> + use<'a, 'py> {
        let (py, values, positional) = (self.py, self.values, self.positional);
        let names = self.names;
        let count = names.map_or(0, |names| names.len());
        (0..count).filter_map(move |at| {
            let name = names?.get_item(at).ok()?;
            // SAFETY: the values of keywords follow the positional ones, one for each name.
            let value = unsafe { Borrowed::from_ptr(py, *values.add(positional + at)) };
            Some((name, value))
        })
    }
}

/// Arguments taken from a tuple and a dictionary, for callables without the fast calling convention.
pub(crate) struct OwnedArguments<'py> {
    objects: Vec<Bound<'py, PyAny>>,
    pointers: Vec<*mut ffi::PyObject>,
    positional: usize,
    names: Option<Bound<'py, PyTuple>>,
    py: Python<'py>,
}

impl<'py> OwnedArguments<'py> {
    /// Copies the references out of `args` and `kwargs`, with `receiver` in front.
    pub(crate) fn new(
        receiver: Option<&Bound<'py, PyAny>>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> pyo3::PyResult<Self> {
        let py = args.py();
        let mut objects: Vec<_> = receiver.cloned().into_iter().chain(args.iter()).collect();
        let positional = objects.len();
        let mut names = None;
        if let Some(kwargs) = kwargs.filter(|kwargs| !kwargs.is_empty()) {
            let (keys, values): (Vec<_>, Vec<_>) = kwargs.iter().unzip();
            objects.extend(values);
            names = Some(PyTuple::new(py, keys)?);
        }
        let pointers = objects.iter().map(Bound::as_ptr).collect();
        Ok(Self {
            objects,
            pointers,
            positional,
            names,
            py,
        })
    }

    /// The arguments as a call sees them.
    pub(crate) fn borrow(&self) -> Arguments<'_, 'py> {
        debug_assert_eq!(self.objects.len(), self.pointers.len());
        Arguments {
            receiver: None,
            values: self.pointers.as_ptr(),
            positional: self.positional,
            names: self.names.as_ref().map(Bound::as_borrowed),
            py: self.py,
            lifetime: PhantomData,
        }
    }
}
