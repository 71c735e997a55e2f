//! `GET /api/v1/versions/{id}/evidence`

use assent_domain::ids::VersionId;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::EvidenceView;

/// The reports of other tools about a version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceList {
    items: Vec<EvidenceView>,
}

/// Lists the reports of other tools about a version, newest first, without what they found in particular. There are 50 at most.
#[utoipa::path(get, path = "/api/v1/versions/{id}/evidence", tag = "versions", operation_id = "listEvidence",
    params(("id" = Uuid, Path, description = "Id of the version")),
    responses((status = 200, description = "All of them", body = EvidenceList), Problems))]
pub(crate) async fn list_evidence(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Json<EvidenceList>, Problem> {
    let found = app.read(move |desk| {
        let (_, version) = desk.version(&caller, VersionId(id))?;
        let items = version.evidence.iter().rev().map(|record| EvidenceView::new(desk, record));
        Ok(EvidenceList { items: items.collect::<Result<_, _>>()? })
    });
    found.await.map(Json)
}
