//! `GET /api/v1/tier-changes/{id}`

use assent_domain::ids::TierChangeId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::read;
use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{TierChangeView, document};

/// Gives a request for another tier, and who signs it.
#[utoipa::path(get, path = "/api/v1/tier-changes/{id}", tag = "risk", operation_id = "getTierChange",
    params(("id" = Uuid, Path, description = "Id of the request")),
    responses((status = 200, description = "The request", body = TierChangeView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let (revision, view) = read(&app, &caller, TierChangeId(id)).await?;
    Ok(document(revision, view))
}
