//! What makes a set of shards one that can be worked with, and which of them give the others.

use super::MOST;
use crate::{Error, Problem};

pub(super) fn bytes<S: AsRef<[u8]>>(shards: &[S]) -> Vec<&[u8]> {
    shards.iter().map(AsRef::as_ref).collect()
}

/// Checks that so many shards make a set.
pub(super) fn count(data: usize, parity: usize) -> Result<(), Error> {
    if data == 0 {
        return Err(Error::input("data_shards", Problem::TooSmall, 1, 0));
    }
    if parity == 0 {
        return Err(Error::input("parity_shards", Problem::TooSmall, 1, 0));
    }
    total(data.saturating_add(parity))
}

fn total(shards: usize) -> Result<(), Error> {
    match shards {
        0 => Err(Error::input("shards", Problem::TooFew, 1, 0)),
        1..=MOST => Ok(()),
        _ => Err(Error::input("shards", Problem::TooMany, MOST, shards)),
    }
}

/// The length that all `shards` have.
pub(super) fn equal(argument: &'static str, shards: &[&[u8]]) -> Result<usize, Error> {
    equal_of(argument, shards.iter().copied().enumerate())
}

/// The length that all these shards of `argument`, with their indices, have.
pub(super) fn equal_of<'s>(
    argument: &'static str,
    shards: impl IntoIterator<Item = (usize, &'s [u8])>,
) -> Result<usize, Error> {
    let mut length = None;
    for (index, shard) in shards {
        let expected = *length.get_or_insert(shard.len().max(1));
        if shard.len() != expected {
            return Err(Error::item(
                argument,
                index,
                Problem::Length,
                expected,
                shard.len(),
            ));
        }
    }
    length.ok_or(Error::input(argument, Problem::TooFew, 1, 0))
}

/// The length of each of `rows` shards that together have `bytes` bytes.
pub(super) fn rows(argument: &'static str, bytes: usize, rows: usize) -> Result<usize, Error> {
    total(rows)?;
    if bytes == 0 {
        return Err(Error::input(argument, Problem::Length, rows, 0));
    }
    match bytes % rows {
        0 => Ok(bytes / rows),
        _ => Err(Error::input(argument, Problem::Multiple, rows, bytes)),
    }
}

/// Which shards are made, and from which.
pub(super) struct Plan {
    /// The first that are left, as many as there are data shards; all that are left when nobody says how many that is.
    pub(super) sources: Vec<usize>,
    pub(super) lost: Vec<usize>,
}

impl Plan {
    pub(super) fn new(
        shards: usize,
        data_shards: Option<usize>,
        is_left: impl Fn(usize) -> bool,
    ) -> Result<Self, Error> {
        total(shards)?;
        if data_shards == Some(0) {
            return Err(Error::input("data_shards", Problem::TooSmall, 1, 0));
        }
        if let Some(data) = data_shards.filter(|data| *data > shards) {
            return Err(Error::input("data_shards", Problem::TooLarge, shards, data));
        }
        let (mut sources, lost): (Vec<usize>, Vec<usize>) = (0..shards).partition(|index| is_left(*index));
        let needed = data_shards.unwrap_or(1);
        if sources.len() < needed {
            return Err(Error::ComputationFailed {
                needed,
                found: sources.len(),
                lost,
            });
        }
        sources.truncate(data_shards.unwrap_or(shards));
        Ok(Plan { sources, lost })
    }
}
