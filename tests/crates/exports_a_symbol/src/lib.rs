//! Exports a symbol of its own.

/// Known to C by this name.
#[no_mangle]
pub extern "C" fn exports_a_symbol_seven() -> u8 {
    7
}

/// Calls it.
pub fn seven() -> u8 {
    exports_a_symbol_seven()
}
