//! Wire value to argument, in two steps. *Hold* reads, checks and borrows; *take* turns what is held into the
//! argument and cannot fail. Between them nothing has been moved, so a wrong last argument leaves the first one whole.
//!
//! Every trait has the bridge's marker `B`, so that a bridge may implement it for the types of the crate it serves.

mod any_data;
mod c_text;
mod changing;
mod containers;
mod entries;
#[cfg(any(feature = "bytes", feature = "serde_json"))]
mod foreign;
mod forever;
mod in_place;
mod initial;
mod iterable;
mod numbers;
mod one_of;
mod pointers;
mod ranges;
mod std_types;
mod text;

use crate::describe::Describer;
use crate::direct::{Kind, Word};
use crate::error::Fault;
use crate::group::scope::Scope;
use crate::wire::{EXT_BUFFER, Reader, Token};

pub use any_data::AnyData;
pub use changing::{Changed, Changing};
pub use containers::{hold_array, hold_list, pairs, take_list};
pub use entries::Entries;
pub use forever::Forever;
pub(crate) use forever::unlocked;
pub use in_place::{InPlace, Room};
pub use initial::{GivenBytes, Initial, InitialBytes};
pub use iterable::{Items, Iterable};
pub use one_of::{OneOf, hold_either};
pub use ranges::AnyRange;
pub use text::BytesLike;

/// A type that an argument can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from a Python value",
    label = "no wire form"
)]
pub trait Lift<'s, 'h, B>: Sized {
    /// What is held between the steps.
    type Held;
    /// Its encoding may be nil, so an option of it needs a box.
    const NIL: bool = false;
    /// It is made of std data: its destructor looks at nothing borrowed, and any thread may run it.
    const STD: bool = false;
    /// It is data alone, whatever is read: no handle and no host object, so that nothing has to be waited for.
    const DATA: bool = false;
    /// How it travels in a direct call; `None`: a callable that takes one has no direct calls.
    const DIRECT: Option<Kind> = None;
    /// The same of a list of it that is laid out in memory.
    const DIRECT_LIST: Option<Kind> = None;

    /// The value just before, where there is one: the last of what ends before a value.
    fn before(_held: Self::Held) -> Option<Self::Held> {
        None
    }

    /// Reads, checks, borrows.
    ///
    /// # Errors
    ///
    /// The next value of the request is no such argument.
    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault>;

    /// The same from the words of a direct call.
    ///
    /// # Errors
    ///
    /// They are no such argument.
    #[inline(always)]
    fn hold_direct(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        // A handle, which its scope reads from either; nothing else is asked without a form of its own.
        Self::hold(scope)
    }

    /// Makes the argument.
    fn take(held: Self::Held) -> Self;

    /// Reads a value that needs nothing but its bytes, in the form that is most common: without a call. `None`: it is
    /// another, and what was read has to be read again.
    #[must_use]
    fn at_once(reader: &Reader<'_>) -> Option<Self> {
        let _ = reader;
        None
    }

    /// What a word means that it is made of, if it is: a direct upcall's result.
    const WORD: Option<Word> = None;

    /// The value of that word.
    ///
    /// # Errors
    ///
    /// It has none.
    #[inline(always)]
    fn of_word(word: u64) -> Result<Self, Fault> {
        Err(Fault::value(format!("{word:#x} is no such value")))
    }

    /// Writes its type.
    fn describe(to: &mut Describer<'_>);

    /// Numbers laid out in memory, copied; `None`: this type has no such form.
    #[must_use]
    fn from_memory(bytes: &[u8]) -> Option<Result<Vec<Self>, Fault>> {
        let _ = bytes;
        None
    }

    /// The same, lent as it is; `None`: it has to be copied.
    #[must_use]
    fn in_memory<'m>(bytes: &'m [u8]) -> Option<&'m [Self]>
    where
        Self: 'm,
    {
        let _ = bytes;
        None
    }

    /// Writes the type of a list of it.
    fn describe_list(to: &mut Describer<'_>) {
        to.head("list", 1);
        Self::describe(to);
    }
}

/// A type to which an argument can be a shared reference.
#[diagnostic::on_unimplemented(
    message = "`&{Self}` cannot be made from a Python value",
    label = "no wire form"
)]
pub trait LiftRef<'s, 'h, B> {
    /// What is held between the steps.
    type Held;
    /// As [`Lift::DIRECT`].
    const DIRECT_REF: Option<Kind> = None;

    /// As [`Lift::hold_direct`].
    ///
    /// # Errors
    ///
    /// They are no such argument.
    #[inline(always)]
    fn hold_ref_direct(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        Self::hold_ref(scope)
    }

    /// Reads, checks, borrows.
    ///
    /// # Errors
    ///
    /// The next value of the request is no such argument.
    fn hold_ref(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault>;
    /// Makes the reference.
    fn take_ref(held: Self::Held) -> &'s Self;
    /// Writes its type.
    fn describe_ref(to: &mut Describer<'_>);
}

/// A type to which an argument can be an exclusive reference.
#[diagnostic::on_unimplemented(
    message = "`&mut {Self}` cannot be made from a Python value",
    label = "no wire form"
)]
pub trait LiftMut<'s, 'h, B> {
    /// As [`Lift::DIRECT`].
    const DIRECT_MUT: Option<Kind> = None;

    /// Reads, checks, borrows.
    ///
    /// # Errors
    ///
    /// The next value of the request is no such argument.
    fn hold_mut(scope: Scope<'s, 'h>) -> Result<&'s mut Self, Fault>;
    /// Writes its type.
    fn describe_mut(to: &mut Describer<'_>);
}

impl<'s, 'h, B, T: LiftRef<'s, 'h, B> + ?Sized> Lift<'s, 'h, B> for &'s T {
    type Held = T::Held;
    const DIRECT: Option<Kind> = T::DIRECT_REF;

    #[inline]
    fn hold(scope: Scope<'s, 'h>) -> Result<T::Held, Fault> {
        T::hold_ref(scope)
    }

    #[inline(always)]
    fn hold_direct(scope: Scope<'s, 'h>) -> Result<T::Held, Fault> {
        T::hold_ref_direct(scope)
    }

    #[inline(always)]
    fn take(held: T::Held) -> Self {
        T::take_ref(held)
    }

    fn describe(to: &mut Describer<'_>) {
        T::describe_ref(to);
    }
}

impl<'s, 'h, B, T: LiftMut<'s, 'h, B> + ?Sized> Lift<'s, 'h, B> for &'s mut T {
    type Held = Self;
    const DIRECT: Option<Kind> = T::DIRECT_MUT;

    #[inline]
    fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        T::hold_mut(scope)
    }

    fn take(held: Self) -> Self {
        held
    }

    fn describe(to: &mut Describer<'_>) {
        T::describe_mut(to);
    }
}

/// A list on the way: items one by one, or numbers in memory.
pub enum Many<'s, H> {
    /// Items.
    Items(Vec<H>),
    /// Memory.
    Memory(&'s [u8]),
}

impl<'s, H> Many<'s, H> {
    /// Reads a list of `T`.
    #[inline(always)]
    pub(crate) fn hold<'h, B, T: Lift<'s, 'h, B, Held = H>>(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        // Memory beside the request, as most is that is large.
        if scope.reader().peek() == Some(0xd6) && T::from_memory(&[]).is_some() {
            let bytes = scope.bytes()?;
            numbers::whole(bytes, size_of::<T>().max(1))?;
            return Ok(Self::Memory(bytes));
        }
        Self::hold_any::<B, T>(scope)
    }

    /// The same from the words of a direct call.
    #[inline(always)]
    pub(crate) fn hold_direct<'h, B, T: Lift<'s, 'h, B, Held = H>>(
        scope: Scope<'s, 'h>,
    ) -> Result<Self, Fault> {
        let bytes = scope.memory()?;
        numbers::whole(bytes, size_of::<T>().max(1))?;
        Ok(Self::Memory(bytes))
    }

    #[inline(never)]
    fn hold_any<'h, B, T: Lift<'s, 'h, B, Held = H>>(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        let at = scope.reader().position();
        match scope.next()? {
            Token::Array(count) => {
                // The reader has compared the count with what is left of the request.
                let mut items = Vec::with_capacity(count);
                for _ in 0..count {
                    items.push(T::hold(scope)?);
                }
                Ok(Self::Items(items))
            }
            Token::Bin(bytes) | Token::Ext(EXT_BUFFER, bytes) => {
                let _ = bytes;
                let Some(check) = T::from_memory(&[]) else {
                    return Err(Fault::expected("a list, not bytes"));
                };
                drop(check);
                scope.reader().rewind(at);
                let bytes = scope.bytes()?;
                // An unusable length is found now, while an error can still be told.
                numbers::whole(bytes, size_of::<T>().max(1))?;
                Ok(Self::Memory(bytes))
            }
            other => Err(Fault::expected(format!("a list, not {}", other.name()))),
        }
    }

    /// How many items it has.
    pub(crate) fn count<T>(&self) -> usize {
        match self {
            Self::Items(items) => items.len(),
            Self::Memory(bytes) => bytes.len() / size_of::<T>().max(1),
        }
    }

    /// Makes the list.
    pub(crate) fn take<'h, B, T: Lift<'s, 'h, B, Held = H>>(self) -> Vec<T> {
        match self {
            Self::Items(items) => items.into_iter().map(T::take).collect(),
            Self::Memory(bytes) => match T::from_memory(bytes) {
                Some(Ok(items)) => items,
                _ => unreachable!("`hold` has checked it"),
            },
        }
    }
}

/// `&T` of a value that is lifted by value and put where it can be borrowed.
macro_rules! by_value {
    ($([$($generics:tt)*] $ty:ty),+ $(,)?) => {
        $($crate::lift::by_value!(@['s, 'h, B, $($generics)*] $ty);)+
    };
    (@[$($generics:tt)*] $ty:ty) => {
        impl<$($generics)*> $crate::lift::LiftRef<'s, 'h, B> for $ty
        where
            $ty: $crate::lift::Lift<'s, 'h, B> + 's,
        {
            type Held = (
                $crate::group::scope::Scope<'s, 'h>,
                <$ty as $crate::lift::Lift<'s, 'h, B>>::Held,
            );

            fn hold_ref(
                scope: $crate::group::scope::Scope<'s, 'h>,
            ) -> Result<Self::Held, $crate::error::Fault> {
                scope.keeps()?;
                Ok((scope, <$ty as $crate::lift::Lift<'s, 'h, B>>::hold(scope)?))
            }

            fn take_ref((scope, held): Self::Held) -> &'s Self {
                let value = <$ty as $crate::lift::Lift<'s, 'h, B>>::take(held);
                scope.store(value, <$ty as $crate::lift::Lift<'s, 'h, B>>::STD)
            }

            fn describe_ref(to: &mut $crate::describe::Describer<'_>) {
                <$ty as $crate::lift::Lift<'s, 'h, B>>::describe(to);
            }
        }
    };
}
pub(crate) use by_value;

/// A value that is complete when it is held.
macro_rules! plain {
    ($([$($generics:tt)*] $ty:ty, $word:expr, |$scope:ident| $hold:expr;)+) => {
        $($crate::lift::plain!(@['s, 'h, B, $($generics)*] $ty, $word, |$scope| $hold);)+
    };
    (@[$($generics:tt)*] $ty:ty, $word:expr, |$scope:ident| $hold:expr) => {
        impl<$($generics)*> $crate::lift::Lift<'s, 'h, B> for $ty {
            type Held = Self;
            const STD: bool = true;
            const DATA: bool = true;

            fn hold($scope: $crate::group::scope::Scope<'s, 'h>) -> Result<Self, $crate::error::Fault> {
                $hold
            }

            fn take(held: Self) -> Self {
                held
            }

            fn describe(to: &mut $crate::describe::Describer<'_>) {
                to.plain($word);
            }
        }
    };
}
pub(crate) use plain;
