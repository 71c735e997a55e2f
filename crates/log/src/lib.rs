//! The append-only Merkle log of Assent: canonical entries, tree, proofs, checkpoints, verifier.
