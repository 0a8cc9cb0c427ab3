//! What Rust wants for ever: `&'static T`.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Lift;
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::Scope;
use crate::wire::{EXT_BUFFER, Token};

/// A value that is never dropped: made of what was sent, and the same one for the same bytes. The plan uses it for data
/// alone, of which nothing can be changed behind a shared reference.
pub struct Forever<T: 'static>(&'static T);

impl<T> Forever<T> {
    /// The reference.
    #[must_use]
    pub fn lasting(self) -> &'static T {
        self.0
    }
}

/// A type, whether its value was memory beside the request, and the bytes that stood for it, or that memory: which may well look
/// like the bytes of another value.
type Key = (TypeId, bool, Box<[u8]>);

type Lasting = &'static (dyn Any + Sync);
type Made = HashMap<Key, Lasting>;

/// What was made.
static MADE: Mutex<Option<Made>> = Mutex::new(None);

/// Whether nobody is inside; asked after a fork.
pub(crate) fn unlocked() -> bool {
    MADE.try_lock().is_ok()
}

impl<'s, 'h, B, T: Lift<'s, 'h, B> + Sync> Lift<'s, 'h, B> for Forever<T> {
    type Held = (T::Held, Option<(bool, Box<[u8]>)>);

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        let start = scope.reader().position();
        let held = T::hold(scope)?;
        let end = scope.reader().position();
        let bytes = scope.reader().between(start, end);
        if !may_name_memory(bytes) {
            return Ok((held, Some((false, bytes.into()))));
        }
        scope.reader().rewind(start);
        let key = match scope.next()? {
            // All of it is memory beside the request: text or bytes.
            Token::Ext(EXT_BUFFER, _) => {
                scope.reader().rewind(start);
                Some((true, scope.bytes()?.into()))
            }
            _ => None,
        };
        scope.reader().rewind(end);
        Ok((held, key))
    }

    fn take((held, key): Self::Held) -> Self {
        let value = T::take(held);
        let Some((beside, key)) = key else {
            return Self(Box::leak(Box::new(value)));
        };
        let key = (TypeId::of::<T>(), beside, key);
        let made = |change: &dyn Fn(&mut Made) -> Option<Lasting>| {
            let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
            change(made.get_or_insert_default())
        };
        // No lock is held while a value is dropped that is there already.
        let lasting = made(&|made| made.get(&key).copied()).or_else(|| {
            let new: Lasting = Box::leak(Box::new(value));
            made(&|made| Some(*made.entry(key.clone()).or_insert(new)))
        });
        let lasting = lasting.and_then(|found| (found as &dyn Any).downcast_ref());
        Self(lasting.expect("the key names its type"))
    }

    fn describe(to: &mut Describer<'_>) {
        T::describe(to);
    }
}

/// Whether a value's bytes may hold the number of memory that is beside the request: then they do not say what it is.
fn may_name_memory(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == [0xd6, EXT_BUFFER as u8])
}
