//! `POST /api/v1/periodic-reviews/{id}/actions`

use assent_app::oversight::PeriodicReviewCommand;
use assent_domain::ids::PeriodicReviewId;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{PeriodicReviewView, Written};

/// An action that is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DoneReviewAction)]
pub(crate) struct DoneBody {
    /// Id of the action.
    action: String,
    /// How it was done.
    #[schema(min_length = 1, max_length = 10000)]
    comment: Option<String>,
}

/// Says that an action of a periodic review is done; who has to do it does, or the owner of the model.
#[utoipa::path(post, path = "/api/v1/periodic-reviews/{id}/actions", tag = "oversight", operation_id = "completeReviewAction",
    params(("id" = Uuid, Path, description = "Id of the review"), WriteHeaders), request_body = DoneBody,
    responses((status = 200, description = "Done", body = Written<PeriodicReviewView>), Problems))]
pub(crate) async fn act(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<DoneBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let comment = app.seal_comment(&sent, body.comment).await?;
    let command = PeriodicReviewCommand::Act { action: body.action, comment };
    change(&app, &sent, PeriodicReviewId(id), command).await
}
