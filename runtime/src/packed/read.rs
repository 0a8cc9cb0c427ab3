//! Reads a value as its type asks for it.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::{DEEPEST, EXT_SOME, Refused, deeper};
use crate::wire::{EXT_INTEGER, Reader, Token};

/// Reads one value.
pub(super) struct Read<'r, 'de> {
    reader: &'r Reader<'de>,
    depth: u32,
    /// It is the key of a map.
    key: bool,
}

impl<'r, 'de> Read<'r, 'de> {
    pub(super) fn new(reader: &'r Reader<'de>) -> Self {
        Self {
            reader,
            depth: DEEPEST,
            key: false,
        }
    }

    fn deeper(self) -> Result<Self, Refused> {
        let depth = deeper(self.depth)?;
        Ok(Self { depth, ..self })
    }

    /// The parts of what was begun.
    fn parts(self, left: usize) -> Result<Parts<'r, 'de>, Refused> {
        let Self { reader, depth, .. } = self.deeper()?;
        Ok(Parts { reader, depth, left })
    }

    fn list<V: Visitor<'de>>(self, count: usize, visitor: V) -> Result<V::Value, Refused> {
        let mut parts = self.parts(count)?;
        let value = visitor.visit_seq(&mut parts)?;
        parts.done(value)
    }

    fn map<V: Visitor<'de>>(self, count: usize, visitor: V) -> Result<V::Value, Refused> {
        let mut parts = self.parts(count)?;
        let value = visitor.visit_map(&mut parts)?;
        parts.done(value)
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Refused> {
    std::str::from_utf8(bytes).map_err(Refused::custom)
}

/// An integer of at most 128 bits: two's complement, the lowest byte first.
fn big<'de, V: Visitor<'de>>(bytes: &[u8], visitor: V) -> Result<V::Value, Refused> {
    match bytes {
        [low @ .., 0] if low.len() == 16 => {
            let mut value = [0; 16];
            value.copy_from_slice(low);
            visitor.visit_u128(u128::from_le_bytes(value))
        }
        _ => match <[u8; 16]>::try_from(bytes) {
            Ok(bytes) => visitor.visit_i128(i128::from_le_bytes(bytes)),
            Err(_) => Err(Refused::custom("an integer has more than 128 bits")),
        },
    }
}

fn integer<'de, V: Visitor<'de>>(value: i128, visitor: V) -> Result<V::Value, Refused> {
    match (u64::try_from(value), i64::try_from(value)) {
        (Ok(value), _) => visitor.visit_u64(value),
        (_, Ok(value)) => visitor.visit_i64(value),
        _ => Err(Refused::custom("an integer has more than 64 bits")),
    }
}

/// A number that is a key: in JSON those are text.
fn number(text: &[u8], asked: &dyn Expected) -> Result<i128, Refused> {
    let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    number.ok_or_else(|| unfit(&Token::Str(text), asked))
}

/// What is there is not what was asked for.
fn unfit(there: &Token<'_>, asked: &dyn Expected) -> Refused {
    let unexpected = match there {
        Token::Nil => Unexpected::Unit,
        Token::Bool(value) => Unexpected::Bool(*value),
        Token::Int(value) => match u64::try_from(*value) {
            Ok(value) => Unexpected::Unsigned(value),
            Err(_) => i64::try_from(*value).map_or(Unexpected::Other("an integer"), Unexpected::Signed),
        },
        Token::Float(value) => Unexpected::Float(*value),
        Token::Str(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Unexpected::Str(text),
            Err(_) => Unexpected::Bytes(bytes),
        },
        Token::Bin(bytes) => Unexpected::Bytes(bytes),
        Token::Array(_) => Unexpected::Seq,
        Token::Map(_) => Unexpected::Map,
        other => Unexpected::Other(other.name()),
    };
    Refused::invalid_type(unexpected, asked)
}

/// What is read as another type is: for most types the visitor knows the difference.
macro_rules! read_as {
    ($as:ident: $($name:ident)*) => {
        $(
            fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
                self.$as(visitor)
            }
        )*
    };
}

/// Each type asks for what it knows, and only that is written for it: there may be thousands of them in a crate.
impl<'de> Deserializer<'de> for Read<'_, 'de> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.reader.next()? {
            Token::Nil => visitor.visit_unit(),
            Token::Bool(value) => visitor.visit_bool(value),
            Token::Int(value) => integer(value, visitor),
            Token::Float(value) => visitor.visit_f64(value),
            Token::Str(bytes) => visitor.visit_borrowed_str(utf8(bytes)?),
            Token::Bin(bytes) => visitor.visit_borrowed_bytes(bytes),
            Token::Array(count) => self.list(count, visitor),
            Token::Map(count) => self.map(count, visitor),
            Token::Ext(EXT_INTEGER, bytes) => big(bytes, visitor),
            Token::Ext(EXT_SOME, &[around]) => Around(around).deserialize_any(visitor),
            other => Err(Refused::custom(format!("there is {} in it", other.name()))),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.reader.next()? {
            Token::Bool(value) => visitor.visit_bool(value),
            other => Err(unfit(&other, &visitor)),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.reader.next()? {
            Token::Int(value) => integer(value, visitor),
            Token::Float(value) => visitor.visit_f64(value),
            Token::Str(bytes) if self.key => {
                let value = number(bytes, &visitor)?;
                integer(value, visitor)
            }
            other => Err(unfit(&other, &visitor)),
        }
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.reader.next()? {
            Token::Int(value) => integer(value, visitor),
            Token::Ext(EXT_INTEGER, bytes) => big(bytes, visitor),
            Token::Str(bytes) if self.key => {
                let value = number(bytes, &visitor)?;
                visitor.visit_i128(value)
            }
            other => Err(unfit(&other, &visitor)),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.reader.next()? {
            Token::Float(value) => visitor.visit_f64(value),
            Token::Int(value) => integer(value, visitor),
            other => Err(unfit(&other, &visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.reader.next()? {
            Token::Str(bytes) => visitor.visit_borrowed_str(utf8(bytes)?),
            other => Err(unfit(&other, &visitor)),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.reader.next()? {
            Token::Nil => visitor.visit_unit(),
            other => Err(unfit(&other, &visitor)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.reader.next()? {
            Token::Array(count) => self.list(count, visitor),
            other => Err(unfit(&other, &visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.reader.next()? {
            Token::Map(count) => self.map(count, visitor),
            other => Err(unfit(&other, &visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.reader.next()? {
            Token::Map(count) => self.map(count, visitor),
            Token::Array(count) => self.list(count, visitor),
            other => Err(unfit(&other, &visitor)),
        }
    }

    // A field or a variant: its name or its place.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.reader.next()? {
            Token::Str(bytes) => visitor.visit_borrowed_str(utf8(bytes)?),
            Token::Int(value) => integer(value, visitor),
            other => Err(unfit(&other, &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        if self.reader.nil() {
            return visitor.visit_none();
        }
        let start = self.reader.position();
        if let Token::Ext(EXT_SOME, &[around]) = self.reader.next()? {
            return Around(around).deserialize_option(visitor);
        }
        self.reader.rewind(start);
        visitor.visit_some(self.deeper()?)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self.deeper()?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.reader.next()? {
            Token::Str(name) => visitor.visit_enum(BorrowedStrDeserializer::new(utf8(name)?)),
            Token::Map(1) => visitor.visit_enum(Variant(self.deeper()?)),
            other => Err(Refused::custom(format!(
                "there is {} for a variant",
                other.name()
            ))),
        }
    }

    read_as! {
        deserialize_i64:
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }
    read_as! { deserialize_i128: deserialize_u128 }
    read_as! { deserialize_f64: deserialize_f32 }
    read_as! { deserialize_str: deserialize_char deserialize_string }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_seq(visitor)
    }

    forward_to_deserialize_any! {
        bytes byte_buf ignored_any
    }
}

/// Options, one in another, of which the innermost has none or holds nothing; 0 is that alone.
struct Around(u8);

impl Around {
    /// What is in the outermost, if there is one.
    fn inner(self) -> Result<Option<Self>, Refused> {
        // Each is a call in another.
        DEEPEST.checked_sub(self.0.into()).map_or_else(|| deeper(0), Ok)?;
        Ok(self.0.checked_sub(1).map(Self))
    }
}

impl<'de> Deserializer<'de> for Around {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.inner()? {
            Some(inner) => visitor.visit_some(inner),
            None => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.inner()? {
            Some(inner) => visitor.visit_some(inner),
            None => visitor.visit_none(),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

/// Reads the parts of a value.
struct Parts<'r, 'de> {
    reader: &'r Reader<'de>,
    depth: u32,
    left: usize,
}

impl<'r, 'de> Parts<'r, 'de> {
    fn part(&self, key: bool) -> Read<'r, 'de> {
        Read {
            reader: self.reader,
            depth: self.depth,
            key,
        }
    }

    /// The value, if it took all.
    fn done<T>(self, value: T) -> Result<T, Refused> {
        match self.left {
            0 => Ok(value),
            left => Err(Refused::custom(format!(
                "there are {left} more parts than it has"
            ))),
        }
    }

    fn next<T: DeserializeSeed<'de>>(&mut self, seed: T, key: bool) -> Result<Option<T::Value>, Refused> {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => return Ok(None),
        }
        seed.deserialize(self.part(key)).map(Some)
    }
}

impl<'de> SeqAccess<'de> for &mut Parts<'_, 'de> {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refused> {
        self.next(seed, false)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> MapAccess<'de> for &mut Parts<'_, 'de> {
    type Error = Refused;

    fn next_key_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refused> {
        self.next(seed, true)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Refused> {
        seed.deserialize(self.part(false))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// A variant that holds something.
struct Variant<'r, 'de>(Read<'r, 'de>);

impl<'r, 'de> EnumAccess<'de> for Variant<'r, 'de> {
    type Error = Refused;
    type Variant = Read<'r, 'de>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Read<'r, 'de>), Refused> {
        let Read { reader, depth, key } = self.0;
        let name = seed.deserialize(Read { reader, depth, key })?;
        Ok((
            name,
            Read {
                reader,
                depth,
                key: false,
            },
        ))
    }
}

impl<'de> VariantAccess<'de> for Read<'_, 'de> {
    type Error = Refused;

    fn unit_variant(self) -> Result<(), Refused> {
        Err(Refused::custom(
            "there is something in a variant that holds nothing",
        ))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Refused> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_struct("", fields, visitor)
    }
}
