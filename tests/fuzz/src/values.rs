//! MessagePack values out of the fuzzer's bytes: of a described type, mostly, or any.

use rmpv::Value;

use crate::cursor::Cursor;
use crate::host::{Object, World};

/// Any value that MessagePack can say; host objects are not among them.
pub fn value(world: &mut World, cursor: &mut Cursor<'_>, depth: u32) -> Value {
    match cursor.below(if depth < 4 { 13 } else { 10 }) {
        0 => Value::Nil,
        1 => Value::Boolean(cursor.byte() & 1 == 1),
        2 => cursor.byte().into(),
        3 => Value::Integer(cursor.long().into()),
        4 => Value::Integer(cursor.long().cast_signed().into()),
        5 => Value::F64(f64::from_bits(cursor.long())),
        6 => text(cursor),
        7 => bytes(cursor),
        8 => handle(world, cursor),
        9 => {
            let code = [0, 1, 2, 4, 5, 6, 7, -1][cursor.below(8)];
            let length = cursor.below(20);
            Value::Ext(code, cursor.bytes(length).to_vec())
        }
        10 | 11 => Value::Array(values(world, cursor, depth)),
        _ => {
            let values = values(world, cursor, depth);
            Value::Map(values.into_iter().map(|value| (text(cursor), value)).collect())
        }
    }
}

fn values(world: &mut World, cursor: &mut Cursor<'_>, depth: u32) -> Vec<Value> {
    (0..cursor.below(5))
        .map(|_| value(world, cursor, depth + 1))
        .collect()
}

/// A value of a described type, mostly.
pub fn typed(world: &mut World, ty: &Value, cursor: &mut Cursor<'_>, depth: u32) -> Value {
    if cursor.below(16) == 15 || depth > 8 {
        return value(world, cursor, depth);
    }
    let (word, parts) = match ty {
        Value::Array(all) => (all[0].as_str().unwrap_or_default(), &all[1..]),
        word => (word.as_str().unwrap_or_default(), &[][..]),
    };
    match word {
        "unit" => Value::Nil,
        "bool" => Value::Boolean(cursor.byte() & 1 == 1),
        "str" | "path" if cursor.below(4) > 0 => text(cursor),
        "list" if parts[0].as_str().is_some_and(is_number) && cursor.below(2) == 0 => buffer(cursor),
        "str" | "path" | "bytes" if cursor.below(2) == 0 => bytes(cursor),
        "str" | "path" | "bytes" | "buffer" => buffer(cursor),
        "handle" => handle(world, cursor),
        "dynamic" => dynamic(world, cursor, depth),
        "callable" => world.object(Object::Callable(parts[1].clone())).1,
        "file" => world.object(Object::File).1,
        "option" | "out" if cursor.below(3) == 0 => Value::Nil,
        "option" | "out" => typed(world, &parts[0], cursor, depth + 1),
        "list" | "set" => {
            let count = cursor.below(6);
            let items = (0..count).map(|_| typed(world, &parts[0], cursor, depth + 1));
            Value::Array(items.collect())
        }
        "tuple" => Value::Array(
            parts
                .iter()
                .map(|part| typed(world, part, cursor, depth + 1))
                .collect(),
        ),
        "f32" | "f64" => Value::F64(f64::from_bits(cursor.long())),
        number if is_number(number) => cursor.byte().into(),
        _ => value(world, cursor, depth),
    }
}

/// A dynamic value: plain data, collections of any kind, objects.
fn dynamic(world: &mut World, cursor: &mut Cursor<'_>, depth: u32) -> Value {
    let pick = cursor.below(if depth < 6 { 12 } else { 8 });
    match pick {
        0 | 1 => world.object(Object::Kept(1)).1,
        2 => {
            let length = cursor.below(20);
            Value::Ext(4, cursor.bytes(length).to_vec())
        }
        3 => buffer(cursor),
        4..=7 => value(world, cursor, 4),
        8 => {
            let pairs = (0..cursor.below(4)).map(|_| {
                (
                    dynamic(world, cursor, depth + 1),
                    dynamic(world, cursor, depth + 1),
                )
            });
            Value::Map(pairs.collect())
        }
        _ => {
            let mark = (pick > 9).then(|| Value::Ext(7, vec![cursor.byte() & 3]));
            let items = (0..cursor.below(5)).map(|_| dynamic(world, cursor, depth + 1));
            Value::Array(mark.into_iter().chain(items.collect::<Vec<_>>()).collect())
        }
    }
}

/// What an object hashes like: never anything unusable, behind which references would be nobody's.
pub fn hash_key(world: &mut World, cursor: &mut Cursor<'_>) -> Value {
    match cursor.below(4) {
        0 => world.object(Object::Kept(1)).1,
        1 => text(cursor),
        2 => {
            let mark = Value::Ext(7, vec![cursor.byte() % 3]);
            Value::Array(vec![mark, cursor.byte().into(), world.object(Object::Kept(1)).1])
        }
        _ => cursor.byte().into(),
    }
}

fn is_number(word: &str) -> bool {
    word.len() < 6 && word.starts_with(['u', 'i', 'f']) && word.ends_with(|last: char| last.is_ascii_digit())
}

/// A handle that was given, whether it still lives or not; sometimes as one to be moved, seldom a forged one.
pub fn handle(world: &World, cursor: &mut Cursor<'_>) -> Value {
    let pick = cursor.byte();
    let code = if pick >= 0xc0 { 6 } else { 1 };
    match world.handles.len() {
        0 => Value::Ext(code, vec![pick; 16]),
        // The latest are the first: most is done with what was made just now.
        count => {
            let back = usize::from(pick & 0x3f) % count;
            Value::Ext(code, world.handles[count - 1 - back].clone())
        }
    }
}

fn text(cursor: &mut Cursor<'_>) -> Value {
    let length = cursor.below(48);
    String::from_utf8_lossy(cursor.bytes(length)).into_owned().into()
}

fn bytes(cursor: &mut Cursor<'_>) -> Value {
    let length = cursor.below(40);
    Value::Binary(cursor.bytes(length).to_vec())
}

/// One of the lent buffers, or one that is not there.
fn buffer(cursor: &mut Cursor<'_>) -> Value {
    Value::Ext(2, u32::from(cursor.byte() & 3).to_le_bytes().to_vec())
}
