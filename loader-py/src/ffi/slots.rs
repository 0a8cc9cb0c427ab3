//! Fields that `__slots__` made: read and written where they are, as their descriptors would.

use pyo3::types::{PyAnyMethods, PyString, PyTupleMethods, PyType, PyTypeMethods};
use pyo3::{Bound, PyAny, PyResult, ffi};

/// Where a field is in the instances of a class.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The class whose instances have it there; classes are never freed.
    class: *mut ffi::PyTypeObject,
    offset: usize,
}

// SAFETY: the pointer is compared and never followed.
unsafe impl Send for Place {}
// SAFETY: as above.
unsafe impl Sync for Place {}

/// Where the field `name` is in an instance of `class`, if `__slots__` made it.
pub(crate) fn place(class: &Bound<'_, PyType>, name: &Bound<'_, PyString>) -> Option<Place> {
    // Of the class and its bases themselves: nothing is made for it.
    let bases = class.mro();
    let mut own = bases.iter().map(|base| base.getattr("__dict__")?.get_item(name));
    let descriptor = own.find_map(Result::ok)?;
    // SAFETY: a static type and a live object.
    let is_member = unsafe { ffi::Py_TYPE(descriptor.as_ptr()) == &raw mut ffi::PyMemberDescr_Type };
    if !is_member {
        return None;
    }
    let descriptor = descriptor.as_ptr().cast::<ffi::PyMemberDescrObject>();
    // SAFETY: its exact type was just compared.
    let (owner, member) = unsafe { ((*descriptor).d_common.d_type, (*descriptor).d_member) };
    // SAFETY: two live types.
    if unsafe { ffi::PyType_IsSubtype(class.as_type_ptr(), owner) } == 0 {
        return None;
    }
    let member = member.cast::<ffi::PyMemberDef>();
    // SAFETY: a descriptor's definition lives as long as its class.
    let (kind, flags, offset) = unsafe { ((*member).type_code, (*member).flags, (*member).offset) };
    if kind != ffi::Py_T_OBJECT_EX || flags != 0 {
        return None;
    }
    Some(Place {
        class: class.as_type_ptr(),
        offset: usize::try_from(offset).ok().filter(|offset| *offset > 0)?,
    })
}

impl Place {
    /// Whether `object` has the field here: it is of the very class.
    #[inline]
    fn is_in(self, object: &Bound<'_, PyAny>) -> bool {
        // SAFETY: a live object.
        unsafe { ffi::Py_TYPE(object.as_ptr()) == self.class }
    }

    /// The field of `object`, unless it is of another class or has none now.
    #[inline]
    pub(crate) fn get<'py>(self, object: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
        if !self.is_in(object) {
            return None;
        }
        // SAFETY: an instance of the class has an object or null there; the lock is held.
        let value = unsafe { *object.as_ptr().byte_add(self.offset).cast::<*mut ffi::PyObject>() };
        // SAFETY: null or a live object, which gets a reference of its own.
        unsafe { Bound::from_borrowed_ptr_or_opt(object.py(), value) }
    }

    /// Sets the field of `object`; gives `value` back if that is of another class.
    #[inline]
    pub(crate) fn set<'py>(
        self,
        object: &Bound<'py, PyAny>,
        value: Bound<'py, PyAny>,
    ) -> Option<Bound<'py, PyAny>> {
        if !self.is_in(object) {
            return Some(value);
        }
        // SAFETY: an instance of the class has an object or null there; the lock is held.
        let place = unsafe { object.as_ptr().byte_add(self.offset).cast::<*mut ffi::PyObject>() };
        // SAFETY: as above; the reference to the new object is given away.
        let before = unsafe { place.replace(value.into_ptr()) };
        // SAFETY: null, or a reference that nobody else gives back.
        drop(unsafe { Bound::from_owned_ptr_or_opt(object.py(), before) });
        None
    }
}

/// How instances of a class whose fields `__slots__` made are made whole in one step.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The class; it is never freed.
    class: *mut ffi::PyTypeObject,
    offsets: Box<[usize]>,
    /// Whether the collector need not look at them: what their fields may be refers to nothing.
    plain: bool,
}

// SAFETY: the pointer is compared and never followed.
unsafe impl Send for Layout {}
// SAFETY: as above.
unsafe impl Sync for Layout {}

impl Layout {
    /// Of `class` with fields at these places; none if an instance is not just allocated memory.
    pub(crate) fn new(
        class: &Bound<'_, PyType>,
        places: impl Iterator<Item = Option<Place>>,
        plain: bool,
    ) -> Option<Self> {
        let offsets = places.map(|place| Some(place?.offset)).collect::<Option<_>>()?;
        let raw = class.as_type_ptr();
        let object = &raw mut ffi::PyBaseObject_Type;
        // SAFETY: two live, ready types.
        let (makes, usual) = unsafe { ((*raw).tp_new, (*object).tp_new) };
        // SAFETY: as above.
        let (allocates, usually) = unsafe { ((*raw).tp_alloc, (*object).tp_alloc) };
        let as_usual = makes.map(|make| make as usize) == usual.map(|make| make as usize)
            && allocates.map(|make| make as usize) == usually.map(|make| make as usize);
        // SAFETY: a live type.
        let collected = unsafe { ffi::PyType_HasFeature(raw, ffi::Py_TPFLAGS_HAVE_GC) } != 0;
        (as_usual && collected).then_some(Self {
            class: raw,
            offsets,
            plain,
        })
    }

    /// An instance of `class`, which it is of, with the fields that `next` makes one by one.
    #[inline]
    pub(crate) fn instance<'py>(
        &self,
        class: &Bound<'py, PyType>,
        mut next: impl FnMut(usize) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = class.py();
        debug_assert!(class.as_type_ptr() == self.class, "a layout is that of one class");
        // SAFETY: a live, ready class whose instances are memory from this function, zeroed: no field is set.
        let made = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyType_GenericAlloc(self.class, 0)) }?;
        for (at, offset) in self.offsets.iter().enumerate() {
            let value = next(at)?;
            // SAFETY: an instance of the class has an object or null there; the lock is held.
            let place = unsafe { made.as_ptr().byte_add(*offset).cast::<*mut ffi::PyObject>() };
            // SAFETY: as above; the reference to the new object is given away.
            let before = unsafe { place.replace(value.into_ptr()) };
            // SAFETY: null, unless code that looks through all objects has set it: a reference that nobody else gives back.
            drop(unsafe { Bound::from_owned_ptr_or_opt(py, before) });
        }
        if self.plain {
            // No cycle goes through it while its fields are of their types.
            // SAFETY: a live object that the collector knows of.
            unsafe { ffi::PyObject_GC_UnTrack(made.as_ptr().cast()) };
        }
        Ok(made)
    }
}
