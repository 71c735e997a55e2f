//! Risk assessments.

mod accept;
mod answer;
mod get;
mod list;
mod report;
mod sign;
mod start;
mod submit;
mod withdraw;

use assent_app::command::AssessmentCommand;
use assent_app::{Command, Receipt};
use assent_domain::ids::AssessmentId;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Sent};
use crate::problem::Problem;
use crate::views::{AssessmentView, done};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(start::start, list::list))
        .routes(routes!(get::get))
        .routes(routes!(answer::answer))
        .routes(routes!(submit::submit))
        .routes(routes!(sign::sign))
        .routes(routes!(accept::accept))
        .routes(routes!(withdraw::withdraw))
        .routes(routes!(report::report))
}

/// Carries out a command on an assessment that the sender can see, and shows it.
async fn change(
    app: &App,
    sent: &Sent,
    id: AssessmentId,
    command: AssessmentCommand,
) -> Result<Response, Problem> {
    let caller = sent.caller.clone();
    let seen = move |desk: &Desk<'_>| desk.assessment(&caller, id).map(drop);
    let command = Command::Assessment(id, Box::new(command));
    let receipt = app.execute_if(sent, Some(id.into()), command, seen).await?;
    let (_, view) = show(app, &sent.caller, &receipt).await?;
    Ok(done(receipt, view))
}

async fn show(app: &App, caller: &Caller, receipt: &Receipt) -> Result<(u64, AssessmentView), Problem> {
    read(app, caller, AssessmentId(receipt.id)).await
}

/// The assessment as it stands, with its revision.
async fn read(app: &App, caller: &Caller, id: AssessmentId) -> Result<(u64, AssessmentView), Problem> {
    let caller = caller.clone();
    app.read(move |desk| {
        let held = desk.assessment(&caller, id)?;
        Ok((held.revision, AssessmentView::new(desk, &held)?))
    })
    .await
}
