//! The body of a shim: make the call, answer with its result.

/// Makes the call of a shim and answers with its result.
#[macro_export]
#[doc(hidden)]
macro_rules! answer {
    ($call:expr, $marker:ty, $make:expr) => {{
        #[allow(unused_imports)]
        use $crate::private::{
            AsBytes as _, Direct as _, Local as _, Sent as _, Shared as _, Worded as _, Wrapped as _,
        };
        let __uc_make = move || $make;
        (&&&&&&$crate::private::Pending::<'_, '_, '_, $marker, _, _>::new($call, &__uc_make))
            .answer(__uc_make)
    }};
}

/// The same for `&mut self -> &mut Self` with a kept receiver.
#[macro_export]
#[doc(hidden)]
macro_rules! answer_fluent {
    ($call:expr, $marker:ty, $this:ident, $make:expr) => {
        $crate::answer!($call, $marker, {
            let $this = $this.take();
            let __uc_receiver = $crate::private::address(&$this);
            $crate::private::Fluent::new($make, __uc_receiver)
        })
    };
}

/// The same with a receiver that is lent for the call.
#[macro_export]
#[doc(hidden)]
macro_rules! answer_same {
    ($call:expr, $marker:ty, $this:ident, $make:expr) => {
        $crate::answer!($call, $marker, {
            let $this = $this.take();
            let __uc_receiver = $crate::private::address(&$this);
            $crate::private::Same::new($make, __uc_receiver)
        })
    };
}
