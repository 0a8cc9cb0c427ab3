//! Functions as the interpreter makes them itself: `builtin_function_or_method` and `method_descriptor` objects, so that
//! calls take the shortest way and `inspect` and `help` know them.
//!
//! A function finds its `Spec` in its `__self__`: for a function of a module that is a module-like object, for one of a
//! class an object of a type named after the class, because `__qualname__` is made from it.

use std::ffi::{CStr, CString};
use std::os::raw::c_void;

use pyo3::exceptions::PyValueError;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyAnyMethods, PyDict, PyDictMethods, PyString, PyTuple, PyType, PyTypeMethods};
use pyo3::{Bound, Py, PyAny, PyResult, Python, ffi};

use super::{class, trampoline};
use crate::callable::Spec;

/// How all of them are called.
const FLAGS: std::os::raw::c_int = ffi::METH_FASTCALL | ffi::METH_KEYWORDS;

/// The texts of a function, for the interpreter: they live for ever, as functions and descriptors point into them.
pub(crate) struct Texts {
    name: &'static CStr,
    doc: &'static CStr,
}

impl Texts {
    /// The name and the documentation with its signature line, `name(a, b=None)`.
    pub(crate) fn new(name: &str, signature: &str, doc: Option<&str>) -> PyResult<Self> {
        let doc = format!("{name}{signature}\n--\n\n{}", doc.unwrap_or(""));
        Ok(Self {
            name: leak(name)?,
            doc: leak(&doc)?,
        })
    }
}

fn leak(text: &str) -> PyResult<&'static CStr> {
    let owned =
        CString::new(text).map_err(|_| PyValueError::new_err("a name or documentation holds a zero byte"))?;
    Ok(Box::leak(owned.into_boxed_c_str()))
}

#[repr(C)]
pub(super) struct Carrier {
    ob_base: ffi::PyObject,
    pub(super) spec: Option<&'static Spec>,
}

struct Types {
    /// Below `module`, with the spec behind what a module has.
    module_like: Py<PyType>,
    /// Subclasses of `CARRIER` by module and qualified name.
    named: Py<PyDict>,
}

static TYPES: PyOnceLock<Types> = PyOnceLock::new();

/// Where in a module-like object its spec is.
pub(super) fn module_offset() -> isize {
    // SAFETY: a static type, ready since the interpreter started.
    unsafe { ffi::PyModule_Type.tp_basicsize }
}

/// Makes what all functions share, before there are threads: a child that is forked by one thread while another makes it
/// would wait for that one for ever.
pub(crate) fn prepare(py: Python<'_>) -> PyResult<()> {
    types(py).map(drop)
}

fn types(py: Python<'_>) -> PyResult<&Types> {
    TYPES.get_or_try_init(py, || {
        // SAFETY: a static type.
        let module_type = unsafe { Bound::from_borrowed_ptr(py, (&raw mut ffi::PyModule_Type).cast()) };
        let room = module_offset().unsigned_abs() + size_of::<Option<&'static Spec>>();
        let module_like = heap_type(py, c"usecrate._native.Functions", room, &module_type)?;
        Ok(Types {
            module_like: module_like.cast_into::<PyType>()?.unbind(),
            named: PyDict::new(py).unbind(),
        })
    })
}

/// Holds a spec; subclassed for each class name.
static CARRIER: class::Late = class::Late::new(|py| {
    let object = py.get_type::<PyAny>().into_any();
    heap_type(py, c"usecrate._native.Function", size_of::<Carrier>(), &object)
});

fn heap_type<'py>(
    py: Python<'py>,
    name: &'static CStr,
    size: usize,
    base: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let slots = &mut [
        class::doc(c"What a function of a Rust crate belongs to."),
        class::end(),
    ];
    // SAFETY: a complete table; the callers ask for what the base has, or for more.
    unsafe { class::make(py, name, size, true, slots, Some(base)) }
}

/// A function that calls `spec`.
pub(crate) fn new<'py>(py: Python<'py>, spec: &'static Spec, texts: &Texts) -> PyResult<Bound<'py, PyAny>> {
    let types = types(py)?;
    let owner = match spec.qualname.rsplit_once('.') {
        None => {
            let owner = types.module_like.bind(py).call1((&spec.module,))?;
            // SAFETY: a module-like object has room for the spec at this offset.
            unsafe {
                let place = owner.as_ptr().cast::<u8>().offset(module_offset());
                place.cast::<Option<&'static Spec>>().write(Some(spec));
            }
            owner
        }
        Some((prefix, _)) => {
            let class = named_carrier(py, types, &spec.module, prefix)?;
            // SAFETY: a ready type whose instances begin with a `Carrier`.
            let owner = unsafe {
                Bound::from_owned_ptr_or_err(py, ffi::PyType_GenericAlloc(class.as_type_ptr(), 0))
            }?;
            // SAFETY: a new object of that layout.
            unsafe { (*owner.as_ptr().cast::<Carrier>()).spec = Some(spec) };
            owner
        }
    };
    let entry: ffi::PyCFunctionFastWithKeywords = if spec.qualname.contains('.') {
        trampoline::class_function
    } else {
        trampoline::module_function
    };
    let definition = definition(texts, entry);
    let module = PyString::new(py, &spec.module);
    // SAFETY: the definition lives for ever, and both objects are live.
    unsafe {
        Bound::from_owned_ptr_or_err(
            py,
            ffi::PyCFunction_NewEx(definition, owner.as_ptr(), module.as_ptr()),
        )
    }
}

fn named_carrier<'py>(
    py: Python<'py>,
    types: &Types,
    module: &str,
    prefix: &str,
) -> PyResult<Bound<'py, PyType>> {
    let named = types.named.bind(py);
    if let Some(found) = named.get_item((module, prefix))? {
        return Ok(found.cast_into::<PyType>()?);
    }
    let attributes = PyDict::new(py);
    attributes.set_item("__slots__", PyTuple::empty(py))?;
    attributes.set_item("__qualname__", prefix)?;
    attributes.set_item("__module__", module)?;
    let name = prefix.rsplit('.').next().unwrap_or(prefix);
    let class = py
        .get_type::<PyType>()
        .call1((name, (CARRIER.get(py)?,), attributes))?;
    named.set_item((module, prefix), &class)?;
    Ok(class.cast_into::<PyType>()?)
}

fn definition(texts: &Texts, entry: ffi::PyCFunctionFastWithKeywords) -> *mut ffi::PyMethodDef {
    Box::leak(Box::new(ffi::PyMethodDef {
        ml_name: texts.name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer {
            PyCFunctionFastWithKeywords: entry,
        },
        ml_flags: FLAGS,
        ml_doc: texts.doc.as_ptr(),
    }))
}

/// A descriptor for `class` that calls `spec` with the instance in front, or `None` when the trampolines are used up.
pub(crate) fn new_method<'py>(
    class: &Bound<'py, PyType>,
    spec: &'static Spec,
    texts: &Texts,
) -> Option<PyResult<Bound<'py, PyAny>>> {
    let entry = trampoline::reserve(spec)?;
    let definition = definition(texts, entry);
    // SAFETY: a live type, and a definition that lives for ever.
    let made = unsafe {
        Bound::from_owned_ptr_or_err(
            class.py(),
            ffi::PyDescr_NewMethod(class.as_type_ptr(), definition),
        )
    };
    Some(made)
}

/// The spec behind a function or method of either sort, and the instance that it is bound to, if it is.
pub(crate) fn served<'py>(
    function: &Bound<'py, PyAny>,
) -> Option<(&'static Spec, Option<Bound<'py, PyAny>>)> {
    if let Some(spec) = spec_of(function) {
        return Some((spec, None));
    }
    let object = function.as_ptr();
    // SAFETY: a live object, and a static type.
    if unsafe { ffi::Py_TYPE(object) == &raw mut ffi::PyMethodDescr_Type } {
        // SAFETY: a method descriptor, whose definition lives as long.
        let definition = unsafe { &*(*object.cast::<ffi::PyMethodDescrObject>()).d_method };
        if definition.ml_flags != FLAGS {
            return None;
        }
        // SAFETY: the flags say which member of the union it is.
        let entry = unsafe { definition.ml_meth.PyCFunctionFastWithKeywords };
        return Some((trampoline::find(entry as *const c_void)?, None));
    }
    // SAFETY: a live object.
    if unsafe { ffi::PyCFunction_Check(object) } == 0 {
        return None;
    }
    // SAFETY: a builtin function.
    let entry = unsafe { ffi::PyCFunction_GetFunction(object) }?;
    let spec = trampoline::find(entry as *const c_void)?;
    // SAFETY: borrowed from the function, which is alive.
    let receiver =
        unsafe { Bound::from_borrowed_ptr_or_opt(function.py(), ffi::PyCFunction_GetSelf(object)) };
    Some((spec, receiver))
}

/// The spec of a function made by `new`.
pub(crate) fn spec_of(function: &Bound<'_, PyAny>) -> Option<&'static Spec> {
    // SAFETY: a live object.
    if unsafe { ffi::PyCFunction_Check(function.as_ptr()) } == 0 {
        return None;
    }
    // SAFETY: a builtin function.
    let (owner, flags) = unsafe {
        (
            ffi::PyCFunction_GetSelf(function.as_ptr()),
            ffi::PyCFunction_GetFlags(function.as_ptr()),
        )
    };
    if owner.is_null() || flags != FLAGS {
        return None;
    }
    let types = TYPES.get(function.py())?;
    // SAFETY: borrowed from the function, which is alive.
    let object = unsafe { Bound::from_borrowed_ptr(function.py(), owner) };
    if object.get_type().is(types.module_like.bind(function.py())) {
        // SAFETY: this layout has the spec at this offset.
        return unsafe { spec_of_module(owner) };
    }
    if CARRIER.is_of(object.as_borrowed()) {
        // SAFETY: instances begin with a `Carrier`.
        return unsafe { (*owner.cast::<Carrier>()).spec };
    }
    None
}

/// The spec in a module-like object.
///
/// # Safety
///
/// `owner` is an instance of the module-like type.
pub(super) unsafe fn spec_of_module(owner: *mut ffi::PyObject) -> Option<&'static Spec> {
    // SAFETY: says the caller; the place was zeroed by the allocator, which is `None`.
    unsafe {
        owner
            .cast::<u8>()
            .offset(module_offset())
            .cast::<Option<&'static Spec>>()
            .read()
    }
}
