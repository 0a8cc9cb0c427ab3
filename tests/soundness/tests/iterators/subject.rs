//! Types that give and take iterators.

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

/// How often an iterator was asked for an item.
pub static ASKED: AtomicUsize = AtomicUsize::new(0);
/// Bytes that iterators read when they were dropped.
pub static READ_ON_DROP: AtomicUsize = AtomicUsize::new(0);

/// Owns lines.
pub struct Text(Vec<String>);

/// Borrows a line.
pub struct Line<'t>(&'t str);

/// Borrows lines one after the other, and reads them when it is dropped.
pub struct Lines<'t> {
    all: &'t [String],
    rest: std::slice::Iter<'t, String>,
}

/// Sends what it is given to itself.
pub struct Pipe(Sender<u32>, Receiver<u32>);

impl Text {
    pub fn new(lines: Vec<String>) -> Self {
        Self(lines)
    }
    pub fn lines(&self) -> Lines<'_> {
        Lines {
            all: &self.0,
            rest: self.0.iter(),
        }
    }
    pub fn lengths(&mut self) -> impl Iterator<Item = &mut String> {
        self.0.iter_mut()
    }
    pub fn first(&self) -> &str {
        &self.0[0]
    }
    pub fn boxed(&self) -> Box<dyn Iterator<Item = &String> + '_> {
        Box::new(self.0.iter())
    }
    pub fn into_lines(self) -> std::vec::IntoIter<String> {
        self.0.into_iter()
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        ASKED.fetch_add(1, Ordering::Relaxed);
        self.rest.next().map(|line| Line(line))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl Drop for Lines<'_> {
    fn drop(&mut self) {
        let read = self.all.iter().map(String::len).sum();
        READ_ON_DROP.fetch_add(read, Ordering::Relaxed);
    }
}

impl Line<'_> {
    pub fn text(&self) -> &str {
        self.0
    }
}

impl Pipe {
    #[allow(clippy::new_without_default, reason = "a constructor is what is tried here")]
    pub fn new() -> Self {
        let (sender, receiver) = channel();
        Self(sender, receiver)
    }
    pub fn send(&self, number: u32) {
        let _ = self.0.send(number);
    }
    pub fn received(&self) -> impl Iterator<Item = u32> + '_ {
        // Promises more than it has: a batch would wait for ever.
        Eager(self.1.iter())
    }
}

/// Promises as many items as anybody wants.
pub struct Eager<I>(I);

impl<I: Iterator> Iterator for Eager<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        ASKED.fetch_add(1, Ordering::Relaxed);
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::MAX, None)
    }
}

/// Lies about how much is there, and begins again when it is asked after its end.
pub fn restless(count: u8) -> impl Iterator<Item = u8> {
    let mut left: VecDeque<Option<u8>> = (0..count).map(Some).chain([None]).collect();
    Eager(std::iter::from_fn(move || {
        let next = left.pop_front()?;
        left.push_back(next);
        next
    }))
}

/// One that counts without end.
pub fn counting() -> impl Iterator<Item = u64> {
    Eager(0..)
}

/// Text that becomes longer and longer.
pub fn growing() -> impl Iterator<Item = String> {
    Eager((1..).map(|times| "x".repeat(times * 10_000)))
}

/// Fails at 1.
pub fn failing() -> impl Iterator<Item = Result<u32, String>> {
    Eager((0..3).map(|at| if at == 1 { Err(format!("not {at}")) } else { Ok(at) }))
}

/// A number that has a form if it is even.
pub struct Even(pub u32);

/// One with a text that stays in Rust.
pub struct Page {
    pub text: Text,
    pub number: Even,
}

/// As many pages.
pub fn pages(count: u32) -> impl Iterator<Item = Page> {
    let page = |number| Page {
        text: Text::new(vec!["line".to_owned()]),
        number: Even(number),
    };
    Eager((0..count).map(move |at| page(if at == 2 { 3 } else { at * 2 })))
}

/// Panics at 1.
pub fn panicking() -> impl Iterator<Item = u32> {
    (0..3).inspect(|at| assert_ne!(*at, 1, "one"))
}

/// `None` if there is nothing to do.
pub fn maybe(count: u32) -> Option<impl Iterator<Item = u32>> {
    (count > 0).then_some(0..count).map(Eager)
}

/// Or a reason.
pub fn fallible(count: u32) -> Result<impl Iterator<Item = u32>, String> {
    maybe(count).ok_or_else(|| "nothing".to_owned())
}

/// `Send`, not `Sync`: two calls at once would be a data race.
pub fn turnstile() -> impl Iterator<Item = bool> {
    let inside = Cell::new(false);
    std::iter::repeat_with(move || {
        let alone = !inside.replace(true);
        std::thread::sleep(std::time::Duration::from_millis(2));
        inside.set(false);
        alone
    })
}

/// Neither.
pub fn local() -> impl Iterator<Item = u32> {
    let count = Rc::new(Cell::new(0));
    std::iter::repeat_with(move || {
        let shared = Rc::clone(&count);
        shared.set(shared.get() + 1);
        shared.get()
    })
}

/// Takes every item.
pub fn total(numbers: impl IntoIterator<Item = u32>) -> u32 {
    numbers.into_iter().sum()
}

/// Takes items until one is long enough.
pub fn first_longer(mut texts: impl Iterator<Item = String>, than: usize) -> Option<String> {
    texts.find(|text| text.len() > than)
}

/// Goes on behind the end.
pub fn beyond(mut numbers: impl Iterator<Item = u32>) -> Vec<Option<u32>> {
    (0..4).map(|_| numbers.next()).collect()
}

/// Takes texts whole.
pub fn count_lines(texts: impl IntoIterator<Item = Text>) -> usize {
    texts.into_iter().map(|text| text.0.len()).sum()
}

/// Works on the items when it is asked for its own.
pub fn doubled(numbers: impl Iterator<Item = u32>) -> impl Iterator<Item = u32> {
    Eager(numbers.map(|number| number * 2))
}
