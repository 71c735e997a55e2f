//! `GET /api/v1/lineage/{node}`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::graph::Lineage;
use super::neighbours::Neighbours;
use super::start::{Direction, start};
use super::walk::Walk;
use crate::app::App;
use crate::http::{Caller, Params, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;

/// How far an answer goes where nobody says how far.
const DEPTH: u32 = 5;
/// How far it goes at most.
const MAX_DEPTH: u32 = 20;

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
    /// Whether to walk along edges that were taken back too; they are marked.
    #[serde(default)]
    retracted: bool,
}

/// Gives what a node was made from, or what was made from it. An answer has at most 500 nodes and edges, and reads at most 16 MiB
/// of documents; `cut` says that there is more, which `/edges` of a node shows page by page. What the caller may not read is
/// left out, with what is only reached through it.
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
    let found = app.read_much(move |desk| {
        let neighbours = Neighbours::new(desk, &caller, params.retracted)?;
        let start = start(&neighbours, &caller, &node)?;
        Walk { neighbours, way: params.direction.into() }.from(start, depth)
    });
    found.await.map(Json)
}
