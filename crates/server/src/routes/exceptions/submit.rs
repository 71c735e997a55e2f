//! `POST /api/v1/exceptions/{id}/submit`

use assent_app::command::ExceptionCommand;
use assent_domain::ids::ExceptionId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Empty, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{ExceptionView, Written};

/// Submits an exception: from now on it waits for signatures, or is active at once where its policy wants no approval.
#[utoipa::path(post, path = "/api/v1/exceptions/{id}/submit", tag = "exceptions", operation_id = "submitException",
    params(("id" = Uuid, Path, description = "Id of the exception"), WriteHeaders), request_body = Option<Empty>,
    responses((status = 200, description = "Submitted", body = Written<ExceptionView>), Problems))]
pub(crate) async fn submit(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    change(&app, &write.sent, ExceptionId(id), ExceptionCommand::Submit).await
}
