//! What is read of items. Crate docs.
#![allow(deprecated)]

use std::borrow::Cow;
use std::collections::HashMap;

/// All public.
#[non_exhaustive]
pub struct Open {
    /// The first.
    pub first: u8,
    pub second: Option<String>,
}

pub struct Partly {
    pub shown: u8,
    #[doc(hidden)]
    pub hidden: u8,
    kept: u8,
}

pub struct Position(pub u8, u16, pub String);

pub struct Nothing;

pub enum Counted {
    Three = 3,
    /// Four, by counting.
    Four,
    Minus = -1,
    Zero,
}

pub enum Data {
    Unit,
    Tuple(u8, String),
    #[non_exhaustive]
    Named {
        field: u8,
    },
}

pub enum Gaps {
    A,
    #[doc(hidden)]
    B,
    C,
}

pub union Bits {
    pub int: u32,
    pub float: f32,
}

pub const LIMIT: usize = 3;
pub static NAME: &str = "name";
pub static mut COUNTER: u8 = 0;
pub type Map<V> = HashMap<String, V>;

#[deprecated(since = "1.2.0", note = "use `patterns`")]
pub fn old() {}

pub fn patterns((a, b): (u8, u8), _: u8, r#type: u8, mut last: u8) -> u8 {
    last += a + b + r#type;
    last
}

pub async fn later() -> u8 {
    1
}
pub const unsafe fn risky(pointer: *const u8) -> *mut u8 {
    pointer.cast_mut()
}

pub fn bounded<'a, 'b: 'a, T: Clone + ?Sized + 'a, const N: usize>(
    one: &'a T,
    many: [u8; N],
    each: impl Iterator<Item = &'b str>,
    call: fn(u8) -> bool,
    dynamic: Box<dyn Fn(u8) -> u16 + Send + 'b>,
) -> impl Iterator<Item = u8>
where
    for<'x> &'x T: IntoIterator<Item = u8>,
    T: Into<Cow<'b, str>>,
{
    let _ = (one, each, call, dynamic);
    many.into_iter()
}

pub fn projected<I: IntoIterator>(items: I) -> <I::IntoIter as Iterator>::Item {
    items.into_iter().next().unwrap()
}

impl Partly {
    /// A constant of the type.
    pub const MAX: u8 = 9;
    pub fn new(shown: u8) -> Self {
        Self { shown, hidden: 0, kept: shown }
    }
    pub fn kept(&self, _: u8, other: u8) -> u8 {
        self.kept + other
    }
    fn private(&self) {}
    pub fn calls_private(&self) {
        self.private();
    }
}
