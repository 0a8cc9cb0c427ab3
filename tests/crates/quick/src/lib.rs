//! Calls that keep the interpreter lock, and what they must not wait for.

use std::io::{self, Write};
use std::sync::{Condvar, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Proven: const, on numbers.
pub const fn add(a: u32, b: u32) -> u32 {
    a + b
}

/// The same, but nobody knows what it does.
pub fn sum(a: u32, b: u32) -> u32 {
    a + b
}

/// Const, but declared not to be quick.
pub const fn limit(a: u32) -> u32 {
    a / 2
}

/// A constant.
pub const LIMIT: u32 = 7;

/// Sleeps. Is declared to be quick, which it is not.
pub fn doze(milliseconds: u32) {
    sleep(Duration::from_millis(milliseconds.into()));
}

/// Sleeps.
pub fn rest(milliseconds: u32) {
    sleep(Duration::from_millis(milliseconds.into()));
}

/// Calls back.
pub fn apply(value: u32, change: impl Fn(u32) -> u32) -> u32 {
    change(value)
}

/// Calls back on another thread.
pub fn apply_elsewhere(value: u32, change: impl Fn(u32) -> u32 + Sync) -> u32 {
    std::thread::scope(|scope| scope.spawn(|| change(value)).join().expect("no panic"))
}

/// A value that takes its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Gauge {
    /// A plain field.
    pub level: u32,
    /// One that is not.
    pub name: String,
}

impl Gauge {
    /// Proven: const.
    pub const fn new(level: u32) -> Self {
        Self {
            level,
            name: String::new(),
        }
    }

    /// Changes it slowly.
    pub fn refill(&mut self, milliseconds: u32) -> u32 {
        sleep(Duration::from_millis(milliseconds.into()));
        self.level += 1;
        self.level
    }

    /// Asks for it, and for whatever the callable does meanwhile. Declared.
    pub fn ask(&mut self, mut level: impl FnMut(&str, u32) -> Option<u32>) -> u32 {
        if let Some(level) = level(&self.name, self.level) {
            self.level = level;
        }
        self.level
    }

    /// Declared.
    pub fn read(&self) -> u32 {
        self.level
    }

    /// Proven, with many parameters.
    #[allow(clippy::too_many_arguments, reason = "the request has a longer head then")]
    pub const fn wide(
        &self,
        a: u8,
        b: u8,
        c: u8,
        d: u8,
        e: u8,
        f: u8,
        g: u8,
        h: u8,
        i: u8,
        j: u8,
        k: u8,
        l: u8,
        m: u8,
        n: u8,
    ) -> u32 {
        self.level + (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l ^ m ^ n) as u32
    }
}

/// Numbers that are compared as the compiler has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// One.
    pub x: i32,
    /// Another.
    pub y: (i32, Option<u8>),
}

impl Point {
    /// Makes it no record.
    pub fn turned(&self) -> Point {
        Point {
            x: self.y.0,
            y: (self.x, None),
        }
    }
}

/// The same, compared by hand.
#[derive(Debug, Clone)]
pub struct Spot {
    /// A number.
    pub x: i32,
}

impl PartialEq for Spot {
    fn eq(&self, other: &Self) -> bool {
        sleep(Duration::from_millis(1));
        self.x == other.x
    }
}

impl Spot {
    /// Makes it no record.
    pub fn turned(&self) -> Spot {
        Spot { x: -self.x }
    }
}

/// A few coins.
#[derive(Debug, Clone, Copy)]
pub struct Coin(u32);

impl Coin {
    /// Makes one.
    pub const fn new(value: u32) -> Self {
        Self(value)
    }

    /// Proven: it is copied.
    pub const fn value(self) -> u32 {
        self.0
    }
}

/// Writes to what it keeps.
pub struct Log<W: Write>(W);

impl<W: Write> Log<W> {
    /// Keeps it.
    pub fn new(to: W) -> Self {
        Self(to)
    }

    /// Writes a line.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.0, "{text}")
    }
}

static OPEN: Mutex<bool> = Mutex::new(false);
static OPENED: Condvar = Condvar::new();

/// Lets guards go.
pub fn open(open: bool) {
    *OPEN.lock().unwrap() = open;
    OPENED.notify_all();
}

/// Waits until it is let go, when it is dropped: in vain after ten seconds.
pub struct Guard(u32);

impl Guard {
    /// Makes one.
    pub fn new(number: u32) -> Self {
        Self(number)
    }

    /// Borrows it. The view's own destructor does nothing.
    pub fn view(&self) -> View<'_> {
        View(&self.0)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let start = Instant::now();
        let mut open = OPEN.lock().unwrap();
        while !*open && start.elapsed() < Duration::from_secs(10) {
            open = OPENED.wait_timeout(open, Duration::from_secs(1)).unwrap().0;
        }
    }
}

/// A view.
pub struct View<'a>(&'a u32);

impl View<'_> {
    /// Looks.
    pub const fn number(&self) -> u32 {
        *self.0
    }
}
