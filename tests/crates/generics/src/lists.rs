//! Traits that lists, numbers and whatever is iterated over implement, and parameters whose bounds name each other.

use std::borrow::Borrow;
use std::ops::{Index, Range, RangeInclusive};

/// What is asked of many numbers.
pub trait Summary<T> {
    /// Their mean.
    fn mean(self) -> T;
    /// How many are greater than one.
    fn above(self, limit: T) -> usize;
}

impl<I> Summary<f64> for I
where
    I: IntoIterator,
    I::Item: Borrow<f64>,
{
    fn mean(self) -> f64 {
        let (mut sum, mut count) = (0.0, 0.0);
        for item in self {
            sum += item.borrow();
            count += 1.0;
        }
        sum / count
    }

    fn above(self, limit: f64) -> usize {
        self.into_iter().filter(|item| *item.borrow() > limit).count()
    }
}

/// What is done with items in their order.
pub trait Turned {
    /// What they are.
    type Item;

    /// The last one is the first.
    fn turn(&mut self);
    /// The one in the middle.
    fn middle(&self) -> Option<&Self::Item>;
}

impl<T> Turned for [T] {
    type Item = T;

    fn turn(&mut self) {
        self.reverse();
    }

    fn middle(&self) -> Option<&T> {
        self.get(self.len() / 2)
    }
}

/// What is found by its place.
pub trait Picked: Index<usize> {
    /// The first that is wanted.
    fn pick<F: Fn(&Self::Output) -> bool>(&self, wanted: F) -> Option<&Self::Output>;
}

impl<T> Picked for [T] {
    fn pick<F: Fn(&T) -> bool>(&self, wanted: F) -> Option<&T> {
        self.iter().find(|item| wanted(item))
    }
}

/// What can be nothing.
pub trait Cleared {
    /// Makes it nothing; what it was.
    fn clear(&mut self) -> bool;
}

impl Cleared for f64 {
    fn clear(&mut self) -> bool {
        std::mem::take(self) != 0.0
    }
}

/// What has a middle.
pub trait Scale: Copy {
    /// The one between two.
    fn halfway(low: Self, high: Self) -> Self;
}

impl Scale for i64 {
    fn halfway(low: Self, high: Self) -> Self {
        (low + high) / 2
    }
}

impl Scale for f64 {
    fn halfway(low: Self, high: Self) -> Self {
        f64::midpoint(low, high)
    }
}

/// Two ends.
pub trait Span<T> {
    /// They.
    fn ends(&self) -> (T, T);
}

impl<T: Scale> Span<T> for Range<T> {
    fn ends(&self) -> (T, T) {
        (self.start, self.end)
    }
}

impl<T: Scale> Span<T> for RangeInclusive<T> {
    fn ends(&self) -> (T, T) {
        (*self.start(), *self.end())
    }
}

/// What is between them.
pub fn between<T, S>(span: S) -> T
where
    T: Scale,
    S: Span<T>,
{
    let (low, high) = span.ends();
    T::halfway(low, high)
}

/// What is found at a place of so many numbers.
pub trait Field<const N: usize> {
    /// It.
    fn at(&self, place: [f64; N]) -> f64;
}

/// The same everywhere.
#[derive(Debug, Clone)]
pub struct Flat(f64);

impl Flat {
    /// That.
    pub fn new(value: f64) -> Self {
        Self(value)
    }
}

impl Field<2> for Flat {
    fn at(&self, place: [f64; 2]) -> f64 {
        self.0 + place[1]
    }
}

impl Field<3> for Flat {
    fn at(&self, place: [f64; 3]) -> f64 {
        self.0 + place[2]
    }
}

/// Twice as much as there is in another.
#[derive(Debug, Clone)]
pub struct Doubled<F: Field<N>, const N: usize> {
    field: F,
}

impl<F: Field<N>, const N: usize> Doubled<F, N> {
    /// Of that.
    pub fn new(field: F) -> Self {
        Self { field }
    }

    /// What is there.
    pub fn at(&self, place: [f64; N]) -> f64 {
        2.0 * self.field.at(place)
    }
}

/// What is found at a place of so many numbers of a kind.
pub trait Wave<T, const N: usize> {
    /// It.
    fn height(&self, place: [T; N]) -> f64;
}

impl<T, W: Wave<T, N> + ?Sized, const N: usize> Wave<T, N> for Box<W> {
    fn height(&self, place: [T; N]) -> f64 {
        (**self).height(place)
    }
}

impl Wave<f64, 1> for Flat {
    fn height(&self, place: [f64; 1]) -> f64 {
        self.0 + place[0]
    }
}

impl Wave<f64, 2> for Flat {
    fn height(&self, place: [f64; 2]) -> f64 {
        self.0 + place[1]
    }
}

/// The sum of two: of what nothing is asked, the trait is asked for by.
pub struct Summed<T, A: Wave<T, N>, B: Wave<T, N>, const N: usize> {
    first: A,
    second: B,
    kind: std::marker::PhantomData<T>,
}

impl<T, A: Wave<T, N>, B: Wave<T, N>, const N: usize> Summed<T, A, B, N> {
    /// Of those.
    pub fn new(first: A, second: B) -> Self {
        Self {
            first,
            second,
            kind: std::marker::PhantomData,
        }
    }
}

impl<T: Copy, A: Wave<T, N>, B: Wave<T, N>, const N: usize> Wave<T, N> for Summed<T, A, B, N> {
    fn height(&self, place: [T; N]) -> f64 {
        self.first.height(place) + self.second.height(place)
    }
}

/// As high as it is far.
#[derive(Debug, Clone, Default)]
pub struct Steep;

impl Wave<f64, 2> for Steep {
    fn height(&self, place: [f64; 2]) -> f64 {
        place[0] + place[1]
    }
}

/// Higher than another: nothing is asked of that here.
#[derive(Debug, Clone)]
pub struct Raised<W> {
    wave: W,
    by: f64,
}

impl<W> Raised<W> {
    /// By so much.
    pub fn new(wave: W, by: f64) -> Self {
        Self { wave, by }
    }
}

impl<W: Wave<f64, 1>> Wave<f64, 1> for Raised<W> {
    fn height(&self, place: [f64; 1]) -> f64 {
        self.wave.height(place) + self.by
    }
}

impl<W: Wave<f64, 2>> Wave<f64, 2> for Raised<W> {
    fn height(&self, place: [f64; 2]) -> f64 {
        self.wave.height(place) + self.by
    }
}

/// What lends itself.
pub trait Lent<T> {
    /// It.
    fn lent(&self) -> &T;
}

impl<T: Scale> Lent<T> for T {
    fn lent(&self) -> &T {
        self
    }
}

/// Makes one of nothing.
pub struct Maker;

/// What can be made.
pub trait Makes<T> {
    /// One.
    fn make(&self) -> T;
}

impl Makes<u8> for Maker {
    fn make(&self) -> u8 {
        7
    }
}

impl Makes<f64> for Maker {
    fn make(&self) -> f64 {
        0.5
    }
}

/// One of them.
pub fn made<T>() -> T
where
    Maker: Makes<T>,
{
    Maker.make()
}

/// A number or text, by which something is found.
pub trait Name: Clone {
    /// For people.
    fn shown(&self) -> String;
}

impl Name for i64 {
    fn shown(&self) -> String {
        format!("#{self}")
    }
}

impl Name for String {
    fn shown(&self) -> String {
        self.clone()
    }
}

/// Names, in their order.
#[derive(Debug, Clone, Default)]
pub struct Names<N: Name> {
    all: Vec<N>,
}

impl<N: Name> Names<N> {
    /// None.
    pub fn new() -> Self {
        Self { all: Vec::new() }
    }

    /// One more.
    pub fn add(&mut self, name: N) {
        self.all.push(name);
    }

    /// All of them, for people.
    pub fn shown(&self) -> Vec<String> {
        self.all.iter().map(Name::shown).collect()
    }
}

/// Between two that may be lent.
#[derive(Debug, Clone)]
pub struct Middle<T: Scale>(T);

impl Middle<f64> {
    /// Of two.
    pub fn new<A: Lent<f64>, B: Lent<f64>>(low: A, high: B) -> Self {
        Self(f64::halfway(*low.lent(), *high.lent()))
    }

    /// Where it is.
    pub fn place(&self) -> f64 {
        self.0
    }
}

/// Some that are looked at.
#[derive(Debug, Clone)]
pub struct Starts<'a, N>(Vec<&'a N>);

impl<'a, N> From<&'a N> for Starts<'a, N> {
    fn from(one: &'a N) -> Self {
        Self(vec![one])
    }
}

/// They, and what comes next.
pub fn onwards<'a, N, S, F>(start: S, next: F) -> Vec<N>
where
    N: Clone + 'a,
    S: Into<Starts<'a, N>>,
    F: Fn(&N) -> N,
{
    start
        .into()
        .0
        .into_iter()
        .flat_map(|one| [one.clone(), next(one)])
        .collect()
}
