//! The ways in which a store fails, and the one after which nobody may go on.

/// Why a store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another writer was there first, a unique column holds the value already, or the request does not fit what is stored
    /// (a gap in the entries, an unknown table or column, a value of the wrong type). Nothing was written.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The database cannot be reached, is busy beyond the time limit, or may not be written (opened read-only, not
    /// ours, or of a newer release). Nothing was written.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// There is no room for what was to be written. Nothing was written.
    #[error("full: {0}")]
    Full(String),
    /// Nobody knows whether the commit happened (a connection cut in the middle of it). The caller finds out by the
    /// idempotency key, on a new session.
    #[error("outcome unknown: {0}")]
    OutcomeUnknown(String),
    /// The storage said that data handed to it did not become durable (a failed fsync). What a cache shows may be untrue:
    /// no further write may be acknowledged before the process has started again and checked.
    #[error("durability lost: {0}")]
    DurabilityLost(String),
    /// What is stored contradicts itself. Nothing is repaired silently.
    #[error("corrupt: {0}")]
    Corrupt(String),
}
