//! Types whose misuse would be undefined behaviour.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Owns text that others borrow.
pub struct Book {
    pub text: String,
}

impl Book {
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
        }
    }
    pub fn page(&self) -> Page<'_> {
        Page { text: &self.text }
    }
    pub fn page_mut(&mut self) -> Pen<'_> {
        Pen { text: &mut self.text }
    }
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }
    pub fn swallow(&mut self, other: &Book) {
        self.text.push_str(&other.text);
    }
    pub fn exchange(&mut self, _note: Vec<u32>, other: &mut Book) {
        std::mem::swap(&mut self.text, &mut other.text);
    }
    pub fn gate(&self) -> Gate<'_> {
        Gate(&self.text, Turnstile::new())
    }
    pub fn close(self) -> String {
        self.text
    }
    pub fn close_after(self, count: u32) -> String {
        self.text.repeat(count as usize)
    }
    pub fn tear(&mut self) {
        self.text.clear();
        panic!("torn");
    }
}

/// Borrows text, and reads it when it is dropped.
pub struct Page<'a> {
    text: &'a str,
}

pub static READ_ON_DROP: AtomicUsize = AtomicUsize::new(0);

impl<'a> Page<'a> {
    pub fn text(&self) -> &'a str {
        self.text
    }
    pub fn replace(&mut self, other: &Page<'a>) {
        self.text = other.text;
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        READ_ON_DROP.fetch_add(self.text.bytes().map(usize::from).sum(), Ordering::Relaxed);
    }
}

/// Borrows text exclusively.
pub struct Pen<'a> {
    text: &'a mut String,
}

impl Pen<'_> {
    pub fn write(&mut self, text: &str) {
        self.text.push_str(text);
    }
}

/// Stores what it is given.
pub struct Shelf<'a>(RefCell<Vec<&'a str>>);

impl<'a> Shelf<'a> {
    #[allow(clippy::new_without_default, reason = "a constructor is what is tried here")]
    pub fn new() -> Self {
        Self(RefCell::default())
    }
    pub fn add(&self, text: &'a str) {
        self.0.borrow_mut().push(text);
    }
    pub fn add_book(&self, book: &'a Book, times: u8) {
        for _ in 0..times {
            self.add(&book.text);
        }
    }
    pub fn all(&self) -> Vec<&'a str> {
        self.0.borrow().clone()
    }
}

/// `Send`, not `Sync`: overlapping calls would be a data race.
pub struct Turnstile(Cell<bool>);

impl Turnstile {
    #[allow(clippy::new_without_default, reason = "a constructor is what is tried here")]
    pub fn new() -> Self {
        Self(Cell::new(false))
    }
    pub fn pass(&self) -> bool {
        let alone = !self.0.replace(true);
        std::thread::sleep(Duration::from_millis(5));
        self.0.set(false);
        alone
    }
}

/// The same, and borrows text.
pub struct Gate<'a>(pub &'a str, Turnstile);

impl Gate<'_> {
    pub fn pass(&self) -> bool {
        self.1.pass()
    }
}

/// Uses what it lends.
pub struct Room(Turnstile);

impl Room {
    #[allow(clippy::new_without_default, reason = "a constructor is what is tried here")]
    pub fn new() -> Self {
        Self(Turnstile::new())
    }
    pub fn turnstile(&self) -> &Turnstile {
        &self.0
    }
    pub fn pass(&self) -> bool {
        self.0.pass()
    }
}

/// Neither `Send` nor `Sync`.
pub struct Local(Rc<Cell<u32>>, std::thread::ThreadId);

pub static DROPPED_ELSEWHERE: AtomicUsize = AtomicUsize::new(0);

impl Drop for Local {
    fn drop(&mut self) {
        if std::thread::current().id() != self.1 {
            DROPPED_ELSEWHERE.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Local {
    #[allow(clippy::new_without_default, reason = "a constructor is what is tried here")]
    pub fn new() -> Self {
        Self(Rc::new(Cell::new(1)), std::thread::current().id())
    }
    pub fn share(&self) -> Self {
        Self(Rc::clone(&self.0), std::thread::current().id())
    }
    pub fn count(&self) -> usize {
        Rc::strong_count(&self.0)
    }
}

/// Runs a hook when it is dropped.
pub struct Bell;

pub static ON_DROP: std::sync::Mutex<Option<fn()>> = std::sync::Mutex::new(None);

impl Bell {
    #[allow(clippy::new_without_default, reason = "a constructor is what is tried here")]
    pub fn new() -> Self {
        Self
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        let hook = *ON_DROP.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(hook) = hook {
            hook();
        }
    }
}

pub fn echo(value: serde_json::Value) -> serde_json::Value {
    value
}

pub fn sum(numbers: &[u8]) -> u64 {
    numbers.iter().map(|number| u64::from(*number)).sum()
}
