//! Types behind traits, which no two have in common but their methods.

use std::sync::atomic::{AtomicUsize, Ordering};

/// What has text.
pub trait Text {
    fn text(&self) -> &str;
    fn push(&mut self, more: &str);
}

/// Owns its text.
pub struct Book(String);

impl Book {
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Text for Book {
    fn text(&self) -> &str {
        &self.0
    }
    fn push(&mut self, more: &str) {
        self.0.push_str(more);
    }
}

/// Has no text of its own: as a book it would be read at the address 7.
pub struct Number(pub [usize; 3]);

impl Number {
    pub fn new() -> Self {
        Self([7; 3])
    }
}

impl Default for Number {
    fn default() -> Self {
        Self::new()
    }
}

impl Text for Number {
    fn text(&self) -> &str {
        "seven"
    }
    fn push(&mut self, _more: &str) {
        self.0[0] += 1;
    }
}

/// Borrows a book, and reads it when it is dropped.
pub struct Margin<'a>(&'a Book);

pub static READ_ON_DROP: AtomicUsize = AtomicUsize::new(0);

impl<'a> Margin<'a> {
    pub fn new(book: &'a Book) -> Self {
        Self(book)
    }
}

impl Text for Margin<'_> {
    fn text(&self) -> &str {
        &self.0.0
    }
    fn push(&mut self, _more: &str) {}
}

impl Drop for Margin<'_> {
    fn drop(&mut self) {
        READ_ON_DROP.fetch_add(self.0.text().len(), Ordering::Relaxed);
    }
}

/// Owns anything that has text.
#[derive(Default)]
pub struct Shelf(Vec<Box<dyn Text>>);

impl Shelf {
    pub fn new() -> Self {
        Self::default()
    }
    pub fn put(&mut self, text: Box<dyn Text>) {
        self.0.push(text);
    }
    pub fn get(&self) -> &dyn Text {
        &**self.0.last().expect("something was put there")
    }
    pub fn get_mut(&mut self) -> &mut dyn Text {
        &mut **self.0.last_mut().expect("something was put there")
    }
    pub fn take(&mut self) -> Box<dyn Text> {
        self.0.pop().expect("something was put there")
    }
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

pub fn text_of(text: &dyn Text) -> String {
    text.text().to_owned()
}

pub fn push(text: &mut dyn Text, more: &str) {
    text.push(more);
}

pub fn longer<'a>(one: &'a dyn Text, other: &'a dyn Text) -> &'a dyn Text {
    if one.text().len() > other.text().len() {
        one
    } else {
        other
    }
}

/// Who judges text.
pub trait Judge {
    fn judge(&self, text: &str) -> u32;
}

/// What somebody thinks who is only lent.
pub struct Opinion<'a>(&'a dyn Judge);

impl<'a> Opinion<'a> {
    pub fn new(judge: &'a dyn Judge) -> Self {
        Self(judge)
    }
    pub fn ask(&self, text: &str) -> u32 {
        self.0.judge(text)
    }
}

/// Owns its judges.
#[derive(Default)]
pub struct Court(Vec<Box<dyn Judge>>);

impl Court {
    pub fn new() -> Self {
        Self::default()
    }
    pub fn add(&mut self, judge: Box<dyn Judge>) {
        self.0.push(judge);
    }
    pub fn sum(&self, text: &str) -> u32 {
        self.0.iter().map(|judge| judge.judge(text)).sum()
    }
}

pub fn ask(judge: &dyn Judge, text: &str) -> u32 {
    judge.judge(text)
}
