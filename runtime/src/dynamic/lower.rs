//! To the wire. A reference goes with each object that leaves: the last one that there is, or one more.

use std::sync::Arc;

use super::{Collection, Dynamic, Value};
use crate::describe::Describer;
use crate::error::{Fault, RequestFault};
use crate::group::frame::Frame;
use crate::group::store::Out;
use crate::host::{Failure, Kept, talk};
use crate::lower::{Fail, Lower, LowerRef, Said, failed};
use crate::shim::Answer;
use crate::wire::{EXT_COLLECTION, EXT_INTEGER, MAX_DEPTH, Writer};

/// Writes a value; references to objects in it stay where they are.
pub(super) fn write(value: &Dynamic, writer: &mut Writer) -> Answer {
    write_within(value, writer, MAX_DEPTH)
}

fn write_within(value: &Dynamic, writer: &mut Writer, depth: u32) -> Answer {
    match &value.0 {
        Value::Big(value) => match value.to_u64() {
            Some(value) => writer.uint(value),
            None => writer.long_ext(EXT_INTEGER, &value.to_bytes()),
        },
        Value::Items(collection, items) => {
            let depth = within(depth)?;
            let code = match collection {
                Collection::List => None,
                Collection::Tuple => Some(0),
                Collection::Set => Some(1),
                Collection::FrozenSet => Some(2),
            };
            writer.array(items.len() + usize::from(code.is_some()));
            if let Some(code) = code {
                writer.ext(EXT_COLLECTION, &[code]);
            }
            return items
                .iter()
                .try_for_each(|item| write_within(item, writer, depth));
        }
        Value::Dict(pairs) => {
            let depth = within(depth)?;
            writer.map(pairs.len());
            return pairs.iter().try_for_each(|(key, value)| {
                write_within(key, writer, depth)?;
                write_within(value, writer, depth)
            });
        }
        Value::Object(kept) => talk::write(writer, kept.token()),
        _ => write_small(value, writer),
    }
    Ok(())
}

/// What has no parts and is no object.
fn write_small(value: &Dynamic, writer: &mut Writer) {
    match &value.0 {
        Value::Bool(value) => writer.bool(*value),
        Value::Int(value) => writer.int(*value),
        Value::Float(value) => writer.f64(*value),
        Value::Text(text) => writer.str(text),
        Value::Bytes(bytes) => writer.lent_bin(bytes),
        _ => writer.nil(),
    }
}

fn within(depth: u32) -> Result<u32, Fault> {
    let message = "the result is nested deeper than an answer may be; Rust has run";
    depth
        .checked_sub(1)
        .ok_or_else(|| Fault::request(RequestFault::Limit, message))
}

/// One more reference to an object goes with the answer.
fn send_again(kept: &Kept, frame: &Frame<'_>) -> Answer {
    match kept.again() {
        Ok(object) => {
            frame.send(object);
            Ok(())
        }
        Err(Failure::Unusable(fault)) => Err(fault.about("an object that goes back")),
        Err(Failure::Gone(why)) => Err(Fault::value(why)),
        Err(failure @ Failure::Raised(_)) => failure.unwind(),
    }
}

/// References to all objects in a value that stays go with the answer.
fn send_all(value: &Dynamic, frame: &Frame<'_>) -> Answer {
    match &value.0 {
        Value::Items(_, items) => items.iter().try_for_each(|item| send_all(item, frame)),
        Value::Dict(pairs) => pairs.iter().try_for_each(|(key, value)| {
            send_all(key, frame)?;
            send_all(value, frame)
        }),
        Value::Object(kept) => send_again(kept, frame),
        _ => Ok(()),
    }
}

/// The same for a value that ends.
fn give_all(value: &mut Dynamic, frame: &Frame<'_>) -> Answer {
    match &mut value.0 {
        Value::Items(_, items) => match Arc::get_mut(items) {
            Some(items) => items.iter_mut().try_for_each(|item| give_all(item, frame)),
            None => send_all(value, frame),
        },
        Value::Dict(pairs) => match Arc::get_mut(pairs) {
            Some(pairs) => pairs.iter_mut().try_for_each(|(key, value)| {
                give_all(key, frame)?;
                give_all(value, frame)
            }),
            None => send_all(value, frame),
        },
        Value::Object(kept) => match Arc::get_mut(kept).and_then(Kept::give_up) {
            Some(object) => {
                frame.send(object);
                Ok(())
            }
            None => send_again(kept, frame),
        },
        _ => Ok(()),
    }
}

impl<'h, B> Lower<'h, B> for Dynamic {
    const NIL: bool = true;

    fn lower(mut self, out: &mut Out<'_, 'h>) -> Answer {
        write(&self, out.writer)?;
        give_all(&mut self, out.frame)
    }

    fn at_once(&self, writer: &mut Writer) -> bool {
        small_at_once(self, writer)
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("dynamic");
    }
}

impl<'h, B> Fail<'h, B> for Dynamic {
    fn fail(self, out: &mut Out<'_, 'h>) -> Answer {
        let (message, debug) = (self.to_string(), format!("{self:?}"));
        let said = Said {
            message: Some(&message),
            debug: Some(&debug),
            sources: &[],
        };
        failed::<B, Self>(&said, out, |out| Lower::<'h, B>::lower(self, out))
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("dynamic");
    }
}

impl<'r, 'h, B> LowerRef<'r, 'h, B> for Dynamic {
    const NIL_REF: bool = true;

    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        write(self, out.writer)?;
        send_all(self, out.frame)
    }

    fn ref_at_once(&self, writer: &mut Writer) -> bool {
        small_at_once(self, writer)
    }

    fn describe_ref(to: &mut Describer<'_>) {
        to.plain("dynamic");
    }
}

/// Writes what takes nothing but the writer.
fn small_at_once(value: &Dynamic, writer: &mut Writer) -> bool {
    let small = !matches!(
        value.0,
        Value::Big(_) | Value::Items(..) | Value::Dict(_) | Value::Object(_)
    );
    if small {
        write_small(value, writer);
    }
    small
}
