//! Each module gives back what it takes: values of another crate's types, which are plain ones in Python.

pub mod arrays;
pub mod collections;
pub mod data;
pub mod lengths;
pub mod numbers;
pub mod text;
pub mod times;

/// `name` gives back its argument, `name_ref` what it borrows.
macro_rules! echoes {
    ($($name:ident $by_ref:ident: $ty:ty;)+) => {$(
        #[doc = concat!("Gives back a `", stringify!($ty), "`.")]
        pub fn $name(value: $ty) -> $ty {
            value
        }

        #[doc = concat!("Gives back a reference to a `", stringify!($ty), "`.")]
        pub fn $by_ref(value: &$ty) -> &$ty {
            value
        }
    )+};
}
pub(crate) use echoes;
