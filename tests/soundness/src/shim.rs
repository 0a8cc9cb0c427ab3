//! What `generate` would write for a function, in a line.

/// A shim: its parameters and how they are lifted, its callable if it has one (`fn` types twice: to be described, and as the
/// closure has them), then the call. `Marker` and what `artifact!` makes are those of the place where it stands.
///
/// What the result borrows must be kept:
///
/// ```
/// # use usecrate_soundness::{__uc, shim};
/// # pub struct Book(String);
/// # impl Book {
/// #     pub fn page(&self) -> Page<'_> { Page(&self.0) }
/// # }
/// # pub struct Page<'a>(pub &'a str);
/// # pub struct Marker;
/// # __uc::handle!(Marker, 0, "Book", crate::Book);
/// # __uc::handle_in!(Marker, 1, "Page", PageFamily, crate::Page<'h>);
/// shim!(book_page(__uc_kept a) Book::page(a.take()));
/// # __uc::artifact! {
/// #     name: "subject", marker: Marker, types: [handle crate::Book, handle_in PageFamily],
/// #     callables: ["Book::page" => book_page],
/// # }
/// # fn main() {}
/// ```
///
/// The compiler rejects what lends it for the call alone:
///
/// ```compile_fail
/// # use usecrate_soundness::{__uc, shim};
/// # pub struct Book(String);
/// # impl Book {
/// #     pub fn page(&self) -> Page<'_> { Page(&self.0) }
/// # }
/// # pub struct Page<'a>(pub &'a str);
/// # pub struct Marker;
/// # __uc::handle!(Marker, 0, "Book", crate::Book);
/// # __uc::handle_in!(Marker, 1, "Page", PageFamily, crate::Page<'h>);
/// shim!(book_page(__uc_arg a) Book::page(a.take()));
/// # __uc::artifact! {
/// #     name: "subject", marker: Marker, types: [handle crate::Book, handle_in PageFamily],
/// #     callables: ["Book::page" => book_page],
/// # }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! shim {
    ($name:ident($($lift:ident $arg:ident $(: $ty:ty)?),*) $make:expr) => {
        fn $name<'c, 'h, 'p>(call: $crate::__uc::Call<'c, 'h, 'p>) -> $crate::__uc::Answer {
            $(let $arg = $lift$(::<$ty>)?(call);)*
            $crate::__uc::answer!(call, Marker, $make)
        }
    };
    (
        $name:ident($($lift:ident $arg:ident),*; $f:ident fn($($x:ident: $described:ty => $ty:ty),*) -> $result:ty)
        $make:expr
    ) => {
        fn $name<'c, 'h, 'p>(call: $crate::__uc::Call<'c, 'h, 'p>) -> $crate::__uc::Answer {
            $(let $arg = $lift(call);)*
            let $f = __uc_arg::<$crate::__uc::Callable<'c, ($($described,)*), $result>>(call);
            $crate::__uc::answer!(call, Marker, {
                let $f = {
                    let f = $f.take();
                    move |$($x: $ty),*| -> $result { f.invoke::<Marker, _, _>(($($x,)*)) }
                };
                $make
            })
        }
    };
}

/// The same with a callable that stays on the thread of the call.
#[macro_export]
macro_rules! local_shim {
    (
        $name:ident($($lift:ident $arg:ident),*; $f:ident fn($($x:ident: $described:ty => $ty:ty),*) -> $result:ty)
        $make:expr
    ) => {
        fn $name<'c, 'h, 'p>(call: $crate::__uc::Call<'c, 'h, 'p>) -> $crate::__uc::Answer {
            $(let $arg = $lift(call);)*
            let $f = __uc_arg::<$crate::__uc::LocalCallable<'c, ($($described,)*), $result>>(call);
            $crate::__uc::answer!(call, Marker, {
                let $f = {
                    let f = $f.take();
                    move |$($x: $ty),*| -> $result { f.invoke::<Marker, _, _>(($($x,)*)) }
                };
                $make
            })
        }
    };
}

/// What borrows is lent to a callable, to be changed, by a reference whose family the compiler knows:
///
/// ```
/// # use usecrate_soundness::__uc;
/// # pub struct Marker;
/// pub struct View<'a>(pub &'a str);
/// __uc::handle_in!(Marker, 0, "View", ViewFamily, crate::View<'h>);
/// pub fn lend<'a>(view: &'a mut View<'_>) -> __uc::LentMut<'a, ViewFamily> {
///     __uc::LentMut::new(view)
/// }
/// # fn main() {}
/// ```
///
/// The table knows one lifetime for all that it holds. A value with two could be changed so that what lives for the shorter is
/// where the longer is promised, so the compiler rejects it:
///
/// ```compile_fail
/// # use usecrate_soundness::__uc;
/// # pub struct Marker;
/// pub struct View<'a, 'b>(pub &'a str, pub &'b str);
/// __uc::handle_in!(Marker, 0, "View", ViewFamily, crate::View<'h, 'h>);
/// pub fn lend<'a>(view: &'a mut View<'_, '_>) -> __uc::LentMut<'a, ViewFamily> {
///     __uc::LentMut::new(view)
/// }
/// # fn main() {}
/// ```
pub mod lending {}

/// A type of another crate crosses as another type, its form, which is plain data:
///
/// ```
/// # use usecrate_soundness::{__uc, shim};
/// # pub struct Marker;
/// pub struct Title(pub String);
/// __uc::mapped_taken!(Marker, [], [], crate::Title, String, |form| Ok(crate::Title(form)));
/// shim!(title_len(__uc_arg a) crate::lent(a.take()));
/// # fn lent(title: Title) -> usize { title.0.len() }
/// # __uc::artifact! {
/// #     name: "subject", marker: Marker, types: [], callables: ["lent" => title_len],
/// # }
/// # fn main() {}
/// ```
///
/// One is made of it while the other arguments are still being read. What would be moved or borrowed then could be lost with a
/// call that is refused, so the compiler rejects it:
///
/// ```compile_fail
/// # use usecrate_soundness::{__uc, shim};
/// # pub struct Marker;
/// # pub struct Book(pub String);
/// # __uc::handle!(Marker, 0, "Book", crate::Book);
/// pub struct Title(pub Book);
/// __uc::mapped_taken!(Marker, [], [], crate::Title, crate::Book, |form| Ok(crate::Title(form)));
/// shim!(title_len(__uc_arg a) crate::lent(a.take()));
/// # fn lent(title: Title) -> usize { title.0.0.len() }
/// # __uc::artifact! {
/// #     name: "subject", marker: Marker, types: [handle crate::Book], callables: ["lent" => title_len],
/// # }
/// # fn main() {}
/// ```
pub mod mapped {}

/// Says the type of an argument.
pub fn lifted<T>(argument: T) -> T {
    argument
}
