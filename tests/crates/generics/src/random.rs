//! Functions that ask for random numbers, in the words of three versions of `rand_core`.

use rand_core_0_6 as v0_6;
use rand_core_0_9 as v0_9;
use rand_core_0_10 as v0_10;

/// A number from 1 to `sides`.
pub fn roll<R: v0_9::RngCore>(mut rng: R, sides: u32) -> u32 {
    rng.next_u32() % sides + 1
}

/// Several of them.
pub fn rolls(rng: &mut impl v0_9::RngCore, sides: u32, count: usize) -> Vec<u32> {
    (0..count).map(|_| roll(&mut *rng, sides)).collect()
}

/// A number, if the generator has one.
pub fn tried<R: v0_9::TryRngCore + ?Sized>(rng: &mut R) -> Result<u64, R::Error> {
    rng.try_next_u64()
}

/// Of nobody who has to name his generator.
pub fn word(rng: &mut dyn v0_9::RngCore) -> u64 {
    rng.next_u64()
}

/// A key, of the old kind.
pub fn key<R: v0_6::CryptoRng + v0_6::RngCore>(rng: &mut R) -> [u8; 32] {
    let mut key = [0; 32];
    rng.fill_bytes(&mut key);
    key
}

/// Noise, of the old kind.
pub fn noise(mut rng: impl v0_6::RngCore, length: usize) -> Vec<u8> {
    let mut noise = vec![0; length];
    rng.try_fill_bytes(&mut noise).expect("there is noise");
    noise
}

/// A key, of the new kind.
pub fn new_key<R: v0_10::CryptoRng + ?Sized>(rng: &mut R) -> [u8; 32] {
    let mut key = [0; 32];
    rng.fill_bytes(&mut key);
    key
}

/// Noise, of the new kind.
pub fn new_noise<R: v0_10::Rng>(rng: &mut R, length: usize) -> Vec<u8> {
    let mut noise = vec![0; length];
    rng.fill_bytes(&mut noise);
    noise
}

/// Counts, which is not random at all.
#[derive(Debug)]
pub struct Counter {
    at: u32,
}

impl Counter {
    /// One that begins there.
    pub fn new(at: u32) -> Self {
        Self { at }
    }
}

impl v0_9::RngCore for Counter {
    fn next_u32(&mut self) -> u32 {
        self.at += 1;
        self.at
    }

    fn next_u64(&mut self) -> u64 {
        self.next_u32().into()
    }

    fn fill_bytes(&mut self, to: &mut [u8]) {
        to.fill_with(|| self.next_u32() as u8);
    }
}
