//! `POST /api/v1/models/{id}/accountability`

use assent_app::oversight::AccountabilityCommand;
use assent_domain::accountability::NewPost;
use assent_domain::ids::PrincipalId;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{change, reasoned};
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{AccountabilityView, Written};

/// Somebody for a role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAssignment)]
pub(crate) struct AssignmentBody {
    /// A role that the tier demands; `owner` hands the model over.
    role: String,
    /// Id of who is to answer: an active person who holds the role for the model.
    principal: Uuid,
    /// Until when (not included); without end if absent.
    until: Option<Timestamp>,
    /// Why they.
    #[schema(min_length = 1, max_length = 10000)]
    reason: String,
}

/// Puts somebody into a role for a model. Whoever was there before stays in the history.
#[utoipa::path(post, path = "/api/v1/models/{id}/accountability", tag = "oversight", operation_id = "assignAccountability",
    params(("id" = String, Path, description = "Id or name of the model"), WriteHeaders), request_body = AssignmentBody,
    responses((status = 200, description = "Who answers now", body = Written<AccountabilityView>), Problems))]
pub(crate) async fn assign(
    State(app): State<App>,
    Segments(key): Segments<String>,
    write: Write<AssignmentBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (model, reason) = reasoned(&app, &sent, key, body.reason).await?;
    let (role, principal, until) = (body.role, PrincipalId(body.principal), body.until);
    let command = AccountabilityCommand::Assign(NewPost { role, principal, until, reason });
    change(&app, &sent, model, command).await
}
