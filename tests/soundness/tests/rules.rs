//! A test per soundness rule, through the C symbol alone. Run them under AddressSanitizer (`python3 dev.py asan`):
//! several only fail there when their rule is broken.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rmpv::Value;
use usecrate_runtime::private::{Buffer, Response};
use usecrate_soundness::subject::{DROPPED_ELSEWHERE, ON_DROP, READ_ON_DROP};
use usecrate_soundness::usecrate_call;

const NAMES: &[&str] = &[
    "Book::new",
    "Book::page",
    "Book::page_mut",
    "Book::push",
    "Book::swallow",
    "Book::close",
    "Book::close_after",
    "Book::tear",
    "Page::text",
    "Page::replace",
    "Pen::write",
    "Shelf::new",
    "Shelf::add",
    "Shelf::all",
    "Turnstile::new",
    "Turnstile::pass",
    "Local::new",
    "Local::share",
    "Local::count",
    "Bell::new",
    "sum",
    "echo",
    "Shelf::add_book",
];

/// The handle count is the process's, so tests that look at it run one at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// `[status, payload]`. The request's memory is freed before the answer is read.
fn raw(request: &[u8], buffers: &[Buffer]) -> (u64, Value) {
    let request: Box<[u8]> = request.into();
    // SAFETY: three null words are the response's documented first state.
    let mut response: Response = unsafe { std::mem::zeroed() };
    // SAFETY: the pointers and lengths are those of live slices, and the response is this call's alone.
    let code = unsafe {
        usecrate_call(
            request.as_ptr(),
            request.len(),
            buffers.as_ptr(),
            buffers.len(),
            std::ptr::null(),
            &raw mut response,
        )
    };
    assert_eq!(code, 0);
    drop(request);
    // The struct is documented: data, length, capacity.
    let words: *const usize = (&raw const response).cast();
    // SAFETY: the struct begins with these two words.
    let (data, length) = unsafe { (*words as *const u8, *words.add(1)) };
    // SAFETY: the answer is valid until the next call with this struct.
    let mut bytes = unsafe { std::slice::from_raw_parts(data, length) };
    let answer = rmpv::decode::read_value(&mut bytes).expect("an answer is MessagePack");
    assert!(bytes.is_empty(), "nothing follows an answer");
    // SAFETY: as above; operation 3 frees the response.
    let code = unsafe {
        usecrate_call(
            [0x91, 3].as_ptr(),
            2,
            std::ptr::null(),
            0,
            std::ptr::null(),
            &raw mut response,
        )
    };
    assert_eq!(code, 0);
    let Value::Array(parts) = answer else {
        panic!("an answer is an array")
    };
    let [status, payload] = <[Value; 2]>::try_from(parts).expect("an answer has two parts");
    (status.as_u64().expect("a status is a number"), payload)
}

fn request(parts: Vec<Value>) -> (u64, Value) {
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, &Value::Array(parts)).expect("a vector takes all");
    raw(&bytes, &[])
}

fn try_call(name: &str, arguments: &[Value]) -> (u64, Value) {
    let index = NAMES
        .iter()
        .position(|known| *known == name)
        .expect("a known callable");
    let mut parts = vec![Value::from(1), Value::from(index)];
    parts.extend_from_slice(arguments);
    request(parts)
}

fn call(name: &str, arguments: &[Value]) -> Value {
    let (status, payload) = try_call(name, arguments);
    assert_eq!(status, 0, "`{name}` gave {payload}");
    payload
}

/// The call is refused with status 4; the code.
fn refused(name: &str, arguments: &[Value]) -> String {
    let (status, payload) = try_call(name, arguments);
    assert_eq!(status, 4, "`{name}` gave {payload}");
    payload[0].as_str().expect("a code").to_owned()
}

fn book(text: &str) -> Value {
    call("Book::new", &[text.into()])
}

fn drop_now(handle: &Value) -> bool {
    let (status, payload) = request(vec![2.into(), handle.clone()]);
    assert_eq!(status, 0, "drop gave {payload}");
    payload.as_bool().expect("a bool")
}

fn count() -> u64 {
    request(vec![6.into()]).1.as_u64().expect("a count")
}

fn alone() -> std::sync::MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Longer than what strings keep in place, so that freed memory is noticed.
const LONG: &str =
    "a text that is long enough to have an allocation of its own, and to be missed when it is gone";

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
    assert_eq!(request(vec![7.into(), book.clone()]).0, 4);
    assert_eq!(call("Page::text", &[page.clone()]), LONG.into());
    drop_now(&page);
    call("Book::push", &[book.clone(), LONG.into()]);
    assert_eq!(call("Book::close", &[book]), LONG.repeat(2).into());
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
    let before = READ_ON_DROP.load(std::sync::atomic::Ordering::Relaxed);
    drop_now(&page);
    assert!(READ_ON_DROP.load(std::sync::atomic::Ordering::Relaxed) > before);
}

#[test]
fn a_stale_handle_is_refused_when_its_slot_is_used_again() {
    let _alone = alone();
    let old = book("old");
    drop_now(&old);
    let all: Vec<Value> = (0..100).map(|_| book("new")).collect();
    assert_eq!(refused("Book::page", &[old.clone()]), "closed");
    assert_eq!(request(vec![2.into(), old]).0, 4);
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

#[test]
fn what_is_not_sync_is_used_by_one_thread_at_a_time() {
    let _alone = alone();
    let turnstile = call("Turnstile::new", &[]);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let turnstile = turnstile.clone();
                scope.spawn(move || {
                    (0..10).all(|_| call("Turnstile::pass", &[turnstile.clone()]) == Value::from(true))
                })
            })
            .collect();
        assert!(
            threads.into_iter().all(|thread| thread.join().expect("a thread")),
            "two were inside at once"
        );
    });
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
    assert_eq!(DROPPED_ELSEWHERE.load(std::sync::atomic::Ordering::Relaxed), 0);
    assert_eq!(
        call("Local::count", &[local]),
        1.into(),
        "the call took in what the other thread left"
    );
    assert_eq!(refused("Local::count", &[shared]), "closed");
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
    let (status, payload) = request(vec![2.into(), bell.clone()]);
    *ON_DROP.lock().unwrap_or_else(PoisonError::into_inner) = None;
    assert_eq!((status, payload[0].as_str()), (2, Some("crack")));
    assert_eq!(request(vec![2.into(), bell]).0, 4);
    assert_eq!(count(), before);
}

#[test]
fn lent_buffers_are_read_in_place_and_their_numbers_checked() {
    let _alone = alone();
    let mut data = vec![1_u8; 5000];
    // SAFETY: the documented layout: data, length, flags.
    let buffer: Buffer = unsafe { std::mem::transmute((data.as_mut_ptr(), data.len(), 0_u64)) };
    let index = NAMES
        .iter()
        .position(|known| *known == "sum")
        .expect("a known callable");
    let ask = |number: u8| {
        let request = vec![1.into(), Value::from(index), Value::Ext(2, vec![number, 0, 0, 0])];
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, &Value::Array(request)).expect("a vector takes all");
        raw(&bytes, std::slice::from_ref(&buffer))
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
                request[2] = (next() % NAMES.len() as u64) as u8;
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
            [vec![0x93, 1, 13], vec![0x91; 100_000]].concat(),
            [vec![0x93, 1, 21], vec![0x91; 100_000]].concat(),
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
    let dropped = READ_ON_DROP.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(request(vec![5.into()]).0, 0);
    assert_eq!(refused("Page::text", &[page.clone()]), "fork");
    assert_eq!(request(vec![2.into(), page]).0, 4);
    assert_eq!(READ_ON_DROP.load(std::sync::atomic::Ordering::Relaxed), dropped);
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
