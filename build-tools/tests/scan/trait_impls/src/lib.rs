//! Impls of every kind.

use std::fmt;
use std::ops::{Add, Deref};
use std::rc::Rc;

pub trait Shout {
    /// Required.
    fn shout(&self) -> String;
    /// Provided.
    fn twice(&self) -> String {
        self.shout() + &self.shout()
    }
}

impl Shout for str {
    fn shout(&self) -> String {
        self.to_uppercase()
    }
}

/// Through a blanket impl alone.
pub trait Describe {
    fn describe(&self) -> String;
}
impl<T: fmt::Debug> Describe for T {
    fn describe(&self) -> String {
        format!("{self:?}")
    }
}

mod sealed {
    pub trait Base {
        fn base(&self) -> u8;
    }
}

pub trait Derived: sealed::Base + Send {
    type Out;
    const SIZE: usize;
    fn make(&self) -> Self::Out;
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Value(pub u8);

impl sealed::Base for Value {
    fn base(&self) -> u8 {
        self.0
    }
}
impl Derived for Value {
    type Out = String;
    const SIZE: usize = 1;
    fn make(&self) -> String {
        String::new()
    }
}
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl From<u8> for Value {
    fn from(value: u8) -> Self {
        Self(value)
    }
}
impl From<Value> for String {
    fn from(value: Value) -> Self {
        value.to_string()
    }
}
impl Add<Value> for u8 {
    type Output = Value;
    fn add(self, other: Value) -> Value {
        Value(self + other.0)
    }
}
impl Deref for Value {
    type Target = u8;
    fn deref(&self) -> &u8 {
        &self.0
    }
}

pub struct Pinned(pub Rc<u8>);

/// Not exported, so neither are its impls.
struct Internal;
impl Shout for Internal {
    fn shout(&self) -> String {
        String::new()
    }
}
pub fn uses_internal() -> String {
    Internal.shout()
}
