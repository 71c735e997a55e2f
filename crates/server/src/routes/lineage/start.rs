//! The node that somebody asks about, by its key.

use assent_domain::ids::{DatasetId, VersionId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::graph::Node;
use super::neighbours::{Neighbours, Way};
use crate::http::Caller;
use crate::problem::Problem;

/// Which way to walk from a node.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = LineageDirection)]
pub(super) enum Direction {
    /// To what it was made from.
    #[default]
    Upstream,
    /// To what was made from it.
    Downstream,
}

impl From<Direction> for Way {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Upstream => Self::Up,
            Direction::Downstream => Self::Down,
        }
    }
}

/// The node of that key, if the caller may read it.
pub(super) fn start(neighbours: &Neighbours<'_>, caller: &Caller, key: &str) -> Result<Node, Problem> {
    let desk = neighbours.desk;
    let id = |text: &str| Uuid::try_parse(text).map_err(|_| Problem::invalid(format!("`{text}` is no id")));
    match key.split_once(':') {
        Some(("version", text)) => {
            let (model, version) = desk.version(caller, VersionId(id(text)?))?;
            Ok(Node::version(&model, &version))
        }
        Some(("dataset", text)) => Ok(Node::dataset(&*desk.dataset(caller, DatasetId(id(text)?))?)),
        Some(("sha256" | "md5" | "run" | "data", digits)) => {
            let digits = digits.strip_suffix(".dir").unwrap_or(digits);
            if ![32, 64].contains(&digits.len())
                || !digits.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
            {
                return Err(Problem::invalid(format!(
                    "`{key}` is no node: its digest has other characters than 0-9 and a-f"
                )));
            }
            known(neighbours, key)?.ok_or_else(|| desk.not_there(caller, "node", key))
        }
        _ => Err(Problem::invalid(format!(
            "`{key}` is no node: give `version:` or `dataset:` with an id, `sha256:` or `md5:` with a digest, or the key of a node"
        ))),
    }
}

/// The node, if there is one for the caller.
fn known(neighbours: &Neighbours<'_>, key: &str) -> Result<Option<Node>, Problem> {
    if neighbours.all {
        for column in ["upstream", "downstream"] {
            if let Some(edge) = neighbours.edges(column, key, None, 1)?.first() {
                let end = if column == "upstream" { &edge.upstream } else { &edge.downstream };
                return Ok(Some(Node::thing(end, edge.label())));
            }
        }
    }
    // Bytes that no edge knows are there where something that is registered has them.
    let Some(sha256) = key.strip_prefix("sha256:") else { return Ok(None) };
    let node = Node::file(sha256, key);
    let mut place = Some(Neighbours::first(Way::Down));
    while let Some(here) = place {
        let (steps, next) = neighbours.some(&node, Way::Down, here, 1)?;
        if !steps.is_empty() {
            return Ok(Some(node));
        }
        place = next;
    }
    Ok(None)
}
