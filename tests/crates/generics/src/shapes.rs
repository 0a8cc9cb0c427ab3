//! Types to be named.

/// A point.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Point {
    /// To the right.
    pub x: i64,
    /// Upwards.
    pub y: i64,
}

/// What a cell may hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A whole number.
    Int(i64),
    /// A number.
    Real(f64),
    /// Text.
    Text(String),
    /// Nothing.
    Null,
}

/// Two of a kind, by name.
pub type Pairs<V> = crate::Stack<(String, V)>;
