//! Compiles the bridge and drops, with the compiler's reason, what rustc rejects, until it is clean.
//!
//! 1. [`blame`]: whom an error belongs to, by its spans.
//! 2. [`prove`]: `cargo check`, drop, repeat. Types go first: a shim that fails only beside a broken type gets
//!    another round.
//! 3. [`build`]: the release build is part of the proof. What fails only there (const evaluation, linking) often has
//!    no span into the bridge; [`bisect`] then finds the shims by building without them.
//!
//! Every round drops something or ends the proof, so it terminates; the bounds are against surprises. Processes are
//! the caller's business: it implements [`Compile`].

mod bisect;
mod blame;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::path::PathBuf;

use cargo_metadata::diagnostic::Diagnostic;

use crate::diagnostic::Explain;
use crate::generate::{Dropped, Header, Numbers, Owner, Rejection, Source, generate};
use crate::plan::model::{Plan, ShimId};

/// More rounds than this are a bug in the bridge, not a difficult crate.
const MAX_ROUNDS: usize = 100;
/// Compilations that one search for an error without a place may cost.
const MAX_SEARCH: usize = 96;

/// Compiles the bridge.
pub trait Compile {
    /// What can go wrong besides errors in the bridge: a dependency that does not compile, cargo missing…
    type Error: Error + 'static;

    /// Puts `text` into the bridge's `src/lib.rs`, runs `cargo check`, and gives rustc's messages for the bridge. No
    /// error among them means that it compiles.
    ///
    /// # Errors
    ///
    /// When something other than the bridge fails.
    fn check(&mut self, text: &str) -> Result<Vec<Diagnostic>, Self::Error>;

    /// The same with the release build: the library, or rustc's messages for the bridge.
    ///
    /// # Errors
    ///
    /// When something other than the bridge fails.
    fn build(&mut self, text: &str) -> Result<Result<PathBuf, Vec<Diagnostic>>, Self::Error>;

    /// Generates code without optimising it: enough, and far quicker, for what rustc finds only there. Gives rustc's
    /// messages.
    ///
    /// # Errors
    ///
    /// When something other than the bridge fails.
    fn generate_code(&mut self, text: &str) -> Result<Vec<Diagnostic>, Self::Error> {
        Ok(self.build(text)?.err().unwrap_or_default())
    }

    /// Whether a file name in a message is the bridge's `src/lib.rs`. Cargo names a workspace's own files relative to
    /// its root, and all others by their absolute path.
    fn is_source(&self, file_name: &str) -> bool {
        file_name.replace('\\', "/") == "src/lib.rs"
    }
}

/// The end of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// Counted from one, over both proof and build.
    pub round: usize,
    /// Shims that stand.
    pub kept: usize,
    /// Shims that were dropped so far.
    pub skipped: usize,
}

/// A bridge that compiles, and what it lost on the way.
#[derive(Debug, Clone)]
pub struct Proven {
    /// What was dropped, and why.
    pub dropped: Dropped,
    /// The source that stands.
    pub source: Source,
    /// Rounds that it took.
    pub rounds: usize,
}

/// Why a bridge could not be proved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProveError<E: Error + 'static> {
    /// Something other than the bridge failed.
    #[error(transparent)]
    Compile(E),
    /// rustc rejects the part of the bridge that serves no callable.
    #[error("rustc rejects the bridge, and no callable is to blame")]
    Nobody {
        /// rustc's messages.
        rendered: String,
    },
    /// The bound was reached.
    #[error("the bridge still does not compile after {tries} compilations")]
    Endless {
        /// How many there were.
        tries: usize,
        /// rustc's last messages.
        rendered: String,
    },
}

impl<E: Explain + 'static> Explain for ProveError<E> {
    fn code(&self) -> &'static str {
        match self {
            Self::Compile(error) => error.code(),
            Self::Nobody { .. } => "bridge-rejected",
            Self::Endless { .. } => "proof-endless",
        }
    }

    fn place(&self) -> Option<String> {
        match self {
            Self::Compile(error) => error.place(),
            Self::Nobody { .. } | Self::Endless { .. } => {
                Some("the generated bridge, `src/lib.rs`".to_owned())
            }
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Compile(error) => error.hint(),
            Self::Nobody { .. } | Self::Endless { .. } => Some(
                "this is a fault of usecrate, not of the crate: please report it with the text above"
                    .to_owned(),
            ),
        }
    }

    fn details(&self) -> Option<String> {
        match self {
            Self::Compile(error) => error.details(),
            Self::Nobody { rendered } | Self::Endless { rendered, .. } => Some(rendered.clone()),
        }
    }
}

/// Checks the bridge and drops what rustc rejects until it is clean.
///
/// # Errors
///
/// When something other than the bridge fails, or an error belongs to no callable.
pub fn prove<C: Compile>(
    plan: &Plan,
    header: &Header,
    compiler: &mut C,
    on_round: &mut dyn FnMut(Round),
) -> Result<Proven, ProveError<C::Error>> {
    let proven = Proven {
        dropped: Dropped::of(plan),
        source: Source::default(),
        rounds: 0,
    };
    let mut proof = Proof {
        plan,
        header,
        proven,
        on_round,
    };
    proof.write();
    loop {
        proof.next_round()?;
        let source = proof.proven.source.text.clone();
        let messages = errors(compiler.check(&source).map_err(ProveError::Compile)?);
        let done = messages.is_empty();
        if !done && !proof.drop_blamed(&messages, compiler) {
            proof.search(&messages, |text| {
                let problems = errors(compiler.check(text)?);
                Ok((!problems.is_empty()).then_some(problems))
            })?;
        }
        proof.report();
        if done {
            return Ok(proof.proven);
        }
    }
}

/// Builds the library; what fails only now is dropped too.
///
/// # Errors
///
/// When something other than the bridge fails, or an error belongs to no callable.
pub fn build<C: Compile>(
    plan: &Plan,
    header: &Header,
    proven: &mut Proven,
    compiler: &mut C,
    on_round: &mut dyn FnMut(Round),
) -> Result<PathBuf, ProveError<C::Error>> {
    let mut proof = Proof {
        plan,
        header,
        proven: proven.clone(),
        on_round,
    };
    loop {
        proof.next_round()?;
        let source = proof.proven.source.text.clone();
        match compiler.build(&source).map_err(ProveError::Compile)? {
            Ok(library) => {
                *proven = proof.proven;
                return Ok(library);
            }
            Err(messages) => {
                let messages = errors(messages);
                if !proof.drop_blamed(&messages, compiler) {
                    let quick = errors(compiler.generate_code(&source).map_err(ProveError::Compile)?);
                    if quick.is_empty() {
                        // The optimiser or the linker: only the whole build shows it.
                        proof.search(&messages, |text| Ok(compiler.build(text)?.err().map(errors)))?;
                    } else {
                        proof.search(&messages, |text| {
                            let problems = errors(compiler.generate_code(text)?);
                            Ok((!problems.is_empty()).then_some(problems))
                        })?;
                    }
                }
                proof.report();
            }
        }
    }
}

struct Proof<'p> {
    plan: &'p Plan,
    header: &'p Header,
    proven: Proven,
    on_round: &'p mut dyn FnMut(Round),
}

impl Proof<'_> {
    fn next_round<E: Error + 'static>(&mut self) -> Result<(), ProveError<E>> {
        if self.proven.rounds == MAX_ROUNDS {
            return Err(ProveError::Endless {
                tries: MAX_ROUNDS,
                rendered: String::new(),
            });
        }
        self.proven.rounds += 1;
        Ok(())
    }

    fn report(&mut self) {
        let skipped = self.proven.dropped.shims();
        let kept = self.plan.shims.len() - skipped;
        (self.on_round)(Round {
            round: self.proven.rounds,
            kept,
            skipped,
        });
    }

    /// Writes the source; parts of the plan that are not Rust are dropped at once.
    fn write(&mut self) {
        loop {
            self.proven.source = generate(self.plan, self.header, &self.proven.dropped);
            let faults = std::mem::take(&mut self.proven.source.faults);
            let mut any = false;
            for (owner, problem) in faults {
                let message = format!("usecrate planned what is not Rust (please report it): {problem}");
                any |= self
                    .proven
                    .dropped
                    .insert(owner, Rejection { message, code: None });
            }
            if !any {
                return;
            }
        }
    }

    /// Drops whom the messages blame; says whether there was anyone.
    fn drop_blamed<C: Compile>(&mut self, messages: &[Diagnostic], compiler: &C) -> bool {
        let source = &self.proven.source;
        let blamed: Vec<_> = messages
            .iter()
            .filter_map(|message| {
                Some((
                    blame::owner(message, source, &|name| compiler.is_source(name))?,
                    message,
                ))
            })
            .collect();
        let first = |owner: &Owner| !matches!(owner, Owner::Shim(_));
        let types_first = blamed.iter().any(|(owner, _)| first(owner));
        let mut any = false;
        for (owner, message) in blamed {
            if !types_first || first(&owner) {
                any |= self.proven.dropped.insert(owner, blame::reason(message));
            }
        }
        if any {
            self.write();
        }
        any
    }

    /// Finds the shims behind errors that have no place in the bridge. `compile` gives nothing when it compiles.
    fn search<E: Error + 'static>(
        &mut self,
        messages: &[Diagnostic],
        mut compile: impl FnMut(&str) -> Result<Option<Vec<Diagnostic>>, E>,
    ) -> Result<(), ProveError<E>> {
        let rendered = blame::rendered(messages);
        let kept: Vec<ShimId> = Numbers::new(self.plan, &self.proven.dropped).shims().collect();
        let found = bisect::culprits(&kept, MAX_SEARCH, first_reason(messages), |some| {
            let mut dropped = self.proven.dropped.clone();
            for id in kept.iter().filter(|id| !some.contains(id)) {
                dropped.insert(
                    Owner::Shim(*id),
                    Rejection {
                        message: String::new(),
                        code: None,
                    },
                );
            }
            let problems = compile(&generate(self.plan, self.header, &dropped).text)?;
            Ok(problems.map(|messages| first_reason(&messages)))
        });
        match found {
            Ok(culprits) => {
                for (id, reason) in culprits {
                    self.proven.dropped.insert(Owner::Shim(id), reason);
                }
                self.write();
                Ok(())
            }
            Err(bisect::Failed::Compile(error)) => Err(ProveError::Compile(error)),
            Err(bisect::Failed::Nobody) => Err(ProveError::Nobody { rendered }),
            Err(bisect::Failed::Endless(tries)) => Err(ProveError::Endless { tries, rendered }),
        }
    }
}

fn first_reason(messages: &[Diagnostic]) -> Rejection {
    let silent = || Rejection {
        message: "the build fails with it".to_owned(),
        code: None,
    };
    messages.first().map_or_else(silent, blame::reason)
}

/// The errors among rustc's messages, without the one that only counts the others.
fn errors(messages: Vec<Diagnostic>) -> Vec<Diagnostic> {
    messages.into_iter().filter(blame::is_error).collect()
}
