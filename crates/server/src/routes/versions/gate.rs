//! `GET /api/v1/versions/{id}/gate`

use assent_domain::ids::VersionId;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::question::{TargetParams, case};
use crate::app::App;
use crate::http::{Caller, Params, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::schemas::VerdictWords;

/// The answer of the gate, for the description.
#[derive(utoipa::ToSchema)]
#[schema(as = GateAnswer, rename_all = "camelCase")]
#[expect(dead_code, reason = "the domain's own type is what is sent")]
pub(crate) struct GateAnswerShape {
    #[schema(value_type = VerdictWords)]
    verdict: (),
    /// Why not: `code`, `message`, `remedy`, and `subject` where several can have the code; empty if eligible.
    #[schema(value_type = Vec<Object>)]
    reasons: (),
    /// The version.
    version: Uuid,
    stage: String,
    /// The promotion whose approvals counted.
    promotion: Option<Uuid>,
    /// Digest of the evidence.
    evidence: String,
    #[schema(value_type = Object)]
    compliance: (),
    #[schema(value_type = Vec<Object>)]
    findings: (),
    #[schema(value_type = Vec<Object>)]
    steps: (),
    /// Exceptions without which something would have failed: `policy`, `exception`, `endsAt`.
    #[schema(value_type = Vec<Object>)]
    exceptions_used: (),
    /// The emergency that the version goes, or went, through by: `state`, `declaredAt`, `expiresAt`, `followUpDueAt`, `steps`,
    /// `policies`.
    #[schema(value_type = Option<Object>)]
    emergency: (),
    /// When it was asked.
    at: jiff::Timestamp,
}

/// Asks the gate whether the version may go to a stage. The answer is 200 either way; read `verdict`.
#[utoipa::path(get, path = "/api/v1/versions/{id}/gate", tag = "versions", operation_id = "gate",
    params(("id" = Uuid, Path, description = "Id of the version"), TargetParams),
    responses((status = 200, description = "The answer", body = GateAnswerShape), Problems))]
pub(crate) async fn gate(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
    Params(params): Params<TargetParams>,
) -> Result<Response, Problem> {
    let answer = app.read(move |desk| Ok(case(desk, &caller, VersionId(id), params)?.gate())).await?;
    app.meters.gate(answer.is_eligible());
    Ok(Json(answer).into_response())
}
