//! Iterators, out and in.

use std::collections::BTreeMap;
use std::iter::FusedIterator;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many items [`counted`] was asked for.
static ASKED: AtomicUsize = AtomicUsize::new(0);

/// How many items [`counted`] was asked for.
pub fn asked() -> usize {
    ASKED.load(Ordering::Relaxed)
}

/// Numbers below `end`, each one counted by [`asked`].
pub fn counted(end: u32) -> impl Iterator<Item = u32> {
    ASKED.store(0, Ordering::Relaxed);
    (0..end).inspect(|_| {
        ASKED.fetch_add(1, Ordering::Relaxed);
    })
}

/// The same, of which nobody knows how many there are.
pub fn counted_lazily(end: u32) -> impl Iterator<Item = u32> {
    counted(end).filter(|_| true)
}

/// Numbers without end.
pub fn naturals() -> impl Iterator<Item = u64> {
    0..
}

/// The words of a text.
pub fn words(text: &str) -> impl Iterator<Item = &str> + '_ {
    text.split_whitespace()
}

/// An iterator of std by its name.
pub fn characters(text: &str) -> std::str::Chars<'_> {
    text.chars()
}

/// One in a box.
pub fn boxed(text: &str) -> Box<dyn Iterator<Item = String> + '_> {
    Box::new(text.split(',').map(str::to_owned))
}

/// Several at once.
pub fn boxes(count: u8) -> Vec<Box<dyn Iterator<Item = u8> + Send>> {
    (0..count)
        .map(|end| Box::new(0..end) as Box<dyn Iterator<Item = u8> + Send>)
        .collect()
}

/// An iterator, if there is anything.
pub fn segments(path: &str) -> Option<std::str::Split<'_, char>> {
    path.strip_prefix('/').map(|rest| rest.split('/'))
}

/// An iterator, or why not.
pub fn digits(text: &str) -> Result<impl Iterator<Item = u32> + '_, String> {
    if text.is_empty() {
        return Err("no digits".to_owned());
    }
    Ok(text.chars().filter_map(|one| one.to_digit(10)))
}

/// Numbers, or what is none.
pub fn parsed(text: &str) -> impl Iterator<Item = Result<i32, std::num::ParseIntError>> + '_ {
    text.split(',').map(str::parse)
}

/// What can be made an iterator.
pub fn made() -> impl IntoIterator<Item = (u8, String)> {
    [(1, "one".to_owned()), (2, "two".to_owned())]
}

/// A song of lines.
#[derive(Debug, Default, Clone)]
pub struct Song {
    lines: Vec<Line>,
}

/// A line of a song.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    text: String,
}

/// A line at its place.
#[derive(Debug)]
pub struct Placed<'s> {
    place: usize,
    line: &'s Line,
}

/// The lines of a song, at their places.
#[derive(Debug)]
pub struct Places<'s> {
    lines: std::slice::Iter<'s, Line>,
    place: usize,
}

/// The lines of a song, from both ends.
#[derive(Debug, Clone)]
pub struct Lines<'s> {
    lines: std::slice::Iter<'s, Line>,
}

/// Counts down; nothing else can be done with it.
#[derive(Debug)]
pub struct Countdown(u32);

/// Reads numbers one after the other.
#[derive(Debug)]
pub struct Numbers<'t> {
    rest: std::str::Split<'t, char>,
}

impl Song {
    /// No lines.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.lines.push(Line {
            text: text.to_owned(),
        });
        self
    }

    /// The lines, from both ends.
    pub fn iter(&self) -> Lines<'_> {
        Lines {
            lines: self.lines.iter(),
        }
    }

    /// The lines with their places.
    pub fn places(&self) -> Places<'_> {
        Places {
            lines: self.lines.iter(),
            place: 0,
        }
    }

    /// The lines, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Line> {
        self.lines.iter_mut()
    }

    /// The lines that hold a text.
    pub fn search<'s>(&'s self, text: &'s str) -> impl Iterator<Item = &'s Line> + 's {
        self.lines.iter().filter(move |line| line.text.contains(text))
    }

    /// Takes the lines away.
    pub fn drain(&mut self) -> std::vec::Drain<'_, Line> {
        self.lines.drain(..)
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

impl<'s> IntoIterator for &'s Song {
    type Item = &'s Line;
    type IntoIter = Lines<'s>;

    fn into_iter(self) -> Lines<'s> {
        self.iter()
    }
}

impl IntoIterator for Song {
    type Item = Line;
    type IntoIter = std::vec::IntoIter<Line>;

    fn into_iter(self) -> Self::IntoIter {
        self.lines.into_iter()
    }
}

impl Line {
    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Shouts.
    pub fn shout(&mut self) {
        self.text.push('!');
    }
}

impl Placed<'_> {
    /// Where it stands.
    pub fn place(&self) -> usize {
        self.place
    }

    /// The line.
    pub fn line(&self) -> &Line {
        self.line
    }
}

impl<'s> Iterator for Places<'s> {
    type Item = Placed<'s>;

    fn next(&mut self) -> Option<Placed<'s>> {
        let line = self.lines.next()?;
        self.place += 1;
        Some(Placed {
            place: self.place,
            line,
        })
    }
}

impl Places<'_> {
    /// Passes over lines.
    pub fn pass(&mut self, count: usize) {
        for _ in 0..count {
            self.next();
        }
    }
}

impl<'s> Iterator for Lines<'s> {
    type Item = &'s Line;

    fn next(&mut self) -> Option<&'s Line> {
        self.lines.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.lines.size_hint()
    }
}

impl DoubleEndedIterator for Lines<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.lines.next_back()
    }
}

impl ExactSizeIterator for Lines<'_> {}

impl FusedIterator for Lines<'_> {}

/// Counts down from `start`.
pub fn countdown(start: u32) -> Countdown {
    Countdown(start)
}

impl Iterator for Countdown {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.0 = self.0.checked_sub(1)?;
        Some(self.0)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0 as usize, Some(self.0 as usize))
    }
}

/// The numbers in a text.
pub fn numbers(text: &str) -> Numbers<'_> {
    Numbers {
        rest: text.split(','),
    }
}

impl Iterator for Numbers<'_> {
    type Item = Result<u8, std::num::ParseIntError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rest.next().map(str::parse)
    }
}

/// A bag of numbers: what can be iterated by value alone.
#[derive(Debug, Clone)]
pub struct Bag {
    numbers: BTreeMap<u32, u32>,
}

/// Cannot be copied: iterating uses it up.
#[derive(Debug)]
pub struct Once(String);

impl FromIterator<u32> for Bag {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Self {
        let mut bag = Self {
            numbers: BTreeMap::new(),
        };
        bag.extend(numbers);
        bag
    }
}

impl Extend<u32> for Bag {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, numbers: I) {
        for number in numbers {
            *self.numbers.entry(number).or_default() += 1;
        }
    }
}

impl IntoIterator for Bag {
    type Item = (u32, u32);
    type IntoIter = std::collections::btree_map::IntoIter<u32, u32>;

    fn into_iter(self) -> Self::IntoIter {
        self.numbers.into_iter()
    }
}

impl Bag {
    /// How often a number is there.
    pub fn count(&self, number: u32) -> u32 {
        self.numbers.get(&number).copied().unwrap_or_default()
    }

    /// It is there.
    pub fn contains(&self, number: u32) -> bool {
        self.count(number) > 0
    }
}

impl Once {
    /// Of a text.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl IntoIterator for Once {
    type Item = char;
    type IntoIter = std::vec::IntoIter<char>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.chars().collect::<Vec<_>>().into_iter()
    }
}

/// Adds all numbers.
pub fn total(numbers: impl IntoIterator<Item = u32>) -> u64 {
    numbers.into_iter().map(u64::from).sum()
}

/// Joins texts.
pub fn joined<I>(parts: I, between: &str) -> String
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    let parts: Vec<String> = parts.into_iter().map(|part| part.as_ref().to_owned()).collect();
    parts.join(between)
}

/// The first number that is greater; what follows it is not asked for.
pub fn first_greater(mut numbers: impl Iterator<Item = i64>, than: i64) -> Option<i64> {
    numbers.find(|number| *number > than)
}

/// Whether any of them is longer; texts are lent.
pub fn any_longer<'t>(texts: impl IntoIterator<Item = &'t str>, than: usize) -> bool {
    texts.into_iter().any(|text| text.len() > than)
}

/// The last one first: both ends are needed.
pub fn backwards<I>(numbers: I) -> Vec<u8>
where
    I: IntoIterator<Item = u8>,
    I::IntoIter: DoubleEndedIterator,
{
    numbers.into_iter().rev().collect()
}

/// How many there are: it has to be known.
pub fn how_many(numbers: impl ExactSizeIterator<Item = u8>) -> usize {
    numbers.len()
}

/// The texts of lines, which are taken.
pub fn texts(lines: impl IntoIterator<Item = Line>) -> Vec<String> {
    lines.into_iter().map(|line| line.text).collect()
}

/// The texts of lines, which are lent.
pub fn texts_of<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Vec<String> {
    lines.into_iter().map(|line| line.text.clone()).collect()
}

/// Doubles numbers when it is asked for them.
pub fn doubled(numbers: impl Iterator<Item = i64>) -> impl Iterator<Item = i64> {
    numbers.map(|number| number * 2)
}

/// Pairs, as a map.
pub fn table(pairs: impl IntoIterator<Item = (String, u32)>) -> BTreeMap<String, u32> {
    pairs.into_iter().collect()
}

/// Takes `count` numbers and leaves the rest.
pub fn some(numbers: &mut dyn Iterator<Item = u32>, count: usize) -> Vec<u32> {
    numbers.take(count).collect()
}

/// What is not exported.
mod inner {
    /// Steps through texts.
    pub struct Steps<'t>(pub(super) std::slice::Iter<'t, String>);

    impl<'t> Iterator for Steps<'t> {
        type Item = &'t str;

        fn next(&mut self) -> Option<&'t str> {
            self.0.next().map(String::as_str)
        }
    }

    /// Nothing that iterates.
    pub struct Still(pub(super) usize);

    impl Still {
        /// How many there were.
        pub fn count(&self) -> usize {
            self.0
        }
    }
}

/// Gives out types that are not exported.
#[derive(Debug, Default)]
pub struct Ladder {
    steps: Vec<String>,
}

impl Ladder {
    /// Of these steps.
    pub fn new(steps: Vec<String>) -> Self {
        Self { steps }
    }

    /// Its steps.
    pub fn steps(&self) -> inner::Steps<'_> {
        inner::Steps(self.steps.iter())
    }

    /// Those from there on, if it is that high.
    pub fn above(&self, at: usize) -> Option<inner::Steps<'_>> {
        self.steps.get(at..).map(|rest| inner::Steps(rest.iter()))
    }

    /// One step more.
    pub fn push(&mut self, step: String) {
        self.steps.push(step);
    }

    /// Nothing that iterates: not served.
    pub fn still(&self) -> inner::Still {
        inner::Still(self.steps.len())
    }
}
