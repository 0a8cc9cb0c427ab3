//! One module per behaviour of the bridge.

pub mod borrows;
pub mod buffers;
pub mod builder;
pub mod callables;
pub mod choices;
pub mod conversions;
pub mod drops;
pub mod echoes;
pub mod errors;
pub mod files;
pub mod iterators;
pub mod moves;
pub mod names;
pub mod operators;
pub mod outs;
pub mod panics;
pub mod records;
pub mod std_types;
pub mod threads;
pub mod traits;
pub mod upcalls;
pub mod values;
pub mod views;

/// The answer.
pub const ANSWER: u32 = 42;

/// A greeting.
pub static GREETING: &str = "hello";

/// There only with the feature `extra`.
#[cfg(feature = "extra")]
pub fn extra() -> &'static str {
    "extra"
}

pub use records::Point as Dot;
pub use values::add;
