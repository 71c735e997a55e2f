//! `POST /api/v1/lineage/edges/{id}/retract`

use assent_app::Command;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::EdgeId;
use assent_domain::lineage::Edge;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::graph::Link;
use crate::app::App;
use crate::execute::check_comment;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{Written, done};

/// Why an edge is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LineageRetraction)]
pub(crate) struct RetractionBody {
    /// The reason.
    #[schema(min_length = 1, max_length = 10000)]
    reason: String,
    /// Whether the words of all are taken back, and not your own alone: for who manages principals.
    #[serde(default)]
    all: bool,
}

/// Takes back what you said of an edge. It stays on the record; once nobody says it any more it is no part of the graph, until
/// somebody says it again.
#[utoipa::path(post, path = "/api/v1/lineage/edges/{id}/retract", tag = "lineage", operation_id = "retractLineage",
    params(("id" = Uuid, Path, description = "Id of the edge"), WriteHeaders), request_body = RetractionBody,
    responses((status = 200, description = "Taken back", body = Written<Link>), Problems))]
pub(crate) async fn retract(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<RetractionBody>,
) -> Result<Response, Problem> {
    let (edge, sent, RetractionBody { reason, all }) = (EdgeId(id), write.sent, write.body);
    check_comment("/reason", &reason)?;
    let caller = sent.caller.clone();
    let speaker = caller.id();
    let sealed = app.read(move |desk| {
        let reads = desk.can(&caller, Permission::Read, Target::Platform)?;
        let held = desk.any::<Edge>(edge)?;
        let spoke =
            |edge: &Edge| edge.statements.iter().any(|statement| statement.recorded.by == caller.id());
        held.filter(|held| reads || spoke(held)).ok_or_else(|| desk.not_there(&caller, "edge", id))?;
        Ok((desk.seal(caller.id(), &reason)?, reads))
    });
    let (reason, reads) = sealed.await?;
    let command = Command::RetractLineage { edge, reason, all };
    let receipt = app.execute(&sent, Some(edge.into()), command).await?;
    let shown = app.read(move |desk| {
        let held = desk.any::<Edge>(edge)?.ok_or_else(|| Problem::not_found("edge", id))?;
        let mut shown = Edge::clone(&held);
        // Who may not read the graph is shown their own words.
        shown.statements.retain(|statement| reads || statement.recorded.by == speaker);
        Link::recorded(desk, &shown, true)
    });
    Ok(done(receipt, shown.await?))
}
