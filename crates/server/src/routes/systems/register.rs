//! `POST /api/v1/systems`

use assent_app::Command;
use assent_domain::system::SystemCommand;
use axum::extract::State;
use axum::response::Response;

use super::describe::DescriptionBody;
use super::show;
use crate::app::App;
use crate::http::Write;
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{SystemView, Written, created};

/// Registers a system.
#[utoipa::path(post, path = "/api/v1/systems", tag = "systems", operation_id = "registerSystem",
    params(WriteHeaders), request_body = DescriptionBody,
    responses((status = 201, description = "Registered", body = Written<SystemView>), Problems))]
pub(crate) async fn register(
    State(app): State<App>,
    write: Write<DescriptionBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let description = body.into_description(sent.caller.id());
    let command = Command::System(app.id(), Box::new(SystemCommand::Register(description)));
    let receipt = app.execute(&sent, None, command).await?;
    let view = show(&app, &sent.caller, &receipt).await?;
    Ok(created(receipt, view))
}
