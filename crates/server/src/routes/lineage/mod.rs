//! Lineage: where things come from, and what came of them.

mod around;
mod columns;
mod graph;
mod open_lineage;
mod record;
mod walk;

use assent_app::{Command, Receipt};
use assent_domain::lineage::{LineageSource, NewEdge};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::Sent;
use crate::problem::Problem;
use crate::views::done;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(record::record))
        .routes(routes!(open_lineage::open_lineage))
        .routes(routes!(around::around))
}

/// What became of edges that were sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineageTaken {
    /// How many of them are new.
    recorded: usize,
    /// How many were known.
    known: usize,
    /// What was not taken in, and what would have said more.
    missing: Vec<String>,
}

async fn take(
    app: &App,
    sent: &Sent,
    edges: Vec<NewEdge>,
    source: LineageSource,
    missing: Vec<String>,
) -> Result<Response, Problem> {
    let count = edges.len();
    let receipt: Receipt = app.execute(sent, None, Command::RecordLineage(edges, source)).await?;
    let recorded = receipt.events.len();
    Ok(done(receipt, LineageTaken { recorded, known: count.saturating_sub(recorded), missing }))
}
