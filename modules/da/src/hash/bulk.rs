//! Many messages at once, and files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rayon::prelude::*;

use super::Algorithm;
use crate::{Error, Problem, threads};

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

/// Fills `digests` with the digests of the rows of `rows`, one after another: of messages of `row_size` bytes that are in one piece of
/// memory, as the rows of a two-dimensional array are.
///
/// # Errors
///
/// [`Error::InvalidInput`] when `rows` are not whole rows, or `digests` has not the room that their digests take.
///
/// ```
/// use da::hash::{Algorithm, hash_rows, sha256};
///
/// let mut digests = [0; 64];
/// hash_rows(Algorithm::Sha256, b"onetwo", 3, &mut digests)?;
/// assert_eq!(digests, [sha256(b"one"), sha256(b"two")].concat()[..]);
/// # Ok::<(), da::Error>(())
/// ```
pub fn hash_rows(
    algorithm: Algorithm,
    rows: &[u8],
    row_size: usize,
    digests: &mut [u8],
) -> Result<(), Error> {
    if row_size == 0 {
        return Err(Error::input("row_size", Problem::TooSmall, 1, 0));
    }
    if rows.len() % row_size != 0 {
        return Err(Error::input("rows", Problem::Multiple, row_size, rows.len()));
    }
    let size = algorithm.digest_size();
    let expected = rows.len() / row_size * size;
    if digests.len() != expected {
        return Err(Error::input("digests", Problem::Length, expected, digests.len()));
    }
    let digest = |(digest, row): (&mut [u8], &[u8])| algorithm.digest_parts(&[row], digest);
    threads::run(
        rows.len() + digests.len(),
        digests,
        |digests| {
            let digests = digests.par_chunks_exact_mut(size).with_min_len(16);
            digests.zip(rows.par_chunks_exact(row_size)).for_each(digest);
        },
        |digests| {
            digests
                .chunks_exact_mut(size)
                .zip(rows.chunks_exact(row_size))
                .for_each(digest)
        },
    );
    Ok(())
}

/// The digest of the file at `path`, read piece by piece.
///
/// # Errors
///
/// [`Error::File`] when it cannot be read.
pub fn hash_file(algorithm: Algorithm, path: impl AsRef<Path>) -> Result<Vec<u8>, Error> {
    let path = path.as_ref();
    let file = File::open(path).map_err(Error::file(path))?;
    hash_reader(algorithm, file).map_err(Error::file(path))
}

/// The digest of all that `reader` gives, read piece by piece.
///
/// # Errors
///
/// What `reader` fails with.
///
/// ```
/// use da::hash::{Algorithm, hash_reader, sha512};
///
/// assert_eq!(hash_reader(Algorithm::Sha512, &b"data"[..])?, sha512(b"data"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn hash_reader(algorithm: Algorithm, mut reader: impl Read) -> io::Result<Vec<u8>> {
    let mut hasher = algorithm.writer();
    let mut piece = vec![0; PIECE];
    loop {
        let filled = fill(&mut reader, &mut piece)?;
        hasher.update(&piece[..filled]);
        if filled < piece.len() {
            return Ok(hasher.digest());
        }
    }
}

/// Reads until `piece` is full or there is no more.
fn fill(reader: &mut impl Read, piece: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < piece.len() {
        match reader.read(&mut piece[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
