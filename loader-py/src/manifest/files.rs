//! The files of an artifact: its manifest, compared with the list of hashes that lies beside it.

use std::path::Path;

use super::json::{Document, Value};
use super::{REBUILD, Refusal, parse};

/// The list of hashes, as `b3sum` writes and checks it.
const SUMS: &str = "BLAKE3SUMS";
/// What the build tools know of a large manifest's text.
const INDEX: &str = "manifest.index";

/// Reads and checks the manifest file `path`.
pub(super) fn read(path: &Path) -> Result<Document, Refusal> {
    let shown = path.display().to_string();
    let data = fs_err::read(path).map_err(|error| {
        let error = because(&error);
        Refusal::Load(format!("cannot read the manifest `{shown}`: {error}; {REBUILD}"))
    })?;
    let sums = fs_err::read(path.with_file_name(SUMS));
    let name = path
        .file_name()
        .map(|name| name.as_encoded_bytes())
        .unwrap_or_default();
    let listed = sums.as_ref().map_or(&[][..], Vec::as_slice);
    let hash = blake3::hash(&data);
    let expected = sum(listed, name);
    if expected.is_some_and(|expected| expected != hash.to_hex().as_bytes()) {
        return Err(Refusal::Integrity(format!(
            "the manifest `{shown}` is not the one that was built: it was truncated or edited; {REBUILD}"
        )));
    }
    // That of another text, which was edited together with its hash, is no use.
    let index = expected
        .and_then(|_| index(path, listed))
        .transpose()
        .map_err(|problem| not_whole(&shown, INDEX, problem))?;
    let index = index
        .as_deref()
        .and_then(|index| index.strip_prefix(hash.as_bytes()));
    // What is of another version, or no manifest at all, is best told so.
    let document = parse(data, index, &shown)?;
    let problem = match &sums {
        Err(error) => Some(format!("cannot be read ({})", because(error))),
        Ok(list) if std::str::from_utf8(list).is_err() => Some("is not text".to_owned()),
        Ok(list) if !is_whole(list) || sum(list, name).is_none() => Some("is damaged".to_owned()),
        Ok(list) if !lists_library(list, document.root()) => {
            Some("does not list the library that was built".to_owned())
        }
        Ok(_) => None,
    };
    match problem {
        Some(problem) => Err(not_whole(&shown, SUMS, &problem)),
        None => Ok(document),
    }
}

/// The index of the manifest at `path`, if the list names one.
fn index(path: &Path, listed: &[u8]) -> Option<Result<Vec<u8>, &'static str>> {
    let expected = sum(listed, INDEX.as_bytes())?;
    Some(match fs_err::read(path.with_file_name(INDEX)) {
        Ok(index) if expected == blake3::hash(&index).to_hex().as_bytes() => Ok(index),
        Ok(_) => Err("is not the one that was built"),
        Err(_) => Err("cannot be read"),
    })
}

fn not_whole(shown: &str, file: &str, problem: &str) -> Refusal {
    Refusal::Integrity(format!(
        "the artifact of `{shown}` is not whole: its `{file}` {problem}; {REBUILD}"
    ))
}

/// What the system said, without the path, which the message has.
fn because(error: &std::io::Error) -> String {
    match error.raw_os_error() {
        Some(code) => std::io::Error::from_raw_os_error(code).to_string(),
        None => error.to_string(),
    }
}

/// The lines of a list: a hash, two spaces, a name.
fn lines(list: &[u8]) -> impl Iterator<Item = Option<(&[u8], &[u8])>> {
    list.split_inclusive(|byte| *byte == b'\n').map(|line| {
        let line = line.strip_suffix(b"\n")?;
        let (hash, rest) = line.split_at_checked(64)?;
        Some((hash, rest.strip_prefix(b"  ")?))
    })
}

/// Whether every line is whole and names another file.
fn is_whole(list: &[u8]) -> bool {
    let mut names = Vec::new();
    lines(list).all(|line| {
        line.is_some_and(|(_, name)| {
            let new = !names.contains(&name);
            names.push(name);
            new
        })
    })
}

/// The hash of the file of that name.
fn sum<'l>(list: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    lines(list)
        .flatten()
        .find(|(_, listed)| *listed == name)
        .map(|(hash, _)| hash)
}

fn lists_library(list: &[u8], manifest: Value<'_>) -> bool {
    let library = |key| manifest.get("library")?.get(key)?.text();
    let (Some(name), Some(hash)) = (library("path"), library("blake3")) else {
        return false;
    };
    sum(list, name.as_bytes()) == Some(hash.as_bytes())
}
