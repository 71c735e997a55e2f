//! `POST /api/v1/periodic-reviews/{id}/signatures`

use assent_app::oversight::PeriodicReviewCommand;
use assent_domain::ids::PeriodicReviewId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::signing::SignatureBody;
use crate::views::{PeriodicReviewView, Written};

/// Signs a periodic review, or rejects it. The last signature completes it, and the time to the next one begins.
#[utoipa::path(post, path = "/api/v1/periodic-reviews/{id}/signatures", tag = "oversight", operation_id = "signPeriodicReview",
    params(("id" = Uuid, Path, description = "Id of the review"), WriteHeaders), request_body = SignatureBody,
    responses((status = 200, description = "Signed", body = Written<PeriodicReviewView>), Problems))]
pub(crate) async fn sign(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<SignatureBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (sent, new) = body.sealed(&app, sent).await?;
    change(&app, &sent, PeriodicReviewId(id), PeriodicReviewCommand::Sign(new)).await
}
