//! `POST /api/v1/changes/{id}/complete`

use assent_app::changes::ChangeCommand;
use assent_domain::ids::ChangeId;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::carry_out;
use crate::app::App;
use crate::execute::check_comment;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{ChangeView, Written};

/// How a change ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangeOutcome)]
pub(crate) struct Ended {
    /// Whether it did what it was to do.
    success: bool,
    /// How it went.
    #[schema(min_length = 1, max_length = 10000)]
    notes: Option<String>,
}

/// Says how a change ended. The success of a rollback makes the change that it takes back `ROLLED_BACK`.
#[utoipa::path(post, path = "/api/v1/changes/{id}/complete", tag = "changes", operation_id = "completeChange",
    params(("id" = Uuid, Path, description = "Id of the change"), WriteHeaders), request_body = Ended,
    responses((status = 200, description = "Ended", body = Written<ChangeView>), Problems))]
pub(crate) async fn complete(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Ended>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    body.notes.as_deref().map_or(Ok(()), |notes| check_comment("/notes", notes))?;
    let notes = app.seal_comment(&sent, body.notes).await?;
    carry_out(&app, &sent, ChangeId(id), ChangeCommand::Complete { success: body.success, notes }).await
}
