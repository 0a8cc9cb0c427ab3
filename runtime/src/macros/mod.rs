//! The macros of generated bridges. Their expansions use `private`, and hold no `unsafe` code.

mod answer;
mod choice;
mod handle;
mod mapped;
mod object;
#[cfg(feature = "random")]
mod random;
mod record;
