//! Rules of objects that stay with values: who owns which reference, and when; what asking them may do. A bridge of its own;
//! each test is a rule, driven through the C symbol by a host written in Rust.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rmpv::Value;
use usecrate_runtime::private as __uc;
use usecrate_soundness::client::{
    self, Alone, Prompt, call, drop_now, number, prompt_call, raised, request_alone, try_call,
};
use usecrate_soundness::objects::{Answer, all_released, callable, object, released, retained, token};
use usecrate_soundness::shim;

#[path = "dynamic/subject.rs"]
pub mod subject;

pub struct Marker;

type Any = __uc::Dynamic;
type Bag = subject::Bag<Any, Any>;

__uc::handle!(Marker, 0, "subject::Bag", Bag);

/// Held while a thread that was started has to wait.
static GO: Mutex<()> = Mutex::new(());
/// Set while a bag is in use.
static OCCUPIED: AtomicBool = AtomicBool::new(false);

shim!(bag_new() Bag::new());
shim!(bag_put(__uc_arg a, __uc_arg b, __uc_arg c) Bag::put(a.take(), b.take(), c.take()));
shim!(bag_get(__uc_kept a, __uc_arg b) Bag::get(a.take(), b.take()));
shim!(bag_remove(__uc_arg a, __uc_arg b) Bag::remove(a.take(), b.take()));
shim!(bag_occupy(__uc_arg a) Bag::occupy(a.take(), &OCCUPIED));
shim!(bag_hold(__uc_arg a; f fn() -> ()) Bag::hold(a.take(), f));
shim!(same(__uc_arg a: Any) subject::same(a.take()));
shim!(twice(__uc_arg a: Any) subject::twice(a.take()));
shim!(first(__uc_kept a: &[Any], __uc_arg b) subject::first(a.take(), b.take()));
shim!(sorted(__uc_arg a: Vec<Any>) subject::sorted(a.take()));
shim!(equal(__uc_arg a: &Any, __uc_arg b) subject::equal(a.take(), b.take()));
shim!(count(__uc_arg a: std::collections::HashMap<Any, Any>, __uc_arg b) subject::count(a.take(), b.take()));
shim!(text(__uc_arg a: &Any) subject::text(a.take()));
shim!(panic_with(__uc_arg a: &Any) subject::panic_with(a.take()));
shim!(to_json(__uc_arg a: &Any) serde_json::to_string(a.take()).map_err(|error| error.to_string()));
shim!(from_json(__uc_arg a: &str) serde_json::from_str::<Any>(a.take()).map_err(|error| error.to_string()));
shim!(drop_later(__uc_arg a: Any) subject::drop_later(a.take(), &GO));

__uc::artifact! {
    name: "subject", marker: Marker,
    types: [handle Bag],
    callables: [
        "Bag::new" => bag_new, "Bag::put" => bag_put, "Bag::get" => bag_get, "Bag::remove" => bag_remove,
        "Bag::occupy" => bag_occupy, "Bag::hold" => bag_hold, "same" => same, "twice" => twice, "first" => first, "sorted" => sorted,
        "equal" => equal, "count" => count, "text" => text, "panic_with" => panic_with, "to_json" => to_json, "from_json" => from_json, "drop_later" => drop_later,
    ],
}

fn alone() -> Alone {
    client::alone(usecrate_call)
}

/// An object that is equal to all others and to its number, and hashes and is ordered by that.
fn numbered(number: i64) -> Value {
    object(move |operation, arguments, _| match operation {
        8 => (arguments[0] == number.into() || arguments[0].is_ext()).into(),
        9 => (number.cmp(&arguments[0].as_i64().unwrap_or_default()) as i64).into(),
        10 => number.into(),
        11 => format!("<{number} {}>", arguments[0]).into(),
        // It stands for no plain data.
        12 => Answer::Raise("TypeError", false),
        other => panic!("operation {other} is none of these"),
    })
}

/// An object that raises when it is asked anything.
fn touchy() -> Value {
    object(|_, _, _| Answer::Raise("touched", false))
}

/// What is there, where something might be nil.
fn some(value: Value) -> Value {
    Value::Array(vec![value])
}

/// The collection with that number.
fn collection(code: u8, items: &[Value]) -> Value {
    let mark = [Value::Ext(7, vec![code])];
    mark.iter().chain(items).cloned().collect()
}

#[test]
fn plain_data_goes_there_and_back() {
    let _alone = alone();
    let big = Value::Ext(4, [vec![1; 300], vec![0x7f]].concat());
    let rows = [
        Value::Nil,
        true.into(),
        (-7).into(),
        u64::MAX.into(),
        1.5.into(),
        "text".into(),
        Value::Binary(vec![1, 2]),
        big,
        Value::Array(vec![1.into(), Value::Array(vec![])]),
        collection(0, &[]),
        collection(0, &[1.into()]),
        collection(1, &["a".into()]),
        collection(2, &[collection(2, &[])]),
        Value::Map(vec![
            (1.into(), "a".into()),
            (collection(0, &[1.into()]), Value::Nil),
        ]),
    ];
    for row in rows {
        assert_eq!(call("same", std::slice::from_ref(&row)), row);
        assert_eq!(call("equal", &[row.clone(), row]), true.into());
    }
}

#[test]
fn the_same_object_goes_back() {
    let _alone = alone();
    let one = touchy();
    let value = collection(0, &[1.into(), one.clone()]);
    assert_eq!(call("same", std::slice::from_ref(&value)), value);
    assert_eq!(
        (released(token(&one)), retained(token(&one))),
        (0, 0),
        "its only reference went back"
    );
}

#[test]
fn a_reference_goes_with_each_object() {
    let _alone = alone();
    let one = touchy();
    assert_eq!(
        call("twice", std::slice::from_ref(&one)),
        Value::Array(vec![one.clone(), one.clone()])
    );
    assert_eq!((released(token(&one)), retained(token(&one))), (0, 1));
    let two = touchy();
    let items = Value::Array(vec![1.into(), two.clone()]);
    assert_eq!(call("first", &[items, 1.into()]), some(two.clone()));
    assert_eq!(
        retained(token(&two)) - released(token(&two)),
        0,
        "the list is gone, and its reference"
    );
    let bag = call("Bag::new", &[]);
    let three = touchy();
    call("Bag::put", &["a".into(), three.clone(), bag.clone()]);
    assert_eq!(call("Bag::get", &[bag.clone(), "a".into()]), some(three.clone()));
    assert!(drop_now(&bag));
    assert_eq!(
        (released(token(&three)), retained(token(&three))),
        (1, 1),
        "one is the client's"
    );
}

#[test]
fn a_refused_call_takes_no_reference() {
    let _alone = alone();
    let before = all_released();
    let items = Value::Array(vec![touchy(), touchy()]);
    let (status, payload) = try_call("first", &[items.clone(), "x".into()]);
    assert_eq!((status, &payload[1]), (3, &1.into()));
    let unfinished = Value::Array(vec![touchy(), Value::Ext(7, vec![0])]);
    let (status, payload) = try_call("sorted", &[unfinished]);
    assert_eq!((status, &payload[1]), (3, &0.into()));
    assert_eq!(all_released(), before);
    call("first", &[items, 5.into()]);
    assert_eq!(all_released().len(), before.len() + 2);
}

#[test]
fn each_reference_ends_once_when_an_argument_cannot_be_made() {
    let _alone = alone();
    let all = [touchy(), numbered(1), touchy(), touchy()];
    let map = Value::Map(vec![
        (numbered(0), all[0].clone()),
        (all[2].clone(), all[1].clone()),
    ]);
    assert_eq!(raised("count", &[map, all[3].clone()]), "touched");
    for one in &all {
        assert_eq!(released(token(one)), 1);
    }
}

#[test]
fn a_call_that_is_tried_again_takes_each_reference_once() {
    let _alone = alone();
    let bag = call("Bag::new", &[]);
    std::thread::scope(|scope| {
        // In use without an upcall, so that the other call waits.
        scope.spawn(|| call("Bag::occupy", &[bag.clone()]));
        while !OCCUPIED.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        let (one, another) = (numbered(3), numbered(3));
        call("Bag::put", &[one.clone(), 2.into(), bag.clone()]);
        assert_eq!(
            call("Bag::remove", &[bag.clone(), another.clone()]),
            some(2.into())
        );
        assert_eq!((released(token(&one)), released(token(&another))), (1, 1));
    });
    assert!(drop_now(&bag));
}

#[test]
fn what_is_equal_is_found() {
    let _alone = alone();
    let bag = call("Bag::new", &[]);
    call("Bag::put", &[numbered(5), "five".into(), bag.clone()]);
    assert_eq!(call("Bag::get", &[bag.clone(), 5.into()]), some("five".into()));
    assert_eq!(call("Bag::get", &[bag.clone(), 6.into()]), Value::Nil);
    assert!(drop_now(&bag));
}

#[test]
fn objects_are_ordered_as_they_say() {
    let _alone = alone();
    let two = numbered(2);
    let sorted = call("sorted", &[Value::Array(vec![3.into(), two.clone(), 1.into()])]);
    assert_eq!(sorted, Value::Array(vec![1.into(), two, 3.into()]));
    assert_eq!(
        raised("sorted", &[Value::Array(vec![1.into(), touchy()])]),
        "touched"
    );
}

#[test]
fn plain_data_is_what_serde_knows() {
    let _alone = alone();
    let map = |pairs: &[(Value, Value)]| Value::Map(pairs.to_vec());
    let rows = [
        (Value::Nil, "null"),
        ((-1).into(), "-1"),
        (u64::MAX.into(), "18446744073709551615"),
        (Value::Array(vec![1.5.into(), true.into()]), "[1.5,true]"),
        (map(&[("a".into(), map(&[]))]), r#"{"a":{}}"#),
    ];
    for (value, text) in rows {
        assert_eq!(call("to_json", std::slice::from_ref(&value)), text.into());
        assert_eq!(call("from_json", &[text.into()]), value);
    }
    let tuple = collection(0, &[1.into(), collection(1, &["b".into()])]);
    assert_eq!(call("to_json", &[tuple]), r#"[1,["b"]]"#.into());
    let big = Value::Ext(4, [vec![0; 9], vec![0x7f]].concat());
    assert_eq!(call("to_json", &[big]), (0x7f_u128 << 72).to_string().into());
    assert_eq!(
        call("to_json", &[map(&[(1.into(), 2.into())])]),
        r#"{"1":2}"#.into()
    );
    let huge = Value::Ext(4, vec![1; 20]);
    assert_eq!(raised("to_json", &[numbered(1)]), "TypeError");
    for unfit in [huge, map(&[(Value::Nil, 1.into())])] {
        assert_eq!(try_call("to_json", &[unfit]).0, 1);
    }
    assert_eq!(
        try_call("from_json", &[r#"{"a": 1, "a": 2}"#.into()]).0,
        1,
        "a key is there twice"
    );
    // As deep as its reader goes, which is deeper than an answer may be.
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert_eq!(try_call("from_json", &[deep(64).into()]).0, 0);
    assert_eq!(try_call("from_json", &[deep(65).into()]).0, 3);
}

#[test]
fn what_an_object_raises_as_text_ends_the_call() {
    let _alone = alone();
    assert_eq!(call("text", &[numbered(1)]), "<1 0>".into());
    assert_eq!(call("text", &[collection(0, &[numbered(1)])]), "(<1 1>,)".into());
    assert_eq!(raised("text", &[touchy()]), "touched");
    // As part of a panic's message, out of which nothing may unwind.
    assert_eq!(raised("panic_with", &[touchy()]), "touched");
    let (status, payload) = try_call("panic_with", &[numbered(1)]);
    assert_eq!((status, payload[0].as_str()), (2, Some("of <1 0>")));
}

#[test]
fn an_object_may_call_while_it_is_asked() {
    let _alone = alone();
    let bag = call("Bag::new", &[]);
    let inner = bag.clone();
    let nosy = object(move |operation, _, _| {
        // Its bag is in use: an error, and nobody waits.
        let (status, payload) = try_call("Bag::remove", &[inner.clone(), 1.into()]);
        assert_eq!((status, payload[0].as_str()), (4, Some("busy")));
        if operation == 10 { 1.into() } else { true.into() }
    });
    call("Bag::put", &[nosy, 1.into(), bag.clone()]);
    assert_eq!(call("Bag::remove", &[bag.clone(), 1.into()]), some(1.into()));
    assert!(drop_now(&bag));
}

#[test]
fn an_object_may_end_on_any_thread_when_no_call_is_made() {
    let _alone = alone();
    let (one, two) = (touchy(), touchy());
    let go = GO.lock().unwrap();
    call(
        "drop_later",
        &[collection(2, &[one.clone(), Value::Array(vec![two.clone()])])],
    );
    assert_eq!(released(token(&one)), 0);
    drop(go);
    while released(token(&one)) + released(token(&two)) < 2 {
        std::thread::yield_now();
    }
}

#[test]
fn a_prompt_call_meets_no_object() {
    let _alone = alone();
    let bag = call("Bag::new", &[]);
    assert_eq!(prompt_call("same", &[touchy()]), Prompt::Later);
    assert_eq!(
        prompt_call("equal", &[1.into(), 1.0.into()]),
        Prompt::Answered(0, true.into())
    );
    call("Bag::put", &[1.into(), numbered(1), bag.clone()]);
    // There is one somewhere, so any call might come back.
    assert_eq!(prompt_call("equal", &[1.into(), 1.0.into()]), Prompt::Later);
    assert!(drop_now(&bag));
}

#[test]
fn what_objects_hash_like_is_bounded() {
    let _alone = alone();
    /// Hashes like one that hashes like one, and so on.
    fn endless() -> Value {
        object(|operation, _, _| match operation {
            10 => endless().into(),
            other => panic!("operation {other} is none of these"),
        })
    }
    let before = all_released().len();
    let (status, payload) = try_call("count", &[Value::Map(vec![(endless(), 1.into())]), 1.into()]);
    assert_eq!(
        (status, payload[0].as_str(), &payload[1]),
        (3, Some("value"), &Value::Nil),
        "{payload}"
    );
    assert_eq!(
        all_released().len() - before,
        17,
        "each that was made is released"
    );
}

#[test]
fn what_is_forged_is_refused() {
    let _alone = alone();
    let mut deep = Value::Nil;
    for _ in 0..70 {
        deep = Value::Array(vec![deep]);
    }
    let rows = [
        (Value::Ext(4, vec![]), 3),
        (Value::Ext(3, vec![1; 7]), 5),
        (Value::Ext(7, vec![0]), 3),
        (Value::Ext(1, vec![0; 16]), 3),
        (Value::Array(vec![Value::Ext(7, vec![3])]), 3),
        (Value::Array(vec![Value::Ext(7, vec![])]), 3),
        (Value::Array(vec![1.into(), Value::Ext(7, vec![0])]), 3),
        (deep, 5),
    ];
    for (value, expected) in rows {
        let (status, payload) = try_call("same", std::slice::from_ref(&value));
        assert_eq!(status, expected, "{value} gave {payload}");
    }
    // Items that are equal are as good as any: nothing is lost, and nothing found twice.
    let two = |key: i64| Value::Map(vec![(1.into(), 2.into()), (key.into(), 2.into())]);
    assert_eq!(call("equal", &[two(1), two(1)]), true.into());
    assert_eq!(call("equal", &[two(1), two(3)]), false.into());
    assert_eq!(call("equal", &[two(3), two(1)]), false.into());
    // Without a way back there are no objects.
    let (status, payload) = request_alone(&[1.into(), number("same").into(), touchy()]);
    assert_eq!((status, payload[0].as_str()), (5, Some("callable")));
}

#[test]
fn a_callable_may_run_while_objects_are_held() {
    let _alone = alone();
    let bag = call("Bag::new", &[]);
    let one = numbered(1);
    call("Bag::put", &[one.clone(), 1.into(), bag.clone()]);
    let inner = bag.clone();
    let nosy = callable(move |_| {
        let (status, payload) = try_call("Bag::get", &[inner.clone(), 1.into()]);
        assert_eq!((status, payload[0].as_str()), (4, Some("busy")));
        Value::Nil.into()
    });
    call("Bag::hold", &[bag.clone(), nosy]);
    assert!(drop_now(&bag));
    assert_eq!(released(token(&one)), 1);
}
