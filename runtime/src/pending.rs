//! A call that is ready to be made, and how its result is lowered: chosen by autoref, so that rustc's own trait selection
//! decides.

use std::fmt::Display;
use std::marker::PhantomData;

use crate::describe::Describer;
use crate::error::Fault;
use crate::group::store::Out;
use crate::lower::{Fail, LOCAL, Lower, LowerMut, SENT, SHARED, Yields};
use crate::shim::{Answer, Call};

/// A call that is ready to be made by an `F`. How its result is lowered is chosen by autoref: the first of [`Direct`],
/// [`AsBytes`], [`Shared`], [`Sent`], [`Local`], [`Wrapped`] or [`Worded`] whose bounds hold.
pub struct Pending<'c, 'h, 'p, B, T, F> {
    call: Call<'c, 'h, 'p>,
    marker: PhantomData<fn(B, F) -> T>,
}

impl<'c, 'h, 'p, B, T, F: FnOnce() -> T> Pending<'c, 'h, 'p, B, T, F> {
    /// A call that `make` makes.
    pub fn new(call: Call<'c, 'h, 'p>, make: &F) -> Self {
        let _ = make;
        Self {
            call,
            marker: PhantomData,
        }
    }
}

/// The result has a wire form of its own.
pub trait Direct<F> {
    /// Makes the call.
    ///
    /// # Errors
    ///
    /// The call was refused or failed.
    fn answer(&self, make: F) -> Answer;
}

impl<'h, B, T: Lower<'h, B>, F: FnOnce() -> T> Direct<F> for &&&&&Pending<'_, 'h, '_, B, T, F> {
    #[inline(always)]
    fn answer(&self, make: F) -> Answer {
        let lower = crate::shim::lower_direct::<B, T>;
        crate::shim::answer(self.call, make, (T::DIRECT, T::direct), lower, T::describe)
    }
}

/// The result is a foreign type that is bytes.
pub trait AsBytes<F> {
    /// Makes the call.
    ///
    /// # Errors
    ///
    /// The call was refused or failed.
    fn answer(&self, make: F) -> Answer;
}

impl<'h, B, T: AsRef<[u8]>, F: FnOnce() -> T> AsBytes<F> for &&&&Pending<'_, 'h, '_, B, T, F> {
    #[inline(always)]
    fn answer(&self, make: F) -> Answer {
        answer_raw::<B, Raw<T>>(self.call, || Raw(make()))
    }
}

/// The result is an iterator, itself or in an `Option` or `Result`. What is known of its threads is asked here, where
/// the type is known: one trait for each answer.
macro_rules! iterators {
    ($($(#[$docs:meta])* $name:ident [$($depth:tt)+] [$($bound:tt)*] $info:ident;)+) => {$(
        $(#[$docs])*
        pub trait $name<F, Form> {
            /// Makes the call.
            ///
            /// # Errors
            ///
            /// The call was refused or failed.
            fn answer(&self, make: F) -> Answer;
        }

        impl<'h, B, Form, T: Yields<'h, B, Form> $($bound)*, F: FnOnce() -> T> $name<F, Form>
            for $($depth)+ Pending<'_, 'h, '_, B, T, F>
        {
            #[inline(always)]
            fn answer(&self, make: F) -> Answer {
                fn lower<'h, B, Form, T: Yields<'h, B, Form>>(result: T, mut out: Out<'_, 'h>) -> Answer {
                    result.lower_iterator(&$info, &mut out)
                }
                crate::shim::answer(self.call, make, (None, Err), lower::<B, Form, T>, T::describe_iterator)
            }
        }
    )+};
}

iterators! {
    /// The result is an iterator that any thread may use.
    Shared [&&&] [+ Send + Sync] SHARED;
    /// The result is an iterator that one thread at a time may use.
    Sent [&&] [+ Send] SENT;
    /// The result is an iterator that stays on its thread.
    Local [&] [] LOCAL;
}

/// The result is bytes of a foreign type in an `Option` or `Result`.
pub trait Wrapped<F> {
    /// Makes the call.
    ///
    /// # Errors
    ///
    /// The call was refused or failed.
    fn answer(&self, make: F) -> Answer;
}

/// Bytes of a foreign type, as `Lower` sees them.
struct Raw<T>(T);

impl<'h, B, T: AsRef<[u8]>> Lower<'h, B> for Raw<T> {
    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        out.writer.bin(self.0.as_ref());
        Ok(())
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("bytes");
    }
}

impl<'h, B, T: AsRef<[u8]>, F: FnOnce() -> Option<T>> Wrapped<F> for Pending<'_, 'h, '_, B, Option<T>, F> {
    #[inline(always)]
    fn answer(&self, make: F) -> Answer {
        answer_raw::<B, Option<Raw<T>>>(self.call, || make().map(Raw))
    }
}

impl<'h, B, T: AsRef<[u8]>, E: Fail<'h, B>, F: FnOnce() -> Result<T, E>> Wrapped<F>
    for Pending<'_, 'h, '_, B, Result<T, E>, F>
{
    #[inline(always)]
    fn answer(&self, make: F) -> Answer {
        answer_raw::<B, Result<Raw<T>, E>>(self.call, || make().map(Raw))
    }
}

#[inline(always)]
fn answer_raw<'h, B, T: Lower<'h, B>>(call: Call<'_, 'h, '_>, make: impl FnOnce() -> T) -> Answer {
    let lower = crate::shim::lower_direct::<B, T>;
    crate::shim::answer(call, make, (None, Err), lower, T::describe)
}

/// The result is nothing else, but has words.
pub trait Worded<F> {
    /// Makes the call.
    ///
    /// # Errors
    ///
    /// The call was refused or failed.
    fn answer(&self, make: F) -> Answer;
}

impl<B, T: Display, F: FnOnce() -> T> Worded<F> for Pending<'_, '_, '_, B, T, F> {
    #[inline(always)]
    fn answer(&self, make: F) -> Answer {
        answer_raw::<B, String>(self.call, || crate::probe::display(&make()))
    }
}

/// Where a receiver is; its type is inferred later.
pub fn address<T>(receiver: &&mut T) -> *const T {
    std::ptr::from_ref(&**receiver)
}

/// What a fluent method gave: its receiver (then nil is the answer), or something inside it.
pub struct Fluent<'h, T> {
    value: &'h mut T,
    same: bool,
}

impl<'h, T> Fluent<'h, T> {
    /// Compares with the receiver's address.
    pub fn new(value: &'h mut T, receiver: *const T) -> Self {
        let same = std::ptr::eq(value, receiver);
        Self { value, same }
    }
}

impl<'h, B, T: LowerMut<'h, B>> Lower<'h, B> for Fluent<'h, T> {
    const NIL: bool = true;

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        if self.same {
            out.writer.nil();
            Ok(())
        } else {
            self.value.lower_mut(out)
        }
    }

    fn describe(to: &mut Describer<'_>) {
        T::describe_mut(to);
    }
}

/// What a fluent method gave whose receiver is lent for the call alone.
pub struct Same<'c, T>(Fluent<'c, T>);

impl<'c, T> Same<'c, T> {
    /// Compares with the receiver's address.
    pub fn new(value: &'c mut T, receiver: *const T) -> Self {
        Self(Fluent::new(value, receiver))
    }
}

impl<'h, B, T: LowerMut<'h, B>> Lower<'h, B> for Same<'_, T> {
    const NIL: bool = true;

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        if !self.0.same {
            return Err(Fault::value(
                "it was done, but gave a part of its receiver, which cannot be lent on yet",
            ));
        }
        out.writer.nil();
        Ok(())
    }

    fn describe(to: &mut Describer<'_>) {
        T::describe_mut(to);
    }
}
