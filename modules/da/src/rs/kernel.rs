//! The one hot loop: bytes times factors, added up. By vectors of the processor at hand where it has a table look-up for them.
//!
//! A product is looked up by halves of a byte, in two tables of sixteen; a vector instruction does that for 16 or 32 bytes at a
//! time. Four outputs are worked on together, so that each input is read once for them, and their sums stay in registers.

use super::field::PRODUCTS;

/// How many outputs are worked on together.
pub(super) const GROUP: usize = 4;

/// Work that is done by vectors, whichever the processor has.
pub(super) trait Work {
    fn run<L: Lanes>(self, lanes: L);
}

/// Does `work` by the widest vectors at hand.
pub(super) fn dispatch(work: impl Work) {
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = pulp::x86::V3::try_new() {
        return lanes.vectorize(On { lanes, work });
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(lanes) = pulp::aarch64::Neon::try_new() {
        return lanes.vectorize(On { lanes, work });
    }
    work.run(Portable);
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
struct On<L, W> {
    lanes: L,
    work: W,
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
impl<L: Lanes, W: Work> pulp::NullaryFnOnce for On<L, W> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.work.run(self.lanes);
    }
}

/// Vectors of bytes, and what the loops need of them.
pub(super) trait Lanes: Copy {
    type Bytes: Copy;
    const WIDTH: usize;

    fn zero(self) -> Self::Bytes;
    /// The vector of the first bytes of `bytes`.
    fn load(self, bytes: &[u8]) -> Self::Bytes;
    fn store(self, vector: Self::Bytes, bytes: &mut [u8]);
    fn add(self, one: Self::Bytes, other: Self::Bytes) -> Self::Bytes;
    /// The low and the high halves of the bytes.
    fn halves(self, bytes: Self::Bytes) -> [Self::Bytes; 2];
    /// A table, in the form in which it is looked up in.
    fn table(self, table: &[u8; 16]) -> Self::Bytes;
    fn look_up(self, table: Self::Bytes, halves: Self::Bytes) -> Self::Bytes;

    /// The products of an element with bytes.
    #[inline(always)]
    fn multiply(self, tables: [Self::Bytes; 2], halves: [Self::Bytes; 2]) -> Self::Bytes {
        self.add(
            self.look_up(tables[0], halves[0]),
            self.look_up(tables[1], halves[1]),
        )
    }

    /// The two tables of an element.
    #[inline(always)]
    fn tables(self, element: u8) -> [Self::Bytes; 2] {
        let [low, high] = &PRODUCTS[usize::from(element)];
        [self.table(low), self.table(high)]
    }
}

/// Sets each of `outputs`, at most four, to the sum of `inputs` times its factors. `rows` are the factors: one for each input, output
/// after output. All inputs and outputs have the same length.
pub(super) fn combine(rows: &[u8], inputs: &[&[u8]], outputs: &mut [&mut [u8]]) {
    dispatch(Combine {
        rows,
        inputs,
        outputs,
    });
}

struct Combine<'r, 'i, 'o> {
    rows: &'r [u8],
    inputs: &'r [&'i [u8]],
    outputs: &'r mut [&'o mut [u8]],
}

impl Work for Combine<'_, '_, '_> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Combine {
            rows,
            inputs,
            outputs,
        } = self;
        let done = match outputs.len() {
            1 => vectors::<L, 1>(lanes, rows, inputs, outputs),
            2 => vectors::<L, 2>(lanes, rows, inputs, outputs),
            3 => vectors::<L, 3>(lanes, rows, inputs, outputs),
            4 => vectors::<L, GROUP>(lanes, rows, inputs, outputs),
            _ => 0,
        };
        byte_by_byte(rows, inputs, outputs, done);
    }
}

/// As many bytes as come out even with two vectors at a time; says how many.
#[inline(always)]
fn vectors<L: Lanes, const N: usize>(
    lanes: L,
    rows: &[u8],
    inputs: &[&[u8]],
    outputs: &mut [&mut [u8]],
) -> usize {
    let step = 2 * L::WIDTH;
    let end = outputs[0].len() / step * step;
    let rows: [&[u8]; N] = std::array::from_fn(|row| &rows[row * inputs.len()..(row + 1) * inputs.len()]);
    for at in (0..end).step_by(step) {
        let mut sums = [[lanes.zero(); 2]; N];
        for (column, input) in inputs.iter().enumerate() {
            let input = &input[at..at + step];
            let first = lanes.halves(lanes.load(input));
            let second = lanes.halves(lanes.load(&input[L::WIDTH..]));
            for (sums, row) in sums.iter_mut().zip(rows) {
                let tables = lanes.tables(row[column]);
                sums[0] = lanes.add(sums[0], lanes.multiply(tables, first));
                sums[1] = lanes.add(sums[1], lanes.multiply(tables, second));
            }
        }
        for (sums, output) in sums.iter().zip(&mut *outputs) {
            let output = &mut output[at..at + step];
            lanes.store(sums[0], output);
            lanes.store(sums[1], &mut output[L::WIDTH..]);
        }
    }
    end
}

/// The same from byte `start` on, for what is left over.
fn byte_by_byte(rows: &[u8], inputs: &[&[u8]], outputs: &mut [&mut [u8]], start: usize) {
    for (row, output) in rows.chunks_exact(inputs.len()).zip(outputs) {
        let output = &mut output[start..];
        output.fill(0);
        for (factor, input) in row.iter().zip(inputs) {
            let [low, high] = &PRODUCTS[usize::from(*factor)];
            for (sum, byte) in output.iter_mut().zip(&input[start..]) {
                *sum ^= low[usize::from(byte & 15)] ^ high[usize::from(byte >> 4)];
            }
        }
    }
}

/// No vectors that the processor must have.
#[derive(Clone, Copy)]
pub(super) struct Portable;

impl Lanes for Portable {
    type Bytes = [u8; 16];
    const WIDTH: usize = 16;

    #[inline(always)]
    fn zero(self) -> Self::Bytes {
        [0; 16]
    }

    #[inline(always)]
    fn load(self, bytes: &[u8]) -> Self::Bytes {
        *bytes.first_chunk().expect("the loop stops before the end")
    }

    #[inline(always)]
    fn store(self, vector: Self::Bytes, bytes: &mut [u8]) {
        *bytes.first_chunk_mut().expect("the loop stops before the end") = vector;
    }

    #[inline(always)]
    fn add(self, one: Self::Bytes, other: Self::Bytes) -> Self::Bytes {
        std::array::from_fn(|at| one[at] ^ other[at])
    }

    #[inline(always)]
    fn halves(self, bytes: Self::Bytes) -> [Self::Bytes; 2] {
        [bytes.map(|byte| byte & 15), bytes.map(|byte| byte >> 4)]
    }

    #[inline(always)]
    fn table(self, table: &[u8; 16]) -> Self::Bytes {
        *table
    }

    #[inline(always)]
    fn look_up(self, table: Self::Bytes, halves: Self::Bytes) -> Self::Bytes {
        halves.map(|half| table[usize::from(half & 15)])
    }
}

#[cfg(target_arch = "x86_64")]
impl Lanes for pulp::x86::V3 {
    type Bytes = std::arch::x86_64::__m256i;
    const WIDTH: usize = 32;

    #[inline(always)]
    fn zero(self) -> Self::Bytes {
        self.avx._mm256_setzero_si256()
    }

    #[inline(always)]
    fn load(self, bytes: &[u8]) -> Self::Bytes {
        pulp::cast(*bytes.first_chunk::<32>().expect("the loop stops before the end"))
    }

    #[inline(always)]
    fn store(self, vector: Self::Bytes, bytes: &mut [u8]) {
        *bytes
            .first_chunk_mut::<32>()
            .expect("the loop stops before the end") = pulp::cast(vector);
    }

    #[inline(always)]
    fn add(self, one: Self::Bytes, other: Self::Bytes) -> Self::Bytes {
        self.avx2._mm256_xor_si256(one, other)
    }

    #[inline(always)]
    fn halves(self, bytes: Self::Bytes) -> [Self::Bytes; 2] {
        let half = self.avx._mm256_set1_epi8(15);
        let high = self.avx2._mm256_srli_epi64::<4>(bytes);
        [
            self.avx2._mm256_and_si256(bytes, half),
            self.avx2._mm256_and_si256(high, half),
        ]
    }

    #[inline(always)]
    fn table(self, table: &[u8; 16]) -> Self::Bytes {
        self.avx2._mm256_broadcastsi128_si256(pulp::cast(*table))
    }

    #[inline(always)]
    fn look_up(self, table: Self::Bytes, halves: Self::Bytes) -> Self::Bytes {
        self.avx2._mm256_shuffle_epi8(table, halves)
    }
}

#[cfg(target_arch = "aarch64")]
impl Lanes for pulp::aarch64::Neon {
    type Bytes = std::arch::aarch64::uint8x16_t;
    const WIDTH: usize = 16;

    #[inline(always)]
    fn zero(self) -> Self::Bytes {
        pulp::cast([0u8; 16])
    }

    #[inline(always)]
    fn load(self, bytes: &[u8]) -> Self::Bytes {
        pulp::cast(*bytes.first_chunk::<16>().expect("the loop stops before the end"))
    }

    #[inline(always)]
    fn store(self, vector: Self::Bytes, bytes: &mut [u8]) {
        *bytes
            .first_chunk_mut::<16>()
            .expect("the loop stops before the end") = pulp::cast(vector);
    }

    #[inline(always)]
    fn add(self, one: Self::Bytes, other: Self::Bytes) -> Self::Bytes {
        self.neon.veorq_u8(one, other)
    }

    #[inline(always)]
    fn halves(self, bytes: Self::Bytes) -> [Self::Bytes; 2] {
        [
            self.neon.vandq_u8(bytes, pulp::cast([15u8; 16])),
            self.neon.vshrq_n_u8::<4>(bytes),
        ]
    }

    #[inline(always)]
    fn table(self, table: &[u8; 16]) -> Self::Bytes {
        pulp::cast(*table)
    }

    #[inline(always)]
    fn look_up(self, table: Self::Bytes, halves: Self::Bytes) -> Self::Bytes {
        self.neon.vqtbl1q_u8(table, halves)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_give_what_bytes_give() {
        for length in [0, 1, 31, 32, 63, 64, 65, 200, 1000] {
            for (count, outputs) in [(1, 1), (3, 2), (5, 3), (20, 4)] {
                let inputs: Vec<Vec<u8>> = (0..count)
                    .map(|row| (0..length).map(|at| (at * 7 + row * 31) as u8).collect())
                    .collect();
                let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
                let rows: Vec<u8> = (0..count * outputs).map(|at| (at * 37 + 1) as u8).collect();
                let mut found = vec![vec![1; length]; outputs];
                let mut expected = vec![vec![2; length]; outputs];
                let mut slices: Vec<_> = found.iter_mut().map(Vec::as_mut_slice).collect();
                combine(&rows, &inputs, &mut slices);
                let mut portable = vec![vec![3; length]; outputs];
                let mut slices: Vec<_> = portable.iter_mut().map(Vec::as_mut_slice).collect();
                Combine {
                    rows: &rows,
                    inputs: &inputs,
                    outputs: &mut slices,
                }
                .run(Portable);
                let mut expected_slices: Vec<_> = expected.iter_mut().map(Vec::as_mut_slice).collect();
                byte_by_byte(&rows, &inputs, &mut expected_slices, 0);
                assert_eq!(found, expected);
                assert_eq!(portable, expected);
            }
        }
    }
}
