//! Rules of iterators, out and in: what is fetched ahead, what an iterator keeps, what ends it. A bridge of its own; each
//! test is a rule, driven through the C symbol.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rmpv::Value;
use usecrate_runtime::private as __uc;
use usecrate_soundness::client::{
    self, Alone, LONG, call, count, drop_now, number, request, request_alone, try_call,
};
use usecrate_soundness::objects::{Answer, exception, object, released, token};
use usecrate_soundness::shim;

use crate::subject::{ASKED, READ_ON_DROP};

#[path = "iterators/subject.rs"]
pub mod subject;

pub struct Marker;

__uc::handle!(Marker, 0, "subject::Text", crate::subject::Text);
__uc::handle_in!(Marker, 1, "subject::Line", LineFamily, crate::subject::Line<'h>);
__uc::handle!(Marker, 2, "subject::Pipe", crate::subject::Pipe);
__uc::record!(
    Marker,
    3,
    "subject::Page",
    opaque,
    crate::subject::Page {
        text: crate::subject::Text,
        number: crate::subject::Even
    }
);
__uc::mapped_given!(
    Marker,
    [],
    [],
    crate::subject::Even,
    u32,
    |even| if even.0 % 2 == 0 {
        Ok(even.0)
    } else {
        Err(__uc::Fault::value("it is odd"))
    }
);

shim!(text_new(__uc_arg a) subject::Text::new(a.take()));
shim!(text_lines(__uc_kept a) subject::Text::lines(a.take()));
shim!(text_lengths(__uc_kept a) subject::Text::lengths(a.take()).map(|line| line.push('!')));
shim!(text_first(__uc_arg a) subject::Text::first(a.take()));
shim!(text_boxed(__uc_kept a) subject::Text::boxed(a.take()));
shim!(text_into_lines(__uc_arg a) subject::Text::into_lines(a.take()));
shim!(line_text(__uc_arg a) subject::Line::text(a.take()));
shim!(pipe_new() subject::Pipe::new());
shim!(pipe_send(__uc_arg a, __uc_arg b) subject::Pipe::send(a.take(), b.take()));
shim!(pipe_received(__uc_kept a) subject::Pipe::received(a.take()));
shim!(restless(__uc_arg a) subject::restless(a.take()));
shim!(counting() subject::counting());
shim!(growing() subject::growing());
shim!(failing() subject::failing());
shim!(pages(__uc_arg a) subject::pages(a.take()));
shim!(panicking() subject::panicking());
shim!(maybe(__uc_arg a) subject::maybe(a.take()));
shim!(fallible(__uc_arg a) subject::fallible(a.take()));
shim!(turnstile() subject::turnstile());
shim!(local() subject::local());

shim!(total(__uc_arg a: __uc::Iterable<u32>) subject::total(a.take()));
shim!(first_longer(__uc_arg a: __uc::Iterable<String>, __uc_arg b) subject::first_longer(a.take(), b.take()));
shim!(beyond(__uc_arg a: __uc::Iterable<u32>) subject::beyond(a.take()));
shim!(count_lines(__uc_arg a: __uc::Iterable<subject::Text>) subject::count_lines(a.take()));
shim!(doubled(__uc_arg a: __uc::Iterable<u32>) subject::doubled(a.take()));

__uc::artifact! {
    name: "subject", marker: Marker,
    types: [handle crate::subject::Text, handle_in LineFamily, handle crate::subject::Pipe, record crate::subject::Page],
    callables: [
        "Text::new" => text_new, "Text::lines" => text_lines, "Text::lengths" => text_lengths,
        "Text::first" => text_first, "Text::boxed" => text_boxed, "Text::into_lines" => text_into_lines,
        "Line::text" => line_text, "Pipe::new" => pipe_new, "Pipe::send" => pipe_send,
        "Pipe::received" => pipe_received, "restless" => restless, "counting" => counting,
        "growing" => growing, "failing" => failing, "pages" => pages, "panicking" => panicking, "maybe" => maybe,
        "fallible" => fallible, "turnstile" => turnstile, "local" => local,
        "total" => total, "first_longer" => first_longer, "beyond" => beyond, "count_lines" => count_lines,
        "doubled" => doubled,
    ],
}

fn alone() -> Alone {
    client::alone(usecrate_call)
}

fn try_next(iterator: &Value, want: u64) -> (u64, Value) {
    request(&[8.into(), iterator.clone(), want.into()])
}

fn next(iterator: &Value, want: u64) -> Vec<Value> {
    let (status, payload) = try_next(iterator, want);
    assert_eq!(status, 0, "next gave {payload}");
    match payload {
        // Many numbers come as native words; all of these are `u64`.
        Value::Binary(words) => (words.chunks_exact(8))
            .map(|word| u64::from_ne_bytes(word.try_into().expect("8 bytes")).into())
            .collect(),
        items => items.as_array().expect("items").clone(),
    }
}

fn text(lines: usize) -> Value {
    let lines = (0..lines).map(|at| format!("{at}: {LONG}").into()).collect();
    call("Text::new", &[Value::Array(lines)])
}

#[test]
fn an_iterator_keeps_what_its_items_borrow_and_so_do_they() {
    let _alone = alone();
    let before = count();
    let text = text(3);
    let lines = call("Text::lines", std::slice::from_ref(&text));
    assert!(!drop_now(&text), "the iterator still borrows the text");
    let line = next(&lines, 1).remove(0);
    assert!(drop_now(&lines));
    assert_eq!(
        call("Line::text", std::slice::from_ref(&line)),
        format!("0: {LONG}").into()
    );
    assert!(drop_now(&line));
    assert_eq!(count(), before, "the text went with the line");
}

#[test]
fn an_exhausted_iterator_is_dropped_and_holds_nothing() {
    let _alone = alone();
    let before = count();
    let text = text(3);
    let lines = call("Text::lines", std::slice::from_ref(&text));
    let read = READ_ON_DROP.load(Ordering::Relaxed);
    let mut all = next(&lines, 2);
    all.extend(next(&lines, 2));
    assert_eq!(all.len(), 3);
    assert_eq!(READ_ON_DROP.load(Ordering::Relaxed), read, "it is still there");
    assert_eq!(next(&lines, 2), []);
    assert!(
        READ_ON_DROP.load(Ordering::Relaxed) > read,
        "it reads what it borrowed"
    );
    assert_eq!(
        (try_next(&lines, 1).0, try_next(&lines, 1).1[0].as_str()),
        (4, Some("closed"))
    );
    all.iter().for_each(|line| assert!(drop_now(line)));
    assert!(drop_now(&text), "nothing borrows the text");
    assert_eq!(count(), before);
}

#[test]
fn an_exclusive_iterator_shuts_others_out_until_it_ends() {
    let _alone = alone();
    let text = text(2);
    let lengths = call("Text::lengths", std::slice::from_ref(&text));
    let (status, payload) = try_call("Text::first", std::slice::from_ref(&text));
    assert_eq!((status, payload[0].as_str()), (4, Some("borrowed")));
    assert_eq!(next(&lengths, 9), [Value::Nil, Value::Nil]);
    assert_eq!(next(&lengths, 9), []);
    assert_eq!(call("Text::first", &[text]), format!("0: {LONG}!").into());
}

#[test]
fn items_are_fetched_ahead_only_as_far_as_they_are_promised() {
    let _alone = alone();
    let text = text(5);
    let lines = call("Text::lines", &[text]);
    ASKED.store(0, Ordering::Relaxed);
    assert_eq!(next(&lines, 1).len(), 1);
    assert_eq!(ASKED.load(Ordering::Relaxed), 1);
    assert_eq!(next(&lines, 100).len(), 4);
    assert_eq!(
        ASKED.load(Ordering::Relaxed),
        5,
        "not asked beyond what was promised"
    );
    assert_eq!(next(&lines, 100).len(), 0);
}

#[test]
fn nothing_is_fetched_ahead_through_a_channel() {
    let _alone = alone();
    let pipe = call("Pipe::new", &[]);
    let received = call("Pipe::received", std::slice::from_ref(&pipe));
    for number in [7, 8] {
        call("Pipe::send", &[pipe.clone(), number.into()]);
    }
    assert_eq!(next(&received, 100), [7.into()]);
    assert_eq!(next(&received, 100), [8.into()]);
}

#[test]
fn nothing_is_fetched_ahead_through_a_trait_object() {
    let _alone = alone();
    let boxed = call("Text::boxed", &[text(3)]);
    assert_eq!(next(&boxed, 100), [format!("0: {LONG}").into()]);
    drop_now(&boxed);
}

#[test]
fn a_batch_is_bounded_in_number_and_in_bytes() {
    let _alone = alone();
    let counting = call("counting", &[]);
    assert_eq!(next(&counting, u64::MAX).len(), 1024);
    assert_eq!(next(&counting, 0), [1024.into()], "one at least");
    let growing = call("growing", &[]);
    let texts = next(&growing, 1000);
    // Long text lies beside the answer, as bytes.
    let length = |text: &Value| text.as_slice().map_or(0, <[u8]>::len);
    let total: usize = texts.iter().map(length).sum();
    assert!((64 << 10..256 << 10).contains(&total), "{total} bytes at once");
    let after = length(&next(&growing, 1)[0]);
    assert_eq!(after, (texts.len() + 1) * 10_000, "none was lost");
    drop_now(&counting);
    drop_now(&growing);
}

#[test]
fn an_end_is_an_end_whatever_the_iterator_says_next() {
    let _alone = alone();
    for rounds in [[100, 100], [1, 1]] {
        let restless = call("restless", &[3.into()]);
        let mut all = Vec::new();
        for want in rounds.into_iter().chain(std::iter::repeat_n(7, 9)) {
            let items = next(&restless, want);
            if items.is_empty() {
                break;
            }
            all.extend(items);
        }
        assert_eq!(all, [0.into(), 1.into(), 2.into()]);
        assert_eq!(try_next(&restless, 1).0, 4);
    }
    let none = call("restless", &[0.into()]);
    assert_eq!(next(&none, 100), []);
}

#[test]
fn an_error_is_raised_at_its_item() {
    let _alone = alone();
    let failing = call("failing", &[]);
    assert_eq!(next(&failing, 100), [0.into()]);
    let (status, payload) = try_next(&failing, 100);
    assert_eq!((status, payload[2].as_str()), (1, Some("not 1")));
    assert_eq!(next(&failing, 100), [2.into()]);
    assert_eq!(next(&failing, 100), []);
}

#[test]
fn an_item_without_a_form_costs_no_other() {
    let _alone = alone();
    let before = count();
    let pages = call("pages", &[5.into()]);
    let first = next(&pages, 100);
    let numbers = |items: &[Value]| (items.iter()).map(|item| item[1].clone()).collect::<Vec<_>>();
    assert_eq!(numbers(&first), [0.into(), 2.into()]);
    assert_eq!(count(), before + 3, "the text of the third page is gone");
    let (status, payload) = try_next(&pages, 100);
    assert_eq!((status, payload[2].as_str()), (3, Some("it is odd")));
    let others = next(&pages, 100);
    assert_eq!(numbers(&others), [6.into(), 8.into()]);
    assert_eq!(next(&pages, 100), []);
    for item in first.iter().chain(&others) {
        assert!(drop_now(&item[0]));
    }
    assert_eq!(count(), before);
}

#[test]
fn a_panic_poisons_the_iterator() {
    let _alone = alone();
    let before = count();
    let panicking = call("panicking", &[]);
    assert_eq!(next(&panicking, 1), [0.into()]);
    assert_eq!(try_next(&panicking, 1).0, 2);
    let (status, payload) = try_next(&panicking, 1);
    assert_eq!((status, payload[0].as_str()), (4, Some("poisoned")));
    assert!(drop_now(&panicking));
    assert_eq!(count(), before);
}

#[test]
fn an_iterator_may_be_missing_or_an_error() {
    let _alone = alone();
    assert_eq!(call("maybe", &[0.into()]), Value::Nil);
    let maybe = call("maybe", &[2.into()]);
    assert_eq!(next(&maybe, 9).len(), 2);
    assert_eq!(try_call("fallible", &[0.into()]).0, 1);
    let fallible = call("fallible", &[1.into()]);
    assert_eq!(next(&fallible, 9), [0.into()]);
    drop_now(&maybe);
    drop_now(&fallible);
}

#[test]
fn what_is_not_sync_is_asked_by_one_thread_at_a_time() {
    let _alone = alone();
    let turnstile = call("turnstile", &[]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(next(&turnstile, 1), [true.into()], "two were inside at once");
                }
            });
        }
    });
    drop_now(&turnstile);
}

#[test]
fn what_is_not_send_is_asked_by_its_own_thread() {
    let _alone = alone();
    let local = call("local", &[]);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (status, payload) = try_next(&local, 1);
            assert_eq!((status, payload[0].as_str()), (4, Some("thread")));
        });
    });
    assert_eq!(next(&local, 1), [1.into()]);
    drop_now(&local);
}

#[test]
fn only_iterators_are_asked_for_items() {
    let _alone = alone();
    let text = text(1);
    let (status, payload) = try_next(&text, 1);
    assert_eq!((status, payload[0].as_str()), (4, Some("type")));
    let lines = call("Text::into_lines", std::slice::from_ref(&text));
    let (status, payload) = try_call("Text::first", std::slice::from_ref(&lines));
    assert_eq!((status, payload[0].as_str()), (4, Some("type")));
    let Value::Ext(code, mut bytes) = lines.clone() else {
        panic!("a handle is an extension value")
    };
    bytes[..4].copy_from_slice(&[0; 4]);
    assert_eq!(try_call("Text::first", &[Value::Ext(code, bytes)]).0, 4);
    assert_eq!(request(&[8.into(), lines.clone()]).0, 5);
    assert_eq!(request(&[8.into(), lines.clone(), (-1).into()]).0, 3);
    assert_eq!(request(&[8.into(), lines.clone(), 1.into(), 1.into()]).0, 5);
    assert_eq!(next(&lines, 9), [format!("0: {LONG}").into()]);
    drop_now(&lines);
}

#[test]
fn a_description_names_the_items() {
    let _alone = alone();
    let described = request(&[0.into()]).1;
    let of = |name: &str| {
        let all = described[2].as_array().expect("callables");
        let found = all
            .iter()
            .find(|one| one[0].as_str() == Some(name))
            .expect("it is there");
        found[2].to_string()
    };
    assert_eq!(of("counting"), r#"["iterator", "u64"]"#);
    assert_eq!(of("maybe"), r#"["option", ["iterator", "u32"]]"#);
    assert_eq!(of("fallible"), r#"["result", ["iterator", "u32"], "str"]"#);
    assert_eq!(of("failing"), r#"["iterator", ["result", "u32", "str"]]"#);
    assert_eq!(of("Text::boxed"), r#"["iterator", "str"]"#);
    assert_eq!(of("Text::lines"), r#"["iterator", ["handle", 1, "new"]]"#);
    let total = request(&[0.into()]).1[2].as_array().expect("callables")[number("total")].clone();
    assert_eq!(total[1].to_string(), r#"[["iterable", "u32"]]"#);
}

/// An iterator of the host: what it answers in order, then nothing, for ever. How often it was asked.
fn items(answers: Vec<fn() -> Answer>) -> (Value, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let iterator = object(move |operation, arguments, _| {
        assert_eq!(
            (operation, arguments.len()),
            (2, 0),
            "an iterator is asked for its next item"
        );
        match answers.get(count.fetch_add(1, Ordering::Relaxed)) {
            Some(answer) => match answer() {
                Answer::Value(item) => Value::Array(vec![item]).into(),
                other => other,
            },
            None => Value::Array(Vec::new()).into(),
        }
    });
    (iterator, asked)
}

fn item(number: u32) -> Answer {
    Value::from(number).into()
}

#[test]
fn items_come_all_at_once_or_one_by_one() {
    let _alone = alone();
    let numbers = Value::Array(vec![1.into(), 2.into(), 3.into()]);
    assert_eq!(call("total", &[numbers]), 6.into());
    let packed: Vec<u8> = [1_u32, 2, 4].into_iter().flat_map(u32::to_ne_bytes).collect();
    assert_eq!(call("total", &[Value::Binary(packed)]), 7.into());
    let (lazy, asked) = items(vec![|| item(1), || item(2)]);
    assert_eq!(call("total", std::slice::from_ref(&lazy)), 3.into());
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    assert_eq!(released(token(&lazy)), 1, "the reference was the library's");
}

#[test]
fn an_item_is_asked_for_when_rust_wants_it() {
    let _alone = alone();
    let (texts, asked) = items(vec![
        || Value::from("a").into(),
        || Value::from(LONG).into(),
        || panic!("nobody wants the third"),
    ]);
    assert_eq!(call("first_longer", &[texts.clone(), 3.into()]), LONG.into());
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert_eq!(released(token(&texts)), 1);
}

#[test]
fn an_iterator_that_has_ended_is_not_asked_again() {
    let _alone = alone();
    let (numbers, asked) = items(vec![|| item(1)]);
    let all = Value::Array(vec![1.into(), Value::Nil, Value::Nil, Value::Nil]);
    assert_eq!(call("beyond", &[numbers]), all);
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[test]
fn what_an_iterator_raises_leaves_the_call() {
    let _alone = alone();
    let (numbers, _) = items(vec![|| item(1), || Answer::Raise("ValueError", false)]);
    let (status, payload) = try_call("total", std::slice::from_ref(&numbers));
    assert_eq!(
        (status, exception(payload[0].as_u64().expect("a token"))),
        (6, "ValueError")
    );
    assert_eq!(released(token(&numbers)), 1);
}

#[test]
fn an_item_of_another_type_leaves_the_call() {
    let _alone = alone();
    for wrong in [
        (|| Value::from("one").into()) as fn() -> Answer,
        || Value::from(-1).into(),
        || Answer::Raw(vec![0x92, 0x00, 0x92, 1, 2]),
        || Answer::Raw(vec![0x92, 0x00, 0x91]),
        || Answer::Raw(vec![0x92, 0x00, 0x91, 1, 2]),
    ] {
        let (numbers, _) = items(vec![|| item(1), wrong]);
        let (status, payload) = try_call("total", std::slice::from_ref(&numbers));
        assert_ne!(status, 0, "{payload}");
        assert_ne!(status, 6, "{payload}");
        assert_eq!(released(token(&numbers)), 1);
    }
}

#[test]
fn a_refused_call_leaves_the_iterator_to_its_owner() {
    let _alone = alone();
    let (texts, asked) = items(vec![]);
    assert_eq!(try_call("first_longer", &[texts.clone(), "three".into()]).0, 3);
    assert_eq!((asked.load(Ordering::Relaxed), released(token(&texts))), (0, 0));
    let (status, payload) = request_alone(&[1.into(), number("total").into(), texts]);
    assert_eq!((status, payload[0].as_str()), (5, Some("callable")));
}

#[test]
fn handles_among_the_items_are_moved_one_by_one() {
    let _alone = alone();
    static TEXTS: Mutex<Vec<Value>> = Mutex::new(Vec::new());
    let before = count();
    *TEXTS.lock().unwrap_or_else(PoisonError::into_inner) = vec![text(1), text(2)];
    let pop = || -> Answer {
        let mut all = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
        all.pop().expect("two were there").into()
    };
    let (texts, _) = items(vec![pop, pop]);
    assert_eq!(call("count_lines", &[texts]), 3.into());
    assert_eq!(count(), before, "both were taken");
    let used = text(1);
    drop_now(&used);
    *TEXTS.lock().unwrap_or_else(PoisonError::into_inner) = vec![used, text(2)];
    let (texts, _) = items(vec![pop, pop]);
    let (status, payload) = try_call("count_lines", &[texts]);
    assert_eq!((status, payload[0].as_str()), (4, Some("closed")));
    assert_eq!(count(), before);
}

#[test]
fn an_iterator_over_another_one_fetches_nothing_ahead() {
    let _alone = alone();
    let (numbers, asked) = items(vec![
        || item(1),
        || item(2),
        || Answer::Raise("KeyError", false),
        || item(4),
    ]);
    let doubled = call("doubled", std::slice::from_ref(&numbers));
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    assert_eq!(next(&doubled, 100), [2.into()]);
    assert_eq!(asked.load(Ordering::Relaxed), 1, "whatever its own promise");
    assert_eq!(next(&doubled, 100), [4.into()]);
    let (status, payload) = try_next(&doubled, 100);
    assert_eq!(
        (status, exception(payload[0].as_u64().expect("a token"))),
        (6, "KeyError")
    );
    assert_eq!(next(&doubled, 100), [8.into()], "an exception poisons nothing");
    assert_eq!(released(token(&numbers)), 0);
    assert_eq!(next(&doubled, 100), []);
    assert_eq!(released(token(&numbers)), 1, "it went with its iterator");
}
