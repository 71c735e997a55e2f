//! `POST /api/v1/tier-changes/{id}/withdraw`

use assent_app::command::TierChangeCommand;
use assent_domain::ids::TierChangeId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::signing::WithdrawalBody;
use crate::views::{TierChangeView, Written};

/// Takes a request for another tier back; who made it does, or the owner of the model.
#[utoipa::path(post, path = "/api/v1/tier-changes/{id}/withdraw", tag = "risk", operation_id = "withdrawTierChange",
    params(("id" = Uuid, Path, description = "Id of the request"), WriteHeaders),
    request_body = Option<WithdrawalBody>,
    responses((status = 200, description = "Taken back", body = Written<TierChangeView>), Problems))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<WithdrawalBody>,
) -> Result<Response, Problem> {
    let comment = app.seal_comment(&write.sent, write.body.comment).await?;
    change(&app, &write.sent, TierChangeId(id), TierChangeCommand::Withdraw(comment)).await
}
