//! `GET /api/v1/delegations/{id}`

use assent_domain::ids::DelegationId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::show;
use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{DelegationView, document};

/// Shows a delegation: to the two that it is about, and to who reads the platform or manages access.
#[utoipa::path(get, path = "/api/v1/delegations/{id}", tag = "delegations", operation_id = "getDelegation",
    params(("id" = Uuid, Path, description = "Id of the delegation")),
    responses((status = 200, description = "The delegation", body = DelegationView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let (revision, view) = show(&app, &caller, DelegationId(id)).await?;
    Ok(document(revision, view))
}
