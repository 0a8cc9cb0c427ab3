//! Trees and proofs are those of `nmt-rs`, which others wrote, and which says of itself that it is compatible with Celestia.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use da::nmt::{Options, Tree};
use nmt_rs::simple_merkle::db::MemDb;
use nmt_rs::simple_merkle::tree::MerkleHash;
use nmt_rs::{NamespaceId, NamespaceMerkleHasher, NamespaceMerkleTree, NamespacedSha2Hasher};
use rand::prelude::*;
use rand::rngs::SmallRng;

type Output<const N: usize> = <NamespacedSha2Hasher<N> as MerkleHash>::Output;
type Theirs<const N: usize> = NamespaceMerkleTree<MemDb<Output<N>>, NamespacedSha2Hasher<N>, N>;

fn bytes<const N: usize>(nodes: &[Output<N>]) -> Vec<Vec<u8>> {
    nodes.iter().map(|node| node.iter().collect()).collect()
}

fn compare<const N: usize>(random: &mut SmallRng) {
    let count = random.random_range(1..60);
    let ignore_max_namespace = random.random();
    let choices = [0u8, 1, 2, 3, 4, 7, 9, 200, 255];
    let mut leaves: Vec<([u8; N], Vec<u8>)> = (0..count)
        .map(|_| {
            let data = (0..random.random_range(0..50)).map(|_| random.random()).collect();
            ([*choices.choose(random).unwrap(); N], data)
        })
        .collect();
    leaves.sort_by_key(|leaf| leaf.0);

    let options = Options {
        namespace_size: N,
        ignore_max_namespace,
        ..Options::default()
    };
    let mut ours = Tree::new(options).unwrap();
    let mut theirs = Theirs::<N>::with_hasher(NamespacedSha2Hasher::with_ignore_max_ns(ignore_max_namespace));
    for (namespace, data) in &leaves {
        ours.push(data, namespace).unwrap();
        theirs.push_leaf(data, NamespaceId(*namespace)).unwrap();
    }
    let root = theirs.root();
    assert_eq!(ours.root(), root.iter().collect::<Vec<u8>>());

    for _ in 0..10 {
        let start = random.random_range(0..count);
        let end = random.random_range(start + 1..=count);
        let proof = theirs.build_range_proof(start..end);
        assert_eq!(
            ours.prove_range(start, end).unwrap().nodes,
            bytes::<N>(proof.siblings())
        );
    }
    for namespace in (0..11).chain([100, 199, 200, 201, 254]).map(|byte| [byte; N]) {
        let proof = theirs.get_namespace_proof(NamespaceId(namespace));
        let our_proof = ours.prove_namespace(&namespace).unwrap();
        assert_eq!(our_proof.nodes, bytes::<N>(proof.siblings()));
        let data: Vec<&[u8]> = leaves
            .iter()
            .filter(|leaf| leaf.0 == namespace)
            .map(|leaf| leaf.1.as_slice())
            .collect();
        assert!(
            proof
                .verify_complete_namespace(&root, &data, NamespaceId(namespace))
                .is_ok()
        );
        assert!(our_proof.verify_namespace(&data, &namespace, &ours.root(), &options));
    }
}

#[test]
fn trees_and_proofs_agree() {
    let mut random = SmallRng::seed_from_u64(11);
    for _ in 0..400 {
        compare::<1>(&mut random);
        compare::<8>(&mut random);
        compare::<29>(&mut random);
    }
}
