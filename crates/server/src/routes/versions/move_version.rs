//! `POST /api/v1/versions/{id}/move`

use assent_domain::ids::VersionId;
use assent_domain::registry::VersionCommand;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{change, visible};
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{VersionView, Written};

/// Where to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Move {
    /// The stage.
    to: String,
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    comment: Option<String>,
}

/// Moves a version down or out of service. Up is by promotion only.
#[utoipa::path(post, path = "/api/v1/versions/{id}/move", tag = "versions", operation_id = "moveVersion",
    params(("id" = Uuid, Path, description = "Id of the version"), WriteHeaders), request_body = Move,
    responses((status = 200, description = "Moved", body = Written<VersionView>), Problems))]
pub(crate) async fn move_version(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Move>,
) -> Result<Response, Problem> {
    let (id, Move { to, comment }) = (VersionId(id), write.body);
    visible(&app, &write.sent.caller, id).await?;
    let comment = app.seal_comment(&write.sent, comment).await?;
    change(&app, &write.sent, id, VersionCommand::Move { to, comment }).await
}
