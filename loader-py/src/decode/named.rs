//! A crate's own types: handles, records, enums.

use pyo3::types::{PyAnyMethods, PyDict, PyDictMethods, PyList, PyString};
use pyo3::{Bound, PyAny, PyResult, intern};

use super::{Decoder, Made};
use crate::core::{Definition, Fields, Slot};
use crate::ffi::handle::{self, HandleId, HandleRef};
use crate::ffi::object;
use crate::ffi::raised::RaisedRef;
use crate::python;
use crate::shape::Mode;
use crate::wire::{Token, ext};

impl Decoder<'_, '_> {
    /// The bytes of a handle.
    pub(crate) fn handle_id(&mut self) -> pyo3::PyResult<HandleId> {
        if let Some(id) = self.reader.handle() {
            return Ok(id);
        }
        if let Token::Ext(ext::HANDLE, content) = self.token()?
            && let Ok(id) = content.try_into()
        {
            return Ok(id);
        }
        Err(self.malformed("a handle"))
    }

    fn undefined(&self, slot: &Slot) -> pyo3::PyErr {
        let message = format!(
            "type {} of `{}` was not defined before a value of it came; this is a fault of the loader",
            slot.index, slot.core.name
        );
        python::internal(self.py, &message)
    }
}

pub(super) fn handle<'py>(slot: &'static Slot, mode: Mode, from: &mut Decoder<'_, 'py>) -> Made<'py> {
    let id = from.handle_id()?;
    let Some(Definition::Handle(kind)) = slot.defined(from.py)? else {
        return Err(from.undefined(slot));
    };
    let lent = from.lends && matches!(mode, Mode::Shared | Mode::Exclusive);
    if let Some(exception) = &kind.exception {
        let error = object::bare_instance(exception.bind(from.py))?;
        if let Some(raised) = RaisedRef::of(error.as_borrowed()) {
            raised.hold(slot, id);
            if lent
                && let Some(held) = raised.handle()?
                && let Some(handle) = HandleRef::of(held.as_borrowed())
            {
                handle.mark_lent();
            }
        }
        return Ok(error);
    }
    let made = handle::allocate(kind.class.bind(from.py))?;
    if let Some(handle) = HandleRef::of(made.as_borrowed()) {
        handle.fill(slot, id);
        if lent {
            handle.mark_lent();
        }
    }
    Ok(made)
}

/// The fields as a dict.
fn dict<'py>(fields: &Fields, from: &mut Decoder<'_, 'py>) -> Made<'py> {
    from.nested(|from| {
        let dict = PyDict::new(from.py);
        for field in &fields.fields {
            dict.set_item(field.name.bind(from.py), field.shape.decode_field(from)?)?;
        }
        Ok(dict.into_any())
    })
}

/// A variant as `asdict` gives it: its name, or that with what it holds.
fn plain_variant<'py>(name: &str, fields: &Fields, from: &mut Decoder<'_, 'py>) -> Made<'py> {
    let name = PyString::intern(from.py, name);
    if fields.fields.is_empty() {
        return Ok(name.into_any());
    }
    let unnamed = (fields.fields.iter().enumerate()).all(|(at, field)| field.text == format!("_{at}"));
    let payload = match (unnamed, fields.fields.as_slice()) {
        (false, _) => dict(fields, from)?,
        (true, [only]) => from.nested(|from| only.shape.decode(from))?,
        (true, many) => from.nested(|from| {
            let items = many.iter().map(|field| field.shape.decode(from));
            let items = items.collect::<PyResult<Vec<_>>>()?;
            Ok(PyList::new(from.py, items)?.into_any())
        })?,
    };
    let whole = PyDict::new(from.py);
    whole.set_item(name, payload)?;
    Ok(whole.into_any())
}

fn fill<'py>(fields: &Fields, from: &mut Decoder<'_, 'py>) -> Made<'py> {
    from.nested(|from| {
        let class = fields.class.bind(from.py);
        if let Some(layout) = &fields.layout {
            return layout.instance(class, |at| fields.fields[at].shape.decode_field(from));
        }
        let made: Bound<'py, PyAny> = object::bare_instance(class)?;
        for field in &fields.fields {
            let value = field.shape.decode(from)?;
            field.set(&made, value)?;
        }
        Ok(made)
    })
}

pub(super) fn record<'py>(slot: &'static Slot, from: &mut Decoder<'_, 'py>) -> Made<'py> {
    let Some(Definition::Record(fields)) = slot.defined(from.py)? else {
        return Err(from.undefined(slot));
    };
    from.exactly(fields.fields.len(), "a record")?;
    if from.form.plain {
        return dict(fields, from);
    }
    fill(fields, from)
}

pub(super) fn choice<'py>(slot: &'static Slot, from: &mut Decoder<'_, 'py>) -> Made<'py> {
    let Some(Definition::Enum(choice)) = slot.defined(from.py)? else {
        return Err(from.undefined(slot));
    };
    if let Some(index) = from.reader.small_integer() {
        return variant(choice, index, 0, from);
    }
    let length = match from.token()? {
        Token::Array(length) if length > 0 => length,
        _ => return Err(from.malformed("a variant")),
    };
    match from.reader.small_integer() {
        Some(index) => variant(choice, index, length - 1, from),
        None => Err(from.malformed("the index of a variant")),
    }
}

fn variant<'py>(
    choice: &crate::core::EnumType,
    index: i64,
    length: usize,
    from: &mut Decoder<'_, 'py>,
) -> Made<'py> {
    let found = usize::try_from(index)
        .ok()
        .and_then(|index| choice.variants.get(index));
    let Some(found) = found else {
        return Err(from.malformed("a variant of this version"));
    };
    match &found.fields {
        Some(fields) if choice.data => {
            if fields.fields.len() != length {
                return Err(from.malformed("the fields of a variant"));
            }
            if from.form.plain {
                return plain_variant(&found.name, fields, from);
            }
            fill(fields, from)
        }
        _ if from.form.plain && !choice.data => {
            found.object.bind(from.py).getattr(intern!(from.py, "_name_"))
        }
        _ => Ok(found.object.bind(from.py).clone()),
    }
}
