//! Files whose objects call the library again while they are given what was written: nobody waits for ever.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex, OnceLock};
use std::thread::{spawn, yield_now};

use rmpv::Value;
use usecrate_soundness::client::{LONG, call, try_call};
use usecrate_soundness::objects::{Answer, callable, object, released, token};

use super::alone;

/// A handle that writes to a file, whose object runs `work` with the handle when it is written to for the first time. What
/// arrived is the second value.
fn tap(work: impl Fn(&Value) + Send + Sync + 'static) -> (Value, Arc<Mutex<Vec<u8>>>, u64) {
    let handle = Arc::new(OnceLock::new());
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let (own, bytes, first) = (Arc::clone(&handle), Arc::clone(&arrived), AtomicBool::new(true));
    let file = object(move |operation, _, lent| match operation {
        3 => 0.into(),
        4 => {
            if first.swap(false, Ordering::SeqCst) {
                work(own.get().expect("it was made before it is written to"));
            }
            bytes.lock().unwrap().extend_from_slice(lent);
            lent.len().into()
        }
        _ => Answer::Raise("UnsupportedOperation", false),
    });
    let tap = call("Tap::new", std::slice::from_ref(&file));
    handle.set(tap.clone()).expect("it is made once");
    (tap, arrived, token(&file))
}

fn write(tap: &Value, text: &str) -> (u64, Value) {
    try_call("Tap::write", &[tap.clone(), Value::Binary(text.into())])
}

/// It failed, and says why.
fn is_told((status, payload): &(u64, Value)) -> bool {
    *status == 1
        && payload[2]
            .as_str()
            .is_some_and(|text| text.contains("the object behind it"))
}

#[test]
fn a_file_is_not_used_by_its_own_object() {
    let _alone = alone();
    let (tap, arrived, _) = tap(|own| {
        let told = write(own, "inner");
        assert!(is_told(&told), "{told:?}");
        assert_eq!(call("Tap::try_read", &[own.clone()]), 0.into());
        assert_eq!(try_call("Tap::seek", &[own.clone(), 0.into()]).0, 1);
    });
    assert_eq!(write(&tap, "outer").0, 0);
    assert_eq!(write(&tap, ", again").0, 0, "it goes on");
    assert_eq!(*arrived.lock().unwrap(), b"outer, again");
}

#[test]
fn a_file_that_its_own_object_takes_back_is_released() {
    let _alone = alone();
    let (tap, arrived, file) = tap(|own| {
        let (status, payload) = try_call("Tap::into_inner", &[own.clone()]);
        assert_eq!((status, &payload[1]), (3, &Value::Nil), "{payload}");
    });
    assert_eq!(write(&tap, "all").0, 0);
    assert_eq!(*arrived.lock().unwrap(), b"all");
    assert_eq!(released(file), 1);
}

#[test]
fn two_files_whose_objects_use_each_other_do_not_wait_for_each_other() {
    let _alone = alone();
    let both = Arc::new(Barrier::new(2));
    let told = Arc::new(Mutex::new(Vec::new()));
    let taps: [Arc<OnceLock<Value>>; 2] = Default::default();
    let threads: Vec<_> = [0, 1]
        .map(|at| {
            let (both, told, other) = (Arc::clone(&both), Arc::clone(&told), Arc::clone(&taps[1 - at]));
            let (tap, arrived, _) = tap(move |_| {
                both.wait();
                let answer = write(other.get().expect("both were made"), "crossed");
                told.lock().unwrap().push(answer);
            });
            taps[at].set(tap.clone()).expect("it is made once");
            (tap, arrived)
        })
        .map(|(tap, arrived)| (spawn(move || write(&tap, "own").0), arrived))
        .into();
    let ended = |(thread, arrived): (std::thread::JoinHandle<u64>, _)| {
        assert_eq!(thread.join().unwrap(), 0);
        arrived
    };
    let files: Vec<Arc<Mutex<Vec<u8>>>> = threads.into_iter().map(ended).collect();
    let mut crossed = 0;
    for arrived in files {
        let arrived = arrived.lock().unwrap();
        assert!(arrived.starts_with(b"own"));
        crossed += usize::from(arrived.ends_with(b"crossed"));
    }
    let told = told.lock().unwrap();
    let refused = told.iter().filter(|answer| is_told(answer)).count();
    assert!(refused > 0, "{told:?}");
    assert_eq!(crossed + refused, 2, "what was taken has arrived: {told:?}");
}

/// Uses a handle until that is refused; the code.
fn use_until_refused(tap: &Value) -> String {
    loop {
        let (status, payload) = try_call("Tap::touch", std::slice::from_ref(tap));
        if status != 0 {
            assert_eq!(status, 4, "{payload}");
            return payload[0].as_str().expect("a code").to_owned();
        }
        yield_now();
    }
}

#[test]
fn what_is_held_by_a_call_that_waits_for_a_file_is_refused() {
    let _alone = alone();
    let waits = Arc::new(Mutex::new(None));
    let waiting = Arc::clone(&waits);
    let (tap, arrived, _) = tap(move |own| {
        let (held, wanted) = (own.clone(), own.clone());
        *waiting.lock().unwrap() = Some(spawn(move || write(&held, "second").0));
        // The object has a thread of its own, which must not wait for the call that waits for the object.
        let code = spawn(move || use_until_refused(&wanted)).join().unwrap();
        assert_eq!(code, "busy");
    });
    assert_eq!(write(&tap, "first, ").0, 0);
    let second = waits.lock().unwrap().take().expect("it was begun");
    assert_eq!(second.join().unwrap(), 0);
    assert_eq!(*arrived.lock().unwrap(), b"first, second");
}

#[test]
fn a_thread_that_settles_what_a_thread_of_the_library_waits_for_does_not_wait() {
    let _alone = alone();
    let waits = Arc::new(Mutex::new(None));
    let waiting = Arc::clone(&waits);
    let (tap, ..) = tap(move |own| {
        let held = own.clone();
        let read = move || try_call("Tap::try_read_elsewhere", &[held]);
        *waiting.lock().unwrap() = Some(spawn(read));
        assert_eq!(use_until_refused(own), "busy");
    });
    assert_eq!(write(&tap, "all").0, 0);
    let read = waits.lock().unwrap().take().expect("it was begun");
    assert_eq!(read.join().unwrap(), (0, 0.into()));
}

#[test]
fn what_uses_a_reference_does_not_wait_for_who_waits_for_its_end() {
    let _alone = alone();
    let (tap, arrived, _) = tap(|own| {
        let uses = Arc::new(Mutex::new(None));
        let (used, own) = (Arc::clone(&uses), own.clone());
        let lend = callable(move |arguments| {
            let both = [own.clone(), arguments[0].clone()];
            *used.lock().unwrap() = Some(spawn(move || try_call("Tap::take_in", &both)));
            assert_eq!(use_until_refused(&own), "busy");
            Value::Nil.into()
        });
        call("Book::lend", &[LONG.into(), lend]);
        let told = uses.lock().unwrap().take().expect("it was begun").join().unwrap();
        assert!(is_told(&told), "{told:?}");
    });
    assert_eq!(write(&tap, "all").0, 0);
    assert_eq!(*arrived.lock().unwrap(), b"all");
}
