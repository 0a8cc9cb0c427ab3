//! Names like one that does not exist, among the crates that cargo has downloaded before.

use std::collections::BTreeSet;
use std::path::PathBuf;

use fs_err as fs;

use crate::nearest::nearest;

/// The nearest names, best first; none where nothing is near.
pub(super) fn downloaded(name: &str) -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| etcetera::home_dir().ok().map(|home| home.join(".cargo")));
    let registries = home.and_then(|home| fs::read_dir(home.join("registry").join("cache")).ok());
    let files = registries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|registry| fs::read_dir(registry.path()).ok())
        .flatten()
        .flatten();
    let names: BTreeSet<String> = files
        .filter_map(|file| crate_name(file.file_name().to_str()?).map(str::to_owned))
        .collect();
    nearest(name, names.iter().map(String::as_str))
}

/// `serde_json` of `serde_json-1.0.140.crate`.
fn crate_name(file: &str) -> Option<&str> {
    let stem = file.strip_suffix(".crate")?;
    let at = stem
        .match_indices('-')
        .find(|(at, _)| semver::Version::parse(&stem[at + 1..]).is_ok())?;
    Some(&stem[..at.0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_registry_names_its_crate() {
        assert_eq!(crate_name("serde_json-1.0.140.crate"), Some("serde_json"));
        assert_eq!(crate_name("sha-1-0.10.1.crate"), Some("sha-1"));
        assert_eq!(crate_name("notes.txt"), None);
    }
}
