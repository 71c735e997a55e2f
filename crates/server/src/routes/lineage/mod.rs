//! Lineage: where things come from, and what came of them.

mod around;
mod columns;
mod edges;
mod graph;
mod neighbours;
mod open_lineage;
mod part;
mod record;
mod retract;
mod start;
mod walk;

use assent_app::{Command, Receipt};
use assent_domain::ids::{EdgeId, PrincipalId};
use assent_domain::lineage::{Edge, LineageSource, MAX_OF_ONE, MAX_STATEMENTS, NewEdge, Said};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::Desk;
use crate::http::Sent;
use crate::problem::Problem;
use crate::views::done;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(record::record))
        .routes(routes!(open_lineage::open_lineage))
        .routes(routes!(around::around))
        .routes(routes!(edges::edges))
        .routes(routes!(retract::retract))
}

/// What became of edges that were sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineageTaken {
    /// How many of them are new, or say more than you said before.
    recorded: usize,
    /// How many added nothing.
    known: usize,
    /// What was not taken in, and what would have said more.
    missing: Vec<String>,
}

async fn take(
    app: &App,
    sent: &Sent,
    edges: Vec<NewEdge>,
    source: LineageSource,
    mut missing: Vec<String>,
) -> Result<Response, Problem> {
    let count = edges.len();
    let command = Command::RecordLineage(edges.clone(), source);
    let receipt: Receipt = app.execute(sent, None, command).await?;
    let recorded = receipt.events.len();
    if recorded < count {
        let speaker = sent.caller.id();
        missing.extend(app.read(move |desk| without_room(desk, speaker, edges, source)).await?);
    }
    Ok(done(receipt, LineageTaken { recorded, known: count.saturating_sub(recorded), missing }))
}

/// Which edges had no room for what the speaker says, in words.
fn without_room(
    desk: &Desk<'_>,
    speaker: PrincipalId,
    edges: Vec<NewEdge>,
    source: LineageSource,
) -> Result<Vec<String>, Problem> {
    let mut told = Vec::new();
    for (i, edge) in edges.into_iter().enumerate() {
        let NewEdge { upstream, downstream, label, columns, data_source } = edge.checked("")?;
        let id = EdgeId::between(&upstream.key(), &downstream.key());
        let Some(held) = desk.any::<Edge>(id)? else { continue };
        let said = Said { source, label, columns, data_source };
        let is_kept = held.standing().any(|held| held.recorded.by == speaker && held.said.covers(&said));
        if !is_kept {
            told.push(format!(
                "edge {i} (`{id}`) has no room for what you say: {MAX_STATEMENTS} statements are kept, {MAX_OF_ONE} of one speaker"
            ));
        }
    }
    Ok(told)
}
