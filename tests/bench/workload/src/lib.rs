//! What every contender of the benchmark calls: plain Rust, out of line, so that no contender's compiler may fold
//! the work into the call.

use std::fmt;

/// Nothing at all.
#[inline(never)]
pub fn noop() {
    std::hint::black_box(());
}

/// A sum of two.
#[inline(never)]
pub fn add(left: i64, right: i64) -> i64 {
    left.wrapping_add(right)
}

/// A greeting.
#[inline(never)]
pub fn greet(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 8);
    text.push_str("Hello, ");
    text.push_str(name);
    text.push('!');
    text
}

/// A sum of many.
#[inline(never)]
pub fn sum(numbers: &[i64]) -> i64 {
    numbers
        .iter()
        .fold(0, |total, number| total.wrapping_add(*number))
}

/// The same bytes, copied.
#[inline(never)]
pub fn echo(data: &[u8]) -> Vec<u8> {
    data.to_vec()
}

/// How many bytes.
#[inline(never)]
pub fn length(data: &[u8]) -> usize {
    std::hint::black_box(data).len()
}

/// Plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// A number.
    pub id: u64,
    /// Text.
    pub name: String,
    /// A float.
    pub score: f64,
    /// A truth.
    pub active: bool,
}

/// Changes each record a little.
#[inline(never)]
pub fn touch(mut records: Vec<Record>) -> Vec<Record> {
    for record in &mut records {
        record.id += 1;
        record.active = !record.active;
    }
    records
}

/// Counts.
#[derive(Debug)]
pub struct Counter {
    value: i64,
}

impl Counter {
    /// Counts from there.
    #[inline(never)]
    pub fn new(value: i64) -> Self {
        Self { value }
    }

    /// One more.
    #[inline(never)]
    pub fn inc(&mut self) -> i64 {
        self.value = self.value.wrapping_add(1);
        self.value
    }
}

/// What [`fail`] fails with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    code: u32,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "failed with code {}", self.code)
    }
}

impl std::error::Error for Failure {}

/// Fails, unless the code is 0.
///
/// # Errors
///
/// When the code is not 0.
#[inline(never)]
pub fn fail(code: u32) -> Result<u32, Failure> {
    if code == 0 { Ok(0) } else { Err(Failure { code }) }
}

/// An iterator, to be driven from outside.
#[derive(Debug)]
pub struct Numbers {
    next: i64,
    end: i64,
}

impl Iterator for Numbers {
    type Item = i64;

    #[inline(never)]
    fn next(&mut self) -> Option<i64> {
        (self.next < self.end).then(|| {
            self.next += 1;
            self.next - 1
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.end - self.next).unwrap_or(0);
        (left, Some(left))
    }
}

/// From 0 to below `end`.
#[inline(never)]
pub fn numbers(end: i64) -> impl Iterator<Item = i64> + Send + Sync + 'static {
    Numbers { next: 0, end }
}

/// The sum of what `call` makes of 0 to below `end`.
#[inline(never)]
pub fn each(end: i64, mut call: impl FnMut(i64) -> i64) -> i64 {
    (0..end).fold(0, |total, number| total.wrapping_add(call(number)))
}

/// Computes for as many rounds: about a nanosecond each, with nothing that another thread could wait for.
#[inline(never)]
pub fn work(rounds: u64) -> u64 {
    (0..rounds).fold(0x9e37_79b9_7f4a_7c15, |state, round| {
        let mixed = state ^ (state >> 29) ^ round;
        std::hint::black_box(mixed.wrapping_mul(0xbf58_476d_1ce4_e5b9))
    })
}
