//! Keys of subjects: what personal data and free text are encrypted under.

use uuid::Uuid;

use crate::StoreError;

/// Puts one kept key in the place of another.
#[derive(Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Whose key: a subject's, or, without one, the key of look-ups.
    pub subject: Option<Uuid>,
    /// What has to stand there.
    pub from: Vec<u8>,
    /// What is to stand there.
    pub to: Vec<u8>,
}

// Keys must not end up in a debug message.
impl std::fmt::Debug for Replacement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replacement").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// The keys of subjects, kept apart from the log and its state, so that destroying a key erases the subject while the log
/// still verifies. What is kept is a key as it is, or in a form that only the caller can open: bytes that mean nothing here.
pub trait SubjectKeys: Send + Sync {
    /// The key of `subject`, if it was made and was not destroyed.
    fn get(&self, subject: Uuid) -> Result<Option<Vec<u8>>, StoreError>;

    /// The key of `subject`; where there is none yet, `fresh` becomes it. Durable before this returns. A subject whose key
    /// was destroyed gets no new one: [`StoreError::Conflict`].
    fn get_or_insert(&self, subject: Uuid, fresh: &[u8]) -> Result<Vec<u8>, StoreError>;

    /// Destroys the key of `subject` and its look-up (overwriting them where the medium allows) and remembers that it was
    /// destroyed. Durable before this returns; doing it twice is no error.
    fn destroy(&self, subject: Uuid) -> Result<(), StoreError>;

    /// The subjects whose keys were destroyed, ascending.
    fn destroyed(&self) -> Result<Vec<Uuid>, StoreError>;

    /// The key that look-ups are computed under; where there is none yet, `fresh` becomes it. Durable before this returns.
    fn lookup_key(&self, fresh: &[u8]) -> Result<Vec<u8>, StoreError>;

    /// The key that look-ups are computed under, if it was made.
    fn made_lookup_key(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// Lets `subject` be found by `lookup`, instead of what it was found by before, unless another subject is: then gives
    /// that one, and nothing is changed. Durable before this returns. A subject without a key is [`StoreError::Conflict`].
    fn claim(&self, lookup: [u8; 32], subject: Uuid) -> Result<Option<Uuid>, StoreError>;

    /// The subject that is found by `lookup`.
    fn find(&self, lookup: [u8; 32]) -> Result<Option<Uuid>, StoreError>;

    /// Takes the look-up of `subject` away, if it has one.
    fn release(&self, subject: Uuid) -> Result<(), StoreError>;

    /// The subjects that have a look-up, ascending.
    fn claimed(&self) -> Result<Vec<Uuid>, StoreError>;

    /// The keys that were not destroyed, ascending by subject: at most `limit` of those after `after`.
    fn living(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError>;

    /// Replaces keys, each only where `from` still stands: a key that was destroyed meanwhile stays destroyed. Gives how many
    /// were replaced. Durable before this returns, all of them or none.
    fn replace(&self, replacements: &[Replacement]) -> Result<usize, StoreError>;

    /// Overwrites copies of what was replaced, where the medium allows.
    fn forget_replaced(&self) -> Result<(), StoreError>;
}
