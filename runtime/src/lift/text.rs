//! Text, bytes, paths.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::{Lift, LiftRef, by_value, plain};
use crate::describe::Describer;
use crate::direct::Kind;
use crate::error::Fault;
use crate::group::scope::{Scope, utf8};
use crate::wire::Token;

/// What `AsRef<[u8]>` takes: bytes, or text as its bytes.
#[derive(Debug, Clone, Copy)]
pub struct BytesLike<'s>(&'s [u8]);

impl<'s> BytesLike<'s> {
    /// The bytes, for as long as they are lent.
    pub fn bytes(self) -> &'s [u8] {
        self.0
    }
}

impl AsRef<[u8]> for BytesLike<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0
    }
}

impl From<BytesLike<'_>> for Vec<u8> {
    fn from(bytes: BytesLike<'_>) -> Self {
        bytes.as_ref().to_vec()
    }
}

impl<'s> From<BytesLike<'s>> for &'s [u8] {
    fn from(bytes: BytesLike<'s>) -> Self {
        bytes.0
    }
}

impl<'s, 'h, B> Lift<'s, 'h, B> for BytesLike<'s> {
    type Held = Self;
    const DIRECT: Option<Kind> = Some(Kind::Bytes);

    #[inline(always)]
    fn hold_direct(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        scope.memory().map(Self)
    }

    fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        scope.bytes_or_str().map(Self)
    }

    fn take(held: Self) -> Self {
        held
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("union", 2);
        to.plain("bytes");
        to.plain("str");
    }
}

impl<'s, 'h, B> LiftRef<'s, 'h, B> for str {
    type Held = &'s str;
    const DIRECT_REF: Option<Kind> = Some(Kind::Text);

    #[inline(always)]
    fn hold_ref_direct(scope: Scope<'s, 'h>) -> Result<&'s str, Fault> {
        scope.text()
    }

    fn hold_ref(scope: Scope<'s, 'h>) -> Result<&'s str, Fault> {
        scope.str()
    }

    fn take_ref(held: &'s str) -> &'s str {
        held
    }

    fn describe_ref(to: &mut Describer<'_>) {
        to.plain("str");
    }
}

/// Text that is copied at once.
fn text(scope: Scope<'_, '_>) -> Result<String, Fault> {
    if let Some(bytes) = scope.reader().short_str() {
        return utf8(bytes).map(str::to_owned);
    }
    match scope.next()? {
        Token::Str(bytes) => utf8(bytes).map(str::to_owned),
        other => Err(Fault::expected(format!("a string, not {}", other.name()))),
    }
}

/// A path: text, or bytes for one that is not UTF-8.
fn os(scope: Scope<'_, '_>) -> Result<OsString, Fault> {
    match scope.next()? {
        Token::Str(bytes) => utf8(bytes).map(OsString::from),
        #[cfg(unix)]
        Token::Bin(bytes) => Ok(std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())),
        other => Err(Fault::expected(format!("a path, not {}", other.name()))),
    }
}

plain! {
    [] Box<str>, "str", |scope| text(scope).map(Into::into);
    [] Arc<str>, "str", |scope| text(scope).map(Into::into);
    [] PathBuf, "path", |scope| os(scope).map(Into::into);
    [] Box<Path>, "path", |scope| os(scope).map(|path| PathBuf::from(path).into());
    [] Arc<Path>, "path", |scope| os(scope).map(|path| PathBuf::from(path).into());
    [] OsString, "path", |scope| os(scope);
    [] char, "char", |scope| {
        let text = match scope.next()? {
            Token::Str(bytes) => utf8(bytes)?,
            other => return Err(Fault::expected(format!("a string of one character, not {}", other.name()))),
        };
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(Fault::value(format!("expected one character, not {}", text.chars().count()))),
        }
    };
}

// Copied, so that they may live for ever (`Cow<'static, str>`).
macro_rules! cows {
    ($($ty:ty, $word:literal, |$scope:ident| $hold:expr;)+) => {$(
        plain!(@['s, 'h, 'x, B] Cow<'x, $ty>, $word, |$scope| $hold);
        by_value!(@['s, 'h, 'x, B] Cow<'x, $ty>);
    )+};
}

cows! {
    str, "str", |scope| text(scope).map(Cow::Owned);
    [u8], "bytes", |scope| scope.bytes().map(|bytes| Cow::Owned(bytes.to_vec()));
    Path, "path", |scope| os(scope).map(|path| Cow::Owned(path.into()));
    OsStr, "path", |scope| os(scope).map(Cow::Owned);
}

impl<'s, 'h, B> Lift<'s, 'h, B> for String {
    type Held = Self;
    const STD: bool = true;
    const DATA: bool = true;
    const DIRECT: Option<Kind> = Some(Kind::Text);

    fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        text(scope)
    }

    fn hold_direct(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        Ok(scope.read_text().to_owned())
    }

    fn take(held: Self) -> Self {
        held
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("str");
    }
}

/// Not std data in the sense of [`Lift::STD`]: an `Rc` may not be dropped by another thread.
impl<'s, 'h, B> Lift<'s, 'h, B> for Rc<str> {
    type Held = Self;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        text(scope).map(Into::into)
    }

    fn take(held: Self) -> Self {
        held
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("str");
    }
}

by_value!([] String, [] PathBuf, [] OsString, [] char, [] Box<str>, [] Arc<str>);

macro_rules! os_refs {
    ($($ty:ty)+) => {$(
        impl<'s, 'h, B> LiftRef<'s, 'h, B> for $ty {
            type Held = (Scope<'s, 'h>, OsString);

            fn hold_ref(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
                scope.keeps()?;
                Ok((scope, os(scope)?))
            }

            fn take_ref((scope, path): Self::Held) -> &'s Self {
                scope.store(path, true).as_ref()
            }

            fn describe_ref(to: &mut Describer<'_>) {
                to.plain("path");
            }
        }
    )+};
}

os_refs!(Path OsStr);
