//! Asks for `abort`.

/// Panics.
pub fn fall() -> u8 {
    panic!("it fell")
}
