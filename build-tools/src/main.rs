//! The program `usecrate-build`.
fn main() {}
