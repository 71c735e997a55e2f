//! `GET /api/v1/evaluations/{id}`

use assent_domain::ids::EvaluationId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::show;
use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{EvaluationView, document};

/// Shows an evaluation: where it is in its life, how far it is, and what it found.
#[utoipa::path(get, path = "/api/v1/evaluations/{id}", tag = "evaluations", operation_id = "getEvaluation",
    params(("id" = Uuid, Path, description = "Id of the evaluation")),
    responses((status = 200, description = "The evaluation", body = EvaluationView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let (revision, view) = show(&app, &caller, EvaluationId(id)).await?;
    Ok(document(revision, view))
}
