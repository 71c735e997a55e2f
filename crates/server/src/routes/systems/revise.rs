//! `POST /api/v1/systems/{id}/revise`

use assent_app::Command;
use assent_domain::ids::SystemId;
use assent_domain::system::SystemCommand;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::describe::DescriptionBody;
use super::show;
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{SystemView, Written, done};

/// Describes a system anew, as a whole: what is left out is gone. Only its owner does, as long as their account is active.
#[utoipa::path(post, path = "/api/v1/systems/{id}/revise", tag = "systems", operation_id = "reviseSystem",
    params(("id" = Uuid, Path, description = "Id of the system"), WriteHeaders), request_body = DescriptionBody,
    responses((status = 200, description = "Described", body = Written<SystemView>), Problems))]
pub(crate) async fn revise(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<DescriptionBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (id, caller) = (SystemId(id), sent.caller.clone());
    let description = body.into_description(caller.id());
    let command = Command::System(id, Box::new(SystemCommand::Revise(description)));
    let seen = move |desk: &Desk<'_>| desk.system(&caller, id).map(drop);
    let receipt = app.execute_if(&sent, Some(id.into()), command, seen).await?;
    let view = show(&app, &sent.caller, &receipt).await?;
    Ok(done(receipt, view))
}
