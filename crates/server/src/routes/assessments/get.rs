//! `GET /api/v1/assessments/{id}`

use assent_domain::ids::AssessmentId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::read;
use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{AssessmentView, document};

/// Gives an assessment with its risks, its result and the matrix, and who signs it.
#[utoipa::path(get, path = "/api/v1/assessments/{id}", tag = "risk", operation_id = "getAssessment",
    params(("id" = Uuid, Path, description = "Id of the assessment")),
    responses((status = 200, description = "The assessment", body = AssessmentView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let (revision, view) = read(&app, &caller, AssessmentId(id)).await?;
    Ok(document(revision, view))
}
