//! Rules of groups that have parents: what borrows a value that itself borrows. A bridge of its own, so that it can be
//! read in one piece; each test is a rule, driven through the C symbol.

use std::sync::atomic::Ordering;

use rmpv::Value;
use usecrate_runtime::private as __uc;
use usecrate_soundness::client::{
    self, Alone, LONG, call, count, drop_now, refused, request, try_call, try_drop,
};
use usecrate_soundness::shim;

use crate::subject::{BRITTLE, READ_ON_DROP};

#[path = "views/subject.rs"]
pub mod subject;

pub struct Marker;

__uc::handle!(Marker, 0, "subject::Source", crate::subject::Source);
__uc::handle_in!(Marker, 1, "subject::Env", EnvFamily, crate::subject::Env<'h>);
__uc::handle_in!(
    Marker,
    2,
    "subject::Template",
    TemplateFamily,
    crate::subject::Template<'h, 'h>
);
__uc::handle_in!(Marker, 3, "subject::View", ViewFamily, crate::subject::View<'h>);
__uc::handle_in!(
    Marker,
    4,
    "subject::Filler",
    FillerFamily,
    crate::subject::Filler<'h>
);
__uc::handle_in!(
    Marker,
    5,
    "subject::Board",
    BoardFamily,
    crate::subject::Board<'h>
);
__uc::handle!(Marker, 6, "subject::Library", crate::subject::Library);
__uc::handle_in!(
    Marker,
    7,
    "subject::Local",
    LocalFamily,
    crate::subject::Local<'h>
);

shim!(source_new(__uc_arg a) subject::Source::new(a.take()));
shim!(source_env(__uc_kept a) subject::Source::env(a.take()));
shim!(source_add(__uc_arg a, __uc_arg b) subject::Source::add(a.take(), b.take()));
shim!(env_template(__uc_nested a, __uc_arg b) subject::Env::template(a.take(), b.take()));
shim!(env_beside(__uc_nested a, __uc_arg_in_parent b, __uc_kept_in_parent c) subject::Env::beside(a.take(), b.take(), c.take()));
shim!(env_fill(__uc_nested a) subject::Env::fill(a.take()));
shim!(env_names(__uc_arg a) subject::Env::<'h>::names(a.take()));
shim!(env_rename(__uc_arg a, __uc_arg b) subject::Env::<'h>::rename(a.take(), b.take()));
shim!(filler_push(__uc_arg a, __uc_arg b) subject::Filler::<'h>::push(a.take(), b.take()));
shim!(template_text(__uc_arg a) subject::Template::text(a.take()));
shim!(template_view(__uc_nested a) subject::Template::view(a.take()));
shim!(view_inner(__uc_nested a) subject::View::inner(a.take()));
shim!(view_text(__uc_arg a) subject::View::text(a.take()));
shim!(board_new() subject::Board::<'h>::new());
shim!(board_pin(__uc_arg a, __uc_nested b) subject::Board::pin(a.take(), b.take()));
shim!(board_all(__uc_arg a) subject::Board::all(a.take()));
shim!(board_note(__uc_arg a, __uc_kept b) subject::Board::note(a.take(), b.take()));
shim!(library_new(__uc_arg a) subject::Library::new(a.take()));
shim!(library_first(__uc_kept a) subject::Library::first(a.take()));
shim!(library_count(__uc_arg a) subject::Library::count(a.take()));
shim!(source_bind(__uc_kept a) subject::Source::bind(a.take()));
shim!(template_env(__uc_arg a) subject::Template::env(a.take()));
shim!(local_view(__uc_nested a) subject::Local::view(a.take()));

__uc::artifact! {
    name: "subject", marker: Marker,
    types: [
        handle crate::subject::Source, handle_in EnvFamily, handle_in TemplateFamily, handle_in ViewFamily,
        handle_in FillerFamily, handle_in BoardFamily, handle crate::subject::Library, handle_in LocalFamily,
    ],
    callables: [
        "Source::new" => source_new, "Source::env" => source_env, "Source::add" => source_add,
        "Env::template" => env_template, "Env::beside" => env_beside, "Env::fill" => env_fill,
        "Env::names" => env_names, "Env::rename" => env_rename, "Filler::push" => filler_push,
        "Template::text" => template_text, "Template::view" => template_view, "View::inner" => view_inner,
        "View::text" => view_text, "Board::new" => board_new, "Board::pin" => board_pin, "Board::all" => board_all,
        "Board::note" => board_note, "Library::new" => library_new, "Library::first" => library_first,
        "Library::count" => library_count, "Source::bind" => source_bind, "Local::view" => local_view, "Template::env" => template_env,
    ],
}

fn alone() -> Alone {
    client::alone(usecrate_call)
}

/// A source and an environment that borrows it.
fn env() -> (Value, Value) {
    let source = call("Source::new", &[LONG.into()]);
    let env = call("Source::env", &[source.clone()]);
    (source, env)
}

#[test]
fn a_child_keeps_its_parent_and_all_that_is_above() {
    let _alone = alone();
    let before = count();
    let (source, env) = env();
    let template = call("Env::template", &[env.clone(), "page".into()]);
    let view = call("Template::view", &[template.clone()]);
    assert!(!drop_now(&source));
    assert!(!drop_now(&env));
    assert!(!drop_now(&template));
    assert_eq!(call("View::text", &[view.clone()]), LONG.into());
    let read = READ_ON_DROP.load(Ordering::Relaxed);
    assert!(drop_now(&view));
    assert!(
        READ_ON_DROP.load(Ordering::Relaxed) > read,
        "the template read its environment when it went"
    );
    assert_eq!(count(), before, "all went with the last view");
}

#[test]
fn a_child_of_a_loan_keeps_what_was_lent() {
    let _alone = alone();
    let before = count();
    let (source, env) = env();
    let template = call("Env::template", &[env.clone(), "page".into()]);
    let lent = call("Template::env", &[template.clone()]);
    let other = call("Env::template", &[lent.clone(), "page".into()]);
    for handle in [&source, &env, &template, &lent] {
        drop_now(handle);
    }
    assert_eq!(call("Template::text", &[other.clone()]), LONG.into());
    drop_now(&other);
    assert_eq!(count(), before);
}

#[test]
fn a_child_holds_only_what_it_borrows() {
    let _alone = alone();
    let before = count();
    let (source, env) = env();
    let (one, two) = (
        call("Env::template", &[env.clone(), "one".into()]),
        call("Env::template", &[env.clone(), "two".into()]),
    );
    assert_eq!(refused("Env::rename", &[env.clone(), "x".into()]), "borrowed");
    assert_eq!(request(&[7.into(), env.clone()]).0, 4, "close is refused as well");
    drop_now(&one);
    assert_eq!(refused("Env::rename", &[env.clone(), "x".into()]), "borrowed");
    drop_now(&two);
    call("Env::rename", &[env.clone(), "x".into()]);
    assert_eq!(refused("Source::add", &[source.clone(), "x".into()]), "borrowed");
    drop_now(&env);
    call("Source::add", &[source.clone(), "x".into()]);
    drop_now(&source);
    assert_eq!(count(), before);
}

#[test]
fn an_exclusive_child_has_its_parent_for_itself() {
    let _alone = alone();
    let (_source, env) = env();
    let filler = call("Env::fill", &[env.clone()]);
    assert_eq!(refused("Env::names", &[env.clone()]), "borrowed");
    assert_eq!(
        refused("Env::template", &[env.clone(), "page".into()]),
        "borrowed"
    );
    call("Filler::push", &[filler.clone(), "added".into()]);
    drop_now(&filler);
    assert_eq!(call("Env::names", &[env]), Value::Array(vec!["added".into()]));
}

#[test]
fn arguments_of_the_parent_live_as_long_as_the_child() {
    let _alone = alone();
    let before = count();
    let (source, env) = env();
    let other_source = call("Source::new", &["other".into()]);
    let other = call("Source::env", &[other_source.clone()]);
    let text = format!("{LONG}, as a text");
    let template = call("Env::beside", &[env.clone(), other.clone(), text.as_str().into()]);
    for handle in [&source, &env, &other_source, &other] {
        drop_now(handle);
    }
    let expected = format!("{LONG}other{text}");
    assert_eq!(
        call("Template::text", &[template.clone()]),
        expected.as_str().into()
    );
    drop_now(&template);
    assert_eq!(count(), before);
}

#[test]
fn views_are_nested_as_deeply_as_memory_allows() {
    let _alone = alone();
    let before = count();
    let work = move || {
        let (source, env) = env();
        let template = call("Env::template", &[env.clone(), "page".into()]);
        let mut view = call("Template::view", &[template.clone()]);
        for handle in [&source, &env, &template] {
            drop_now(handle);
        }
        for _ in 0..2000 {
            let inner = call("View::inner", &[view.clone()]);
            drop_now(&view);
            view = inner;
        }
        assert_eq!(call("View::text", &[view.clone()]), LONG.into());
        assert_eq!(count(), before + 2004);
        drop_now(&view);
    };
    let thread = std::thread::Builder::new().stack_size(128 << 10).spawn(work);
    thread
        .expect("a thread")
        .join()
        .expect("the stack is large enough");
    assert_eq!(count(), before);
}

#[test]
fn what_borrows_through_a_lent_part_is_a_child_of_the_loan() {
    let _alone = alone();
    let before = count();
    let library = call("Library::new", &[LONG.into()]);
    let book = call("Library::first", &[library.clone()]);
    let env = call("Source::env", &[book.clone()]);
    assert_eq!(refused("Source::add", &[book.clone(), "x".into()]), "borrowed");
    assert_eq!(refused("Library::count", &[library.clone()]), "borrowed");
    drop_now(&env);
    call("Source::add", &[book.clone(), "x".into()]);
    let env = call("Source::env", &[book.clone()]);
    drop_now(&book);
    assert_eq!(refused("Library::count", &[library.clone()]), "borrowed");
    drop_now(&env);
    assert_eq!(call("Library::count", &[library.clone()]), 1.into());
    drop_now(&library);
    assert_eq!(count(), before);
}

#[test]
fn a_ring_of_groups_is_leaked_and_never_dangles() {
    let _alone = alone();
    let board = call("Board::new", &[]);
    // A note that is in the board's own group is pinned to it: parent and child are one from now on.
    let note = call("Board::note", &[board.clone(), LONG.into()]);
    call("Board::pin", &[board.clone(), note.clone()]);
    // And one whose own views are pinned to the board that it descends from.
    let template = call("Env::template", &[note.clone(), "page".into()]);
    let view = call("Template::view", &[template.clone()]);
    for handle in [&note, &template, &view] {
        drop_now(handle);
    }
    assert_eq!(
        call("Board::all", &[board.clone()]),
        Value::Array(vec![LONG.into()])
    );
    drop_now(&board);
    let (_source, env) = env();
    call("Env::names", &[env]);
}

#[test]
fn what_is_pinned_outlives_the_board() {
    let _alone = alone();
    let before = count();
    let board = call("Board::new", &[]);
    let (source, env) = env();
    call("Board::pin", &[board.clone(), env.clone()]);
    drop_now(&source);
    drop_now(&env);
    assert_eq!(
        call("Board::all", &[board.clone()]),
        Value::Array(vec![LONG.into()])
    );
    drop_now(&board);
    assert_eq!(count(), before);
}

#[test]
fn a_child_stays_on_its_parents_thread() {
    let _alone = alone();
    let source = call("Source::new", &[LONG.into()]);
    let local = call("Source::bind", &[source]);
    let view = call("Local::view", &[local]);
    let elsewhere = view.clone();
    let thread = std::thread::spawn(move || assert_eq!(refused("View::text", &[elsewhere]), "thread"));
    thread.join().expect("the thread's own checks hold");
    assert_eq!(call("View::text", &[view]), LONG.into());
}

#[test]
fn a_destructor_that_panics_does_not_keep_the_rest() {
    let _alone = alone();
    let before = count();
    let (source, env) = env();
    let template = call("Env::template", &[env.clone(), "page".into()]);
    let view = call("Template::view", &[template.clone()]);
    for handle in [&source, &env, &template] {
        drop_now(handle);
    }
    BRITTLE.store(true, Ordering::Relaxed);
    let (status, payload) = try_drop(&view);
    BRITTLE.store(false, Ordering::Relaxed);
    assert_eq!((status, payload[0].as_str()), (2, Some("brittle")));
    assert_eq!(count(), before, "what the template kept went all the same");
}

#[test]
fn a_refused_call_makes_no_child() {
    let _alone = alone();
    let (_source, env) = env();
    assert_eq!(try_call("Env::template", &[env.clone(), 7.into()]).0, 3);
    call("Env::rename", &[env, "free".into()]);
}
