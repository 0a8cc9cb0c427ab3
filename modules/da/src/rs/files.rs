//! Shards that are files: worked through piece by piece, so that memory does not grow with them.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::apply::apply;
use super::set::{Plan, count};
use super::{field, points};
use crate::{Error, Problem};

/// How many bytes of all files together are in memory at a time.
const MEMORY: usize = 16 * 1024 * 1024;
const SMALLEST_PIECE: usize = 64 * 1024;

/// Writes the parity of the files `data_paths` to the files `parity_paths`, which are made or replaced.
///
/// Memory is bounded, however large the files are. When it fails, files at `parity_paths` may be incomplete.
///
/// # Errors
///
/// [`Error::File`] when one cannot be read or written; [`Error::InvalidInput`] when they differ in length, are empty, or too many.
pub fn encode_files<P: AsRef<Path>>(data_paths: &[P], parity_paths: &[P]) -> Result<(), Error> {
    count(data_paths.len(), parity_paths.len())?;
    let total = data_paths.len() + parity_paths.len();
    let (sources, length) = open("data_paths", data_paths.iter().map(AsRef::as_ref).enumerate())?;
    let targets = create(parity_paths.iter().map(AsRef::as_ref))?;
    pump(
        sources,
        length,
        points(0..data_paths.len()),
        targets,
        points(data_paths.len()..total),
    )
}

/// Makes those of the files `paths` that do not exist, from the others; gives their indices. The first `data_shards` are data.
///
/// Memory is bounded, however large the files are. When it fails, the files that were to be made may be incomplete.
///
/// # Errors
///
/// [`Error::ComputationFailed`] when too many do not exist; otherwise as [`encode_files`].
pub fn reconstruct_files<P: AsRef<Path>>(paths: &[P], data_shards: usize) -> Result<Vec<usize>, Error> {
    let mut exists = Vec::with_capacity(paths.len());
    for path in paths.iter().map(AsRef::as_ref) {
        exists.push(path.try_exists().map_err(Error::file(path))?);
    }
    let Plan { sources, lost } = Plan::new(paths.len(), Some(data_shards), |index| exists[index])?;
    let named = |index: &usize| (*index, paths[*index].as_ref());
    // Those that are not needed must fit too: a set has one length.
    let left = (0..paths.len()).filter(|index| exists[*index]);
    let (mut files, length) = open("paths", left.map(|index| (index, paths[index].as_ref())))?;
    files.truncate(sources.len());
    if !lost.is_empty() {
        let targets = create(lost.iter().map(|index| named(index).1))?;
        pump(
            files,
            length,
            points(sources),
            targets,
            points(lost.iter().copied()),
        )?;
    }
    Ok(lost)
}

/// A file and its name, for what may go wrong with it.
type Named = (File, PathBuf);

/// Opens files that must have the same length, and says which.
fn open<'p>(
    argument: &'static str,
    paths: impl Iterator<Item = (usize, &'p Path)>,
) -> Result<(Vec<Named>, u64), Error> {
    let mut files = Vec::new();
    let mut length = None;
    for (index, path) in paths {
        let file = File::open(path).map_err(Error::file(path))?;
        let found = file.metadata().map_err(Error::file(path))?.len();
        let expected = *length.get_or_insert(found.max(1));
        if found != expected {
            let [expected, found] =
                [expected, found].map(|length| usize::try_from(length).unwrap_or(usize::MAX));
            return Err(Error::item(argument, index, Problem::Length, expected, found));
        }
        files.push((file, path.to_owned()));
    }
    let length = length.ok_or(Error::input(argument, Problem::TooFew, 1, 0))?;
    Ok((files, length))
}

fn create<'p>(paths: impl Iterator<Item = &'p Path>) -> Result<Vec<Named>, Error> {
    paths
        .map(|path| Ok((File::create(path).map_err(Error::file(path))?, path.to_owned())))
        .collect()
}

/// Reads the shards at the points `from`, and writes those at the points `to`.
fn pump(
    mut sources: Vec<Named>,
    length: u64,
    from: Vec<u8>,
    mut targets: Vec<Named>,
    to: Vec<u8>,
) -> Result<(), Error> {
    let factors = field::factors(&from, &to);
    let piece = (MEMORY / (sources.len() + targets.len()) / 64 * 64).max(SMALLEST_PIECE);
    let piece = usize::try_from(length).map_or(piece, |length| piece.min(length));
    let mut inputs = vec![vec![0; piece]; sources.len()];
    let mut outputs = vec![vec![0; piece]; targets.len()];
    let mut left = length;
    while left > 0 {
        let now = usize::try_from(left).map_or(piece, |left| piece.min(left));
        for ((file, path), input) in sources.iter_mut().zip(&mut inputs) {
            file.read_exact(&mut input[..now]).map_err(Error::file(path))?;
        }
        let read: Vec<&[u8]> = inputs.iter().map(|input| &input[..now]).collect();
        let mut made: Vec<&mut [u8]> = outputs.iter_mut().map(|output| &mut output[..now]).collect();
        apply(&factors, &read, &mut made);
        for ((file, path), output) in targets.iter_mut().zip(&outputs) {
            file.write_all(&output[..now]).map_err(Error::file(path))?;
        }
        left -= now as u64;
    }
    Ok(())
}
