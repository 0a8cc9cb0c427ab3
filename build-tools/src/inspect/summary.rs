//! Counts: what is served, and why the rest is not.

use std::collections::BTreeMap;

use serde::Serialize;
use usecrate_manifest::{Kind, Manifest, Skip};

/// The skips of one code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reasons<'m> {
    /// How many of them count among the crate's safe public callables.
    pub counted: usize,
    /// All of them, by path.
    pub skips: Vec<&'m Skip>,
}

/// Skips by their code.
pub fn reasons(manifest: &Manifest) -> BTreeMap<String, Reasons<'_>> {
    let mut all: BTreeMap<String, Reasons<'_>> = BTreeMap::new();
    for skip in &manifest.skipped {
        let reasons = all.entry(code(skip)).or_default();
        reasons.counted += usize::from(skip.counted);
        reasons.skips.push(skip);
    }
    for reasons in all.values_mut() {
        reasons.skips.sort_by(|a, b| a.path.cmp(&b.path));
    }
    all
}

/// The code's word, as in the manifest.
fn code(skip: &Skip) -> String {
    match serde_json::to_value(skip.code) {
        Ok(serde_json::Value::String(word)) => word,
        _ => format!("{:?}", skip.code),
    }
}

/// What `inspect --json` says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary<'m> {
    /// Package name.
    pub name: &'m str,
    /// Exact version.
    pub version: &'m str,
    /// Safe public callables.
    pub callables: u32,
    /// Of those, served.
    pub served: u32,
    /// Their share in per cent.
    pub percent: f64,
    /// Classes by kind: `handle`, `record`, `enum`, `exception` (which also counts in its kind).
    pub types: BTreeMap<&'static str, usize>,
    /// Counted skips by code.
    pub skipped: BTreeMap<String, usize>,
    /// The manifest itself.
    pub manifest: &'m Manifest,
}

/// The counts, with the manifest.
pub fn summary(manifest: &Manifest) -> Summary<'_> {
    let coverage = &manifest.coverage;
    let mut types = BTreeMap::from([("handle", 0), ("record", 0), ("enum", 0), ("exception", 0)]);
    for ty in &manifest.types {
        let word = match ty.kind {
            Kind::Handle => "handle",
            Kind::Record => "record",
            Kind::Enum => "enum",
        };
        *types.entry(word).or_default() += 1;
        *types.entry("exception").or_default() += usize::from(ty.error);
    }
    let counted = reasons(manifest)
        .into_iter()
        .map(|(code, reasons)| (code, reasons.counted));
    Summary {
        name: &manifest.krate.name,
        version: &manifest.krate.version,
        callables: coverage.callables,
        served: coverage.served,
        percent: share(coverage.served, coverage.callables),
        types,
        skipped: counted.filter(|(_, count)| *count > 0).collect(),
        manifest,
    }
}

pub(super) fn percent(part: u32, whole: u32) -> String {
    format!("{:.1} %", share(part, whole))
}

/// A crate without callables is served whole.
fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        100.0
    } else {
        (f64::from(part) / f64::from(whole) * 1000.0).round() / 10.0
    }
}
