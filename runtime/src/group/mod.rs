//! Handles, groups and lifetimes: the only place where a lifetime is extended, and where one ends.
//!
//! - `table`: which value a handle names. `slots`: where they stand, with a generation and a borrow state; `free`: which of them
//!   are free; `sync`: what these are made of.
//! - `owners`: a group: what the values that share borrowed data keep alive.
//! - `thread`: one lock or one home thread for values that are not `Sync` or not `Send`.
//! - `scope`: what lifting uses: borrow for the call, or `keep` for the group.
//! - `frame`: one call: `reading` of its arguments, `holding` what they name (`hold`), `leaving`.
//! - `apart`: a value lifted out of bytes that are no request.
//! - `lent`: the client's memory, for one call.
//! - `current`: which call a thread is making; `inside`: what others may know of a call that calls back.
//! - `overtaken`: values that were dropped while a call held them exclusively.
//! - `temporary`: groups that end when a callable returns.
//! - `value`: one value, erased: its own allocation behind a raw pointer, so that it never moves.
//!
//! Nothing here knows MessagePack beyond the bytes of a handle, and no lock of these modules is held while a user's
//! `Drop` or `Clone` runs.

#![allow(
    unsafe_code,
    reason = "this module and `abi` are where the runtime's unsafe code lives"
)]

pub(crate) mod apart;
pub(crate) mod current;
pub(crate) mod frame;
mod free;
mod hold;
pub(crate) mod holding;
pub(crate) mod inside;
pub(crate) mod leaving;
pub(crate) mod lent;
pub(crate) mod lent_mut;
pub(crate) mod overtaken;
pub(crate) mod owners;
mod reading;
pub(crate) mod scope;
mod slots;
pub(crate) mod store;
mod sync;
pub(crate) mod table;
pub(crate) mod temporary;
#[cfg(test)]
mod tests;
pub(crate) mod thread;
pub(crate) mod value;
