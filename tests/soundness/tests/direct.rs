//! Direct calls keep every rule that messages keep: a test for each, in words. Run them under AddressSanitizer
//! (`python3 dev.py asan`): the memory of an argument is gone when its call returns.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use rmpv::Value;
use usecrate_runtime::private as __uc;
use usecrate_soundness::client::{
    self, Alone, LONG, call, count, drop_now, encoded, number, prompt_drop, raw, refused, request, try_drop,
};
use usecrate_soundness::direct::{Argument, Outcome, ask, direct, forced, prompt_direct};
use usecrate_soundness::objects::callable;
use usecrate_soundness::shim;

use crate::subject::{BEGUN, DROPPED, INSIDE, ON_DROP};

#[path = "direct/subject.rs"]
pub mod subject;

pub struct Marker;

__uc::handle!(Marker, 0, "subject::Vault", crate::subject::Vault);
__uc::handle_in!(Marker, 1, "subject::Peek", PeekFamily, crate::subject::Peek<'h>);
__uc::handle_in!(
    Marker,
    2,
    "subject::Shelf",
    ShelfFamily,
    crate::subject::Shelf<'h>
);
__uc::handle!(Marker, 3, "subject::Turnstile", crate::subject::Turnstile);
__uc::handle!(Marker, 4, "subject::Local", crate::subject::Local);

shim!(vault_new(__uc_arg a) subject::Vault::new(a.take()));
shim!(vault_content(__uc_arg a) subject::Vault::content(a.take()));
shim!(vault_refill(__uc_arg a, __uc_arg b) subject::Vault::refill(a.take(), b.take()));
shim!(vault_visit(__uc_arg a) subject::Vault::visit(a.take()));
shim!(vault_add(__uc_arg a, __uc_arg b, __uc_arg c) subject::Vault::add(a.take(), b.take(), c.take()));
shim!(vault_crack(__uc_arg a, __uc_arg b) subject::Vault::crack(a.take(), b.take()));
shim!(vault_peek(__uc_kept a) subject::Vault::peek(a.take()));
shim!(vault_into_content(__uc_arg a) subject::Vault::into_content(a.take()));
shim!(vault_maybe(__uc_arg a) subject::Vault::maybe(a.take()));
shim!(peek_get(__uc_arg a) subject::Peek::<'h>::get(a.take()));
shim!(shelf_new() subject::Shelf::<'h>::new());
shim!(shelf_text(__uc_arg a, __uc_kept b) subject::Shelf::<'h>::text(a.take(), b.take()));
shim!(shelf_bytes(__uc_arg a, __uc_kept b) subject::Shelf::<'h>::bytes(a.take(), b.take()));
shim!(shelf_numbers(__uc_arg a, __uc_kept b) subject::Shelf::<'h>::numbers(a.take(), b.take()));
shim!(shelf_all(__uc_arg a) subject::Shelf::<'h>::all(a.take()));
shim!(turnstile_new() subject::Turnstile::new());
shim!(turnstile_pass(__uc_arg a) subject::Turnstile::pass(a.take()));
shim!(local_new() subject::Local::new());
shim!(local_count(__uc_arg a) subject::Local::count(a.take()));
shim!(total(__uc_arg a) subject::total(a.take()));
shim!(address(__uc_arg a) subject::address(a.take()));
shim!(owned(__uc_arg a) subject::owned(a.take()));
shim!(length(__uc_arg a, __uc_arg b) subject::length(a.take(), b.take()));
shim!(apply(__uc_arg a; f fn(x: u32 => u32) -> u32) subject::apply(a.take(), f));
shim!(checked(__uc_arg a) subject::checked(a.take()));

__uc::artifact! {
    name: "subject", marker: Marker,
    types: [
        handle crate::subject::Vault, handle_in PeekFamily, handle_in ShelfFamily, handle crate::subject::Turnstile,
        handle crate::subject::Local,
    ],
    callables: [
        "Vault::new" => vault_new, "Vault::content" => vault_content, "Vault::refill" => vault_refill,
        "Vault::visit" => vault_visit, "Vault::add" => vault_add, "Vault::crack" => vault_crack,
        "Vault::peek" => vault_peek, "Vault::into_content" => vault_into_content, "Vault::maybe" => vault_maybe,
        "Peek::get" => peek_get, "Shelf::new" => shelf_new, "Shelf::text" => shelf_text, "Shelf::bytes" => shelf_bytes,
        "Shelf::numbers" => shelf_numbers, "Shelf::all" => shelf_all, "Turnstile::new" => turnstile_new,
        "Turnstile::pass" => turnstile_pass, "Local::new" => local_new, "Local::count" => local_count,
        "total" => total, "address" => address, "owned" => owned, "length" => length, "apply" => apply,
        "checked" => checked,
    ],
}

fn alone() -> Alone {
    client::alone(usecrate_call)
}

fn vault(content: u32) -> Value {
    direct("Vault::new", &[content.into()]).value()
}

fn dropped() -> usize {
    DROPPED.load(Ordering::SeqCst)
}

fn text_of(status: u64, outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Answered(found, payload) if *found == status => payload[0].as_str().expect("a text"),
        other => panic!("not status {status}, but {other:?}"),
    }
}

/// Runs `work` while another thread's call changes `vault`.
fn while_in_use(vault: &Value, work: impl FnOnce()) {
    let before = BEGUN.load(Ordering::SeqCst);
    std::thread::scope(|scope| {
        let call = scope.spawn(|| direct("Vault::refill", &[vault.into(), 300.into()]));
        while BEGUN.load(Ordering::SeqCst) == before {
            std::thread::yield_now();
        }
        work();
        call.join().expect("a call");
    });
}

#[test]
fn the_library_says_which_words_it_wants() {
    let _alone = alone();
    for (name, letters, result) in [
        ("Vault::new", "u", None),
        ("Vault::add", "hsh", Some('u')),
        ("Vault::crack", "hb", Some('u')),
        ("Vault::peek", "h", None),
        ("Shelf::new", "", None),
        ("Shelf::bytes", "hy", Some('u')),
        ("Shelf::numbers", "hm", Some('u')),
        ("Turnstile::pass", "h", Some('b')),
        ("owned", "m", Some('u')),
        ("length", "sy", Some('u')),
        ("checked", "u", Some('u')),
    ] {
        let found = ask(name).expect("direct calls");
        assert_eq!(
            (found.letters.as_str(), found.result),
            (letters, result),
            "{name}"
        );
    }
    for name in ["Vault::into_content", "Vault::maybe", "apply"] {
        assert!(ask(name).is_none(), "{name}");
    }
}

#[test]
fn no_shim_reads_words_that_it_did_not_ask_for() {
    let _alone = alone();
    let vault = vault(5);
    for name in ["Vault::into_content", "Vault::maybe"] {
        let outcome = forced(name, "Vault::content", &[(&vault).into()]);
        assert_eq!(text_of(5, &outcome), "callable", "{name}");
    }
    let outcome = forced("apply", "Vault::content", &[3.into()]);
    assert_eq!(text_of(5, &outcome), "callable");
    assert_eq!(
        direct("Vault::content", &[(&vault).into()]),
        Outcome::Word(5),
        "it was not moved"
    );
    drop_now(&vault);
}

#[test]
fn handles_are_checked() {
    let _alone = alone();
    let (vault, turnstile) = (vault(5), call("Turnstile::new", &[]));
    let content = |handle: &Value| direct("Vault::content", &[handle.into()]);
    assert_eq!(content(&vault), Outcome::Word(5));
    assert_eq!(content(&turnstile).refused(), "type");
    let Value::Ext(code, mut bytes) = turnstile.clone() else {
        panic!("a handle is an extension value")
    };
    bytes[0] = 0;
    assert_eq!(content(&Value::Ext(code, bytes)).refused(), "type");
    assert_eq!(content(&Value::Ext(1, vec![0xff; 16])).refused(), "closed");
    drop_now(&vault);
    let all: Vec<Value> = (0..100).map(|_| call("Vault::new", &[1.into()])).collect();
    assert_eq!(content(&vault).refused(), "closed", "its slot is used again");
    for vault in all.iter().chain([&turnstile]) {
        drop_now(vault);
    }
}

#[test]
fn what_is_borrowed_is_not_changed() {
    let _alone = alone();
    let (before, vault) = (count(), vault(7));
    let peek = direct("Vault::peek", &[(&vault).into()]).value();
    let change = || direct("Vault::refill", &[(&vault).into(), 0.into()]);
    assert_eq!(change().refused(), "borrowed");
    assert_eq!(refused("Vault::into_content", &[vault.clone()]), "borrowed");
    assert_eq!(direct("Vault::content", &[(&vault).into()]), Outcome::Word(7));
    assert!(!drop_now(&vault), "what came of a direct call holds it");
    assert_eq!(direct("Peek::get", &[(&peek).into()]), Outcome::Word(7));
    assert_eq!(change().refused(), "closed");
    let gone = dropped();
    assert!(drop_now(&peek));
    assert_eq!((dropped(), count()), (gone + 1, before));
}

#[test]
fn one_handle_is_not_lent_twice_if_one_changes_it() {
    let _alone = alone();
    let (one, two) = (vault(1), vault(2));
    let add = |to: &Value, from: &Value| direct("Vault::add", &[to.into(), "xyz".into(), from.into()]);
    assert_eq!(add(&one, &one).refused(), "borrowed");
    assert_eq!(add(&one, &two), Outcome::Word(6));
    assert_eq!(direct("Vault::content", &[(&one).into()]), Outcome::Word(6));
    assert!(drop_now(&one) && drop_now(&two), "nothing is held any more");
}

#[test]
fn a_panic_poisons_what_was_lent_exclusively() {
    let _alone = alone();
    let vault = vault(1);
    let crack = |really: u64| direct("Vault::crack", &[(&vault).into(), Argument::Word(really)]);
    assert_eq!(crack(0), Outcome::Word(0));
    assert_eq!(text_of(2, &crack(1)), "cracked");
    assert_eq!(crack(0).refused(), "poisoned");
    assert!(drop_now(&vault));
}

#[test]
fn a_call_waits_for_another_and_reads_its_words_again() {
    let _alone = alone();
    let (busy, beside) = (vault(1), vault(2));
    while_in_use(&busy, || {
        let arguments = [(&beside).into(), LONG.into(), (&busy).into()];
        let sum = 2 + LONG.len() as u64 + 2;
        assert_eq!(direct("Vault::add", &arguments), Outcome::Word(sum));
    });
    drop_now(&busy);
    drop_now(&beside);
}

#[test]
fn a_prompt_call_does_not_wait() {
    let _alone = alone();
    let (busy, beside) = (vault(1), vault(2));
    let content = |vault: &Value| prompt_direct("Vault::content", &[vault.into()]);
    assert_eq!(content(&busy), Outcome::Word(1));
    while_in_use(&busy, || {
        assert_eq!(content(&busy), Outcome::Later);
        let arguments = [(&beside).into(), LONG.into(), (&busy).into()];
        assert_eq!(prompt_direct("Vault::add", &arguments), Outcome::Later);
        assert_eq!(
            content(&beside),
            Outcome::Word(2),
            "nothing was done, and it is held no more"
        );
    });
    assert_eq!(content(&busy), Outcome::Word(2));
    let outcome = prompt_direct("checked", &[99.into()]);
    assert!(matches!(outcome, Outcome::Answered(1, _)), "{outcome:?}");
    assert!(matches!(prompt_drop(&beside), client::Prompt::Leaves(0, _)));
    assert_eq!(content(&busy), Outcome::Later, "a value waits to be dropped");
    assert_eq!(direct("Vault::content", &[(&busy).into()]), Outcome::Word(2));
    assert_eq!(content(&busy), Outcome::Word(2));
    drop_now(&busy);
}

/// Makes the next visit of `vault` drop its handle.
fn drop_inside(vault: &Value) {
    let own = vault.clone();
    *INSIDE.lock().unwrap_or_else(PoisonError::into_inner) =
        Some(Box::new(move || assert!(!drop_now(&own), "the call holds it")));
}

#[test]
fn what_a_prompt_call_lets_go_of_last_is_left_behind_a_word() {
    let _alone = alone();
    let (before, gone, vault) = (count(), dropped(), vault(8));
    let nothing = || prompt_direct("total", &[Argument::Nothing(0)]);
    assert_eq!(nothing(), Outcome::Word(0));
    drop_inside(&vault);
    assert_eq!(
        prompt_direct("Vault::visit", &[(&vault).into()]),
        Outcome::WordAndLeaves(8)
    );
    assert_eq!(dropped(), gone);
    assert_eq!(nothing(), Outcome::Later, "a value waits to be dropped");
    assert_eq!((count(), dropped()), (before, gone + 1));
    assert_eq!(nothing(), Outcome::Word(0));
}

#[test]
fn a_destructor_that_panics_behind_a_word_is_told_of() {
    let _alone = alone();
    let (before, vault) = (count(), vault(8));
    drop_inside(&vault);
    *ON_DROP.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(|| panic!("crack")));
    let outcome = direct("Vault::visit", &[(&vault).into()]);
    assert_eq!(text_of(2, &outcome), "crack", "the word that was given is none");
    assert_eq!(try_drop(&vault).0, 4);
    assert_eq!(count(), before);
}

#[test]
fn what_is_kept_is_copied() {
    let _alone = alone();
    let shelf = direct("Shelf::new", &[]).value();
    let numbers: Vec<u8> = (1..=3_u32).flat_map(u32::to_ne_bytes).collect();
    for round in 1..=2 {
        let put = |name: &str, what: Argument<'_>| direct(name, &[(&shelf).into(), what]);
        assert_eq!(put("Shelf::text", LONG.into()), Outcome::Word(round));
        assert_eq!(
            put("Shelf::bytes", b"bytes".as_slice().into()),
            Outcome::Word(round)
        );
        let offset = round as usize - 1;
        assert_eq!(
            put("Shelf::numbers", Argument::Bytes(&numbers, offset)),
            Outcome::Word(round)
        );
    }
    let bytes = b"bytes";
    let all = format!("{:?} {:?} {:?}", [LONG; 2], [bytes; 2], [[1, 2, 3]; 2]);
    assert_eq!(
        direct("Shelf::all", &[(&shelf).into()]).value(),
        all.as_str().into()
    );
    assert_eq!(call("Shelf::all", &[shelf.clone()]), all.as_str().into());
    drop_now(&shelf);
}

#[test]
fn numbers_are_lent_where_they_are_aligned_and_copied_where_not() {
    let _alone = alone();
    let numbers: Vec<u8> = (1..=5_u64).flat_map(u64::to_ne_bytes).collect();
    for offset in 0..8 {
        assert_eq!(
            direct("total", &[Argument::Bytes(&numbers, offset)]),
            Outcome::Word(15)
        );
    }
    assert!(matches!(direct("address", &[Argument::Bytes(&numbers, 0)]), Outcome::Word(at) if at % 8 == 0));
    assert_eq!(
        direct("owned", &[Argument::Bytes(&numbers, 1)]),
        Outcome::Word(16)
    );
    for length in [1, 7, 9, 39] {
        let outcome = direct("total", &[numbers[..length].into()]);
        assert_eq!(text_of(3, &outcome), "value");
    }
    assert_eq!(text_of(3, &direct("owned", &[numbers[..3].into()])), "value");
}

#[test]
fn no_memory_is_none_wherever_it_is_said_to_be() {
    let _alone = alone();
    for place in [0, 1, 7, u64::MAX] {
        assert_eq!(direct("total", &[Argument::Nothing(place)]), Outcome::Word(0));
        assert_eq!(direct("owned", &[Argument::Nothing(place)]), Outcome::Word(1));
        let nothing = [Argument::Nothing(place), Argument::Nothing(place)];
        assert_eq!(direct("length", &nothing), Outcome::Word(0));
    }
    assert_eq!(
        direct("length", &["é".into(), b"ab".as_slice().into()]),
        Outcome::Word(3)
    );
}

#[test]
fn integers_are_checked() {
    let _alone = alone();
    for word in [1 << 32, u64::MAX] {
        assert_eq!(
            text_of(3, &direct("Vault::new", &[Argument::Word(word)])),
            "range"
        );
    }
    let vault = vault(u32::MAX);
    let outcome = direct("Vault::refill", &[(&vault).into(), Argument::Word(1 << 40)]);
    assert_eq!(text_of(3, &outcome), "range");
    assert_eq!(
        direct("Vault::content", &[(&vault).into()]),
        Outcome::Word(u32::MAX.into())
    );
    assert!(drop_now(&vault), "what was held before the wrong word was let go");
}

#[test]
fn what_is_not_sync_is_used_by_one_thread_at_a_time() {
    let _alone = alone();
    let turnstile = call("Turnstile::new", &[]);
    std::thread::scope(|scope| {
        let threads = [0; 4].map(|_| {
            let pass = || direct("Turnstile::pass", &[(&turnstile).into()]) == Outcome::Word(1);
            scope.spawn(move || (0..10).all(|_| pass()))
        });
        let alone = threads.map(|thread| thread.join().expect("a thread"));
        assert_eq!(alone, [true; 4], "two were inside at once");
    });
    drop_now(&turnstile);
}

#[test]
fn what_is_not_send_stays_on_its_thread() {
    let _alone = alone();
    let local = call("Local::new", &[]);
    let elsewhere = std::thread::scope(|scope| {
        let call = scope.spawn(|| direct("Local::count", &[(&local).into()]));
        call.join().expect("a call")
    });
    assert_eq!(elsewhere.refused(), "thread");
    assert_eq!(direct("Local::count", &[(&local).into()]), Outcome::Word(1));
    drop_now(&local);
}

#[test]
fn a_direct_call_inside_a_callback_waits_for_nobody_who_waits_for_it() {
    let _alone = alone();
    let vault = vault(5);
    let inside = vault.clone();
    let ask = callable(
        move |_| match direct("Vault::refill", &[(&inside).into(), 0.into()]) {
            Outcome::Word(now) => now.into(),
            other => panic!("{other:?}"),
        },
    );
    assert_eq!(call("apply", &[4.into(), ask]), 6.into());
    drop_now(&vault);
}

#[test]
fn no_bytes_that_ask_for_the_entry_do_harm() {
    let _alone = alone();
    let index = Value::from(number("Vault::content"));
    let named = Value::Ext(2, vec![0; 4]);
    for parts in [
        vec![11.into()],
        vec![11.into(), index.clone()],
        vec![11.into(), index.clone(), named.clone()],
        vec![11.into(), index.clone(), Value::from(1_u64 << 40)],
        vec![11.into(), index.clone(), named.clone(), named.clone()],
        vec![11.into(), 1000.into(), named],
    ] {
        assert_ne!(raw(&encoded(&parts), &[]).0, 0, "{parts:?}");
    }
}

#[test]
fn after_a_fork_handles_of_the_parent_are_refused() {
    let _alone = alone();
    let (vault, gone) = (vault(5), dropped());
    let peek = direct("Vault::peek", &[(&vault).into()]).value();
    assert_eq!(request(&[5.into()]).0, 0);
    assert_eq!(direct("Vault::content", &[(&vault).into()]).refused(), "fork");
    assert_eq!(direct("Peek::get", &[(&peek).into()]).refused(), "fork");
    assert_eq!(dropped(), gone);
    let fresh = direct("Vault::new", &[6.into()]).value();
    assert_eq!(direct("Vault::content", &[(&fresh).into()]), Outcome::Word(6));
    drop_now(&fresh);
}
