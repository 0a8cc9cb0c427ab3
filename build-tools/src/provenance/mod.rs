//! What a library is made of: files beside it that say which crates are in it, under which terms, and how to make it
//! again.
//!
//! - `Cargo.lock`: the graph that it was built in;
//! - `sbom.cdx.json`: its crates, as a CycloneDX document ([`sbom`]);
//! - the crate's own licence files, under their names, and `THIRD-PARTY-LICENSES.txt` for all others ([`licenses`]).
//!
//! The same graph gives the same bytes: no clock, no path of this machine.

mod licenses;
mod sbom;

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, Package, PackageId, TargetKind};

use crate::toolchain::Toolchain;

/// The lock file's name in an artifact.
pub const LOCK: &str = "Cargo.lock";
/// The name of the list of what is in a library.
pub const SBOM: &str = "sbom.cdx.json";
/// The name of the file with the licences of all crates but the one that is served.
pub const THIRD_PARTY: &str = "THIRD-PARTY-LICENSES.txt";

/// What a library is made of.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// The bridge's graph, for one target.
    pub metadata: &'a Metadata,
    /// The crate that is served.
    pub krate: &'a Package,
    /// Its lock file.
    pub lock: &'a str,
    /// What compiled it.
    pub toolchain: &'a Toolchain,
    /// The glibc that it was linked against, where one was asked for.
    pub glibc: Option<&'a str>,
    /// Whether its lock file was given: then the same bytes come out again.
    pub pinned: bool,
}

/// The files to put beside the library, by name.
#[must_use]
pub fn files(made: Made<'_>) -> BTreeMap<String, Vec<u8>> {
    let linked = Linked::of(made.metadata);
    let mut files = licenses::own(made.krate);
    files.insert(LOCK.to_owned(), made.lock.as_bytes().to_vec());
    files.insert(SBOM.to_owned(), sbom::text(made, &linked).into_bytes());
    let others = linked
        .packages
        .values()
        .copied()
        .filter(|package| package.id != made.krate.id);
    let third_party = licenses::third_party(others, made.toolchain);
    files.insert(THIRD_PARTY.to_owned(), third_party.into_bytes());
    files
}

/// The packages whose code is linked, and on which of each other they depend: what only runs while building is left out.
struct Linked<'a> {
    /// Without the bridge, by name and version.
    packages: BTreeMap<(&'a str, &'a semver::Version, &'a str), &'a Package>,
    edges: BTreeMap<&'a PackageId, BTreeSet<&'a PackageId>>,
}

impl<'a> Linked<'a> {
    fn of(metadata: &'a Metadata) -> Linked<'a> {
        let mut linked = Linked {
            packages: BTreeMap::new(),
            edges: BTreeMap::new(),
        };
        let Some(resolve) = &metadata.resolve else {
            return linked;
        };
        let packages: BTreeMap<&PackageId, &Package> =
            metadata.packages.iter().map(|one| (&one.id, one)).collect();
        let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
        let is_linked = |id: &PackageId| packages.get(id).is_some_and(|package| !is_macro(package));
        let mut open: Vec<&PackageId> = resolve.root.iter().collect();
        while let Some(id) = open.pop() {
            let (Some(node), false) = (nodes.get(id), linked.edges.contains_key(id)) else {
                continue;
            };
            let on = node.deps.iter().filter(|dep| {
                let kinds = &dep.dep_kinds;
                is_linked(&dep.pkg) && kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
            });
            let on: BTreeSet<&PackageId> = on.map(|dep| &dep.pkg).collect();
            open.extend(&on);
            linked.edges.insert(id, on);
            if let (Some(package), false) = (packages.get(id), resolve.root.as_ref() == Some(id)) {
                let key = (package.name.as_str(), &package.version, package.id.repr.as_str());
                linked.packages.insert(key, package);
            }
        }
        linked
    }
}

fn is_macro(package: &Package) -> bool {
    package
        .targets
        .iter()
        .any(|target| target.kind.contains(&TargetKind::ProcMacro))
}
