//! What the writer remembers of the committed state, so that it does not read and parse again what it has just written.
//!
//! INVARIANT: every answer is what the store would tell at the head that the writer knows. The writer forgets all when the
//! head has moved without it, and when a commit fails.

use std::collections::HashMap;

use assent_domain::AggregateId;
use assent_store::StoreError;

use crate::view::Loaded;

/// How many aggregates a generation holds. Two generations are kept.
const GENERATION: usize = 4_096;

/// Aggregates by id; `None` where there is known to be none. Bounded: when the young generation is full the old one goes, and
/// what is asked for moves back to the young.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    young: HashMap<AggregateId, Option<Loaded>>,
    old: HashMap<AggregateId, Option<Loaded>>,
}

impl Memory {
    /// The aggregate, if there is one: as remembered, or else as read now.
    pub(crate) fn get_or_read(
        &mut self,
        id: AggregateId,
        read: impl FnOnce() -> Result<Option<Loaded>, StoreError>,
    ) -> Result<Option<Loaded>, StoreError> {
        if let Some(known) = self.young.get(&id) {
            return Ok(known.clone());
        }
        let known = match self.old.remove(&id) {
            Some(known) => known,
            None => read()?,
        };
        self.put(id, known.clone());
        Ok(known)
    }

    /// Remembers an aggregate, or that there is none.
    pub(crate) fn put(&mut self, id: AggregateId, loaded: Option<Loaded>) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(id, loaded);
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use assent_domain::Kind;
    use uuid::Uuid;

    use super::*;

    fn id(number: usize) -> AggregateId {
        AggregateId { kind: Kind::Model, id: Uuid::from_u128(number as u128) }
    }

    /// Whether it had to be read.
    fn is_read(memory: &mut Memory, number: usize) -> bool {
        let mut is_read = false;
        let found = memory.get_or_read(id(number), || {
            is_read = true;
            Ok(None)
        });
        assert!(found.unwrap().is_none());
        is_read
    }

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let mut memory = Memory::default();
        assert!(is_read(&mut memory, 0));
        for number in 1..10 * GENERATION {
            assert!(is_read(&mut memory, number));
            assert!(!is_read(&mut memory, 0), "{number}");
        }
        assert!(is_read(&mut memory, 1));
        assert!(memory.young.len() + memory.old.len() <= 2 * GENERATION);
    }

    #[test]
    fn nothing_is_left_after_clearing() {
        let mut memory = Memory::default();
        memory.put(id(1), None);
        memory.clear();
        assert!(is_read(&mut memory, 1));
    }
}
