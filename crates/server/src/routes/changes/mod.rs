//! Changes of models in service.

mod body;
mod calendar;
mod complete;
mod get;
mod list;
mod metrics;
mod request;
mod roll_back;
mod schedule;
mod sign;
mod start;
mod submit;
mod withdraw;

use assent_app::changes::{ChangeCommand, OwnedHearing};
use assent_app::{Command, Receipt, project};
use assent_domain::Kind;
use assent_domain::aggregate::State;
use assent_domain::change_request::ChangeRequest;
use assent_domain::ids::ChangeId;
use assent_domain::registry::Model;
use assent_store::{Order, Predicate, Select};
use axum::response::Response;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::{Desk, Held};
use crate::http::{Caller, Sent};
use crate::problem::Problem;
use crate::views::{ChangeView, created, done};

pub(crate) use body::{SystemBody, WindowBody};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(request::request, list::list))
        .routes(routes!(calendar::calendar))
        .routes(routes!(metrics::metrics))
        .routes(routes!(get::get))
        .routes(routes!(submit::submit))
        .routes(routes!(sign::sign))
        .routes(routes!(schedule::schedule))
        .routes(routes!(start::start))
        .routes(routes!(complete::complete))
        .routes(routes!(roll_back::roll_back))
        .routes(routes!(withdraw::withdraw))
}

/// Carries out a command on a change that the sender can see, and shows it.
async fn carry_out(
    app: &App,
    sent: &Sent,
    id: ChangeId,
    command: ChangeCommand,
) -> Result<Response, Problem> {
    let caller = sent.caller.clone();
    let seen = move |desk: &Desk<'_>| desk.change(&caller, id).map(drop);
    let command = Command::Change(id, Box::new(command));
    let receipt = app.execute_if(sent, Some(id.into()), command, seen).await?;
    let (_, view) = show(app, &sent.caller, ChangeId(receipt.id)).await?;
    Ok(done(receipt, view))
}

async fn answer_new(app: &App, sent: &Sent, receipt: Receipt) -> Result<Response, Problem> {
    let (_, view) = show(app, &sent.caller, ChangeId(receipt.id)).await?;
    Ok(created(receipt, view))
}

/// The change as it stands, with its revision.
async fn show(app: &App, caller: &Caller, id: ChangeId) -> Result<(u64, ChangeView), Problem> {
    let caller = caller.clone();
    app.read(move |desk| {
        let (model, change) = desk.change(&caller, id)?;
        let hearing = hearing(desk, &model, &change)?;
        let view = ChangeView::new(desk, &model, &change)?.with_standing(desk, &caller, &hearing)?;
        Ok((change.revision, view))
    })
    .await
}

fn hearing(
    desk: &Desk<'_>,
    model: &Held<Model>,
    change: &Held<ChangeRequest>,
) -> Result<OwnedHearing, Problem> {
    let (change, model) = (Arc::clone(&change.state), Arc::clone(&model.state));
    Ok(OwnedHearing::new(&desk.view, change, model, desk.pack()?, desk.now)?)
}

/// Visits every change that the filter lets through and that the caller may read, oldest first, as long as `visit` wants.
pub(crate) fn visit_all(
    desk: &Desk<'_>,
    caller: &Caller,
    filter: Predicate,
    mut visit: impl FnMut(ChangeRequest) -> Result<bool, Problem>,
) -> Result<(), Problem> {
    const AT_ONCE: u32 = 200;
    let filter = Predicate::And(vec![filter, desk.readable_rows(caller, Kind::Change)?]);
    let table = project::table(Kind::Change).ok_or_else(|| Problem::internal("a kind without a table"))?;
    let mut after = None;
    loop {
        let (filter, order) = (filter.clone(), Order::Ascending);
        let rows = desk.view.read().select(&Select { table, filter, order, after, limit: AT_ONCE })?;
        for row in &rows {
            let state = project::aggregate(Kind::Change, row)?;
            let change = ChangeRequest::from_aggregate(&state).map(|change| (**change).clone());
            if let Some(change) = change
                && !visit(change)?
            {
                return Ok(());
            }
        }
        after = rows.last().map(|row| row.id);
        if rows.len() < AT_ONCE as usize {
            return Ok(());
        }
    }
}
