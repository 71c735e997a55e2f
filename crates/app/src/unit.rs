//! A unit of work: the state of one batch in memory, on top of what is committed. Commands read their own and each other's
//! writes; what a refused command did not decide leaves nothing behind.

mod supposed;
mod written;

use std::cell::RefCell;
use std::collections::HashMap;

use assent_domain::pack::Pack;
use assent_domain::registry::Model;
use assent_domain::{AggregateId, Change, Event, Kind, RiskLevel, Stamp, Time, aggregate};
use assent_log::entry::{Actor, Entry, Outcome, SCHEMA_VERSION, Subject};
use assent_log::{Hash, Tree, leaf_hash};
use assent_store::{
    Batch, Head, NewEntry, Order, Payload, Receipt, ReceiptKey, StoreError, StoredReceipt, TileRow,
};
use uuid::Uuid;

use crate::budget;
use crate::command::Request;
use crate::ledger::{EventRef, Failure};
use crate::project;
use crate::view::{Loaded, Snapshot, View};
use crate::wiring::Wiring;

pub(crate) use supposed::Supposed;
use written::{Dirty, Written};

/// A look-up: kind, column, value.
type Lookup = (Kind, &'static str, String);

/// The state of one batch.
pub(crate) struct Unit<'a> {
    base: Snapshot<'a>,
    wiring: &'a Wiring,
    /// Time of the committed head.
    last: Time,
    now: Time,
    tree: Tree,
    /// Leaf hashes of the entries of this batch, which the tree does not have yet.
    leaves: Vec<Hash>,
    lookups: RefCell<HashMap<Lookup, Vec<Uuid>>>,
    dirty: Written,
    entries: Vec<NewEntry>,
    payloads: Vec<Payload>,
    receipts: HashMap<ReceiptKey, StoredReceipt>,
}

/// What a unit of work comes to.
pub(crate) struct Done {
    /// What is to be committed.
    pub(crate) batch: Batch,
    /// The tree after it.
    pub(crate) tree: Tree,
    /// The aggregates as they are after it.
    pub(crate) changed: Vec<(AggregateId, Loaded)>,
}

impl<'a> Unit<'a> {
    /// `base` is what is committed.
    pub(crate) fn new(base: Snapshot<'a>, tree: Tree, wiring: &'a Wiring, last: Time, now: Time) -> Self {
        Self {
            base,
            wiring,
            last,
            now,
            tree,
            leaves: Vec::new(),
            lookups: RefCell::default(),
            dirty: Written::default(),
            entries: Vec::new(),
            payloads: Vec::new(),
            receipts: HashMap::new(),
        }
    }

    /// Ledger time: the same for the whole batch.
    pub(crate) fn now(&self) -> Time {
        self.now
    }

    /// A fresh id, for what a command turns out to make.
    pub(crate) fn new_id(&self) -> Uuid {
        self.wiring.id()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.receipts.is_empty()
    }

    /// The answer that was given to this key, in this batch or before.
    pub(crate) fn receipt(&self, key: &ReceiptKey) -> Result<Option<StoredReceipt>, StoreError> {
        match self.receipts.get(key) {
            Some(stored) => Ok(Some(stored.clone())),
            None => self.base.read().receipt(key),
        }
    }

    pub(crate) fn remember(&mut self, key: ReceiptKey, stored: StoredReceipt) {
        self.receipts.insert(key, stored);
    }

    /// Appends the changes of one command, all or none.
    pub(crate) fn append(
        &mut self,
        request: &Request,
        pack: Option<&Pack>,
        changes: Vec<Change>,
    ) -> Result<Vec<EventRef>, Failure> {
        let (entries, payloads) = (self.entries.len(), self.payloads.len());
        let mut undo: Vec<(AggregateId, Option<Dirty>)> = Vec::new();
        let mut events: Vec<EventRef> = Vec::with_capacity(changes.len());
        for change in changes {
            let causation = events.first().map(|event| event.id);
            match self.append_one(request, pack, &change, causation, &mut undo) {
                Ok(event) => events.push(event),
                Err(failure) => {
                    self.entries.truncate(entries);
                    self.leaves.truncate(entries);
                    self.payloads.truncate(payloads);
                    for (id, before) in undo.into_iter().rev() {
                        match before {
                            Some(before) => drop(self.dirty.insert(id, before)),
                            None => self.dirty.remove(id),
                        }
                    }
                    return Err(failure);
                }
            }
        }
        Ok(events)
    }

    fn append_one(
        &mut self,
        request: &Request,
        pack: Option<&Pack>,
        change: &Change,
        causation: Option<Uuid>,
        undo: &mut Vec<(AggregateId, Option<Dirty>)>,
    ) -> Result<EventRef, Failure> {
        let index = self.tree.size() + self.leaves.len() as u64;
        let id = self.wiring.id();
        let risk_level = self.risk_level(pack, change)?;
        let outcome = if change.subject.kind == Kind::Access { Outcome::Failure } else { Outcome::Success };
        let mut entry = Entry {
            schema_version: SCHEMA_VERSION,
            id,
            index,
            time: format!("{:.3}", self.now),
            kind: change.event.type_name().to_owned(),
            actor: Actor { id: request.actor.0, kind: request.actor_kind },
            subject: Subject {
                kind: change.subject.kind.name().to_owned(),
                id: change.subject.id.to_string(),
                name: change.name.clone(),
            },
            action: change.event.action().to_owned(),
            details: details(change)?,
            outcome,
            risk_level,
            request: origin(request),
            causation_id: causation,
            correlation_id: Some(request.correlation),
            model_id: change.model.map(|model| model.0),
            previous_hash: self.leaves.last().copied().unwrap_or_else(|| self.tree.last_leaf()),
        };
        let (bytes, payload) = entry
            .encode_or_offload()
            .map_err(|error| Failure::Internal(format!("entry {index}: {error}")))?;
        let added = payload.as_ref().map_or(bytes.len(), |payload| payload.bytes.len());
        self.evolve(change, request, added, undo)?;
        self.payloads
            .extend(payload.map(|payload| Payload { digest: payload.digest.0, bytes: payload.bytes }));
        self.leaves.push(leaf_hash(&bytes));
        self.entries.push(NewEntry { index, keys: project::keys(&entry, self.now), bytes });
        Ok(EventRef { id, index, kind: entry.kind })
    }

    /// The risk level of an event is that of its model's tier, or more where the event says so.
    fn risk_level(&self, pack: Option<&Pack>, change: &Change) -> Result<Option<RiskLevel>, Failure> {
        let (Some(pack), Some(model)) = (pack, change.model) else { return Ok(None) };
        let tier = if let Event::ModelRegistered(event) = &change.event {
            Some(event.tier.clone())
        } else {
            self.get::<Model>(model)?.map(|model| model.tier.clone())
        };
        let of_tier = tier.and_then(|tier| pack.tier(&tier).map(|tier| tier.risk_level));
        Ok(of_tier.max(change.event.least_risk()))
    }

    fn evolve(
        &mut self,
        change: &Change,
        request: &Request,
        added: usize,
        undo: &mut Vec<(AggregateId, Option<Dirty>)>,
    ) -> Result<(), Failure> {
        let id = change.subject;
        if project::table(id.kind).is_none() {
            return Ok(());
        }
        let before = self.aggregate(id)?;
        let size = before.as_ref().map_or(0, |loaded| loaded.size) + added;
        let revision = before.as_ref().map_or(0, |loaded| loaded.revision) + 1;
        let stamp = Stamp { at: self.now, actor: request.actor };
        let state = aggregate::evolve(before.map(|loaded| loaded.state), id.id, &change.event, &stamp);
        let state = state.ok_or_else(|| Failure::Internal(format!("{id} does not exist")))?;
        let size = budget::fits(&state, size, added)?;
        let columns = project::columns(&state);
        let dirty = Dirty { loaded: Loaded { revision, state, size }, columns };
        undo.push((id, self.dirty.insert(id, dirty)));
        Ok(())
    }

    /// What is to be committed, and what stands after it.
    pub(crate) fn finish(mut self) -> Result<Done, StoreError> {
        let mut rows = Vec::with_capacity(self.dirty.len());
        let mut changed = Vec::with_capacity(self.dirty.len());
        for (id, Dirty { mut loaded, columns }) in self.dirty.into_all() {
            let row = project::row(id, loaded.revision, &loaded.state, columns)?;
            loaded.size = row.document.len();
            rows.push(row);
            changed.push((id, loaded));
        }
        self.leaves.into_iter().for_each(|leaf| self.tree.push(leaf));
        let tiles = self.tree.take_changed();
        let tiles = tiles
            .into_iter()
            .map(|tile| TileRow { level: tile.level, n: tile.n, bytes: tile.bytes })
            .collect();
        let head = Head {
            size: self.tree.size(),
            root: self.tree.root().0,
            last_hash: self.tree.last_leaf().0,
            // A receipt alone moves no head: the time of a head is that of its last entry.
            time_ms: if self.entries.is_empty() { self.last } else { self.now }.as_millisecond(),
        };
        let receipts = self.receipts.into_iter().map(|(key, stored)| Receipt { key, stored }).collect();
        let batch = Batch { entries: self.entries, tiles, payloads: self.payloads, rows, receipts, head };
        Ok(Done { batch, tree: self.tree, changed })
    }

    /// The committed ids, asked for once.
    fn committed_ids(&self, kind: Kind, column: &'static str, value: &str) -> Result<Vec<Uuid>, StoreError> {
        let lookup = (kind, column, value.to_owned());
        if let Some(known) = self.lookups.borrow().get(&lookup) {
            return Ok(known.clone());
        }
        let ids = self.base.ids(kind, column, value)?;
        self.lookups.borrow_mut().insert(lookup, ids.clone());
        Ok(ids)
    }
}

impl View for Unit<'_> {
    fn aggregate(&self, id: AggregateId) -> Result<Option<Loaded>, StoreError> {
        match self.dirty.get(id) {
            Some(loaded) => Ok(Some(loaded.clone())),
            None => self.base.aggregate(id),
        }
    }

    fn ids(&self, kind: Kind, column: &'static str, value: &str) -> Result<Vec<Uuid>, StoreError> {
        let committed = self.committed_ids(kind, column, value)?;
        self.dirty.over_ids((kind, column, value), committed)
    }

    fn first_ids(
        &self,
        kind: Kind,
        column: &'static str,
        value: &str,
        order: Order,
        most: u32,
    ) -> Result<Vec<Uuid>, StoreError> {
        let committed = |enough| self.base.first_ids(kind, column, value, order, enough);
        self.dirty.over_first_ids((kind, column, value), (order, most), committed)
    }
}

fn details(change: &Change) -> Result<serde_json::Value, Failure> {
    let event = serde_json::to_value(&change.event).map_err(|error| Failure::Internal(error.to_string()))?;
    let serde_json::Value::Object(mut members) = event else { return Ok(serde_json::json!({})) };
    Ok(members.remove("details").unwrap_or_else(|| serde_json::json!({})))
}

fn origin(request: &Request) -> Option<assent_log::entry::Request> {
    let origin = &request.origin;
    let request = assent_log::entry::Request {
        ip: origin.ip.clone(),
        user_agent: origin.user_agent.clone(),
        session_id: origin.session_id.clone(),
        trace_id: origin.trace_id.clone(),
    };
    (request != assent_log::entry::Request::default()).then_some(request)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU8, Ordering};

    use assent_domain::ids::{ModelId, PrincipalId, VersionId};
    use assent_domain::registry::VersionKind;
    use assent_domain::registry::event::{VersionRegistered, VersionStageChanged};
    use assent_store::{MemoryStore, Store};

    use super::*;
    use crate::command::{Command, SYSTEM};
    use crate::wiring::{Clock, Entropy};

    struct Still(AtomicU8);

    impl Clock for Still {
        fn now(&self) -> Time {
            Time::UNIX_EPOCH
        }
    }

    impl Entropy for Still {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    const MODEL: ModelId = ModelId(Uuid::from_u128(77));

    fn version(number: u64) -> VersionId {
        VersionId(Uuid::from_u128(number.into()))
    }

    fn registered(number: u64, stage: &str) -> Change {
        let event = VersionRegistered {
            model: MODEL,
            number,
            kind: VersionKind::Classical,
            stage: stage.to_owned(),
            artifacts: Vec::new(),
            params: BTreeMap::new(),
            reported_metrics: BTreeMap::new(),
            datasets: Vec::new(),
            source_run: None,
        };
        Change::new(version(number), Event::VersionRegistered(event))
    }

    fn moved(number: u64, to: &str) -> Change {
        let (from, to) = (String::new(), to.to_owned());
        let event = VersionStageChanged { from, to, promotion: None, superseded_by: None, comment: None };
        Change::new(version(number), Event::VersionStageChanged(event))
    }

    fn wiring() -> Wiring {
        let still = Arc::new(Still(AtomicU8::new(0)));
        Wiring { clock: Arc::clone(&still) as _, entropy: still }
    }

    #[test]
    fn the_first_ids_are_the_first_of_all_whatever_the_batch_wrote() {
        let (store, wiring) = (MemoryStore::new(), wiring());
        let request = Request::of_system(SYSTEM.0, Command::RevokeToken(Uuid::nil().into()));
        assert_eq!(request.actor, PrincipalId(Uuid::nil()));
        let committed = (1..=9).map(|number| registered(number, if number % 3 == 0 { "B" } else { "A" }));
        let write = store.begin().unwrap();
        let mut unit =
            Unit::new(Snapshot::new(&*write), Tree::new(), &wiring, Time::UNIX_EPOCH, Time::UNIX_EPOCH);
        unit.append(&request, None, committed.collect()).unwrap();
        let Done { batch, tree, .. } = unit.finish().unwrap();
        write.commit(batch).unwrap();

        let read = store.read().unwrap();
        let mut unit = Unit::new(Snapshot::new(&*read), tree, &wiring, Time::UNIX_EPOCH, Time::UNIX_EPOCH);
        for change in [moved(8, "B"), moved(7, "B"), moved(3, "A"), registered(10, "A"), moved(1, "B")] {
            unit.append(&request, None, vec![change]).unwrap();
            for stage in ["A", "B", "C"] {
                let key = project::stage_key(MODEL.0, stage);
                let all = unit.ids(Kind::Version, "model_stage", &key).unwrap();
                for most in 0..12 {
                    let first =
                        |order| unit.first_ids(Kind::Version, "model_stage", &key, order, most).unwrap();
                    let cut = |ids: &mut dyn Iterator<Item = &Uuid>| {
                        ids.take(most as usize).copied().collect::<Vec<_>>()
                    };
                    assert_eq!(first(Order::Ascending), cut(&mut all.iter()), "{stage} {most}");
                    assert_eq!(first(Order::Descending), cut(&mut all.iter().rev()), "{stage} {most}");
                }
            }
        }
    }
}
