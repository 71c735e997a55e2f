//! `GET /api/v1/versions/{id}/check`

use assent_domain::ids::VersionId;
use assent_domain::policy::{Compliance, Finding, compliance};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::question::{TargetParams, case};
use crate::app::App;
use crate::http::{Caller, Params, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;

/// What the policies say of a version.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckAnswer {
    /// `score`, `status`, `checksPassed`, `checksFailed`, `checksExcepted`.
    #[schema(value_type = Object)]
    compliance: Compliance,
    /// Digest of the evidence.
    evidence: String,
    /// By rule: `policy`, `rule`, `status`, `message`, the facts that it read, and what to do.
    #[schema(value_type = Vec<Object>)]
    findings: Vec<Finding>,
}

/// Judges a version by every policy that applies on its way to a stage.
#[utoipa::path(get, path = "/api/v1/versions/{id}/check", tag = "versions", operation_id = "check",
    params(("id" = Uuid, Path, description = "Id of the version"), TargetParams),
    responses((status = 200, description = "The findings", body = CheckAnswer), Problems))]
pub(crate) async fn check(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
    Params(params): Params<TargetParams>,
) -> Result<Json<CheckAnswer>, Problem> {
    let answer = app.read(move |desk| {
        let case = case(desk, &caller, VersionId(id), params)?;
        let judgement = case.judge();
        Ok(CheckAnswer {
            compliance: compliance(&judgement.findings, case.pack.compliance_level(&case.model.tier)),
            evidence: judgement.evidence.to_string(),
            findings: judgement.findings,
        })
    });
    answer.await.map(Json)
}
