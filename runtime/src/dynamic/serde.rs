//! Plain data for serde, both ways. A set is a sequence, None is a unit; what stays in Python cannot be written.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeTuple, Serializer};

use super::number::Integer;
use super::{Collection, Dynamic, Value};

impl Serialize for Dynamic {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Nothing => to.serialize_unit(),
            Value::Bool(value) => to.serialize_bool(*value),
            Value::Int(value) => to.serialize_i64(*value),
            Value::Big(value) => match (value.to_u64(), value.to_unsigned(), value.to_i128()) {
                (Some(number), ..) => to.serialize_u64(number),
                (_, Some(number), _) => to.serialize_u128(number),
                (.., Some(number)) => to.serialize_i128(number),
                _ => Err(S::Error::custom(
                    "an int of more than 128 bits cannot be serialized",
                )),
            },
            Value::Float(value) => to.serialize_f64(*value),
            Value::Text(text) => to.serialize_str(text),
            Value::Bytes(bytes) => to.serialize_bytes(bytes),
            Value::Items(Collection::Tuple, items) => {
                let mut tuple = to.serialize_tuple(items.len())?;
                items.iter().try_for_each(|item| tuple.serialize_element(item))?;
                tuple.end()
            }
            Value::Items(_, items) => to.collect_seq(items.iter()),
            Value::Dict(pairs) => to.collect_map(pairs.iter().map(|(key, value)| (key, value))),
            Value::Object(_) => Err(S::Error::custom(
                "an object that is no plain data (None, bool, int, float, str, bytes, list, tuple, set, dict) cannot be serialized",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Dynamic {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Any).map(Self)
    }
}

/// Takes whatever comes.
struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Integer::from(i128::from(value)).into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Integer::from(value).into())
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        let mut bytes = value.to_le_bytes().to_vec();
        bytes.push(0);
        Ok(Integer::from_bytes(&bytes).into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.into()))
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Value, E> {
        Ok(Value::Bytes(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        // What is announced is not believed: items take memory when they are there.
        let mut items: Vec<Dynamic> = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Value::Items(Collection::List, items.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut pairs: Vec<(Dynamic, Dynamic)> = Vec::new();
        while let Some(pair) = from.next_entry()? {
            pairs.push(pair);
        }
        let mut sorted: Vec<&Dynamic> = pairs.iter().map(|(key, _)| key).collect();
        sorted.sort();
        if sorted.windows(2).any(|two| two[0] == two[1]) {
            return Err(A::Error::custom("a map has the same key twice"));
        }
        Ok(Value::Dict(pairs.into()))
    }
}
