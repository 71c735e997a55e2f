//! `POST /api/v1/assessments`

use assent_app::Command;
use assent_app::command::AssessmentCommand;
use assent_domain::ids::{ModelId, VersionId};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::show;
use crate::app::App;
use crate::desk::Desk;
use crate::http::Write;
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{AssessmentView, Written, created};

/// What is assessed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAssessment {
    /// Id of the model.
    model: Uuid,
    /// Id of one of its versions, if it is about that alone.
    version: Option<Uuid>,
}

/// Begins an assessment of the risks of a model, or of one of its versions.
#[utoipa::path(post, path = "/api/v1/assessments", tag = "risk", operation_id = "startAssessment",
    params(WriteHeaders), request_body = NewAssessment,
    responses((status = 201, description = "Begun", body = Written<AssessmentView>), Problems))]
pub(crate) async fn start(State(app): State<App>, write: Write<NewAssessment>) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (model, version) = (ModelId(body.model), body.version.map(VersionId));
    let caller = sent.caller.clone();
    let seen = move |desk: &Desk<'_>| desk.model(&caller, &model.to_string()).map(drop);
    let command = AssessmentCommand::Start { model, version };
    let command = Command::Assessment(app.id(), Box::new(command));
    let receipt = app.execute_if(&sent, Some(model.into()), command, seen).await?;
    let (_, view) = show(&app, &sent.caller, &receipt).await?;
    Ok(created(receipt, view))
}
