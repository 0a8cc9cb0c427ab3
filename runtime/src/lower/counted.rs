//! `Arc<T>` and `Rc<T>` of what stays here: a handle of the value, which the pointer keeps alive.

use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use super::Lower;
use crate::describe::Describer;
use crate::group::scope::Handle;
use crate::group::store::Out;
use crate::group::value::TypeInfo;
use crate::shim::Answer;

/// A pointer that shares a value with whoever else has one.
#[derive(Debug)]
pub struct Counted<P>(pub P);

/// What is known of a value that a pointer shares, and of the pointer.
struct Known<B, T>(PhantomData<(B, T)>);

impl<B, T: Handle<B>> Known<B, T> {
    /// The pointer stays on its thread, and so does the value as far as it is reached through it.
    const STAYS: &'static TypeInfo = &TypeInfo {
        send: false,
        sync: false,
        trivial_drop: false,
        ..*T::INFO
    };
    /// An `Arc` goes where any thread may use the value.
    const GOES: &'static TypeInfo = if T::INFO.send && T::INFO.sync {
        &TypeInfo {
            trivial_drop: false,
            ..*T::INFO
        }
    } else {
        Self::STAYS
    };
}

macro_rules! counted {
    ($($pointer:ident $known:ident)+) => {$(
        impl<'h, B, T: Handle<B>> Lower<'h, B> for Counted<$pointer<T>> {
            fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                out.store_counted::<B, T, $pointer<T>>(self.0, Known::<B, T>::$known)
            }

            fn describe(to: &mut Describer<'_>) {
                to.handle(T::INFO, "shared");
            }
        }
    )+};
}

counted!(Arc GOES Rc STAYS);
