//! What generated bridges use, and nobody else: the traits of the wire, and the macros that implement them for the types
//! of a crate. The macros' expansions hold no `unsafe` code but the symbol's own line.

use std::cell::Cell;
use std::marker::PhantomData;

pub use crate::abi::{Buffer, Response, entry};
pub use crate::artifact;
pub use crate::describe::{Artifact, Callable, Described, Describer};
pub use crate::dispatch::{Answer, Call, Lifted, arg, kept};
pub use crate::error::Fault;
pub use crate::group::scope::{Family, Handle, Scope, Taken};
pub use crate::group::store::Out;
pub use crate::group::value::TypeInfo;
pub use crate::lift::{BytesLike, Lift, LiftMut, LiftRef};
pub use crate::lower::{Fail, Lower, LowerMut, LowerRef, Said, failed};
pub use crate::probe::{Otherwise, Probe, debug, display};
pub use crate::wire::{Token, Writer};
pub use crate::{answer, answer_fluent, answer_same};
pub use crate::{choice, handle, handle_in, record};

/// A record or enum that crosses by value.
pub trait Plain<B> {
    /// What is known of it.
    const INFO: &'static TypeInfo;
    /// Writes its fields or variants for *describe*.
    fn data(writer: &mut Writer);
}

/// The data of a handle type: none.
pub fn no_data(writer: &mut Writer) {
    writer.nil();
}

/// A hash of a value, the same for equal values within one process.
pub fn hash_of<T: std::hash::Hash + ?Sized>(value: &T) -> u64 {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

/// The bytes of a value.
pub fn bytes_of<T: AsRef<[u8]> + ?Sized>(value: &T) -> Vec<u8> {
    value.as_ref().to_vec()
}

/// A call that is ready to be made. How its result is lowered is chosen by autoref: the first of [`Direct`],
/// [`AsBytes`], [`Wrapped`] whose bounds hold.
pub struct Pending<'c, 'h, B, T, F> {
    call: Call<'c, 'h>,
    make: Cell<Option<F>>,
    marker: PhantomData<fn(B) -> T>,
}

impl<'c, 'h, B, T, F: FnOnce() -> T> Pending<'c, 'h, B, T, F> {
    /// A call.
    pub fn new(call: Call<'c, 'h>, make: F) -> Self {
        Self {
            call,
            make: Cell::new(Some(make)),
            marker: PhantomData,
        }
    }

    fn make(&self) -> F {
        self.make.take().expect("`answer!` asks once")
    }
}

/// The result has a wire form of its own.
pub trait Direct {
    /// Makes the call.
    ///
    /// # Errors
    ///
    /// The call was refused or failed.
    fn answer(&self) -> Answer;
}

impl<'h, B, T: Lower<'h, B>, F: FnOnce() -> T> Direct for &&Pending<'_, 'h, B, T, F> {
    fn answer(&self) -> Answer {
        crate::dispatch::answer(
            self.call,
            self.make(),
            crate::dispatch::lower_direct::<B, T>,
            T::describe,
        )
    }
}

/// The result is a foreign type that is bytes.
pub trait AsBytes {
    /// Makes the call.
    ///
    /// # Errors
    ///
    /// The call was refused or failed.
    fn answer(&self) -> Answer;
}

impl<B, T: AsRef<[u8]>, F: FnOnce() -> T> AsBytes for &Pending<'_, '_, B, T, F> {
    fn answer(&self) -> Answer {
        let lower = |result: T, out: Out<'_, '_>| {
            out.writer.bin(result.as_ref());
            Ok(())
        };
        crate::dispatch::answer(self.call, self.make(), lower, |to| to.plain("bytes"))
    }
}

/// The result is such a type in an `Option` or `Result`.
pub trait Wrapped {
    /// Makes the call.
    ///
    /// # Errors
    ///
    /// The call was refused or failed.
    fn answer(&self) -> Answer;
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

impl<'h, B, T: AsRef<[u8]>, F: FnOnce() -> Option<T>> Wrapped for Pending<'_, 'h, B, Option<T>, F> {
    fn answer(&self) -> Answer {
        let make = self.make();
        let lower = crate::dispatch::lower_direct::<B, Option<Raw<T>>>;
        crate::dispatch::answer(
            self.call,
            || make().map(Raw),
            lower,
            <Option<Raw<T>> as Lower<'h, B>>::describe,
        )
    }
}

impl<'h, B, T: AsRef<[u8]>, E: Fail<'h, B>, F: FnOnce() -> Result<T, E>> Wrapped
    for Pending<'_, 'h, B, Result<T, E>, F>
{
    fn answer(&self) -> Answer {
        let make = self.make();
        let lower = crate::dispatch::lower_direct::<B, Result<Raw<T>, E>>;
        let describe = <Result<Raw<T>, E> as Lower<'h, B>>::describe;
        crate::dispatch::answer(self.call, || make().map(Raw), lower, describe)
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

/// Makes the call of a shim and answers with its result.
#[macro_export]
#[doc(hidden)]
macro_rules! answer {
    ($call:expr, $marker:ty, $make:expr) => {{
        #[allow(unused_imports)]
        use $crate::private::{AsBytes as _, Direct as _, Wrapped as _};
        (&&&$crate::private::Pending::<'_, '_, $marker, _, _>::new($call, move || $make)).answer()
    }};
}

/// The same for `&mut self -> &mut Self` with a kept receiver.
#[macro_export]
#[doc(hidden)]
macro_rules! answer_fluent {
    ($call:expr, $marker:ty, $this:ident, $make:expr) => {
        $crate::answer!($call, $marker, {
            let $this = $this.take();
            let __uc_receiver = $crate::private::address(&$this);
            $crate::private::Fluent::new($make, __uc_receiver)
        })
    };
}

/// The same with a receiver that is lent for the call.
#[macro_export]
#[doc(hidden)]
macro_rules! answer_same {
    ($call:expr, $marker:ty, $this:ident, $make:expr) => {
        $crate::answer!($call, $marker, {
            let $this = $this.take();
            let __uc_receiver = $crate::private::address(&$this);
            $crate::private::Same::new($make, __uc_receiver)
        })
    };
}

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
        } else {
            Probe::<$ty>::CLONE
        }
    }};
}

/// `Fail`, from what the type can say of itself.
#[macro_export]
#[doc(hidden)]
macro_rules! __fail {
    ($marker:ty, $ty:ty) => {
        impl<'h> $crate::private::Fail<'h, $marker> for $ty {
            fn fail(self, out: &mut $crate::private::Out<'_, 'h>) -> $crate::private::Answer {
                #[allow(unused_imports)]
                use $crate::private::{Otherwise as _, Probe};
                let said = $crate::private::Said {
                    message: Probe::<$ty>::DISPLAY.map(|display| display(&self)),
                    debug: Probe::<$ty>::DEBUG.map(|debug| debug(&self)),
                    sources: Probe::<$ty>::SOURCES
                        .map(|sources| sources(&self))
                        .unwrap_or_default(),
                };
                $crate::private::failed::<$marker, $ty>(said, out, |out| {
                    $crate::private::Lower::<'h, $marker>::lower(self, out)
                })
            }

            fn describe(to: &mut $crate::private::Describer<'_>) {
                <$ty as $crate::private::Lower<'h, $marker>>::describe(to);
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
        $shared:ident, $exclusive:ident, $take:ident, $store:ident, $store_ref:ident, $store_mut:ident,
        [$($generic:ty),*], [$($outlives:tt)*]
    ) => {
        impl<'s, 'h $($outlives)*> $crate::private::Lift<'s, 'h, $marker> for $ty {
            type Held = $crate::private::Taken<'s, $ty>;

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

        impl<'s, 'h $($outlives)*> $crate::private::LiftRef<'s, 'h, $marker> for $ty {
            type Held = &'s $ty;

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

        $crate::__fail!($marker, $ty);
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

        $crate::__handle_impls!(
            $marker,
            $ty,
            <$ty as $crate::private::Handle<$marker>>::INFO,
            shared,
            exclusive,
            take,
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

        $crate::__handle_impls!(
            $marker, $ty, <$family as $crate::private::Family>::INFO,
            shared_in, exclusive_in, take_in, store_in, store_ref_in, store_mut_in, [$family], [: 's]
        );
    };
}

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

/// A raw identifier without its prefix.
#[must_use]
pub fn field_name(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// A describer onto `writer`.
pub fn describer(writer: &mut Writer) -> Describer<'_> {
    Describer::new(writer)
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
        $crate::record!($marker, $index, $path, opaque, $ty { $($field: $fty),* });
    };
    ($marker:ty, $index:literal, $path:literal, opaque, $ty:ty { $($field:tt : $fty:ty),* $(,)? }) => {
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

        $crate::__fail!($marker, $ty);
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

/// Reads the header of a record's or variant's fields.
///
/// # Errors
///
/// There are not `count` of them.
pub fn fields(scope: &Scope<'_, '_>, count: usize) -> Result<(), Fault> {
    match scope.next()? {
        Token::Array(found) if found == count => Ok(()),
        Token::Array(found) => Err(Fault::value(format!("expected {count} fields, not {found}"))),
        other => Err(Fault::expected(format!(
            "a record's fields, not {}",
            other.name()
        ))),
    }
}

/// Reads which variant follows, and that it has as many fields as it should.
///
/// # Errors
///
/// There is no such variant.
pub fn variant(scope: &Scope<'_, '_>, counts: &[usize]) -> Result<usize, Fault> {
    let given = match scope.next()? {
        Token::Array(0) => return Err(Fault::value("a variant's array begins with its number")),
        Token::Array(length) => Some(length - 1),
        Token::Int(index) if counts.iter().all(|count| *count == 0) => return known(index, counts),
        other => return Err(Fault::expected(format!("a variant, not {}", other.name()))),
    };
    let index = match scope.next()? {
        Token::Int(index) => known(index, counts)?,
        other => {
            return Err(Fault::expected(format!(
                "a variant's number, not {}",
                other.name()
            )));
        }
    };
    if given == Some(counts[index]) {
        Ok(index)
    } else {
        Err(Fault::value(format!(
            "variant {index} has {} fields",
            counts[index]
        )))
    }
}

fn known(index: i128, counts: &[usize]) -> Result<usize, Fault> {
    usize::try_from(index)
        .ok()
        .filter(|index| *index < counts.len())
        .ok_or_else(|| Fault::value(format!("there is no variant {index}, but {}", counts.len())))
}

/// A variant that this artifact does not know: the enum is `#[non_exhaustive]`.
///
/// # Errors
///
/// Always.
pub fn unknown_variant(path: &str) -> Answer {
    Err(Fault::value(format!(
        "`{path}` has a variant that was not there when the artifact was built"
    )))
}

/// Writes a variant's header.
pub fn variant_head(writer: &mut Writer, index: usize, counts: &[usize]) {
    if counts.iter().any(|count| *count > 0) {
        writer.array(counts[index] + 1);
    }
    writer.uint(index as u64);
}

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
            $marker, $index, $path, opaque,
            $ty { $($number $variant { $($field: $fty),* } $(= $discriminant)?),* }
        );
    };
    (
        $marker:ty, $index:literal, $path:literal, opaque,
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

        $crate::__fail!($marker, $ty);
    };
}
