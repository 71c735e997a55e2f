//! `POST /api/v1/changes/{id}/roll-back`

use assent_app::Command;
use assent_app::changes::ChangeCommand;
use assent_domain::change_request::{ChangeRequest, NewRollback};
use assent_domain::ids::{ChangeId, PrincipalId};
use assent_domain::registry::Version;
use assent_domain::text;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer_new;
use crate::app::App;
use crate::desk::Desk;
use crate::execute::check_comment;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{ChangeView, Written};

/// Why a change is to be taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollBack {
    #[schema(min_length = 1, max_length = 10000)]
    reason: String,
}

/// Asks that a completed or failed change be taken back: by a change of its own with the versions swapped, which is submitted
/// at once and shown here. When that one completes, the first is `ROLLED_BACK`.
#[utoipa::path(post, path = "/api/v1/changes/{id}/roll-back", tag = "changes", operation_id = "rollBackChange",
    params(("id" = Uuid, Path, description = "Id of the change"), WriteHeaders), request_body = RollBack,
    responses((status = 201, description = "Asked for", body = Written<ChangeView>), Problems))]
pub(crate) async fn roll_back(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<RollBack>,
) -> Result<Response, Problem> {
    let (id, Write { sent, body }) = (ChangeId(id), write);
    check_comment("/reason", &body.reason)?;
    let caller = sent.caller.clone();
    let new = app.read(move |desk| {
        let (_, change) = desk.change(&caller, id)?;
        said(desk, caller.id(), &change, &body.reason)
    });
    let (new, rollback) = (Box::new(new.await?), ChangeId(app.id()));
    let command = Command::Change(id, Box::new(ChangeCommand::RollBack { rollback, new }));
    let caller = sent.caller.clone();
    let seen = move |desk: &Desk<'_>| desk.change(&caller, id).map(drop);
    let receipt = app.execute_if(&sent, Some(id.into()), command, seen).await?;
    answer_new(&app, &sent, receipt).await
}

/// What the rollback says for itself, sealed under who asks for it.
fn said(
    desk: &Desk<'_>,
    subject: PrincipalId,
    change: &ChangeRequest,
    reason: &str,
) -> Result<NewRollback, Problem> {
    let of = desk.words(&change.content.title)?.text.unwrap_or_else(|| change.id.to_string());
    let title: String = format!("Rollback: {of}").chars().take(text::MAX_NAME_CHARS).collect();
    let left = desk.any::<Version>(change.content.target_version)?;
    let left = left.map_or_else(String::new, |version| version.number.to_string());
    Ok(NewRollback {
        title: desk.seal(subject, &title)?,
        description: desk.seal(subject, &format!("Takes back the change {}.", change.id))?,
        justification: desk.seal(subject, reason)?,
        plan: desk.seal(subject, &format!("Deploy version {left} again, which this rollback leaves."))?,
    })
}
