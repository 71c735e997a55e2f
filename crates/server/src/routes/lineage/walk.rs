//! Walking the graph, one distance at a time. What the caller may not read is not walked through: it looks as if it did not
//! exist, and so does what is only reached through it. Recorded edges are for who reads the platform; what is registered is for
//! who may read it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use assent_app::project;
use assent_app::view::Loaded;
use assent_domain::Kind;
use assent_domain::aggregate::State;
use assent_domain::identity::{Permission, Target};
use assent_domain::lineage::Edge;
use assent_domain::registry::{Dataset, Model, Version};
use assent_store::{Order, Predicate, Select, Value};

use super::graph::{Found, Lineage, Link, Node, NodeKind};
use crate::desk::{Desk, Held, held};
use crate::http::Caller;
use crate::problem::Problem;

/// The most nodes and edges of an answer.
pub(super) const MAX_FOUND: usize = 500;

/// Which way to walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

/// A reader of the graph.
pub(super) struct Walk<'a> {
    desk: &'a Desk<'a>,
    caller: &'a Caller,
    way: Way,
    /// Whether the caller reads the platform.
    all: bool,
}

/// One step: the node that is reached, and the edge to it.
type Step = (Node, Link);

impl<'a> Walk<'a> {
    pub(super) fn new(desk: &'a Desk<'a>, caller: &'a Caller, way: Way) -> Result<Self, Problem> {
        let all = desk.can(caller, Permission::Read, Target::Platform)?;
        Ok(Self { desk, caller, way, all })
    }

    /// What is reached from a node.
    pub(super) fn from(&self, start: Node, depth: u32) -> Result<Lineage, Problem> {
        let (key, mut found, mut cut) = (start.key.clone(), Found::default(), false);
        let mut frontier = vec![start.clone()];
        found.node(start);
        for distance in 1..=depth.saturating_add(1) {
            let (steps, is_cut) = self.steps(&frontier)?;
            cut |= is_cut;
            if distance > depth {
                cut |= steps.iter().any(|(node, _)| !found.holds(&node.key));
                break;
            }
            frontier.clear();
            for (mut node, link) in steps {
                if found.len() >= MAX_FOUND {
                    cut = true;
                    break;
                }
                found.edge(link);
                node.distance = distance;
                if found.node(node.clone()) {
                    frontier.push(node);
                }
            }
            if frontier.is_empty() {
                break;
            }
        }
        Ok(found.shown(key, cut))
    }

    /// The node of a key, if there is one for the caller.
    pub(super) fn node(&self, key: &str) -> Result<Option<Node>, Problem> {
        if self.all {
            for column in ["upstream", "downstream"] {
                let filter = Predicate::Eq(column, Value::Text(key.to_owned()));
                let edge = self.select::<Edge>(filter, 1)?.into_iter().next();
                if let Some(edge) = edge {
                    let end = if column == "upstream" { &edge.said.upstream } else { &edge.said.downstream };
                    return Ok(Some(Node::thing(end, edge.said.label.as_deref())));
                }
            }
        }
        // Bytes that no edge knows are there where something that is registered has them.
        let Some(sha256) = key.strip_prefix("sha256:") else { return Ok(None) };
        let node = Node::file(sha256, key);
        let down = Walk { way: Way::Down, ..*self };
        let (steps, _) = down.steps(std::slice::from_ref(&node))?;
        Ok((!steps.is_empty()).then_some(node))
    }

    /// All steps from some nodes, and whether there are more than were read.
    fn steps(&self, from: &[Node]) -> Result<(Vec<Step>, bool), Problem> {
        let mut steps = Vec::new();
        let mut cut = false;
        match self.way {
            Way::Up => self.made_of(from, &mut steps)?,
            Way::Down => cut |= self.used_by(from, &mut steps)?,
        }
        if self.all {
            cut |= self.recorded(from, &mut steps)?;
        }
        Ok((steps, cut))
    }

    /// What versions and data sets are made of stands in their own state.
    fn made_of(&self, from: &[Node], steps: &mut Vec<Step>) -> Result<(), Problem> {
        for node in from {
            match (node.kind, node.id) {
                (NodeKind::Version, Some(id)) => {
                    let Some(version) = self.desk.any::<Version>(id.into())? else { continue };
                    for id in &version.datasets {
                        let dataset = self.desk.any::<Dataset>(*id)?;
                        if let Some(dataset) = dataset.filter(|dataset| self.sees(dataset)) {
                            let data = Node::dataset(&dataset);
                            let link = Link::registered(&data, node, None);
                            steps.push((data, link));
                        }
                    }
                    for artifact in &version.artifacts {
                        let file = Node::file(&artifact.blob.sha256.to_string(), &artifact.name);
                        let link = Link::registered(&file, node, Some(&artifact.name));
                        steps.push((file, link));
                    }
                }
                (NodeKind::Dataset, Some(id)) => {
                    let Some(dataset) = self.desk.any::<Dataset>(id.into())? else { continue };
                    let file = Node::file(&dataset.facts.blob.sha256.to_string(), &dataset.facts.name);
                    let link = Link::registered(&file, node, None);
                    steps.push((file, link));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Which versions and data sets have these bytes, and which versions were made with these data sets.
    fn used_by(&self, from: &[Node], steps: &mut Vec<Step>) -> Result<bool, Problem> {
        let text = |text: &String| Value::Text(text.clone());
        let files: Vec<Value> = from.iter().filter_map(|node| node.sha256.as_ref().map(text)).collect();
        let is_data = |node: &&Node| node.kind == NodeKind::Dataset;
        let datasets: Vec<Value> =
            from.iter().filter(is_data).filter_map(|node| Some(Value::Text(node.id?.to_string()))).collect();
        if files.is_empty() && datasets.is_empty() {
            return Ok(false);
        }
        let either = Predicate::Or(vec![
            Predicate::Lines("files", files.clone()),
            Predicate::Lines("datasets", datasets),
        ]);
        let readable = self.desk.readable_rows(self.caller, Kind::Version)?;
        let versions = self.select::<Version>(Predicate::And(vec![either, readable]), MAX_FOUND)?;
        let (mut by_bytes, mut by_id) = (HashMap::<&str, Vec<&Node>>::new(), HashMap::new());
        for node in from {
            node.sha256.iter().for_each(|sha256| by_bytes.entry(sha256).or_default().push(node));
            by_id.extend(node.id.filter(|_| is_data(&node)).map(|id| (id, node)));
        }
        for version in &versions {
            let Some(model) = self.desk.any::<Model>(version.model)? else { continue };
            let node = Node::version(&model, version);
            let mut used = BTreeMap::new();
            for artifact in &version.artifacts {
                for file in by_bytes.get(artifact.blob.sha256.to_string().as_str()).into_iter().flatten() {
                    used.entry(&file.key).or_insert((*file, Some(artifact.name.as_str())));
                }
            }
            for data in version.datasets.iter().filter_map(|id| by_id.get(&id.0)) {
                used.entry(&data.key).or_insert((*data, None));
            }
            let links = used.into_values().map(|(file, label)| Link::registered(file, &node, label));
            steps.extend(links.map(|link| (node.clone(), link)));
        }
        let held = self.select::<Dataset>(Predicate::In("sha256", files), MAX_FOUND)?;
        let cut = versions.len() >= MAX_FOUND || held.len() >= MAX_FOUND;
        for dataset in held.iter().filter(|dataset| self.sees(dataset)) {
            let sha256 = dataset.facts.blob.sha256.to_string();
            for file in from.iter().filter(|file| file.sha256.as_ref() == Some(&sha256)) {
                let node = Node::dataset(dataset);
                let link = Link::registered(file, &node, None);
                steps.push((node, link));
            }
        }
        Ok(cut)
    }

    /// The recorded edges.
    fn recorded(&self, from: &[Node], steps: &mut Vec<Step>) -> Result<bool, Problem> {
        let keys: Vec<Value> = from.iter().map(|node| Value::Text(node.key.clone())).collect();
        let column = if self.way == Way::Up { "downstream" } else { "upstream" };
        let edges = self.select::<Edge>(Predicate::In(column, keys), MAX_FOUND)?;
        for edge in &edges {
            let end = if self.way == Way::Up { &edge.said.upstream } else { &edge.said.downstream };
            steps.push((Node::thing(end, edge.said.label.as_deref()), Link::recorded(edge)));
        }
        Ok(edges.len() >= MAX_FOUND)
    }

    fn sees(&self, dataset: &Dataset) -> bool {
        self.all || dataset.steward == self.caller.id()
    }

    fn select<S: State>(&self, filter: Predicate, limit: usize) -> Result<Vec<Arc<S>>, Problem> {
        let table = project::table(S::KIND).ok_or_else(|| Problem::internal("a kind without a table"))?;
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let select = Select { table, filter, order: Order::Ascending, after: None, limit };
        let mut found = Vec::new();
        for row in self.desk.view.read().select(&select)? {
            let state = project::aggregate(S::KIND, &row)?;
            let loaded = Loaded { revision: row.revision, state, size: row.document.len() };
            found.extend(held::<S>(&loaded).map(|Held { state, .. }| state));
        }
        Ok(found)
    }
}
