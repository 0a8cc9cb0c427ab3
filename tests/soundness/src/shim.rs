//! What `generate` would write for a function, in a line.

/// A shim: its parameters and how they are lifted, its callable if it has one (`fn` types twice: to be described, and as the
/// closure has them), then the call. `Marker` and what `artifact!` makes are those of the place where it stands.
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

/// Says the type of an argument.
pub fn lifted<T>(argument: T) -> T {
    argument
}
