//! Requests for another tier.

mod get;
mod list;
mod request;
mod sign;
mod withdraw;

use assent_app::Command;
use assent_app::command::TierChangeCommand;
use assent_domain::ids::TierChangeId;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Sent};
use crate::problem::Problem;
use crate::views::{TierChangeView, done};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(request::request, list::list))
        .routes(routes!(get::get))
        .routes(routes!(sign::sign))
        .routes(routes!(withdraw::withdraw))
}

/// Carries out a command on a request that the sender can see, and shows it.
async fn change(
    app: &App,
    sent: &Sent,
    id: TierChangeId,
    command: TierChangeCommand,
) -> Result<Response, Problem> {
    let caller = sent.caller.clone();
    let seen = move |desk: &Desk<'_>| desk.tier_change(&caller, id).map(drop);
    let command = Command::TierChange(id, Box::new(command));
    let receipt = app.execute_if(sent, Some(id.into()), command, seen).await?;
    let (_, view) = read(app, &sent.caller, TierChangeId(receipt.id)).await?;
    Ok(done(receipt, view))
}

/// The request as it stands, with its revision.
async fn read(app: &App, caller: &Caller, id: TierChangeId) -> Result<(u64, TierChangeView), Problem> {
    let caller = caller.clone();
    app.read(move |desk| {
        let held = desk.tier_change(&caller, id)?;
        Ok((held.revision, TierChangeView::new(desk, &held)?))
    })
    .await
}
