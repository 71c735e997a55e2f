//! `GET /api/v1/versions/{id}/evidence/{sha256}`

use assent_domain::ids::{Digest, VersionId};
use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::{report_of, said};
use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::EvidenceView;

/// Shows what the report of another tool says, read from the report anew.
#[utoipa::path(get, path = "/api/v1/versions/{id}/evidence/{sha256}", tag = "versions", operation_id = "getEvidence",
    params(("id" = Uuid, Path, description = "Id of the version"),
        ("sha256" = String, Path, description = "SHA-256 of the report")),
    responses((status = 200, description = "What it says", body = EvidenceView), Problems))]
pub(crate) async fn get_evidence(
    State(app): State<App>,
    caller: Caller,
    Segments((id, sha256)): Segments<(Uuid, Digest)>,
) -> Result<Json<EvidenceView>, Problem> {
    let view = app.read(move |desk| {
        let record = report_of(desk, &caller, VersionId(id), sha256)?;
        EvidenceView::new(desk, &record)
    });
    let view = view.await?;
    Ok(Json(view.with_what_it_says(said(&app, sha256).await?)))
}
