//! What the same work takes from Rust: `tests/bench/da.py` asks, this answers.
//!
//! A line `operation size count repeats` is answered by a line with the seconds that one operation took. `size` is in bytes, `count` is
//! the number of leaves, or `data+parity`; hashes have 0.

#![expect(clippy::print_stdout, reason = "the answers")]

use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::time::Instant;

use da::{hash, nmt, rs};

fn per_operation(repeats: u32, mut operation: impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..repeats).for_each(|_| operation());
    start.elapsed().as_secs_f64() / f64::from(repeats)
}

fn data(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * 31 + (at >> 8) * 7) as u8).collect()
}

/// Inputs are made once: a line of the same operation and size finds them.
#[derive(Default)]
struct Inputs {
    made_for: String,
    bytes: Vec<u8>,
    items: Vec<Vec<u8>>,
    namespaces: Vec<[u8; 8]>,
    output: Vec<u8>,
    shards: Vec<Option<Vec<u8>>>,
}

impl Inputs {
    fn prepare(&mut self, operation: &str, size: usize, count: usize, parity: usize) {
        let key = format!("{operation} {size} {count}+{parity}");
        if self.made_for == key {
            return;
        }
        *self = Inputs {
            made_for: key,
            ..Inputs::default()
        };
        if count == 0 {
            self.bytes = data(size);
        } else if operation == "encode_into" {
            self.bytes = data(size * count);
            self.output = vec![0; size * parity];
        } else if operation == "hash_rows" {
            self.bytes = data(size * count);
            self.output = vec![0; 32 * count];
        } else if operation == "rows" {
            self.bytes = data(size * count);
            for (number, row) in self.bytes.chunks_exact_mut(size).enumerate() {
                row[..8].copy_from_slice(&(number as u64).to_be_bytes());
            }
        } else {
            self.items = (0..count)
                .map(|item| data(size).into_iter().map(|byte| byte ^ item as u8).collect())
                .collect();
            self.namespaces = (0..count as u64).map(u64::to_be_bytes).collect();
            if operation == "reconstruct_data" {
                let made = rs::encode(&self.items, parity).expect("it is a set");
                let lost = parity.min(count);
                self.shards = self.items.iter().cloned().chain(made).map(Some).collect();
                self.shards[..lost].fill(None);
            }
        }
    }
}

fn main() {
    let mut inputs = Inputs::default();
    for line in io::stdin().lock().lines() {
        let line = line.expect("the other side writes text");
        let words: Vec<&str> = line.split_whitespace().collect();
        let [operation, size, counts, repeats] = words[..] else {
            panic!("four words, not {line:?}")
        };
        let number = |text: &str| text.parse::<usize>().expect("a number");
        let (count, parity) = counts.split_once('+').unwrap_or((counts, "0"));
        let (count, parity) = (number(count), number(parity));
        inputs.prepare(operation, number(size), count, parity);
        let Inputs {
            bytes,
            items,
            namespaces,
            output,
            shards,
            ..
        } = &mut inputs;
        let repeats = number(repeats) as u32;
        let seconds = match operation {
            "blake3" => per_operation(repeats, || _ = black_box(hash::blake3(black_box(bytes)))),
            "sha256" => per_operation(repeats, || _ = black_box(hash::sha256(black_box(bytes)))),
            "sha512" => per_operation(repeats, || _ = black_box(hash::sha512(black_box(bytes)))),
            "sha3_256" => per_operation(repeats, || _ = black_box(hash::sha3_256(black_box(bytes)))),
            "keccak256" => per_operation(repeats, || _ = black_box(hash::keccak256(black_box(bytes)))),
            "hash_many" => per_operation(repeats, || {
                black_box(hash::hash_many(hash::Algorithm::Sha256, black_box(items)));
            }),
            "hash_rows" => per_operation(repeats, || {
                let row_size = bytes.len() / count;
                hash::hash_rows(hash::Algorithm::Sha256, bytes, row_size, output).expect("whole rows");
            }),
            "root" => per_operation(repeats, || {
                _ = black_box(nmt::root(items, namespaces).expect("it is sorted"))
            }),
            "rows" => per_operation(repeats, || {
                let mut tree = nmt::Tree::default();
                tree.extend_rows(black_box(bytes), bytes.len() / count)
                    .expect("it is sorted");
                black_box(tree.root());
            }),
            "encode" => per_operation(repeats, || {
                _ = black_box(rs::encode(items, parity).expect("it is a set"))
            }),
            "encode_into" => per_operation(repeats, || {
                rs::encode_into(black_box(bytes), count, output).expect("it is a set");
            }),
            "reconstruct_data" => per_operation(repeats, || {
                black_box(rs::reconstruct_data(shards, count).expect("enough are left"));
            }),
            "threads" => {
                da::threads(Some(count)).expect("threads start");
                0.0
            }
            other => panic!("no operation {other}"),
        };
        println!("{seconds:e}");
        io::stdout().flush().expect("the other side reads");
    }
}
