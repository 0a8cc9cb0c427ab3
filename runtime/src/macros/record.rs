//! Wire impls of a struct that crosses by value, and what it shares with enums.

/// `(first held, (second held, … ()))` of fields, read in order.
#[macro_export]
#[doc(hidden)]
macro_rules! __hold {
    ($marker:ty, $scope:ident;) => { () };
    ($marker:ty, $scope:ident; $field:tt : $ty:ty, $($rest:tt)*) => {
        (
            <$ty as $crate::private::Lift<'s, 'h, $marker>>::hold($scope)?,
            $crate::__hold!($marker, $scope; $($rest)*),
        )
    };
}

/// The type of that.
#[macro_export]
#[doc(hidden)]
macro_rules! __held {
    ($marker:ty;) => { () };
    ($marker:ty; $field:tt : $ty:ty, $($rest:tt)*) => {
        (<$ty as $crate::private::Lift<'s, 'h, $marker>>::Held, $crate::__held!($marker; $($rest)*))
    };
}

/// A value from it.
#[macro_export]
#[doc(hidden)]
macro_rules! __take {
    ($marker:ty, [$($what:tt)*] [$held:expr] [$($done:tt)*]) => {{
        let () = $held;
        $($what)* { $($done)* }
    }};
    ($marker:ty, [$($what:tt)*] [$held:expr] [$($done:tt)*] $field:tt : $ty:ty, $($rest:tt)*) => {{
        let (this, others) = $held;
        $crate::__take!(
            $marker, [$($what)*] [others]
            [$($done)* $field: <$ty as $crate::private::Lift<'s, 'h, $marker>>::take(this),] $($rest)*
        )
    }};
}

/// Fields or variants for *describe*: name and type pairs.
#[macro_export]
#[doc(hidden)]
macro_rules! __fields {
    ($marker:ty, $writer:ident; $($field:tt : $ty:ty,)*) => {{
        const COUNT: usize = <[&str]>::len(&[$(stringify!($field)),*]);
        $writer.array(COUNT);
        $(
            $writer.array(2);
            $writer.str($crate::private::field_name(stringify!($field)));
            <$ty as $crate::private::Lower<'_, $marker>>::describe(&mut $crate::private::describer($writer));
        )*
    }};
}

/// A record. Fields of tuples are written `0: T`.
#[macro_export]
#[doc(hidden)]
macro_rules! record {
    ($marker:ty, $index:literal, $path:literal, constructible, $ty:ty { $($field:tt : $fty:ty),* $(,)? }) => {
        impl<'s, 'h> $crate::private::Lift<'s, 'h, $marker> for $ty
        where
            $($fty: $crate::private::Lift<'s, 'h, $marker>,)*
        {
            type Held = $crate::__held!($marker; $($field: $fty,)*);

            fn hold(scope: $crate::private::Scope<'s, 'h>) -> Result<Self::Held, $crate::private::Fault> {
                const COUNT: usize = <[&str]>::len(&[$(stringify!($field)),*]);
                $crate::private::fields(&scope, COUNT)?;
                Ok($crate::__hold!($marker, scope; $($field: $fty,)*))
            }

            fn take(held: Self::Held) -> Self {
                $crate::__take!($marker, [Self] [held] [] $($field: $fty,)*)
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.head("record", 1);
                to.number($index);
            }
        }

        $crate::__by_value!($marker, $ty, [$($fty: $crate::private::Lift<'s, 'h, $marker>,)*]);
        $crate::record!(@results $marker, $index, $path, $ty { $($field: $fty),* });
        $crate::__fail!($marker, $ty, later);
    };
    ($marker:ty, $index:literal, $path:literal, opaque, $ty:ty { $($field:tt : $fty:ty),* $(,)? }) => {
        $crate::record!(@results $marker, $index, $path, $ty { $($field: $fty),* });
        $crate::__fail!($marker, $ty, now);
    };
    (@results $marker:ty, $index:literal, $path:literal, $ty:ty { $($field:tt : $fty:ty),* $(,)? }) => {
        impl<'h> $crate::private::Plain<$marker> for $ty {
            const INFO: &'static $crate::private::TypeInfo = $crate::__info!($index, $path, $ty, false);

            fn data(writer: &mut $crate::private::Writer) {
                $crate::__fields!($marker, writer; $($field: $fty,)*);
            }
        }

        impl<'h> $crate::private::Lower<'h, $marker> for $ty
        where
            $($fty: $crate::private::Lower<'h, $marker>,)*
        {
            fn lower(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                const COUNT: usize = <[&str]>::len(&[$(stringify!($field)),*]);
                out.writer.array(COUNT);
                $($crate::private::Lower::<'h, $marker>::lower(self.$field, out)?;)*
                Ok(())
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.head("record", 1);
                to.number($index);
            }
        }

        impl<'r, 'h> $crate::private::LowerRef<'r, 'h, $marker> for $ty
        where
            $($fty: $crate::private::LowerRef<'r, 'h, $marker>,)*
        {
            fn lower_ref(&'r self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                const COUNT: usize = <[&str]>::len(&[$(stringify!($field)),*]);
                out.writer.array(COUNT);
                $($crate::private::LowerRef::<'r, 'h, $marker>::lower_ref(&self.$field, out)?;)*
                Ok(())
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                to.head("record", 1);
                to.number($index);
            }
        }
    };
}

/// `&T` of a record or enum: lifted by value and stored for the call.
#[macro_export]
#[doc(hidden)]
macro_rules! __by_value {
    ($marker:ty, $ty:ty, [$($bounds:tt)*]) => {
        impl<'s, 'h> $crate::private::LiftRef<'s, 'h, $marker> for $ty
        where
            $ty: 's,
            $($bounds)*
        {
            type Held = (
                $crate::private::Scope<'s, 'h>,
                <$ty as $crate::private::Lift<'s, 'h, $marker>>::Held,
            );

            fn hold_ref(scope: $crate::private::Scope<'s, 'h>) -> Result<Self::Held, $crate::private::Fault> {
                scope.keeps()?;
                Ok((scope, <$ty as $crate::private::Lift<'s, 'h, $marker>>::hold(scope)?))
            }

            fn take_ref((scope, held): Self::Held) -> &'s Self {
                scope.store(<$ty as $crate::private::Lift<'s, 'h, $marker>>::take(held), false)
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                <$ty as $crate::private::Lift<'s, 'h, $marker>>::describe(to);
            }
        }
    };
}
