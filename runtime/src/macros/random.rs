//! Sources of randomness as random number generators of the `rand` family, whichever of its versions is in the graph: the traits
//! have other names and other methods in each.

/// A type of the bridge that implements the traits of `$krate`, and one that is of the operating system alone: it is what
/// keys are made with.
#[macro_export]
#[doc(hidden)]
macro_rules! random_source {
    ($marker:ty, $plain:ident, $secure:ident, $version:ident, $($krate:tt)*) => {
        /// Random numbers, from a callable or from the operating system.
        pub struct $plain($crate::private::Random);

        impl $plain {
            pub fn new(callable: $crate::private::RandomBytes) -> Self {
                Self($crate::private::Random::new(callable))
            }
        }

        /// Random numbers of the operating system.
        pub struct $secure($crate::private::Random);

        impl $secure {
            pub fn new((): ()) -> Self {
                Self($crate::private::Random::system())
            }
        }

        $crate::__random_traits!($marker, $plain, $version, $($krate)*);
        $crate::__random_traits!($marker, $secure, $version, $($krate)*);
        $crate::__random_secure!($secure, $version, $($krate)*);
    };
}

/// Its numbers.
#[macro_export]
#[doc(hidden)]
macro_rules! __random_traits {
    ($marker:ty, $name:ident, v0_6, $($krate:tt)*) => {
        impl $($krate)*RngCore for $name {
            fn next_u32(&mut self) -> ::core::primitive::u32 {
                ::core::primitive::u32::from_le_bytes(self.0.few::<$marker, 4>())
            }

            fn next_u64(&mut self) -> ::core::primitive::u64 {
                ::core::primitive::u64::from_le_bytes(self.0.few::<$marker, 8>())
            }

            fn fill_bytes(&mut self, to: &mut [::core::primitive::u8]) {
                self.0.fill::<$marker>(to);
            }

            fn try_fill_bytes(
                &mut self,
                to: &mut [::core::primitive::u8],
            ) -> ::core::result::Result<(), $($krate)*Error> {
                self.0.fill::<$marker>(to);
                ::core::result::Result::Ok(())
            }
        }
    };
    ($marker:ty, $name:ident, v0_9, $($krate:tt)*) => {
        impl $($krate)*RngCore for $name {
            fn next_u32(&mut self) -> ::core::primitive::u32 {
                ::core::primitive::u32::from_le_bytes(self.0.few::<$marker, 4>())
            }

            fn next_u64(&mut self) -> ::core::primitive::u64 {
                ::core::primitive::u64::from_le_bytes(self.0.few::<$marker, 8>())
            }

            fn fill_bytes(&mut self, to: &mut [::core::primitive::u8]) {
                self.0.fill::<$marker>(to);
            }
        }
    };
    ($marker:ty, $name:ident, v0_10, $($krate:tt)*) => {
        impl $($krate)*TryRng for $name {
            type Error = ::core::convert::Infallible;

            fn try_next_u32(&mut self) -> ::core::result::Result<::core::primitive::u32, Self::Error> {
                let few = self.0.few::<$marker, 4>();
                ::core::result::Result::Ok(::core::primitive::u32::from_le_bytes(few))
            }

            fn try_next_u64(&mut self) -> ::core::result::Result<::core::primitive::u64, Self::Error> {
                let few = self.0.few::<$marker, 8>();
                ::core::result::Result::Ok(::core::primitive::u64::from_le_bytes(few))
            }

            fn try_fill_bytes(
                &mut self,
                to: &mut [::core::primitive::u8],
            ) -> ::core::result::Result<(), Self::Error> {
                self.0.fill::<$marker>(to);
                ::core::result::Result::Ok(())
            }
        }
    };
}

/// That nobody can guess them.
#[macro_export]
#[doc(hidden)]
macro_rules! __random_secure {
    ($name:ident, v0_10, $($krate:tt)*) => {
        impl $($krate)*TryCryptoRng for $name {}
    };
    ($name:ident, $version:ident, $($krate:tt)*) => {
        impl $($krate)*CryptoRng for $name {}
    };
}
