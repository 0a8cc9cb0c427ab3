//! `Result` and errors: an `Err` anywhere in a result is the whole answer (status 1).

use std::fmt;

use super::Lower;
use super::text::{self, Text, quoted};
use crate::describe::Describer;
use crate::direct::Word;
use crate::error::Fault;
use crate::group::store::Out;
use crate::probe::{Says, sources};
use crate::shim::Answer;
use crate::wire::Writer;

/// A type that can be the `E` of a `Result`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made into a Python exception",
    label = "no wire form"
)]
pub trait Fail<'h, B>: Sized {
    /// Makes it the answer: [`failed`] with its texts and its value.
    ///
    /// # Errors
    ///
    /// Always: `Fault::Failed`.
    fn fail(self, out: &mut Out<'_, 'h>) -> Answer;

    /// Writes its type.
    fn describe(to: &mut Describer<'_>);
}

/// What an error says of itself.
#[derive(Debug, Default)]
pub struct Said<'a> {
    /// What `Display` says, else `Debug`.
    pub message: Option<&'a str>,
    /// What `Debug` says, if that cannot be asked of the value later.
    pub debug: Option<&'a str>,
    /// The messages of its sources, outermost first.
    pub sources: &'a [String],
}

/// How an error says what it says, and what is behind it.
pub(crate) type Telling<E> = (Option<Says<E>>, Option<fn(&E) -> Vec<String>>);

/// Writes the answer for an error that stays here; `store` makes a handle of it. What it says is asked while it is nobody
/// else's.
///
/// # Errors
///
/// Always: `Fault::Failed`, or what `store` came to.
pub fn failed_with_handle<'h, E>(
    error: E,
    (says, sources): Telling<E>,
    out: &mut Out<'_, 'h>,
    store: impl FnOnce(E, &mut Out<'_, 'h>) -> Answer,
) -> Answer {
    const START: usize = 3;
    // What was written and made of the result so far is not part of the answer.
    out.frame.undo();
    out.writer.truncate(0);
    out.writer.raw(&[0x92, 1, 0x95]);
    // The handle's place.
    out.writer.raw(&[0; HANDLE]);
    out.writer.str(std::any::type_name::<E>());
    match says {
        Some(says) => text::write(&error, says, out.writer),
        None => out.writer.str(&without_words(out)),
    }
    // What `Debug` says is asked of the value.
    out.writer.nil();
    write_sources(
        sources.map(|of| of(&error)).unwrap_or_default().as_slice(),
        out.writer,
    );
    let end = out.writer.len();
    store(error, out)?;
    out.writer.move_up::<HANDLE>(end, START);
    Err(Fault::Failed)
}

/// How many bytes a handle takes: an extension of 16.
const HANDLE: usize = 18;

#[cold]
fn without_words(out: &Out<'_, '_>) -> String {
    format!("`{}` failed without saying why", out.frame.callable.get())
}

fn write_sources(sources: &[String], writer: &mut Writer) {
    writer.array(sources.len());
    for source in sources {
        writer.str(source);
    }
}

/// Writes an error answer; `value` writes the error itself.
///
/// # Errors
///
/// Always: `Fault::Failed`, or what `value` came to.
pub fn failed<'h, B, E>(
    said: &Said<'_>,
    out: &mut Out<'_, 'h>,
    value: impl FnOnce(&mut Out<'_, 'h>) -> Answer,
) -> Answer {
    // What was written and made of the result so far is not part of the answer.
    out.frame.undo();
    out.writer.truncate(0);
    out.writer.raw(&[0x92, 1, 0x95]);
    value(out)?;
    out.writer.str(std::any::type_name::<E>());
    match said.message {
        Some(message) => out.writer.str(message),
        None => out.writer.str(&without_words(out)),
    }
    match said.debug {
        Some(debug) => out.writer.str(debug),
        None => out.writer.nil(),
    }
    write_sources(said.sources, out.writer);
    Err(Fault::Failed)
}

impl<'h, B, T: Lower<'h, B>, E: Fail<'h, B>> Lower<'h, B> for Result<T, E> {
    const NIL: bool = T::NIL;
    const WHOLE: bool = true;
    const DIRECT: Option<Word> = T::DIRECT;

    #[inline(always)]
    fn direct(self) -> Result<u64, Self> {
        match self {
            Ok(value) => value.direct().map_err(Ok),
            Err(error) => Err(Err(error)),
        }
    }

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        match self {
            Ok(value) => value.lower(out),
            Err(error) => error.fail(out),
        }
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("result", 2);
        T::describe(to);
        E::describe(to);
    }
}

/// Errors that are plain values.
macro_rules! plain_errors {
    ($($ty:ty, $word:literal, |$error:ident| $message:expr, $debug:expr, |$writer:ident| $write:expr;)+) => {$(
        impl<'h, B> Fail<'h, B> for $ty {
            fn fail(self, out: &mut Out<'_, 'h>) -> Answer {
                let $error = &self;
                let (message, debug) = ($message, $debug);
                let said = Said {
                    message: Some(message.as_ref()),
                    debug: Some(debug.as_ref().map_or(message.as_ref(), Text::as_str)),
                    sources: &[],
                };
                failed::<B, Self>(&said, out, |out| {
                    let $writer = &mut *out.writer;
                    $write;
                    Ok(())
                })
            }

            fn describe(to: &mut Describer<'_>) {
                to.plain($word);
            }
        }
    )+};
}

// What `Debug` says is left out where it is what `Display` says.
plain_errors! {
    String, "str", |error| error, Some(quoted(error)), |writer| writer.str(error);
    &str, "str", |error| error, Some(quoted(error)), |writer| writer.str(error);
    std::borrow::Cow<'_, str>, "str", |error| error, Some(quoted(error)), |writer| writer.str(error);
    bool, "bool", |error| Text::of(format_args!("{error}")), None::<Text>, |writer| writer.bool(*error);
    usize, "usize", |error| Text::of(format_args!("{error}")), None::<Text>, |writer| writer.uint(*error as u64);
    u8, "u8", |error| Text::of(format_args!("{error}")), None::<Text>, |writer| writer.uint(u64::from(*error));
    u16, "u16", |error| Text::of(format_args!("{error}")), None::<Text>, |writer| writer.uint(u64::from(*error));
    u32, "u32", |error| Text::of(format_args!("{error}")), None::<Text>, |writer| writer.uint(u64::from(*error));
    u64, "u64", |error| Text::of(format_args!("{error}")), None::<Text>, |writer| writer.uint(*error);
    i32, "i32", |error| Text::of(format_args!("{error}")), None::<Text>, |writer| writer.int(i64::from(*error));
    i64, "i64", |error| Text::of(format_args!("{error}")), None::<Text>, |writer| writer.int(*error);
    f64, "f64", |error| Text::of(format_args!("{error}")), None::<Text>, |writer| writer.f64(*error);
    Vec<u8>, "bytes", |error| String::from_utf8_lossy(error), Some(Text::of(format_args!("{error:?}"))), |writer| writer.bin(error);
}

impl<'h, B> Fail<'h, B> for () {
    fn fail(self, out: &mut Out<'_, 'h>) -> Answer {
        failed::<B, Self>(&Said::default(), out, |out| {
            out.writer.nil();
            Ok(())
        })
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("unit");
    }
}

/// Errors of parts: they say nothing, and the client shows what is in them.
macro_rules! parted_errors {
    ($([$($generics:tt)*] $ty:ty;)+) => {$(
        impl<'h, B, $($generics)*> Fail<'h, B> for $ty {
            fn fail(self, out: &mut Out<'_, 'h>) -> Answer {
                let said = Said {
                    message: Some(""),
                    ..Said::default()
                };
                failed::<B, Self>(&said, out, |out| self.lower(out))
            }

            fn describe(to: &mut Describer<'_>) {
                <Self as Lower<'h, B>>::describe(to);
            }
        }
    )+};
}

parted_errors! {
    [T: Lower<'h, B>] Option<T>;
    [T: Lower<'h, B>, const N: usize] [T; N];
    [T0: Lower<'h, B>] (T0,);
    [T0: Lower<'h, B>, T1: Lower<'h, B>] (T0, T1);
    [T0: Lower<'h, B>, T1: Lower<'h, B>, T2: Lower<'h, B>] (T0, T1, T2);
    [T0: Lower<'h, B>, T1: Lower<'h, B>, T2: Lower<'h, B>, T3: Lower<'h, B>] (T0, T1, T2, T3);
}

/// Writes the answer of an error that is no value of the crate's: with all that it says.
fn says_all<'h, B, E>(
    error: &(impl fmt::Display + fmt::Debug),
    source_of: &(impl std::error::Error + ?Sized),
    out: &mut Out<'_, 'h>,
    value: impl FnOnce(&str, &mut Out<'_, 'h>),
) -> Answer {
    let (message, debug) = (
        Text::of(format_args!("{error}")),
        Text::of(format_args!("{error:?}")),
    );
    let said = Said {
        message: Some(message.as_str()),
        debug: Some(debug.as_str()),
        sources: &sources(source_of),
    };
    failed::<B, E>(&said, out, |out| {
        value(message.as_str(), out);
        Ok(())
    })
}

/// Errors of std: their text is their value.
macro_rules! std_errors {
    ($($ty:ty)+) => {$(
        impl<'h, B> Fail<'h, B> for $ty {
            fn fail(self, out: &mut Out<'_, 'h>) -> Answer {
                says_all::<B, Self>(&self, &self, out, |message, out| out.writer.str(message))
            }

            fn describe(to: &mut Describer<'_>) {
                to.plain("str");
            }
        }

        impl<'h, B> Lower<'h, B> for $ty {
            fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                out.writer.str(&self.to_string());
                Ok(())
            }

            fn describe(to: &mut Describer<'_>) {
                to.plain("str");
            }
        }

        impl<'r, 'h, B> super::LowerRef<'r, 'h, B> for $ty {
            fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
                out.writer.str(&self.to_string());
                Ok(())
            }

            fn describe_ref(to: &mut Describer<'_>) {
                to.plain("str");
            }
        }
    )+};
}

std_errors!(
    std::num::ParseIntError std::num::ParseFloatError std::num::TryFromIntError std::str::ParseBoolError
    std::str::Utf8Error std::string::FromUtf8Error std::string::FromUtf16Error std::char::ParseCharError
    std::char::CharTryFromError std::array::TryFromSliceError std::fmt::Error std::net::AddrParseError
    std::time::SystemTimeError std::ffi::NulError std::ffi::FromBytesWithNulError std::env::VarError
    std::alloc::LayoutError std::cell::BorrowError std::cell::BorrowMutError std::sync::mpsc::RecvError
    std::collections::TryReserveError
);

macro_rules! dyn_errors {
    ($($ty:ty)+) => {$(
        impl<'h, 'e, B> Fail<'h, B> for Box<$ty> {
            fn fail(self, out: &mut Out<'_, 'h>) -> Answer {
                says_all::<B, Self>(&self, &*self, out, |message, out| out.writer.str(message))
            }

            fn describe(to: &mut Describer<'_>) {
                to.plain("str");
            }
        }
    )+};
}

dyn_errors!(dyn std::error::Error + 'e dyn std::error::Error + Send + 'e dyn std::error::Error + Send + Sync + 'e);

/// `[kind, errno or nil, message]`
fn io_error(error: &std::io::Error, out: &mut Out<'_, '_>) {
    out.writer.array(3);
    out.writer.str(&format!("{:?}", error.kind()));
    match error.raw_os_error() {
        Some(code) => out.writer.int(i64::from(code)),
        None => out.writer.nil(),
    }
    out.writer.str(&error.to_string());
}

impl<'h, B> Fail<'h, B> for std::io::Error {
    fn fail(self, out: &mut Out<'_, 'h>) -> Answer {
        crate::host::failing(&self, out.frame);
        says_all::<B, Self>(&self, &self, out, |_, out| io_error(&self, out))
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("io_error");
    }
}

impl<'h, B> Lower<'h, B> for std::io::Error {
    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        io_error(&self, out);
        Ok(())
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("io_error");
    }
}

impl<'r, 'h, B> super::LowerRef<'r, 'h, B> for std::io::Error {
    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        io_error(self, out);
        Ok(())
    }

    fn describe_ref(to: &mut Describer<'_>) {
        to.plain("io_error");
    }
}

impl<'h, B> Fail<'h, B> for std::convert::Infallible {
    fn fail(self, _: &mut Out<'_, 'h>) -> Answer {
        match self {}
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("never");
    }
}

/// An error in a box is the error.
impl<'h, B, E: Fail<'h, B> + Boxed> Fail<'h, B> for Box<E> {
    fn fail(self, out: &mut Out<'_, 'h>) -> Answer {
        (*self).fail(out)
    }

    fn describe(to: &mut Describer<'_>) {
        E::describe(to);
    }
}

/// A sized type: tells boxes of errors from boxes of `dyn Error`.
pub trait Boxed: Sized {}
impl<E> Boxed for E {}
