//! `POST /api/v1/proposals/{id}/withdraw`

use assent_app::Command;
use assent_domain::ids::ProposalId;
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

/// Why a proposal is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProposalWithdrawal)]
pub(crate) struct Withdrawal {
    /// The reason.
    #[schema(min_length = 1, max_length = 10000)]
    comment: Option<String>,
}

/// Takes a proposal back; only who made it does.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/withdraw", tag = "proposals", operation_id = "withdrawProposal",
    params(("id" = Uuid, Path, description = "Id of the proposal"), WriteHeaders), request_body = Option<Withdrawal>,
    responses((status = 200, description = "Taken back", body = Written<ProposalView>), Problems))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Withdrawal>,
) -> Result<Response, Problem> {
    let id = ProposalId(id);
    let caller = write.sent.caller.clone();
    app.read(move |desk| desk.proposal(&caller, id).map(drop)).await?;
    let comment = app.seal_comment(&write.sent, write.body.comment).await?;
    change(&app, &write.sent, id, Command::WithdrawProposal(id, comment)).await
}
