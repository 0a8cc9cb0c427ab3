//! One matrix of factors on whole shards: cut into columns that fit the processor's cache, for as many threads as there are.

use rayon::prelude::*;

use super::kernel::{GROUP, combine};
use crate::threads;

/// How many bytes of inputs a column may have, so that they stay in the cache while several groups of outputs read them.
const CACHE: usize = 256 * 1024;
const WIDEST: usize = 64 * 1024;
const NARROWEST: usize = 2 * 1024;

/// Outputs of one group, in one column.
struct Job<'o, 'r> {
    start: usize,
    rows: &'r [u8],
    outputs: Vec<&'o mut [u8]>,
}

/// Sets each of `outputs` to the sum of `inputs` times its row of `factors`. All have the same length; there is an input.
pub(super) fn apply(factors: &[u8], inputs: &[&[u8]], outputs: &mut [&mut [u8]]) {
    if outputs.is_empty() {
        return;
    }
    let length = inputs[0].len();
    let column = if outputs.len() <= GROUP {
        WIDEST
    } else {
        (CACHE / inputs.len()).clamp(NARROWEST, WIDEST)
    };
    // Rounded to whole vectors.
    let column = column / 64 * 64;

    let size = inputs.len() * length * outputs.len().div_ceil(GROUP);
    let mut jobs = Vec::new();
    for (rows, outputs) in factors
        .chunks(GROUP * inputs.len())
        .zip(outputs.chunks_mut(GROUP))
    {
        let mut pieces: Vec<_> = outputs
            .iter_mut()
            .map(|output| output.chunks_mut(column))
            .collect();
        for start in (0..length).step_by(column) {
            jobs.push(Job {
                start,
                rows,
                outputs: pieces.iter_mut().filter_map(Iterator::next).collect(),
            });
        }
    }
    // Column by column: what the first group has read is near when the next one comes.
    jobs.sort_by_key(|job| job.start);

    let work = |mut job: Job<'_, '_>| {
        let end = job.start + job.outputs[0].len();
        let inputs: Vec<&[u8]> = inputs.iter().map(|input| &input[job.start..end]).collect();
        combine(job.rows, &inputs, &mut job.outputs);
    };
    threads::run(
        size,
        jobs,
        |jobs| jobs.into_par_iter().for_each(work),
        |jobs| jobs.into_iter().for_each(work),
    );
}
