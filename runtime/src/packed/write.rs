//! Writes a value as serde walks it.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::{DEEPEST, EXT_SOME, Refused, deeper};
use crate::wire::Writer;

/// Writes one value.
pub(super) struct Write<'w> {
    writer: &'w mut Writer,
    depth: u32,
}

impl<'w> Write<'w> {
    pub(super) fn new(writer: &'w mut Writer) -> Self {
        Self {
            writer,
            depth: DEEPEST,
        }
    }

    /// Begins what has parts. How many is written when they are there: what a type announces need not be true.
    fn parts(self, head: fn(&mut Writer, usize)) -> Result<Parts<'w>, Refused> {
        let depth = deeper(self.depth)?;
        let start = self.writer.len();
        head(self.writer, 0);
        Ok(Parts {
            writer: self.writer,
            depth,
            start,
            count: 0,
            head,
        })
    }

    /// What comes before the data of a variant.
    fn variant(self, name: &str) -> Result<Self, Refused> {
        let depth = deeper(self.depth)?;
        self.writer.map(1);
        self.writer.str(name);
        let writer = self.writer;
        Ok(Self { writer, depth })
    }
}

/// Writes the parts of a value.
pub(super) struct Parts<'w> {
    writer: &'w mut Writer,
    depth: u32,
    start: usize,
    count: usize,
    head: fn(&mut Writer, usize),
}

impl Parts<'_> {
    fn part<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        value.serialize(Write {
            writer: self.writer,
            depth: self.depth,
        })
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        self.count += 1;
        self.part(value)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Refused> {
        self.count += 1;
        self.writer.str(name);
        self.part(value)
    }

    fn close(self) {
        self.writer.announce(self.start, 0, self.count, self.head);
    }
}

impl<'w> Serializer for Write<'w> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Parts<'w>;
    type SerializeTuple = Parts<'w>;
    type SerializeTupleStruct = Parts<'w>;
    type SerializeTupleVariant = Parts<'w>;
    type SerializeMap = Parts<'w>;
    type SerializeStruct = Parts<'w>;
    type SerializeStructVariant = Parts<'w>;

    fn serialize_bool(self, value: bool) -> Result<(), Refused> {
        self.writer.bool(value);
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Refused> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Refused> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Refused> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Refused> {
        self.writer.int(value);
        Ok(())
    }

    fn serialize_i128(self, value: i128) -> Result<(), Refused> {
        self.writer.big(value);
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Refused> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Refused> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Refused> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Refused> {
        self.writer.uint(value);
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result<(), Refused> {
        self.writer.big_unsigned(value);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Refused> {
        self.writer.f32(value);
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Refused> {
        self.writer.f64(value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Refused> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Refused> {
        self.writer.str(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Refused> {
        self.writer.bin(value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Refused> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refused> {
        let depth = deeper(self.depth)?;
        let start = self.writer.len();
        value.serialize(Write {
            writer: &mut *self.writer,
            depth,
        })?;
        // Nil, or as many options around it: 0xd4 begins an extension of one byte.
        let around = match self.writer.as_bytes().get(start..) {
            Some([0xc0]) => 1,
            Some([0xd4, code, around]) if *code == EXT_SOME as u8 => around + 1,
            _ => return Ok(()),
        };
        self.writer.truncate(start);
        self.writer.ext(EXT_SOME, &[around]);
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Refused> {
        self.writer.nil();
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refused> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Refused> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        let depth = deeper(self.depth)?;
        let writer = self.writer;
        value.serialize(Write { writer, depth })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        value.serialize(self.variant(variant)?)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'w>, Refused> {
        self.parts(Writer::array)
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'w>, Refused> {
        self.parts(Writer::array)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'w>, Refused> {
        self.parts(Writer::array)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'w>, Refused> {
        self.variant(variant)?.parts(Writer::array)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'w>, Refused> {
        self.parts(Writer::map)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'w>, Refused> {
        self.parts(Writer::map)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'w>, Refused> {
        self.variant(variant)?.parts(Writer::map)
    }
}

/// What has items.
macro_rules! items {
    ($($trait_:ident $method:ident;)+) => {$(
        impl $trait_ for Parts<'_> {
            type Ok = ();
            type Error = Refused;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                self.item(value)
            }

            fn end(self) -> Result<(), Refused> {
                self.close();
                Ok(())
            }
        }
    )+};
}

items! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

/// What has fields.
macro_rules! fields {
    ($($trait_:ident)+) => {$(
        impl $trait_ for Parts<'_> {
            type Ok = ();
            type Error = Refused;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refused> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Refused> {
                self.close();
                Ok(())
            }
        }
    )+};
}

fields!(SerializeStruct SerializeStructVariant);

impl SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        self.item(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        self.part(value)
    }

    fn end(self) -> Result<(), Refused> {
        self.close();
        Ok(())
    }
}
