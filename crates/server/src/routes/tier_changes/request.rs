//! `POST /api/v1/tier-changes`

use assent_app::Command;
use assent_app::command::TierChangeCommand;
use assent_domain::ids::{ModelId, TierChangeId};
use assent_domain::risk::tier_change;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::read;
use crate::app::App;
use crate::desk::Desk;
use crate::execute::check_comment;
use crate::http::Write;
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{TierChangeView, Written, created};

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTierChange {
    /// Id of the model.
    model: Uuid,
    /// The tier that it is to get.
    to: String,
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    justification: String,
    /// What follows from it: for people, for approvals, for what is monitored.
    #[schema(min_length = 1, max_length = 10000)]
    impact: String,
}

/// Asks for another tier of a model. Those sign it whose duty the higher of the two tiers is, and for a lower one more.
#[utoipa::path(post, path = "/api/v1/tier-changes", tag = "risk", operation_id = "requestTierChange",
    params(WriteHeaders), request_body = NewTierChange,
    responses((status = 201, description = "Asked for", body = Written<TierChangeView>), Problems))]
pub(crate) async fn request(
    State(app): State<App>,
    write: Write<NewTierChange>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    check_comment("/justification", &body.justification)?;
    check_comment("/impact", &body.impact)?;
    let (model, caller, subject) = (ModelId(body.model), sent.caller.clone(), sent.caller.id());
    let new = app.read(move |desk| {
        let (justification, impact) =
            (desk.seal(subject, &body.justification)?, desk.seal(subject, &body.impact)?);
        Ok(tier_change::New { to: body.to, justification, impact })
    });
    let command = Command::TierChange(app.id(), Box::new(TierChangeCommand::Request(model, new.await?)));
    let seen = move |desk: &Desk<'_>| desk.model(&caller, &model.to_string()).map(drop);
    let receipt = app.execute_if(&sent, Some(model.into()), command, seen).await?;
    let (_, view) = read(&app, &sent.caller, TierChangeId(receipt.id)).await?;
    Ok(created(receipt, view))
}
