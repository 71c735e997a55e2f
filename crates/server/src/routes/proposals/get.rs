//! `GET /api/v1/proposals/{id}`

use assent_domain::ids::ProposalId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{ProposalView, document};

/// Shows a proposal; of a proposed pack also what it changes.
#[utoipa::path(get, path = "/api/v1/proposals/{id}", tag = "proposals", operation_id = "getProposal",
    params(("id" = Uuid, Path, description = "Id of the proposal")),
    responses((status = 200, description = "The proposal", body = ProposalView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let found = app.read(move |desk| {
        let held = desk.proposal(&caller, ProposalId(id))?;
        let view = ProposalView::new(desk, &caller, &held)?.with_changes(desk, &held)?;
        Ok(document(held.revision, view))
    });
    found.await
}
