//! Committed aggregates that this process has lately read or written, shared by the writer and by all snapshots, so that who
//! asks for the same again neither asks the store nor parses it again.
//!
//! A snapshot shows the log up to its own size. So each aggregate is held with the size of the log since which it stands, and
//! all of them with one size up to which every change is known.
//!
//! INVARIANT: what `Recent::get` tells of a log of some size is what the store tells at that size. Whoever finds a log that
//! has grown reads what was written since, by whatever server, and forgets what that changed (`Recent::follow`).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use assent_domain::{AggregateId, Kind};
use assent_log::entry::Entry;
use assent_sabotage::{Fault, planted};
use assent_store::{Read, StoreError};

use crate::view::Loaded;

/// How many aggregates a generation holds. Two generations are kept.
const GENERATION: usize = 4_096;
/// How many bytes of documents it holds, whatever their number.
const GENERATION_BYTES: usize = 32 << 20;
/// So many new entries are looked at; after more of them everything is forgotten.
const FOLLOWED: u64 = 1_024;

/// The aggregates, for all threads.
#[derive(Debug, Default)]
pub struct Recent(Mutex<Held>);

/// Bounded: when the young generation is full the old one goes, and what is asked for moves back to the young.
#[derive(Debug, Default)]
struct Held {
    /// The size of the log up to which every change is known.
    known: u64,
    young: HashMap<AggregateId, Standing>,
    /// Bytes that were put into the young generation.
    young_bytes: usize,
    old: HashMap<AggregateId, Standing>,
}

/// An aggregate, or that there is none.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// The size of a log at which it stood so, before any later change.
    since: u64,
    pub(crate) loaded: Option<Loaded>,
}

impl Recent {
    /// Takes account of what a reader sees that nobody here knows of yet.
    pub(crate) fn follow(&self, read: &dyn Read, size: u64) -> Result<(), StoreError> {
        let known = self.held().known;
        if size <= known {
            return Ok(());
        }
        let changed = if size - known <= FOLLOWED { changed(read, known, size)? } else { None };
        let mut held = self.held();
        // Somebody else may have come further meanwhile. To forget too much does no harm.
        match changed {
            _ if planted(Fault::Follow) => {}
            Some(changed) => changed.iter().for_each(|id| held.forget(id)),
            None => *held = Held { known: held.known, ..Held::default() },
        }
        held.known = held.known.max(size);
        Ok(())
    }

    /// How the aggregate stands in a log of that size, if that is known here.
    pub(crate) fn get(&self, id: AggregateId, size: u64) -> Option<Standing> {
        let mut held = self.held();
        if size > held.known {
            return None;
        }
        if let Some(standing) = held.old.remove(&id) {
            held.put(id, standing);
        }
        held.young.get(&id).filter(|standing| standing.since <= size).cloned()
    }

    /// Holds what the store has told of a log of that size, unless it may have changed since.
    pub(crate) fn put(&self, id: AggregateId, size: u64, loaded: Option<Loaded>) {
        let mut held = self.held();
        if size >= held.known {
            held.put(id, Standing { since: size, loaded });
        }
    }

    /// Holds what one commit has changed, which made a log of `size` out of one of `before`.
    pub(crate) fn committed(&self, before: u64, size: u64, changed: Vec<(AggregateId, Loaded)>) {
        let mut held = self.held();
        if (before..=size).contains(&held.known) {
            for (id, loaded) in changed {
                held.put(id, Standing { since: size, loaded: Some(loaded) });
            }
            held.known = size;
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Edges are left out: an import brings thousands, and hardly anybody asks for one by its id.
    fn put(&mut self, id: AggregateId, standing: Standing) {
        if id.kind == Kind::Lineage {
            return;
        }
        if self.young.len() >= GENERATION || self.young_bytes >= GENERATION_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += standing.loaded.as_ref().map_or(0, |loaded| loaded.size);
        self.old.remove(&id);
        self.young.insert(id, standing);
    }

    fn forget(&mut self, id: &AggregateId) {
        self.young.remove(id);
        self.old.remove(id);
    }
}

/// What the entries from `from` to `end` are about; nothing where one of them cannot be read.
fn changed(read: &dyn Read, from: u64, end: u64) -> Result<Option<Vec<AggregateId>>, StoreError> {
    let count = u32::try_from(end - from).unwrap_or(u32::MAX);
    let entries = read.entries(from, count)?;
    let about = |bytes: &Vec<u8>| {
        let subject = Entry::decode(bytes).ok()?.subject;
        Some(AggregateId { kind: Kind::parse(&subject.kind)?, id: subject.id.parse().ok()? })
    };
    let is_whole = entries.len() as u64 == end - from;
    Ok(entries.iter().map(about).collect::<Option<Vec<_>>>().filter(|_| is_whole))
}

#[cfg(test)]
mod tests {
    use assent_domain::{Aggregate, Kind};
    use uuid::Uuid;

    use super::*;

    fn id(number: usize) -> AggregateId {
        AggregateId { kind: Kind::Model, id: Uuid::from_u128(number as u128) }
    }

    /// Whether it has to be read in a log of that size; if so, it is read, and told.
    fn is_read(recent: &Recent, number: usize, size: u64) -> bool {
        let known = recent.get(id(number), size);
        if known.is_none() {
            recent.put(id(number), size, None);
        }
        known.is_none()
    }

    /// A log that has grown by entries about nothing that is held.
    fn grown(recent: &Recent, size: u64) {
        let before = recent.held().known;
        recent.committed(before, size, Vec::new());
    }

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let recent = Recent::default();
        assert!(is_read(&recent, 0, 0));
        for number in 1..10 * GENERATION {
            assert!(is_read(&recent, number, 0));
            assert!(!is_read(&recent, 0, 0), "{number}");
        }
        assert!(is_read(&recent, 1, 0));
        let held = recent.held();
        assert!(held.young.len() + held.old.len() <= 2 * GENERATION);
    }

    #[test]
    fn edges_do_not_push_out_what_is_used() {
        let recent = Recent::default();
        assert!(is_read(&recent, 0, 0));
        for number in 0..3 * GENERATION {
            recent.put(AggregateId { kind: Kind::Lineage, ..id(number) }, 0, None);
        }
        assert!(!is_read(&recent, 0, 0));
        assert!(recent.get(AggregateId { kind: Kind::Lineage, ..id(1) }, 0).is_none());
    }

    #[test]
    fn few_large_ones_make_room_as_well() {
        let recent = Recent::default();
        let pack = serde_json::json!({"name": "p", "digest": "00".repeat(32), "content": "[]",
            "recorded": {"at": "2026-12-01T09:00:00Z", "by": Uuid::nil()}});
        let state = Aggregate::from_json(Kind::Pack, pack.to_string().as_bytes()).unwrap().unwrap();
        for number in 0..10 {
            let loaded = Loaded { revision: 1, state: state.clone(), size: GENERATION_BYTES / 2 };
            recent.put(id(number), 0, Some(loaded));
        }
        let held = recent.held();
        assert!(held.young.len() + held.old.len() <= 4, "{} {}", held.young.len(), held.old.len());
    }

    #[test]
    fn an_older_snapshot_is_not_told_what_came_later() {
        let recent = Recent::default();
        grown(&recent, 5);
        assert!(is_read(&recent, 1, 5));
        grown(&recent, 9);
        assert!(!is_read(&recent, 1, 9), "unchanged since 5");
        assert!(!is_read(&recent, 1, 5));
        assert!(is_read(&recent, 1, 4), "nobody knows how it stood at 4");
        assert!(is_read(&recent, 1, 4), "nor is that held");
        assert!(is_read(&recent, 1, 10), "nobody knows yet what came after 9");
    }

    #[test]
    fn what_was_read_before_a_change_is_not_held_after_it() {
        let recent = Recent::default();
        grown(&recent, 5);
        assert!(recent.get(id(1), 5).is_none());
        grown(&recent, 6);
        recent.put(id(1), 5, None);
        assert!(recent.get(id(1), 6).is_none());
    }

    #[test]
    fn a_commit_on_top_of_what_nobody_has_looked_at_is_not_held() {
        let recent = Recent::default();
        grown(&recent, 5);
        assert!(is_read(&recent, 1, 5));
        recent.committed(7, 8, Vec::new());
        assert!(recent.get(id(1), 8).is_none(), "the entries 5 and 6 may be about it");
        assert!(!is_read(&recent, 1, 5));
    }
}
