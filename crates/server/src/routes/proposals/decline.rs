//! `POST /api/v1/proposals/{id}/decline`

use assent_app::Command;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::ProposalId;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::execute::check_comment;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{ProposalView, Written};

/// Why a proposal is declined.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Declination {
    /// The reason.
    #[schema(min_length = 1, max_length = 10000)]
    reason: String,
}

/// Declines a proposal as the second person: nothing is done, and it is over.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/decline", tag = "proposals", operation_id = "declineProposal",
    params(("id" = Uuid, Path, description = "Id of the proposal"), WriteHeaders), request_body = Declination,
    responses((status = 200, description = "Declined", body = Written<ProposalView>), Problems))]
pub(crate) async fn decline(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Declination>,
) -> Result<Response, Problem> {
    let (id, reason, sent) = (ProposalId(id), write.body.reason, write.sent);
    check_comment("/reason", &reason)?;
    let caller = sent.caller.clone();
    let sealed = app.read(move |desk| {
        desk.proposal(&caller, id)?;
        desk.may(&caller, Permission::ManageGrants, Target::Platform)?;
        desk.seal(caller.id(), &reason)
    });
    let command = Command::DeclineProposal(id, sealed.await?);
    change(&app, &sent, id, command).await
}
