//! Keys of subjects in memory, for tests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::{StoreError, SubjectKeys};

/// The keys. A clone is another handle on the same ones.
#[derive(Clone, Default)]
pub struct MemoryKeys {
    /// A key, or `None` where it was destroyed.
    keys: Arc<Mutex<HashMap<Uuid, Option<[u8; 32]>>>>,
}

// Keys must not end up in a debug message.
impl std::fmt::Debug for MemoryKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryKeys").finish_non_exhaustive()
    }
}

impl MemoryKeys {
    /// No keys yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Option<[u8; 32]>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SubjectKeys for MemoryKeys {
    fn get(&self, subject: Uuid) -> Result<Option<[u8; 32]>, StoreError> {
        Ok(self.lock().get(&subject).copied().flatten())
    }

    fn get_or_insert(&self, subject: Uuid, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        let key = *self.lock().entry(subject).or_insert(Some(fresh));
        key.ok_or_else(|| StoreError::Conflict(format!("the key of subject `{subject}` was destroyed")))
    }

    fn destroy(&self, subject: Uuid) -> Result<(), StoreError> {
        self.lock().insert(subject, None);
        Ok(())
    }
}
