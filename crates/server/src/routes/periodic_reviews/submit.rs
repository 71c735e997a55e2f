//! `POST /api/v1/periodic-reviews/{id}/submit`

use assent_app::oversight::PeriodicReviewCommand;
use assent_domain::ids::PeriodicReviewId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Empty, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{PeriodicReviewView, Written};

/// Submits a review in which every section has a finding: from now on it stands as it is, and people sign.
#[utoipa::path(post, path = "/api/v1/periodic-reviews/{id}/submit", tag = "oversight", operation_id = "submitPeriodicReview",
    params(("id" = Uuid, Path, description = "Id of the review"), WriteHeaders),
    responses((status = 200, description = "Submitted", body = Written<PeriodicReviewView>), Problems))]
pub(crate) async fn submit(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    change(&app, &write.sent, PeriodicReviewId(id), PeriodicReviewCommand::Submit).await
}
