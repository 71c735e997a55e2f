//! `GET /api/v1/lineage/{node}`

use assent_domain::ids::{DatasetId, VersionId};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::graph::{Lineage, Node};
use super::walk::{Walk, Way};
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Params, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;

/// How far an answer goes where nobody says how far.
const DEPTH: u32 = 5;
/// How far it goes at most.
const MAX_DEPTH: u32 = 20;

/// Which way to walk from a node.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = LineageDirection)]
enum Direction {
    /// To what it was made from.
    #[default]
    Upstream,
    /// To what was made from it.
    Downstream,
}

/// How much of the graph.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LineageParams {
    /// Which way; `UPSTREAM` if absent.
    #[param(inline)]
    #[serde(default)]
    direction: Direction,
    /// How many edges away, 1 to 20; 5 if absent.
    #[param(minimum = 1, maximum = 20)]
    depth: Option<u32>,
}

/// Gives what a node was made from, or what was made from it. An answer has at most 500 nodes and edges; `cut` says that there is
/// more. What the caller may not read is left out, with what is only reached through it.
#[utoipa::path(get, path = "/api/v1/lineage/{node}", tag = "lineage", operation_id = "lineage",
    params(("node" = String, Path, description = "`version:` or `dataset:` with an id, `sha256:` or `md5:` with a digest, or the key of a node in an answer"), LineageParams),
    responses((status = 200, description = "The nodes and edges", body = Lineage), Problems))]
pub(crate) async fn around(
    State(app): State<App>,
    caller: Caller,
    Segments(node): Segments<String>,
    Params(params): Params<LineageParams>,
) -> Result<Json<Lineage>, Problem> {
    let depth = params.depth.unwrap_or(DEPTH);
    if !(1..=MAX_DEPTH).contains(&depth) {
        return Err(Problem::invalid(format!("the depth is {depth}: give 1 to {MAX_DEPTH}")));
    }
    let way = match params.direction {
        Direction::Upstream => Way::Up,
        Direction::Downstream => Way::Down,
    };
    let found = app.read_much(move |desk| {
        let walk = Walk::new(desk, &caller, way)?;
        let start = start(desk, &caller, &walk, &node)?;
        walk.from(start, depth)
    });
    found.await.map(Json)
}

fn start(desk: &Desk<'_>, caller: &Caller, walk: &Walk<'_>, key: &str) -> Result<Node, Problem> {
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
            walk.node(key)?.ok_or_else(|| desk.not_there(caller, "node", key))
        }
        _ => Err(Problem::invalid(format!(
            "`{key}` is no node: give `version:` or `dataset:` with an id, `sha256:` or `md5:` with a digest, or the key of a node"
        ))),
    }
}
