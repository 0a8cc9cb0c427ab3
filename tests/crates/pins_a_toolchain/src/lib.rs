//! Pins a toolchain.

/// Three.
pub fn three() -> u8 {
    3
}
