//! `POST /api/v1/assessments/{id}/acceptances`

use assent_app::command::AssessmentCommand;
use assent_domain::ids::AssessmentId;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::execute::check_comment;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{AssessmentView, Written};

/// A risk that is accepted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewAcceptance {
    /// Id of the risk.
    risk: String,
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    rationale: String,
    /// Until when (not included).
    expires_at: Timestamp,
}

/// Accepts a risk of a submitted or approved assessment for a time. Who could approve the assessment can.
#[utoipa::path(post, path = "/api/v1/assessments/{id}/acceptances", tag = "risk", operation_id = "acceptRisk",
    params(("id" = Uuid, Path, description = "Id of the assessment"), WriteHeaders), request_body = NewAcceptance,
    responses((status = 200, description = "Accepted", body = Written<AssessmentView>), Problems))]
pub(crate) async fn accept(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewAcceptance>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let NewAcceptance { risk, rationale, expires_at } = body;
    check_comment("/rationale", &rationale)?;
    let subject = sent.caller.id();
    let rationale = app.read(move |desk| desk.seal(subject, &rationale)).await?;
    let command = AssessmentCommand::Accept { risk, rationale, expires_at };
    change(&app, &sent, AssessmentId(id), command).await
}
