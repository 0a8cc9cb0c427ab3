//! Gives out what is defined elsewhere.

pub use either::Either;
pub use num_complex::Complex;
pub use uuid::Uuid;

#[doc(hidden)]
pub mod free;
pub use free::*;

/// What can be made twice as much.
pub trait Doubled: Sized {
    /// Twice as much.
    fn doubled(self) -> Self;

    /// Makes it twice as much.
    fn double(&mut self);
}

impl Doubled for f64 {
    fn doubled(self) -> Self {
        self * 2.0
    }

    fn double(&mut self) {
        *self *= 2.0;
    }
}

impl Doubled for Complex<f64> {
    fn doubled(self) -> Self {
        self * 2.0
    }

    fn double(&mut self) {
        *self *= 2.0;
    }
}

/// A quarter of a turn.
pub fn turned(point: Complex<f64>) -> Complex<f64> {
    point * Complex::i()
}

/// A number, or else the text.
pub fn parsed(text: &str) -> Either<i64, String> {
    text.parse()
        .map_or_else(|_| Either::Right(text.to_owned()), Either::Left)
}

/// Numbers to the side that `side` says.
pub fn sorted_out(
    numbers: Vec<i64>,
    mut side: impl FnMut(i64) -> Either<i64, i64>,
) -> (Vec<i64>, Vec<i64>) {
    let mut out = (Vec::new(), Vec::new());
    for number in numbers {
        match side(number) {
            Either::Left(left) => out.0.push(left),
            Either::Right(right) => out.1.push(right),
        }
    }
    out
}
