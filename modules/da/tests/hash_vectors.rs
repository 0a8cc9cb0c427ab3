//! The published vectors of every hash; `tests/vectors/README.md` says where they are from.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::Write as _;

use da::hash::{self, Algorithm};
use serde::Deserialize;

/// Messages and digests of one file: a message's length as four bytes, least first, the message, its digest.
fn vectors(mut bytes: &'static [u8], digest_size: usize) -> Vec<(&'static [u8], &'static [u8])> {
    let mut found = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let (message, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
        let (digest, rest) = rest.split_at(digest_size);
        found.push((message, digest));
        bytes = rest;
    }
    assert!(bytes.is_empty());
    found
}

macro_rules! check {
    ($name:ident, $function:ident, $hasher:ident, $size:literal, $file:literal, $count:literal) => {
        #[test]
        fn $name() {
            let vectors = vectors(include_bytes!(concat!("vectors/", $file)), $size);
            assert_eq!(vectors.len(), $count);
            for (message, digest) in vectors {
                assert_eq!(hash::$function(message), *digest, "{} bytes", message.len());
                assert_eq!(Algorithm::$hasher.digest(message), digest);
                let mut hasher = hash::$hasher::new();
                for piece in message.chunks(61) {
                    hasher.digest();
                    hasher.update(piece);
                }
                assert_eq!(hasher.digest(), *digest);
            }
        }
    };
}

check!(sha256_short, sha256, Sha256, 32, "sha256_short.bin", 65);
check!(sha256_long, sha256, Sha256, 32, "sha256_long.bin", 64);
check!(sha512_short, sha512, Sha512, 64, "sha512_short.bin", 129);
check!(sha512_long, sha512, Sha512, 64, "sha512_long.bin", 128);
check!(sha3_256_short, sha3_256, Sha3_256, 32, "sha3_256_short.bin", 137);
check!(sha3_256_long, sha3_256, Sha3_256, 32, "sha3_256_long.bin", 100);
check!(
    keccak256_short,
    keccak256,
    Keccak256,
    32,
    "keccak256_short.bin",
    256
);
check!(keccak256_long, keccak256, Keccak256, 32, "keccak256_long.bin", 65);

#[derive(Deserialize)]
struct Blake3Vectors {
    key: String,
    cases: Vec<Blake3Case>,
}

/// What the file says in words: the context of key derivation.
const CONTEXT: &str = "BLAKE3 2019-12-27 16:29:52 test vectors context";

#[derive(Deserialize)]
struct Blake3Case {
    input_len: usize,
    hash: String,
    keyed_hash: String,
    derive_key: String,
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn pattern(length: usize) -> Vec<u8> {
    (0..251u8).cycle().take(length).collect()
}

#[test]
fn blake3_in_every_mode() {
    let vectors: Blake3Vectors = serde_json::from_str(include_str!("vectors/blake3.json")).unwrap();
    let key: [u8; 32] = vectors.key.as_bytes().try_into().unwrap();
    assert_eq!(vectors.cases.len(), 22);
    for case in &vectors.cases {
        let input = pattern(case.input_len);
        let [plain, keyed, derived] = [&case.hash, &case.keyed_hash, &case.derive_key].map(|text| hex(text));

        assert_eq!(hash::blake3(&input), plain[..32]);
        assert_eq!(hash::blake3_xof(&input, plain.len()).unwrap(), plain);
        assert_eq!(hash::blake3_keyed(&key, &input), keyed[..32]);
        assert_eq!(hash::blake3_derive_key(CONTEXT, &input), derived[..32]);

        let hashers = [
            (hash::Blake3::new(), plain),
            (hash::Blake3::keyed(&key), keyed),
            (hash::Blake3::derive_key(CONTEXT), derived),
        ];
        for (mut hasher, expected) in hashers {
            input.chunks(1000).for_each(|piece| _ = hasher.update(piece));
            assert_eq!(hasher.digest(), expected[..32]);
            assert_eq!(hasher.xof(expected.len()).unwrap(), expected);
            let mut middle = [0; 40];
            hasher.xof_into(50, &mut middle);
            assert_eq!(middle, expected[50..90]);
        }
    }
}

#[test]
fn threads_do_not_change_a_digest() {
    let input = pattern(5_000_000);
    let expected = *blake3::hash(&input).as_bytes();
    for count in [1, 2, 3, 8] {
        assert_eq!(da::threads(Some(count)).unwrap(), count);
        assert_eq!(hash::blake3(&input), expected);
        let messages: Vec<&[u8]> = input.chunks(1234).collect();
        let digests = hash::hash_many(Algorithm::Sha256, &messages);
        assert!(
            messages
                .iter()
                .zip(&digests)
                .all(|(message, digest)| hash::sha256(message) == **digest)
        );
        let mut rows = vec![0; 64 * 4000];
        hash::hash_rows(Algorithm::Sha512, &input[..5_000_000], 1250, &mut rows).unwrap();
        let alone = input.chunks(1250).map(hash::sha512);
        assert!(rows.chunks(64).zip(alone).all(|(row, digest)| *row == digest));
    }
    da::threads(Some(0)).unwrap();
    assert!(hash::hash_rows(Algorithm::Sha256, b"abc", 2, &mut [0; 32]).is_err());
    assert!(hash::hash_rows(Algorithm::Sha256, b"abc", 3, &mut [0; 31]).is_err());
    assert!(hash::hash_rows(Algorithm::Sha256, b"abc", 0, &mut []).is_err());
}

#[test]
fn what_there_is_no_room_for() {
    let error = hash::blake3_xof(b"", usize::MAX).unwrap_err();
    assert!(matches!(error, da::Error::OutOfMemory { bytes: usize::MAX }));
    assert_eq!(
        da::threads(Some(1025)).unwrap_err().to_string(),
        "`count` is 1025, expected at most 1024"
    );
}

#[test]
fn hashers_say_what_they_are() {
    let hasher = hash::Sha256::new();
    assert_eq!(
        (hasher.name, hasher.digest_size, hasher.block_size),
        ("sha256", 32, 64)
    );
    let hasher = hash::Keccak256::new();
    assert_eq!(
        (hasher.name, hasher.digest_size, hasher.block_size),
        ("keccak256", 32, 136)
    );
    for algorithm in Algorithm::ALL {
        assert_eq!(algorithm.digest(b"").len(), algorithm.digest_size());
    }
}

#[test]
fn copies_go_their_own_ways() {
    let mut first = hash::Keccak256::from(b"a".as_slice());
    let second = first.copy();
    first.write_all(b"b").unwrap();
    assert_eq!(first.digest(), hash::keccak256(b"ab"));
    assert_eq!(second.digest(), hash::keccak256(b"a"));
    assert!(second.hexdigest().starts_with("3ac225168df54212"));
}

#[test]
fn files_are_hashed_piece_by_piece() {
    let path = std::env::temp_dir().join(format!("da-hash-{}", std::process::id()));
    for length in [0, 1, 1024 * 1024, 1024 * 1024 + 1, 3_000_000] {
        let input = pattern(length);
        std::fs::write(&path, &input).unwrap();
        for algorithm in Algorithm::ALL {
            assert_eq!(
                hash::hash_file(algorithm, &path).unwrap(),
                algorithm.digest(&input)
            );
        }
    }
    std::fs::remove_file(&path).unwrap();
    let error = hash::hash_file(Algorithm::Blake3, &path).unwrap_err();
    assert!(matches!(&error, da::Error::File { path: found, .. } if *found == path));
}
