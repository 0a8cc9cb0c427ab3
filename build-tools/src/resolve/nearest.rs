//! Names like one that does not exist, among the crates that cargo has downloaded before.

use std::collections::BTreeSet;
use std::path::PathBuf;

use fs_err as fs;

/// How many are worth showing.
const MOST: usize = 3;

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

fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let most = (name.len() / 3).clamp(1, 3);
    let mut near: Vec<(usize, &str)> = names
        .map(|other| (distance(name, other), other))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    near.sort_unstable();
    near.into_iter()
        .take(MOST)
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// Letters to insert, delete or replace.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_come_first_and_far_ones_not_at_all() {
        let names = ["serde", "semver", "server", "sha2", "regex"];
        assert_eq!(nearest("semverr", names.into_iter()), ["semver", "server"]);
        assert!(nearest("tokio", names.into_iter()).is_empty());
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_file_of_the_registry_names_its_crate() {
        assert_eq!(crate_name("serde_json-1.0.140.crate"), Some("serde_json"));
        assert_eq!(crate_name("sha-1-0.10.1.crate"), Some("sha-1"));
        assert_eq!(crate_name("notes.txt"), None);
    }
}
