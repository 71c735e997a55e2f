//! `POST /api/v1/systems/{id}/retire`

use assent_app::Command;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::SystemId;
use assent_domain::system::SystemCommand;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::show;
use crate::app::App;
use crate::execute::check_comment;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{SystemView, Written, done};

/// Why a system is retired.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retirement {
    /// The reason.
    #[schema(min_length = 1, max_length = 10000)]
    reason: String,
}

/// Takes a system out of use for good. Only its owner does, as long as their account is active.
#[utoipa::path(post, path = "/api/v1/systems/{id}/retire", tag = "systems", operation_id = "retireSystem",
    params(("id" = Uuid, Path, description = "Id of the system"), WriteHeaders), request_body = Retirement,
    responses((status = 200, description = "Retired", body = Written<SystemView>), Problems))]
pub(crate) async fn retire(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Retirement>,
) -> Result<Response, Problem> {
    let (id, reason, sent) = (SystemId(id), write.body.reason, write.sent);
    check_comment("/reason", &reason)?;
    let caller = sent.caller.clone();
    let sealed = app.read(move |desk| {
        desk.system(&caller, id)?;
        desk.may(&caller, Permission::RegisterSystem, Target::Platform)?;
        desk.seal(caller.id(), &reason)
    });
    let command = Command::System(id, Box::new(SystemCommand::Retire(sealed.await?)));
    let receipt = app.execute(&sent, Some(id.into()), command).await?;
    let view = show(&app, &sent.caller, &receipt).await?;
    Ok(done(receipt, view))
}
