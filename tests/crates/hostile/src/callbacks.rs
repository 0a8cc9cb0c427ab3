//! Callables that come back while the callee is in the middle of something.

use crate::Owner;

/// Calls back while it has itself exclusively.
#[derive(Debug, Default)]
pub struct Loop {
    rounds: u32,
    owners: Vec<Owner>,
}

impl Loop {
    /// With so many owners.
    pub fn new(count: usize) -> Self {
        Self {
            rounds: 0,
            owners: (0..count).map(|at| Owner::new(&format!("owner {at} "))).collect(),
        }
    }

    /// Calls back with a number.
    pub fn run(&mut self, mut f: impl FnMut(u32)) -> u32 {
        for _ in 0..3 {
            self.rounds += 1;
            f(self.rounds);
        }
        self.rounds
    }

    /// Lends each owner.
    pub fn visit(&self, mut f: impl FnMut(&Owner)) {
        self.owners.iter().for_each(|owner| f(owner));
    }

    /// Lends each owner, to be changed.
    pub fn change(&mut self, mut f: impl FnMut(&mut Owner)) {
        self.owners.iter_mut().for_each(|owner| f(owner));
    }

    /// Lends itself, to be changed.
    pub fn tap(&mut self, f: impl FnOnce(&mut Loop)) -> u32 {
        f(self);
        self.rounds
    }

    /// Keeps what is right.
    pub fn retain(&mut self, mut f: impl FnMut(&Owner) -> bool) -> usize {
        self.owners.retain(|owner| f(owner));
        self.owners.len()
    }

    /// Calls back from other threads.
    pub fn spread(&self, f: impl Fn(&Owner) -> usize + Sync) -> usize {
        std::thread::scope(|scope| {
            let threads: Vec<_> = self.owners.iter().map(|owner| scope.spawn(|| f(owner))).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("the callable returned"))
                .sum()
        })
    }

    /// The texts.
    pub fn texts(&self) -> Vec<String> {
        self.owners.iter().map(|owner| owner.text().to_owned()).collect()
    }

    /// How often it went round.
    pub fn rounds(&self) -> u32 {
        self.rounds
    }
}

/// Keeps a callable.
pub struct Kept(Box<dyn Fn(u32) + Send + 'static>);

impl Kept {
    /// Keeps it.
    pub fn new(f: impl Fn(u32) + Send + 'static) -> Self {
        Self(Box::new(f))
    }

    /// Calls it.
    pub fn call(&self) {
        (self.0)(1);
    }
}
