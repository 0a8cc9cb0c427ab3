//! The Keccak sponge with a capacity of 512 bits: SHA3-256 and Keccak-256, which differ in one byte of padding.
//!
//! On x86-64 the permutation is our own, compiled a second time for processors with BMI, whose rotations and and-nots make it a fifth
//! faster; elsewhere it is that of the crate `keccak`, which has one for ARMv8.2.

/// How many bytes are absorbed at a time.
const RATE: usize = 136;

type State = [u64; 25];

/// A sponge whose input is ended by the byte `PADDING`.
#[derive(Clone)]
pub(super) struct Sponge<const PADDING: u8> {
    state: State,
    /// What does not fill a block yet: the first `filled` bytes, fewer than there are.
    block: [u8; RATE],
    filled: usize,
}

/// SHA3-256.
pub(super) type Sha3Sponge = Sponge<0x06>;
/// Keccak-256 before it was a standard.
pub(super) type KeccakSponge = Sponge<0x01>;

impl<const PADDING: u8> Sponge<PADDING> {
    pub(super) fn new() -> Self {
        Sponge {
            state: [0; 25],
            block: [0; RATE],
            filled: 0,
        }
    }

    pub(super) fn digest(data: &[u8]) -> [u8; 32] {
        let mut sponge = Self::new();
        sponge.update(data);
        sponge.finalize()
    }

    pub(super) fn update(&mut self, mut data: &[u8]) {
        if self.filled > 0 {
            let (now, rest) = data.split_at(data.len().min(RATE - self.filled));
            self.block[self.filled..][..now.len()].copy_from_slice(now);
            self.filled += now.len();
            data = rest;
            if self.filled < RATE {
                return;
            }
            absorb(&mut self.state, &self.block);
        }
        let (blocks, rest) = data.split_at(data.len() / RATE * RATE);
        absorb(&mut self.state, blocks);
        self.block[..rest.len()].copy_from_slice(rest);
        self.filled = rest.len();
    }

    pub(super) fn finalize(mut self) -> [u8; 32] {
        self.block[self.filled..].fill(0);
        self.block[self.filled] ^= PADDING;
        self.block[RATE - 1] ^= 0x80;
        absorb(&mut self.state, &self.block);
        let mut digest = [0; 32];
        for (bytes, lane) in digest.chunks_exact_mut(8).zip(self.state) {
            bytes.copy_from_slice(&lane.to_le_bytes());
        }
        digest
    }
}

/// Takes in whole blocks.
#[cfg(target_arch = "x86_64")]
fn absorb(state: &mut State, blocks: &[u8]) {
    struct Absorb<'a>(&'a mut State, &'a [u8]);

    impl pulp::NullaryFnOnce for Absorb<'_> {
        type Output = ();

        // All of it in one function, which is compiled for the processor at hand.
        #[inline(always)]
        fn call(self) {
            for block in self.1.chunks_exact(RATE) {
                add(self.0, block);
                permutation::permute(self.0);
            }
        }
    }

    match pulp::x86::V3::try_new() {
        Some(lanes) => lanes.vectorize(Absorb(state, blocks)),
        None => pulp::NullaryFnOnce::call(Absorb(state, blocks)),
    }
}

/// Takes in whole blocks.
#[cfg(not(target_arch = "x86_64"))]
fn absorb(state: &mut State, blocks: &[u8]) {
    keccak::Keccak::new().with_f1600(|permute| {
        for block in blocks.chunks_exact(RATE) {
            add(state, block);
            permute(state);
        }
    });
}

#[inline(always)]
fn add(state: &mut State, block: &[u8]) {
    for (lane, bytes) in state.iter_mut().zip(block.chunks_exact(8)) {
        *lane ^= u64::from_le_bytes(bytes.try_into().expect("a lane has eight bytes"));
    }
}

/// Keccak-f[1600], of FIPS 202.
#[cfg(target_arch = "x86_64")]
mod permutation {
    use super::State;

    const ROUNDS: [u64; 24] = [
        0x0000_0000_0000_0001,
        0x0000_0000_0000_8082,
        0x8000_0000_0000_808a,
        0x8000_0000_8000_8000,
        0x0000_0000_0000_808b,
        0x0000_0000_8000_0001,
        0x8000_0000_8000_8081,
        0x8000_0000_0000_8009,
        0x0000_0000_0000_008a,
        0x0000_0000_0000_0088,
        0x0000_0000_8000_8009,
        0x0000_0000_8000_000a,
        0x0000_0000_8000_808b,
        0x8000_0000_0000_008b,
        0x8000_0000_0000_8089,
        0x8000_0000_0000_8003,
        0x8000_0000_0000_8002,
        0x8000_0000_0000_0080,
        0x0000_0000_0000_800a,
        0x8000_0000_8000_000a,
        0x8000_0000_8000_8081,
        0x8000_0000_0000_8080,
        0x0000_0000_8000_0001,
        0x8000_0000_8000_8008,
    ];

    #[inline(always)]
    pub(super) fn permute(state: &mut State) {
        let mut lanes = *state;
        for constants in ROUNDS.chunks_exact(2) {
            lanes = round(&round(&lanes, constants[0]), constants[1]);
        }
        *state = lanes;
    }

    /// Written out: left to loops, the compiler keeps the lanes in memory.
    #[inline(always)]
    fn round(lanes: &State, constant: u64) -> State {
        let columns: [u64; 5] =
            std::array::from_fn(|x| lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]);
        let parity: [u64; 5] =
            std::array::from_fn(|x| columns[(x + 4) % 5] ^ columns[(x + 1) % 5].rotate_left(1));
        // For each lane of a row where it comes from, and how far it is rotated.
        macro_rules! row {
            ($($from:literal by $distance:literal),*) => {{
                let [a, b, c, d, e] = [$((lanes[$from] ^ parity[$from % 5]).rotate_left($distance)),*];
                [a ^ (!b & c), b ^ (!c & d), c ^ (!d & e), d ^ (!e & a), e ^ (!a & b)]
            }};
        }
        let [a, b, c, d, e] = [
            row!(0 by 0, 6 by 44, 12 by 43, 18 by 21, 24 by 14),
            row!(3 by 28, 9 by 20, 10 by 3, 16 by 45, 22 by 61),
            row!(1 by 1, 7 by 6, 13 by 25, 19 by 8, 20 by 18),
            row!(4 by 27, 5 by 36, 11 by 10, 17 by 15, 23 by 56),
            row!(2 by 62, 8 by 55, 14 by 39, 15 by 41, 21 by 2),
        ];
        #[rustfmt::skip]
        let next = [
            a[0] ^ constant, a[1], a[2], a[3], a[4],
            b[0], b[1], b[2], b[3], b[4],
            c[0], c[1], c[2], c[3], c[4],
            d[0], d[1], d[2], d[3], d[4],
            e[0], e[1], e[2], e[3], e[4],
        ];
        next
    }
}
