//! Rules of values that are shared, last for ever, are changed where a group keeps them, or are made from one of several types. A
//! bridge of its own; each test is a rule, driven through the C symbol.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use rmpv::Value;
use usecrate_runtime::private as __uc;
use usecrate_soundness::client::{
    self, Alone, LONG, call, count, drop_now, refused, try_call, try_call_with,
};
use usecrate_soundness::objects::{callable, object, released, token};
use usecrate_soundness::shim;
use usecrate_soundness::symbol::buffer;

use crate::subject::{Book, Even, GONE, Json, Note, Source};

#[path = "values/subject.rs"]
pub mod subject;

pub struct Marker;

type Any = __uc::Dynamic;

__uc::handle!(Marker, 0, "subject::Book", crate::subject::Book);
__uc::handle!(Marker, 1, "subject::Page", crate::subject::Page);
__uc::handle!(Marker, 2, "subject::Shelf", crate::subject::Shelf);
__uc::handle!(Marker, 3, "subject::Note", crate::subject::Note);
__uc::handle_in!(
    Marker,
    4,
    "subject::Window",
    WindowFamily,
    crate::subject::Window<'h>
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

/// Nothing, whole numbers and lists.
type JsonData = __uc::AnyData<Json, 0b10_0101>;

fn json(parts: __uc::Parts<Json>) -> Json {
    match parts {
        __uc::Parts::Nil => Json::Null,
        __uc::Parts::Int(value) => Json::Int(i64::try_from(value).expect("it has 64 bits")),
        __uc::Parts::List(items) => Json::List(items),
        _ => unreachable!("the type says what it can be made of"),
    }
}

type AnySource = Source<Any>;
type OneSource = __uc::OneOf<AnySource, (Book, Note, (Any, String), (Any, u32))>;

fn gather<'c, 'h, 'p>(call: __uc::Call<'c, 'h, 'p>) -> __uc::Answer {
    let f = __uc_arg::<__uc::Callable<'c, (), OneSource>>(call);
    __uc::answer!(call, Marker, {
        let f = f.take();
        subject::gather(move || f.invoke::<Marker, _, OneSource>(()).get())
    })
}

fn report<'c, 'h, 'p>(call: __uc::Call<'c, 'h, 'p>) -> __uc::Answer {
    let text = __uc_arg::<String>(call);
    let number = __uc_arg::<u32>(call);
    let f = __uc_arg::<__uc::Callable<'c, (Book, Even), u32>>(call);
    __uc::answer!(call, Marker, {
        let f = f.take();
        subject::report(text.take(), number.take(), move |book, number| {
            f.invoke::<Marker, _, u32>((book, number))
        })
    })
}

fn lend<'c, 'h, 'p>(call: __uc::Call<'c, 'h, 'p>) -> __uc::Answer {
    let text = __uc_arg::<String>(call);
    let f = __uc_arg::<__uc::Callable<'c, (__uc::Counted<Arc<Book>>,), ()>>(call);
    __uc::answer!(call, Marker, {
        let f = f.take();
        subject::lend(text.take(), move |book| {
            f.invoke::<Marker, _, ()>((__uc::Counted(book),))
        })
    })
}

shim!(shelf_new(__uc_arg a) subject::Shelf::new(a.take()));
shim!(shelf_book(__uc_arg a) subject::Shelf::book(a.take()).map(__uc::Counted));
shim!(shelf_local(__uc_arg a) __uc::Counted(subject::Shelf::local(a.take())));
shim!(shelf_page(__uc_arg a) __uc::Counted(subject::Shelf::page(a.take())));
shim!(shelf_clear(__uc_arg a) subject::Shelf::clear(a.take()));
shim!(book_new(__uc_arg a) subject::Book::new(a.take()));
shim!(book_text(__uc_kept a) subject::Book::text(a.take()));
shim!(book_push(__uc_arg a, __uc_arg b) subject::Book::push(a.take(), b.take()));
shim!(page_read(__uc_arg a) subject::Page::read(a.take()));
shim!(note_new(__uc_arg a) subject::Note::new(a.take()));
shim!(lasting(__uc_arg a: __uc::Forever<Vec<u8>>) subject::lasting(a.take().lasting()));
shim!(lasting_text(__uc_arg a: __uc::Forever<String>) subject::lasting_text(a.take().lasting()));
shim!(lasting_numbers(__uc_arg a: __uc::Forever<Vec<u16>>) subject::lasting_numbers(a.take().lasting()));
shim!(window_new(__uc_kept a: __uc::InPlace<'h, u32>) subject::Window::new(a.take().all()));
shim!(window_read(__uc_kept a: __uc::Room<'h, Vec<u32>>) subject::Window::read(a.take().all()));
shim!(window_add(__uc_arg a, __uc_arg b) subject::Window::<'h>::add(a.take(), b.take()));
shim!(window_sum(__uc_arg a) subject::Window::<'h>::sum(a.take()));
shim!(depth(__uc_arg a: JsonData) subject::depth(&a.take().make(json)));

__uc::artifact! {
    name: "subject", marker: Marker,
    types: [
        handle crate::subject::Book, handle crate::subject::Page, handle crate::subject::Shelf, handle crate::subject::Note,
        handle_in WindowFamily,
    ],
    callables: [
        "Shelf::new" => shelf_new, "Shelf::book" => shelf_book, "Shelf::local" => shelf_local, "Shelf::page" => shelf_page,
        "Shelf::clear" => shelf_clear, "Book::new" => book_new, "Book::text" => book_text, "Book::push" => book_push,
        "Page::read" => page_read, "Note::new" => note_new, "lasting" => lasting, "lasting_text" => lasting_text,
        "lasting_numbers" => lasting_numbers, "Window::new" => window_new, "Window::add" => window_add,
        "Window::read" => window_read, "Window::sum" => window_sum, "depth" => depth, "gather" => gather, "report" => report, "lend" => lend,
    ],
}

fn alone() -> Alone {
    client::alone(usecrate_call)
}

fn gone() -> usize {
    GONE.load(Ordering::Relaxed)
}

#[test]
fn what_a_pointer_shares_lives_as_long_as_its_handles() {
    let _alone = alone();
    let (before, live) = (gone(), count());
    let shelf = call("Shelf::new", &[LONG.into()]);
    let (one, other) = (
        call("Shelf::book", &[shelf.clone()]),
        call("Shelf::book", &[shelf.clone()]),
    );
    call("Shelf::clear", &[shelf.clone()]);
    assert_eq!(call("Book::text", &[one.clone()]), LONG.into());
    drop_now(&one);
    assert_eq!(gone(), before, "another handle shares it");
    assert_eq!(call("Book::text", &[other.clone()]), LONG.into());
    drop_now(&other);
    assert_eq!(gone(), before + 1);
    drop_now(&shelf);
    assert_eq!(gone(), before + 2);
    assert_eq!(count(), live, "no pointer is left");
}

#[test]
fn what_a_pointer_shares_is_not_changed() {
    let _alone = alone();
    let shelf = call("Shelf::new", &[LONG.into()]);
    let book = call("Shelf::book", &[shelf.clone()]);
    assert_eq!(refused("Book::push", &[book, "!".into()]), "borrowed");
    drop_now(&shelf);
}

#[test]
fn what_a_pointer_shares_stays_on_its_thread_if_the_pointer_does() {
    let _alone = alone();
    let before = gone();
    let shelf = call("Shelf::new", &[LONG.into()]);
    let local = call("Shelf::local", &[shelf.clone()]);
    let page = call("Shelf::page", &[shelf.clone()]);
    let book = call("Shelf::book", &[shelf.clone()]);
    std::thread::spawn({
        let (local, page, book) = (local.clone(), page.clone(), book.clone());
        move || {
            assert_eq!(refused("Book::text", &[local.clone()]), "thread");
            assert_eq!(refused("Page::read", &[page]), "thread");
            assert_eq!(call("Book::text", &[book]), LONG.into());
            drop_now(&local);
        }
    })
    .join()
    .expect("the thread's own checks hold");
    assert_eq!(call("Page::read", &[page.clone()]), 1.into());
    for handle in [page, book, shelf] {
        drop_now(&handle);
    }
    assert_eq!(gone(), before + 2);
}

#[test]
fn a_pointer_that_is_lent_ends_with_the_callable() {
    let _alone = alone();
    let before = gone();
    let lent = Arc::new(Mutex::new(Value::Nil));
    let keeps = Arc::clone(&lent);
    let read = callable(move |arguments| {
        assert_eq!(call("Book::text", &[arguments[0].clone()]), LONG.into());
        *keeps.lock().expect("nobody panics") = arguments[0].clone();
        Value::Nil.into()
    });
    call("lend", &[LONG.into(), read]);
    assert_eq!(gone(), before + 1);
    let lent = lent.lock().expect("nobody panics").clone();
    assert_eq!(refused("Book::text", &[lent]), "closed");
}

#[test]
fn what_lasts_is_made_once_of_the_same() {
    let _alone = alone();
    let text = call("lasting_text", &[LONG.into()]);
    assert_eq!(call("lasting_text", &[LONG.into()]), text);
    assert_ne!(call("lasting_text", &[LONG[1..].into()]), text);
    // The same bytes are a value of another type.
    let bytes = Value::Binary(LONG[..LONG.len() & !1].into());
    let lasting = call("lasting", &[bytes.clone()]);
    assert_eq!(call("lasting", &[bytes.clone()]), lasting);
    assert_ne!(call("lasting_numbers", &[bytes])[0], lasting[0]);
}

#[test]
fn what_lasts_is_not_taken_for_what_is_sent_in_another_way() {
    let _alone = alone();
    let short = call("lasting", &[Value::Binary(b"abc".to_vec())]);
    assert_eq!((&short[1], &short[2]), (&3.into(), &b'a'.into()));
    // These are the very bytes that stood for the other.
    let mut memory = *b"\xc4\x03abc";
    let named = Value::Ext(2, vec![0; 4]);
    let (status, long) = try_call_with("lasting", &[named], &[buffer(&mut memory, false)]);
    assert_eq!(status, 0, "{long}");
    assert_eq!((&long[1], &long[2]), (&5.into(), &0xc4.into()));
}

#[test]
fn items_that_are_changed_in_place_are_the_groups() {
    let _alone = alone();
    let numbers: Vec<Value> = (0..50).map(Value::from).collect();
    let window = call("Window::new", &[numbers.into()]);
    for _ in 0..3 {
        call("Window::add", &[window.clone(), 1.into()]);
    }
    assert_eq!(call("Window::sum", &[window.clone()]), (25 * 49 + 150).into());
    drop_now(&window);
}

#[test]
fn a_buffer_that_a_result_borrows_is_the_groups() {
    let _alone = alone();
    for (buffer, sum) in [(Value::Nil, 0), (vec![Value::from(7); 50].into(), 350)] {
        let window = call("Window::read", &[buffer]);
        for _ in 0..3 {
            call("Window::add", &[window.clone(), 1.into()]);
        }
        let read = sum + 25 * 49;
        let count = if sum == 0 { 50 } else { 100 };
        assert_eq!(call("Window::sum", &[window.clone()]), (read + 3 * count).into());
        drop_now(&window);
    }
}

#[test]
fn plain_data_is_refused_where_it_is_too_deep_or_none() {
    let _alone = alone();
    let nested = |levels: usize| (0..levels).fold(Value::Nil, |inside, _| Value::Array(vec![inside]));
    assert_eq!(call("depth", &[nested(40)]), 40.into());
    assert_eq!(try_call("depth", &[nested(1000)]).0, 5);
    // What there is nothing to make of is refused before Rust runs.
    assert_eq!(try_call("depth", &["text".into()]).0, 3);
    assert_eq!(try_call("depth", &[u64::MAX.into()]).0, 3);
}

#[test]
fn what_is_no_value_of_the_first_type_is_free_for_the_next() {
    let _alone = alone();
    let note = call("Note::new", &[LONG.into()]);
    let given = note.clone();
    let gives = callable(move |_| given.clone().into());
    assert_eq!(call("gather", &[gives]), format!("note {LONG}").into());
    assert_eq!(
        refused("gather", &[callable(move |_| note.clone().into())]),
        "closed"
    );
    let book = call("Book::new", &[LONG.into()]);
    let gives = callable(move |_| book.clone().into());
    assert_eq!(call("gather", &[gives]), format!("book {LONG}").into());
}

#[test]
fn a_reference_that_is_read_twice_is_owned_once() {
    let _alone = alone();
    let kept = object(|_, _, _| Value::Nil.into());
    let given = kept.clone();
    let gives = callable(move |_| Value::Array(vec![given.clone(), 7.into()]).into());
    assert_eq!(call("gather", &[gives]), "number 7".into());
    assert_eq!(released(token(&kept)), 1);
}

#[test]
fn what_no_callable_got_is_taken_back() {
    let _alone = alone();
    let (before, live) = (gone(), count());
    let given = callable(|arguments| {
        drop_now(&arguments[0]);
        arguments[1].clone().into()
    });
    assert_eq!(call("report", &[LONG.into(), 4.into(), given]), 4.into());
    assert_eq!(gone(), before + 1);
    let never = callable(|_| panic!("it is not called"));
    let (status, payload) = try_call("report", &[LONG.into(), 5.into(), never]);
    assert_eq!(status, 3, "{payload}");
    assert!(
        payload[2].as_str().is_some_and(|text| text.contains("it is odd")),
        "{payload}"
    );
    assert_eq!((gone(), count()), (before + 2, live));
}
