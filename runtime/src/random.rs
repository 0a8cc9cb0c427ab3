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
    System(Box<Fetched>),
}

/// Bytes of the system's that are not given out yet.
#[derive(Debug)]
struct Fetched {
    bytes: [u8; FETCH],
    /// From where on they are unused.
    at: usize,
    /// The process that fetched them: its child after a `fork` has the same ones, and must not give them out again.
    process: u32,
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
        Self(Source::System(Box::new(Fetched {
            bytes: [0; FETCH],
            at: FETCH,
            process: 0,
        })))
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
            Source::System(fetched) => few.copy_from_slice(&fetched.next::<N>()),
        }
        few
    }
}

impl Fetched {
    fn next<const N: usize>(&mut self) -> [u8; N] {
        let process = std::process::id();
        if self.at + N > FETCH || self.process != process {
            system(&mut self.bytes);
            (self.at, self.process) = (0, process);
        }
        let mut few = [0; N];
        // What was given out is not kept.
        let used = &mut self.bytes[self.at..self.at + N];
        few.copy_from_slice(used);
        used.fill(0);
        self.at += N;
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
        let Source::System(fetched) = &random.0 else {
            unreachable!("it is the system's")
        };
        assert_eq!(fetched.at, FETCH);
        assert!(fetched.bytes.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn what_another_process_fetched_is_not_given_out() {
        let mut random = Random::system();
        random.few::<Marker, 8>();
        if let Source::System(fetched) = &mut random.0 {
            let rest = fetched.bytes[8..16].to_vec();
            fetched.process = !fetched.process;
            assert_ne!(fetched.next::<8>()[..], rest[..]);
            assert_eq!((fetched.at, fetched.process), (8, std::process::id()));
        }
    }

    #[test]
    fn memory_is_filled_to_its_end() {
        let mut long = [0; 4096];
        Random::system().fill::<Marker>(&mut long);
        assert!(long[4000..].iter().any(|byte| *byte != 0));
    }
}
