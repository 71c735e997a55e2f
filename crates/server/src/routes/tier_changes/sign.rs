//! `POST /api/v1/tier-changes/{id}/signatures`

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
use crate::routes::signing::SignatureBody;
use crate::views::{TierChangeView, Written};

/// Signs a request for another tier, or rejects it. The last signature changes the model, and its open promotions go on
/// through the workflow of the new tier.
#[utoipa::path(post, path = "/api/v1/tier-changes/{id}/signatures", tag = "risk", operation_id = "signTierChange",
    params(("id" = Uuid, Path, description = "Id of the request"), WriteHeaders), request_body = SignatureBody,
    responses((status = 200, description = "Signed", body = Written<TierChangeView>), Problems))]
pub(crate) async fn sign(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<SignatureBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (sent, new) = body.sealed(&app, sent).await?;
    change(&app, &sent, TierChangeId(id), TierChangeCommand::Sign(new)).await
}
