//! Trees and proofs: the specification's figures, a second implementation, and properties.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod naive;

use da::Error;
use da::hash::Algorithm;
use da::nmt::{self, Options, Proof, Tree};
use naive::{Leaf, Naive};
use proptest::prelude::*;

const NONE: [&[u8]; 0] = [];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tree of Figure 1: namespaces of one byte.
fn figure() -> (Tree, Options) {
    let options = Options {
        namespace_size: 1,
        ..Options::default()
    };
    let mut tree = Tree::new(options).unwrap();
    for (namespace, leaf) in [(0, "leaf_0"), (0, "leaf_1"), (1, "leaf_2"), (3, "leaf_3")] {
        tree.push(leaf.as_bytes(), &[namespace]).unwrap();
    }
    (tree, options)
}

#[test]
fn the_figure_of_the_specification() {
    let (tree, options) = figure();
    assert!(hex(&tree.root()).starts_with("0003b1c2cc5"));
    let nodes: Vec<String> = tree
        .prove(2)
        .unwrap()
        .nodes
        .iter()
        .map(|node| hex(node))
        .collect();
    assert!(
        nodes[0].starts_with("0000ead8d25") && nodes[1].starts_with("0303b4a2792"),
        "{nodes:?}"
    );
    let nodes: Vec<String> = tree
        .prove(0)
        .unwrap()
        .nodes
        .iter()
        .map(|node| hex(node))
        .collect();
    assert!(
        nodes[0].starts_with("000052385a0") && nodes[1].starts_with("010352c7c03"),
        "{nodes:?}"
    );
    assert!(hex(&tree.prove(1).unwrap().nodes[0]).starts_with("00005fa0c9c"));
    assert!(hex(&tree.prove(3).unwrap().nodes[1]).starts_with("010171ca46a"));

    let proof = tree.prove_namespace(&[0]).unwrap();
    assert_eq!((proof.start, proof.end, proof.nodes.len()), (0, 2, 1));
    assert!(proof.verify_namespace(&["leaf_0", "leaf_1"], &[0], &tree.root(), &options));
    let proof = tree.prove_namespace(&[2]).unwrap();
    assert_eq!((proof.start, proof.end, proof.nodes.len()), (3, 4, 2));
    assert!(hex(proof.leaf_hash.as_ref().unwrap()).starts_with("0303b4a2792"));
    assert!(proof.verify_namespace(&NONE, &[2], &tree.root(), &options));
    let proof = tree.prove_namespace(&[6]).unwrap();
    assert!(proof.is_empty() && proof.verify_namespace(&NONE, &[6], &tree.root(), &options));
}

/// The proof that `docs/proof-format.md` prints as JSON, whose nodes are these in base64.
#[test]
fn the_proof_of_the_proof_format() {
    let (tree, options) = figure();
    let proof = tree.prove_namespace(&[1]).unwrap();
    assert_eq!((proof.start, proof.end, proof.ignore_max_namespace), (2, 3, true));
    let nodes: Vec<String> = proof.nodes.iter().map(|node| hex(node)).collect();
    assert_eq!(
        nodes,
        [
            "0000ead8d25851870e4e7b5e8e4d10092df495a0d73af6fec3709ac79fa6338f57ae",
            "0303b4a27922d95e91d4a566aaadcedf5026b620022715910a354184c0af384e1440",
        ]
    );
    let bytes = [
        &[0x08, 2, 0x10, 3, 0x1a, 34],
        &proof.nodes[0][..],
        &[0x1a, 34],
        &proof.nodes[1],
        &[0x28, 1],
    ];
    assert_eq!(proof.to_bytes(), bytes.concat());
    assert!(proof.verify(b"leaf_2", &[1], &tree.root(), &options));
}

#[test]
fn an_empty_tree() {
    let tree = Tree::default();
    let root = tree.root();
    assert_eq!(root[..16], [0; 16]);
    assert_eq!(root[16..], da::hash::sha256(b""));
    for namespace in [[0; 8], [1; 8]] {
        let proof = tree.prove_namespace(&namespace).unwrap();
        assert!(proof.is_empty() && proof.fits(0));
        assert!(nmt::verify_namespace(&proof.to_bytes(), &NONE, &namespace, &root));
    }
    assert!(tree.prove(0).is_err());
}

/// Namespaces of no bytes: the tree of RFC 6962, with the roots of `transparency-dev/merkle`'s tests.
#[test]
fn without_namespaces_it_is_the_tree_of_rfc_6962() {
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut tree = Tree::new(Options {
        namespace_size: 0,
        ..Options::default()
    })
    .unwrap();
    for (leaf, root) in leaves.iter().zip(roots) {
        tree.push(leaf, b"").unwrap();
        assert_eq!(hex(&tree.root()), root);
    }
}

#[test]
fn what_is_refused() {
    let [one, two] = [1u64, 2].map(u64::to_be_bytes);
    let mut tree = Tree::default();
    tree.push(b"b", &two).unwrap();
    let before = tree.root();
    let error = tree.push(b"a", &one).unwrap_err();
    assert_eq!(
        error.to_string(),
        "leaf 1 has namespace 0000000000000001, below 0000000000000002 of the leaf before it; \
         sort the leaves by namespace"
    );
    let error = tree
        .extend(&["b", "c", "a"], &[&two[..], &two, &two[..7]])
        .unwrap_err();
    assert_eq!(error.to_string(), "`namespaces[2]` has 7 bytes, expected 8");
    let error = tree.extend(&["b", "c"], &[two]).unwrap_err();
    assert_eq!(error.to_string(), "`namespaces` has 1 items, expected 2");
    assert_eq!((tree.len(), tree.root()), (1, before));

    assert_eq!(
        tree.prove(1).unwrap_err().to_string(),
        "`index` is 1, expected less than 1"
    );
    assert!(
        tree.prove_range(0, 2).is_err() && tree.prove_range(1, 1).is_err() && tree.prove_range(1, 0).is_err()
    );
    assert!(tree.prove_namespace(&[0; 7]).is_err());
    assert!(matches!(
        tree.prove_namespace(&[0xff; 8]),
        Err(Error::IgnoredNamespace)
    ));
    assert!(
        Tree::new(Options {
            namespace_size: 256,
            ..Options::default()
        })
        .is_err()
    );
    assert!(nmt::root::<&[u8], &[u8]>(&[], &[]).is_err());
}

/// Parity in the highest namespace does not stretch the range of the root, and so cannot be asked for as a whole.
#[test]
fn the_highest_namespace_is_left_out_of_ranges() {
    let leaves = [[1; 8], [2; 8], [0xff; 8], [0xff; 8]];
    let mut tree = Tree::default();
    tree.extend(&leaves, &leaves).unwrap();
    let root = tree.root();
    assert_eq!(root[8..16], [2; 8]);
    assert!(nmt::verify(
        &tree.prove(3).unwrap().to_bytes(),
        &[0xff; 8],
        &[0xff; 8],
        &root
    ));
    // By the range of the root there is nothing there, which is not so.
    let empty = Proof {
        ignore_max_namespace: true,
        ..Proof::default()
    };
    assert!(!empty.verify_namespace(&NONE, &[0xff; 8], &root, &Options::default()));

    let options = Options {
        ignore_max_namespace: false,
        ..Options::default()
    };
    let mut tree = Tree::new(options).unwrap();
    tree.extend(&leaves, &leaves).unwrap();
    assert_eq!(tree.root()[8..16], [0xff; 8]);
    let proof = tree.prove_namespace(&[0xff; 8]).unwrap();
    assert!(proof.verify_namespace(&leaves[2..], &[0xff; 8], &tree.root(), &options));
    assert!(!proof.verify_namespace(&leaves[3..], &[0xff; 8], &tree.root(), &options));
}

/// A proof of absence may show a node above the leaf, as the specification allows.
#[test]
fn short_proofs_of_absence() {
    let options = Options {
        namespace_size: 1,
        ..Options::default()
    };
    let mut tree = Tree::new(options).unwrap();
    tree.extend(&["leaf_0", "leaf_1", "leaf_2", "leaf_3"], &[[0], [0], [3], [4]])
        .unwrap();
    let whole = tree.prove_namespace(&[0]).unwrap();
    let left = tree.prove(3).unwrap().nodes.remove(0);
    let short = Proof {
        start: 1,
        end: 2,
        nodes: vec![left],
        leaf_hash: Some(whole.nodes[0].clone()),
        ..whole
    };
    assert!(short.verify_namespace(&NONE, &[2], &tree.root(), &options));
    assert!(!short.verify_namespace(&NONE, &[3], &tree.root(), &options));
    assert!(!short.verify_namespace(&NONE, &[0], &tree.root(), &options));
}

fn options() -> impl Strategy<Value = Options> {
    (0..4usize, 0..Algorithm::ALL.len(), any::<bool>()).prop_map(
        |(namespace_size, hash, ignore_max_namespace)| Options {
            namespace_size,
            hash: Algorithm::ALL[hash],
            ignore_max_namespace,
        },
    )
}

/// Leaves in few namespaces near both ends, so that they repeat, leave gaps, and are the highest.
fn leaves(most: usize) -> impl Strategy<Value = (Options, Vec<Leaf>)> {
    let leaf = (
        prop_oneof![0..6u8, 250..=255u8],
        proptest::collection::vec(any::<u8>(), 0..5),
    );
    (options(), proptest::collection::vec(leaf, 0..most)).prop_map(|(options, leaves)| {
        let wide = |namespace: u8| vec![namespace; options.namespace_size];
        let mut leaves: Vec<Leaf> = leaves
            .into_iter()
            .map(|(namespace, data)| (wide(namespace), data))
            .collect();
        leaves.sort_by(|one, other| one.0.cmp(&other.0));
        (options, leaves)
    })
}

fn build(options: Options, leaves: &[Leaf]) -> Tree {
    let mut tree = Tree::new(options).unwrap();
    let (namespaces, data): (Vec<_>, Vec<_>) = leaves.iter().cloned().unzip();
    tree.extend(&data, &namespaces).unwrap();
    tree
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn roots_and_proofs_are_those_of_the_second_implementation((options, leaves) in leaves(40)) {
        let naive = Naive { options, leaves: &leaves };
        let tree = build(options, &leaves);
        let root = naive.root();
        let extra = vec![7];
        prop_assert_eq!(tree.root(), root.clone());

        let mut one_by_one = Tree::new(options).unwrap();
        leaves.iter().for_each(|(namespace, data)| one_by_one.push(data, namespace).unwrap());
        prop_assert_eq!(one_by_one.root(), root.clone());

        for start in (0..leaves.len()).step_by(5) {
            for end in [start + 1, start + 1 + (leaves.len() - start) / 2, leaves.len()] {
                let end = end.min(leaves.len());
                let proof = tree.prove_range(start, end).unwrap();
                prop_assert_eq!(&proof.nodes, &naive.siblings(start, end));
                prop_assert_eq!(&Proof::from_bytes(&proof.to_bytes()).unwrap(), &proof);
                let (namespaces, data): (Vec<_>, Vec<_>) = leaves[start..end].iter().cloned().unzip();
                prop_assert!(proof.verify_range(&data, &namespaces, &root, &options));
                prop_assert!(proof.fits(leaves.len() as u64));
            }
        }
        for byte in (0..8u8).chain(248..=255) {
            let namespace = vec![byte; options.namespace_size];
            let proof = match tree.prove_namespace(&namespace) {
                Ok(proof) => proof,
                Err(Error::IgnoredNamespace) => {
                    prop_assert!(byte == 255 && options.ignore_max_namespace);
                    continue;
                }
                Err(error) => panic!("{error}"),
            };
            let (start, end, nodes, leaf_hash) = naive.prove_namespace(&namespace);
            prop_assert_eq!((proof.start as usize, proof.end as usize), (start, end));
            prop_assert_eq!((&proof.nodes, &proof.leaf_hash), (&nodes, &leaf_hash));
            prop_assert_eq!(&Proof::from_bytes(&proof.to_bytes()).unwrap(), &proof);
            prop_assert!(proof.fits(leaves.len() as u64));

            let there: Vec<_> = leaves.iter().filter(|leaf| leaf.0 == namespace).map(|leaf| &leaf.1).collect();
            prop_assert!(proof.verify_namespace(&there, &namespace, &root, &options));
            // One too few, one too many.
            if let [_, fewer @ ..] = &there[..] {
                prop_assert!(!proof.verify_namespace(fewer, &namespace, &root, &options));
            }
            let more: Vec<_> = there.iter().copied().chain([&extra]).collect();
            prop_assert!(!proof.verify_namespace(&more, &namespace, &root, &options));
        }
    }

    /// A part of a namespace is in the tree, but is never all of it.
    #[test]
    fn a_part_is_not_all((options, leaves) in leaves(24)) {
        let tree = build(options, &leaves);
        for start in 0..leaves.len() {
            for end in start + 1..=leaves.len() {
                let namespace = &leaves[start].0;
                if leaves[start..end].iter().any(|leaf| leaf.0 != *namespace) {
                    continue;
                }
                let proof = tree.prove_range(start, end).unwrap();
                let data: Vec<_> = leaves[start..end].iter().map(|leaf| &leaf.1).collect();
                let all = leaves.iter().filter(|leaf| leaf.0 == *namespace).count() == end - start;
                let ignored = options.ignore_max_namespace && !namespace.is_empty() && namespace[0] == 255;
                prop_assert_eq!(
                    proof.verify_namespace(&data, namespace, &tree.root(), &options),
                    all && !ignored
                );
            }
        }
    }
}

#[test]
fn the_number_of_threads_does_not_change_a_root() {
    let leaves: Vec<Leaf> = (0..10_000u64)
        .map(|at| ((at / 3).to_be_bytes().to_vec(), at.to_le_bytes().repeat(9)))
        .collect();
    let expected = Naive {
        options: Options::default(),
        leaves: &leaves,
    }
    .root();
    for count in [1, 2, 5] {
        da::threads(Some(count)).unwrap();
        let mut tree = build(Options::default(), &leaves[..3333]);
        let (namespaces, data): (Vec<_>, Vec<_>) = leaves[3333..].iter().cloned().unzip();
        tree.extend(&data, &namespaces).unwrap();
        assert_eq!(tree.root(), expected);
        assert_eq!(tree.namespace_range(&7u64.to_be_bytes()), 21..24);
        assert!(
            format!("{tree:?}").len() < 200,
            "the nodes of a large tree are not for printing"
        );
    }
    da::threads(Some(0)).unwrap();
}

/// The example of the README.
#[test]
fn the_root_that_the_readme_works_out() {
    let namespaces = [1u64, 2].map(u64::to_be_bytes);
    let readme = include_str!("../README.md");
    let mut tree = Tree::default();
    tree.extend(&["alpha", "beta"], &namespaces).unwrap();
    let proof = tree.prove(0).unwrap();
    for node in [&tree.root(), &proof.nodes[0]] {
        let parts = [&node[..8], &node[8..16], &node[16..]].map(hex).join(" ");
        assert!(readme.contains(&parts), "{parts}");
    }
    assert_eq!(
        proof.to_bytes(),
        [&[0x10, 1, 0x1a, 0x30], &proof.nodes[0][..], &[0x28, 1]].concat()
    );
}
