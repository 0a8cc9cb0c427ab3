//! Pieces of the types that are made with the C API.

use std::ffi::CStr;
use std::os::raw::{c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::exceptions::PyOverflowError;
use pyo3::types::{PyTuple, PyType, PyTypeMethods};
use pyo3::{Borrowed, Bound, PyAny, PyErr, PyResult, Python, ffi};

/// A type that is made when it is first asked for: most processes need few of those that there are.
pub(crate) struct Late {
    /// Never freed once it is made.
    made: AtomicPtr<ffi::PyTypeObject>,
    make: for<'py> fn(Python<'py>) -> PyResult<Bound<'py, PyAny>>,
}

impl Late {
    /// One that `make` makes.
    pub(super) const fn new(make: for<'py> fn(Python<'py>) -> PyResult<Bound<'py, PyAny>>) -> Self {
        Self {
            made: AtomicPtr::new(std::ptr::null_mut()),
            make,
        }
    }

    /// The type, made if it is not yet. No thread waits for another one here: a child that is forked meanwhile would, for
    /// ever.
    pub(crate) fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyType>> {
        if self.made().is_null() {
            let made = (self.make)(py)?;
            let raw = made.as_ptr().cast();
            // Another thread may have made it meanwhile: the first one stays.
            let first =
                self.made
                    .compare_exchange(std::ptr::null_mut(), raw, Ordering::Release, Ordering::Relaxed);
            if first.is_ok() {
                std::mem::forget(made);
            }
        }
        // SAFETY: a type that was made by now, and is never freed.
        let found = unsafe { Bound::from_borrowed_ptr(py, self.made().cast()) };
        Ok(found.cast_into()?)
    }

    /// The type; null before it is made, while there is no object of it.
    #[inline]
    pub(super) fn made(&self) -> *mut ffi::PyTypeObject {
        self.made.load(Ordering::Acquire)
    }

    /// Whether `object` is of it.
    #[inline]
    pub(super) fn is_of(&self, object: Borrowed<'_, '_, PyAny>) -> bool {
        let class = self.made();
        // SAFETY: a live object and a type that is never freed.
        !class.is_null() && unsafe { ffi::PyObject_TypeCheck(object.as_ptr(), class) } != 0
    }

    /// Whether `class` is it or below it.
    pub(super) fn is_above(&self, class: &Bound<'_, PyType>) -> bool {
        let own = self.made();
        // SAFETY: two live types.
        !own.is_null() && unsafe { ffi::PyType_IsSubtype(class.as_type_ptr(), own) } != 0
    }
}

/// A row of a type's table.
pub(super) fn slot(number: c_int, pointer: *mut c_void) -> ffi::PyType_Slot {
    ffi::PyType_Slot {
        slot: number,
        pfunc: pointer,
    }
}

/// The row that ends a type's table.
pub(super) fn end() -> ffi::PyType_Slot {
    slot(0, std::ptr::null_mut())
}

/// The row of a type's docstring.
pub(super) fn doc(text: &'static CStr) -> ffi::PyType_Slot {
    slot(ffi::Py_tp_doc, text.as_ptr().cast_mut().cast())
}

/// The row of these methods, which live for ever from here on.
pub(super) fn methods<const N: usize>(methods: [ffi::PyMethodDef; N]) -> ffi::PyType_Slot {
    let mut table = Vec::from(methods);
    table.push(ffi::PyMethodDef::zeroed());
    slot(ffi::Py_tp_methods, table.leak().as_mut_ptr().cast())
}

/// A method with its signature and docstring.
pub(super) fn method(
    name: &'static CStr,
    run: ffi::PyCFunction,
    flags: c_int,
    doc: &'static CStr,
) -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: run },
        ml_flags: flags,
        ml_doc: doc.as_ptr(),
    }
}

/// The row of these attributes, which live for ever from here on.
pub(super) fn attributes<const N: usize>(attributes: [ffi::PyGetSetDef; N]) -> ffi::PyType_Slot {
    let mut table = Vec::from(attributes);
    table.push(ffi::PyGetSetDef::default());
    slot(ffi::Py_tp_getset, table.leak().as_mut_ptr().cast())
}

/// An attribute with its docstring.
pub(super) fn attribute(
    name: &'static CStr,
    get: ffi::getter,
    set: Option<ffi::setter>,
    doc: &'static CStr,
) -> ffi::PyGetSetDef {
    ffi::PyGetSetDef {
        name: name.as_ptr(),
        get: Some(get),
        set,
        doc: doc.as_ptr(),
        closure: std::ptr::null_mut(),
    }
}

/// The row that says where the list of weak references begins.
pub(super) fn weak_references(offset: usize) -> ffi::PyType_Slot {
    let members = vec![
        ffi::PyMemberDef {
            name: c"__weaklistoffset__".as_ptr(),
            type_code: ffi::Py_T_PYSSIZET,
            offset: offset.cast_signed(),
            flags: ffi::Py_READONLY,
            doc: std::ptr::null(),
        },
        ffi::PyMemberDef::default(),
    ];
    slot(ffi::Py_tp_members, members.leak().as_mut_ptr().cast())
}

/// Makes a type whose objects take `size` bytes, as many as the base's if 0.
///
/// # Safety
///
/// `slots` ends with [`end`], each of its rows is what its number says and lives for ever, and `size` is that of the layout
/// that they rely on, which begins with that of `base`.
pub(super) unsafe fn make<'py>(
    py: Python<'py>,
    name: &'static CStr,
    size: usize,
    subclassed: bool,
    slots: &mut [ffi::PyType_Slot],
    base: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let too_large = |_| PyErr::new::<PyOverflowError, _>("a type's size is no C int");
    let flags = if subclassed {
        ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_BASETYPE
    } else {
        ffi::Py_TPFLAGS_DEFAULT
    };
    let mut spec = ffi::PyType_Spec {
        name: name.as_ptr(),
        basicsize: c_int::try_from(size).map_err(too_large)?,
        itemsize: 0,
        flags: u32::try_from(flags).map_err(too_large)?,
        slots: slots.as_mut_ptr(),
    };
    let bases = base.map(|base| PyTuple::new(py, [base])).transpose()?;
    let bases = bases.map_or(std::ptr::null_mut(), |bases| bases.into_ptr());
    // SAFETY: a complete specification, says the caller; the interpreter copies it. Null stands for `object`.
    unsafe {
        let made = ffi::PyType_FromSpecWithBases(&raw mut spec, bases);
        ffi::Py_XDECREF(bases);
        Bound::from_owned_ptr_or_err(py, made)
    }
}
