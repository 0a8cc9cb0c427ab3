//! Plain values, by value and by reference: both are copied onto the answer.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::io::SeekFrom;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Lower, LowerRef};
use crate::describe::Describer;
use crate::direct::Word;
use crate::group::store::Out;
use crate::shim::Answer;
use crate::wire::{EXT_TIME, Writer};

/// Both ways for a type that is written from a reference.
macro_rules! plain {
    ($([$($generics:tt)*] $ty:ty, $word:literal, |$value:ident, $writer:ident| $write:expr;)+) => {$(
        impl<'h, $($generics)* B> Lower<'h, B> for $ty {
            const DATA: bool = true;

            #[inline]
            fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                let ($value, $writer): (&$ty, &mut Writer) = (&self, out.writer);
                $write;
                Ok(())
            }

            #[inline]
            fn at_once(&self, $writer: &mut Writer) -> bool {
                let $value = self;
                $write;
                true
            }

            fn describe(to: &mut Describer<'_>) {
                to.plain($word);
            }
        }

        $crate::lower::plain::plain_ref! { [$($generics)*] $ty, $word, |$value, $writer| $write; }
    )+};
}

/// The one that is by reference.
macro_rules! plain_ref {
    ([$($generics:tt)*] $ty:ty, $word:literal, |$value:ident, $writer:ident| $write:expr;) => {
        impl<'r, 'h, $($generics)* B> LowerRef<'r, 'h, B> for $ty {
            const DATA_REF: bool = true;

            #[inline]
            fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
                let ($value, $writer): (&$ty, &mut Writer) = (self, out.writer);
                $write;
                Ok(())
            }

            #[inline]
            fn ref_at_once(&self, $writer: &mut Writer) -> bool {
                let $value = self;
                $write;
                true
            }

            fn describe_ref(to: &mut Describer<'_>) {
                to.plain($word);
            }
        }
    };
}

#[cfg(feature = "bytes")]
pub(crate) use plain;
pub(crate) use plain_ref;

/// Only behind a reference.
macro_rules! unsized_plain {
    ($($ty:ty, $word:literal, |$value:ident, $writer:ident| $write:expr;)+) => {$(
        impl<'r, 'h, B> LowerRef<'r, 'h, B> for $ty {
            const DATA_REF: bool = true;

            fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
                let ($value, $writer): (&$ty, &mut Writer) = (self, out.writer);
                $write;
                Ok(())
            }

            #[inline]
            fn ref_at_once(&self, $writer: &mut Writer) -> bool {
                let $value = self;
                $write;
                true
            }

            fn describe_ref(to: &mut Describer<'_>) {
                to.plain($word);
            }
        }
    )+};
}

fn path(path: &OsStr, writer: &mut Writer) {
    match path.to_str() {
        Some(text) => writer.str(text),
        None => writer.bin(path.as_encoded_bytes()),
    }
}

fn time(seconds: i64, nanoseconds: u32, writer: &mut Writer) {
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&seconds.to_le_bytes());
    bytes[8..].copy_from_slice(&nanoseconds.to_le_bytes());
    writer.ext(EXT_TIME, &bytes);
}

fn duration(value: Duration, writer: &mut Writer) {
    time(
        i64::try_from(value.as_secs()).unwrap_or(i64::MAX),
        value.subsec_nanos(),
        writer,
    );
}

fn system_time(value: SystemTime, writer: &mut Writer) {
    match value.duration_since(UNIX_EPOCH) {
        Ok(since) => duration(since, writer),
        Err(before) => {
            let before = before.duration();
            let seconds = -i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            match before.subsec_nanos() {
                0 => time(seconds, 0, writer),
                nanoseconds => time(seconds - 1, 1_000_000_000 - nanoseconds, writer),
            }
        }
    }
}

fn socket(ip: IpAddr, port: u16, writer: &mut Writer) {
    writer.array(2);
    writer.str(&ip.to_string());
    writer.uint(u64::from(port));
}

plain! {
    [] i128, "i128", |value, writer| writer.big(*value);
    [] u128, "u128", |value, writer| writer.big_unsigned(*value);
    [] char, "char", |value, writer| writer.str(value.encode_utf8(&mut [0; 4]));
    [] Box<str>, "str", |value, writer| writer.str(value);
    [] Arc<str>, "str", |value, writer| writer.str(value);
    [] Rc<str>, "str", |value, writer| writer.str(value);
    ['x,] Cow<'x, str>, "str", |value, writer| writer.str(value);
    ['x,] Cow<'x, [u8]>, "bytes", |value, writer| writer.lent_bin(value);
    ['x,] Cow<'x, Path>, "path", |value, writer| path(value.as_os_str(), writer);
    ['x,] Cow<'x, OsStr>, "path", |value, writer| path(value, writer);
    [] PathBuf, "path", |value, writer| path(value.as_os_str(), writer);
    [] Box<Path>, "path", |value, writer| path(value.as_os_str(), writer);
    [] Arc<Path>, "path", |value, writer| path(value.as_os_str(), writer);
    [] OsString, "path", |value, writer| path(value, writer);
    [] Duration, "duration", |value, writer| duration(*value, writer);
    [] SystemTime, "system_time", |value, writer| system_time(*value, writer);
    [] IpAddr, "ip", |value, writer| writer.str(&value.to_string());
    [] Ipv4Addr, "ip", |value, writer| writer.str(&value.to_string());
    [] Ipv6Addr, "ip", |value, writer| writer.str(&value.to_string());
    [] SocketAddr, "socket_addr", |value, writer| socket(value.ip(), value.port(), writer);
    [] SocketAddrV4, "socket_addr", |value, writer| socket((*value.ip()).into(), value.port(), writer);
    [] SocketAddrV6, "socket_addr", |value, writer| socket((*value.ip()).into(), value.port(), writer);
    [] Ordering, "ordering", |value, writer| writer.int(*value as i64);
}

/// The same for what is a word in a direct call.
macro_rules! words {
    ($($kind:ident $ty:ident, $word:literal, |$value:ident, $writer:ident| $write:expr;)+) => {$(
        impl<'h, B> Lower<'h, B> for $ty {
            const DATA: bool = true;
            const DIRECT: Option<Word> = Some(Word::$kind);

            #[inline(always)]
            fn direct(self) -> Result<u64, Self> {
                Ok(self as u64)
            }

            #[inline]
            fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                <Self as Lower<'h, B>>::at_once(&self, out.writer);
                Ok(())
            }

            #[inline]
            fn at_once(&self, $writer: &mut Writer) -> bool {
                let $value = *self;
                $write;
                true
            }

            fn describe(to: &mut Describer<'_>) {
                to.plain($word);
            }
        }

        impl<'r, 'h, B> LowerRef<'r, 'h, B> for $ty {
            const DATA_REF: bool = true;
            const REF_DIRECT: Option<Word> = Some(Word::$kind);

            #[inline(always)]
            fn ref_direct(&self) -> u64 {
                *self as u64
            }

            #[inline]
            fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
                <Self as Lower<'h, B>>::lower(*self, out)
            }

            #[inline]
            fn ref_at_once(&self, writer: &mut Writer) -> bool {
                <Self as Lower<'h, B>>::at_once(self, writer)
            }

            fn describe_ref(to: &mut Describer<'_>) {
                to.plain($word);
            }
        }
    )+};
}

words! {
    Bool bool, "bool", |value, writer| writer.bool(value);
    Signed isize, "isize", |value, writer| writer.int(value as i64);
    Unsigned usize, "usize", |value, writer| writer.uint(value as u64);
}

unsized_plain! {
    str, "str", |value, writer| writer.str(value);
    Path, "path", |value, writer| path(value.as_os_str(), writer);
    OsStr, "path", |value, writer| path(value, writer);
}

macro_rules! nonzero {
    ($($ty:ident $word:literal)+) => {$(
        plain! { [] std::num::$ty, $word, |value, writer| writer.big(i128::from(value.get())); }
    )+};
}

nonzero!(
    NonZeroU8 "u8" NonZeroU16 "u16" NonZeroU32 "u32" NonZeroU64 "u64"
    NonZeroI8 "i8" NonZeroI16 "i16" NonZeroI32 "i32" NonZeroI64 "i64"
);
plain_ref! { [] String, "str", |value, writer| writer.str(value); }

/// Long text goes beside the answer as it is.
impl<'h, B> Lower<'h, B> for String {
    #[inline]
    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        out.writer.owned_str(self);
        Ok(())
    }

    #[inline]
    fn at_once(&self, writer: &mut Writer) -> bool {
        writer.short_str(self)
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("str");
    }
}

plain! {
    [] std::num::NonZeroUsize, "usize", |value, writer| writer.uint(value.get() as u64);
    [] std::num::NonZeroIsize, "isize", |value, writer| writer.int(value.get() as i64);
}

impl<'h, B> Lower<'h, B> for u8 {
    const DATA: bool = true;
    const DIRECT: Option<Word> = Some(Word::Unsigned);

    #[inline(always)]
    fn direct(self) -> Result<u64, Self> {
        Ok(u64::from(self))
    }

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        out.writer.uint(u64::from(self));
        Ok(())
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("u8");
    }

    fn lower_list(items: Vec<Self>, out: &mut Out<'_, 'h>) -> Answer {
        out.writer.owned_bin(items);
        Ok(())
    }

    fn describe_list(to: &mut Describer<'_>) {
        to.plain("bytes");
    }
}

impl<'r, 'h, B> LowerRef<'r, 'h, B> for u8 {
    const DATA_REF: bool = true;
    const REF_DIRECT: Option<Word> = Some(Word::Unsigned);

    #[inline(always)]
    fn ref_direct(&self) -> u64 {
        u64::from(*self)
    }

    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        out.writer.uint(u64::from(*self));
        Ok(())
    }

    fn describe_ref(to: &mut Describer<'_>) {
        to.plain("u8");
    }

    fn lower_slice(items: &'r [Self], out: &mut Out<'_, 'h>) -> Answer {
        out.writer.lent_bin(items);
        Ok(())
    }

    fn describe_slice(to: &mut Describer<'_>) {
        to.plain("bytes");
    }
}

impl<'h, B> Lower<'h, B> for () {
    const NIL: bool = true;
    const DATA: bool = true;
    const DIRECT: Option<Word> = Some(Word::Unit);

    #[inline(always)]
    fn direct(self) -> Result<u64, Self> {
        Ok(0)
    }

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        out.writer.nil();
        Ok(())
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("unit");
    }
}

impl<'r, 'h, B> LowerRef<'r, 'h, B> for () {
    const NIL_REF: bool = true;
    const DATA_REF: bool = true;

    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        out.writer.nil();
        Ok(())
    }

    fn describe_ref(to: &mut Describer<'_>) {
        to.plain("unit");
    }
}

/// An offset and what it counts from, as for Python's `seek`.
impl<'h, B> Lower<'h, B> for SeekFrom {
    const DATA: bool = true;

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        LowerRef::<'_, 'h, B>::lower_ref(&self, out)
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("tuple", 2);
        to.plain("i64");
        to.plain("u8");
    }
}

impl<'r, 'h, B> LowerRef<'r, 'h, B> for SeekFrom {
    const DATA_REF: bool = true;

    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        out.writer.array(2);
        match *self {
            Self::Start(offset) => out.writer.uint(offset),
            Self::Current(offset) | Self::End(offset) => out.writer.int(offset),
        }
        let whence = match self {
            Self::Start(_) => 0,
            Self::Current(_) => 1,
            Self::End(_) => 2,
        };
        out.writer.uint(whence);
        Ok(())
    }

    fn describe_ref(to: &mut Describer<'_>) {
        <Self as Lower<'h, B>>::describe(to);
    }
}

impl<'h, B> Lower<'h, B> for std::convert::Infallible {
    fn lower(self, _: &mut Out<'_, 'h>) -> Answer {
        match self {}
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("never");
    }
}
