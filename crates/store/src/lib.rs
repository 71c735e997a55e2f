//! What Assent asks of a store: traits, an in-memory store, and the contract suite of every backend.
