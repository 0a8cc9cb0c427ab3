//! A dependency whose items the crate re-exports and speaks in.

mod hasher {
    /// Reached through the dependency's root.
    pub trait Hasher {
        fn start() -> Self
        where
            Self: Sized;
        fn finish(self) -> crate::Output
        where
            Self: Sized;
    }
    impl<D: crate::Update + Default> Hasher for D {
        fn start() -> Self {
            Self::default()
        }
        fn finish(self) -> crate::Output {
            crate::Output { bytes: self.state() }
        }
    }
}
pub use hasher::Hasher;

pub trait Update {
    fn state(&self) -> Vec<u8>;
    /// Provided here.
    fn is_empty(&self) -> bool {
        self.state().is_empty()
    }
}

/// Met in signatures alone.
pub struct Output {
    pub bytes: Vec<u8>,
}
impl Output {
    pub fn len(&self) -> usize {
        self.bytes.len()
    }
}

pub mod tools {
    pub fn tool() {}
    pub mod sub {
        pub struct Deep;
    }
}
pub mod many {
    pub struct One;
    pub struct Two;
}

/// Nobody mentions it.
pub struct Unrelated;
impl Update for Unrelated {
    fn state(&self) -> Vec<u8> {
        Vec::new()
    }
}

/// Every type has it, and it says nothing.
pub trait Noise {
    fn noise(&self) {}
}
impl<T> Noise for T {}
