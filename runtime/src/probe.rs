//! Compile-time questions about a concrete type: an inherent constant wins over a trait's, and is only there when its
//! bounds hold. Used by the macros of `private`, where the type is known.

use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::future::Future;
use std::marker::PhantomData;

/// The type in question.
pub struct Probe<T: ?Sized>(PhantomData<T>);

/// How a value says what it is.
pub type Says<T> = fn(&T, &mut fmt::Formatter<'_>) -> fmt::Result;

/// What holds when nothing better is known. Bring it into scope beside [`Probe`].
pub trait Otherwise<T> {
    /// Not `Send`.
    const SEND: bool = false;
    /// Not `Sync`.
    const SYNC: bool = false;
    /// Neither an iterator nor a future.
    const ITERATOR: bool = false;
    /// Not a future.
    const FUTURE: bool = false;
    /// Not `Clone`.
    const CLONE: Option<fn(&T) -> T> = None;
    /// Not `Copy`.
    const COPY: Option<fn(&T) -> T> = None;
    /// Not `Display`.
    const DISPLAY: Option<Says<T>> = None;
    /// Not `Debug`.
    const DEBUG: Option<Says<T>> = None;
    /// Not an `Error`.
    const SOURCES: Option<fn(&T) -> Vec<String>> = None;
}

impl<T> Otherwise<T> for Probe<T> {}

impl<T: ?Sized + Send> Probe<T> {
    /// `Send`
    pub const SEND: bool = true;
}

impl<T: ?Sized + Sync> Probe<T> {
    /// `Sync`
    pub const SYNC: bool = true;
}

impl<T: Iterator> Probe<T> {
    /// An iterator: its state advances, so it is never cloned to be passed.
    pub const ITERATOR: bool = true;
}

impl<T: Future> Probe<T> {
    /// A future.
    pub const FUTURE: bool = true;
}

impl<T: Clone> Probe<T> {
    /// `Clone`
    pub const CLONE: Option<fn(&T) -> T> = Some(T::clone);
}

impl<T: Copy> Probe<T> {
    /// `Copy`: no code of the type's runs.
    pub const COPY: Option<fn(&T) -> T> = Some(|value| *value);
}

impl<T: Display> Probe<T> {
    /// `Display`
    pub const DISPLAY: Option<Says<T>> = Some(<T as Display>::fmt);
}

impl<T: Debug> Probe<T> {
    /// `Debug`
    pub const DEBUG: Option<Says<T>> = Some(<T as Debug>::fmt);
}

impl<T: Error> Probe<T> {
    /// `Error`
    pub const SOURCES: Option<fn(&T) -> Vec<String>> = Some(sources::<T>);
}

/// What `Display` says.
pub fn display<T: Display + ?Sized>(value: &T) -> String {
    said(format_args!("{value}"))
}

/// What `Debug` says.
pub fn debug<T: Debug + ?Sized>(value: &T) -> String {
    said(format_args!("{value:?}"))
}

/// Text with room for what errors mostly say: it is put together of small pieces, and grows with each otherwise.
fn said(text: fmt::Arguments<'_>) -> String {
    use fmt::Write as _;
    let mut said = String::with_capacity(120);
    // As `to_string` does.
    said.write_fmt(text)
        .expect("a `Display` or `Debug` that fails has a fault of its own");
    said
}

/// Messages of the `source()` chain, outermost first; at most 32, in case it is a ring.
pub(crate) fn sources<T: Error + ?Sized>(value: &T) -> Vec<String> {
    let mut messages = Vec::new();
    let mut source = value.source();
    while let Some(error) = source {
        if messages.len() == 32 {
            break;
        }
        messages.push(error.to_string());
        source = error.source();
    }
    messages
}
