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

    /// Destroys the key of `subject` (overwriting it where the medium allows) and remembers that it was destroyed. Durable
    /// before this returns; doing it twice is no error.
    fn destroy(&self, subject: Uuid) -> Result<(), StoreError>;
}
