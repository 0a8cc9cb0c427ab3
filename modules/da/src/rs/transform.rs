//! Parity by fast transforms, where many shards make that worth it.
//!
//! The data are the values of a polynomial of a degree below `k` at the points below `k`. An inverse transform gives its coefficients in
//! a basis of products of [`VANISHING`] polynomials, transforms its values at all points: the parity. With `n`, the power of two from
//! `k` on, a transform takes `n log n / 2` products, where the matrix takes `k` for each shard of parity.
//!
//! The transforms are those of Lin, Chung and Han, "Novel polynomial basis and its application to Reed-Solomon erasure codes", FOCS 2014,
//! on the points in their natural order; cut off, where `k` is no power of two, in the way of van der Hoeven's truncated transforms.

use std::ops::Range;

use rayon::prelude::*;

use super::field::VANISHING;
use super::kernel::{Lanes, Work, dispatch};
use crate::threads;

/// How many bytes of all data shards are transformed together: they stay in the processor's second cache.
const CACHE: usize = 64 * 1024;
const NARROWEST: usize = 128;

/// Whether this way is the shorter one for so many shards. A product of a transform is taken to cost two and a half of the matrix: it
/// reads and writes what the matrix keeps in registers.
pub(super) fn is_shorter(data: usize, parity: usize) -> bool {
    let points = data.next_power_of_two();
    let transforms = 1 + cosets(data, parity).len();
    5 * transforms * points * points.ilog2() as usize <= 4 * data * parity
}

/// Which multiples of the number of points begin transforms that reach all parity.
fn cosets(data: usize, parity: usize) -> Range<usize> {
    let points = data.next_power_of_two();
    data / points..(data + parity).div_ceil(points)
}

/// Sets `parity` to the parity of `data`. All have the same length; there is one of each.
pub(super) fn encode(data: &[&[u8]], parity: &mut [&mut [u8]]) {
    let length = data[0].len();
    let points = data.len().next_power_of_two();
    let width = (CACHE / points).max(NARROWEST);
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
    let room = || (vec![0; width * points], vec![0; width * points]);
    let work = |(values, copy): &mut (Vec<u8>, Vec<u8>), (start, mut parity): (usize, Vec<&mut [u8]>)| {
        dispatch(Column {
            data,
            start,
            width,
            parity: &mut parity,
            rows: values,
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

/// The bytes of all shards from `start` on, at most `width`: as rows of that many bytes, one for each point, in `rows` and `copy`.
struct Column<'c, 'd, 'p> {
    data: &'c [&'d [u8]],
    start: usize,
    width: usize,
    parity: &'c mut [&'p mut [u8]],
    rows: &'c mut [u8],
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
            rows,
            copy,
        } = self;
        let length = parity[0].len();
        let points = data.len().next_power_of_two();
        let (known, others) = rows.split_at_mut(data.len() * width);
        for (row, shard) in known.chunks_exact_mut(width).zip(data) {
            row[..length].copy_from_slice(&shard[start..start + length]);
        }
        others.fill(0);
        inverse(lanes, rows, width, data.len());

        for coset in cosets(data.len(), parity.len()) {
            let first = coset * points;
            copy.copy_from_slice(rows);
            for height in (0..points.ilog2()).rev() {
                for (left, right, factor) in blocks(copy, width, height, first) {
                    forward(lanes, left, right, factor);
                }
            }
            // From the first of these points that is parity.
            let skipped = data.len().saturating_sub(first);
            let wanted = parity.iter_mut().skip((first + skipped) - data.len());
            for (row, shard) in copy.chunks_exact(width).skip(skipped).zip(wanted) {
                shard.copy_from_slice(&row[..length]);
            }
        }
    }
}

/// From values at the first `known` points and the coefficients from `known` on, to all coefficients.
///
/// A polynomial is `low + v * high`, where `v` is a constant on each half of the points, and on the right half one more than on the
/// left. So either the left half is known, and what comes out of it gives the coefficients that the right half lacks; or `high` is known,
/// and gives those that the left half lacks. Either way one half is left, of which less is known.
#[inline(always)]
fn inverse<L: Lanes>(lanes: L, rows: &mut [u8], width: usize, known: usize) {
    let points = rows.len() / width;
    let (mut start, mut known, mut height) = (0, known, points.ilog2());
    // At most eight halvings: whether each went to the right.
    let mut ways = [false; 8];
    while known < 1 << height && known > 0 {
        height -= 1;
        let half = 1usize << height;
        let (left, right) = rows[start * width..(start + 2 * half) * width].split_at_mut(half * width);
        let goes_right = known >= half;
        ways[height as usize] = goes_right;
        if goes_right {
            whole(lanes, left, width, start);
            start += half;
            known -= half;
            add(lanes, &mut right[known * width..], &left[known * width..]);
        } else {
            let factor = VANISHING[height as usize][start];
            add_product(lanes, &mut left[known * width..], &right[known * width..], factor);
        }
    }
    if known > 0 {
        whole(
            lanes,
            &mut rows[start * width..(start + known) * width],
            width,
            start,
        );
    }
    while 1 << height < points {
        let half = 1usize << height;
        let went_right = ways[height as usize];
        start -= if went_right { half } else { 0 };
        let (left, right) = rows[start * width..(start + 2 * half) * width].split_at_mut(half * width);
        let factor = VANISHING[height as usize][start];
        if went_right {
            backward(lanes, left, right, factor);
        } else {
            add_product(lanes, left, right, factor);
        }
        height += 1;
    }
}

/// From the values at all points from `first` on, as many as there are rows, to coefficients.
#[inline(always)]
fn whole<L: Lanes>(lanes: L, rows: &mut [u8], width: usize, first: usize) {
    for height in 0..(rows.len() / width).ilog2() {
        for (left, right, factor) in blocks(rows, width, height, first) {
            backward(lanes, left, right, factor);
        }
    }
}

/// The halves of every block of `2^(height + 1)` rows, and the factor of that block when the rows are the points from `first` on.
///
/// An iterator: what is called with vectors must be in the same function as they are, and closures need not be.
#[inline(always)]
fn blocks(
    rows: &mut [u8],
    width: usize,
    height: u32,
    first: usize,
) -> impl Iterator<Item = (&mut [u8], &mut [u8], u8)> {
    let half = width << height;
    rows.chunks_exact_mut(2 * half)
        .enumerate()
        .map(move |(index, block)| {
            let (left, right) = block.split_at_mut(half);
            (
                left,
                right,
                VANISHING[height as usize][first + (index << (height + 1))],
            )
        })
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

/// Adds `from`, times `factor`, to `to`.
#[inline(always)]
fn add_product<L: Lanes>(lanes: L, to: &mut [u8], from: &[u8], factor: u8) {
    let tables = lanes.tables(factor);
    for (to, from) in to.chunks_exact_mut(L::WIDTH).zip(from.chunks_exact(L::WIDTH)) {
        let product = lanes.multiply(tables, lanes.halves(lanes.load(from)));
        lanes.store(lanes.add(lanes.load(to), product), to);
    }
}

#[inline(always)]
fn add<L: Lanes>(lanes: L, to: &mut [u8], from: &[u8]) {
    for (to, from) in to.chunks_exact_mut(L::WIDTH).zip(from.chunks_exact(L::WIDTH)) {
        lanes.store(lanes.add(lanes.load(to), lanes.load(from)), to);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{field, points};
    use super::*;

    /// Against the matrix, for every number of data shards, whether it would be done this way or not.
    #[test]
    fn transforms_give_what_the_matrix_gives() {
        for data_shards in 1..=255usize {
            let data: Vec<Vec<u8>> = (0..data_shards)
                .map(|row| (0..150).map(|at| (row * 89 + at * at * 7 + 3) as u8).collect())
                .collect();
            let data: Vec<&[u8]> = data.iter().map(Vec::as_slice).collect();
            for parity_shards in [1, 7, 256 - data_shards] {
                let parity_shards = parity_shards.min(256 - data_shards);
                let mut found = vec![vec![1; 150]; parity_shards];
                encode(
                    &data,
                    &mut found.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
                );
                let mut expected = vec![vec![2; 150]; parity_shards];
                let targets = points(data_shards..data_shards + parity_shards);
                let factors = field::factors(&points(0..data_shards), &targets);
                let mut slices: Vec<_> = expected.iter_mut().map(Vec::as_mut_slice).collect();
                super::super::apply(&factors, &data, &mut slices);
                assert_eq!(found, expected, "{data_shards}+{parity_shards}");
            }
        }
    }
}
