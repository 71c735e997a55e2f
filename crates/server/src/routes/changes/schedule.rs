//! `POST /api/v1/changes/{id}/schedule`

use assent_app::changes::ChangeCommand;
use assent_domain::ids::ChangeId;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::carry_out;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{ChangeView, Written};

/// When a change is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Schedule {
    /// A time in the future and outside blackouts, with its offset from UTC.
    at: Timestamp,
}

/// Gives an approved change its time. The answer shows the changes that it clashes with.
#[utoipa::path(post, path = "/api/v1/changes/{id}/schedule", tag = "changes", operation_id = "scheduleChange",
    params(("id" = Uuid, Path, description = "Id of the change"), WriteHeaders), request_body = Schedule,
    responses((status = 200, description = "Scheduled", body = Written<ChangeView>), Problems))]
pub(crate) async fn schedule(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Schedule>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    carry_out(&app, &sent, ChangeId(id), ChangeCommand::Schedule(body.at)).await
}
