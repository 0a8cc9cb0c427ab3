//! The files of an artifact: its manifest, compared with the list of hashes that lies beside it.

use std::path::Path;

use super::blocks::Blocks;
use super::json::{Document, Value};
use super::{REBUILD, Refusal, parse};

/// The list of hashes, as `b3sum` writes and checks it.
const SUMS: &str = "BLAKE3SUMS";
/// What the build tools know of a large manifest's text.
const INDEX: &str = "manifest.index";

/// Reads and checks the manifest file `path`.
pub(super) fn read(path: &Path) -> Result<Document, Refusal> {
    let shown = path.display().to_string();
    let sums = fs_err::read(path.with_file_name(SUMS));
    let name = path
        .file_name()
        .map(|name| name.as_encoded_bytes())
        .unwrap_or_default();
    let listed = sums.as_ref().map_or(&[][..], Vec::as_slice);
    let expected = sum(listed, name);
    let index = expected
        .and_then(|_| index(path, listed))
        .transpose()
        .map_err(|problem| not_whole(&shown, INDEX, problem));
    let quick = match (&index, expected) {
        (Ok(Some(index)), Some(expected)) => by_index(path, index, expected)?,
        _ => None,
    };
    let document = match quick {
        Some(document) => document,
        None => {
            let data = fs_err::read(path).map_err(|error| unreadable(&shown, &error))?;
            if expected.is_some_and(|expected| expected != blake3::hash(&data).to_hex().as_bytes()) {
                return Err(other(&shown));
            }
            index?;
            // What is of another version, or no manifest at all, is best told so.
            parse(data, &shown)?
        }
    };
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

/// What an index says of the manifest `path`, whose hash must be the expected one. `None`: it is the index of another text,
/// which was edited together with its hash, or of another form, and no use.
fn by_index(path: &Path, index: &[u8], expected: &[u8]) -> Result<Option<Document>, Refusal> {
    let shown = path.display().to_string();
    let file = fs_err::File::open(path).map_err(|error| unreadable(&shown, &error))?;
    let length = file.metadata().map_err(|error| unreadable(&shown, &error))?.len();
    let Some(index) = Index::read(index) else {
        return Ok(None);
    };
    let Some(blocks) = Blocks::new(file, path, index.size, index.hashes, expected) else {
        return Ok(None);
    };
    if length != index.size as u64 {
        return Err(blocks.not_built());
    }
    super::indexed(index.texts.to_vec(), index.nodes, blocks, &shown)
}

/// The parts of an index.
struct Index<'i> {
    /// The size of the manifest's text.
    size: usize,
    /// Of the blocks of that.
    hashes: &'i [u8],
    nodes: &'i [u8],
    /// What is in the nodes that are not folded.
    texts: &'i [u8],
}

impl<'i> Index<'i> {
    fn read(index: &'i [u8]) -> Option<Self> {
        let number = |index: &[u8]| {
            let (number, _) = index.split_first_chunk()?;
            usize::try_from(u32::from_le_bytes(*number)).ok()
        };
        let size = number(index)?;
        let (hashes, rest) = index.get(4..)?.split_at_checked(Blocks::hashes(size)?)?;
        let (nodes, texts) = rest.get(4..)?.split_at_checked(number(rest)?)?;
        Some(Self {
            size,
            hashes,
            nodes,
            texts,
        })
    }
}

pub(super) fn unreadable(shown: &str, error: &std::io::Error) -> Refusal {
    let error = because(error);
    Refusal::Load(format!("cannot read the manifest `{shown}`: {error}; {REBUILD}"))
}

pub(super) fn other(shown: &str) -> Refusal {
    Refusal::Integrity(format!(
        "the manifest `{shown}` is not the one that was built: it was truncated or edited; {REBUILD}"
    ))
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
