//! `POST /api/v1/assessments/{id}/submit`

use assent_app::command::AssessmentCommand;
use assent_domain::ids::AssessmentId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Empty, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{AssessmentView, Written};

/// Submits an assessment: it is scored, and from now on its answers stand. What nobody answered counts as the pack says.
#[utoipa::path(post, path = "/api/v1/assessments/{id}/submit", tag = "risk", operation_id = "submitAssessment",
    params(("id" = Uuid, Path, description = "Id of the assessment"), WriteHeaders),
    responses((status = 200, description = "Submitted", body = Written<AssessmentView>), Problems))]
pub(crate) async fn submit(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    change(&app, &write.sent, AssessmentId(id), AssessmentCommand::Submit).await
}
