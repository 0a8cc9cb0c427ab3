//! What is called directly.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How many vaults were dropped.
pub static DROPPED: AtomicUsize = AtomicUsize::new(0);
/// How many slow calls have begun.
pub static BEGUN: AtomicUsize = AtomicUsize::new(0);

type Hook = Box<dyn FnOnce() + Send>;

/// Runs inside the next [`Vault::visit`].
pub static INSIDE: Mutex<Option<Hook>> = Mutex::new(None);
/// Runs when the next vault is dropped.
pub static ON_DROP: Mutex<Option<Hook>> = Mutex::new(None);

fn run(hook: &Mutex<Option<Hook>>) {
    let hook = hook.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(hook) = hook {
        hook();
    }
}

/// Its destructor is seen.
#[derive(Debug)]
pub struct Vault(pub u32);

impl Vault {
    pub fn new(content: u32) -> Self {
        Self(content)
    }
    pub fn content(&self) -> u32 {
        self.0
    }
    /// Changes it slowly.
    pub fn refill(&mut self, milliseconds: u32) -> u32 {
        BEGUN.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(milliseconds.into()));
        self.0 += 1;
        self.0
    }
    /// Does what somebody else wants done meanwhile.
    pub fn visit(&self) -> u32 {
        run(&INSIDE);
        self.0
    }
    pub fn add(&mut self, text: &str, other: &Vault) -> u32 {
        self.0 += other.0 + text.len() as u32;
        self.0
    }
    pub fn crack(&mut self, really: bool) -> u32 {
        self.0 = 0;
        assert!(!really, "cracked");
        self.0
    }
    pub fn peek(&self) -> Peek<'_> {
        Peek(&self.0)
    }
    pub fn into_content(self) -> u32 {
        self.0
    }
    pub fn maybe(one: Option<&Vault>) -> u32 {
        one.map_or(0, |one| one.0)
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
        run(&ON_DROP);
    }
}

/// Borrows.
pub struct Peek<'a>(&'a u32);

impl Peek<'_> {
    pub fn get(&self) -> u32 {
        *self.0
    }
}

/// Stores what it is given.
#[derive(Default)]
pub struct Shelf<'a> {
    texts: Mutex<Vec<&'a str>>,
    bytes: Mutex<Vec<&'a [u8]>>,
    numbers: Mutex<Vec<&'a [u32]>>,
}

fn push<T>(to: &Mutex<Vec<T>>, item: T) -> u32 {
    let mut all = to.lock().unwrap_or_else(PoisonError::into_inner);
    all.push(item);
    all.len() as u32
}

impl<'a> Shelf<'a> {
    pub fn new() -> Self {
        Self::default()
    }
    pub fn text(&self, text: &'a str) -> u32 {
        push(&self.texts, text)
    }
    pub fn bytes(&self, bytes: &'a [u8]) -> u32 {
        push(&self.bytes, bytes)
    }
    pub fn numbers(&self, numbers: &'a [u32]) -> u32 {
        assert!(numbers.as_ptr().is_aligned());
        push(&self.numbers, numbers)
    }
    /// All there is, as one text.
    pub fn all(&self) -> String {
        fn of<T: Copy>(all: &Mutex<Vec<T>>) -> Vec<T> {
            all.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }
        let bytes = of(&self.bytes);
        format!("{:?} {bytes:?} {:?}", of(&self.texts), of(&self.numbers))
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

/// Neither `Send` nor `Sync`.
pub struct Local(Rc<Cell<u32>>);

impl Local {
    #[allow(clippy::new_without_default, reason = "a constructor is what is tried here")]
    pub fn new() -> Self {
        Self(Rc::default())
    }
    pub fn count(&self) -> u32 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }
}

/// The sum, and whether the numbers are aligned.
pub fn total(numbers: &[u64]) -> u64 {
    assert!(numbers.as_ptr().is_aligned());
    numbers.iter().fold(0, |sum, number| sum.wrapping_add(*number))
}

/// The address of what is lent.
pub fn address(numbers: &[u64]) -> u64 {
    numbers.as_ptr().expose_provenance() as u64
}

/// Numbers that are the callee's own.
pub fn owned(mut numbers: Vec<u16>) -> u64 {
    numbers.push(1);
    numbers.into_iter().map(u64::from).sum()
}

pub fn length(text: &str, bytes: &[u8]) -> u64 {
    (text.chars().count() + bytes.len()) as u64
}

pub fn apply(value: u32, change: impl Fn(u32) -> u32) -> u32 {
    change(value)
}

pub fn checked(number: u32) -> Result<u32, String> {
    if number < 10 {
        Ok(number)
    } else {
        Err("too many".to_owned())
    }
}
