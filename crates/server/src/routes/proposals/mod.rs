//! Proposals: what takes a second person.

mod confirm;
mod decline;
mod get;
mod list;
mod withdraw;

use assent_app::{Command, Receipt};
use assent_domain::Kind;
use assent_domain::ids::ProposalId;
use assent_domain::proposal::Proposal;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::{Caller, Sent};
use crate::problem::Problem;
use crate::views::{ProposalView, accepted, done};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(get::get))
        .routes(routes!(confirm::confirm))
        .routes(routes!(decline::decline))
        .routes(routes!(withdraw::withdraw))
}

/// Whether a command was not carried out, and waits for a second person.
pub(crate) fn waits(receipt: &Receipt) -> bool {
    receipt.kind == Kind::Proposal
}

/// The answer to a command that waits for a second person.
pub(crate) async fn waiting(app: &App, caller: &Caller, receipt: Receipt) -> Result<Response, Problem> {
    let view = show(app, caller, &receipt).await?;
    Ok(accepted(receipt, view))
}

/// Carries out a command on a proposal that the caller may read, and shows it.
async fn change(app: &App, sent: &Sent, id: ProposalId, command: Command) -> Result<Response, Problem> {
    let caller = sent.caller.clone();
    app.read(move |desk| desk.proposal(&caller, id).map(drop)).await?;
    let receipt = app.execute(sent, Some(id.into()), command).await?;
    let view = show(app, &sent.caller, &receipt).await?;
    Ok(done(receipt, view))
}

async fn show(app: &App, caller: &Caller, receipt: &Receipt) -> Result<ProposalView, Problem> {
    let (caller, id) = (caller.clone(), ProposalId(receipt.id));
    app.read(move |desk| {
        let held = desk.any::<Proposal>(id)?.ok_or_else(|| Problem::not_found("proposal", id))?;
        ProposalView::new(desk, &caller, &held)
    })
    .await
}
