//! Plain data for serde, both ways. A set is a sequence, None is an option without a value; an object that stays in Python is
//! asked for the plain data that it stands for; the fields of a dataclass and its like are a struct.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::de::{
    Deserialize, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::ser::{Error as _, Serialize, SerializeStruct, SerializeTuple, Serializer};

use super::number::Integer;
use super::{Collection, Dynamic, Value, ask};
use crate::describe::Describer;
use crate::group::store::Out;
use crate::lower::{Lower, LowerRef};
use crate::shim::Answer;

/// How deeply what is written may nest, the data of objects included: an object may stand for data that it is in itself.
const DEEPEST: u32 = 128;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// One level further down, until it is dropped.
struct Deeper(());

impl Deeper {
    fn enter<E: serde::ser::Error>() -> Result<Self, E> {
        let depth = DEPTH.get();
        if depth == DEEPEST {
            return Err(E::custom(format!(
                "the data nests more than {DEEPEST} deep, or without an end"
            )));
        }
        DEPTH.set(depth + 1);
        Ok(Self(()))
    }
}

impl Drop for Deeper {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

impl Serialize for Dynamic {
    /// # Panics
    ///
    /// An object that is asked raised: then this unwinds out of the call.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let _deeper = match &self.0 {
            Value::Items(..) | Value::Dict(_) | Value::Object(_) => Some(Deeper::enter()?),
            _ => None,
        };
        match &self.0 {
            Value::Nothing => to.serialize_none(),
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
            Value::Object(kept) => match ask::data(kept) {
                (Some(name), Dynamic(Value::Dict(fields))) => write_struct(&name, &fields, to),
                (_, plain) => plain.serialize(to),
            },
        }
    }
}

/// A struct, for formats that write one otherwise than a map.
fn write_struct<S: Serializer>(name: &str, fields: &[(Dynamic, Dynamic)], to: S) -> Result<S::Ok, S::Error> {
    let mut to = to.serialize_struct(lasting(name), fields.len())?;
    for (field, value) in fields {
        let Value::Text(field) = &field.0 else {
            return Err(S::Error::custom("the name of a field is no text"));
        };
        to.serialize_field(lasting(field), value)?;
    }
    to.end()
}

/// Names of structs and fields.
static NAMES: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());

/// Whether nobody is at them; asked after a fork.
pub(super) fn unlocked() -> bool {
    NAMES.try_lock().is_ok()
}

/// The text for ever, as serde asks for names. Each is kept once.
fn lasting(name: &str) -> &'static str {
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let new: &'static str = Box::leak(name.into());
    names.insert(new);
    new
}

impl<'de> Deserialize<'de> for Dynamic {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Any).map(Self)
    }
}

/// What a format is to read as a map, because it would not say itself that it is one. Names that come as bytes are text, where
/// they are. It is lowered as a dynamic value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dict(Dynamic);

impl<'de> Deserialize<'de> for Dict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let named = |(name, value): &(Dynamic, Dynamic)| {
            let text = match &name.0 {
                Value::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
                _ => None,
            };
            let name = text.map_or_else(|| name.clone(), |text| Dynamic(Value::Text(text.into())));
            (name, value.clone())
        };
        Ok(Self(Dynamic(match from.deserialize_map(Any)? {
            Value::Dict(pairs) => Value::Dict(pairs.iter().map(named).collect()),
            other => other,
        })))
    }
}

impl<'h, B> Lower<'h, B> for Dict {
    const NIL: bool = true;

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        Lower::<'h, B>::lower(self.0, out)
    }

    fn describe(to: &mut Describer<'_>) {
        <Dynamic as Lower<'h, B>>::describe(to);
    }
}

impl<'r, 'h, B> LowerRef<'r, 'h, B> for Dict {
    const NIL_REF: bool = true;

    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        LowerRef::<'r, 'h, B>::lower_ref(&self.0, out)
    }

    fn describe_ref(to: &mut Describer<'_>) {
        <Dynamic as LowerRef<'r, 'h, B>>::describe_ref(to);
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

    /// A variant is its name, or that with what it holds: as `asdict` has it.
    fn visit_enum<A: EnumAccess<'de>>(self, from: A) -> Result<Value, A::Error> {
        let (name, rest) = from.variant::<Dynamic>()?;
        let payload = rest.newtype_variant::<Dynamic>()?;
        Ok(match payload.0 {
            Value::Nothing => name.0,
            _ => Value::Dict([(name, payload)].into()),
        })
    }
}
