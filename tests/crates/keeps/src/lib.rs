//! Callables that Rust keeps, and calls when it likes.

pub mod adaptors;
pub mod engine;
pub mod given;
pub mod iterators;
pub mod listeners;
pub mod pointers;
pub mod spread;
pub mod threads;
