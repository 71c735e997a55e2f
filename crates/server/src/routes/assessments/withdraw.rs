//! `POST /api/v1/assessments/{id}/withdraw`

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
use crate::routes::signing::WithdrawalBody;
use crate::views::{AssessmentView, Written};

/// Takes an assessment back that is not decided; only the assessor does.
#[utoipa::path(post, path = "/api/v1/assessments/{id}/withdraw", tag = "risk", operation_id = "withdrawAssessment",
    params(("id" = Uuid, Path, description = "Id of the assessment"), WriteHeaders),
    request_body = Option<WithdrawalBody>,
    responses((status = 200, description = "Taken back", body = Written<AssessmentView>), Problems))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<WithdrawalBody>,
) -> Result<Response, Problem> {
    let comment = app.seal_comment(&write.sent, write.body.comment).await?;
    change(&app, &write.sent, AssessmentId(id), AssessmentCommand::Withdraw(comment)).await
}
