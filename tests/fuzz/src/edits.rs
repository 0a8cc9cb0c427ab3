//! Changes a JSON document where its structure is, so that it stays JSON and gets past the parser.

use serde_json::Value;

use crate::cursor::Cursor;

/// What is put in place of something else.
const SCALARS: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "4294967295",
    "18446744073709551615",
    "\"\"",
    "\"x\"",
    "\"a::b\"",
    "[]",
    "{}",
];
/// A document does not grow beyond this many values, nor is it changed in more places.
const LARGEST: usize = 20_000;
const MOST: usize = 24;

/// `base`, changed in as many places as the bytes say.
pub fn edited(base: &Value, cursor: &mut Cursor<'_>) -> Value {
    let mut value = base.clone();
    for _ in 0..MOST {
        let size = count(&value);
        if size > LARGEST || cursor.is_empty() {
            break;
        }
        edit(&mut value, size, cursor);
    }
    value
}

fn edit(root: &mut Value, size: usize, cursor: &mut Cursor<'_>) {
    let action = cursor.below(9);
    let place = cursor.below(size);
    match action {
        0 => {
            let scalar = SCALARS[cursor.below(SCALARS.len())];
            *nth(root, place) = serde_json::from_str(scalar).expect("the table holds JSON");
        }
        1 => {
            let other = nth(root, cursor.below(size)).clone();
            *nth(root, place) = other;
        }
        2 => swap(root, place, cursor.below(size)),
        3 => remove(nth(root, place), cursor),
        4 => repeat(nth(root, place), cursor),
        5 => rename(nth(root, place), cursor),
        6 => nest(nth(root, place), cursor),
        7 => number(nth(root, place), cursor),
        _ => text(nth(root, place), cursor),
    }
}

/// How many values there are, the root and the nested ones.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// The value at that place of a walk from the root; the last one when there are fewer.
fn nth(root: &mut Value, place: usize) -> &mut Value {
    let mut left = place;
    let mut at = root;
    loop {
        if left == 0 || !matches!(at, Value::Array(_) | Value::Object(_)) {
            return at;
        }
        left -= 1;
        let children: Vec<&mut Value> = match at {
            Value::Array(items) => items.iter_mut().collect(),
            Value::Object(map) => map.values_mut().collect(),
            _ => unreachable!("only these have children, and that was asked"),
        };
        let mut below = None;
        for child in children {
            let size = count(child);
            if left < size {
                below = Some(child);
                break;
            }
            left -= size;
        }
        at = below.expect("a place below the count is somewhere");
    }
}

fn swap(root: &mut Value, one: usize, other: usize) {
    let taken = nth(root, one).clone();
    let put = std::mem::replace(nth(root, other), taken);
    let size = count(root);
    *nth(root, one.min(size - 1)) = put;
}

/// Leaves out a child.
fn remove(value: &mut Value, cursor: &mut Cursor<'_>) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            items.remove(cursor.below(items.len()));
        }
        Value::Object(map) if !map.is_empty() => {
            let key = map.keys().nth(cursor.below(map.len())).cloned();
            map.remove(&key.expect("a position within"));
        }
        _ => *value = Value::Null,
    }
}

/// Says a child again.
fn repeat(value: &mut Value, cursor: &mut Cursor<'_>) {
    if let Value::Array(items) = value
        && !items.is_empty()
    {
        let item = items[cursor.below(items.len())].clone();
        items.push(item);
    }
}

/// Gives a child another's key, or a made-up one.
fn rename(value: &mut Value, cursor: &mut Cursor<'_>) {
    if let Value::Object(map) = value {
        let keys: Vec<String> = map.keys().cloned().collect();
        if let Some(from) = keys.get(cursor.below(keys.len())) {
            let made_up = cursor.byte();
            let to = keys
                .get(usize::from(made_up))
                .cloned()
                .unwrap_or_else(|| made_up.to_string());
            let child = map.remove(from).expect("the key is there");
            map.insert(to, child);
        }
    }
}

/// Wraps a value in many levels.
fn nest(value: &mut Value, cursor: &mut Cursor<'_>) {
    let levels = [1, 2, 40, 63, 64, 65, 100, 200][cursor.below(8)];
    let head = cursor.below(3);
    for _ in 0..levels {
        let inner = value.take();
        *value = match head {
            0 => Value::Array(vec![inner]),
            1 => Value::Array(vec!["list".into(), inner]),
            _ => serde_json::json!({"slice": inner}),
        };
    }
}

fn number(value: &mut Value, cursor: &mut Cursor<'_>) {
    if let Some(old) = value.as_i64() {
        *value = match cursor.below(4) {
            0 => old.wrapping_add(1).into(),
            1 => old.wrapping_sub(1).into(),
            2 => (old ^ (1 << cursor.below(63))).into(),
            _ => cursor.word().into(),
        };
    }
}

/// Changes a text: cut, doubled, or with odd characters in it.
fn text(value: &mut Value, cursor: &mut Cursor<'_>) {
    if let Value::String(old) = value {
        let middle = (0..=old.len() / 2)
            .rev()
            .find(|at| old.is_char_boundary(*at))
            .unwrap_or(0);
        match cursor.below(6) {
            0 => old.truncate(middle),
            1 => *old = old.repeat(2),
            2 => old.insert_str(middle, "::"),
            3 => old.insert(middle, '\0'),
            4 => old.insert_str(middle, "é\u{202e}"),
            _ => old.insert(middle, char::from(cursor.byte())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_reached_once() {
        let mut value = serde_json::json!([1, {"a": [2, 3], "b": 4}, []]);
        let size = count(&value);
        for place in 0..size {
            *nth(&mut value, place) = match nth(&mut value, place).take() {
                Value::Number(_) => Value::Bool(true),
                other => other,
            };
        }
        assert_eq!(
            value,
            serde_json::json!([true, {"a": [true, true], "b": true}, []])
        );
    }

    #[test]
    fn no_bytes_change_nothing() {
        let base = serde_json::json!({"a": [1, 2]});
        assert_eq!(edited(&base, &mut Cursor::new(&[])), base);
    }

    #[test]
    fn any_bytes_give_some_document() {
        let base = serde_json::json!({"a": [1, "two", {"b": null}], "c": 3});
        for seed in 0..2000_u32 {
            let bytes: Vec<u8> = (0..24_u32)
                .map(|at| (seed.wrapping_mul(2_654_435_761).rotate_left(at) >> 7) as u8 ^ at as u8)
                .collect();
            edited(&base, &mut Cursor::new(&bytes));
        }
    }
}
