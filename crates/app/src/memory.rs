//! What the writer remembers of the committed state, so that it does not read and parse again what it has just written.
//!
//! INVARIANT: every answer is what the store would tell at the head that the writer knows. The writer forgets all when the
//! head has moved without it, and when a commit fails.

use std::collections::HashMap;

use assent_domain::AggregateId;

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
    /// What is known of an aggregate; the outer `None` if nothing is.
    pub(crate) fn get(&mut self, id: AggregateId) -> Option<Option<Loaded>> {
        if let Some(known) = self.young.get(&id) {
            return Some(known.clone());
        }
        let known = self.old.remove(&id)?;
        self.put(id, known.clone());
        Some(known)
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

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let mut memory = Memory::default();
        for number in 0..10 * GENERATION {
            memory.put(id(number), None);
            assert!(memory.get(id(0)).is_some(), "{number}");
        }
        assert!(memory.get(id(1)).is_none());
        assert!(memory.young.len() + memory.old.len() <= 2 * GENERATION);
    }

    #[test]
    fn nothing_is_left_after_clearing() {
        let mut memory = Memory::default();
        memory.put(id(1), None);
        memory.clear();
        assert!(memory.get(id(1)).is_none());
    }
}
