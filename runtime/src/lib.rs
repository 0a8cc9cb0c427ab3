//! What every usecrate artifact links: it turns the bytes of a request into a call of a shim, and the result back.
//!
//! 1. `abi`: the C entry point and the memory that crosses it (`docs/abi.md`).
//! 2. [`wire`]: MessagePack, bounded.
//! 3. `dispatch`: calls are made, waited for and settled, panics caught in `panic`; `operations`: all other requests; `shim`:
//!    what a callable's generated function is made of.
//! 4. `lift`: wire value to argument, in two steps: *hold* checks and borrows, *take* cannot fail, so that nothing is
//!    moved before everything is known to be right.
//! 5. `lower`: result to wire value.
//! 6. `group`: handles, groups, borrow states, threads: all that extends or ends a lifetime.
//!
//! | memory | made by | freed by |
//! |---|---|---|
//! | request, buffers | the caller | the caller, when the call has returned |
//! | response, pieces beside it | this library | this library: operation *release*, or the next call for pieces |
//! | a value behind a handle | this library | *drop*, or the last value that borrows it |
//! | bytes kept by a borrowing value | this library, as a copy | the end of the group |
//!
//! `direct` is a second entry for calls whose arguments are machine words: the same shims, without a message.
//!
//! `host` is the way back into the caller. `dynamic` is a type for whatever it has. `packed` turns values into bytes and back,
//! where serde knows them. [`twins`] are the forms in which values of other crates become values of Python's standard library.
//!
//! Generated bridges use [`private`] and nothing else.

mod abi;
#[doc(hidden)]
pub mod data;
mod describe;
#[doc(hidden)]
pub mod direct;
mod dispatch;
mod dynamic;
pub mod error;
mod failures;
mod group;
#[doc(hidden)]
pub mod host;
#[doc(hidden)]
pub mod io;
mod lift;
mod lower;
mod macros;
mod object;
mod operations;
#[cfg(feature = "serde")]
mod packed;
mod panic;
mod pending;
#[doc(hidden)]
pub mod private;
mod probe;
#[cfg(feature = "random")]
mod random;
mod shim;
#[doc(hidden)]
pub mod twins;
pub mod wire;

/// The version of the ABI that this runtime speaks.
pub const ABI_VERSION: u32 = 1;
