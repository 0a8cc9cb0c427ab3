//! The rules of handles: a test for each, driven through the C symbol alone. Run them under AddressSanitizer
//! (`python3 dev.py asan`): several only fail there when their rule is broken.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rmpv::Value;
use usecrate_runtime::private as __uc;
use usecrate_soundness::client::{
    self, Alone, LONG, call, callables, count, drop_now, encoded, number, raw, refusal, refused, request,
    try_call, try_call_with, try_drop,
};
use usecrate_soundness::shim;
use usecrate_soundness::symbol::buffer;

use crate::subject::{DROPPED_ELSEWHERE, ON_DROP, READ_ON_DROP};

#[path = "rules/subject.rs"]
pub mod subject;

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
__uc::handle_in!(Marker, 7, "subject::Gate", GateFamily, crate::subject::Gate<'h>);
__uc::handle!(Marker, 8, "subject::Room", crate::subject::Room);

shim!(book_new(__uc_arg a) subject::Book::new(a.take()));
shim!(book_page(__uc_kept a) subject::Book::page(a.take()));
shim!(book_page_mut(__uc_kept a) subject::Book::page_mut(a.take()));
fn book_push<'c, 'h, 'p>(call: __uc::Call<'c, 'h, 'p>) -> __uc::Answer {
    let a = __uc_kept(call);
    let b = __uc_arg(call);
    __uc::answer_fluent!(call, Marker, a, subject::Book::push(a, b.take()))
}
shim!(book_swallow(__uc_arg a, __uc_arg b) subject::Book::swallow(a.take(), b.take()));
shim!(book_close(__uc_arg a) subject::Book::close(a.take()));
shim!(book_close_after(__uc_arg a, __uc_arg b) subject::Book::close_after(a.take(), b.take()));
shim!(book_tear(__uc_arg a) subject::Book::tear(a.take()));
shim!(page_text(__uc_arg a) subject::Page::<'h>::text(a.take()));
shim!(page_replace(__uc_arg a, __uc_arg b) subject::Page::<'h>::replace(a.take(), b.take()));
shim!(pen_write(__uc_arg a, __uc_arg b) subject::Pen::<'h>::write(a.take(), b.take()));
shim!(shelf_new() subject::Shelf::<'h>::new());
shim!(shelf_add(__uc_arg a, __uc_kept b) subject::Shelf::<'h>::add(a.take(), b.take()));
shim!(shelf_add_book(__uc_arg a, __uc_kept b, __uc_arg c) subject::Shelf::<'h>::add_book(a.take(), b.take(), c.take()));
shim!(shelf_all(__uc_arg a) subject::Shelf::<'h>::all(a.take()));
shim!(turnstile_new() subject::Turnstile::new());
shim!(turnstile_pass(__uc_arg a) subject::Turnstile::pass(a.take()));
shim!(local_new() subject::Local::new());
shim!(local_share(__uc_arg a) subject::Local::share(a.take()));
shim!(local_count(__uc_arg a) subject::Local::count(a.take()));
shim!(bell_new() subject::Bell::new());
shim!(book_exchange(__uc_arg a, __uc_arg b, __uc_arg c) subject::Book::exchange(a.take(), b.take(), c.take()));
shim!(book_gate(__uc_kept a) subject::Book::gate(a.take()));
shim!(gate_pass(__uc_arg a) subject::Gate::pass(a.take()));
shim!(room_new() subject::Room::new());
shim!(room_turnstile(__uc_kept a) subject::Room::turnstile(a.take()));
shim!(room_pass(__uc_arg a) subject::Room::pass(a.take()));
shim!(sum(__uc_arg a) subject::sum(a.take()));
shim!(echo(__uc_arg a) subject::echo(a.take()));

__uc::artifact! {
    name: "subject", marker: Marker,
    types: [
        handle crate::subject::Book, handle_in PageFamily, handle_in PenFamily, handle_in ShelfFamily,
        handle crate::subject::Turnstile, handle crate::subject::Local, handle crate::subject::Bell,
        handle_in GateFamily, handle crate::subject::Room,
    ],
    callables: [
        "Book::new" => book_new, "Book::page" => book_page, "Book::page_mut" => book_page_mut,
        "Book::push" => book_push, "Book::swallow" => book_swallow, "Book::close" => book_close,
        "Book::close_after" => book_close_after, "Book::tear" => book_tear, "Page::text" => page_text,
        "Page::replace" => page_replace, "Pen::write" => pen_write, "Shelf::new" => shelf_new,
        "Shelf::add" => shelf_add, "Shelf::all" => shelf_all, "Turnstile::new" => turnstile_new,
        "Turnstile::pass" => turnstile_pass, "Local::new" => local_new, "Local::share" => local_share,
        "Local::count" => local_count, "Bell::new" => bell_new, "sum" => sum, "echo" => echo, "Shelf::add_book" => shelf_add_book,
        "Book::exchange" => book_exchange, "Book::gate" => book_gate, "Gate::pass" => gate_pass, "Room::new" => room_new,
        "Room::turnstile" => room_turnstile, "Room::pass" => room_pass,
    ],
}

fn alone() -> Alone {
    client::alone(usecrate_call)
}

fn book(text: &str) -> Value {
    call("Book::new", &[text.into()])
}

#[test]
fn kept_bytes_outlive_the_request() {
    let _alone = alone();
    let shelf = call("Shelf::new", &[]);
    call("Shelf::add", &[shelf.clone(), LONG.into()]);
    call("Shelf::add", &[shelf.clone(), "second".into()]);
    assert_eq!(
        call("Shelf::all", &[shelf]),
        Value::Array(vec![LONG.into(), "second".into()])
    );
}

#[test]
fn an_owner_lives_as_long_as_what_borrows_it() {
    let _alone = alone();
    let before = count();
    let book = book(LONG);
    let page = call("Book::page", &[book.clone()]);
    assert!(!drop_now(&book), "the page still borrows the book");
    assert_eq!(call("Page::text", &[page.clone()]), LONG.into());
    assert_eq!(refused("Book::page", &[book]), "closed");
    assert!(drop_now(&page));
    assert_eq!(count(), before, "the book went with the page");
}

#[test]
fn what_is_borrowed_cannot_be_changed_moved_or_closed() {
    let _alone = alone();
    let book = book(LONG);
    let page = call("Book::page", &[book.clone()]);
    assert_eq!(refused("Book::push", &[book.clone(), LONG.into()]), "borrowed");
    assert_eq!(refused("Book::close", &[book.clone()]), "borrowed");
    assert_eq!(request(&[7.into(), book.clone()]).0, 4);
    assert_eq!(call("Page::text", &[page.clone()]), LONG.into());
    drop_now(&page);
    call("Book::push", &[book.clone(), LONG.into()]);
    assert_eq!(call("Book::close", &[book]), LONG.repeat(2).into());
}

#[test]
fn the_error_names_the_holder_and_how_to_let_go() {
    let _alone = alone();
    let book = book(LONG);
    let page = call("Book::page", &[book.clone()]);
    let (_, message) = refusal("Book::push", &[book, LONG.into()]);
    assert!(message.contains("`Book::page`"), "{message}");
    assert!(message.contains("usecrate.close"), "{message}");
    drop_now(&page);
}

#[test]
fn what_is_borrowed_exclusively_cannot_be_read() {
    let _alone = alone();
    let book = book(LONG);
    let pen = call("Book::page_mut", &[book.clone()]);
    assert_eq!(refused("Book::page", &[book.clone()]), "borrowed");
    call("Pen::write", &[pen.clone(), LONG.into()]);
    drop_now(&pen);
    assert_eq!(call("Book::close", &[book]), LONG.repeat(2).into());
}

#[test]
fn a_fluent_method_gives_its_receiver_and_holds_nothing() {
    let _alone = alone();
    let book = book("a");
    assert_eq!(call("Book::push", &[book.clone(), "b".into()]), Value::Nil);
    assert_eq!(call("Book::push", &[book.clone(), "c".into()]), Value::Nil);
    assert_eq!(call("Book::close", &[book]), "abc".into());
}

#[test]
fn one_handle_is_not_lent_twice_if_one_changes_it() {
    let _alone = alone();
    let book = book(LONG);
    assert_eq!(
        refused("Book::swallow", &[book.clone(), book.clone()]),
        "borrowed"
    );
    assert_eq!(call("Book::close", &[book]), LONG.into());
}

#[test]
fn groups_that_meet_are_one() {
    let _alone = alone();
    let (first, second) = (book("first"), book(LONG));
    let (one, two) = (
        call("Book::page", &[first]),
        call("Book::page", &[second.clone()]),
    );
    call("Page::replace", &[one.clone(), two.clone()]);
    drop_now(&second);
    drop_now(&two);
    assert_eq!(call("Page::text", &[one]), LONG.into());
}

#[test]
fn a_value_is_dropped_before_what_it_borrows() {
    let _alone = alone();
    let book = book(LONG);
    let page = call("Book::page", &[book.clone()]);
    drop_now(&book);
    let before = READ_ON_DROP.load(Ordering::Relaxed);
    drop_now(&page);
    assert!(READ_ON_DROP.load(Ordering::Relaxed) > before);
}

#[test]
fn a_stale_handle_is_refused_when_its_slot_is_used_again() {
    let _alone = alone();
    let old = book("old");
    drop_now(&old);
    let all: Vec<Value> = (0..100).map(|_| book("new")).collect();
    assert_eq!(refused("Book::page", &[old.clone()]), "closed");
    assert_eq!(try_drop(&old).0, 4);
    for book in &all {
        drop_now(book);
    }
}

#[test]
fn a_handle_of_another_type_is_refused() {
    let _alone = alone();
    let turnstile = call("Turnstile::new", &[]);
    assert_eq!(refused("Book::close", &[turnstile.clone()]), "type");
    assert_eq!(refused("Page::text", &[turnstile]), "type");
}

#[test]
fn a_forged_type_number_changes_nothing() {
    let _alone = alone();
    let turnstile = call("Turnstile::new", &[]);
    let Value::Ext(code, mut bytes) = turnstile else {
        panic!("a handle is an extension value")
    };
    bytes[0] = 0;
    assert_eq!(refused("Book::close", &[Value::Ext(code, bytes)]), "type");
}

#[test]
fn a_moved_value_is_gone_once() {
    let _alone = alone();
    let book = book(LONG);
    assert_eq!(call("Book::close", &[book.clone()]), LONG.into());
    assert_eq!(refused("Book::close", &[book]), "closed");
}

#[test]
fn nothing_is_moved_when_a_later_argument_is_wrong() {
    let _alone = alone();
    let book = book(LONG);
    let (status, payload) = try_call("Book::close_after", &[book.clone(), "two".into()]);
    assert_eq!((status, payload[0].as_str()), (3, Some("type")));
    assert_eq!(
        call("Book::close_after", &[book, 2.into()]),
        LONG.repeat(2).into()
    );
}

#[test]
fn a_panic_poisons_what_was_lent_exclusively() {
    let _alone = alone();
    let book = book(LONG);
    let (status, payload) = try_call("Book::tear", &[book.clone()]);
    assert_eq!((status, payload[0].as_str()), (2, Some("torn")));
    assert_eq!(refused("Book::page", &[book.clone()]), "poisoned");
    assert!(drop_now(&book));
}

/// Four threads call in turn, each with its own pair of name and handle; every call says whether it was alone.
fn all_pass(callers: [(&str, &Value); 4]) {
    std::thread::scope(|scope| {
        let threads = callers.map(|(name, handle)| {
            scope
                .spawn(move || (0..10).all(|_| call(name, std::slice::from_ref(handle)) == Value::from(true)))
        });
        let alone = threads.map(|thread| thread.join().expect("a thread"));
        assert_eq!(alone, [true; 4], "two were inside at once");
    });
}

#[test]
fn what_is_not_sync_is_used_by_one_thread_at_a_time() {
    let _alone = alone();
    let turnstile = call("Turnstile::new", &[]);
    all_pass([("Turnstile::pass", &turnstile); 4]);
}

#[test]
fn a_group_has_a_lock_when_a_member_is_not_sync() {
    let _alone = alone();
    let gate = call("Book::gate", &[book(LONG)]);
    all_pass([("Gate::pass", &gate); 4]);
}

#[test]
fn what_is_lent_has_its_owners_lock() {
    let _alone = alone();
    let room = call("Room::new", &[]);
    let turnstile = call("Room::turnstile", &[room.clone()]);
    let (whole, part) = (("Room::pass", &room), ("Turnstile::pass", &turnstile));
    all_pass([whole, part, whole, part]);
}

#[test]
fn calls_that_need_two_values_never_wait_for_each_other() {
    let _alone = alone();
    let books = [book("one"), book("two")];
    // While this is read, the call holds what stands before it.
    let note = Value::Array(vec![1.into(); 50_000]);
    let exchange = |one: usize, two: usize| {
        let name = number("Book::exchange").into();
        encoded(&[
            1.into(),
            name,
            books[one].clone(),
            note.clone(),
            books[two].clone(),
        ])
    };
    std::thread::scope(|scope| {
        for request in [exchange(0, 1), exchange(1, 0)] {
            scope.spawn(move || (0..20).for_each(|_| assert_eq!(raw(&request, &[]).0, 0)));
        }
    });
    assert_eq!(call("Book::close", &[books[0].clone()]), "one".into());
}

#[test]
fn an_exclusive_call_is_waited_for() {
    let _alone = alone();
    let book = book("");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let book = book.clone();
            scope.spawn(move || {
                for _ in 0..200 {
                    call("Book::push", &[book.clone(), "x".into()]);
                }
            });
        }
    });
    assert_eq!(call("Book::close", &[book]), "x".repeat(800).into());
}

#[test]
fn what_is_dropped_while_it_is_changed_is_gone_in_the_end() {
    let _alone = alone();
    let before = count();
    let (send, books) = std::sync::mpsc::channel::<Value>();
    let begun = AtomicU32::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let other = book("");
            for book in books {
                let swallow = || try_call("Book::swallow", &[book.clone(), other.clone()]).0 == 0;
                swallow();
                begun.fetch_add(1, Ordering::Relaxed);
                (0..200).all(|_| swallow());
            }
            drop_now(&other);
        });
        for round in 0..3_000 {
            let book = book("");
            send.send(book.clone()).expect("the other thread listens");
            while begun.load(Ordering::Relaxed) <= round {
                std::thread::yield_now();
            }
            for _ in 0..round % 256 {
                std::hint::spin_loop();
            }
            drop_now(&book);
        }
        drop(send);
    });
    assert_eq!(
        count(),
        before,
        "each went at once, with the call that held it, or with the next call"
    );
}

#[test]
fn what_is_not_send_stays_on_its_thread() {
    let _alone = alone();
    let local = call("Local::new", &[]);
    let shared = call("Local::share", &[local.clone()]);
    let (moved, dropped) = (local.clone(), shared.clone());
    std::thread::spawn(move || {
        assert_eq!(refused("Local::count", &[moved]), "thread");
        drop_now(&dropped); // Queued for its home thread: the count of an `Rc` is not touched here.
        let fresh = call("Local::new", &[]);
        assert_eq!(call("Local::count", &[fresh]), 1.into());
    })
    .join()
    .expect("the thread's own checks hold");
    assert_eq!(DROPPED_ELSEWHERE.load(Ordering::Relaxed), 0);
    assert_eq!(
        call("Local::count", &[local]),
        1.into(),
        "the call took in what the other thread left"
    );
    assert_eq!(refused("Local::count", &[shared]), "closed");
}

#[test]
fn what_outlives_the_only_thread_that_may_drop_it_is_leaked() {
    let _alone = alone();
    let orphan = std::thread::spawn(|| call("Local::new", &[]));
    let orphan = orphan.join().expect("a thread");
    drop_now(&orphan);
    let fresh = call("Local::new", &[]);
    assert_eq!(call("Local::count", &[fresh]), 1.into());
    assert_eq!(DROPPED_ELSEWHERE.load(Ordering::Relaxed), 0);
}

#[test]
fn values_stay_put_while_the_table_grows() {
    let _alone = alone();
    let before = count();
    let own = book(LONG);
    let page = call("Book::page", &[own.clone()]);
    let mut others: Vec<Value> = (0..2000).map(|_| book("other")).collect();
    others.drain(1..1999).for_each(|other| assert!(drop_now(&other)));
    assert_eq!(call("Page::text", &[page.clone()]), LONG.into());
    others.extend([own, page]);
    assert!(!drop_now(&others[2]), "the page borrows it");
    assert!([&others[0], &others[1], &others[3]].into_iter().all(drop_now));
    assert_eq!(count(), before);
}

#[test]
fn a_destructor_may_call_the_library() {
    let _alone = alone();
    *ON_DROP.lock().unwrap_or_else(PoisonError::into_inner) = Some(|| {
        let inner = book(LONG);
        let page = call("Book::page", &[inner.clone()]);
        drop_now(&inner);
        drop_now(&page);
    });
    let (done, wait) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let bell = call("Bell::new", &[]);
        drop_now(&bell);
        done.send(()).expect("the test waits");
    });
    let finished = wait.recv_timeout(Duration::from_secs(20));
    *ON_DROP.lock().unwrap_or_else(PoisonError::into_inner) = None;
    assert!(
        finished.is_ok(),
        "the destructor waits for a lock that its own drop holds"
    );
}

#[test]
fn a_panicking_destructor_is_reported_and_the_value_is_gone() {
    let _alone = alone();
    let before = count();
    let bell = call("Bell::new", &[]);
    *ON_DROP.lock().unwrap_or_else(PoisonError::into_inner) = Some(|| panic!("crack"));
    let (status, payload) = try_drop(&bell);
    *ON_DROP.lock().unwrap_or_else(PoisonError::into_inner) = None;
    assert_eq!((status, payload[0].as_str()), (2, Some("crack")));
    assert_eq!(try_drop(&bell).0, 4);
    assert_eq!(count(), before);
}

#[test]
fn lent_buffers_are_read_in_place_and_their_numbers_checked() {
    let _alone = alone();
    let mut data = vec![1_u8; 5000];
    let buffer = buffer(&mut data, false);
    let ask = |number: u8| {
        let named = Value::Ext(2, vec![number, 0, 0, 0]);
        try_call_with("sum", &[named], std::slice::from_ref(&buffer))
    };
    assert_eq!(ask(0), (0, 5000.into()));
    assert_eq!(ask(1).0, 5);
}

#[test]
fn no_bytes_do_harm_on_a_small_stack() {
    let _alone = alone();
    let work = || {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let handle = call("Shelf::new", &[]);
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, &handle).expect("a vector takes all");
        for round in 0..30_000_u32 {
            let mut request: Vec<u8> = (0..next() % 40).map(|_| next() as u8).collect();
            if round % 2 == 0 && request.len() > 3 {
                request[0] = 0x90 | (next() % 6) as u8;
                request[1] = [0, 1, 1, 1, 2, 4, 6, 7][(next() % 8) as usize];
                request[2] = (next() % callables() as u64) as u8;
            }
            if round % 3 == 0 {
                request.truncate(3);
                request.extend_from_slice(&bytes);
            }
            if request != [0x91, 3] {
                raw(&request, &[]);
            }
        }
        for deep in [
            vec![0x91; 100_000],
            [vec![0x93, 1, number("Shelf::all") as u8], vec![0x91; 100_000]].concat(),
            [vec![0x93, 1, number("echo") as u8], vec![0x91; 100_000]].concat(),
        ] {
            assert_ne!(raw(&deep, &[]).0, 0);
        }
    };
    let thread = std::thread::Builder::new()
        .stack_size(256 << 10)
        .spawn(work)
        .expect("a thread");
    thread.join().expect("nothing failed");
}

#[test]
fn after_a_fork_handles_of_the_parent_are_refused_and_nothing_is_dropped() {
    let _alone = alone();
    let book = book(LONG);
    let page = call("Book::page", &[book.clone()]);
    let dropped = READ_ON_DROP.load(Ordering::Relaxed);
    assert_eq!(request(&[5.into()]).0, 0);
    assert_eq!(refused("Page::text", &[page.clone()]), "fork");
    assert_eq!(try_drop(&page).0, 4);
    assert_eq!(READ_ON_DROP.load(Ordering::Relaxed), dropped);
    let fresh = call("Book::new", &[LONG.into()]);
    assert_eq!(call("Book::close", &[fresh]), LONG.into());
}

#[test]
fn a_call_that_was_refused_keeps_nothing() {
    let _alone = alone();
    let (book, shelf) = (book(LONG), call("Shelf::new", &[]));
    let wrong = [shelf.clone(), book.clone(), 300.into()];
    assert_eq!(try_call("Shelf::add_book", &wrong).0, 3);
    call("Book::push", &[book.clone(), "!".into()]);
    call("Shelf::add_book", &[shelf.clone(), book.clone(), 2.into()]);
    assert_eq!(refused("Book::push", &[book.clone(), "?".into()]), "borrowed");
    let text = format!("{LONG}!");
    assert_eq!(
        call("Shelf::all", &[shelf.clone()]),
        Value::Array(vec![text.as_str().into(); 2])
    );
    drop_now(&shelf);
    call("Book::push", &[book, "?".into()]);
}
