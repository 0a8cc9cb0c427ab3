//! Text, as Python writes it: `Display` is `str`, `Debug` is `repr`.

use std::fmt::{self, Write};

use super::{Collection, Dynamic, Value, ask};

impl fmt::Display for Dynamic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Value::Text(text) => f.pad(text),
            Value::Object(kept) => f.pad(&ask::text(kept, ask::Form::Str)?),
            _ => fmt::Debug::fmt(self, f),
        }
    }
}

impl fmt::Debug for Dynamic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        write(self, &mut text)?;
        f.pad(&text)
    }
}

fn write(value: &Dynamic, to: &mut String) -> fmt::Result {
    match &value.0 {
        Value::Nothing => to.push_str("None"),
        Value::Bool(true) => to.push_str("True"),
        Value::Bool(false) => to.push_str("False"),
        Value::Int(value) => write!(to, "{value}")?,
        Value::Big(value) => write!(to, "{value}")?,
        Value::Float(value) => float(*value, to)?,
        Value::Text(text) => quoted(text, to)?,
        Value::Bytes(content) => bytes(content, to)?,
        Value::Items(collection, items) => {
            let (before, after) = match (collection, &**items) {
                (Collection::Set, []) => ("set(", ")"),
                (Collection::FrozenSet, []) => ("frozenset(", ")"),
                (Collection::List, _) => ("[", "]"),
                (Collection::Tuple, [_]) => ("(", ",)"),
                (Collection::Tuple, _) => ("(", ")"),
                (Collection::Set, _) => ("{", "}"),
                (Collection::FrozenSet, _) => ("frozenset({", "})"),
            };
            to.push_str(before);
            parts(items, to, write)?;
            to.push_str(after);
        }
        Value::Dict(pairs) => {
            to.push('{');
            parts(pairs, to, |(key, value), to| {
                write(key, to)?;
                to.push_str(": ");
                write(value, to)
            })?;
            to.push('}');
        }
        Value::Object(kept) => to.push_str(&ask::text(kept, ask::Form::Repr)?),
    }
    Ok(())
}

fn parts<T>(items: &[T], to: &mut String, one: impl Fn(&T, &mut String) -> fmt::Result) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            to.push_str(", ");
        }
        one(item, to)?;
    }
    Ok(())
}

/// The shortest digits that give the same float; with an exponent where the point is far from them.
fn float(value: f64, to: &mut String) -> fmt::Result {
    if value.is_nan() {
        to.push_str("nan");
        return Ok(());
    }
    if value.is_infinite() {
        to.push_str(if value > 0.0 { "inf" } else { "-inf" });
        return Ok(());
    }
    let short = format!("{value:e}");
    let (digits, exponent) = short.split_once('e').unwrap_or((&short, "0"));
    match exponent.parse::<i32>() {
        Ok(power) if (-4..16).contains(&power) => {
            let text = format!("{value}");
            to.push_str(&text);
            if !text.contains('.') {
                to.push_str(".0");
            }
            Ok(())
        }
        Ok(power) => write!(to, "{digits}e{power:+03}"),
        Err(_) => Err(fmt::Error),
    }
}

/// Which quotes need the fewest escapes.
fn quote(has: impl Fn(char) -> bool) -> char {
    if has('\'') && !has('"') { '"' } else { '\'' }
}

fn quoted(text: &str, to: &mut String) -> fmt::Result {
    let quote = quote(|one| text.contains(one));
    to.push(quote);
    for one in text.chars() {
        match one {
            '\n' => to.push_str("\\n"),
            '\r' => to.push_str("\\r"),
            '\t' => to.push_str("\\t"),
            '\\' => to.push_str("\\\\"),
            _ if one == quote => {
                to.push('\\');
                to.push(one);
            }
            _ if is_printable(one) => to.push(one),
            _ => match u32::from(one) {
                code @ 0..=0xff => write!(to, "\\x{code:02x}")?,
                code @ 0x100..=0xffff => write!(to, "\\u{code:04x}")?,
                code => write!(to, "\\U{code:08x}")?,
            },
        }
    }
    to.push(quote);
    Ok(())
}

/// Whether it is written as it is. Behind a letter, where what is joined to that is shown, too.
fn is_printable(one: char) -> bool {
    if one.is_ascii() {
        return !one.is_ascii_control();
    }
    let text = String::from_iter(['a', one]);
    !text.escape_debug().any(|part| part == '\\')
}

fn bytes(content: &[u8], to: &mut String) -> fmt::Result {
    let quote = quote(|one| content.contains(&(one as u8)));
    to.push('b');
    to.push(quote);
    for byte in content {
        match byte {
            b'\n' => to.push_str("\\n"),
            b'\r' => to.push_str("\\r"),
            b'\t' => to.push_str("\\t"),
            b'\\' => to.push_str("\\\\"),
            byte if char::from(*byte) == quote => {
                to.push('\\');
                to.push(quote);
            }
            0x20..0x7f => to.push(char::from(*byte)),
            _ => write!(to, "\\x{byte:02x}")?,
        }
    }
    to.push(quote);
    Ok(())
}
