//! Generic items: each comes about in another way.

pub mod colours;
pub mod data;
pub mod lists;
pub mod paint;
pub mod random;
pub mod sealed;
pub mod shapes;
pub mod streams;

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::str::FromStr;

pub use crate::shapes::Cell;

/// A stack of anything.
#[derive(Debug, Clone, Default)]
pub struct Stack<T> {
    items: Vec<T>,
}

impl<T> Stack<T> {
    /// An empty one.
    pub fn new() -> Self {
        Self { items: Vec::new() }
    }

    /// Puts one on top.
    pub fn push(&mut self, item: T) {
        self.items.push(item);
    }

    /// Takes the one on top.
    pub fn pop(&mut self) -> Option<T> {
        self.items.pop()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// What they are as something else.
    pub fn convert<U: From<u8>>(&self) -> Vec<U>
    where
        T: Into<U> + Clone,
    {
        self.items.iter().cloned().map(Into::into).collect()
    }
}

/// Reads text as whatever is wanted.
pub fn parse<T: FromStr>(text: &str) -> Result<T, T::Err> {
    text.parse()
}

/// What is made of nothing.
pub fn nothing<T: Default>() -> T {
    T::default()
}

/// The name of a type and of what is passed.
pub fn describe<A, B>(first: A, second: B) -> String
where
    A: Debug,
    B: Debug,
{
    format!("{}:{first:?} {second:?}", std::any::type_name::<A>())
}

/// The biggest of all.
pub fn biggest<T: PartialOrd + Clone>(all: Vec<T>) -> Option<T> {
    let mut all = all.into_iter();
    let first = all.next()?;
    Some(all.fold(first, |a, b| if b > a { b } else { a }))
}

/// So many zeros.
pub fn zeros<const N: usize>() -> [u8; N] {
    [0; N]
}

/// How many numbers are passed, as the type says, and their sum.
pub fn sum<const N: usize>(numbers: [i64; N]) -> (usize, i64) {
    (N, numbers.iter().sum())
}

/// Text for ever.
pub fn kept<T: Into<&'static str>>(text: T) -> usize {
    text.into().len()
}

/// Words, in whatever they are collected.
pub fn words<C: FromIterator<String>>(text: &str) -> C {
    text.split(' ').map(str::to_owned).collect()
}

/// What a row's cells can be made into.
pub trait FromCell: Sized {
    /// Makes it.
    fn from_cell(cell: &Cell) -> Result<Self, WrongCell>;
}

/// A cell is of another type.
#[derive(Debug, Clone, PartialEq)]
pub struct WrongCell {
    /// What was wanted.
    pub wanted: String,
}

impl Display for WrongCell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the cell is no {}", self.wanted)
    }
}

impl std::error::Error for WrongCell {}

fn wrong<T>(wanted: &str) -> Result<T, WrongCell> {
    Err(WrongCell {
        wanted: wanted.to_owned(),
    })
}

impl FromCell for i64 {
    fn from_cell(cell: &Cell) -> Result<Self, WrongCell> {
        match cell {
            Cell::Int(value) => Ok(*value),
            _ => wrong("i64"),
        }
    }
}

impl FromCell for String {
    fn from_cell(cell: &Cell) -> Result<Self, WrongCell> {
        match cell {
            Cell::Text(value) => Ok(value.clone()),
            _ => wrong("String"),
        }
    }
}

impl FromCell for shapes::Point {
    fn from_cell(cell: &Cell) -> Result<Self, WrongCell> {
        match cell {
            Cell::Int(value) => Ok(shapes::Point { x: *value, y: *value }),
            _ => wrong("Point"),
        }
    }
}

impl FromCell for Cell {
    fn from_cell(cell: &Cell) -> Result<Self, WrongCell> {
        Ok(cell.clone())
    }
}

/// How a cell is named.
pub trait Place {
    /// Its number.
    fn number(&self, row: &Row) -> Option<usize>;
}

impl Place for usize {
    fn number(&self, _: &Row) -> Option<usize> {
        Some(*self)
    }
}

impl Place for &str {
    fn number(&self, row: &Row) -> Option<usize> {
        row.names.get(*self).copied()
    }
}

/// A row of cells.
#[derive(Debug, Clone, Default)]
pub struct Row {
    cells: Vec<Cell>,
    names: BTreeMap<String, usize>,
}

impl Row {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a number.
    pub fn int(&mut self, name: &str, value: i64) {
        self.names.insert(name.to_owned(), self.cells.len());
        self.cells.push(Cell::Int(value));
    }

    /// Adds text.
    pub fn text(&mut self, name: &str, value: &str) {
        self.names.insert(name.to_owned(), self.cells.len());
        self.cells.push(Cell::Text(value.to_owned()));
    }

    /// A cell as what is wanted.
    pub fn get<P: Place, T: FromCell>(&self, place: P) -> Result<T, WrongCell> {
        let number = place.number(self);
        match number.and_then(|at| self.cells.get(at)) {
            Some(cell) => T::from_cell(cell),
            None => wrong("cell"),
        }
    }
}

/// What can be put into a store.
pub trait Params {
    /// As text.
    fn text(&self) -> String;
}

impl Params for () {
    fn text(&self) -> String {
        String::new()
    }
}

impl<A: Display, B: Display> Params for (A, B) {
    fn text(&self) -> String {
        format!("{}={}", self.0, self.1)
    }
}

/// Holds texts.
#[derive(Debug, Default)]
pub struct Store {
    texts: Vec<String>,
}

impl Store {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts in what is given.
    pub fn put<P: Params>(&mut self, params: P) -> usize {
        self.texts.push(params.text());
        self.texts.len()
    }

    /// The last text.
    pub fn last(&self) -> Option<&str> {
        self.texts.last().map(String::as_str)
    }
}

/// Says how a table is laid out.
pub trait Layout {
    /// A table of such items.
    type Table<W: Copy>;
}

/// So many rows.
pub struct Rows<const N: usize>;

impl<const N: usize> Layout for Rows<N> {
    type Table<W: Copy> = [[W; 3]; N];
}

/// A table in some layout.
pub struct Chart<W: Copy, L: Layout = Rows<2>> {
    table: L::Table<W>,
}

impl Chart<u16> {
    /// Filled with that.
    pub fn new(item: u16) -> Self {
        Self {
            table: [[item; 3]; 2],
        }
    }

    /// What is in it.
    pub fn table(&self) -> &<Rows<2> as Layout>::Table<u16> {
        &self.table
    }
}

/// Says where what is measured in `R`, and in `C` if nothing else is said, is kept.
pub trait Keeper<R, C = Rows<1>> {
    /// There.
    type Kept;
}

impl<C> Keeper<Rows<2>, C> for Cell {
    type Kept = Held<C>;
}

/// What is kept.
pub struct Held<C> {
    items: Vec<C>,
}

impl<C> Held<C> {
    /// How much it is.
    pub fn len(&self) -> usize {
        self.items.len()
    }
}

/// It, without saying in what else.
pub fn rows(count: usize) -> <Cell as Keeper<Rows<2>>>::Kept {
    Held {
        items: (0..count).map(|_| Rows).collect(),
    }
}

/// Something that can be read off a tape.
pub trait Reading: Sized {
    /// From a number there.
    fn read(number: i16) -> Self;
}

impl Reading for i16 {
    fn read(number: i16) -> Self {
        number
    }
}

impl Reading for String {
    fn read(number: i16) -> Self {
        format!("<{number}>")
    }
}

/// What is left on a tape, as something.
pub struct Readings<'a, S> {
    numbers: std::slice::Iter<'a, i16>,
    kind: std::marker::PhantomData<S>,
}

impl<S: Reading> Iterator for Readings<'_, S> {
    type Item = S;

    fn next(&mut self) -> Option<S> {
        self.numbers.next().map(|number| S::read(*number))
    }
}

/// Numbers, and which of them are marked.
pub struct Tape {
    numbers: Vec<i16>,
    marked: std::ops::RangeInclusive<usize>,
}

impl Tape {
    /// With these numbers.
    pub fn new(numbers: Vec<i16>) -> Self {
        Self { numbers, marked: 0..=0 }
    }

    /// What is on it, as what is asked for.
    pub fn readings<'a, S: Reading>(&'a self) -> Readings<'a, S> {
        Readings { numbers: self.numbers.iter(), kind: std::marker::PhantomData }
    }

    /// Marks some, and gives those before.
    pub fn mark(&mut self, marked: &std::ops::Range<usize>) -> Option<(&std::ops::RangeInclusive<usize>, usize)> {
        self.marked = marked.start..=marked.end.checked_sub(1)?;
        Some((&self.marked, marked.len()))
    }

    /// It is one of the numbers.
    pub fn contains_key(&self, number: i16) -> bool {
        self.numbers.contains(&number)
    }
}
