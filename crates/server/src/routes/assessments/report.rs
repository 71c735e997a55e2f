//! `GET /api/v1/assessments/{id}/report`

use assent_domain::ids::AssessmentId;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::read;
use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;

/// Gives the report of an assessment as Markdown: the score, the matrix, the risks and what is recommended.
#[utoipa::path(get, path = "/api/v1/assessments/{id}/report", tag = "risk", operation_id = "assessmentReport",
    params(("id" = Uuid, Path, description = "Id of the assessment")),
    responses((status = 200, description = "The report", body = String, content_type = "text/markdown"), Problems))]
pub(crate) async fn report(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let (_, view) = read(&app, &caller, AssessmentId(id)).await?;
    Ok(([(CONTENT_TYPE, "text/markdown; charset=utf-8")], view.markdown()).into_response())
}
