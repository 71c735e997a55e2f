//! Keys of subjects in memory, for tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::{Replacement, StoreError, SubjectKeys};

/// The keys. A clone is another handle on the same ones.
#[derive(Clone, Default)]
pub struct MemoryKeys {
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    /// A key, or `None` where it was destroyed.
    keys: BTreeMap<Uuid, Option<Vec<u8>>>,
    lookup_key: Option<Vec<u8>>,
    lookups: BTreeMap<Uuid, [u8; 32]>,
}

impl Held {
    fn find(&self, lookup: [u8; 32]) -> Option<Uuid> {
        self.lookups.iter().find(|(_, held)| **held == lookup).map(|(subject, _)| *subject)
    }
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

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SubjectKeys for MemoryKeys {
    fn get(&self, subject: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().keys.get(&subject).cloned().flatten())
    }

    fn get_or_insert(&self, subject: Uuid, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
        let key = self.lock().keys.entry(subject).or_insert_with(|| Some(fresh.to_owned())).clone();
        key.ok_or_else(|| StoreError::Conflict(format!("the key of subject `{subject}` was destroyed")))
    }

    fn destroy(&self, subject: Uuid) -> Result<(), StoreError> {
        let mut held = self.lock();
        held.keys.insert(subject, None);
        held.lookups.remove(&subject);
        Ok(())
    }

    fn destroyed(&self) -> Result<Vec<Uuid>, StoreError> {
        let held = self.lock();
        Ok(held.keys.iter().filter(|(_, key)| key.is_none()).map(|(subject, _)| *subject).collect())
    }

    fn lookup_key(&self, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
        Ok(self.lock().lookup_key.get_or_insert_with(|| fresh.to_owned()).clone())
    }

    fn made_lookup_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().lookup_key.clone())
    }

    fn claim(&self, lookup: [u8; 32], subject: Uuid) -> Result<Option<Uuid>, StoreError> {
        let mut held = self.lock();
        if held.keys.get(&subject).and_then(Option::as_ref).is_none() {
            return Err(StoreError::Conflict(format!("the subject `{subject}` has no key")));
        }
        let other = held.find(lookup).filter(|holder| *holder != subject);
        if other.is_none() {
            held.lookups.insert(subject, lookup);
        }
        Ok(other)
    }

    fn find(&self, lookup: [u8; 32]) -> Result<Option<Uuid>, StoreError> {
        Ok(self.lock().find(lookup))
    }

    fn release(&self, subject: Uuid) -> Result<(), StoreError> {
        self.lock().lookups.remove(&subject);
        Ok(())
    }

    fn claimed(&self) -> Result<Vec<Uuid>, StoreError> {
        Ok(self.lock().lookups.keys().copied().collect())
    }

    fn living(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError> {
        let held = self.lock();
        let living = held.keys.iter().filter_map(|(subject, key)| Some((*subject, key.clone()?)));
        Ok(living.filter(|(subject, _)| after.is_none_or(|after| *subject > after)).take(limit).collect())
    }

    fn replace(&self, replacements: &[Replacement]) -> Result<usize, StoreError> {
        let mut held = self.lock();
        let mut count = 0;
        for Replacement { subject, from, to } in replacements {
            let place = match subject {
                Some(subject) => held.keys.get_mut(subject).and_then(Option::as_mut),
                None => held.lookup_key.as_mut(),
            };
            if let Some(place) = place.filter(|place| *place == from) {
                place.clone_from(to);
                count += 1;
            }
        }
        Ok(count)
    }

    fn forget_replaced(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
