//! `POST /api/v1/models/{id}/accountability/end`

use assent_app::oversight::AccountabilityCommand;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{change, reasoned};
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{AccountabilityView, Written};

/// A role in which nobody is to answer any more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EndOfAssignment)]
pub(crate) struct EndBody {
    /// The role.
    role: String,
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    reason: String,
}

/// Takes whoever is there out of a role for a model. Nobody answers in it until somebody else is put there.
#[utoipa::path(post, path = "/api/v1/models/{id}/accountability/end", tag = "oversight", operation_id = "endAccountability",
    params(("id" = String, Path, description = "Id or name of the model"), WriteHeaders), request_body = EndBody,
    responses((status = 200, description = "Who answers now", body = Written<AccountabilityView>), Problems))]
pub(crate) async fn end(
    State(app): State<App>,
    Segments(key): Segments<String>,
    write: Write<EndBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (model, reason) = reasoned(&app, &sent, key, body.reason).await?;
    change(&app, &sent, model, AccountabilityCommand::End { role: body.role, reason }).await
}
