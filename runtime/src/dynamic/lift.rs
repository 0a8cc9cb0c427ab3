//! From the wire.

use std::sync::Arc;

use super::number::Integer;
use super::{Collection, Dynamic, Value};
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::{Scope, utf8};
use crate::host::Kept;
use crate::lift::{Lift, by_value};
use crate::wire::{EXT_BUFFER, EXT_COLLECTION, EXT_HOST, EXT_INTEGER, MAX_DEPTH, Reader, Token, deeper};

fn read(scope: Scope<'_, '_>, depth: u32) -> Result<Dynamic, Fault> {
    let at = scope.reader().position();
    let again = || {
        scope.reader().rewind(at);
        scope
    };
    Ok(Dynamic(match scope.next()? {
        Token::Nil => Value::Nothing,
        Token::Bool(value) => Value::Bool(value),
        Token::Int(value) => Integer::from(value).into(),
        Token::Float(value) => Value::Float(value),
        Token::Str(bytes) => Value::Text(utf8(bytes)?.into()),
        Token::Bin(bytes) => Value::Bytes(bytes.into()),
        Token::Array(count) => items(scope, count, deeper(depth)?)?,
        Token::Map(count) => {
            let depth = deeper(depth)?;
            let pairs = (0..count).map(|_| Ok((read(scope, depth)?, read(scope, depth)?)));
            Value::Dict(pairs.collect::<Result<_, Fault>>()?)
        }
        Token::Ext(EXT_INTEGER, bytes) if !bytes.is_empty() => Integer::from_bytes(bytes).into(),
        Token::Ext(EXT_BUFFER, _) => Value::Bytes(again().bytes()?.into()),
        Token::Ext(EXT_HOST, _) => Value::Object(Kept::hold(again())?),
        other => {
            return Err(Fault::expected(format!(
                "plain data or a host object, not {}",
                other.name()
            )));
        }
    }))
}

fn items(scope: Scope<'_, '_>, count: usize, depth: u32) -> Result<Value, Fault> {
    let reader = scope.reader();
    let at = reader.position();
    let mut left = count;
    let collection = match if count == 0 { Token::Nil } else { reader.next()? } {
        Token::Ext(EXT_COLLECTION, code) => {
            left -= 1;
            match code {
                [0] => Collection::Tuple,
                [1] => Collection::Set,
                [2] => Collection::FrozenSet,
                _ => {
                    return Err(Fault::value(
                        "a collection is 0 (tuple), 1 (set) or 2 (frozenset)",
                    ));
                }
            }
        }
        _ => {
            reader.rewind(at);
            Collection::List
        }
    };
    let items = (0..left).map(|_| read(scope, depth));
    Ok(Value::Items(collection, items.collect::<Result<Arc<[_]>, _>>()?))
}

impl<'s, 'h, B> Lift<'s, 'h, B> for Dynamic {
    type Held = Self;
    const NIL: bool = true;
    const STD: bool = true;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        read(scope, MAX_DEPTH)
    }

    fn take(held: Self) -> Self {
        held
    }

    fn at_once(reader: &Reader<'_>) -> Option<Self> {
        let value = match reader.peek()? {
            0xc0 if reader.nil() => Value::Nothing,
            0xcb => Value::Float(reader.float()?),
            0xc2 | 0xc3 => Value::Bool(reader.truth()?),
            _ => Value::Int(reader.integer()?),
        };
        Some(Self(value))
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("dynamic");
    }
}

by_value!([] Dynamic);
