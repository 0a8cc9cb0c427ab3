//! Values that are reached through others.

pub mod buffers;
pub mod changed;
pub mod derefs;
pub mod entries;
pub mod formatted;
pub mod haystacks;
pub mod lent;
pub mod lines;
pub mod measures;
pub mod names;
pub mod queries;
pub mod sealed;
pub mod units;
