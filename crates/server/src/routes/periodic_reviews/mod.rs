//! Periodic reviews of models.

mod act;
mod due;
mod find;
mod get;
mod list;
mod open;
mod sign;
mod submit;
mod withdraw;

use assent_app::Command;
use assent_app::oversight::PeriodicReviewCommand;
use assent_domain::ids::PeriodicReviewId;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Sent};
use crate::problem::Problem;
use crate::views::{PeriodicReviewView, done};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(open::open, list::list))
        .routes(routes!(due::due))
        .routes(routes!(get::get))
        .routes(routes!(find::find))
        .routes(routes!(submit::submit))
        .routes(routes!(sign::sign))
        .routes(routes!(withdraw::withdraw))
        .routes(routes!(act::act))
}

/// Carries out a command on a review that the sender can see, and shows it.
async fn change(
    app: &App,
    sent: &Sent,
    id: PeriodicReviewId,
    command: PeriodicReviewCommand,
) -> Result<Response, Problem> {
    let caller = sent.caller.clone();
    let seen = move |desk: &Desk<'_>| desk.periodic_review(&caller, id).map(drop);
    let command = Command::PeriodicReview(id, Box::new(command));
    let receipt = app.execute_if(sent, Some(id.into()), command, seen).await?;
    let (_, view) = read(app, &sent.caller, PeriodicReviewId(receipt.id)).await?;
    Ok(done(receipt, view))
}

/// The review as it stands, with its revision.
async fn read(
    app: &App,
    caller: &Caller,
    id: PeriodicReviewId,
) -> Result<(u64, PeriodicReviewView), Problem> {
    let caller = caller.clone();
    app.read(move |desk| {
        let held = desk.periodic_review(&caller, id)?;
        Ok((held.revision, PeriodicReviewView::new(desk, &held)?))
    })
    .await
}
