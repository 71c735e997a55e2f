//! `GET /api/v1/versions/{id}/evidence/{sha256}/content`

use assent_domain::ids::{Digest, VersionId};
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::report_of;
use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::routes::blobs::download;

/// Gives the bytes of a report as the tool wrote it.
#[utoipa::path(get, path = "/api/v1/versions/{id}/evidence/{sha256}/content", tag = "versions", operation_id = "downloadEvidence",
    params(("id" = Uuid, Path, description = "Id of the version"),
        ("sha256" = String, Path, description = "SHA-256 of the report")),
    responses((status = 200, description = "The bytes", body = Vec<u8>, content_type = "application/octet-stream"), Problems))]
pub(crate) async fn download_evidence(
    State(app): State<App>,
    caller: Caller,
    Segments((id, sha256)): Segments<(Uuid, Digest)>,
) -> Result<Response, Problem> {
    let record = app.read(move |desk| report_of(desk, &caller, VersionId(id), sha256)).await?;
    let name = format!("{}.json", record.evidence.format.to_lowercase());
    download(&app, &record.evidence.report, &name).await
}
