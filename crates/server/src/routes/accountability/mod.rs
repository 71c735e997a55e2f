//! Who answers for models.

mod assign;
mod end;
mod gaps;
mod get;
mod matrix;
mod of_person;
mod report;

use assent_app::Command;
use assent_app::oversight::AccountabilityCommand;
use assent_domain::Sealed;
use assent_domain::ids::{AccountabilityId, ModelId};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::Desk;
use crate::execute::check_comment;
use crate::http::{Caller, Sent};
use crate::problem::Problem;
use crate::views::{AccountabilityView, done};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get::get, assign::assign))
        .routes(routes!(end::end))
        .routes(routes!(of_person::of_person))
        .routes(routes!(gaps::gaps))
        .routes(routes!(matrix::matrix))
        .routes(routes!(report::report))
}

/// The id of a model that the sender can see, and a reason sealed under them.
async fn reasoned(
    app: &App,
    sent: &Sent,
    model: String,
    reason: String,
) -> Result<(ModelId, Sealed), Problem> {
    check_comment("/reason", &reason)?;
    let caller = sent.caller.clone();
    app.read(move |desk| Ok((desk.model(&caller, &model)?.id, desk.seal(caller.id(), &reason)?))).await
}

/// Carries out a command on who answers for a model, and shows it.
async fn change(
    app: &App,
    sent: &Sent,
    model: ModelId,
    command: AccountabilityCommand,
) -> Result<Response, Problem> {
    let caller = sent.caller.clone();
    let seen = move |desk: &Desk<'_>| desk.model(&caller, &model.to_string()).map(drop);
    let command = Command::Accountability(model, Box::new(command));
    let object = AccountabilityId::of(model).into();
    let receipt = app.execute_if(sent, Some(object), command, seen).await?;
    let view = read(app, &sent.caller, &receipt.id.to_string()).await?;
    Ok(done(receipt, view))
}

async fn read(app: &App, caller: &Caller, model: &str) -> Result<AccountabilityView, Problem> {
    let (caller, model) = (caller.clone(), model.to_owned());
    app.read(move |desk| AccountabilityView::new(desk, &desk.model(&caller, &model)?)).await
}
