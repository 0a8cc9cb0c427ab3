//! Smaller types of the standard library: C's numbers and text, places in files, maps with hashers of their own, formatters.

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::ffi::{CStr, CString, c_char, c_double, c_int, c_long};
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io::SeekFrom;
use std::os::raw::c_uchar;

/// C's numbers.
pub fn c_sum(a: c_int, b: c_long, c: c_double) -> c_double {
    f64::from(a) + b as f64 + c
}

/// Lists of them.
pub fn c_all(numbers: &[c_int], more: Vec<c_uchar>) -> Vec<c_int> {
    let more = more.into_iter().map(c_int::from);
    numbers.iter().copied().chain(more).collect()
}

/// A record of them.
#[derive(Debug, Clone, PartialEq)]
pub struct CPair {
    /// One.
    pub first: c_int,
    /// Two.
    pub second: Option<c_char>,
}

/// Changes one in place.
pub fn c_double_it(number: &mut c_int) {
    *number *= 2;
}

/// How long it is for C.
pub fn c_length(text: &CStr) -> usize {
    text.count_bytes()
}

/// Owned, and once more behind itself.
pub fn c_twice(text: CString) -> CString {
    let bytes = text.into_bytes();
    CString::new([&bytes[..], &bytes[..]].concat()).expect("there was no NUL in it")
}

/// Text of C's inside others.
pub fn c_parts(text: &CStr) -> (&CStr, Option<CString>, Vec<Cow<'_, CStr>>) {
    (text, Some(text.to_owned()), vec![Cow::Borrowed(text)])
}

/// Anything that can be looked at as C's text.
pub fn c_any(text: impl AsRef<CStr>) -> Vec<u8> {
    text.as_ref().to_bytes_with_nul().to_vec()
}

/// Says where a place is.
pub fn place(of: SeekFrom) -> String {
    format!("{of:?}")
}

/// The same place from the other end.
pub fn mirrored(of: SeekFrom) -> SeekFrom {
    match of {
        SeekFrom::Start(offset) => SeekFrom::End(-(offset as i64)),
        SeekFrom::Current(offset) => SeekFrom::Current(-offset),
        SeekFrom::End(offset) => SeekFrom::Start(offset.unsigned_abs()),
    }
}

/// A map whose hasher is spelled.
pub fn spelled(map: HashMap<String, u32, RandomState>) -> HashMap<String, u32, RandomState> {
    map
}

/// Another hasher.
pub type Fixed = BuildHasherDefault<DefaultHasher>;

/// A map and a set with a hasher of their own.
pub fn fixed(map: HashMap<String, u32, Fixed>) -> HashSet<u32, Fixed> {
    map.into_values().collect()
}

/// Any hasher.
pub fn total<S: BuildHasher>(map: &HashMap<String, u32, S>) -> u32 {
    map.values().sum()
}

/// Any hasher, given back.
pub fn keys<S: BuildHasher + Default>(map: HashMap<u32, u32, S>) -> HashSet<u32, S> {
    map.into_keys().collect()
}

/// Something that has several forms.
#[derive(Debug)]
pub struct Shape(u32);

/// What can be rendered.
pub trait Render {
    /// Its name.
    fn name(f: &mut fmt::Formatter<'_>) -> fmt::Result;
    /// Itself, so many times.
    fn render(&self, times: usize, f: &mut fmt::Formatter<'_>, end: &str) -> fmt::Result;
}

impl Shape {
    /// With so many corners.
    pub fn new(corners: u32) -> Self {
        Self(corners)
    }

    /// Fails unless it has corners.
    pub fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if self.0 == 0 {
            return Err(fmt::Error);
        }
        write!(f, "{} corners", self.0)
    }

    /// Says nothing of what went wrong.
    pub fn plainly(&self, f: &mut fmt::Formatter<'_>) {
        let _ = f.pad("plain");
    }

    /// Gives more than text: not served.
    pub fn counted(&self, f: &mut fmt::Formatter<'_>) -> Result<usize, fmt::Error> {
        f.write_str("counted").map(|()| 7)
    }
}

impl Render for Shape {
    fn name(f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shape")
    }

    fn render(&self, times: usize, f: &mut fmt::Formatter<'_>, end: &str) -> fmt::Result {
        for _ in 0..times {
            write!(f, "<{}>", self.0)?;
        }
        f.write_str(end)
    }
}

/// What must not be zero.
pub fn reciprocal(of: std::num::NonZeroU8) -> (f32, std::num::NonZeroU8) {
    (1.0 / f32::from(of.get()), of)
}

/// What is kept for ever.
#[derive(Debug, Clone)]
pub struct Polynomial {
    /// Its coefficients.
    pub bits: Vec<u32>,
    /// What it is called.
    pub name: String,
}

/// Refers to data for ever.
#[derive(Debug)]
pub struct Lasting {
    of: &'static Polynomial,
    word: &'static str,
    numbers: &'static [u16],
}

impl Lasting {
    /// Keeps all three.
    pub fn new(of: &'static Polynomial, word: &'static str, numbers: &'static [u16]) -> Self {
        Self { of, word, numbers }
    }

    /// Whether another one refers to the very same data.
    pub fn same(&self, other: &Lasting) -> (bool, bool, bool) {
        (
            std::ptr::eq(self.of, other.of),
            std::ptr::eq(self.word, other.word),
            std::ptr::eq(self.numbers, other.numbers),
        )
    }

    /// All of it as text.
    pub fn text(&self) -> String {
        let (of, numbers) = (self.of, self.numbers);
        format!("{} {:?} {} {numbers:?}", of.name, of.bits, self.word.len())
    }
}
