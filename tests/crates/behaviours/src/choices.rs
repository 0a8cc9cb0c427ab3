//! Enums.

use std::fmt;
use std::str::FromStr;

/// An enum without data, with numbers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Quiet.
    Low = 1,
    /// Loud.
    High = 10,
}

impl Level {
    /// The next level.
    pub fn up(self) -> Self {
        Level::High
    }

    /// A method with a name that Python's enums use.
    pub fn name(&self) -> &'static str {
        match self {
            Level::Low => "the low one",
            Level::High => "the high one",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Level::Low => "low",
            Level::High => "high",
        })
    }
}

/// No level has that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLevel(pub String);

impl fmt::Display for UnknownLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "no level is called `{}`", self.0)
    }
}

impl std::error::Error for UnknownLevel {}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        match text {
            "low" => Ok(Level::Low),
            "high" => Ok(Level::High),
            other => Err(UnknownLevel(other.to_owned())),
        }
    }
}

/// An enum with data.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Nothing at all.
    Empty,
    /// A circle.
    Circle(f64),
    /// A rectangle.
    Rectangle {
        /// How wide.
        width: f64,
        /// How high.
        height: f64,
    },
}

/// How large a shape is.
pub fn area(shape: &Shape) -> f64 {
    match shape {
        Shape::Empty => 0.0,
        Shape::Circle(radius) => radius * radius * 3.0,
        Shape::Rectangle { width, height } => width * height,
    }
}

/// The same shape.
pub fn same(shape: Shape) -> Shape {
    shape
}

/// All levels.
pub fn levels() -> Vec<Level> {
    vec![Level::Low, Level::High]
}
