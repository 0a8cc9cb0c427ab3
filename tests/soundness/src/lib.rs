//! Types whose misuse would be undefined behaviour, and a bridge to them as `generate` would write it.
//!
//! `tests/rules.rs` drives it through the C symbol; `mutations.py` shows that each rule's test fails without the rule.

#![deny(unsafe_code)]
#![allow(missing_docs, reason = "the types are explained by the rules that use them")]

pub mod subject {
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
}

use ::usecrate_runtime::private as __uc;

pub struct Marker;

__uc::handle!(Marker, 0, "subject::Book", crate::subject::Book);
__uc::handle_in!(Marker, 1, "subject::Page", PageFamily, crate::subject::Page<'h>);
__uc::handle_in!(Marker, 2, "subject::Pen", PenFamily, crate::subject::Pen<'h>);
__uc::handle_in!(
    Marker,
    3,
    "subject::Shelf",
    ShelfFamily,
    crate::subject::Shelf<'h>
);
__uc::handle!(Marker, 4, "subject::Turnstile", crate::subject::Turnstile);
__uc::handle!(Marker, 5, "subject::Local", crate::subject::Local);
__uc::handle!(Marker, 6, "subject::Bell", crate::subject::Bell);

/// A shim: its parameters (`lent`, or `kept` by the result), then the call.
macro_rules! shim {
    ($name:ident($($mode:ident $arg:ident),*) $make:expr) => {
        fn $name<'c, 'h, 'p>(call: __uc::Call<'c, 'h, 'p>) -> __uc::Answer {
            $(shim!(@$mode call $arg);)*
            __uc::answer!(call, Marker, $make)
        }
    };
    (@lent $call:ident $arg:ident) => { let $arg = __uc_arg($call); };
    (@kept $call:ident $arg:ident) => { let $arg = __uc_kept($call); };
}

shim!(book_new(lent a) subject::Book::new(a.take()));
shim!(book_page(kept a) subject::Book::page(a.take()));
shim!(book_page_mut(kept a) subject::Book::page_mut(a.take()));
fn book_push<'c, 'h, 'p>(call: __uc::Call<'c, 'h, 'p>) -> __uc::Answer {
    let a = __uc_kept(call);
    let b = __uc_arg(call);
    __uc::answer_fluent!(call, Marker, a, subject::Book::push(a, b.take()))
}
shim!(book_swallow(lent a, lent b) subject::Book::swallow(a.take(), b.take()));
shim!(book_close(lent a) subject::Book::close(a.take()));
shim!(book_close_after(lent a, lent b) subject::Book::close_after(a.take(), b.take()));
shim!(book_tear(lent a) subject::Book::tear(a.take()));
shim!(page_text(lent a) subject::Page::<'h>::text(a.take()));
shim!(page_replace(lent a, lent b) subject::Page::<'h>::replace(a.take(), b.take()));
shim!(pen_write(lent a, lent b) subject::Pen::<'h>::write(a.take(), b.take()));
shim!(shelf_new() subject::Shelf::<'h>::new());
shim!(shelf_add(lent a, kept b) subject::Shelf::<'h>::add(a.take(), b.take()));
shim!(shelf_add_book(lent a, kept b, lent c) subject::Shelf::<'h>::add_book(a.take(), b.take(), c.take()));
shim!(shelf_all(lent a) subject::Shelf::<'h>::all(a.take()));
shim!(turnstile_new() subject::Turnstile::new());
shim!(turnstile_pass(lent a) subject::Turnstile::pass(a.take()));
shim!(local_new() subject::Local::new());
shim!(local_share(lent a) subject::Local::share(a.take()));
shim!(local_count(lent a) subject::Local::count(a.take()));
shim!(bell_new() subject::Bell::new());
shim!(sum(lent a) subject::sum(a.take()));
shim!(echo(lent a) subject::echo(a.take()));

__uc::artifact! {
    name: "subject", marker: Marker,
    types: [
        handle crate::subject::Book, handle_in PageFamily, handle_in PenFamily, handle_in ShelfFamily,
        handle crate::subject::Turnstile, handle crate::subject::Local, handle crate::subject::Bell,
    ],
    callables: [
        "Book::new" => book_new, "Book::page" => book_page, "Book::page_mut" => book_page_mut,
        "Book::push" => book_push, "Book::swallow" => book_swallow, "Book::close" => book_close,
        "Book::close_after" => book_close_after, "Book::tear" => book_tear, "Page::text" => page_text,
        "Page::replace" => page_replace, "Pen::write" => pen_write, "Shelf::new" => shelf_new,
        "Shelf::add" => shelf_add, "Shelf::all" => shelf_all, "Turnstile::new" => turnstile_new,
        "Turnstile::pass" => turnstile_pass, "Local::new" => local_new, "Local::share" => local_share,
        "Local::count" => local_count, "Bell::new" => bell_new, "sum" => sum, "echo" => echo, "Shelf::add_book" => shelf_add_book,
    ],
}
