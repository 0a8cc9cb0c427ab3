//! Values of parameters that may be left out: whether they are what the library takes.
//!
//! One callable of the crate may be several here, for the types that an argument may have: a value is given to those that it
//! fits, and has to fit one.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use usecrate_manifest::{Callable, Field, Type, TypeRef, Variant};

use crate::generate::Numbers;
use crate::plan::Unusable;
use crate::plan::model::Plan;

/// Puts the values into the manifest's callables.
pub(super) fn fill(
    plan: &Plan,
    numbers: &Numbers,
    types: &[Type],
    callables: &mut [Callable],
) -> Result<(), Unusable> {
    // By entry and parameter: nothing, if a value fitted; else why not.
    let mut problems: BTreeMap<(&str, &str), Option<String>> = BTreeMap::new();
    for (id, callable) in numbers.shims().zip(callables.iter_mut()) {
        let planned = &plan.shims[id].params;
        if planned.iter().all(|param| param.default.is_none()) {
            continue;
        }
        for (param, planned) in callable.params.iter_mut().zip(planned) {
            let Some(default) = &planned.default else { continue };
            let place = (default.entry.as_str(), planned.name.as_str());
            match fits(types, &param.ty, &default.value) {
                Ok(()) => {
                    param.default = Some(default.value.clone());
                    problems.insert(place, None);
                }
                Err(problem) => {
                    problems.entry(place).or_insert(Some(problem));
                }
            }
        }
        if let Err((name, later)) = leave_out(callable) {
            let entry = planned.iter().find_map(|param| param.default.as_ref());
            let problem = format!(
                "`{name}` may not be left out where `{later}` behind it has to be passed: give that a value, too"
            );
            return Err(unusable(entry.map_or("", |one| &one.entry), problem));
        }
    }
    for ((entry, name), problem) in problems {
        if let Some(problem) = problem {
            return Err(unusable(entry, format!("the value of `{name}` {problem}")));
        }
    }
    Ok(())
}

fn unusable(entry: &str, problem: String) -> Unusable {
    Unusable {
        table: "`[defaults]`",
        entry: entry.to_owned(),
        problem,
        near: Vec::new(),
    }
}

/// An option may be left out where all that stands behind it may be. `Err`: one with a value, and one that has to be passed.
fn leave_out(callable: &mut Callable) -> Result<(), (String, String)> {
    let by_position = |param: &&mut usecrate_manifest::Param| !matches!(param.ty, TypeRef::Out(_, true));
    let mut needed: Option<String> = None;
    for param in callable.params.iter_mut().filter(by_position).rev() {
        let option = matches!(param.ty, TypeRef::Option(_)) && param.name != "self";
        match (&needed, param.default.is_some()) {
            (Some(later), true) => return Err((param.name.clone(), later.clone())),
            (None, false) if param.optional || option => param.optional = true,
            (None, false) => needed = Some(param.name.clone()),
            _ => {}
        }
    }
    Ok(())
}

/// Whether Python could pass plain data for a type. `Err` goes on: "the value of `x` …".
fn fits(types: &[Type], ty: &TypeRef, value: &Value) -> Result<(), String> {
    let one = |ty: &TypeRef, value: &Value| fits(types, ty, value);
    let is_not = |what: &str| Err(format!("is `{value}`, and {what} is taken"));
    match (ty, value) {
        (TypeRef::Plain(word), _) => plain(word, value),
        (TypeRef::Out(ty, _) | TypeRef::Option(ty), _) => one(ty, value),
        (TypeRef::Union(parts), _) => {
            let mut tried = parts.iter().map(|part| one(part, value));
            tried
                .find(Result::is_ok)
                .unwrap_or_else(|| is_not("something else"))
        }
        (TypeRef::List(ty) | TypeRef::Items(ty) | TypeRef::Iterable(ty), Value::Array(items)) => {
            items.iter().try_for_each(|item| one(ty, item))
        }
        (TypeRef::Array(ty, count), Value::Array(items)) if items.len() as u64 == *count => {
            items.iter().try_for_each(|item| one(ty, item))
        }
        (TypeRef::Array(_, count), _) => is_not(&format!("a list of {count}")),
        (TypeRef::List(_) | TypeRef::Items(_) | TypeRef::Iterable(_), _) => is_not("a list"),
        (TypeRef::Tuple(parts), Value::Array(items)) if items.len() == parts.len() => {
            parts.iter().zip(items).try_for_each(|(ty, item)| one(ty, item))
        }
        (TypeRef::Tuple(parts), _) => is_not(&format!("a list of {}", parts.len())),
        (TypeRef::Dict(key, ty), Value::Object(map)) => map.iter().try_for_each(|(name, value)| {
            one(key, &Value::String(name.clone())).and_then(|()| one(ty, value))
        }),
        (TypeRef::Dict(..), _) => is_not("a table"),
        (TypeRef::Record(at), Value::Object(map)) => match types.get(*at as usize) {
            Some(ty) => record(types, &ty.path, &ty.fields, ty.default.is_some(), map),
            None => is_not("something else"),
        },
        (TypeRef::Record(_), _) => is_not("a table"),
        (TypeRef::Enum(at), _) => match types.get(*at as usize) {
            Some(ty) => variant(types, ty, value),
            None => is_not("something else"),
        },
        _ => is_not("what no configuration can write"),
    }
}

fn record(
    types: &[Type],
    path: &str,
    fields: &[Field],
    has_default: bool,
    map: &Map<String, Value>,
) -> Result<(), String> {
    for (name, value) in map {
        let Some(field) = fields.iter().find(|field| field.name == *name) else {
            return Err(format!("has `{name}`, and `{path}` has no such field"));
        };
        fits(types, &field.ty, value)?;
    }
    let missing = fields
        .iter()
        .find(|field| !has_default && !map.contains_key(&field.name));
    match missing {
        Some(field) => Err(format!("lacks `{}` of `{path}`", field.name)),
        None => Ok(()),
    }
}

fn variant(types: &[Type], ty: &Type, value: &Value) -> Result<(), String> {
    let named = |name: &str| ty.variants.iter().find(|variant| variant.name == name);
    let payload = |variant: &Variant, value: &Value| match (variant.tuple, variant.fields.as_slice(), value) {
        (true, [one], _) => fits(types, &one.ty, value),
        (true, many, Value::Array(items)) if many.len() == items.len() => {
            let mut pairs = many.iter().zip(items);
            pairs.try_for_each(|(field, item)| fits(types, &field.ty, item))
        }
        (false, fields, Value::Object(map)) => record(types, &variant.name, fields, false, map),
        _ => Err(format!("is not what `{}` holds", variant.name)),
    };
    let found = match value {
        Value::String(name) => named(name).map(|variant| match variant.fields.is_empty() {
            true => Ok(()),
            false => Err(format!("is `{name}` without what it holds")),
        }),
        Value::Object(map) => match map.iter().next() {
            Some((name, value)) if map.len() == 1 => named(name).map(|variant| payload(variant, value)),
            _ => None,
        },
        _ => None,
    };
    found.unwrap_or_else(|| {
        let names: Vec<String> = ty.variants.iter().map(|one| format!("`{}`", one.name)).collect();
        Err(format!(
            "is `{value}`, and `{}` is one of {}",
            ty.path,
            names.join(", ")
        ))
    })
}

fn plain(word: &str, value: &Value) -> Result<(), String> {
    let number = value
        .as_i64()
        .map(i128::from)
        .or_else(|| value.as_u64().map(i128::from));
    let (fits, what) = match word {
        "any" | "dynamic" => (true, String::new()),
        "bool" => (value.is_boolean(), "a bool".to_owned()),
        "f32" | "f64" => (value.is_number(), "a number".to_owned()),
        "str" | "path" => (value.is_string(), "text".to_owned()),
        "char" => {
            let text = value.as_str().unwrap_or_default();
            (text.chars().count() == 1, "one letter".to_owned())
        }
        _ => match limits(word) {
            Some((least, most)) => (
                number.is_some_and(|number| (least..=most).contains(&number)),
                format!("an integer from {least} to {most}"),
            ),
            None => (false, "what no configuration can write".to_owned()),
        },
    };
    match fits {
        true => Ok(()),
        false => Err(format!("is `{value}`, and {what} is taken")),
    }
}

fn limits(word: &str) -> Option<(i128, i128)> {
    Some(match word {
        "u8" => (0, u8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "u64" | "usize" => (0, u64::MAX.into()),
        "u128" => (0, i128::MAX),
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "i64" | "isize" => (i64::MIN.into(), i64::MAX.into()),
        "i128" | "integer" => (i128::MIN, i128::MAX),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(ty: &Value, value: &Value) -> Result<(), String> {
        fits(&[], &TypeRef::from_value(ty).unwrap(), value)
    }

    #[test]
    fn what_python_could_pass_fits() {
        for (ty, value) in [
            (json!("u8"), json!(255)),
            (json!("f32"), json!(1)),
            (json!(["option", "str"]), json!("x")),
            (json!(["union", "bytes", "str"]), json!("x")),
            (json!(["list", ["tuple", "bool", "i64"]]), json!([[true, -1]])),
            (json!(["dict", "str", "f64"]), json!({ "a": 0.5 })),
        ] {
            assert_eq!(of(&ty, &value), Ok(()), "{ty} {value}");
        }
        for (ty, value, problem) in [
            (
                json!("u8"),
                json!(256),
                "is `256`, and an integer from 0 to 255 is taken",
            ),
            (json!("i64"), json!(1.0), "an integer"),
            (json!("str"), json!(1), "text"),
            (json!("char"), json!("ab"), "one letter"),
            (json!(["array", "u8", 2]), json!([1]), "a list of 2"),
            (json!(["handle", 0, "shared"]), json!({}), "no configuration"),
        ] {
            let told = of(&ty, &value).unwrap_err();
            assert!(told.contains(problem), "{told}");
        }
    }
}
