//! Parity by fast transforms, where the number of data shards is a power of two.
//!
//! The data are the values of a polynomial at the points below `k = 2^h`. An inverse transform gives its coefficients in a basis of
//! products of [`VANISHING`] polynomials, a transform its values at any `k` points from a multiple of `k` on: the parity. Each takes
//! `h * k / 2` products instead of `k * k`. The transforms are those of Lin, Chung and Han, "Novel polynomial basis and its application to
//! Reed-Solomon erasure codes", FOCS 2014, on the points in their natural order.

use rayon::prelude::*;

use super::field::VANISHING;
use super::kernel::{Lanes, Work, dispatch};
use crate::threads;

/// How many bytes of all data shards are transformed together: they stay in the processor's first cache.
const CACHE: usize = 16 * 1024;
const NARROWEST: usize = 128;

/// Whether this way is the shorter one for so many shards.
pub(super) fn is_shorter(data: usize, parity: usize) -> bool {
    data.is_power_of_two() && data.ilog2() as usize * (1 + parity.div_ceil(data)) < parity
}

/// Sets `parity` to the parity of `data`, whose number is a power of two. All have the same length.
pub(super) fn encode(data: &[&[u8]], parity: &mut [&mut [u8]]) {
    let length = data[0].len();
    let width = (CACHE / data.len()).max(NARROWEST);
    let size = data.len() * length;

    let mut pieces: Vec<_> = parity.iter_mut().map(|shard| shard.chunks_mut(width)).collect();
    let columns: Vec<_> = (0..length)
        .step_by(width)
        .map(|start| {
            (
                start,
                pieces.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>(),
            )
        })
        .collect();
    let room = || (vec![0; width * data.len()], vec![0; width * data.len()]);
    let work = |(values, copy): &mut (Vec<u8>, Vec<u8>), (start, mut parity): (usize, Vec<&mut [u8]>)| {
        dispatch(Column {
            data,
            start,
            width,
            parity: &mut parity,
            values,
            copy,
        });
    };
    threads::run(
        size,
        columns,
        |columns| columns.into_par_iter().for_each_init(room, work),
        |columns| {
            let mut room = room();
            columns.into_iter().for_each(|column| work(&mut room, column));
        },
    );
}

/// The bytes of all shards from `start` on, at most `width`: as rows of that many bytes, one after another, in `values` and `copy`.
struct Column<'c, 'd, 'p> {
    data: &'c [&'d [u8]],
    start: usize,
    width: usize,
    parity: &'c mut [&'p mut [u8]],
    values: &'c mut [u8],
    copy: &'c mut [u8],
}

impl Work for Column<'_, '_, '_> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Column {
            data,
            start,
            width,
            parity,
            values,
            copy,
        } = self;
        let count = data.len();
        let length = parity[0].len();
        for (row, shard) in values.chunks_exact_mut(width).zip(data) {
            row[..length].copy_from_slice(&shard[start..start + length]);
        }
        for height in 0..count.ilog2() {
            each_block(values, width, height, 0, |left, right, factor| {
                backward(lanes, left, right, factor);
            });
        }
        for (index, parity) in parity.chunks_mut(count).enumerate() {
            copy.copy_from_slice(values);
            for height in (0..count.ilog2()).rev() {
                each_block(copy, width, height, (index + 1) * count, |left, right, factor| {
                    forward(lanes, left, right, factor);
                });
            }
            for (row, shard) in copy.chunks_exact(width).zip(parity) {
                shard.copy_from_slice(&row[..length]);
            }
        }
    }
}

/// Calls `work` with the halves of every block of `2^(height + 1)` rows, and the factor of that block when the rows are the points
/// from `first` on.
#[inline(always)]
fn each_block(
    rows: &mut [u8],
    width: usize,
    height: u32,
    first: usize,
    mut work: impl FnMut(&mut [u8], &mut [u8], u8),
) {
    let half = width << height;
    for (index, block) in rows.chunks_exact_mut(2 * half).enumerate() {
        let (left, right) = block.split_at_mut(half);
        work(
            left,
            right,
            VANISHING[height as usize][first + (index << (height + 1))],
        );
    }
}

/// One step of the transform: from coefficients to values.
#[inline(always)]
fn forward<L: Lanes>(lanes: L, left: &mut [u8], right: &mut [u8], factor: u8) {
    let tables = lanes.tables(factor);
    for (left, right) in left
        .chunks_exact_mut(L::WIDTH)
        .zip(right.chunks_exact_mut(L::WIDTH))
    {
        let high = lanes.load(right);
        let low = lanes.add(lanes.load(left), lanes.multiply(tables, lanes.halves(high)));
        lanes.store(low, left);
        lanes.store(lanes.add(low, high), right);
    }
}

/// One step of the inverse.
#[inline(always)]
fn backward<L: Lanes>(lanes: L, left: &mut [u8], right: &mut [u8], factor: u8) {
    let tables = lanes.tables(factor);
    for (left, right) in left
        .chunks_exact_mut(L::WIDTH)
        .zip(right.chunks_exact_mut(L::WIDTH))
    {
        let low = lanes.load(left);
        let high = lanes.add(low, lanes.load(right));
        lanes.store(high, right);
        lanes.store(lanes.add(low, lanes.multiply(tables, lanes.halves(high))), left);
    }
}
