//! Values as bytes and back, by serde: what a handle is pickled as, and made of again.
//!
//! MessagePack that says what it holds, in the shapes of JSON, since that is what every type is tried with: a struct is a map
//! of its fields by name, a variant its name or a map from that to what it holds. What JSON cannot tell apart has a form of
//! its own: an option that has a value without one. Whatever bytes come, reading them ends in a value or an error, and
//! neither way goes deeper than [`DEEPEST`].

mod read;
#[cfg(test)]
mod tests;
mod write;

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::dynamic::Dynamic;
use crate::error::Fault;
use crate::wire::{Reader, Writer};

/// How deeply a value may nest, options and newtypes included: what reads and writes it is called as deeply.
const DEEPEST: u32 = 128;

/// Extension code of options whose value is nil: how many of them are one in another.
const EXT_SOME: i8 = 0;

/// The bytes of a value.
///
/// # Errors
///
/// It says that it cannot be written, or nests too deep.
pub fn serialized<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, String> {
    let mut writer = Writer::default();
    value
        .serialize(write::Write::new(&mut writer))
        .map_err(|refused| refused.0)?;
    Ok(writer.into_bytes())
}

/// The value of such bytes.
///
/// # Errors
///
/// They are no such value, or its type refuses it.
pub fn deserialized<T: DeserializeOwned>(data: &[u8]) -> Result<T, String> {
    let reader = Reader::new(data);
    let value = T::deserialize(read::Read::new(&reader)).map_err(|refused| refused.0)?;
    if reader.at_end() {
        Ok(value)
    } else {
        Err("there is something behind the value".to_owned())
    }
}

/// A value as plain data: what its bytes are.
///
/// # Errors
///
/// It says that it cannot be written, or nests too deep.
pub fn plain<T: Serialize + ?Sized>(value: &T) -> Result<Dynamic, String> {
    deserialized(&serialized(value)?)
}

/// The value of plain data. It goes by way of bytes, so that a type is read in one way, which is compiled once.
///
/// # Errors
///
/// The data is no plain data, or the type refuses it.
pub fn of_plain<T: DeserializeOwned>(data: Dynamic) -> Result<T, String> {
    deserialized(&serialized(&data)?)
}

/// Why a value is not written or read.
#[derive(Debug)]
struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl serde::ser::Error for Refused {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl serde::de::Error for Refused {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self(fault.text())
    }
}

/// One level further down.
fn deeper(depth: u32) -> Result<u32, Refused> {
    (depth.checked_sub(1)).ok_or_else(|| Refused(format!("the value nests more than {DEEPEST} deep")))
}
