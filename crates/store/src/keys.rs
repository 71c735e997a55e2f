//! Keys of subjects: what personal data and free text are encrypted under.

use uuid::Uuid;

use crate::StoreError;

/// The keys of subjects, kept apart from the log and its state, so that destroying a key erases the subject while the log
/// still verifies.
pub trait SubjectKeys: Send + Sync {
    /// The key of `subject`, if it was made and was not destroyed.
    fn get(&self, subject: Uuid) -> Result<Option<[u8; 32]>, StoreError>;

    /// The key of `subject`; where there is none yet, `fresh` becomes it. Durable before this returns. A subject whose key
    /// was destroyed gets no new one: [`StoreError::Conflict`].
    fn get_or_insert(&self, subject: Uuid, fresh: [u8; 32]) -> Result<[u8; 32], StoreError>;

    /// Destroys the key of `subject` and its look-up (overwriting them where the medium allows) and remembers that it was
    /// destroyed. Durable before this returns; doing it twice is no error.
    fn destroy(&self, subject: Uuid) -> Result<(), StoreError>;

    /// The subjects whose keys were destroyed, ascending.
    fn destroyed(&self) -> Result<Vec<Uuid>, StoreError>;

    /// The key that look-ups are computed under; where there is none yet, `fresh` becomes it. Durable before this returns.
    fn lookup_key(&self, fresh: [u8; 32]) -> Result<[u8; 32], StoreError>;

    /// Lets `subject` be found by `lookup`, instead of what it was found by before, unless another subject is: then gives
    /// that one, and nothing is changed. Durable before this returns. A subject without a key is [`StoreError::Conflict`].
    fn claim(&self, lookup: [u8; 32], subject: Uuid) -> Result<Option<Uuid>, StoreError>;

    /// The subject that is found by `lookup`.
    fn find(&self, lookup: [u8; 32]) -> Result<Option<Uuid>, StoreError>;

    /// Takes the look-up of `subject` away, if it has one.
    fn release(&self, subject: Uuid) -> Result<(), StoreError>;

    /// The subjects that have a look-up, ascending.
    fn claimed(&self) -> Result<Vec<Uuid>, StoreError>;
}
