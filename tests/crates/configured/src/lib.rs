//! What a configuration says something of: see `[package.metadata.usecrate]`.

use std::fmt::Debug;
use std::str::FromStr;

/// How to look at what is between pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Not at all.
    Nearest,
    /// At all of it.
    Smooth,
}

/// A place.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
}

/// A picture.
#[derive(Debug)]
pub struct Image {
    wide: u32,
    /// Whose it is.
    pub owner: String,
}

impl Image {
    /// One of that width.
    pub fn new(wide: u32) -> Self {
        let owner = "nobody".to_owned();
        Self { wide, owner }
    }

    /// How wide it is.
    pub fn width(&self) -> u32 {
        self.wide
    }

    /// What nobody is to see.
    pub fn secret(&self) -> u32 {
        42
    }

    /// Says how it was made.
    pub fn resize(&mut self, wide: u32, filter: Filter, quality: u8, note: Option<&str>) -> String {
        self.wide = wide;
        format!("{wide} {filter:?} {quality} {note:?}")
    }

    /// Cuts at a place.
    pub fn crop(&self, note: Option<String>, to: Point) -> String {
        format!("{note:?} {to:?}")
    }
}

/// What can be painted.
pub trait Paint {
    /// Fills it.
    fn fill(&self) -> u32;
}

impl Paint for Image {
    fn fill(&self) -> u32 {
        self.wide * 10
    }
}

/// Nobody believes in it.
#[derive(Debug, Default)]
pub struct Ghost;

impl Ghost {
    /// What it says.
    pub fn boo(&self) -> String {
        "boo".to_owned()
    }
}

/// Gives one all the same.
pub fn ghost() -> Ghost {
    Ghost
}

/// Says what is passed.
pub fn describe<T: Debug + PartialOrd + Copy + Into<i128>>(what: T) -> String {
    format!("{what:?} {}", what.into())
}

/// Reads text as whatever is wanted.
pub fn parse<T: FromStr>(text: &str) -> Result<T, T::Err> {
    text.parse()
}

/// A stack of anything.
#[derive(Debug, Clone, Default)]
pub struct Stack<T> {
    items: Vec<T>,
}

impl<T> Stack<T> {
    /// Puts one on top.
    pub fn push(&mut self, item: T) {
        self.items.push(item);
    }

    /// What they are as something else.
    pub fn convert<U: From<u8>>(&self) -> Vec<U>
    where
        T: Into<U> + Clone,
    {
        self.items.iter().cloned().map(Into::into).collect()
    }
}

/// Shapes.
pub mod shapes {
    /// Joins two.
    pub fn join(one: &str, other: &str, separator: &str) -> String {
        format!("{one}{separator}{other}")
    }
}

/// Everything that one needs.
pub mod prelude {
    pub use crate::Image;
    pub use crate::shapes::join;
}

/// What nobody needs.
pub mod internal {
    /// Not this.
    pub fn poke() -> u32 {
        1
    }

    /// Nor this.
    #[derive(Debug, Default)]
    pub struct Lever {
        force: u8,
    }

    impl Lever {
        /// Pulls it.
        pub fn pull(&mut self) -> u8 {
            self.force += 1;
            self.force
        }
    }
}
