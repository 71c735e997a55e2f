//! Principals and the roles granted to them.

mod disable;
mod enable;
mod end_sessions;
mod erase;
mod get;
mod grant;
mod invite;
mod link;
mod list;
mod register;
mod revoke_grant;
mod unlink;

use assent_app::Receipt;
use assent_domain::identity::{self, Permission, Principal, Target};
use assent_domain::ids::PrincipalId;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::{Caller, Sent};
use crate::problem::Problem;
use crate::routes::proposals;
use crate::views::{PrincipalView, created, done};

pub(crate) use grant::ScopeBody;
pub(crate) use register::check_email;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register::register, list::list))
        .routes(routes!(get::get))
        .routes(routes!(disable::disable))
        .routes(routes!(enable::enable))
        .routes(routes!(erase::erase))
        .routes(routes!(grant::grant))
        .routes(routes!(revoke_grant::revoke_grant))
        .routes(routes!(invite::invite))
        .routes(routes!(end_sessions::end_sessions))
        .routes(routes!(link::link))
        .routes(routes!(unlink::unlink))
}

/// Carries out a command on a principal and shows it.
async fn change(
    app: &App,
    sent: &Sent,
    id: PrincipalId,
    command: identity::Command,
) -> Result<Response, Problem> {
    carried_out(app, sent, id, assent_app::Command::Principal(id, command)).await
}

/// Carries out a command that is about a principal, and shows the principal, or the proposal that it became.
async fn carried_out(
    app: &App,
    sent: &Sent,
    id: PrincipalId,
    command: assent_app::Command,
) -> Result<Response, Problem> {
    let receipt = executed(app, sent, id, command).await?;
    if proposals::waits(&receipt) {
        return proposals::waiting(app, &sent.caller, receipt).await;
    }
    let view = show(app, &sent.caller, &receipt).await?;
    Ok(done(receipt, view))
}

/// Carries out a command on a principal that the caller may read.
async fn changed(
    app: &App,
    sent: &Sent,
    id: PrincipalId,
    command: identity::Command,
) -> Result<Receipt, Problem> {
    executed(app, sent, id, assent_app::Command::Principal(id, command)).await
}

async fn executed(
    app: &App,
    sent: &Sent,
    id: PrincipalId,
    command: assent_app::Command,
) -> Result<Receipt, Problem> {
    let caller = sent.caller.clone();
    app.read(move |desk| desk.principal(&caller, id).map(drop)).await?;
    app.execute(sent, Some(id.into()), command).await
}

async fn show(app: &App, caller: &Caller, receipt: &Receipt) -> Result<PrincipalView, Problem> {
    let (caller, id) = (caller.clone(), PrincipalId(receipt.id));
    app.read(move |desk| {
        let held = desk.any::<Principal>(id)?.ok_or_else(|| Problem::not_found("principal", id))?;
        PrincipalView::new(desk, &caller, &held)
    })
    .await
}

/// Refuses who does not manage principals, before anything is sealed for one that there may never be.
async fn may_manage(app: &App, caller: &Caller) -> Result<(), Problem> {
    let caller = caller.clone();
    app.read(move |desk| desk.may(&caller, Permission::ManagePrincipals, Target::Platform)).await
}

async fn shown_new(app: &App, sent: &Sent, receipt: Receipt) -> Result<Response, Problem> {
    let view = show(app, &sent.caller, &receipt).await?;
    Ok(created(receipt, view))
}
