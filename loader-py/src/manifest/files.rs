//! The files of an artifact: its manifest, compared with the list of hashes that lies beside it.

use std::io::{Read, Seek};
use std::path::Path;

use super::json::{Document, Value};
use super::{REBUILD, Refusal, parse};

/// The list of hashes, as `b3sum` writes and checks it.
const SUMS: &str = "BLAKE3SUMS";
/// What the build tools know of a large manifest's text.
const INDEX: &str = "manifest.index";
/// What is before the nodes in an index: the manifest's hash, and how much of it is kept.
const HEAD: usize = 32 + 4;
/// What is read at a time of what is not kept.
const STEP: usize = 32 << 10;

/// A manifest that was read, and where the rest of it is, if not all of it was kept.
pub(super) type Found = (Document, Option<Rest>);

/// What of a large manifest no import asks for: it is read, verified, and not kept.
pub(super) struct Rest {
    file: fs_err::File,
    hash: blake3::Hash,
    index: Vec<u8>,
}

impl Rest {
    /// The whole manifest.
    pub(super) fn whole(&self) -> Result<Document, Refusal> {
        let shown = self.file.path().display().to_string();
        let mut data = Vec::new();
        let mut file = &self.file;
        file.rewind()
            .and_then(|()| file.read_to_end(&mut data))
            .map_err(|error| unreadable(&shown, &error))?;
        if blake3::hash(&data) != self.hash {
            return Err(other(&shown));
        }
        let size = data.len();
        super::indexed(data, size, &self.index[HEAD..], &shown)?.ok_or_else(|| other(&shown))
    }
}

/// Reads and checks the manifest file `path`.
pub(super) fn read(path: &Path) -> Result<Found, Refusal> {
    let shown = path.display().to_string();
    let mut file = fs_err::File::open(path).map_err(|error| unreadable(&shown, &error))?;
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
    let kept = index.as_ref().ok().and_then(|index| kept(index.as_deref()?));
    let (data, size, hash) = read_first(&mut file, kept).map_err(|error| unreadable(&shown, &error))?;
    if expected.is_some_and(|expected| expected != hash.to_hex().as_bytes()) {
        return Err(other(&shown));
    }
    // The index of another text, which was edited together with its hash, is no use.
    let index = index?.filter(|index| index.starts_with(hash.as_bytes()) && index.len() >= HEAD);
    // What is of another version, or no manifest at all, is best told so.
    let (document, rest) = match index {
        None if data.len() == size => (parse(data, &shown)?, None),
        None => (again(&mut file, &hash, &shown)?, None),
        Some(index) => {
            let missing = data.len() < size;
            match super::indexed(data, size, &index[HEAD..], &shown)? {
                Some(document) => (document, missing.then_some(Rest { file, hash, index })),
                None => (again(&mut file, &hash, &shown)?, None),
            }
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
        None => Ok((document, rest)),
    }
}

fn unreadable(shown: &str, error: &std::io::Error) -> Refusal {
    let error = because(error);
    Refusal::Load(format!("cannot read the manifest `{shown}`: {error}; {REBUILD}"))
}

fn other(shown: &str) -> Refusal {
    Refusal::Integrity(format!(
        "the manifest `{shown}` is not the one that was built: it was truncated or edited; {REBUILD}"
    ))
}

/// Reads and checks all of a manifest whose hash is known.
fn again(file: &mut fs_err::File, hash: &blake3::Hash, shown: &str) -> Result<Document, Refusal> {
    let (data, _, found) = read_first(file, None).map_err(|error| unreadable(shown, &error))?;
    if found != *hash {
        return Err(other(shown));
    }
    parse(data, shown)
}

/// What of a manifest is kept, as its index says.
fn kept(index: &[u8]) -> Option<u64> {
    // Elsewhere a file that stays open is in the way of who removes its folder.
    let number = index.get(HEAD - 4..HEAD).filter(|_| cfg!(unix))?;
    Some(u64::from(u32::from_le_bytes(number.try_into().ok()?)))
}

/// The first bytes of a file, or all, with its size, and the hash of all. What is not kept takes no memory: memory that is
/// touched for the first time costs more than to read and hash what is in it.
fn read_first(file: &mut fs_err::File, kept: Option<u64>) -> std::io::Result<(Vec<u8>, usize, blake3::Hash)> {
    let length = file.metadata()?.len();
    let kept = kept.map_or(length, |kept| kept.min(length));
    let mut data = Vec::with_capacity(usize::try_from(kept).unwrap_or(0) + 1);
    file.rewind()?;
    if kept < length {
        file.take(kept).read_to_end(&mut data)?;
    } else {
        file.read_to_end(&mut data)?;
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(&data);
    let mut size = data.len();
    let mut step = [0; STEP];
    loop {
        match file.read(&mut step)? {
            0 => return Ok((data, size, hasher.finalize())),
            read => {
                hasher.update(&step[..read]);
                size += read;
            }
        }
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
