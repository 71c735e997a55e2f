//! `POST /api/v1/periodic-reviews`

use assent_app::Command;
use assent_app::oversight::PeriodicReviewCommand;
use assent_domain::ids::{ModelId, PeriodicReviewId};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::read;
use crate::app::App;
use crate::desk::Desk;
use crate::http::Write;
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{PeriodicReviewView, Written, created};

/// What is reviewed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPeriodicReview {
    /// Id of the model.
    model: Uuid,
}

/// Opens a review of a model. One is open at a time.
#[utoipa::path(post, path = "/api/v1/periodic-reviews", tag = "oversight", operation_id = "openPeriodicReview",
    params(WriteHeaders), request_body = NewPeriodicReview,
    responses((status = 201, description = "Opened", body = Written<PeriodicReviewView>), Problems))]
pub(crate) async fn open(
    State(app): State<App>,
    write: Write<NewPeriodicReview>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (model, caller) = (ModelId(body.model), sent.caller.clone());
    let command = Command::PeriodicReview(app.id(), Box::new(PeriodicReviewCommand::Open(model)));
    let seen = move |desk: &Desk<'_>| desk.model(&caller, &model.to_string()).map(drop);
    let receipt = app.execute_if(&sent, Some(model.into()), command, seen).await?;
    let (_, view) = read(&app, &sent.caller, PeriodicReviewId(receipt.id)).await?;
    Ok(created(receipt, view))
}
