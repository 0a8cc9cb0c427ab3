//! Calls of a client that holds a lock meanwhile: they wait for nothing, call back only on their own thread and with data
//! alone, and drop nothing of others. What they would have to wait for, they leave to a call that may.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rmpv::Value;
use usecrate_runtime::private as __uc;
use usecrate_soundness::client::{
    self, Alone, Prompt, call, count, drop_now, prompt_call, prompt_drop, refused, request,
};
use usecrate_soundness::objects::{Answer, all_released, by_words, callable, object, released, token};
use usecrate_soundness::{local_shim, shim};

use crate::subject::{CLONED, DROPPED};

#[path = "prompt/subject.rs"]
pub mod subject;

pub struct Marker;

__uc::handle!(Marker, 0, "subject::Vault", crate::subject::Vault);
__uc::handle_in!(Marker, 1, "subject::Peek", PeekFamily, crate::subject::Peek<'h>);
__uc::handle!(Marker, 2, "subject::Local", crate::subject::Local);
__uc::handle!(Marker, 3, "subject::Tap", crate::subject::Tap<__uc::File<1>>);

__uc::handle!(Marker, 4, "subject::Coin", crate::subject::Coin);

type Tap = subject::Tap<__uc::File<1>>;

shim!(vault_new(__uc_arg a) subject::Vault::new(a.take()));
shim!(vault_content(__uc_arg a) subject::Vault::content(a.take()));
shim!(vault_refill(__uc_arg a, __uc_arg b) subject::Vault::refill(a.take(), b.take(), &begun));
shim!(vault_peek(__uc_kept a) subject::Vault::peek(a.take()));
shim!(vault_into_content(__uc_arg a, __uc_arg b) subject::Vault::into_content(a.take(), b.take()));
shim!(peek_get(__uc_arg a) subject::Peek::<'h>::get(a.take()));
shim!(local_new() subject::Local::new());
shim!(local_get(__uc_arg a) subject::Local::get(a.take()));
shim!(tap_new(__uc_arg a) Tap::new(a.take()));
shim!(tap_read(__uc_arg a) Tap::read(a.take()));
shim!(coin_new(__uc_arg a) subject::Coin::new(a.take()));
shim!(coin_value(__uc_arg a) subject::Coin::value(a.take()));
shim!(add(__uc_arg a, __uc_arg b) subject::add(a.take(), b.take()));
shim!(apply(__uc_arg a; f fn(x: u32 => u32) -> u32) subject::apply(a.take(), f));
local_shim!(apply_here(__uc_arg a; f fn(x: u32 => u32) -> u32) subject::apply(a.take(), f));
local_shim!(vault_show(__uc_arg a; f fn(x: &'h subject::Vault => &subject::Vault) -> u32) subject::Vault::show(a.take(), f));
local_shim!(vault_fill(__uc_arg a; f fn() -> u32) subject::Vault::fill(a.take(), f));
local_shim!(swap(; f fn() -> subject::Vault) subject::swap(f));

__uc::artifact! {
    name: "subject", marker: Marker,
    types: [
        handle crate::subject::Vault, handle_in PeekFamily, handle crate::subject::Local, handle Tap,
        handle crate::subject::Coin,
    ],
    callables: [
        "Vault::new" => vault_new, "Vault::content" => vault_content, "Vault::refill" => vault_refill,
        "Vault::peek" => vault_peek, "Vault::into_content" => vault_into_content, "Peek::get" => peek_get,
        "Local::new" => local_new, "Local::get" => local_get, "Tap::new" => tap_new, "Tap::read" => tap_read,
        "apply_here" => apply_here, "Vault::show" => vault_show, "Vault::fill" => vault_fill, "swap" => swap,
        "add" => add, "apply" => apply, "Coin::new" => coin_new, "Coin::value" => coin_value,
    ],
}

static BEGUN: AtomicUsize = AtomicUsize::new(0);

fn begun() {
    BEGUN.fetch_add(1, Ordering::SeqCst);
}

fn alone() -> Alone {
    client::alone(usecrate_call)
}

fn vault(content: u32) -> Value {
    call("Vault::new", &[content.into()])
}

fn dropped() -> usize {
    DROPPED.load(Ordering::SeqCst)
}

fn done(value: impl Into<Value>) -> Prompt {
    Prompt::Answered(0, value.into())
}

/// Runs `work` while another thread's call changes `vault`.
fn while_in_use(vault: &Value, work: impl FnOnce()) {
    let before = BEGUN.load(Ordering::SeqCst);
    std::thread::scope(|scope| {
        let call = scope.spawn(|| call("Vault::refill", &[vault.clone(), 300.into()]));
        while BEGUN.load(Ordering::SeqCst) == before {
            std::thread::yield_now();
        }
        work();
        assert!(!call.is_finished(), "the other call takes longer");
    });
}

#[test]
fn what_need_not_wait_is_done() {
    let _alone = alone();
    let vault = vault(7);
    assert_eq!(prompt_call("add", &[1.into(), 2.into()]), done(3));
    assert_eq!(prompt_call("Vault::content", &[vault.clone()]), done(7));
    assert!(matches!(
        prompt_call("add", &["x".into(), 2.into()]),
        Prompt::Answered(3, _)
    ));
    assert_eq!(
        prompt_drop(&vault),
        Prompt::Leaves(0, true.into()),
        "its destructor is the user's"
    );
    assert_eq!(refused("Vault::content", &[vault]), "closed");
}

#[test]
fn what_is_copy_is_copied_without_its_code() {
    let _alone = alone();
    let coin = call("Coin::new", &[5.into()]);
    assert_eq!(prompt_call("Coin::value", &[coin.clone()]), done(5));
    assert_eq!(prompt_call("Coin::value", &[coin.clone()]), done(5));
    assert_eq!(CLONED.load(Ordering::SeqCst), 0);
    assert_eq!(prompt_drop(&coin), done(true));
}

#[test]
fn a_prompt_call_does_not_wait_for_another_call() {
    let _alone = alone();
    let (busy, beside) = (vault(1), vault(2));
    while_in_use(&busy, || {
        assert_eq!(prompt_call("Vault::content", &[busy.clone()]), Prompt::Later);
        let arguments = [beside.clone(), busy.clone()];
        assert_eq!(prompt_call("Vault::into_content", &arguments), Prompt::Later);
        assert_eq!(
            prompt_call("Vault::content", &[beside.clone()]),
            done(2),
            "nothing was moved"
        );
    });
    assert_eq!(prompt_call("Vault::content", &[busy]), done(2));
}

#[test]
fn a_prompt_drop_leaves_destructors_to_others() {
    let _alone = alone();
    let (before, gone) = (count(), dropped());
    let vault = vault(1);
    let peek = call("Vault::peek", &[vault.clone()]);
    assert!(!drop_now(&vault), "it is borrowed");
    assert_eq!(prompt_call("Peek::get", &[peek.clone()]), done(1));
    assert_eq!(prompt_drop(&peek), Prompt::Leaves(0, true.into()));
    assert_eq!(dropped(), gone, "what was borrowed has a destructor");
    assert_eq!(prompt_call("add", &[1.into(), 2.into()]), Prompt::Later);
    // Any thread's call will do.
    let counted = std::thread::spawn(count).join().expect("a count");
    assert_eq!((counted, dropped()), (before, gone + 1));
    assert_eq!(prompt_call("add", &[1.into(), 2.into()]), done(3));
}

#[test]
fn a_prompt_call_takes_in_nothing_that_was_left() {
    let _alone = alone();
    let local = call("Local::new", &[]);
    let gone = dropped();
    let left = local.clone();
    std::thread::spawn(move || drop_now(&left))
        .join()
        .expect("a drop");
    let elsewhere = std::thread::spawn(|| prompt_call("add", &[1.into(), 2.into()]));
    assert_eq!(
        elsewhere.join().expect("a call"),
        done(3),
        "it was not left for that thread"
    );
    assert_eq!(prompt_call("add", &[1.into(), 2.into()]), Prompt::Later);
    assert_eq!(dropped(), gone);
    assert_eq!(call("add", &[1.into(), 2.into()]), 3.into());
    assert_eq!(dropped(), gone + 1);
}

#[test]
fn a_prompt_call_calls_nobody_back() {
    let _alone = alone();
    let double = callable(|arguments| (arguments[0].as_u64().expect("a number") * 2).into());
    assert_eq!(prompt_call("apply", &[4.into(), double.clone()]), Prompt::Later);
    assert_eq!(call("apply", &[4.into(), double]), 8.into());
    assert_eq!(
        prompt_call("add", &[1.into(), 2.into()]),
        done(3),
        "the callable was lent for its call"
    );
    let file = object(|_, _, _| 0.into());
    assert_eq!(prompt_call("Tap::new", &[file.clone()]), Prompt::Later);
    let tap = call("Tap::new", &[file.clone()]);
    assert_eq!(prompt_call("Tap::read", &[tap.clone()]), Prompt::Later);
    assert_eq!(
        prompt_call("add", &[1.into(), 2.into()]),
        Prompt::Later,
        "the library owns a file"
    );
    assert_eq!(call("Tap::read", &[tap.clone()]), 0.into());
    drop_now(&tap);
    assert_eq!(released(token(&file)), 1);
    assert_eq!(prompt_call("add", &[1.into(), 2.into()]), done(3));
}

#[test]
fn a_prompt_call_calls_back_on_its_own_thread() {
    let _alone = alone();
    let caller = std::thread::current().id();
    let double = callable(move |arguments| {
        assert_eq!(std::thread::current().id(), caller);
        (arguments[0].as_u64().expect("a number") * 2).into()
    });
    assert_eq!(prompt_call("apply_here", &[4.into(), double.clone()]), done(8));
    assert_eq!(call("apply_here", &[4.into(), double]), 8.into());
    let wrong = callable(|_| "text".into());
    assert!(matches!(
        prompt_call("apply_here", &[4.into(), wrong]),
        Prompt::Answered(3, _)
    ));
    let raising = callable(|_| Answer::Raise("theirs", false));
    let Prompt::Answered(6, thrown) = prompt_call("apply_here", &[4.into(), raising]) else {
        panic!("the exception leaves the call");
    };
    let thrown = thrown.as_array().expect("an array")[0].as_u64().expect("a token");
    assert!(!all_released().contains(&thrown), "it went back");
    assert_eq!(
        prompt_call("add", &[1.into(), 2.into()]),
        done(3),
        "nothing is owned"
    );
}

#[test]
fn a_prompt_call_calls_back_with_words() {
    let _alone = alone();
    let _words = by_words();
    let double = callable(|arguments| (arguments[0].as_u64().expect("a number") * 2).into());
    assert_eq!(prompt_call("apply_here", &[4.into(), double.clone()]), done(8));
    assert_eq!(prompt_call("apply", &[4.into(), double]), Prompt::Later);
    let raising = callable(|_| Answer::Raise("theirs", true));
    assert!(matches!(
        prompt_call("apply_here", &[4.into(), raising]),
        Prompt::Answered(6, _)
    ));
    assert_eq!(
        prompt_call("add", &[1.into(), 2.into()]),
        done(3),
        "nothing is owned"
    );
}

#[test]
fn a_prompt_call_lends_no_reference_and_gets_no_handle() {
    let _alone = alone();
    let vault = vault(3);
    let look = callable(|_| 1.into());
    assert_eq!(
        prompt_call("Vault::show", &[vault.clone(), look.clone()]),
        Prompt::Later
    );
    assert_eq!(call("Vault::show", &[vault.clone(), look]), 1.into());
    let given = vault.clone();
    let give = callable(move |_| given.clone().into());
    assert_eq!(prompt_call("swap", &[give.clone()]), Prompt::Later);
    assert_eq!(call("swap", &[give]), 3.into());
}

#[test]
fn what_a_prompt_call_holds_is_refused_inside_its_callback() {
    let _alone = alone();
    let vault = vault(3);
    let seen = std::sync::Arc::new(Mutex::new(Vec::new()));
    let (told, asked) = (std::sync::Arc::clone(&seen), vault.clone());
    let ask = callable(move |_| {
        let of_others = asked.clone();
        let other = std::thread::spawn(move || refused("Vault::content", &[of_others]));
        let mut told = told.lock().expect("nobody else");
        told.push(refused("Vault::content", &[asked.clone()]));
        told.push(other.join().expect("an answer"));
        9.into()
    });
    assert_eq!(prompt_call("Vault::fill", &[vault.clone(), ask]), done(9));
    assert_eq!(*seen.lock().expect("nobody else"), ["busy", "busy"]);
    let never = callable(|_| unreachable!("it waits for the value first"));
    while_in_use(&vault, || {
        assert_eq!(prompt_call("Vault::fill", &[vault.clone(), never]), Prompt::Later);
    });
}

#[test]
fn a_prompt_call_that_comes_inside_a_callback_knows_its_own() {
    let _alone = alone();
    let vault = vault(5);
    let seen = std::sync::Arc::new(Mutex::new(None));
    let told = std::sync::Arc::clone(&seen);
    let asked = vault.clone();
    let ask = callable(move |_| {
        *told.lock().expect("nobody else") = Some(prompt_call("Vault::content", &[asked.clone()]));
        1.into()
    });
    assert_eq!(call("apply", &[4.into(), ask]), 1.into());
    assert_eq!(seen.lock().expect("nobody else").take(), Some(done(5)));
}

#[test]
fn a_child_of_fork_drops_nothing_that_was_left() {
    let _alone = alone();
    let local = call("Local::new", &[]);
    std::thread::spawn(move || drop_now(&local))
        .join()
        .expect("a drop");
    let gone = dropped();
    assert_eq!(request(&[5.into()]).0, 0);
    assert_eq!(call("add", &[1.into(), 2.into()]), 3.into());
    assert_eq!(dropped(), gone);
}

#[test]
fn prompt_calls_and_others_come_to_an_end_together() {
    let _alone = alone();
    let vault = vault(0);
    // As the interpreter lock: who calls back waits for it, and who calls promptly holds it.
    let lock = std::sync::Arc::new(Mutex::new(()));
    let held = std::sync::Arc::clone(&lock);
    let back = callable(move |arguments| {
        let _held = held.lock().expect("nobody panics");
        arguments[0].clone().into()
    });
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..300 {
                    call("apply", &[1.into(), back.clone()]);
                    call("Vault::refill", &[vault.clone(), 0.into()]);
                    let own = call("Vault::new", &[1.into()]);
                    let peek = call("Vault::peek", &[own.clone()]);
                    drop_now(&own);
                    drop_now(&peek);
                }
            });
            scope.spawn(|| {
                for _ in 0..3000 {
                    let prompt = {
                        let _held = lock.lock().expect("nobody panics");
                        prompt_call("Vault::content", &[vault.clone()])
                    };
                    if prompt == Prompt::Later {
                        call("Vault::content", &[vault.clone()]);
                    }
                }
            });
        }
    });
    assert_eq!(call("Vault::content", &[vault]), 600.into());
}
