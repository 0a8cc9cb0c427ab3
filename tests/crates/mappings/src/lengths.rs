//! Types over numbers that are types.

use std::marker::PhantomData;

use generic_array::typenum::{IsLessOrEqual, True, U24, U32};
use generic_array::{ArrayLength, GenericArray};

/// What mixes bytes, and is cut to a length.
pub trait Core {
    /// Its longest output.
    type Longest: ArrayLength<u8>;

    /// The state.
    fn state(&self) -> GenericArray<u8, Self::Longest>;
}

/// Adds.
#[derive(Debug, Default)]
pub struct Adding(u8);

impl Core for Adding {
    type Longest = U32;

    fn state(&self) -> GenericArray<u8, U32> {
        (0..32).map(|at| self.0.wrapping_add(at)).collect()
    }
}

/// A core whose output is cut.
#[derive(Debug, Default)]
pub struct Cut<T: Core, N: ArrayLength<u8> + IsLessOrEqual<T::Longest, Output = True>> {
    core: T,
    length: PhantomData<N>,
}

impl<T: Core, N: ArrayLength<u8> + IsLessOrEqual<T::Longest, Output = True>> Cut<T, N> {
    /// What is left of the state.
    pub fn output(&self) -> GenericArray<u8, N> {
        self.core.state().into_iter().take(N::USIZE).collect()
    }
}

/// A hasher around a core.
pub trait Proxy {
    /// The core.
    type Core;

    /// Of a core.
    fn compose(core: Self::Core) -> Self;

    /// The core.
    fn decompose(self) -> Self::Core;
}

/// One of a length.
#[derive(Debug, Default)]
pub struct Hasher24 {
    core: Cut<Adding, U24>,
}

impl Hasher24 {
    /// Starts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one byte more.
    pub fn update(&mut self, byte: u8) {
        self.core.core.0 = self.core.core.0.wrapping_add(byte);
    }
}

impl Proxy for Hasher24 {
    type Core = Cut<Adding, U24>;

    fn compose(core: Self::Core) -> Self {
        Self { core }
    }

    fn decompose(self) -> Self::Core {
        self.core
    }
}
