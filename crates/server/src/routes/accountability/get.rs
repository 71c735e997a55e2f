//! `GET /api/v1/models/{id}/accountability`

use axum::extract::State;
use axum::response::Response;

use super::read;
use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{AccountabilityView, document};

/// Gives who answers for a model, in which roles nobody does and why, and who did before.
#[utoipa::path(get, path = "/api/v1/models/{id}/accountability", tag = "oversight", operation_id = "getAccountability",
    params(("id" = String, Path, description = "Id or name of the model")),
    responses((status = 200, description = "Who answers", body = AccountabilityView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(key): Segments<String>,
) -> Result<Response, Problem> {
    let view = read(&app, &caller, &key).await?;
    Ok(document(view.revision, view))
}
