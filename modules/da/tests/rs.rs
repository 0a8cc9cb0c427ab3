//! Erasure codes: every pattern of losses, the bytes of other implementations, refusals.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;

use da::{Error, rs};
use proptest::prelude::*;
use reed_solomon_erasure::galois_8::ReedSolomon;

fn data(shards: usize, length: usize, seed: usize) -> Vec<Vec<u8>> {
    let byte = |at: usize| (at.wrapping_mul(0x9e37_79b9) >> 13) as u8;
    (0..shards)
        .map(|shard| (0..length).map(|at| byte(seed + shard * 7919 + at)).collect())
        .collect()
}

fn their_parity(data: &[Vec<u8>], parity: usize) -> Vec<Vec<u8>> {
    let mut shards = vec![vec![0; data[0].len()]; parity];
    ReedSolomon::new(data.len(), parity)
        .unwrap()
        .encode_sep(data, &mut shards)
        .unwrap();
    shards
}

/// The set without the shards whose bit is set in `pattern`.
fn without(all: &[Vec<u8>], pattern: u32) -> Vec<Option<Vec<u8>>> {
    let lost = |index: usize| pattern >> index & 1 == 1;
    all.iter()
        .enumerate()
        .map(|(index, shard)| (!lost(index)).then(|| shard.clone()))
        .collect()
}

/// `TestOneEncode` of `klauspost/reedsolomon`, which is Backblaze's.
#[test]
fn the_vector_of_other_libraries() {
    let data = [[0, 1], [4, 5], [2, 3], [6, 7], [8, 9]];
    let parity = [[12, 13], [10, 11], [14, 15], [90, 91], [94, 95]];
    assert_eq!(rs::encode(&data, 5).unwrap(), parity);
    assert!(rs::verify(&[data, parity].concat(), 5).unwrap());
}

#[test]
fn every_pattern_of_losses() {
    for (k, m) in [(4, 2), (6, 3), (10, 4)] {
        let data = data(k, 67, k);
        let parity = rs::encode(&data, m).unwrap();
        assert_eq!(parity, their_parity(&data, m));
        let all = [data.clone(), parity].concat();
        for pattern in 0..1u32 << (k + m) {
            let set = without(&all, pattern);
            let lost = pattern.count_ones() as usize;
            if lost <= m {
                assert_eq!(rs::reconstruct(&set, Some(k)).unwrap(), all);
                assert_eq!(rs::reconstruct(&set, None).unwrap(), all);
                assert_eq!(rs::reconstruct_data(&set, k).unwrap(), data);
            } else {
                match rs::reconstruct(&set, Some(k)).unwrap_err() {
                    Error::ComputationFailed { needed, found, lost } => {
                        assert_eq!((needed, found), (k, k + m - lost.len()));
                        assert!((0..k + m).all(|at| lost.contains(&at) == set[at].is_none()));
                    }
                    error => panic!("{error}"),
                }
                assert!(rs::reconstruct_data(&set, k).is_err());
            }
        }
    }
}

#[test]
fn every_size_of_set_has_the_bytes_of_reed_solomon_erasure() {
    for (k, m) in [
        (1, 1),
        (1, 255),
        (255, 1),
        (2, 3),
        (17, 3),
        (20, 9),
        (64, 64),
        (100, 5),
        (128, 128),
        (200, 56),
    ] {
        for length in [1, 63, 64, 130] {
            let data = data(k, length, m);
            assert_eq!(
                rs::encode(&data, m).unwrap(),
                their_parity(&data, m),
                "{k}+{m} of {length}"
            );
        }
    }
}

/// Long enough for several columns, and for threads.
#[test]
fn long_shards() {
    for (k, m, length) in [(10, 4, 300_001), (3, 9, 200_000), (40, 30, 20_000)] {
        let data = data(k, length, 1);
        let expected = their_parity(&data, m);
        for threads in [1, 3] {
            da::threads(Some(threads)).unwrap();
            assert_eq!(rs::encode(&data, m).unwrap(), expected);
            let mut flat = vec![1; m * length];
            rs::encode_into(&data.concat(), k, &mut flat).unwrap();
            assert_eq!(flat, expected.concat());
            let all = [data.clone(), expected.clone()].concat();
            let set: Vec<_> = all
                .iter()
                .enumerate()
                .map(|(at, shard)| (at >= m).then_some(shard))
                .collect();
            assert_eq!(rs::reconstruct(&set, Some(k)).unwrap(), all);
        }
    }
    da::threads(Some(0)).unwrap();
}

#[test]
fn a_changed_byte_does_not_verify() {
    let data = data(5, 40, 3);
    let mut all = [data.clone(), rs::encode(&data, 6).unwrap()].concat();
    assert!(rs::verify(&all, 5).unwrap());
    for shard in 0..all.len() {
        for at in [0, 20, 39] {
            all[shard][at] ^= 4;
            assert!(!rs::verify(&all, 5).unwrap());
            all[shard][at] ^= 4;
        }
    }
    // As other numbers of data shards it is another set; fewer hold only by chance.
    assert!(!rs::verify(&all, 4).unwrap());
}

#[test]
fn what_is_refused() {
    let text = |error: Error| error.to_string();
    let none: [&[u8]; 0] = [];
    assert_eq!(
        text(rs::encode(&none, 1).unwrap_err()),
        "`data_shards` has 0 items, expected at least 1"
    );
    assert_eq!(
        text(rs::encode(&[b"a"], 0).unwrap_err()),
        "`parity_shards` is 0, expected at least 1"
    );
    assert_eq!(
        text(rs::encode(&["ab", "cd", "e"], 1).unwrap_err()),
        "`data_shards[2]` has 1 bytes, expected 2"
    );
    assert_eq!(
        text(rs::encode(&["", ""], 1).unwrap_err()),
        "`data_shards[0]` has 0 bytes, expected 1"
    );
    assert_eq!(
        text(rs::encode(&[[1]; 200], 57).unwrap_err()),
        "`shards` has 257 items, expected at most 256"
    );
    assert!(rs::encode(&[[1]; 2], usize::MAX).is_err());
    assert_eq!(
        text(rs::encode_into(b"abc", 2, &mut [0; 2]).unwrap_err()),
        "`data` has 3 bytes, expected a multiple of 2"
    );
    assert_eq!(
        text(rs::encode_into(b"abcd", 2, &mut [0; 3]).unwrap_err()),
        "`parity` has 3 bytes, expected a multiple of 2"
    );
    assert!(rs::encode_into(b"", 2, &mut []).is_err() && rs::encode_into(b"ab", 0, &mut []).is_err());

    let set = [Some("ab"), None, Some("abc")];
    assert_eq!(
        text(rs::reconstruct(&set, Some(1)).unwrap_err()),
        "`shards[2]` has 3 bytes, expected 2"
    );
    assert_eq!(
        text(rs::reconstruct(&[Some("ab"), None, None, None], Some(2)).unwrap_err()),
        "1 shards are left, 2 are needed; lost: [1, 2, 3]"
    );
    assert!(
        rs::reconstruct(&[Some("ab")], Some(2)).is_err() && rs::reconstruct(&[Some("ab")], Some(0)).is_err()
    );
    assert!(
        rs::reconstruct::<&str>(&[None, None], None).is_err() && rs::reconstruct::<&str>(&[], None).is_err()
    );
    assert!(rs::verify(&["a", "b"], 2).is_err() && rs::verify(&["a", "b"], 3).is_err());
    assert!(rs::join(&["a", "b"], 3).is_err() && rs::split(b"", 3).is_err() && rs::split(b"a", 0).is_err());
    assert_eq!(
        text(rs::reconstruct_into(&mut [0; 6], 3, 2, &[3]).unwrap_err()),
        "`lost[0]` is 3, expected less than 3"
    );
    assert!(rs::reconstruct_into(&mut [0; 6], 3, 2, &[0, 1]).is_err());
}

#[test]
fn files_as_shards() {
    let folder = std::env::temp_dir().join(format!("da-rs-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (k, m, length) = (5, 3, 3_000_001);
    let data = data(k, length, 9);
    let all = [data.clone(), their_parity(&data, m)].concat();
    let paths: Vec<_> = (0..k + m).map(|index| folder.join(format!("{index}"))).collect();
    paths
        .iter()
        .zip(&data)
        .for_each(|(path, shard)| fs::write(path, shard).unwrap());
    rs::encode_files(&paths[..k], &paths[k..]).unwrap();
    let same = || {
        paths
            .iter()
            .zip(&all)
            .all(|(path, shard)| fs::read(path).unwrap() == *shard)
    };
    assert!(same());

    [0, 3, 6]
        .into_iter()
        .for_each(|index| fs::remove_file(&paths[index]).unwrap());
    assert_eq!(rs::reconstruct_files(&paths, k).unwrap(), [0, 3, 6]);
    assert!(same());
    assert!(rs::reconstruct_files(&paths, k).unwrap().is_empty());

    fs::write(&paths[7], b"short").unwrap();
    fs::remove_file(&paths[1]).unwrap();
    let error = rs::reconstruct_files(&paths, k).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("`paths[7]` has 5 bytes, expected {length}")
    );
    assert!(!paths[1].exists());
    [2, 4, 7]
        .into_iter()
        .for_each(|index| fs::remove_file(&paths[index]).unwrap());
    assert!(matches!(
        rs::reconstruct_files(&paths, k),
        Err(Error::ComputationFailed {
            needed: 5,
            found: 4,
            ..
        })
    ));
    assert!(
        matches!(rs::encode_files(&paths[..2], &paths[2..3]), Err(Error::File { path, .. }) if path == paths[1])
    );
    fs::remove_dir_all(&folder).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn any_set_comes_back(
        k in 1..30usize,
        m in 1..20usize,
        blob in proptest::collection::vec(any::<u8>(), 1..2000),
        order in any::<prop::sample::Index>(),
        losses in any::<prop::sample::Index>(),
    ) {
        let data = rs::split(&blob, k).unwrap();
        prop_assert_eq!(&rs::join(&data, blob.len()).unwrap(), &blob);
        let parity = rs::encode(&data, m).unwrap();
        prop_assert_eq!(&parity, &their_parity(&data, m));
        let all = [data, parity].concat();
        prop_assert!(rs::verify(&all, k).unwrap());

        // As many as may be, beginning anywhere, in steps that reach them all.
        let (first, losses) = (order.index(k + m), losses.index(m + 1));
        let lost: Vec<usize> = (0..losses).map(|step| (first + step * 2 + step * 2 / (k + m)) % (k + m)).collect();
        let set: Vec<_> = all.iter().enumerate().map(|(at, shard)| (!lost.contains(&at)).then_some(shard)).collect();
        prop_assert_eq!(&rs::reconstruct(&set, Some(k)).unwrap(), &all);
        prop_assert_eq!(&rs::reconstruct(&set, None).unwrap(), &all);

        let mut flat = all.concat();
        let length = all[0].len();
        for index in &lost {
            flat[index * length..][..length].fill(0xee);
        }
        rs::reconstruct_into(&mut flat, k + m, k, &lost).unwrap();
        prop_assert_eq!(flat, all.concat());
    }
}
