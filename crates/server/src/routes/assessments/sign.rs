//! `POST /api/v1/assessments/{id}/signatures`

use assent_app::command::AssessmentCommand;
use assent_domain::ids::AssessmentId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::signing::SignatureBody;
use crate::views::{AssessmentView, Written};

/// Signs the result of an assessment, or rejects it. The assessor never does, nor the owner of the model.
#[utoipa::path(post, path = "/api/v1/assessments/{id}/signatures", tag = "risk", operation_id = "signAssessment",
    params(("id" = Uuid, Path, description = "Id of the assessment"), WriteHeaders), request_body = SignatureBody,
    responses((status = 200, description = "Signed", body = Written<AssessmentView>), Problems))]
pub(crate) async fn sign(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<SignatureBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (sent, new) = body.sealed(&app, sent).await?;
    change(&app, &sent, AssessmentId(id), AssessmentCommand::Sign(new)).await
}
