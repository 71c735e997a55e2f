//! `GET /api/v1/periodic-reviews/{id}`

use assent_domain::ids::PeriodicReviewId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::read;
use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{PeriodicReviewView, document};

/// Gives a periodic review: what was found, what has to be done, and who signs.
#[utoipa::path(get, path = "/api/v1/periodic-reviews/{id}", tag = "oversight", operation_id = "getPeriodicReview",
    params(("id" = Uuid, Path, description = "Id of the review")),
    responses((status = 200, description = "The review", body = PeriodicReviewView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let (revision, view) = read(&app, &caller, PeriodicReviewId(id)).await?;
    Ok(document(revision, view))
}
