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

/// What the writer has a form for.
macro_rules! plainly {
    ($($method:ident $ty:ty, $write:ident;)+) => {$(
        fn $method(self, value: $ty) -> Result<(), Refused> {
            self.writer.$write(value);
            Ok(())
        }
    )+};
}

/// What is written as something wider.
macro_rules! wider {
    ($($method:ident $ty:ty, $wider:ident;)+) => {$(
        fn $method(self, value: $ty) -> Result<(), Refused> {
            self.$wider(value.into())
        }
    )+};
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

    plainly! {
        serialize_bool bool, bool;
        serialize_i64 i64, int;
        serialize_i128 i128, big;
        serialize_u64 u64, uint;
        serialize_u128 u128, big_unsigned;
        serialize_f32 f32, f32;
        serialize_f64 f64, f64;
        serialize_str &str, str;
        serialize_bytes &[u8], bin;
    }

    wider! {
        serialize_i8 i8, serialize_i64;
        serialize_i16 i16, serialize_i64;
        serialize_i32 i32, serialize_i64;
        serialize_u8 u8, serialize_u64;
        serialize_u16 u16, serialize_u64;
        serialize_u32 u32, serialize_u64;
    }

    fn serialize_char(self, value: char) -> Result<(), Refused> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
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
