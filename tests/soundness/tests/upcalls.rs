//! Rules of calling back: what is lent to a callable, what an exception does, who waits for whom. A bridge of its own; each
//! test is a rule, driven through the C symbol by a host written in Rust.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use rmpv::Value;
use usecrate_runtime::private as __uc;
use usecrate_soundness::client::{
    self, Alone, LONG, call, count, number, raised, refusal, refused, request, request_alone, try_call,
};
use usecrate_soundness::objects::{
    Answer, all_released, by_words, callable, exception, object, released, token,
};
use usecrate_soundness::shim;
use usecrate_soundness::shim::lifted;

use crate::subject::READ_ON_DROP;

#[path = "upcalls/subject.rs"]
pub mod subject;

pub struct Marker;

__uc::handle!(Marker, 0, "subject::Book", crate::subject::Book);
__uc::handle_in!(Marker, 1, "subject::Page", PageFamily, crate::subject::Page<'h>);
__uc::handle_in!(
    Marker,
    2,
    "subject::Shelf",
    ShelfFamily,
    crate::subject::Shelf<'h>
);
__uc::handle!(Marker, 3, "subject::Turnstile", crate::subject::Turnstile);
__uc::handle!(Marker, 4, "subject::Tap", crate::subject::Tap<__uc::File<7>>);

type Book = subject::Book;
type Tap = subject::Tap<__uc::File<7>>;

shim!(book_new(__uc_arg a) Book::new(a.take()));
shim!(book_page(__uc_kept a) Book::page(a.take()));
shim!(book_text(__uc_kept a) Book::text(a.take()));
shim!(book_push(__uc_arg a, __uc_arg b) Book::push(a.take(), b.take()));
shim!(book_edit(__uc_arg a; f fn(x: &'h mut Book => &'_ mut Book) -> ()) Book::edit(a.take(), f));
shim!(book_lend(__uc_arg a; f fn(x: &'h Book => &'_ Book) -> ()) Book::lend(a.take(), f));
shim!(book_lend_page(__uc_arg a; f fn(x: subject::Page<'h> => subject::Page<'_>) -> ()) Book::lend_page(a.take(), f));
shim!(book_compare(__uc_arg a, __uc_arg b; f fn(x: &'h Book => &'_ Book, y: &'h Book => &'_ Book) -> bool)
    Book::compare(a.take(), b.take(), f));
shim!(book_rewrite(__uc_arg a; f fn(x: String => String) -> String) Book::rewrite(a.take(), f));
shim!(book_tear(__uc_arg a; f fn() -> ()) Book::tear(a.take(), f));
shim!(page_text(__uc_arg a) subject::Page::<'h>::text(a.take()));
shim!(shelf_new() subject::Shelf::<'h>::new());
shim!(shelf_add(__uc_arg a, __uc_kept b) subject::Shelf::<'h>::add(a.take(), b.take()));
shim!(shelf_put(__uc_arg a, __uc_arg b) subject::Shelf::<'h>::put(a.take(), b.take()));
shim!(shelf_all(__uc_arg a) subject::Shelf::<'h>::all(a.take()));
shim!(shelf_filled(__uc_arg a; f fn(x: subject::Shelf<'h> => subject::Shelf<'_>) -> ())
    subject::Shelf::filled(a.take(), f));
shim!(turnstile_new() subject::Turnstile::new());
shim!(turnstile_pass(__uc_arg a) subject::Turnstile::pass(a.take()));
shim!(turnstile_with(__uc_arg a; f fn(x: &'h subject::Turnstile => &'_ subject::Turnstile) -> ())
    subject::Turnstile::with(a.take(), f));
shim!(each(__uc_arg a; f fn(x: u32 => u32) -> u32) subject::each(a.take(), f));
shim!(spread(__uc_arg a; f fn(x: u32 => u32) -> u32) subject::spread(a.take(), f));
shim!(spread_lossy(; f fn(x: u32 => u32) -> u32) subject::spread_lossy(f));
shim!(swallow(__uc_arg a; f fn() -> ()) subject::swallow(a.take(), f));
shim!(kinds(; f fn(a: i8 => i8, b: u64 => u64, c: f32 => f32, d: bool => bool, e: usize => usize) -> f64) subject::kinds(f));
shim!(pick(; f fn() -> Book) subject::pick(f));
shim!(eight(; f fn(a: u8 => u8, b: u8 => u8, c: u8 => u8, d: u8 => u8, e: u8 => u8, g: u8 => u8, h: u8 => u8, i: u8 => u8) -> String) subject::eight(f));

shim!(sip(__uc_arg a, __uc_arg b) subject::sip(lifted::<__uc::File<1>>(a.take()), b.take()));
shim!(gulp(__uc_arg a, __uc_arg b) {
    let a: &mut __uc::File<1> = a.take();
    subject::gulp(a, b.take())
});
shim!(line(__uc_arg a) subject::line(lifted::<__uc::File<9>>(a.take())));
shim!(drip(__uc_arg a, __uc_arg b; f fn() -> ()) subject::drip(lifted::<__uc::File<2>>(a.take()), b.take(), f));
shim!(elsewhere(__uc_arg a; f fn() -> u32) subject::elsewhere(lifted::<__uc::File<2>>(a.take()), f));
shim!(tap_new(__uc_arg a) Tap::new(a.take()));
shim!(tap_read(__uc_arg a, __uc_arg b) Tap::read(a.take(), b.take()));
shim!(tap_write(__uc_arg a, __uc_arg b) Tap::write(a.take(), b.take()));
shim!(tap_seek(__uc_arg a, __uc_arg b) Tap::seek(a.take(), b.take()));
shim!(tap_dance(__uc_arg a) Tap::dance(a.take()));
shim!(tap_into_inner(__uc_arg a) Tap::into_inner(a.take()));
shim!(tap_get_ref(__uc_arg a) Tap::get_ref(a.take()));
shim!(tap_get_mut(__uc_kept a, __uc_arg b) Tap::get_mut(a.take(), b.take()));
shim!(tap_twice(__uc_arg a) Tap::twice(a.take()));
shim!(tap_try_read(__uc_arg a) Tap::try_read(a.take()));
shim!(tap_take_in(__uc_arg a, __uc_arg b) Tap::take_in(a.take(), b.take()));
shim!(tap_touch(__uc_arg a) Tap::touch(a.take()));
shim!(tap_try_read_elsewhere(__uc_arg a) Tap::try_read_elsewhere(a.take()));

shim!(sip_elsewhere(__uc_arg a, __uc_arg b) subject::sip_elsewhere(a.take(), lifted::<__uc::File<1>>(b.take())));

__uc::artifact! {
    name: "subject", marker: Marker,
    types: [
        handle crate::subject::Book, handle_in PageFamily, handle_in ShelfFamily, handle crate::subject::Turnstile, handle Tap,
    ],
    callables: [
        "Book::new" => book_new, "Book::page" => book_page, "Book::text" => book_text, "Book::push" => book_push,
        "Book::edit" => book_edit, "Book::lend" => book_lend, "Book::lend_page" => book_lend_page,
        "Book::compare" => book_compare, "Book::rewrite" => book_rewrite, "Book::tear" => book_tear,
        "Page::text" => page_text, "Shelf::new" => shelf_new, "Shelf::add" => shelf_add, "Shelf::put" => shelf_put,
        "Shelf::all" => shelf_all, "Shelf::filled" => shelf_filled, "Turnstile::new" => turnstile_new,
        "Turnstile::pass" => turnstile_pass, "Turnstile::with" => turnstile_with, "each" => each, "spread" => spread,
        "spread_lossy" => spread_lossy, "swallow" => swallow, "kinds" => kinds, "pick" => pick, "eight" => eight, "sip" => sip, "gulp" => gulp, "line" => line, "drip" => drip, "elsewhere" => elsewhere, "Tap::new" => tap_new, "Tap::read" => tap_read, "Tap::write" => tap_write, "Tap::seek" => tap_seek, "Tap::dance" => tap_dance, "Tap::into_inner" => tap_into_inner, "Tap::try_read" => tap_try_read, "Tap::get_ref" => tap_get_ref, "Tap::get_mut" => tap_get_mut, "Tap::twice" => tap_twice, "sip_elsewhere" => sip_elsewhere,
        "Tap::take_in" => tap_take_in, "Tap::touch" => tap_touch, "Tap::try_read_elsewhere" => tap_try_read_elsewhere,
    ],
}

fn alone() -> Alone {
    client::alone(usecrate_call)
}

fn book(text: &str) -> Value {
    call("Book::new", &[text.into()])
}

#[test]
fn values_go_there_and_back() {
    let _alone = alone();
    let double = callable(|arguments| (arguments[0].as_u64().expect("a number") * 2).into());
    assert_eq!(call("each", &[4.into(), double.clone()]), 12.into());
    assert_eq!(call("spread", &[4.into(), double.clone()]), 12.into());
    let all = callable(|arguments| format!("{}", Value::Array(arguments.to_vec())).into());
    assert_eq!(call("eight", &[all]), "[1, 2, 3, 4, 5, 6, 7, 8]".into());
    assert_eq!(released(token(&double)), 0, "a callable stays the client's");
}

#[test]
fn without_a_way_back_nothing_is_called() {
    let _alone = alone();
    let (status, payload) =
        request_alone(&[1.into(), number("each").into(), 1.into(), callable(|_| 1.into())]);
    assert_eq!((status, payload[0].as_str()), (5, Some("callable")));
}

#[test]
fn a_call_says_what_it_calls() {
    let _alone = alone();
    let (_, described) = request(&[0.into()]);
    let each = described[2]
        .as_array()
        .expect("callables")
        .iter()
        .find(|one| one[0] == "each".into());
    let expected = Value::Array(vec![
        "callable".into(),
        Value::Array(vec!["u32".into()]),
        "u32".into(),
        "lent".into(),
    ]);
    assert_eq!(each.expect("it is served")[1][1], expected);
}

#[test]
fn an_exception_leaves_the_call_from_any_thread() {
    let _alone = alone();
    let bad = || callable(|_| Answer::Raise("ValueError", false));
    assert_eq!(raised("each", &[4.into(), bad()]), "ValueError");
    assert_eq!(raised("spread", &[4.into(), bad()]), "ValueError");
    assert_eq!(raised("spread_lossy", &[bad()]), "ValueError");
    assert_eq!(raised("swallow", &[true.into(), bad()]), "ValueError");
    assert_eq!(
        call("swallow", &[false.into(), bad()]),
        1.into(),
        "Rust caught it, and went on"
    );
    let fatal = callable(|_| Answer::Raise("KeyboardInterrupt", true));
    assert_eq!(raised("swallow", &[false.into(), fatal]), "KeyboardInterrupt");
}

#[test]
fn an_exception_that_is_not_given_back_is_released() {
    let _alone = alone();
    let before = all_released().len();
    call(
        "swallow",
        &[false.into(), callable(|_| Answer::Raise("ValueError", false))],
    );
    let all = all_released();
    assert_eq!(all.len(), before + 1);
    assert_eq!(exception(all[before]), "ValueError");
}

#[test]
fn an_exception_poisons_nothing_and_a_panic_does() {
    let _alone = alone();
    let book = book(LONG);
    let bad = || callable(|_| Answer::Raise("ValueError", false));
    assert_eq!(raised("Book::rewrite", &[book.clone(), bad()]), "ValueError");
    assert_eq!(call("Book::text", &[book.clone()]), "".into(), "Rust left it so");
    let (status, payload) = try_call("Book::tear", &[book.clone(), callable(|_| Value::Nil.into())]);
    assert_eq!((status, payload[0].as_str()), (2, Some("torn")));
    assert_eq!(refused("Book::text", &[book]), "poisoned");
}

#[test]
fn numbers_and_truths_are_passed_and_given_as_words() {
    let _alone = alone();
    let by_message = callable(|arguments| Answer::Value(f64::from(arguments.len() as u32).into()));
    assert_eq!(call("kinds", &[by_message.clone()]), 10.0.into());
    let words = by_words();
    assert_eq!(call("kinds", &[by_message]), 10.0.into());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);
    let tell = callable(move |arguments| {
        told.lock().expect("nobody else").push(arguments.to_vec());
        0.5.into()
    });
    assert_eq!(call("kinds", &[tell]), 1.0.into());
    let first: Vec<Value> = vec![(-1).into(), u64::MAX.into(), 0.25.into(), true.into(), 7.into()];
    assert_eq!(seen.lock().expect("nobody else")[0], first);
    let add = || callable(|arguments| (arguments[0].as_u64().unwrap() + 1).into());
    assert_eq!(call("each", &[4.into(), add()]), 10.into());
    assert_eq!(call("spread", &[4.into(), add()]), 10.into(), "on other threads");
    let fatal = |fatal| callable(move |_| Answer::Raise("ValueError", fatal));
    let released = all_released().len();
    assert_eq!(raised("each", &[1.into(), fatal(false)]), "ValueError");
    assert_eq!(raised("each", &[1.into(), fatal(true)]), "ValueError");
    assert_eq!(all_released().len(), released, "they went back");
    call("swallow", &[false.into(), fatal(false)]);
    assert_eq!(all_released().len(), released + 1, "Rust went on");
    assert_eq!(raised("swallow", &[false.into(), fatal(true)]), "ValueError");
    let (status, payload) = try_call("each", &[1.into(), callable(|_| Answer::Gone)]);
    assert_eq!(status, 2);
    assert!(
        payload[0].as_str().unwrap().contains("shutting down"),
        "{payload}"
    );
    for wrong in [u64::from(u32::MAX) + 1, u64::MAX] {
        let (status, payload) = try_call("each", &[1.into(), callable(move |_| wrong.into())]);
        assert_eq!((status, &payload[1]), (3, &Value::Nil));
        assert!(
            payload[2].as_str().unwrap().starts_with("what a callable gave: "),
            "{payload}"
        );
    }
    drop(words);
}

#[test]
fn what_a_callable_gave_and_is_no_result_leaves_the_call() {
    let _alone = alone();
    let (status, payload) = try_call("each", &[1.into(), callable(|_| "text".into())]);
    assert_eq!(
        (status, payload[0].as_str(), &payload[1]),
        (3, Some("type"), &Value::Nil)
    );
    assert!(
        payload[2].as_str().unwrap().starts_with("what a callable gave: "),
        "{payload}"
    );
    let (status, _) = try_call("each", &[1.into(), callable(|_| Answer::Raw(vec![0x92, 0]))]);
    assert_eq!(status, 3);
    let (status, payload) = try_call("each", &[1.into(), callable(|_| Answer::Gone)]);
    assert_eq!(status, 2);
    assert!(
        payload[0].as_str().unwrap().contains("shutting down"),
        "{payload}"
    );
}

#[test]
fn a_handle_that_a_callable_gives_is_taken() {
    let _alone = alone();
    let given = book(LONG);
    let same = given.clone();
    assert_eq!(
        call("pick", &[callable(move |_| same.clone().into())]),
        LONG.into()
    );
    let (status, payload) = try_call("pick", &[callable(move |_| given.clone().into())]);
    assert_eq!(
        (status, payload[0].as_str(), &payload[1]),
        (4, Some("closed"), &Value::Nil)
    );
}

/// Runs `during` with what is lent, then `after` with the same handle.
fn lent(name: &str, arguments: &[Value], during: impl Fn(&Value) + Send + Sync + 'static) -> Value {
    let seen = Arc::new(Mutex::new(Value::Nil));
    let there = Arc::clone(&seen);
    let f = callable(move |arguments| {
        *there.lock().unwrap() = arguments[0].clone();
        during(&arguments[0]);
        Value::Nil.into()
    });
    let mut all = arguments.to_vec();
    all.push(f);
    call(name, &all);
    seen.lock().unwrap().clone()
}

#[test]
fn a_reference_ends_when_the_callable_returns() {
    let _alone = alone();
    let before = count();
    let gone = lent("Book::lend", &[LONG.into()], |book| {
        assert_eq!(call("Book::text", &[book.clone()]), LONG.into());
        assert_eq!(refused("Book::push", &[book.clone(), "x".into()]), "borrowed");
    });
    let (code, message) = refusal("Book::text", &[gone]);
    assert_eq!(code, "closed");
    assert!(message.contains("lent to a callable"), "{message}");
    assert_eq!(count(), before);
}

#[test]
fn an_exclusive_reference_is_changed_in_place() {
    let _alone = alone();
    let book = book("a");
    let gone = lent("Book::edit", &[book.clone()], |book| {
        call("Book::push", &[book.clone(), "b".into()]);
    });
    assert_eq!(refused("Book::push", &[gone, "c".into()]), "closed");
    assert_eq!(call("Book::text", &[book]), "ab.".into());
}

#[test]
fn what_was_made_of_a_reference_ends_with_it_children_first() {
    let _alone = alone();
    let before = count();
    let read = READ_ON_DROP.load(Ordering::Relaxed);
    let page = Arc::new(Mutex::new(Value::Nil));
    let there = Arc::clone(&page);
    lent("Book::lend", &[LONG.into()], move |book| {
        *there.lock().unwrap() = call("Book::page", &[book.clone()]);
    });
    let expected: usize = LONG.bytes().map(usize::from).sum();
    assert_eq!(
        READ_ON_DROP.load(Ordering::Relaxed) - read,
        expected,
        "the page was dropped, and the text was there"
    );
    assert_eq!(refused("Page::text", &[page.lock().unwrap().clone()]), "closed");
    assert_eq!(count(), before);
}

#[test]
fn what_borrows_an_exclusive_reference_ends_with_it() {
    let _alone = alone();
    let before = count();
    let page = Arc::new(Mutex::new(Value::Nil));
    let there = Arc::clone(&page);
    let book = book(LONG);
    lent("Book::edit", &[book.clone()], move |book| {
        *there.lock().unwrap() = call("Book::page", &[book.clone()]);
    });
    assert_eq!(refused("Page::text", &[page.lock().unwrap().clone()]), "closed");
    assert_eq!(call("Book::text", &[book]), format!("{LONG}.").into());
    assert_eq!(count(), before + 1);
}

#[test]
fn a_child_of_fork_that_a_callable_made_goes_on() {
    let _alone = alone();
    let gone = lent("Book::lend", &[LONG.into()], |book| {
        call("Book::page", &[book.clone()]);
        assert_eq!(request(&[5.into()]), (0, Value::Nil));
    });
    assert_eq!(refused("Book::text", &[gone]), "fork");
    let fresh = book(LONG);
    assert_eq!(call("Book::text", &[fresh]), LONG.into());
}

#[test]
fn a_value_that_borrows_ends_when_the_callable_returns() {
    let _alone = alone();
    let before = count();
    let gone = lent("Book::lend_page", &[LONG.into()], |page| {
        assert_eq!(call("Page::text", &[page.clone()]), LONG.into());
    });
    assert_eq!(refused("Page::text", &[gone]), "closed");
    assert_eq!(count(), before);
}

#[test]
fn a_call_on_what_was_lent_is_waited_for() {
    let _alone = alone();
    let (entered, inside) = mpsc::channel();
    let inside = Mutex::new(inside);
    let done = Arc::new(AtomicBool::new(false));
    let finished = Arc::clone(&done);
    let entered = Mutex::new(entered);
    // Another thread's call is inside `compare` with what is lent when the callable returns.
    lent("Book::lend", &[LONG.into()], move |book| {
        let (book, entered, finished) = (
            book.clone(),
            entered.lock().unwrap().clone(),
            Arc::clone(&finished),
        );
        std::thread::spawn(move || {
            let slow = callable(move |arguments| {
                entered.send(()).unwrap();
                std::thread::sleep(Duration::from_millis(50));
                assert_eq!(call("Book::text", &[arguments[0].clone()]), LONG.into());
                true.into()
            });
            call("Book::compare", &[book.clone(), book, slow]);
            finished.store(true, Ordering::SeqCst);
        });
        inside.lock().unwrap().recv().unwrap();
    });
    // The answer may still be on its way to the other thread: what matters is that Rust was done with the book.
    let started = Instant::now();
    while !done.load(Ordering::SeqCst) {
        assert!(started.elapsed() < Duration::from_secs(5));
        std::thread::yield_now();
    }
}

#[test]
fn what_was_lent_is_tied_to_nothing_else() {
    let _alone = alone();
    let shelf = call("Shelf::new", &[]);
    call("Shelf::add", &[shelf.clone(), "own".into()]);
    let other = shelf.clone();
    let gone = lent("Book::lend_page", &[LONG.into()], move |page| {
        let (code, message) = refusal("Shelf::put", &[other.clone(), page.clone()]);
        assert_eq!(code, "borrowed");
        assert!(message.contains("lent to a callable"), "{message}");
    });
    assert_eq!(refused("Page::text", &[gone]), "closed");
    assert_eq!(call("Shelf::all", &[shelf]), Value::Array(vec!["own".into()]));
}

#[test]
fn what_was_lent_is_not_made_to_refer_to_what_does_not_last() {
    let _alone = alone();
    let f = callable(|arguments| {
        let shelf = arguments[0].clone();
        let (code, message) = refusal("Shelf::add", &[shelf.clone(), LONG.into()]);
        assert_eq!(code, "borrowed");
        assert!(message.contains("live long enough"), "{message}");
        let book = book(LONG);
        let page = call("Book::page", &[book]);
        assert_eq!(refused("Shelf::put", &[shelf.clone(), page]), "borrowed");
        assert_eq!(call("Shelf::all", &[shelf]), Value::Array(vec!["own".into()]));
        Value::Nil.into()
    });
    assert_eq!(call("Shelf::filled", &["own".into(), f]), "own".into());
}

#[test]
fn what_is_in_use_by_a_call_inside_a_callback_is_refused_at_once() {
    let _alone = alone();
    let book = book(LONG);
    let own = book.clone();
    let f = callable(move |_| {
        let (code, message) = refusal("Book::push", &[own.clone(), "x".into()]);
        assert_eq!(code, "busy");
        assert!(message.contains("`Book::rewrite`"), "{message}");
        let (status, payload) = request(&[7.into(), own.clone()]);
        assert_eq!(
            (status, payload[0].as_str()),
            (4, Some("busy")),
            "nor is it closed"
        );
        let other = own.clone();
        std::thread::spawn(move || assert_eq!(refused("Book::text", &[other]), "busy"))
            .join()
            .unwrap();
        "new".into()
    });
    call("Book::rewrite", &[book.clone(), f]);
    assert_eq!(call("Book::text", &[book]), "new".into());
}

#[test]
fn a_waiting_call_gives_up_when_its_holder_calls_back() {
    let _alone = alone();
    let book = book(LONG);
    let (waits, wait) = mpsc::channel::<()>();
    let (wait, own) = (Mutex::new(wait), book.clone());
    let other = std::thread::spawn({
        let own = own.clone();
        move || {
            std::thread::sleep(Duration::from_millis(20));
            let code = refused("Book::text", &[own]);
            waits.send(()).unwrap();
            code
        }
    });
    // The callback returns only when the other thread, which wants the book, has its answer.
    let f = callable(move |_| {
        wait.lock().unwrap().recv().unwrap();
        "new".into()
    });
    call("Book::rewrite", &[own, f]);
    assert_eq!(other.join().unwrap(), "busy");
}

#[test]
fn callbacks_nest() {
    let _alone = alone();
    fn down(depth: u64) -> Value {
        callable(move |arguments| match depth {
            0 => arguments[0].clone().into(),
            _ => call("each", &[2.into(), down(depth - 1)]).into(),
        })
    }
    assert_eq!(call("each", &[2.into(), down(10)]), 1024.into());
}

#[test]
fn an_inner_exception_is_the_inner_calls() {
    let _alone = alone();
    let f = callable(|_| {
        assert_eq!(
            raised("each", &[1.into(), callable(|_| Answer::Raise("KeyError", true))]),
            "KeyError"
        );
        7.into()
    });
    assert_eq!(call("each", &[1.into(), f]), 7.into());
}

#[test]
fn what_is_not_sync_and_lent_stays_on_its_thread() {
    let _alone = alone();
    let turnstile = call("Turnstile::new", &[]);
    let own = turnstile.clone();
    lent("Turnstile::with", &[turnstile], move |lent| {
        assert_eq!(call("Turnstile::pass", &[lent.clone()]), 1.into());
        assert_eq!(call("Turnstile::pass", &[own.clone()]), 2.into());
        let lent = lent.clone();
        std::thread::spawn(move || assert_eq!(refused("Turnstile::pass", &[lent]), "thread"))
            .join()
            .unwrap();
    });
}

#[test]
fn others_who_use_what_was_lent_never_see_it_gone() {
    let _alone = alone();
    let before = count();
    let stop = Arc::new(AtomicBool::new(false));
    let current = Arc::new(Mutex::new(Value::Nil));
    let reads = Arc::new(AtomicUsize::new(0));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (stop, current, reads) = (Arc::clone(&stop), Arc::clone(&current), Arc::clone(&reads));
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let book = current.lock().unwrap().clone();
                    let (status, page) = try_call("Book::page", &[book]);
                    if status == 0 {
                        reads.fetch_add(1, Ordering::Relaxed);
                        let (status, text) = try_call("Page::text", &[page]);
                        assert!(status == 4 || text == LONG.into(), "{text}");
                    }
                }
            })
        })
        .collect();
    let f = callable({
        let current = Arc::clone(&current);
        move |arguments| {
            *current.lock().unwrap() = arguments[0].clone();
            std::thread::sleep(Duration::from_micros(50));
            Value::Nil.into()
        }
    });
    for _ in 0..300 {
        call("Book::lend", &[LONG.into(), f.clone()]);
    }
    stop.store(true, Ordering::Relaxed);
    readers.into_iter().for_each(|reader| reader.join().unwrap());
    assert!(reads.load(Ordering::Relaxed) > 0, "the race was run");
    assert_eq!(count(), before);
}

#[test]
fn a_host_object_is_no_other_argument() {
    let _alone = alone();
    let (status, payload) = try_call("each", &[object(|_, _, _| Value::Nil.into()), 1.into()]);
    assert_eq!(
        (status, payload[0].as_str(), &payload[1]),
        (3, Some("type"), &0.into())
    );
}

#[path = "upcalls/files.rs"]
mod files;

#[path = "upcalls/settling.rs"]
mod settling;
