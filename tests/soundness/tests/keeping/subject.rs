//! Types that keep callables, and call them when they like.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Owns text.
pub struct Book {
    pub text: String,
}

impl Book {
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Keeps a callable.
pub struct Keeper(Box<dyn Fn(u32) -> u32 + Send + Sync>);

impl Keeper {
    pub fn new(f: impl Fn(u32) -> u32 + Send + Sync + 'static) -> Self {
        Self(Box::new(f))
    }
    pub fn call(&self, x: u32) -> u32 {
        (self.0)(x)
    }
    /// On a thread that nobody waits for, which then drops it. What the thread came to is asked for later.
    pub fn call_elsewhere(self, x: u32) -> Thread {
        let (tell, told) = channel();
        let thread = std::thread::spawn(move || {
            let given = self.call(x);
            drop(self);
            tell.send(given).expect("somebody asks");
        });
        Thread {
            thread: Some(thread),
            told,
        }
    }
    /// Dropped by another thread.
    pub fn drop_elsewhere(self) {
        std::thread::spawn(move || drop(self))
            .join()
            .expect("dropping it does not panic");
    }
}

/// Keeps a function pointer.
pub struct Rule(fn(u32) -> u32);

impl Rule {
    pub fn new(f: fn(u32) -> u32) -> Self {
        Self(f)
    }
    pub fn call(&self, x: u32) -> u32 {
        (self.0)(x)
    }
}

/// What a thread comes to.
pub struct Thread {
    thread: Option<JoinHandle<()>>,
    told: Receiver<u32>,
}

impl Thread {
    /// What it gave; nothing if it came to no end.
    pub fn join(&mut self) -> Option<u32> {
        self.thread.take()?.join().ok()?;
        self.told.try_recv().ok()
    }
    /// The same, but a panic goes on here.
    pub fn resume(&mut self) {
        if let Some(Err(panicked)) = self.thread.take().map(JoinHandle::join) {
            std::panic::resume_unwind(panicked);
        }
    }
}

/// Calls a reader with books that are gone afterwards.
pub struct Library {
    tell: Option<Sender<String>>,
    thread: Option<JoinHandle<()>>,
    done: Receiver<usize>,
}

impl Library {
    pub fn new(read: impl Fn(&Book) -> usize + Send + 'static) -> Self {
        let (tell, texts) = channel::<String>();
        let (tells, done) = channel();
        let thread = std::thread::spawn(move || {
            for text in texts {
                let book = Book { text };
                let read = read(&book);
                drop(book);
                tells.send(read).expect("somebody asks");
            }
        });
        Self {
            tell: Some(tell),
            thread: Some(thread),
            done,
        }
    }
    pub fn lend(&self, text: String) {
        let tell = self.tell.as_ref().expect("it is open");
        tell.send(text).expect("the thread waits");
    }
    pub fn read(&self) -> Option<usize> {
        self.done.recv_timeout(Duration::from_secs(60)).ok()
    }
    pub fn close(&mut self) {
        self.tell = None;
        if let Some(thread) = self.thread.take() {
            thread.join().expect("it does not panic");
        }
    }
}

/// Borrows text, and may be changed.
pub struct View<'a>(&'a str);

impl<'a> View<'a> {
    pub fn text(&self) -> &'a str {
        self.0
    }
    pub fn set(&mut self, text: &'a str) {
        self.0 = text;
    }
    pub fn swap(&mut self, other: &mut View<'a>) {
        std::mem::swap(&mut self.0, &mut other.0);
    }
    pub fn shorten(&mut self) {
        self.0 = &self.0[1..];
    }
}

/// Lends two views, of which the text of the second is gone when the first is read.
pub fn views(text: String, f: impl FnOnce(&mut View<'_>, &mut View<'_>)) -> String {
    let mut long = View(&text);
    {
        let other = text.clone() + "!";
        f(&mut long, &mut View(&other));
    }
    long.text().to_owned()
}

/// Numbers, of which it knows how many there are.
pub fn numbers(f: impl FnMut(u32) -> u32 + Send + Sync + 'static) -> impl Iterator<Item = u32> {
    (0..100).map(f)
}

/// What fails, on another thread.
pub fn failing(f: impl FnOnce(u32) -> std::io::Result<u32> + Send + 'static) -> std::io::Result<u32> {
    std::thread::spawn(move || f(1))
        .join()
        .expect("what fails does not panic")
}

/// An error of words alone.
pub fn worded(f: impl FnOnce(u32) -> Result<u32, String> + 'static) -> Result<u32, String> {
    f(1)
}

/// A failure that Rust does without.
pub fn lenient(f: impl FnOnce(u32) -> std::io::Result<u32> + 'static) -> u32 {
    f(1).unwrap_or(7)
}
