//! The part of the graph around a node, as it is shown.

use std::collections::BTreeMap;

use assent_domain::lineage::{Edge, FileDigest, LineageSource, Thing};
use assent_domain::registry::{Dataset, Model, Version};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

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
pub(super) struct Node {
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
pub(super) struct Link {
    /// Key of the node that was there before.
    pub(super) upstream: String,
    /// Key of the node that came of it.
    pub(super) downstream: String,
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
    /// When it was recorded first.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_at: Option<Timestamp>,
    /// Id of the principal who recorded it first: whose word it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_by: Option<Uuid>,
}

impl Link {
    pub(super) fn registered(upstream: &Node, downstream: &Node, label: Option<&str>) -> Self {
        Self {
            upstream: upstream.key.clone(),
            downstream: downstream.key.clone(),
            source: EdgeSource::Registry,
            label: label.map(str::to_owned),
            columns: Vec::new(),
            data_source: None,
            recorded_at: None,
            recorded_by: None,
        }
    }

    pub(super) fn recorded(edge: &Edge) -> Self {
        let said = &edge.said;
        let source = match said.source {
            LineageSource::Dvc => EdgeSource::Dvc,
            LineageSource::OpenLineage => EdgeSource::OpenLineage,
            LineageSource::Said => EdgeSource::Said,
        };
        Self {
            upstream: said.upstream.key(),
            downstream: said.downstream.key(),
            source,
            label: said.label.clone(),
            columns: said.columns.clone(),
            data_source: said.data_source.clone(),
            recorded_at: Some(edge.recorded.at),
            recorded_by: Some(edge.recorded.by.0),
        }
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
    pub(super) fn len(&self) -> usize {
        self.order.len().max(self.edges.len())
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
