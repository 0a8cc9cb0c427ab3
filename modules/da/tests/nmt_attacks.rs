//! What somebody would try who wants a proof believed that is none.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::{Duration, Instant};

use da::nmt::{self, Options, Proof, Tree};
use rand::prelude::*;
use rand::rngs::SmallRng;

const NONE: [&[u8]; 0] = [];

/// One leaf in `namespaces` each; the data of all differ.
fn tree(namespaces: &[u64]) -> (Tree, Vec<Vec<u8>>) {
    let leaves: Vec<_> = (0..namespaces.len())
        .map(|at| format!("leaf {at}").into_bytes())
        .collect();
    let mut tree = Tree::default();
    tree.extend(
        &leaves,
        &namespaces
            .iter()
            .map(|number| number.to_be_bytes())
            .collect::<Vec<_>>(),
    )
    .unwrap();
    (tree, leaves)
}

/// Another proof than `proof`, by one or more of the changes that a forger would make.
fn mutate(proof: &Proof, random: &mut SmallRng) -> Proof {
    let mut other = proof.clone();
    while other == *proof {
        let count = other.nodes.len();
        let at = random.random_range(0..count.max(1));
        let second = random.random_range(0..count.max(1));
        match random.random_range(0..14) {
            0 => other.start = other.start.wrapping_add_signed(random.random_range(-3..=3)),
            1 => other.end = other.end.wrapping_add_signed(random.random_range(-3..=3)),
            2 => {
                let by = random.random_range(-9..=9);
                (other.start, other.end) = (
                    other.start.wrapping_add_signed(by),
                    other.end.wrapping_add_signed(by),
                );
            }
            3 => other.end = random.random(),
            4 => (other.start, other.end) = (random.random(), random.random()),
            5 => other.ignore_max_namespace ^= true,
            6 => other.leaf_hash = other.nodes.get(at).cloned(),
            7 => other.nodes.push(
                other
                    .leaf_hash
                    .clone()
                    .unwrap_or_else(|| vec![random.random(); 48]),
            ),
            _ if count == 0 => {}
            8 => _ = other.nodes.remove(at),
            9 => other.nodes.swap(at, second),
            10 => other.nodes.insert(at, other.nodes[second].clone()),
            11 => other.nodes.truncate(at),
            12 => _ = other.nodes[at].pop(),
            _ => {
                let byte = random.random_range(0..other.nodes[at].len().max(1));
                if let Some(byte) = other.nodes[at].get_mut(byte) {
                    *byte ^= 1 << random.random_range(0..8);
                }
            }
        }
    }
    other
}

/// What may be believed of a proof that was changed: what was so before, and nothing about its place.
fn check(believed: bool, original: &Proof, changed: &Proof, leaf_count: usize) {
    if believed {
        assert!(
            !changed.fits(leaf_count as u64),
            "{changed:?} is believed, but {original:?} was made"
        );
        let Proof { start, end, .. } = original.clone();
        assert_eq!(
            Proof {
                start,
                end,
                ..changed.clone()
            },
            *original,
            "more than the place was changed"
        );
    }
}

#[test]
fn a_million_changed_proofs() {
    let options = Options::default();
    let mut random = SmallRng::seed_from_u64(7);
    for _ in 0..1000 {
        let count = random.random_range(1..40);
        let mut namespaces: Vec<u64> = (0..count).map(|_| random.random_range(1..12)).collect();
        namespaces.sort_unstable();
        let (tree, leaves) = tree(&namespaces);
        let root = tree.root();

        for _ in 0..25 {
            let at = random.random_range(0..count);
            let namespace = namespaces[at].to_be_bytes();
            let proof = tree.prove(at).unwrap();
            assert!(nmt::verify(&proof.to_bytes(), &leaves[at], &namespace, &root));
            for _ in 0..20 {
                let changed = mutate(&proof, &mut random);
                check(
                    changed.verify(&leaves[at], &namespace, &root, &options),
                    &proof,
                    &changed,
                    count,
                );
                let other = random.random_range(0..count);
                if other != at {
                    assert!(!changed.verify(
                        &leaves[other],
                        &namespaces[other].to_be_bytes(),
                        &root,
                        &options
                    ));
                }
            }
            let asked = random.random_range(0..14u64).to_be_bytes();
            let proof = tree.prove_namespace(&asked).unwrap();
            let all = &leaves[tree.namespace_range(&asked)];
            for _ in 0..20 {
                let changed = mutate(&proof, &mut random);
                check(
                    changed.verify_namespace(all, &asked, &root, &options),
                    &proof,
                    &changed,
                    count,
                );
            }
        }
    }
}

#[test]
fn every_changed_byte_of_an_encoded_proof() {
    let (tree, leaves) = tree(&[1, 2, 2, 3, 5, 8, 8]);
    let root = tree.root();
    for (at, leaf) in leaves.iter().enumerate() {
        let namespace = [1u64, 2, 2, 3, 5, 8, 8][at].to_be_bytes();
        let proof = tree.prove(at).unwrap();
        let bytes = proof.to_bytes();
        let believed = |bytes: &[u8]| nmt::verify(bytes, leaf, &namespace, &root);
        for place in 0..bytes.len() {
            assert!(!believed(&bytes[..place]));
            for byte in 0..=255 {
                let mut changed = bytes.clone();
                changed[place] = byte;
                if changed != bytes && believed(&changed) {
                    check(true, &proof, &Proof::from_bytes(&changed).unwrap(), leaves.len());
                }
                changed.insert(place, byte);
                assert!(!believed(&changed), "{byte} inserted at {place}");
            }
            let mut shorter = bytes.clone();
            shorter.remove(place);
            // Without its start it is a proof of the first leaf.
            if believed(&shorter) {
                check(true, &proof, &Proof::from_bytes(&shorter).unwrap(), leaves.len());
            }
        }
        for byte in 0..=255 {
            assert!(!believed(&[&bytes[..], &[byte]].concat()));
        }
        // The leaf, the namespace and the root, one bit each.
        for bit in 0..8 * root.len() {
            let flip = |bytes: &[u8]| {
                let mut bytes = bytes.to_vec();
                let place = bit / 8 % bytes.len();
                bytes[place] ^= 1 << (bit % 8);
                bytes
            };
            assert!(!nmt::verify(&bytes, &flip(leaf), &namespace, &root));
            assert!(!nmt::verify(&bytes, leaf, &flip(&namespace), &root));
            assert!(!nmt::verify(&bytes, leaf, &namespace, &flip(&root)));
        }
    }
}

/// Every node of the tree as the leaf that would be beyond, with the siblings of every place.
#[test]
fn absence_cannot_be_forged() {
    let namespaces = [1, 2, 2, 4, 6, 6, 6, 9, 9];
    let (tree, leaves) = tree(&namespaces);
    let (root, options) = (tree.root(), Options::default());
    let count = leaves.len();
    let mut nodes: Vec<Vec<u8>> = Vec::new();
    let mut proofs = Vec::new();
    for start in 0..count {
        for end in start + 1..=count {
            let proof = tree.prove_range(start, end).unwrap();
            nodes.extend(proof.nodes.iter().cloned());
            proofs.push(proof);
        }
    }
    nodes.sort();
    nodes.dedup();
    assert_eq!(
        nodes.len(),
        2 * count - 2,
        "every node but the root is beside some path"
    );
    let mut believed = 0;
    for namespace in 0..=10u64 {
        let asked = namespace.to_be_bytes();
        let absent = !namespaces.contains(&namespace);
        for proof in &proofs {
            for node in &nodes {
                for (start, end) in [(proof.start, proof.end), (proof.start, proof.start + 1)] {
                    let forged = Proof {
                        start,
                        end,
                        leaf_hash: Some(node.clone()),
                        ..proof.clone()
                    };
                    let holds = forged.verify_namespace(&NONE, &asked, &root, &options);
                    assert!(
                        absent || !holds,
                        "{namespace} is there, but {forged:?} is believed"
                    );
                    believed += u32::from(holds);
                    assert!(!forged.verify_namespace(&leaves[..1], &asked, &root, &options));
                }
            }
        }
        let empty = Proof {
            ignore_max_namespace: true,
            ..Proof::default()
        };
        assert_eq!(
            empty.verify_namespace(&NONE, &asked, &root, &options),
            !(1..=9).contains(&namespace),
            "the empty proof for {namespace}"
        );
    }
    assert!(believed > 0);
}

/// A subtree's node given out as a leaf, and a leaf's data as a node.
#[test]
fn leaves_and_nodes_are_not_confused() {
    let (tree, leaves) = tree(&[1, 1, 1, 1]);
    let root = tree.root();
    let inner = tree.prove(2).unwrap();
    let left = &inner.nodes[0];
    let pair = [
        &tree.prove(1).unwrap().nodes[0][..],
        &tree.prove(0).unwrap().nodes[0],
    ]
    .concat();
    let one = 1u64.to_be_bytes();
    for data in [left.clone(), pair.clone(), pair[8..].to_vec(), leaves[0].clone()] {
        for nodes in [vec![inner.nodes[1].clone()], inner.nodes.clone(), vec![]] {
            for start in 0..3 {
                let proof = Proof {
                    start,
                    end: start + 1,
                    nodes: nodes.clone(),
                    ..inner.clone()
                };
                assert!(!proof.verify(&data, &one, &root, &Options::default()));
            }
        }
    }
}

#[test]
fn huge_counts_cost_nothing() {
    let (tree, leaves) = tree(&[1, 2, 3]);
    let (root, options) = (tree.root(), Options::default());
    let one = 1u64.to_be_bytes();
    let proof = tree.prove(0).unwrap();
    let began = Instant::now();
    let edges = [
        0,
        1,
        2,
        3,
        1 << 31,
        1 << 32,
        1 << 62,
        (1 << 63) - 1,
        1 << 63,
        u64::MAX - 1,
        u64::MAX,
    ];
    for start in edges {
        for end in edges {
            let forged = Proof {
                start,
                end,
                ..proof.clone()
            };
            let right = (start, end) == (0, 1);
            assert_eq!(forged.verify(&leaves[0], &one, &root, &options), right);
            assert_eq!(
                forged.verify_namespace(&leaves[..1], &one, &root, &options),
                right
            );
            assert!(!forged.verify_namespace(&NONE, &one, &root, &options));
            let absence = Proof {
                leaf_hash: Some(proof.nodes[0].clone()),
                ..forged
            };
            assert!(!absence.verify_namespace(&NONE, &one, &root, &options));
            for leaf_count in edges {
                absence.fits(leaf_count);
            }
        }
    }
    // A length beyond the end, in numbers of every size.
    for digits in 0..12 {
        let mut bytes = vec![0x1a];
        bytes.extend(std::iter::repeat_n(0xff, digits));
        bytes.push(0x7f);
        assert!(Proof::from_bytes(&bytes).is_err() && !nmt::verify(&bytes, b"", &one, &root));
    }
    // A million nodes of nothing.
    assert!(!nmt::verify(&[0x1a, 0].repeat(1_000_000), b"", &one, &root));
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[test]
fn other_trees_and_wrong_sizes() {
    let (tree, leaves) = tree(&[1, 2, 3]);
    let root = tree.root();
    let one = 1u64.to_be_bytes();
    let proof = tree.prove(0).unwrap();
    for options in [
        Options {
            namespace_size: 7,
            ..Options::default()
        },
        Options {
            namespace_size: usize::MAX,
            ..Options::default()
        },
        Options {
            hash: da::hash::Algorithm::Blake3,
            ..Options::default()
        },
        Options {
            hash: da::hash::Algorithm::Sha512,
            ..Options::default()
        },
        Options {
            ignore_max_namespace: false,
            ..Options::default()
        },
    ] {
        assert!(!proof.verify(&leaves[0], &one, &root, &options));
        assert!(!proof.verify(&leaves[0], &one[1..], &root, &options));
    }
    for length in 0..100 {
        let sized = root.iter().copied().cycle().take(length).collect::<Vec<_>>();
        assert_eq!(
            nmt::verify(&proof.to_bytes(), &leaves[0], &one, &sized),
            length == root.len()
        );
        assert_eq!(
            nmt::verify(&proof.to_bytes(), &leaves[0], &sized, &root),
            length == 8
        );
        assert!(!nmt::verify(&sized, &leaves[0], &one, &root));
        assert!(!Proof::default().verify_namespace(&NONE, &one, &sized, &Options::default()));
    }
}
