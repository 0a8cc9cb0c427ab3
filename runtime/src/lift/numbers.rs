//! Numbers and bool.

use std::mem::MaybeUninit;

use super::{Lift, LiftMut, by_value, plain};
use crate::describe::Describer;
use crate::direct::{Kind, Word};
use crate::error::Fault;
use crate::group::lent::in_place;
use crate::group::scope::Scope;
use crate::wire::{EXT_INTEGER, Reader, Token};

/// Whether bytes are whole numbers of a size.
#[inline]
pub(super) fn whole(bytes: &[u8], size: usize) -> Result<(), Fault> {
    if bytes.len() % size == 0 {
        return Ok(());
    }
    Err(broken(bytes.len(), size))
}

#[cold]
fn broken(length: usize, size: usize) -> Fault {
    Fault::value(format!(
        "{length} bytes are no whole number of {size}-byte numbers"
    ))
}

/// Numbers in memory, native byte order.
#[inline]
fn copy<T, const N: usize>(bytes: &[u8], from: impl Fn([u8; N]) -> T) -> Result<Vec<T>, Fault> {
    whole(bytes, N)?;
    let number = |chunk: &[u8]| {
        let mut number = [0; N];
        number.copy_from_slice(chunk);
        from(number)
    };
    Ok(bytes.chunks_exact(N).map(number).collect())
}

fn integer(token: &Token<'_>) -> Result<i128, Fault> {
    match token {
        Token::Int(value) => Ok(*value),
        other => Err(Fault::expected(format!("an integer, not {}", other.name()))),
    }
}

macro_rules! integers {
    ($($kind:ident $wide:ident: $($ty:ident)+;)+) => {$($(
        impl<'s, 'h, B> Lift<'s, 'h, B> for $ty {
            type Held = Self;
            const STD: bool = true;
            const DATA: bool = true;
            const DIRECT: Option<Kind> = Some(Kind::$kind);
            const DIRECT_LIST: Option<Kind> = Some(Kind::Numbers);
            const WORD: Option<Word> = Some(Word::$kind);

            fn before(held: Self) -> Option<Self> {
                held.checked_sub(1)
            }

            #[inline(always)]
            fn hold_direct(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
                <Self as Lift<'s, 'h, B>>::of_word(scope.word())
            }

            #[inline(always)]
            fn of_word(word: u64) -> Result<Self, Fault> {
                Self::try_from(word as $wide).map_err(|_| Fault::range(stringify!($ty)))
            }

            #[inline]
            fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
                if let Some(value) = scope.reader().integer() {
                    return Self::try_from(value).map_err(|_| Fault::range(stringify!($ty)));
                }
                let value = integer(&scope.next()?)?;
                Self::try_from(value).map_err(|_| Fault::range(stringify!($ty)))
            }

            #[inline]
            fn take(held: Self) -> Self {
                held
            }

            #[inline]
            fn at_once(reader: &Reader<'_>) -> Option<Self> {
                Self::try_from(reader.integer()?).ok()
            }

            fn describe(to: &mut Describer<'_>) {
                to.plain(stringify!($ty));
            }

            fn from_memory(bytes: &[u8]) -> Option<Result<Vec<Self>, Fault>> {
                Some(copy(bytes, |word| Self::from_ne_bytes(word)))
            }

            fn in_memory<'m>(bytes: &'m [u8]) -> Option<&'m [Self]>
            where
                Self: 'm,
            {
                in_place(bytes)
            }
        }
    )+)+};
}

integers! {
    Signed i64: i8 i16 i32 i64 isize;
    Unsigned u64: u16 u32 u64 usize;
}

impl<'s, 'h, B> Lift<'s, 'h, B> for u8 {
    type Held = Self;
    const STD: bool = true;
    const DATA: bool = true;
    const DIRECT: Option<Kind> = Some(Kind::Unsigned);
    const DIRECT_LIST: Option<Kind> = Some(Kind::Bytes);
    const WORD: Option<Word> = Some(Word::Unsigned);

    fn before(held: Self) -> Option<Self> {
        held.checked_sub(1)
    }

    #[inline(always)]
    fn hold_direct(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        <Self as Lift<'s, 'h, B>>::of_word(scope.word())
    }

    #[inline(always)]
    fn of_word(word: u64) -> Result<Self, Fault> {
        Self::try_from(word).map_err(|_| Fault::range("u8"))
    }

    fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        let value = integer(&scope.next()?)?;
        Self::try_from(value).map_err(|_| Fault::range("u8"))
    }

    fn take(held: Self) -> Self {
        held
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("u8");
    }

    fn from_memory(bytes: &[u8]) -> Option<Result<Vec<Self>, Fault>> {
        Some(Ok(bytes.to_vec()))
    }

    fn in_memory<'m>(bytes: &'m [u8]) -> Option<&'m [Self]>
    where
        Self: 'm,
    {
        Some(bytes)
    }

    fn describe_list(to: &mut Describer<'_>) {
        to.plain("bytes");
    }
}

/// An integer of up to 17 bytes: its low 128 bits, and whether it is negative, and whether it fits.
fn big(token: &Token<'_>, what: &'static str) -> Result<(u128, bool), Fault> {
    match token {
        Token::Int(value) => Ok((*value as u128, *value < 0)),
        Token::Ext(EXT_INTEGER, bytes) if (1..=17).contains(&bytes.len()) => {
            let negative = bytes[bytes.len() - 1] & 0x80 != 0;
            let mut wide = [if negative { 0xff } else { 0 }; 17];
            wide[..bytes.len()].copy_from_slice(bytes);
            if wide[16] != (if negative { 0xff } else { 0 }) {
                return Err(Fault::range(what));
            }
            let mut low = [0; 16];
            low.copy_from_slice(&wide[..16]);
            Ok((u128::from_le_bytes(low), negative))
        }
        Token::Ext(EXT_INTEGER, _) => Err(Fault::malformed("a big integer has 1 to 17 bytes")),
        other => Err(Fault::expected(format!("an integer, not {}", other.name()))),
    }
}

fn float(token: &Token<'_>) -> Result<f64, Fault> {
    match token {
        Token::Float(value) => Ok(*value),
        // The nearest float, as Python does.
        Token::Int(value) => Ok(*value as f64),
        other => Err(Fault::expected(format!("a number, not {}", other.name()))),
    }
}

impl<'s, 'h, B> Lift<'s, 'h, B> for bool {
    type Held = Self;
    const STD: bool = true;
    const DATA: bool = true;
    const DIRECT: Option<Kind> = Some(Kind::Bool);
    const WORD: Option<Word> = Some(Word::Bool);

    #[inline(always)]
    fn hold_direct(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        <Self as Lift<'s, 'h, B>>::of_word(scope.word())
    }

    #[inline(always)]
    fn of_word(word: u64) -> Result<Self, Fault> {
        Ok(word != 0)
    }

    #[inline]
    fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        if let Some(value) = scope.reader().truth() {
            return Ok(value);
        }
        match scope.next()? {
            Token::Bool(value) => Ok(value),
            other => Err(Fault::expected(format!("a bool, not {}", other.name()))),
        }
    }

    #[inline]
    fn take(held: Self) -> Self {
        held
    }

    #[inline]
    fn at_once(reader: &Reader<'_>) -> Option<Self> {
        reader.truth()
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("bool");
    }
}

plain! {
    [] u128, "u128", |scope| match big(&scope.next()?, "u128")? {
        (value, false) => Ok(value),
        (_, true) => Err(Fault::range("u128")),
    };
    [] i128, "i128", |scope| {
        let (value, negative) = big(&scope.next()?, "i128")?;
        let value = value as i128;
        if (value < 0) == negative { Ok(value) } else { Err(Fault::range("i128")) }
    };
}

macro_rules! floats {
    ($($ty:ident)+) => {$(
        impl<'s, 'h, B> Lift<'s, 'h, B> for $ty {
            type Held = Self;
            const STD: bool = true;
            const DATA: bool = true;
            const DIRECT: Option<Kind> = Some(Kind::Float);
            const DIRECT_LIST: Option<Kind> = Some(Kind::Numbers);
            const WORD: Option<Word> = Some(Word::Float);

            #[inline(always)]
            fn hold_direct(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
                <Self as Lift<'s, 'h, B>>::of_word(scope.word())
            }

            #[inline(always)]
            fn of_word(word: u64) -> Result<Self, Fault> {
                Ok(f64::from_bits(word) as Self)
            }

            #[inline]
            fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
                match scope.reader().float() {
                    Some(value) => Ok(value as Self),
                    None => Ok(float(&scope.next()?)? as Self),
                }
            }

            #[inline]
            fn take(held: Self) -> Self {
                held
            }

            #[inline]
            fn at_once(reader: &Reader<'_>) -> Option<Self> {
                reader.float().map(|value| value as Self)
            }

            fn describe(to: &mut Describer<'_>) {
                to.plain(stringify!($ty));
            }

            fn from_memory(bytes: &[u8]) -> Option<Result<Vec<Self>, Fault>> {
                Some(copy(bytes, |word| Self::from_ne_bytes(word)))
            }

            fn in_memory<'m>(bytes: &'m [u8]) -> Option<&'m [Self]>
            where
                Self: 'm,
            {
                in_place(bytes)
            }
        }
    )+};
}

floats!(f32 f64);

macro_rules! nonzero {
    ($($ty:ident $word:literal)+) => {$(
        plain! {
            [] std::num::$ty, $word, |scope| {
                let value = integer(&scope.next()?)?;
                let value = value.try_into().map_err(|_| Fault::range($word))?;
                Self::new(value).ok_or_else(|| Fault::value("zero is not allowed"))
            };
        }
        by_value!([] std::num::$ty);
    )+};
}

nonzero!(
    NonZeroU8 "u8" NonZeroU16 "u16" NonZeroU32 "u32" NonZeroU64 "u64" NonZeroUsize "usize"
    NonZeroI8 "i8" NonZeroI16 "i16" NonZeroI32 "i32" NonZeroI64 "i64" NonZeroIsize "isize"
);

/// `&mut [T]`: memory that is filled in place.
macro_rules! writable {
    ($($ty:ident)+) => {$(
        impl<'s, 'h, B> LiftMut<'s, 'h, B> for [$ty] {
            fn hold_mut(scope: Scope<'s, 'h>) -> Result<&'s mut Self, Fault> {
                scope.writable()
            }

            fn describe_mut(to: &mut Describer<'_>) {
                to.head("buffer", 1);
                to.plain(stringify!($ty));
            }
        }

        impl<'s, 'h, B> LiftMut<'s, 'h, B> for [MaybeUninit<$ty>] {
            fn hold_mut(scope: Scope<'s, 'h>) -> Result<&'s mut Self, Fault> {
                scope.writable()
            }

            fn describe_mut(to: &mut Describer<'_>) {
                to.head("buffer", 1);
                to.plain(stringify!($ty));
            }
        }
    )+};
}

writable!(u8 i8 u16 i16 u32 i32 u64 i64 usize isize f32 f64);

by_value!(
    [] bool, [] u8, [] i8, [] u16, [] i16, [] u32, [] i32, [] u64, [] i64, [] usize, [] isize, [] u128, [] i128,
    [] f32, [] f64,
);
