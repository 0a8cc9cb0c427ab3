//! Values that take their time.

use std::io::Read;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How many destructors ran.
pub static DROPPED: AtomicUsize = AtomicUsize::new(0);

/// Its destructor is seen.
pub struct Vault(pub u32);

impl Vault {
    pub fn new(content: u32) -> Self {
        Self(content)
    }
    pub fn content(&self) -> u32 {
        self.0
    }
    /// Changes it slowly; tells when it has begun.
    pub fn refill(&mut self, milliseconds: u32, begun: &dyn Fn()) -> u32 {
        begun();
        std::thread::sleep(Duration::from_millis(milliseconds.into()));
        self.0 += 1;
        self.0
    }
    pub fn peek(&self) -> Peek<'_> {
        Peek(&self.0)
    }
    pub fn show(&self, look: impl Fn(&Self) -> u32) -> u32 {
        look(self)
    }
    pub fn fill(&mut self, with: impl Fn() -> u32) -> u32 {
        self.0 = with();
        self.0
    }
    /// Stays as it is if it is refused.
    pub fn into_content(self, _beside: &Vault) -> u32 {
        self.0
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

/// Borrows; its own destructor does nothing.
pub struct Peek<'a>(&'a u32);

impl Peek<'_> {
    pub fn get(&self) -> u32 {
        *self.0
    }
}

/// How often one was cloned.
pub static CLONED: AtomicUsize = AtomicUsize::new(0);

/// `Copy`, with a `Clone` that somebody wrote by hand.
#[derive(Copy)]
pub struct Coin(pub u32);

#[expect(clippy::non_canonical_clone_impl, reason = "nothing keeps one from it")]
impl Clone for Coin {
    fn clone(&self) -> Self {
        CLONED.fetch_add(1, Ordering::Relaxed);
        Self(self.0)
    }
}

impl Coin {
    pub const fn new(value: u32) -> Self {
        Self(value)
    }
    pub const fn value(self) -> u32 {
        self.0
    }
}

/// Stays on its thread.
pub struct Local(Rc<u32>);

impl Local {
    #[allow(clippy::new_without_default, reason = "a constructor is what is tried here")]
    pub fn new() -> Self {
        Self(Rc::new(1))
    }
    pub fn get(&self) -> u32 {
        *self.0
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

/// Keeps what it reads from.
pub struct Tap<R: Read>(R);

impl<R: Read> Tap<R> {
    pub fn new(inner: R) -> Self {
        Self(inner)
    }
    pub fn read(&mut self) -> u32 {
        let mut byte = [0];
        self.0.read(&mut byte).map_or(0, |count| count as u32)
    }
}

pub fn add(a: u32, b: u32) -> u32 {
    a + b
}

pub fn swap(with: impl Fn() -> Vault) -> u32 {
    with().0
}

pub fn apply(value: u32, change: impl Fn(u32) -> u32) -> u32 {
    change(value)
}
