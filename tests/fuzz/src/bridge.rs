//! The bridge whose symbol is fuzzed, written by hand: the types of three bridges of `tests/soundness` in one, and
//! what they have no example of. What would sleep, or take as long or as much memory as it is told to, is bounded
//! here or left out.

#![allow(
    missing_docs,
    dead_code,
    reason = "the types are explained by the rules that use them"
)]

use usecrate_runtime::private as __uc;
use usecrate_soundness::shim;
use usecrate_soundness::shim::lifted;

#[path = "../../soundness/tests/upcalls/subject.rs"]
pub mod calling;
#[path = "../../soundness/tests/dynamic/subject.rs"]
pub mod keeping;
#[path = "../../soundness/tests/views/subject.rs"]
pub mod nesting;
#[path = "../../soundness/tests/iterators/subject.rs"]
pub mod walking;

/// What the others have no example of.
pub mod plain {
    pub fn echo(value: serde_json::Value) -> serde_json::Value {
        value
    }

    pub fn sum(numbers: &[u8]) -> u64 {
        numbers.iter().map(|number| u64::from(*number)).sum()
    }

    /// Fills one buffer and reads another.
    pub fn fill(buffer: &mut [u8], from: &[u8]) -> usize {
        let count = buffer.len().min(from.len());
        buffer[..count].copy_from_slice(&from[..count]);
        count
    }

    pub fn scale(numbers: &mut [u32], by: &[f64]) -> f64 {
        numbers
            .iter_mut()
            .for_each(|number| *number = number.rotate_left(1));
        by.iter().sum()
    }

    /// Neither `Send` nor `Sync`.
    pub struct Local(std::rc::Rc<std::cell::Cell<u32>>);

    impl Local {
        #[allow(clippy::new_without_default, reason = "a constructor is what is tried here")]
        pub fn new() -> Self {
            Self(std::rc::Rc::default())
        }
        pub fn share(&self) -> Self {
            Self(std::rc::Rc::clone(&self.0))
        }
        pub fn count(&self) -> usize {
            std::rc::Rc::strong_count(&self.0)
        }
    }
}

pub struct Marker;

type Book = calling::Book;
type Tap = calling::Tap<__uc::File<7>>;

__uc::handle!(Marker, 0, "Book", crate::bridge::calling::Book);
__uc::handle_in!(Marker, 1, "Page", PageFamily, crate::bridge::calling::Page<'h>);
__uc::handle_in!(Marker, 2, "Shelf", ShelfFamily, crate::bridge::calling::Shelf<'h>);
__uc::handle!(Marker, 3, "Turnstile", crate::bridge::calling::Turnstile);
__uc::handle!(Marker, 4, "Tap", crate::bridge::calling::Tap<__uc::File<7>>);
__uc::handle!(Marker, 5, "Text", crate::bridge::walking::Text);
__uc::handle_in!(Marker, 6, "Line", LineFamily, crate::bridge::walking::Line<'h>);
__uc::handle!(Marker, 7, "Source", crate::bridge::nesting::Source);
__uc::handle_in!(Marker, 8, "Env", EnvFamily, crate::bridge::nesting::Env<'h>);
__uc::handle_in!(
    Marker,
    9,
    "Template",
    TemplateFamily,
    crate::bridge::nesting::Template<'h, 'h>
);
__uc::handle_in!(Marker, 10, "View", ViewFamily, crate::bridge::nesting::View<'h>);
__uc::handle_in!(
    Marker,
    11,
    "Filler",
    FillerFamily,
    crate::bridge::nesting::Filler<'h>
);
__uc::handle_in!(
    Marker,
    12,
    "Board",
    BoardFamily,
    crate::bridge::nesting::Board<'h>
);
__uc::handle!(Marker, 13, "Library", crate::bridge::nesting::Library);
__uc::handle!(Marker, 14, "Local", crate::bridge::plain::Local);

type Any = __uc::Dynamic;
type Bag = keeping::Bag<Any, Any>;

__uc::handle!(Marker, 15, "Bag", Bag);

shim!(book_new(__uc_arg a) Book::new(a.take()));
shim!(book_page(__uc_kept a) Book::page(a.take()));
shim!(book_text(__uc_kept a) Book::text(a.take()));
shim!(book_push(__uc_arg a, __uc_arg b) Book::push(a.take(), b.take()));
shim!(book_edit(__uc_arg a; f fn(x: &'h mut Book => &'_ mut Book) -> ()) Book::edit(a.take(), f));
shim!(book_lend(__uc_arg a; f fn(x: &'h Book => &'_ Book) -> ()) Book::lend(a.take(), f));
shim!(book_lend_page(__uc_arg a; f fn(x: calling::Page<'h> => calling::Page<'_>) -> ())
    Book::lend_page(a.take(), f));
shim!(book_compare(__uc_arg a, __uc_arg b; f fn(x: &'h Book => &'_ Book, y: &'h Book => &'_ Book) -> bool)
    Book::compare(a.take(), b.take(), f));
shim!(book_rewrite(__uc_arg a; f fn(x: String => String) -> String) Book::rewrite(a.take(), f));
shim!(book_tear(__uc_arg a; f fn() -> ()) Book::tear(a.take(), f));
shim!(page_text(__uc_arg a) calling::Page::<'h>::text(a.take()));
shim!(shelf_new() calling::Shelf::<'h>::new());
shim!(shelf_add(__uc_arg a, __uc_kept b) calling::Shelf::<'h>::add(a.take(), b.take()));
shim!(shelf_put(__uc_arg a, __uc_arg b) calling::Shelf::<'h>::put(a.take(), b.take()));
shim!(shelf_all(__uc_arg a) calling::Shelf::<'h>::all(a.take()));
shim!(shelf_filled(__uc_arg a; f fn(x: calling::Shelf<'h> => calling::Shelf<'_>) -> ())
    calling::Shelf::filled(a.take(), f));
shim!(turnstile_new() calling::Turnstile::new());
shim!(turnstile_pass(__uc_arg a) calling::Turnstile::pass(a.take()));
shim!(turnstile_with(__uc_arg a; f fn(x: &'h calling::Turnstile => &'_ calling::Turnstile) -> ())
    calling::Turnstile::with(a.take(), f));
shim!(each(__uc_arg a; f fn(x: u32 => u32) -> u32) calling::each(lifted::<u32>(a.take()).min(9), f));
shim!(swallow(__uc_arg a; f fn() -> ()) calling::swallow(a.take(), f));
shim!(pick(; f fn() -> Book) calling::pick(f));
shim!(sip(__uc_arg a, __uc_arg b)
    calling::sip(lifted::<__uc::File<1>>(a.take()), lifted::<u32>(b.take()).min(300)));
shim!(gulp(__uc_arg a, __uc_arg b) {
    let a: &mut __uc::File<1> = a.take();
    calling::gulp(a, lifted::<u32>(b.take()).min(70_000))
});
shim!(line(__uc_arg a) calling::line(lifted::<__uc::File<9>>(a.take())));
shim!(drip(__uc_arg a, __uc_arg b; f fn() -> ())
    calling::drip(lifted::<__uc::File<2>>(a.take()), b.take(), f));
shim!(tap_new(__uc_arg a) Tap::new(a.take()));
shim!(tap_read(__uc_arg a, __uc_arg b) Tap::read(a.take(), lifted::<u32>(b.take()).min(300)));
shim!(tap_write(__uc_arg a, __uc_arg b) Tap::write(a.take(), b.take()));
shim!(tap_seek(__uc_arg a, __uc_arg b) Tap::seek(a.take(), b.take()));
shim!(tap_dance(__uc_arg a) Tap::dance(a.take()));
shim!(tap_into_inner(__uc_arg a) Tap::into_inner(a.take()));
shim!(tap_try_read(__uc_arg a) Tap::try_read(a.take()));

shim!(text_new(__uc_arg a) walking::Text::new(a.take()));
shim!(text_lines(__uc_kept a) walking::Text::lines(a.take()));
shim!(text_lengths(__uc_kept a) walking::Text::lengths(a.take()).map(|line| line.push('!')));
shim!(text_first(__uc_arg a) walking::Text::first(a.take()));
shim!(text_boxed(__uc_kept a) walking::Text::boxed(a.take()));
shim!(text_into_lines(__uc_arg a) walking::Text::into_lines(a.take()));
shim!(line_text(__uc_arg a) walking::Line::text(a.take()));
shim!(restless(__uc_arg a) walking::restless(a.take()));
shim!(counting() walking::counting());
shim!(failing() walking::failing());
shim!(panicking() walking::panicking());
shim!(maybe(__uc_arg a) walking::maybe(a.take()));
shim!(fallible(__uc_arg a) walking::fallible(a.take()));
shim!(local() walking::local());

shim!(source_new(__uc_arg a) nesting::Source::new(a.take()));
shim!(source_env(__uc_kept a) nesting::Source::env(a.take()));
shim!(source_add(__uc_arg a, __uc_arg b) nesting::Source::add(a.take(), b.take()));
shim!(env_template(__uc_nested a, __uc_arg b) nesting::Env::template(a.take(), b.take()));
shim!(env_beside(__uc_nested a, __uc_arg_in_parent b, __uc_kept_in_parent c)
    nesting::Env::beside(a.take(), b.take(), c.take()));
shim!(env_fill(__uc_nested a) nesting::Env::fill(a.take()));
shim!(env_names(__uc_arg a) nesting::Env::<'h>::names(a.take()));
shim!(env_rename(__uc_arg a, __uc_arg b) nesting::Env::<'h>::rename(a.take(), b.take()));
shim!(filler_push(__uc_arg a, __uc_arg b) nesting::Filler::<'h>::push(a.take(), b.take()));
shim!(template_text(__uc_arg a) nesting::Template::text(a.take()));
shim!(template_view(__uc_nested a) nesting::Template::view(a.take()));
shim!(view_inner(__uc_nested a) nesting::View::inner(a.take()));
shim!(view_text(__uc_arg a) nesting::View::text(a.take()));
shim!(board_new() nesting::Board::<'h>::new());
shim!(board_pin(__uc_arg a, __uc_nested b) nesting::Board::pin(a.take(), b.take()));
shim!(board_all(__uc_arg a) nesting::Board::all(a.take()));
shim!(board_note(__uc_arg a, __uc_kept b) nesting::Board::note(a.take(), b.take()));
shim!(library_new(__uc_arg a) nesting::Library::new(a.take()));
shim!(library_first(__uc_kept a) nesting::Library::first(a.take()));
shim!(library_count(__uc_arg a) nesting::Library::count(a.take()));

shim!(echo(__uc_arg a) plain::echo(a.take()));
shim!(sum(__uc_arg a) plain::sum(a.take()));
shim!(fill(__uc_arg a, __uc_arg b) plain::fill(a.take(), b.take()));
shim!(scale(__uc_arg a, __uc_arg b) plain::scale(a.take(), b.take()));
shim!(local_new() plain::Local::new());
shim!(local_share(__uc_arg a) plain::Local::share(a.take()));
shim!(local_count(__uc_arg a) plain::Local::count(a.take()));

shim!(any_bag_new() Bag::new());
shim!(any_bag_put(__uc_arg a, __uc_arg b, __uc_arg c) Bag::put(a.take(), b.take(), c.take()));
shim!(any_bag_get(__uc_kept a, __uc_arg b) Bag::get(a.take(), b.take()));
shim!(any_bag_remove(__uc_arg a, __uc_arg b) Bag::remove(a.take(), b.take()));
shim!(any_twice(__uc_arg a: Any) keeping::twice(a.take()));
shim!(any_sorted(__uc_arg a: Vec<Any>) keeping::sorted(a.take()));
shim!(any_equal(__uc_arg a: &Any, __uc_arg b) keeping::equal(a.take(), b.take()));
shim!(any_count(__uc_arg a: std::collections::HashMap<Any, Any>, __uc_arg b)
    keeping::count(a.take(), b.take()));
shim!(any_text(__uc_arg a: &Any) keeping::text(a.take()));

__uc::artifact! {
    name: "bridge", marker: Marker,
    types: [
        handle crate::bridge::calling::Book, handle_in PageFamily, handle_in ShelfFamily,
        handle crate::bridge::calling::Turnstile, handle Tap, handle crate::bridge::walking::Text, handle_in LineFamily,
        handle crate::bridge::nesting::Source, handle_in EnvFamily, handle_in TemplateFamily, handle_in ViewFamily,
        handle_in FillerFamily, handle_in BoardFamily, handle crate::bridge::nesting::Library,
        handle crate::bridge::plain::Local, handle Bag,
    ],
    callables: [
        "book_new" => book_new, "book_page" => book_page, "book_text" => book_text, "book_push" => book_push,
        "book_edit" => book_edit, "book_lend" => book_lend, "book_lend_page" => book_lend_page,
        "book_compare" => book_compare, "book_rewrite" => book_rewrite, "book_tear" => book_tear,
        "page_text" => page_text, "shelf_new" => shelf_new, "shelf_add" => shelf_add, "shelf_put" => shelf_put,
        "shelf_all" => shelf_all, "shelf_filled" => shelf_filled, "turnstile_new" => turnstile_new,
        "turnstile_pass" => turnstile_pass, "turnstile_with" => turnstile_with, "each" => each, "swallow" => swallow,
        "pick" => pick, "sip" => sip, "gulp" => gulp, "line" => line, "drip" => drip, "tap_new" => tap_new,
        "tap_read" => tap_read, "tap_write" => tap_write, "tap_seek" => tap_seek, "tap_dance" => tap_dance,
        "tap_into_inner" => tap_into_inner, "tap_try_read" => tap_try_read, "text_new" => text_new,
        "text_lines" => text_lines, "text_lengths" => text_lengths, "text_first" => text_first,
        "text_boxed" => text_boxed, "text_into_lines" => text_into_lines, "line_text" => line_text,
        "restless" => restless, "counting" => counting, "failing" => failing, "panicking" => panicking,
        "maybe" => maybe, "fallible" => fallible, "local" => local, "source_new" => source_new,
        "source_env" => source_env, "source_add" => source_add, "env_template" => env_template,
        "env_beside" => env_beside, "env_fill" => env_fill, "env_names" => env_names, "env_rename" => env_rename,
        "filler_push" => filler_push, "template_text" => template_text, "template_view" => template_view,
        "view_inner" => view_inner, "view_text" => view_text, "board_new" => board_new, "board_pin" => board_pin,
        "board_all" => board_all, "board_note" => board_note, "library_new" => library_new,
        "library_first" => library_first, "library_count" => library_count, "echo" => echo, "sum" => sum,
        "fill" => fill, "scale" => scale, "local_new" => local_new, "local_share" => local_share,
        "local_count" => local_count, "any_bag_new" => any_bag_new, "any_bag_put" => any_bag_put,
        "any_bag_get" => any_bag_get, "any_bag_remove" => any_bag_remove, "any_twice" => any_twice,
        "any_sorted" => any_sorted, "any_equal" => any_equal, "any_count" => any_count, "any_text" => any_text,
    ],
}
