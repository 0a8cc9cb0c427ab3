//! Names that Python uses itself, and things that cannot be served.

/// A function with a keyword's name.
pub fn import(from: u8) -> u8 {
    from
}

/// A function with a keyword's name in Python alone.
pub fn lambda(r#if: u8) -> u8 {
    r#if
}

/// `None` is a keyword in Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// No mode.
    None,
    /// Truth.
    True,
    /// Something else.
    Other,
}

/// Deprecated.
#[deprecated(since = "0.2.0", note = "use `import`")]
pub fn old() -> u8 {
    1
}

/// Not safe, hence not served.
///
/// # Safety
///
/// `pointer` must be valid.
pub unsafe fn peek(pointer: *const u8) -> u8 {
    // SAFETY: the caller says so.
    unsafe { *pointer }
}

/// A generic that no bound settles, hence not served.
pub fn anything<T>(value: T) -> T {
    value
}

/// A macro, hence not served.
#[macro_export]
macro_rules! twice {
    ($value:expr) => {
        $value + $value
    };
}
