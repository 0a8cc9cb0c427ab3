//! Wrong.

/// Gives text where a number is promised.
pub fn number() -> u8 {
    "text"
}
