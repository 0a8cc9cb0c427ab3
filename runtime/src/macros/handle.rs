//! Wire impls of a type whose values stay here.

/// What is known of a concrete type.
#[macro_export]
#[doc(hidden)]
macro_rules! __info {
    ($index:literal, $path:literal, $ty:ty, $borrows:literal) => {{
        #[allow(unused_imports)]
        use $crate::private::{Otherwise as _, Probe};
        &$crate::private::TypeInfo {
            path: $path,
            index: $index,
            send: Probe::<$ty>::SEND,
            sync: Probe::<$ty>::SYNC,
            clone: Probe::<$ty>::CLONE.is_some() && !Probe::<$ty>::ITERATOR && !Probe::<$ty>::FUTURE,
            borrows: $borrows,
            trivial_drop: !::core::mem::needs_drop::<$ty>(),
        }
    }};
}

/// How a by-value parameter is taken.
#[macro_export]
#[doc(hidden)]
macro_rules! __clone {
    ($ty:ty) => {{
        #[allow(unused_imports)]
        use $crate::private::{Otherwise as _, Probe};
        if Probe::<$ty>::ITERATOR || Probe::<$ty>::FUTURE {
            None
        } else if Probe::<$ty>::COPY.is_some() {
            // Its `Clone` may be written by hand; a call that keeps the interpreter lock relies on this.
            Probe::<$ty>::COPY
        } else {
            Probe::<$ty>::CLONE
        }
    }};
}

/// `Fail`, from what the type can say of itself. What `Debug` says goes with the answer `now`, or is asked for `later`, of
/// the value.
#[macro_export]
#[doc(hidden)]
macro_rules! __fail {
    (@debug now, $ty:ty, $value:expr) => {
        $crate::private::Text::said($value, $crate::private::Probe::<$ty>::DEBUG)
    };
    (@debug later, $ty:ty, $value:expr) => {
        None::<$crate::private::Text>
    };
    ($marker:ty, $ty:ty, handle) => {
        impl<'h> $crate::private::Fail<'h, $marker> for $ty {
            fn fail(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                #[allow(unused_imports)]
                use $crate::private::{Otherwise as _, Probe};
                let says = Probe::<$ty>::DISPLAY.or(Probe::<$ty>::DEBUG);
                $crate::private::failed_with_handle(self, (says, Probe::<$ty>::SOURCES), out, |error, out| {
                    $crate::private::Lower::<'h, $marker>::lower(error, out)
                })
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                <$ty as $crate::private::Lower<'h, $marker>>::describe(to);
            }
        }
    };
    ($marker:ty, $ty:ty, $when:ident) => {
        impl<'h> $crate::private::Fail<'h, $marker> for $ty {
            fn fail(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                #[allow(unused_imports)]
                use $crate::private::{Otherwise as _, Probe, Text};
                let message = Text::said(&self, Probe::<$ty>::DISPLAY.or(Probe::<$ty>::DEBUG));
                let debug = $crate::__fail!(@debug $when, $ty, &self);
                let sources = Probe::<$ty>::SOURCES
                    .map(|sources| sources(&self))
                    .unwrap_or_default();
                let said = $crate::private::Said {
                    message: message.as_ref().map(Text::as_str),
                    debug: debug.as_ref().map(Text::as_str),
                    sources: &sources,
                };
                $crate::private::failed::<$marker, $ty>(&said, out, |out| {
                    $crate::private::Lower::<'h, $marker>::lower(self, out)
                })
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                <$ty as $crate::private::Lower<'h, $marker>>::describe(to);
            }
        }
    };
}

/// How a handle type is taken by value.
#[macro_export]
#[doc(hidden)]
macro_rules! __lift_moved {
    ($marker:ty, $ty:ty, $info:expr, $take:ident, [$($generic:ty),*], [$($outlives:tt)*]) => {
        impl<'s, 'h $($outlives)*> $crate::private::Lift<'s, 'h, $marker> for $ty {
            type Held = $crate::private::Taken<'s, $ty>;
            // What is moved is noted by the client, which looks at no words.
            const DIRECT: Option<$crate::private::Kind> = if $info.clone { Some($crate::private::Kind::Handle) } else { None };

            fn hold(scope: $crate::private::Scope<'s, 'h>) -> Result<Self::Held, $crate::private::Fault> {
                scope.$take::<$($generic),*>($crate::__clone!($ty))
            }

            fn take(held: Self::Held) -> Self {
                held.take()
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.handle($info, if $info.clone { "clone" } else { "move" });
            }
        }
    };
}

/// Wire impls of a handle type; `$own` says how the scope and the answer are asked: by type or by family.
#[macro_export]
#[doc(hidden)]
macro_rules! __handle_impls {
    (
        $marker:ty, $ty:ty, $info:expr,
        $shared:ident, $exclusive:ident, $store:ident, $store_ref:ident, $store_mut:ident,
        [$($generic:ty),*], [$($outlives:tt)*]
    ) => {
        impl<'s, 'h $($outlives)*> $crate::private::LiftRef<'s, 'h, $marker> for $ty {
            type Held = &'s $ty;
            const DIRECT_REF: Option<$crate::private::Kind> = Some($crate::private::Kind::Handle);

            fn hold_ref(scope: $crate::private::Scope<'s, 'h>) -> Result<&'s $ty, $crate::private::Fault> {
                scope.$shared::<$($generic),*>()
            }

            fn take_ref(held: &'s $ty) -> &'s $ty {
                held
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                to.handle($info, "shared");
            }
        }

        impl<'s, 'h $($outlives)*> $crate::private::LiftMut<'s, 'h, $marker> for $ty {
            const DIRECT_MUT: Option<$crate::private::Kind> = Some($crate::private::Kind::Handle);

            fn hold_mut(scope: $crate::private::Scope<'s, 'h>) -> Result<&'s mut $ty, $crate::private::Fault> {
                scope.$exclusive::<$($generic),*>()
            }

            fn describe_mut(to: &mut $crate::private::Describer<'_>) {
                to.handle($info, "exclusive");
            }
        }

        impl<'h> $crate::private::Lower<'h, $marker> for $ty {
            fn lower(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                out.$store::<$($generic),*>(self);
                Ok(())
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.handle($info, "new");
            }
        }

        impl<'h> $crate::private::LowerRef<'h, 'h, $marker> for $ty {
            fn lower_ref(&'h self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                out.$store_ref::<$($generic),*>(self);
                Ok(())
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                to.handle($info, "shared");
            }
        }

        impl<'h> $crate::private::LowerMut<'h, $marker> for $ty {
            fn lower_mut(&'h mut self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                out.$store_mut::<$($generic),*>(self);
                Ok(())
            }

            fn describe_mut(to: &mut $crate::private::Describer<'_>) {
                to.handle($info, "exclusive");
            }
        }

        $crate::__fail!($marker, $ty, handle);
    };
}

/// A handle type without lifetimes.
#[macro_export]
#[doc(hidden)]
macro_rules! handle {
    ($marker:ty, $index:literal, $path:literal, $ty:ty) => {
        impl $crate::private::Handle<$marker> for $ty {
            const INFO: &'static $crate::private::TypeInfo = $crate::__info!($index, $path, $ty, false);
        }

        $crate::__lift_moved!(
            $marker,
            $ty,
            <$ty as $crate::private::Handle<$marker>>::INFO,
            take,
            [$marker, $ty],
            []
        );
        $crate::__handle_impls!(
            $marker,
            $ty,
            <$ty as $crate::private::Handle<$marker>>::INFO,
            shared,
            exclusive,
            store,
            store_ref,
            store_mut,
            [$marker, $ty],
            []
        );
    };
}

/// A handle type with lifetimes, all written `'h`.
#[macro_export]
#[doc(hidden)]
macro_rules! handle_in {
    ($marker:ty, $index:literal, $path:literal, $family:ident, $ty:ty) => {
        #[doc = concat!("All instances of `", $path, "`.")]
        pub struct $family;

        impl $crate::private::Family for $family {
            type Of<'h> = $ty;
            const INFO: &'static $crate::private::TypeInfo = {
                // A function, so that the lifetime in the type is a real one.
                const fn info<'h>() -> &'static $crate::private::TypeInfo {
                    const { $crate::__info!($index, $path, $ty, true) }
                }
                info()
            };
        }

        $crate::__lift_moved!(
            $marker, $ty, <$family as $crate::private::Family>::INFO, take_in, [$family], [: 's]
        );
        $crate::__handle_impls!(
            $marker, $ty, <$family as $crate::private::Family>::INFO,
            shared_in, exclusive_in, store_in, store_ref_in, store_mut_in, [$family], [: 's]
        );
    };
}
