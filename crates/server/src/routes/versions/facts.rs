//! `GET /api/v1/versions/{id}/facts`

use assent_domain::ids::VersionId;
use axum::Json;
use axum::extract::State;
use serde_json::Value;
use uuid::Uuid;

use super::question::{TargetParams, case};
use crate::app::App;
use crate::http::{Caller, Params, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;

/// Gives the facts: everything that rules read of the version. Their schema is at `/api/v1/schemas/facts`.
#[utoipa::path(get, path = "/api/v1/versions/{id}/facts", tag = "versions", operation_id = "facts",
    params(("id" = Uuid, Path, description = "Id of the version"), TargetParams),
    responses((status = 200, description = "The facts", body = Object), Problems))]
pub(crate) async fn facts(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
    Params(params): Params<TargetParams>,
) -> Result<Json<Value>, Problem> {
    let facts = app.read(move |desk| {
        let case = case(desk, &caller, VersionId(id), params)?.overseen(&desk.view)?;
        Ok(case.judge().facts)
    });
    facts.await.map(Json)
}
