//! The neighbours of one node, a few rows at a time. What the caller may not read is no row: it takes no room from what they may.
//! Recorded edges are for who reads the platform; what is registered is for who may read it.

use std::cell::Cell;
use std::sync::Arc;

use assent_app::project::{self, end_key};
use assent_app::view::{Loaded, View as _};
use assent_domain::aggregate::State;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::DatasetId;
use assent_domain::lineage::Edge;
use assent_domain::registry::{Dataset, Model, Version};
use assent_domain::{AggregateId, Kind};
use assent_store::{Order, Predicate, Select, Value};
use uuid::Uuid;

use super::graph::{Link, Node, NodeKind};
use crate::desk::{Desk, Held, held};
use crate::http::Caller;
use crate::problem::Problem;

/// How many rows are read at once: so many of the largest are held in memory.
const AT_ONCE: usize = 32;

/// Which way to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

/// One step: the node that is reached, and the edge to it.
pub(super) struct Step {
    pub(super) node: Node,
    pub(super) link: Link,
}

/// Where the neighbours of a node go on: they come in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// What it is made of by its own state, from this one on.
    Parts(usize),
    /// The versions that use it, after this one.
    Versions(Option<Uuid>),
    /// The data sets that hold it, after this one.
    Datasets(Option<Uuid>),
    /// Recorded edges, after this one.
    Recorded(Option<Uuid>),
}

/// A reader of neighbours.
pub(super) struct Neighbours<'a> {
    pub(super) desk: &'a Desk<'a>,
    caller: &'a Caller,
    /// Whether the caller reads the platform.
    pub(super) all: bool,
    /// Whether edges that were taken back are shown.
    pub(super) retracted: bool,
    read_bytes: Cell<usize>,
}

impl<'a> Neighbours<'a> {
    pub(super) fn new(desk: &'a Desk<'a>, caller: &'a Caller, retracted: bool) -> Result<Self, Problem> {
        let all = desk.can(caller, Permission::Read, Target::Platform)?;
        Ok(Self { desk, caller, all, retracted, read_bytes: Cell::default() })
    }

    /// How many bytes of documents were read so far.
    pub(super) fn read_bytes(&self) -> usize {
        self.read_bytes.get()
    }

    /// Where the neighbours begin.
    pub(super) fn first(way: Way) -> Place {
        match way {
            Way::Up => Place::Parts(0),
            Way::Down => Place::Versions(None),
        }
    }

    /// At most so many neighbours from a place on, and where the next ones are. There may be none here, and more there.
    pub(super) fn some(
        &self,
        node: &Node,
        way: Way,
        place: Place,
        limit: usize,
    ) -> Result<(Vec<Step>, Option<Place>), Problem> {
        self.desk.in_time()?;
        let limit = limit.clamp(1, AT_ONCE);
        match place {
            Place::Parts(from) => self.parts(node, from, limit),
            Place::Versions(after) => self.versions(node, after, limit),
            Place::Datasets(after) => self.datasets(node, after, limit),
            Place::Recorded(after) => self.recorded(node, way, after, limit),
        }
    }

    /// What versions and data sets are made of stands in their own state.
    fn parts(&self, node: &Node, from: usize, limit: usize) -> Result<(Vec<Step>, Option<Place>), Problem> {
        let (mut steps, end) = (Vec::new(), from.saturating_add(limit));
        let mut count = 0;
        if let (NodeKind::Version, Some(id)) = (node.kind, node.id)
            && let Some(version) = self.loaded::<Version>(id)?
        {
            let datasets = version.datasets.len();
            count = datasets.saturating_add(version.artifacts.len());
            for id in version.datasets.iter().take(end).skip(from) {
                if let Some(dataset) = self.dataset(*id)? {
                    let node_of_data = Node::dataset(&dataset);
                    let link = Link::registered(&node_of_data, node, None);
                    steps.push(Step { node: node_of_data, link });
                }
            }
            let (first, last) = (from.saturating_sub(datasets), end.saturating_sub(datasets));
            for artifact in version.artifacts.iter().take(last).skip(first) {
                let file = Node::file(&artifact.blob.sha256.to_string(), &artifact.name);
                let link = Link::registered(&file, node, Some(&artifact.name));
                steps.push(Step { node: file, link });
            }
        }
        if let (NodeKind::Dataset, Some(id)) = (node.kind, node.id)
            && let Some(dataset) = self.loaded::<Dataset>(id)?.filter(|_| from == 0)
        {
            let file = Node::file(&dataset.facts.blob.sha256.to_string(), &dataset.facts.name);
            let link = Link::registered(&file, node, None);
            steps.push(Step { node: file, link });
        }
        Ok((steps, Some(if end < count { Place::Parts(end) } else { Place::Recorded(None) })))
    }

    /// Which versions have these bytes, or were made with this data set.
    fn versions(
        &self,
        node: &Node,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<(Vec<Step>, Option<Place>), Problem> {
        let uses = match (node.kind, &node.sha256, node.id) {
            (NodeKind::Dataset, _, Some(id)) => {
                Predicate::Lines("datasets", vec![Value::Text(id.to_string())])
            }
            (_, Some(sha256), _) => Predicate::Lines("files", vec![Value::Text(sha256.clone())]),
            _ => return Ok((Vec::new(), Some(Place::Datasets(None)))),
        };
        let readable = self.desk.readable_rows(self.caller, Kind::Version)?;
        let found = self.select::<Version>(Predicate::And(vec![uses, readable]), after, limit)?;
        let mut steps = Vec::with_capacity(found.len());
        for version in &found {
            let Some(model) = self.loaded::<Model>(version.model.0)? else { continue };
            let same = |sha256: &String| node.sha256.as_ref() == Some(sha256);
            let artifact = version.artifacts.iter().find(|artifact| same(&artifact.blob.sha256.to_string()));
            let to = Node::version(&model, version);
            let link = Link::registered(node, &to, artifact.map(|artifact| artifact.name.as_str()));
            steps.push(Step { node: to, link });
        }
        let last = found.last().filter(|_| found.len() >= limit).map(|version| version.id.0);
        Ok((steps, Some(last.map_or(Place::Datasets(None), |last| Place::Versions(Some(last))))))
    }

    /// Which data sets have these bytes.
    fn datasets(
        &self,
        node: &Node,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<(Vec<Step>, Option<Place>), Problem> {
        let Some(sha256) = &node.sha256 else { return Ok((Vec::new(), Some(Place::Recorded(None)))) };
        let mut filters = vec![Predicate::Eq("sha256", Value::Text(sha256.clone()))];
        if !self.all {
            filters.push(Predicate::Eq("steward_id", Value::Text(self.caller.id().to_string())));
        }
        let found = self.select::<Dataset>(Predicate::And(filters), after, limit)?;
        let step = |dataset: &Arc<Dataset>| {
            let to = Node::dataset(dataset);
            let link = Link::registered(node, &to, None);
            Step { node: to, link }
        };
        let last = found.last().filter(|_| found.len() >= limit).map(|dataset| dataset.id.0);
        let next = last.map_or(Place::Recorded(None), |last| Place::Datasets(Some(last)));
        Ok((found.iter().map(step).collect(), Some(next)))
    }

    /// The recorded edges of a node.
    fn recorded(
        &self,
        node: &Node,
        way: Way,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<(Vec<Step>, Option<Place>), Problem> {
        // Versions and registered data sets are no ends of recorded edges.
        if !self.all || matches!(node.kind, NodeKind::Version | NodeKind::Dataset) {
            return Ok((Vec::new(), None));
        }
        let column = if way == Way::Up { "downstream" } else { "upstream" };
        let found = self.edges(column, &node.key, after, limit)?;
        let mut steps = Vec::with_capacity(found.len());
        for edge in &found {
            let end = if way == Way::Up { &edge.upstream } else { &edge.downstream };
            let link = Link::recorded(self.desk, edge, self.retracted)?;
            steps.push(Step { node: Node::thing(end, edge.label()), link });
        }
        let last = found.last().filter(|_| found.len() >= limit).map(|edge| edge.id.0);
        Ok((steps, last.map(|last| Place::Recorded(Some(last)))))
    }

    /// Recorded edges with this end.
    pub(super) fn edges(
        &self,
        column: &'static str,
        key: &str,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<Arc<Edge>>, Problem> {
        let with = |stands| {
            self.select::<Edge>(Predicate::Eq(column, Value::Text(end_key(key, stands))), after, limit)
        };
        let mut edges = with(true)?;
        if self.retracted {
            // Each of the two is read in the order of the index. Asked for together, no index gives their order.
            edges.extend(with(false)?);
            edges.sort_unstable_by_key(|edge| edge.id);
            edges.truncate(limit);
        }
        Ok(edges)
    }

    /// The data set, if the caller may read it.
    fn dataset(&self, id: DatasetId) -> Result<Option<Held<Dataset>>, Problem> {
        let dataset = self.loaded::<Dataset>(id.0)?;
        Ok(dataset.filter(|dataset| self.all || dataset.steward == self.caller.id()))
    }

    /// What is loaded counts, wherever it comes from.
    fn loaded<S: State>(&self, id: Uuid) -> Result<Option<Held<S>>, Problem> {
        let loaded = self.desk.view.aggregate(AggregateId { kind: S::KIND, id })?;
        self.count(loaded.as_ref().map_or(0, |loaded| loaded.size));
        Ok(loaded.as_ref().and_then(held))
    }

    fn count(&self, bytes: usize) {
        self.read_bytes.set(self.read_bytes.get().saturating_add(bytes));
    }

    fn select<S: State>(
        &self,
        filter: Predicate,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<Arc<S>>, Problem> {
        let table = project::table(S::KIND).ok_or_else(|| Problem::internal("a kind without a table"))?;
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let select = Select { table, filter, order: Order::Ascending, after, limit };
        let rows = self.desk.view.read().select(&select)?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            self.count(row.document.len());
            let state = project::aggregate(S::KIND, &row)?;
            let loaded = Loaded { revision: row.revision, state, size: row.document.len() };
            found.extend(held::<S>(&loaded).map(|Held { state, .. }| state));
        }
        Ok(found)
    }
}
