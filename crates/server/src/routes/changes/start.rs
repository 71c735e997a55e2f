//! `POST /api/v1/changes/{id}/start`

use assent_app::changes::ChangeCommand;
use assent_domain::ids::ChangeId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::carry_out;
use crate::app::App;
use crate::http::{Empty, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{ChangeView, Written};

/// Begins an approved or scheduled change; an emergency as soon as the emergency pair has signed.
#[utoipa::path(post, path = "/api/v1/changes/{id}/start", tag = "changes", operation_id = "startChange",
    params(("id" = Uuid, Path, description = "Id of the change"), WriteHeaders), request_body = Option<Empty>,
    responses((status = 200, description = "Begun", body = Written<ChangeView>), Problems))]
pub(crate) async fn start(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    carry_out(&app, &write.sent, ChangeId(id), ChangeCommand::Start).await
}
