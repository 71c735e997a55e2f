use assent_log::proof::{
    ConsistencyProof, InclusionProof, ProofError, ProveError, prove_consistency, prove_inclusion,
};
use assent_log::{EMPTY_ROOT, Hash};
use proptest::prelude::*;

use crate::support::{MemoryTiles, at, first, leaves, naive_root};

#[test]
fn every_proof_of_small_trees_holds() {
    let leaves = leaves(70);
    let tiles = MemoryTiles::of(&leaves);
    let roots: Vec<Hash> = (0..=70).map(|size| naive_root(&leaves[..size])).collect();
    for size in 0..=70_u64 {
        let root = &at(&roots, size);
        for index in 0..size {
            let proof = prove_inclusion(&tiles, index, size).unwrap();
            assert_eq!(proof.leaf_hash, at(&leaves, index));
            assert_eq!(proof.verify(root), Ok(()), "{index} in {size}");
        }
        for old in 0..=size {
            let proof = prove_consistency(&tiles, old, size).unwrap();
            assert_eq!(proof.verify(&at(&roots, old), root), Ok(()), "{old} to {size}");
        }
    }
}

#[test]
fn proofs_across_tiles_hold() {
    let leaves = leaves(66_000);
    let tiles = MemoryTiles::of(&leaves);
    let sizes = [1_u64, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 66_000];
    for size in sizes {
        let root = naive_root(first(&leaves, size));
        for index in [0, size / 3, size / 2, size - 1] {
            assert_eq!(
                prove_inclusion(&tiles, index, size).unwrap().verify(&root),
                Ok(()),
                "{index} in {size}"
            );
        }
        for old in sizes.into_iter().filter(|&old| old <= size) {
            let old_root = naive_root(first(&leaves, old));
            assert_eq!(
                prove_consistency(&tiles, old, size).unwrap().verify(&old_root, &root),
                Ok(()),
                "{old} to {size}"
            );
        }
    }
}

#[test]
fn questions_out_of_range_are_refused() {
    let tiles = MemoryTiles::of(&leaves(10));
    assert_eq!(prove_inclusion(&tiles, 10, 10), Err(ProveError::Range { smaller: 10, size: 10 }));
    assert_eq!(prove_consistency(&tiles, 11, 10), Err(ProveError::Range { smaller: 11, size: 10 }));
    // A size beyond the log asks for hashes that no tile has.
    assert_eq!(prove_inclusion(&tiles, 0, 11), Err(ProveError::Tile { level: 0, n: 0, width: 11 }));
    let missing = ProveError::Source { level: 0, n: 1, cause: "no such tile".to_owned() };
    assert_eq!(prove_inclusion(&tiles, 256, 300), Err(missing));
    assert!(prove_inclusion(&tiles, 0, u64::MAX).is_err());
    assert!(prove_consistency(&tiles, 1, u64::MAX).is_err());
}

#[test]
fn false_proofs_do_not_hold() {
    let leaves = leaves(7);
    let tiles = MemoryTiles::of(&leaves);
    let (old, new) = (naive_root(&leaves[..5]), naive_root(&leaves));
    let proof = prove_inclusion(&tiles, 3, 7).unwrap();
    assert_eq!(
        InclusionProof { index: 7, ..proof.clone() }.verify(&new),
        Err(ProofError::Range { smaller: 7, size: 7 })
    );
    assert!(matches!(
        InclusionProof { index: 2, ..proof.clone() }.verify(&new),
        Err(ProofError::Root { .. })
    ));
    let mut longer = proof.clone();
    longer.path.push(EMPTY_ROOT);
    assert_eq!(longer.verify(&new), Err(ProofError::Length { found: 4 }));
    longer.path.truncate(2);
    assert_eq!(longer.verify(&new), Err(ProofError::Length { found: 2 }));
    let proof = prove_consistency(&tiles, 5, 7).unwrap();
    assert!(matches!(proof.verify(&new, &new), Err(ProofError::Root { .. })));
    assert!(matches!(proof.verify(&old, &old), Err(ProofError::Root { .. })));
    let empty = ConsistencyProof { path: Vec::new(), ..proof.clone() };
    assert_eq!(empty.verify(&old, &new), Err(ProofError::Length { found: 0 }));
    let same = ConsistencyProof { old_size: 7, new_size: 7, path: Vec::new() };
    assert_eq!(same.verify(&new, &new), Ok(()));
    assert!(matches!(same.verify(&old, &new), Err(ProofError::Root { .. })));
    let from_nothing = ConsistencyProof { old_size: 0, new_size: 7, path: Vec::new() };
    assert_eq!(from_nothing.verify(&EMPTY_ROOT, &new), Ok(()));
    assert!(from_nothing.verify(&old, &new).is_err());
}

#[test]
fn proofs_travel_as_json() {
    let tiles = MemoryTiles::of(&leaves(2));
    let proof = prove_inclusion(&tiles, 1, 2).unwrap();
    let text = serde_json::to_string(&proof).unwrap();
    let expect =
        format!(r#"{{"index":1,"size":2,"leafHash":"{}","path":["{}"]}}"#, leaves(2)[1], leaves(1)[0]);
    assert_eq!(text, expect);
    assert_eq!(serde_json::from_str::<InclusionProof>(&text).unwrap(), proof);
    let proof = prove_consistency(&tiles, 1, 2).unwrap();
    let text = serde_json::to_string(&proof).unwrap();
    assert_eq!(text, format!(r#"{{"oldSize":1,"newSize":2,"path":["{}"]}}"#, leaves(2)[1]));
    assert_eq!(serde_json::from_str::<ConsistencyProof>(&text).unwrap(), proof);
}

proptest! {
    #[test]
    fn a_flipped_bit_breaks_an_inclusion_proof(size in 2_u64..600, place in any::<u64>(), bit in any::<usize>()) {
        let leaves = leaves(size);
        let root = naive_root(&leaves);
        let mut proof = prove_inclusion(&MemoryTiles::of(&leaves), place % size, size).unwrap();
        let hashes = proof.path.len() + 1;
        let hash = if bit / 256 % hashes == 0 { &mut proof.leaf_hash } else { &mut proof.path[bit / 256 % hashes - 1] };
        hash.0[bit / 8 % 32] ^= 1 << (bit % 8);
        prop_assert!(proof.verify(&root).is_err());
    }

    #[test]
    fn a_flipped_bit_breaks_a_consistency_proof(size in 2_u64..600, place in any::<u64>(), bit in any::<usize>()) {
        let leaves = leaves(size);
        let old = 1 + place % (size - 1);
        let (old_root, root) = (naive_root(first(&leaves, old)), naive_root(&leaves));
        let mut proof = prove_consistency(&MemoryTiles::of(&leaves), old, size).unwrap();
        prop_assert_eq!(proof.verify(&old_root, &root), Ok(()));
        let at = bit / 256 % proof.path.len();
        proof.path[at].0[bit / 8 % 32] ^= 1 << (bit % 8);
        prop_assert!(proof.verify(&old_root, &root).is_err());
    }

    #[test]
    fn hostile_proofs_end_in_an_answer(index in any::<u64>(), size in any::<u64>(), count in 0_usize..70) {
        let path = vec![EMPTY_ROOT; count];
        let inclusion = InclusionProof { index, size, leaf_hash: EMPTY_ROOT, path: path.clone() };
        prop_assert!(inclusion.verify(&Hash([0; 32])).is_err());
        let consistency = ConsistencyProof { old_size: index, new_size: size, path };
        prop_assert!(consistency.verify(&Hash([0; 32]), &Hash([1; 32])).is_err());
    }
}
