//! The type language: whether what stands for a type of values is one.

use super::json::{Kind, Value};
use super::place::{Place, Problem};
use super::references::Counts;

/// Types nest no deeper than this.
const DEPTH: usize = 64;
const FILES: &[&str] = &[
    "r", "w", "rw", "s", "rs", "ws", "rws", "b", "rb", "wb", "rwb", "sb", "rsb", "wsb", "rwsb", "t",
];

/// Which way values cross: as parameters, or as results.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Inwards,
    Outwards,
}

/// Checks the type of a parameter, which may be the initial value of what Rust changes.
pub(super) fn parameter(ty: Value<'_>, place: &Place<'_>, counts: &Counts) -> Result<(), Problem> {
    let mut ty = ty;
    let mut parts = ty.items();
    if parts.next().is_some_and(|head| head.is("out")) {
        let (inner, default) = (parts.next(), parts.next());
        let flag = default.is_some_and(|value| matches!(value.kind(), Kind::True | Kind::False));
        match inner {
            Some(inner) if flag && ty.len() == 3 => ty = inner,
            _ => return Err(malformed(place, "out")),
        }
    }
    check(ty, place, counts, Way::Inwards, 0)
}

/// Checks the type of what crosses that way.
pub(super) fn check(
    ty: Value<'_>,
    place: &Place<'_>,
    counts: &Counts,
    way: Way,
    depth: usize,
) -> Result<(), Problem> {
    if let Some(word) = ty.text() {
        return if is_plain(&word) {
            Ok(())
        } else {
            Err(unknown(place, &word))
        };
    }
    if depth > DEPTH {
        return Err(place.problem(&format!("has a type nested deeper than {DEPTH} levels")));
    }
    let mut rest = ty.items();
    let Some(head) = rest.next().and_then(Value::text) else {
        return Err(place.problem("has something that is not a type"));
    };
    let head = &*head;
    let count = ty.len() - 1;
    let arity = match head {
        "handle" | "record" | "enum" => return named(head, count, rest, place, counts),
        "callable" if way == Way::Inwards => return callable(count, rest, place, counts, depth),
        "object" if way == Way::Inwards => {
            let index = rest
                .next()
                .filter(|index| count == 1 && index.kind() == Kind::Int);
            let index = index.ok_or_else(|| malformed(place, head))?;
            return counts.objects.has(index, place);
        }
        "callable" | "object" | "iterable" | "items" | "buffer" if way == Way::Outwards => {
            return Err(elsewhere(place, head));
        }
        "iterator" if way == Way::Inwards => return Err(elsewhere(place, head)),
        "file" => return one_of(head, count, rest.next(), |modes| FILES.contains(&modes), place),
        "buffer" => return one_of(head, count, rest.next(), is_number, place),
        "tuple" | "union" => count,
        "array" => {
            let length = rest.nth(1).and_then(Value::position);
            if count != 2 || length.is_none() {
                return Err(malformed(place, head));
            }
            1
        }
        "class" => {
            let name = rest.next().and_then(Value::text);
            let Some(form) = rest.next().filter(|_| count == 2 && name.is_some()) else {
                return Err(malformed(place, head));
            };
            return check(form, place, counts, way, depth + 1);
        }
        "option" | "list" | "set" | "range" | "bounds" | "iterable" | "items" | "iterator" => 1,
        "dict" | "result" => 2,
        _ => return Err(unknown(place, head)),
    };
    if head != "array" && count != arity {
        return Err(malformed(place, head));
    }
    ty.items()
        .skip(1)
        .take(arity)
        .try_for_each(|part| check(part, place, counts, way, depth + 1))
}

/// A type with a number: a class.
fn named<'d>(
    head: &str,
    count: usize,
    mut rest: impl Iterator<Item = Value<'d>>,
    place: &Place<'_>,
    counts: &Counts,
) -> Result<(), Problem> {
    let handle = head == "handle";
    let index = rest.next().filter(|index| index.kind() == Kind::Int);
    let Some(index) = index.filter(|_| count == 1 + usize::from(handle)) else {
        return Err(malformed(place, head));
    };
    if handle {
        let mode = rest.next();
        let known = mode
            .and_then(Value::text)
            .is_some_and(|mode| matches!(&*mode, "shared" | "exclusive" | "move" | "clone" | "new"));
        if !known {
            let mode = mode.map_or("", Value::raw);
            return Err(place.problem(&format!("takes a handle in the unknown mode `{mode}`")));
        }
    }
    counts.types.has(index, place)
}

fn callable<'d>(
    count: usize,
    mut rest: impl Iterator<Item = Value<'d>>,
    place: &Place<'_>,
    counts: &Counts,
    depth: usize,
) -> Result<(), Problem> {
    match (rest.next(), rest.next(), rest.next()) {
        (Some(params), Some(result), Some(lifetime))
            if count == 3 && params.kind() == Kind::List && (lifetime.is("lent") || lifetime.is("kept")) =>
        {
            params
                .items()
                .try_for_each(|part| check(part, place, counts, Way::Outwards, depth + 1))?;
            check(result, place, counts, Way::Inwards, depth + 1)
        }
        _ => Err(malformed(place, "callable")),
    }
}

/// A type with one word of a few.
fn one_of(
    head: &str,
    count: usize,
    word: Option<Value<'_>>,
    is_known: impl Fn(&str) -> bool,
    place: &Place<'_>,
) -> Result<(), Problem> {
    if count == 1 && word.and_then(Value::text).is_some_and(|word| is_known(&word)) {
        Ok(())
    } else {
        Err(malformed(place, head))
    }
}

fn is_number(word: &str) -> bool {
    matches!(
        word,
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" | "f32" | "f64"
    )
}

fn is_plain(word: &str) -> bool {
    is_number(word)
        || matches!(
            word,
            "unit"
                | "bool"
                | "u128"
                | "i128"
                | "integer"
                | "char"
                | "str"
                | "bytes"
                | "path"
                | "duration"
                | "system_time"
                | "ip"
                | "socket_addr"
                | "ordering"
                | "any"
                | "dynamic"
                | "io_error"
                | "never"
        )
}

fn unknown(place: &Place<'_>, word: &str) -> Problem {
    place.problem(&format!("has the unknown type `{word}`"))
}

fn malformed(place: &Place<'_>, head: &str) -> Problem {
    place.problem(&format!("has a malformed type `{head}`"))
}

fn elsewhere(place: &Place<'_>, head: &str) -> Problem {
    place.problem(&format!("has the type `{head}` where it cannot stand"))
}
