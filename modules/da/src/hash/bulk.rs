//! Many messages at once, and files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rayon::prelude::*;

use super::Algorithm;
use crate::{Error, threads};

/// How much of a file is in memory at a time, in bytes.
const PIECE: usize = 1024 * 1024;

/// The digests of `messages`, in their order: in one call what would be many, and in parallel.
///
/// ```
/// use da::hash::{Algorithm, hash_many, keccak256};
///
/// let digests = hash_many(Algorithm::Keccak256, &["one", "two"]);
/// assert_eq!(digests[1], keccak256(b"two"));
/// ```
pub fn hash_many<M: AsRef<[u8]> + Sync>(algorithm: Algorithm, messages: &[M]) -> Vec<Vec<u8>> {
    let digest = |message: &M| algorithm.digest_alone(message.as_ref());
    let size = messages
        .iter()
        .map(|message| message.as_ref().len().max(64))
        .sum();
    threads::run(
        size,
        messages,
        |messages| messages.par_iter().with_min_len(16).map(digest).collect(),
        |messages| messages.iter().map(digest).collect(),
    )
}

/// The digest of the file at `path`, read piece by piece.
///
/// # Errors
///
/// [`Error::File`] when it cannot be read.
pub fn hash_file(algorithm: Algorithm, path: impl AsRef<Path>) -> Result<Vec<u8>, Error> {
    let path = path.as_ref();
    let mut file = File::open(path).map_err(Error::file(path))?;
    let mut hasher = algorithm.writer();
    let mut piece = vec![0; PIECE];
    loop {
        let filled = fill(&mut file, &mut piece).map_err(Error::file(path))?;
        hasher.update(&piece[..filled]);
        if filled < piece.len() {
            return Ok(hasher.digest());
        }
    }
}

/// Reads until `piece` is full or the file ends.
fn fill(file: &mut File, piece: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < piece.len() {
        match file.read(&mut piece[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
