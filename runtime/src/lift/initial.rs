//! Out-parameters: `&mut T` of what crosses by value. What Rust left in it is part of the result.

use super::Lift;
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::Scope;

/// The value that an out-parameter starts with. `DEFAULT`: it may be left out, and is `T::default()` then.
pub struct Initial<T, const DEFAULT: bool>(Option<T>);

impl<T: Default> Initial<T, true> {
    /// What was given, or the default.
    pub fn start(self) -> T {
        self.0.unwrap_or_default()
    }
}

impl<T> Initial<T, false> {
    /// What was given.
    pub fn start(self) -> T {
        self.0.expect("`hold` refuses a call that gives none")
    }
}

impl<'s, 'h, B, T: Lift<'s, 'h, B>, const DEFAULT: bool> Lift<'s, 'h, B> for Initial<T, DEFAULT> {
    type Held = Option<T::Held>;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        let held = <Option<T> as Lift<'s, 'h, B>>::hold(scope)?;
        if held.is_none() && !DEFAULT {
            let message = "a value to start with is needed: its type has no default";
            return Err(Fault::value(message));
        }
        Ok(held)
    }

    fn take(held: Self::Held) -> Self {
        Self(held.map(T::take))
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("out", 2);
        T::describe(to);
        to.flag(DEFAULT);
    }
}

/// The same of a type that is bytes in all but name, and has a default: `&mut Array<u8, N>`.
pub struct InitialBytes<T>(T);

impl<T> InitialBytes<T> {
    /// What was given, or the default.
    pub fn start(self) -> T {
        self.0
    }
}

impl<'s, 'h, B, T: Default + AsMut<[u8]>> Lift<'s, 'h, B> for InitialBytes<T> {
    type Held = T;

    fn hold(scope: Scope<'s, 'h>) -> Result<T, Fault> {
        if scope.reader().nil() {
            return Ok(T::default());
        }
        filled(scope.bytes()?)
    }

    fn take(held: T) -> Self {
        Self(held)
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("out", 2);
        to.plain("bytes");
        to.flag(true);
    }
}

/// An argument of such a type: `Array<u8, N>`, `&Array<u8, N>`.
pub struct GivenBytes<T>(T);

impl<T> GivenBytes<T> {
    /// What was given.
    pub fn given(self) -> T {
        self.0
    }
}

impl<'s, 'h, B, T: Default + AsMut<[u8]>> Lift<'s, 'h, B> for GivenBytes<T> {
    type Held = T;

    fn hold(scope: Scope<'s, 'h>) -> Result<T, Fault> {
        filled(scope.bytes()?)
    }

    fn take(held: T) -> Self {
        Self(held)
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("bytes");
    }
}

/// A value of as many bytes as there are.
fn filled<T: Default + AsMut<[u8]>>(bytes: &[u8]) -> Result<T, Fault> {
    let mut value = T::default();
    let place = value.as_mut();
    if bytes.len() != place.len() {
        let message = format!("expected {} bytes, not {}", place.len(), bytes.len());
        return Err(Fault::value(message));
    }
    place.copy_from_slice(bytes);
    Ok(value)
}
