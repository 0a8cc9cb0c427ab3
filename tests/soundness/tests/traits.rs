//! Rules of trait objects: what is taken for one, and for how long what implements one is there. A bridge of its own; each test is a
//! rule, driven through the C symbol.

use std::sync::atomic::Ordering;

use rmpv::Value;
use usecrate_runtime::private as __uc;
use usecrate_soundness::client::{self, Alone, LONG, call, count, drop_now, refused, try_call};
use usecrate_soundness::objects::{Answer, callable, released, token};
use usecrate_soundness::shim;

use crate::subject::READ_ON_DROP;

#[path = "traits/subject.rs"]
pub mod subject;

pub struct Marker;

__uc::handle!(Marker, 0, "subject::Book", crate::subject::Book);
__uc::handle!(Marker, 1, "subject::Number", crate::subject::Number);
__uc::handle_in!(
    Marker,
    2,
    "subject::Margin",
    MarginFamily,
    crate::subject::Margin<'h>
);
__uc::handle!(Marker, 3, "subject::Shelf", crate::subject::Shelf);
__uc::object_pointer!(
    Marker,
    4,
    "subject::DynText",
    ::std::boxed::Box<dyn crate::subject::Text>
);
__uc::handle_in!(
    Marker,
    5,
    "subject::DynTextRef",
    RefFamily,
    ::usecrate_runtime::private::SharedObject<'h, dyn crate::subject::Text + 'h>
);
__uc::object_reference!(shared, Marker, RefFamily, dyn crate::subject::Text + 'x);
__uc::handle_in!(
    Marker,
    6,
    "subject::DynTextRefMut",
    MutFamily,
    ::usecrate_runtime::private::ExclusiveObject<'h, dyn crate::subject::Text + 'h>
);
__uc::object_reference!(exclusive, Marker, MutFamily, dyn crate::subject::Text + 'x);
__uc::handle_in!(
    Marker,
    7,
    "subject::Opinion",
    OpinionFamily,
    crate::subject::Opinion<'h>
);
__uc::handle!(Marker, 8, "subject::Court", crate::subject::Court);

__uc::object!(Marker, "subject::Text", dyn crate::subject::Text + 'x, [+ 'x],
    shared [value(crate::subject::Book), value(crate::subject::Number), family(MarginFamily => crate::subject::Margin<'h>),
        inside(::std::boxed::Box<dyn crate::subject::Text>),
        inside_family(RefFamily => ::usecrate_runtime::private::SharedObject<'h, dyn crate::subject::Text + 'h>)],
    exclusive [value(crate::subject::Book), value(crate::subject::Number), inside(::std::boxed::Box<dyn crate::subject::Text>),
        inside_family(MutFamily => ::usecrate_runtime::private::ExclusiveObject<'h, dyn crate::subject::Text + 'h>)],
    host []);
__uc::object_given!(Marker, "subject::Text", ::std::boxed::Box<dyn crate::subject::Text + 'x>, ::std::boxed::Box::new, [],
    [itself(::std::boxed::Box<dyn crate::subject::Text>), value(crate::subject::Book), value(crate::subject::Number)], []);

/// What `generate` would write for a trait that objects of the host implement.
#[derive(Clone)]
pub struct Judging(__uc::Hooks);

impl subject::Judge for Judging {
    fn judge(&self, x0: &str) -> u32 {
        let f = self.0.required(0);
        f.invoke::<Marker, _, _>((x0,))
    }
}

__uc::host_object!(Marker, "subject::Judge", Judging, {
    required "judge" (&'h str,) => u32;
});
__uc::object!(Marker, "subject::Judge", dyn crate::subject::Judge + 'x, [], shared [], exclusive [], host [Judging]);
__uc::object_given!(
    Marker,
    "subject::Judge",
    ::std::boxed::Box<dyn crate::subject::Judge + 'x>,
    ::std::boxed::Box::new,
    [],
    [],
    [Judging]
);

shim!(book_new(__uc_arg a) subject::Book::new(a.take()));
shim!(number_new() subject::Number::new());
shim!(margin_new(__uc_kept a) subject::Margin::new(a.take()));
shim!(shelf_new() subject::Shelf::new());
shim!(shelf_put(__uc_arg a, __uc_arg b) subject::Shelf::put(a.take(), b.take()));
shim!(shelf_get(__uc_kept a) subject::Shelf::get(a.take()));
shim!(shelf_get_mut(__uc_kept a) subject::Shelf::get_mut(a.take()));
shim!(shelf_take(__uc_arg a) subject::Shelf::take(a.take()));
shim!(shelf_clear(__uc_arg a) subject::Shelf::clear(a.take()));
shim!(text_of(__uc_arg a) subject::text_of(a.take()));
shim!(push(__uc_arg a, __uc_arg b) subject::push(a.take(), b.take()));
shim!(longer(__uc_nested a, __uc_nested b) subject::longer(a.take(), b.take()));
shim!(opinion_new(__uc_kept a) subject::Opinion::new(a.take()));
shim!(opinion_ask(__uc_arg a, __uc_arg b) subject::Opinion::ask(a.take(), b.take()));
shim!(court_new() subject::Court::new());
shim!(court_add(__uc_arg a, __uc_arg b) subject::Court::add(a.take(), b.take()));
shim!(court_sum(__uc_arg a, __uc_arg b) subject::Court::sum(a.take(), b.take()));
shim!(ask(__uc_arg a, __uc_arg b) subject::ask(a.take(), b.take()));

__uc::artifact! {
    name: "subject", marker: Marker,
    types: [
        handle crate::subject::Book, handle crate::subject::Number, handle_in MarginFamily, handle crate::subject::Shelf,
        handle ::std::boxed::Box<dyn crate::subject::Text>, handle_in RefFamily, handle_in MutFamily, handle_in OpinionFamily,
        handle crate::subject::Court,
    ],
    callables: [
        "Book::new" => book_new, "Number::new" => number_new, "Margin::new" => margin_new, "Shelf::new" => shelf_new,
        "Shelf::put" => shelf_put, "Shelf::get" => shelf_get, "Shelf::get_mut" => shelf_get_mut, "Shelf::take" => shelf_take,
        "Shelf::clear" => shelf_clear, "text_of" => text_of, "push" => push, "longer" => longer, "Opinion::new" => opinion_new,
        "Opinion::ask" => opinion_ask, "Court::new" => court_new, "Court::add" => court_add, "Court::sum" => court_sum, "ask" => ask,
    ],
}

fn alone() -> Alone {
    client::alone(usecrate_call)
}

/// A shelf with a book.
fn shelf() -> Value {
    let shelf = call("Shelf::new", &[]);
    call("Shelf::put", &[shelf.clone(), call("Book::new", &[LONG.into()])]);
    shelf
}

fn judge() -> (Value, u64) {
    let f = callable(|arguments| (arguments[0].as_str().expect("text").len() as u64).into());
    let token = token(&f);
    (Value::Array(vec![f]), token)
}

#[test]
fn an_object_is_what_it_is_whatever_its_handle_says() {
    let _alone = alone();
    let Value::Ext(code, mut bytes) = call("Number::new", &[]) else {
        panic!("a handle is an extension value")
    };
    assert_eq!(
        call("text_of", &[Value::Ext(code, bytes.clone())]),
        "seven".into()
    );
    for forged in [0, 2, 4, 5] {
        bytes[0] = forged;
        assert_eq!(refused("text_of", &[Value::Ext(code, bytes.clone())]), "type");
    }
    for forged in [3, 7, 255] {
        bytes[0] = forged;
        let (status, payload) = try_call("text_of", &[Value::Ext(code, bytes.clone())]);
        assert_eq!((status, payload[0].as_str()), (3, Some("type")));
    }
    assert_eq!(
        refused("push", &[Value::Ext(code, vec![0; 16]), "x".into()]),
        "closed"
    );
}

#[test]
fn what_an_object_is_lent_from_stays() {
    let _alone = alone();
    let before = count();
    let shelf = shelf();
    let lent = call("Shelf::get", &[shelf.clone()]);
    assert_eq!(refused("Shelf::clear", &[shelf.clone()]), "borrowed");
    assert!(!drop_now(&shelf));
    assert_eq!(call("text_of", &[lent.clone()]), LONG.into());
    let other = call("Number::new", &[]);
    let longer = call("longer", &[lent.clone(), other.clone()]);
    drop_now(&other);
    assert!(!drop_now(&lent));
    assert_eq!(call("text_of", &[longer.clone()]), LONG.into());
    drop_now(&longer);
    assert_eq!(count(), before);
}

#[test]
fn an_object_that_is_lent_exclusively_is_there_once() {
    let _alone = alone();
    let shelf = shelf();
    let lent = call("Shelf::get_mut", &[shelf.clone()]);
    assert_eq!(refused("Shelf::get", &[shelf.clone()]), "borrowed");
    call("push", &[lent.clone(), "!".into()]);
    drop_now(&lent);
    let shared = call("Shelf::get", &[shelf.clone()]);
    // A reference that others may have is not lent on exclusively.
    assert_eq!(try_call("push", &[shared.clone(), "!".into()]).0, 3);
    drop_now(&shared);
    let boxed = call("Shelf::take", &[shelf]);
    assert_eq!(call("text_of", &[boxed.clone()]), format!("{LONG}!").into());
    drop_now(&boxed);
}

#[test]
fn what_implements_a_trait_and_borrows_is_its_groups() {
    let _alone = alone();
    let before = count();
    let book = call("Book::new", &[LONG.into()]);
    let margin = call("Margin::new", &[book.clone()]);
    assert_eq!(
        try_call("Shelf::put", &[call("Shelf::new", &[]), margin.clone()]).0,
        3
    );
    let lent = call("longer", &[margin.clone(), margin.clone()]);
    assert!(!drop_now(&book));
    assert!(!drop_now(&margin));
    assert_eq!(call("text_of", &[lent.clone()]), LONG.into());
    let read = READ_ON_DROP.load(Ordering::Relaxed);
    drop_now(&lent);
    assert!(
        READ_ON_DROP.load(Ordering::Relaxed) > read,
        "the margin went before its book"
    );
    // The shelf that was made for nothing.
    assert_eq!(count(), before + 1);
}

#[test]
fn a_moved_object_is_gone_once() {
    let _alone = alone();
    let shelf = shelf();
    let boxed = call("Shelf::take", &[shelf.clone()]);
    call("Shelf::put", &[shelf.clone(), boxed.clone()]);
    assert_eq!(refused("Shelf::put", &[shelf.clone(), boxed.clone()]), "closed");
    assert_eq!(refused("text_of", &[boxed]), "closed");
    let lent = call("Shelf::get", &[shelf]);
    assert_eq!(call("text_of", &[lent]), LONG.into());
}

#[test]
fn an_object_of_the_hosts_lives_as_long_as_what_it_was_lent_to() {
    let _alone = alone();
    let (judge, token) = judge();
    assert_eq!(call("ask", &[judge.clone(), "four".into()]), 4.into());
    assert_eq!(released(token), 1, "lent for the call");
    let (judge, token) = self::judge();
    let opinion = call("Opinion::new", &[judge]);
    assert_eq!(released(token), 0);
    for text in ["", "four", LONG] {
        assert_eq!(
            call("Opinion::ask", &[opinion.clone(), text.into()]),
            (text.len() as u64).into()
        );
    }
    drop_now(&opinion);
    assert_eq!(released(token), 1, "once");
}

#[test]
fn an_object_of_the_hosts_goes_with_its_owner() {
    let _alone = alone();
    let court = call("Court::new", &[]);
    let (one, first) = judge();
    let (other, second) = judge();
    call("Court::add", &[court.clone(), one]);
    call("Court::add", &[court.clone(), other]);
    assert_eq!(call("Court::sum", &[court.clone(), "four".into()]), 8.into());
    assert_eq!((released(first), released(second)), (0, 0));
    drop_now(&court);
    assert_eq!((released(first), released(second)), (1, 1));
}

#[test]
fn an_object_of_the_hosts_stays_the_clients_if_the_call_is_refused() {
    let _alone = alone();
    let (judge, token) = judge();
    for name in ["ask", "Opinion::new", "Court::add"] {
        let many = [judge.clone(), 5.into(), 5.into()];
        assert_ne!(try_call(name, &many).0, 0);
    }
    assert_eq!(released(token), 0);
    let two = Value::Array(vec![callable(|_| Answer::Raise("TypeError", false)); 2]);
    assert_eq!(try_call("ask", &[two, "x".into()]).0, 3, "one method too many");
}
