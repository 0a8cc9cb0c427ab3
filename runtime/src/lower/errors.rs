//! `Result` and errors: an `Err` anywhere in a result is the whole answer (status 1).

use super::Lower;
use crate::describe::Describer;
use crate::direct::Word;
use crate::dispatch::Answer;
use crate::error::Fault;
use crate::group::store::Out;

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
pub struct Said {
    /// What `Display` says, else `Debug`.
    pub message: Option<String>,
    /// What `Debug` says.
    pub debug: Option<String>,
    /// The messages of its sources, outermost first.
    pub sources: Vec<String>,
}

/// Writes an error answer; `value` writes the error itself.
///
/// # Errors
///
/// Always: `Fault::Failed`, or what `value` came to.
pub fn failed<'h, B, E>(
    said: Said,
    out: &mut Out<'_, 'h>,
    value: impl FnOnce(&mut Out<'_, 'h>) -> Answer,
) -> Answer {
    // What was written and made of the result so far is not part of the answer.
    out.frame.undo();
    out.writer.truncate(0);
    out.writer.array(2);
    out.writer.uint(1);
    out.writer.array(5);
    value(out)?;
    out.writer.str(std::any::type_name::<E>());
    match said.message.as_ref().or(said.debug.as_ref()) {
        Some(message) => out.writer.str(message),
        None => out.writer.str(&format!(
            "`{}` failed without saying why",
            out.frame.callable.get()
        )),
    }
    match &said.debug {
        Some(debug) => out.writer.str(debug),
        None => out.writer.nil(),
    }
    out.writer.array(said.sources.len());
    for source in &said.sources {
        out.writer.str(source);
    }
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
    ($($ty:ty, $word:literal, |$error:ident| $message:expr, |$value:ident, $writer:ident| $write:expr;)+) => {$(
        impl<'h, B> Fail<'h, B> for $ty {
            fn fail(self, out: &mut Out<'_, 'h>) -> Answer {
                let $error = &self;
                let said = Said { message: $message, debug: Some(format!("{self:?}")), sources: Vec::new() };
                failed::<B, Self>(said, out, |out| {
                    let ($value, $writer) = (&self, &mut *out.writer);
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

plain_errors! {
    String, "str", |error| Some(error.clone()), |value, writer| writer.str(value);
    &str, "str", |error| Some((*error).to_owned()), |value, writer| writer.str(value);
    std::borrow::Cow<'_, str>, "str", |error| Some(error.to_string()), |value, writer| writer.str(value);
    bool, "bool", |error| Some(error.to_string()), |value, writer| writer.bool(*value);
    usize, "usize", |error| Some(error.to_string()), |value, writer| writer.uint(*value as u64);
    u32, "u32", |error| Some(error.to_string()), |value, writer| writer.uint(u64::from(*value));
    u64, "u64", |error| Some(error.to_string()), |value, writer| writer.uint(*value);
    i32, "i32", |error| Some(error.to_string()), |value, writer| writer.int(i64::from(*value));
    i64, "i64", |error| Some(error.to_string()), |value, writer| writer.int(*value);
    Vec<u8>, "bytes", |error| Some(String::from_utf8_lossy(error).into_owned()), |value, writer| writer.bin(value);
}

impl<'h, B> Fail<'h, B> for () {
    fn fail(self, out: &mut Out<'_, 'h>) -> Answer {
        failed::<B, Self>(Said::default(), out, |out| {
            out.writer.nil();
            Ok(())
        })
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("unit");
    }
}

/// Errors of std: their text is their value.
macro_rules! std_errors {
    ($($ty:ty)+) => {$(
        impl<'h, B> Fail<'h, B> for $ty {
            fn fail(self, out: &mut Out<'_, 'h>) -> Answer {
                let message = self.to_string();
                let said = Said {
                    debug: Some(format!("{self:?}")),
                    sources: crate::probe::sources(&self),
                    message: Some(message.clone()),
                };
                failed::<B, Self>(said, out, |out| {
                    out.writer.str(&message);
                    Ok(())
                })
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
                let message = self.to_string();
                let said = Said {
                    debug: Some(format!("{self:?}")),
                    sources: crate::probe::sources(&*self),
                    message: Some(message.clone()),
                };
                failed::<B, Self>(said, out, |out| {
                    out.writer.str(&message);
                    Ok(())
                })
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
        let said = Said {
            message: Some(self.to_string()),
            debug: Some(format!("{self:?}")),
            sources: crate::probe::sources(&self),
        };
        failed::<B, Self>(said, out, |out| {
            io_error(&self, out);
            Ok(())
        })
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
