//! Where random bytes come from: the operating system, or a callable of the host's.
//!
//! The bridge wraps it in a type of its own, which implements whatever traits of random number generators the crate's graph has:
//! `random_source!` writes that.

use crate::error::Fault;
use crate::host::{Failure, Keeper, KeptCallable};
use crate::lift::Lift;
use crate::lower::Lower;

/// How many bytes of the system's are fetched for small numbers.
const FETCH: usize = 256;

/// A callable that is passed a count, and gives so many bytes.
pub type Bytes = Option<KeptCallable<(u64,), Vec<u8>>>;

/// A source of random bytes.
#[derive(Debug)]
pub struct Random(Source);

#[derive(Debug)]
enum Source {
    Host(Keeper),
    /// What was fetched, and from where on it is unused.
    System(Box<[u8; FETCH]>, usize),
}

impl Random {
    /// The callable, or the system's where there is none.
    #[must_use]
    pub fn new(callable: Bytes) -> Self {
        Self(match callable {
            Some(callable) => Source::Host(callable.keep()),
            None => return Self::system(),
        })
    }

    /// The operating system's.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System(Box::new([0; FETCH]), FETCH))
    }

    /// Fills memory.
    ///
    /// # Panics
    ///
    /// The system has no randomness; or the callable raised, or gave another count: then this unwinds out of the call.
    pub fn fill<B>(&mut self, to: &mut [u8])
    where
        for<'h> u64: Lower<'h, B>,
        for<'s> Vec<u8>: Lift<'s, 's, B>,
    {
        match &self.0 {
            Source::System(..) => system(to),
            Source::Host(callable) => {
                let given: Vec<u8> = callable.invoke::<B, _, _>((to.len() as u64,));
                if given.len() != to.len() {
                    let (given, asked) = (given.len(), to.len());
                    let why = format!("a source of randomness gave {given} bytes, not {asked}");
                    Failure::from(Fault::value(why)).unwind();
                }
                to.copy_from_slice(&given);
            }
        }
    }

    /// A few bytes, for a number.
    ///
    /// # Panics
    ///
    /// As [`Random::fill`].
    pub fn few<B, const N: usize>(&mut self) -> [u8; N]
    where
        for<'h> u64: Lower<'h, B>,
        for<'s> Vec<u8>: Lift<'s, 's, B>,
    {
        let mut few = [0; N];
        match &mut self.0 {
            Source::Host(_) => self.fill::<B>(&mut few),
            Source::System(fetched, at) => {
                if *at + N > FETCH {
                    system(&mut fetched[..]);
                    *at = 0;
                }
                // What was given out is not kept.
                let used = &mut fetched[*at..*at + N];
                few.copy_from_slice(used);
                used.fill(0);
                *at += N;
            }
        }
        few
    }
}

fn system(to: &mut [u8]) {
    if let Err(error) = getrandom::fill(to) {
        panic!("the operating system has no randomness to give: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::{FETCH, Random, Source};

    struct Marker;

    #[test]
    fn small_numbers_are_fetched_together_and_given_once() {
        let mut random = Random::system();
        let few: Vec<[u8; 8]> = (0..2 * FETCH / 8).map(|_| random.few::<Marker, 8>()).collect();
        let mut different = few.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), few.len());
        let Source::System(fetched, at) = &random.0 else {
            unreachable!("it is the system's")
        };
        assert_eq!(*at, FETCH);
        assert!(fetched.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn memory_is_filled_to_its_end() {
        let mut long = [0; 4096];
        Random::system().fill::<Marker>(&mut long);
        assert!(long[4000..].iter().any(|byte| *byte != 0));
    }
}
