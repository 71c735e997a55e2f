//! The part of the graph around a node, as it is shown.

use std::collections::BTreeMap;

use assent_domain::lineage::{Edge, FileDigest, LineageSource, StateName, Statement, Thing};
use assent_domain::registry::event::Recorded;
use assent_domain::registry::{Dataset, Model, Version};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::neighbours::Step;
use crate::desk::Desk;
use crate::problem::Problem;
use crate::views::Words;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = LineageNodeKind)]
pub(super) enum NodeKind {
    /// A version of a model.
    Version,
    /// A data set that is registered.
    Dataset,
    /// Bytes.
    File,
    /// A run of a job.
    Run,
    /// A data set of another system.
    Data,
}

/// A node of the graph.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LineageNode)]
pub(crate) struct Node {
    /// What it is asked for by.
    pub(super) key: String,
    pub(super) kind: NodeKind,
    /// What people call it.
    name: String,
    /// The system that it is in, for what is not registered here.
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    /// Its version there, or its run.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// Its id, for what is registered here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Uuid>,
    /// How many edges it is away.
    pub(super) distance: u32,
    /// The bytes, where they are known by their SHA-256.
    #[serde(skip)]
    pub(super) sha256: Option<String>,
}

impl Node {
    pub(super) fn version(model: &Model, version: &Version) -> Self {
        let key = format!("version:{}", version.id);
        let name = format!("{}:{}", model.name, version.number);
        Self::registered(key, NodeKind::Version, name, version.id.0)
    }

    pub(super) fn dataset(dataset: &Dataset) -> Self {
        let key = format!("dataset:{}", dataset.id);
        let name = format!("{}:{}", dataset.facts.name, dataset.facts.number);
        Self::registered(key, NodeKind::Dataset, name, dataset.id.0)
    }

    pub(super) fn file(sha256: &str, name: &str) -> Self {
        let sha256 = sha256.to_owned();
        let key = format!("sha256:{sha256}");
        let node = Self::registered(key, NodeKind::File, name.to_owned(), Uuid::nil());
        Self { id: None, sha256: Some(sha256), ..node }
    }

    pub(super) fn thing(thing: &Thing, label: Option<&str>) -> Self {
        let key = thing.key();
        let (kind, name, namespace, version) = match thing {
            Thing::File { digest: FileDigest::Sha256(digest) } => {
                return Self::file(&digest.to_string(), label.unwrap_or(&key));
            }
            Thing::File { digest: FileDigest::Md5(_) } => {
                (NodeKind::File, label.unwrap_or(&key).to_owned(), None, None)
            }
            Thing::Run { namespace, job, run } => {
                (NodeKind::Run, job.clone(), Some(namespace.clone()), run.clone())
            }
            Thing::Data { namespace, name, version } => {
                (NodeKind::Data, name.clone(), Some(namespace.clone()), version.clone())
            }
        };
        Self { key, kind, name, namespace, version, id: None, distance: 0, sha256: None }
    }

    fn registered(key: String, kind: NodeKind, name: String, id: Uuid) -> Self {
        Self { key, kind, name, namespace: None, version: None, id: Some(id), distance: 0, sha256: None }
    }
}

/// How we know of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = LineageEdgeSource)]
pub(super) enum EdgeSource {
    /// By what is registered here: a version names its files and data sets, a data set its bytes.
    Registry,
    /// By files of DVC.
    Dvc,
    /// By events of `OpenLineage`.
    OpenLineage,
    /// Somebody said it directly.
    Said,
}

/// That the node downstream was made from the one upstream, or by it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LineageEdge)]
pub(crate) struct Link {
    /// Its id, where somebody recorded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    /// Key of the node that was there before.
    pub(super) upstream: String,
    /// Key of the node that came of it.
    pub(super) downstream: String,
    /// How it is known: what is registered, or what told the first who said it.
    source: EdgeSource,
    /// What the file or data set is called where it is used, as the first says who names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// Whether all who said it took it back.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(default = false)]
    retracted: bool,
    /// Who says it, and what: an edge that is recorded is their word. Absent for what is registered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    statements: Vec<StatementView>,
}

/// What one speaker says of an edge.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LineageStatement)]
struct StatementView {
    source: EdgeSource,
    /// What the file or data set is called where it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// Its columns, where they were told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    columns: Vec<String>,
    /// Where the data is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_source: Option<String>,
    /// When it was recorded.
    recorded_at: Timestamp,
    /// Id of the principal whose word it is.
    recorded_by: Uuid,
    /// That it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    retracted: Option<RetractedView>,
}

/// That a statement was taken back.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LineageStatementRetracted)]
struct RetractedView {
    /// When.
    at: Timestamp,
    /// Id of the principal who took it back.
    by: Uuid,
    /// Why.
    reason: Words,
}

impl StatementView {
    fn new(desk: &Desk<'_>, statement: &Statement) -> Result<Self, Problem> {
        let Statement { said, recorded, retracted } = statement;
        let retracted = retracted.as_ref().map(|retraction| {
            let Recorded { at, by } = retraction.recorded;
            Ok::<_, Problem>(RetractedView { at, by: by.0, reason: desk.words(&retraction.reason)? })
        });
        Ok(Self {
            source: said.source.into(),
            label: said.label.clone(),
            columns: said.columns.clone(),
            data_source: said.data_source.clone(),
            recorded_at: recorded.at,
            recorded_by: recorded.by.0,
            retracted: retracted.transpose()?,
        })
    }
}

impl From<LineageSource> for EdgeSource {
    fn from(source: LineageSource) -> Self {
        match source {
            LineageSource::Dvc => Self::Dvc,
            LineageSource::OpenLineage => Self::OpenLineage,
            LineageSource::Said => Self::Said,
        }
    }
}

impl Link {
    pub(super) fn registered(upstream: &Node, downstream: &Node, label: Option<&str>) -> Self {
        Self {
            id: None,
            upstream: upstream.key.clone(),
            downstream: downstream.key.clone(),
            source: EdgeSource::Registry,
            label: label.map(str::to_owned),
            retracted: false,
            statements: Vec::new(),
        }
    }

    /// An edge that somebody recorded, with the statements that stand, or with all.
    pub(super) fn recorded(desk: &Desk<'_>, edge: &Edge, with_retracted: bool) -> Result<Self, Problem> {
        let shown = edge.statements.iter().filter(|held| with_retracted || held.retracted.is_none());
        let first = edge.standing().chain(&edge.statements).next();
        Ok(Self {
            id: Some(edge.id.0),
            upstream: edge.upstream.key(),
            downstream: edge.downstream.key(),
            source: first.map_or(LineageSource::Said, |first| first.said.source).into(),
            label: edge.label().map(str::to_owned),
            retracted: edge.state() == StateName::Retracted,
            statements: shown.map(|held| StatementView::new(desk, held)).collect::<Result<_, _>>()?,
        })
    }
}

/// The nodes that are reached from one in one direction, and the edges between them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Lineage {
    /// Key of the node that was asked for.
    pub(super) node: String,
    /// The nodes, nearest first; the one that was asked for among them.
    pub(super) nodes: Vec<Node>,
    /// The edges on the way.
    pub(super) edges: Vec<Link>,
    /// Whether there is more than depth and size let through.
    pub(super) cut: bool,
}

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    nodes: BTreeMap<String, Node>,
    order: Vec<String>,
    edges: BTreeMap<(String, String), Link>,
}

impl Found {
    /// Whether there is room for a step, which may lead along an edge and to a node that are known.
    pub(super) fn has_room(&self, step: &Step, most: usize) -> bool {
        let Link { upstream, downstream, .. } = &step.link;
        let is_known = self.edges.contains_key(&(upstream.clone(), downstream.clone()));
        is_known || (self.edges.len() < most && (self.order.len() < most || self.holds(&step.node.key)))
    }

    pub(super) fn holds(&self, key: &str) -> bool {
        self.nodes.contains_key(key)
    }

    /// Adds a node, if it is new.
    pub(super) fn node(&mut self, node: Node) -> bool {
        let is_new = !self.holds(&node.key);
        if is_new {
            self.order.push(node.key.clone());
            self.nodes.insert(node.key.clone(), node);
        }
        is_new
    }

    pub(super) fn edge(&mut self, link: Link) {
        self.edges.entry((link.upstream.clone(), link.downstream.clone())).or_insert(link);
    }

    pub(super) fn shown(mut self, node: String, cut: bool) -> Lineage {
        let nodes = self.order.iter().filter_map(|key| self.nodes.remove(key)).collect();
        Lineage { node, nodes, edges: self.edges.into_values().collect(), cut }
    }
}
