//! Trait objects: handles that hold one, and what arrives as one.
//!
//! An object that borrows, or is borrowed, is a value with a lifetime like any other: a member of its group.

use std::ops::{Deref, DerefMut};

use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::Scope;
use crate::group::value::TypeInfo;
use crate::wire::{EXT_HANDLE, EXT_MOVE, Token};

/// `&dyn Trait` as a value.
#[derive(Debug)]
pub struct SharedObject<'h, T: ?Sized>(&'h T);

impl<'h, T: ?Sized> SharedObject<'h, T> {
    /// Of a reference.
    pub fn new(object: &'h T) -> Self {
        Self(object)
    }
}

impl<T: ?Sized> Clone for SharedObject<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for SharedObject<'_, T> {}

impl<T: ?Sized> Deref for SharedObject<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0
    }
}

/// `&mut dyn Trait` as a value.
#[derive(Debug)]
pub struct ExclusiveObject<'h, T: ?Sized>(&'h mut T);

impl<'h, T: ?Sized> ExclusiveObject<'h, T> {
    /// Of a reference.
    pub fn new(object: &'h mut T) -> Self {
        Self(object)
    }
}

impl<T: ?Sized> Deref for ExclusiveObject<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0
    }
}

impl<T: ?Sized> DerefMut for ExclusiveObject<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0
    }
}

/// `Box<dyn Trait + 'h>`: one that may borrow, beside those that do not.
#[derive(Debug)]
pub struct BoxedObject<T: ?Sized>(Box<T>);

impl<T: ?Sized> BoxedObject<T> {
    /// Of a box.
    pub fn new(object: Box<T>) -> Self {
        Self(object)
    }

    /// The box.
    pub fn into_box(self) -> Box<T> {
        self.0
    }
}

impl<T: ?Sized> Deref for BoxedObject<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ?Sized> DerefMut for BoxedObject<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// What is made when the call is: out of a value of one of several types.
pub struct Later<'s, T>(Box<dyn FnOnce() -> T + 's>);

impl<'s, T> Later<'s, T> {
    /// Made so.
    pub fn new(make: impl FnOnce() -> T + 's) -> Self {
        Self(Box::new(make))
    }

    /// Makes it.
    pub fn take(self) -> T {
        (self.0)()
    }
}

/// The type that the next value, a handle, says it has. Nothing is consumed: whether it has, who takes it checks.
///
/// # Errors
///
/// It is no handle.
pub fn object_type(scope: &Scope<'_, '_>, name: &str) -> Result<u32, Fault> {
    let at = scope.reader().position();
    let given = match scope.next()? {
        Token::Ext(EXT_HANDLE | EXT_MOVE, bytes) => bytes.first_chunk().copied().map(u32::from_le_bytes),
        other => {
            let message = format!("an object that implements `{name}`, not {}", other.name());
            return Err(Fault::expected(message));
        }
    };
    scope.reader().rewind(at);
    given.ok_or_else(|| Fault::malformed("a handle has 16 bytes"))
}

/// It is a handle of another type.
pub fn no_object(name: &str) -> Fault {
    Fault::expected(format!("an object that implements `{name}`"))
}

/// Whether the next value is a handle. Nothing is consumed.
pub fn is_handle(scope: &Scope<'_, '_>) -> bool {
    let at = scope.reader().position();
    let is = matches!(scope.next(), Ok(Token::Ext(EXT_HANDLE | EXT_MOVE, _)));
    scope.reader().rewind(at);
    is
}

/// Writes the type of what arrives as one of several handles, each with its mode, or as what `host` describes.
pub fn describe_object(
    to: &mut Describer<'_>,
    candidates: &[(&TypeInfo, &str)],
    host: Option<fn(&mut Describer<'_>)>,
) {
    let count = candidates.len() + usize::from(host.is_some());
    if count != 1 {
        to.head("union", count);
    }
    for (info, mode) in candidates {
        to.handle(info, mode);
    }
    if let Some(describe) = host {
        describe(to);
    }
}
