//! Files: what is buffered, when it arrives, what a failure does.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rmpv::Value;
use usecrate_soundness::client::{call, raised, request, try_call, try_drop};
use usecrate_soundness::objects::{Answer, callable, object, released, retained, retained_at_most, token};

use super::alone;

/// A file of the host.
#[derive(Default)]
struct Memory {
    bytes: Vec<u8>,
    position: usize,
    /// The operations that came, without releases.
    log: Vec<u64>,
    /// It raises when it is to seek.
    stream: bool,
    /// It raises when it is to write.
    full: bool,
    /// It raises when it is to read.
    broken: bool,
}

type Shared = Arc<Mutex<Memory>>;

fn file(memory: Memory) -> (Value, Shared) {
    let shared = Arc::new(Mutex::new(memory));
    let memory = Arc::clone(&shared);
    let object = object(move |operation, arguments, lent| {
        let mut file = memory.lock().unwrap();
        file.log.push(operation);
        let at = file.position;
        match operation {
            3 if file.broken => Answer::Raise("BrokenPipeError", false),
            3 => {
                let count = lent.len().min(file.bytes.len().saturating_sub(at));
                lent[..count].copy_from_slice(&file.bytes[at..at + count]);
                file.position += count;
                count.into()
            }
            4 if file.full => Answer::Raise("OSError", false),
            4 => {
                // Never more than 40,000 at once, as a raw file may.
                let count = lent.len().min(40_000);
                let end = (at + count).max(file.bytes.len());
                file.bytes.resize(end, 0);
                file.bytes[at..at + count].copy_from_slice(&lent[..count]);
                file.position += count;
                count.into()
            }
            5 => Value::Nil.into(),
            6 if file.stream => Answer::Raise("UnsupportedOperation", false),
            6 => {
                let offset = arguments[0].as_i64().expect("an offset");
                let from =
                    [0, file.position, file.bytes.len()][arguments[1].as_u64().expect("whence") as usize];
                file.position = usize::try_from(from as i64 + offset).expect("a position");
                file.position.into()
            }
            other => panic!("operation {other} of a file"),
        }
    });
    (object, shared)
}

fn text(text: &str) -> Memory {
    Memory {
        bytes: text.into(),
        ..Memory::default()
    }
}

fn bytes(text: &str) -> Value {
    Value::Binary(text.into())
}

#[test]
fn small_reads_are_one_upcall_and_what_was_read_ahead_is_given_back() {
    let _alone = alone();
    let (object, memory) = file(text("0123456789"));
    assert_eq!(call("sip", &[object.clone(), 4.into()]), bytes("0123"));
    let memory = memory.lock().unwrap();
    assert_eq!(
        memory.log,
        [6, 3, 6],
        "it asks whether it can seek, reads, and gives back"
    );
    assert_eq!(memory.position, 4);
    assert_eq!(released(token(&object)), 1);
}

#[test]
fn nothing_is_read_ahead_of_a_stream() {
    let _alone = alone();
    let stream = Memory {
        stream: true,
        ..text("0123456789")
    };
    let (object, memory) = file(stream);
    assert_eq!(call("sip", &[object, 3.into()]), bytes("012"));
    assert_eq!(memory.lock().unwrap().position, 3);
}

#[test]
fn large_reads_go_straight_into_the_callers_memory() {
    let _alone = alone();
    let long = "x".repeat(200_000);
    let (object, memory) = file(text(&long));
    assert_eq!(call("gulp", &[object, 200_000.into()]), bytes(&long));
    assert_eq!(memory.lock().unwrap().log, [3]);
}

#[test]
fn a_file_that_a_refused_call_had_stays_the_clients() {
    let _alone = alone();
    for name in ["sip", "gulp"] {
        let (object, memory) = file(text("0123456789"));
        assert_eq!(try_call(name, &[object.clone(), "four".into()]).0, 3);
        assert_eq!(released(token(&object)), 0);
        assert_eq!(call(name, &[object.clone(), 4.into()]), bytes("0123"));
        assert_eq!(released(token(&object)), 1);
        assert_eq!(memory.lock().unwrap().position, 4);
    }
}

#[test]
fn lines_are_read_through_a_buffer() {
    let _alone = alone();
    let (object, memory) = file(text("first\nsecond\n"));
    assert_eq!(call("line", &[object]), "first\n".into());
    assert_eq!(memory.lock().unwrap().position, 6);
    let (object, _) = file(Memory {
        stream: true,
        ..text("first\nsecond\n")
    });
    assert_eq!(call("line", &[object]), "first\n".into());
}

#[test]
fn what_was_written_arrives_before_the_call_ends() {
    let _alone = alone();
    let (object, memory) = file(Memory::default());
    let seen = Arc::clone(&memory);
    let between = callable(move |_| {
        assert!(seen.lock().unwrap().log.is_empty(), "small writes wait");
        Value::Nil.into()
    });
    let long = "y".repeat(100_000);
    call("drip", &[object.clone(), bytes("hello"), between]);
    assert_eq!(memory.lock().unwrap().bytes, b"hello");
    assert_eq!(released(token(&object)), 1);
    let (object, memory) = file(Memory::default());
    call("drip", &[object, bytes(&long), callable(|_| Value::Nil.into())]);
    assert_eq!(memory.lock().unwrap().bytes, long.as_bytes());
}

#[test]
fn what_was_written_arrives_also_when_the_call_fails() {
    let _alone = alone();
    let (object, memory) = file(Memory::default());
    let bad = callable(|_| Answer::Raise("ValueError", false));
    assert_eq!(raised("drip", &[object, bytes("hello"), bad]), "ValueError");
    assert_eq!(memory.lock().unwrap().bytes, b"hello");
}

#[test]
fn what_cannot_be_written_makes_the_call_raise() {
    let _alone = alone();
    let (object, _) = file(Memory {
        full: true,
        ..Memory::default()
    });
    assert_eq!(
        raised("drip", &[object, bytes("hello"), callable(|_| Value::Nil.into())]),
        "OSError"
    );
    let (object, memory) = file(Memory {
        full: true,
        ..Memory::default()
    });
    let tap = call("Tap::new", &[object]);
    assert_eq!(raised("Tap::write", &[tap.clone(), bytes("hello")]), "OSError");
    memory.lock().unwrap().full = false;
    call("Tap::write", &[tap, bytes("again")]);
    assert_eq!(memory.lock().unwrap().bytes, b"again", "what was refused is gone");
}

#[test]
fn what_a_file_raised_leaves_a_call_that_fails_and_no_other() {
    let _alone = alone();
    let (object, _) = file(Memory {
        broken: true,
        ..Memory::default()
    });
    let tap = call("Tap::new", &[object]);
    assert_eq!(raised("Tap::read", &[tap.clone(), 1.into()]), "BrokenPipeError");
    assert_eq!(call("Tap::try_read", &[tap]), 0.into());
}

#[test]
fn a_kept_file_is_settled_after_every_call_and_goes_back_as_it_was() {
    let _alone = alone();
    let (object, memory) = file(text("0123456789"));
    let tap = call("Tap::new", &[object.clone()]);
    assert_eq!(call("Tap::read", &[tap.clone(), 2.into()]), bytes("01"));
    assert_eq!(memory.lock().unwrap().position, 2);
    memory.lock().unwrap().position = 5;
    assert_eq!(
        call("Tap::read", &[tap.clone(), 2.into()]),
        bytes("56"),
        "it was moved from the other side"
    );
    call("Tap::write", &[tap.clone(), bytes("ab")]);
    assert_eq!(memory.lock().unwrap().bytes, b"0123456ab9");
    assert_eq!(call("Tap::seek", &[tap.clone(), (-3).into()]), 6.into());
    assert_eq!(released(token(&object)), 0);
    assert_eq!(call("Tap::into_inner", &[tap]), object);
    assert_eq!(released(token(&object)), 0, "the reference went back");
}

#[test]
fn a_file_that_rust_refers_to_comes_back_with_a_reference_of_its_own() {
    let _alone = alone();
    let (object, memory) = file(Memory::default());
    let tap = call("Tap::new", &[object.clone()]);
    assert_eq!(call("Tap::get_ref", &[tap.clone()]), object);
    assert_eq!(call("Tap::get_mut", &[tap.clone(), bytes("text")]), object);
    assert_eq!(
        memory.lock().unwrap().bytes,
        b"text",
        "what was written is there by then"
    );
    let twice = Value::Array(vec![
        object.clone(),
        Value::Array(vec![object.clone()]),
        Value::Nil,
    ]);
    assert_eq!(call("Tap::twice", &[tap.clone()]), twice);
    assert_eq!(retained(token(&object)), 4);
    assert_eq!(try_drop(&tap).0, 0);
    assert_eq!(released(token(&object)), 1, "the others are the client's");
}

#[test]
fn what_a_host_raises_when_it_is_asked_for_a_reference_leaves_the_call() {
    let _alone = alone();
    let (object, _) = file(Memory::default());
    let tap = call("Tap::new", &[object.clone()]);
    retained_at_most(token(&object), 0);
    assert_eq!(raised("Tap::get_ref", &[tap.clone()]), "KeyboardInterrupt");
    assert_eq!(released(token(&object)), 0);
    assert_eq!(
        call("Tap::write", &[tap, bytes("more")]),
        Value::Nil,
        "it stays usable"
    );
}

#[test]
fn a_reference_that_does_not_leave_is_released() {
    let _alone = alone();
    let (object, _) = file(Memory::default());
    let tap = call("Tap::new", &[object.clone()]);
    retained_at_most(token(&object), 1);
    assert_eq!(raised("Tap::twice", &[tap]), "KeyboardInterrupt");
    assert_eq!((retained(token(&object)), released(token(&object))), (1, 1));
}

#[test]
fn reads_writes_and_seeks_see_each_other() {
    let _alone = alone();
    let (object, memory) = file(text("0123456789"));
    let tap = call("Tap::new", &[object]);
    assert_eq!(call("Tap::dance", &[tap]), "012342367".into());
    let memory = memory.lock().unwrap();
    assert_eq!(memory.bytes, b"0123XY6789");
    assert_eq!(memory.position, 8);
}

#[test]
fn a_dropped_handle_releases_its_file() {
    let _alone = alone();
    let (object, _) = file(text("0"));
    let tap = call("Tap::new", &[object.clone()]);
    assert_eq!(try_drop(&tap).0, 0);
    assert_eq!(released(token(&object)), 1);
}

#[test]
fn a_thread_that_outlives_the_call_writes_at_once() {
    let _alone = alone();
    for waits in [0, 20] {
        let (object, memory) = file(Memory::default());
        call("elsewhere", &[object.clone(), callable(move |_| waits.into())]);
        let started = Instant::now();
        while released(token(&object)) == 0 {
            assert!(started.elapsed() < Duration::from_secs(5));
            std::thread::yield_now();
        }
        let memory = memory.lock().unwrap();
        assert_eq!((&memory.bytes[..], &memory.log[..]), (&b"ab"[..], &[4, 4][..]));
    }
}

#[test]
fn a_host_that_is_gone_is_an_io_error() {
    let _alone = alone();
    let gone = object(|_, _, _| Answer::Gone);
    let (status, payload) = try_call("sip", &[gone, 1.into()]);
    assert_eq!(status, 1);
    assert!(
        payload[2].as_str().unwrap().contains("shutting down"),
        "{payload}"
    );
}

#[test]
fn an_upcall_from_a_thread_of_the_library_never_waits_for_its_call() {
    let _alone = alone();
    let book = call("Book::new", &["text".into()]);
    let own = book.clone();
    let object = object(move |operation, _, lent| match operation {
        3 => {
            let (status, payload) = try_call("Book::text", &[own.clone()]);
            assert_eq!((status, payload[0].as_str()), (4, Some("busy")));
            lent[0] = 0;
            1.into()
        }
        _ => Answer::Raise("UnsupportedOperation", false),
    });
    assert_eq!(call("sip_elsewhere", &[book, object]), 1.into());
}

#[test]
fn what_a_file_raised_on_another_thread_leaves_the_call() {
    let _alone = alone();
    let book = call("Book::new", &["text".into()]);
    let (object, _) = file(Memory {
        broken: true,
        ..Memory::default()
    });
    assert_eq!(raised("sip_elsewhere", &[book, object]), "BrokenPipeError");
}

#[test]
fn a_child_of_fork_asks_and_releases_nothing_of_its_parents() {
    let _alone = alone();
    let (object, memory) = file(Memory::default());
    // What a child sees that was forked during an upcall.
    let fork = callable(|_| {
        assert_eq!(request(&[5.into()]), (0, Value::Nil));
        Value::Nil.into()
    });
    call("drip", &[object.clone(), bytes("parent"), fork]);
    assert!(memory.lock().unwrap().log.is_empty());
    assert_eq!(released(token(&object)), 0);
    let (object, memory) = file(Memory::default());
    call("drip", &[object, bytes("child"), callable(|_| Value::Nil.into())]);
    assert_eq!(memory.lock().unwrap().bytes, b"child");
}

#[test]
fn a_file_that_is_a_handle_in_disguise_is_settled_too() {
    let _alone = alone();
    let (object, memory) = file(Memory::default());
    let tap = call("Tap::new", &[object]);
    let disguised = host_file(tap);
    call(
        "drip",
        &[disguised, bytes("through"), callable(|_| Value::Nil.into())],
    );
    assert_eq!(memory.lock().unwrap().bytes, b"through");
}

/// A file of the host that writes to a handle.
fn host_file(tap: Value) -> Value {
    object(move |operation, _, lent| {
        assert_eq!(operation, 4, "it is written");
        call("Tap::write", &[tap.clone(), Value::Binary(lent.to_vec())]);
        lent.len().into()
    })
}
