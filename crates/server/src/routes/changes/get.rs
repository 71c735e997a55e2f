//! `GET /api/v1/changes/{id}`

use assent_domain::ids::ChangeId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::show;
use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{ChangeView, document};

/// Gives a change with its review, what can be done with it now, and the changes that it clashes with.
#[utoipa::path(get, path = "/api/v1/changes/{id}", tag = "changes", operation_id = "getChange",
    params(("id" = Uuid, Path, description = "Id of the change")),
    responses((status = 200, description = "The change", body = ChangeView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let (revision, view) = show(&app, &caller, ChangeId(id)).await?;
    Ok(document(revision, view))
}
