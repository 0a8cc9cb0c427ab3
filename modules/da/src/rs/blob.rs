//! From one piece of data to shards, and back.

use super::set::{bytes, equal};
use crate::{Error, Problem};

/// `data` as `data_shards` shards of equal length, the last ones filled up with zeros. Keep the length of `data` for [`join`].
///
/// # Errors
///
/// [`Error::InvalidInput`] when `data` is empty or `data_shards` is not from 1 to 256.
///
/// ```
/// let shards = da::rs::split(b"abcde", 3)?;
/// assert_eq!(shards, [b"ab", b"cd", b"e\0"]);
/// assert_eq!(da::rs::join(&shards, 5)?, b"abcde");
/// # Ok::<(), da::Error>(())
/// ```
pub fn split(data: &[u8], data_shards: usize) -> Result<Vec<Vec<u8>>, Error> {
    if data_shards == 0 {
        return Err(Error::input("data_shards", Problem::TooSmall, 1, 0));
    }
    if data_shards > super::MOST {
        return Err(Error::input(
            "data_shards",
            Problem::TooLarge,
            super::MOST,
            data_shards,
        ));
    }
    if data.is_empty() {
        return Err(Error::input("data", Problem::Length, 1, 0));
    }
    let length = data.len().div_ceil(data_shards);
    let shard = |index: usize| {
        let start = (index * length).min(data.len());
        let end = (start + length).min(data.len());
        let mut shard = data[start..end].to_vec();
        shard.resize(length, 0);
        shard
    };
    Ok((0..data_shards).map(shard).collect())
}

/// The first `length` bytes of `data_shards` one after another: what [`split`] was given. Parity must not be among them.
///
/// # Errors
///
/// [`Error::InvalidInput`] when the shards differ in length, or have fewer bytes together.
pub fn join<S: AsRef<[u8]>>(data_shards: &[S], length: usize) -> Result<Vec<u8>, Error> {
    let shards = bytes(data_shards);
    let each = equal("data_shards", &shards)?;
    let found = each * shards.len();
    if length > found {
        return Err(Error::input("length", Problem::TooLarge, found, length));
    }
    let mut data = Vec::with_capacity(length);
    for shard in shards {
        let wanted = shard.len().min(length - data.len());
        data.extend_from_slice(&shard[..wanted]);
    }
    Ok(data)
}
