//! What Rust changes in place: memory that it fills, and values that it leaves behind.

use std::collections::BTreeMap;

/// A counter of what was seen, without a default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Where it began.
    pub start: u32,
    /// How many were seen.
    pub seen: Vec<String>,
}

/// A size, with a default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Across.
    pub width: u32,
    /// Down.
    pub height: u32,
}

/// Not a number.
#[derive(Debug)]
pub struct Bad(char);

impl std::fmt::Display for Bad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} is no digit", self.0)
    }
}

impl std::error::Error for Bad {}

/// A word that is a handle.
#[derive(Debug)]
pub struct Word<'t> {
    text: &'t str,
}

impl Word<'_> {
    /// Its text.
    pub fn text(&self) -> &str {
        self.text
    }
}

/// Fills memory with a pattern; gives how much that is.
pub fn fill(memory: &mut [u8], pattern: u8) -> usize {
    memory.fill(pattern);
    memory.len()
}

/// Adds to each number.
pub fn raise(numbers: &mut [f64], by: f64) {
    numbers.iter_mut().for_each(|number| *number += by);
}

/// Exchanges what two pieces of memory hold.
pub fn exchange(left: &mut [u32], right: &mut [u32]) {
    left.swap_with_slice(right);
}

/// Copies, and says what fits.
///
/// # Errors
///
/// There is a letter in it.
pub fn digits(from: &str, into: &mut [u8]) -> Result<usize, Bad> {
    let mut count = 0;
    for (digit, place) in from.chars().zip(into) {
        *place = digit.to_digit(10).ok_or(Bad(digit))? as u8;
        count += 1;
    }
    Ok(count)
}

/// Fills memory that need not be initialised, and says which part of it.
pub fn fill_uninit<'m>(memory: &'m mut [std::mem::MaybeUninit<u8>], text: &str) -> Option<&'m mut [u8]> {
    let memory = memory.get_mut(..text.len())?;
    for (to, from) in memory.iter_mut().zip(text.bytes()) {
        to.write(from);
    }
    // SAFETY: all of it was just written.
    Some(unsafe { &mut *(std::ptr::from_mut(memory) as *mut [u8]) })
}

/// The text that was written into the memory.
pub fn write_hex(number: u32, memory: &mut [u8]) -> &mut str {
    for (at, byte) in memory.iter_mut().take(8).enumerate() {
        *byte = b"0123456789abcdef"[(number >> (28 - 4 * at)) as usize & 15];
    }
    std::str::from_utf8_mut(memory).expect("ASCII")
}

/// Fills what there is.
pub fn fill_if(memory: Option<&mut [u8]>) -> bool {
    memory.map(|memory| memory.fill(1)).is_some()
}

/// Anything that is memory.
pub fn clear<M: AsMut<[u8]>>(mut memory: M) {
    memory.as_mut().fill(0);
}

/// Memory that is kept is not lent.
#[derive(Debug)]
pub struct Sink<'m>(pub(crate) &'m mut [u8]);

impl<'m> Sink<'m> {
    /// Would write long after the call.
    pub fn new(memory: &'m mut [u8]) -> Self {
        Self(memory)
    }

    /// How much there is.
    pub fn room(&self) -> usize {
        self.0.len()
    }
}

/// Adds the number as text.
pub fn append(number: u32, text: &mut String) {
    text.push_str(&number.to_string());
}

/// The next number, and where it ends.
pub fn next_number(text: &str, at: &mut usize) -> Option<u32> {
    let rest = text.get(*at..)?.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    *at = text.len() - rest.len() + end;
    rest[..end].parse().ok()
}

/// All digits, in order.
///
/// # Errors
///
/// There is a letter.
pub fn all_digits(text: &str, into: &mut Vec<u32>) -> Result<(), Bad> {
    for c in text.chars() {
        into.push(c.to_digit(10).ok_or(Bad(c))?);
    }
    Ok(())
}

/// The sum of the digits, and how many of each there are.
///
/// # Errors
///
/// There is a letter.
pub fn sum_digits(text: &str, counts: &mut BTreeMap<u32, u32>) -> Result<u32, Bad> {
    let mut sum = 0;
    for c in text.chars() {
        let digit = c.to_digit(10).ok_or(Bad(c))?;
        *counts.entry(digit).or_default() += 1;
        sum += digit;
    }
    Ok(sum)
}

/// Splits into two.
pub fn split(text: &str, evens: &mut String, odds: &mut String) {
    for (at, c) in text.chars().enumerate() {
        if at % 2 == 0 { &mut *evens } else { &mut *odds }.push(c);
    }
}

/// Takes the first byte off.
pub fn take_byte(input: &mut &[u8]) -> Option<u8> {
    let (first, rest) = input.split_first()?;
    *input = rest;
    Some(*first)
}

/// Grows a size.
pub fn grow(by: u32, size: &mut Size) {
    size.width += by;
    size.height += by;
}

/// Counts on.
pub fn tally(name: &str, tally: &mut Tally) -> usize {
    tally.seen.push(name.to_owned());
    tally.start as usize + tally.seen.len()
}

/// The words of a text, as views of it.
pub fn words<'t>(text: &'t str, into: &mut Vec<Word<'t>>) -> usize {
    into.extend(text.split_whitespace().map(|text| Word { text }));
    into.len()
}

/// Four bytes.
pub fn key(seed: u8, into: &mut [u8; 4]) {
    *into = [seed; 4];
}

/// Says how much it has written, and writes into what it is given.
#[derive(Debug, Default)]
pub struct Writer {
    total: usize,
}

impl Writer {
    /// One that has written nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    pub fn line(&mut self, text: &str, into: &mut String) -> usize {
        into.push_str(text);
        into.push('\n');
        self.total += text.len() + 1;
        self.total
    }
}

/// Sorts in place; how many there are.
pub fn sort_words(words: &mut [String]) -> usize {
    words.sort();
    words.len()
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field<'b> {
    /// In front of the colon.
    pub name: &'b str,
    /// Behind it.
    pub value: &'b [u8],
}

/// None yet.
pub const NO_FIELD: Field<'static> = Field { name: "", value: b"" };

/// Fills fields that it was given.
#[derive(Debug)]
pub struct Fields<'h, 'b> {
    /// What was found, and what is left.
    pub all: &'h mut [Field<'b>],
    found: usize,
}

impl<'h, 'b> Fields<'h, 'b> {
    /// Over these.
    pub fn new(all: &'h mut [Field<'b>]) -> Self {
        Fields { all, found: 0 }
    }

    /// Fills them; how many are found by now.
    pub fn parse(&mut self, text: &'b str) -> Option<usize> {
        for line in text.lines() {
            let (name, value) = line.split_once(':')?;
            *self.all.get_mut(self.found)? = Field { name, value: value.as_bytes() };
            self.found += 1;
        }
        Some(self.found)
    }

    /// Those that were found.
    pub fn found(&self) -> &[Field<'b>] {
        &self.all[..self.found]
    }
}
