//! All the unsafe code of the extension: the interpreter's C API, loading a library, calling its symbol.
//!
//! What leaves this module is safe to call in any order. Two promises carry it: a `Python<'_>` token means that the
//! interpreter lock is held, and a loaded library is never unloaded, so its symbol and everything made for it is `'static`.

#![allow(
    unsafe_code,
    reason = "the one place for it; every block says what it relies on"
)]
#![allow(
    clippy::multiple_unsafe_ops_per_block,
    reason = "reading a C struct through a raw pointer is one operation to a reader"
)]

pub(crate) mod arguments;
mod class;
pub(crate) mod detached;
pub(crate) mod direct;
pub(crate) mod export;
pub(crate) mod function;
pub(crate) mod handle;
pub(crate) mod host;
pub(crate) mod iterator;
pub(crate) mod lent;
pub(crate) mod load;
pub(crate) mod lock_cell;
pub(crate) mod memory;
pub(crate) mod module;
pub(crate) mod object;
pub(crate) mod process;
pub(crate) mod questions;
pub(crate) mod queue;
pub(crate) mod raised;
pub(crate) mod ranges;
pub(crate) mod slots;
pub(crate) mod symbol;
pub(crate) mod trampoline;
