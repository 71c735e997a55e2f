//! The imperative shell of Assent: the ledger, the gate, evaluations, replay.
