//! A client of libraries that drives them through the C symbol, written for tests: `tests/` holds a bridge written by hand
//! and a test per soundness rule, and `mutations.py` shows that each rule's test fails without the rule.
//!
//! 1. [`symbol`]: the symbol, its structs, and requests as bytes;
//! 2. [`upcall`]: the way back into the client;
//! 3. [`objects`]: host objects that are closures;
//! 4. [`client`]: calls by name;
//! 5. [`direct`]: direct calls;
//! 6. [`shim`]: what a bridge is made of.

pub mod client;
pub mod direct;
pub mod objects;
pub mod shim;
pub mod symbol;
pub mod upcall;

#[doc(hidden)]
pub use usecrate_runtime::private as __uc;
