//! Plain data of any shape.

use super::Mapping;

/// A value of `serde_yaml`, and of what continues it under another name. A key that is no text is written as what it is.
macro_rules! yaml {
    ($krate:literal) => {
        Mapping::data(
            $krate,
            "Value",
            "$::Value,
            |value| match value {
                $::Value::Null => __uc::data::View::Nil,
                $::Value::Bool(value) => __uc::data::View::Bool(*value),
                $::Value::Number(value) => match (value.as_i64(), value.as_u64()) {
                    (Some(value), _) => __uc::data::View::Int(value.into()),
                    (_, Some(value)) => __uc::data::View::Int(value.into()),
                    _ => __uc::data::View::Float(value.as_f64().unwrap_or(f64::NAN)),
                },
                $::Value::String(text) => __uc::data::View::Text(text.into()),
                $::Value::Sequence(items) => __uc::data::View::List(items.iter().collect()),
                $::Value::Mapping(pairs) => __uc::data::View::Map(
                    pairs
                        .iter()
                        .map(|(key, value)| match key {
                            $::Value::String(text) => (text.into(), value),
                            other => (
                                $::to_string(other).unwrap_or_default().trim_end().to_owned().into(),
                                value,
                            ),
                        })
                        .collect(),
                ),
                $::Value::Tagged(tagged) => __uc::data::View::Map(
                    ::std::vec![(tagged.tag.to_string().into(), &tagged.value)],
                ),
            },
            |parts| Ok(match parts {
                __uc::data::Parts::Nil => $::Value::Null,
                __uc::data::Parts::Bool(value) => value.into(),
                __uc::data::Parts::Int(value) => match (i64::try_from(value), u64::try_from(value)) {
                    (Ok(value), _) => value.into(),
                    (_, Ok(value)) => value.into(),
                    _ => return Err(__uc::Fault::range(\"64 bits\")),
                },
                __uc::data::Parts::Float(value) => value.into(),
                __uc::data::Parts::Text(text) => text.into(),
                __uc::data::Parts::List(items) => $::Value::Sequence(items),
                __uc::data::Parts::Map(pairs) => $::Value::Mapping(
                    pairs.into_iter().map(|(key, value)| (key.into(), value)).collect(),
                ),
            })",
        )
    };
}

pub(super) const ALL: &[Mapping] = &[
    // A date is text, as it is written.
    Mapping::data(
        "toml",
        "Value",
        "$::Value,
        |value| match value {
            $::Value::String(text) => __uc::data::View::Text(text.into()),
            $::Value::Integer(value) => __uc::data::View::Int((*value).into()),
            $::Value::Float(value) => __uc::data::View::Float(*value),
            $::Value::Boolean(value) => __uc::data::View::Bool(*value),
            $::Value::Datetime(value) => __uc::data::View::Text(value.to_string().into()),
            $::Value::Array(items) => __uc::data::View::List(items.iter().collect()),
            $::Value::Table(pairs) => __uc::data::View::Map(
                pairs.iter().map(|(name, value)| (name.into(), value)).collect(),
            ),
        },
        |parts| Ok(match parts {
            __uc::data::Parts::Nil => return Err(__uc::data::lacks(\"TOML\", \"None\")),
            __uc::data::Parts::Bool(value) => $::Value::Boolean(value),
            __uc::data::Parts::Int(value) => match i64::try_from(value) {
                Ok(value) => $::Value::Integer(value),
                Err(_) => return Err(__uc::Fault::range(\"i64\")),
            },
            __uc::data::Parts::Float(value) => $::Value::Float(value),
            __uc::data::Parts::Text(text) => $::Value::String(text),
            __uc::data::Parts::List(items) => $::Value::Array(items),
            __uc::data::Parts::Map(pairs) => $::Value::Table(pairs.into_iter().collect()),
        })",
    ),
    Mapping::value(
        "toml",
        "Map",
        "[], [], $::Table, ::std::collections::BTreeMap<::std::string::String, $::Value>,
        |value| Ok(value.clone().into_iter().collect()),
        |form| Ok(form.into_iter().collect())",
    ),
    Mapping::shape(
        "serde_json",
        "Number",
        "$::Number,
        |value| match (value.as_u64(), value.as_i64()) {
            (Some(value), _) => __uc::data::View::Int(value.into()),
            (_, Some(value)) => __uc::data::View::Int(value.into()),
            _ => __uc::data::View::Float(value.as_f64().unwrap_or(f64::NAN)),
        },
        |parts| match parts {
            __uc::data::Parts::Int(value) => match (i64::try_from(value), u64::try_from(value)) {
                (Ok(value), _) => Ok(value.into()),
                (_, Ok(value)) => Ok(value.into()),
                _ => Err(__uc::Fault::range(\"64 bits\")),
            },
            __uc::data::Parts::Float(value) => {
                $::Number::from_f64(value).ok_or_else(|| __uc::data::lacks(\"JSON\", \"infinity and NaN\"))
            }
            _ => Err(__uc::Fault::expected(\"a number\")),
        }",
    ),
    yaml!("serde_yaml"),
    yaml!("serde_yaml_ng"),
    yaml!("serde_yml"),
    yaml!("serde_norway"),
];
