//! Wire impls of types of other crates that cross by value: as a dict, as a set, as a list, or as another type. The bridge
//! names the crate, whichever version it is; the runtime knows none of them.

/// A map with any keys and values, `K` and `V`. `[bounds]` are what it takes to collect one.
#[macro_export]
#[doc(hidden)]
macro_rules! mapped_map {
    ($marker:ty, [$($generics:tt)*], [$($bounds:tt)*], $ty:ty) => {
        impl<'s, 'h, K, V, $($generics)*> $crate::private::Lift<'s, 'h, $marker> for $ty
        where
            K: $crate::private::Lift<'s, 'h, $marker>,
            V: $crate::private::Lift<'s, 'h, $marker>,
            $($bounds)*
        {
            type Held = Vec<(
                <K as $crate::private::Lift<'s, 'h, $marker>>::Held,
                <V as $crate::private::Lift<'s, 'h, $marker>>::Held,
            )>;
            const DATA: bool = K::DATA && V::DATA;

            fn hold(scope: $crate::private::Scope<'s, 'h>) -> Result<Self::Held, $crate::private::Fault> {
                $crate::private::pairs::<$marker, K, V>(scope)
            }

            fn take(held: Self::Held) -> Self {
                held.into_iter().map(|(key, value)| (K::take(key), V::take(value))).collect()
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.head("dict", 2);
                <K as $crate::private::Lift<'s, 'h, $marker>>::describe(to);
                <V as $crate::private::Lift<'s, 'h, $marker>>::describe(to);
            }
        }

        $crate::__mapped_ref!($marker, [K, V, $($generics)*], $ty);

        impl<'h, K, V, $($generics)*> $crate::private::Lower<'h, $marker> for $ty
        where
            K: $crate::private::Lower<'h, $marker>,
            V: $crate::private::Lower<'h, $marker>,
        {
            const WHOLE: bool = K::WHOLE || V::WHOLE;
            const DATA: bool = K::DATA && V::DATA;

            fn lower(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                out.writer.map(self.len());
                self.into_iter().try_for_each(|(key, value)| {
                    $crate::private::Lower::<'h, $marker>::lower(key, out)?;
                    $crate::private::Lower::<'h, $marker>::lower(value, out)
                })
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.head("dict", 2);
                <K as $crate::private::Lower<'h, $marker>>::describe(to);
                <V as $crate::private::Lower<'h, $marker>>::describe(to);
            }
        }

        impl<'r, 'h, K, V, $($generics)*> $crate::private::LowerRef<'r, 'h, $marker> for $ty
        where
            K: $crate::private::LowerRef<'r, 'h, $marker>,
            V: $crate::private::LowerRef<'r, 'h, $marker>,
        {
            const WHOLE_REF: bool = K::WHOLE_REF || V::WHOLE_REF;
            const DATA_REF: bool = K::DATA_REF && V::DATA_REF;

            fn lower_ref(&'r self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                out.writer.map(self.len());
                self.iter().try_for_each(|(key, value)| {
                    $crate::private::LowerRef::<'r, 'h, $marker>::lower_ref(key, out)?;
                    $crate::private::LowerRef::<'r, 'h, $marker>::lower_ref(value, out)
                })
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                to.head("dict", 2);
                <K as $crate::private::LowerRef<'r, 'h, $marker>>::describe_ref(to);
                <V as $crate::private::LowerRef<'r, 'h, $marker>>::describe_ref(to);
            }
        }
    };
}

/// A set of any `T`.
#[macro_export]
#[doc(hidden)]
macro_rules! mapped_set {
    ($marker:ty, [$($generics:tt)*], [$($bounds:tt)*], $ty:ty) => {
        impl<'s, 'h, T, $($generics)*> $crate::private::Lift<'s, 'h, $marker> for $ty
        where
            T: $crate::private::Lift<'s, 'h, $marker>,
            $($bounds)*
        {
            type Held = $crate::private::Many<'s, <T as $crate::private::Lift<'s, 'h, $marker>>::Held>;
            const DATA: bool = T::DATA;

            fn hold(scope: $crate::private::Scope<'s, 'h>) -> Result<Self::Held, $crate::private::Fault> {
                $crate::private::hold_list::<$marker, T>(scope, 0..=usize::MAX)
            }

            fn take(held: Self::Held) -> Self {
                $crate::private::take_list::<$marker, T>(held).into_iter().collect()
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.head("set", 1);
                <T as $crate::private::Lift<'s, 'h, $marker>>::describe(to);
            }
        }

        $crate::__mapped_ref!($marker, [T, $($generics)*], $ty);

        impl<'h, T, $($generics)*> $crate::private::Lower<'h, $marker> for $ty
        where
            T: $crate::private::Lower<'h, $marker>,
        {
            const WHOLE: bool = T::WHOLE;
            const DATA: bool = T::DATA;

            fn lower(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                out.writer.array(self.len());
                self.into_iter()
                    .try_for_each(|item| $crate::private::Lower::<'h, $marker>::lower(item, out))
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.head("set", 1);
                <T as $crate::private::Lower<'h, $marker>>::describe(to);
            }
        }

        impl<'r, 'h, T, $($generics)*> $crate::private::LowerRef<'r, 'h, $marker> for $ty
        where
            T: $crate::private::LowerRef<'r, 'h, $marker>,
        {
            const WHOLE_REF: bool = T::WHOLE_REF;
            const DATA_REF: bool = T::DATA_REF;

            fn lower_ref(&'r self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                out.writer.array(self.len());
                self.iter()
                    .try_for_each(|item| $crate::private::LowerRef::<'r, 'h, $marker>::lower_ref(item, out))
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                to.head("set", 1);
                <T as $crate::private::LowerRef<'r, 'h, $marker>>::describe_ref(to);
            }
        }
    };
}

/// A list of `$item` that is a slice, too. `$counts` says how many there may be: a `RangeInclusive<usize>`.
#[macro_export]
#[doc(hidden)]
macro_rules! mapped_list {
    ($marker:ty, [$($generics:tt)*], [$($bounds:tt)*], $ty:ty, $item:ty, $counts:expr) => {
        impl<'s, 'h, $($generics)*> $crate::private::Lift<'s, 'h, $marker> for $ty
        where
            $item: $crate::private::Lift<'s, 'h, $marker>,
            $($bounds)*
        {
            type Held = $crate::private::Many<'s, <$item as $crate::private::Lift<'s, 'h, $marker>>::Held>;
            const DATA: bool = <$item as $crate::private::Lift<'s, 'h, $marker>>::DATA;

            fn hold(scope: $crate::private::Scope<'s, 'h>) -> Result<Self::Held, $crate::private::Fault> {
                $crate::private::hold_list::<$marker, $item>(scope, $counts)
            }

            fn take(held: Self::Held) -> Self {
                $crate::private::take_list::<$marker, $item>(held).into_iter().collect()
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                <$item as $crate::private::Lift<'s, 'h, $marker>>::describe_list(to);
            }
        }

        $crate::__mapped_ref!($marker, [$($generics)*], $ty);

        impl<'h, $($generics)*> $crate::private::Lower<'h, $marker> for $ty
        where
            $item: $crate::private::Lower<'h, $marker>,
            $($bounds)*
        {
            const WHOLE: bool = <$item as $crate::private::Lower<'h, $marker>>::WHOLE;
            const DATA: bool = <$item as $crate::private::Lower<'h, $marker>>::DATA;

            fn lower(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                let items: Vec<$item> = self.into_iter().collect();
                <$item as $crate::private::Lower<'h, $marker>>::lower_list(items, out)
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                <$item as $crate::private::Lower<'h, $marker>>::describe_list(to);
            }
        }

        impl<'r, 'h, $($generics)*> $crate::private::LowerRef<'r, 'h, $marker> for $ty
        where
            $item: $crate::private::LowerRef<'r, 'h, $marker>,
            $($bounds)*
        {
            const WHOLE_REF: bool = <$item as $crate::private::LowerRef<'r, 'h, $marker>>::WHOLE_REF;
            const DATA_REF: bool = <$item as $crate::private::LowerRef<'r, 'h, $marker>>::DATA_REF;

            fn lower_ref(&'r self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                let items: &'r [$item] = self;
                <$item as $crate::private::LowerRef<'r, 'h, $marker>>::lower_slice(items, out)
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                <$item as $crate::private::LowerRef<'r, 'h, $marker>>::describe_slice(to);
            }
        }
    };
}

/// A value of one of two types.
#[macro_export]
#[doc(hidden)]
macro_rules! mapped_either {
    ($marker:ty, $($either:tt)*) => {
        impl<'s, 'h, L, R> $crate::private::Lift<'s, 'h, $marker> for $($either)*<L, R>
        where
            L: $crate::private::Lift<'s, 'h, $marker>,
            R: $crate::private::Lift<'s, 'h, $marker>,
        {
            type Held = $($either)*<
                <L as $crate::private::Lift<'s, 'h, $marker>>::Held,
                <R as $crate::private::Lift<'s, 'h, $marker>>::Held,
            >;
            const NIL: bool = L::NIL || R::NIL;
            const DATA: bool = L::DATA && R::DATA;

            fn hold(scope: $crate::private::Scope<'s, 'h>) -> Result<Self::Held, $crate::private::Fault> {
                $crate::private::hold_either::<$marker, L, R>(scope)
                    .map(|held| held.map_or_else($($either)*::Right, $($either)*::Left))
            }

            fn take(held: Self::Held) -> Self {
                match held {
                    $($either)*::Left(held) => $($either)*::Left(L::take(held)),
                    $($either)*::Right(held) => $($either)*::Right(R::take(held)),
                }
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.head("union", 2);
                <L as $crate::private::Lift<'s, 'h, $marker>>::describe(to);
                <R as $crate::private::Lift<'s, 'h, $marker>>::describe(to);
            }
        }

        $crate::__mapped_ref!($marker, [L, R], $($either)*<L, R>);

        impl<'h, L, R> $crate::private::Lower<'h, $marker> for $($either)*<L, R>
        where
            L: $crate::private::Lower<'h, $marker>,
            R: $crate::private::Lower<'h, $marker>,
        {
            const NIL: bool = L::NIL || R::NIL;
            const WHOLE: bool = L::WHOLE || R::WHOLE;
            const DATA: bool = L::DATA && R::DATA;

            fn lower(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                match self {
                    $($either)*::Left(value) => {
                        out.writer.choice(0);
                        $crate::private::Lower::<'h, $marker>::lower(value, out)
                    }
                    $($either)*::Right(value) => {
                        out.writer.choice(1);
                        $crate::private::Lower::<'h, $marker>::lower(value, out)
                    }
                }
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.head("union", 2);
                <L as $crate::private::Lower<'h, $marker>>::describe(to);
                <R as $crate::private::Lower<'h, $marker>>::describe(to);
            }
        }

        impl<'r, 'h, L, R> $crate::private::LowerRef<'r, 'h, $marker> for $($either)*<L, R>
        where
            L: $crate::private::LowerRef<'r, 'h, $marker>,
            R: $crate::private::LowerRef<'r, 'h, $marker>,
        {
            const NIL_REF: bool = L::NIL_REF || R::NIL_REF;
            const WHOLE_REF: bool = L::WHOLE_REF || R::WHOLE_REF;
            const DATA_REF: bool = L::DATA_REF && R::DATA_REF;

            fn lower_ref(&'r self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                match self {
                    $($either)*::Left(value) => {
                        out.writer.choice(0);
                        $crate::private::LowerRef::<'r, 'h, $marker>::lower_ref(value, out)
                    }
                    $($either)*::Right(value) => {
                        out.writer.choice(1);
                        $crate::private::LowerRef::<'r, 'h, $marker>::lower_ref(value, out)
                    }
                }
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                to.head("union", 2);
                <L as $crate::private::LowerRef<'r, 'h, $marker>>::describe_ref(to);
                <R as $crate::private::LowerRef<'r, 'h, $marker>>::describe_ref(to);
            }
        }
    };
}

/// A type that crosses as `$form`, of which `$give` makes one of a reference, and from which `$make` makes a value. Both
/// may fail: before Rust runs, or in place of the result.
#[macro_export]
#[doc(hidden)]
macro_rules! mapped_value {
    ($marker:ty, [$($generics:tt)*], [$($bounds:tt)*], $ty:ty, $form:ty, $give:expr, $make:expr) => {
        $crate::mapped_given!($marker, [$($generics)*], [$($bounds)*], $ty, $form, $give);
        $crate::mapped_taken!($marker, [$($generics)*], [$($bounds)*], $ty, $form, $make);
    };
}

/// The half of [`mapped_value`] that is about results.
#[macro_export]
#[doc(hidden)]
macro_rules! mapped_given {
    ($marker:ty, [$($generics:tt)*], [$($bounds:tt)*], $ty:ty, $form:ty, $give:expr) => {
        impl<'h, $($generics)*> $crate::private::Lower<'h, $marker> for $ty
        where
            $($bounds)*
        {
            const NIL: bool = <$form as $crate::private::Lower<'h, $marker>>::NIL;
            const WHOLE: bool = <$form as $crate::private::Lower<'h, $marker>>::WHOLE;
            const DATA: bool = <$form as $crate::private::Lower<'h, $marker>>::DATA;

            fn lower(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                <Self as $crate::private::LowerRef<'_, 'h, $marker>>::lower_ref(&self, out)
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                <$form as $crate::private::Lower<'h, $marker>>::describe(to);
            }
        }

        impl<'r, 'h, $($generics)*> $crate::private::LowerRef<'r, 'h, $marker> for $ty
        where
            $($bounds)*
        {
            const NIL_REF: bool = <$form as $crate::private::Lower<'h, $marker>>::NIL;
            const WHOLE_REF: bool = <$form as $crate::private::Lower<'h, $marker>>::WHOLE;
            const DATA_REF: bool = <$form as $crate::private::Lower<'h, $marker>>::DATA;

            fn lower_ref(&'r self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                let give: fn(&Self) -> Result<$form, $crate::private::Fault> = $give;
                <$form as $crate::private::Lower<'h, $marker>>::lower(give(self)?, out)
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                <$form as $crate::private::Lower<'h, $marker>>::describe(to);
            }
        }
    };
}

/// The half of [`mapped_value`] that is about arguments. `$form` is plain data, which the compiler sees to.
#[macro_export]
#[doc(hidden)]
macro_rules! mapped_taken {
    ($marker:ty, [$($generics:tt)*], [$($bounds:tt)*], $ty:ty, $form:ty, $make:expr) => {
        impl<'s, 'h, $($generics)*> $crate::private::Lift<'s, 'h, $marker> for $ty
        where
            $($bounds)*
        {
            type Held = Self;
            const NIL: bool = <$form as $crate::private::Lift<'s, 'h, $marker>>::NIL;
            const DATA: bool = <$form as $crate::private::Lift<'s, 'h, $marker>>::DATA;

            fn hold(scope: $crate::private::Scope<'s, 'h>) -> Result<Self, $crate::private::Fault> {
                // It is taken while others are still being read: what is borrowed or moved must wait until all were.
                const {
                    assert!(
                        <$form as $crate::private::Lift<'s, 'h, $marker>>::DATA,
                        "the form of a mapped type is plain data"
                    );
                }
                let make: fn($form) -> Result<Self, $crate::private::Fault> = $make;
                let held = <$form as $crate::private::Lift<'s, 'h, $marker>>::hold(scope)?;
                make(<$form as $crate::private::Lift<'s, 'h, $marker>>::take(held))
            }

            fn take(held: Self) -> Self {
                held
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                <$form as $crate::private::Lift<'s, 'h, $marker>>::describe(to);
            }
        }

        $crate::__mapped_ref!($marker, [$($generics)*], $ty);
    };
}

/// Plain data of any shape: `$view` says what a value is, `$make` makes one. Some of it is nil.
#[macro_export]
#[doc(hidden)]
macro_rules! mapped_data {
    ($marker:ty, $ty:ty, $view:expr, $make:expr) => {
        impl<'s, 'h> $crate::private::Lift<'s, 'h, $marker> for $ty {
            type Held = Self;
            const NIL: bool = true;
            const DATA: bool = true;

            fn hold(scope: $crate::private::Scope<'s, 'h>) -> Result<Self, $crate::private::Fault> {
                $crate::private::data::read(scope, $make)
            }

            fn take(held: Self) -> Self {
                held
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.plain("any");
            }
        }

        $crate::__mapped_ref!($marker, [], $ty);

        impl<'h> $crate::private::Lower<'h, $marker> for $ty {
            const NIL: bool = true;
            const DATA: bool = true;

            fn lower(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                $crate::private::data::write(&self, $view, out.writer)
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                to.plain("any");
            }
        }

        impl<'r, 'h> $crate::private::LowerRef<'r, 'h, $marker> for $ty {
            const NIL_REF: bool = true;
            const DATA_REF: bool = true;

            fn lower_ref(&'r self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                $crate::private::data::write(self, $view, out.writer)
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                to.plain("any");
            }
        }
    };
}

/// An owned array of any dimensions: `$krate` is `::ndarray::`.
#[macro_export]
#[doc(hidden)]
macro_rules! mapped_array {
    ($marker:ty, $($krate:tt)*) => {
        impl<'s, 'h, T, D> $crate::private::Lift<'s, 'h, $marker> for $($krate)*ArrayBase<$($krate)*OwnedRepr<T>, D>
        where
            T: $crate::private::Lift<'s, 'h, $marker>,
            D: $($krate)*Dimension,
        {
            type Held = (
                Vec<usize>,
                $crate::private::Many<'s, <T as $crate::private::Lift<'s, 'h, $marker>>::Held>,
            );

            fn hold(scope: $crate::private::Scope<'s, 'h>) -> Result<Self::Held, $crate::private::Fault> {
                $crate::private::hold_array::<$marker, T>(scope, D::NDIM)
            }

            fn take((shape, items): Self::Held) -> Self {
                let items = $crate::private::take_list::<$marker, T>(items);
                $($krate)*ArrayBase::from_shape_vec($($krate)*IxDyn(&shape), items)
                    .and_then(|array| array.into_dimensionality::<D>())
                    .expect("`hold` has compared the shape with the items")
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                $crate::__array_type!(to, <T as $crate::private::Lift<'s, 'h, $marker>>::describe_list);
            }
        }

        $crate::__mapped_ref!($marker, [T, D], $($krate)*ArrayBase<$($krate)*OwnedRepr<T>, D>);

        impl<'h, T, D> $crate::private::Lower<'h, $marker> for $($krate)*ArrayBase<$($krate)*OwnedRepr<T>, D>
        where
            T: $crate::private::Lower<'h, $marker>,
            D: $($krate)*Dimension,
        {
            const WHOLE: bool = T::WHOLE;
            const DATA: bool = T::DATA;

            fn lower(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                $crate::__array_head!(out, self);
                let items: Vec<T> = self.into_iter().collect();
                <T as $crate::private::Lower<'h, $marker>>::lower_list(items, out)
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                $crate::__array_type!(to, <T as $crate::private::Lower<'h, $marker>>::describe_list);
            }
        }

        impl<'r, 'h, T, D> $crate::private::LowerRef<'r, 'h, $marker> for $($krate)*ArrayBase<$($krate)*OwnedRepr<T>, D>
        where
            T: $crate::private::Lower<'h, $marker> + Clone,
            D: $($krate)*Dimension,
        {
            fn lower_ref(&'r self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                <_ as $crate::private::Lower<'h, $marker>>::lower(self.to_owned(), out)
            }

            fn describe_ref(to: &mut $crate::private::Describer<'_>) {
                $crate::__array_type!(to, <T as $crate::private::Lower<'h, $marker>>::describe_list);
            }
        }
    };
}

/// A view of one: made for the call, copied as a result.
#[macro_export]
#[doc(hidden)]
macro_rules! mapped_array_view {
    ($marker:ty, $($krate:tt)*) => {
        impl<'s, 'h, T, D> $crate::private::Lift<'s, 'h, $marker> for $($krate)*ArrayBase<$($krate)*ViewRepr<&'s T>, D>
        where
            T: $crate::private::Lift<'s, 'h, $marker> + 's,
            D: $($krate)*Dimension,
        {
            type Held = (
                $crate::private::Scope<'s, 'h>,
                Vec<usize>,
                $crate::private::Many<'s, <T as $crate::private::Lift<'s, 'h, $marker>>::Held>,
            );

            fn hold(scope: $crate::private::Scope<'s, 'h>) -> Result<Self::Held, $crate::private::Fault> {
                scope.keeps()?;
                let (shape, items) = $crate::private::hold_array::<$marker, T>(scope, D::NDIM)?;
                Ok((scope, shape, items))
            }

            fn take((scope, shape, items): Self::Held) -> Self {
                let items = <[T] as $crate::private::LiftRef<'s, 'h, $marker>>::take_ref((scope, items));
                $($krate)*ArrayBase::<$($krate)*ViewRepr<&'s T>, $($krate)*IxDyn>::from_shape($($krate)*IxDyn(&shape), items)
                    .and_then(|array| array.into_dimensionality::<D>())
                    .expect("`hold` has compared the shape with the items")
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                $crate::__array_type!(to, <T as $crate::private::Lift<'s, 'h, $marker>>::describe_list);
            }
        }

        impl<'x, 'h, T, D> $crate::private::Lower<'h, $marker> for $($krate)*ArrayBase<$($krate)*ViewRepr<&'x T>, D>
        where
            T: $crate::private::Lower<'h, $marker> + Clone,
            D: $($krate)*Dimension,
        {
            fn lower(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                <_ as $crate::private::Lower<'h, $marker>>::lower(self.to_owned(), out)
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                $crate::__array_type!(to, <T as $crate::private::Lower<'h, $marker>>::describe_list);
            }
        }
    };
}

/// The type of an array whose items `$items` describes as a list.
#[macro_export]
#[doc(hidden)]
macro_rules! __array_type {
    ($to:ident, $items:expr) => {
        $to.head("class", 2);
        $to.plain("ndarray");
        $to.head("tuple", 2);
        $to.head("list", 1);
        $to.plain("usize");
        $items($to);
    };
}

/// What comes before an array's items.
#[macro_export]
#[doc(hidden)]
macro_rules! __array_head {
    ($out:ident, $array:ident) => {
        $out.writer.array(2);
        $out.writer.array($array.ndim());
        for length in $array.shape() {
            $out.writer.uint(*length as u64);
        }
    };
}

/// `&T` of a mapped type: lifted by value and stored for the call.
#[macro_export]
#[doc(hidden)]
macro_rules! __mapped_ref {
    ($marker:ty, [$($generics:tt)*], $ty:ty) => {
        impl<'s, 'h, $($generics)*> $crate::private::LiftRef<'s, 'h, $marker> for $ty
        where
            $ty: $crate::private::Lift<'s, 'h, $marker> + 's,
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
