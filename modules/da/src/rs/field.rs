//! Arithmetic in GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1, and the code as interpolation. A leaf.
//!
//! Shard `x` of a set holds, byte for byte, the values at the point `x` of polynomials of a degree below the number of data shards. So
//! any that many shards give all others: by the polynomial through them.

const POLYNOMIAL: u16 = 0x11d;
/// The number of elements that have a logarithm.
const ORDER: u16 = 255;

const fn powers() -> [u8; 510] {
    let mut table = [0; 510];
    let mut value = 1u16;
    let mut exponent = 0;
    while exponent < 510 {
        table[exponent] = value as u8;
        value <<= 1;
        if value > 255 {
            value ^= POLYNOMIAL;
        }
        exponent += 1;
    }
    table
}

const fn logarithms() -> [u8; 256] {
    let mut table = [0; 256];
    let mut exponent = 0;
    while exponent < 255 {
        table[POWERS[exponent] as usize] = exponent as u8;
        exponent += 1;
    }
    table
}

/// Powers of two, twice around, so that the sum of two logarithms needs no remainder.
static POWERS: [u8; 510] = powers();
static LOGARITHMS: [u8; 256] = logarithms();

/// The products of one element with the sixteen values of a low half byte, and with those of a high one.
pub(super) type Products = [[u8; 16]; 2];

/// For every element its products with half bytes; a product with a byte is the sum of two of them.
pub(super) static PRODUCTS: [Products; 256] = products();

const fn products() -> [Products; 256] {
    let mut table = [[[0; 16]; 2]; 256];
    let mut element = 0;
    while element < 256 {
        let mut half = 0;
        while half < 16 {
            table[element][0][half] = multiply(element as u8, half as u8);
            table[element][1][half] = multiply(element as u8, (half << 4) as u8);
            half += 1;
        }
        element += 1;
    }
    table
}

const fn multiply(one: u8, other: u8) -> u8 {
    if one == 0 || other == 0 {
        return 0;
    }
    POWERS[LOGARITHMS[one as usize] as usize + LOGARITHMS[other as usize] as usize]
}

/// At `j` and `x` the value at `x` of the polynomial that is zero at the points below `2^j`, of the lowest degree, divided so that it is
/// one at `2^j`.
///
/// These polynomials are linear: their value at a sum is the sum of their values.
pub(super) static VANISHING: [[u8; 256]; 8] = vanishing();

const fn vanishing() -> [[u8; 256]; 8] {
    let mut table = [[0; 256]; 8];
    let mut x = 0;
    while x < 256 {
        table[0][x] = x as u8;
        x += 1;
    }
    let mut height = 0;
    while height < 7 {
        // Each is the one before times itself moved by 2^height, where it is one after the division.
        let scale = table[height][2 << height];
        let scale = multiply(scale, scale ^ 1);
        let mut x = 0;
        while x < 256 {
            let value = table[height][x];
            table[height + 1][x] = divide(multiply(value, value ^ 1), scale);
            x += 1;
        }
        height += 1;
    }
    table
}

const fn divide(one: u8, other: u8) -> u8 {
    if one == 0 {
        return 0;
    }
    POWERS[LOGARITHMS[one as usize] as usize + ORDER as usize - LOGARITHMS[other as usize] as usize]
}

/// For each of `targets` the factors by which the values at `sources` add up to its own: `targets.len()` rows of `sources.len()`.
///
/// The sources differ from one another and from the targets.
pub(super) fn factors(sources: &[u8], targets: &[u8]) -> Vec<u8> {
    // Lagrange: at x, source s counts by the product of (x - t) / (s - t) over the other sources t. In this field minus is plus is xor.
    let logarithm = |one: u8, other: u8| u32::from(LOGARITHMS[usize::from(one ^ other)]);
    let below: Vec<u32> = sources
        .iter()
        .map(|source| {
            sources
                .iter()
                .filter(|other| *other != source)
                .map(|other| logarithm(*source, *other))
                .sum()
        })
        .collect();
    let mut rows = Vec::with_capacity(targets.len() * sources.len());
    for target in targets {
        let all: u32 = sources.iter().map(|source| logarithm(*target, *source)).sum();
        rows.extend(sources.iter().zip(&below).map(|(source, below)| {
            let above = all - logarithm(*target, *source);
            // 256 sources at most: the sums stay far below the multiple of the order that keeps the difference positive.
            let order = u32::from(ORDER);
            POWERS[((above + 256 * order - below) % order) as usize]
        }));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Multiplication by shifting and subtracting, without tables.
    fn slowly(one: u8, other: u8) -> u8 {
        let mut product = 0u16;
        for bit in 0..8 {
            if other >> bit & 1 == 1 {
                product ^= u16::from(one) << bit;
            }
        }
        for bit in (8..16).rev() {
            if product >> bit & 1 == 1 {
                product ^= POLYNOMIAL << (bit - 8);
            }
        }
        product as u8
    }

    #[test]
    fn every_product() {
        for one in 0..=255u8 {
            for other in 0..=255u8 {
                assert_eq!(multiply(one, other), slowly(one, other));
                let [low, high] = PRODUCTS[usize::from(one)];
                let halves = low[usize::from(other & 15)] ^ high[usize::from(other >> 4)];
                assert_eq!(halves, slowly(one, other));
            }
        }
    }

    #[test]
    fn vanishing_polynomials() {
        for (height, values) in VANISHING.iter().enumerate() {
            assert!(values[..1 << height].iter().all(|value| *value == 0));
            assert_eq!(values[1 << height], 1);
            // By its definition: the product over the points where it is zero.
            let product =
                |x: u8| (0..1u16 << height).fold(1, |product, point| slowly(product, x ^ point as u8));
            for x in 0..=255 {
                assert_eq!(slowly(values[usize::from(x)], product(1 << height)), product(x));
            }
        }
    }

    #[test]
    fn factors_give_the_values_of_a_polynomial() {
        let polynomial = [7u8, 0, 200, 31];
        let at = |point: u8| {
            polynomial
                .iter()
                .rev()
                .fold(0, |value, factor| multiply(value, point) ^ factor)
        };
        let (sources, targets) = ([9u8, 0, 255, 4], [1u8, 2, 128]);
        for (row, target) in factors(&sources, &targets).chunks(4).zip(targets) {
            let value = row
                .iter()
                .zip(sources)
                .fold(0, |sum, (factor, source)| sum ^ multiply(*factor, at(source)));
            assert_eq!(value, at(target));
        }
    }
}
