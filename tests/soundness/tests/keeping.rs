//! Rules of callables that Rust keeps: for how long their references are the library's, on which threads they are called, and
//! what an exception does when no call waits. A bridge of its own; each test is a rule, driven through the C symbol by a host
//! written in Rust.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rmpv::Value;
use usecrate_runtime::private as __uc;
use usecrate_soundness::client::{self, Alone, LONG, call, raised, refused, request, try_call, try_drop};
use usecrate_soundness::objects::{Answer, all_released, callable, object, released, token, unheard};
use usecrate_soundness::shim;

#[path = "keeping/subject.rs"]
pub mod subject;

pub struct Marker;

__uc::handle!(Marker, 0, "subject::Book", crate::subject::Book);
__uc::handle!(Marker, 1, "subject::Keeper", crate::subject::Keeper);
__uc::handle!(Marker, 2, "subject::Thread", crate::subject::Thread);
__uc::handle!(Marker, 3, "subject::Library", crate::subject::Library);

__uc::handle!(Marker, 5, "subject::Rule", crate::subject::Rule);

__uc::handle_in!(Marker, 4, "subject::View", ViewFamily, crate::subject::View<'h>);

fn views<'c, 'h, 'p>(call: __uc::Call<'c, 'h, 'p>) -> __uc::Answer {
    let text = __uc_arg::<String>(call);
    let f = __uc_arg::<__uc::KeptCallable<(&'h mut subject::View<'h>, &'h mut subject::View<'h>), ()>>(call);
    __uc::answer!(call, Marker, {
        let f = f.take().keep();
        subject::views(text.take(), move |x, y| {
            let (x, y) = (
                __uc::LentMut::<ViewFamily>::new(x),
                __uc::LentMut::<ViewFamily>::new(y),
            );
            f.invoke::<Marker, _, _>((x, y))
        })
    })
}

fn rule_new<'c, 'h, 'p>(call: __uc::Call<'c, 'h, 'p>) -> __uc::Answer {
    let f = __uc_arg::<__uc::KeptCallable<(u32,), u32>>(call);
    __uc::answer!(call, Marker, {
        let f = f.take();
        static PLACES: __uc::Places = __uc::Places::new();
        let all: &[fn(u32) -> _] =
            &__uc::pointers!(PLACES, f, (x: u32) -> u32, f.invoke::<Marker, _, _>((x,)));
        subject::Rule::new(all[PLACES.of(f.keep())])
    })
}

/// What `generate` would write for a function whose last parameter is a callable that Rust keeps.
macro_rules! keeping {
    ($name:ident($f:ident fn($x:ident: $described:ty => $ty:ty) -> $result:ty) $make:expr) => {
        fn $name<'c, 'h, 'p>(call: __uc::Call<'c, 'h, 'p>) -> __uc::Answer {
            let $f = __uc_arg::<__uc::KeptCallable<($described,), $result>>(call);
            __uc::answer!(call, Marker, {
                let $f = {
                    let f = $f.take().keep();
                    move |$x: $ty| -> $result { f.invoke::<Marker, _, _>(($x,)) }
                };
                $make
            })
        }
    };
    ($name:ident($f:ident fn($x:ident: $described:ty => $ty:ty) -> $result:ty | failing) $make:expr) => {
        fn $name<'c, 'h, 'p>(call: __uc::Call<'c, 'h, 'p>) -> __uc::Answer {
            let $f = __uc_arg::<__uc::KeptCallable<($described,), $result>>(call);
            __uc::answer!(call, Marker, {
                let $f = {
                    let f = $f.take().keep();
                    move |$x: $ty| -> Result<$result, _> {
                        match f.attempt::<Marker, _, _>(($x,)) {
                            Ok(value) => Ok(value),
                            Err(failure) => Err(From::from(failure)),
                        }
                    }
                };
                $make
            })
        }
    };
}

keeping!(keeper_new(f fn(x: u32 => u32) -> u32) subject::Keeper::new(f));
keeping!(library_new(f fn(x: &'h subject::Book => &subject::Book) -> usize) subject::Library::new(f));
keeping!(numbers(f fn(x: u32 => u32) -> u32) __uc::CallsBack::new(subject::numbers(f)));
keeping!(failing(f fn(x: u32 => u32) -> u32 | failing) subject::failing(f));
keeping!(worded(f fn(x: u32 => u32) -> u32 | failing) subject::worded(f));
keeping!(lenient(f fn(x: u32 => u32) -> u32 | failing) subject::lenient(f));
shim!(keeper_call(__uc_arg a, __uc_arg b) subject::Keeper::call(a.take(), b.take()));
shim!(keeper_call_elsewhere(__uc_arg a, __uc_arg b)
    subject::Keeper::call_elsewhere(a.take(), b.take()));
shim!(keeper_drop_elsewhere(__uc_arg a) subject::Keeper::drop_elsewhere(a.take()));
shim!(rule_call(__uc_arg a, __uc_arg b) subject::Rule::call(a.take(), b.take()));
shim!(thread_join(__uc_arg a) subject::Thread::join(a.take()));
shim!(thread_resume(__uc_arg a) subject::Thread::resume(a.take()));
shim!(library_lend(__uc_arg a, __uc_arg b) subject::Library::lend(a.take(), b.take()));
shim!(library_read(__uc_arg a) subject::Library::read(a.take()));
shim!(library_close(__uc_arg a) subject::Library::close(a.take()));
shim!(view_text(__uc_arg a) subject::View::<'h>::text(a.take()));
shim!(view_set(__uc_arg a, __uc_kept b) subject::View::<'h>::set(a.take(), b.take()));
shim!(view_swap(__uc_arg a, __uc_arg b) subject::View::<'h>::swap(a.take(), b.take()));
shim!(view_shorten(__uc_arg a) subject::View::<'h>::shorten(a.take()));
shim!(book_text(__uc_kept a) subject::Book::text(a.take()));

__uc::artifact! {
    name: "subject", marker: Marker,
    types: [
        handle crate::subject::Book, handle crate::subject::Keeper, handle crate::subject::Thread,
        handle crate::subject::Library, handle_in ViewFamily, handle crate::subject::Rule,
    ],
    callables: [
        "Keeper::new" => keeper_new, "Keeper::call" => keeper_call, "Keeper::call_elsewhere" => keeper_call_elsewhere,
        "Keeper::drop_elsewhere" => keeper_drop_elsewhere, "Thread::join" => thread_join, "Thread::resume" => thread_resume,
        "Library::new" => library_new, "Library::lend" => library_lend, "Library::read" => library_read,
        "Library::close" => library_close, "Book::text" => book_text, "numbers" => numbers, "failing" => failing, "worded" => worded,
        "lenient" => lenient, "views" => views, "View::text" => view_text, "View::set" => view_set,
        "View::swap" => view_swap, "View::shorten" => view_shorten,
        "Rule::new" => rule_new, "Rule::call" => rule_call,
    ],
}

fn alone() -> Alone {
    client::alone(usecrate_call)
}

fn double() -> Value {
    callable(|arguments| (arguments[0].as_u64().expect("a number") * 2).into())
}

fn bad() -> Value {
    callable(|_| Answer::Raise("ValueError", false))
}

fn drop_now(handle: &Value) {
    assert_eq!(try_drop(handle).0, 0);
}

#[test]
fn it_is_the_librarys_until_its_owner_is_dropped() {
    let _alone = alone();
    let f = double();
    let keeper = call("Keeper::new", &[f.clone()]);
    assert_eq!(call("Keeper::call", &[keeper.clone(), 4.into()]), 8.into());
    assert_eq!(call("Keeper::call", &[keeper.clone(), 5.into()]), 10.into());
    assert_eq!(released(token(&f)), 0);
    drop_now(&keeper);
    assert_eq!(released(token(&f)), 1, "once");
    assert_eq!(refused("Keeper::call", &[keeper, 1.into()]), "closed");
}

#[test]
fn of_a_refused_call_it_stays_the_clients() {
    let _alone = alone();
    let f = double();
    let (status, _) = try_call("Keeper::new", &[f.clone(), 1.into()]);
    assert_eq!((status, released(token(&f))), (5, 0), "one argument too many");
}

#[test]
fn any_thread_may_call_it_and_drop_it() {
    let _alone = alone();
    let f = double();
    let keeper = call("Keeper::new", &[f.clone()]);
    call("Keeper::drop_elsewhere", &[keeper]);
    assert_eq!(released(token(&f)), 1);
    let f = double();
    let keeper = call("Keeper::new", &[f.clone()]);
    let thread = call("Keeper::call_elsewhere", &[keeper, 4.into()]);
    assert_eq!(call("Thread::join", &[thread.clone()]), 8.into());
    assert_eq!(released(token(&f)), 1);
    drop_now(&thread);
}

/// A callable that adds a number, and is the same as others that add it.
fn adding(number: u64, known: &Arc<Mutex<HashMap<u64, u64>>>) -> Value {
    let all = Arc::clone(known);
    let made = object(move |operation, arguments, _| match operation {
        1 => (arguments[0].as_u64().expect("a number") + number).into(),
        8 => {
            let other = token(&arguments[0]);
            (all.lock().expect("no panic").get(&other) == Some(&number)).into()
        }
        _ => panic!("it is called or compared"),
    });
    let mut known = known.lock().expect("no panic");
    known.insert(token(&made), number);
    made
}

#[test]
fn what_is_behind_a_function_pointer_stays() {
    let _alone = alone();
    let known = Arc::default();
    let all: Vec<Value> = (0..16).map(|number| adding(number, &known)).collect();
    let rules: Vec<Value> = all.iter().map(|f| call("Rule::new", &[f.clone()])).collect();
    for (number, rule) in rules.iter().enumerate() {
        let given = call("Rule::call", &[rule.clone(), 100.into()]);
        assert_eq!(given, (100 + number).into(), "each calls its own");
    }
    rules.iter().for_each(drop_now);
    assert!(
        all.iter().all(|f| released(token(f)) == 0),
        "nobody knows who has it still"
    );
    // Another reference to the same callable is not needed.
    let again = adding(3, &known);
    let rule = call("Rule::new", &[again.clone()]);
    assert_eq!(call("Rule::call", &[rule.clone(), 1.into()]), 4.into());
    assert_eq!((released(token(&again)), released(token(&all[3]))), (1, 0));
    drop_now(&rule);
    // There is no room for more.
    let more = adding(16, &known);
    let (status, told) = try_call("Rule::new", &[more.clone()]);
    assert_eq!((status, told[0].as_str()), (3, Some("value")));
    assert_eq!((&told[1], released(token(&more))), (&Value::Nil, 1));
}

#[test]
fn an_exception_leaves_the_call_that_waits() {
    let _alone = alone();
    let before = unheard().len();
    let keeper = call("Keeper::new", &[bad()]);
    assert_eq!(raised("Keeper::call", &[keeper.clone(), 1.into()]), "ValueError");
    let again = raised("Keeper::call", &[keeper.clone(), 1.into()]);
    assert_eq!(again, "ValueError", "it is no panic");
    drop_now(&keeper);
    // Rust was given an error, and did without.
    assert_eq!(call("lenient", &[bad()]), 7.into());
    // The error has its words.
    assert_eq!(raised("worded", &[bad()]), "ValueError");
    // It came on another thread, as an error that leads to it.
    assert_eq!(raised("failing", &[bad()]), "ValueError");
    assert_eq!(unheard().len(), before, "the client has them all");
}

#[test]
fn an_exception_that_no_call_ends_with_is_told_once() {
    let _alone = alone();
    let before = unheard().len();
    let f = bad();
    let keeper = call("Keeper::new", &[f.clone()]);
    let thread = call("Keeper::call_elsewhere", &[keeper, 1.into()]);
    assert_eq!(call("Thread::join", &[thread.clone()]), Value::Nil);
    assert_eq!(unheard()[before..], [("ValueError", token(&f))]);
    assert_eq!(released(token(&f)), 1, "what raised it goes with it");
    let all = all_released();
    assert!(
        all.len() > 1 && all[all.len() - 1] != all[all.len() - 2],
        "the exception was released"
    );
    // Going on in a call it is that call's.
    let keeper = call("Keeper::new", &[bad()]);
    let thread = call("Keeper::call_elsewhere", &[keeper, 1.into()]);
    assert_eq!(raised("Thread::resume", &[thread]), "ValueError");
    assert_eq!(unheard().len(), before + 1);
}

#[test]
fn a_host_that_is_gone_stops_the_thread_alone() {
    let _alone = alone();
    let keeper = call("Keeper::new", &[callable(|_| Answer::Gone)]);
    let thread = call("Keeper::call_elsewhere", &[keeper, 1.into()]);
    assert_eq!(call("Thread::join", &[thread]), Value::Nil);
}

#[test]
fn what_is_lent_to_it_on_a_thread_of_the_library_ends_when_it_returns() {
    let _alone = alone();
    let lent = Arc::new(Mutex::new(Vec::new()));
    let keeps = Arc::clone(&lent);
    let read = callable(move |arguments| {
        let text = call("Book::text", &[arguments[0].clone()]);
        keeps.lock().expect("nobody panics").push(arguments[0].clone());
        text.as_str().map_or(0, str::len).into()
    });
    let library = call("Library::new", &[read]);
    for _ in 0..3 {
        call("Library::lend", &[library.clone(), LONG.into()]);
        assert_eq!(call("Library::read", &[library.clone()]), LONG.len().into());
    }
    for book in lent.lock().expect("nobody panics").iter() {
        assert_eq!(refused("Book::text", &[book.clone()]), "closed");
    }
    call("Library::close", &[library.clone()]);
    drop_now(&library);
}

#[test]
fn what_borrows_and_may_be_changed_comes_to_refer_to_nothing_else() {
    let _alone = alone();
    let lent = Arc::new(Mutex::new(Vec::new()));
    let keeps = Arc::clone(&lent);
    let during = callable(move |views| {
        let [one, other] = views else { panic!("two views") };
        assert_eq!(call("View::text", &[other.clone()]), format!("{LONG}!").into());
        call("View::shorten", &[one.clone()]);
        // The other's text is gone when the first is read, and so is what the client lends.
        assert_eq!(refused("View::swap", &[one.clone(), other.clone()]), "borrowed");
        assert_eq!(refused("View::set", &[one.clone(), LONG.into()]), "borrowed");
        keeps
            .lock()
            .expect("nobody panics")
            .extend([one.clone(), other.clone()]);
        Value::Nil.into()
    });
    assert_eq!(call("views", &[LONG.into(), during]), LONG[1..].into());
    for view in lent.lock().expect("nobody panics").iter() {
        assert_eq!(refused("View::text", &[view.clone()]), "closed");
    }
}

#[test]
fn an_iterator_that_holds_one_gives_one_at_a_time() {
    let _alone = alone();
    let asked = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&asked);
    let numbers = call(
        "numbers",
        &[callable(move |arguments| {
            counts.fetch_add(1, Ordering::Relaxed);
            arguments[0].clone().into()
        })],
    );
    let (status, items) = request(&[8.into(), numbers.clone(), 50.into()]);
    assert_eq!((status, items.as_array().map(Vec::len)), (0, Some(1)));
    assert_eq!(
        asked.load(Ordering::Relaxed),
        1,
        "nothing happens before it is asked for"
    );
    drop_now(&numbers);
}
