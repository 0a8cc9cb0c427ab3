//! What generated bridges use, and nobody else: the traits of the wire, the macros that implement them for the types of a
//! crate, and the few functions that those call.

pub use crate::abi::{Buffer, DirectEntry, HostTable, Memory, Response, direct, entry};
pub use crate::artifact;
pub use crate::data;
pub use crate::data::Parts;
pub use crate::describe::{Artifact, Described, Describer, Served};
pub use crate::direct::Kind;
#[cfg(feature = "serde")]
pub use crate::dynamic::Dict;
pub use crate::dynamic::Dynamic;
pub use crate::error::Fault;
pub use crate::group::lent_mut::LentMut;
pub use crate::group::scope::{Family, Handle, Scope, Taken};
pub use crate::group::store::Out;
pub use crate::group::value::TypeInfo;
pub use crate::host::{self, Callable, File, Hooks, Keeper, KeptCallable, LocalCallable, LowerArgs, Places};
pub use crate::io;
pub use crate::lift::{
    AnyData, AnyRange, BytesLike, Changed, Changing, Entries, Forever, GivenBytes, InPlace, Initial,
    InitialBytes, Items, Iterable, Lift, LiftMut, LiftRef, Many, OneOf, Room, hold_array, hold_either,
    hold_list, pairs, take_list,
};
pub use crate::lower::{
    Batch, CallsBack, Counted, Fail, Lower, LowerMut, LowerRef, Said, Text, batch, failed,
    failed_with_handle, length_hint,
};
pub use crate::object::{
    BoxedObject, ExclusiveObject, Later, SharedObject, describe_object, is_handle, no_object, object_type,
};
#[cfg(feature = "serde")]
pub use crate::packed::{deserialized, of_plain, plain, serialized};
pub use crate::pending::{
    AsBytes, Direct, Fluent, Local, Pending, Same, Sent, Shared, Worded, Wrapped, address,
};
pub use crate::probe::{Otherwise, Probe, Says, debug, display};
#[cfg(feature = "random")]
pub use crate::random::{Bytes as RandomBytes, Random};
#[cfg(feature = "random")]
pub use crate::random_source;
pub use crate::shim::{Answer, Call, Lifted, arg, arg_in_parent, kept, kept_in_parent, nested};
pub use crate::twins;
pub use crate::wire::{Token, Writer};
pub use crate::{answer, answer_fluent, answer_same, formatting};
pub use crate::{choice, handle, handle_in, pointers, record};
pub use crate::{host_object, object, object_given, object_pointer, object_reference};
pub use crate::{
    mapped_array, mapped_array_view, mapped_data, mapped_either, mapped_given, mapped_list, mapped_map,
    mapped_set, mapped_taken, mapped_value,
};

/// A record or enum that crosses by value.
pub trait Plain<B> {
    /// What is known of it.
    const INFO: &'static TypeInfo;
    /// Writes its fields or variants for *describe*.
    fn data(writer: &mut Writer);
}

/// The data of a handle type: none.
pub fn no_data(writer: &mut Writer) {
    writer.nil();
}

/// A hash of a value, the same for equal values within one process.
pub fn hash_of<T: std::hash::Hash + ?Sized>(value: &T) -> u64 {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

/// The bytes of a value.
pub fn bytes_of<T: AsRef<[u8]> + ?Sized>(value: &T) -> Vec<u8> {
    value.as_ref().to_vec()
}

/// The text that is written to a formatter.
///
/// # Errors
///
/// What writes says that it failed.
pub fn formatted(
    write: impl FnOnce(&mut std::fmt::Formatter<'_>) -> std::fmt::Result,
) -> Result<String, std::fmt::Error> {
    use std::cell::Cell;
    use std::fmt::{Display, Error, Formatter, Result, Write as _};

    struct Writing<F>(Cell<Option<F>>);

    impl<F: FnOnce(&mut Formatter<'_>) -> Result> Display for Writing<F> {
        fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
            self.0.take().map_or(Err(Error), |write| write(formatter))
        }
    }

    let mut text = String::new();
    write!(text, "{}", Writing(Cell::new(Some(write))))?;
    Ok(text)
}

/// Text as `fmt::Arguments`, which live as long as the call that they are an argument of.
#[doc(hidden)]
#[macro_export]
macro_rules! formatting {
    ($text:expr) => {
        ::std::format_args!("{}", $text)
    };
}

/// A raw identifier without its prefix.
#[must_use]
pub fn field_name(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// A describer onto `writer`.
pub fn describer(writer: &mut Writer) -> Describer<'_> {
    Describer::new(writer)
}

/// Reads the header of a record's or variant's fields.
///
/// # Errors
///
/// There are not `count` of them.
#[inline]
pub fn fields(scope: &Scope<'_, '_>, count: usize) -> Result<(), Fault> {
    if scope.reader().short_array(count) {
        Ok(())
    } else {
        long_fields(scope, count)
    }
}

fn long_fields(scope: &Scope<'_, '_>, count: usize) -> Result<(), Fault> {
    match scope.next()? {
        Token::Array(found) if found == count => Ok(()),
        Token::Array(found) => Err(Fault::value(format!("expected {count} fields, not {found}"))),
        other => Err(Fault::expected(format!(
            "a record's fields, not {}",
            other.name()
        ))),
    }
}

/// Reads which variant follows, and that it has as many fields as it should.
///
/// # Errors
///
/// There is no such variant.
pub fn variant(scope: &Scope<'_, '_>, counts: &[usize]) -> Result<usize, Fault> {
    let given = match scope.next()? {
        Token::Array(0) => return Err(Fault::value("a variant's array begins with its number")),
        Token::Array(length) => Some(length - 1),
        Token::Int(index) if counts.iter().all(|count| *count == 0) => return known(index, counts),
        other => return Err(Fault::expected(format!("a variant, not {}", other.name()))),
    };
    let index = match scope.next()? {
        Token::Int(index) => known(index, counts)?,
        other => {
            return Err(Fault::expected(format!(
                "a variant's number, not {}",
                other.name()
            )));
        }
    };
    if given == Some(counts[index]) {
        Ok(index)
    } else {
        Err(Fault::value(format!(
            "variant {index} has {} fields",
            counts[index]
        )))
    }
}

fn known(index: i128, counts: &[usize]) -> Result<usize, Fault> {
    usize::try_from(index)
        .ok()
        .filter(|index| *index < counts.len())
        .ok_or_else(|| Fault::value(format!("there is no variant {index}, but {}", counts.len())))
}

/// A variant that this artifact does not know: the enum is `#[non_exhaustive]`.
///
/// # Errors
///
/// Always.
pub fn unknown_variant(path: &str) -> Answer {
    Err(Fault::value(format!(
        "`{path}` has a variant that was not there when the artifact was built"
    )))
}

/// Writes a variant's header.
pub fn variant_head(writer: &mut Writer, index: usize, counts: &[usize]) {
    if counts.iter().any(|count| *count > 0) {
        writer.array(counts[index] + 1);
    }
    writer.uint(index as u64);
}
