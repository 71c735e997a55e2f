//! `POST /api/v1/periodic-reviews/{id}/withdraw`

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
use crate::routes::signing::WithdrawalBody;
use crate::views::{PeriodicReviewView, Written};

/// Takes a periodic review back that is not decided; who opened or submitted it does, or the owner of the model.
#[utoipa::path(post, path = "/api/v1/periodic-reviews/{id}/withdraw", tag = "oversight", operation_id = "withdrawPeriodicReview",
    params(("id" = Uuid, Path, description = "Id of the review"), WriteHeaders), request_body = Option<WithdrawalBody>,
    responses((status = 200, description = "Taken back", body = Written<PeriodicReviewView>), Problems))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<WithdrawalBody>,
) -> Result<Response, Problem> {
    let comment = app.seal_comment(&write.sent, write.body.comment).await?;
    change(&app, &write.sent, PeriodicReviewId(id), PeriodicReviewCommand::Withdraw(comment)).await
}
