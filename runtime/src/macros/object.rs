//! Wire impls of trait objects: what arrives as one, by reference or in a box, and the handles that hold one.
//!
//! What arrives is a handle of any type that implements the trait; which one, the handle says. Each candidate is one of
//!
//! - `value(T)`, `family(F => T)`: a type of the crate's, without lifetimes or with;
//! - `inside(P)`, `inside_family(F => P)`: a pointer to such an object;
//! - `itself(P)`: the very pointer that is asked for.

/// What is known of a candidate, and how it is lent or taken.
#[macro_export]
#[doc(hidden)]
macro_rules! __candidate {
    (@info $marker:ty, family($family:ty => $ty:ty)) => {
        <$family as $crate::private::Family>::INFO
    };
    (@info $marker:ty, inside_family($family:ty => $ty:ty)) => {
        <$family as $crate::private::Family>::INFO
    };
    (@info $marker:ty, $kind:ident($ty:ty)) => {
        <$ty as $crate::private::Handle<$marker>>::INFO
    };
    (@shared $scope:ident, $marker:ty, value($ty:ty)) => {
        $scope.shared::<$marker, $ty>()?
    };
    (@shared $scope:ident, $marker:ty, family($family:ty => $ty:ty)) => {
        $scope.shared_in::<$family>()?
    };
    (@shared $scope:ident, $marker:ty, inside($ty:ty)) => {
        &**$scope.shared::<$marker, $ty>()?
    };
    (@shared $scope:ident, $marker:ty, inside_family($family:ty => $ty:ty)) => {
        &**$scope.shared_in::<$family>()?
    };
    (@exclusive $scope:ident, $marker:ty, value($ty:ty)) => {
        $scope.exclusive::<$marker, $ty>()?
    };
    (@exclusive $scope:ident, $marker:ty, family($family:ty => $ty:ty)) => {
        $scope.exclusive_in::<$family>()?
    };
    (@exclusive $scope:ident, $marker:ty, inside($ty:ty)) => {
        &mut **$scope.exclusive::<$marker, $ty>()?
    };
    (@exclusive $scope:ident, $marker:ty, inside_family($family:ty => $ty:ty)) => {
        &mut **$scope.exclusive_in::<$family>()?
    };
    (@moved $scope:ident, $marker:ty, $new:path, value($ty:ty)) => {{
        let held = $scope.take::<$marker, $ty>($crate::__clone!($ty))?;
        move || $new(held.take()) as _
    }};
    (@moved $scope:ident, $marker:ty, $new:path, family($family:ty => $ty:ty)) => {{
        let held = $scope.take_in::<$family>($crate::__clone!($ty))?;
        move || $new(held.take()) as _
    }};
    (@moved $scope:ident, $marker:ty, $new:path, itself($ty:ty)) => {{
        let held = $scope.take::<$marker, $ty>($crate::__clone!($ty))?;
        move || held.take() as _
    }};
}

/// How what an object of the host's becomes is described, if it becomes something.
#[macro_export]
#[doc(hidden)]
macro_rules! __host_described {
    ($marker:ty,) => {
        None
    };
    ($marker:ty, $host:ident) => {
        Some(<$host as $crate::private::Lift<'s, 'h, $marker>>::describe)
    };
}

/// A trait object that is lent: `$object` is `dyn Trait + 'x`; `$outlives` what `'h` outlives besides, where a candidate
/// borrows.
#[macro_export]
#[doc(hidden)]
macro_rules! object {
    (
        $marker:ty, $name:literal, $object:ty, [$($outlives:tt)*],
        shared [$($shared:ident $shared_type:tt),*],
        exclusive [$($exclusive:ident $exclusive_type:tt),*], host [$($host:ident)?] $(,)?
    ) => {
        impl<'s, 'h: 's $($outlives)*, 'x: 's> $crate::private::LiftRef<'s, 'h, $marker> for $object {
            type Held = &'s $object;

            fn hold_ref(scope: $crate::private::Scope<'s, 'h>) -> Result<Self::Held, $crate::private::Fault> {
                $(
                    if !$crate::private::is_handle(&scope) {
                        return Ok(<$host as $crate::private::LiftMut<'s, 'h, $marker>>::hold_mut(scope)?);
                    }
                )?
                let given = $crate::private::object_type(&scope, $name)?;
                $(
                    if given == $crate::__candidate!(@info $marker, $shared $shared_type).index {
                        return Ok($crate::__candidate!(@shared scope, $marker, $shared $shared_type));
                    }
                )*
                Err($crate::private::no_object($name))
            }

            fn take_ref(held: Self::Held) -> &'s Self {
                held
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                $crate::private::describe_object(
                    to,
                    &[$(($crate::__candidate!(@info $marker, $shared $shared_type), "shared")),*],
                    $crate::__host_described!($marker, $($host)?),
                );
            }
        }

        impl<'s, 'h: 's $($outlives)*, 'x: 's> $crate::private::LiftMut<'s, 'h, $marker> for $object {
            fn hold_mut(scope: $crate::private::Scope<'s, 'h>) -> Result<&'s mut Self, $crate::private::Fault> {
                $(
                    if !$crate::private::is_handle(&scope) {
                        return Ok(<$host as $crate::private::LiftMut<'s, 'h, $marker>>::hold_mut(scope)?);
                    }
                )?
                let given = $crate::private::object_type(&scope, $name)?;
                $(
                    if given == $crate::__candidate!(@info $marker, $exclusive $exclusive_type).index {
                        return Ok($crate::__candidate!(@exclusive scope, $marker, $exclusive $exclusive_type));
                    }
                )*
                Err($crate::private::no_object($name))
            }

            fn describe_mut(to: &mut $crate::private::Describer<'_>) {
                $crate::private::describe_object(
                    to,
                    &[$(($crate::__candidate!(@info $marker, $exclusive $exclusive_type), "exclusive")),*],
                    $crate::__host_described!($marker, $($host)?),
                );
            }
        }
    };
}

/// A trait object that is given: `$pointer` is `Box<dyn Trait + 'x>`, or another pointer that `$new` makes.
#[macro_export]
#[doc(hidden)]
macro_rules! object_given {
    (
        $marker:ty, $name:literal, $pointer:ty, $new:path, [$($outlives:tt)*],
        [$($moved:ident $moved_type:tt),*], [$($host:ident)?] $(,)?
    ) => {
        impl<'s, 'h: 's $($outlives)*, 'x: 's> $crate::private::Lift<'s, 'h, $marker> for $pointer {
            type Held = $crate::private::Later<'s, Self>;

            fn hold(scope: $crate::private::Scope<'s, 'h>) -> Result<Self::Held, $crate::private::Fault> {
                $(
                    if !$crate::private::is_handle(&scope) {
                        let held = <$host as $crate::private::Lift<'s, 'h, $marker>>::hold(scope)?;
                        return Ok($crate::private::Later::new(move || $new(held) as _));
                    }
                )?
                let given = $crate::private::object_type(&scope, $name)?;
                $(
                    if given == $crate::__candidate!(@info $marker, $moved $moved_type).index {
                        return Ok($crate::private::Later::new(
                            $crate::__candidate!(@moved scope, $marker, $new, $moved $moved_type)
                        ));
                    }
                )*
                Err($crate::private::no_object($name))
            }

            fn take(held: Self::Held) -> Self {
                held.take()
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                $crate::private::describe_object(
                    to,
                    &[$(
                        {
                            let info = $crate::__candidate!(@info $marker, $moved $moved_type);
                            (info, if info.clone { "clone" } else { "move" })
                        }
                    ),*],
                    $crate::__host_described!($marker, $($host)?),
                );
            }
        }
    };
}

/// A pointer to a trait object as a handle: `Box<dyn Trait>`. How it is taken by value says [`object_given!`].
#[macro_export]
#[doc(hidden)]
macro_rules! object_pointer {
    ($marker:ty, $index:literal, $path:literal, $ty:ty) => {
        impl $crate::private::Handle<$marker> for $ty {
            const INFO: &'static $crate::private::TypeInfo = $crate::__info!($index, $path, $ty, false);
        }

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

/// References to a trait object as results: `$object` is `dyn Trait + 'x`, and `$ty` holds the reference.
#[macro_export]
#[doc(hidden)]
macro_rules! object_reference {
    (shared, $marker:ty, $family:ident, $object:ty) => {
        impl<'h, 'x: 'h> $crate::private::LowerRef<'h, 'h, $marker> for $object {
            fn lower_ref(&'h self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                out.store_in::<$family>($crate::private::SharedObject::new(self));
                Ok(())
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                to.handle(<$family as $crate::private::Family>::INFO, "new");
            }
        }
    };
    (exclusive, $marker:ty, $family:ident, $object:ty) => {
        impl<'h, 'x: 'h> $crate::private::LowerMut<'h, $marker> for $object {
            fn lower_mut(&'h mut self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                out.store_in::<$family>($crate::private::ExclusiveObject::new(self));
                Ok(())
            }

            fn describe_mut(to: &mut $crate::private::Describer<'_>) {
                to.handle(<$family as $crate::private::Family>::INFO, "new");
            }
        }
    };
}

/// A struct of the `Hooks` of an object of the host's, which implements a trait by calling them: how it is lifted. A hook is a
/// method, with what it is passed and what it gives; a provided one may be missing.
#[macro_export]
#[doc(hidden)]
macro_rules! host_object {
    (
        $marker:ty, $path:literal, $host:ident,
        { $($need:ident $name:literal $params:ty => $output:ty;)* }
    ) => {
        impl<'s, 'h> $crate::private::Lift<'s, 'h, $marker> for $host {
            type Held = Self;

            fn hold(scope: $crate::private::Scope<'s, 'h>) -> Result<Self, $crate::private::Fault> {
                Ok(Self($crate::private::Hooks::hold(scope, $path, &[$($crate::__hook!(@must $need)),*])?))
            }

            fn take(held: Self) -> Self {
                held
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.object($path, [$($name),*].len(), |to| {
                    $(
                        to.list(2);
                        to.plain($name);
                        $crate::__hook!(@describe $need, to, $marker, $params, $output);
                    )*
                });
            }
        }

        impl<'s, 'h> $crate::private::LiftRef<'s, 'h, $marker> for $host {
            type Held = &'s Self;

            fn hold_ref(scope: $crate::private::Scope<'s, 'h>) -> Result<&'s Self, $crate::private::Fault> {
                Ok(<Self as $crate::private::LiftMut<'s, 'h, $marker>>::hold_mut(scope)?)
            }

            fn take_ref(held: &'s Self) -> &'s Self {
                held
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                <Self as $crate::private::Lift<'s, 'h, $marker>>::describe(to);
            }
        }

        impl<'s, 'h> $crate::private::LiftMut<'s, 'h, $marker> for $host {
            fn hold_mut(scope: $crate::private::Scope<'s, 'h>) -> Result<&'s mut Self, $crate::private::Fault> {
                scope.keeps()?;
                let held = <Self as $crate::private::Lift<'s, 'h, $marker>>::hold(scope)?;
                Ok(scope.store_sent(held))
            }

            fn describe_mut(to: &mut $crate::private::Describer<'_>) {
                <Self as $crate::private::Lift<'s, 'h, $marker>>::describe(to);
            }
        }
    };
}

/// One method of a host's object.
#[macro_export]
#[doc(hidden)]
macro_rules! __hook {
    (@must required) => { true };
    (@must provided) => { false };
    (@describe required, $to:ident, $marker:ty, $params:ty, $output:ty) => {
        <$crate::private::KeptCallable<$params, $output> as $crate::private::Lift<'s, 'h, $marker>>::describe($to)
    };
    (@describe provided, $to:ident, $marker:ty, $params:ty, $output:ty) => {
        <Option<$crate::private::KeptCallable<$params, $output>> as $crate::private::Lift<'s, 'h, $marker>>::describe($to)
    };
}
