//! Forms of values that have a class of their own in Python's standard library: types of other crates cross as one of
//! them. On the wire each is what it is made of; its type says which class it is (`["class", name, T]`).
//!
//! What a Rust type can hold and its class cannot, or the other way round, is an error that says so: nothing is rounded.

use std::fmt::Display;

use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::Scope;
use crate::group::store::Out;
use crate::lift::Lift;
use crate::lower::Lower;
use crate::shim::Answer;
use crate::wire::{EXT_INTEGER, Token};

/// Newtypes that cross like what is in them, under the name of a class.
macro_rules! classes {
    ($($(#[$docs:meta])* $name:ident($form:ty) $class:literal;)+) => {$(
        $(#[$docs])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(pub $form);

        impl<'s, 'h, B> Lift<'s, 'h, B> for $name {
            type Held = <$form as Lift<'s, 'h, B>>::Held;
            const STD: bool = true;
            const DATA: bool = true;

            fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
                <$form as Lift<'s, 'h, B>>::hold(scope)
            }

            fn take(held: Self::Held) -> Self {
                Self(<$form as Lift<'s, 'h, B>>::take(held))
            }

            fn describe(to: &mut Describer<'_>) {
                to.head("class", 2);
                to.plain($class);
                <$form as Lift<'s, 'h, B>>::describe(to);
            }
        }

        impl<'h, B> Lower<'h, B> for $name {
            const DATA: bool = true;

            fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                <$form as Lower<'h, B>>::lower(self.0, out)
            }

            fn describe(to: &mut Describer<'_>) {
                to.head("class", 2);
                to.plain($class);
                <$form as Lower<'h, B>>::describe(to);
            }
        }
    )+};
}

classes! {
    /// `uuid.UUID`: its bytes, the highest first.
    Uuid([u8; 16]) "uuid";
    /// `decimal.Decimal`: as text, which may have an exponent.
    Decimal(String) "decimal";
    /// `fractions.Fraction`: as text, `3/4` or `3`.
    Fraction(String) "fraction";
    /// A network or interface of `ipaddress`: as text, `10.0.0.0/8`.
    Network(String) "ip_network";
    /// `datetime.date`: year, month, day.
    Date((i32, u8, u8)) "date";
    /// `datetime.time` without a zone: hour, minute, second, nanosecond.
    Clock((u8, u8, u8, u32)) "time";
    /// `datetime.datetime` without a zone: seconds since 1970 as if it were in UTC, nanoseconds.
    Local((i64, u32)) "naive_datetime";
    /// `datetime.datetime` in UTC: seconds since 1970, nanoseconds. Any zone is taken.
    Moment((i64, u32)) "utc_datetime";
    /// `datetime.datetime` with an offset: seconds since 1970 in UTC, nanoseconds, seconds east of UTC.
    Shifted((i64, u32, i32)) "datetime";
    /// The same with the name of its zone, if it has one.
    Zoned((i64, u32, i32, Option<String>)) "zoned_datetime";
    /// `datetime.timezone`: seconds east of UTC.
    Offset(i32) "timezone";
    /// `zoneinfo.ZoneInfo`: its name.
    Zone(String) "zoneinfo";
    /// `datetime.timedelta`: whole seconds, rounded down, and nanoseconds.
    Span((i64, u32)) "timedelta";
}

/// What crosses as text, and is parsed.
macro_rules! texts {
    ($($name:ident)+) => {$(
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<$name> for String {
            fn from(twin: $name) -> Self {
                twin.0
            }
        }
    )+};
}

texts!(Decimal Fraction Network);

/// `complex`: its parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Complex(pub f64, pub f64);

impl<'s, 'h, B> Lift<'s, 'h, B> for Complex {
    type Held = Self;
    const STD: bool = true;
    const DATA: bool = true;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        let (real, imaginary) = <(f64, f64) as Lift<'s, 'h, B>>::hold(scope)?;
        Ok(Self(real, imaginary))
    }

    fn take(held: Self) -> Self {
        held
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("class", 2);
        to.plain("complex");
        <(f64, f64) as Lift<'s, 'h, B>>::describe(to);
    }
}

impl<'h, B> Lower<'h, B> for Complex {
    const DATA: bool = true;

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        <(f64, f64) as Lower<'h, B>>::lower((self.0, self.1), out)
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("class", 2);
        to.plain("complex");
        <(f64, f64) as Lower<'h, B>>::describe(to);
    }
}

/// An integer of any size: two's complement, the lowest byte first, at least one byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integer(Vec<u8>);

impl Integer {
    /// From two's complement, the lowest byte first; no bytes are zero.
    #[must_use]
    pub fn signed(mut bytes: Vec<u8>) -> Self {
        if bytes.is_empty() {
            bytes.push(0);
        }
        Self(bytes)
    }

    /// From a magnitude, the lowest byte first.
    #[must_use]
    pub fn unsigned(mut bytes: Vec<u8>) -> Self {
        bytes.push(0);
        Self(bytes)
    }

    /// Two's complement, the lowest byte first.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The magnitude, the lowest byte first.
    ///
    /// # Errors
    ///
    /// It is negative; `what` is the type that was to be made.
    pub fn magnitude(&self, what: &str) -> Result<&[u8], Fault> {
        if self.0.last().is_some_and(|byte| *byte >= 0x80) {
            return Err(Fault::range(what));
        }
        Ok(&self.0)
    }

    /// Its value, if 128 bits are enough.
    fn small(&self) -> Option<i128> {
        let sign = if self.0.last().is_some_and(|byte| *byte >= 0x80) {
            0xff
        } else {
            0
        };
        let (low, high) = self.0.split_at(self.0.len().min(16));
        let mut bytes = [sign; 16];
        bytes[..low.len()].copy_from_slice(low);
        let fits = high.iter().all(|byte| *byte == sign) && (bytes[15] >= 0x80) == (sign == 0xff);
        fits.then(|| i128::from_le_bytes(bytes))
    }
}

impl<'s, 'h, B> Lift<'s, 'h, B> for Integer {
    type Held = Self;
    const STD: bool = true;
    const DATA: bool = true;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        match scope.next()? {
            Token::Int(value) => Ok(Self(value.to_le_bytes().into())),
            Token::Ext(EXT_INTEGER, bytes) if !bytes.is_empty() => Ok(Self(bytes.into())),
            other => Err(Fault::expected(format!("an integer, not {}", other.name()))),
        }
    }

    fn take(held: Self) -> Self {
        held
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("integer");
    }
}

impl<'h, B> Lower<'h, B> for Integer {
    const DATA: bool = true;

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        match self.small() {
            Some(value) => out.writer.big(value),
            None => out.writer.long_ext(EXT_INTEGER, &self.0),
        }
        Ok(())
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("integer");
    }
}

/// Seconds and nanoseconds of one sign, as seconds that are rounded down and nanoseconds on top.
#[must_use]
pub fn floored(seconds: i64, nanoseconds: i32) -> (i64, u32) {
    match u32::try_from(nanoseconds) {
        Ok(nanoseconds) => (seconds, nanoseconds),
        Err(_) => (
            seconds.saturating_sub(1),
            1_000_000_000_u32.saturating_sub(nanoseconds.unsigned_abs()),
        ),
    }
}

/// Nanoseconds of a second, unless it is a leap second: Python has none.
///
/// # Errors
///
/// It is one.
pub fn no_leap(nanoseconds: u32) -> Result<u32, Fault> {
    if nanoseconds < 1_000_000_000 {
        Ok(nanoseconds)
    } else {
        Err(Fault::value(
            "the time is within a leap second, of which Python has none",
        ))
    }
}

/// What was made of an argument, or the maker's own words.
///
/// # Errors
///
/// It could not be made.
pub fn made<T, E: Display>(made: Result<T, E>) -> Result<T, Fault> {
    made.map_err(|error| Fault::value(error.to_string()))
}

/// What was made of an argument, if it is in the range of `what`.
///
/// # Errors
///
/// It is not.
pub fn within<T>(made: Option<T>, what: &str) -> Result<T, Fault> {
    made.ok_or_else(|| Fault::value(format!("the value is out of the range of `{what}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_any_length_are_as_short_as_they_can_be() {
        let small = |bytes: &[u8]| Integer::signed(bytes.to_vec()).small();
        assert_eq!(small(&[]), Some(0));
        assert_eq!(small(&[0xff]), Some(-1));
        assert_eq!(Integer::unsigned(vec![0xff]).small(), Some(255));
        assert_eq!(small(&i128::MIN.to_le_bytes()), Some(i128::MIN));
        assert_eq!(Integer::unsigned(u128::MAX.to_le_bytes().to_vec()).small(), None);
        let mut long = i128::MAX.to_le_bytes().to_vec();
        long.extend([0; 20]);
        assert_eq!(small(&long), Some(i128::MAX));
        long.push(1);
        assert_eq!(small(&long), None);
    }

    #[test]
    fn a_negative_integer_has_no_magnitude() {
        assert!(Integer::signed(vec![0x80]).magnitude("x").is_err());
        assert_eq!(Integer::signed(vec![0x7f]).magnitude("x").unwrap(), [0x7f]);
    }

    #[test]
    fn time_before_the_epoch_counts_upwards_within_its_second() {
        assert_eq!(floored(-1, -250_000_000), (-2, 750_000_000));
        assert_eq!(floored(0, -1), (-1, 999_999_999));
        assert_eq!(floored(-1, 0), (-1, 0));
        assert_eq!(floored(3, 5), (3, 5));
    }
}
