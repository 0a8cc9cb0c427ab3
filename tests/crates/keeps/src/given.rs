//! Callables that are given out.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// In a box.
pub fn adder(by: i64) -> Box<dyn Fn(i64) -> i64 + Send + Sync> {
    Box::new(move |value| value + by)
}

/// Only known as a callable.
pub fn multiplier(by: i64) -> impl Fn(i64) -> i64 + Send + Sync + 'static {
    move |value| value * by
}

/// A callable that holds two of the caller's.
pub fn compose(
    first: impl Fn(i64) -> i64 + 'static,
    second: impl Fn(i64) -> i64 + 'static,
) -> impl Fn(i64) -> i64 {
    move |value| second(first(value))
}

/// Shared by reference counts.
pub fn shared() -> Arc<dyn Fn(&str, f64) -> String + Send + Sync> {
    Arc::new(|text, number| format!("{text}{number}"))
}

/// The same on one thread.
pub fn local() -> Rc<dyn Fn() -> u8> {
    Rc::new(|| 7)
}

/// A state of its own.
pub fn counter() -> impl FnMut() -> u32 {
    let mut count = 0;
    move || {
        count += 1;
        count
    }
}

/// Good for one call.
pub fn greeting(name: String) -> Box<dyn FnOnce(&str) -> String> {
    Box::new(move |greeting| format!("{greeting}, {name}"))
}

/// Good for one call, and borrows.
pub fn parting<'a>(place: &'a Place) -> impl FnOnce() -> String + 'a {
    move || format!("good bye, {}", place.name)
}

fn double(value: i64) -> i64 {
    value * 2
}

fn halve(value: i64) -> i64 {
    value / 2
}

fn shout(text: &str) -> String {
    text.to_uppercase()
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or("")
}

/// A function pointer.
pub fn doubling() -> fn(i64) -> i64 {
    double
}

/// A function pointer, if there is one.
pub fn named(name: &str) -> Option<fn(i64) -> i64> {
    match name {
        "double" => Some(double),
        "halve" => Some(halve),
        _ => None,
    }
}

/// One that gives what it borrows.
pub fn splitter() -> for<'a> fn(&'a str) -> &'a str {
    first_word
}

/// All of them, by name.
pub const TABLE: &[(&str, fn(i64) -> i64)] = &[("double", double), ("halve", halve)];

/// In containers.
pub fn by_name() -> BTreeMap<String, Box<dyn Fn(i64) -> i64 + Send + Sync>> {
    BTreeMap::from([("one".to_owned(), adder(1)), ("ten".to_owned(), adder(10))])
}

/// Callables of the caller's own kind, one after the other.
pub fn chain(all: &[fn(i64) -> i64], value: i64) -> i64 {
    all.iter().fold(value, |value, one| one(value))
}

/// Something to be borrowed.
#[derive(Debug)]
pub struct Place {
    name: String,
    visits: Cell<u32>,
}

impl Place {
    /// A place.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            visits: Cell::new(0),
        }
    }

    /// Another name.
    pub fn rename(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    /// Visits, once with each call.
    pub fn visitor(&self) -> Box<dyn Fn() -> u32 + '_> {
        Box::new(|| {
            self.visits.set(self.visits.get() + 1);
            self.visits.get()
        })
    }

    /// Gives the place itself.
    pub fn finder<'p>(&'p self) -> impl Fn() -> &'p Place {
        move || self
    }
}

/// Fields that are callables.
pub struct Operation {
    /// What it is called.
    pub name: &'static str,
    /// What it does.
    pub run: fn(i64) -> i64,
    /// What it says.
    pub say: Option<fn(&str) -> String>,
    /// What it has.
    pub with: Box<dyn Fn(i64) -> i64>,
}

impl Operation {
    /// One that shouts.
    pub fn loud(by: i64) -> Self {
        Self {
            name: "loud",
            run: double,
            say: Some(shout),
            with: adder(by),
        }
    }

    /// A reference.
    pub fn action(&self) -> &dyn Fn(i64) -> i64 {
        &*self.with
    }
}

/// One that gives another.
pub fn curried() -> Box<dyn Fn(i64) -> Box<dyn Fn(i64) -> i64>> {
    Box::new(|a| Box::new(move |b| a - b))
}

/// One that fails.
pub fn checked() -> impl Fn(&str) -> Result<i64, std::num::ParseIntError> {
    |text| text.parse()
}

/// One that panics.
pub fn panicking() -> impl FnMut(bool) -> u8 {
    |now| if now { panic!("now") } else { 1 }
}

/// One that takes a callable.
pub fn twice() -> Box<dyn Fn(&dyn Fn(i64) -> i64, i64) -> i64> {
    Box::new(|f, value| f(f(value)))
}

/// One that asks another, and changes meanwhile.
pub fn feeding(mut ask: impl FnMut() -> u32 + 'static) -> Box<dyn FnMut() -> u32> {
    let mut sum = 0;
    Box::new(move || {
        sum += ask();
        sum
    })
}
