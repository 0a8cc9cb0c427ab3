//! Wire impls of an enum that crosses by value.

/// How many fields each variant has.
#[macro_export]
#[doc(hidden)]
macro_rules! __counts {
    ($([$($field:tt)*])*) => { &[$(<[&str]>::len(&[$(stringify!($field)),*])),*] };
}

/// Lowers one variant by value, or gives the value back.
#[macro_export]
#[doc(hidden)]
macro_rules! __lower_variant {
    ($marker:ty, $this:expr, $out:ident, $index:literal, $counts:expr, $variant:ident, [$($pattern:tt)*] [$($lower:tt)*]) => {
        match $this {
            Self::$variant { $($pattern)* } => {
                $crate::private::variant_head($out.writer, $index, $counts);
                $($lower)*
                return Ok(());
            }
            #[allow(unreachable_patterns)]
            other => other,
        }
    };
    (
        $marker:ty, $this:expr, $out:ident, $index:literal, $counts:expr, $variant:ident,
        [$($pattern:tt)*] [$($lower:tt)*] $field:tt : $ty:ty, $($rest:tt)*
    ) => {
        $crate::__lower_variant!(
            $marker, $this, $out, $index, $counts, $variant,
            [$($pattern)* $field: this,]
            [$($lower)* $crate::private::Lower::<'h, $marker>::lower(this, $out)?;] $($rest)*
        )
    };
}

/// Lowers one variant by reference, if it is the one.
#[macro_export]
#[doc(hidden)]
macro_rules! __lower_variant_ref {
    ($marker:ty, $this:expr, $out:ident, $index:literal, $counts:expr, $variant:ident, [$($pattern:tt)*] [$($lower:tt)*]) => {
        #[allow(irrefutable_let_patterns)]
        if let Self::$variant { $($pattern)* } = $this {
            $crate::private::variant_head($out.writer, $index, $counts);
            $($lower)*
            return Ok(());
        }
    };
    (
        $marker:ty, $this:expr, $out:ident, $index:literal, $counts:expr, $variant:ident,
        [$($pattern:tt)*] [$($lower:tt)*] $field:tt : $ty:ty, $($rest:tt)*
    ) => {
        $crate::__lower_variant_ref!(
            $marker, $this, $out, $index, $counts, $variant,
            [$($pattern)* $field: this,]
            [$($lower)* $crate::private::LowerRef::<'r, 'h, $marker>::lower_ref(this, $out)?;] $($rest)*
        )
    };
}

/// An enum that crosses by value: `number Variant { field: T, … } = discriminant`.
#[macro_export]
#[doc(hidden)]
macro_rules! choice {
    (
        $marker:ty, $index:literal, $path:literal, constructible,
        $ty:ty { $($number:tt $variant:ident { $($field:tt : $fty:ty),* $(,)? } $(= $discriminant:literal)?),* $(,)? }
    ) => {
        impl<'s, 'h> $crate::private::Lift<'s, 'h, $marker> for $ty
        where
            $($($fty: $crate::private::Lift<'s, 'h, $marker>,)*)*
        {
            type Held = ($(Option<$crate::__held!($marker; $($field: $fty,)*)>,)*);

            fn hold(scope: $crate::private::Scope<'s, 'h>) -> Result<Self::Held, $crate::private::Fault> {
                const COUNTS: &[usize] = $crate::__counts!($([$($field)*])*);
                let index = $crate::private::variant(&scope, COUNTS)?;
                Ok(($(
                    if index == $number {
                        Some($crate::__hold!($marker, scope; $($field: $fty,)*))
                    } else {
                        None
                    },
                )*))
            }

            fn take(held: Self::Held) -> Self {
                $(
                    if let Some(held) = held.$number {
                        return $crate::__take!($marker, [Self::$variant] [held] [] $($field: $fty,)*);
                    }
                )*
                unreachable!("`hold` holds one variant")
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.head("enum", 1);
                to.number($index);
            }
        }

        $crate::__by_value!($marker, $ty, [$($($fty: $crate::private::Lift<'s, 'h, $marker>,)*)*]);
        $crate::choice!(
            @results $marker, $index, $path,
            $ty { $($number $variant { $($field: $fty),* } $(= $discriminant)?),* }
        );
        $crate::__fail!($marker, $ty, later);
    };
    (
        $marker:ty, $index:literal, $path:literal, opaque,
        $ty:ty { $($number:tt $variant:ident { $($field:tt : $fty:ty),* $(,)? } $(= $discriminant:literal)?),* $(,)? }
    ) => {
        $crate::choice!(
            @results $marker, $index, $path,
            $ty { $($number $variant { $($field: $fty),* } $(= $discriminant)?),* }
        );
        $crate::__fail!($marker, $ty, now);
    };
    (
        @results $marker:ty, $index:literal, $path:literal,
        $ty:ty { $($number:tt $variant:ident { $($field:tt : $fty:ty),* $(,)? } $(= $discriminant:literal)?),* $(,)? }
    ) => {
        impl<'h> $crate::private::Plain<$marker> for $ty {
            const INFO: &'static $crate::private::TypeInfo = $crate::__info!($index, $path, $ty, false);

            fn data(writer: &mut $crate::private::Writer) {
                const COUNT: usize = <[&str]>::len(&[$(stringify!($variant)),*]);
                writer.array(COUNT);
                $(
                    writer.array(3);
                    writer.str($crate::private::field_name(stringify!($variant)));
                    #[allow(unused_mut, unused_assignments)]
                    let mut discriminant: Option<i64> = None;
                    $(discriminant = Some($discriminant);)?
                    match discriminant {
                        Some(discriminant) => writer.int(discriminant),
                        None => writer.nil(),
                    }
                    $crate::__fields!($marker, writer; $($field: $fty,)*);
                )*
            }
        }

        impl<'h> $crate::private::Lower<'h, $marker> for $ty
        where
            $($($fty: $crate::private::Lower<'h, $marker>,)*)*
        {
            fn lower(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                const COUNTS: &[usize] = $crate::__counts!($([$($field)*])*);
                let this = self;
                $(
                    let this = $crate::__lower_variant!(
                        $marker, this, out, $number, COUNTS, $variant, [] [] $($field: $fty,)*
                    );
                )*
                let _ = this;
                $crate::private::unknown_variant($path)
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.head("enum", 1);
                to.number($index);
            }
        }

        impl<'r, 'h> $crate::private::LowerRef<'r, 'h, $marker> for $ty
        where
            $($($fty: $crate::private::LowerRef<'r, 'h, $marker>,)*)*
        {
            fn lower_ref(&'r self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                const COUNTS: &[usize] = $crate::__counts!($([$($field)*])*);
                $($crate::__lower_variant_ref!(
                    $marker, self, out, $number, COUNTS, $variant, [] [] $($field: $fty,)*
                );)*
                $crate::private::unknown_variant($path)
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                to.head("enum", 1);
                to.number($index);
            }
        }
    };
}
