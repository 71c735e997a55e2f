//! Reading state: the same questions of a snapshot, of a unit of work in progress, and of a reader that remembers what it
//! was told.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use assent_domain::aggregate::State;
use assent_domain::{Aggregate, AggregateId, Kind};
use assent_store::{Order, Read, StoreError, Value};
use uuid::Uuid;

use crate::project;
use crate::recent::Recent;

/// An aggregate with its revision.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// How many events it has seen.
    pub revision: u64,
    /// Its state.
    pub state: Aggregate,
    /// How many bytes that takes, or a little more.
    pub size: usize,
}

/// State as somebody sees it.
pub trait View {
    /// The aggregate of that id.
    fn aggregate(&self, id: AggregateId) -> Result<Option<Loaded>, StoreError>;

    /// Ids of the aggregates whose index column has the value, ascending.
    fn ids(&self, kind: Kind, column: &'static str, value: &str) -> Result<Vec<Uuid>, StoreError>;

    /// The first `most` of them in that order, without reading the others.
    fn first_ids(
        &self,
        kind: Kind,
        column: &'static str,
        value: &str,
        order: Order,
        most: u32,
    ) -> Result<Vec<Uuid>, StoreError>;

    /// The newest aggregate whose index column has the value.
    fn newest<S: State>(&self, column: &'static str, value: &str) -> Result<Option<Arc<S>>, StoreError>
    where
        Self: Sized,
        S::Id: From<Uuid>,
    {
        match self.first_ids(S::KIND, column, value, Order::Descending, 1)?.first() {
            Some(id) => self.get::<S>((*id).into()),
            None => Ok(None),
        }
    }

    /// The state of that id.
    fn get<S: State>(&self, id: S::Id) -> Result<Option<Arc<S>>, StoreError>
    where
        Self: Sized,
    {
        let loaded = self.aggregate(AggregateId { kind: S::KIND, id: id.into() })?;
        Ok(loaded.and_then(|loaded| S::from_aggregate(&loaded.state).cloned()))
    }

    /// The one aggregate whose unique column has the value.
    fn find<S: State>(&self, column: &'static str, value: &str) -> Result<Option<Arc<S>>, StoreError>
    where
        Self: Sized,
        S::Id: From<Uuid>,
    {
        match self.ids(S::KIND, column, value)?.first() {
            Some(id) => self.get::<S>((*id).into()),
            None => Ok(None),
        }
    }
}

/// How many aggregates a snapshot remembers.
const REMEMBERED: usize = 256;

/// State as it is committed. What one request asks for again is neither read nor parsed again, and with [`Recent`] what others
/// have asked for is not either.
pub struct Snapshot<'a> {
    read: &'a dyn Read,
    /// With the size of the log that `read` sees.
    recent: Option<(&'a Recent, u64)>,
    seen: RefCell<HashMap<AggregateId, Option<Loaded>>>,
}

impl<'a> Snapshot<'a> {
    /// The state that `read` sees.
    pub fn new(read: &'a dyn Read) -> Self {
        Self { read, recent: None, seen: RefCell::default() }
    }

    /// The same, with what others of this process know of it.
    pub fn with(read: &'a dyn Read, recent: &'a Recent) -> Result<Self, StoreError> {
        let size = read.head()?.size;
        recent.follow(read, size)?;
        Ok(Self { read, recent: Some((recent, size)), seen: RefCell::default() })
    }

    /// What the store tells, which others are told from now on.
    fn stored(&self, id: AggregateId) -> Result<Option<Loaded>, StoreError> {
        let Some(table) = project::table(id.kind) else { return Ok(None) };
        let row = self.read.row(table, id.id)?;
        let loaded = row.map(|row| {
            let state = project::aggregate(id.kind, &row)?;
            Ok::<_, StoreError>(Loaded { revision: row.revision, state, size: row.document.len() })
        });
        let loaded = loaded.transpose()?;
        if let Some((recent, size)) = self.recent {
            recent.put(id, size, loaded.clone());
        }
        Ok(loaded)
    }

    /// What it reads from.
    pub fn read(&self) -> &'a dyn Read {
        self.read
    }
}

impl View for Snapshot<'_> {
    fn aggregate(&self, id: AggregateId) -> Result<Option<Loaded>, StoreError> {
        if let Some(seen) = self.seen.borrow().get(&id) {
            return Ok(seen.clone());
        }
        let known = self.recent.and_then(|(recent, size)| recent.get(id, size));
        let loaded = match known {
            Some(known) => known.loaded,
            None => self.stored(id)?,
        };
        let mut seen = self.seen.borrow_mut();
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert(id, loaded.clone());
        Ok(loaded)
    }

    fn ids(&self, kind: Kind, column: &'static str, value: &str) -> Result<Vec<Uuid>, StoreError> {
        let Some(table) = project::table(kind) else { return Ok(Vec::new()) };
        self.read.ids(table, column, &Value::Text(value.to_owned()))
    }

    fn first_ids(
        &self,
        kind: Kind,
        column: &'static str,
        value: &str,
        order: Order,
        most: u32,
    ) -> Result<Vec<Uuid>, StoreError> {
        let Some(table) = project::table(kind) else { return Ok(Vec::new()) };
        self.read.first_ids(table, column, &Value::Text(value.to_owned()), order, most)
    }
}

/// What a computation was told: revisions of aggregates, absences included, and answers to look-ups.
#[derive(Debug, Default, Clone)]
pub struct ReadSet {
    revisions: BTreeMap<AggregateId, Option<u64>>,
    lookups: BTreeMap<Lookup, Vec<Uuid>>,
}

/// Kind, column and value; and which of the ids, where not all were asked for.
type Lookup = (Kind, &'static str, String, Option<(Order, u32)>);

impl ReadSet {
    /// Whether a view would tell the same.
    pub fn holds(&self, view: &impl View) -> Result<bool, StoreError> {
        for (id, revision) in &self.revisions {
            if view.aggregate(*id)?.map(|loaded| loaded.revision) != *revision {
                return Ok(false);
            }
        }
        for ((kind, column, value, part), ids) in &self.lookups {
            let told = match part {
                None => view.ids(*kind, column, value)?,
                Some((order, most)) => view.first_ids(*kind, column, value, *order, *most)?,
            };
            if told != *ids {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A view that remembers what it told.
pub struct Recording<'a, V> {
    view: &'a V,
    reads: RefCell<ReadSet>,
}

impl<'a, V: View> Recording<'a, V> {
    /// A recording of `view`.
    pub fn new(view: &'a V) -> Self {
        Self { view, reads: RefCell::default() }
    }

    /// What was told.
    pub fn finish(self) -> ReadSet {
        self.reads.into_inner()
    }
}

impl<V: View> View for Recording<'_, V> {
    fn aggregate(&self, id: AggregateId) -> Result<Option<Loaded>, StoreError> {
        let loaded = self.view.aggregate(id)?;
        self.reads.borrow_mut().revisions.insert(id, loaded.as_ref().map(|loaded| loaded.revision));
        Ok(loaded)
    }

    fn ids(&self, kind: Kind, column: &'static str, value: &str) -> Result<Vec<Uuid>, StoreError> {
        let ids = self.view.ids(kind, column, value)?;
        self.reads.borrow_mut().lookups.insert((kind, column, value.to_owned(), None), ids.clone());
        Ok(ids)
    }

    fn first_ids(
        &self,
        kind: Kind,
        column: &'static str,
        value: &str,
        order: Order,
        most: u32,
    ) -> Result<Vec<Uuid>, StoreError> {
        let ids = self.view.first_ids(kind, column, value, order, most)?;
        let lookup = (kind, column, value.to_owned(), Some((order, most)));
        self.reads.borrow_mut().lookups.insert(lookup, ids.clone());
        Ok(ids)
    }
}
