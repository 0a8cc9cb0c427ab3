//! A crate's own types: handles, records, enums.

use pyo3::types::{
    PyAnyMethods, PyDict, PyDictMethods, PyList, PyListMethods, PyString, PyStringMethods, PyTuple, PyType,
    PyTypeMethods,
};
use pyo3::{Bound, PyAny};

use super::Encoder;
use crate::core::{Definition, EnumType, Field, Fields, Slot, Variant};
use crate::ffi::handle::{HandleRef, State};
use crate::ffi::object::Walk;
use crate::python;
use crate::refusal::Refusal;
use crate::shape::Mode;
use crate::wire;

/// A handle, or an exception that holds one.
pub(super) fn handle(
    slot: &'static Slot,
    mode: Mode,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let exactly = match slot.definition.get() {
        Some(Definition::Handle(kind)) => HandleRef::exactly(value.as_borrowed(), kind.class.bind(out.py)),
        _ => None,
    };
    let Some(handle) = exactly.or_else(|| HandleRef::of(value.as_borrowed())) else {
        if let Some(Definition::Handle(kind)) = slot.defined(out.py)?
            && let Some(exception) = &kind.exception
            && value.is_instance(exception.bind(out.py))?
        {
            let held = value.getattr(pyo3::intern!(out.py, "_value"))?;
            if HandleRef::of(held.as_borrowed()).is_none() {
                return Err(Refusal::value(
                    "must be an error that came from Rust, not one that was made in Python",
                ));
            }
            return self::handle(slot, mode, &held, out);
        }
        // What Rust would change in it, nobody would see.
        if mode != Mode::Exclusive
            && let Some(made) = variant(slot, value, out)?
        {
            self::handle(slot, mode, &made, out)?;
            out.lent.hold(&made);
            return Ok(());
        }
        return Err(Refusal::wrong_type(&slot.name(out.py), value));
    };
    match handle.slot() {
        Some(found) if std::ptr::eq(found, slot) => {}
        Some(found) if !std::ptr::eq(found.core, slot.core) => return Err(foreign(slot, found, out)),
        _ => return Err(Refusal::wrong_type(&slot.name(out.py), value)),
    }
    match handle.state() {
        State::Open => {}
        state => return Err(python::unusable(out.py, slot, &state).into()),
    }
    let moves = mode == Mode::Move || (mode == Mode::Clone && handle.moving());
    let code = if moves { wire::ext::MOVE } else { wire::ext::HANDLE };
    wire::put_ext16(out.bytes, code, &handle.id());
    if moves {
        out.lent.note_move(value);
    } else if out.keeps() {
        out.lent.hold(value);
    }
    Ok(())
}

/// A variant of an enum that stays in Rust, of its class if it has no fields, of its name, or of that with what it holds.
#[cold]
fn variant<'py>(
    slot: &'static Slot,
    value: &Bound<'py, PyAny>,
    out: &Encoder<'_, 'py>,
) -> Result<Option<Bound<'py, PyAny>>, Refusal> {
    let says = value.is_instance_of::<PyString>()
        || value.is_instance_of::<PyDict>()
        || value.is_instance_of::<PyType>();
    let Some(Definition::Handle(kind)) = slot.defined(out.py)? else {
        return Ok(None);
    };
    let Some(build) = kind
        .class
        .bind(out.py)
        .getattr_opt(pyo3::intern!(out.py, "__usecrate_build__"))?
        .filter(|_| says)
    else {
        return Ok(None);
    };
    Ok(Some(build.call1((value,))?).filter(|made| !made.is_none()))
}

#[cold]
fn foreign(slot: &Slot, found: &Slot, out: &Encoder<'_, '_>) -> Refusal {
    Refusal::bad_type(format!(
        "must be `{}` of the crate `{}` loaded from {}, not `{}` of the crate `{}` loaded from {}",
        slot.name(out.py),
        slot.core.name,
        slot.core.path,
        found.name(out.py),
        found.core.name,
        found.core.path,
    ))
}

fn undefined(slot: &Slot) -> Refusal {
    Refusal::bad_type(format!(
        "cannot be passed: type {} of `{}` was not defined; this is a fault of the loader",
        slot.index, slot.core.name
    ))
}

/// An instance of a record's class, or a dict.
pub(super) fn record(
    slot: &'static Slot,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let Some(Definition::Record(fields)) = slot.defined(out.py)? else {
        return Err(undefined(slot));
    };
    if let Ok(dict) = value.cast_exact::<PyDict>() {
        return of_dict(slot, fields, dict, out);
    }
    if value.get_type_ptr() == fields.class.bind(out.py).as_type_ptr()
        || value.is_instance(fields.class.bind(out.py))?
    {
        return out.array(fields.fields.len(), |out| attributes(fields, value, out));
    }
    match value.cast::<PyDict>() {
        Ok(dict) => of_dict(slot, fields, dict, out),
        Err(_) => Err(Refusal::wrong_type(
            &format!("{} or dict", slot.name(out.py)),
            value,
        )),
    }
}

#[inline]
fn of_dict(
    slot: &'static Slot,
    fields: &Fields,
    dict: &Bound<'_, PyDict>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    out.array(fields.fields.len(), |out| {
        items(fields, &|| slot.name(dict.py()), dict, out)
    })
}

fn attributes(fields: &Fields, value: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    for field in &fields.fields {
        let item = field.get(value)?;
        encode(field, &item, out)?;
    }
    Ok(())
}

/// A field, of which there are many: the way of what is most common is part of the caller.
#[inline(always)]
fn encode(field: &Field, item: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    if field.shape.encode_at_once(item, out.bytes) {
        Ok(())
    } else {
        encode_any(field, item, out)
    }
}

#[inline(never)]
fn encode_any(field: &Field, item: &Bound<'_, PyAny>, out: &mut Encoder<'_, '_>) -> Result<(), Refusal> {
    let done = field.shape.encode(item, out);
    done.map_err(|refusal| refusal.within(format!(".{}", field.text)))
}

/// The fields out of a dict; those left out come from the class's default.
fn items(
    fields: &Fields,
    name: &dyn Fn() -> String,
    dict: &Bound<'_, PyDict>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let start = out.point();
    // The short way for a dict that has just these.
    if dict.len() == fields.fields.len() {
        let mut whole = true;
        // Mostly in this order, with keys that are these very objects: then none has to be looked up.
        let mut walk = Some(Walk::new(dict));
        for field in &fields.fields {
            let name = field.name.bind(out.py);
            if let Some(item) = walk.as_mut().and_then(|walk| walk.next(name)) {
                encode(field, &item, out)?;
                continue;
            }
            walk = None;
            let Some(item) = dict.get_item(name)? else {
                whole = false;
                break;
            };
            encode_any(field, &item, out)?;
        }
        if whole {
            return Ok(());
        }
        out.rewind(&start);
    }
    some_items(fields, name, dict, out)
}

/// The same, where some are left out or there are others.
#[cold]
fn some_items(
    fields: &Fields,
    name: &dyn Fn() -> String,
    dict: &Bound<'_, PyDict>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let mut missing = Vec::new();
    let mut found = Vec::with_capacity(fields.fields.len());
    for field in &fields.fields {
        let item = dict.get_item(field.name.bind(out.py))?;
        if item.is_none() {
            missing.push(field.text.as_str());
        }
        found.push(item);
    }
    let given = found.len() - missing.len();
    if dict.len() != given {
        let known: Vec<_> = fields.fields.iter().map(|field| field.text.as_str()).collect();
        let unknown: Vec<_> = dict
            .keys()
            .iter()
            .filter(|key| !known.iter().any(|name| key.eq(name).unwrap_or(false)))
            .map(|key| super::short(&key))
            .collect();
        return Err(Refusal::bad_type(format!(
            "has no field {} in `{}`, whose fields are {}",
            unknown.join(", "),
            name(),
            known.join(", ")
        )));
    }
    let mut default = None;
    if !missing.is_empty() {
        default = fields
            .class
            .bind(out.py)
            .getattr_opt("_default_")?
            .map(|make| make.call0())
            .transpose()?;
        if default.is_none() {
            return Err(Refusal::bad_type(format!(
                "lacks the fields {} of `{}`",
                missing.join(", "),
                name()
            )));
        }
    }
    for (field, item) in fields.fields.iter().zip(found) {
        let item = match (item, &default) {
            (Some(item), _) => item,
            (None, Some(default)) => default.getattr(field.name.bind(out.py))?,
            (None, None) => return Err(Refusal::bad_type(format!("lacks the field {}", field.text))),
        };
        encode_any(field, &item, out)?;
    }
    Ok(())
}

/// A variant: its object, its name, or `{name: payload}`.
pub(super) fn choice(
    slot: &'static Slot,
    value: &Bound<'_, PyAny>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let Some(Definition::Enum(choice)) = slot.defined(out.py)? else {
        return Err(undefined(slot));
    };
    if !choice.data {
        if let Some(index) = choice
            .variants
            .iter()
            .position(|variant| value.is(&variant.object))
        {
            wire::put_unsigned(out.bytes, index as u64);
            return Ok(());
        }
    } else if let Some((index, fields)) = instance(choice, value, out)? {
        return out.array(fields.fields.len() + 1, |out| {
            wire::put_unsigned(out.bytes, index as u64);
            attributes(fields, value, out)
        });
    }
    if let Ok(name) = value.cast::<PyString>() {
        let name = name.to_cow()?;
        let (index, variant) = named(choice, &name)?;
        return payload(choice, index, variant, None, out);
    }
    if let Ok(dict) = value.cast::<PyDict>()
        && dict.len() == 1
        && let Some((name, content)) = dict.iter().next()
        && let Ok(name) = name.cast::<PyString>()
    {
        let name = name.to_cow()?;
        let (index, variant) = named(choice, &name)?;
        return payload(choice, index, variant, Some(&content), out);
    }
    // The class of one without fields stands for it.
    if let Some((index, variant)) = class_of_one(choice, value) {
        return payload(choice, index, variant, None, out);
    }
    Err(Refusal::wrong_type(&slot.name(out.py), value))
}

fn class_of_one<'e>(choice: &'e EnumType, value: &Bound<'_, PyAny>) -> Option<(usize, &'e Variant)> {
    let bare = |fields: &Fields| fields.fields.is_empty() && value.is(&fields.class);
    let mut variants = choice.variants.iter().enumerate();
    variants.find(|(_, variant)| variant.fields.as_ref().is_some_and(bare))
}

fn instance<'e>(
    choice: &'e EnumType,
    value: &Bound<'_, PyAny>,
    out: &Encoder<'_, '_>,
) -> Result<Option<(usize, &'e Fields)>, Refusal> {
    let class = value.get_type();
    let with_fields = || {
        choice
            .variants
            .iter()
            .enumerate()
            .filter_map(|(at, one)| Some((at, one.fields.as_ref()?)))
    };
    if let Some(found) = with_fields().find(|(_, fields)| class.is(&fields.class)) {
        return Ok(Some(found));
    }
    if !value.is_instance(choice.class.bind(out.py))? {
        return Ok(None);
    }
    for found in with_fields() {
        if value.is_instance(found.1.class.bind(out.py))? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn named<'e>(choice: &'e EnumType, name: &str) -> Result<(usize, &'e Variant), Refusal> {
    choice
        .variants
        .iter()
        .enumerate()
        .find(|(_, variant)| variant.name == name)
        .ok_or_else(|| {
            let known: Vec<_> = choice
                .variants
                .iter()
                .map(|variant| variant.name.as_str())
                .collect();
            Refusal::value(format!("must be one of {}, not '{name}'", known.join(", ")))
        })
}

fn payload(
    choice: &EnumType,
    index: usize,
    variant: &Variant,
    content: Option<&Bound<'_, PyAny>>,
    out: &mut Encoder<'_, '_>,
) -> Result<(), Refusal> {
    let Some(fields) = variant.fields.as_ref().filter(|_| choice.data) else {
        wire::put_unsigned(out.bytes, index as u64);
        return Ok(());
    };
    out.array(fields.fields.len() + 1, |out| {
        wire::put_unsigned(out.bytes, index as u64);
        let content = content.filter(|content| !content.is_none());
        let Some(content) = content else {
            return match fields.fields.as_slice() {
                [] => Ok(()),
                // One optional field may be None.
                [only] => only.shape.encode(&out.py.None().into_bound(out.py), out),
                many => Err(Refusal::bad_type(format!(
                    "lacks the {} fields of `{}`",
                    many.len(),
                    variant.name
                ))),
            };
        };
        if let Ok(dict) = content.cast::<PyDict>()
            && (fields.fields.len() != 1 || dict.contains(fields.fields[0].name.bind(out.py))?)
        {
            return items(fields, &|| variant.name.clone(), dict, out);
        }
        if let [only] = fields.fields.as_slice() {
            return encode_any(only, content, out);
        }
        let list = match content.cast::<PyTuple>() {
            Ok(tuple) => pyo3::types::PyTupleMethods::to_list(tuple),
            Err(_) => content
                .cast::<PyList>()
                .cloned()
                .map_err(|_| Refusal::wrong_type("list, tuple or dict", content))?,
        };
        if list.len() != fields.fields.len() {
            return Err(Refusal::value(format!(
                "must have the {} fields of `{}`, not {}",
                fields.fields.len(),
                variant.name,
                list.len()
            )));
        }
        for (field, item) in fields.fields.iter().zip(list.iter()) {
            encode_any(field, &item, out)?;
        }
        Ok(())
    })
}
