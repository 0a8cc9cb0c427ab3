//! A small shop, for the pages of `docs/guide`: each shows a part of it.

pub mod errors;
pub mod files;
pub mod handlers;
pub mod records;
pub mod shelves;
pub mod threads;
