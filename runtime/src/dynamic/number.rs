//! Integers of any size, and how numbers of Python's compare and hash: exactly, whatever types they are of.

use std::cmp::Ordering;

/// An integer that does not fit into an `i64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Big {
    negative: bool,
    /// The lowest first; the last is not 0.
    magnitude: Box<[u32]>,
}

/// An integer of any size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Integer {
    Small(i64),
    Big(Big),
}

impl Integer {
    /// Of two's complement, the lowest byte first. At least one.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let negative = bytes.last().is_some_and(|last| *last >= 0x80);
        let fill = if negative { 0xff } else { 0 };
        let mut carry = negative;
        let mut magnitude = Vec::with_capacity(bytes.len() / 4 + 2);
        for chunk in bytes.chunks(4) {
            let mut word = [fill; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            let word = u32::from_le_bytes(word);
            // The magnitude of what is negative: all bits turned, and one more.
            let (word, over) = if negative {
                (!word).overflowing_add(u32::from(carry))
            } else {
                (word, false)
            };
            carry = over;
            magnitude.push(word);
        }
        if carry {
            magnitude.push(1);
        }
        Self::new(negative, magnitude)
    }

    fn new(negative: bool, mut magnitude: Vec<u32>) -> Self {
        while magnitude.last() == Some(&0) {
            magnitude.pop();
        }
        if let [low, rest @ ..] = &*magnitude {
            let high = match rest {
                [] => Some(0),
                [high] => Some(*high),
                _ => None,
            };
            let value = high.map(|high| i128::from(high) << 32 | i128::from(*low));
            let value = value.map(|value| if negative { -value } else { value });
            match value.and_then(|value| i64::try_from(value).ok()) {
                Some(value) => Self::Small(value),
                None => Self::Big(Big {
                    negative,
                    magnitude: magnitude.into(),
                }),
            }
        } else {
            Self::Small(0)
        }
    }
}

impl From<i128> for Integer {
    fn from(value: i128) -> Self {
        match i64::try_from(value) {
            Ok(value) => Self::Small(value),
            Err(_) => Self::from_bytes(&value.to_le_bytes()),
        }
    }
}

impl Big {
    /// Its two's complement, the lowest byte first, in as few bytes as hold it.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.magnitude.len() * 4 + 1);
        let mut carry = self.negative;
        for word in &self.magnitude {
            let (word, over) = if self.negative {
                (!word).overflowing_add(u32::from(carry))
            } else {
                (*word, false)
            };
            carry = over;
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        let fill = if self.negative { 0xff } else { 0 };
        bytes.push(fill);
        while let [.., before, last] = &*bytes {
            if *last != fill || (*before >= 0x80) != self.negative {
                break;
            }
            bytes.pop();
        }
        bytes
    }

    /// The same number, if 64 bits without a sign hold it.
    pub(super) fn to_u64(&self) -> Option<u64> {
        match *self.magnitude {
            [low, high] if !self.negative => Some(u64::from(high) << 32 | u64::from(low)),
            _ => None,
        }
    }

    /// The same number, if it fits.
    #[cfg(feature = "serde")]
    pub(super) fn to_i128(&self) -> Option<i128> {
        let value = self.to_u128()?;
        if self.negative {
            0_i128.checked_sub_unsigned(value)
        } else {
            i128::try_from(value).ok()
        }
    }

    /// How far it is from 0, if that fits.
    #[cfg(feature = "serde")]
    fn to_u128(&self) -> Option<u128> {
        let fits = self.magnitude.len() <= 4;
        let words = self.magnitude.iter().rev();
        fits.then(|| words.fold(0, |value, word| value << 32 | u128::from(*word)))
    }

    /// The same number, if it fits and is not negative.
    #[cfg(feature = "serde")]
    pub(super) fn to_unsigned(&self) -> Option<u128> {
        self.to_u128().filter(|_| !self.negative)
    }

    fn compare_magnitude(&self, other: &Self) -> Ordering {
        let lengths = self.magnitude.len().cmp(&other.magnitude.len());
        lengths.then_with(|| self.magnitude.iter().rev().cmp(other.magnitude.iter().rev()))
    }

    /// Whether it is below all that fits into an `i64`, or above.
    pub(super) fn side(&self) -> Ordering {
        if self.negative {
            Ordering::Less
        } else {
            Ordering::Greater
        }
    }

    fn hash(&self) -> i64 {
        let words = self.magnitude.iter().rev();
        let rest = words.fold(0_u128, |rest, word| {
            (rest << 32 | u128::from(*word)) % u128::from(MODULUS)
        });
        signed(self.negative, rest as u64)
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
        }
    }
}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What is longer is written in hexadecimal, which takes no longer than it is: decimal digits take the square of that, and
/// Python itself refuses them.
const DECIMAL_WORDS: usize = 1 << 10;

impl std::fmt::Display for Big {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.magnitude.len() > DECIMAL_WORDS {
            let mut words = self.magnitude.iter().rev();
            let mut text = words.next().map(|word| format!("{word:x}")).unwrap_or_default();
            words.for_each(|word| text.push_str(&format!("{word:08x}")));
            return f.pad_integral(!self.negative, "", &format!("0x{text}"));
        }
        const PART: u32 = 1_000_000_000;
        let mut left = self.magnitude.to_vec();
        let mut parts = Vec::new();
        while !left.is_empty() {
            let mut rest = 0_u64;
            for word in left.iter_mut().rev() {
                let value = rest << 32 | u64::from(*word);
                *word = (value / u64::from(PART)) as u32;
                rest = value % u64::from(PART);
            }
            parts.push(rest);
            while left.last() == Some(&0) {
                left.pop();
            }
        }
        let mut text = parts.pop().unwrap_or_default().to_string();
        for part in parts.iter().rev() {
            text.push_str(&format!("{part:09}"));
        }
        f.pad_integral(!self.negative, "", &text)
    }
}

/// A number, for comparison with others.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number<'n> {
    Small(i64),
    Big(&'n Big),
    Float(f64),
}

/// 2^63: from here on a float is an integer, and none that fits into an `i64`.
const BEYOND: f64 = 9_223_372_036_854_775_808.0;

impl Number<'_> {
    /// Where it stands to another. What is no number is equal to itself, and behind all others.
    pub(super) fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Small(a), Self::Small(b)) => a.cmp(&b),
            (Self::Big(a), Self::Big(b)) => a.cmp(b),
            (Self::Big(a), Self::Small(_)) => a.side(),
            (Self::Small(_), Self::Big(b)) => b.side().reverse(),
            (Self::Float(a), Self::Float(b)) => {
                a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
            }
            (Self::Float(a), Self::Small(b)) => compare_small(a, b),
            (Self::Small(a), Self::Float(b)) => compare_small(b, a).reverse(),
            (Self::Float(a), Self::Big(b)) => compare_big(a, b),
            (Self::Big(a), Self::Float(b)) => compare_big(b, a).reverse(),
        }
    }

    /// Python's hash of it. What is no number has one of its own.
    pub(super) fn hash(self) -> i64 {
        match self {
            Self::Small(value) => signed(value < 0, value.unsigned_abs() % MODULUS),
            Self::Big(value) => value.hash(),
            Self::Float(value) => hash_float(value),
        }
    }
}

/// Where a float stands to an integer.
fn compare_small(float: f64, integer: i64) -> Ordering {
    if float.is_nan() || float >= BEYOND {
        return Ordering::Greater;
    }
    if float < -BEYOND {
        return Ordering::Less;
    }
    // It fits, and what is behind the point decides where the rest is equal.
    let whole = float.trunc();
    (whole as i64)
        .cmp(&integer)
        .then_with(|| float.partial_cmp(&whole).unwrap_or(Ordering::Equal))
}

/// Where a float stands to an integer that is far from 0.
fn compare_big(float: f64, integer: &Big) -> Ordering {
    if float.is_nan() {
        return Ordering::Greater;
    }
    if float.is_infinite() {
        return if float > 0.0 {
            Ordering::Greater
        } else {
            Ordering::Less
        };
    }
    if float.abs() < BEYOND {
        return integer.side().reverse();
    }
    match whole(float) {
        Integer::Big(float) => float.cmp(integer),
        // -2^63
        Integer::Small(_) => integer.side().reverse(),
    }
}

/// A float as a fraction of 53 bits and the power of two that it is multiplied with.
fn parts(float: f64) -> (u64, i32) {
    let bits = float.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    if exponent == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, exponent - 1075)
    }
}

/// A float that is a finite integer of at least 2^63.
fn whole(float: f64) -> Integer {
    let (fraction, power) = parts(float);
    let power = power.unsigned_abs();
    let (words, bits) = ((power / 32) as usize, power % 32);
    let shifted = u128::from(fraction) << bits;
    let mut magnitude = vec![0; words];
    magnitude.extend((0..3).map(|at| (shifted >> (32 * at)) as u32));
    Integer::new(float < 0.0, magnitude)
}

/// Python's, of 64 bits: hashes of numbers are what they leave modulo this prime, 2^61 - 1.
const MODULUS: u64 = (1 << 61) - 1;

/// With its sign; -1 is what an error is in Python.
fn signed(negative: bool, rest: u64) -> i64 {
    let hash = rest as i64;
    match (negative, hash) {
        (true, 1) => -2,
        (true, hash) => -hash,
        (false, hash) => hash,
    }
}

fn hash_float(float: f64) -> i64 {
    if float.is_nan() {
        return 0;
    }
    if float.is_infinite() {
        return if float > 0.0 { 314_159 } else { -314_159 };
    }
    let (fraction, power) = parts(float);
    // 2^61 leaves 1: to multiply with a power of two is to turn 61 bits.
    let turns = power.rem_euclid(61);
    let turned = (u128::from(fraction) << turns) % u128::from(MODULUS);
    signed(float < 0.0, turned as u64)
}
