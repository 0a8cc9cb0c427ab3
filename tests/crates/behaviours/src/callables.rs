//! Callables that Rust calls during a call.

/// Calls it once.
pub fn apply(f: impl Fn(i64) -> i64, x: i64) -> i64 {
    f(x)
}

/// Calls it for each item.
pub fn fold<F: FnMut(i64, i64) -> i64>(items: Vec<i64>, mut f: F) -> i64 {
    items.into_iter().fold(0, |all, item| f(all, item))
}

/// Calls it with nothing, and ignores nothing.
pub fn times<F: FnMut()>(count: u32, mut f: F) {
    (0..count).for_each(|_| f());
}

/// Calls it once and for all.
pub fn once<F: FnOnce(String) -> Option<Vec<u8>>>(text: String, f: F) -> Option<usize> {
    f(text).map(|bytes| bytes.len())
}

/// Keeps the words that it likes.
pub fn dynamic(words: Vec<String>, likes: &dyn Fn(&str) -> bool) -> Vec<String> {
    words.into_iter().filter(|word| likes(word)).collect()
}

/// Calls it with each number.
pub fn dynamic_mut(count: u8, f: &mut dyn FnMut(u8)) {
    (0..count).for_each(f);
}

/// Calls what is in the box.
pub fn boxed<'a>(f: Box<dyn FnOnce() -> u8 + 'a>) -> u8 {
    f()
}

/// Calls it if there is one.
pub fn maybe<F: Fn(u8) -> u8>(x: u8, f: Option<F>) -> Option<u8> {
    f.map(|f| f(x))
}

/// Calls what is referred to if there is one.
pub fn maybe_dynamic(x: u8, f: Option<&dyn Fn(u8) -> u8>) -> Option<u8> {
    f.map(|f| f(x))
}

/// The same for one that changes something.
pub fn maybe_dynamic_mut(times: u8, f: Option<&mut dyn FnMut(u8)>) {
    if let Some(f) = f {
        (0..times).for_each(f);
    }
}

/// The same for one in a box.
pub fn maybe_boxed<'a>(f: Option<Box<dyn FnOnce() -> u8 + 'a>>) -> Option<u8> {
    f.map(|f| f())
}

/// What it gives is text of some kind.
pub fn text<F: Fn() -> T, T: AsRef<str>>(f: F) -> usize {
    f().as_ref().len()
}

/// What it gives may be an error.
pub fn fallible(f: impl Fn(u8) -> Result<u8, String>) -> Result<u8, String> {
    f(1)
}

/// What it gives may be an error of any type.
pub fn any_error(
    f: impl Fn(u8) -> Result<u8, Box<dyn std::error::Error>>,
) -> Result<u8, Box<dyn std::error::Error>> {
    f(1)
}

/// Calls it from another thread.
pub fn elsewhere(f: impl Fn(u64) -> u64 + Sync) -> u64 {
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..4)
            .map(|at| {
                scope.spawn({
                    let f = &f;
                    move || f(at)
                })
            })
            .collect();
        calls
            .into_iter()
            .map(|call| call.join().expect("it does not panic"))
            .sum()
    })
}

/// Calls it, whatever it does, and says whether it came back.
pub fn survive(f: impl Fn()) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).is_ok()
}

/// Rust would keep it.
pub fn keep(f: impl Fn() + Send + 'static) {
    std::thread::spawn(f).join().expect("it does not panic");
}

/// Nothing says what it gives.
pub fn anything<T>(f: impl Fn() -> T) {
    f();
}

/// A number that is shown to callables.
#[derive(Debug)]
pub struct Tank {
    level: i64,
}

/// Looks at a tank.
#[derive(Debug, Clone)]
pub struct Gauge<'t> {
    tank: &'t Tank,
}

impl Tank {
    /// With so much in it.
    pub fn new(level: i64) -> Self {
        Self { level }
    }

    /// How much is in it.
    pub fn level(&self) -> i64 {
        self.level
    }

    /// Changes it.
    pub fn set(&mut self, level: i64) {
        self.level = level;
    }

    /// A gauge.
    pub fn gauge(&self) -> Gauge<'_> {
        Gauge { tank: self }
    }

    /// Shows it.
    pub fn show<F: FnOnce(&Tank) -> i64>(&self, f: F) -> i64 {
        f(self)
    }

    /// Lends it to be changed.
    pub fn change(&mut self, f: impl FnOnce(&mut Tank)) -> i64 {
        f(self);
        self.level
    }

    /// Passes a gauge.
    pub fn measure(&self, f: impl Fn(Gauge<'_>) -> i64) -> i64 {
        f(self.gauge())
    }

    /// Takes it for ever.
    pub fn hand_over(self, f: impl FnOnce(Tank) -> Tank) -> Tank {
        f(self)
    }
}

impl Gauge<'_> {
    /// What it shows.
    pub fn reading(&self) -> i64 {
        self.tank.level
    }
}

/// What replaces a text: a text, or a callable that makes one of it.
pub trait Replacement {
    /// The new text.
    fn replace(&mut self, old: &str) -> String;
}

impl Replacement for &str {
    fn replace(&mut self, _: &str) -> String {
        (*self).to_owned()
    }
}

impl<F, T> Replacement for F
where
    F: FnMut(&str) -> T,
    T: AsRef<str>,
{
    fn replace(&mut self, old: &str) -> String {
        self(old).as_ref().to_owned()
    }
}

/// Replaces each word.
pub fn replace_words<R: Replacement>(text: &str, mut by: R) -> String {
    let words: Vec<String> = text.split(' ').map(|word| by.replace(word)).collect();
    words.join(" ")
}
