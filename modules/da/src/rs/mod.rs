//! Reed-Solomon erasure codes: from `k` data shards `m` parity shards, such that any `k` of all `k + m` give the others.
//!
//! The code is systematic, over GF(2^8) with the polynomial 0x11d, with a Vandermonde matrix made systematic: the parity is, byte for
//! byte, that of the crate `reed-solomon-erasure`, of Go's `klauspost/reedsolomon` by default, and of Backblaze's library.
//!
//! All shards of a set have the same length, at least one byte, and there are at most 256. A set is always in the order data, parity;
//! a lost shard is `None`. Nothing here detects a shard that was changed: [`verify`] can, if none is lost; or keep a hash of each.
//!
//! ```
//! let data = [b"half ", b"a loa", b"f is ", b"bread"];
//! let parity = da::rs::encode(&data, 2)?;
//! let left = [None, Some(&data[1][..]), None, Some(data[3]), Some(&parity[0]), Some(&parity[1])];
//! let all = da::rs::reconstruct(&left, Some(4))?;
//! assert_eq!(all[..4].concat(), b"half a loaf is bread");
//! # Ok::<(), da::Error>(())
//! ```
//!
//! # Which shards are data
//!
//! A set does not say how many of its shards are data, and a caller who knows should say so: then too many losses are refused. With
//! `data_shards: None`, [`reconstruct`] needs no such number: what is left determines the lost shards, *if* at least as many are left as
//! there are data shards. It does not guess one, and it cannot know whether too many are lost: then it gives shards that never were.

mod apply;
mod blob;
mod field;
mod files;
mod kernel;
mod set;
mod transform;

pub use blob::{join, split};
pub use files::{encode_files, reconstruct_files};

use apply::apply;
use set::{bytes, count, equal};

use crate::{Error, Problem};

/// How many shards a set can have: one for each element of the field.
const MOST: usize = 256;

/// The parity of `data_shards`: `parity_shards` shards of the same length.
///
/// # Errors
///
/// [`Error::InvalidInput`] when there are no data shards or no parity is asked for, together they are more than 256, a shard is
/// empty, or they differ in length.
pub fn encode<S: AsRef<[u8]>>(data_shards: &[S], parity_shards: usize) -> Result<Vec<Vec<u8>>, Error> {
    let data = bytes(data_shards);
    let length = equal("data_shards", &data)?;
    count(data.len(), parity_shards)?;
    let mut parity = vec![vec![0; length]; parity_shards];
    parity_of(
        &data,
        &mut parity.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
    );
    Ok(parity)
}

/// Fills `parity` with the parity of `data`; both are shards one after another, `data_shards` of them in `data`.
///
/// Nothing is copied or allocated in the size of the shards: rows of a two-dimensional array are such shards.
///
/// # Errors
///
/// [`Error::InvalidInput`] when `data` is not that many shards, `parity` not some of the same length, or together they are more than
/// 256.
///
/// ```
/// let mut parity = [0; 2];
/// da::rs::encode_into(b"abcd", 4, &mut parity)?;
/// assert_eq!([parity[0], parity[1]], da::rs::encode(&["a", "b", "c", "d"], 2)?.concat()[..]);
/// # Ok::<(), da::Error>(())
/// ```
pub fn encode_into(data: &[u8], data_shards: usize, parity: &mut [u8]) -> Result<(), Error> {
    let length = set::rows("data", data.len(), data_shards)?;
    if parity.len() % length != 0 {
        return Err(Error::input("parity", Problem::Multiple, length, parity.len()));
    }
    count(data_shards, parity.len() / length)?;
    let data: Vec<&[u8]> = data.chunks_exact(length).collect();
    parity_of(&data, &mut parity.chunks_exact_mut(length).collect::<Vec<_>>());
    Ok(())
}

fn parity_of(data: &[&[u8]], parity: &mut [&mut [u8]]) {
    if transform::is_shorter(data.len(), parity.len()) {
        return transform::encode(data, parity);
    }
    let sources: Vec<u8> = points(0..data.len());
    let targets: Vec<u8> = points(data.len()..data.len() + parity.len());
    apply(&field::factors(&sources, &targets), data, parity);
}

/// The points of the shards with these indices, of which there are at most 256.
fn points(indices: impl IntoIterator<Item = usize>) -> Vec<u8> {
    indices.into_iter().map(|index| index as u8).collect()
}

/// Whether the parity among `shards`, of which the first `data_shards` are data, is that of the data.
///
/// # Errors
///
/// [`Error::InvalidInput`] as [`encode`]: all shards must be there, and some of them parity.
pub fn verify<S: AsRef<[u8]>>(shards: &[S], data_shards: usize) -> Result<bool, Error> {
    let shards = bytes(shards);
    let length = equal("shards", &shards)?;
    count(data_shards, shards.len().saturating_sub(data_shards))?;
    let (data, parity) = shards.split_at(data_shards);
    let sources = points(0..data_shards);
    // A few at a time, so that memory stays bounded by the data.
    for (at, given) in parity.chunks(kernel::GROUP).enumerate() {
        let first = data_shards + at * kernel::GROUP;
        let mut expected = vec![vec![0; length]; given.len()];
        let mut outputs: Vec<&mut [u8]> = expected.iter_mut().map(Vec::as_mut_slice).collect();
        apply(
            &field::factors(&sources, &points(first..first + given.len())),
            data,
            &mut outputs,
        );
        if expected
            .iter()
            .zip(given)
            .any(|(expected, given)| expected != given)
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// All shards of a set of which some are lost, `None`.
///
/// Without `data_shards` the result is right as long as no more are lost than there is parity, and that is not checked; see
/// [the module](self#which-shards-are-data).
///
/// # Errors
///
/// [`Error::ComputationFailed`] when fewer than `data_shards` are left, or none at all; [`Error::InvalidInput`] when they differ in
/// length, are empty, or more than 256, or when there are fewer in all than `data_shards`.
pub fn reconstruct<S: AsRef<[u8]>>(
    shards: &[Option<S>],
    data_shards: Option<usize>,
) -> Result<Vec<Vec<u8>>, Error> {
    rebuild(shards, data_shards, shards.len())
}

/// The data shards of a set of which some are lost, `None`; lost parity stays lost.
///
/// # Errors
///
/// As [`reconstruct`].
pub fn reconstruct_data<S: AsRef<[u8]>>(
    shards: &[Option<S>],
    data_shards: usize,
) -> Result<Vec<Vec<u8>>, Error> {
    rebuild(shards, Some(data_shards), data_shards)
}

/// The first `wanted` shards of the set.
fn rebuild<S: AsRef<[u8]>>(
    shards: &[Option<S>],
    data_shards: Option<usize>,
    wanted: usize,
) -> Result<Vec<Vec<u8>>, Error> {
    let plan = set::Plan::new(shards.len(), data_shards, |index| shards[index].is_some())?;
    let left: Vec<(usize, &[u8])> = shards
        .iter()
        .enumerate()
        .filter_map(|(index, shard)| shard.as_ref().map(|shard| (index, shard.as_ref())))
        .collect();
    let length = set::equal_of("shards", left.iter().copied())?;

    let mut all: Vec<Vec<u8>> = (0..wanted)
        .map(|index| match &shards[index] {
            Some(shard) => shard.as_ref().to_vec(),
            None => vec![0; length],
        })
        .collect();
    let lost: Vec<usize> = plan
        .lost
        .iter()
        .copied()
        .filter(|index| *index < wanted)
        .collect();
    let mut outputs: Vec<&mut [u8]> = all
        .iter_mut()
        .enumerate()
        .filter(|(index, _)| shards[*index].is_none())
        .map(|(_, shard)| shard.as_mut_slice())
        .collect();
    let sources: Vec<&[u8]> = left
        .iter()
        .take(plan.sources.len())
        .map(|(_, shard)| *shard)
        .collect();
    apply(
        &field::factors(&points(plan.sources), &points(lost)),
        &sources,
        &mut outputs,
    );
    Ok(all)
}

/// Fills the rows `lost` of `shards`, which are all shards of a set one after another, `shard_count` of them, from the others.
///
/// Nothing is copied or allocated in the size of the shards.
///
/// # Errors
///
/// As [`reconstruct`], and [`Error::InvalidInput`] when `shards` is not that many, or one of `lost` is not among them.
///
/// ```
/// let mut shards = *b"abcd..";
/// let (data, parity) = shards.split_at_mut(4);
/// da::rs::encode_into(data, 4, parity)?;
/// let before = shards;
/// (shards[1], shards[5]) = (0, 0);
/// da::rs::reconstruct_into(&mut shards, 6, 4, &[1, 5])?;
/// assert_eq!(shards, before);
/// # Ok::<(), da::Error>(())
/// ```
pub fn reconstruct_into(
    shards: &mut [u8],
    shard_count: usize,
    data_shards: usize,
    lost: &[usize],
) -> Result<(), Error> {
    let length = set::rows("shards", shards.len(), shard_count)?;
    if let Some((at, index)) = lost.iter().enumerate().find(|(_, index)| **index >= shard_count) {
        return Err(Error::item("lost", at, Problem::OutOfRange, shard_count, *index));
    }
    let plan = set::Plan::new(shard_count, Some(data_shards), |index| !lost.contains(&index))?;
    let mut sources = Vec::with_capacity(plan.sources.len());
    let mut outputs = Vec::with_capacity(plan.lost.len());
    for (index, shard) in shards.chunks_exact_mut(length).enumerate() {
        if plan.lost.contains(&index) {
            outputs.push(shard);
        } else if plan.sources.contains(&index) {
            sources.push(&*shard);
        }
    }
    apply(
        &field::factors(&points(plan.sources), &points(plan.lost)),
        &sources,
        &mut outputs,
    );
    Ok(())
}
