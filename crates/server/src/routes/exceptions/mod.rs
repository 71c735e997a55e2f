//! Exceptions from policies.

mod get;
mod list;
mod remediate;
mod request;
mod revoke;
mod sign;
mod submit;
mod withdraw;

use assent_app::Command;
use assent_app::command::ExceptionCommand;
use assent_domain::ids::ExceptionId;
use assent_domain::{Sealed, text};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::Desk;
use crate::http::Sent;
use crate::problem::Problem;
use crate::views::done;
use get::found;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(request::request, list::list))
        .routes(routes!(get::get))
        .routes(routes!(submit::submit))
        .routes(routes!(sign::sign))
        .routes(routes!(withdraw::withdraw))
        .routes(routes!(revoke::revoke))
        .routes(routes!(remediate::remediate))
}

/// Carries out a command on an exception that the sender can see, and shows it.
async fn change(
    app: &App,
    sent: &Sent,
    id: ExceptionId,
    command: ExceptionCommand,
) -> Result<Response, Problem> {
    let caller = sent.caller.clone();
    let seen = move |desk: &Desk<'_>| desk.exception(&caller, id).map(drop);
    let receipt = app.execute_if(sent, Some(id.into()), Command::Exception(id, command), seen).await?;
    let (_, view) = found(app, &sent.caller, id).await?;
    Ok(done(receipt, view))
}

/// The same with words of the sender in it, which stand at `pointer` of the request.
async fn change_with_words(
    app: &App,
    sent: &Sent,
    id: ExceptionId,
    (pointer, words): (&str, String),
    command: fn(Sealed) -> ExceptionCommand,
) -> Result<Response, Problem> {
    text::words(pointer, &words)?;
    let caller = sent.caller.clone();
    let sealed = app.read(move |desk| {
        desk.exception(&caller, id)?;
        desk.seal(caller.id(), &words)
    });
    change(app, sent, id, command(sealed.await?)).await
}
