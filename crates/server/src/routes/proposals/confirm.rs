//! `POST /api/v1/proposals/{id}/confirm`

use assent_app::Command;
use assent_domain::ids::{Digest, ProposalId};
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
use crate::views::{ProposalView, Written};

/// What is confirmed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Confirmation {
    /// `digest` of the proposal that was looked at.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    digest: Digest,
}

/// Confirms a proposal as the second person, and does what it proposes.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/confirm", tag = "proposals", operation_id = "confirmProposal",
    params(("id" = Uuid, Path, description = "Id of the proposal"), WriteHeaders), request_body = Confirmation,
    responses((status = 200, description = "Confirmed and done", body = Written<ProposalView>), Problems))]
pub(crate) async fn confirm(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Confirmation>,
) -> Result<Response, Problem> {
    let (id, digest) = (ProposalId(id), write.body.digest);
    change(&app, &write.sent, id, Command::ConfirmProposal(id, digest)).await
}
