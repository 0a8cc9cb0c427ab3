//! Plain data of any shape that another crate has a type for: what a value is, level by level, and how one is made.
//! On the wire it is an `any`.

use std::borrow::Cow;

use crate::error::{Fault, RequestFault};
use crate::group::scope::{Scope, utf8};
use crate::shim::Answer;
use crate::wire::{MAX_DEPTH, Token, Writer, deeper};

/// What a value is.
pub enum View<'v, V> {
    /// Nothing.
    Nil,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A number.
    Float(f64),
    /// Text.
    Text(Cow<'v, str>),
    /// A list.
    List(Vec<&'v V>),
    /// Names and what they stand for.
    Map(Vec<(Cow<'v, str>, &'v V)>),
}

/// What a value is made of.
pub enum Parts<V> {
    /// Nothing.
    Nil,
    /// Yes or no.
    Bool(bool),
    /// A whole number of 64 bits.
    Int(i128),
    /// A number.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<V>),
    /// Names and what they stand for.
    Map(Vec<(String, V)>),
}

/// Writes a value.
///
/// # Errors
///
/// It is nested too deep, or has a number of more than 128 bits.
pub fn write<V>(value: &V, view: fn(&V) -> View<'_, V>, writer: &mut Writer) -> Answer {
    write_at(value, view, writer, MAX_DEPTH)
}

fn write_at<V>(value: &V, view: fn(&V) -> View<'_, V>, writer: &mut Writer, depth: u32) -> Answer {
    let Some(depth) = depth.checked_sub(1) else {
        let message = "the result is nested deeper than an answer may be; Rust has run";
        return Err(Fault::request(RequestFault::Limit, message));
    };
    match view(value) {
        View::Nil => writer.nil(),
        View::Bool(value) => writer.bool(value),
        View::Int(value) => writer.big(value),
        View::Float(value) => writer.f64(value),
        View::Text(text) => writer.str(&text),
        View::List(items) => {
            writer.array(items.len());
            return items
                .into_iter()
                .try_for_each(|item| write_at(item, view, writer, depth));
        }
        View::Map(pairs) => {
            writer.map(pairs.len());
            return pairs.into_iter().try_for_each(|(name, item)| {
                writer.str(&name);
                write_at(item, view, writer, depth)
            });
        }
    }
    Ok(())
}

/// Reads a value. `make` says what cannot be one.
///
/// # Errors
///
/// It is no plain data, nested too deep, or refused.
pub fn read<V>(scope: Scope<'_, '_>, make: fn(Parts<V>) -> Result<V, Fault>) -> Result<V, Fault> {
    read_at(scope, make, MAX_DEPTH)
}

fn read_at<V>(scope: Scope<'_, '_>, make: fn(Parts<V>) -> Result<V, Fault>, depth: u32) -> Result<V, Fault> {
    make(match scope.next()? {
        Token::Nil => Parts::Nil,
        Token::Bool(value) => Parts::Bool(value),
        Token::Int(value) => Parts::Int(value),
        Token::Float(value) => Parts::Float(value),
        Token::Str(bytes) => Parts::Text(utf8(bytes)?.to_owned()),
        Token::Array(count) => {
            let depth = deeper(depth)?;
            let items = (0..count).map(|_| read_at(scope, make, depth));
            Parts::List(items.collect::<Result<_, _>>()?)
        }
        Token::Map(count) => {
            let depth = deeper(depth)?;
            let pairs = (0..count).map(|_| match scope.next()? {
                Token::Str(name) => Ok((utf8(name)?.to_owned(), read_at(scope, make, depth)?)),
                other => Err(Fault::expected(format!("a string as key, not {}", other.name()))),
            });
            Parts::Map(pairs.collect::<Result<_, _>>()?)
        }
        other => return Err(Fault::expected(format!("plain data, not {}", other.name()))),
    })
}

/// What a format has no value for.
#[must_use]
pub fn lacks(format: &str, what: &str) -> Fault {
    Fault::value(format!("{format} has no value for {what}"))
}
