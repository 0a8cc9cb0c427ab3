//! Types that are converted into each other by traits with an impl for each pair, and the rest for whatever has one.

use std::ops::{Add, Mul};

/// What can be calculated with.
pub trait Arithmetic: Clone
where
    Self: Mul<Output = Self>,
    for<'a> Self: Add<&'a Self, Output = Self>,
{
}

impl<T> Arithmetic for T where for<'a> T: Add<&'a T, Output = T> + Mul<Output = T> + Clone {}

/// Made from another colour, whatever comes of it.
pub trait FromColourUnclamped<T>: Sized {
    /// The colour, as it comes.
    fn from_colour_unclamped(colour: T) -> Self;
}

/// Made from another colour.
pub trait FromColour<T>: Sized {
    /// The nearest colour that there is.
    fn from_colour(colour: T) -> Self;
}

/// Made into another colour.
pub trait IntoColour<T>: Sized {
    /// The nearest colour that there is.
    fn into_colour(self) -> T;
}

/// Kept within bounds.
pub trait Clamp {
    /// Within bounds.
    fn clamp(self) -> Self;
}

impl<T, U: FromColourUnclamped<T> + Clamp> FromColour<T> for U {
    fn from_colour(colour: T) -> Self {
        U::from_colour_unclamped(colour).clamp()
    }
}

impl<T, U: FromColour<T>> IntoColour<U> for T {
    fn into_colour(self) -> U {
        U::from_colour(self)
    }
}

/// Grey.
#[derive(Debug, Clone, PartialEq)]
pub struct Grey<T = f32> {
    /// From 0 to 1.
    pub light: T,
}

/// Red, green and blue.
#[derive(Debug, Clone, PartialEq)]
pub struct Paint<T = f32> {
    /// From 0 to 1 each.
    pub parts: (T, T, T),
}

/// A hue alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Hue<T = f32> {
    /// In degrees.
    pub degrees: T,
}

impl<T> Grey<T> {
    /// That light.
    pub fn new(light: T) -> Self {
        Self { light }
    }
}

impl<T> Grey<T>
where
    T: Arithmetic + Mul<Output = T>,
    for<'a> T: Add<&'a T, Output = T>,
{
    /// Twice the light, and then some.
    pub fn lighten(&self, more: T) -> Self {
        Self::new((self.light.clone() + &self.light) * more)
    }
}

impl<T> Grey<Vec<T>> {
    /// No light at all, so far.
    pub fn with_capacity(capacity: usize) -> Self {
        Self::new(Vec::with_capacity(capacity))
    }

    /// Puts one behind the others.
    pub fn push(&mut self, one: Grey<T>) {
        self.light.push(one.light);
    }

    /// Takes the last one.
    pub fn pop(&mut self) -> Option<Grey<T>> {
        self.light.pop().map(Grey::new)
    }
}

impl<T> Paint<T> {
    /// Of red, green and blue.
    pub fn new(red: T, green: T, blue: T) -> Self {
        Self {
            parts: (red, green, blue),
        }
    }
}

impl<T> Hue<T> {
    /// Degrees.
    pub fn new(degrees: T) -> Self {
        Self { degrees }
    }
}

impl Clamp for Grey {
    fn clamp(self) -> Self {
        Self::new(self.light.clamp(0.0, 1.0))
    }
}

impl Clamp for Paint {
    fn clamp(self) -> Self {
        let (red, green, blue) = self.parts;
        Self::new(red.clamp(0.0, 1.0), green.clamp(0.0, 1.0), blue.clamp(0.0, 1.0))
    }
}

impl Clamp for Hue {
    fn clamp(self) -> Self {
        Self::new(self.degrees.rem_euclid(360.0))
    }
}

impl FromColourUnclamped<Paint> for Grey {
    fn from_colour_unclamped(colour: Paint) -> Self {
        let (red, green, blue) = colour.parts;
        Self::new((red + green + blue) / 3.0)
    }
}

impl FromColourUnclamped<Hue> for Grey {
    fn from_colour_unclamped(colour: Hue) -> Self {
        Self::new(colour.degrees / 360.0)
    }
}

impl FromColourUnclamped<Grey> for Hue {
    fn from_colour_unclamped(_colour: Grey) -> Self {
        Self::new(0.0)
    }
}

impl<T: Clone> FromColourUnclamped<Grey<T>> for Paint<T> {
    fn from_colour_unclamped(colour: Grey<T>) -> Self {
        Self::new(colour.light.clone(), colour.light.clone(), colour.light)
    }
}

/// What is an array in memory.
pub trait AsArray {
    /// That array.
    type Array;

    /// Of an array.
    fn of_array(array: Self::Array) -> Self;
}

impl AsArray for Grey {
    type Array = [f32; 1];

    fn of_array([light]: [f32; 1]) -> Self {
        Self::new(light)
    }
}

impl AsArray for Paint {
    type Array = [f32; 3];

    fn of_array([red, green, blue]: [f32; 3]) -> Self {
        Self::new(red, green, blue)
    }
}

/// Of an array: nothing but the name says of which colour.
pub fn of_array<T: AsArray>(array: T::Array) -> T {
    T::of_array(array)
}
