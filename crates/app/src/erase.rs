//! Erasure: the event comes first, then the key is destroyed. What was interrupted between the two, or came back with older
//! keys, is made good by carrying out every recorded erasure again: when an installation is opened, before anybody is
//! served, and once in a while.
//!
//! The log is asked, and not the state: what cannot be undone is done on the word of an entry only.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use assent_domain::{Event, Kind};
use assent_log::entry::Entry;
use assent_sabotage::{Fault, planted};
use assent_store::{EntryQuery, Read, StoreError, SubjectKeys};
use uuid::Uuid;

/// How many entries are asked for at a time.
const PAGE: u32 = 500;

/// How far the recorded erasures were carried out.
#[derive(Debug, Default)]
pub(crate) struct Erasures {
    /// Every erasure recorded below this index was.
    done: AtomicU64,
}

impl Erasures {
    /// Carries out what was recorded since the last time; gives the subjects whose keys were destroyed now.
    pub(crate) fn carry_out(&self, read: &dyn Read, keys: &dyn SubjectKeys) -> Result<Vec<Uuid>, StoreError> {
        let size = read.head()?.size;
        let from = self.done.load(Ordering::Acquire);
        let destroyed = carry_out(read, keys, from)?;
        self.done.fetch_max(size, Ordering::AcqRel);
        Ok(destroyed)
    }
}

/// Carries out every erasure that was recorded at the index `from` or later, where that has not been done; gives the
/// subjects whose keys were destroyed now.
pub fn carry_out(read: &dyn Read, keys: &dyn SubjectKeys, from: u64) -> Result<Vec<Uuid>, StoreError> {
    let recorded = recorded(read, from)?;
    if recorded.is_empty() {
        return Ok(Vec::new());
    }
    let gone: BTreeSet<Uuid> = keys.destroyed()?.into_iter().collect();
    let open: Vec<Uuid> = recorded.difference(&gone).copied().collect();
    for subject in &open {
        // The planted fault: the event stands, and nothing comes of it.
        if !planted(Fault::KeyNotDestroyed) {
            keys.destroy(*subject)?;
        }
    }
    Ok(open)
}

/// The subjects whose erasure was recorded at the index `from` or later.
pub fn recorded(read: &dyn Read, from: u64) -> Result<BTreeSet<Uuid>, StoreError> {
    let mut subjects = BTreeSet::new();
    let mut before = None;
    loop {
        let query = EntryQuery {
            event_type: Some(Event::SUBJECT_ERASED.to_owned()),
            before,
            limit: PAGE,
            ..EntryQuery::default()
        };
        let page = read.find_entries(&query)?;
        for (_, bytes) in page.entries.iter().filter(|(index, _)| *index >= from) {
            subjects.extend(subject_of(bytes));
        }
        match page.next.filter(|next| *next > from) {
            Some(next) => before = Some(next),
            None => return Ok(subjects),
        }
    }
}

/// The subject, if that is what the entry itself says: the columns that it is found by are no evidence.
fn subject_of(bytes: &[u8]) -> Option<Uuid> {
    let entry = Entry::decode(bytes).ok()?;
    let fits = entry.kind == Event::SUBJECT_ERASED && entry.subject.kind == Kind::Principal.name();
    entry.subject.id.parse().ok().filter(|_| fits)
}
