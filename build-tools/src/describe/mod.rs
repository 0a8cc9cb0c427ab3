//! Joins what the library says it serves with the plan's names and docs: the manifest.
//!
//! 1. [`answer`]: the library's own words, with the types that rustc resolved; [`implementors`]: what objects have to have.
//! 2. [`join`]: types, callables, modules, traits; what leads to a dropped shim goes.
//! 3. [`defaults`]: values for parameters that are left out.
//! 4. [`obtain`]: which callables can be called at all, given what Python can get hold of.
//! 5. [`skips`]: what is left out and how much is served; [`places`]: where it would have been found.
//! 6. [`partial`]: callables that take some of what implements a trait.
//! 7. [`schemas`]: JSON Schemas of the types that cross by value.
//!
//! The numbers come from [`Numbers`](crate::generate::Numbers), as the bridge's do. Where library and plan disagree,
//! that is a fault of usecrate and an error: a manifest never describes another library than its own.

mod answer;
mod defaults;
mod implementors;
mod join;
mod obtain;
mod partial;
mod places;
mod schemas;
mod skips;
#[cfg(test)]
mod tests;

use serde_json::Value;
use usecrate_manifest::{ABI_VERSION, Build, Crate, Library, MANIFEST_VERSION, Manifest, validate};

use crate::diagnostic::Explain;
use crate::generate::{Dropped, Numbers};
use crate::plan::Unusable;
use crate::plan::model::Plan;

/// What the manifest says besides what is served.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Version of usecrate.
    pub generator: String,
    /// The crate that was built.
    pub krate: Crate,
    /// What it was built with and for.
    pub build: Build,
}

/// Library and plan disagree.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DescribeError {
    /// The library's answer is not as the ABI says.
    #[error("the library describes itself wrongly: `{place}`: {problem}")]
    Answer {
        /// Where in the answer: `callables[3][2]`.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// The library serves something else than was planned.
    #[error("the library is not the planned one: `{place}` is `{found}`, expected `{expected}`")]
    Disagree {
        /// Where in the answer.
        place: String,
        /// What the library says.
        found: String,
        /// What the plan says.
        expected: String,
    },
    /// The manifest that comes out is not valid.
    #[error("the manifest is not valid")]
    Invalid(#[source] usecrate_manifest::Invalid),
    /// The configuration asks for what cannot be.
    #[error(transparent)]
    Configured(#[from] Unusable),
}

impl Explain for DescribeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Answer { .. } => "describe-answer",
            Self::Disagree { .. } => "describe-disagrees",
            Self::Invalid(_) => "describe-invalid",
            Self::Configured(_) => "bad-config",
        }
    }

    fn hint(&self) -> Option<String> {
        if let Self::Configured(_) = self {
            return Some("`usecrate inspect` shows what each parameter takes".to_owned());
        }
        Some("this is a fault of usecrate, not of the crate: please report it, naming the crate".to_owned())
    }
}

/// The manifest of the library whose answer to *describe* is `answer`. Its file name, size and hashes are sealing's to fill in.
///
/// # Errors
///
/// When the library says something else than the plan.
pub fn describe(
    plan: &Plan,
    dropped: &Dropped,
    facts: Facts,
    answer: &Value,
) -> Result<Manifest, DescribeError> {
    let numbers = Numbers::new(plan, dropped);
    let served = answer::read(answer)?;
    let join = join::Join::new(plan, &numbers, &served);
    let types = join.types()?;
    let mut callables = join.callables()?;
    defaults::fill(plan, &numbers, &types, &mut callables)?;
    let constructible: Vec<_> = numbers.types().map(|id| plan.types[id].constructible).collect();
    let missing = obtain::unobtainable(&types, &callables, &served.objects, &constructible);
    let (skipped, coverage) = skips::skips(plan, dropped, &numbers, &missing);
    let known = schemas::Known {
        types: &types,
        objects: &served.objects,
    };
    let schemas = schemas::schemas(known);
    let parameters = schemas::parameters(known, &callables);
    let manifest = Manifest {
        manifest_version: MANIFEST_VERSION,
        abi_version: ABI_VERSION,
        generator: facts.generator,
        krate: facts.krate,
        build: facts.build,
        library: unsealed(),
        modules: join.modules(),
        traits: join.traits(),
        types,
        callables,
        objects: served.objects.clone(),
        skipped,
        coverage,
        partial: partial::partial(plan, dropped, &numbers),
        schemas,
        parameters,
    };
    validate(&manifest).map_err(DescribeError::Invalid)?;
    Ok(manifest)
}

fn unsealed() -> Library {
    let unknown = "0".repeat(64);
    Library {
        path: "unsealed".to_owned(),
        size: 0,
        blake3: unknown.clone(),
        sha256: unknown,
        loaded: None,
    }
}
