//! Traits whose parameters are called as those of their impls are, or are the type itself.

use std::ops::{Mul, Sub};

/// A place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot<F> {
    /// How far to the right.
    x: F,
}

/// A place on the line of numbers.
pub fn spot(x: f64) -> Spot<f64> {
    Spot { x }
}

/// Says how far it is.
pub trait Distance<F, From, To = From> {
    /// From one to the other.
    fn distance(&self, from: From, to: To) -> F;
}

/// As the crow flies.
#[derive(Clone, Copy, Debug)]
pub struct Straight;

/// Twice as far.
#[derive(Clone, Copy, Debug)]
pub struct Winding;

impl<F: Copy + Sub<Output = F>> Distance<F, Spot<F>> for Straight {
    fn distance(&self, from: Spot<F>, to: Spot<F>) -> F {
        to.x - from.x
    }
}

impl<From: Copy + Mul<Output = From>> Distance<From, &Spot<From>, From> for Winding {
    fn distance(&self, from: &Spot<From>, to: From) -> From {
        from.x * to
    }
}

/// Is inside another, of its own kind where nothing else is said.
pub trait Within<Other = Self> {
    /// It is.
    fn within(&self, other: &Other) -> bool;
}

impl<F: PartialOrd> Within for Spot<F> {
    fn within(&self, other: &Self) -> bool {
        self.x <= other.x
    }
}
