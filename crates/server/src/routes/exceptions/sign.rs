//! `POST /api/v1/exceptions/{id}/signatures`

use assent_app::command::ExceptionCommand;
use assent_domain::ids::ExceptionId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::signing::SignatureBody;
use crate::views::{ExceptionView, Written};

/// Signs an exception in a role. With the last role that is missing it becomes active; one REJECTED ends it.
#[utoipa::path(post, path = "/api/v1/exceptions/{id}/signatures", tag = "exceptions", operation_id = "signException",
    params(("id" = Uuid, Path, description = "Id of the exception"), WriteHeaders), request_body = SignatureBody,
    responses((status = 200, description = "Signed", body = Written<ExceptionView>), Problems))]
pub(crate) async fn sign(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<SignatureBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (sent, new) = body.sealed(&app, sent).await?;
    change(&app, &sent, ExceptionId(id), ExceptionCommand::Sign(new)).await
}
