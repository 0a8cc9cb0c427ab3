//! Plain data of any shape, for a crate's own type of values.

use std::marker::PhantomData;

use super::Lift;
use crate::data::{self, Parts};
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::Scope;

/// What was read, before a `T` is made of it.
enum Tree {
    Nil,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

/// Plain data that becomes a `T`. `KINDS` are those that a `T` can be made of: a bit for each variant of [`Parts`], in order.
pub struct AnyData<T, const KINDS: u8> {
    tree: Tree,
    becomes: PhantomData<fn() -> T>,
}

impl<T, const KINDS: u8> std::fmt::Debug for AnyData<T, KINDS> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnyData")
    }
}

impl<T, const KINDS: u8> AnyData<T, KINDS> {
    /// The value. Integers that are passed on have 64 bits, with a sign.
    pub fn make(self, make: fn(Parts<T>) -> T) -> T {
        grown(self.tree, make)
    }
}

fn grown<T>(tree: Tree, make: fn(Parts<T>) -> T) -> T {
    make(match tree {
        Tree::Nil => Parts::Nil,
        Tree::Bool(value) => Parts::Bool(value),
        Tree::Int(value) => Parts::Int(value),
        Tree::Float(value) => Parts::Float(value),
        Tree::Text(text) => Parts::Text(text),
        Tree::List(items) => Parts::List(items.into_iter().map(|item| grown(item, make)).collect()),
        Tree::Map(pairs) => {
            let pairs = pairs.into_iter();
            Parts::Map(pairs.map(|(name, item)| (name, grown(item, make))).collect())
        }
    })
}

fn checked<const KINDS: u8>(parts: Parts<Tree>) -> Result<Tree, Fault> {
    let (bit, what, tree) = match parts {
        Parts::Nil => (1, "None", Tree::Nil),
        Parts::Bool(value) => (2, "bool", Tree::Bool(value)),
        Parts::Int(value) if i64::try_from(value).is_err() => {
            return Err(Fault::range("i64"));
        }
        Parts::Int(value) => (4, "int", Tree::Int(value)),
        Parts::Float(value) => (8, "float", Tree::Float(value)),
        Parts::Text(text) => (16, "str", Tree::Text(text)),
        Parts::List(items) => (32, "list", Tree::List(items)),
        Parts::Map(pairs) => (64, "dict", Tree::Map(pairs)),
    };
    if KINDS & bit == 0 {
        return Err(Fault::expected(format!("plain data without a {what} in it")));
    }
    Ok(tree)
}

impl<'s, 'h, B, T, const KINDS: u8> Lift<'s, 'h, B> for AnyData<T, KINDS> {
    type Held = Self;
    const NIL: bool = true;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        data::read(scope, checked::<KINDS>).map(|tree| Self {
            tree,
            becomes: PhantomData,
        })
    }

    fn take(held: Self) -> Self {
        held
    }

    fn describe(to: &mut Describer<'_>) {
        to.plain("any");
    }
}
