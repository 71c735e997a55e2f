//! `POST /api/v1/changes/{id}/signatures`

use assent_app::changes::ChangeCommand;
use assent_domain::ids::ChangeId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::carry_out;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::signing::SignatureBody;
use crate::views::{ChangeView, Written};

/// Signs a change in one of its roles. One REJECTED is enough; when all reviewers have signed, the change is approved.
#[utoipa::path(post, path = "/api/v1/changes/{id}/signatures", tag = "changes", operation_id = "signChange",
    params(("id" = Uuid, Path, description = "Id of the change"), WriteHeaders), request_body = SignatureBody,
    responses((status = 200, description = "Signed", body = Written<ChangeView>), Problems))]
pub(crate) async fn sign(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<SignatureBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (sent, new) = body.sealed(&app, sent).await?;
    carry_out(&app, &sent, ChangeId(id), ChangeCommand::Sign(new)).await
}
