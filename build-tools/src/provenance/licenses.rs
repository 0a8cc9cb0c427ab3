//! The licence texts that the crates bring along.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::Package;
use fs_err as fs;

use crate::toolchain::Toolchain;

/// How the names of such files begin, in capitals.
const NAMES: &[&str] = &[
    "LICENSE",
    "LICENCE",
    "UNLICENSE",
    "COPYING",
    "COPYRIGHT",
    "NOTICE",
];
/// Longer files are something else.
const LONGEST: u64 = 512 << 10;
const RULE: &str = "--------------------------------------------------------------------------------";

/// The licence files of the crate that is served, by name.
pub(super) fn own(package: &Package) -> BTreeMap<String, Vec<u8>> {
    texts(package)
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect()
}

/// All others in one text: what is word for word the same stands once, with the names of all whose it is.
pub(super) fn third_party<'a>(packages: impl Iterator<Item = &'a Package>, toolchain: &Toolchain) -> String {
    let mut by_text: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut silent = Vec::new();
    let mut all = Vec::new();
    let rust = (
        "Rust's standard library".to_owned(),
        format!("{}", toolchain.version),
    );
    let std = in_folder(&toolchain.sysroot.join("share/doc/rust"));
    all.push((rust, "MIT OR Apache-2.0".to_owned(), std));
    for package in packages {
        let terms = package.license.as_deref().map_or_else(
            || "see the file that it names".to_owned(),
            super::sbom::expression,
        );
        let name = (package.name.to_string(), package.version.to_string());
        all.push((name, terms, texts(package)));
    }
    for ((name, version), terms, found) in all {
        let who = format!("{name} {version} ({terms})");
        if found.is_empty() {
            silent.push(who.clone());
        }
        for text in found.into_values() {
            by_text.entry(text).or_default().insert(who.clone());
        }
    }
    let mut blocks: Vec<(BTreeSet<String>, String)> =
        by_text.into_iter().map(|(text, whose)| (whose, text)).collect();
    blocks.sort();
    let mut out = "This library contains the following crates, under these terms.\n".to_owned();
    for (whose, text) in blocks {
        let whose: Vec<String> = whose.into_iter().collect();
        out.push_str(&format!(
            "\n{RULE}\n{}\n{RULE}\n\n{}\n",
            whose.join("\n"),
            text.trim_end()
        ));
    }
    if !silent.is_empty() {
        out.push_str(&format!(
            "\n{RULE}\nThese bring no licence text along:\n{}\n{RULE}\n",
            silent.join("\n")
        ));
    }
    out
}

/// A package's licence files: the one that its manifest names, and those beside the manifest.
fn texts(package: &Package) -> BTreeMap<String, String> {
    let Some(folder) = package.manifest_path.parent() else {
        return BTreeMap::new();
    };
    let mut found = in_folder(folder.as_std_path());
    if let Some(named) = &package.license_file {
        let path = folder.join(named);
        if let (Some(name), Ok(text)) = (path.file_name(), fs::read_to_string(&path)) {
            found.insert(name.to_owned(), text.replace("\r\n", "\n"));
        }
    }
    found
}

fn in_folder(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return BTreeMap::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let upper = name.to_ascii_uppercase();
            let plain = name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c));
            let small = fs::metadata(entry.path()).is_ok_and(|file| file.is_file() && file.len() <= LONGEST);
            let page = upper.ends_with(".HTML");
            let meant = plain && small && !page && NAMES.iter().any(|begin| upper.starts_with(begin));
            let text = fs::read_to_string(entry.path()).ok().filter(|_| meant)?;
            Some((name, text.replace("\r\n", "\n")))
        })
        .collect()
}
