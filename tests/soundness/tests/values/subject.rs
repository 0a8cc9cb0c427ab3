//! Values that are shared, last for ever, are changed where they are kept, or are made from one of several types.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// How many books are gone.
pub static GONE: AtomicUsize = AtomicUsize::new(0);

/// Owns text.
pub struct Book {
    pub text: String,
}

impl Book {
    pub fn new(text: String) -> Self {
        Self { text }
    }
    pub fn text(&self) -> &str {
        &self.text
    }
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        GONE.fetch_add(1, Ordering::Relaxed);
    }
}

/// What any thread may own, but one at a time may look at.
pub struct Page {
    reads: Cell<u32>,
}

impl Page {
    pub fn read(&self) -> u32 {
        self.reads.set(self.reads.get() + 1);
        self.reads.get()
    }
}

/// Shares what it has.
pub struct Shelf {
    book: Mutex<Option<Arc<Book>>>,
    local: Rc<Book>,
    page: Arc<Page>,
}

impl Shelf {
    #[allow(
        clippy::arc_with_non_send_sync,
        reason = "that one thread has it is what is tried here"
    )]
    pub fn new(text: String) -> Self {
        Self {
            book: Mutex::new(Some(Arc::new(Book::new(text.clone())))),
            local: Rc::new(Book::new(text)),
            page: Arc::new(Page { reads: Cell::new(0) }),
        }
    }
    pub fn book(&self) -> Option<Arc<Book>> {
        self.book.lock().expect("nobody panics").clone()
    }
    pub fn local(&self) -> Rc<Book> {
        Rc::clone(&self.local)
    }
    pub fn page(&self) -> Arc<Page> {
        Arc::clone(&self.page)
    }
    pub fn clear(&self) {
        *self.book.lock().expect("nobody panics") = None;
    }
}

/// Lends a book that it shares to a callable.
pub fn lend(text: String, f: impl FnOnce(Arc<Book>)) {
    f(Arc::new(Book::new(text)));
}

/// Where it is, how long, and what it begins with.
pub fn lasting(data: &'static [u8]) -> (usize, usize, u8) {
    (
        data.as_ptr().expose_provenance(),
        data.len(),
        data.first().copied().unwrap_or_default(),
    )
}

/// The same of text.
pub fn lasting_text(text: &'static str) -> (usize, usize) {
    (text.as_ptr().expose_provenance(), text.len())
}

/// The same of numbers.
pub fn lasting_numbers(numbers: &'static [u16]) -> (usize, usize) {
    (numbers.as_ptr().expose_provenance(), numbers.len())
}

/// Numbers that are changed where they are.
pub struct Window<'a>(&'a mut [u32]);

impl<'a> Window<'a> {
    pub fn new(numbers: &'a mut [u32]) -> Self {
        Self(numbers)
    }
    pub fn read(room: &'a mut Vec<u32>) -> Self {
        room.extend(0..50);
        Self(room)
    }
    pub fn add(&mut self, number: u32) {
        for one in self.0.iter_mut() {
            *one += number;
        }
    }
    pub fn sum(&self) -> u32 {
        self.0.iter().sum()
    }
}

/// What a library has its own type for.
#[derive(Debug, PartialEq)]
pub enum Json {
    Null,
    Int(i64),
    List(Vec<Json>),
}

/// How deep it is.
pub fn depth(value: &Json) -> usize {
    match value {
        Json::List(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// A note that is no book.
pub struct Note(pub String);

impl Note {
    pub fn new(text: String) -> Self {
        Self(text)
    }
}

/// What is made from a book or a note, or from an object with a word or a number.
pub enum Source<T> {
    Book(Book),
    Note(Note),
    Worded(T, String),
    Numbered(T, u32),
}

impl<T> From<Book> for Source<T> {
    fn from(book: Book) -> Self {
        Self::Book(book)
    }
}

impl<T> From<Note> for Source<T> {
    fn from(note: Note) -> Self {
        Self::Note(note)
    }
}

impl<T> From<(T, String)> for Source<T> {
    fn from((object, word): (T, String)) -> Self {
        Self::Worded(object, word)
    }
}

impl<T> From<(T, u32)> for Source<T> {
    fn from((object, number): (T, u32)) -> Self {
        Self::Numbered(object, number)
    }
}

/// What the callable gave.
pub fn gather<T>(f: impl FnOnce() -> Source<T>) -> String {
    match f() {
        Source::Book(book) => format!("book {}", book.text),
        Source::Note(note) => format!("note {}", note.0),
        Source::Worded(_, word) => format!("word {word}"),
        Source::Numbered(_, number) => format!("number {number}"),
    }
}

/// A value that has no form if it is odd.
pub struct Even(pub u32);

/// Passes a book and a number.
pub fn report(text: String, number: u32, f: impl FnOnce(Book, Even) -> u32) -> u32 {
    f(Book::new(text), Even(number))
}
